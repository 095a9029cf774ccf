// What functions of windows and places refuse, and in which words; and that odd values are refused
// in a sentence, wherever they stand.

import * as core from "@nabla/core";
import { ones, tensor } from "@nabla/core";
import type { CreateOptions, Shape, Tensor } from "@nabla/core";
import { functional as F } from "@nabla/nn";
import { expect, test } from "vitest";

import { oddValues, problemsOf } from "../../core/test/hostile.js";
import type { Call } from "../../core/test/hostile.js";
import { refusals } from "../../core/test/refusals.js";

/** Of these the compiler knows no shape; it would refuse some of what is tested here. */
const zeros = (shape: Shape, options?: CreateOptions): Tensor => core.zeros(shape, options);
const picture = zeros([1, 4, 6, 6]);
const words = tensor([0, 2, 1], { dtype: "int32" });
const table = ones([3, 2]);
const offsets = tensor([0, 2], { dtype: "int32" });
const grid = zeros([1, 2, 2, 2]);
/** Something that TypeScript would not let pass. */
const odd = (value: unknown): never => value as never;

test("convolutions", () => {
  const weight = zeros([8, 4, 3, 3]);
  const cases = {
    "channels that differ": () => F.conv2d(picture, zeros([8, 3, 3, 3])),
    "an input of other dimensions": () => F.conv2d(zeros([4, 6]), weight),
    "a bias of another size": () => F.conv2d(picture, weight, zeros([4])),
    "a bias of another type": () => F.conv2d(picture, weight, zeros([8], { dtype: "float64" })),
    'padding "same" with a stride': () =>
      F.conv2d(picture, weight, null, { padding: "same", stride: 2 }),
    "padding by another name": () => F.conv2d(picture, weight, null, { padding: odd("full") }),
    "an unknown option": () => F.conv2d(picture, weight, null, odd({ strides: 2 })),
    "a weight of other dimensions": () => F.convTranspose1d(zeros([4, 6]), zeros([4, 3])),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    channels that differ:
        ShapeError: convolution: [1, 4, 6, 6] × [8, 3, 3, 3], groups 1: that is for 3
        channels, and the input has 4. An input [n, channels, ...sizes] takes a weight
        [filters, channels / groups, ...window].
    an input of other dimensions:
        ShapeError: conv2d: [4, 6]: it must have 3 or 4 dimensions: [n, channels, ...], or
        without n for a single example.
    a bias of another size:
        ShapeError: conv2d: the bias has shape [4], and there are 8 filters; give it the
        shape [8].
    a bias of another type:
        DTypeError: conv2d: the bias is float64, input and weight float32; convert one, for
        example bias.to("float32").
    padding "same" with a stride:
        ArgumentError: conv2d: with a stride of 2 the result is smaller than the input
        whatever the padding; use padding "same" with stride 1.
    padding by another name:
        ArgumentError: convolution: [1, 4, 6, 6] × [8, 4, 3, 3], groups 1: the padding is
        [full]; give an integer, 0 or more, or one for each of 2 dimensions.
    an unknown option:
        ArgumentError: conv2d: there is no option "strides"; its options are stride,
        padding, dilation, groups.
    a weight of other dimensions:
        ShapeError: transposedConvolution: [1, 4, 6] × [4, 3], groups 1: the window has 0
        dimensions, the input 1. An input [n, channels, ...sizes] takes a weight [channels,
        filters / groups, ...window].
    "
  `);
});

test("pooling", () => {
  const cases = {
    "an input of other dimensions": () => F.maxPool2d(zeros([6, 6]), 2),
    "an input without elements": () => F.maxPool2d(zeros([1, 4, 6, 0]), 1),
    "a window that is too large": () => F.avgPool1d(zeros([1, 4]), 5),
    "a padding of more than half a window": () => F.maxPool2d(picture, 2, { padding: [1, 2] }),
    "a negative padding": () => F.avgPool2d(picture, 2, { padding: -1 }),
    "two sizes of a window in three dimensions": () => F.maxPool3d(picture, [2, 2]),
    "a divisor of 0": () => F.avgPool2d(picture, 2, { divisorOverride: 0 }),
    "whole numbers": () => F.maxPool1d(words.unsqueeze(0), 2),
    "no places": () => F.adaptiveAvgPool2d(picture, 0),
    "places for other dimensions": () => F.adaptiveMaxPool2d(picture, [1, 2, 3]),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    an input of other dimensions:
        ShapeError: maxPool2d: [6, 6]: it must have 3 or 4 dimensions: [n, channels, ...],
        or without n for a single example.
    an input without elements:
        ShapeError: maxPool2d: an input of shape [1, 4, 6, 0] has no elements; only n may be
        0.
    a window that is too large:
        ShapeError: avgPool1d: [1, 4]: a window of [5] reaches over [5], more than there is
        of [4] with padding [0]; use smaller windows.
    a padding of more than half a window:
        ArgumentError: maxPool2d: [1, 4, 6, 6]: the padding [1, 2] is more than half of a
        window of [2, 2], so that some would show nothing else.
    a negative padding:
        ArgumentError: avgPool2d: [1, 4, 6, 6]: the padding is [-1, -1]; give an integer, 0
        or more, or one for each of 2 dimensions.
    two sizes of a window in three dimensions:
        ArgumentError: maxPool3d: [1, 4, 6, 6]: the kernelSize is [2, 2]; give an integer, 1
        or more, or one for each of 3 dimensions.
    a divisor of 0:
        ArgumentError: avgPool2d: the divisorOverride is 0; it must be an integer other than
        0. Leave it out for the mean.
    whole numbers:
        DTypeError: maxPool1d: the input is int32; convert it first, for example
        input.to("float32").
    no places:
        ArgumentError: adaptiveAvgPool2d: [1, 4, 6, 6]: the outputSize is [0, 0]; give an
        integer, 1 or more, or one for each of 2 dimensions.
    places for other dimensions:
        ArgumentError: adaptiveMaxPool2d: [1, 4, 6, 6]: the outputSize is [1, 2, 3]; give an
        integer, 1 or more, or one for each of 2 dimensions.
    "
  `);
});

test("other sizes", () => {
  const cases = {
    "neither a size nor a factor": () => F.interpolate(picture, {}),
    both: () => F.interpolate(picture, { size: 3, scaleFactor: 2 }),
    "an unknown mode": () => F.interpolate(picture, { size: 3, mode: odd("cubic") }),
    "a mode for other dimensions": () => F.interpolate(picture, { size: 3, mode: "linear" }),
    "corners that cannot be aligned": () => F.interpolate(picture, { size: 3, alignCorners: true }),
    antialias: () => F.interpolate(picture, { size: 3, mode: "bicubic", antialias: true }),
    "a factor that leaves nothing": () => F.interpolate(picture, { scaleFactor: 0.1 }),
    "a negative factor": () => F.interpolate(picture, { scaleFactor: [2, -1] }),
    "a factor to recompute, and a size": () =>
      F.interpolate(picture, { size: 3, recomputeScaleFactor: true }),
    "whole numbers": () => F.interpolate(picture.to("int32"), { size: 3 }),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    neither a size nor a factor:
        ArgumentError: interpolate: [1, 4, 6, 6], mode "nearest": give either a size or a
        scaleFactor, for example { scaleFactor: 2 }.
    both:
        ArgumentError: interpolate: [1, 4, 6, 6], mode "nearest": give either a size or a
        scaleFactor, for example { scaleFactor: 2 }.
    an unknown mode:
        ArgumentError: interpolate: [1, 4, 6, 6], mode "cubic": there is no such mode; use
        nearest, nearest-exact, linear, bilinear, trilinear, bicubic, area.
    a mode for other dimensions:
        ShapeError: interpolate: [1, 4, 6, 6], mode "linear": this mode is for [n, channels,
        ...] and 1 more dimensions, of which only n may be 0.
    corners that cannot be aligned:
        ArgumentError: interpolate: [1, 4, 6, 6], mode "nearest": alignCorners is true or
        false, and only for lines and curves; leave it out.
    antialias:
        ArgumentError: interpolate: [1, 4, 6, 6], mode "bicubic": there is no antialias;
        make the input smooth first, for example with avgPool2d.
    a factor that leaves nothing:
        ArgumentError: interpolate: [1, 4, 6, 6], mode "nearest": the size is [0, 0]; give
        an integer, 1 or more, or one for each of 2 dimensions.
    a negative factor:
        ArgumentError: interpolate: [1, 4, 6, 6], mode "nearest": the scaleFactor is [2,
        -1]; give one above 0, or one for each dimension.
    a factor to recompute, and a size:
        ArgumentError: interpolate: [1, 4, 6, 6], mode "nearest": with a size there is no
        factor to recompute.
    whole numbers:
        DTypeError: interpolate: [1, 4, 6, 6], mode "nearest": the input is int32; convert
        it with x.to("float32").
    "
  `);
});

test("places, columns and channels", () => {
  const cases = {
    "a grid for another batch": () => F.gridSample(zeros([2, 4, 6, 6]), grid),
    "places of three numbers in a picture": () => F.gridSample(picture, zeros([1, 2, 2, 3])),
    "curves in a volume": () =>
      F.gridSample(zeros([1, 1, 2, 2, 2]), zeros([1, 1, 1, 1, 3]), { mode: "bicubic" }),
    "a grid of another type": () => F.gridSample(picture, grid.to("float64")),
    "windows that are too large": () => F.unfold(picture, 7),
    "columns of another picture": () => F.fold(zeros([1, 8, 5]), [3, 3], 2),
    "channels that cannot be dealt out": () => F.pixelShuffle(picture, 3),
    "sizes that cannot be cut": () => F.pixelUnshuffle(picture, 4),
    "half a group": () => F.channelShuffle(picture, 1.5),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    a grid for another batch:
        ShapeError: gridSample: [2, 4, 6, 6] at [1, 2, 2, 2]: an input [n, channels, height,
        width] takes a grid [n, rows, columns, 2], and one with a depth a grid [n, ..., 3];
        there must be at least one element.
    places of three numbers in a picture:
        ShapeError: gridSample: [1, 4, 6, 6] at [1, 2, 2, 3]: an input [n, channels, height,
        width] takes a grid [n, rows, columns, 2], and one with a depth a grid [n, ..., 3];
        there must be at least one element.
    curves in a volume:
        ArgumentError: gridSample: [1, 1, 2, 2, 2] at [1, 1, 1, 1, 3]: mode "bicubic" with
        paddingMode "zeros" is not there; modes are bilinear, nearest, bicubic (of pictures
        only), and paddings zeros, border, reflection.
    a grid of another type:
        DTypeError: gridSample: [1, 4, 6, 6] at [1, 2, 2, 2]: the types are float32 and
        float64; both must be one float type.
    windows that are too large:
        ShapeError: unfold: [1, 4, 6, 6]: a window of [7, 7] reaches over [7, 7], more than
        there is of [6, 6] with padding [0, 0]; use smaller windows.
    columns of another picture:
        ShapeError: fold: [1, 8, 5]: windows of 2 × 2 in a picture of [3, 3] make columns
        [n, channels · 4, 4].
    channels that cannot be dealt out:
        ShapeError: pixelShuffle: [1, 4, 6, 6]: 9 does not divide 4.
    sizes that cannot be cut:
        ShapeError: pixelUnshuffle: [1, 4, 6, 6]: 4 does not divide 6 and 6.
    half a group:
        ArgumentError: channelShuffle: [1, 4, 6, 6] by 1.5: it takes a tensor of 3
        dimensions or more, and an integer, 1 or more.
    "
  `);
});

test("tables", () => {
  const cases = {
    "a table of three dimensions": () => F.embedding(words, zeros([3, 2, 2])),
    "a number without a row": () => F.embedding(words, zeros([2, 2])),
    "a negative number": () => F.embedding(words.sub(1), table),
    "numbers of another type": () => F.embedding(words.to("float32"), table),
    "padding without a row": () => F.embedding(words, table, { paddingIdx: 3 }),
    "a list without offsets": () => F.embeddingBag(words, table),
    "bags in rows with offsets": () => F.embeddingBag(words.unsqueeze(0), table, { offsets }),
    "offsets that go back": () => F.embeddingBag(words, table, { offsets: offsets.flip(0) }),
    "weights of means": () =>
      F.embeddingBag(words, table, { offsets, perSampleWeights: ones([3]) }),
    "too few weights": () =>
      F.embeddingBag(words, table, { offsets, mode: "sum", perSampleWeights: ones([2]) }),
    "a class that there is not": () => F.oneHot(words, 2),
    "no numbers and no classes": () => F.oneHot(words.slice(0, 0, 0)),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    a table of three dimensions:
        ShapeError: embedding: the weight has shape [3, 2, 2]; it must be a table [rows,
        columns].
    a number without a row:
        IndexError: embedding: 2 is none of the numbers 0 to 1.
    a negative number:
        IndexError: embedding: -1 is none of the numbers 0 to 2.
    numbers of another type:
        DTypeError: embedding: the input is float32, and numbers of rows are int32; convert
        it with input.to("int32").
    padding without a row:
        IndexError: embedding: paddingIdx is 3, and there are 3 rows.
    a list without offsets:
        ShapeError: embeddingBag: the input has shape [3]; give a list of numbers with a
        list of offsets, or [bags, numbers] without.
    bags in rows with offsets:
        ShapeError: embeddingBag: the input has shape [1, 3]; give a list of numbers with a
        list of offsets, or [bags, numbers] without.
    offsets that go back:
        ArgumentError: embeddingBag: the offsets are int32 [2, 0]; they must be int32, begin
        with 0, and none be less than the one before it or more than 3.
    weights of means:
        ArgumentError: embeddingBag: mode "mean" with perSampleWeights is not there; modes
        are sum, mean and max; weights are for sums, and scaling by frequency not for max.
    too few weights:
        ShapeError: embeddingBag: perSampleWeights are float32 of shape [2]; they must be
        float32 of shape [3], one for each number.
    a class that there is not:
        IndexError: oneHot: 2 is none of the numbers 0 to 1.
    no numbers and no classes:
        ArgumentError: oneHot: [0]: -1 is no number of classes, and without numbers it
        cannot be found; use an integer, 1 or more.
    "
  `);
});

const signal = zeros([1, 2, 4]);
const calls: Record<string, [call: unknown, make: () => unknown[]]> = {
  conv1d: [F.conv1d, () => [signal, zeros([2, 2, 2]), zeros([2]), {}]],
  convTranspose1d: [F.convTranspose1d, () => [signal, zeros([2, 2, 2]), zeros([2]), {}]],
  maxPool1d: [F.maxPool1d, () => [signal, 2, {}]],
  avgPool1d: [F.avgPool1d, () => [signal, 2, {}]],
  adaptiveMaxPool1d: [F.adaptiveMaxPool1d, () => [signal, 2, {}]],
  adaptiveAvgPool1d: [F.adaptiveAvgPool1d, () => [signal, 2]],
  unfold: [F.unfold, () => [picture, 2, {}]],
  fold: [F.fold, () => [zeros([1, 4, 4]), 3, 2, {}]],
  interpolate: [F.interpolate, () => [signal, { size: 2 }]],
  upsampleNearest: [F.upsampleNearest, () => [signal, { size: 2 }]],
  gridSample: [F.gridSample, () => [picture, grid, {}]],
  pixelShuffle: [F.pixelShuffle, () => [picture, 2]],
  pixelUnshuffle: [F.pixelUnshuffle, () => [picture, 2]],
  channelShuffle: [F.channelShuffle, () => [picture, 2]],
  embedding: [F.embedding, () => [words, table, {}]],
  embeddingBag: [F.embeddingBag, () => [words, table, { offsets }]],
  oneHot: [F.oneHot, () => [words, 3]],
};
const options: Record<string, [call: (given: object) => unknown, names: string]> = {
  conv2d: [(given) => F.conv2d(picture, zeros([4, 1, 2, 2]), null, given), "padding groups"],
  convTranspose2d: [
    (given) => F.convTranspose2d(picture, zeros([4, 1, 2, 2]), null, given),
    "stride padding dilation outputPadding groups",
  ],
  maxPool2d: [
    (given) => F.maxPool2d(picture, 2, given),
    "stride padding dilation ceilMode returnIndices",
  ],
  avgPool2d: [(given) => F.avgPool2d(picture, 2, given), "countIncludePad divisorOverride"],
  unfold: [(given) => F.unfold(picture, 2, given), "stride padding dilation"],
  interpolate: [
    (given) => F.interpolate(picture, { mode: "bilinear", ...given }),
    "size scaleFactor mode alignCorners recomputeScaleFactor antialias",
  ],
  gridSample: [(given) => F.gridSample(picture, grid, given), "mode paddingMode alignCorners"],
  embedding: [
    (given) => F.embedding(words, table, given),
    "paddingIdx maxNorm normType scaleGradByFreq sparse",
  ],
  embeddingBag: [
    (given) => F.embeddingBag(words, table, { offsets, mode: "sum", ...given }),
    "offsets mode perSampleWeights includeLastOffset",
  ],
};
const oddCalls: [name: string, call: Call, make: () => unknown[]][] = [
  ...Object.entries(calls).map(([name, [call, make]]): (typeof oddCalls)[number] => [
    name,
    call as Call,
    make,
  ]),
  ...Object.entries(options).flatMap(([name, [call, names]]) =>
    names
      .split(" ")
      .map((option): (typeof oddCalls)[number] => [
        `${name}, ${option}`,
        (value) => call({ [option]: value }),
        () => [undefined],
      ]),
  ),
];

test.each(oddCalls)("odd values for %s", (_name, call, make) => {
  expect(problemsOf(call, make, 0, oddValues)).toEqual([]);
});
