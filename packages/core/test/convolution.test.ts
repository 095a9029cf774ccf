// Convolutions in core: values against loops over plain numbers, the transposed one as what it must
// be for sums of products, derivatives against central differences. What PyTorch recorded of them
// is compared by scripts/test/conformance.test.ts.

import {
  convolution,
  grad,
  gradcheck,
  gradgradcheck,
  tensor,
  transposedConvolution,
  zeros,
} from "@nabla/core";
import type { ConvolutionOptions, Tensor } from "@nabla/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { expectClose, indicesOf, sizeOf, spread, stridesOf, toTensor } from "./arrays.js";
import type { PlainArray } from "./arrays.js";
import { oddValues, problemsOf } from "./hostile.js";
import type { Call } from "./hostile.js";
import { refusals } from "./refusals.js";

/** How windows lie, with a number for each dimension. */
interface Windows {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** One convolution: the shapes of its operands, and how windows lie. */
interface Case {
  readonly input: readonly number[];
  readonly weight: readonly number[];
  readonly windows: Windows;
}

const dimension = fc.record({
  window: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.integer({ min: 0, max: 2 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  more: fc.integer({ min: 0, max: 4 }),
});

/** Any that has a result, in one to three dimensions. */
const anyCase: fc.Arbitrary<Case> = fc
  .record({
    n: fc.integer({ min: 0, max: 2 }),
    groups: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 2 }),
    filters: fc.integer({ min: 1, max: 2 }),
    dimensions: fc.array(dimension, { minLength: 1, maxLength: 3 }),
  })
  .map(({ n, groups, channels, filters, dimensions }) => ({
    input: [
      n,
      groups * channels,
      ...dimensions.map(({ window, padding, dilation, more }) =>
        Math.max(1, (window - 1) * dilation + 1 - 2 * padding + more),
      ),
    ],
    weight: [groups * filters, channels, ...dimensions.map(({ window }) => window)],
    windows: {
      stride: dimensions.map(({ stride }) => stride),
      padding: dimensions.map(({ padding }) => padding),
      dilation: dimensions.map(({ dilation }) => dilation),
      groups,
    },
  }));

const numbers = (shape: readonly number[], seed: number): PlainArray => ({
  shape,
  values: spread(sizeOf(shape), [-2, 2], seed),
});

/** The definition, one product at a time; what is outside of the input is 0. */
function byLoops(x: PlainArray, w: PlainArray, of: Windows): PlainArray {
  const [n, , ...sizes] = x.shape as [number, number, ...number[]];
  const [filters, channels, ...window] = w.shape as [number, number, ...number[]];
  const places = sizes.map((size, i) => {
    const room = size + 2 * of.padding[i]! - (window[i]! - 1) * of.dilation[i]! - 1;
    return Math.floor(room / of.stride[i]!) + 1;
  });
  const [xStrides, wStrides] = [stridesOf(x.shape), stridesOf(w.shape)];
  const at = (values: PlainArray, strides: readonly number[], index: readonly number[]): number =>
    values.values[index.reduce((sum, i, dim) => sum + i * strides[dim]!, 0)]!;
  const shape = [n, filters, ...places];
  const values = indicesOf(shape).map(([example, filter, ...place]) => {
    const first = Math.floor(filter! / (filters / of.groups)) * channels;
    let sum = 0;
    for (const [channel, ...k] of indicesOf([channels, ...window])) {
      const position = place.map(
        (p, i) => p * of.stride[i]! + k[i]! * of.dilation[i]! - of.padding[i]!,
      );
      if (position.some((p, i) => p < 0 || p >= sizes[i]!)) continue;
      const element = at(x, xStrides, [example!, first + channel!, ...position]);
      sum += element * at(w, wStrides, [filter!, channel!, ...k]);
    }
    return sum;
  });
  return { shape, values };
}

const dot = (a: Tensor, b: Tensor): number => a.mul(b).sum().item();

describe("values", () => {
  test("are those of loops", () => {
    fc.assert(
      fc.property(anyCase, ({ input, weight, windows }) => {
        const [x, w] = [numbers(input, 0), numbers(weight, 1)];
        expectClose(convolution(toTensor(x), toTensor(w), windows), byLoops(x, w, windows), 1e-12);
      }),
      { numRuns: 200 },
    );
  });

  test("are those of loops where operands do not lie row by row", () => {
    const of = { stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 2 };
    const [x, w] = [numbers([2, 4, 5, 6], 0), numbers([6, 2, 2, 3], 1)];
    const turned = (array: PlainArray): Tensor => {
      const copy = toTensor(array).permute([3, 1, 0, 2]).contiguous();
      return copy.permute([2, 1, 3, 0]);
    };
    expectClose(convolution(turned(x), turned(w), of), byLoops(x, w, of), 1e-12);
  });

  test("a number is for every dimension", () => {
    const [x, w] = [numbers([1, 2, 6, 7], 0), numbers([3, 2, 2, 2], 1)];
    const one = { stride: 2, padding: 1, dilation: 2 };
    const each = { stride: [2, 2], padding: [1, 1], dilation: [2, 2], groups: 1 };
    expectClose(convolution(toTensor(x), toTensor(w), one), byLoops(x, w, each), 1e-12);
  });

  test("of whole numbers are whole, and wrap around", () => {
    const x = tensor([[[2 ** 16, 3]]], { dtype: "int32" });
    const y = convolution(x, tensor([[[2 ** 16, 5]]], { dtype: "int32" }));
    expect([y.dtype, y.item()]).toEqual(["int32", 15]);
  });

  test("without dimensions to move in are those of a product of matrices", () => {
    const [x, w] = [toTensor(numbers([3, 2], 0)), toTensor(numbers([4, 2], 1))];
    expectClose(convolution(x, w), { shape: [3, 4], values: [...x.matmul(w.t()).data()] });
  });

  test("of no channels are 0", () => {
    expect(convolution(zeros([1, 0, 3]), zeros([2, 0, 2])).toArray()).toEqual([
      [
        [0, 0],
        [0, 0],
      ],
    ]);
  });
});

describe("the transposed one", () => {
  test("is the way back: sums of products are the same on both sides", () => {
    fc.assert(
      fc.property(anyCase, ({ input, weight, windows }) => {
        const [x, w] = [toTensor(numbers(input, 0)), toTensor(numbers(weight, 1))];
        const y = convolution(x, w, windows);
        const g = toTensor(numbers(y.shape, 2));
        // What no window reached at the end.
        const outputPadding = windows.stride.map((step, i) => {
          const reached = (weight[i + 2]! - 1) * windows.dilation[i]! + 1;
          return (input[i + 2]! + 2 * windows.padding[i]! - reached) % step;
        });
        const back = transposedConvolution(g, w, { ...windows, outputPadding });
        expect(back.shape).toEqual(x.shape);
        expect(dot(x, back)).toBeCloseTo(dot(y, g), 9);
      }),
      { numRuns: 200 },
    );
  });

  test("is the derivative by the input", () => {
    const windows = { stride: 2, padding: 1, dilation: [1, 2], groups: 2 };
    const x = toTensor(numbers([2, 4, 5, 7], 0), "float64", true);
    const w = toTensor(numbers([6, 2, 3, 2], 1));
    const y = convolution(x, w, windows);
    const g = toTensor(numbers(y.shape, 2));
    const [slope] = grad(y, [x], { gradOutputs: g });
    expect(slope!.toArray()).toEqual(transposedConvolution(g, w, windows).toArray());
  });
});

test("a product with either derivative gives the value again, for it is linear in both", () => {
  fc.assert(
    fc.property(anyCase, ({ input, weight, windows }) => {
      const x = toTensor(numbers(input, 0), "float64", true);
      const w = toTensor(numbers(weight, 1), "float64", true);
      const y = convolution(x, w, windows);
      const g = toTensor(numbers(y.shape, 2));
      const [byInput, byWeight] = grad(y, [x, w], { gradOutputs: g });
      expect(dot(x, byInput!)).toBeCloseTo(dot(y, g), 9);
      expect(dot(w, byWeight!)).toBeCloseTo(dot(y, g), 9);
    }),
    { numRuns: 100 },
  );
});

type Run = (...inputs: Tensor[]) => Tensor;

const derivatives: [name: string, run: Run, x: number[], w: number[]][] = [
  ["a signal", (x, w) => convolution(x, w), [2, 2, 4], [3, 2, 2]],
  ["a picture", (x, w) => convolution(x, w, { padding: 1 }), [1, 2, 3, 3], [2, 2, 2, 3]],
  ["a volume", (x, w) => convolution(x, w), [1, 1, 3, 2, 3], [2, 1, 2, 2, 2]],
  ["strides that leave a rest", (x, w) => convolution(x, w, { stride: 3 }), [1, 1, 9], [1, 1, 2]],
  ["holes", (x, w) => convolution(x, w, { dilation: [2, 1] }), [1, 1, 4, 3], [2, 1, 2, 2]],
  ["groups", (x, w) => convolution(x, w, { groups: 2, stride: 2 }), [2, 4, 5], [4, 2, 2]],
  ["a channel each", (x, w) => convolution(x, w, { groups: 3 }), [1, 3, 4], [6, 1, 2]],
  ["transposed", (x, w) => transposedConvolution(x, w, { stride: 2 }), [1, 2, 3], [2, 2, 2]],
  [
    "transposed with everything",
    (x, w) =>
      transposedConvolution(x, w, {
        stride: [3, 2],
        padding: 1,
        outputPadding: [2, 1],
        dilation: 2,
        groups: 2,
      }),
    [1, 2, 2, 2],
    [2, 2, 2, 2],
  ],
];

test.each(derivatives)("derivatives of %s", (_name, run, ...shapes) => {
  const inputs = shapes.map((shape, i) => toTensor(numbers(shape, i), "float64", true));
  expect(gradcheck(run, inputs)).toBe(true);
  expect(gradgradcheck(run, inputs)).toBe(true);
});

test("what is refused", () => {
  const [x, w] = [zeros([1, 4, 5, 5]), zeros([6, 2, 3, 3])];
  const cases = {
    "channels that differ": () => convolution(x, w),
    "groups that do not divide": () => convolution(x, w, { groups: 4 }),
    "another number of dimensions": () => convolution(x, zeros([6, 4, 3])),
    "a window without elements": () => convolution(x, zeros([6, 4, 0, 3])),
    "a window that is too large": () => convolution(x, w, { groups: 2, dilation: 3 }),
    "a stride of 0": () => convolution(x, w, { groups: 2, stride: 0 }),
    "too many strides": () => convolution(x, w, { groups: 2, stride: [1, 1, 1] }),
    "another type": () => convolution(x, w.to("float64"), { groups: 2 }),
    "an unknown option": () => convolution(x, w, { strides: 2 } as ConvolutionOptions),
    "transposed, channels that differ": () => transposedConvolution(x, w),
    "transposed, a padding that leaves nothing": () =>
      transposedConvolution(x, zeros([4, 1, 1, 1]), { padding: 3 }),
    "transposed, an outputPadding of a whole stride": () =>
      transposedConvolution(x, zeros([4, 1, 2, 2]), { stride: 2, outputPadding: 2 }),
    "transposed, of nothing": () => transposedConvolution(zeros([1, 4, 0]), zeros([4, 1, 3])),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    channels that differ:
        ShapeError: convolution: [1, 4, 5, 5] × [6, 2, 3, 3], groups 1: that is for 2
        channels, and the input has 4. An input [n, channels, ...sizes] takes a weight
        [filters, channels / groups, ...window].
    groups that do not divide:
        ShapeError: convolution: [1, 4, 5, 5] × [6, 2, 3, 3], groups 4: groups must divide
        the 6 in front. An input [n, channels, ...sizes] takes a weight [filters, channels /
        groups, ...window].
    another number of dimensions:
        ShapeError: convolution: [1, 4, 5, 5] × [6, 4, 3], groups 1: the window has 1
        dimensions, the input 2. An input [n, channels, ...sizes] takes a weight [filters,
        channels / groups, ...window].
    a window without elements:
        ShapeError: convolution: [1, 4, 5, 5] × [6, 4, 0, 3], groups 1: the window is empty.
        An input [n, channels, ...sizes] takes a weight [filters, channels / groups,
        ...window].
    a window that is too large:
        ShapeError: convolution: [1, 4, 5, 5] × [6, 2, 3, 3], groups 2: the sizes, padding
        included, are [5, 5], and must be at least [7, 7]; use a larger input, or smaller
        windows or strides.
    a stride of 0:
        ArgumentError: convolution: [1, 4, 5, 5] × [6, 2, 3, 3], groups 2: the stride is
        [0]; give an integer, 1 or more, or one for each of 2 dimensions.
    too many strides:
        ArgumentError: convolution: [1, 4, 5, 5] × [6, 2, 3, 3], groups 2: the stride is [1,
        1, 1]; give an integer, 1 or more, or one for each of 2 dimensions.
    another type:
        DTypeError: convolution: float32 × float64: both must have one type; convert one,
        for example a.to("float64").
    an unknown option:
        ArgumentError: convolution: [1, 4, 5, 5] × [6, 2, 3, 3], groups 1: there is no
        option "strides".
    transposed, channels that differ:
        ShapeError: transposedConvolution: [1, 4, 5, 5] × [6, 2, 3, 3], groups 1: that is
        for 6 channels, and the input has 4. An input [n, channels, ...sizes] takes a weight
        [channels, filters / groups, ...window].
    transposed, a padding that leaves nothing:
        ShapeError: transposedConvolution: [1, 4, 5, 5] × [4, 1, 1, 1], groups 1: the sizes,
        padding included, are [5, 5], and must be at least [7, 7]; use a larger input, or
        smaller windows or strides.
    transposed, an outputPadding of a whole stride:
        ArgumentError: transposedConvolution: [1, 4, 5, 5] × [4, 1, 2, 2], groups 1: the
        outputPadding [2, 2] must be smaller than the stride [2, 2] or the dilation [1, 1].
    transposed, of nothing:
        ShapeError: transposedConvolution: [1, 4, 0] × [4, 1, 3], groups 1: the sizes,
        padding included, are [0], and must be at least [1]; use a larger input, or smaller
        windows or strides.
    "
  `);
});

const operands = (): [Tensor, Tensor] => [zeros([1, 2, 3]), zeros([2, 2, 2])];
const option = (name: string) => (value: unknown) => convolution(...operands(), { [name]: value });
const calls: [name: string, call: Call, make: () => unknown[]][] = [
  ["convolution", convolution as Call, () => [...operands(), {}]],
  ["transposedConvolution", transposedConvolution as Call, () => [...operands(), {}]],
  ...["stride", "padding", "dilation", "groups"].map((name): (typeof calls)[number] => [
    name,
    option(name),
    () => [1],
  ]),
];
test.each(calls)("odd values for %s", (_name, call, make) => {
  expect(problemsOf(call, make, 0, oddValues)).toEqual([]);
});
