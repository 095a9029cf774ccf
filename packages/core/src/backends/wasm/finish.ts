/**
 * What becomes of the sums of a product when they are complete: stored as they are, or what an
 * epilogue makes of them and of what stands at the same places. Not here: where that is
 * (product.ts). Read first: contraction.ts, expression.ts.
 */
import { widths } from "../../graph/dtype.js";
import type { Code, ModuleBuilder, Value } from "./assembler.js";
import type { Arrangement } from "./contraction.js";
import { apply, constant, Graph, usesOf } from "./expression.js";
import type { Node, Target } from "./expression.js";
import { loadLine, storeLine } from "./lanes.js";
import type { Line } from "./lanes.js";

/** Where those elements of a site are that belong to a vector; `across` is in bytes. */
export interface Stand {
  readonly base: Value;
  readonly offset: number;
  readonly across: number;
  readonly live: number;
}

export class Finish {
  readonly #module: ModuleBuilder;
  readonly #of: Arrangement;
  readonly #lanes: 2 | 4;
  readonly #graph = new Graph(() => 0);
  readonly #roots: readonly Node[];
  readonly #uses: ReadonlyMap<Node, number>;
  /** The same for what does the same. */
  readonly key: string;
  /** Whether the sum is all that is stored, where it is held. */
  readonly isPlain: boolean;

  constructor(module: ModuleBuilder, of: Arrangement) {
    this.#module = module;
    this.#of = of;
    this.#lanes = of.width === 8 ? 2 : 4;
    this.#roots = of.stores.map(({ expression }) => this.#graph.add(expression));
    this.#uses = usesOf(this.#graph, this.#roots);
    this.isPlain = of.stores.length === 1 && of.stores[0]!.expression.kind === "operand";
    const stores = this.#roots.map((root) => this.#graph.nodes.indexOf(root));
    this.key = `${of.sites.map(({ dtype }) => dtype).join()} ${stores.join()} ${this.#graph.key}`;
  }

  /** What is at a site. */
  load(site: number, stand: Stand): Value {
    return loadLine(this.#lanes, this.#line(site, stand));
  }

  /** Puts a vector of sums where they are held. */
  hold(code: Code, sum: Value, stand: Stand): void {
    storeLine(code, this.#lanes, this.#line(0, stand), sum);
  }

  /** Stores what becomes of a vector of sums; `standOf` says where sites are. */
  emit(code: Code, sum: Value, standOf: (site: number) => Stand): void {
    const target: Target = { code, module: this.#module, lanes: this.#lanes, inline: true };
    const known = new Map<Node, Value>();
    const valueOf = (node: Node): Value => {
      if (node.op === "constant") return constant(node.value, node.dtype);
      let value = known.get(node);
      if (value !== undefined) return value;
      if (node.op !== "operand") value = apply(target, node, node.inputs.map(valueOf));
      else value = node.value === 0 ? sum : this.load(node.value - 1, standOf(node.value - 1));
      if (node.value !== 0 || node.op !== "operand") {
        if (this.#uses.get(node)! > 1) value = code.keep(value);
      }
      known.set(node, value);
      return value;
    };
    this.#of.stores.forEach(({ site }, i) => {
      const line = this.#line(site, standOf(site));
      storeLine(code, this.#lanes, line, valueOf(this.#roots[i]!));
    });
  }

  #line(site: number, { base, offset, across, live }: Stand): Line {
    const { dtype } = this.#of.sites[site]!;
    return { dtype, base, offset, stride: across / widths[dtype], live };
  }
}
