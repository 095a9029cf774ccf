// Every row of the tables computes what plain JavaScript says, in every layout and both float
// types; the tables are imported, so a new row without an oracle fails here. Derivatives:
// ops.gradient.test.ts. Special numbers and rounding: interpreter.test.ts.

import * as nabla from "@nabla/core";
import { DTypeError, tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import * as composites from "../src/ops/composite.js";
import * as contractions from "../src/ops/contract.js";
import * as copies from "../src/ops/copy.js";
import * as functions from "../src/ops/functions.js";
import * as movements from "../src/ops/movement.js";
import * as reductions from "../src/ops/reductions.js";
import {
  at,
  broadcast,
  callMethod,
  expectClose,
  indicesOf,
  layouts,
  lookAt,
  mapArrays,
  sizeOf,
  spread,
  stridesOf,
  toTensor,
} from "./arrays.js";
import type { Layout, PlainArray } from "./arrays.js";
import { elementwise, oracles, rowsIn } from "./oracles.js";

const { where, clone } = copies;
const rows = [...elementwise, ...rowsIn({ where, clone })];

/** Numbers from a row's interval; every third is a whole number, so that there are ties. */
function numbers(count: number, interval: readonly [number, number], seed: number): number[] {
  return spread(count, interval, seed).map((x, i) =>
    Math.fround(i % 3 === seed % 2 ? Math.round(x) : x),
  );
}

const pairs: readonly (readonly [Layout, Layout])[] = [
  [layouts.scalar, layouts.scalar],
  [layouts.empty, layouts.scalar],
  [layouts.hollow, layouts.row],
  [layouts.row, layouts.scalar],
  [layouts.scalar, layouts.cube],
  [layouts.matrix, layouts.row],
  [layouts.row, layouts.transposed],
  [layouts.transposed, layouts.sliced],
  [layouts.selected, layouts.expanded],
  [layouts.sliced, layouts.matrix],
  [layouts.permuted, layouts.cube],
];

/** Operands for a row in the given layouts: as tensors, and as the arrays they should show. */
function operandsFor(
  samples: readonly (readonly [number, number])[],
  places: readonly Layout[],
  dtype: nabla.DType,
): { tensors: nabla.Tensor[]; arrays: PlainArray[] } {
  const bases = samples.map((interval, i) =>
    numbers(sizeOf(places[i % places.length]!.base), interval, i),
  );
  const placeOf = (i: number): Layout => places[i % places.length]!;
  return {
    tensors: bases.map((values, i) =>
      placeOf(i).move(toTensor({ shape: placeOf(i).base, values }, dtype)),
    ),
    arrays: bases.map((values, i) => lookAt(placeOf(i), values)),
  };
}

/** The arguments of a row's call in the order of its samples: where(a, condition, b). */
const inCallOrder = (operands: readonly nabla.Tensor[]): readonly nabla.Tensor[] => {
  const [a, b, condition] = operands;
  return condition === undefined ? operands : [a!, condition.ne(0), b!];
};

describe.each(["float32", "float64"] as const)("elementwise in %s", (dtype) => {
  test.each(rows)("%s", (name, { samples }) => {
    const oracle = oracles[name as keyof typeof oracles];
    const places = samples.length === 1 ? Object.values(layouts).map((one) => [one]) : pairs;
    for (const place of places) {
      const { tensors, arrays } = operandsFor(samples, place, dtype);
      const [x, ...rest] = inCallOrder(tensors);
      const result = callMethod(x!, name, ...rest);
      expectClose(result, mapArrays(oracle, ...arrays), dtype === "float32" ? 1e-6 : 1e-14);
      expect([dtype, "bool"]).toContain(result.dtype);
    }
  });
});

test.each(rows)("%s as a function is %s as a method", (name, { samples }) => {
  const { tensors } = operandsFor(samples, [layouts.matrix], "float64");
  const [x, ...rest] = inCallOrder(tensors);
  const free = (nabla as unknown as Record<string, (...args: unknown[]) => nabla.Tensor>)[name]!;
  // The function \`where\` has the condition first.
  const args = name === "where" ? [rest[0], x, rest[1]] : [x, ...rest];
  const [method, call] = [callMethod(x!, name, ...rest), free(...args)];
  expect(call.data()).toEqual(method.data());
  expect(call.dtype).toBe(method.dtype);
});

test("every row is a method and a free function", () => {
  const tables = { ...functions, ...copies, ...movements, ...reductions, ...contractions };
  const names = Object.keys(tables);
  const onlyMethods = new Set(["newOnes", "newZeros", "copy_", "zero_"]);
  const composed = Object.keys(composites).filter((name) => !onlyMethods.has(name));
  expect(names.filter((name) => !(name in nabla.Tensor.prototype))).toEqual([]);
  expect([...names, ...composed].filter((name) => !(name in nabla))).toEqual([]);
});

describe("in place", () => {
  test.each([...elementwise])("%s_ is %s, written back", (name, { samples }) => {
    for (const dtype of ["float32", "float64"] as const) {
      const { tensors } = operandsFor(samples, [layouts.transposed, layouts.row], dtype);
      const [x, ...rest] = tensors;
      const expected = callMethod(x!, name, ...rest)
        .to(dtype)
        .toArray();
      const result = callMethod(x!, `${name}_`, ...rest);
      expect(result).toBe(x);
      expect(x!.toArray()).toEqual(expected);
      expect(x!.dtype).toBe(dtype);
    }
  });

  const fractions = ["div", "sqrt", "exp", "expm1", "log", "log1p", "sin", "cos", "tanh"];
  test.each([...fractions, "sigmoid", "reciprocal"])("%s_ refuses whole numbers", (name) => {
    const x = tensor([1, 2], { dtype: "int32" });
    const rest = name === "div" ? [2] : [];
    expect(() => callMethod(x, `${name}_`, ...rest)).toThrow(DTypeError);
    expect(x.toArray()).toEqual([1, 2]);
  });

  test("the type of the tensor written to stays", () => {
    expect(tensor([1, 2]).add_(tensor([0.5, 1], { dtype: "float64" })).dtype).toBe("float32");
    expect(() => tensor([1], { dtype: "int32" }).add_(1.5)).toThrow(DTypeError);
  });
});

describe("conversion", () => {
  const cases = [
    ["float64", "float32", [0.1, -1e300], [Math.fround(0.1), -Infinity]],
    ["float64", "int32", [1.9, -1.9, -0.5], [1, -1, 0]],
    ["float64", "bool", [0, 0.25, NaN, -3], [0, 1, 1, 1]],
    ["int32", "float32", [16777217, -2], [16777216, -2]],
    ["int32", "bool", [0, 256, -1], [0, 1, 1]],
    ["bool", "int32", [0, 1], [0, 1]],
    ["bool", "float64", [0, 1], [0, 1]],
  ] as const;
  test.each(cases)("%s to %s", (from, to, values, expected) => {
    const result = tensor([...values], { dtype: from }).to(to);
    expect(result.dtype).toBe(to);
    expect([...result.data()].map((value) => value + 0)).toEqual(expected);
  });

  test("to its own type is the tensor itself", () => {
    const x = tensor([1]);
    expect(x.to("float32")).toBe(x);
  });
});

describe("reductions", () => {
  const dims = [undefined, null, 0, 1, -1, [0], [0, 1], [-1, 0], []];
  const places = [layouts.matrix, layouts.cube, layouts.hollow, layouts.transposed];
  const strided = [layouts.sliced, layouts.expanded, layouts.selected, layouts.permuted];
  const cases = [...places, ...strided].flatMap((place) =>
    dims.map((dim) => [place.name, JSON.stringify(dim) ?? "all", place, dim] as const),
  );

  test.each(cases)("sum and mean: %s, dim %s", (_name, _dim, place, dim) => {
    const base = numbers(sizeOf(place.base), [-3, 3], 0);
    const array = lookAt(place, base);
    const rank = array.shape.length;
    const given = [dim ?? []].flat();
    const all = array.shape.map((_, i) => i);
    const folded = given.length === 0 ? all : given.map((d) => (d + rank) % rank);
    const kept = array.shape.map((size, i) => (folded.includes(i) ? 1 : size));
    const sums = new Array<number>(sizeOf(kept)).fill(0);
    for (const index of indicesOf(array.shape)) {
      const to = stridesOf(kept).reduce(
        (sum, s, i) => sum + (kept[i] === 1 ? 0 : s * index[i]!),
        0,
      );
      sums[to] = sums[to]! + at(array, index);
    }
    const count = folded.reduce((n, i) => n * array.shape[i]!, 1);
    const gone = kept.filter((_, i) => !folded.includes(i));
    for (const dtype of ["float32", "float64"] as const) {
      const x = place.move(toTensor({ shape: place.base, values: base }, dtype));
      const tolerance = dtype === "float32" ? 1e-6 : 1e-12;
      const means = sums.map((sum) => sum / count);
      expectClose(x.sum(dim, true), { shape: kept, values: sums }, tolerance);
      expectClose(x.sum(dim), { shape: gone, values: sums }, tolerance);
      expectClose(x.mean(dim, true), { shape: kept, values: means }, tolerance);
      expectClose(x.mean(dim), { shape: gone, values: means }, tolerance);
      expectClose(nabla.sum(x, dim), { shape: gone, values: sums }, tolerance);
      expectClose(nabla.mean(x, dim), { shape: gone, values: means }, tolerance);
    }
  });

  test("a single number can be summed along dimension 0", () => {
    expect(tensor(3).sum(0).item()).toBe(3);
    expect(tensor(3).mean(-1, true).shape).toEqual([]);
  });
});

describe("matmul", () => {
  const transposed = (x: nabla.Tensor): nabla.Tensor => x.transpose(-2, -1);
  const cases: [name: string, a: number[], b: number[], turned?: boolean][] = [
    ["matrices", [2, 3], [3, 4]],
    ["transposed matrices", [3, 2], [4, 3], true],
    ["vectors", [3], [3]],
    ["matrix and vector", [2, 3], [3]],
    ["vector and matrix", [3], [3, 2]],
    ["batches", [5, 2, 3], [5, 3, 4]],
    ["a batch and a matrix", [5, 2, 3], [3, 4]],
    ["batches that broadcast", [4, 1, 2, 3], [5, 3, 2]],
    ["a batch and a vector", [5, 2, 3], [3]],
    ["a vector and a batch", [3], [5, 3, 2]],
    ["nothing in common", [2, 0], [0, 3]],
    ["no rows", [0, 3], [3, 2]],
    ["no batches", [0, 2, 3], [3, 2]],
  ];
  test.each(cases)("%s", (_name, aShape, bShape, turned = false) => {
    for (const dtype of ["float32", "float64", "int32"] as const) {
      const [a, b] = [aShape, bShape].map((shape, seed) => {
        const values = numbers(sizeOf(shape), [-3, 3], seed);
        const x = toTensor(
          { shape, values: dtype === "int32" ? values.map(Math.round) : values },
          dtype,
        );
        return turned ? transposed(x) : x;
      });
      const expected = product(shown(a!), shown(b!));
      expectClose(a!.matmul(b!), expected, dtype === "float32" ? 1e-6 : 1e-13, 1);
      expect(nabla.matmul(a!, b!).toArray()).toEqual(a!.matmul(b!).toArray());
    }
  });

  const shown = (x: nabla.Tensor): PlainArray => ({ shape: x.shape, values: [...x.data()] });

  function product(a: PlainArray, b: PlainArray): PlainArray {
    const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
    const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
    const inner = left.at(-1)!;
    const batch = broadcast(left.slice(0, -2), right.slice(0, -2));
    const whole = [...batch, left.at(-2)!, right.at(-1)!];
    const values = indicesOf(whole).map((index) => {
      const [outer, row, column] = [index.slice(0, -2), index.at(-2)!, index.at(-1)!];
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        const from = { shape: left, values: a.values };
        const to = { shape: right, values: b.values };
        sum += at(from, [...outer, row, k]) * at(to, [...outer, k, column]);
      }
      return sum;
    });
    const drop = new Set([
      ...(a.shape.length === 1 ? [whole.length - 2] : []),
      ...(b.shape.length === 1 ? [whole.length - 1] : []),
    ]);
    return { shape: whole.filter((_, dim) => !drop.has(dim)), values };
  }
});
