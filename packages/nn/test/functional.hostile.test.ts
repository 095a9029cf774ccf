// Odd values in the place of every argument and every option of every function: each is taken, or
// refused by one of Nabla's own errors. What they say: functional.errors.test.ts.

import { ones, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { functional } from "@nabla/nn";
import { afterAll, describe, expect, test, vi } from "vitest";

import { oddValues, problemsOf } from "../../core/test/hostile.js";
import type { Call } from "../../core/test/hostile.js";
import * as activation from "../src/functional/activation.js";
import * as attention from "../src/functional/attention.js";
import * as classification from "../src/functional/classification.js";
import * as dropout from "../src/functional/dropout.js";
import * as linear from "../src/functional/linear.js";
import * as loss from "../src/functional/loss.js";
import * as normalization from "../src/functional/normalization.js";
import * as similarity from "../src/functional/similarity.js";

const x = (): Tensor => ones([2, 4]);
const labels = (): Tensor => tensor([0, 1], { dtype: "int32" });
const pair = (): unknown[] => [x(), x()];
const triple = (): unknown[] => [x(), x(), x()];
const alone = (): unknown[] => [x()];

/** Arguments that are fine, and options by name, whose values are to be replaced. */
const calls: Readonly<Record<string, [make: () => unknown[], ...options: string[]]>> = {
  alphaDropout: [alone, "p", "training"],
  batchNorm: [() => [x(), zeros([4]), ones([4])], "weight bias training momentum eps"],
  bilinear: [() => [x(), x(), ones([3, 4, 4]), ones([3])]],
  binaryCrossEntropy: [pair, "weight", "reduction"],
  binaryCrossEntropyWithLogits: [pair, "weight", "posWeight", "reduction"],
  celu: [alone, "alpha"],
  cosineEmbeddingLoss: [() => [x(), x(), ones([2])], "margin", "reduction"],
  cosineSimilarity: [() => [x(), x(), 1], "eps"],
  crossEntropy: [() => [x(), labels()], "weight ignoreIndex reduction labelSmoothing"],
  dropout: [alone, "p", "training"],
  dropout1d: [alone, "p", "training"],
  dropout2d: [() => [ones([2, 3, 4])], "p", "training"],
  dropout3d: [() => [ones([2, 3, 4, 1])], "p", "training"],
  elu: [alone, "alpha"],
  featureAlphaDropout: [alone, "p", "training"],
  gaussianNllLoss: [triple, "full", "eps", "reduction"],
  gelu: [alone, "approximate"],
  glu: [() => [x(), 1]],
  groupNorm: [() => [x(), 2], "weight", "bias", "eps"],
  gumbelSoftmax: [alone, "tau", "hard", "dim"],
  hardshrink: [alone, "lambd"],
  hardsigmoid: [alone],
  hardswish: [alone],
  hardtanh: [alone, "minVal", "maxVal"],
  hingeEmbeddingLoss: [pair, "margin", "reduction"],
  huberLoss: [pair, "delta", "reduction"],
  instanceNorm: [
    () => [ones([2, 3, 4])],
    "runningMean runningVar weight bias useInputStats momentum eps",
  ],
  klDiv: [pair, "reduction", "logTarget"],
  l1Loss: [pair, "reduction"],
  layerNorm: [() => [x(), [4]], "weight", "bias", "eps"],
  leakyRelu: [alone, "negativeSlope"],
  linear: [() => [x(), ones([3, 4]), ones([3])]],
  localResponseNorm: [() => [ones([2, 3, 4]), 2], "alpha", "beta", "k"],
  logSoftmax: [() => [x(), 1]],
  logsigmoid: [alone],
  marginRankingLoss: [triple, "margin", "reduction"],
  mish: [alone],
  mseLoss: [pair, "reduction"],
  multiMarginLoss: [() => [x(), labels()], "p", "margin", "weight", "reduction"],
  multilabelMarginLoss: [() => [x(), x().to("int32")], "reduction"],
  multilabelSoftMarginLoss: [pair, "weight", "reduction"],
  nllLoss: [() => [x(), labels()], "weight", "ignoreIndex", "reduction"],
  normalize: [alone, "p", "dim", "eps"],
  pairwiseDistance: [pair, "p", "eps", "keepdim"],
  pdist: [alone, "p"],
  poissonNllLoss: [pair, "logInput", "full", "eps", "reduction"],
  prelu: [() => [x(), ones([4])]],
  relu: [alone],
  relu6: [alone],
  rmsNorm: [() => [x(), [4]], "weight", "eps"],
  rrelu: [alone, "lower", "upper", "training"],
  scaledDotProductAttention: [triple, "attnMask dropoutP isCausal scale needAttnWeights"],
  selu: [alone],
  sigmoid: [alone],
  silu: [alone],
  smoothL1Loss: [pair, "beta", "reduction"],
  softMarginLoss: [pair, "reduction"],
  softmax: [() => [x(), 1]],
  softmin: [() => [x(), 1]],
  softplus: [alone, "beta", "threshold"],
  softshrink: [alone, "lambd"],
  softsign: [alone],
  tanh: [alone],
  tanhshrink: [alone],
  threshold: [() => [x(), 0, 1]],
  tripletMarginLoss: [triple, "margin", "p", "eps", "swap", "reduction"],
  tripletMarginWithDistanceLoss: [triple, "distanceFunction", "margin", "swap", "reduction"],
};

const tensors = [zeros([0, 4]), zeros([3]), tensor(1), tensor([true]), labels().add(7)];
const values = [...oddValues, ...tensors];

// Losses warn of shapes that broadcast.
const warnings = vi.spyOn(console, "warn").mockImplementation(() => {});
afterAll(() => warnings.mockRestore());

describe.each(Object.entries(calls))("%s", (name, [make, ...lists]) => {
  const options = lists.flatMap((list) => list.split(" "));
  const call = (functional as unknown as Record<string, Call>)[name]!;

  test("odd arguments", () => {
    expect(() => call(...make())).not.toThrow();
    expect(problemsOf(call, make, 0, values)).toEqual([]);
    const withOptions = options.length === 0 ? make : () => [...make(), {}];
    expect(problemsOf(call, withOptions, make().length, oddValues)).toEqual([]);
  });

  test.each(options)("odd values of %s", (option) => {
    const withOption: Call = (value) => call(...make(), { [option]: value });
    expect(problemsOf(withOption, () => [1], 0, values)).toEqual([]);
  });
});

test("every function is tried", () => {
  const tables = [activation, attention, classification, dropout, linear, loss, normalization];
  const names = [...tables, similarity].flatMap((table) => Object.keys(table));
  expect(names.filter((name) => !(name in calls))).toEqual([]);
});
