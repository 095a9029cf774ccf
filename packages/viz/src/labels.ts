/**
 * What the parts of a graph are called, and how their numbers are written, in a drawing or in an
 * explanation: short, on one line, and whatever the names are. Not here: how that is escaped in a
 * format (dot.ts, mermaid.ts).
 */
import type { Tensor } from "@nabla/core";
import type { GraphNode } from "@nabla/core/inspect";

import { writeFormula } from "./formula.js";
import { oneLine } from "./text.js";

/** What has parameters with names: a module of `@nabla/nn`, or anything with this method. */
export interface Model {
  namedParameters(): Iterable<readonly [name: string, parameter: Tensor]>;
}

/** A name for each node, no two alike: its own, or that of its operation, with a number. */
export class Labels {
  private readonly known = new Map<GraphNode, string>();

  /** `reserved` are names with a meaning of their own; `model` names its parameters. */
  constructor(
    graph: readonly GraphNode[],
    {
      reserved = [],
      model,
    }: { readonly reserved?: readonly string[]; readonly model?: Model | undefined } = {},
  ) {
    const parameters = new Map<Tensor | null, string>(
      Array.from(model?.namedParameters() ?? [], ([name, tensor]) => [tensor, name]),
    );
    const taken = new Set(reserved);
    const nexts = new Map<string, number>();
    const call = (node: GraphNode): void => {
      if (this.known.has(node)) return;
      const base = oneLine(
        node.name ??
          parameters.get(node.leaf) ??
          node.op ??
          (node.leaf === null ? "constant" : "leaf"),
      );
      let label = base;
      let next = nexts.get(base) ?? 2;
      for (; taken.has(label); next++) label = `${base}${next}`;
      nexts.set(base, next);
      taken.add(label);
      this.known.set(node, label);
    };
    // In the order in which it was computed; what the user named has the first choice.
    const forward = [...graph].reverse().flatMap((node) => [...node.inputs, node]);
    const nodes = forward.filter((node) => node !== null && !isNumber(node)) as GraphNode[];
    nodes.filter(({ name, leaf }) => name !== null || parameters.has(leaf)).forEach(call);
    nodes.forEach(call);
  }

  /** `null` stands for a constant of which nothing was kept. */
  of(node: GraphNode | null): string {
    if (node === null) return "constant";
    if (!isNumber(node)) return this.known.get(node)!;
    // As it was written, before it took its type.
    const value = Number(node.name);
    return writeFormula(node.dtype === "float64" ? value : Number(value.toPrecision(7)))!;
  }
}

/** Whether this is a plain number that a user wrote: it is its own name. */
export function isNumber(node: GraphNode): boolean {
  const { op, leaf, shape, name, value } = node;
  if (op !== null || leaf !== null || shape.length > 0 || name === null) return false;
  return value !== null && Object.is(Number(name), value.item());
}

/** Four digits that count, as the formulas write numbers; whole numbers in full. */
export function writeNumber(value: number): string {
  const isWhole = Number.isInteger(value) && Math.abs(value) < 1e6;
  return writeFormula(isWhole ? value : Number(value.toPrecision(4)))!;
}

const MOST_NUMBERS = 12;

/** The numbers of a tensor: nested as it is, or only the first where there are many. */
export function writeValues(tensor: Tensor): string {
  const count = tensor.numel();
  const write = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(write).join(", ")}]`;
    return typeof value === "number" ? writeNumber(value) : String(value);
  };
  if (count > 0 && count <= MOST_NUMBERS) return write(tensor.toArray());
  if (count === 0) return "no numbers";
  const first = Array.from(tensor.data().subarray(0, 3), (value) =>
    write(tensor.dtype === "bool" ? value === 1 : value),
  );
  return `[${first.join(", ")}, … of ${writeCount(count)} numbers]`;
}

export const writeCount = (count: number): string => count.toLocaleString("en-US");

export const writeShape = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** How often each operation occurs: the most frequent first, and not too many of them. */
export function writeTally(nodes: readonly GraphNode[]): string {
  const counts = new Map<string, number>();
  for (const { op } of nodes) {
    const name = oneLine(op ?? "leaf");
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const shown = sorted
    .slice(0, 6)
    .map(([name, count]) => (count === 1 ? name : `${writeCount(count)} × ${name}`));
  return shown.join(", ") + (sorted.length > shown.length ? ", …" : "");
}
