// Order and counts against JavaScript's own sort and plain counting: ties, NaN, empty and single
// elements, layouts; and what a user reads who asks for what is not there. Recorded by PyTorch:
// scripts/test/conformance.test.ts. Derivatives: position-cases.ts.

import { arange, bucketize, combinations, searchsorted, tensor, zeros } from "@nabla/core";
import type { QuantileOptions, Tensor } from "@nabla/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { refusals } from "./refusals.js";

const double = (numbers: readonly number[]): Tensor => tensor(numbers, { dtype: "float64" });

/** Few different numbers, so that there are ties, and NaN among them. */
const line = fc.array(fc.constantFrom(-1, 0, -0, 2, 2.5, Infinity, -Infinity, NaN), {
  maxLength: 12,
});

/** By JavaScript's sort, which is stable; NaN is larger than all. */
function sorted(values: readonly number[], descending: boolean): { value: number; at: number }[] {
  const rank = (value: number): [number, number] => (Number.isNaN(value) ? [1, 0] : [0, value]);
  const pairs = values.map((value, at) => ({ value, at }));
  return pairs.sort((a, b) => {
    const [[n, x], [m, y]] = [rank(a.value), rank(b.value)];
    const order = n === m ? (x < y ? -1 : x > y ? 1 : 0) : n - m;
    return descending ? -order : order;
  });
}

describe("sort", () => {
  test.each([false, true])("any line, descending %s", (descending) => {
    fc.assert(
      fc.property(line, (values) => {
        const expected = sorted(values, descending);
        const x = double(values);
        const found = x.sort(0, { descending });
        expect([...found.values.data()]).toEqual(expected.map(({ value }) => value));
        expect([...found.indices.data()]).toEqual(expected.map(({ at }) => at));
        expect(x.argsort(0, { descending }).toArray()).toEqual(found.indices.toArray());
        for (const k of [0, 1, values.length].filter((n) => n <= values.length)) {
          const { values: top, indices } = x.topk(k, 0, { largest: descending });
          expect([...top.data()]).toEqual(expected.slice(0, k).map(({ value }) => value));
          expect([...indices.data()]).toEqual(expected.slice(0, k).map(({ at }) => at));
        }
        if (descending) return;
        for (let k = 1; k <= values.length; k++) {
          expect(x.kthvalue(k).values.item()).toEqual(expected[k - 1]!.value);
        }
      }),
    );
  });

  test("along any dimension, of any layout", () => {
    const x = tensor([
      [3, 1],
      [2, 4],
      [1, 5],
    ]);
    expect(x.sort(0).values.toArray()).toEqual([
      [1, 1],
      [2, 4],
      [3, 5],
    ]);
    expect(x.t().sort().indices.toArray()).toEqual([
      [2, 1, 0],
      [0, 1, 2],
    ]);
    expect(x.sort(-2).indices.dtype).toBe("int32");
    expect(x.to("int32").sort(1, { descending: true }).values.toArray()).toEqual([
      [3, 1],
      [4, 2],
      [5, 1],
    ]);
    expect(tensor([true, false]).sort().values.toArray()).toEqual([false, true]);
  });

  test("a single number, and none", () => {
    const { values, indices } = tensor(5).sort();
    expect([values.shape, values.item(), indices.item()]).toEqual([[], 5, 0]);
    expect(tensor(5).topk(1).values.shape).toEqual([]);
    expect(tensor(5).kthvalue(1).values.shape).toEqual([]);
    expect(zeros([0, 3]).sort(0).values.shape).toEqual([0, 3]);
    expect(zeros([2, 0]).sort(0).indices.shape).toEqual([2, 0]);
    expect(zeros([2, 3]).topk(0).values.shape).toEqual([2, 0]);
  });
});

describe("unique", () => {
  test("any line", () => {
    fc.assert(
      fc.property(line, (values) => {
        const order = sorted(values, false).map(({ value }) => value);
        // NaN equals nothing, so each of them counts.
        const different = order.filter((value, i) => i === 0 || value !== order[i - 1]);
        const options = { returnInverse: true, returnCounts: true };
        const [found, inverse, counts] = double(values).unique(options) as [Tensor, Tensor, Tensor];
        expect([...found.data()].map((x) => x + 0)).toEqual(different.map((x) => x + 0));
        expect([...found.take(inverse).data()].map((x) => x + 0)).toEqual(values.map((x) => x + 0));
        const occurrences = [...counts.data()];
        expect(occurrences).toEqual(
          different.map((one) =>
            Number.isNaN(one) ? 1 : values.filter((value) => value === one).length,
          ),
        );
      }),
    );
  });

  test("parts along a dimension", () => {
    const x = tensor([
      [2, 1, 2],
      [0, 5, 0],
    ]);
    const [columns, inverse, counts] = x.unique({
      dim: 1,
      returnInverse: true,
      returnCounts: true,
    }) as [Tensor, Tensor, Tensor];
    expect(columns.toArray()).toEqual([
      [1, 2],
      [5, 0],
    ]);
    expect([inverse.toArray(), counts.toArray()]).toEqual([
      [1, 0, 1],
      [1, 2],
    ]);
    expect(x.unique().toArray()).toEqual([0, 1, 2, 5]);
    expect(x.unique({ returnInverse: true })[1]!.shape).toEqual([2, 3]);
    expect(x.unique({ returnCounts: true })).toHaveLength(2);
    expect(zeros([0, 2]).unique({ dim: 0 }).shape).toEqual([0, 2]);
    expect(tensor([true, false, true]).unique().toArray()).toEqual([false, true]);
  });
});

describe("searchsorted and bucketize", () => {
  const sequence = [-1, 0, 0, 2, 2.5];
  const finite = fc.array(fc.constantFrom(-2, -1, -0.5, 0, 1, 2, 2.5, 3, Infinity), {
    maxLength: 6,
  });

  test.each([false, true])("any values, right %s", (right) => {
    fc.assert(
      fc.property(finite, (values) => {
        const expected = values.map(
          (value) => sequence.filter((one) => (right ? one <= value : one < value)).length,
        );
        const [x, boundaries] = [double(values), double(sequence)];
        expect([...boundaries.searchsorted(x, { right }).data()]).toEqual(expected);
        expect([...x.bucketize(boundaries, { right }).data()]).toEqual(expected);
        const side = right ? "right" : "left";
        const reverse = boundaries.flip(0);
        const sorter = reverse.argsort();
        expect([...reverse.searchsorted(x, { side, sorter }).data()]).toEqual(expected);
      }),
    );
  });

  test("each line in its own sequence, numbers, NaN and nothing", () => {
    const lines = tensor([
      [1, 3],
      [2, 9],
    ]);
    expect(
      lines
        .searchsorted(
          tensor([
            [2, 5],
            [2, 5],
          ]),
        )
        .toArray(),
    ).toEqual([
      [1, 2],
      [0, 1],
    ]);
    expect(searchsorted(tensor([1, 3]), 2).shape).toEqual([]);
    expect(searchsorted(tensor([1, 3]), tensor([NaN])).toArray()).toEqual([2]);
    expect(searchsorted(zeros([0]), tensor([1])).toArray()).toEqual([0]);
    expect(bucketize(zeros([2, 0]), tensor([1])).shape).toEqual([2, 0]);
    expect(bucketize(tensor(5), tensor([1, 9])).item()).toBe(1);
  });
});

test("bincount", () => {
  const x = tensor([3, 1, 3], { dtype: "int32" });
  expect(x.bincount().toArray()).toEqual([0, 1, 0, 2]);
  expect(x.bincount({ minlength: 6 }).toArray()).toEqual([0, 1, 0, 2, 0, 0]);
  const weighted = x.bincount({ weights: tensor([0.5, 2, 0.25]) });
  expect([weighted.dtype, weighted.toArray()]).toEqual(["float32", [0, 2, 0, 0.75]]);
  expect(x.bincount({ weights: x }).dtype).toBe("float64");
  expect(tensor([], { dtype: "int32" }).bincount().toArray()).toEqual([]);
});

describe("quantile", () => {
  /** What numpy's documentation says of the methods, for one share of sorted numbers. */
  const methods: Record<string, (low: number, high: number, share: number) => number> = {
    linear: (low, high, share) => low + (high - low) * share,
    lower: (low) => low,
    higher: (_low, high) => high,
    midpoint: (low, high) => (low + high) / 2,
    nearest: (low, high, share) => (share < 0.5 ? low : high),
  };
  const values = [5, 1, 4, 2, 8];
  const ranks = [1, 2, 4, 5, 8];

  test.each(Object.keys(methods))("%s", (name) => {
    const options = { interpolation: name } as QuantileOptions;
    for (const q of [0, 0.1, 0.4, 0.75, 0.9, 1]) {
      const place = q * 4;
      const [low, high] = [ranks[Math.floor(place)]!, ranks[Math.ceil(place)]!];
      const expected = methods[name]!(low, high, place - Math.floor(place));
      expect(double(values).quantile(q, options).item()).toBeCloseTo(expected, 12);
      const gaps = double([NaN, ...values, NaN]);
      expect(gaps.nanquantile(q, options).item()).toBeCloseTo(expected, 12);
      expect(gaps.quantile(q, options).item()).toBeNaN();
    }
  });

  test("nearest rounds halves to the even rank", () => {
    const x = double([0, 1, 2, 3]);
    const q = double([0.5 / 3, 1.5 / 3, 2.5 / 3]);
    expect(x.quantile(q, { interpolation: "nearest" }).toArray()).toEqual([0, 2, 2]);
  });

  test("several shares come first; only lines with NaN are NaN", () => {
    const x = tensor([
      [1, 2, 3],
      [4, NaN, 6],
    ]);
    expect(x.quantile(tensor([0, 0.5]), 1).toArray()).toEqual([
      [1, NaN],
      [2, NaN],
    ]);
    expect(x.nanquantile(0.5, 0, true).toArray()).toEqual([[2.5, 2, 4.5]]);
    expect(x.quantile(tensor([0.5]), null, true).shape).toEqual([1, 1, 1]);
    expect(x.quantile(0.5, 0).shape).toEqual([3]);
    expect(tensor([NaN, NaN]).nanquantile(0.5).item()).toBeNaN();
    expect(tensor(3).quantile(0.2, 0).item()).toBe(3);
  });
});

test("combinations", () => {
  const x = arange(5);
  const pairs = combinations(x).toArray() as number[][];
  expect(pairs).toHaveLength(10);
  expect(pairs.every(([a, b]) => a! < b!)).toBe(true);
  expect(new Set(pairs.map(String)).size).toBe(10);
  expect(combinations(x, 3, { withReplacement: true }).shape).toEqual([35, 3]);
  expect(combinations(arange(40), 39).shape).toEqual([40, 39]);
  expect([combinations(x, 6).shape, combinations(x, 0).shape]).toEqual([[0, 6], [0]]);
});

test("aminmax", () => {
  const x = tensor([
    [1, 5],
    [NaN, 3],
  ]);
  expect(String(Object.values(x.slice(0, 0, 1).aminmax()))).toBe("tensor(1.),tensor(5.)");
  expect(x.aminmax(1).max.toArray()).toEqual([5, NaN]);
  expect(x.aminmax(0, true).min.toArray()).toEqual([[NaN, 3]]);
});

test("refusals", () => {
  const x = tensor([3, 1, 2]);
  const cases = {
    "PyTorch's descending by place": () => x.sort(0, true as unknown as { stable: boolean }),
    "more than there are": () => x.topk(4),
    "a rank that is none": () => x.kthvalue(0),
    "unique parts that are empty": () => zeros([2, 0]).unique({ dim: 0 }),
    "a side that is none": () => x.searchsorted(x, { side: "middle" as "left" }),
    "both sides": () => x.searchsorted(x, { side: "left", right: true }),
    "values of another type": () => x.searchsorted(x.to("int32")),
    "lines that do not fit": () => zeros([2, 3]).searchsorted(zeros([3, 1])),
    "boundaries in a matrix": () => x.bucketize(zeros([2, 2])),
    "counting what is no integer": () => x.bincount(),
    "counting below 0": () => tensor([-1], { dtype: "int32" }).bincount(),
    "a share that is none": () => x.quantile(1.5),
    "quantiles of integers": () => x.to("int32").quantile(0.5),
    "quantiles of nothing": () => zeros([0]).quantile(0.5),
    "an interpolation that is none": () =>
      x.quantile(0.5, { interpolation: "cubic" } as unknown as QuantileOptions),
    "too many combinations": () => combinations(arange(100), 50),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    PyTorch's descending by place:
        ArgumentError: sort: true is given where options by name belong, in braces; its
        options are descending, stable.
    more than there are:
        ArgumentError: topk: there are no 4 elements in dimension 0 of shape [3]; k is an
        integer from 0 to 3.
    a rank that is none:
        ArgumentError: kthvalue: there is no element 0 of 3 in dimension 0; k is an integer
        from 1 to 3.
    unique parts that are empty:
        ShapeError: unique: the parts of shape [2, 0] along dimension 0 are empty; name the
        dimension of size 0, or leave dim out.
    a side that is none:
        ArgumentError: searchsorted: side is middle; use "left" or "right".
    both sides:
        ArgumentError: searchsorted: side is left where right is true; use "left" or
        "right".
    values of another type:
        DTypeError: searchsorted: values of type int32 in a sequence of type float32;
        convert them with x.to("float32").
    lines that do not fit:
        ShapeError: searchsorted: values of shape [3, 1] cannot be searched in a sequence of
        shape [2, 3]; give a vector, or sizes that are equal but for the last.
    boundaries in a matrix:
        ShapeError: bucketize: boundaries of shape [2, 2] are no vector; flatten them.
    counting what is no integer:
        DTypeError: bincount: a tensor of type float32 and shape [3] is no vector of
        integers; flatten it, and convert it to int32.
    counting below 0:
        ArgumentError: bincount: the integers, and minlength, must be 0 or more.
    a share that is none:
        ArgumentError: quantile: 1.5 is no share of the elements; give a number from 0 to 1,
        or a vector of them.
    quantiles of integers:
        DTypeError: quantile: it takes floats, and these elements are int32; convert first,
        for example x.to("float32").quantile().
    quantiles of nothing:
        IndexError: quantile: no elements have no quantiles.
    an interpolation that is none:
        ArgumentError: quantile: there is no interpolation cubic; use one of linear, lower,
        higher, nearest, midpoint.
    too many combinations:
        ShapeError: combinations: the shape [1.0089134454556422e+29, 50] has more than 2^31
        elements.
    "
  `);
});
