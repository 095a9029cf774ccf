/**
 * Normalization as layers: by statistics over a batch, a sample's channels, groups of them or the
 * last dimensions. What they compute: functional/normalization.ts.
 */
import { ArgumentError, ShapeError, noGrad, ones, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkSize, checkTensors, showShape } from "../checks.js";
import * as F from "../functional/index.js";
import { buffer, parameter } from "../members.js";
import { Module } from "../module.js";
import type { Maps, Same } from "../shape-types.js";
import type { Sizes } from "../sizes.js";
import { checkCounts, layer, layerOptions } from "./layer.js";

/** What batch and instance normalization take last. */
export interface RunningNormOptions {
  /** What is added to variances; 1e-5 unless said otherwise. */
  readonly eps?: number;
  /** The share of new statistics in the remembered ones, 0.1 unless given; null for their mean. */
  readonly momentum?: number | null;
  /** Whether a factor and a summand for each channel are learned. */
  readonly affine?: boolean;
  /** Whether statistics are remembered, to be used in eval. */
  readonly trackRunningStats?: boolean;
}

/** Channels (dimension 1) by statistics that may be remembered. */
abstract class RunningNorm extends Module {
  /** The number of channels. */
  readonly numFeatures: number;
  /** What is added to variances. */
  readonly eps: number;
  /** The share of new statistics in the remembered ones; null for the mean of all. */
  readonly momentum: number | null;
  /** Factors, [numFeatures], or null. */
  weight: Tensor | null;
  /** Summands, [numFeatures], or null. */
  bias: Tensor | null;
  /** The remembered means, [numFeatures], or null. */
  runningMean: Tensor | null;
  /** The remembered variances, [numFeatures], or null. */
  runningVar: Tensor | null;
  /** How many batches were seen in training, or null. */
  numBatchesTracked: Tensor | null;
  readonly #ranks: readonly number[];

  protected constructor(
    numFeatures: number,
    options: RunningNormOptions,
    ranks: readonly number[],
    isOn: boolean,
  ) {
    super();
    const { name } = new.target;
    // A list, as null is one of the choices: readOptions leaves the check to this.
    const given = layerOptions<Record<string, unknown>>(
      name,
      { ...options },
      {
        eps: 1e-5,
        momentum: [0.1],
        affine: isOn,
        trackRunningStats: isOn,
      },
    );
    const momentum = Array.isArray(given["momentum"]) ? 0.1 : given["momentum"];
    if (momentum !== null && typeof momentum !== "number") {
      throw new ArgumentError(`${name}: momentum is a ${typeof momentum}, and no number or null.`);
    }
    checkCounts(name, { numFeatures });
    this.numFeatures = numFeatures;
    this.eps = given["eps"] as number;
    this.momentum = momentum;
    this.#ranks = ranks;
    const [affine, tracks] = [given["affine"] === true, given["trackRunningStats"] === true];
    this.weight = affine ? parameter(ones([numFeatures])) : null;
    this.bias = affine ? parameter(zeros([numFeatures])) : null;
    this.runningMean = tracks ? buffer(zeros([numFeatures])) : null;
    this.runningVar = tracks ? buffer(ones([numFeatures])) : null;
    this.numBatchesTracked = tracks ? buffer(tensor(0, { dtype: "int32" })) : null;
  }

  /** Forgets the statistics. */
  resetRunningStats(): void {
    noGrad(() => {
      this.runningMean?.zero_();
      this.runningVar?.fill_(1);
      this.numBatchesTracked?.zero_();
    });
  }

  /** Forgets the statistics, and starts again with factors 1 and summands 0. */
  resetParameters(): void {
    this.resetRunningStats();
    noGrad(() => {
      this.weight?.fill_(1);
      this.bias?.zero_();
    });
  }

  /** Throws a ShapeError for an input with other dimensions or channels than this layer takes. */
  protected checkInput(input: Tensor, channelDim = 1): void {
    const { name } = this.constructor;
    checkTensors(name, { input });
    if (this.#ranks.includes(input.dim())) {
      const counts = this.weight !== null || this.runningMean !== null;
      if (counts) checkSize(name, input, channelDim - input.dim(), this.numFeatures);
      return;
    }
    throw new ShapeError(
      `${name}: ${showShape(input)}: it has ${input.dim()} dimensions; it takes ` +
        `${this.#ranks.join(" or ")}.`,
    );
  }

  /** What the functions of normalization take, for statistics of this batch or remembered ones. */
  protected settings(): Required<Omit<F.InstanceNormOptions, "useInputStats">> & {
    isFresh: boolean;
  } {
    const isFresh = this.training || this.runningMean === null;
    const { weight, bias, eps, runningMean, runningVar } = this;
    return { weight, bias, eps, runningMean, runningVar, momentum: this.momentum ?? 0, isFresh };
  }
}

/** Batch normalization. */
abstract class BatchNorm extends RunningNorm {
  override forward(input: Tensor): Tensor {
    this.checkInput(input);
    const { isFresh, runningMean, runningVar, momentum, ...rest } = this.settings();
    const seen = this.training ? this.numBatchesTracked : null;
    const isMean = this.momentum === null && seen !== null;
    const settings = {
      ...rest,
      training: isFresh,
      momentum: isMean ? () => 1 / (seen.item() + 1) : momentum,
    };
    const output = F.batchNorm(input, runningMean, runningVar, settings);
    noGrad(() => seen?.add_(1));
    return output;
  }
}

/** Instance normalization; a single sample is a batch of one. */
abstract class InstanceNorm extends RunningNorm {
  override forward(input: Tensor): Tensor {
    this.checkInput(input, input.dim() === this.batchRank() ? 1 : 0);
    const { isFresh, ...rest } = this.settings();
    const settings = { ...rest, useInputStats: isFresh };
    if (input.dim() === this.batchRank()) return F.instanceNorm(input, settings);
    return F.instanceNorm(input.unsqueeze(0), settings).squeeze(0);
  }

  /** The dimensions of a batch. */
  protected abstract batchRank(): number;
}

/**
 * Gives each channel of [n, channels] or [n, channels, length] mean 0 and variance 1 over the
 * batch, and then a factor and a summand that are learned. In eval it takes the statistics that it
 * remembered in training. See `functional.batchNorm`.
 * @example
 * const layer = new BatchNorm1d(3);
 * layer.call(ones([2, 3])).abs().max() // tensor(0., gradFn=<amax>)
 * layer.runningMean // tensor([0.1000, 0.1000, 0.1000])
 */
export class BatchNorm1d<N extends number = number> extends BatchNorm {
  constructor(numFeatures: N, options: RunningNormOptions = {}) {
    super(numFeatures, options, [2, 3], true);
  }
}
export interface BatchNorm1d<N extends number> extends Maps<
  ["features", `BatchNorm1d(${N})`, N, 2 | 3]
> {}

/**
 * Gives each channel of [n, channels, height, width] mean 0 and variance 1 over the batch, and then
 * a factor and a summand that are learned. In eval it takes the statistics that it remembered in
 * training. See `functional.batchNorm`.
 * @example
 * const layer = new BatchNorm2d(3);
 * layer.call(ones([2, 3, 4, 4])).abs().max() // tensor(0., gradFn=<amax>)
 * layer.runningMean // tensor([0.1000, 0.1000, 0.1000])
 */
export class BatchNorm2d<N extends number = number> extends BatchNorm {
  constructor(numFeatures: N, options: RunningNormOptions = {}) {
    super(numFeatures, options, [4], true);
  }
}
export interface BatchNorm2d<N extends number> extends Maps<
  ["features", `BatchNorm2d(${N})`, N, 4]
> {}

/**
 * Gives each channel of [n, channels, depth, height, width] mean 0 and variance 1 over the batch,
 * and then a factor and a summand that are learned. In eval it takes the statistics that it
 * remembered in training. See `functional.batchNorm`.
 * @example
 * const layer = new BatchNorm3d(3);
 * layer.call(ones([2, 3, 2, 2, 2])).abs().max() // tensor(0., gradFn=<amax>)
 * layer.runningMean // tensor([0.1000, 0.1000, 0.1000])
 */
export class BatchNorm3d<N extends number = number> extends BatchNorm {
  constructor(numFeatures: N, options: RunningNormOptions = {}) {
    super(numFeatures, options, [5], true);
  }
}
export interface BatchNorm3d<N extends number> extends Maps<
  ["features", `BatchNorm3d(${N})`, N, 5]
> {}

/**
 * Gives each channel of each sample of [n, channels, length], or of one sample, mean 0 and variance
 * 1. With `affine` a factor and a summand are learned; with `trackRunningStats` eval takes
 * remembered statistics. See `functional.instanceNorm`.
 * @example
 * new InstanceNorm1d(3).call(ones([2, 3, 4])).abs().max() // tensor(0.)
 */
export class InstanceNorm1d extends InstanceNorm {
  constructor(numFeatures: number, options: RunningNormOptions = {}) {
    super(numFeatures, options, [2, 3], false);
  }

  protected override batchRank(): number {
    return 3;
  }
}
export interface InstanceNorm1d extends Same {}

/**
 * Gives each channel of each sample of [n, channels, height, width], or of one sample, mean 0 and
 * variance 1. With `affine` a factor and a summand are learned; with `trackRunningStats` eval takes
 * remembered statistics. See `functional.instanceNorm`.
 * @example
 * new InstanceNorm2d(3).call(ones([2, 3, 4, 4])).abs().max() // tensor(0.)
 */
export class InstanceNorm2d extends InstanceNorm {
  constructor(numFeatures: number, options: RunningNormOptions = {}) {
    super(numFeatures, options, [3, 4], false);
  }

  protected override batchRank(): number {
    return 4;
  }
}
export interface InstanceNorm2d extends Same {}

/**
 * Gives each channel of each sample of [n, channels, depth, height, width], or of one sample, mean
 * 0 and variance 1. With `affine` a factor and a summand are learned; with `trackRunningStats` eval
 * takes remembered statistics. See `functional.instanceNorm`.
 * @example
 * new InstanceNorm3d(3).call(ones([2, 3, 2, 2, 2])).abs().max() // tensor(0.)
 */
export class InstanceNorm3d extends InstanceNorm {
  constructor(numFeatures: number, options: RunningNormOptions = {}) {
    super(numFeatures, options, [4, 5], false);
  }

  protected override batchRank(): number {
    return 5;
  }
}
export interface InstanceNorm3d extends Same {}

/** What `LayerNorm` takes last. */
export interface LayerNormOptions {
  /** What is added to variances; 1e-5 unless said otherwise. */
  readonly eps?: number;
  /** Whether factors and summands are learned; `true` unless said otherwise. */
  readonly elementwiseAffine?: boolean;
  /** Whether there are summands among them; `true` unless said otherwise. */
  readonly bias?: boolean;
}

/** A shape from a number or a list. */
function shapeOf(name: string, normalizedShape: number | readonly number[]): readonly number[] {
  const shape = typeof normalizedShape === "number" ? [normalizedShape] : [...normalizedShape];
  for (const normalizedSize of shape) checkCounts(name, { normalizedShape: normalizedSize });
  return shape;
}

/**
 * Gives what lies in the last dimensions, of sizes `normalizedShape`, mean 0 and variance 1, and
 * then factors and summands that are learned. See `functional.layerNorm`.
 * @example
 * new LayerNorm(2).call(tensor([[1, 3]])) // tensor([[-1.0000,  1.0000]], gradFn=<add>)
 */
export class LayerNorm<const Z extends Sizes = Sizes> extends Module {
  /** The sizes of the last dimensions. */
  readonly normalizedShape: readonly number[];
  /** What is added to variances. */
  readonly eps: number;
  /** Factors, [...normalizedShape], or null. */
  weight: Tensor | null;
  /** Summands, [...normalizedShape], or null. */
  bias: Tensor | null;

  constructor(normalizedShape: Z, options: LayerNormOptions = {}) {
    super();
    const defaults = { eps: 1e-5, elementwiseAffine: true, bias: true };
    const { eps, elementwiseAffine, bias } = layerOptions<LayerNormOptions>(
      "LayerNorm",
      options,
      defaults,
    );
    this.normalizedShape = shapeOf("LayerNorm", normalizedShape);
    this.eps = eps;
    this.weight = elementwiseAffine ? parameter(ones(this.normalizedShape)) : null;
    this.bias = elementwiseAffine && bias ? parameter(zeros(this.normalizedShape)) : null;
  }

  override forward(input: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return F.layerNorm(input, this.normalizedShape, { weight, bias, eps });
  }
}
export interface LayerNorm<Z extends Sizes> extends Maps<
  ["last", "LayerNorm", Z extends number ? [Z] : Z]
> {}

/** What `RMSNorm` takes last. */
export interface RMSNormOptions {
  /** What is added to the mean of squares; the precision of the type if null. */
  readonly eps?: number | null;
  /** Whether factors are learned; `true` unless said otherwise. */
  readonly elementwiseAffine?: boolean;
}

/**
 * Divides what lies in the last dimensions, of sizes `normalizedShape`, by the root of the mean of
 * its squares, and multiplies by factors that are learned. See `functional.rmsNorm`.
 * @example
 * new RMSNorm(2).call(tensor([[1, 7]])) // tensor([[0.2000, 1.4000]], gradFn=<mul>)
 */
export class RMSNorm<const Z extends Sizes = Sizes> extends Module {
  /** The sizes of the last dimensions. */
  readonly normalizedShape: readonly number[];
  /** What is added to the mean of squares. */
  readonly eps: number | null;
  /** Factors, [...normalizedShape], or null. */
  weight: Tensor | null;

  constructor(normalizedShape: Z, options: RMSNormOptions = {}) {
    super();
    const defaults = { eps: null, elementwiseAffine: true };
    const { eps, elementwiseAffine } = layerOptions<RMSNormOptions>("RMSNorm", options, defaults);
    this.normalizedShape = shapeOf("RMSNorm", normalizedShape);
    this.eps = eps;
    this.weight = elementwiseAffine ? parameter(ones(this.normalizedShape)) : null;
  }

  override forward(input: Tensor): Tensor {
    return F.rmsNorm(input, this.normalizedShape, { weight: this.weight, eps: this.eps });
  }
}
export interface RMSNorm<Z extends Sizes> extends Maps<
  ["last", "RMSNorm", Z extends number ? [Z] : Z]
> {}

/** What `GroupNorm` takes last. */
export interface GroupNormOptions {
  /** What is added to variances; 1e-5 unless said otherwise. */
  readonly eps?: number;
  /** Whether a factor and a summand for each channel are learned; `true` unless said otherwise. */
  readonly affine?: boolean;
}

/**
 * Gives groups of channels of each sample mean 0 and variance 1. See `functional.groupNorm`. Throws
 * an ArgumentError where the groups do not divide the channels.
 * @example
 * new GroupNorm(2, 4).call(ones([1, 4, 3])).abs().max() // tensor(0., gradFn=<amax>)
 * new GroupNorm(3, 4) // throws ArgumentError: GroupNorm: 3 groups do not divide 4 channels.
 */
export class GroupNorm<Groups extends number = number, N extends number = number> extends Module {
  /** Into so many groups channels are split. */
  readonly numGroups: number;
  /** The number of channels. */
  readonly numChannels: number;
  /** What is added to variances. */
  readonly eps: number;
  /** Factors, [numChannels], or null. */
  weight: Tensor | null;
  /** Summands, [numChannels], or null. */
  bias: Tensor | null;

  constructor(numGroups: Groups, numChannels: N, options: GroupNormOptions = {}) {
    super();
    const { eps, affine } = layerOptions<GroupNormOptions>("GroupNorm", options, {
      eps: 1e-5,
      affine: true,
    });
    checkCounts("GroupNorm", { numGroups, numChannels });
    if (numChannels % numGroups !== 0) {
      throw new ArgumentError(
        `GroupNorm: ${numGroups} groups do not divide ${numChannels} channels.`,
      );
    }
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.weight = affine ? parameter(ones([numChannels])) : null;
    this.bias = affine ? parameter(zeros([numChannels])) : null;
  }

  override forward(input: Tensor): Tensor {
    const { weight, bias, eps } = this;
    checkTensors("GroupNorm", { input });
    checkSize("GroupNorm", input, 1 - input.dim(), this.numChannels);
    return F.groupNorm(input, this.numGroups, { weight, bias, eps });
  }
}
export interface GroupNorm<Groups extends number, N extends number> extends Maps<
  ["features", `GroupNorm(${Groups}, ${N})`, N, 2 | 3 | 4 | 5 | 6]
> {}

/**
 * Divides each element by a power of the mean of squares of `size` channels around it. See
 * `functional.localResponseNorm`.
 * @example
 * new LocalResponseNorm(2).call(ones([1, 4, 3])).shape // [ 1, 4, 3 ]
 */
export class LocalResponseNorm extends layer<
  [size: number, options?: F.LocalResponseNormOptions],
  F.LocalResponseNormOptions & { size: number }
>(["size"], { alpha: 1e-4, beta: 0.75, k: 1 }, ([x], { size, ...options }) =>
  F.localResponseNorm(x, size, options),
) {}
export interface LocalResponseNorm extends Same {}
