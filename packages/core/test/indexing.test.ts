// Indexing: at() reads and setAt() writes exactly the elements that an index names. What an index
// names is worked out a second time on plain arrays (indexing-cases.ts). What PyTorch gives:
// scripts/test/conformance.test.ts. Views and what they share: views.test.ts.

import {
  arange,
  gradcheck,
  hessian,
  InPlaceError,
  NablaError,
  ShapeError,
  slice,
  tensor,
  zeros,
} from "@nabla/core";
import type { DType, Index, NestedArray, Tensor } from "@nabla/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { at, indicesOf, sizeOf, toTensor } from "./arrays.js";
import { drawCase, named, show } from "./indexing-cases.js";
import { refusals } from "./refusals.js";

const T = (data: NestedArray): Tensor => tensor(data, { dtype: "float64" });
const leaf = (data: NestedArray): Tensor => T(data).requiresGrad_();
const whole = (data: NestedArray): Tensor => tensor(data, { dtype: "int32" });
const counting = (...shape: number[]): Tensor =>
  arange(0, sizeOf(shape), 1, { dtype: "float64" }).reshape(shape);

describe("any index", () => {
  test("names the elements it should", () => {
    fc.assert(
      fc.property(fc.gen(), (g) => {
        const one = drawCase(g);
        const expected = named(one);
        const found = counting(...one.shape).at(...one.index);
        const index = show(one.index);
        expect({ index, shape: found.shape, values: [...found.data()] }).toEqual({
          index,
          ...expected,
        });
      }),
      // Drawn cases shrink slowly, and are small as they are.
      { numRuns: 600, endOnFailure: true },
    );
  });

  test("is written to, and nothing else is", () => {
    fc.assert(
      fc.property(fc.gen(), (g) => {
        const one = drawCase(g);
        const { shape, values: places } = named(one);
        const size = sizeOf(one.shape);
        // The tensor is a view of another, whose dimensions are the other way round.
        const order = one.shape.map((_, dim) => one.shape.length - 1 - dim);
        const owner = counting(...one.shape)
          .permute(order)
          .contiguous()
          .clone();
        const x = owner.permute(order);
        const dropped = g(fc.integer, { min: 0, max: shape.length });
        const single = g(fc.boolean) ? 1 : 0;
        const valueShape = shape.slice(dropped).map((n, i) => (i === 0 && single ? 1 : n));
        const values = Array.from({ length: sizeOf(valueShape) }, (_, i) => 1000 + i);
        const value = { shape: valueShape, values };
        const written = new Map<number, number[]>();
        indicesOf(shape).forEach((element, i) => {
          const before = written.get(places[i]!) ?? [];
          written.set(places[i]!, [...before, at(value, element)]);
        });
        expect(x.setAt(one.index, toTensor(value))).toBe(x);
        const found = [...owner.permute(order).data()];
        expect(found).toEqual([...x.data()]);
        expect(found).toHaveLength(size);
        found.forEach((element, i) => {
          expect(written.get(i) ?? [i], `${show(one.index)}, element ${i}`).toContain(element);
        });
      }),
      // Drawn cases shrink slowly, and are small as they are.
      { numRuns: 600, endOnFailure: true },
    );
  });
});

const cube = counting(2, 3, 4);

/** Results small enough to be read. */
const readable: [name: string, found: () => Tensor, expected: unknown][] = [
  ["a position of each dimension", () => cube.at(1, 2, 3), 23],
  ["positions from the end", () => cube.at(-1, -3, -4), 12],
  ["a number between lists", () => cube.at([0, 1], 1, [2, 3]), [6, 19]],
  [
    "lists apart come first",
    () => cube.at([0, 1], slice(1), [2, 3]),
    [
      [6, 10],
      [19, 23],
    ],
  ],
  ["a true value alone", () => T([1, 2]).at(true), [[1, 2]]],
  ["a false value alone", () => T([1, 2]).at(false), []],
  ["a mask of all", () => cube.at(cube.gt(20)), [21, 22, 23]],
  ["an empty list", () => cube.at(0, [], 1), []],
  ["nothing", () => T([1, 2]).at(), [1, 2]],
  ["an ellipsis for nothing", () => T([1, 2]).at(0, "..."), 1],
  ["a new dimension of a number", () => T(5).at(null, "...", null), [[5]]],
  ["a mask without dimensions", () => T(5).at(tensor(true)), [5]],
];

describe("reading", () => {
  test.each(readable)("%s", (_, found, expected) => {
    expect(found().toArray()).toEqual(expected);
  });

  test("without positions it is a view, with them a copy", () => {
    const x = counting(2, 3);
    x.at(0, slice(1)).fill_(9);
    expect(x.toArray()).toEqual([
      [0, 9, 9],
      [3, 4, 5],
    ]);
    x.at([0, 1]).fill_(7);
    expect(x.toArray()).toEqual([
      [0, 9, 9],
      [3, 4, 5],
    ]);
  });

  test.each(["float32", "float64", "int32", "bool"] satisfies DType[])("keeps %s", (dtype) => {
    const x = tensor([0, 1, 1], { dtype: "int32" }).to(dtype);
    for (const part of [x.at(0), x.at(slice(1)), x.at([2, 0]), x.at([true, false, true])]) {
      expect(part.dtype).toBe(dtype);
    }
    expect([...x.at([2, 0]).data()]).toEqual([1, 0]);
  });

  test("positions are those of the moment of the call", () => {
    const positions = whole([0, 1]);
    const x = T([5, 6, 7]);
    const found = x.at(positions);
    positions.fill_(2);
    x.fill_(0);
    expect(found.toArray()).toEqual([5, 6]);
  });
});

describe("writing", () => {
  test("of several values for one position one stays", () => {
    const x = T([0, 0, 0]).setAt([[1, 1, 2]], T([5, 6, 7]));
    const [first, second, third] = x.data();
    expect([first, third]).toEqual([0, 7]);
    expect([5, 6]).toContain(second);
  });

  test("values that lie in the tensor itself are read before", () => {
    const x = T([1, 2, 3, 4]);
    x.setAt([slice(1)], x.at(slice(null, -1)));
    expect(x.toArray()).toEqual([1, 1, 2, 3]);
    x.setAt([[3, 2, 1, 0]], x);
    expect(x.toArray()).toEqual([3, 2, 1, 1]);
  });

  test("a mask made of the tensor", () => {
    const x = T([3, -1, 2, -5]);
    x.setAt([x.lt(0)], 0);
    expect(x.toArray()).toEqual([3, 0, 2, 0]);
  });

  test("takes the type of the tensor", () => {
    const x = zeros([3]).setAt([[0, 2]], T([0.1, 0.2]));
    expect(x.dtype).toBe("float32");
    expect([...x.data()]).toEqual([0.1, 0, 0.2].map(Math.fround));
    expect([
      ...tensor([false, false])
        .setAt([[1]], true)
        .data(),
    ]).toEqual([0, 1]);
  });

  test("a view of a view shows it everywhere", () => {
    const owner = counting(3, 4);
    const rows = owner.at(slice(1));
    rows.at("...", slice(null, null, 2)).setAt(
      [
        [1, 0],
        [0, 1],
      ],
      T([-1, -2]),
    );
    expect(rows.toArray()).toEqual([
      [4, 5, -2, 7],
      [-1, 9, 10, 11],
    ]);
    expect(owner.at(slice(1)).toArray()).toEqual(rows.toArray());
    expect(owner.at(0).toArray()).toEqual([0, 1, 2, 3]);
  });
});

/** Indices of a cube of 2 by 3 by 4 that name no element twice. */
const indices: [name: string, index: Index[]][] = [
  ["a number", [1]],
  ["slices", [slice(), slice(1), slice(null, null, 2)]],
  ["a new dimension", [null, 0, "...", null]],
  ["a list", [slice(), [2, 0]]],
  [
    "neighbours",
    [
      [1, 0],
      [2, -1],
    ],
  ],
  ["lists apart", [[1, 0], slice(), [2, -1]]],
  [
    "positions in two dimensions",
    [
      "...",
      whole([
        [3, 1],
        [0, -2],
      ]),
    ],
  ],
  ["a mask", [slice(), [true, false, true]]],
  ["a mask of all", [counting(2, 3, 4).remainder(5).gt(2)]],
  [
    "a mask and a list",
    [
      tensor([
        [true, false, false],
        [false, true, true],
      ]),
      [3, 1, 0],
    ],
  ],
  ["an empty list", [[]]],
];

describe("derivatives", () => {
  const leafCube = (): Tensor => cube.mul(0.1).sin().detach().requiresGrad_();

  test.each(indices)("of reading: %s", (_, index) => {
    expect(gradcheck((x) => x.at(...index).square(), [leafCube()])).toBe(true);
  });

  test.each(indices)("of writing: %s", (_, index) => {
    const part = leafCube().at(...index);
    const value = part.detach().mul(3).add(1).requiresGrad_();
    const one = leaf(0.7);
    const write = (x: Tensor, v: Tensor): Tensor =>
      x.mul(2).setAt(index, v.mul(3)).square().mul(cube.add(1));
    expect(gradcheck(write, [leafCube(), value])).toBe(true);
    expect(gradcheck(write, [leafCube(), one])).toBe(true);
  });

  test("of a position that is read twice add up", () => {
    const x = leaf([1, 2, 3]);
    x.at([1, 1, -2, 0])
      .mul(T([1, 10, 100, 1000]))
      .sum()
      .backward();
    expect(x.grad?.toArray()).toEqual([1000, 111, 0]);
  });

  test("can be differentiated again", () => {
    const run = (x: Tensor): Tensor => {
      const written = x.clone().setAt([[2]], x.at([0]));
      return x.at([1, 1, 0]).pow(3).sum().add(written.square().sum());
    };
    expect(hessian(run, T([1, 2, 3])).toArray()).toEqual([
      [10, 0, 0],
      [0, 26, 0],
      [0, 0, 0],
    ]);
  });

  test("a leaf is not written to", () => {
    const x = leaf([1, 2]);
    expect(() => x.setAt([[0]], 5)).toThrow(InPlaceError);
    expect(() => x.setAt([0], 5)).toThrow(InPlaceError);
    expect(x.toArray()).toEqual([1, 2]);
  });
});

test("what cannot be indexed is said, and nothing is written", () => {
  const x = counting(2, 3);
  const before = x.toArray();
  const messages = refusals({
    "a position too large": () => x.at(0, 3),
    "a position too small": () => x.at(-3),
    "in a list": () => x.at(slice(), [0, -4]),
    "in a tensor": () => x.at(whole([[0], [2]])),
    "of a dimension without elements": () => zeros([0, 2]).at([0]),
    "a fraction": () => x.at(0.5),
    "not a number": () => x.at(Number.NaN),
    "a tensor of floats": () => x.at(T([0, 1])),
    "too many": () => x.at(0, 0, 0),
    "too many beside an ellipsis": () => x.at(0, "...", 0, 0),
    "two ellipses": () => x.at("...", "..."),
    "a mask of another length": () => x.at([true, false, true]),
    "a mask of another shape": () =>
      x.at(
        tensor([
          [true, false],
          [false, true],
        ]),
      ),
    "a mask of too many dimensions": () => x.at(tensor([[[true]]])),
    "positions that do not broadcast": () => x.at([0, 1], [0, 1, 2]),
    "a step of nothing": () => x.at(slice(0, 2, 0)),
    "a step backwards": () => x.at(slice(null, null, -1)),
    "a slice of fractions": () => slice(0.5),
    "a slice of nothing known": () => slice(Number.NaN),
    "writing outside": () => x.setAt([[0, 2]], 5),
    "writing outside, a number": () => x.setAt([0, 7], 5),
    "writing a value of another shape": () => x.setAt([[0, 1]], T([1, 2])),
    "writing a value of too many dimensions": () => x.setAt([[0]], zeros([2, 1, 3])),
    "writing without a list": () => x.setAt(0 as never, 5),
    "writing to what repeats": () =>
      T([[1], [2]])
        .expand([2, 3])
        .setAt([0], 5),
    "writing a word": () => x.setAt([0], "five" as never),
  });
  expect(messages).toMatchInlineSnapshot(`
    "
    a position too large:
        IndexError: at: index 3 is out of range for dimension 1, which has size 3; use an
        integer from -3 to 2.
    a position too small:
        IndexError: at: index -3 is out of range for dimension 0, which has size 2; use an
        integer from -2 to 1.
    in a list:
        IndexError: at: index -4 is out of range for dimension 1, which has size 3; use an
        integer from -3 to 2.
    in a tensor:
        IndexError: at: index 2 is out of range for dimension 0, which has size 2; use an
        integer from -2 to 1.
    of a dimension without elements:
        IndexError: at: index 0 is out of range for dimension 0, which has size 0 and so no
        elements.
    a fraction:
        IndexError: at: index 0.5 is out of range for dimension 0, which has size 2; use an
        integer from -2 to 1.
    not a number:
        IndexError: at: index NaN is out of range for dimension 0, which has size 2; use an
        integer from -2 to 1.
    a tensor of floats:
        IndexError: at: a tensor of type float64 is no index; positions are int32, masks
        bool: convert with i.to("int32").
    too many:
        IndexError: at: 3 dimensions are indexed, and a tensor of shape [2, 3] has 2; name
        each at most once, and "..." at most once.
    too many beside an ellipsis:
        IndexError: at: 3 dimensions are indexed beside "...", and a tensor of shape [2, 3]
        has 2; name each at most once, and "..." at most once.
    two ellipses:
        IndexError: at: 0 dimensions are indexed beside "...", and a tensor of shape [2, 3]
        has 2; name each at most once, and "..." at most once.
    a mask of another length:
        IndexError: at: a mask of shape [3] does not fit the dimensions it indexes, of sizes
        [2]; make them equal.
    a mask of another shape:
        IndexError: at: a mask of shape [2, 2] does not fit the dimensions it indexes, of
        sizes [2, 3]; make them equal.
    a mask of too many dimensions:
        IndexError: at: 3 dimensions are indexed, and a tensor of shape [2, 3] has 2; name
        each at most once, and "..." at most once.
    positions that do not broadcast:
        ShapeError: at: shapes [2] and [3] do not broadcast: counted from the last
        dimension, dimension -1 is 2 in one and 3 in the other. Sizes must be equal or 1;
        reshape one of them, for example with unsqueeze or reshape.
    a step of nothing:
        ArgumentError: slice: the step is 0; it must be an integer, 1 or more.
    a step backwards:
        ArgumentError: slice: the step is -1; it must be an integer, 1 or more.
    a slice of fractions:
        ArgumentError: slice: 0.5 is no position; use integers or null, for example slice(1,
        3).
    a slice of nothing known:
        ArgumentError: slice: NaN is no position; use integers or null, for example slice(1,
        3).
    writing outside:
        IndexError: setAt: index 2 is out of range for dimension 0, which has size 2; use an
        integer from -2 to 1.
    writing outside, a number:
        IndexError: setAt: index 7 is out of range for dimension 1, which has size 3; use an
        integer from -3 to 2.
    writing a value of another shape:
        ShapeError: setAt: a value of shape [2] does not fit the part that is indexed, of
        shape [2, 3]; give a number, or a tensor that broadcasts to it.
    writing a value of too many dimensions:
        ShapeError: setAt: a value of shape [2, 1, 3] does not fit the part that is indexed,
        of shape [1, 3]; give a number, or a tensor that broadcasts to it.
    writing without a list:
        ArgumentError: setAt: the index must come in a list, for example x.setAt([0,
        slice(1)], 5).
    writing to what repeats:
        InPlaceError: setAt: several elements of this view are one in memory, so it cannot
        be written to; write to a copy: x.clone().setAt(...).
    writing a word:
        ArgumentError: tensor: at depth 0 there is "five" where a number is needed; give
        numbers or booleans, in arrays or typed arrays of them.
    "
  `);
  expect(() => x.at("all" as "...")).toThrow(NablaError);
  expect(() => x.setAt([0], T([1, 2]))).toThrow(ShapeError);
  expect(x.toArray()).toEqual(before);
});
