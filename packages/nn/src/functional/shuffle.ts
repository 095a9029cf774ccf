/**
 * Channels for places, and back: the same elements in another order, made of movements.
 */
import { ArgumentError, ShapeError } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkTensors, format } from "../checks.js";
import type { NumberFunction } from "../shape-functions.js";

/**
 * Channels spread out over places: [..., channels · r², height, width] to [..., channels, height ·
 * r, width · r], where `upscaleFactor` is r. Each place becomes a square whose elements are taken
 * from r² neighbouring channels, row by row. Throws a ShapeError where r² does not divide them.
 * @example
 * functional.pixelShuffle(arange(4).reshape([4, 1, 1]), 2) // tensor([[[0., 1.],
 * //          [2., 3.]]])
 */
export const pixelShuffle: NumberFunction<"shuffle", "pixelShuffle", [upscaleFactor: number]> = ((
  input: Tensor,
  upscaleFactor: number,
): Tensor => {
  const r = checkFactor("pixelShuffle", input, upscaleFactor);
  const [channels, height, width] = input.shape.slice(-3) as [number, number, number];
  checkDivides("pixelShuffle", input, [channels], r * r);
  return input
    .reshape([...input.shape.slice(0, -3), channels / (r * r), r, r, height, width])
    .movedim([-4, -3], [-3, -1])
    .reshape([...input.shape.slice(0, -3), channels / (r * r), height * r, width * r]);
}) as never;

/**
 * Places gathered in channels, the way back of `pixelShuffle`: [..., channels, height, width] to
 * [..., channels · r², height / r, width / r], where `downscaleFactor` is r. Throws a ShapeError
 * where r does not divide height and width.
 * @example
 * functional.pixelUnshuffle(arange(4).reshape([1, 2, 2]), 2).flatten() // tensor([0., 1., 2., 3.])
 */
export const pixelUnshuffle: NumberFunction<
  "unshuffle",
  "pixelUnshuffle",
  [downscaleFactor: number]
> = ((input: Tensor, downscaleFactor: number): Tensor => {
  const r = checkFactor("pixelUnshuffle", input, downscaleFactor);
  const [channels, height, width] = input.shape.slice(-3) as [number, number, number];
  checkDivides("pixelUnshuffle", input, [height, width], r);
  return input
    .reshape([...input.shape.slice(0, -2), height / r, r, width / r, r])
    .movedim([-3, -1], [-4, -3])
    .reshape([...input.shape.slice(0, -3), channels * r * r, height / r, width / r]);
}) as never;

/**
 * The channels of [n, channels, ...sizes] in another order, as if dealt out to `groups`: first the
 * first of each group, then the second. Throws a ShapeError where groups does not divide them.
 * @example
 * functional.channelShuffle(arange(4).reshape([1, 4, 1]), 2).flatten() // tensor([0., 2., 1., 3.])
 */
export const channelShuffle: NumberFunction<"deal", "channelShuffle", [groups: number]> = ((
  input: Tensor,
  groups: number,
): Tensor => {
  checkFactor("channelShuffle", input, groups);
  const [n, channels, ...sizes] = input.shape as [number, number, ...number[]];
  checkDivides("channelShuffle", input, [channels], groups);
  return input
    .reshape([n, groups, channels / groups, ...sizes])
    .transpose(1, 2)
    .reshape(input.shape);
}) as never;

function checkFactor(name: string, input: Tensor, factor: number): number {
  checkTensors(name, { input });
  if (input.shape.length >= 3 && Number.isInteger(factor) && factor > 0) return factor;
  throw new ArgumentError(
    `${name}: ${format(input.shape)} by ${String(factor)}: it takes a tensor of 3 dimensions or ` +
      "more, and an integer, 1 or more.",
  );
}

function checkDivides(name: string, { shape }: Tensor, sizes: readonly number[], by: number): void {
  if (sizes.every((size) => size % by === 0)) return;
  throw new ShapeError(`${name}: ${format(shape)}: ${by} does not divide ${sizes.join(" and ")}.`);
}
