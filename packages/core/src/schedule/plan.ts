/**
 * A plan: what was made of a round of recorded nodes, and serves every later round that records the
 * same. It is recognised by comparing node by node, which costs far less than making it. What
 * counts: operations, types, shapes, who reads whom, and which values will be read. Numbers,
 * elements and where a view of given data begins do not. Not here: when a round ends
 * (schedule/demand.ts), what is fused (schedule/group.ts).
 */
import type { Backend, Result, Routine } from "../backends/backend.js";
import { Buffer } from "../graph/buffer.js";
import type { DType } from "../graph/dtype.js";
import { plainNumber } from "../graph/node.js";
import type { Node, Operation } from "../graph/node.js";
import { countElements, sameShape, sameStrides } from "../graph/shape.js";
import type { Shape, Strides } from "../graph/shape.js";
import type { FusedKernel } from "../kernel/fused.js";
import { elements } from "./flush.js";
import { group } from "./group.js";
import type { Grouping, Item, Part } from "./group.js";

/** Nodes recorded one after the other, and then run together. */
export class Round {
  /** What ran them. */
  plan: Plan | null = null;
}

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

/** A buffer that nobody reads any more, and the node whose value may take its place. */
export interface Spare {
  readonly node: Node;
  readonly buffer: Buffer;
}

interface Program {
  readonly steps: readonly Step[];
  /** The numbers of the buffers of what kernels compute and keep, by slot. */
  readonly numbers: ReadonlyMap<number, number>;
  readonly views: readonly number[];
}

/** A plan that is nothing but kernels; `numbers` are the buffers of slots that are kept. */
export interface Sole {
  readonly kernels: readonly FusedKernel[];
  readonly results: readonly (Result | null)[];
  readonly numbers: ReadonlyMap<number, number>;
}

type Step =
  | { readonly routine: Routine; readonly publishes: readonly (readonly [number, number])[] }
  | { readonly slot: number; readonly buffer: number };

let looks = 0;

export class Plan {
  private readonly backend: Backend;
  readonly entries: readonly Entry[];
  readonly leaves: readonly Leaf[];
  private readonly remembered = new Set<number>();
  private program: Program | null = null;
  private runs = 0;
  /** What ran after this plan the last time. */
  next: Plan | null = null;
  /** The leaves of the round that was last compared, in the order of their numbers. */
  private found: Node[] = [];

  constructor(backend: Backend, nodes: readonly Node[], round: Round) {
    this.backend = backend;
    const leaves: Node[] = [];
    const look = ++looks;
    this.entries = nodes.map((node) => ({
      operation: node.operation,
      attributes: isKernel(node) ? node.attributes : null,
      dtype: node.dtype,
      shape: node.shape,
      strides: node.strides,
      offset: node.offset,
      wanted: node.wanted,
      codes: node.inputs.map((input) => codeOf(input, round, look, leaves)),
    }));
    this.leaves = leaves.map(({ dtype, shape, strides }) => ({ dtype, shape, strides }));
    this.found = leaves;
  }

  /** The leaves of the round that was last compared, in the order of their numbers. */
  get leafNodes(): readonly Node[] {
    return this.found;
  }

  /** The value at a place that was not kept is needed after all: from now on it is kept. */
  remember(slot: number): void {
    this.remembered.add(slot);
    this.program = null;
  }

  /** Whether nothing has to be made before it runs. */
  get isReady(): boolean {
    return this.program !== null;
  }

  /** Whether the value at a place will be there when the plan has run. */
  keeps(slot: number): boolean {
    return this.entries[slot]!.wanted || this.remembered.has(slot);
  }

  /** Whether a round is one of this plan. */
  matches(nodes: readonly Node[], round: Round): boolean {
    const { entries, leaves } = this;
    if (nodes.length !== entries.length) return false;
    const look = ++looks;
    const found: Node[] = [];
    for (let slot = 0; slot < nodes.length; slot++) {
      const node = nodes[slot]!;
      const entry = entries[slot]!;
      if (
        node.operation !== entry.operation ||
        node.wanted !== entry.wanted ||
        node.dtype !== entry.dtype ||
        !sameShape(node.shape, entry.shape)
      ) {
        return false;
      }
      if (node.operation.work === null) {
        if (node.offset !== entry.offset || !sameStrides(node.strides, entry.strides)) return false;
      } else if (entry.attributes !== null && !same(node.attributes, entry.attributes)) {
        return false;
      }
      const { inputs } = node;
      const { codes } = entry;
      if (inputs.length !== codes.length) return false;
      for (let i = 0; i < codes.length; i++) {
        const input = inputs[i]!;
        const known = found.length;
        if (codeOf(input, round, look, found) !== codes[i]) return false;
        if (found.length > known && !sameLeaf(input, leaves[known]!)) return false;
      }
    }
    this.found = found;
    return true;
  }

  /** Runs the round that was last compared, or the same one with other leaves. */
  run(
    nodes: readonly Node[],
    round: Round,
    spares: readonly Spare[],
    leaves: readonly Node[] = this.found,
  ): void {
    round.plan = this;
    this.found = [];
    const program = (this.program ??= this.prepare(nodes));
    this.runs += 1;
    const buffers = new Array<Buffer | null>(leaves.length);
    const offsets = new Array<number>(leaves.length);
    for (let i = 0; i < leaves.length; i++) {
      const buffer = leaves[i]!.buffer!;
      buffer.reads += 1;
      buffers[i] = buffer;
      offsets[i] = leaves[i]!.offset;
    }
    for (const { node, buffer } of spares) {
      const number = node.round === round ? program.numbers.get(node.slot) : undefined;
      if (number === undefined || buffer.shared || buffers.includes(buffer)) continue;
      buffers[number] = buffer;
    }
    for (const step of program.steps) {
      if ("routine" in step) {
        step.routine.run(buffers, offsets);
        for (const [slot, buffer] of step.publishes) {
          nodes[slot]!.buffer = buffers[buffer]!;
          nodes[slot]!.inputs = [];
        }
      } else {
        for (const input of nodes[step.slot]!.inputs) showBase(input);
        buffers[step.buffer] = runHost(nodes[step.slot]!);
      }
    }
    for (const slot of program.views) showBase(nodes[slot]!);
  }

  /** What runs together, of a round of this plan that has not run yet. */
  grouping(nodes: readonly Node[]): Grouping {
    const codes = this.entries.map((entry) => entry.codes);
    return group({ nodes, codes, leaves: this.leaves.length }, (slot) => this.keeps(slot));
  }

  /** The kernels of a round that has not run yet, if it is nothing else, and their buffers. */
  sole(nodes: readonly Node[]): Sole | null {
    const { parts, stored, results: numbers } = this.grouping(nodes);
    const [part] = parts;
    if (parts.length !== 1 || part!.kind === "host") return null;
    const written = new Map(stored.map((item) => [item.buffer, item]));
    const { kernels } = part!;
    return {
      kernels,
      numbers,
      results: this.resultsOf(kernels, written, new Set(numbers.values())),
    };
  }

  private prepare(nodes: readonly Node[]): Program {
    const { parts, stored, results } = this.grouping(nodes);
    // From the last part to the first: what later ones read has to outlive a part.
    const read = new Set(results.values());
    const written = new Map(stored.map((item) => [item.buffer, item]));
    const steps: Step[] = [];
    for (const part of [...parts].reverse()) {
      if (part.kind === "host") steps.push(part);
      else steps.push(this.routineOf(part.kernels, written, read));
      for (const buffer of readBy(part)) read.add(buffer);
    }
    steps.reverse();
    const views = nodes.flatMap(({ operation }, slot) => (operation.work === null ? [slot] : []));
    const numbers = new Map(steps.flatMap((step) => ("routine" in step ? step.publishes : [])));
    return { steps, numbers, views };
  }

  private routineOf(
    kernels: readonly FusedKernel[],
    written: ReadonlyMap<number, Item>,
    read: ReadonlySet<number>,
  ): Step {
    const results = this.resultsOf(kernels, written, read);
    const publishes = results.flatMap((result, buffer): [number, number][] =>
      result?.kept === true ? [[written.get(buffer)!.slot, buffer]] : [],
    );
    return { routine: this.backend.prepare(kernels, results, this.runs > 0), publishes };
  }

  /** What kernels write, by the number of its buffer. */
  private resultsOf(
    kernels: readonly FusedKernel[],
    written: ReadonlyMap<number, Item>,
    read: ReadonlySet<number>,
  ): (Result | null)[] {
    const results = new Array<Result | null>(this.leaves.length + written.size).fill(null);
    for (const { buffer } of kernels.flatMap(({ outputs }) => outputs)) {
      const { dtype, shape } = written.get(buffer)!;
      results[buffer] = { dtype, length: countElements(shape), kept: read.has(buffer) };
    }
    return results;
  }
}

/** The numbers of the buffers that a part reads. */
const readBy = (part: Part): readonly number[] =>
  part.kind === "host"
    ? part.reads
    : part.kernels.flatMap(({ operands }) => operands.map(({ buffer }) => buffer));

const isKernel = (node: Node): boolean =>
  node.operation.work !== null && node.operation.work(node).kind === "kernel";

/** A view's buffer is that of what it shows, if that has one. */
function showBase(node: Node): void {
  if (node.buffer !== null || node.operation.work !== null) return;
  const [base] = node.inputs;
  showBase(base!);
  if (base!.buffer === null) return;
  node.buffer = base!.buffer;
  node.buffer.shared = true;
  node.inputs = [];
}

function runHost(node: Node): Buffer {
  const work = node.operation.work!(node);
  if (work.kind !== "host") throw new Error(`${node.operation.name} is no host algorithm`);
  node.buffer = new Buffer(work.run(node.inputs.map(elements)));
  node.inputs = [];
  return node.buffer;
}

/** The slot of an input, or -1 - its number among the leaves, where new ones are added. */
function codeOf(input: Node, round: Round, look: number, leaves: Node[]): number {
  if (input.buffer === null && input.round === round) return input.slot;
  if (input.seen === look && input.operation !== plainNumber) return -1 - input.slot;
  input.seen = look;
  input.slot = leaves.push(input) - 1;
  return -1 - input.slot;
}

const sameLeaf = (node: Node, leaf: Leaf): boolean =>
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

/** A key under which rounds that may be alike are found. */
export const hashOf = (nodes: readonly Node[]): string =>
  nodes
    .map(
      ({ operation, dtype, shape, wanted }) => `${operation.name}${dtype}${shape.join()}${wanted}`,
    )
    .join();
