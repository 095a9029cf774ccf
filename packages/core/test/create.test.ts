// Making tensors from numbers: shapes, types and values. Random ones: random.test.ts. What is
// refused: errors.test.ts.

import {
  arange,
  full,
  linspace,
  ones,
  onesLike,
  rand,
  randn,
  tensor,
  zeros,
  zerosLike,
} from "@nabla/core";
import type { DType, NestedArray, Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

const types = ["float32", "float64", "int32", "bool"] as const;

describe("tensor", () => {
  const cases: [data: NestedArray, shape: number[], dtype: DType][] = [
    [3, [], "float32"],
    [true, [], "bool"],
    [[], [0], "float32"],
    [[[], []], [2, 0], "float32"],
    [[1, 2], [2], "float32"],
    [[[1, 2, 3]], [1, 3], "float32"],
    [[[[1]], [[2]]], [2, 1, 1], "float32"],
    [[true, false], [2], "bool"],
    [Float32Array.of(1, 2), [2], "float32"],
    [Float64Array.of(1, 2), [2], "float64"],
    [Int32Array.of(1, 2), [2], "int32"],
    [Uint8Array.of(1, 255), [2], "int32"],
    [[Float64Array.of(1, 2), Float64Array.of(3, 4)], [2, 2], "float64"],
  ];
  test.each(cases)("%j has shape %j and type %s", (data, shape, dtype) => {
    const x = tensor(data);
    expect([x.shape, x.dtype, x.dim(), x.numel()]).toEqual([
      shape,
      dtype,
      shape.length,
      shape.reduce((a, b) => a * b, 1),
    ]);
    const plain = (part: NestedArray): NestedArray =>
      typeof part === "object" ? Array.from(part as readonly NestedArray[], plain) : part;
    expect(x.toArray()).toEqual(plain(data));
  });

  test.each<[NestedArray, NestedArray]>([
    [
      [true, 2],
      [1, 2],
    ],
    [
      [2, true],
      [2, 1],
    ],
    [
      [
        [true, false],
        [true, 3],
      ],
      [
        [1, 0],
        [1, 3],
      ],
    ],
  ])("%j are numbers", (mixed, numbers) => {
    expect([tensor(mixed).dtype, tensor(mixed).toArray()]).toEqual(["float32", numbers]);
    expect(tensor(mixed, { dtype: "bool" }).dtype).toBe("bool");
  });

  test.each(types)("takes the type %s", (dtype) => {
    const x = tensor([0, 1, 1], { dtype });
    expect([x.dtype, ...x.data()]).toEqual([dtype, 0, 1, 1]);
  });

  test("rounds to its type", () => {
    expect(tensor(0.1).item()).toBe(Math.fround(0.1));
    expect(tensor(0.1, { dtype: "float64" }).item()).toBe(0.1);
    expect(tensor([1.9, -1.9], { dtype: "int32" }).toArray()).toEqual([1, -1]);
    expect(tensor([2, 0.5, 0], { dtype: "bool" }).toArray()).toEqual([true, true, false]);
  });

  test("copies its data", () => {
    const data = [[1, 2]];
    const x = tensor(data);
    data[0]![0] = 9;
    expect(x.toArray()).toEqual([[1, 2]]);
  });

  test("may require grad", () => {
    const x = tensor([1], { requiresGrad: true });
    expect([x.requiresGrad, x.isLeaf, x.grad]).toEqual([true, true, null]);
    expect(tensor([1]).requiresGrad).toBe(false);
  });
});

describe("filled tensors", () => {
  const makers: [string, (shape: number[], dtype?: DType) => Tensor, number][] = [
    ["zeros", (shape, dtype) => zeros(shape, dtype && { dtype }), 0],
    ["ones", (shape, dtype) => ones(shape, dtype && { dtype }), 1],
    ["full", (shape, dtype) => full(shape, 1, dtype && { dtype }), 1],
    ["zerosLike", (shape, dtype) => zerosLike(ones(shape, dtype && { dtype })), 0],
    ["onesLike", (shape, dtype) => onesLike(zeros(shape, dtype && { dtype })), 1],
    ["newZeros", (shape, dtype) => ones([1], dtype && { dtype }).newZeros(shape), 0],
    ["newOnes", (shape, dtype) => zeros([1], dtype && { dtype }).newOnes(shape), 1],
  ];
  test.each(makers)("%s", (_name, make, value) => {
    for (const shape of [[], [3], [2, 3], [0], [2, 0, 3]]) {
      const x = make(shape);
      expect([x.shape, x.dtype]).toEqual([shape, "float32"]);
      expect([...x.data()]).toEqual(Array.from({ length: x.numel() }, () => value));
    }
    for (const dtype of types) expect(make([2], dtype).dtype).toBe(dtype);
  });

  test("keep no tie to the shape they were given", () => {
    const shape = [2, 3];
    const x = zeros(shape);
    shape[0] = 7;
    expect(x.shape).toEqual([2, 3]);
  });

  test("the type of another tensor can be replaced", () => {
    expect(zerosLike(tensor([1]), { dtype: "int32" }).dtype).toBe("int32");
    expect(onesLike(tensor([1]), { requiresGrad: true }).requiresGrad).toBe(true);
  });

  test("full of a truth value is bool, unless it is told otherwise", () => {
    expect([full([1], false).dtype, full([1], true).toArray()]).toEqual(["bool", [true]]);
    expect(full([1], true, { dtype: "int32" }).toArray()).toEqual([1]);
  });

  test.each([-0.5, NaN, Infinity, 2])("full of %d", (value) => {
    expect(full([2], value, { dtype: "float64" }).toArray()).toEqual([value, value]);
  });
});

describe("arange", () => {
  const cases: [number[], number[]][] = [
    [[4], [0, 1, 2, 3]],
    [[0], []],
    [
      [2, 5],
      [2, 3, 4],
    ],
    [
      [5, 2, -1],
      [5, 4, 3],
    ],
    [
      [0, 1, 0.25],
      [0, 0.25, 0.5, 0.75],
    ],
    [
      [1, 8, 3],
      [1, 4, 7],
    ],
    [[3, 3], []],
    [[3, 3, -1], []],
    [[2.5], [0, 1, 2]],
  ];
  test.each(cases)("%j", ([first, second, third], expected) => {
    const x =
      third !== undefined
        ? arange(first!, second!, third)
        : second !== undefined
          ? arange(first!, second)
          : arange(first!);
    expect(x.toArray()).toEqual(expected);
    expect(x.shape).toEqual([expected.length]);
  });

  test("does not add up rounding errors", () => {
    const x = arange(0, 100, 0.1, { dtype: "float64" });
    expect(x.numel()).toBe(1000);
    expect(x.data()[999]).toBe(999 * 0.1);
  });
});

describe("linspace", () => {
  const cases: [number, number, number, number[]][] = [
    [0, 1, 5, [0, 0.25, 0.5, 0.75, 1]],
    [1, 0, 3, [1, 0.5, 0]],
    [2, 9, 1, [2]],
    [2, 9, 0, []],
    [-1, 1, 2, [-1, 1]],
    [3, 3, 3, [3, 3, 3]],
  ];
  test.each(cases)("from %d to %d, %d numbers", (start, end, count, expected) => {
    expect(linspace(start, end, count, { dtype: "float64" }).toArray()).toEqual(expected);
  });

  test("ends exactly where it should", () => {
    const x = linspace(0.1, 0.7, 1001, { dtype: "float64" }).data();
    expect([x[0], x[1000]]).toEqual([0.1, 0.7]);
  });
});

describe("reading", () => {
  test("item reads one element of any shape", () => {
    expect(tensor([[[2.5]]]).item()).toBe(2.5);
    expect(tensor(true).item()).toBe(1);
  });

  test("data has the array type of the elements", () => {
    const arrays = [Float32Array, Float64Array, Int32Array, Uint8Array];
    types.forEach((dtype, i) => expect(zeros([2], { dtype }).data()).toBeInstanceOf(arrays[i]));
  });

  test("toArray nests as deep as there are dimensions", () => {
    expect(zeros([2, 0]).toArray()).toEqual([[], []]);
    expect(zeros([0, 2]).toArray()).toEqual([]);
    expect(tensor([[true], [false]]).toArray()).toEqual([[true], [false]]);
  });

  test("size counts from both ends", () => {
    const x = zeros([2, 3, 4]);
    expect([0, 1, 2, -1, -3].map((dim) => x.size(dim))).toEqual([2, 3, 4, 4, 2]);
  });

  test("random tensors have the shape and type asked for", () => {
    for (const make of [rand, randn]) {
      expect(make([2, 3], { dtype: "float64" }).shape).toEqual([2, 3]);
      expect(make([1]).dtype).toBe("float32");
    }
  });
});
