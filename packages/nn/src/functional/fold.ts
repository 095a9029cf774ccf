/**
 * Windows of a picture as the columns of a matrix, and back. Convolutions and pooling need none of
 * it: they look at windows without copying them. Read first: windows.ts.
 */
import { enableGrad, grad, isGradEnabled, readOptions, ShapeError, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { format } from "../checks.js";
import type { FoldFunction, UnfoldFunction } from "../shape-functions.js";
import { checkFilled, perDimension } from "../sizes.js";
import type { Sizes } from "../sizes.js";
import { slidingWindows } from "./windows.js";

/** How the windows of `unfold` and `fold` lie; a number is for both dimensions. */
export interface FoldOptions {
  /** From one element of a window to the next; 1 unless given. */
  readonly dilation?: Sizes;
  /** So many zeros around the picture; 0 unless given. */
  readonly padding?: Sizes;
  /** From one window to the next; 1 unless given. */
  readonly stride?: Sizes;
}

/**
 * The windows of a picture [n, channels, height, width], or without n, as columns: [n, channels ·
 * elements of a window, places]. Throws a ShapeError where a window is too large.
 * @example
 * const x = arange(9).reshape([1, 1, 3, 3]);
 * functional.unfold(x, 2).shape // [ 1, 4, 4 ]
 * functional.unfold(x, 2).at(0, slice(), 0) // tensor([0., 1., 3., 4.])
 */
export const unfold: UnfoldFunction<FoldOptions> = ((
  input: Tensor,
  kernelSize: Sizes,
  options: FoldOptions = {},
): Tensor => {
  const given = readOptions<FoldOptions>("unfold", options, {
    dilation: [1],
    padding: [0],
    stride: [1],
  });
  checkFilled("unfold", input, 2);
  const of = `unfold: ${format(input.shape)}`;
  const sliding = {
    kernel: perDimension(of, "kernelSize", kernelSize, 2, 1),
    dilation: perDimension(of, "dilation", given.dilation, 2, 1),
    padding: perDimension(of, "padding", given.padding, 2, 0),
    stride: perDimension(of, "stride", given.stride, 2, 1),
    ceilMode: false,
  };
  // [..., channels, ...places, ...window]
  const { view } = slidingWindows(of, input, sliding, 0);
  return view.movedim([-2, -1], [-4, -3]).flatten(-2).flatten(-4, -2);
}) as never;

/**
 * A picture of `outputSize` from the columns of its windows: each element is the sum of what all
 * windows have for it, which is how a gradient goes back through `unfold`. The input is as that
 * gives it, [n, channels · elements of a window, places] or without n. Throws a ShapeError where
 * these are not the columns of such a picture.
 * @example
 * const columns = functional.unfold(ones([1, 1, 3, 3]), 2);
 * functional.fold(columns, 3, 2).at(0, 0) // tensor([[1., 2., 1.],
 * //         [2., 4., 2.],
 * //         [1., 2., 1.]])
 */
export const fold: FoldFunction<FoldOptions> = ((
  input: Tensor,
  outputSize: Sizes,
  kernelSize: Sizes,
  options: FoldOptions = {},
): Tensor => {
  checkFilled("fold", input, 1);
  const of = `fold: ${format(input.shape)}`;
  const [height, width] = perDimension(of, "kernelSize", kernelSize, 2, 1);
  const sizes = perDimension(of, "outputSize", outputSize, 2, 1);
  const channels = Math.max(1, Math.floor(input.shape.at(-2)! / (height! * width!)));
  const createGraph = isGradEnabled();
  return enableGrad(() => {
    const picture = zeros([...input.shape.slice(0, -2), channels, ...sizes], {
      dtype: input.dtype,
      requiresGrad: true,
    });
    const columns = unfold(picture, kernelSize, options);
    if (columns.shape.join() !== input.shape.join()) {
      throw new ShapeError(
        `${of}: windows of ${height} × ${width} in a picture of ${format(sizes)} make columns ` +
          `[n, channels · ${height! * width!}, ${columns.shape.at(-1)}].`,
      );
    }
    return grad(columns, [picture], { gradOutputs: input, createGraph })[0]!;
  });
}) as never;
