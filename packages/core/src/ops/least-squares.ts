/**
 * Equations that have no solution, or many: least squares, the pseudo-inverse, and how many of a
 * matrix's singular values count. Read first: decompose.ts and solve.ts.
 */
import { checkTensor } from "../graph/node.js";
import type { Tensor } from "../tensor.js";
import { full, tensor } from "./create.js";
import { qr, singular, svdvals, symmetric } from "./decompose.js";
import { floatMatrices, rightHandSide, sameBatch, sizesOf } from "./matrices.js";
import { readOptions } from "./options.js";
import { solvePart } from "./solve.js";
import { told } from "./told.js";

/** Which singular values count: those above `atol` and above `rtol` times the largest. */
export interface RankOptions {
  /** A number, or a tensor with one for each matrix; 0 unless given. */
  readonly atol?: number | Tensor | null;
  /**
   * Likewise. Unless given it is 0 where `atol` is above 0, and else the precision of the type
   * times the larger of the matrix's two sizes.
   */
  readonly rtol?: number | Tensor | null;
  /** The matrices are symmetric, and their lower triangles are read. */
  readonly hermitian?: boolean;
}

const usual = { atol: null, rtol: null, hermitian: false };

/** Which of the singular values `s`, [..., k] and at least one, of `x` count. */
function counted(name: string, x: Tensor, s: Tensor, { atol, rtol }: RankOptions): Tensor {
  const isTensor = typeof atol === "object" && atol !== null;
  const floor = isTensor ? checkTensor(name, atol) : tensor(atol ?? 0, { dtype: x.dtype });
  const precision = Math.max(...sizesOf(x)) * (x.dtype === "float64" ? 2 ** -52 : 2 ** -23);
  const share = rtol ?? floor.le(0).to(x.dtype).mul(precision);
  return s.gt(s.amax(-1).mul(share).maximum(floor).unsqueeze(-1));
}

/**
 * The rank of a matrix, or of each of a batch, [..., m, n] to [...], as int32 (PyTorch: int64): how
 * many singular values count.
 * @example
 * linalg.matrixRank(tensor([[1, 2], [2, 4]])) // tensor(1)
 * linalg.matrixRank(tensor([[1, 0], [0, 0.1]]), { atol: 0.5 }) // tensor(1)
 */
export const matrixRank = (given: Tensor, options: RankOptions = {}): Tensor => {
  const name = "linalg.matrixRank";
  const { hermitian } = readOptions<RankOptions>(name, options, usual);
  const x = floatMatrices(name, given, hermitian).detach();
  if (x.numel() === 0) return full(x.shape.slice(0, -2), 0, { dtype: "int32" });
  const s = svdvals(hermitian ? symmetric(x) : x);
  return counted(name, x, s, options).sum(-1);
};

// Golub and Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems
// whose variables separate" (1973), 4.12: as long as the rank stays.
const pseudoInverse = told<null>("pinv", (g, { x, y }): Tensor => {
  const left = g.mT.matmul(y).matmul(y.mT);
  const right = y.mT.matmul(y).matmul(g.mT);
  return left
    .sub(x.matmul(y).matmul(left))
    .add(right.sub(right.matmul(y).matmul(x)))
    .sub(y.mT.matmul(g).matmul(y.mT));
});

/**
 * The pseudo-inverse of a matrix, or of each of a batch, [..., m, n] to [..., n, m], by the
 * singular values that count; the others are taken to be 0. Gradients hold as long as their number
 * stays.
 * @example
 * linalg.pinv(tensor([[2, 0], [0, 4], [0, 0]])) // tensor([[0.5000, 0.0000, 0.0000],
 * //         [0.0000, 0.2500, 0.0000]])
 */
export const pinv = (x: Tensor, options: RankOptions = {}): Tensor => {
  const name = "linalg.pinv";
  const { hermitian } = readOptions<RankOptions>(name, options, usual);
  if (floatMatrices(name, x, hermitian).numel() === 0) return x.mT;
  return pseudoInverse(x, null, () => {
    const [u, s, v] = singular(name, hermitian ? symmetric(x) : x);
    const counts = counted(name, x, s, options);
    const inverse = s.where(counts, 1).reciprocal().where(counts, 0);
    return v.mul(inverse.unsqueeze(-2)).matmul(u.mT);
  });
};

/** What least squares found. */
export interface LeastSquares {
  /** X, [..., n, k]; [..., n] if B was a vector. */
  readonly solution: Tensor;
  /** The sums of the squares of A · X - B, [..., k]; empty unless every A has rank n and m > n. */
  readonly residuals: Tensor;
  /** The rank of each A, as int32. */
  readonly rank: Tensor;
}

/**
 * X for which the sum of the squares of A · X - B is smallest, and of several the shortest. A is a
 * matrix, or a batch of them, [..., m, n]; B is a matrix [..., m, k], whose batch broadcasts with
 * A's, or a vector [m], or one for each matrix. By Q · R where A has full rank, else by singular
 * values, of which those up to `rcond` times the largest are taken to be 0; to see which, this
 * reads the elements.
 * @example
 * const a = tensor([[1, 0], [1, 1], [1, 2]]);
 * const { solution, residuals } = linalg.lstsq(a, tensor([1, 3, 4]));
 * solution // tensor([1.1667, 1.5000])
 * residuals // tensor(0.1667)
 */
export const lstsq = (
  a: Tensor,
  b: Tensor,
  options: { readonly rcond?: number | null } = {},
): LeastSquares => {
  const name = "linalg.lstsq";
  const tolerance = { rtol: readOptions(name, options, { rcond: null }).rcond };
  const [matrix, isVector] = rightHandSide(name, floatMatrices(name, a), b);
  const [x, y] = sameBatch(name, a, matrix);
  const [m, n] = sizesOf(x);
  const { Q, R } = qr(m < n ? x.mT : x);
  const pivots = R.detach().diagonal(0, -2, -1).abs();
  const isFull = pivots.numel() === 0 || counted(name, x, pivots, tolerance).all().item() === 1;
  const triangle = { triangle: "upper", transposed: m < n } as const;
  const least = (): Tensor =>
    m < n ? Q.matmul(solvePart(R, y, triangle)) : solvePart(R, Q.mT.matmul(y), triangle);
  const found = isFull ? least() : pinv(x, tolerance).matmul(y);
  const squares = x.matmul(found).sub(y).square().sum(-2);
  const whole = (one: Tensor): Tensor => (isVector ? one.squeeze(-1) : one);
  return {
    solution: whole(found),
    residuals: isFull && m > n ? whole(squares) : x.newZeros([0]),
    rank: isFull
      ? full(x.shape.slice(0, -2), Math.min(m, n), { dtype: "int32" })
      : matrixRank(x, tolerance),
  };
};

/**
 * How much a matrix, or each of a batch, [..., m, n] to [...], magnifies errors: the largest
 * singular value over the smallest.
 * @example
 * linalg.cond(tensor([[2, 0], [0, 0.5]])) // tensor(4.)
 */
export const cond = (x: Tensor): Tensor => {
  const s = singular("linalg.cond", x)[1];
  return s.amax(-1).div(s.amin(-1));
};
