/**
 * `slice(start, stop, step)`: part of a dimension, to index with. Taking it is indexing.ts's work.
 */
import { ArgumentError } from "../errors.js";

/**
 * Part of a dimension, as `start:stop:step` is in Python. Made by slice().
 * @example
 * slice(1, 4).stop // 4
 */
export class Slice {
  /** The first position; negative ones count from the end. */
  readonly start: number;
  /** The first position that is left out. */
  readonly stop: number;
  /** Every how many-th position, 1 or more. */
  readonly step: number;

  /** See slice(). */
  constructor(start: number, stop: number, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/**
 * Part of a dimension, for `at` and `setAt`: Python's `start:stop:step`. What is left out, or
 * `null`, means the beginning, the end, and every one.
 * @example
 * const x = arange(6);
 * x.at(slice(1, 4)) // tensor([1., 2., 3.])
 * x.at(slice(null, -1, 2)) // tensor([0., 2., 4.])
 */
export const slice = (
  start: number | null = null,
  stop: number | null = null,
  step: number | null = null,
): Slice => {
  const wrong = [start, stop, step].find((part) => part !== null && !Number.isInteger(part));
  if (wrong !== undefined && wrong !== Infinity) {
    throw new ArgumentError(
      `slice: ${String(wrong)} is no position; use integers or null, for example slice(1, 3).`,
    );
  }
  return new Slice(start ?? 0, stop ?? Infinity, step ?? 1);
};
