// Pooling against loops over plain numbers: every window, with padding, holes and a last one that
// reaches over the end; ties, NaN, and where the largest elements are. Derivatives:
// places.gradient.test.ts. What PyTorch recorded: scripts/test/conformance.test.ts.

import { tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { functional as F } from "@nabla/nn";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  expectClose,
  indicesOf,
  sizeOf,
  spread,
  stridesOf,
  toTensor,
} from "../../core/test/arrays.js";

/** How windows lie along one dimension of a size. */
interface Along {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

const along: fc.Arbitrary<Along> = fc
  .record({
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.nat(1),
    dilation: fc.integer({ min: 1, max: 2 }),
    more: fc.nat(4),
  })
  .map(({ kernel, padding, dilation, more, stride }) => ({
    kernel,
    stride,
    dilation,
    // Half a window at most.
    padding: kernel === 1 ? 0 : padding,
    // Each window shows an element at least.
    size: Math.max(dilation, (kernel - 1) * dilation + 1) + more,
  }));

const dimensions = fc.array(along, { minLength: 1, maxLength: 3 });

/** The first positions of all windows along a dimension: one more if the last may reach over. */
function starts({ size, kernel, stride, padding, dilation }: Along, ceilMode: boolean): number[] {
  const reach = (kernel - 1) * dilation + 1;
  const found: number[] = [];
  for (let start = -padding; start + reach <= size + padding; start += stride) found.push(start);
  const next = found.at(-1)! + stride;
  const isLeft = found.at(-1)! + reach < size + padding;
  if (ceilMode && isLeft && next < size) found.push(next);
  return found;
}

/** The positions that each window shows, of which some are outside, in row-major order. */
function windows(dims: readonly Along[], ceilMode: boolean): number[][][] {
  const begin = dims.map((dim) => starts(dim, ceilMode));
  return indicesOf(begin.map((list) => list.length)).map((place) =>
    indicesOf(dims.map(({ kernel }) => kernel)).map((k) =>
      k.map((step, i) => begin[i]![place[i]!]! + step * dims[i]!.dilation),
    ),
  );
}

type Pool = (x: Tensor, kernel: number[], options: object) => Tensor;
const maxPools = [F.maxPool1d, F.maxPool2d, F.maxPool3d];
const avgPools: Pool[] = [F.avgPool1d, F.avgPool2d, F.avgPool3d];

const optionsOf = (dims: readonly Along[]): object => ({
  stride: dims.map(({ stride }) => stride),
  padding: dims.map(({ padding }) => padding),
});

/** Numbers with ties among them, of one example with two channels. */
const input = (dims: readonly Along[]): Tensor => {
  const shape = [2, ...dims.map(({ size }) => size)];
  const values = spread(sizeOf(shape), [-2, 2]).map((value) => Math.round(value * 2) / 2);
  return toTensor({ shape, values });
};

/** Whether a position is inside, or in the padding around it. */
const isIn =
  (dims: readonly Along[], around: (dim: Along) => number = () => 0) =>
  (position: readonly number[]): boolean =>
    position.every((p, i) => p >= -around(dims[i]!) && p < dims[i]!.size + around(dims[i]!));

/** What `pool` makes of the flat positions that each window shows, channel by channel. */
function eachWindow(
  x: Tensor,
  dims: readonly Along[],
  ceilMode: boolean,
  pool: (own: ArrayLike<number>, shown: readonly number[], window: number[][]) => number,
): number[] {
  const plane = stridesOf(dims.map(({ size }) => size));
  const flat = (position: readonly number[]): number =>
    position.reduce((sum, p, i) => sum + p * plane[i]!, 0);
  return [0, 1].flatMap((channel) => {
    const own = x.select(0, channel).data();
    return windows(dims, ceilMode).map((window) =>
      pool(own, window.filter(isIn(dims)).map(flat), window),
    );
  });
}

test("maxPool finds the first of the largest elements in every window", () => {
  fc.assert(
    fc.property(dimensions, fc.boolean(), (dims, ceilMode) => {
      const x = input(dims);
      const positions = eachWindow(x, dims, ceilMode, (own, shown) =>
        shown.reduce((best, at) => (own[at]! > own[best]! ? at : best)),
      );
      const [output, indices] = maxPools[dims.length - 1]!(
        x,
        dims.map((dim) => dim.kernel),
        {
          ...optionsOf(dims),
          ceilMode,
          dilation: dims.map((dim) => dim.dilation),
          returnIndices: true,
        },
      );
      expect([...indices.data()]).toEqual(positions);
      const half = positions.length / 2;
      const channels = [x.select(0, 0).data(), x.select(0, 1).data()];
      // What is found is a sum with zeros, so that -0 becomes 0.
      const values = positions.map((at, i) => channels[i < half ? 0 : 1]![at]! + 0);
      expect([...output.data()]).toEqual(values);
    }),
    { numRuns: 150 },
  );
});

test("avgPool counts what it should", () => {
  fc.assert(
    fc.property(dimensions, fc.boolean(), fc.boolean(), (given, ceilMode, countIncludePad) => {
      const dims = given.map((dim) => ({ ...dim, dilation: 1 }));
      const x = input(dims);
      const counts = isIn(dims, (dim) => (countIncludePad ? dim.padding : 0));
      const values = eachWindow(x, dims, ceilMode, (own, shown, window) => {
        const sum = shown.reduce((total, at) => total + own[at]!, 0);
        return sum / window.filter(counts).length;
      });
      const kernel = dims.map((dim) => dim.kernel);
      const options = { ...optionsOf(dims), ceilMode, countIncludePad };
      const y = avgPools[dims.length - 1]!(x, kernel, options);
      expectClose(y, { shape: y.shape, values }, 1e-12);
    }),
    { numRuns: 150 },
  );
});

describe("adaptive windows", () => {
  const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 8 })), {
    minLength: 1,
    maxLength: 3,
  });
  const means = [F.adaptiveAvgPool1d, F.adaptiveAvgPool2d, F.adaptiveAvgPool3d];
  const largest = [F.adaptiveMaxPool1d, F.adaptiveMaxPool2d, F.adaptiveMaxPool3d];

  test("share the input out", () => {
    fc.assert(
      fc.property(sizes, (dims) => {
        const shape = [1, ...dims.map(([size]) => size)];
        const x = toTensor({ shape, values: spread(sizeOf(shape), [-2, 2]) });
        const places = dims.map(([, count]) => count);
        const parts = indicesOf(places).map((place) =>
          place.reduce((part, p, i) => {
            const [size, count] = dims[i]!;
            const [from, end] = [(p * size) / count, ((p + 1) * size) / count];
            return part.slice(i + 1, Math.floor(from), Math.ceil(end));
          }, x),
        );
        const result = [1, ...places];
        const [mean, most] = [means[dims.length - 1]!, largest[dims.length - 1]!];
        const expected = parts.map((part) => part.mean().item());
        expectClose(mean(x, places), { shape: result, values: expected }, 1e-12);
        const [output, indices] = most(x, places, { returnIndices: true });
        expectClose(output, { shape: result, values: parts.map((part) => part.max().item()) });
        expect(x.flatten().at(indices.flatten()).toArray()).toEqual(output.flatten().toArray());
      }),
      { numRuns: 100 },
    );
  });

  test("leave what is infinite or no number to the windows that show it", () => {
    const x = tensor([[1, 2, Infinity, 4, 5]]);
    expect(F.adaptiveAvgPool1d(x, 3).toArray()).toEqual([[1.5, Infinity, 4.5]]);
    expect(F.adaptiveAvgPool1d(tensor([[1, NaN, 3, 4, 5]]), 2).toArray()).toEqual([[NaN, 4]]);
  });
});

test("of equal elements the first gets the gradient", () => {
  const x = tensor([[1, 3, 3, 3, 2, 2]], { requiresGrad: true });
  F.maxPool1d(x, 3).sum().backward();
  expect(x.grad!.toArray()).toEqual([[0, 1, 0, 1, 0, 0]]);
});

test("an element that several windows show gets the gradients of all", () => {
  const x = tensor([[1, 9, 2, 3]], { requiresGrad: true });
  F.maxPool1d(x, 2, { stride: 1 })
    .mul(tensor([1, 10, 100]))
    .sum()
    .backward();
  expect(x.grad!.toArray()).toEqual([[0, 11, 0, 100]]);
});

test("NaN is the largest of all", () => {
  const [output, indices] = F.maxPool1d(tensor([[1, NaN, 3, 4]]), 2, { returnIndices: true });
  expect([output.toArray(), indices.toArray()]).toEqual([[[NaN, 4]], [[1, 3]]]);
});

test("padding is no element, even where all are -Infinity", () => {
  const x = tensor([[-Infinity, -Infinity, 1]]);
  const [output, indices] = F.maxPool1d(x, 2, { padding: 1, returnIndices: true });
  expect([output.toArray(), indices.toArray()]).toEqual([[[-Infinity, 1]], [[0, 2]]]);
});

test("means of whole numbers are cut, towards 0", () => {
  const x = tensor([[1, 2, -1, -2, 5, 5]], { dtype: "int32" });
  const y = F.avgPool1d(x, 2);
  expect([y.dtype, y.toArray()]).toEqual(["int32", [[1, -1, 5]]]);
});

test("an empty batch stays empty", () => {
  const x = zeros([0, 3, 6, 6]);
  expect(F.maxPool2d(x, 2).shape).toEqual([0, 3, 3, 3]);
  expect(F.avgPool2d(x, 2, { padding: 1 }).shape).toEqual([0, 3, 4, 4]);
  expect(F.adaptiveAvgPool2d(x, [4, null]).shape).toEqual([0, 3, 4, 6]);
  expect(F.adaptiveMaxPool2d(x, 2).shape).toEqual([0, 3, 2, 2]);
});
