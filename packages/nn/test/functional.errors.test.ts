// What the functions refuse, at the call, and how they say it.

import * as core from "@nabla/core";
import { ArgumentError, DTypeError, IndexError, ones, ShapeError, tensor } from "@nabla/core";
import type { CreateOptions, NablaError, Shape, Tensor } from "@nabla/core";
import { functional as F } from "@nabla/nn";
import { expect, test } from "vitest";

/** Of these the compiler knows no shape; it would refuse some of what is tested here. */
const zeros = (shape: Shape, options?: CreateOptions): Tensor => core.zeros(shape, options);
const labels = (...classes: number[]) => tensor(classes, { dtype: "int32" });
const any = (value: unknown): never => value as never;
const x = zeros([2, 3]);
const cube = zeros([2, 4, 3]);

type Kind = typeof NablaError;

const cases: [name: string, kind: Kind, run: () => unknown, message: string][] = [
  // Options.
  ["an unknown option", ArgumentError, () => F.mseLoss(x, x, any({ mean: true })), '"mean"'],
  [
    "an option of another kind",
    ArgumentError,
    () => F.huberLoss(x, x, any({ delta: "1" })),
    "delta must be a number",
  ],
  [
    "an option that is NaN",
    ArgumentError,
    () => F.dropout(x, { p: NaN }),
    "p must be a number, and is NaN",
  ],
  ["no options", ArgumentError, () => F.nllLoss(x, labels(0, 1), any(3)), "its options are weight"],
  [
    "a tensor for the options",
    ArgumentError,
    () => F.crossEntropy(x, labels(0, 1), any(x)),
    "where options by name belong",
  ],
  ["an unknown reduction", ArgumentError, () => F.l1Loss(x, x, any({ reduction: "abc" })), '"abc"'],
  [
    "batchmean elsewhere",
    ArgumentError,
    () => F.l1Loss(x, x, any({ reduction: "batchmean" })),
    "batchmean",
  ],
  [
    "a number for a tensor",
    ArgumentError,
    () => F.mseLoss(any(1), x),
    "input must be a tensor, and is a number",
  ],
  [
    "a list for a weight",
    ArgumentError,
    () => F.nllLoss(x, labels(0, 1), any({ weight: [1] })),
    "weight must be",
  ],
  // Targets.
  [
    "shapes that do not fit",
    ShapeError,
    () => F.poissonNllLoss(zeros([5, 4]), zeros([5])),
    "[5, 4]",
  ],
  [
    "probabilities of another shape",
    ShapeError,
    () => F.binaryCrossEntropy(x, zeros([3])),
    "must have one shape",
  ],
  [
    "logits of another shape",
    ShapeError,
    () => F.binaryCrossEntropyWithLogits(x, zeros([2, 1])),
    "must have one shape",
  ],
  [
    "a class beyond the last",
    IndexError,
    () => F.crossEntropy(x, labels(0, 3)),
    "3 is no class; of 3 they are 0 to 2",
  ],
  ["a negative class", IndexError, () => F.nllLoss(x, labels(-1, 0)), "-1 is no class"],
  ["float classes", DTypeError, () => F.nllLoss(x, tensor([0, 1])), 'target.to("int32")'],
  ["too few targets", ShapeError, () => F.crossEntropy(x, labels(0)), "must have [2]"],
  ["integer probabilities", ShapeError, () => F.crossEntropy(x, x.to("int32")), "must have [2]"],
  ["a number of classes", ShapeError, () => F.crossEntropy(tensor(1), labels(0)), "no classes"],
  [
    "too few weights",
    ShapeError,
    () => F.crossEntropy(x, labels(0, 1), { weight: ones([2]) }),
    "must have [3]",
  ],
  [
    "smoothing beyond 1",
    ArgumentError,
    () => F.crossEntropy(x, labels(0, 1), { labelSmoothing: 1.1 }),
    "between 0 and 1",
  ],
  [
    "ignored probabilities",
    ArgumentError,
    () => F.crossEntropy(x, x, { ignoreIndex: 1 }),
    "no ignoreIndex",
  ],
  [
    "a cubic margin",
    ArgumentError,
    () => F.multiMarginLoss(x, labels(0, 1), { p: 3 }),
    "must be 1 or 2",
  ],
  ["margins of a cube", ShapeError, () => F.multiMarginLoss(cube, labels(0, 1)), "[2, 4, 3]"],
  ["a class no input has", IndexError, () => F.multiMarginLoss(x, labels(0, 5)), "5 is no class"],
  [
    "a list of classes beyond",
    IndexError,
    () => F.multilabelMarginLoss(zeros([2]), labels(0, 2)),
    "2 is no class",
  ],
  [
    "classes of another shape",
    ShapeError,
    () => F.multilabelMarginLoss(x, labels(0, 1)),
    "must have [2, 3]",
  ],
  // Numbers.
  ["a negative bend", ArgumentError, () => F.smoothL1Loss(x, x, { beta: -1 }), "beta is -1"],
  ["no bend", ArgumentError, () => F.huberLoss(x, x, { delta: 0 }), "delta is 0"],
  [
    "a negative variance",
    ArgumentError,
    () => F.gaussianNllLoss(x, x, x.sub(1)),
    "a variance is negative",
  ],
  [
    "a variance of another shape",
    ShapeError,
    () => F.gaussianNllLoss(x, x, zeros([3])),
    "variance has shape [3]",
  ],
  ["no least variance", ArgumentError, () => F.gaussianNllLoss(x, x, x, { eps: 0 }), "eps is 0"],
  // Pairs.
  [
    "other ranks",
    ShapeError,
    () => F.marginRankingLoss(x, x, zeros([2])),
    "equally many dimensions",
  ],
  [
    "other ranks of triplets",
    ShapeError,
    () => F.tripletMarginLoss(x, x, zeros([3])),
    "equally many dimensions",
  ],
  [
    "several targets for a pair",
    ShapeError,
    () => F.cosineEmbeddingLoss(x, x, x),
    "do not fit a target",
  ],
  ["points of a cube", ShapeError, () => F.pdist(cube), "is no matrix"],
  ["a negative norm", ArgumentError, () => F.pdist(x, { p: -1 }), "p is -1"],
  // Normalisations.
  [
    "no channels",
    ShapeError,
    () => F.batchNorm(zeros([3]), null, null, { training: true }),
    "has no channels",
  ],
  [
    "no statistics",
    ArgumentError,
    () => F.batchNorm(x, null, null),
    "needs runningMean and runningVar",
  ],
  [
    "statistics of other channels",
    ShapeError,
    () => F.batchNorm(x, zeros([2]), ones([3])),
    "runningMean has shape [2]",
  ],
  [
    "weights of other channels",
    ShapeError,
    () => F.batchNorm(x, zeros([3]), ones([3]), { weight: ones([2]) }),
    "weight has shape [2]",
  ],
  [
    "one sample",
    ShapeError,
    () => F.batchNorm(zeros([1, 3]), null, null, { training: true }),
    "no variance",
  ],
  ["one place", ShapeError, () => F.instanceNorm(zeros([2, 3, 1])), "no variance"],
  [
    "groups of half channels",
    ShapeError,
    () => F.groupNorm(cube, 3),
    "cannot be divided into 3 groups",
  ],
  ["no groups", ShapeError, () => F.groupNorm(cube, 0), "0 groups"],
  ["groups of one number", ShapeError, () => F.groupNorm(zeros([1, 2]), 2), "no variance"],
  ["a shape that is not the last", ShapeError, () => F.layerNorm(x, [2]), "does not end in [2]"],
  [
    "a shape beyond the input",
    ShapeError,
    () => F.layerNorm(x, [4, 2, 3]),
    "does not end in [4, 2, 3]",
  ],
  ["no shape", ShapeError, () => F.rmsNorm(x, []), "does not end in []"],
  [
    "weights of another shape",
    ShapeError,
    () => F.layerNorm(x, [3], { bias: ones([2]) }),
    "bias has shape [2]",
  ],
  ["too few dimensions", ShapeError, () => F.localResponseNorm(x, 2), "three dimensions"],
  ["no neighbours", ShapeError, () => F.localResponseNorm(cube, 0), "size of 1 or more"],
  // The rest.
  ["no probability", ArgumentError, () => F.dropout(x, { p: 1.5 }), "p is 1.5"],
  [
    "no probability in evaluation",
    ArgumentError,
    () => F.alphaDropout(x, { p: -0.1, training: false }),
    "p is -0.1",
  ],
  ["channels of a vector", ShapeError, () => F.dropout1d(zeros([3])), "must have 3"],
  ["an odd size", ShapeError, () => F.glu(x), "no two equal halves"],
  ["a matrix of slopes", ShapeError, () => F.prelu(x, ones([3, 1])), "weight of shape [3, 1]"],
  ["slopes of other channels", ShapeError, () => F.prelu(x, ones([2])), "one for each channel"],
  ["slopes of a number", ShapeError, () => F.prelu(tensor(1), ones([2])), "one for each channel"],
  [
    "slopes the wrong way round",
    ArgumentError,
    () => F.rrelu(x, { lower: 0.5, upper: 0.1 }),
    "upper is 0.1",
  ],
  ["no temperature", ArgumentError, () => F.gumbelSoftmax(x, { tau: 0 }), "tau is 0"],
  ["bilinear sizes", ShapeError, () => F.bilinear(x, x, zeros([4, 3, 2])), "[out, in1, in2]"],
  ["linear sizes", ShapeError, () => F.linear(x, zeros([4, 2])), "matmul"],
  [
    "two masks",
    ArgumentError,
    () => F.scaledDotProductAttention(x, x, x, { attnMask: zeros([2, 2]), isCausal: true }),
    "not both",
  ],
];

test.each(cases)("%s", (_name, kind, run, message) => {
  expect(run).toThrow(kind);
  expect(run).toThrow(message);
});
