// Sums of products against their definition: a loop over all letters. Any equation, then the
// notation piece by piece, then what is refused. Derivatives: position-cases.ts.

import { arange, einsum, ones, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { at, indicesOf, sizeOf } from "./arrays.js";
import { refusals } from "./refusals.js";

const numbers = (...shape: number[]): Tensor =>
  arange(1, sizeOf(shape) + 1, 1, { dtype: "float64" }).reshape(shape);

/** By the definition; terms are lists of letters, sizes of 1 broadcast. */
function summed(terms: readonly string[], result: string, tensors: readonly Tensor[]): number[] {
  const sizes = new Map<string, number>();
  terms.forEach((term, i) => {
    term.split("").forEach((name, dim) => {
      sizes.set(name, Math.max(sizes.get(name) ?? 1, tensors[i]!.shape[dim]!));
    });
  });
  const names = [...sizes.keys()];
  const shape = result.split("").map((name) => sizes.get(name)!);
  const sums = new Map(indicesOf(shape).map((index) => [String(index), 0]));
  const arrays = tensors.map((x) => ({ shape: x.shape, values: [...x.data()] }));
  for (const index of indicesOf(names.map((name) => sizes.get(name)!))) {
    const of = (term: string): number[] =>
      term.split("").map((name) => index[names.indexOf(name)]!);
    const product = terms.reduce((total, term, i) => total * at(arrays[i]!, of(term)), 1);
    const key = String(of(result));
    sums.set(key, sums.get(key)! + product);
  }
  return [...sums.values()];
}

/** Terms over few letters, each letter of one size or, where it broadcasts, 1. */
const drawn = fc.gen().map((g) => {
  const letters = "abC";
  const size = Object.fromEntries(
    letters.split("").map((name) => [name, g(fc.integer, { min: 1, max: 3 })]),
  );
  const terms = g(fc.array, fc.array(fc.constantFrom(...letters.split("")), { maxLength: 3 }), {
    minLength: 1,
    maxLength: 3,
  }).map((term) => term.join(""));
  const tensors = terms.map((term) => {
    const own = Object.fromEntries(
      letters
        .split("")
        .map((name) => [name, g(fc.integer, { min: 0, max: 4 }) === 0 ? 1 : size[name]!]),
    );
    return numbers(...term.split("").map((name) => own[name]!));
  });
  const used = [...new Set(terms.join(""))];
  const result = g(() => fc.shuffledSubarray(used)).join("");
  return { terms, result, tensors };
});

test("any equation", () => {
  fc.assert(
    fc.property(drawn, ({ terms, result, tensors }) => {
      const found = einsum(`${terms.join(", ")} -> ${result}`, tensors);
      expect([...found.data()]).toEqual(summed(terms, result, tensors));
    }),
    { numRuns: 300 },
  );
});

describe("the notation", () => {
  const x = numbers(2, 3);
  const y = numbers(3, 4);
  const cube = numbers(2, 3, 3);
  test.each<[string, Tensor[], Tensor]>([
    ["ij,jk->ik", [x, y], x.matmul(y)],
    ["ij,jk", [x, y], x.matmul(y)],
    ["ba", [x], x.t()],
    ["bA", [x], x.t()],
    ["ij->", [x], x.sum()],
    ["->", [tensor(3)], tensor(3)],
    ["", [tensor(3)], tensor(3)],
    ["i,i", [x.select(0, 0), y.select(1, 0)], x.select(0, 0).dot(y.select(1, 0))],
    ["bii->bi", [cube], cube.diagonal(0, 1, 2)],
    ["bii", [cube], cube.diagonal(0, 1, 2).sum(-1)],
    ["...ij->...ji", [cube], cube.mT],
    ["...", [cube], cube],
    ["i...", [cube], cube.permute([1, 2, 0])],
    ["i...->...", [cube], cube.sum(0)],
    ["i...->i", [cube], cube.sum([1, 2])],
    ["...ij,...jk->...ik", [cube, y], cube.matmul(y)],
    ["b...,b...->b...", [cube, numbers(2, 3)], cube.mul(numbers(2, 1, 3))],
    ["ij,kl->ijkl", [x, y], x.reshape([2, 3, 1, 1]).mul(y)],
    ["ab,bc,cd", [x, y, y.t()], x.matmul(y).matmul(y.t())],
    ["i->i", [tensor([1, 2], { dtype: "int32" })], tensor([1, 2], { dtype: "int32" })],
  ])("%s", (equation, tensors, expected) => {
    const found = einsum(equation, ...tensors);
    expect([found.dtype, found.toArray()]).toEqual([expected.dtype, expected.toArray()]);
  });

  test("of no elements sums are 0", () => {
    expect(einsum("ij,jk->ik", zeros([2, 0]), zeros([0, 3])).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test("of transposed, expanded and sliced tensors", () => {
    const wide = numbers(3, 8).slice(1, 1, 8, 3);
    expect(einsum("ij,jk->ik", numbers(3, 2).t(), wide).toArray()).toEqual(
      numbers(3, 2).t().matmul(wide).toArray(),
    );
    expect(einsum("ij,ij->i", ones([1, 3]).expand([2, 3]), ones([2, 3])).toArray()).toEqual([3, 3]);
  });
});

test("refusals", () => {
  const x: Tensor = ones([2, 3]);
  const cases = {
    "sizes that differ": () => einsum("ij,ij", x, x.t()),
    "dimensions behind the dots that do not broadcast": () => einsum("...,...", x, x.t()),
    "a diagonal that is none": () => einsum("ii", x),
    "too few letters": () => einsum("i", x),
    "too many letters": () => einsum("...ijk", x),
    "too few tensors": () => einsum("ij,jk", x),
    "a result that nobody has": () => einsum("ij->ik", x),
    "a result twice": () => einsum("ij->ii", x),
    "two arrows": () => einsum("ij->...i->j", x),
    "no letters": () => einsum("i1->i", x),
    "two types": () => einsum("ij,ij", x, x.to("int32")),
    "no equation": () => einsum(x as unknown as string, x),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    sizes that differ:
        ShapeError: einsum: "ij,ij" of [2, 3] and [3, 2]: i is 2 in one and 3 in another;
        sizes must be equal, or 1.
    dimensions behind the dots that do not broadcast:
        ShapeError: einsum: "...,..." of [2, 3] and [3, 2]: ... is 2 in one and 3 in
        another; sizes must be equal, or 1.
    a diagonal that is none:
        ShapeError: einsum: "ii": i names two dimensions of [2, 3], which has no diagonal
        there; their sizes must be equal.
    too few letters:
        ShapeError: einsum: "i" in "i" names 1 dimensions, and its tensor has 2; name each,
        or use "..." for the rest.
    too many letters:
        ShapeError: einsum: "...ijk" in "...ijk" names 3 dimensions, and its tensor has 2;
        name each, or use "..." for the rest.
    too few tensors:
        ArgumentError: einsum: "ij,jk" is about 2 tensors, and 1 are given.
    a result that nobody has:
        ArgumentError: einsum: "ij->ik": the result names k, which it may do once, and only
        if a tensor has it.
    a result twice:
        ArgumentError: einsum: "ij->ii": the result names i, which it may do once, and only
        if a tensor has it.
    two arrows:
        ArgumentError: einsum: "...i->j" in "ij->...i->j" names no dimensions; use letters,
        and "..." once, as in "...ij,jk->...ik".
    no letters:
        ArgumentError: einsum: "i1" in "i1->i" names no dimensions; use letters, and "..."
        once, as in "...ij,jk->...ik".
    two types:
        DTypeError: einsum: float32 and int32: all must have one type; convert with x.to.
    no equation:
        ArgumentError: einsum: the equation comes first: einsum("ij,jk->ik", a, b).
    "
  `);
});
