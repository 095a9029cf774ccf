/**
 * Functions of square matrices that tensors have as methods, as PyTorch has them outside of
 * `torch.linalg`. All others, and how they are computed: linalg.ts.
 */
import { ArgumentError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import { cholesky as choleskyOf } from "./decompose.js";
import { pinv } from "./least-squares.js";
import { checkMatrices, floatMatrices } from "./matrices.js";
import { eye } from "./sequence.js";
import { inv, invert } from "./solve.js";
import { shaped } from "./typed.js";

export { det, logdet, slogdet } from "./determinant.js";

/**
 * The inverse of a square matrix, or of each of a batch; see `linalg.inv`.
 * @example
 * tensor([[2, 0], [0, 4]]).inverse() // tensor([[0.5000, 0.0000],
 * //         [0.0000, 0.2500]])
 */
export const inverse = shaped<"inverse", "square", []>((x: Tensor): Tensor => inv(x));

/**
 * The pseudo-inverse of a matrix, or of each of a batch, in which singular values up to `rcond`
 * times the largest are taken to be 0; see `linalg.pinv`.
 * @example
 * tensor([[2, 0], [0, 0]]).pinverse() // tensor([[0.5000, 0.0000],
 * //         [0.0000, 0.0000]])
 */
export const pinverse = (x: Tensor, rcond = 1e-15): Tensor => pinv(x, { rtol: rcond });

/**
 * The triangle L of A = L · Lᵀ, or with `upper` the U of A = Uᵀ · U; see `linalg.cholesky`.
 * @example
 * tensor([[4, 2], [2, 5]]).cholesky() // tensor([[2., 0.],
 * //         [1., 2.]])
 */
export const cholesky = shaped<"cholesky", "square", [upper?: boolean]>(
  (x: Tensor, upper = false): Tensor => choleskyOf(x, { upper }),
);

/** The unit matrix, for every matrix of a batch. */
const unitLike = (x: Tensor): Tensor => eye(x.shape.at(-1)!, { dtype: x.dtype }).expand(x.shape);

/**
 * The power `n` of a square matrix, or of each of a batch: itself so many times multiplied; for a
 * negative n its inverse, which throws a LinAlgError where there is none.
 * @example
 * tensor([[1, 1], [0, 1]]).matrixPower(5) // tensor([[1., 5.],
 * //         [0., 1.]])
 * tensor([[1, 1], [0, 1]]).matrixPower(-5) // tensor([[ 1., -5.],
 * //         [ 0.,  1.]])
 */
export const matrixPower = shaped<"matrixPower", "square", [n: number]>(
  (x: Tensor, n: number): Tensor => {
    checkMatrices("matrixPower", x, true);
    if (!Number.isInteger(n)) {
      throw new ArgumentError(`matrixPower: the power is ${String(n)}; use an integer.`);
    }
    if (n === 0) return x.maskedFill(true, 0).add(unitLike(x));
    if (n < 0) return matrixPower(invert(floatMatrices("matrixPower", x), "matrixPower"), -n);
    let result: Tensor | null = null;
    let power = x;
    for (let left = n; ; power = power.matmul(power)) {
      if (left % 2 === 1) result = result === null ? power : result.matmul(power);
      left = Math.floor(left / 2);
      if (left === 0) return result === x ? x.clone() : result!;
    }
  },
);

/** x^k / k! is below the last digit of 1 from here on, for matrices of norm 1/2. */
const TERMS = 14;

/**
 * The exponential of a square matrix, or of each of a batch: the sum of all its powers x^k / k!. A
 * power of 2 makes its norm small first, and as many squarings undo that; to find it, this reads
 * the elements. Source: Higham, "The Scaling and Squaring Method for the Matrix Exponential
 * Revisited" (2005).
 * @example
 * tensor([[0, 1], [0, 0]]).matrixExp() // tensor([[1., 1.],
 * //         [0., 1.]])
 */
export const matrixExp = shaped<"matrixExp", "square", []>((x: Tensor): Tensor => {
  const unit = unitLike(floatMatrices("matrixExp", x, true));
  if (x.numel() === 0) return x.clone();
  const norm = x.detach().abs().sum(-1).amax().item();
  const squarings = norm > 0.5 && norm < Infinity ? Math.ceil(Math.log2(norm)) + 1 : 0;
  const small = x.mul(2 ** -squarings);
  let power = unit;
  // Horner's scheme: 1 + x (1 + x/2 (1 + x/3 (...))).
  for (let k = TERMS; k > 0; k--) power = small.matmul(power).div(k).add(unit);
  for (let i = 0; i < squarings; i++) power = power.matmul(power);
  return power;
});
