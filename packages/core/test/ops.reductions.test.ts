// Reductions, running results and what is made of them: values in plain JavaScript, in every layout
// and with every `dim`; what is odd about NaN, equals and nothing; what is refused. sum and mean:
// ops.test.ts. Derivatives: ops.gradient.test.ts.

import { ArgumentError, DTypeError, IndexError, ShapeError, tensor, zeros } from "@nabla/core";
import type { DType, Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import {
  callMethod,
  expectClose,
  indicesOf,
  layouts,
  lookAt,
  sizeOf,
  spread,
  stridesOf,
  toTensor,
} from "./arrays.js";
import type { PlainArray } from "./arrays.js";

type Values = readonly number[];

const total = (values: Values): number => values.reduce((a, b) => a + b, 0);
const average = (values: Values): number => total(values) / values.length;
const sorted = (values: Values): number[] => [...values].sort((a, b) => a - b);
const variance = (values: Values): number =>
  total(values.map((x) => (x - average(values)) ** 2)) / (values.length - 1);

/** What becomes of one line of elements. */
const lines: Record<string, (values: Values) => number> = {
  prod: (values) => values.reduce((a, b) => a * b, 1),
  amax: (values) => sorted(values).at(-1)!,
  amin: (values) => sorted(values)[0]!,
  all: (values) => Number(values.every((x) => x !== 0)),
  any: (values) => Number(values.some((x) => x !== 0)),
  countNonzero: (values) => values.filter((x) => x !== 0).length,
  var: variance,
  std: (values) => Math.sqrt(variance(values)),
  nansum: total,
  nanmean: average,
  logsumexp: (values) => Math.log(total(values.map((x) => Math.exp(x)))),
};
/** Those that take one dimension. */
const positions: Record<string, (values: Values) => number> = {
  argmax: (values) => values.indexOf(Math.max(...values)),
  argmin: (values) => values.indexOf(Math.min(...values)),
};
const found: Record<string, (values: Values) => number> = {
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
  median: (values) => sorted(values)[(values.length - 1) >> 1]!,
};
/** What stands at every position of a line. */
const running: Record<string, (values: Values) => number[]> = {
  cumsum: (values) => values.map((_, i) => total(values.slice(0, i + 1))),
  cumprod: (values) => values.map((_, i) => lines["prod"]!(values.slice(0, i + 1))),
  logcumsumexp: (values) => values.map((_, i) => lines["logsumexp"]!(values.slice(0, i + 1))),
  cummax: (values) => values.map((_, i) => Math.max(...values.slice(0, i + 1))),
  cummin: (values) => values.map((_, i) => Math.min(...values.slice(0, i + 1))),
  softmax: (values) => values.map((x) => 1 / total(values.map((y) => Math.exp(y - x)))),
  logSoftmax: (values) => values.map((x) => -Math.log(total(values.map((y) => Math.exp(y - x))))),
  softmin: (values) => values.map((x) => 1 / total(values.map((y) => Math.exp(x - y)))),
};

/** The lines of an array along some dimensions, and where each element of them is. */
function linesOf({ shape, values }: PlainArray, dims: readonly number[]): number[][] {
  const kept = shape.map((size, i) => (dims.includes(i) ? 1 : size));
  const groups = Array.from({ length: sizeOf(kept) }, (): number[] => []);
  const strides = stridesOf(kept);
  indicesOf(shape).forEach((index, i) => {
    groups[total(index.map((at, d) => (dims.includes(d) ? 0 : at * strides[d]!)))]!.push(i);
  });
  expect(values.length).toBe(sizeOf(shape));
  return groups;
}

const places = [layouts.cube, layouts.transposed, layouts.sliced, layouts.permuted].concat(
  layouts.selected,
  layouts.expanded,
);

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  const tolerance = dtype === "float32" ? 3e-6 : 1e-12;
  const cases = places.map((place) => {
    const base = spread(sizeOf(place.base), [-3, 3], 1).map((x, i) =>
      i % 3 === 0 ? Math.round(x) : Math.fround(x),
    );
    const x = place.move(toTensor({ shape: place.base, values: base }, dtype));
    return { name: place.name, x, array: lookAt(place, base) };
  });
  const expectLines = (
    result: Tensor,
    array: PlainArray,
    dims: readonly number[],
    line: (values: Values) => number,
    keepdim: boolean,
  ): void => {
    const values = linesOf(array, dims).map((group) => line(group.map((i) => array.values[i]!)));
    const kept = array.shape.map((size, i) => (dims.includes(i) ? 1 : size));
    const shape = keepdim ? kept : kept.filter((_, i) => !dims.includes(i));
    expectClose(result, { shape, values }, tolerance);
  };

  test.each(Object.entries(lines))("%s", (name, line) => {
    for (const { x, array } of cases) {
      const everything = array.shape.map((_, i) => i);
      if (name !== "logsumexp") expectLines(callMethod(x, name), array, everything, line, false);
      for (const dims of [[0], [1], [0, 1]]) {
        expectLines(callMethod(x, name, dims), array, dims, line, false);
        if (name !== "countNonzero")
          expectLines(callMethod(x, name, dims, true), array, dims, line, true);
      }
    }
  });

  test.each(Object.entries(positions))("%s", (name, line) => {
    for (const { x, array } of cases) {
      const everything = array.shape.map((_, i) => i);
      expectLines(callMethod(x, name), array, everything, line, false);
      for (const dim of everything) {
        expectLines(callMethod(x, name, dim), array, [dim], line, false);
        expectLines(callMethod(x, name, dim, true), array, [dim], line, true);
      }
    }
  });

  test.each(Object.entries(found))("%s", (name, line) => {
    for (const { x, array } of cases) {
      const everything = array.shape.map((_, i) => i);
      expectLines(callMethod(x, name), array, everything, line, false);
      for (const dim of everything) {
        for (const keepdim of [false, true]) {
          const result = callMethod(x, name, dim, keepdim) as unknown as Record<string, Tensor>;
          expectLines(result["values"]!, array, [dim], line, keepdim);
          expectLines(result["indices"]!, array, [dim], (all) => all.indexOf(line(all)), keepdim);
        }
      }
    }
  });

  test.each(Object.entries(running))("%s", (name, line) => {
    for (const { x, array } of cases) {
      for (const dim of array.shape.keys()) {
        const result = callMethod(x, name, dim) as Tensor & { values?: Tensor };
        const values = new Array<number>(array.values.length);
        for (const group of linesOf(array, [dim])) {
          line(group.map((i) => array.values[i]!)).forEach((y, i) => (values[group[i]!] = y));
        }
        expectClose(result.values ?? result, { shape: array.shape, values }, tolerance);
      }
    }
  });
});

describe("what is odd", () => {
  const cases: [name: string, run: () => unknown, expected: unknown][] = [
    ["NaN is the largest", () => tensor([1, NaN, 3]).max(0).indices, 1],
    ["NaN is the smallest", () => tensor([1, NaN, 3]).argmin(), 1],
    ["the first NaN", () => tensor([NaN, 1, NaN]).argmax(), 0],
    ["the first of equals", () => tensor([1, 3, 3]).argmax(), 1],
    ["the first of infinities", () => tensor([-Infinity, -Infinity]).argmax(), 0],
    ["the last so far of equals", () => tensor([3, 3, 1]).cummax(0).indices, [0, 1, 1]],
    ["NaN stays the largest", () => tensor([1, NaN, 3]).cummax(0).indices, [0, 1, 1]],
    ["a long line", () => zeros([5000]).at(0).expand([5000]).argmax(), 0],
    [
      "far behind",
      () =>
        tensor(spread(5000, [0, 1]))
          .setAt([4321], 9)
          .argmax(),
      4321,
    ],
    ["the product of nothing", () => zeros([0]).prod(), 1],
    ["all of nothing", () => zeros([0]).all(), true],
    ["any of nothing", () => zeros([0]).any(), false],
    ["all lines of nothing", () => zeros([2, 0]).all(1), [true, true]],
    ["the largest of no lines", () => zeros([0, 3]).amax(1), []],
    ["whole products wrap", () => tensor([65537, 65537], { dtype: "int32" }).prod(), 131073],
    ["NaN is true", () => tensor([NaN]).all(), true],
    ["one element has no variance", () => tensor([5]).var(), NaN],
    ["the median beside NaN", () => tensor([1, NaN, 3]).median(), NaN],
    ["the other median", () => tensor([1, NaN, 3]).nanmedian(), 1],
    ["the smallest of the most frequent", () => tensor([3, 1, 3, 1]).mode().values, 1],
    ["where it is last", () => tensor([3, 1, 3, 1]).mode().indices, 3],
    ["exponentials that overflow", () => tensor([1000, 1000]).softmax(0), [0.5, 0.5]],
    ["exponentials of nothing", () => tensor([-Infinity, -Infinity]).logsumexp(0), -Infinity],
    ["and of an infinity", () => tensor([1, Infinity]).logsumexp(0), Infinity],
    ["running, of nothing", () => tensor([-Infinity, 2]).logcumsumexp(0), [-Infinity, 2]],
    ["a product beside zero", () => tensor([0, 1e30, 1e30]).cumprod(0), [0, 0, 0]],
    ["a norm that counts", () => tensor([0, 2, -Infinity, NaN]).norm(0), 3],
    ["equal shapes", () => zeros([2]).equal(zeros([2, 1])), false],
    ["NaN is not equal", () => tensor([NaN]).equal(tensor([NaN])), false],
    ["nor close", () => tensor([NaN]).allclose(tensor([NaN])), false],
    ["unless told", () => tensor([NaN]).allclose(tensor([NaN]), { equalNan: true }), true],
    ["infinities are close", () => tensor([Infinity]).allclose(tensor([Infinity])), true],
    ["but to nothing else", () => tensor([1e30]).allclose(tensor([Infinity])), false],
    ["a single number", () => tensor(3).max(0).indices, 0],
    ["max with a tensor", () => tensor([1, 5]).max(tensor([3, 2])), [3, 5]],
    ["truth has a largest", () => tensor([false, true]).max(0).values, true],
  ];
  test.each(cases)("%s", (_name, run, expected) => {
    const result = run();
    expect(typeof result === "object" ? (result as Tensor).toArray() : result).toEqual(expected);
  });

  test("equals share the gradient of amax, and only the first gets that of max(dim)", () => {
    const gradient = (run: (x: Tensor) => Tensor): unknown => {
      const x = tensor([3, 1, 3], { requiresGrad: true });
      run(x).backward();
      return Array.from(x.grad?.data() ?? [], (value) => value + 0);
    };
    expect(gradient((x) => x.amax())).toEqual([0.5, 0, 0.5]);
    expect(gradient((x) => x.max())).toEqual([0.5, 0, 0.5]);
    expect(gradient((x) => x.max(0).values)).toEqual([1, 0, 0]);
    expect(gradient((x) => x.median())).toEqual([0.5, 0, 0.5]);
    expect(gradient((x) => x.median(0).values)).toEqual([1, 0, 0]);
    expect(gradient((x) => x.sub(x).std())).toEqual([0, 0, 0]);
    expect(gradient((x) => x.sub(3).abs().norm(0.5, [0]).mul(0))).toEqual([0, 0, 0]);
  });

  test.each(["float32", "float64", "int32"] as const)("dtype: %s", (dtype) => {
    const x = tensor([true, true, false]);
    expect(x.sum({ dtype }).dtype).toBe(dtype);
    expect(x.prod(0, true, { dtype }).dtype).toBe(dtype);
    expect(x.cumsum(0, { dtype }).dtype).toBe(dtype);
    expect(x.to("float64").sum(0, { dtype }).item()).toBe(2);
  });
});

describe("sums of ten million float32 numbers", () => {
  // Sums are taken in float64, on WebAssembly a few elements at a time in float32 first: two units
  // in the last place of a float32 at most. PyTorch's, in pairs of float32, have about six digits.
  const count = 1e7;
  const tenth = Math.fround(0.1);
  const x = tensor(new Float32Array(count).fill(tenth));
  const columns = x.reshape([2, count / 2]).transpose(0, 1);
  const cases: [name: string, run: () => Tensor, expected: number][] = [
    ["sum", () => x.sum(), count * tenth],
    ["sum along a dimension", () => columns.sum(0).select(0, 1), (count / 2) * tenth],
    ["sum of what does not lie in a row", () => columns.sum(), count * tenth],
    ["mean", () => x.mean(), tenth],
    ["cumsum", () => x.cumsum(0).select(0, -1), count * tenth],
    ["dot", () => x.dot(x), count * Math.fround(tenth * tenth)],
    ["norm", () => x.norm(), Math.sqrt(count * tenth * tenth)],
  ];
  test.each(cases)("%s", (_name, run, expected) => {
    expect(Math.abs(run().item() / expected - 1)).toBeLessThan(2 ** -22);
  });
});

describe("what is refused", () => {
  const of = (dtype: DType): Tensor => tensor([1, 0], { dtype });
  const plain: Tensor = zeros([2]);
  const odd = (value?: unknown): never => value as never;
  const cases: [name: string, run: () => unknown, kind: typeof IndexError, message: string][] = [
    ["the largest of nothing", () => zeros([2, 0]).amax(1), IndexError, "amax: dimension 1 of"],
    ["the same with its place", () => zeros([2, 0]).max(1), IndexError, "max: dimension 1 of"],
    ["of nothing at all", () => zeros([0]).max(), IndexError, "max: dimension 0 of"],
    ["where nothing is", () => zeros([0]).argmax(), IndexError, "argmax: dimension 0"],
    ["the middle of nothing", () => zeros([0]).median(), IndexError, "median: dimension 0"],
    ["no such dimension", () => plain.cumsum(1), IndexError, "cumsum: dimension 1 is out"],
    ["a missing dimension", () => plain.cumsum(odd()), IndexError, "dimension is missing"],
    ["an object for one", () => plain.softmax(odd({ dim: 0 })), IndexError, "an object is no dim"],
    ["truths in order", () => of("bool").argmax(), DTypeError, "argmax: truth values"],
    [
      "a whole variance",
      () => of("int32").var(),
      DTypeError,
      "var: it takes floats, and these elements are int32",
    ],
    [
      "more dimensions than 64",
      () => zeros(new Array<number>(65).fill(1)).amax(),
      ShapeError,
      "65 dimensions",
    ],
    [
      "whole quotients added",
      () => of("int32").addcdiv(of("int32"), of("int32")),
      DTypeError,
      "addcdiv: it takes floats",
    ],
    ["a whole softmax", () => of("int32").softmax(0), DTypeError, "softmax: it takes"],
    ["whole division by 0", () => of("int32").floorDivide(0), ArgumentError, "floorDivide: a"],
    ["by a 0 among others", () => of("int32").fmod(of("int32")), ArgumentError, "fmod: a whole"],
    ["digits of fractions", () => of("float32").bitwiseAnd(1), DTypeError, "bitwiseAnd: only"],
    ["digits beside fractions", () => of("int32").bitwiseOr(0.5), DTypeError, "bitwiseOr: only"],
    ["no bounds", () => of("float32").clamp(), ArgumentError, "clamp: there is no bound"],
    [
      "a bound that is none",
      () => callMethod(of("float32"), "clamp", { low: 0 }),
      ArgumentError,
      'clamp: there is no option "low"',
    ],
    ["half a digit", () => of("float32").round({ decimals: 0.5 }), ArgumentError, "round: decim"],
    [
      "a negative tolerance",
      () => of("int32").isclose(of("int32"), { rtol: -1 }),
      ArgumentError,
      "i",
    ],
  ];
  test.each(cases)("%s", (_name, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });

  test("options and modes that do not exist", () => {
    const call =
      (name: string, ...args: unknown[]) =>
      (): unknown =>
        callMethod(of("float32"), name, ...args);
    expect(call("sum", { axis: 0 })).toThrow("sum: there is no option axis");
    expect(call("var", 0, { ddof: 0 })).toThrow("var: there is no option ddof");
    expect(call("argmax", [0])).toThrow(ArgumentError);
    expect(call("norm", "two")).toThrow("norm: there is no vector norm of order two");
    expect(call("div", 2, { roundingMode: "up" })).toThrow('div: there is no roundingMode "up"');
  });
});

describe("binary digits", () => {
  const numbers = [0, 1, -1, 6, 255, -2147483648, 2147483647];
  const x = tensor(numbers, { dtype: "int32" });
  const cases: [name: string, other: number, expected: (a: number, b: number) => number][] = [
    ["bitwiseAnd", 5, (a, b) => a & b],
    ["bitwiseOr", 5, (a, b) => a | b],
    ["bitwiseXor", -7, (a, b) => a ^ b],
    ["bitwiseLeftShift", 3, (a, b) => a << b],
    ["bitwiseLeftShift", 31, (a, b) => a << b],
    ["bitwiseRightShift", 3, (a, b) => a >> b],
    ["bitwiseRightShift", 31, (a, b) => a >> b],
  ];
  test.each(cases)("%s by %d", (name, other, expected) => {
    expect(callMethod(x, name, other).toArray()).toEqual(numbers.map((a) => expected(a, other)));
  });

  test("of truth values, and turned around", () => {
    const [a, b] = [tensor([true, true, false]), tensor([true, false, false])];
    expect(a.bitwiseXor(b).toArray()).toEqual([false, true, false]);
    expect(a.bitwiseNot().toArray()).toEqual([false, false, true]);
    expect(x.bitwiseNot().toArray()).toEqual(numbers.map((n) => ~n));
  });
});

describe("whole quotients", () => {
  const [a, b] = [
    tensor([7, -7, 7, -7, 0], { dtype: "int32" }),
    tensor([2, 2, -2, -2, 3], { dtype: "int32" }),
  ];
  test.each([
    ["floorDivide", [], [3, -4, -4, 3, 0]],
    ["div", [{ roundingMode: "floor" }], [3, -4, -4, 3, 0]],
    ["div", [{ roundingMode: "trunc" }], [3, -3, -3, 3, 0]],
    ["remainder", [], [1, 1, -1, -1, 0]],
    ["fmod", [], [1, -1, 1, -1, 0]],
  ] as const)("%s %o", (name, options, expected) => {
    for (const dtype of ["int32", "float32", "float64"] as const) {
      const result = callMethod(a.to(dtype), name, b.to(dtype), ...options);
      expect(result.dtype).toBe(dtype);
      expect(Array.from(result.data(), (x) => x + 0)).toEqual(expected);
    }
  });

  test("a large one is exact", () => {
    const large = tensor([2147483647], { dtype: "int32" });
    expect(large.floorDivide(1).item()).toBe(2147483647);
    expect(large.div(1, { roundingMode: "trunc" }).item()).toBe(2147483647);
  });
});

describe("functions at their limits", () => {
  const cases: [name: string, x: number, expected: number][] = [
    ["erfc", 10, 2.0884875837625446e-45],
    ["erfc", -3, 1.9999779095030015],
    ["erf", 1e-10, 1.1283791670955126e-10],
    ["asinh", 1e200, 461.2101657793691],
    ["asinh", -1e-20, -1e-20],
    ["acosh", 1e200, 461.2101657793691],
    ["acosh", 0.5, NaN],
    ["acosh", -5, NaN],
    ["atanh", 1, Infinity],
    ["atanh", 2, NaN],
    ["atan", Infinity, Math.PI / 2],
    ["asin", 1.5, NaN],
    ["sinh", 1e-20, 1e-20],
    ["log2", 8, 3],
    ["log10", 1000, 3],
    ["round", 2.5, 2],
    ["round", -0.5, 0],
    ["round", 0.49999999999999994, 0],
    ["trunc", -Infinity, -Infinity],
    ["sinc", 0, 1],
    ["isfinite", -Infinity, 0],
    ["nanToNum", -Infinity, -Number.MAX_VALUE],
  ];
  test.each(cases)("%s(%d)", (name, x, expected) => {
    const y = callMethod(tensor(x, { dtype: "float64" }), name);
    expectClose(y, { shape: [], values: [expected] }, 1e-14, 1e-300);
  });

  test("hypot and logaddexp do not overflow", () => {
    const large = tensor(1e300, { dtype: "float64" });
    expect(large.hypot(large).item()).toBeCloseTo(Math.SQRT2 * 1e300, -288);
    expect(
      tensor([NaN, -Infinity])
        .hypot(tensor([Infinity, NaN]))
        .toArray(),
    ).toEqual([Infinity, Infinity]);
    expect(tensor(1000).logaddexp(tensor(-Infinity)).item()).toBe(1000);
    expect(tensor(-Infinity).logaddexp(tensor(-Infinity)).item()).toBe(-Infinity);
    expect(tensor(3).logaddexp2(tensor(3)).item()).toBe(4);
  });
});
