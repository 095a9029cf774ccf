// Differences, areas and distances by their definitions; what is at their edges; and what a user
// reads. Recorded by PyTorch: scripts/test/conformance.test.ts. Derivatives: position-cases.ts.

import { grad, tensor, trapezoid, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { expectClose, spread, toTensor } from "./arrays.js";
import { refusals } from "./refusals.js";

const numbers = (...shape: number[]): Tensor =>
  toTensor({
    shape,
    values: spread(
      shape.reduce((a, b) => a * b, 1),
      [-3, 3],
      shape.length,
    ),
  });

const norms: [order: number, norm: (differences: number[]) => number][] = [
  [0, (x) => x.filter((value) => value !== 0).length],
  [1, (x) => x.reduce((sum, value) => sum + Math.abs(value), 0)],
  [1.5, (x) => x.reduce((sum, value) => sum + Math.abs(value) ** 1.5, 0) ** (1 / 1.5)],
  [2, (x) => Math.hypot(...x)],
  [Infinity, (x) => Math.max(...x.map(Math.abs))],
];

describe.each(norms)("distances of order %s", (order, norm) => {
  const [a, b] = [numbers(2, 1, 3, 4), numbers(1, 3, 2, 4)];
  const rows = (x: Tensor): number[][] => x.reshape([-1, 4]).toArray() as number[][];

  test("cdist, batches broadcast", () => {
    const values = [0, 1].flatMap((i) =>
      [0, 1, 2].flatMap((j) =>
        rows(a.at(i, 0)).flatMap((p) =>
          rows(b.at(0, j)).map((q) => norm(p.map((value, k) => value - q[k]!))),
        ),
      ),
    );
    expectClose(a.cdist(b, order), { shape: [2, 3, 3, 2], values });
  });

  test("dist", () => {
    const [p, q] = [a.select(0, 0).flatten(), b.select(1, 2).flatten().slice(0, 0, 4)];
    const repeated = q.repeat([3]);
    const differences = [...p.data()].map((value, i) => value - repeated.data()[i]!);
    expectClose(p.dist(repeated, order), { shape: [], values: [norm(differences)] });
  });

  test("between equal points the gradient is 0", () => {
    const x = zeros([1, 3], { dtype: "float64", requiresGrad: true });
    const far = x.cdist(zeros([1, 3], { dtype: "float64" }), order).sum();
    // Of order 0 there is no gradient at all, so the way to x leads through another term.
    expect([...grad(far.add(x.sum()), [x])[0]!.data()]).toEqual([1, 1, 1]);
  });
});

test("renorm leaves what is short enough", () => {
  const x = tensor([
    [3, 4],
    [0.6, 0.8],
    [0, 0],
  ]);
  const short = x.renorm(2, 0, 2);
  expect(short.at(1).toArray()).toEqual(x.at(1).toArray());
  expect(short.at(2).toArray()).toEqual([0, 0]);
  expect(short.at(0).norm().item()).toBeCloseTo(2, 5);
  expect(x.renorm(Infinity, -1, 1).abs().amax(0).toArray()).toEqual([1, 1]);
});

describe("diff", () => {
  test.each<[string, Tensor, unknown]>([
    ["of integers", tensor([1, 5, 2], { dtype: "int32" }).diff(), [4, -3]],
    ["of truth values", tensor([true, true, false]).diff(), [false, true]],
    ["none", tensor([1, 5]).diff(0), [1, 5]],
    ["more than there are", tensor([1, 5]).diff(7), []],
    [
      "with neighbours",
      tensor([5]).diff(1, 0, { prepend: tensor([1]), append: tensor([9, 9]) }),
      [4, 4, 0],
    ],
    ["of a column", tensor([[1], [4]]).diff(1, -2), [[3]]],
  ])("%s", (_name, found, expected) => {
    expect(found.toArray()).toEqual(expected);
  });

  test("no differences are a copy", () => {
    const x = tensor([1, 2]);
    x.diff(0).zero_();
    expect(x.toArray()).toEqual([1, 2]);
  });
});

describe("trapezoid", () => {
  const y = tensor([
    [1, 2, 4],
    [3, 3, 3],
  ]);
  test.each<[string, Tensor, unknown]>([
    ["unit steps", y.trapezoid(), [4.5, 6]],
    ["other steps", y.trapezoid({ dx: 0.5 }), [2.25, 3]],
    ["another dimension", y.trapezoid({ dim: 0 }), [2, 2.5, 3.5]],
    ["at places", y.trapezoid(tensor([0, 1, 3])), [7.5, 9]],
    ["at places of each line", y.trapezoid(y), [7.5, 0]],
    ["at places down the columns", y.trapezoid(tensor([1, 4]), { dim: 0 }), [6, 7.5, 10.5]],
    ["as a function, without places", trapezoid(y, null, { dx: 2 }), [9, 12]],
    ["of one point", tensor([5]).trapezoid(), 0],
    ["of none", zeros([2, 0]).trapezoid(), [0, 0]],
    [
      "so far",
      y.cumulativeTrapezoid(),
      [
        [1.5, 4.5],
        [3, 6],
      ],
    ],
    ["so far, of integers", y.to("int32").cumulativeTrapezoid({ dim: 0 }), [[2, 2.5, 3.5]]],
  ])("%s", (_name, found, expected) => {
    expect(found.toArray()).toEqual(expected);
  });
});

test("refusals", () => {
  const x = tensor([1, 2, 3]);
  const cases = {
    "differences of a number": () => tensor(1).diff(),
    "fewer than no differences": () => x.diff(-1),
    "places and a step": () => x.trapezoid(x, { dx: 2 }),
    "areas under a number": () => tensor(1).trapezoid(),
    "places of another size": () => x.trapezoid(tensor([1, 2])),
    "points of another size": () => zeros([2, 3]).cdist(zeros([2, 2])),
    "points that are none": () => x.cdist(x),
    "sets that do not broadcast": () => zeros([2, 2, 3]).cdist(zeros([3, 2, 3])),
    "an order below 0": () => zeros([2, 3]).cdist(zeros([2, 3]), -1),
    "renorm of a vector": () => x.renorm(2, 0, 1),
    "renorm of integers": () => zeros([2, 2], { dtype: "int32" }).renorm(2, 0, 1),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    differences of a number:
        ArgumentError: diff: 1 differences of a tensor of shape []: give an integer, 0 or
        more, and a tensor with neighbours, of one dimension or more.
    fewer than no differences:
        ArgumentError: diff: -1 differences of a tensor of shape [3]: give an integer, 0 or
        more, and a tensor with neighbours, of one dimension or more.
    places and a step:
        ArgumentError: trapezoid: a tensor of shape [3], x and dx: give one dimension or
        more, and either x or { dx }.
    areas under a number:
        ArgumentError: trapezoid: a tensor of shape []: give one dimension or more, and
        either x or { dx }.
    places of another size:
        ShapeError: trapezoid: places of shape [2] for points of shape [3]: give one for
        each point of dimension 0.
    points of another size:
        ShapeError: cdist: [2, 3] and [2, 2]: give two sets of points of one size, one point
        a row.
    points that are none:
        ShapeError: cdist: [3] and [3]: give two sets of points of one size, one point a
        row.
    sets that do not broadcast:
        ShapeError: cdist: shapes [2] and [3] do not broadcast: counted from the last
        dimension, dimension -1 is 2 in one and 3 in the other. Sizes must be equal or 1;
        reshape one of them, for example with unsqueeze or reshape.
    an order below 0:
        ArgumentError: cdist: the order is -1; use a number, 0 or more.
    renorm of a vector:
        ArgumentError: renorm: order 2, norm 1, shape [3]: give an order above 0, a norm of
        0 or more, and a tensor of two dimensions or more.
    renorm of integers:
        DTypeError: renorm: it takes floats, and these elements are int32; convert first,
        for example x.to("float32").renorm().
    "
  `);
});
