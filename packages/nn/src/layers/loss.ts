/**
 * The losses as layers: `new CrossEntropyLoss().call(input, target)`. What they compute, with which
 * options: functional/loss.ts, functional/classification.ts, functional/similarity.ts. Weights that
 * are given are buffers.
 */
import type { Tensor } from "@nabla/core";

import * as F from "../functional/index.js";
import type { LossOfThree, Lossy } from "../shape-types.js";
import { layer, plain } from "./layer.js";
import type { LayerOf } from "./layer.js";

type Pair = [input: Tensor, target: Tensor];
/** A class of losses of an input and a target. */
const loss = <Options extends object>(
  run: (input: Tensor, target: Tensor, options: Options) => Tensor,
  defaults: Required<Options>,
): new <O extends Options>(...given: [options?: O]) => LayerOf<Options, Pair> =>
  layer<[options?: Options], Options, Pair>([], defaults, ([input, target], fields) =>
    run(input, target, fields),
  );
type Three = [first: Tensor, second: Tensor, third: Tensor];
/** The same of three tensors. */
const lossOfThree = <Options extends object>(
  run: (a: Tensor, b: Tensor, c: Tensor, options: Options) => Tensor,
  defaults: Required<Options>,
): new <O extends Options>(options?: O) => LayerOf<Options, Three> =>
  layer<[options?: Options], Options, Three>([], defaults, ([a, b, c], fields) =>
    run(a, b, c, fields),
  );

/**
 * The mean size of the differences; see `functional.l1Loss`.
 * @example
 * new L1Loss().call(tensor([1, 2]), tensor([2, 4])) // tensor(1.5000)
 */
export class L1Loss<const O extends F.ReductionOptions = object> extends loss<F.ReductionOptions>(
  plain(F.l1Loss),
  { reduction: "mean" },
)<O> {}
export interface L1Loss<O extends F.ReductionOptions> extends Lossy<"L1Loss", "broadcast", O> {}

/**
 * The mean of the squared differences; see `functional.mseLoss`.
 * @example
 * new MSELoss().call(tensor([1, 2]), tensor([2, 4])) // tensor(2.5000)
 * new MSELoss({ reduction: "sum" }).call(tensor([1, 2]), tensor([2, 4])) // tensor(5.)
 */
export class MSELoss<const O extends F.ReductionOptions = object> extends loss<F.ReductionOptions>(
  plain(F.mseLoss),
  { reduction: "mean" },
)<O> {}
export interface MSELoss<O extends F.ReductionOptions> extends Lossy<"MSELoss", "broadcast", O> {}

/**
 * `L1Loss` that is a square near 0; see `functional.smoothL1Loss`.
 * @example
 * new SmoothL1Loss().call(tensor([1, 2]), tensor([2, 4])) // tensor(1.)
 */
export class SmoothL1Loss<
  const O extends F.SmoothL1Options = object,
> extends loss<F.SmoothL1Options>(plain(F.smoothL1Loss), { beta: 1, reduction: "mean" })<O> {}
export interface SmoothL1Loss<O extends F.SmoothL1Options> extends Lossy<
  "SmoothL1Loss",
  "broadcast",
  O
> {}

/**
 * A square near 0, and straight on from there; see `functional.huberLoss`.
 * @example
 * new HuberLoss({ delta: 0.5 }).call(tensor([1, 2]), tensor([2, 4])) // tensor(0.6250)
 */
export class HuberLoss<const O extends F.HuberOptions = object> extends loss<F.HuberOptions>(
  plain(F.huberLoss),
  { delta: 1, reduction: "mean" },
)<O> {}
export interface HuberLoss<O extends F.HuberOptions> extends Lossy<"HuberLoss", "broadcast", O> {}

/**
 * What is lost when numbers for each class, [n, classes, ...], are taken for the logarithms of
 * probabilities; targets are classes, or probabilities. See `functional.crossEntropy`.
 * @example
 * const target = tensor([1], { dtype: "int32" });
 * new CrossEntropyLoss().call(tensor([[0, 0]]), target) // tensor(0.6931)
 */
export class CrossEntropyLoss<
  const O extends F.CrossEntropyOptions = object,
> extends loss<F.CrossEntropyOptions>(plain(F.crossEntropy), {
  weight: null,
  ignoreIndex: -100,
  labelSmoothing: 0,
  reduction: "mean",
})<O> {}
export interface CrossEntropyLoss<O extends F.CrossEntropyOptions> extends Lossy<
  "CrossEntropyLoss",
  "classes",
  O
> {}

/**
 * `CrossEntropyLoss` of what are logarithms of probabilities already; see `functional.nllLoss`.
 * @example
 * const target = tensor([1], { dtype: "int32" });
 * new NLLLoss().call(tensor([[-1, -2]]), target) // tensor(2.)
 */
export class NLLLoss<const O extends F.ClassOptions = object> extends loss<F.ClassOptions>(
  plain(F.nllLoss),
  {
    weight: null,
    ignoreIndex: -100,
    reduction: "mean",
  },
)<O> {}
export interface NLLLoss<O extends F.ClassOptions> extends Lossy<"NLLLoss", "numbers", O> {}

/**
 * For probabilities of one class against another; see `functional.binaryCrossEntropy`.
 * @example
 * new BCELoss().call(tensor([0.5]), tensor([1])) // tensor(0.6931)
 */
export class BCELoss<const O extends F.WeightedOptions = object> extends loss<F.WeightedOptions>(
  plain(F.binaryCrossEntropy),
  {
    weight: null,
    reduction: "mean",
  },
)<O> {}
export interface BCELoss<O extends F.WeightedOptions> extends Lossy<"BCELoss", "alike", O> {}

/**
 * `BCELoss` of the sigmoid of the input; see `functional.binaryCrossEntropyWithLogits`.
 * @example
 * new BCEWithLogitsLoss().call(tensor([0]), tensor([1])) // tensor(0.6931)
 */
export class BCEWithLogitsLoss<
  const O extends F.LogitsOptions = object,
> extends loss<F.LogitsOptions>(plain(F.binaryCrossEntropyWithLogits), {
  weight: null,
  posWeight: null,
  reduction: "mean",
})<O> {}
export interface BCEWithLogitsLoss<O extends F.LogitsOptions> extends Lossy<
  "BCEWithLogitsLoss",
  "alike",
  O
> {}

/**
 * How far a distribution is from logarithms of another; see `functional.klDiv`.
 * @example
 * new KLDivLoss({ reduction: "sum" }).call(tensor([-1, -1]), tensor([0.5, 0.5])) // tensor(0.3069)
 */
export class KLDivLoss<const O extends F.KlDivOptions = object> extends loss<F.KlDivOptions>(
  plain(F.klDiv),
  { logTarget: false, reduction: "mean" },
)<O> {}
export interface KLDivLoss<O extends F.KlDivOptions> extends Lossy<"KLDivLoss", "broadcast", O> {}

/**
 * For counts, and the logarithms of their means; see `functional.poissonNllLoss`.
 * @example
 * new PoissonNLLLoss().call(tensor([0]), tensor([2])) // tensor(1.)
 */
export class PoissonNLLLoss<
  const O extends F.PoissonOptions = object,
> extends loss<F.PoissonOptions>(plain(F.poissonNllLoss), {
  logInput: true,
  full: false,
  eps: 1e-8,
  reduction: "mean",
})<O> {}
export interface PoissonNLLLoss<O extends F.PoissonOptions> extends Lossy<
  "PoissonNLLLoss",
  "broadcast",
  O
> {}

/**
 * For means and variances of normal targets; see `functional.gaussianNllLoss`.
 * @example
 * new GaussianNLLLoss().call(tensor([1]), tensor([3]), tensor([1])) // tensor(2.)
 */
export class GaussianNLLLoss<
  const O extends F.GaussianOptions = object,
> extends lossOfThree<F.GaussianOptions>(plain(F.gaussianNllLoss), {
  full: false,
  eps: 1e-6,
  reduction: "mean",
})<O> {}
export interface GaussianNLLLoss<O extends F.GaussianOptions> extends LossOfThree<
  "GaussianNLLLoss",
  "gaussian",
  O
> {}

/**
 * For distances of pairs that belong together (1) or not (-1); see
 * `functional.hingeEmbeddingLoss`.
 * @example
 * new HingeEmbeddingLoss().call(tensor([0.5, 0.5]), tensor([1, -1])) // tensor(0.5000)
 */
export class HingeEmbeddingLoss<
  const O extends F.MarginOptions = object,
> extends loss<F.MarginOptions>(plain(F.hingeEmbeddingLoss), { margin: 1, reduction: "mean" })<O> {}
export interface HingeEmbeddingLoss<O extends F.MarginOptions> extends Lossy<
  "HingeEmbeddingLoss",
  "broadcast",
  O
> {}

/**
 * log(1 + exp(-target · input)), for targets 1 and -1; see `functional.softMarginLoss`.
 * @example
 * new SoftMarginLoss().call(tensor([0]), tensor([1])) // tensor(0.6931)
 */
export class SoftMarginLoss<
  const O extends F.ReductionOptions = object,
> extends loss<F.ReductionOptions>(plain(F.softMarginLoss), { reduction: "mean" })<O> {}
export interface SoftMarginLoss<O extends F.ReductionOptions> extends Lossy<
  "SoftMarginLoss",
  "broadcast",
  O
> {}

/**
 * How much other classes come too near to the right one; see `functional.multiMarginLoss`.
 * @example
 * const target = tensor([0], { dtype: "int32" });
 * new MultiMarginLoss().call(tensor([[1, 0.5]]), target) // tensor(0.2500)
 */
export class MultiMarginLoss<
  const O extends F.MultiMarginOptions = object,
> extends loss<F.MultiMarginOptions>(plain(F.multiMarginLoss), {
  p: 1,
  margin: 1,
  weight: null,
  reduction: "mean",
})<O> {}
export interface MultiMarginLoss<O extends F.MultiMarginOptions> extends Lossy<
  "MultiMarginLoss",
  "unknown",
  O
> {}

/**
 * `MultiMarginLoss` for several right classes; see `functional.multilabelMarginLoss`.
 * @example
 * const target = tensor([[0, -1]], { dtype: "int32" });
 * new MultiLabelMarginLoss().call(tensor([[1, 0.5]]), target) // tensor(0.2500)
 */
export class MultiLabelMarginLoss<
  const O extends F.ReductionOptions = object,
> extends loss<F.ReductionOptions>(plain(F.multilabelMarginLoss), { reduction: "mean" })<O> {}
export interface MultiLabelMarginLoss<O extends F.ReductionOptions> extends Lossy<
  "MultiLabelMarginLoss",
  "unknown",
  O
> {}

/**
 * For classes each of which is there or not; see `functional.multilabelSoftMarginLoss`.
 * @example
 * new MultiLabelSoftMarginLoss().call(tensor([[0, 0]]), tensor([[1, 0]])) // tensor(0.6931)
 */
export class MultiLabelSoftMarginLoss<
  const O extends F.WeightedOptions = object,
> extends loss<F.WeightedOptions>(plain(F.multilabelSoftMarginLoss), {
  weight: null,
  reduction: "mean",
})<O> {}
export interface MultiLabelSoftMarginLoss<O extends F.WeightedOptions> extends Lossy<
  "MultiLabelSoftMarginLoss",
  "unknown",
  O
> {}

/**
 * For pairs of which the first should be larger (1) or smaller (-1); see
 * `functional.marginRankingLoss`.
 * @example
 * new MarginRankingLoss().call(tensor([1]), tensor([3]), tensor([1])) // tensor(2.)
 */
export class MarginRankingLoss<
  const O extends F.MarginOptions = object,
> extends lossOfThree<F.MarginOptions>(plain(F.marginRankingLoss), {
  margin: 0,
  reduction: "mean",
})<O> {}
export interface MarginRankingLoss<O extends F.MarginOptions> extends LossOfThree<
  "MarginRankingLoss",
  "ranking",
  O
> {}

/**
 * For the angles of pairs that belong together (1) or not (-1); see
 * `functional.cosineEmbeddingLoss`.
 * @example
 * new CosineEmbeddingLoss().call(tensor([[1, 0]]), tensor([[0, 1]]), tensor([1])) // tensor(1.)
 */
export class CosineEmbeddingLoss<
  const O extends F.MarginOptions = object,
> extends lossOfThree<F.MarginOptions>(plain(F.cosineEmbeddingLoss), {
  margin: 0,
  reduction: "mean",
})<O> {}
export interface CosineEmbeddingLoss<O extends F.MarginOptions> extends LossOfThree<
  "CosineEmbeddingLoss",
  "cosine",
  O
> {}

/**
 * How much nearer what belongs together should be; see `functional.tripletMarginLoss`.
 * @example
 * new TripletMarginLoss().call(tensor([[0]]), tensor([[1]]), tensor([[1]])) // tensor(1.)
 */
export class TripletMarginLoss<
  const O extends F.TripletMarginOptions = object,
> extends lossOfThree<F.TripletMarginOptions>(plain(F.tripletMarginLoss), {
  margin: 1,
  p: 2,
  eps: 1e-6,
  swap: false,
  reduction: "mean",
})<O> {}
export interface TripletMarginLoss<O extends F.TripletMarginOptions> extends LossOfThree<
  "TripletMarginLoss",
  "triplet",
  O
> {}

/**
 * `TripletMarginLoss` with a distance of your own; see `functional.tripletMarginWithDistanceLoss`.
 * @example
 * const distanceFunction = (a, b) => a.sub(b).abs().sum(-1);
 * const loss = new TripletMarginWithDistanceLoss({ distanceFunction });
 * loss.call(tensor([[0]]), tensor([[1]]), tensor([[1]])) // tensor(1.)
 */
export class TripletMarginWithDistanceLoss<
  // By this, which says no more, the compiler knows what a distance is given.
  const O extends F.TripletDistanceOptions = Pick<F.TripletDistanceOptions, "distanceFunction">,
> extends lossOfThree<F.TripletDistanceOptions>(plain(F.tripletMarginWithDistanceLoss), {
  distanceFunction: null,
  margin: 1,
  swap: false,
  reduction: "mean",
})<O> {}
export interface TripletMarginWithDistanceLoss<
  O extends F.TripletDistanceOptions,
> extends LossOfThree<"TripletMarginWithDistanceLoss", "ranks", O> {}
