/**
 * The computation graph of a tensor as a drawing: which boxes there are and what they say. The
 * formats are in dot.ts and mermaid.ts, the layout is Graphviz's, and large graphs are made smaller
 * in fold.ts.
 */
import { ArgumentError } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import type { GraphNode } from "@nabla/core/inspect";

import { writeDot } from "./dot.js";
import { folded, isFold } from "./fold.js";
import type { Fold } from "./fold.js";
import type { Model } from "./labels.js";
import { isNumber, Labels, writeCount, writeShape, writeTally, writeValues } from "./labels.js";
import { writeMermaid } from "./mermaid.js";
import { escapeXml, oneLine } from "./text.js";
import { readGraph, wayBack } from "./way-back.js";

/** What `graph` is told. */
export interface GraphOptions {
  /** Whether shapes are shown; they are unless told otherwise. */
  readonly shapes?: boolean;
  /** Whether numbers are shown; those that no derivative needs only after `keepValues()`. */
  readonly values?: boolean;
  /** Whether the gradients that backward() finds are shown. */
  readonly gradients?: boolean;
  /** A model, after whose parameters leaves are named, and by whose modules large graphs fold. */
  readonly model?: Model;
  /** Where the gradients start, as in `loss.backward(gradient)`; 1 for a single number. */
  readonly gradient?: Tensor | null;
  /** How many operations and leaves are drawn, 60 unless given; what is beyond is folded. */
  readonly limit?: number;
}

/** A drawing of a graph, as text in three formats. */
export interface Drawing {
  /** For Graphviz and what else reads its language. */
  readonly dot: string;
  /** For Markdown: GitHub draws it in a block of code that is called `mermaid`. */
  readonly mermaid: string;
  /** A document that needs nothing else; Graphviz is loaded when this is first called. */
  svg(): Promise<string>;
}

/** What stands in one box. */
export interface Box {
  readonly kind: "result" | "operation" | "leaf" | "constant" | "fold";
  readonly lines: readonly string[];
}

/** Boxes, and the arrows between them by their numbers: from an input to what is made of it. */
export interface Boxes {
  readonly boxes: readonly Box[];
  readonly arrows: readonly (readonly [from: number, to: number])[];
}

/**
 * Draws how a tensor was computed: a box for each operation, leaf and constant, with names (of
 * `tensor.named`), shapes and, when asked, values and gradients. Arrows go from the inputs to the
 * result. In a large graph each module becomes one box, where the leaves have names such as
 * `encoder.weight`, their own or those that `model` gives them; without, what repeats is folded,
 * and what is beyond the limit; the folded box says how much that is.
 *
 * Throws a GradientError if the tensor does not require grad (nothing is remembered of it), or if
 * gradients are asked for and its graph was freed by backward(); an ArgumentError if `limit` is no
 * whole number from 3.
 *
 * @example
 * const w = tensor(3, { requiresGrad: true }).named("w");
 * const drawing = graph(w.mul(2).named("loss"));
 * console.log(drawing.mermaid); // flowchart TD
 * //   n0(["loss = mul<br/>[]"]):::result
 * //   n1["w<br/>[]"]:::leaf
 * //   n2[/"2"/]:::constant
 * //   n1 --> n0
 * //   n2 --> n0
 * //   classDef result fill:#fde8dc,stroke:#d1490c,color:#1f2933
 * //   classDef operation fill:#ffffff,stroke:#5f6c7b,color:#1f2933
 * //   classDef leaf fill:#dfeaf5,stroke:#3b6ea5,color:#1f2933
 * //   classDef constant fill:#f1f3f5,stroke:#c4cad1,color:#1f2933
 * //   classDef fold fill:#f1f3f5,stroke:#5f6c7b,color:#1f2933,stroke-dasharray:4
 * (await drawing.svg()).slice(0, 4) // <svg
 */
export function graph(loss: Tensor, options: GraphOptions = {}): Drawing {
  const { limit = 60 } = options;
  const nodes = readGraph("graph", loss);
  if (!(limit === Infinity || (Number.isInteger(limit) && limit >= 3))) {
    throw new ArgumentError(`graph: limit cannot be ${limit}; pass a whole number from 3.`);
  }
  const labels = new Labels(nodes, { model: options.model });
  const boxes = boxesOf(nodes, labels, { ...options, limit });
  const dot = writeDot(boxes);
  const title = `Computation graph of ${labels.of(nodes[0]!)}`;
  return { dot, mermaid: writeMermaid(boxes), svg: () => layOut(dot, title) };
}

/** How many constants are drawn beside one operation. */
const MOST_CONSTANTS = 4;

function boxesOf(
  nodes: readonly GraphNode[],
  labels: Labels,
  { limit, ...options }: GraphOptions & { readonly limit: number },
): Boxes {
  const parts = folded(nodes, limit, (leaf) => labels.of(leaf));
  const shown = new Set<unknown>(parts);
  const gradients = new Map<GraphNode, Tensor>();
  if (options.gradients === true) {
    for (const { node, g } of wayBack("graph", nodes, options.gradient)) {
      if (shown.has(node)) gradients.set(node, g);
    }
  }
  const boxes: Box[] = [];
  /** Which box a node is in. */
  const numbers = new Map<GraphNode, number>();
  const add = (box: Box): number => boxes.push(box) - 1;
  const addNode = (node: GraphNode): number =>
    add({ kind: kindOf(node, nodes[0]!), lines: linesOf(node, labels, options, gradients) });
  for (const part of parts) {
    const number = isFold(part) ? add(boxOfFold(part)) : addNode(part);
    for (const node of isFold(part) ? part.nodes : [part]) numbers.set(node, number);
  }
  const arrows = new Map<string, [number, number]>();
  const connect = (from: number, to: number): void => {
    const isFolded = boxes[from]!.kind === "fold" || boxes[to]!.kind === "fold";
    // A square has two arrows from its input, whatever is folded only one.
    if (from !== to) arrows.set(`${from} ${to} ${isFolded ? "" : arrows.size}`, [from, to]);
  };
  for (const node of nodes) {
    const to = numbers.get(node)!;
    let constants = 0;
    for (const input of node.inputs) {
      const known = input === null ? undefined : numbers.get(input);
      if (known !== undefined) connect(known, to);
      else if (shown.has(node) && ++constants <= MOST_CONSTANTS) {
        const from = input === null ? add(unknown) : addNode(input);
        if (input !== null && !isNumber(input)) numbers.set(input, from);
        connect(from, to);
      }
    }
    const more = constants - MOST_CONSTANTS;
    if (more > 0) connect(add({ kind: "fold", lines: [`${writeCount(more)} constants more`] }), to);
  }
  return { boxes, arrows: [...arrows.values()] };
}

/** A constant of which nothing was kept. */
const unknown: Box = { kind: "constant", lines: ["constant"] };

function kindOf(node: GraphNode, result: GraphNode): Box["kind"] {
  if (node.leaf !== null) return "leaf";
  if (node.op === null) return "constant";
  return node === result ? "result" : "operation";
}

function linesOf(
  node: GraphNode,
  labels: Labels,
  { values = false, shapes = true }: GraphOptions,
  gradients: ReadonlyMap<GraphNode, Tensor>,
): string[] {
  const { op, name, shape, dtype, value } = node;
  const label = labels.of(node);
  if (isNumber(node)) return [label];
  const lines = [op === null || name === null ? label : `${label} = ${oneLine(op)}`];
  if (shapes) lines.push(dtype === "float32" ? writeShape(shape) : `${writeShape(shape)} ${dtype}`);
  if (values) lines.push(value === null ? "value not kept" : writeValues(value));
  const gradient = gradients.get(node);
  if (gradient !== undefined) lines.push(`grad ${writeValues(gradient)}`);
  return lines;
}

function boxOfFold({ nodes, period, module }: Fold): Box {
  const operations = nodes.filter(({ op }) => op !== null);
  if (module !== null) return { kind: "fold", lines: [module, writeTally(operations)] };
  if (period.length === 0) {
    const lines = [`… ${writeCount(nodes.length)} steps more`, writeTally(nodes)];
    return { kind: "fold", lines };
  }
  const times = writeCount(nodes.length / period.length);
  const lines = [`… the same ${times} times more`, `each ${writeTally(period)}`];
  return { kind: "fold", lines };
}

async function layOut(dot: string, title: string): Promise<string> {
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  const text = (await Graphviz.load()).layout(dot, "svg", "dot");
  const name = `role="img" aria-label="${escapeXml(title)}"`;
  // Without the prologue, which names a definition elsewhere and bars it from pages.
  return text.slice(text.indexOf("<svg")).replace("<svg", `<svg ${name}`);
}
