/**
 * Pooling as layers: see functional/pooling.ts for what windows do and what their options mean.
 */
import type { Tensor } from "@nabla/core";

import * as F from "../functional/index.js";
import type { Called, Given, Maps, Pooling, Sliding } from "../shape-types.js";
import type { Sizes } from "../sizes.js";
import { layer, plain } from "./layer.js";
import type { LayerOf } from "./layer.js";

type Found = Tensor | [output: Tensor, indices: Tensor];
interface Window {
  kernelSize: Sizes;
}
interface Places {
  outputSize: F.OutputSize;
}
interface Indices {
  /** Whether to say where the largest elements are; `false` unless given. */
  readonly returnIndices?: boolean;
}
/** A class of poolings of which the compiler knows windows and options, or sizes and options. */
type Sized<Size, Options extends object, Fields, Output> = new <K extends Size, O extends Options>(
  ...given: [size: K, options?: O]
) => LayerOf<Fields & Options, [input: Tensor], Output>;

const maximum = (
  run: (x: Tensor, kernelSize: Sizes, options: F.MaxPoolOptions) => Found,
): Sized<Sizes, F.MaxPoolOptions, Window, Found> =>
  layer<
    [kernelSize: Sizes, options?: F.MaxPoolOptions],
    Window & F.MaxPoolOptions,
    [Tensor],
    Found
  >(
    ["kernelSize"],
    { stride: null, padding: 0, dilation: 1, ceilMode: false, returnIndices: false },
    ([x], { kernelSize, ...options }) => run(x, kernelSize, options),
  );
const mean = (
  run: (x: Tensor, kernelSize: Sizes, options: F.AvgPoolOptions) => Tensor,
  more: F.AvgPoolOptions,
): Sized<Sizes, F.AvgPoolOptions, Window, Tensor> =>
  layer<[kernelSize: Sizes, options?: F.AvgPoolOptions], Window & F.AvgPoolOptions>(
    ["kernelSize"],
    { stride: null, padding: 0, ceilMode: false, countIncludePad: true, ...more },
    ([x], { kernelSize, ...options }) => run(x, kernelSize, options),
  );
const adaptiveMaximum = (
  run: (x: Tensor, outputSize: F.OutputSize, options: Indices) => Found,
): Sized<F.OutputSize, Indices, Places, Found> =>
  layer<[outputSize: F.OutputSize, options?: Indices], Places & Indices, [Tensor], Found>(
    ["outputSize"],
    { returnIndices: false },
    ([x], { outputSize, ...options }) => run(x, outputSize, options),
  );
const adaptiveMean = (
  run: (x: Tensor, outputSize: F.OutputSize) => Tensor,
): new <K extends F.OutputSize>(...given: [outputSize: K]) => LayerOf<Places> =>
  layer<[outputSize: F.OutputSize], Places>(["outputSize"], {}, ([x], { outputSize }) =>
    run(x, outputSize),
  );

/**
 * The largest element of each window of sequences [n, channels, length]; see
 * `functional.maxPool1d`. With `returnIndices` a pair.
 * @example
 * new MaxPool1d(2).call(ones([1, 1, 4])).shape // [ 1, 1, 2 ]
 */
export class MaxPool1d<
  const K extends Sizes = Sizes,
  const O extends F.MaxPoolOptions = Sizes extends K ? F.MaxPoolOptions : object,
> extends maximum(plain(F.maxPool1d))<K, O> {}
export interface MaxPool1d<K extends Sizes, O extends F.MaxPoolOptions> extends Maps<
  Pooling<"slide", Called<"MaxPool1d", K>, 1, O, Sliding<K, O, null, Given<O, "ceilMode", false>>>
> {}

/**
 * The largest element of each window of pictures [n, channels, height, width]; see
 * `functional.maxPool2d`. With `returnIndices` a pair.
 * @example
 * new MaxPool2d(2).call(ones([1, 1, 4, 4])).shape // [ 1, 1, 2, 2 ]
 */
export class MaxPool2d<
  const K extends Sizes = Sizes,
  const O extends F.MaxPoolOptions = Sizes extends K ? F.MaxPoolOptions : object,
> extends maximum(plain(F.maxPool2d))<K, O> {}
export interface MaxPool2d<K extends Sizes, O extends F.MaxPoolOptions> extends Maps<
  Pooling<"slide", Called<"MaxPool2d", K>, 2, O, Sliding<K, O, null, Given<O, "ceilMode", false>>>
> {}

/**
 * The largest element of each window of volumes [n, channels, depth, height, width]; see
 * `functional.maxPool3d`. With `returnIndices` a pair.
 * @example
 * new MaxPool3d(2).call(ones([1, 1, 4, 4, 4])).shape // [ 1, 1, 2, 2, 2 ]
 */
export class MaxPool3d<
  const K extends Sizes = Sizes,
  const O extends F.MaxPoolOptions = Sizes extends K ? F.MaxPoolOptions : object,
> extends maximum(plain(F.maxPool3d))<K, O> {}
export interface MaxPool3d<K extends Sizes, O extends F.MaxPoolOptions> extends Maps<
  Pooling<"slide", Called<"MaxPool3d", K>, 3, O, Sliding<K, O, null, Given<O, "ceilMode", false>>>
> {}

/**
 * The mean of each window; see `functional.avgPool1d`.
 * @example
 * new AvgPool1d(2, { stride: 1 }).call(ones([1, 1, 4])).shape // [ 1, 1, 3 ]
 */
export class AvgPool1d<
  const K extends Sizes = Sizes,
  const O extends F.AvgPoolOptions = Sizes extends K ? F.AvgPoolOptions : object,
> extends mean(plain(F.avgPool1d), {})<K, O> {}
export interface AvgPool1d<K extends Sizes, O extends F.AvgPoolOptions> extends Maps<
  Pooling<"slide", Called<"AvgPool1d", K>, 1, O, Sliding<K, O, null, Given<O, "ceilMode", false>>>
> {}

/**
 * The mean of each window; see `functional.avgPool2d`.
 * @example
 * new AvgPool2d(2, { stride: 1 }).call(ones([1, 1, 4, 4])).shape // [ 1, 1, 3, 3 ]
 */
export class AvgPool2d<
  const K extends Sizes = Sizes,
  const O extends F.AvgPoolOptions = Sizes extends K ? F.AvgPoolOptions : object,
> extends mean(plain(F.avgPool2d), { divisorOverride: null })<K, O> {}
export interface AvgPool2d<K extends Sizes, O extends F.AvgPoolOptions> extends Maps<
  Pooling<"slide", Called<"AvgPool2d", K>, 2, O, Sliding<K, O, null, Given<O, "ceilMode", false>>>
> {}

/**
 * The mean of each window; see `functional.avgPool3d`.
 * @example
 * new AvgPool3d(2, { stride: 1 }).call(ones([1, 1, 4, 4, 4])).shape // [ 1, 1, 3, 3, 3 ]
 */
export class AvgPool3d<
  const K extends Sizes = Sizes,
  const O extends F.AvgPoolOptions = Sizes extends K ? F.AvgPoolOptions : object,
> extends mean(plain(F.avgPool3d), { divisorOverride: null })<K, O> {}
export interface AvgPool3d<K extends Sizes, O extends F.AvgPoolOptions> extends Maps<
  Pooling<"slide", Called<"AvgPool3d", K>, 3, O, Sliding<K, O, null, Given<O, "ceilMode", false>>>
> {}

/**
 * The largest elements of so many windows that share the input out; see
 * `functional.adaptiveMaxPool1d`.
 * @example
 * new AdaptiveMaxPool1d(2).call(ones([1, 1, 4])).shape // [ 1, 1, 2 ]
 */
export class AdaptiveMaxPool1d<
  const K extends F.OutputSize = F.OutputSize,
  const O extends Indices = F.OutputSize extends K ? Indices : object,
> extends adaptiveMaximum(plain(F.adaptiveMaxPool1d))<K, O> {}
export interface AdaptiveMaxPool1d<K extends F.OutputSize, O extends Indices> extends Maps<
  Pooling<"adapt", Called<"AdaptiveMaxPool1d", K>, 1, O, [K]>
> {}

/**
 * The largest elements of so many windows that share the input out; see
 * `functional.adaptiveMaxPool2d`.
 * @example
 * new AdaptiveMaxPool2d(2).call(ones([1, 1, 4, 4])).shape // [ 1, 1, 2, 2 ]
 */
export class AdaptiveMaxPool2d<
  const K extends F.OutputSize = F.OutputSize,
  const O extends Indices = F.OutputSize extends K ? Indices : object,
> extends adaptiveMaximum(plain(F.adaptiveMaxPool2d))<K, O> {}
export interface AdaptiveMaxPool2d<K extends F.OutputSize, O extends Indices> extends Maps<
  Pooling<"adapt", Called<"AdaptiveMaxPool2d", K>, 2, O, [K]>
> {}

/**
 * The largest elements of so many windows that share the input out; see
 * `functional.adaptiveMaxPool3d`.
 * @example
 * new AdaptiveMaxPool3d(2).call(ones([1, 1, 4, 4, 4])).shape // [ 1, 1, 2, 2, 2 ]
 */
export class AdaptiveMaxPool3d<
  const K extends F.OutputSize = F.OutputSize,
  const O extends Indices = F.OutputSize extends K ? Indices : object,
> extends adaptiveMaximum(plain(F.adaptiveMaxPool3d))<K, O> {}
export interface AdaptiveMaxPool3d<K extends F.OutputSize, O extends Indices> extends Maps<
  Pooling<"adapt", Called<"AdaptiveMaxPool3d", K>, 3, O, [K]>
> {}

/**
 * The means of so many windows that share the input out; see `functional.adaptiveAvgPool1d`.
 * @example
 * new AdaptiveAvgPool1d(1).call(ones([1, 1, 4])).shape // [ 1, 1, 1 ]
 */
export class AdaptiveAvgPool1d<const K extends F.OutputSize = F.OutputSize> extends adaptiveMean(
  plain(F.adaptiveAvgPool1d),
)<K> {}
export interface AdaptiveAvgPool1d<K extends F.OutputSize> extends Maps<
  Pooling<"adapt", Called<"AdaptiveAvgPool1d", K>, 1, object, [K]>
> {}

/**
 * The means of so many windows that share the input out; see `functional.adaptiveAvgPool2d`.
 * @example
 * new AdaptiveAvgPool2d(1).call(ones([1, 1, 4, 4])).shape // [ 1, 1, 1, 1 ]
 */
export class AdaptiveAvgPool2d<const K extends F.OutputSize = F.OutputSize> extends adaptiveMean(
  plain(F.adaptiveAvgPool2d),
)<K> {}
export interface AdaptiveAvgPool2d<K extends F.OutputSize> extends Maps<
  Pooling<"adapt", Called<"AdaptiveAvgPool2d", K>, 2, object, [K]>
> {}

/**
 * The means of so many windows that share the input out; see `functional.adaptiveAvgPool3d`.
 * @example
 * new AdaptiveAvgPool3d(1).call(ones([1, 1, 4, 4, 4])).shape // [ 1, 1, 1, 1, 1 ]
 */
export class AdaptiveAvgPool3d<const K extends F.OutputSize = F.OutputSize> extends adaptiveMean(
  plain(F.adaptiveAvgPool3d),
)<K> {}
export interface AdaptiveAvgPool3d<K extends F.OutputSize> extends Maps<
  Pooling<"adapt", Called<"AdaptiveAvgPool3d", K>, 3, object, [K]>
> {}
