/**
 * Losses whose targets are classes. A class is an int32 (PyTorch: int64) that counts from 0;
 * targets are read at the call, and one that is no class is an IndexError there. Losses of single
 * elements: loss.ts.
 */
import {
  arange,
  ArgumentError,
  DTypeError,
  IndexError,
  readOptions,
  ShapeError,
  tensor,
} from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { learn } from "@nabla/core/engine";

import { checkOptional, checkRange, checkShape, checkTensors, showShape } from "../checks.js";
import { binaryCrossEntropyWithLogits } from "./loss.js";
import type { WeightedOptions } from "./loss.js";
import { lossOf, reduce, reducing } from "./reduction.js";
import type { ReductionOptions } from "./reduction.js";

/** Throws unless all targets are classes, or `ignored`: a DTypeError or an IndexError. */
function checkClasses(name: string, target: Tensor, count: number, ignored: number | null): void {
  if (target.dtype !== "int32") {
    throw new DTypeError(
      `${name}: targets of type ${target.dtype} are no classes; convert with target.to("int32"), ` +
        'or make them so where they come from: tensor(label, { dtype: "int32" }).',
    );
  }
  const isOdd = (one: number): boolean => one !== ignored && !(one >= 0 && one < count);
  const odd = learn(target, (classes) => classes.find(isOdd));
  if (odd === undefined) return;
  throw new IndexError(
    `${name}: ${odd} is no class; of ${count} they are 0 to ${count - 1}` +
      `${ignored === null ? "" : `, and ${ignored} is ignored`}.`,
  );
}

/** The dimension of the classes, given that others come before it and behind it. */
function classDim(name: string, input: Tensor): number {
  if (input.dim() > 0) return Math.min(1, input.dim() - 1);
  throw new ShapeError(
    `${name}: a number has no classes; the input has shape [classes], [samples, classes] or ` +
      "[samples, classes, ...].",
  );
}

/** One number for each class, along the dimension of the classes. */
function alongClasses(x: Tensor, input: Tensor, dim: number): Tensor {
  return x.reshape(input.shape.map((size, i) => (i === dim ? size : 1)));
}

/** Where the class is the target's, in the shape of the input. */
function isTarget(input: Tensor, target: Tensor, dim: number): Tensor {
  const classes = alongClasses(arange(input.size(dim), { dtype: "int32" }), input, dim);
  return classes.eq(target.unsqueeze(dim));
}

/** What losses of classes take. */
export interface ClassOptions extends ReductionOptions {
  /** What the loss is multiplied by, one number for each class; nothing if null. */
  readonly weight?: Tensor | null;
  /** Targets of this class count for nothing; -100 unless said otherwise. */
  readonly ignoreIndex?: number;
}

/** What `crossEntropy` takes. */
export interface CrossEntropyOptions extends ClassOptions {
  /** The share of every target that is given to all classes alike; 0 unless said otherwise. */
  readonly labelSmoothing?: number;
}

/** `crossEntropy`, given the logarithms of the probabilities. */
function ofClasses(
  name: string,
  logs: Tensor,
  target: Tensor,
  { weight, ignoreIndex, labelSmoothing, reduction }: Required<CrossEntropyOptions>,
): Tensor {
  const dim = classDim(name, logs);
  const count = logs.size(dim);
  checkShape(
    name,
    "the target",
    target,
    logs.shape.filter((_, i) => i !== dim),
  );
  checkShape(name, "weight", weight, [count]);
  checkClasses(name, target, count, ignoreIndex);
  const isCounted = target.ne(ignoreIndex);
  // A comparison and a sum, and no gather: both are kernels, on the way back too.
  const chosen = isTarget(logs, target, dim);
  const weights = weight === null ? null : alongClasses(weight, logs, dim);
  const gains = weighted(logs, weights);
  let gain = gains.where(chosen, 0).sum(dim);
  if (labelSmoothing > 0) {
    gain = gain.mul(1 - labelSmoothing).add(gains.sum(dim).mul(labelSmoothing / count));
  }
  const losses = gain.rsub(0).where(isCounted, 0);
  if (reduction !== "mean") return reduce(name, losses, reduction);
  const own = weights === null ? isCounted.to(logs.dtype) : weights.where(chosen, 0).sum(dim);
  return losses.sum().div(own.where(isCounted, 0).sum());
}

const weighted = (x: Tensor, weight: Tensor | null): Tensor =>
  weight === null ? x : x.mul(weight);

/**
 * Minus the logarithm of the probability of each target, given the logarithms of all: the input has
 * shape [classes], [samples, classes] or [samples, classes, ...], the target that without the
 * classes. The mean is by weight, of the targets that are not ignored; if all are, it is NaN, and
 * its gradient 0.
 * @example
 * const input = tensor([[0.5, 0.5], [0.9, 0.1]]).log();
 * functional.nllLoss(input, tensor([1, 0], { dtype: "int32" })) // tensor(0.3993)
 */
export const nllLoss = lossOf<"nllLoss", "numbers", ClassOptions>(
  (input, target, options: ClassOptions = {}) => {
    checkTensors("nllLoss", { input, target });
    const defaults = { weight: null, ignoreIndex: -100, reduction: "mean" } as const;
    const all = readOptions<ClassOptions>("nllLoss", options, defaults);
    checkOptional("nllLoss", { weight: all.weight });
    return ofClasses("nllLoss", input, target, { ...all, labelSmoothing: 0 });
  },
);

/**
 * `nllLoss` of logSoftmax(input): what is lost when one takes the input, any numbers, for the
 * logarithms of probabilities that only lack a factor. The target holds classes, as for `nllLoss`,
 * or, as floats in the shape of the input, the probability of each class; then the mean is that of
 * the samples, and none is ignored.
 * @example
 * const target = tensor([1, 0], { dtype: "int32" });
 * functional.crossEntropy(tensor([[0, 0], [1000, 0]]), target) // tensor(0.3466)
 * functional.crossEntropy(tensor([0, 1]), tensor([0.25, 0.75])) // tensor(0.5633)
 */
export const crossEntropy = lossOf<"crossEntropy", "classes", CrossEntropyOptions>(
  (input, target, options: CrossEntropyOptions = {}) => {
    const name = "crossEntropy";
    checkTensors(name, { input, target });
    const all = readOptions<CrossEntropyOptions>(name, options, {
      weight: null,
      ignoreIndex: -100,
      reduction: "mean",
      labelSmoothing: 0,
    });
    const { weight, ignoreIndex, labelSmoothing, reduction } = all;
    checkOptional(name, { weight });
    checkRange(name, "labelSmoothing", labelSmoothing, 0, 1);
    const dim = classDim(name, input);
    const count = input.size(dim);
    const logs = input.logSoftmax(dim);
    if (target.dtype === "int32" || showShape(target) !== showShape(input)) {
      return ofClasses(name, logs, target, all);
    }
    if (ignoreIndex >= 0) {
      throw new ArgumentError(
        `${name}: probabilities as targets know no ignoreIndex; leave it out.`,
      );
    }
    checkShape(name, "weight", weight, [count]);
    const shares = target.mul(1 - labelSmoothing).add(labelSmoothing / count);
    const weights = weight === null ? null : alongClasses(weight, logs, dim);
    const losses = weighted(logs.mul(shares).neg(), weights).sum(dim);
    return reduce(name, losses, reduction);
  },
);

/** What `multiMarginLoss` takes. */
export interface MultiMarginOptions extends ReductionOptions {
  /** The power to which what is missing is raised, 1 or 2; 1 unless said otherwise. */
  readonly p?: number;
  /** How far the score of the target shall be above the others; 1 unless said otherwise. */
  readonly margin?: number;
  /** What the loss is multiplied by, one number for each class; nothing if null. */
  readonly weight?: Tensor | null;
}

/**
 * For scores of classes, [samples, classes] or [classes], of which that of the target shall be
 * above each of the others by `margin`: the mean of what is missing.
 * @example
 * functional.multiMarginLoss(tensor([1, 0.5, 3]), tensor(0, { dtype: "int32" })) // tensor(1.1667)
 */
export const multiMarginLoss = reducing<"multiMarginLoss", "unknown", MultiMarginOptions>(
  "multiMarginLoss",
  { p: 1, margin: 1, weight: null },
  (input, target, { p, margin, weight }: Required<MultiMarginOptions>) => {
    const name = "multiMarginLoss";
    checkOptional(name, { weight });
    if (p !== 1 && p !== 2) throw new ArgumentError(`${name}: p is ${p}, and must be 1 or 2.`);
    const rows = asMatrix(name, input);
    const [samples, count] = rows.shape as [number, number];
    const isOne = input.dim() < 2 && target.dim() === 0;
    checkShape(name, "the target", target, isOne ? [] : [samples]);
    checkShape(name, "weight", weight, [count]);
    checkClasses(name, target, count, null);
    const labels = target.reshape([samples]);
    const chosen = isTarget(rows, labels, 1);
    const own = rows.where(chosen, 0).sum(1, true);
    const missing = rows.sub(own).add(margin).relu().maskedFill(chosen, 0);
    const losses = (p === 1 ? missing : missing.square()).sum(1).div(count);
    return weighted(losses, weight?.at(labels) ?? null).reshape(target.shape);
  },
);

/** An input as [samples, classes]: one sample, if it is [classes] or a number. */
function asMatrix(name: string, input: Tensor): Tensor {
  if (input.dim() <= 2) return input.dim() === 2 ? input : input.reshape([1, input.numel()]);
  throw new ShapeError(
    `${name}: an input of shape ${showShape(input)} must be [samples, classes] or [classes].`,
  );
}

/**
 * For scores of classes, [samples, classes] or [classes], of which those of several targets shall
 * be above each of the others by 1: the sum of what is missing, divided by the number of classes.
 * The target has the input's shape; a -1 ends the list of classes in a row.
 * @example
 * const target = tensor([2, -1, 0], { dtype: "int32" });
 * functional.multilabelMarginLoss(tensor([1, 0.5, 2]), target) // tensor(0.)
 */
export const multilabelMarginLoss = reducing<"multilabelMarginLoss", "unknown", ReductionOptions>(
  "multilabelMarginLoss",
  {},
  (input, target) => {
    const name = "multilabelMarginLoss";
    checkShape(name, "the target", target, input.shape);
    const rows = asMatrix(name, input);
    const [samples, count] = rows.shape as [number, number];
    checkClasses(name, target, count, -1);
    const labels = target.data();
    const named = new Float64Array(labels.length);
    for (let row = 0; row < labels.length; row += count) {
      for (let i = row; i < row + count && labels[i]! >= 0; i++) named[row + labels[i]!]! += 1;
    }
    const times = tensor(named, { dtype: input.dtype }).reshape([samples, count, 1]);
    const missing = rows.unsqueeze(1).sub(rows.unsqueeze(2)).add(1).relu();
    const others = times.eq(0).reshape([samples, 1, count]);
    const losses = missing.where(others, 0).mul(times).sum([1, 2]).div(count);
    return losses.reshape(input.dim() < 2 ? [] : [samples]);
  },
);

/**
 * `binaryCrossEntropyWithLogits`, averaged over the classes, which are the last dimension: for
 * targets of several classes at once, as 1 and 0 for each.
 * @example
 * functional.multilabelSoftMarginLoss(tensor([[0, 0]]), tensor([[1, 0]])) // tensor(0.6931)
 */
export const multilabelSoftMarginLoss = reducing<
  "multilabelSoftMarginLoss",
  "unknown",
  WeightedOptions
>(
  "multilabelSoftMarginLoss",
  { weight: null },
  (input, target, { weight }: Required<WeightedOptions>) =>
    binaryCrossEntropyWithLogits(input, target, { weight, reduction: "none" }).mean(-1),
);
