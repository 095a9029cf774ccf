/**
 * Which operations run together. From nodes in the order of their recording it makes fused kernels:
 * elementwise operations melt into what consumes them, down to the reduction that ends a chain;
 * views are only other strides; results that are walked over one space at one time share a kernel.
 * It decides nothing about memory, and it keeps no node: what it makes serves every later round
 * that records the same. Read next: schedule/plan.ts.
 */
import { countElements } from "../graph/shape.js";
import type { FusedKernel } from "../kernel/fused.js";
import type { Expression } from "../kernel/scalar.js";
import { KernelBuilder } from "./build.js";
import { withEpilogues } from "./epilogue.js";
import { DEAR, itemOf, orderOf } from "./item.js";
import type { Item, Tape } from "./item.js";

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

/** Operations, results and operands in a kernel, above which it gets no more results. */
const LARGEST = 100;

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
    if (item.into !== null) kernels.push(zerosFor(item));
    builder.add(item, order);
  }
  return [...kernels, ...[...builders.values()].map((builder) => builder.kernel())];
}

/** Fills the buffer of an item. */
function zerosFor({ shape, buffer, dtype }: Item): FusedKernel {
  const expression: Expression = { kind: "constant", value: 0, dtype };
  const access = { buffer, dtype, strides: [1], offset: 0 };
  const output = { ...access, expression, fold: null, epilogue: null, count: 1 };
  return { space: [countElements(shape)], operands: [], outputs: [output] };
}
