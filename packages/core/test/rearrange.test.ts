// Every rearrangement against plain arrays: where each element of the result comes from, by its
// index, and whether the result shares its elements with the tensor it was made from. Derivatives:
// structure-cases.ts. Random chains of views: views.test.ts.

import { arange, InPlaceError, ShapeError, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { indicesOf, sizeOf, stridesOf } from "./arrays.js";

/** Where an element of the result comes from; a number where it is new. */
type Source = (...index: number[]) => number[] | number;
type Case = [
  name: string,
  run: (x: Tensor) => Tensor,
  from: number[],
  to: number[],
  source: Source,
];

/** A tensor whose elements are 1, 2, 3, ... */
const counted = (shape: readonly number[]): Tensor =>
  arange(1, sizeOf(shape) + 1, 1, { dtype: "float64" })
    .reshape(shape)
    .clone();

function expectMoved(result: Tensor, [, , from, to, source]: Case): void {
  const strides = stridesOf(from);
  const expected = indicesOf(to).map((index) => {
    const place = source(...index);
    if (typeof place === "number") return place;
    return place.reduce((at, i, dim) => at + i * strides[dim]!, 1);
  });
  expect(result.shape).toEqual(to);
  expect([...result.data()]).toEqual(expected);
}

/** The index of a number of elements counted row by row. */
const unravel = (at: number, shape: readonly number[]): number[] =>
  stridesOf(shape).map((step, dim) => Math.floor(at / step) % shape[dim]!);

const views: Case[] = [
  ["view", (x) => x.view([3, -1]), [2, 3], [3, 2], (i, j) => unravel(2 * i + j, [2, 3])],
  ["viewAs", (x) => x.viewAs(zeros([6])), [2, 3], [6], (i) => unravel(i, [2, 3])],
  ["reshapeAs", (x) => x.reshapeAs(zeros([6])), [2, 3], [6], (i) => unravel(i, [2, 3])],
  ["expandAs", (x) => x.expandAs(zeros([2, 3])), [3], [2, 3], (_, j) => [j]],
  ["broadcastTo", (x) => x.broadcastTo([2, 3]), [2, 1], [2, 3], (i) => [i, 0]],
  ["narrow", (x) => x.narrow(-1, 1, 2), [2, 4], [2, 2], (i, j) => [i, j + 1]],
  ["narrow from the end", (x) => x.narrow(0, -2, 2), [5], [2], (i) => [i + 3]],
  ["narrow by a tensor", (x) => x.narrow(0, tensor(1), 2), [5], [2], (i) => [i + 1]],
  ["unflatten", (x) => x.unflatten(-1, [-1, 2]), [3, 4], [3, 2, 2], (i, j, k) => [i, 2 * j + k]],
  ["movedim", (x) => x.movedim(0, -1), [2, 3, 4], [3, 4, 2], (i, j, k) => [k, i, j]],
  [
    "movedim of two",
    (x) => x.movedim([0, 1], [2, 0]),
    [2, 3, 4],
    [3, 4, 2],
    (i, j, k) => [k, i, j],
  ],
  ["swapaxes", (x) => x.swapaxes(0, -1), [2, 3, 4], [4, 3, 2], (i, j, k) => [k, j, i]],
  ["swapdims", (x) => x.swapdims(0, 1), [2, 3], [3, 2], (i, j) => [j, i]],
  ["t of a matrix", (x) => x.t(), [2, 3], [3, 2], (i, j) => [j, i]],
  ["t of a vector", (x) => x.t(), [3], [3], (i) => [i]],
  ["T", (x) => x.T, [2, 3, 4], [4, 3, 2], (i, j, k) => [k, j, i]],
  ["mT", (x) => x.mT, [2, 3, 4], [2, 4, 3], (i, j, k) => [i, k, j]],
  ["ravel", (x) => x.ravel(), [2, 3], [6], (i) => unravel(i, [2, 3])],
  ["atLeast1d", (x) => x.atLeast1d(), [], [1], () => []],
  ["atLeast2d", (x) => x.atLeast2d(), [3], [1, 3], (_, j) => [j]],
  ["atLeast3d of a vector", (x) => x.atLeast3d(), [3], [1, 3, 1], (_, j) => [j]],
  ["atLeast3d of a matrix", (x) => x.atLeast3d(), [2, 3], [2, 3, 1], (i, j) => [i, j]],
  ["squeeze of several", (x) => x.squeeze([0, -1]), [1, 2, 1], [2], (i) => [0, i, 0]],
  ["squeeze of none", (x) => x.squeeze([]), [1, 2], [1, 2], (i, j) => [i, j]],
  ["diagonal", (x) => x.diagonal(), [3, 4], [3], (i) => [i, i]],
  ["diagonal above", (x) => x.diagonal(2), [3, 4], [2], (i) => [i, i + 2]],
  ["diagonal below", (x) => x.diagonal(-2), [3, 4], [1], (i) => [i + 2, i]],
  ["diagonal of a cube", (x) => x.diagonal(1, 2, 0), [3, 2, 2], [2, 2], (i, k) => [k + 1, i, k]],
  ["diagonal outside", (x) => x.diagonal(9), [3, 4], [0], () => 0],
  ["unfold without overlap", (x) => x.unfold(0, 2, 3), [5], [2, 2], (i, j) => [3 * i + j]],
];

const copies: Case[] = [
  ["unfold", (x) => x.unfold(1, 2, 1).clone(), [2, 3], [2, 2, 2], (i, j, k) => [i, j + k]],
  ["flip", (x) => x.flip([0, -1]), [2, 3], [2, 3], (i, j) => [1 - i, 2 - j]],
  ["flip of a flipped column", (x) => x.t().flip(0), [2, 3], [3, 2], (i, j) => [j, 2 - i]],
  ["flip of nothing", (x) => x.flip([]), [2], [2], (i) => [i]],
  ["fliplr", (x) => x.fliplr(), [2, 3], [2, 3], (i, j) => [i, 2 - j]],
  ["flipud", (x) => x.flipud(), [2, 3], [2, 3], (i, j) => [1 - i, j]],
  ["roll", (x) => x.roll(4, 1), [2, 3], [2, 3], (i, j) => [i, (j + 2) % 3]],
  [
    "roll back, twice",
    (x) => x.roll([-1, 1], [1, 0]),
    [2, 3],
    [2, 3],
    (i, j) => [1 - i, (j + 1) % 3],
  ],
  ["roll of all", (x) => x.roll(1), [2, 3], [2, 3], (i, j) => unravel((3 * i + j + 5) % 6, [2, 3])],
  ["rot90", (x) => x.rot90(), [2, 3], [3, 2], (i, j) => [j, 2 - i]],
  ["rot90 the other way", (x) => x.rot90(3), [2, 3], [3, 2], (i, j) => [1 - j, i]],
  ["rot90 twice", (x) => x.rot90(-2), [2, 3], [2, 3], (i, j) => [1 - i, 2 - j]],
  ["rot90 in a plane", (x) => x.rot90(1, [1, 2]), [2, 2, 3], [2, 3, 2], (n, i, j) => [n, j, 2 - i]],
  ["repeat", (x) => x.repeat([2, 2]), [3], [2, 6], (_, j) => [j % 3]],
  ["repeat by 0", (x) => x.repeat([0]), [3], [0], () => 0],
  ["tile", (x) => x.tile([2]), [2, 2], [2, 4], (i, j) => [i, j % 2]],
  ["repeatInterleave", (x) => x.repeatInterleave(2, 1), [2, 2], [2, 4], (i, j) => [i, j >> 1]],
  [
    "repeatInterleave of all",
    (x) => x.repeatInterleave(2),
    [2, 2],
    [8],
    (i) => unravel(i >> 1, [2, 2]),
  ],
  [
    "repeatInterleave, uneven",
    (x) => x.repeatInterleave(tensor([2, 0, 1]), 0),
    [3],
    [3],
    (i) => [[0, 0, 2][i]!],
  ],
  ["triu", (x) => x.triu(), [2, 3], [2, 3], (i, j) => (j >= i ? [i, j] : 0)],
  ["triu below", (x) => x.triu(-1), [3, 3], [3, 3], (i, j) => (j >= i - 1 ? [i, j] : 0)],
  [
    "tril of a batch",
    (x) => x.tril(1),
    [2, 2, 3],
    [2, 2, 3],
    (n, i, j) => (j <= i + 1 ? [n, i, j] : 0),
  ],
  ["diag of a vector", (x) => x.diag(1), [2], [3, 3], (i, j) => (j === i + 1 ? [i] : 0)],
  ["diag of a matrix", (x) => x.diag(-1), [3, 3], [2], (i) => [i + 1, i]],
  [
    "diagEmbed",
    (x) => x.diagEmbed(-1, 0, 2),
    [2, 2],
    [3, 2, 3],
    (i, n, j) => (i === j + 1 ? [n, j] : 0),
  ],
  ["diagflat", (x) => x.diagflat(), [1, 2], [2, 2], (i, j) => (i === j ? [0, i] : 0)],
  ["pad", (x) => x.pad([1, 2]), [2], [5], (i) => (i > 0 && i < 3 ? [i - 1] : 0)],
  [
    "pad with a value",
    (x) => x.pad([0, 1, 1, 0], { value: 7 }),
    [1, 2],
    [2, 3],
    (i, j) => (i === 1 && j < 2 ? [0, j] : 7),
  ],
  ["pad that takes away", (x) => x.pad([-1, 1]), [3], [3], (i) => (i < 2 ? [i + 1] : 0)],
  [
    "pad, reflect",
    (x) => x.pad([2, 1], { mode: "reflect" }),
    [3],
    [6],
    (i) => [[2, 1, 0, 1, 2, 1][i]!],
  ],
  [
    "pad, replicate",
    (x) => x.pad([2, 1], { mode: "replicate" }),
    [3],
    [6],
    (i) => [[0, 0, 0, 1, 2, 2][i]!],
  ],
  [
    "pad, circular",
    (x) => x.pad([2, 1], { mode: "circular" }),
    [3],
    [6],
    (i) => [[1, 2, 0, 1, 2, 0][i]!],
  ],
  [
    "maskedFill",
    (x) => x.maskedFill(tensor([true, false]), 9),
    [2, 2],
    [2, 2],
    (i, j) => (j === 0 ? 9 : [i, j]),
  ],
];

describe("values", () => {
  test.each([...views, ...copies])("%s", (...row) => {
    expectMoved(row[1](counted(row[2])), row);
  });

  test.each([...views, ...copies])("%s, of elements that do not lie in a row", (...row) => {
    const [, run, from] = row;
    const layered = counted(from)
      .unsqueeze(-1)
      .expand([...from, 2])
      .clone();
    expectMoved(run(layered.select(-1, 1)), row);
  });

  test("a view that only a copy could give is refused", () => {
    expect(() => counted([2, 3]).t().view([6])).toThrow(ShapeError);
    expect(() => counted([2, 3]).t().view([6])).toThrow("use x.reshape([6]), which copies them");
  });
});

describe("whose elements they are", () => {
  test.each(views.filter(([, , , to]) => sizeOf(to) > 0))("%s is a view", (_name, run, from) => {
    const x = counted(from);
    const view = run(x);
    x.mul_(-1);
    expect([...view.data()].every((value) => value < 0)).toBe(true);
    // What repeats elements cannot be written to.
    if (sizeOf(view.shape) > sizeOf(from)) view.narrow(0, 0, 1).narrow(-1, 0, 1).zero_();
    else view.zero_();
    const zeros = [...x.data()].filter((value) => value === 0).length;
    expect(zeros).toBe(sizeOf(view.shape) > sizeOf(from) ? 1 : sizeOf(view.shape));
  });

  test.each(copies)("%s is a copy", (_name, run, from) => {
    const x = counted(from);
    const before = [...x.data()];
    run(x).fill_(0);
    expect([...x.data()]).toEqual(before);
  });

  test("windows that overlap, and repeated elements, cannot be written to", () => {
    expect(() => counted([5]).unfold(0, 3, 1).fill_(0)).toThrow(InPlaceError);
    expect(() => counted([3]).broadcastTo([2, 3]).zero_()).toThrow(InPlaceError);
  });

  test.each([
    ["a diagonal of a cube", (x: Tensor) => x.diagonal(0, 0, 2)],
    ["two diagonals", (x: Tensor) => x.reshape([2, 2, 3, 1]).diagonal(0, 0, 2).diagonal()],
    ["every second of a transposed slice", (x: Tensor) => x.transpose(0, 2).slice(1, 0, 2, 2)],
  ])("%s can be written to", (_name, run) => {
    const x = counted([2, 3, 2]);
    const part = run(x).fill_(0);
    expect([...x.data()].filter((value) => value === 0)).toHaveLength(part.numel());
  });
});

describe("element types stay", () => {
  const runs: [string, (x: Tensor) => Tensor][] = [
    ["triu", (x) => x.triu()],
    ["pad", (x) => x.pad([1, 1])],
    ["diagEmbed", (x) => x.diagEmbed()],
    ["maskedFill", (x) => x.maskedFill(tensor(true), 1)],
    ["fill_", (x) => x.clone().fill_(1)],
    ["flip", (x) => x.flip(0)],
    ["roll", (x) => x.roll(1)],
  ];
  test.each(runs)("%s", (_name, run) => {
    for (const dtype of ["float32", "float64", "int32", "bool"] as const) {
      expect(run(zeros([2, 2], { dtype })).dtype).toBe(dtype);
    }
  });
});
