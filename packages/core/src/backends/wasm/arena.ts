/**
 * Where results lie that are needed during one run only: first fit, each from the kernel that
 * writes it to the last that reads it. Arithmetic on numbers of bytes. Read next: backend.ts.
 */
import type { FusedKernel } from "../../kernel/fused.js";

/** What needs a place. */
export interface Lodger {
  readonly buffer: number;
  readonly bytes: number;
  /** Whether it is needed when all kernels have run. */
  readonly kept: boolean;
}

interface Gap {
  start: number;
  end: number;
}

/** A place for each, from `start` on, and where the last ends; places are multiples of 16. */
export function lodge(
  kernels: readonly FusedKernel[],
  lodgers: readonly Lodger[],
  start: number,
): { readonly places: ReadonlyMap<number, number>; readonly end: number } {
  const known = new Map<number, Lodger>(lodgers.map((lodger) => [lodger.buffer, lodger]));
  const last = new Map<number, number>();
  kernels.forEach(({ operands, outputs }, i) => {
    for (const { buffer } of [...operands, ...outputs]) {
      if (known.has(buffer)) last.set(buffer, known.get(buffer)!.kept ? Infinity : i);
    }
  });
  const leaving: number[][] = kernels.map(() => []);
  for (const [buffer, i] of last) leaving[i]?.push(buffer);
  const places = new Map<number, number>();
  // In order of place; the last one is open.
  const gaps: Gap[] = [{ start, end: Infinity }];
  let most = start;
  kernels.forEach(({ outputs }, i) => {
    for (const { buffer } of outputs) {
      const lodger = known.get(buffer);
      if (lodger === undefined || places.has(buffer)) continue;
      const bytes = align(lodger.bytes);
      const gap = gaps.find((one) => one.end - one.start >= bytes)!;
      places.set(buffer, gap.start);
      gap.start += bytes;
      most = Math.max(most, gap.start);
    }
    for (const buffer of leaving[i]!) {
      leave(gaps, places.get(buffer)!, align(known.get(buffer)!.bytes));
    }
  });
  return { places, end: most };
}

export const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;

function leave(gaps: Gap[], start: number, bytes: number): void {
  if (bytes === 0) return;
  const end = start + bytes;
  let at = gaps.findIndex((gap) => gap.start >= end);
  const behind = gaps[at]!;
  if (behind.start === end) behind.start = start;
  else gaps.splice(at, 0, { start, end });
  const before = gaps[--at];
  const here = gaps[at + 1]!;
  if (before !== undefined && before.end >= here.start) {
    before.end = here.end;
    gaps.splice(at + 1, 1);
  }
}
