/**
 * An operation as the grouping sees it: its space, how operands are walked over in it, and what
 * computing one element takes. Here is what can melt into what; which values are stored, and what
 * goes together, is decided in schedule/group.ts.
 */
import type { DType } from "../graph/dtype.js";
import type { Node, Work } from "../graph/node.js";
import { countElements, rowMajor } from "../graph/shape.js";
import type { Layout, Shape } from "../graph/shape.js";
import type { Kernel } from "../kernel/kernel.js";
import { costOf, operand, s } from "../kernel/scalar.js";
import { mapWalk } from "./walk.js";
import type { Steps, Walk } from "./walk.js";

/** Nodes as they were recorded, and for each of their inputs a slot, or -1 - a leaf's number. */
export interface Tape {
  readonly nodes: readonly Node[];
  readonly codes: readonly (readonly number[])[];
  readonly leaves: number;
  /** Whether what is put among zeros at a slot has its place looked up when it runs. */
  readonly moves: (slot: number) => boolean;
}

/** An operation of the tape, as the grouping sees it. */
export interface Item {
  readonly slot: number;
  readonly dtype: DType;
  readonly shape: Shape;
  /** Where elements are put that leave room for zeros; `null` where they are all. */
  readonly into: Layout | null;
  /** `null` for an algorithm that is no kernel. */
  readonly kernel: Kernel | null;
  /** The sizes of the space its operands are walked over, without ones. */
  readonly space: readonly number[];
  /** How many of these, the first ones, are dimensions of the result. */
  readonly outer: number;
  readonly sources: readonly Source[];
  /** Runs after everything of a lower level. */
  level: number;
  /** Whether the value is put into a buffer, and whether consumers must take it from there. */
  stored: boolean;
  barrier: boolean;
  /** What computing one element takes, with what has melted into it. */
  cost: number;
  depth: number;
  /** The first and the last level at which it is computed. */
  first: number;
  last: number;
  /** The number of its buffer, if stored. */
  buffer: number;
}

/** An operand: what is read, and by which walk. */
export interface Source {
  /** An item, or the number of a leaf. */
  readonly from: Item | number;
  readonly dtype: DType;
  readonly walk: Walk;
  /** How the walk goes through the space of the item, if it can melt in. */
  readonly steps: Steps | null;
}

/** What melts no further: more operations in a chain than a compiler likes. */
const DEEPEST = 24;

/** Nor does what costs more: it may read thousands of elements for one. */
const DEAREST = 1000;

/** Above this cost a value is rather stored than computed twice. */
export const DEAR = 8;

/** The operation at a slot; those it reads come before it. */
export function itemOf(tape: Tape, slot: number, items: readonly (Item | null)[]): Item {
  const node = tape.nodes[slot]!;
  const { work, into } = workOf(node, tape.moves(slot));
  const isHost = work.kind === "host";
  const whole = isHost ? [] : [...(into ?? node).shape, ...work.reduced];
  const walks = isHost
    ? []
    : work.strides.map((strides, i) => ({
        strides: strides ?? rowMajor(whole),
        offset: tape.codes[slot]![i]! < 0 ? 0 : node.inputs[i]!.offset,
      }));
  const kernel = isHost ? null : work.kernel;
  const folded = isHost ? 0 : work.reduced.length;
  const read = (isFlat: boolean): Simplified & { readonly sources: readonly Source[] } => {
    const simple = simplified(whole, whole.length - folded, walks, isFlat);
    const sources = tape.codes[slot]!.map((code, i): Source => {
      const from = code < 0 ? -1 - code : items[code]!;
      const { dtype } = node.inputs[i]!;
      const walk: Walk = { strides: simple.strides[i] ?? [], offset: walks[i]?.offset ?? 0 };
      const isGiven = typeof from === "number" || isHost;
      return { from, dtype, walk, steps: isGiven ? null : mapWalk(walk, simple.sizes, from.space) };
    });
    // What is one dimension here may be several in what is read.
    const isLost = isFlat && sources.some(({ from, steps }) => typeof from !== "number" && !steps);
    return isLost && !isHost ? read(false) : { ...simple, sources };
  };
  const { sizes, outer, sources } = read(kernel?.fold === null);
  const count = countElements(sizes);
  for (const { from, steps } of sources) {
    if (typeof from !== "number" && (!steps || isRepeated(from, count, kernel))) store(from);
  }
  const melted = sources.flatMap(({ from }) =>
    typeof from === "number" || from.barrier ? [] : [from],
  );
  const own = kernel === null ? 0 : costOf(kernel.expression);
  const item: Item = {
    slot,
    dtype: node.dtype,
    shape: node.shape,
    into,
    kernel,
    space: sizes,
    outer,
    sources,
    level: sources.reduce((level, { from }) => Math.max(level, levelAfter(from)), 0),
    stored: false,
    barrier: false,
    cost: melted.reduce((cost, { cost: inner }) => Math.min(cost + inner, 1e6), own),
    depth: melted.reduce((depth, { depth: inner }) => Math.max(depth, inner + 1), 0),
    first: Infinity,
    last: -Infinity,
    buffer: -1,
  };
  const isEnd = kernel === null || kernel.fold !== null || into !== null;
  if (isEnd || item.depth >= DEEPEST || item.cost > DEAREST) store(item);
  return item;
}

/** How to get the value of a node, and where the elements go if code puts them among zeros. */
function workOf(node: Node, moves: boolean): { readonly work: Work; readonly into: Layout | null } {
  const work = node.operation.work!(node);
  if (work.kind !== "host" || work.into === undefined || moves) return { work, into: null };
  const { dtype } = node;
  const expression = s.add(operand(0, dtype), 0);
  const kernel = { expression, fold: null, epilogue: null, dtype };
  const strides = [node.inputs[0]!.strides];
  return { work: { kind: "kernel", kernel, reduced: [], strides }, into: work.into };
}

/** From now on consumers take the value from its buffer. */
function store(item: Item): void {
  item.stored = true;
  item.barrier = true;
}

const levelAfter = (from: Item | number): number =>
  typeof from === "number" ? 0 : from.barrier ? from.level + 1 : from.level;

/**
 * Whether melting in would compute elements many times over: each where it is repeated along a
 * dimension of what consumes it.
 */
function isRepeated(from: Item, count: number, consumer: Kernel | null): boolean {
  const own = countElements(from.shape);
  if (own === 1 || count <= own) return false;
  return from.cost >= DEAR / 2 || consumer?.fold !== null;
}

interface Simplified {
  readonly sizes: readonly number[];
  readonly outer: number;
  readonly strides: readonly (readonly number[])[];
}

/** The space of an item without sizes of 1, if `isFlat` with evenly walked dimensions as one. */
function simplified(
  whole: Shape,
  outer: number,
  walks: readonly Walk[],
  isFlat: boolean,
): Simplified {
  const dims = whole.flatMap((size, dim) => (size === 1 ? [] : [dim]));
  if (!isFlat) {
    return {
      sizes: dims.map((dim) => whole[dim]!),
      outer: dims.filter((dim) => dim < outer).length,
      strides: walks.map(({ strides }) => dims.map((dim) => strides[dim]!)),
    };
  }
  const sizes: number[] = [];
  const strides: number[][] = walks.map(() => []);
  for (const dim of dims) {
    const size = whole[dim]!;
    const last = sizes.length - 1;
    if (last >= 0 && walks.every((walk, i) => strides[i]![last] === walk.strides[dim]! * size)) {
      sizes[last] = sizes[last]! * size;
      walks.forEach((walk, i) => (strides[i]![last] = walk.strides[dim]!));
    } else {
      sizes.push(size);
      walks.forEach((walk, i) => strides[i]!.push(walk.strides[dim]!));
    }
  }
  return { sizes, outer: sizes.length, strides };
}

/** The space of a kernel: sizes, for each the dimension of the item, and the walk of the result. */
export interface Order {
  readonly sizes: readonly number[];
  readonly steps: Steps;
  readonly strides: readonly number[];
  readonly offset: number;
  readonly count: number;
}

/**
 * The order in which the space of an item is walked: as its largest operand lies, so that a sum of
 * columns and one of rows of the same matrix go together. Dimensions that are folded keep their
 * order, which the interpreter's rounding depends on.
 */
export function orderOf(item: Item): Order {
  const { space, outer, into } = item;
  if (item.kernel!.fold === null) {
    const { shape } = into ?? item;
    const sizes = shape.filter((size) => size !== 1);
    const strides = rowMajor(sizes);
    const steps = mapWalk({ strides, offset: 0 }, sizes, space)!;
    const own = into?.strides?.filter((_, dim) => shape[dim] !== 1);
    return { sizes, steps, strides: own ?? strides, offset: into?.offset ?? 0, count: 1 };
  }
  const lead = item.sources
    .map(({ walk }) => walk.strides)
    .reduce((a, b) => (reach(b) > reach(a) ? b : a), []);
  const [kept, folded] = [range(0, outer), range(outer, space.length)];
  const dims: number[] = [];
  while (kept.length + folded.length > 0) {
    const [a, b] = [kept[0], folded[0]];
    const takesKept = b === undefined || (a !== undefined && (lead[a] ?? 0) >= (lead[b] ?? 0));
    dims.push((takesKept ? kept : folded).shift()!);
  }
  const own = rowMajor(space.slice(0, outer));
  return {
    sizes: dims.map((dim) => space[dim]!),
    steps: {
      start: space.map(() => 0),
      by: dims.map((dim) => space.map((_, other) => (other === dim ? 1 : 0))),
    },
    strides: dims.map((dim) => (dim < outer ? own[dim]! : 0)),
    offset: 0,
    count: countElements(space.slice(outer)),
  };
}

const reach = (strides: readonly number[]): number => strides.filter((step) => step !== 0).length;

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);
