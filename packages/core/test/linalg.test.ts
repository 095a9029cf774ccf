// Linear algebra by what its results must satisfy, on random matrices of many shapes. Results that
// are known: linalg.known.test.ts. What is refused: linalg.errors.test.ts. Derivatives:
// linalg-cases.ts. Against PyTorch: the records, run by scripts/test/conformance.test.ts.

import { eye, linalg, manualSeed, randn, zeros } from "@nabla/core";
import type { DType, Tensor } from "@nabla/core";
import { beforeEach, describe, expect, test } from "vitest";

import { expectNear, unit } from "./matrices.js";

beforeEach(() => manualSeed(7));

type Case = [name: string, shape: number[], dtype: DType, near: number];
const cases = ["1 1", "2 2", "5 5", "4 2", "2 4", "2 3 3", "2 1 4 3", "0 2 2"].flatMap((sizes) =>
  (["float64", "float32"] as const).map((dtype): Case => {
    const near = dtype === "float64" ? 1e-13 : 2e-5;
    return [`${dtype} [${sizes}]`, sizes.split(" ").map(Number), dtype, near];
  }),
);
const squares = cases.filter(([, shape]) => shape.at(-1) === shape.at(-2));

describe.each(cases)("any matrix, %s", (_name, shape, dtype, near) => {
  const [m, n] = shape.slice(-2) as [number, number];
  const [batch, k] = [shape.slice(0, -2), Math.min(m, n)];
  const make = (): Tensor => randn(shape, { dtype });

  test.each(["reduced", "complete"] as const)("Q · R is the matrix: %s", (mode) => {
    const x = make();
    const { Q, R } = linalg.qr(x, { mode });
    const columns = mode === "complete" ? m : k;
    expect([Q.shape, R.shape]).toEqual([
      [...batch, m, columns],
      [...batch, columns, n],
    ]);
    expectNear(Q.matmul(R), x, near);
    expectNear(Q.mT.matmul(Q), unit(Q), near);
    expectNear(R.tril(-1), R.mul(0), 0);
  });

  test.each([true, false])("U · S · Vh is the matrix: full is %s", (fullMatrices) => {
    const x = make();
    const { U, S, Vh } = linalg.svd(x, { fullMatrices });
    expect(U.shape).toEqual([...batch, m, fullMatrices ? m : k]);
    expect(Vh.shape).toEqual([...batch, fullMatrices ? n : k, n]);
    expectNear(
      U.slice(-1, 0, k)
        .mul(S.unsqueeze(-2))
        .matmul(Vh.slice(-2, 0, k)),
      x,
      near,
    );
    expectNear(U.mT.matmul(U), unit(U), near);
    expectNear(Vh.matmul(Vh.mT), unit(Vh.mT), near);
    const isDescending = S.slice(-1, 0, k - 1).ge(S.slice(-1, 1));
    expect([isDescending.all().item(), S.ge(0).all().item()]).toEqual([1, 1]);
    expectNear(linalg.svdvals(x), S, near);
    expectNear(linalg.matrixNorm(x, "nuc"), S.sum(-1), near);
  });

  test("a pseudo-inverse is one: the conditions of Moore and Penrose", () => {
    const x = make();
    const y = linalg.pinv(x);
    expectNear(x.matmul(y).matmul(x), x, near * 10);
    expectNear(y.matmul(x).matmul(y), y, near * 10);
    expectNear(x.matmul(y), x.matmul(y).mT, near * 10);
    expectNear(y.matmul(x), y.matmul(x).mT, near * 10);
    expectNear(x.pinverse(), y, near);
  });

  test("what least squares leave over is at right angles to the matrix", () => {
    const [x, b] = [make(), randn([...batch, m, 2], { dtype })];
    const { solution, residuals, rank } = linalg.lstsq(x, b);
    const rest = x.matmul(solution).sub(b);
    expectNear(x.mT.matmul(rest), x.mT.matmul(rest).mul(0), near * 10);
    expectNear(solution, linalg.pinv(x).matmul(b), near * 10);
    expectNear(residuals, m > n ? rest.square().sum(-2) : zeros([0], { dtype }), near);
    expect([rank.dtype, rank.shape, rank.eq(k).all().item()]).toEqual(["int32", batch, 1]);
  });

  test("its rank", () => {
    const rank = linalg.matrixRank(make());
    expect([rank.dtype, rank.shape, rank.eq(k).all().item()]).toEqual(["int32", batch, 1]);
  });
});

describe.each(squares)("a square matrix, %s", (_name, shape, dtype, near) => {
  const make = (): Tensor => randn(shape, { dtype }).add(eye(shape.at(-1)!, { dtype }).mul(2));
  const right = (): Tensor => randn([...shape.slice(0, -1), 3], { dtype });
  const positive = (): Tensor => {
    const x = make();
    return x.matmul(x.mT).add(unit(x));
  };

  test("times its inverse is 1", () => {
    const x = make();
    expectNear(x.matmul(linalg.inv(x)), unit(x), near * 10);
    expectNear(x.inverse().matmul(x), unit(x), near * 10);
    expectNear(x.matrixPower(-2).matmul(x).matmul(x), unit(x), near * 100);
  });

  test("equations are solved", () => {
    const [x, b] = [make(), right()];
    expectNear(x.matmul(linalg.solve(x, b)), b, near * 10);
    expectNear(linalg.solve(x, b.mT, { left: false }).matmul(x), b.mT, near * 10);
    const vector = b.select(-1, 0);
    expectNear(linalg.solve(x, vector), linalg.solve(x, b).select(-1, 0), near);
  });

  test.each([true, false])("equations with a triangle are solved: upper is %s", (upper) => {
    const [x, b] = [make(), right()];
    const triangle = upper ? x.triu() : x.tril();
    expectNear(triangle.matmul(linalg.solveTriangular(x, b, { upper })), b, near * 100);
    const ones = (upper ? x.triu(1) : x.tril(-1)).add(unit(x));
    const found = linalg.solveTriangular(x, b.mT, { upper, left: false, unitriangular: true });
    expectNear(found.matmul(ones), b.mT, near * 100);
  });

  test("L · Lᵀ is the matrix", () => {
    const x = positive();
    const l = linalg.cholesky(x);
    expectNear(l.matmul(l.mT), x, near);
    expectNear(l.triu(1), l.mul(0), 0);
    expectNear(x.cholesky(true), l.mT, near);
    expectNear(linalg.cholesky(x.tril()), l, 0);
    expectNear(linalg.cholesky(x.triu(), { upper: true }), l.mT, near);
  });

  test("eigenvectors are only made longer", () => {
    const x = make();
    const y = x.tril().add(x.tril(-1).mT);
    const { eigenvalues, eigenvectors } = linalg.eigh(x);
    expectNear(y.matmul(eigenvectors), eigenvectors.mul(eigenvalues.unsqueeze(-2)), near);
    expectNear(eigenvectors.mT.matmul(eigenvectors), unit(x), near);
    expectNear(linalg.eigvalsh(y.triu(), { UPLO: "U" }), eigenvalues, near);
    expectNear(linalg.pinv(x, { hermitian: true }), linalg.pinv(y), near * 100);
    expect(linalg.matrixRank(x, { hermitian: true }).eq(shape.at(-1)!).all().item()).toBe(1);
  });

  test("determinants multiply", () => {
    const [x, y] = [make(), make()];
    expectNear(linalg.det(x.matmul(y)), linalg.det(x).mul(linalg.det(y)), near * 10);
    const { sign, logabsdet } = linalg.slogdet(x);
    expectNear(sign.mul(logabsdet.exp()), x.det(), near * 10);
    const z = positive();
    expectNear(z.logdet(), z.det().log(), near * 10);
  });

  test("exponentials of sums multiply, where the parts do", () => {
    const x = make();
    expectNear(x.matrixExp().matmul(x.neg().matrixExp()), unit(x), near * 1000);
    expectNear(linalg.matrixExp(x.mul(0)), unit(x), 0);
  });
});
