/**
 * Statistics and other results of many elements that are made of other operations, and so need no
 * derivatives of their own. What they are made of: ops/reduce.ts and ops/extremes.ts.
 */
import { toFloat } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import { normalizeDim, normalizeDims } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { floats, readArguments } from "./fold.js";
import type { Along, Dims, TypeOptions } from "./fold.js";
import { flatRoot } from "./norms.js";
import { told } from "./told.js";
import { shaped } from "./typed.js";

/** What variances and standard deviations take last. */
export interface VarianceOptions {
  /** What is taken off the number of elements before it divides; 1 unless said otherwise. */
  readonly correction?: number;
}

/** The mean of the squared distances from the mean, and the mean. */
function spreadAndMean(
  name: string,
  given: Tensor,
  args: Along<VarianceOptions>,
): [variance: Tensor, mean: Tensor] {
  const { dim, keepdim, options } = readArguments<VarianceOptions>(name, args, ["correction"]);
  const x = checkTensor(name, given);
  floats(name, x.dtype);
  const dims = normalizeDims(name, dim, x.shape.length);
  const center = x.mean(dims, true);
  const count = dims.reduce((product, at) => product * x.shape[at]!, 1);
  const squares = x.sub(center).square().sum(dims, keepdim);
  const variance = squares.div(Math.max(0, count - (options.correction ?? 1)));
  return [variance, keepdim ? center : center.reshape(variance.shape)];
}

/**
 * The variance of all elements, or along the dimensions `dim` (see sum): the sum of the squared
 * distances from the mean, divided by the number of elements less `correction`. Of one element it
 * is NaN.
 * @example
 * tensor([1, 2, 3, 4]).var() // tensor(1.6667)
 * tensor([1, 2, 3, 4]).var(0, { correction: 0 }) // tensor(1.2500)
 */
const variance = shaped<"var", "reduce", Along<VarianceOptions>, "same">(
  (x: Tensor, ...args: Along<VarianceOptions>): Tensor => spreadAndMean("var", x, args)[0],
);
export { variance as var };

/**
 * The standard deviation of all elements, or along the dimensions `dim`: the square root of `var`.
 * Where all elements are equal its gradient is 0.
 * @example
 * tensor([1, 2, 3, 4]).std() // tensor(1.2910)
 * tensor([1, 2, 3, 4]).std({ correction: 0 }) // tensor(1.1180)
 */
export const std = shaped<"std", "reduce", Along<VarianceOptions>, "same">(
  (x: Tensor, ...args: Along<VarianceOptions>): Tensor =>
    flatRoot(spreadAndMean("std", x, args)[0]),
);

/**
 * The variance and the mean, as `var` and `mean` give them.
 * @example
 * const [variance, mean] = tensor([1, 2, 3, 4]).varMean();
 * variance // tensor(1.6667)
 * mean // tensor(2.5000)
 */
export const varMean = (
  x: Tensor,
  ...args: Along<VarianceOptions>
): [variance: Tensor, mean: Tensor] => spreadAndMean("varMean", x, args);

/**
 * The standard deviation and the mean, as `std` and `mean` give them.
 * @example
 * const [deviation, mean] = tensor([1, 2, 3, 4]).stdMean();
 * deviation // tensor(1.2910)
 * mean // tensor(2.5000)
 */
export const stdMean = (
  x: Tensor,
  ...args: Along<VarianceOptions>
): [deviation: Tensor, mean: Tensor] => {
  const [squared, mean] = spreadAndMean("stdMean", x, args);
  return [flatRoot(squared), mean];
};

/** The largest element along dimensions, as a constant that keeps exponentials from overflowing. */
function safeShift(x: Tensor, dims: readonly number[]): Tensor {
  if (dims.some((dim) => x.shape[dim] === 0)) return x.newZeros([]);
  const shift = x.detach().amax(dims, true);
  return shift.where(shift.isfinite(), 0);
}

const sumOfPowers = told<readonly number[]>("logsumexp", (g, { x, y }): Tensor =>
  g.mul(x.sub(y).exp()),
);

/**
 * The logarithm of the sum of exponentials along the dimensions `dim`, without overflow; see sum
 * for `dim` and `keepdim`.
 * @example
 * tensor([100, 100]).logsumexp(0) // tensor(100.6931)
 */
export const logsumexp = shaped<"logsumexp", "reduce", [dim: Dims, keepdim?: boolean], "same">(
  (given: Tensor, dim: Dims, keepdim = false): Tensor => {
    const x = checkTensor("logsumexp", given).to(toFloat(given.dtype));
    const dims = normalizeDims("logsumexp", dim, x.shape.length);
    const sum = sumOfPowers(x, dims, (from) => {
      const shift = safeShift(from, dims);
      return from.sub(shift).exp().sum(dims, true).log().add(shift);
    });
    return keepdim ? sum : sum.sum(dims);
  },
);

/** The float elements of a call of softmax, and along which dimension. */
function readDim(
  name: string,
  given: Tensor,
  dim: number,
  { dtype }: TypeOptions,
): [x: Tensor, dim: number] {
  const x = checkTensor(name, given).to(dtype ?? given.dtype);
  floats(name, x.dtype);
  return [x, normalizeDim(name, dim, x.shape.length)];
}

/** What is left of the elements below the largest of their line. */
const belowLargest = (x: Tensor, dim: number): Tensor =>
  x.sub(safeShift(x, x.shape.length === 0 ? [] : [dim]));

const shares = told<number>("softmax", (g, { y, attributes: dim }): Tensor => {
  // Where one share is almost all, its gradient is almost the mean of all gradients, and what is
  // left of it when that is taken off has few digits: taking off the mean of the rest mends them.
  const centered = g.sub(g.mul(y).sum(dim, true));
  return centered.sub(centered.mul(y).sum(dim, true)).mul(y);
});

const logShares = told<number>("logSoftmax", (g, { y, attributes: dim }): Tensor =>
  g.sub(y.exp().mul(g.sum(dim, true))),
);

/**
 * The exponentials of the elements along a dimension, as shares of their sum: positive, and 1
 * together. `{ dtype }` converts the elements first.
 * @example
 * tensor([1, 2, 3]).softmax(0) // tensor([0.0900, 0.2447, 0.6652])
 */
export const softmax = shaped<"softmax", "along", [dim: number, options?: TypeOptions], "same">(
  (x: Tensor, dim: number, options: TypeOptions = {}): Tensor => {
    const [from, at] = readDim("softmax", x, dim, options);
    return shares(from, at, (own) => {
      const powers = belowLargest(own, at).exp();
      return powers.div(powers.sum(at, true));
    });
  },
);

/**
 * The logarithm of `softmax`, without losing the digits of small shares.
 * @example
 * tensor([1, 2, 3]).logSoftmax(0) // tensor([-2.4076, -1.4076, -0.4076])
 */
export const logSoftmax = shaped<
  "logSoftmax",
  "along",
  [dim: number, options?: TypeOptions],
  "same"
>((x: Tensor, dim: number, options: TypeOptions = {}): Tensor => {
  const [from, at] = readDim("logSoftmax", x, dim, options);
  return logShares(from, at, (own) => {
    const shifted = belowLargest(own, at);
    return shifted.sub(shifted.exp().sum(at, true).log());
  });
});

/**
 * `softmax` of the negative elements: the smallest gets the largest share.
 * @example
 * tensor([1, 2, 3]).softmin(0) // tensor([0.6652, 0.2447, 0.0900])
 */
export const softmin = shaped<"softmin", "along", [dim: number, options?: TypeOptions], "same">(
  (x: Tensor, dim: number, options: TypeOptions = {}): Tensor =>
    checkTensor("softmin", x).neg().softmax(dim, options),
);

/**
 * Sum of all elements that are not NaN, or along the dimensions `dim`; see sum.
 * @example
 * tensor([1, NaN, 2]).nansum() // tensor(3.)
 */
export const nansum = shaped<"nansum", "reduce", Along<TypeOptions>, "same">(
  (x: Tensor, ...args: Along<TypeOptions>): Tensor =>
    checkTensor("nansum", x)
      .where(x.isnan().logicalNot(), 0)
      .sum(...args),
);

/**
 * Mean of all elements that are not NaN, or along the dimensions `dim`; see sum.
 * @example
 * tensor([1, NaN, 2]).nanmean() // tensor(1.5000)
 */
export const nanmean = shaped<"nanmean", "reduce", Along<TypeOptions>, "same">(
  (given: Tensor, ...args: Along<TypeOptions>): Tensor => {
    const { dim, keepdim, options } = readArguments<TypeOptions>("nanmean", args, ["dtype"]);
    const x = checkTensor("nanmean", given).to(options.dtype ?? given.dtype);
    floats("nanmean", x.dtype);
    return x.nansum(dim, keepdim).div(x.isnan().logicalNot().sum(dim, keepdim));
  },
);
