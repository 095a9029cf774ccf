/**
 * How near tensors are to each other, and losses that are made of it: for pairs and triplets.
 * Losses of a tensor and a target: loss.ts.
 */
import { ArgumentError, noGrad, readOptions, ShapeError, triuIndices } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkTensors, showShape } from "../checks.js";
import type {
  DistanceFunction,
  PairLossFunction,
  SimilarityFunction,
  TripletLossFunction,
} from "../shape-functions.js";
import type { MarginOptions } from "./loss.js";
import { reduce } from "./reduction.js";

/** What `cosineSimilarity` takes last. */
export interface CosineSimilarityOptions {
  /** The least length that is divided by; 1e-8 unless said otherwise. */
  readonly eps?: number;
}

/**
 * The cosine of the angle between vectors, which lie along dimension `dim`; other dimensions
 * broadcast.
 * @example
 * const [x1, x2] = [tensor([[1, 0], [1, 1]]), tensor([[1, 1], [3, 3]])];
 * functional.cosineSimilarity(x1, x2) // tensor([0.7071, 1.0000])
 */
export const cosineSimilarity: SimilarityFunction<"cosineSimilarity", CosineSimilarityOptions> = ((
  x1: Tensor,
  x2: Tensor,
  dim = 1,
  options: CosineSimilarityOptions = {},
): Tensor => {
  checkTensors("cosineSimilarity", { x1, x2 });
  const { eps } = readOptions<CosineSimilarityOptions>("cosineSimilarity", options, { eps: 1e-8 });
  const [a, b] = [x1, x2].map((x) => {
    const rank = Math.max(x1.dim(), x2.dim());
    const whole = x.reshape([...new Array<number>(rank - x.dim()).fill(1), ...x.shape]);
    const length = whole.norm(2, dim, true).clone();
    noGrad(() => length.clampMin_(eps));
    return whole.div(length);
  });
  return a!.mul(b!).sum(dim);
}) as never;

/** What `pairwiseDistance` takes. */
export interface PairwiseDistanceOptions {
  /** The order of the norm, as for `norm`; 2 unless said otherwise. */
  readonly p?: number;
  /** What is added to every difference, so that none is 0; 1e-6 unless said otherwise. */
  readonly eps?: number;
  /** Whether the last dimension stays, with size 1; `false` unless said otherwise. */
  readonly keepdim?: boolean;
}

/**
 * The distances between vectors, which lie along the last dimension; others broadcast.
 * @example
 * functional.pairwiseDistance(tensor([[1, 2], [3, 4]]), tensor([4, 6])) // tensor([5.0000, 2.2361])
 */
export const pairwiseDistance: DistanceFunction<"pairwiseDistance", PairwiseDistanceOptions> = ((
  x1: Tensor,
  x2: Tensor,
  options: PairwiseDistanceOptions = {},
): Tensor => {
  checkTensors("pairwiseDistance", { x1, x2 });
  const defaults = { p: 2, eps: 1e-6, keepdim: false };
  const { p, eps, keepdim } = readOptions<PairwiseDistanceOptions>(
    "pairwiseDistance",
    options,
    defaults,
  );
  return x1.sub(x2).add(eps).norm(p, -1, keepdim);
}) as never;

/** What `pdist` takes. */
export interface PdistOptions {
  /** The order of the norm, as for `norm`; 0 or more, and 2 unless said otherwise. */
  readonly p?: number;
}

/**
 * The distances between the rows of a matrix: of the first to all others, then of the second to
 * those behind it, and so on.
 * @example
 * functional.pdist(tensor([[0, 0], [3, 4], [0, 1]])) // tensor([5.0000, 1.0000, 4.2426])
 */
export function pdist(input: Tensor, options: PdistOptions = {}): Tensor {
  checkTensors("pdist", { input });
  const { p } = readOptions<PdistOptions>("pdist", options, { p: 2 });
  if (!(p >= 0)) throw new ArgumentError(`pdist: p is ${p}, and must be 0 or more.`);
  if (input.dim() !== 2) {
    throw new ShapeError(
      `pdist: an input of shape ${showShape(input)} is no matrix; its rows are the points.`,
    );
  }
  const pairs = triuIndices(input.size(0), input.size(0), 1);
  const differences = input.at(pairs.select(0, 0)).sub(input.at(pairs.select(0, 1)));
  // The norm of order 0 has no gradient at all, that of distances is 0.
  return p === 0 ? differences.sign().abs().sum(-1) : differences.norm(p, -1);
}

/** Throws a ShapeError unless tensors have equally many dimensions. */
function checkRanks(name: string, given: Readonly<Record<string, Tensor>>): void {
  checkTensors(name, given);
  const tensors = Object.values(given);
  if (tensors.every((x) => x.dim() === tensors[0]!.dim())) return;
  throw new ShapeError(
    `${name}: ${Object.keys(given).join(", ")} of shapes ${tensors.map(showShape).join(", ")} ` +
      "must have equally many dimensions.",
  );
}

/**
 * For pairs of scores: where the target is 1 the first shall be above the second by `margin` (0
 * unless said otherwise), where it is -1 below; the loss is what is missing.
 * @example
 * functional.marginRankingLoss(tensor([3, 1]), tensor([1, 2]), tensor([1, 1])) // tensor(0.5000)
 */
export const marginRankingLoss: PairLossFunction<"marginRankingLoss", "ranking", MarginOptions> = ((
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor => {
  const name = "marginRankingLoss";
  checkRanks(name, { input1, input2, target });
  const defaults = { margin: 0, reduction: "mean" } as const;
  const { margin, reduction } = readOptions<MarginOptions>(name, options, defaults);
  const missing = input1.sub(input2).mul(target).neg().add(margin).clampMin(0);
  return reduce(name, missing, reduction);
}) as never;

/**
 * For pairs of vectors, a pair or one in each row: 1 - cosine where the target is 1, what the
 * cosine is above `margin` (0 unless said otherwise) where it is -1, and 0 elsewhere.
 * @example
 * functional.cosineEmbeddingLoss(tensor([1, 0]), tensor([1, 1]), tensor(1)) // tensor(0.2929)
 */
export const cosineEmbeddingLoss: PairLossFunction<"cosineEmbeddingLoss", "cosine", MarginOptions> =
  ((input1: Tensor, input2: Tensor, target: Tensor, options: MarginOptions = {}): Tensor => {
    const name = "cosineEmbeddingLoss";
    checkTensors(name, { input1, input2, target });
    const defaults = { margin: 0, reduction: "mean" } as const;
    const { margin, reduction } = readOptions<MarginOptions>(name, options, defaults);
    const rank = target.dim();
    if (rank > 1 || input1.dim() !== rank + 1 || input2.dim() !== rank + 1) {
      throw new ShapeError(
        `${name}: inputs of shapes ${showShape(input1)} and ${showShape(input2)} do not fit a ` +
          `target of shape ${showShape(target)}; use matrices and a target for each row, or ` +
          "vectors and a number.",
      );
    }
    const squares = [input1, input2].map((x) => x.mul(x).sum(-1).add(1e-12));
    const cosine = input1.mul(input2).sum(-1).div(squares[0]!.mul(squares[1]!).sqrt());
    const together = cosine.neg().add(1).maskedFill(target.ne(1), 0);
    const apart = cosine.sub(margin).clampMin(0).maskedFill(target.ne(-1), 0);
    return reduce(name, together.add(apart), reduction);
  }) as never;

/** What `tripletMarginWithDistanceLoss` takes. */
export interface TripletDistanceOptions extends MarginOptions {
  /** How far apart two tensors are; `pairwiseDistance` unless said otherwise. */
  readonly distanceFunction?: ((a: Tensor, b: Tensor) => Tensor) | null;
  /**
   * Whether the distance from the positive to the negative example counts where it is less than
   * that from the anchor; `false` unless said otherwise.
   */
  readonly swap?: boolean;
}

/**
 * `tripletMarginLoss` by a distance of one's own.
 * @example
 * const distanceFunction = (a, b) => a.sub(b).abs().amax(-1);
 * const triplet = [tensor([0, 0]), tensor([3, 4]), tensor([0, 4.5])];
 * const options = { distanceFunction };
 * functional.tripletMarginWithDistanceLoss(...triplet, options) // tensor(0.5000)
 */
export const tripletMarginWithDistanceLoss: TripletLossFunction<
  "tripletMarginWithDistanceLoss",
  "ranks",
  TripletDistanceOptions
> = ((
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletDistanceOptions = {},
): Tensor => {
  const name = "tripletMarginWithDistanceLoss";
  checkRanks(name, { anchor, positive, negative });
  const all = readOptions<TripletDistanceOptions>(name, options, {
    distanceFunction: null,
    margin: 1,
    swap: false,
    reduction: "mean",
  });
  const far = all.distanceFunction ?? pairwiseDistance;
  if (typeof far !== "function") {
    throw new ArgumentError(`${name}: the option distanceFunction must be a function, or null.`);
  }
  const distance = (a: Tensor, b: Tensor): Tensor => {
    const found = far(a, b);
    checkTensors(name, { "that distanceFunction gave": found });
    return found;
  };
  const away = distance(anchor, negative);
  const apart = all.swap ? away.minimum(distance(positive, negative)) : away;
  const missing = distance(anchor, positive).sub(apart).add(all.margin).clampMin(0);
  return reduce(name, missing, all.reduction);
}) as never;

/** What `tripletMarginLoss` takes. */
export interface TripletMarginOptions extends Omit<TripletDistanceOptions, "distanceFunction"> {
  /** The order of the norm, as for `norm`; 2 unless said otherwise. */
  readonly p?: number;
  /** What is added to every difference, so that none is 0; 1e-6 unless said otherwise. */
  readonly eps?: number;
}

/**
 * For triplets of vectors along the last dimension: an anchor shall be nearer to the positive
 * example than to the negative one, by `margin` (1 unless said otherwise); the loss is what is
 * missing.
 * @example
 * const anchor = tensor([0, 0]);
 * functional.tripletMarginLoss(anchor, tensor([3, 4]), tensor([0, 5.5])) // tensor(0.5000)
 */
export const tripletMarginLoss: TripletLossFunction<
  "tripletMarginLoss",
  "triplet",
  TripletMarginOptions
> = ((
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginOptions = {},
): Tensor => {
  const name = "tripletMarginLoss";
  checkRanks(name, { anchor, positive, negative });
  const { p, eps, ...rest } = readOptions<TripletMarginOptions>(name, options, {
    margin: 1,
    p: 2,
    eps: 1e-6,
    swap: false,
    reduction: "mean",
  });
  const distanceFunction = (a: Tensor, b: Tensor): Tensor => pairwiseDistance(a, b, { p, eps });
  return tripletMarginWithDistanceLoss(anchor, positive, negative, { ...rest, distanceFunction });
}) as never;
