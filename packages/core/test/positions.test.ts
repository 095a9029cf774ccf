// Taking and writing elements by position against plain loops over any shape, dimension and layout;
// the in-place forms; ties, NaN and empty tensors; and what a user reads who names what is not
// there. Recorded by PyTorch: scripts/test/conformance.test.ts. Derivatives: position-cases.ts.

import { arange, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { indicesOf, sizeOf, stridesOf } from "./arrays.js";
import { refusals } from "./refusals.js";

const whole = (numbers: readonly number[], ...shape: number[]): Tensor =>
  tensor(numbers, { dtype: "int32" }).reshape(shape.length === 0 ? [numbers.length] : shape);

/** The place in a row-major array of an index. */
const placeOf = (shape: readonly number[], index: readonly number[]): number =>
  stridesOf(shape).reduce((sum, stride, i) => sum + stride * index[i]!, 0);

const replaced = (list: readonly number[], at: number, item: number): number[] =>
  list.map((own, i) => (i === at ? item : own));

/** A tensor of numbers that differ, not row-major, and the numbers as they are seen. */
function odd(shape: readonly number[], start = 0): { x: Tensor; values: number[] } {
  const turned = arange(start, start + sizeOf(shape), 1, { dtype: "float64" }).reshape(
    [...shape].reverse(),
  );
  const x = turned.permute(shape.map((_, i) => shape.length - 1 - i));
  return { x, values: [...x.data()] };
}

const ways: Record<string, (before: number, value: number) => number> = {
  set: (_before, value) => value,
  add: (before, value) => before + value,
  multiply: (before, value) => before * value,
  amax: Math.max,
  amin: Math.min,
};

const scattered: Record<string, (...args: [Tensor, number, Tensor, Tensor]) => Tensor> = {
  set: (x, dim, index, source) => x.scatter(dim, index, source),
  add: (x, dim, index, source) => x.scatterAdd(dim, index, source),
  multiply: (x, dim, index, source) => x.scatter(dim, index, source, { reduce: "multiply" }),
  amax: (x, dim, index, source) => x.scatterReduce(dim, index, source, "amax"),
  amin: (x, dim, index, source) => x.scatterReduce(dim, index, source, "amin"),
};

/** A shape, one of its dimensions, and an index that fits. */
const drawn = fc.gen().map((g) => {
  const shape = g(fc.array, fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
  const at = g(fc.integer, { min: 0, max: shape.length - 1 });
  const indexShape = shape.map((size, i) => g(fc.integer, { min: 0, max: i === at ? 5 : size }));
  const index = Array.from({ length: sizeOf(indexShape) }, () =>
    g(fc.integer, { min: 0, max: shape[at]! - 1 }),
  );
  const dim = g(fc.boolean) ? at : at - shape.length;
  return { shape, at, dim, indexShape, index };
});

describe("along a dimension, as plain loops do it", () => {
  test("gather", () => {
    fc.assert(
      fc.property(drawn, ({ shape, at, dim, indexShape, index }) => {
        const { x, values } = odd(shape);
        const expected = indicesOf(indexShape).map((where, i) => {
          return values[placeOf(shape, replaced(where, at, index[i]!))]!;
        });
        const found = x.gather(dim, whole(index, ...indexShape));
        expect([found.shape, [...found.data()]]).toEqual([indexShape, expected]);
      }),
    );
  });

  test.each(Object.keys(ways))("scatter, %s", (way) => {
    fc.assert(
      fc.property(drawn, ({ shape, at, dim, indexShape, index }) => {
        const { x, values } = odd(shape);
        const source = odd(
          indexShape.map((size) => size + 1),
          2,
        );
        const sourceShape = source.x.shape;
        const expected = [...values];
        indicesOf(indexShape).forEach((where, i) => {
          const place = placeOf(shape, replaced(where, at, index[i]!));
          const value = source.values[placeOf(sourceShape, where)]!;
          expected[place] = ways[way]!(expected[place]!, value);
        });
        const found = scattered[way]!(x, dim, whole(index, ...indexShape), source.x);
        expect([found.shape, [...found.data()]]).toEqual([shape, expected]);
        expect([...x.data()]).toEqual(values);
      }),
    );
  });

  test("indexSelect, indexCopy, indexAdd and indexFill", () => {
    fc.assert(
      fc.property(drawn, ({ shape, at, dim, index }) => {
        const { x, values } = odd(shape);
        const positions = whole(index, index.length);
        const part = replaced(shape, at, index.length);
        const source = odd(part, 5);
        const selected: number[] = [];
        const copied = [...values];
        const added = [...values];
        const filled = [...values];
        indicesOf(part).forEach((where, i) => {
          const place = placeOf(shape, replaced(where, at, index[where[at]!]!));
          selected.push(values[place]!);
          added[place]! += 2 * source.values[i]!;
          filled[place] = -1;
          // Of several the last one along the dimension stays.
          const last = replaced(where, at, index.lastIndexOf(index[where[at]!]!));
          copied[place] = source.values[placeOf(part, last)]!;
        });
        const results = [
          x.indexSelect(dim, positions),
          x.indexCopy(dim, positions, source.x),
          x.indexAdd(dim, positions, source.x, { alpha: 2 }),
          x.indexFill(dim, positions, -1),
        ].map((result) => [result.shape, [...result.data()]]);
        expect(results).toEqual([
          [part, selected],
          [shape, copied],
          [shape, added],
          [shape, filled],
        ]);
      }),
    );
  });
});

describe("in the row of all elements", () => {
  const { x, values } = odd([2, 3]);

  test("take and put, negative positions from the end", () => {
    const index = whole([0, -1, 4, 4], 2, 2);
    expect(x.take(index).toArray()).toEqual([
      [values[0], values[5]],
      [values[4], values[4]],
    ]);
    const source = tensor([7, 8, 9, 10], { dtype: "float64" });
    expect([...x.put(index, source).data()]).toEqual([7, ...values.slice(1, 4), 10, 8]);
    const sum = x.put(index, source, { accumulate: true });
    expect([...sum.data()]).toEqual([7, ...values.slice(1, 4), values[4]! + 19, values[5]! + 8]);
  });

  test("takeAlongDim without a dimension", () => {
    expect([...x.takeAlongDim(whole([5, 0], 2, 1)).data()]).toEqual([values[5], values[0]]);
  });

  test("takeAlongDim broadcasts all other dimensions", () => {
    const row = tensor([[1, 2, 3]]);
    expect(row.takeAlongDim(whole([2, 0], 2, 1), 1).toArray()).toEqual([[3], [1]]);
    expect(row.takeAlongDim(whole([0], 1, 1), 0).toArray()).toEqual([[1, 2, 3]]);
  });
});

describe("by masks", () => {
  const { x, values } = odd([2, 3]);
  const mask = tensor([true, false, true]);

  test("maskedSelect, maskedScatter and maskedFill", () => {
    const [a, b, c, d, e, f] = values as [number, number, number, number, number, number];
    expect([...x.maskedSelect(mask).data()]).toEqual([a, c, d, f]);
    expect(
      tensor(1)
        .maskedSelect(tensor([true, true]))
        .toArray(),
    ).toEqual([1, 1]);
    const source = tensor([1, 2, 3, 4, 5], { dtype: "float64" });
    expect([...x.maskedScatter(mask, source).data()]).toEqual([1, b, 2, 3, e, 4]);
    expect([...x.maskedFill(mask, 9).data()]).toEqual([9, b, 9, 9, e, 9]);
  });

  test("nonzero and argwhere", () => {
    const sparse = tensor([
      [0, NaN],
      [-1, 0],
    ]);
    expect(sparse.nonzero().toArray()).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(sparse.argwhere().dtype).toBe("int32");
    const along = sparse.nonzero({ asTuple: true });
    expect(sparse.at(...along).toArray()).toEqual([NaN, -1]);
    expect([tensor(0).nonzero().shape, tensor(2).nonzero().shape]).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(tensor(2).nonzero({ asTuple: true }).map(String)).toEqual(["tensor([0])"]);
  });
});

describe("scatterReduce", () => {
  const index = whole([0, 0, 2]);
  const source = tensor([5, 2, 7]);
  const cases: [string, Parameters<Tensor["scatterReduce"]>[3], number[], number[]][] = [
    ["sum", "sum", [13, 6, 13], [7, 6, 7]],
    ["product", "prod", [60, 6, 42], [10, 6, 7]],
    ["mean", "mean", [13 / 3, 6, 6.5], [3.5, 6, 7]],
    ["largest", "amax", [6, 6, 7], [5, 6, 7]],
    ["smallest", "amin", [2, 6, 6], [2, 6, 7]],
  ];
  test.each(cases)("%s", (_name, reduce, withSelf, without) => {
    const x = tensor([6, 6, 6]);
    const only = x.scatterReduce(0, index, source, reduce, { includeSelf: false });
    for (const [found, expected] of [
      [x.scatterReduce(0, index, source, reduce), withSelf],
      [only, without],
    ] as const) {
      expect([...found.data()]).toEqual([...Float32Array.from(expected)]);
    }
    const integers = x
      .to("int32")
      .scatterReduce(0, index, source.to("int32"), reduce, { includeSelf: false });
    expect([...integers.data()]).toEqual(without.map(Math.floor));
  });

  test("of truth values", () => {
    const x = tensor([false, true]);
    const both = tensor([true, false]);
    const at = whole([0, 1]);
    expect(x.scatterReduce(0, at, both, "amax").toArray()).toEqual([true, true]);
    expect(x.scatterReduce(0, at, both, "prod").toArray()).toEqual([false, false]);
    const only = { includeSelf: false };
    expect(x.scatterReduce(0, at, both, "amax", only).toArray()).toEqual([true, false]);
    expect(x.scatterReduce(0, at, both, "amin", only).toArray()).toEqual([true, false]);
    expect(x.scatterAdd(0, at, tensor([true, true])).toArray()).toEqual([true, true]);
  });

  test("NaN stays", () => {
    const found = zeros([1]).scatterReduce(0, whole([0, 0]), tensor([NaN, 1]), "amax");
    expect(found.toArray()).toEqual([NaN]);
  });

  const leaf = (values: number[]): Tensor =>
    tensor(values, { dtype: "float64", requiresGrad: true });

  test("equal extremes share the gradient", () => {
    const [x, source] = [leaf([3, 1]), leaf([3, 3, 2])];
    x.scatterReduce(0, index.remainder(2), source, "amax").sum().backward();
    expect([x.grad, source.grad].map((g) => [...g!.data()])).toEqual([
      [1 / 3, 1],
      [1 / 3, 1 / 3, 0],
    ]);
    const lone = leaf([3, 3, 3]);
    lone
      .scatterReduce(0, index, tensor([3, 1, 4]).to("float64"), "amax")
      .sum()
      .backward();
    expect(lone.grad!.toArray()).toEqual([0.5, 1, 0]);
  });

  test.each([
    ["no zero", [2, 3], [3, 2]],
    ["one zero", [0, 3], [3, 0]],
    ["two zeros", [0, 0], [0, 0]],
  ])("the derivative of a product with %s", (_name, values, expected) => {
    const source = leaf(values);
    tensor([1], { dtype: "float64" })
      .scatterReduce(0, whole([0, 0]), source, "prod")
      .backward();
    expect(source.grad!.toArray()).toEqual(expected);
  });
});

describe("in place", () => {
  const index = whole([1, 0]);
  const two = tensor([5, 6]);
  const cases: [string, (x: Tensor) => Tensor, (x: Tensor) => Tensor][] = [
    ["scatter_", (x) => x.scatter_(0, index, two), (x) => x.scatter(0, index, two)],
    ["scatterAdd_", (x) => x.scatterAdd_(0, index, two), (x) => x.scatterAdd(0, index, two)],
    [
      "scatterReduce_",
      (x) => x.scatterReduce_(0, index, two, "prod"),
      (x) => x.scatterReduce(0, index, two, "prod"),
    ],
    ["indexAdd_", (x) => x.indexAdd_(0, index, two), (x) => x.indexAdd(0, index, two)],
    ["indexCopy_", (x) => x.indexCopy_(0, index, two), (x) => x.indexCopy(0, index, two)],
    ["indexFill_", (x) => x.indexFill_(0, index, 9), (x) => x.indexFill(0, index, 9)],
    ["indexPut_", (x) => x.indexPut_([index], two), (x) => x.indexPut([index], two)],
    ["put_", (x) => x.put_(index, two), (x) => x.put(index, two)],
    ["maskedFill_", (x) => x.maskedFill_(x.gt(1), 9), (x) => x.maskedFill(x.gt(1), 9)],
    ["maskedScatter_", (x) => x.maskedScatter_(x.gt(1), two), (x) => x.maskedScatter(x.gt(1), two)],
  ];
  test.each(cases)("%s writes into a view, and returns it", (_name, write, make) => {
    const base = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const column = base.select(0, 1).slice(0, 0, 3, 2);
    const expected = make(column);
    expect(write(column)).toBe(column);
    expect(column.toArray()).toEqual(expected.toArray());
    const [first, second] = expected.toArray() as number[];
    expect(base.toArray()).toEqual([
      [1, 2, 3],
      [first, 5, second],
    ]);
  });

  test("embeddings: gradients of rows that are named twice add up", () => {
    const weight = tensor([1, 2, 3, 4, 5, 6], { requiresGrad: true });
    const rows = weight.reshape([3, 2]).indexSelect(0, whole([2, 0, 2]));
    rows
      .mul(tensor([[1], [10], [100]]))
      .sum()
      .backward();
    expect(weight.grad!.toArray()).toEqual([10, 10, 0, 0, 101, 101]);
  });
});

describe("no elements", () => {
  const none = whole([], 0);
  test.each<[string, () => Tensor, readonly number[]]>([
    ["gather by nothing", () => zeros([2, 3]).gather(1, whole([], 2, 0)), [2, 0]],
    ["gather by an empty index of any type", () => zeros([3]).gather(0, tensor([])), [0]],
    ["gather from nothing", () => zeros([0, 3]).gather(0, whole([], 0, 3)), [0, 3]],
    ["indexSelect of no positions", () => zeros([2, 3]).indexSelect(1, none), [2, 0]],
    ["scatter of nothing", () => zeros([2, 3]).scatter(0, whole([], 0, 3), zeros([1, 3])), [2, 3]],
    ["indexAdd of nothing", () => zeros([2, 3]).indexAdd(1, none, zeros([2, 0])), [2, 3]],
    ["take nothing", () => zeros([0]).take(none), [0]],
    ["put nothing", () => zeros([2]).put(none, zeros([0])), [2]],
    ["maskedSelect of nothing", () => zeros([0]).maskedSelect(tensor(true)), [0]],
    ["maskedScatter nowhere", () => zeros([2]).maskedScatter(tensor(false), zeros([0])), [2]],
  ])("%s", (_name, run, shape) => {
    expect(run().shape).toEqual(shape);
  });
});

test("refusals", () => {
  const x = zeros([2, 3]);
  const line = whole([0, 1]);
  const cases = {
    "a position outside": () => x.gather(1, whole([3], 1, 1)),
    "counted from the end where it must not be": () => x.indexSelect(0, whole([-1])),
    "of all elements": () => x.take(whole([6])),
    "of a dimension without elements": () => zeros([0]).indexSelect(0, line),
    "positions that are no integers": () => x.indexSelect(0, tensor([0, 1])),
    "an index of another rank": () => x.gather(0, line),
    "an index that is too large": () => x.gather(1, whole([0, 0, 0], 3, 1)),
    "a dimension that is not there": () => x.gather(2, line),
    "positions in a matrix": () => x.indexSelect(0, whole([0, 1], 2, 1)),
    "a source that is too small": () => x.scatter(0, whole([0, 0], 1, 2), zeros([1, 1])),
    "a source of another type": () => x.scatterAdd(0, whole([0], 1, 1), whole([1], 1, 1)),
    "parts that do not fit": () => x.indexCopy(0, line, zeros([2, 2])),
    "a reduction that is none": () => x.scatterReduce(0, whole([0], 1, 1), x, "median" as "sum"),
    "PyTorch's accumulate by place": () =>
      x.put(line, zeros([2]), true as unknown as { accumulate: boolean }),
    "an alpha that needs fractions": () =>
      whole([1]).indexAdd(0, whole([0]), whole([1]), { alpha: 0.5 }),
    "a mask of numbers": () => x.maskedSelect(x),
    "a mask that is true too often": () => x.maskedScatter(x.eq(0), zeros([5])),
    "values that do not broadcast": () => x.indexPut([line], zeros([5])),
    "second derivatives of a product of zeros": () => {
      const source = zeros([2], { requiresGrad: true });
      const y = tensor([1]).scatterReduce(0, whole([0, 0]), source, "prod");
      y.backward(null, { createGraph: true });
    },
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    a position outside:
        IndexError: gather: index 3 is out of range for dimension 1, which has size 3; use
        an integer from 0 to 2.
    counted from the end where it must not be:
        IndexError: indexSelect: index -1 is out of range for dimension 0, which has size 2;
        use an integer from 0 to 1.
    of all elements:
        IndexError: take: index 6 is out of range for the row of all elements, which has
        size 6; use an integer from -6 to 5.
    of a dimension without elements:
        IndexError: indexSelect: index 0 is out of range for dimension 0, which has size 0
        and so no elements.
    positions that are no integers:
        DTypeError: indexSelect: positions are int32, and these are float32; make them with
        tensor([0, 1], { dtype: "int32" }), or convert them with i.to("int32").
    an index of another rank:
        ShapeError: gather: an index of shape [2] does not fit a tensor of shape [2, 3]: it
        must have as many dimensions, and be no larger but in dimension 0.
    an index that is too large:
        ShapeError: gather: an index of shape [3, 1] does not fit a tensor of shape [2, 3]:
        it must have as many dimensions, and be no larger but in dimension 1.
    a dimension that is not there:
        IndexError: gather: dimension 2 is out of range for a tensor of 2 dimensions; use an
        integer from -2 to 1.
    positions in a matrix:
        ShapeError: indexSelect: the positions have shape [2, 1], and must be a vector; for
        positions of any shape use x.at(...).
    a source that is too small:
        ShapeError: scatter: a source of shape [1, 1] does not fit an index of shape [1, 2]:
        it must have as many dimensions, and no size smaller.
    a source of another type:
        DTypeError: scatterAdd: elements of type int32 cannot be written into a tensor of
        type float32; convert them with source.to("float32").
    parts that do not fit:
        ShapeError: indexCopy: a source of shape [2, 2] does not fit the part it is written
        to, of shape [2, 3].
    a reduction that is none:
        ArgumentError: scatterReduce: reduce is median; use "sum", "prod", "mean", "amax" or
        "amin".
    PyTorch's accumulate by place:
        ArgumentError: put: true is given where options by name belong, in braces; its
        options are accumulate.
    an alpha that needs fractions:
        DTypeError: indexAdd: elements of type float32 cannot be written into a tensor of
        type int32; convert them with source.to("int32").
    a mask of numbers:
        DTypeError: maskedSelect: the mask is of type float32; it must be bool, for example
        x.gt(0).
    a mask that is true too often:
        ShapeError: maskedScatter: a source of shape [5] does not fit a mask that is true 6
        times.
    values that do not broadcast:
        ShapeError: indexPut: a source of shape [5] does not fit the part that is indexed,
        of shape [2, 3].
    second derivatives of a product of zeros:
        GradientError: scatterReduce: the product of several zeros has no second derivative
        here; differentiate it once, or take the zeros out.
    "
  `);
});
