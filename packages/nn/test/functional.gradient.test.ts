// The derivatives of every function, first and second, against central differences in float64, at
// points off the kinks. Values: the records of PyTorch, run by scripts/test/conformance.test.ts.

import { gradcheck, gradgradcheck, tensor } from "@nabla/core";
import type { Shape, Tensor } from "@nabla/core";
import { functional } from "@nabla/nn";
import { describe, expect, test } from "vitest";

type Run = (...inputs: Tensor[]) => Tensor;

/** Numbers in no order, none twice: multiples of the golden ratio, without what is whole. */
function leaf(shape: Shape, [low, high]: readonly [number, number], seed: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Array.from({ length: count }, (_, i) => {
    return low + (high - low) * (((i + 1) * 0.6180339887 + seed * 0.4142135624) % 1);
  });
  return tensor(values, { dtype: "float64" }).reshape(shape).clone().requiresGrad_();
}

const line = [-1.9, 2.1] as const;
const shares = [0.05, 0.95] as const;
const classes = (...labels: number[]): Tensor => tensor(labels, { dtype: "int32" });
const signs = tensor([1, -1, 1, -1]);
const weights = tensor([0.5, 2, 1.25], { dtype: "float64" });
const {
  alphaDropout,
  batchNorm,
  bilinear,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  cosineEmbeddingLoss,
  cosineSimilarity,
  crossEntropy,
  gaussianNllLoss,
  glu,
  groupNorm,
  hingeEmbeddingLoss,
  huberLoss,
  instanceNorm,
  klDiv,
  l1Loss,
  layerNorm,
  linear,
  localResponseNorm,
  marginRankingLoss,
  mseLoss,
  multiMarginLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  nllLoss,
  normalize,
  pairwiseDistance,
  pdist,
  poissonNllLoss,
  prelu,
  rmsNorm,
  rrelu,
  scaledDotProductAttention,
  smoothL1Loss,
  softMarginLoss,
  tripletMarginLoss,
} = functional;

const none = { reduction: "none" } as const;
const causal = { isCausal: true };
const mask = tensor([
  [true, false, true],
  [true, true, false],
]);

/** A name, a function, and for each input its shape and where its numbers lie. */
const cases: [name: string, run: Run, ...inputs: [Shape, readonly [number, number]][]][] = [
  ["l1Loss", (x, y) => l1Loss(x, y), [[2, 3], line], [[2, 3], line]],
  ["mseLoss", (x, y) => mseLoss(x, y), [[2, 3], line], [[3], line]],
  ["mseLoss, sum", (x, y) => mseLoss(x, y, { reduction: "sum" }), [[2, 3], line], [[2, 3], line]],
  ["smoothL1Loss", (x, y) => smoothL1Loss(x, y, { beta: 0.7 }), [[2, 3], line], [[2, 3], line]],
  ["smoothL1Loss, no bend", (x, y) => smoothL1Loss(x, y, { beta: 0 }), [[4], line], [[4], line]],
  ["huberLoss", (x, y) => huberLoss(x, y, { delta: 1.3 }), [[2, 3], line], [[2, 3], line]],
  ["klDiv", (x, y) => klDiv(x, y, { reduction: "batchmean" }), [[2, 3], line], [[2, 3], shares]],
  ["klDiv, logarithms", (x, y) => klDiv(x, y, { logTarget: true }), [[2, 3], line], [[2, 3], line]],
  [
    "binaryCrossEntropy",
    (x, y, w) => binaryCrossEntropy(x, y, { weight: w }),
    [[2, 3], shares],
    [[2, 3], shares],
    [[3], line],
  ],
  [
    "binaryCrossEntropyWithLogits",
    (x, y, w, p) => binaryCrossEntropyWithLogits(x, y, { weight: w, posWeight: p }),
    [[2, 3], line],
    [[2, 3], shares],
    [[2, 1], line],
    [[3], shares],
  ],
  [
    "poissonNllLoss",
    (x, y) => poissonNllLoss(x, y, { full: true }),
    [[2, 3], line],
    [
      [2, 3],
      [0.3, 4],
    ],
  ],
  [
    "poissonNllLoss of means",
    (x, y) => poissonNllLoss(x, y, { logInput: false, ...none }),
    [
      [2, 3],
      [0.3, 4],
    ],
    [
      [2, 3],
      [0.3, 4],
    ],
  ],
  [
    "gaussianNllLoss",
    (x, y, v) => gaussianNllLoss(x, y, v, { full: true }),
    [[2, 3], line],
    [[2, 3], line],
    [[2], [0.3, 4]],
  ],
  ["hingeEmbeddingLoss", (x) => hingeEmbeddingLoss(x, signs, { margin: 0.9 }), [[2, 4], line]],
  ["softMarginLoss", (x, y) => softMarginLoss(x, y, none), [[2, 3], line], [[2, 3], line]],
  ["nllLoss", (x) => nllLoss(x, classes(2, 0), { weight: weights }), [[2, 3], line]],
  ["nllLoss of one", (x) => nllLoss(x, classes(1).squeeze()), [[3], line]],
  ["crossEntropy", (x) => crossEntropy(x, classes(2, 0)), [[2, 3], line]],
  [
    "crossEntropy, smoothed and weighted",
    (x) =>
      crossEntropy(x, classes(2, 1, 0, 2), {
        weight: weights,
        labelSmoothing: 0.3,
        ignoreIndex: 1,
      }),
    [[4, 3], line],
  ],
  [
    "crossEntropy of places",
    (x) => crossEntropy(x, classes(2, 0, 1, 1).reshape([2, 2]), none),
    [[2, 3, 2], line],
  ],
  [
    "crossEntropy of probabilities",
    (x, y, w) => crossEntropy(x, y, { weight: w, labelSmoothing: 0.2 }),
    [[2, 3, 2], line],
    [[2, 3, 2], shares],
    [[3], shares],
  ],
  [
    "multiMarginLoss",
    (x) => multiMarginLoss(x, classes(2, 0), { weight: weights }),
    [[2, 3], line],
  ],
  ["multiMarginLoss, squares", (x) => multiMarginLoss(x, classes(2, 0), { p: 2 }), [[2, 3], line]],
  [
    "multilabelMarginLoss",
    (x) => multilabelMarginLoss(x, classes(3, 1, -1, 0, 0, -1, 2, 2).reshape([2, 4])),
    [[2, 4], line],
  ],
  [
    "multilabelSoftMarginLoss",
    (x, y) => multilabelSoftMarginLoss(x, y, { weight: weights }),
    [[2, 3], line],
    [[2, 3], shares],
  ],
  ["cosineSimilarity", (x, y) => cosineSimilarity(x, y), [[2, 3], line], [[2, 3], line]],
  [
    "cosineSimilarity, broadcast",
    (x, y) => cosineSimilarity(x, y, -1),
    [[2, 1, 3], line],
    [[2, 3], line],
  ],
  ["pairwiseDistance", (x, y) => pairwiseDistance(x, y), [[2, 3], line], [[2, 3], line]],
  [
    "pairwiseDistance, p = 3",
    (x, y) => pairwiseDistance(x, y, { p: 3 }),
    [[2, 3], line],
    [[3], line],
  ],
  ["pdist", (x) => pdist(x), [[4, 2], line]],
  ["pdist, p = 1.5", (x) => pdist(x, { p: 1.5 }), [[3, 3], line]],
  [
    "marginRankingLoss",
    (x, y) => marginRankingLoss(x, y, signs, { margin: 0.6 }),
    [[4], line],
    [[4], line],
  ],
  [
    "cosineEmbeddingLoss",
    (x, y) => cosineEmbeddingLoss(x, y, signs, { margin: 0.1 }),
    [[4, 3], line],
    [[4, 3], line],
  ],
  [
    "tripletMarginLoss",
    (a, p, n) => tripletMarginLoss(a, p, n, { swap: true, margin: 3 }),
    [[2, 3], line],
    [[2, 3], line],
    [[2, 3], line],
  ],
  [
    "batchNorm",
    (x, w, b) => batchNorm(x, null, null, { weight: w, bias: b, training: true }),
    [[3, 2, 2], line],
    [[2], line],
    [[2], line],
  ],
  [
    "batchNorm, remembered",
    (x, w, b) => batchNorm(x, tensor([0.5, 1]), tensor([2, 0.25]), { weight: w, bias: b }),
    [[3, 2], line],
    [[2], line],
    [[2], line],
  ],
  ["instanceNorm", (x, w) => instanceNorm(x, { weight: w }), [[2, 2, 3], line], [[2], line]],
  [
    "groupNorm",
    (x, w, b) => groupNorm(x, 2, { weight: w, bias: b }),
    [[2, 4, 2], line],
    [[4], line],
    [[4], line],
  ],
  [
    "layerNorm",
    (x, w, b) => layerNorm(x, [2, 3], { weight: w, bias: b }),
    [[2, 2, 3], line],
    [[2, 3], line],
    [[2, 3], line],
  ],
  ["layerNorm, no weights", (x) => layerNorm(x, [3]), [[2, 3], line]],
  ["rmsNorm", (x, w) => rmsNorm(x, [3], { weight: w }), [[2, 3], line], [[3], line]],
  ["localResponseNorm", (x) => localResponseNorm(x, 3, { alpha: 0.5 }), [[2, 4, 2], line]],
  ["normalize", (x) => normalize(x), [[2, 3], line]],
  ["normalize, p = 3", (x) => normalize(x, { p: 3, dim: 0 }), [[2, 3], line]],
  ["linear", (x, w, b) => linear(x, w, b), [[2, 3], line], [[4, 3], line], [[4], line]],
  [
    "bilinear",
    (x, y, w, b) => bilinear(x, y, w, b),
    [[2, 3], line],
    [[2, 2], line],
    [[4, 3, 2], line],
    [[4], line],
  ],
  [
    "attention",
    (q, k, v) => scaledDotProductAttention(q, k, v, causal),
    [[2, 2, 3], line],
    [[2, 3, 3], line],
    [[2, 3, 2], line],
  ],
  [
    "attention, masked",
    (q, k, v) => scaledDotProductAttention(q, k, v, { attnMask: mask, scale: 0.7 }),
    [[2, 3], line],
    [[3, 3], line],
    [[3, 2], line],
  ],
  [
    "attention, shifted",
    (q, k, v, m) => scaledDotProductAttention(q, k, v, { attnMask: m }),
    [[2, 3], line],
    [[3, 3], line],
    [[3, 2], line],
    [[2, 3], line],
  ],
  ["prelu", (x, w) => prelu(x, w), [[2, 3], line], [[3], line]],
  ["rrelu", (x) => rrelu(x), [[2, 3], line]],
  ["glu", (x) => glu(x, 0), [[4, 3], line]],
  ["dropout of nothing", (x) => alphaDropout(x.mul(1), { training: false }), [[2, 3], line]],
];

test("no two numbers of a leaf are alike", () => {
  expect(new Set(leaf([4, 3], line, 2).data()).size).toBe(12);
});

describe.each(cases)("%s", (_name, run, ...inputs) => {
  const leaves = inputs.map(([shape, interval], i) => leaf(shape, interval, i));

  test("first derivatives", () => {
    expect(gradcheck(run, leaves)).toBe(true);
  });

  test("second derivatives", () => {
    expect(gradgradcheck(run, leaves, null, { atol: 1e-4 })).toBe(true);
  });
});
