/**
 * What becomes of windows: of each its largest element, or its mean. Read first: windows.ts. The
 * functions that users call: pooling.ts.
 */
import { arange, tensor, zeros } from "@nabla/core";
import type { Shape, Tensor } from "@nabla/core";

import { product } from "../sizes.js";
import { adaptiveWindows, tableOf } from "./windows.js";
import type { Windows } from "./windows.js";

/**
 * The largest element of every window, the first of equals; with `isIndexed` also where it is in
 * the flattened last dimensions of the input, which are `sizes`.
 */
export function largest(
  { view, positions }: Windows,
  sizes: Shape,
  isIndexed: boolean,
): Tensor | [output: Tensor, indices: Tensor] {
  const flat = view.flatten(-sizes.length);
  const found = flat.argmax(-1);
  const isFound = arange(flat.shape.at(-1)!, { dtype: "int32" }).eq(found.unsqueeze(-1));
  const values = flat.where(isFound, 0).sum(-1);
  if (!isIndexed) return values;
  const along = positions();
  const places = along.map((rows) => rows.length);
  const window = along.map((rows) => rows[0]!.length);
  const indices = along.reduce(
    (total, rows, i) => {
      const step = product(window.slice(i + 1));
      const within = found.floorDivide(step).remainder(window[i]!);
      const shape = places.map((count, k) => (k === i ? count : 1));
      const place = arange(places[i]!, { dtype: "int32" }).reshape(shape);
      const position = tensor(rows, { dtype: "int32" }).at(place, within);
      // A window of nothing but -Infinity finds its padding.
      return total.mul(sizes[i]!).add(position.clamp(0, sizes[i]! - 1));
    },
    zeros([], { dtype: "int32" }),
  );
  return [values, indices];
}

/**
 * The sum of every window, divided by a number, or by how many elements count along each dimension
 * at each place. Whole numbers are cut to whole numbers.
 */
export function averaged(view: Tensor, divisor: number | readonly Shape[], rank: number): Tensor {
  const sum = view.sum(Array.from({ length: rank }, (_, i) => i - rank));
  const by =
    typeof divisor === "number"
      ? divisor
      : divisor
          .map((counts, i) => {
            const behind = divisor.slice(i + 1).map(() => 1);
            return tensor(counts, { dtype: "int32" }).reshape([-1, ...behind]);
          })
          .reduce((counts, others) => counts.mul(others));
  return sum.dtype === "int32" ? sum.div(by, { roundingMode: "trunc" }) : sum.div(by);
}

/** The means of windows that share the last dimensions out among so many places. */
export function adaptiveMean(of: string, input: Tensor, places: Shape): Tensor {
  const { view, positions } = adaptiveWindows(of, input, places);
  const rank = places.length;
  const along = positions();
  const counts = along.map((rows) => rows.map((row) => new Set(row).size));
  // What a shorter window shows a second time does not count.
  const repeats = along.map((rows) =>
    rows.map((row) => row.map((at, k) => (at === row[k - 1] ? 1 : 0))),
  );
  if (!repeats.some((rows) => rows.some((row) => row.includes(1))))
    return averaged(view, counts, rank);
  const isRepeat = repeats
    .map((rows, i) => tableOf(rows, i, rank))
    .reduce((any, one) => any.add(one))
    .gt(0);
  return averaged(view.maskedFill(isRepeat, 0), counts, rank);
}
