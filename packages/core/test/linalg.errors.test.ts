// Linear algebra of nothing, and what it refuses, in words. Results: linalg.test.ts.

import { eye, linalg, randn, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { oddValues, problemsOf } from "./hostile.js";
import type { Call } from "./hostile.js";
import { matrix } from "./matrices.js";
import { refusals } from "./refusals.js";

describe("matrices without elements", () => {
  const complete = { mode: "complete" } as const;
  const least = (x: Tensor): Tensor => linalg.lstsq(x, x).solution;
  const cases: [name: string, run: (x: Tensor) => object, shape: number[], shapes: number[][]][] = [
    ["inv", linalg.inv, [0, 0], [[0, 0]]],
    ["inv", linalg.inv, [0, 3, 3], [[0, 3, 3]]],
    ["det", linalg.det, [0, 0], [[]]],
    ["det", linalg.det, [3, 0, 0], [[3]]],
    ["slogdet", linalg.slogdet, [2, 0, 0], [[2], [2]]],
    ["cholesky", linalg.cholesky, [2, 0, 0], [[2, 0, 0]]],
    [
      "qr",
      linalg.qr,
      [0, 3],
      [
        [0, 0],
        [0, 3],
      ],
    ],
    [
      "qr",
      linalg.qr,
      [3, 0],
      [
        [3, 0],
        [0, 0],
      ],
    ],
    [
      "qr, complete",
      (x) => linalg.qr(x.detach(), complete),
      [3, 0],
      [
        [3, 3],
        [3, 0],
      ],
    ],
    [
      "eigh",
      linalg.eigh,
      [2, 0, 0],
      [
        [2, 0],
        [2, 0, 0],
      ],
    ],
    [
      "svd",
      linalg.svd,
      [2, 0, 3],
      [
        [2, 0, 0],
        [2, 0],
        [2, 3, 3],
      ],
    ],
    [
      "svd",
      linalg.svd,
      [0, 3, 2],
      [
        [0, 3, 3],
        [0, 2],
        [0, 2, 2],
      ],
    ],
    ["svdvals", linalg.svdvals, [5, 0], [[0]]],
    ["pinv", linalg.pinv, [2, 0, 3], [[2, 3, 0]]],
    ["matrixRank", linalg.matrixRank, [2, 0, 3], [[2]]],
    ["matrixExp", linalg.matrixExp, [0, 2, 2], [[0, 2, 2]]],
    ["matrixPower", (x) => x.matrixPower(-2), [0, 2, 2], [[0, 2, 2]]],
    ["matrixPower 0", (x) => x.matrixPower(0), [2, 0, 0], [[2, 0, 0]]],
    ["solve", (x) => linalg.solve(x, x), [2, 0, 0], [[2, 0, 0]]],
    ["solve", (x) => linalg.solve(x, zeros([0, 3])), [0, 0], [[0, 3]]],
    ["lstsq", least, [0, 2], [[2, 2]]],
    ["lstsq", least, [2, 0], [[0, 0]]],
    ["norm nuc", (x) => linalg.norm(x, "nuc"), [0, 2], [[]]],
    ["norm -1", (x) => linalg.norm(x, -1), [0, 2], [[]]],
  ];
  test.each(cases)("%s", (_name, run, shape, shapes) => {
    const x = zeros(shape, { requiresGrad: true });
    const result = run(x);
    const parts = ("data" in result ? [result] : Object.values(result)) as Tensor[];
    expect(parts.map((part) => part.shape)).toEqual(shapes);
    const total = parts.map((part) => part.to("float32").sum()).reduce((a, b) => a.add(b));
    total.add(x.sum()).backward();
    expect(x.grad?.shape).toEqual(shape);
  });
});

describe("refused", () => {
  const [m, vector, singular]: [Tensor, Tensor, Tensor] = [
    zeros([2, 3]),
    zeros([2]),
    tensor([
      [1, 2],
      [2, 4],
    ]),
  ];
  const batch = eye(2)
    .expand([3, 2, 2])
    .mul(tensor([1, 0, 1]).reshape([3, 1, 1]));

  test("in words", () => {
    expect(
      refusals({
        "a matrix that is not square": () => linalg.inv(m),
        "a vector": () => linalg.svd(vector),
        "whole numbers": () => linalg.det(zeros([2, 2], { dtype: "int32" })),
        "a singular matrix": () => linalg.inv(singular),
        "one of a batch": () => linalg.solve(batch, vector),
        "a power of a singular matrix": () => singular.matrixPower(-1),
        "a fraction of a power": () => singular.matrixPower(0.5),
        "not positive definite": () => singular.neg().cholesky(),
        "not finite": () => linalg.svdvals(tensor([[NaN]])),
        "other sizes": () => linalg.solve(eye(2), zeros([3, 1])),
        "other types": () => linalg.solve(eye(2), zeros([2], { dtype: "float64" })),
        "other batches": () => linalg.solve(zeros([2, 2, 2]), zeros([3, 2, 1])),
        "a vector on the left": () => linalg.solve(eye(2), vector, { left: false }),
        "which triangle": () => linalg.solveTriangular(eye(2), eye(2), {} as never),
        "another triangle": () => linalg.eigvalsh(eye(2), { UPLO: "X" as "U" }),
        "another mode": () => linalg.qr(m, { mode: "full" as "r" }),
        "an option that is not there": () => linalg.svd(m, { full_matrices: false } as never),
        "a derivative of what is arbitrary": () => {
          const x = randn([3, 2], { requiresGrad: true });
          linalg.qr(x, { mode: "complete" }).Q.sum().backward();
        },
        "another norm of matrices": () => linalg.matrixNorm(m, 3),
        "another norm of vectors": () => linalg.vectorNorm(m, NaN),
        "a norm of three dimensions": () => linalg.norm(zeros([2, 2, 2]), 2),
        "a matrix norm of a vector": () => linalg.matrixNorm(vector),
        "a matrix norm of one dimension": () => linalg.matrixNorm(m, "fro", [0]),
        "the largest of nothing": () => linalg.vectorNorm(zeros([0]), Infinity),
        "the smallest of nothing": () => linalg.vectorNorm(zeros([0]), -1),
      }),
    ).toMatchInlineSnapshot(`
      "
      a matrix that is not square:
          ShapeError: linalg.inv: a tensor of shape [2, 3] is no square matrix, and no batch
          of them; its last two sizes must be equal.
      a vector:
          ShapeError: linalg.svd: a tensor of shape [2] is no matrix, and no batch of them;
          make it one by x.unsqueeze(0).
      whole numbers:
          DTypeError: linalg.det: it takes floats, and these elements are int32; convert
          first, for example linalg.det(x.to("float32")).
      a singular matrix:
          LinAlgError: linalg.inv: the matrix is singular: equations with it have no solution,
          or many. linalg.lstsq gives the best one, linalg.pinv the nearest to an inverse.
      one of a batch:
          LinAlgError: linalg.solve: matrix 1 of [3] is singular: equations with it have no
          solution, or many. linalg.lstsq gives the best one, linalg.pinv the nearest to an
          inverse.
      a power of a singular matrix:
          LinAlgError: matrixPower: the matrix is singular: equations with it have no
          solution, or many. linalg.lstsq gives the best one, linalg.pinv the nearest to an
          inverse.
      a fraction of a power:
          ArgumentError: matrixPower: the power is 0.5; use an integer.
      not positive definite:
          LinAlgError: linalg.cholesky: the matrix is not positive definite: its eigenvalues
          (linalg.eigvalsh) must all be above 0. Add a little to its diagonal if they should
          be.
      not finite:
          LinAlgError: linalg.svdvals: the matrix has elements that are not finite, and so
          neither eigenvalues nor singular values.
      other sizes:
          ShapeError: linalg.solve: [2, 2] × [3, 1]: A · X = B has as many rows as A, 2, and
          as B, 3; they must be equal.
      other types:
          DTypeError: linalg.solve: A is float32 and B float64; convert one, for example
          b.to("float32").
      other batches:
          ShapeError: linalg.solve: [2, 2, 2] × [3, 2, 1]: the dimensions before the last two
          do not broadcast, [2] and [3]; sizes must be equal or 1.
      a vector on the left:
          ShapeError: linalg.solve: [2, 2] × [1, 2]: A · X = B has as many rows as A, 2, and
          as B, 1; they must be equal.
      which triangle:
          ArgumentError: linalg.solveTriangular: say which triangle counts: { upper: true } or
          false.
      another triangle:
          ArgumentError: linalg.eigvalsh: UPLO is X, and must be "L" or "U".
      another mode:
          ArgumentError: linalg.qr: there is no mode full; use "reduced", "complete" or "r".
      an option that is not there:
          ArgumentError: linalg.svd: there is no option "full_matrices"; its options are
          fullMatrices.
      a derivative of what is arbitrary:
          GradientError: linalg.qr: the columns that complete Q are arbitrary, so they have no
          derivative; use linalg.qr(x), without { mode: "complete" }.
      another norm of matrices:
          ArgumentError: linalg.matrixNorm: there is no matrix norm of order 3; use "fro",
          "nuc", or 1, 2 or Infinity, or one of these with a minus.
      another norm of vectors:
          ArgumentError: linalg.vectorNorm: there is no vector norm of order NaN; use a number
          or Infinity.
      a norm of three dimensions:
          ShapeError: linalg.norm: a norm is of one dimension or two, and not of 3; in the
          shape [2, 2, 2] name them, for example linalg.norm(x, "fro", [0, 1]).
      a matrix norm of a vector:
          IndexError: linalg.matrixNorm: dimension -2 is out of range for a tensor of 1
          dimensions; use an integer from -1 to 0.
      a matrix norm of one dimension:
          ShapeError: linalg.matrixNorm: a matrix has two dimensions; in the shape [2, 3] name
          them: linalg.matrixNorm(x, "fro", [0, 1]).
      the largest of nothing:
          IndexError: linalg.vectorNorm: dimension 0 of the shape [0] is empty, and no
          elements have no linalg.vectorNorm; reduce a dimension that has some.
      the smallest of nothing:
          IndexError: linalg.vectorNorm: dimension 0 of the shape [0] is empty, and no
          elements have no linalg.vectorNorm; reduce a dimension that has some.
      "
    `);
  });

  const square = (): Tensor => matrix("4 1 / 1 3");
  const calls: Record<string, () => unknown[]> = {
    cholesky: () => [square(), {}],
    cond: () => [square()],
    cross: () => [zeros([3]), zeros([3]), 0],
    det: () => [square()],
    eigh: () => [square(), {}],
    eigvalsh: () => [square(), {}],
    inv: () => [square()],
    lstsq: () => [square(), square(), {}],
    matrixExp: () => [square()],
    matrixNorm: () => [square(), "fro", [0, 1], true, {}],
    matrixPower: () => [square(), 2],
    matrixRank: () => [square(), {}],
    multiDot: () => [[square(), square()]],
    norm: () => [square(), 1, [0, 1], true, {}],
    pinv: () => [square(), {}],
    qr: () => [square(), {}],
    slogdet: () => [square()],
    solve: () => [square(), square(), {}],
    solveTriangular: () => [square(), square(), { upper: true }],
    svd: () => [square(), {}],
    svdvals: () => [square()],
    vecdot: () => [square(), square(), 0],
    vectorNorm: () => [square(), 2, 0, true, {}],
  };
  test("every function is tried", () => {
    expect(Object.keys(linalg).sort()).toEqual(Object.keys(calls));
  });
  test.each(Object.entries(calls))("odd values by %s", (name, make) => {
    const call = (linalg as unknown as Record<string, Call>)[name]!;
    expect(() => call(...make())).not.toThrow();
    expect(problemsOf(call, make, 0, oddValues)).toEqual([]);
  });
});
