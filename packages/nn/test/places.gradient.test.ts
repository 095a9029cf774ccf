// First and second derivatives of what looks at windows and places, against central differences.
// Numbers are spread so that no two elements of a window are equal, and no place is on an element.

import { gradcheck, gradgradcheck, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { functional as F } from "@nabla/nn";
import { expect, test } from "vitest";

import { sizeOf, spread, toTensor } from "../../core/test/arrays.js";

type Run = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

const int32 = { dtype: "int32" } as const;
const words = tensor(
  [
    [1, 2, 0],
    [1, 1, 3],
  ],
  int32,
);
const offsets = tensor([0, 2, 2], int32);

/** Squares, so that the second derivative of a linear function is not 0. */
const squared = (run: (x: Tensor) => Tensor) => (x: Tensor) => run(x).square();

const cases: [name: string, run: Run, ...shapes: number[][]][] = [
  ["conv1d", (x, w, b) => F.conv1d(x, w, b, { stride: 2 }), [2, 2, 5], [2, 2, 2], [2]],
  ["conv2d", (x, w, b) => F.conv2d(x, w, b, { padding: "same" }), [2, 3, 4], [2, 2, 2, 3], [2]],
  ["conv3d", (x, w, b) => F.conv3d(x, w, b), [1, 3, 2, 3], [2, 1, 2, 2, 2], [2]],
  ["convTranspose1d", (x, w, b) => F.convTranspose1d(x, w, b), [2, 2, 3], [2, 2, 2], [2]],
  [
    "convTranspose2d",
    (x, w, b) => F.convTranspose2d(x, w, b, { stride: 2, padding: 1, groups: 2 }),
    [2, 3, 3],
    [2, 1, 2, 3],
    [2],
  ],
  ["convTranspose3d", (x, w) => F.convTranspose3d(x, w), [1, 2, 2, 2], [1, 2, 2, 1, 2]],
  ["maxPool1d", squared((x) => F.maxPool1d(x, 3, { padding: 1, stride: 2 })), [2, 7]],
  ["maxPool2d", squared((x) => F.maxPool2d(x, 2, { dilation: 2, ceilMode: true })), [1, 4, 5]],
  ["maxPool3d", squared((x) => F.maxPool3d(x, 2, { stride: 1 })), [1, 2, 3, 3]],
  ["maxPool2d, indexed", (x) => F.maxPool2d(x, 2, { returnIndices: true }), [1, 4, 4]],
  ["avgPool1d", squared((x) => F.avgPool1d(x, 3, { padding: 1 })), [2, 7]],
  ["avgPool2d", squared((x) => F.avgPool2d(x, 2, { stride: 1, ceilMode: true })), [1, 3, 4]],
  ["avgPool3d", squared((x) => F.avgPool3d(x, 2, { divisorOverride: 3 })), [1, 2, 3, 4]],
  ["adaptiveMaxPool1d", squared((x) => F.adaptiveMaxPool1d(x, 3)), [2, 5]],
  ["adaptiveMaxPool2d", squared((x) => F.adaptiveMaxPool2d(x, [2, 3])), [1, 5, 4]],
  ["adaptiveMaxPool3d", squared((x) => F.adaptiveMaxPool3d(x, 2)), [1, 3, 2, 3]],
  ["adaptiveAvgPool1d", squared((x) => F.adaptiveAvgPool1d(x, 3)), [2, 5]],
  ["adaptiveAvgPool2d", squared((x) => F.adaptiveAvgPool2d(x, [2, 5])), [1, 4, 3]],
  ["adaptiveAvgPool3d", squared((x) => F.adaptiveAvgPool3d(x, 2)), [1, 3, 2, 4]],
  ["unfold", squared((x) => F.unfold(x, 2, { padding: 1, dilation: 2 })), [1, 2, 3, 3]],
  ["fold", squared((x) => F.fold(x, [3, 4], 2)), [1, 8, 6]],
  ["pixelShuffle", squared((x) => F.pixelShuffle(x, 2)), [4, 2, 3]],
  ["pixelUnshuffle", squared((x) => F.pixelUnshuffle(x, 2)), [1, 4, 2]],
  ["channelShuffle", squared((x) => F.channelShuffle(x, 2)), [1, 4, 2]],
  ["nearest", squared((x) => F.interpolate(x, { size: 5 })), [1, 1, 3]],
  ["area", squared((x) => F.interpolate(x, { size: 2, mode: "area" })), [1, 1, 5]],
  ["linear", squared((x) => F.interpolate(x, { size: 5, mode: "linear" })), [1, 2, 3]],
  ["bilinear", squared((x) => F.upsampleBilinear(x, { size: [4, 2] })), [1, 1, 3, 3]],
  ["bicubic", squared((x) => F.interpolate(x, { size: 3, mode: "bicubic" })), [1, 1, 4, 2]],
  ["trilinear", squared((x) => F.interpolate(x, { size: 3, mode: "trilinear" })), [1, 1, 2, 2, 2]],
  ...(["bilinear", "nearest", "bicubic"] as const).flatMap((mode) =>
    (["zeros", "border", "reflection"] as const).flatMap((paddingMode) =>
      [true, false].map((alignCorners): [string, Run, number[], number[]] => [
        `gridSample, ${mode}, ${paddingMode}${alignCorners ? ", aligned" : ""}`,
        (x, grid) => F.gridSample(x, grid, { mode, paddingMode, alignCorners }),
        [1, 1, 3, 2],
        [1, 1, 2, 2],
      ]),
    ),
  ),
  ["gridSample of a volume", (x, grid) => F.gridSample(x, grid), [1, 1, 2, 3, 2], [1, 1, 2, 2, 3]],
  ["embedding", squared((w) => F.embedding(words, w)), [4, 2]],
  ["embeddingBag, sum", (w, p) => sumOfBags(w, p), [4, 2], [6]],
  ["embeddingBag, mean", squared((w) => F.embeddingBag(words.flatten(), w, { offsets })), [4, 2]],
  ["embeddingBag, max", squared((w) => F.embeddingBag(words, w, { mode: "max" })), [4, 2]],
];

const sumOfBags = (weight: Tensor, perSampleWeights: Tensor): Tensor =>
  F.embeddingBag(words.flatten(), weight, { offsets, mode: "sum", perSampleWeights });

test.each(cases)("%s", (_name, run, ...shapes) => {
  const inputs = shapes.map((shape, i) =>
    toTensor({ shape, values: spread(sizeOf(shape), [-1.4, 1.4], i) }, "float64", true),
  );
  expect(gradcheck(run, inputs)).toBe(true);
  expect(gradgradcheck(run, inputs, null, { atol: 1e-4 })).toBe(true);
});
