/**
 * Losses of a tensor and a target of the same kind, element by element: distances, and what
 * probabilities have instead of them. Each says what it is for one element; how the elements are
 * reduced is in reduction.ts. Targets that are numbers of classes: classification.ts. Losses of
 * several tensors: similarity.ts.
 */
import { ArgumentError, customFunction, noGrad, readOptions, ShapeError } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { broadcastShapes } from "@nabla/core/engine";

import {
  checkOptional,
  checkRange,
  checkShape,
  checkTensors,
  format,
  showShape,
} from "../checks.js";
import type { VarianceLossFunction } from "../shape-functions.js";
import { lossOf, reduce, reducing } from "./reduction.js";
import type { ReductionOptions } from "./reduction.js";

/** What Node and browsers both have. */
const { console } = globalThis as unknown as { console: { warn(line: string): void } };

/** The pairs of shapes that somebody was warned of. */
const warned = new Set<string>();

/** What input and target differ by. Warns of shapes that differ, once of each pair. */
function difference(name: string, input: Tensor, target: Tensor): Tensor {
  const [from, to] = [showShape(input), showShape(target)];
  const pair = `${name}: ${from} and ${to}`;
  if (from !== to) {
    const all = broadcastShapes(name, input.shape, target.shape);
    const cure = input.numel() === target.numel() ? `, for example target.reshape(${from})` : "";
    if (!warned.has(pair)) {
      console.warn(
        `${pair}: the shapes differ, and broadcast to ${format(all)}, which is rarely meant; ` +
          `give the target the shape of the input${cure}.`,
      );
    }
    warned.add(pair);
  }
  return input.sub(target);
}

/**
 * The sizes of the differences. Shapes broadcast, which is rarely meant and warned of: [4, 1] and
 * [4] make 16.
 * @example
 * functional.l1Loss(tensor([1, 2]), tensor([2, 4])) // tensor(1.5000)
 */
export const l1Loss = reducing<"l1Loss", "broadcast", ReductionOptions>(
  "l1Loss",
  {},
  (input, target) => difference("l1Loss", input, target).abs(),
);

/**
 * The squares of the differences. Shapes broadcast, which is rarely meant and warned of: [4, 1] and
 * [4] make 16.
 * @example
 * functional.mseLoss(tensor([1, 2]), tensor([2, 4])) // tensor(2.5000)
 * functional.mseLoss(tensor([1, 2]), tensor([2, 4]), { reduction: "none" }) // tensor([1., 4.])
 */
export const mseLoss = reducing<"mseLoss", "broadcast", ReductionOptions>(
  "mseLoss",
  {},
  (input, target) => difference("mseLoss", input, target).square(),
);

/** d² / 2 up to a difference of `bend`, and straight on from there: bend · (|d| - bend / 2). */
function bent(difference: Tensor, bend: number): Tensor {
  const near = difference.clamp(-bend, bend);
  return near.mul(difference.sub(near.mul(0.5)));
}

/** What `smoothL1Loss` takes. */
export interface SmoothL1Options extends ReductionOptions {
  /** Up to which difference the loss is a square; 1 unless said otherwise, with 0 `l1Loss`. */
  readonly beta?: number;
}

/**
 * `l1Loss` that is smooth at 0: d² / (2 · `beta`) up to a difference of `beta`, |d| - `beta` / 2
 * beyond.
 * @example
 * const [input, target] = [tensor([0, 0.5, 3]), zeros([3])];
 * functional.smoothL1Loss(input, target) // tensor(0.8750)
 * functional.smoothL1Loss(input, target, { beta: 0.1, reduction: "sum" }) // tensor(3.4000)
 */
export const smoothL1Loss = reducing<"smoothL1Loss", "broadcast", SmoothL1Options>(
  "smoothL1Loss",
  { beta: 1 },
  (input, target, { beta }: Required<SmoothL1Options>) => {
    checkRange("smoothL1Loss", "beta", beta, 0);
    const differences = difference("smoothL1Loss", input, target);
    return beta === 0 ? differences.abs() : bent(differences, beta).div(beta);
  },
);

/** What `huberLoss` takes. */
export interface HuberOptions extends ReductionOptions {
  /** Up to which difference the loss is a square; above 0, and 1 unless said otherwise. */
  readonly delta?: number;
}

/**
 * d² / 2 up to a difference of `delta`, `delta` · (|d| - `delta` / 2) beyond.
 * @example
 * const [input, target] = [tensor([0, 0.5, 3]), zeros([3])];
 * functional.huberLoss(input, target, { delta: 2, reduction: "sum" }) // tensor(4.1250)
 */
export const huberLoss = reducing<"huberLoss", "broadcast", HuberOptions>(
  "huberLoss",
  { delta: 1 },
  (input, target, { delta }: Required<HuberOptions>) => {
    if (delta > 0) return bent(difference("huberLoss", input, target), delta);
    throw new ArgumentError(`huberLoss: delta is ${delta}, and must be above 0.`);
  },
);

/** What `klDiv` takes. */
export interface KlDivOptions {
  /** As for every loss; `"batchmean"` divides the sum by the size of dimension 0. */
  readonly reduction?: "none" | "mean" | "sum" | "batchmean";
  /** Whether the target is given by its logarithms; `false` unless said otherwise. */
  readonly logTarget?: boolean;
}

/**
 * What is lost when one takes a distribution, given by its logarithms, for the target: target ·
 * (log(target) - input), and 0 where the target is 0. `"mean"` divides by the number of elements;
 * the divergence of distributions in rows is had by `"batchmean"`.
 * @example
 * const input = tensor([[0.5, 0.5]]).log();
 * functional.klDiv(input, tensor([[0, 1]]), { reduction: "batchmean" }) // tensor(0.6931)
 */
export const klDiv = lossOf<"klDiv", "broadcast", KlDivOptions>(
  (input, target, options: KlDivOptions = {}) => {
    checkTensors("klDiv", { input, target });
    const { reduction, logTarget } = readOptions<KlDivOptions>("klDiv", options, {
      reduction: "mean",
      logTarget: false,
    });
    const losses = logTarget
      ? target.exp().mul(target.sub(input))
      : target.xlogy(target).sub(target.mul(input));
    if (reduction !== "batchmean") return reduce("klDiv", losses, reduction);
    return losses.sum().div(input.shape[0] ?? 1);
  },
);

/** What losses of probabilities take. */
export interface WeightedOptions extends ReductionOptions {
  /** What the loss of each element is multiplied by, a tensor that broadcasts; nothing if null. */
  readonly weight?: Tensor | null;
}

/**
 * The elements of binaryCrossEntropy(). Its gradient is written down because the parts of which it
 * is made have none at 0 and 1, where it is large, or 0 if the target is the same.
 */
const crossEntropyOfProbabilities = customFunction({
  name: "binaryCrossEntropy",
  forward: (input: Tensor, target: Tensor) => {
    const [yes, no] = [input.log().clampMin(-100), input.neg().log1p().clampMin(-100)];
    return target.sub(1).mul(no).sub(target.mul(yes));
  },
  vjps: [
    (g, { a, b }): Tensor => g.mul(a.sub(b).div(a.mul(a.neg().add(1)).clampMin(1e-12))),
    (g, { a }): Tensor => g.mul(a.neg().log1p().sub(a.log())),
  ],
});

/** Throws a ShapeError unless an input and its target have one shape. */
function checkTargets(name: string, input: Tensor, target: Tensor): void {
  if (showShape(input) === showShape(target)) return;
  throw new ShapeError(
    `${name}: ${showShape(input)} and ${showShape(target)}: input and target must have one ` +
      "shape; reshape the target, for example with target.unsqueeze(1).",
  );
}

const weighted = (losses: Tensor, weight: Tensor | null): Tensor =>
  weight === null ? losses : losses.mul(weight);

/**
 * What is lost when one takes probabilities for the truth: -log(input) where the target is 1,
 * -log(1 - input) where it is 0, and a mixture between. Logarithms stop at -100. Better take
 * `binaryCrossEntropyWithLogits`, which loses no digits. Throws a ShapeError where the shapes
 * differ; what is no probability, below 0 or above 1, gives NaN.
 * @example
 * functional.binaryCrossEntropy(tensor([0.9, 0.2]), tensor([1, 0])) // tensor(0.1643)
 */
export const binaryCrossEntropy = reducing<"binaryCrossEntropy", "alike", WeightedOptions>(
  "binaryCrossEntropy",
  { weight: null },
  (input, target, { weight }: Required<WeightedOptions>) => {
    checkTargets("binaryCrossEntropy", input, target);
    checkOptional("binaryCrossEntropy", { weight });
    return weighted(crossEntropyOfProbabilities(input, target), weight);
  },
);

/** What `binaryCrossEntropyWithLogits` takes. */
export interface LogitsOptions extends WeightedOptions {
  /** What the losses of positives are multiplied by, a tensor that broadcasts; nothing if null. */
  readonly posWeight?: Tensor | null;
}

/** The same of logits. The gradients of both terms are one difference, found with one exp. */
const crossEntropyOfLogits = customFunction({
  name: "binaryCrossEntropyWithLogits",
  forward: (x: Tensor, y: Tensor) =>
    y.mul(x.neg().softplus()).add(y.neg().add(1).mul(x.softplus())),
  vjps: [(g, { a, b }): Tensor => g.mul(a.sigmoid().sub(b)), (g, { a }): Tensor => g.mul(a.neg())],
});

/**
 * `binaryCrossEntropy` of sigmoid(input), without losing digits where that comes near 0 or 1: as
 * target · softplus(-input) + (1 - target) · softplus(input), both of which are exact. Throws a
 * ShapeError where the shapes differ.
 * @example
 * functional.binaryCrossEntropyWithLogits(tensor([0, -1000]), tensor([1, 0])) // tensor(0.3466)
 */
export const binaryCrossEntropyWithLogits = reducing<
  "binaryCrossEntropyWithLogits",
  "alike",
  LogitsOptions
>(
  "binaryCrossEntropyWithLogits",
  { weight: null, posWeight: null },
  (input, target, { weight, posWeight }: Required<LogitsOptions>) => {
    checkTargets("binaryCrossEntropyWithLogits", input, target);
    checkOptional("binaryCrossEntropyWithLogits", { weight, posWeight });
    const losses = crossEntropyOfLogits(input, target);
    if (posWeight === null) return weighted(losses, weight);
    const more = target.mul(posWeight.sub(1)).mul(input.neg().softplus());
    return weighted(losses.add(more), weight);
  },
);

/** What `poissonNllLoss` takes. */
export interface PoissonOptions extends ReductionOptions {
  /** Whether the input is the logarithm of the mean; `true` unless said otherwise. */
  readonly logInput?: boolean;
  /** Whether Stirling's formula for log(target!) is added, for targets above 1; `false` unless. */
  readonly full?: boolean;
  /** What is added to a mean before its logarithm is taken; 1e-8 unless said otherwise. */
  readonly eps?: number;
}

/**
 * The negative log likelihood of counts, of which the input is the mean, or its logarithm:
 * exp(input) - target · input, or input - target · log(input + `eps`).
 * @example
 * functional.poissonNllLoss(tensor([0, 1]), tensor([1, 2])) // tensor(0.8591)
 */
export const poissonNllLoss = reducing<"poissonNllLoss", "broadcast", PoissonOptions>(
  "poissonNllLoss",
  { logInput: true, full: false, eps: 1e-8 },
  (input, target, { logInput, full, eps }: Required<PoissonOptions>) => {
    const losses = logInput
      ? input.exp().sub(target.mul(input))
      : input.sub(target.mul(input.add(eps).log()));
    if (!full) return losses;
    const counts = target.maskedFill(target.le(1), 1);
    const stirling = counts.mul(counts.log()).sub(counts);
    const whole = stirling.add(
      counts
        .mul(2 * Math.PI)
        .log()
        .mul(0.5),
    );
    return losses.add(whole.maskedFill(target.le(1), 0));
  },
);

/** What `gaussianNllLoss` takes. */
export interface GaussianOptions extends ReductionOptions {
  /** Whether the constant log(2π) / 2 is added; `false` unless said otherwise. */
  readonly full?: boolean;
  /** The least variance that is taken seriously; 1e-6 unless said otherwise. */
  readonly eps?: number;
}

/**
 * The negative log likelihood of targets, of which the input is the mean, with a variance: half of
 * log(variance) + (input - target)² / variance. The variance has the input's shape, or that with
 * one for each row: without the last dimension, or with size 1 there. Throws a ShapeError where it
 * has another, and an ArgumentError where one is negative: the variances are read at the call.
 * @example
 * functional.gaussianNllLoss(tensor([1, 2]), tensor([1, 4]), tensor([1, 1])) // tensor(1.)
 */
export const gaussianNllLoss: VarianceLossFunction<"gaussianNllLoss", "gaussian", GaussianOptions> =
  ((input: Tensor, target: Tensor, variance: Tensor, options: GaussianOptions = {}): Tensor => {
    const name = "gaussianNllLoss";
    checkTensors(name, { input, target, variance });
    const defaults = { full: false, eps: 1e-6, reduction: "mean" } as const;
    const { full, eps, reduction } = readOptions<GaussianOptions>(name, options, defaults);
    if (!(eps > 0)) throw new ArgumentError(`${name}: eps is ${eps}, and must be above 0.`);
    const rows = input.shape.slice(0, -1);
    const isMissing = input.dim() > 0 && showShape(variance) === format(rows);
    const own = isMissing ? variance.unsqueeze(-1) : variance;
    const isOne = input.dim() > 0 && own.shape.at(-1) === 1;
    checkShape(name, "variance", own, isOne ? [...rows, 1] : input.shape);
    if (variance.lt(0).any().item() === 1) {
      throw new ArgumentError(`${name}: a variance is negative; use 0 or more, as exp() gives.`);
    }
    // The gradient by a variance is that at `eps` where it is less, and not 0, which would trap it.
    const kept = own.clone();
    noGrad(() => kept.clampMin_(eps));
    const losses = kept.log().add(input.sub(target).square().div(kept)).mul(0.5);
    return reduce(name, full ? losses.add(Math.log(2 * Math.PI) / 2) : losses, reduction);
  }) as never;

/** What losses with a margin take. */
export interface MarginOptions extends ReductionOptions {
  /** How far apart is far enough. */
  readonly margin?: number;
}

/**
 * For distances between pairs: the distance where the target is 1 (a pair that belongs together),
 * what it lacks of `margin` (1 unless said otherwise) where the target is -1, and both elsewhere.
 * @example
 * functional.hingeEmbeddingLoss(tensor([0.5, 0.75]), tensor([1, -1])) // tensor(0.3750)
 */
export const hingeEmbeddingLoss = reducing<"hingeEmbeddingLoss", "broadcast", MarginOptions>(
  "hingeEmbeddingLoss",
  { margin: 1 },
  (input, target, { margin }: Required<MarginOptions>) => {
    const apart = input.neg().add(margin).clampMin(0).maskedFill(target.eq(1), 0);
    return apart.add(input.maskedFill(target.eq(-1), 0));
  },
);

/**
 * For scores of two kinds, 1 and -1: log(1 + exp(-target · input)).
 * @example
 * functional.softMarginLoss(tensor([0, 1000]), tensor([1, 1])) // tensor(0.3466)
 */
export const softMarginLoss = reducing<"softMarginLoss", "broadcast", ReductionOptions>(
  "softMarginLoss",
  {},
  (input, target) => input.mul(target).neg().softplus(),
);
