/**
 * A round: nodes in the order of their recording, as a tape to compare. What counts: operations,
 * types, shapes, who reads whom, and which values will be read. Numbers, elements and where a view
 * of given data begins do not. Not here: when a round ends (schedule/demand.ts), what is made of it
 * (schedule/plan.ts).
 */
import type { DType } from "../graph/dtype.js";
import { plainNumber } from "../graph/node.js";
import type { Node, Operation } from "../graph/node.js";
import { sameShape, sameStrides } from "../graph/shape.js";
import type { Shape, Strides } from "../graph/shape.js";
import type { Plan } from "./plan.js";

/** What a node of a round is, whatever its numbers. */
export interface Entry {
  readonly operation: Operation;
  readonly attributes: unknown;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly strides: Strides;
  readonly offset: number;
  readonly wanted: boolean;
  /** For each input a slot, or -1 - the number of a leaf. */
  readonly codes: readonly number[];
}

/** A value that was there before. */
export type Leaf = Pick<Entry, "dtype" | "shape" | "strides">;

let rounds = 0;

/**
 * Nodes recorded one after the other, and then run together. While they are recorded they are
 * compared with those of the plan that is expected, so that in a loop that does the same at every
 * step nothing is left to compare at its end.
 */
export class Round {
  private readonly number = ++rounds;
  nodes: Node[] = [];
  /** What they read that was there before, each the first time; plain numbers every time. */
  leaves: Node[] = [];
  /** Bytes that would be gone by now if nothing waited: given elements that no plan has read. */
  held = 0;
  /** What ran them. */
  plan: Plan | null = null;
  /** A plan that begins like this. */
  expected: Plan | null = null;
  private wanted = 0;

  /** Takes a node whose inputs are in this round, or computed. */
  add(node: Node): void {
    const { nodes, leaves, expected } = this;
    const { inputs } = node;
    const slot = nodes.length;
    const known = leaves.length;
    const entry = expected === null ? undefined : expected.entries[slot];
    let isLike = entry !== undefined && isAlike(node, entry);
    for (let i = 0; i < inputs.length; i++) {
      const code = this.codeOf(inputs[i]!);
      if (isLike && entry!.codes[i] !== code) isLike = false;
    }
    for (let i = known; isLike && i < leaves.length; i++) {
      isLike = sameLeaf(leaves[i]!, expected!.leaves[i]!);
    }
    if (!isLike) this.expected = null;
    node.round = this;
    node.slot = slot;
    nodes.push(node);
    if (node.wanted) this.count(node);
  }

  /** Whether it is among the leaves. */
  hasRead(input: Node): boolean {
    return input.readBy === this.number;
  }

  /** The slot of an input, or -1 - its number among the leaves. */
  private codeOf(input: Node): number {
    if (input.round === this || input.readBy === this.number) return input.slot;
    const code = -this.leaves.push(input);
    if (input.operation !== plainNumber) {
      const buffer = input.buffer!;
      if (buffer.reads === 0) this.held += buffer.ownBytes ?? 0;
      input.readBy = this.number;
      input.slot = code;
    }
    return code;
  }

  /** The value of a node of this round will be read. */
  want(node: Node): void {
    if (node.wanted) return;
    node.wanted = true;
    this.count(node);
  }

  private count(node: Node): void {
    this.wanted += 1;
    if (this.expected?.entries[node.slot]!.wanted === false) this.expected = null;
  }

  /** The plan that was expected, if all of it has been recorded and no more. */
  asExpected(): Plan | null {
    const { expected, nodes, wanted } = this;
    if (expected === null || expected.entries.length !== nodes.length) return null;
    return expected.wanted === wanted ? expected : null;
  }

  /** It is run by a plan: nodes know their round, which is to keep no others alive. */
  end(plan: Plan | null): void {
    this.plan = plan;
    this.nodes = [];
    this.leaves = [];
  }
}

/** Nodes of a round, what they read that was there before, and for each the codes of its inputs. */
export interface Recorded {
  readonly nodes: readonly Node[];
  readonly leaves: readonly Node[];
  readonly codes: readonly (readonly number[])[];
}

/** Reads what nodes of a round were recorded as; their slots are their places. */
export function tapeOf(nodes: readonly Node[], round: object): Recorded {
  const leaves: Node[] = [];
  const numbers = new Map<Node, number>();
  const codeOf = (input: Node): number => {
    if (input.buffer === null && input.round === round) return input.slot;
    const known = numbers.get(input);
    if (known !== undefined && input.operation !== plainNumber) return known;
    const code = -leaves.push(input);
    numbers.set(input, code);
    return code;
  };
  return { nodes, leaves, codes: nodes.map(({ inputs }) => inputs.map(codeOf)) };
}

/** A key under which rounds that may be alike are found: all that counts, but for attributes. */
export function hashOf({ nodes, leaves, codes }: Recorded): number {
  let hash = 0;
  const add = (part: number): void => {
    hash = Math.imul(hash ^ part, 0x01000193);
  };
  const addText = (text: string): void => {
    for (let i = 0; i < text.length; i++) add(text.charCodeAt(i));
  };
  const addLayout = ({ dtype, shape, strides }: Leaf): void => {
    addText(dtype);
    for (const size of [...shape, -1, ...(strides ?? [])]) add(size);
  };
  nodes.forEach((node, slot) => {
    addText(node.operation.name);
    addLayout(node);
    add(node.wanted ? 1 : 0);
    if (node.operation.work === null) add(node.offset);
    codes[slot]!.forEach(add);
  });
  leaves.forEach(addLayout);
  return hash;
}

/** Whether a node is what an entry says, but for what it reads and who wants it. */
const isAlike = (node: Node, entry: Entry): boolean =>
  isOfKind(node, entry) && hasAttributes(node, entry);

/** The same, but for attributes that are in the code. */
export function isOfKind(node: Node, entry: Entry): boolean {
  if (
    node.operation !== entry.operation ||
    node.dtype !== entry.dtype ||
    !sameShape(node.shape, entry.shape) ||
    node.inputs.length !== entry.codes.length
  ) {
    return false;
  }
  if (node.operation.work === null) {
    return node.offset === entry.offset && sameStrides(node.strides, entry.strides);
  }
  return true;
}

export const hasAttributes = (node: Node, { attributes }: Entry): boolean =>
  attributes === null || same(node.attributes, attributes);

export const sameLeaf = (node: Node, leaf: Leaf): boolean =>
  node.dtype === leaf.dtype &&
  sameShape(node.shape, leaf.shape) &&
  sameStrides(node.strides, leaf.strides);

/** Whether two values are alike, down to their parts. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  const [left, right] = [Object.entries(a), b as Readonly<Record<string, unknown>>];
  return (
    left.length === Object.keys(b).length && left.every(([key, value]) => same(value, right[key]))
  );
}

/** What a plan remembers of a node; `moves`: that its place among zeros is not in the code. */
export const entryOf = (node: Node, codes: readonly number[], moves: boolean): Entry => ({
  operation: node.operation,
  attributes: !moves && (isKernel(node) || isPlaced(node)) ? node.attributes : null,
  dtype: node.dtype,
  shape: node.shape,
  strides: node.strides,
  offset: node.offset,
  wanted: node.wanted,
  codes,
});

const isKernel = (node: Node): boolean => node.operation.work?.(node).kind === "kernel";

/** Whether it is put among zeros, which code can do for one place. */
export function isPlaced(node: Node): boolean {
  const work = node.operation.work?.(node);
  return work?.kind === "host" && work.into !== undefined;
}
