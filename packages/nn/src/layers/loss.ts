/**
 * The losses as layers: `new CrossEntropyLoss().call(input, target)`. What they compute, with which
 * options: functional/loss.ts, functional/classification.ts, functional/similarity.ts. Weights that
 * are given are buffers.
 */
import type { Tensor } from "@nabla/core";

import * as F from "../functional/index.js";
import { layer } from "./layer.js";

type Pair = [input: Tensor, target: Tensor];
type Triplet = [anchor: Tensor, positive: Tensor, negative: Tensor];
type Compared = [input1: Tensor, input2: Tensor, target: Tensor];

/**
 * The mean size of the differences; see `functional.l1Loss`.
 * @example
 * new L1Loss().call(tensor([1, 2]), tensor([2, 4])) // tensor(1.5000)
 */
export class L1Loss extends layer<[options?: F.ReductionOptions], F.ReductionOptions, Pair>(
  [],
  { reduction: "mean" },
  ([input, target], fields) => F.l1Loss(input, target, fields),
) {}

/**
 * The mean of the squared differences; see `functional.mseLoss`.
 * @example
 * new MSELoss().call(tensor([1, 2]), tensor([2, 4])) // tensor(2.5000)
 * new MSELoss({ reduction: "sum" }).call(tensor([1, 2]), tensor([2, 4])) // tensor(5.)
 */
export class MSELoss extends layer<[options?: F.ReductionOptions], F.ReductionOptions, Pair>(
  [],
  { reduction: "mean" },
  ([input, target], fields) => F.mseLoss(input, target, fields),
) {}

/**
 * `L1Loss` that is a square near 0; see `functional.smoothL1Loss`.
 * @example
 * new SmoothL1Loss().call(tensor([1, 2]), tensor([2, 4])) // tensor(1.)
 */
export class SmoothL1Loss extends layer<[options?: F.SmoothL1Options], F.SmoothL1Options, Pair>(
  [],
  { beta: 1, reduction: "mean" },
  ([input, target], fields) => F.smoothL1Loss(input, target, fields),
) {}

/**
 * A square near 0, and straight on from there; see `functional.huberLoss`.
 * @example
 * new HuberLoss({ delta: 0.5 }).call(tensor([1, 2]), tensor([2, 4])) // tensor(0.6250)
 */
export class HuberLoss extends layer<[options?: F.HuberOptions], F.HuberOptions, Pair>(
  [],
  { delta: 1, reduction: "mean" },
  ([input, target], fields) => F.huberLoss(input, target, fields),
) {}

/**
 * What is lost when numbers for each class, [n, classes, ...], are taken for the logarithms of
 * probabilities; targets are classes, or probabilities. See `functional.crossEntropy`.
 * @example
 * const target = tensor([1], { dtype: "int32" });
 * new CrossEntropyLoss().call(tensor([[0, 0]]), target) // tensor(0.6931)
 */
export class CrossEntropyLoss extends layer<
  [options?: F.CrossEntropyOptions],
  F.CrossEntropyOptions,
  Pair
>(
  [],
  { weight: null, ignoreIndex: -100, labelSmoothing: 0, reduction: "mean" },
  ([input, target], fields) => F.crossEntropy(input, target, fields),
) {}

/**
 * `CrossEntropyLoss` of what are logarithms of probabilities already; see `functional.nllLoss`.
 * @example
 * const target = tensor([1], { dtype: "int32" });
 * new NLLLoss().call(tensor([[-1, -2]]), target) // tensor(2.)
 */
export class NLLLoss extends layer<[options?: F.ClassOptions], F.ClassOptions, Pair>(
  [],
  { weight: null, ignoreIndex: -100, reduction: "mean" },
  ([input, target], fields) => F.nllLoss(input, target, fields),
) {}

/**
 * For probabilities of one class against another; see `functional.binaryCrossEntropy`.
 * @example
 * new BCELoss().call(tensor([0.5]), tensor([1])) // tensor(0.6931)
 */
export class BCELoss extends layer<[options?: F.WeightedOptions], F.WeightedOptions, Pair>(
  [],
  { weight: null, reduction: "mean" },
  ([input, target], fields) => F.binaryCrossEntropy(input, target, fields),
) {}

/**
 * `BCELoss` of the sigmoid of the input; see `functional.binaryCrossEntropyWithLogits`.
 * @example
 * new BCEWithLogitsLoss().call(tensor([0]), tensor([1])) // tensor(0.6931)
 */
export class BCEWithLogitsLoss extends layer<[options?: F.LogitsOptions], F.LogitsOptions, Pair>(
  [],
  { weight: null, posWeight: null, reduction: "mean" },
  ([input, target], fields) => F.binaryCrossEntropyWithLogits(input, target, fields),
) {}

/**
 * How far a distribution is from logarithms of another; see `functional.klDiv`.
 * @example
 * new KLDivLoss({ reduction: "sum" }).call(tensor([-1, -1]), tensor([0.5, 0.5])) // tensor(0.3069)
 */
export class KLDivLoss extends layer<[options?: F.KlDivOptions], F.KlDivOptions, Pair>(
  [],
  { logTarget: false, reduction: "mean" },
  ([input, target], fields) => F.klDiv(input, target, fields),
) {}

/**
 * For counts, and the logarithms of their means; see `functional.poissonNllLoss`.
 * @example
 * new PoissonNLLLoss().call(tensor([0]), tensor([2])) // tensor(1.)
 */
export class PoissonNLLLoss extends layer<[options?: F.PoissonOptions], F.PoissonOptions, Pair>(
  [],
  { logInput: true, full: false, eps: 1e-8, reduction: "mean" },
  ([input, target], fields) => F.poissonNllLoss(input, target, fields),
) {}

/**
 * For means and variances of normal targets; see `functional.gaussianNllLoss`.
 * @example
 * new GaussianNLLLoss().call(tensor([1]), tensor([3]), tensor([1])) // tensor(2.)
 */
export class GaussianNLLLoss extends layer<
  [options?: F.GaussianOptions],
  F.GaussianOptions,
  [input: Tensor, target: Tensor, variance: Tensor]
>([], { full: false, eps: 1e-6, reduction: "mean" }, ([input, target, variance], fields) =>
  F.gaussianNllLoss(input, target, variance, fields),
) {}

/**
 * For distances of pairs that belong together (1) or not (-1); see
 * `functional.hingeEmbeddingLoss`.
 * @example
 * new HingeEmbeddingLoss().call(tensor([0.5, 0.5]), tensor([1, -1])) // tensor(0.5000)
 */
export class HingeEmbeddingLoss extends layer<[options?: F.MarginOptions], F.MarginOptions, Pair>(
  [],
  { margin: 1, reduction: "mean" },
  ([input, target], fields) => F.hingeEmbeddingLoss(input, target, fields),
) {}

/**
 * log(1 + exp(-target · input)), for targets 1 and -1; see `functional.softMarginLoss`.
 * @example
 * new SoftMarginLoss().call(tensor([0]), tensor([1])) // tensor(0.6931)
 */
export class SoftMarginLoss extends layer<[options?: F.ReductionOptions], F.ReductionOptions, Pair>(
  [],
  { reduction: "mean" },
  ([input, target], fields) => F.softMarginLoss(input, target, fields),
) {}

/**
 * How much other classes come too near to the right one; see `functional.multiMarginLoss`.
 * @example
 * const target = tensor([0], { dtype: "int32" });
 * new MultiMarginLoss().call(tensor([[1, 0.5]]), target) // tensor(0.2500)
 */
export class MultiMarginLoss extends layer<
  [options?: F.MultiMarginOptions],
  F.MultiMarginOptions,
  Pair
>([], { p: 1, margin: 1, weight: null, reduction: "mean" }, ([input, target], fields) =>
  F.multiMarginLoss(input, target, fields),
) {}

/**
 * `MultiMarginLoss` for several right classes; see `functional.multilabelMarginLoss`.
 * @example
 * const target = tensor([[0, -1]], { dtype: "int32" });
 * new MultiLabelMarginLoss().call(tensor([[1, 0.5]]), target) // tensor(0.2500)
 */
export class MultiLabelMarginLoss extends layer<
  [options?: F.ReductionOptions],
  F.ReductionOptions,
  Pair
>([], { reduction: "mean" }, ([input, target], fields) =>
  F.multilabelMarginLoss(input, target, fields),
) {}

/**
 * For classes each of which is there or not; see `functional.multilabelSoftMarginLoss`.
 * @example
 * new MultiLabelSoftMarginLoss().call(tensor([[0, 0]]), tensor([[1, 0]])) // tensor(0.6931)
 */
export class MultiLabelSoftMarginLoss extends layer<
  [options?: F.WeightedOptions],
  F.WeightedOptions,
  Pair
>([], { weight: null, reduction: "mean" }, ([input, target], fields) =>
  F.multilabelSoftMarginLoss(input, target, fields),
) {}

/**
 * For pairs of which the first should be larger (1) or smaller (-1); see
 * `functional.marginRankingLoss`.
 * @example
 * new MarginRankingLoss().call(tensor([1]), tensor([3]), tensor([1])) // tensor(2.)
 */
export class MarginRankingLoss extends layer<
  [options?: F.MarginOptions],
  F.MarginOptions,
  Compared
>([], { margin: 0, reduction: "mean" }, ([a, b, target], fields) =>
  F.marginRankingLoss(a, b, target, fields),
) {}

/**
 * For the angles of pairs that belong together (1) or not (-1); see
 * `functional.cosineEmbeddingLoss`.
 * @example
 * new CosineEmbeddingLoss().call(tensor([[1, 0]]), tensor([[0, 1]]), tensor([1])) // tensor(1.)
 */
export class CosineEmbeddingLoss extends layer<
  [options?: F.MarginOptions],
  F.MarginOptions,
  Compared
>([], { margin: 0, reduction: "mean" }, ([a, b, target], fields) =>
  F.cosineEmbeddingLoss(a, b, target, fields),
) {}

/**
 * How much nearer what belongs together should be; see `functional.tripletMarginLoss`.
 * @example
 * new TripletMarginLoss().call(tensor([[0]]), tensor([[1]]), tensor([[1]])) // tensor(1.)
 */
export class TripletMarginLoss extends layer<
  [options?: F.TripletMarginOptions],
  F.TripletMarginOptions,
  Triplet
>([], { margin: 1, p: 2, eps: 1e-6, swap: false, reduction: "mean" }, ([a, b, c], fields) =>
  F.tripletMarginLoss(a, b, c, fields),
) {}

/**
 * `TripletMarginLoss` with a distance of your own; see `functional.tripletMarginWithDistanceLoss`.
 * @example
 * const distanceFunction = (a, b) => a.sub(b).abs().sum(-1);
 * const loss = new TripletMarginWithDistanceLoss({ distanceFunction });
 * loss.call(tensor([[0]]), tensor([[1]]), tensor([[1]])) // tensor(1.)
 */
export class TripletMarginWithDistanceLoss extends layer<
  [options?: F.TripletDistanceOptions],
  F.TripletDistanceOptions,
  Triplet
>([], { distanceFunction: null, margin: 1, swap: false, reduction: "mean" }, ([a, b, c], fields) =>
  F.tripletMarginWithDistanceLoss(a, b, c, fields),
) {}
