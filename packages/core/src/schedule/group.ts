/**
 * Which operations run together. From nodes in the order of their recording it makes fused kernels:
 * elementwise operations melt into what consumes them, down to the reduction that ends a chain;
 * views are only other strides; results that are walked over one space at one time share a kernel.
 * It decides nothing about memory, and it keeps no node: what it makes serves every later round
 * that records the same. Read next: schedule/plan.ts.
 */
import type { DType } from "../graph/dtype.js";
import type { Node } from "../graph/node.js";
import { countElements, rowMajor } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { FusedKernel } from "../kernel/fused.js";
import type { Kernel } from "../kernel/kernel.js";
import { costOf } from "../kernel/scalar.js";
import { KernelBuilder } from "./build.js";
import { withEpilogues } from "./epilogue.js";
import { mapWalk } from "./walk.js";
import type { Walk } from "./walk.js";

/** An operation of the tape, as the grouping sees it. */
export interface Item {
  readonly slot: number;
  readonly dtype: DType;
  readonly shape: Shape;
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

/** For each dimension of a walk how far it goes in each dimension of the space walked through. */
export interface Steps {
  readonly start: readonly number[];
  readonly by: readonly (readonly number[])[];
}

/** What is done one after the other. */
export type Part =
  | { readonly kind: "kernels"; readonly kernels: readonly FusedKernel[] }
  | {
      readonly kind: "host";
      readonly slot: number;
      readonly buffer: number;
      readonly reads: readonly number[];
    };

export interface Grouping {
  readonly parts: readonly Part[];
  /** The items with buffers, whose numbers come after those of the leaves. */
  readonly stored: readonly Item[];
  /** For every slot that is a result the number of its buffer, or of what it is a view of. */
  readonly results: ReadonlyMap<number, number>;
}

/** Nodes as they were recorded, and for each of their inputs a slot, or -1 - a leaf's number. */
export interface Tape {
  readonly nodes: readonly Node[];
  readonly codes: readonly (readonly number[])[];
  readonly leaves: number;
}

/** What melts no further: more operations in a chain than a compiler likes. */
const DEEPEST = 24;

/** Operations, results and operands in a kernel, above which it gets no more results. */
const LARGEST = 100;

/** Nor does what costs more: it may read thousands of elements for one. */
const DEAREST = 1000;

/** Above this cost a value is rather stored than computed twice. */
const DEAR = 8;

export function group(tape: Tape, isKept: (slot: number) => boolean): Grouping {
  const results = tape.nodes.map((_, slot) => isKept(slot));
  const needed = reachable(tape, results);
  const items = new Array<Item | null>(tape.nodes.length).fill(null);
  for (let slot = 0; slot < items.length; slot++) {
    if (!needed[slot]) continue;
    const node = tape.nodes[slot]!;
    const [first = -1] = tape.codes[slot]!;
    items[slot] = node.operation.work === null ? items[first]! : itemOf(tape, slot, items);
  }
  const own = items.filter((item, slot): item is Item => item?.slot === slot);
  for (let slot = 0; slot < items.length; slot++) {
    if (results[slot]) items[slot]!.stored = true;
  }
  storeWhatIsDear(own);
  const stored = own.filter((item) => item.stored);
  stored.forEach((item, i) => (item.buffer = tape.leaves + i));
  const kept = results.flatMap((isResult, slot) =>
    isResult ? [[slot, items[slot]!.buffer] as const] : [],
  );
  // From the last part to the first: what later ones read has to outlive a part.
  const read = new Set(kept.map(([, buffer]) => buffer));
  const parts = partsOf(own)
    .reverse()
    .map((part): Part => {
      const done =
        part.kind === "host"
          ? part
          : { ...part, kernels: withEpilogues(part.kernels, (buffer) => read.has(buffer)) };
      for (const buffer of readBy(part)) read.add(buffer);
      return done;
    });
  return { parts: parts.reverse(), stored, results: new Map(kept) };
}

/** The numbers of the buffers that a part reads. */
export const readBy = (part: Part): readonly number[] =>
  part.kind === "host"
    ? part.reads
    : part.kernels.flatMap(({ operands }) => operands.map(({ buffer }) => buffer));

/**
 * The slots whose values lead to results. Values that nothing consumes become results, too:
 * somebody may read them.
 */
function reachable({ nodes, codes }: Tape, results: boolean[]): boolean[] {
  const consumed = new Array<boolean>(nodes.length).fill(false);
  for (const own of codes) for (const code of own) if (code >= 0) consumed[code] = true;
  for (let slot = 0; slot < nodes.length; slot++) if (!consumed[slot]) results[slot] = true;
  const needed = [...results];
  for (let slot = nodes.length - 1; slot >= 0; slot--) {
    if (needed[slot]) for (const code of codes[slot]!) if (code >= 0) needed[code] = true;
  }
  return needed;
}

function itemOf(tape: Tape, slot: number, items: readonly (Item | null)[]): Item {
  const node = tape.nodes[slot]!;
  const work = node.operation.work!(node);
  const isHost = work.kind === "host";
  const whole = isHost ? [] : [...node.shape, ...work.reduced];
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
  if (kernel === null || kernel.fold !== null || item.depth >= DEEPEST || item.cost > DEAREST) {
    store(item);
  }
  return item;
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

/** Stores what would be computed at several levels, where that is dear. Consumers come later. */
function storeWhatIsDear(items: readonly Item[]): void {
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i]!;
    if (!item.stored && item.first !== item.last && item.cost >= DEAR) item.stored = true;
    if (item.stored) item.first = item.last = item.level;
    for (const { from } of item.sources) {
      if (typeof from === "number") continue;
      from.first = Math.min(from.first, item.first);
      from.last = Math.max(from.last, item.last);
    }
  }
}

function partsOf(items: readonly Item[]): Part[] {
  const levels: Item[][] = [];
  for (const item of items) if (item.stored) (levels[item.level] ??= []).push(item);
  const parts: Part[] = [];
  let kernels: FusedKernel[] = [];
  const close = (): void => {
    if (kernels.length > 0) parts.push({ kind: "kernels", kernels });
    kernels = [];
  };
  for (const level of levels) {
    // A level without stored items has no entry.
    const here = (level as Item[] | undefined) ?? [];
    const hosts = here.filter(({ kernel }) => kernel === null);
    if (hosts.length > 0) close();
    for (const { slot, buffer, sources } of hosts) {
      const reads = sources.map(({ from }) => (typeof from === "number" ? from : from.buffer));
      parts.push({ kind: "host", slot, buffer, reads });
    }
    kernels.push(...kernelsOf(here.filter(({ kernel }) => kernel !== null)));
  }
  close();
  return parts;
}

/** The kernels of a level: one for every space, or more where one would get too large. */
function kernelsOf(items: readonly Item[]): FusedKernel[] {
  const builders = new Map<string, KernelBuilder>();
  const kernels: FusedKernel[] = [];
  for (const item of items) {
    const order = orderOf(item);
    const sizes = order.sizes;
    const key = sizes.join();
    let builder = builders.get(key);
    if (builder === undefined || builder.size >= LARGEST) {
      if (builder !== undefined) kernels.push(builder.kernel());
      builders.set(key, (builder = new KernelBuilder(sizes)));
    }
    builder.add(item, order);
  }
  return [...kernels, ...[...builders.values()].map((builder) => builder.kernel())];
}

/** The space of a kernel: sizes, for each the dimension of the item, and the walk of the result. */
export interface Order {
  readonly sizes: readonly number[];
  readonly steps: Steps;
  readonly strides: readonly number[];
  readonly count: number;
}

/**
 * The order in which the space of an item is walked: as its largest operand lies, so that a sum of
 * columns and one of rows of the same matrix go together. Dimensions that are folded keep their
 * order, which the interpreter's rounding depends on.
 */
function orderOf(item: Item): Order {
  const { space, outer, shape } = item;
  if (item.kernel!.fold === null) {
    const sizes = shape.filter((size) => size !== 1);
    const strides = rowMajor(sizes);
    const steps = mapWalk({ strides, offset: 0 }, sizes, space)!;
    return { sizes, steps, strides, count: 1 };
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
    count: countElements(space.slice(outer)),
  };
}

const reach = (strides: readonly number[]): number => strides.filter((step) => step !== 0).length;

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);
