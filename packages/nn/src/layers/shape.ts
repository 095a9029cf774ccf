/**
 * Layers that only change shapes and places, or compare: flattening, enlarging, shuffling,
 * distances. What they compute is in core and in functional/.
 */
import type { Shape, Tensor } from "@nabla/core";

import * as F from "../functional/index.js";
import type { Called, Distance, Given, Maps, Resizing, Same, Sliding } from "../shape-types.js";
import type { Sizes } from "../sizes.js";
import { layer, numbered, plain } from "./layer.js";
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

/** A class of enlargements of which the compiler knows the options. */
const resizing = <Options extends object>(
  run: (input: Tensor, options: Options) => Tensor,
  defaults: Partial<Options>,
): new <O extends Options>(options: O) => LayerOf<Options> =>
  layer<[options: Options], Options>([], defaults, ([x], fields) => run(x, fields));
const sizes = { size: null, scaleFactor: null };

/**
 * Enlarges to a `size` or by a `scaleFactor`; see `functional.interpolate`.
 * @example
 * new Upsample({ scaleFactor: 2 }).call(ones([1, 1, 2, 3])).shape // [ 1, 1, 4, 6 ]
 */
export class Upsample<const O extends F.InterpolateOptions = F.InterpolateOptions> extends resizing<
  Omit<F.InterpolateOptions, "antialias">
>(plain(F.interpolate), {
  ...sizes,
  mode: "nearest",
  alignCorners: null,
  recomputeScaleFactor: false,
})<O> {}
export interface Upsample<O extends F.InterpolateOptions> extends Maps<
  Resizing<"Upsample", O, Given<O, "mode", "nearest">>
> {}

/**
 * Enlarges pictures by repeating; see `functional.interpolate`.
 * @example
 * new UpsamplingNearest2d({ scaleFactor: 2 }).call(ones([1, 1, 2, 3])).shape // [ 1, 1, 4, 6 ]
 */
export class UpsamplingNearest2d<
  const O extends F.UpsampleOptions = F.UpsampleOptions,
> extends resizing<F.UpsampleOptions>(plain(F.upsampleNearest), sizes)<O> {}
export interface UpsamplingNearest2d<O extends F.UpsampleOptions> extends Maps<
  Resizing<"UpsamplingNearest2d", O, "nearest">
> {}

/**
 * Enlarges pictures by straight lines between corners; see `functional.interpolate`.
 * @example
 * new UpsamplingBilinear2d({ size: [4, 4] }).call(ones([1, 1, 2, 3])).shape // [ 1, 1, 4, 4 ]
 */
export class UpsamplingBilinear2d<
  const O extends F.UpsampleOptions = F.UpsampleOptions,
> extends resizing<F.UpsampleOptions>(plain(F.upsampleBilinear), sizes)<O> {}
export interface UpsamplingBilinear2d<O extends F.UpsampleOptions> extends Maps<
  Resizing<"UpsamplingBilinear2d", O, "bilinear">
> {}

/**
 * Channels as pixels of a larger picture, `upscaleFactor` times as high and wide; see
 * `functional.pixelShuffle`.
 * @example
 * new PixelShuffle(2).call(ones([1, 4, 2, 3])).shape // [ 1, 1, 4, 6 ]
 */
export class PixelShuffle<K extends number = number> extends numbered(
  "upscaleFactor",
  plain(F.pixelShuffle),
)<K> {}
export interface PixelShuffle<K extends number> extends Maps<
  ["shuffle", Called<"PixelShuffle", K>, K]
> {}

/**
 * Pixels as channels of a smaller picture, which is `downscaleFactor` times smaller; see
 * `functional.pixelUnshuffle`.
 * @example
 * new PixelUnshuffle(2).call(ones([1, 1, 4, 6])).shape // [ 1, 4, 2, 3 ]
 */
export class PixelUnshuffle<K extends number = number> extends numbered(
  "downscaleFactor",
  plain(F.pixelUnshuffle),
)<K> {}
export interface PixelUnshuffle<K extends number> extends Maps<
  ["unshuffle", Called<"PixelUnshuffle", K>, K]
> {}

/**
 * The channels of so many `groups`, taken in turn; see `functional.channelShuffle`.
 * @example
 * new ChannelShuffle(2).call(ones([1, 4, 2, 3])).shape // [ 1, 4, 2, 3 ]
 */
export class ChannelShuffle<K extends number = number> extends numbered(
  "groups",
  plain(F.channelShuffle),
)<K> {}
export interface ChannelShuffle<K extends number> extends Maps<
  ["deal", Called<"ChannelShuffle", K>, K]
> {}

interface Windows extends F.FoldOptions {
  kernelSize: Sizes;
}
interface Picture extends Windows {
  outputSize: Sizes;
}
const even: Required<F.FoldOptions> = { dilation: 1, padding: 0, stride: 1 };
const unfolding: new <K extends Sizes, O extends F.FoldOptions>(
  kernelSize: K,
  options?: O,
) => LayerOf<Windows> = layer<[kernelSize: Sizes, options?: F.FoldOptions], Windows>(
  ["kernelSize"],
  even,
  ([x], { kernelSize, ...options }): Tensor => F.unfold(x, kernelSize, options),
);
const folding: new <Size extends Sizes, K extends Sizes, O extends F.FoldOptions>(
  outputSize: Size,
  kernelSize: K,
  options?: O,
) => LayerOf<Picture> = layer<
  [outputSize: Sizes, kernelSize: Sizes, options?: F.FoldOptions],
  Picture
>(["outputSize", "kernelSize"], even, ([x], { outputSize, kernelSize, ...options }): Tensor =>
  F.fold(x, outputSize, kernelSize, options),
);

/**
 * Windows as columns; see `functional.unfold`.
 * @example
 * new Unfold(2).call(ones([1, 1, 3, 3])).shape // [ 1, 4, 4 ]
 */
export class Unfold<
  const K extends Sizes = Sizes,
  const O extends F.FoldOptions = Sizes extends K ? F.FoldOptions : object,
> extends unfolding<K, O> {}
export interface Unfold<K extends Sizes, O extends F.FoldOptions> extends Maps<
  ["unfold", Called<"Unfold", K>, 2, Sliding<K, O, 1>]
> {}

/**
 * The sum of windows that are columns; see `functional.fold`.
 * @example
 * new Fold(3, 2).call(ones([1, 4, 4])).shape // [ 1, 1, 3, 3 ]
 */
export class Fold<
  const Size extends Sizes = Sizes,
  const K extends Sizes = Sizes,
  const O extends F.FoldOptions = Sizes extends K ? F.FoldOptions : object,
> extends folding<Size, K, O> {}
export interface Fold<Size extends Sizes, K extends Sizes, O extends F.FoldOptions> extends Maps<
  ["fold", "Fold", 2, Sliding<K, O, 1>, Size]
> {}

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
