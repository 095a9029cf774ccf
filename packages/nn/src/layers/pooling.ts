/**
 * Pooling as layers: see functional/pooling.ts for what windows do and what their options mean.
 */
import type { Tensor } from "@nabla/core";

import * as F from "../functional/index.js";
import type { Sizes } from "../sizes.js";
import { layer } from "./layer.js";

/** What may be a pair, by the type that it has without `returnIndices`, as nearly always. */
const asTensor = (found: Tensor | [output: Tensor, indices: Tensor]): Tensor => found as Tensor;
interface Window {
  kernelSize: Sizes;
}
interface Places {
  outputSize: F.OutputSize;
}
type MaxPoolGiven = [kernelSize: Sizes, options?: F.MaxPoolOptions];
type AvgPoolGiven = [kernelSize: Sizes, options?: F.AvgPoolOptions];
type AdaptiveGiven = [outputSize: F.OutputSize];
type AdaptiveMaxGiven = [outputSize: F.OutputSize, options?: Indices];
interface Indices {
  /** Whether to say where the largest elements are; `false` unless given. */
  readonly returnIndices?: boolean;
}

const maxDefaults = {
  stride: null,
  padding: 0,
  dilation: 1,
  ceilMode: false,
  returnIndices: false,
} as const;
const avgDefaults = { stride: null, padding: 0, ceilMode: false, countIncludePad: true } as const;

/**
 * The largest element of each window of sequences [n, channels, length]; see
 * `functional.maxPool1d`. With `returnIndices` a pair, other than its type says.
 * @example
 * new MaxPool1d(2).call(ones([1, 1, 4])).shape // [ 1, 1, 2 ]
 */
export class MaxPool1d extends layer<MaxPoolGiven, Window & F.MaxPoolOptions>(
  ["kernelSize"],
  maxDefaults,
  ([x], { kernelSize, ...options }) => asTensor(F.maxPool1d(x, kernelSize, options)),
) {}

/**
 * The largest element of each window of pictures [n, channels, height, width]; see
 * `functional.maxPool2d`. With `returnIndices` a pair, other than its type says.
 * @example
 * new MaxPool2d(2).call(ones([1, 1, 4, 4])).shape // [ 1, 1, 2, 2 ]
 */
export class MaxPool2d extends layer<MaxPoolGiven, Window & F.MaxPoolOptions>(
  ["kernelSize"],
  maxDefaults,
  ([x], { kernelSize, ...options }) => asTensor(F.maxPool2d(x, kernelSize, options)),
) {}

/**
 * The largest element of each window of volumes [n, channels, depth, height, width]; see
 * `functional.maxPool3d`. With `returnIndices` a pair, other than its type says.
 * @example
 * new MaxPool3d(2).call(ones([1, 1, 4, 4, 4])).shape // [ 1, 1, 2, 2, 2 ]
 */
export class MaxPool3d extends layer<MaxPoolGiven, Window & F.MaxPoolOptions>(
  ["kernelSize"],
  maxDefaults,
  ([x], { kernelSize, ...options }) => asTensor(F.maxPool3d(x, kernelSize, options)),
) {}

/**
 * The mean of each window; see `functional.avgPool1d`.
 * @example
 * new AvgPool1d(2, { stride: 1 }).call(ones([1, 1, 4])).shape // [ 1, 1, 3 ]
 */
export class AvgPool1d extends layer<AvgPoolGiven, Window & F.AvgPoolOptions>(
  ["kernelSize"],
  avgDefaults,
  ([x], { kernelSize, ...options }) => F.avgPool1d(x, kernelSize, options),
) {}

/**
 * The mean of each window; see `functional.avgPool2d`.
 * @example
 * new AvgPool2d(2, { stride: 1 }).call(ones([1, 1, 4, 4])).shape // [ 1, 1, 3, 3 ]
 */
export class AvgPool2d extends layer<AvgPoolGiven, Window & F.AvgPoolOptions>(
  ["kernelSize"],
  { ...avgDefaults, divisorOverride: null },
  ([x], { kernelSize, ...options }) => F.avgPool2d(x, kernelSize, options),
) {}

/**
 * The mean of each window; see `functional.avgPool3d`.
 * @example
 * new AvgPool3d(2, { stride: 1 }).call(ones([1, 1, 4, 4, 4])).shape // [ 1, 1, 3, 3, 3 ]
 */
export class AvgPool3d extends layer<AvgPoolGiven, Window & F.AvgPoolOptions>(
  ["kernelSize"],
  { ...avgDefaults, divisorOverride: null },
  ([x], { kernelSize, ...options }) => F.avgPool3d(x, kernelSize, options),
) {}

/**
 * The largest elements of so many windows that share the input out; see
 * `functional.adaptiveMaxPool1d`.
 * @example
 * new AdaptiveMaxPool1d(2).call(ones([1, 1, 4])).shape // [ 1, 1, 2 ]
 */
export class AdaptiveMaxPool1d extends layer<AdaptiveMaxGiven, Places & Indices>(
  ["outputSize"],
  { returnIndices: false },
  ([x], { outputSize, ...options }) => asTensor(F.adaptiveMaxPool1d(x, outputSize, options)),
) {}

/**
 * The largest elements of so many windows that share the input out; see
 * `functional.adaptiveMaxPool2d`.
 * @example
 * new AdaptiveMaxPool2d(2).call(ones([1, 1, 4, 4])).shape // [ 1, 1, 2, 2 ]
 */
export class AdaptiveMaxPool2d extends layer<AdaptiveMaxGiven, Places & Indices>(
  ["outputSize"],
  { returnIndices: false },
  ([x], { outputSize, ...options }) => asTensor(F.adaptiveMaxPool2d(x, outputSize, options)),
) {}

/**
 * The largest elements of so many windows that share the input out; see
 * `functional.adaptiveMaxPool3d`.
 * @example
 * new AdaptiveMaxPool3d(2).call(ones([1, 1, 4, 4, 4])).shape // [ 1, 1, 2, 2, 2 ]
 */
export class AdaptiveMaxPool3d extends layer<AdaptiveMaxGiven, Places & Indices>(
  ["outputSize"],
  { returnIndices: false },
  ([x], { outputSize, ...options }) => asTensor(F.adaptiveMaxPool3d(x, outputSize, options)),
) {}

/**
 * The means of so many windows that share the input out; see `functional.adaptiveAvgPool1d`.
 * @example
 * new AdaptiveAvgPool1d(1).call(ones([1, 1, 4])).shape // [ 1, 1, 1 ]
 */
export class AdaptiveAvgPool1d extends layer<AdaptiveGiven, Places>(
  ["outputSize"],
  {},
  ([x], { outputSize }) => F.adaptiveAvgPool1d(x, outputSize),
) {}

/**
 * The means of so many windows that share the input out; see `functional.adaptiveAvgPool2d`.
 * @example
 * new AdaptiveAvgPool2d(1).call(ones([1, 1, 4, 4])).shape // [ 1, 1, 1, 1 ]
 */
export class AdaptiveAvgPool2d extends layer<AdaptiveGiven, Places>(
  ["outputSize"],
  {},
  ([x], { outputSize }) => F.adaptiveAvgPool2d(x, outputSize),
) {}

/**
 * The means of so many windows that share the input out; see `functional.adaptiveAvgPool3d`.
 * @example
 * new AdaptiveAvgPool3d(1).call(ones([1, 1, 4, 4, 4])).shape // [ 1, 1, 1, 1, 1 ]
 */
export class AdaptiveAvgPool3d extends layer<AdaptiveGiven, Places>(
  ["outputSize"],
  {},
  ([x], { outputSize }) => F.adaptiveAvgPool3d(x, outputSize),
) {}
