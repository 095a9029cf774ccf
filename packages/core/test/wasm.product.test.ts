// Contractions as WebAssembly against plain sums in float64. Any order of n additions and products
// that are rounded, or fused, errs by at most (n + 1) · u · Σ|a · b|, where u is half the distance
// from 1 to the next number (N. Higham, "Accuracy and Stability of Numerical Algorithms", 3.1).

import { tensor, zeros } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { canFuse, isSupported } from "../src/backends/wasm/compile.js";
import { contractionOf } from "../src/kernel/contraction.js";
import type { FusedKernel } from "../src/kernel/fused.js";
import { productKernel } from "../src/ops/contraction.js";
import { place } from "./fused.js";

type Float = "float32" | "float64";

/** For each dimension its size, and a step in both factors and in the result. */
type Dims = readonly (readonly [size: number, a: number, b: number, c: number])[];

interface Layout {
  readonly dims: Dims;
  readonly offsets?: readonly [number, number, number];
}

const UNTOUCHED = 12345;

/** The first numbers of a sequence that looks random, between -1 and 1. */
function numbers(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return state / 2 ** 31;
  });
}

/** Elements up to the last one, with some behind it, and from where steps go back some before. */
function extent(dims: Dims, which: 1 | 2 | 3, offset: number): { start: number; length: number } {
  let [low, high] = [0, 0];
  for (const dim of dims) {
    const reach = (dim[0] - 1) * dim[which];
    low += Math.min(reach, 0);
    high += Math.max(reach, 0);
  }
  return { start: offset - low, length: offset - low + high + 3 };
}

/** How many results are further from the sum than they may be, or where there should be none. */
function wrong({ dims, offsets = [0, 0, 0] }: Layout, dtype: Float, fused: boolean): number {
  const [a, b, c] = ([1, 2, 3] as const).map((which) => extent(dims, which, offsets[which - 1]!));
  const kernel: FusedKernel = {
    space: dims.map(([size]) => size),
    operands: ([1, 2] as const).map((which) => ({
      buffer: which - 1,
      dtype,
      strides: dims.map((dim) => dim[which]),
      offset: [a!, b!][which - 1]!.start,
    })),
    outputs: [
      {
        ...productKernel(dtype),
        buffer: 2,
        strides: dims.map((dim) => dim[3]),
        offset: c!.start,
        count: 1,
      },
    ],
  };
  expect(contractionOf(kernel, kernel.outputs[0]!)).not.toBeNull();
  const values = [numbers(a!.length, 1), numbers(b!.length, 2)];
  const untouched = new Float64Array(c!.length).fill(UNTOUCHED);
  const contents = [...values, untouched].map((own) => ({ dtype, values: own }));
  const { run, buffers } = place([kernel], contents, 8, fused);
  run();
  const [left, right, found] = buffers;
  const sums = new Float64Array(c!.length);
  const sizes = new Float64Array(c!.length);
  const isResult = new Uint8Array(c!.length);
  const visit = (depth: number, i: number, j: number, k: number): void => {
    const dim = dims[depth];
    if (dim === undefined) {
      const product = left![i]! * right![j]!;
      sums[k]! += product;
      sizes[k]! += Math.abs(product);
      isResult[k] = 1;
      return;
    }
    for (let n = 0; n < dim[0]; n++) {
      visit(depth + 1, i + n * dim[1], j + n * dim[2], k + n * dim[3]);
    }
  };
  visit(0, a!.start, b!.start, c!.start);
  const terms = dims.reduce((count, [size, , , step]) => (step === 0 ? count * size : count), 1);
  // In float64 the sum that it is compared with errs as much.
  const unit = dtype === "float32" ? 2 ** -24 : 2 ** -52;
  return Float64Array.from(found!).reduce((count, value, i) => {
    const bound = (terms + 1) * unit * sizes[i]!;
    const isRight = isResult[i] === 1 ? Math.abs(value - sums[i]!) <= bound : value === UNTOUCHED;
    return isRight ? count : count + 1;
  }, 0);
}

/** The four ways in which factors may lie, [n, k] × [k, m] to [n, m]. */
const matrices = (n: number, k: number, m: number): Layout[] =>
  [1, k].flatMap((across) =>
    [1, m].map((step) => ({
      dims: [
        [n, across === 1 ? k : 1, 0, m],
        [m, 0, step === 1 ? 1 : k, 1],
        [k, across === 1 ? 1 : n, step === 1 ? m : 1, 0],
      ],
    })),
  );

const sizes: [number, number, number][] = [
  [2, 2, 2],
  [3, 5, 7],
  [6, 13, 8],
  [7, 12, 9],
  [5, 3, 4],
  [11, 17, 15],
  [16, 16, 16],
  [13, 320, 10],
  [6, 643, 8],
  [65, 67, 66],
  [130, 131, 132],
  [20, 30, 250],
];

const variants: [string, Float, boolean][] = (["float32", "float64"] as const).flatMap((dtype) =>
  [true, false].map((fused): [string, Float, boolean] => [
    `${dtype}, ${fused ? "one instruction" : "two instructions"}`,
    dtype,
    fused,
  ]),
);

describe.runIf(isSupported()).each(variants)("products of %s", (_, dtype, fused) => {
  test.runIf(canFuse() || !fused).each(sizes)("[%i, %i] × [%i]", (n, k, m) => {
    expect(matrices(n, k, m).map((layout) => wrong(layout, dtype, fused))).toEqual([0, 0, 0, 0]);
  });

  const others: Record<string, Layout> = {
    "a batch, each with a factor of its own": {
      dims: [
        [3, 35, 42, 30],
        [5, 7, 0, 6],
        [6, 0, 1, 1],
        [7, 1, 6, 0],
      ],
    },
    "two dimensions of a batch, one of which shares its right factor": {
      dims: [
        [2, 105, 42, 90],
        [3, 35, 0, 30],
        [5, 7, 0, 6],
        [6, 0, 1, 1],
        [7, 1, 6, 0],
      ],
    },
    "every other element, backwards, from an offset": {
      dims: [
        [9, -40, 0, -24],
        [10, 0, 2, 2],
        [19, 2, -22, 0],
      ],
      offsets: [3, 5, 2],
    },
    "a result that lies across": {
      dims: [
        [40, 33, 0, 1],
        [21, 0, 1, 40],
        [33, 1, 21, 0],
      ],
    },
    "windows of pictures": {
      dims: [
        [3, 192, 0, 280],
        [7, 0, 12, 40],
        [4, 12, 0, 10],
        [10, 1, 0, 1],
        [3, 64, 4, 0],
        [2, 12, 2, 0],
        [2, 1, 1, 0],
      ],
    },
    "windows that skip": {
      dims: [
        [2, 400, 0, 90],
        [5, 0, 27, 18],
        [3, 60, 0, 6],
        [6, 3, 0, 1],
        [3, 130, 9, 0],
        [3, 20, 3, 0],
        [3, 1, 1, 0],
      ],
    },
    "the derivative by the weights of windows": {
      dims: [
        [3, 300, 0, 45],
        [5, 0, 144, 9],
        [3, 20, 0, 3],
        [3, 1, 0, 1],
        [4, 1000, 800, 0],
        [12, 20, 12, 0],
        [12, 1, 1, 0],
      ],
    },
    "more rows than are copied at once": {
      dims: [
        [1600, 1, 0, 17],
        [17, 0, 1, 1],
        [170, 1600, 17, 0],
      ],
    },
    "sums over more than stays in registers, in three dimensions": {
      dims: [
        [17, 2 * 9 * 50, 0, 9],
        [9, 0, 1, 1],
        [2, 9 * 50, 9 * 50 * 10, 0],
        [9, 50, 50 * 10, 0],
        [50, 1, 10, 0],
      ],
    },
  };
  test.runIf(canFuse() || !fused).each(Object.entries(others))("%s", (_name, layout) => {
    expect(wrong(layout, dtype, fused)).toBe(0);
  });
});

describe("products of tensors", () => {
  test("of nothing are zeros, or nothing", () => {
    expect(zeros([0, 3]).matmul(zeros([3, 4])).shape).toEqual([0, 4]);
    expect(
      zeros([2, 0])
        .matmul(zeros([0, 3]))
        .toArray(),
    ).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test("a zero meets an infinity, and every NaN arrives", () => {
    const x = zeros([20, 30]).clone();
    const y = zeros([30, 20]).clone();
    x.setAt([3, 4], NaN);
    y.setAt([5, 6], Infinity);
    for (let turn = 0; turn < 3; turn++) {
      const z = x.matmul(y).toArray() as number[][];
      const strange = z.map((row, i) => row.map((value, j) => i === 3 || j === 6 || value === 0));
      expect(strange.flat().every(Boolean)).toBe(true);
      expect(z[3]!.every(Number.isNaN)).toBe(true);
      expect(z.every((row) => Number.isNaN(row[6]))).toBe(true);
    }
  });

  test("derivatives in float64 are those of sums", () => {
    const [n, k, m] = [23, 41, 19];
    const x = tensor([...numbers(n * k, 3)], { dtype: "float64" })
      .reshape([n, k])
      .requiresGrad_();
    const y = tensor([...numbers(k * m, 4)], { dtype: "float64" })
      .reshape([k, m])
      .requiresGrad_();
    const g = tensor([...numbers(n * m, 5)], { dtype: "float64" }).reshape([n, m]);
    for (let turn = 0; turn < 3; turn++) {
      x.grad = y.grad = null;
      x.matmul(y).mul(g).sum().backward();
      const byX = g.unsqueeze(1).mul(y).sum(-1);
      const byY = x.unsqueeze(2).mul(g.unsqueeze(1)).sum(0);
      expect(x.grad!.sub(byX).abs().max().item()).toBeLessThan(1e-13);
      expect(y.grad!.sub(byY).abs().max().item()).toBeLessThan(1e-13);
    }
  });
});
