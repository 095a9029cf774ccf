/**
 * Layers that only change shapes and places, or compare: flattening, enlarging, shuffling,
 * distances. What they compute is in core and in functional/.
 */
import type { Shape, Tensor } from "@nabla/core";

import * as F from "../functional/index.js";
import type { Distance, Given, Maps, Same } from "../shape-types.js";
import type { Sizes } from "../sizes.js";
import { layer } from "./layer.js";
import type { LayerOf, None } from "./layer.js";

type Two = [x1: Tensor, x2: Tensor];

type Range = { startDim: number; endDim: number };
type Parts = { dim: number; unflattenedSize: Shape };
const flattening: new <Start extends number, End extends number>(
  startDim?: Start,
  endDim?: End,
) => LayerOf<Range> = layer<[startDim?: number, endDim?: number], Range>(
  ["startDim", "endDim"],
  { startDim: 1, endDim: -1 },
  ([x], { startDim, endDim }) => x.flatten(startDim, endDim),
);
const unflattening: new <Dim extends number, To extends Shape>(
  dim: Dim,
  unflattenedSize: To,
) => LayerOf<Parts> = layer<[dim: number, unflattenedSize: Shape], Parts>(
  ["dim", "unflattenedSize"],
  {},
  ([x], { dim, unflattenedSize }) => x.unflatten(dim, unflattenedSize),
);

/**
 * Gives what it gets.
 * @example
 * new Identity().call(tensor([1, 2])) // tensor([1., 2.])
 */
export class Identity extends layer<[], None>([], {}, ([x]) => x) {}
export interface Identity extends Same {}

/**
 * The dimensions from `startDim` to `endDim` as one; from 1 to the last unless given, so that
 * samples stay apart.
 * @example
 * new Flatten().call(ones([5, 2, 3])).shape // [ 5, 6 ]
 */
export class Flatten<Start extends number = 1, End extends number = -1> extends flattening<
  Start,
  End
> {}
export interface Flatten<Start extends number, End extends number> extends Maps<
  ["flatten", "Flatten", Start, End]
> {}

/**
 * One dimension as several.
 * @example
 * new Unflatten(1, [2, 3]).call(ones([5, 6])).shape // [ 5, 2, 3 ]
 */
export class Unflatten<
  Dim extends number = number,
  const To extends Shape = Shape,
> extends unflattening<Dim, To> {}
export interface Unflatten<Dim extends number, To extends Shape> extends Maps<
  ["unflatten", "Unflatten", Dim, To]
> {}

/**
 * Enlarges to a `size` or by a `scaleFactor`; see `functional.interpolate`.
 * @example
 * new Upsample({ scaleFactor: 2 }).call(ones([1, 1, 2, 3])).shape // [ 1, 1, 4, 6 ]
 */
export class Upsample extends layer<[options: F.InterpolateOptions], F.InterpolateOptions>(
  [],
  {
    size: null,
    scaleFactor: null,
    mode: "nearest",
    alignCorners: null,
    recomputeScaleFactor: false,
  },
  ([x], fields) => F.interpolate(x, fields),
) {}

/**
 * Enlarges pictures by repeating; see `functional.interpolate`.
 * @example
 * new UpsamplingNearest2d({ scaleFactor: 2 }).call(ones([1, 1, 2, 3])).shape // [ 1, 1, 4, 6 ]
 */
export class UpsamplingNearest2d extends layer<[options: F.UpsampleOptions], F.UpsampleOptions>(
  [],
  { size: null, scaleFactor: null },
  ([x], fields) => F.upsampleNearest(x, fields),
) {}

/**
 * Enlarges pictures by straight lines between corners; see `functional.interpolate`.
 * @example
 * new UpsamplingBilinear2d({ size: [4, 4] }).call(ones([1, 1, 2, 3])).shape // [ 1, 1, 4, 4 ]
 */
export class UpsamplingBilinear2d extends layer<[options: F.UpsampleOptions], F.UpsampleOptions>(
  [],
  { size: null, scaleFactor: null },
  ([x], fields) => F.upsampleBilinear(x, fields),
) {}

/**
 * Channels as pixels of a larger picture; see `functional.pixelShuffle`.
 * @example
 * new PixelShuffle(2).call(ones([1, 4, 2, 3])).shape // [ 1, 1, 4, 6 ]
 */
export class PixelShuffle extends layer<[upscaleFactor: number], { upscaleFactor: number }>(
  ["upscaleFactor"],
  {},
  ([x], { upscaleFactor }) => F.pixelShuffle(x, upscaleFactor),
) {}

/**
 * Pixels as channels of a smaller picture; see `functional.pixelUnshuffle`.
 * @example
 * new PixelUnshuffle(2).call(ones([1, 1, 4, 6])).shape // [ 1, 4, 2, 3 ]
 */
export class PixelUnshuffle extends layer<[downscaleFactor: number], { downscaleFactor: number }>(
  ["downscaleFactor"],
  {},
  ([x], { downscaleFactor }) => F.pixelUnshuffle(x, downscaleFactor),
) {}

/**
 * The channels of groups, taken in turn; see `functional.channelShuffle`.
 * @example
 * new ChannelShuffle(2).call(ones([1, 4, 2, 3])).shape // [ 1, 4, 2, 3 ]
 */
export class ChannelShuffle extends layer<[groups: number], { groups: number }>(
  ["groups"],
  {},
  ([x], { groups }) => F.channelShuffle(x, groups),
) {}

/**
 * Windows as columns; see `functional.unfold`.
 * @example
 * new Unfold(2).call(ones([1, 1, 3, 3])).shape // [ 1, 4, 4 ]
 */
export class Unfold extends layer<
  [kernelSize: Sizes, options?: F.FoldOptions],
  F.FoldOptions & { kernelSize: Sizes }
>(["kernelSize"], { dilation: 1, padding: 0, stride: 1 }, ([x], { kernelSize, ...options }) =>
  F.unfold(x, kernelSize, options),
) {}

/**
 * The sum of windows that are columns; see `functional.fold`.
 * @example
 * new Fold(3, 2).call(ones([1, 4, 4])).shape // [ 1, 1, 3, 3 ]
 */
export class Fold extends layer<
  [outputSize: Sizes, kernelSize: Sizes, options?: F.FoldOptions],
  F.FoldOptions & { outputSize: Sizes; kernelSize: Sizes }
>(
  ["outputSize", "kernelSize"],
  { dilation: 1, padding: 0, stride: 1 },
  ([x], { outputSize, kernelSize, ...options }) => F.fold(x, outputSize, kernelSize, options),
) {}

type CosineOptions = F.CosineSimilarityOptions & { dim?: number };
const cosine: new <O extends CosineOptions>(
  ...given: [options?: O]
) => LayerOf<CosineOptions, Two> = layer<[options?: CosineOptions], CosineOptions, Two>(
  [],
  { dim: 1, eps: 1e-8 },
  ([x1, x2], { dim, eps }) => F.cosineSimilarity(x1, x2, dim, { eps }),
);
const distance: new <O extends F.PairwiseDistanceOptions>(
  ...given: [options?: O]
) => LayerOf<F.PairwiseDistanceOptions, Two> = layer<
  [options?: F.PairwiseDistanceOptions],
  F.PairwiseDistanceOptions,
  Two
>([], { p: 2, eps: 1e-6, keepdim: false }, ([x1, x2], fields) =>
  F.pairwiseDistance(x1, x2, fields),
);

/**
 * The cosines of the angles between vectors along `dim`, 1 unless given; see
 * `functional.cosineSimilarity`.
 * @example
 * new CosineSimilarity().call(tensor([[1, 0]]), tensor([[1, 1]])) // tensor([0.7071])
 */
export class CosineSimilarity<const O extends CosineOptions = object> extends cosine<O> {}
export interface CosineSimilarity<O extends CosineOptions> extends Distance<
  "CosineSimilarity",
  Given<O, "dim", 1>
> {}

/**
 * The distances between vectors; see `functional.pairwiseDistance`.
 * @example
 * new PairwiseDistance().call(tensor([[0, 0]]), tensor([[3, 4]])) // tensor([5.0000])
 */
export class PairwiseDistance<
  const O extends F.PairwiseDistanceOptions = object,
> extends distance<O> {}
export interface PairwiseDistance<O extends F.PairwiseDistanceOptions> extends Distance<
  "PairwiseDistance",
  -1,
  Given<O, "keepdim", false>
> {}
