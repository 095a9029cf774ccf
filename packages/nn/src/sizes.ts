/**
 * Arguments that say something for each dimension that windows move in, and the inputs they are
 * about: how functions of windows and places read them.
 */
import { ArgumentError, ShapeError } from "@nabla/core";
import type { Shape, Tensor } from "@nabla/core";

import { checkTensors, format } from "./checks.js";

/** A number for every dimension, or one for each. */
export type Sizes = number | Shape;

export const product = (sizes: Shape): number => sizes.reduce((all, size) => all * size, 1);

export const range = (from: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - from) }, (_, i) => from + i);

/** A list for `rank` dimensions; a number, in a list or not, is for all of them. */
export function oneForEach<Value extends number | null>(
  given: Value | readonly Value[],
  rank: number,
): Value[] {
  const list = Array.isArray(given) ? Array.from(given as readonly Value[]) : [given as Value];
  return list.length === 1 ? Array.from({ length: rank }, () => list[0]!) : list;
}

/** A number for each of `rank` dimensions, all integers from `least` on, or an ArgumentError. */
export function perDimension(
  of: string,
  what: string,
  given: Sizes,
  rank: number,
  least: number,
): Shape {
  const all = oneForEach(given, rank);
  if (all.length === rank && all.every((n) => Number.isInteger(n) && n >= least)) return all;
  throw new ArgumentError(
    `${of}: the ${what} is ${format(all)}; give an integer, ${least} or more, or one for each of ` +
      `${rank} dimensions.`,
  );
}

/**
 * Whether there is a batch, [n, channels, ...sizes] with `rank` sizes; if not it must be a single
 * example without n, or a ShapeError is thrown.
 */
export function isBatch(name: string, input: Tensor, rank: number): boolean {
  checkTensors(name, { input });
  const given = input.shape.length;
  if (given === rank + 1 || given === rank + 2) return given === rank + 2;
  throw new ShapeError(
    `${name}: ${format(input.shape)}: it must have ${rank + 1} or ${rank + 2} dimensions: ` +
      "[n, channels, ...], or without n for a single example.",
  );
}

/** The same, of an input that has elements, but for an empty batch. */
export function checkFilled(name: string, input: Tensor, rank: number): void {
  const first = isBatch(name, input, rank) ? 1 : 0;
  if (!input.shape.slice(first).includes(0)) return;
  throw new ShapeError(
    `${name}: an input of shape ${format(input.shape)} has no elements; only n may be 0.`,
  );
}
