// Linear algebra where results are known: by hand, from the literature, by definition; and
// derivatives where they are special. Random matrices: linalg.test.ts.

import { enableGrad, eye, grad, gradcheck, linalg, randn, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { expectNear, matrix, unit } from "./matrices.js";

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const singular = matrix("1 2 / 2 4");

describe("results", () => {
  test("of a Hilbert matrix of 8", () => {
    // Exact eigenvalues: Fettis and Caslin, "Eigenvalues and Eigenvectors of Hilbert Matrices of
    // Order 3 through 10" (1967).
    const [largest, smallest] = [1.6959389969219, 1.1115389663724e-10];
    const x = tensor(
      range(8).map((i) => range(8).map((j) => 1 / (i + j + 1))),
      { dtype: "float64" },
    );
    const [values, eigen] = [linalg.svdvals(x).data(), linalg.eigvalsh(x).data()];
    expect(values[0]! / largest).toBeCloseTo(1, 12);
    expect(eigen[7]! / largest).toBeCloseTo(1, 12);
    expect(values[7]! / smallest).toBeCloseTo(1, 5);
    expect(eigen[0]! - smallest).toBeCloseTo(0, 14);
    expect(linalg.cond(x).item() / 1.5257575538e10).toBeCloseTo(1, 5);
    expect(linalg.det(x).item() / 2.7370501137e-33).toBeCloseTo(1, 5);
  });

  test("a polynomial of degree 5 through 21 points, to 9 digits: NIST's Wampler1", () => {
    const powers = tensor(
      range(21).map((at) => range(6).map((k) => at ** k)),
      { dtype: "float64" },
    );
    const { solution, residuals } = linalg.lstsq(powers, powers.sum(1));
    for (const coefficient of solution.data()) expect(coefficient).toBeCloseTo(1, 9);
    expect(residuals.item()).toBeCloseTo(0, 9);
  });

  test.each([0.1, 1, 30])("a turn is the exponential of its angle, %d", (angle) => {
    const turn = matrix("0 -1 / 1 0").mul(angle).matrixExp();
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    expectNear(turn, matrix(`${cosine} ${-sine} / ${sine} ${cosine}`), 1e-13);
  });

  test("the signs of LAPACK: R goes against the first element of its column", () => {
    const x = matrix("3 1 / 4 2");
    const { Q, R } = linalg.qr(x);
    expectNear(Q, matrix("-0.6 -0.8 / -0.8 0.6"));
    expectNear(R, matrix("-5 -2.2 / 0 0.4"));
    expect(linalg.qr(matrix("2 1 / 0 3")).R.toArray()).toEqual(matrix("2 1 / 0 3").toArray());
    const onlyR = linalg.qr(x, { mode: "r" });
    expect(onlyR.Q.shape).toEqual([0]);
    expectNear(onlyR.R, R, 0);
  });

  const sized = matrix("3 1 / 0 -4");
  const float64 = { dtype: "float64" } as const;
  test.each([
    ["rank", () => linalg.matrixRank(singular), 1],
    ["rank by a tolerance", () => linalg.matrixRank(eye(3), { atol: 1 }), 0],
    ["rank by tolerances", () => linalg.matrixRank(eye(3), { atol: tensor(0.5), rtol: 0.1 }), 3],
    ["rank by a share", () => linalg.matrixRank(matrix("1 0 / 0 0.1"), { rtol: 0.2 }), 1],
    ["rank of a negative matrix", () => linalg.matrixRank(eye(2).neg(), { hermitian: true }), 2],
    ["sign of a determinant", () => linalg.slogdet(matrix("0 1 / 1 0")).sign, -1],
    ["sign of no determinant", () => linalg.slogdet(singular).sign, 0],
    ["size of no determinant", () => linalg.slogdet(singular).logabsdet, -Infinity],
    ["logarithm of a negative determinant", () => matrix("0 1 / 1 0").logdet(), NaN],
    ["a large determinant", () => eye(4).mul(1e30).logdet(), Math.fround(120 * Math.LN10)],
    ["condition", () => linalg.cond(matrix("2 0 0 / 0 -0.5 0")), 4],
    ["condition of a singular matrix", () => linalg.cond(matrix("1 0 / 0 0")), Infinity],
    ["norm", () => linalg.norm(matrix("3 0 / 0 -4")), 5],
    ["norm nuc", () => linalg.norm(matrix("3 0 / 0 -4"), "nuc"), 7],
    ["norm 2", () => linalg.norm(matrix("3 0 / 0 -4"), 2), 4],
    ["norm -2", () => linalg.norm(matrix("3 0 / 0 -4"), -2), 3],
    ["norm 1", () => linalg.norm(sized, 1), 5],
    ["norm -1", () => linalg.norm(sized, -1), 3],
    ["norm Infinity", () => linalg.norm(sized, Infinity), 4],
    ["norm of a vector", () => linalg.norm(tensor([3, -4]), 1), 7],
    ["norm 0 with NaN", () => linalg.vectorNorm(tensor([0, NaN, 2]), 0), 2],
    ["norm of no elements", () => linalg.vectorNorm(zeros([0])), 0],
    ["norm in another type", () => linalg.norm(tensor([0.1]), 2, 0, false, float64), 0.1],
  ] satisfies [string, () => Tensor, number][])("%s", (_name, run, expected) => {
    const found = run().item();
    const isNear = Object.is(found, expected) || Math.abs(found - expected) < 1e-8;
    expect({ found, isNear }).toEqual({ found, isNear: true });
  });

  test("a norm of dimensions that are not the last, which stay", () => {
    const x = randn([2, 3, 4], float64);
    for (const ord of ["fro", "nuc", 1, 2, -1, -Infinity] as const) {
      const each = x.unbind(1).map((one) => linalg.matrixNorm(one.T, ord).item());
      const all = linalg.matrixNorm(x, ord, [2, 0], true);
      expect(all.shape).toEqual([1, 3, 1]);
      expectNear(all.flatten(), tensor(each, float64));
      expectNear(linalg.norm(x, ord, [2, 0]), tensor(each, float64));
    }
  });

  test.each([1e-200, 1e200])("elements of size %d neither vanish nor overflow", (size) => {
    const x = randn([3, 3], float64);
    const large = x.mul(size);
    expectNear(linalg.svdvals(large).div(size), linalg.svdvals(x), 1e-13);
    expectNear(linalg.qr(large).R.div(size), linalg.qr(x).R, 1e-13);
    expectNear(linalg.eigvalsh(large).div(size), linalg.eigvalsh(x), 1e-13);
    expectNear(linalg.inv(large).mul(size), linalg.inv(x), 1e-12);
  });

  test.each(["0 0 0 / 0 0 0 / 0 0 0", "1 1 1 / 1 1 1 / 1 1 1", "0 0 / 1 1 / 0 0"])(
    "the singular vectors of %s are a basis",
    (rows) => {
      const { U, S, Vh } = linalg.svd(matrix(rows));
      const k = S.numel();
      expectNear(U.mT.matmul(U), unit(U));
      expectNear(Vh.matmul(Vh.mT), unit(Vh));
      expectNear(
        U.slice(-1, 0, k)
          .mul(S)
          .matmul(Vh.slice(-2, 0, k)),
        matrix(rows),
      );
    },
  );

  test("equations that do not determine the solution have the shortest", () => {
    const { solution, residuals, rank } = linalg.lstsq(singular, tensor([5, 10], float64));
    expectNear(solution, tensor([1, 2], float64));
    expect([residuals.shape, rank.item()]).toEqual([[0], 1]);
    expectNear(linalg.lstsq(eye(2), tensor([1, 1]), { rcond: 2 }).solution, zeros([2]), 0);
  });
});

describe("derivatives where they are special", () => {
  const gradientOf = (run: (x: Tensor) => Tensor, x: Tensor): Tensor =>
    grad(run(x).sum(), [x], { createGraph: true })[0]!;
  const slope = (x: Tensor): Tensor => enableGrad(() => gradientOf(linalg.det, x));

  const ofRank = ["1 2 3 / 4 5 6 / 7 8 9", "1 1 1 / 1 1 1 / 1 1 1", "0 0 0 / 0 0 0 / 0 0 0"];
  test.each([...ofRank, "2 0 0 / 0 2 0 / 0 0 2", "0"])("det of %s, first and second", (rows) => {
    const x = matrix(rows, true);
    expect(gradcheck((a) => linalg.det(a), [x])).toBe(true);
    expect(gradcheck(slope, [x], { atol: 1e-4 })).toBe(true);
  });

  test.each([
    ["svdvals of equals", (x: Tensor) => linalg.svdvals(x), "2 0 / 0 2"],
    ["eigvalsh of equals", (x: Tensor) => linalg.eigvalsh(x), "2 0 / 0 2"],
    ["norm nuc of zeros", (x: Tensor) => linalg.norm(x, "nuc"), "0 0 / 0 0"],
    ["norm 2 of zeros, which share it", (x: Tensor) => linalg.norm(x, 2).mul(2), "0 0 / 0 0"],
  ])("%s: the unit matrix", (_name, run, rows) => {
    expectNear(gradientOf(run, matrix(rows, true)), matrix("1 0 / 0 1"), 1e-14);
  });

  test.each(["fro", 1, Infinity] as const)("norm %s of zeros is flat", (ord) => {
    const x = matrix("0 0 / 0 0", true);
    expectNear(
      gradientOf((a) => linalg.norm(a, ord), x),
      zeros([2, 2], { dtype: "float64" }),
      0,
    );
  });

  test("the logarithm of a singular determinant has none: NaN", () => {
    const x = matrix("1 2 / 2 4", true);
    const gradient = gradientOf((a) => linalg.slogdet(a).logabsdet, x);
    expect(gradient.isnan().all().item()).toBe(1);
  });

  test.each([
    ["cholesky", (x: Tensor) => linalg.cholesky(x)],
    ["eigvalsh", (x: Tensor) => linalg.eigvalsh(x)],
    ["eigh", (x: Tensor) => linalg.eigh(x).eigenvectors],
  ])("of symmetric matrices they are symmetric: %s", (_name, run) => {
    const gradient = gradientOf(run, matrix("4 0 / 2 5", true));
    expectNear(gradient, gradient.mT, 1e-15);
  });
});
