/**
 * Lists of numbers as callers pass them: checked, and made shorter without changing their shape.
 */
import { PlotError } from "./errors.js";

/** A list of numbers: a plain array or a typed one, such as a column of a table. */
export type Numbers = readonly number[] | Float64Array | Float32Array | Int32Array | Uint8Array;

/** Whether a number can be drawn; beyond 1e150, squares leave the range of 64-bit numbers. */
export function isDrawable(value: number): boolean {
  return Math.abs(value) <= 1e150;
}

/** Refuses an empty list, and one with a number that cannot be drawn. */
export function requireFinite(plot: string, name: string, values: Numbers): void {
  requireSome(plot, name, values);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (typeof value !== "number" || !isDrawable(value)) {
      throw new PlotError(
        `${plot}: ${name} holds ${String(value)} at position ${index}, which cannot be drawn: ` +
          "pass finite numbers of ordinary size",
      );
    }
  }
}

/** Refuses an empty list, and what is no list. */
export function requireSome(plot: string, name: string, values: Numbers): void {
  if (!Array.isArray(values) && !ArrayBuffer.isView(values)) {
    throw new PlotError(
      `${plot}: ${name} is not a list of numbers: pass an array; of a tensor, pass tensor.data()`,
    );
  }
  if (values.length === 0) {
    throw new PlotError(`${plot}: ${name} is empty: pass at least one number`);
  }
}

/** A number and its position in the list it came from. */
export interface Sample {
  readonly index: number;
  readonly value: number;
}

/**
 * At most about 1000 samples that draw the same curve as the whole list: of each stretch its
 * least and its greatest number, and one that is not finite, where there is one, so that the gap
 * stays. First and last are kept.
 */
export function thinned(values: Numbers): Sample[] {
  const stretches = values.length <= 1000 ? values.length : 333;
  const kept = new Set([0, values.length - 1]);
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const from = Math.floor((stretch * values.length) / stretches);
    const to = Math.floor(((stretch + 1) * values.length) / stretches);
    let least: number | undefined;
    let greatest: number | undefined;
    let gap: number | undefined;
    for (let index = from; index < to; index += 1) {
      const value = values[index]!;
      if (!Number.isFinite(value)) gap ??= index;
      else {
        if (least === undefined || value < values[least]!) least = index;
        if (greatest === undefined || value > values[greatest]!) greatest = index;
      }
    }
    for (const index of [least, greatest, gap]) {
      if (index !== undefined) kept.add(index);
    }
  }
  return [...kept].sort((a, b) => a - b).map((index) => ({ index, value: values[index]! }));
}
