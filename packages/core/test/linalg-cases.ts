// Linear algebra as cases for the tests of derivatives, in ops.gradient.test.ts: a name, the
// function, and the shapes of its inputs. What must be far from singular, or symmetric, is made so
// inside. Values and refusals: linalg.test.ts.

import { eye, linalg } from "@nabla/core";
import type { Tensor } from "@nabla/core";

type Case = [name: string, run: (...inputs: Tensor[]) => Tensor, ...shapes: number[][]];

const unit = (x: Tensor): Tensor => eye(x.size(-1), { dtype: "float64" });

/** Not symmetric, with different singular values, and far from singular. */
const regular = (x: Tensor): Tensor => x.add(unit(x).mul(3).add(unit(x).cumsum(-1).cumsum(-1)));
const symmetric = (x: Tensor): Tensor => regular(x).add(regular(x).mT);
const positive = (x: Tensor): Tensor => x.matmul(x.mT).add(unit(x.matmul(x.mT)).mul(2));
const singular = (x: Tensor): Tensor => x.slice(-1, 0, 2).matmul(x.slice(-2, 0, 2));

/** Signs of eigenvectors and singular vectors are arbitrary: their squares are not. */
const squares = (parts: object): Tensor =>
  (Object.values(parts) as Tensor[])
    .map((part) => part.square().mul(part.detach().mul(0).add(1).cumsum(-1)).sum())
    .reduce((a, b) => a.add(b));

const square: [name: string, run: (x: Tensor) => Tensor][] = [
  ["inverse", (x) => regular(x).inverse()],
  ["det", (x) => linalg.det(regular(x))],
  ["slogdet", (x) => linalg.slogdet(regular(x)).logabsdet],
  ["logdet", (x) => positive(x).logdet()],
  ["cholesky", (x) => linalg.cholesky(positive(x))],
  ["cholesky, upper", (x) => positive(x).cholesky(true)],
  ["qr, Q", (x) => linalg.qr(regular(x)).Q],
  ["qr, R", (x) => linalg.qr(regular(x), { mode: "r" }).R],
  ["eigvalsh", (x) => linalg.eigvalsh(symmetric(x))],
  ["eigvalsh, U", (x) => linalg.eigvalsh(symmetric(x), { UPLO: "U" })],
  ["eigh", (x) => squares(linalg.eigh(symmetric(x)))],
  ["svd", (x) => squares(linalg.svd(regular(x)))],
  ["svdvals", (x) => linalg.svdvals(regular(x))],
  ["pinv", (x) => linalg.pinv(regular(x))],
  ["pinv, hermitian", (x) => linalg.pinv(symmetric(x), { hermitian: true })],
  ["pinv of singular matrices", (x) => linalg.pinv(singular(x))],
  ["pinverse", (x) => regular(x).pinverse()],
  ["matrixExp", (x) => x.matrixExp()],
  ["matrixExp, scaled", (x) => x.mul(3).matrixExp().mul(0.01)],
  ["matrixPower -2", (x) => regular(x).matrixPower(-2)],
  ["cond", (x) => linalg.cond(regular(x))],
  ["norm", (x) => linalg.norm(x)],
  ["norm 3 along a dimension", (x) => linalg.norm(x, 3, 0)],
  ["norm nuc", (x) => regular(x).norm("nuc", [-2, -1])],
  ["matrixNorm 2", (x) => linalg.matrixNorm(regular(x), 2, [-1, -2], true)],
  ["matrixNorm -2", (x) => linalg.matrixNorm(regular(x), -2)],
  ["matrixNorm 1", (x) => linalg.matrixNorm(x, 1).square()],
  ["matrixNorm -Infinity", (x) => linalg.matrixNorm(x, -Infinity).square()],
  ["vectorNorm 2.5", (x) => linalg.vectorNorm(x, 2.5, -1)],
  [
    "lstsq of a singular matrix",
    (x) => linalg.lstsq(singular(x), regular(x), { rcond: 1e-10 }).solution,
  ],
];

export const linalgCases: Case[] = [
  ...square.map(([name, run]): Case => [name, run, [2, 3, 3]]),
  ["inv", (x) => linalg.inv(regular(x)), [3, 3]],
  ["solve", (a, b) => linalg.solve(regular(a), b), [3, 3], [3, 2]],
  ["solve, vector", (a, b) => linalg.solve(regular(a), b), [3, 3], [3]],
  ["solve, vectors", (a, b) => linalg.solve(regular(a), b), [2, 3, 3], [2, 3]],
  ["solve, broadcast", (a, b) => linalg.solve(regular(a), b), [2, 1, 3, 3], [4, 3, 2]],
  ["solve from the right", (a, b) => linalg.solve(regular(a), b, { left: false }), [3, 3], [2, 3]],
  ...[true, false].flatMap((upper) =>
    [true, false].map((left): Case => {
      const options = { upper, left, unitriangular: upper === left };
      const run = (a: Tensor, b: Tensor): Tensor => linalg.solveTriangular(regular(a), b, options);
      return [`solveTriangular ${JSON.stringify(options)}`, run, [2, 3, 3], [3, 3]];
    }),
  ),
  ["qr of a tall matrix", (x) => squares(linalg.qr(x)), [2, 4, 2]],
  ["qr of a wide matrix", (x) => squares(linalg.qr(x)), [2, 4]],
  ["svd of a tall matrix", (x) => squares(linalg.svd(x, { fullMatrices: false })), [2, 4, 2]],
  ["svd of a wide matrix", (x) => squares({ ...linalg.svd(x), Vh: x }), [2, 4]],
  ["svdvals of a wide matrix", (x) => linalg.svdvals(x), [2, 4]],
  ["pinv of a tall matrix", (x) => linalg.pinv(x), [4, 2]],
  ["pinv of a wide matrix", (x) => linalg.pinv(x), [2, 4]],
  ["lstsq", (a, b) => linalg.lstsq(a, b).solution, [4, 2], [4, 3]],
  ["lstsq, residuals", (a, b) => linalg.lstsq(a, b).residuals, [2, 4, 2], [2, 4]],
  ["lstsq of a wide matrix", (a, b) => linalg.lstsq(a, b).solution, [2, 4], [2]],
];
