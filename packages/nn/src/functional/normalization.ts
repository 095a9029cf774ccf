/**
 * Normalisations: mean 0 and variance 1 (or length 1) over some of the dimensions, and then a scale
 * and a shift that are learned. They differ in what belongs together: a channel of the whole batch,
 * a channel of one sample, a group of channels, the last dimensions. `weight` and `bias` are
 * options, here and in all of them.
 */
import {
  ArgumentError,
  customFunction,
  isGradEnabled,
  noGrad,
  ones,
  readOptions,
  ShapeError,
} from "@nabla/core";
import type { Saved, Tensor } from "@nabla/core";
import { hostScalar } from "@nabla/core/engine";

import { checkOptional, checkShape, checkTensors, format, showShape } from "../checks.js";
import type { LastFunction, SameFunction } from "../shape-functions.js";

/** What normalisations take. */
export interface NormOptions {
  /** What the result is multiplied by; nothing if null. */
  readonly weight?: Tensor | null;
  /** What is added then; nothing if null. */
  readonly bias?: Tensor | null;
  /** What is added to the variance, so that it is not 0; 1e-5 unless said otherwise. */
  readonly eps?: number;
}

/** The mean over some dimensions, and one divided by the standard deviation. */
function statistics(x: Tensor, dims: readonly number[], eps: number): [mean: Tensor, rate: Tensor] {
  const mean = x.mean(dims, true);
  return [mean, x.sub(mean).square().mean(dims, true).add(eps).rsqrt()];
}

/**
 * Mean 0 and variance 1 over some dimensions, times a weight that broadcasts. The derivative by x
 * is written down because that of the parts takes twice as many passes over the elements. With G
 * the gradient times the weight and n the number of elements that share a mean it is
 * rate · G + β · x - (β · mean + rate · ΣG / n), with β = (mean · ΣG - Σ(G · x)) · rate³ / n.
 */
function standardize(
  x: Tensor,
  dims: readonly number[],
  eps: number,
  weight: Tensor | null = null,
): Tensor {
  const known = noGrad(() => statistics(x, dims, eps));
  const weighted = (value: Tensor, by: Tensor): Tensor => (weight === null ? value : value.mul(by));
  const byInput = (g: Tensor, { a, b }: Saved): Tensor => {
    const [mean, rate] = isGradEnabled() ? statistics(a, dims, eps) : known;
    const share = g.numel() / Math.max(1, mean.numel());
    const total = weighted(g, b).sum(dims, true);
    const product = weighted(g.mul(a), b).sum(dims, true);
    const slope = total.mul(mean).sub(product).mul(rate).mul(rate).mul(rate).div(share);
    const level = slope.mul(mean).add(total.mul(rate).div(share));
    return weighted(g.mul(rate), b).add(a.mul(slope)).sub(level);
  };
  const byWeight = (g: Tensor, { a, b }: Saved): Tensor => {
    const [mean, rate] = isGradEnabled() ? statistics(a, dims, eps) : known;
    return g.mul(a.sub(mean).mul(rate)).sumTo(b.shape);
  };
  const run = customFunction<Tensor[]>({
    name: "standardize",
    forward: (a: Tensor, b: Tensor) => weighted(a.sub(known[0]).mul(known[1]), b),
    vjps: weight === null ? [byInput] : [byInput, byWeight],
  });
  return run(...(weight === null ? [x] : [x, weight]));
}

/**
 * The same with the statistics of each channel, whose weight is one number and comes last. Its
 * derivative by x is weight · rate · (g - mean(g) - (x - mean) · slope), of which little may be
 * left: the statistics and that difference are taken with the digits of float64.
 */
function standardizeChannels(
  x: Tensor,
  dims: readonly number[],
  eps: number,
  weight: Tensor,
): Tensor {
  const centeredAndRate = (a: Tensor): [centered: Tensor, rate: Tensor] => {
    const exact = a.to("float64");
    const mean = exact.mean(dims, true);
    const variance = exact.sub(mean).square().mean(dims, true).to(a.dtype).to("float64");
    return [a.sub(mean.to(a.dtype)), variance.add(eps).rsqrt().to(a.dtype)];
  };
  const run = customFunction({
    name: "standardize",
    forward: (a: Tensor, b: Tensor) => {
      const [centered, rate] = centeredAndRate(a);
      return centered.mul(rate).mul(b);
    },
    vjps: [
      (g, { a, b }): Tensor => {
        const [centered, rate] = centeredAndRate(a);
        const slope = centered.mul(g).mean(dims, true).mul(rate).mul(rate);
        const level = g.sub(g.mean(dims, true)).to("float64");
        return level.sub(centered.to("float64").mul(slope)).to(g.dtype).mul(rate).mul(b);
      },
      (g, { a, b }): Tensor => {
        const [centered, rate] = centeredAndRate(a);
        return g.mul(centered.mul(rate)).sumTo(b.shape);
      },
    ],
  });
  return run(x, weight);
}

/** The result scaled and shifted by weights of the given shape, or one that broadcasts to it. */
function affine(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  shape: readonly number[],
): Tensor {
  const scaled = weight === null ? x : x.mul(weight.reshape(shape));
  return bias === null ? scaled : scaled.add(bias.reshape(shape));
}

/** Throws unless weight and bias are missing or have the given shape. */
function checkWeights(
  name: string,
  { weight, bias }: { readonly weight: Tensor | null; readonly bias: Tensor | null },
  shape: readonly number[],
): void {
  checkOptional(name, { weight, bias });
  checkShape(name, "weight", weight, shape);
  checkShape(name, "bias", bias, shape);
}

/** Sizes of 1, but for the channels, which are dimension 1. */
const channelShape = ({ shape }: Tensor): number[] => shape.map((size, i) => (i === 1 ? size : 1));

/** What normalisations take that remember statistics. */
interface RunningOptions extends NormOptions {
  /**
   * How much of the new statistics goes into the remembered ones, or what says so at each call; 0.1
   * unless said otherwise.
   */
  readonly momentum?: number | (() => number);
}

/** What `batchNorm` takes. */
export interface BatchNormOptions extends RunningOptions {
  /** Whether the statistics are those of the batch; `false` unless said otherwise. */
  readonly training?: boolean;
}

/** What `instanceNorm` takes. */
export interface InstanceNormOptions extends RunningOptions {
  /** The remembered mean of each channel; none if null. */
  readonly runningMean?: Tensor | null;
  /** The remembered variance of each channel; none if null. */
  readonly runningVar?: Tensor | null;
  /** Whether the statistics are those of the input; `true` unless said otherwise. */
  readonly useInputStats?: boolean;
}

/** What belongs to one channel: its statistics are over `dims`, and remembered. */
function normalizeChannels(
  name: string,
  input: Tensor,
  dims: readonly number[],
  isFresh: boolean,
  options: Required<RunningOptions & Pick<InstanceNormOptions, "runningMean" | "runningVar">>,
): Tensor {
  const { weight, bias, momentum, eps, runningMean, runningVar } = options;
  checkTensors(name, { input });
  checkOptional(name, { runningMean, runningVar });
  const shape = channelShape(input);
  const channels = input.shape[1] ?? 0;
  if (input.dim() < 2 && input.numel() > 0) {
    throw new ShapeError(
      `${name}: an input of shape ${showShape(input)} has no channels, which are dimension 1.`,
    );
  }
  checkWeights(name, { weight, bias }, [channels]);
  checkShape(name, "runningMean", runningMean, [channels]);
  checkShape(name, "runningVar", runningVar, [channels]);
  if (!isFresh) {
    if (runningMean === null || runningVar === null) {
      throw new ArgumentError(
        `${name}: without statistics of the input it needs runningMean and runningVar.`,
      );
    }
    const [mean, variance] = [runningMean, runningVar].map((x) => x.detach().reshape(shape));
    const result = input.sub(mean!).mul(variance!.add(eps).rsqrt());
    return affine(result, weight, bias, shape);
  }
  const count = dims.reduce((product, dim) => product * input.shape[dim]!, 1);
  if (count === 1) {
    throw new ShapeError(
      `${name}: an input of shape ${showShape(input)} has one number for each channel, which has ` +
        "no variance; use more samples, or the remembered statistics.",
    );
  }
  if (input.numel() > 0) {
    noGrad(() => {
      remember(runningMean, input.mean(dims, true), momentum, channels);
      remember(runningVar, input.var(dims, true), momentum, channels);
    });
  }
  const scaled = standardizeChannels(
    input,
    dims,
    eps,
    weight?.reshape(shape) ?? ones([1]).to(input.dtype),
  );
  return affine(scaled, null, bias, shape);
}

/** Moves remembered statistics towards new ones, or the mean of those of all samples. */
function remember(
  running: Tensor | null,
  found: Tensor,
  momentum: number | (() => number),
  channels: number,
): void {
  const mean = found.reshape([found.numel() / channels, channels]).mean(0);
  const isFixed = typeof momentum === "number";
  const kept = isFixed ? 1 - momentum : hostScalar(() => 1 - momentum());
  running?.mul_(kept).add_(mean.mul(isFixed ? momentum : hostScalar(momentum)));
}

/**
 * Each channel (dimension 1) with mean 0 and variance 1 over the whole batch and all other
 * dimensions: while `training` by statistics of the batch, which also move the remembered ones in
 * place (the variance there is divided by n - 1); else by the remembered ones. `runningMean` and
 * `runningVar` are vectors with an element for each channel, or null while training. Throws a
 * ShapeError where shapes do not fit or a channel has one number only. Source: Ioffe and Szegedy,
 * "Batch normalization" (2015).
 * @example
 * const [mean, variance] = [zeros([1]), ones([1])];
 * const input = tensor([[1], [3]]);
 * functional.batchNorm(input, mean, variance, { training: true }).T // tensor([[-1.0000,  1.0000]])
 * mean // tensor([0.2000])
 */
export const batchNorm: SameFunction<
  [runningMean: Tensor | null, runningVar: Tensor | null, options?: BatchNormOptions]
> = (
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormOptions = {},
): Tensor => {
  const momentum = (options as BatchNormOptions | null)?.momentum;
  const isRead = typeof momentum === "function";
  const given = isRead ? { ...options, momentum: 0 } : options;
  const { training, ...rest } = readOptions<BatchNormOptions>("batchNorm", given, {
    weight: null,
    bias: null,
    training: false,
    momentum: 0.1,
    eps: 1e-5,
  });
  checkTensors("batchNorm", { input });
  const dims = input.shape.map((_, i) => i).filter((i) => i !== 1);
  const all = { ...rest, ...(isRead && { momentum }), runningMean, runningVar };
  return normalizeChannels("batchNorm", input, dims, training, all);
};

/**
 * Each channel of each sample with mean 0 and variance 1 over all other dimensions. Remembered
 * statistics, if there are any, are moved in place, and take the place of those of the input
 * without `useInputStats`. Throws a ShapeError where shapes do not fit or a channel has one number
 * only.
 * @example
 * functional.instanceNorm(tensor([[[1, 3], [5, 25]]])) // tensor([[[-1.0000,  1.0000],
 * //          [-1.0000,  1.0000]]])
 */
export const instanceNorm: SameFunction<[options?: InstanceNormOptions]> = (
  input: Tensor,
  options: InstanceNormOptions = {},
): Tensor => {
  const { useInputStats, ...rest } = readOptions<InstanceNormOptions>("instanceNorm", options, {
    runningMean: null,
    runningVar: null,
    weight: null,
    bias: null,
    useInputStats: true,
    momentum: 0.1,
    eps: 1e-5,
  });
  checkTensors("instanceNorm", { input });
  const dims = input.shape.map((_, i) => i).slice(2);
  return normalizeChannels("instanceNorm", input, dims, useInputStats, rest);
};

/**
 * Groups of neighbouring channels (dimension 1) of each sample with mean 0 and variance 1; the
 * weights have an element for each channel. Throws a ShapeError where the channels do not make
 * `numGroups` groups. Source: Wu and He, "Group normalization" (2018).
 * @example
 * const input = tensor([[1, 3, 5, 25]]);
 * functional.groupNorm(input, 2) // tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
 */
export const groupNorm: SameFunction<[numGroups: number, options?: NormOptions]> = (
  input: Tensor,
  numGroups: number,
  options: NormOptions = {},
): Tensor => {
  const name = "groupNorm";
  checkTensors(name, { input });
  const defaults = { weight: null, bias: null, eps: 1e-5 };
  const { weight, bias, eps } = readOptions<NormOptions>(name, options, defaults);
  const [samples = 0, channels = 0, ...rest] = input.shape;
  if (input.dim() < 2 || !Number.isInteger(numGroups) || !(numGroups > 0) || channels % numGroups) {
    throw new ShapeError(
      `${name}: the channels (dimension 1) of shape ${showShape(input)} cannot be divided into ` +
        `${String(numGroups)} groups.`,
    );
  }
  checkWeights(name, { weight, bias }, [channels]);
  const size = rest.reduce((product, one) => product * one, channels / numGroups);
  if (samples * size === 1) {
    throw new ShapeError(
      `${name}: an input of shape ${showShape(input)} has one number for each group, which ` +
        "has no variance; use fewer groups.",
    );
  }
  const grouped = standardize(input.reshape([samples, numGroups, size]), [2], eps);
  return affine(grouped.reshape(input.shape), weight, bias, channelShape(input));
};

/** The last dimensions, which have the given sizes; a ShapeError where they have not. */
function lastDims(name: string, input: Tensor, sizes: readonly number[]): number[] {
  checkTensors(name, { input });
  if (!Array.isArray(sizes)) {
    throw new ArgumentError(`${name}: the normalized shape must be a list, for example [3].`);
  }
  const first = input.dim() - sizes.length;
  const last = format(input.shape.slice(Math.max(0, first)));
  if (sizes.length > 0 && last === format(sizes)) return sizes.map((_, i) => first + i);
  const other = sizes.map((size, i) => size === input.shape[first + i]).lastIndexOf(false);
  const why = other < 0 || first < 0 ? "" : `${input.shape[first + other]} ≠ ${sizes[other]}: `;
  throw new ShapeError(
    `${name}: ${showShape(input)}: ${why}the input does not end in ${format(sizes)}.`,
  );
}

/**
 * The last dimensions, which have the sizes `normalizedShape`, with mean 0 and variance 1; the
 * weights have that shape. Throws a ShapeError where the input does not end in it. Source: Ba,
 * Kiros and Hinton, "Layer normalization" (2016).
 * @example
 * functional.layerNorm(tensor([[1, 3], [5, 25]]), [2]) // tensor([[-1.0000,  1.0000],
 * //         [-1.0000,  1.0000]])
 */
export const layerNorm: LastFunction<"layerNorm", NormOptions> = ((
  input: Tensor,
  normalizedShape: readonly number[],
  options: NormOptions = {},
): Tensor => {
  const name = "layerNorm";
  const dims = lastDims(name, input, normalizedShape);
  const defaults = { weight: null, bias: null, eps: 1e-5 };
  const { weight, bias, eps } = readOptions<NormOptions>(name, options, defaults);
  checkWeights(name, { weight, bias }, normalizedShape);
  return affine(standardize(input, dims, eps, weight), null, bias, normalizedShape);
}) as never;

/** What `rmsNorm` takes. */
export interface RmsNormOptions {
  /** What the result is multiplied by; nothing if null. */
  readonly weight?: Tensor | null;
  /** What is added to the mean square; the distance from 1 to the next number if null. */
  readonly eps?: number | null;
}

/**
 * The last dimensions, which have the sizes `normalizedShape`, divided by their root mean square.
 * Throws a ShapeError where the input does not end in it. Source: Zhang and Sennrich, "Root mean
 * square layer normalization" (2019).
 * @example
 * functional.rmsNorm(tensor([1, 7]), [2]) // tensor([0.2000, 1.4000])
 */
export const rmsNorm: LastFunction<"rmsNorm", RmsNormOptions> = ((
  input: Tensor,
  normalizedShape: readonly number[],
  options: RmsNormOptions = {},
): Tensor => {
  const name = "rmsNorm";
  const dims = lastDims(name, input, normalizedShape);
  const { weight, eps } = readOptions<RmsNormOptions>(name, options, { weight: null, eps: null });
  checkWeights(name, { weight, bias: null }, normalizedShape);
  const least = eps ?? (input.dtype === "float64" ? Number.EPSILON : 2 ** -23);
  const result = input.mul(input.square().mean(dims, true).add(least).rsqrt());
  return affine(result, weight, null, normalizedShape);
}) as never;

/** What `localResponseNorm` takes. */
export interface LocalResponseNormOptions {
  /** How much the neighbours count; 1e-4 unless said otherwise. */
  readonly alpha?: number;
  /** The power to which the divisor is raised; 0.75 unless said otherwise. */
  readonly beta?: number;
  /** What is added to the neighbours' share; 1 unless said otherwise. */
  readonly k?: number;
}

/**
 * Every element divided by (`k` + `alpha` · the mean square of `size` neighbouring channels) to
 * the power `beta`; beyond the first and the last channel are zeros. Throws a ShapeError for inputs
 * of less than three dimensions. Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification
 * with deep convolutional neural networks" (2012).
 * @example
 * const input = tensor([1, 2]).reshape([1, 2, 1]);
 * const result = functional.localResponseNorm(input, 2, { alpha: 2, beta: 1 });
 * result.flatten() // tensor([0.5000, 0.3333])
 */
export const localResponseNorm: SameFunction<[size: number, options?: LocalResponseNormOptions]> = (
  input: Tensor,
  size: number,
  options: LocalResponseNormOptions = {},
): Tensor => {
  const name = "localResponseNorm";
  checkTensors(name, { input });
  const defaults = { alpha: 1e-4, beta: 0.75, k: 1 };
  const { alpha, beta, k } = readOptions<LocalResponseNormOptions>(name, options, defaults);
  if (input.dim() < 3 || !Number.isInteger(size) || size < 1) {
    throw new ShapeError(
      `${name}: it takes an input [samples, channels, ...] of three dimensions or more and a ` +
        `size of 1 or more, not ${showShape(input)} and ${String(size)}.`,
    );
  }
  const borders = input.shape.slice(2).flatMap(() => [0, 0]);
  const squares = input.square().pad([...borders, Math.floor(size / 2), Math.ceil(size / 2) - 1]);
  const sums = squares.unfold(1, size, 1).sum(-1);
  // Whole numbers have whole means, as in PyTorch.
  const means = sums.div(size, { roundingMode: sums.dtype === "int32" ? "trunc" : null });
  return input.div(means.mul(alpha).add(k).pow(beta));
};

/** What `normalize` takes. */
export interface NormalizeOptions {
  /** The order of the norm, as for `norm`; 2 unless said otherwise. */
  readonly p?: number;
  /** The dimension, or several, that vectors lie along; 1 unless said otherwise. */
  readonly dim?: number | readonly number[];
  /** The least length that is divided by; 1e-12 unless said otherwise. */
  readonly eps?: number;
}

/**
 * Vectors along a dimension divided by their length: those of length 0 stay.
 * @example
 * functional.normalize(tensor([[3, 4], [0, 0]])) // tensor([[0.6000, 0.8000],
 * //         [0.0000, 0.0000]])
 */
export const normalize: SameFunction<[options?: NormalizeOptions]> = (
  input: Tensor,
  options: NormalizeOptions = {},
): Tensor => {
  checkTensors("normalize", { input });
  const defaults = { p: 2, dim: [1], eps: 1e-12 };
  const { p, dim, eps } = readOptions<NormalizeOptions>("normalize", options, defaults);
  return input.div(input.norm(p, dim, true).clampMin(eps));
};
