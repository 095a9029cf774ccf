/**
 * The namespace `linalg`, as PyTorch's `torch.linalg`: linear algebra by the names it has there.
 * Where each is made: solve.ts, decompose.ts, determinant.ts, least-squares.ts, norms.ts.
 */
import type { Tensor } from "../tensor.js";
import { cross as crossOf } from "./contract.js";

export { matrixExp, matrixPower } from "./algebra.js";
export { multiDot } from "./chain.js";
export { vecdot } from "./contract.js";
export { cholesky, eigh, eigvalsh, qr, svd, svdvals } from "./decompose.js";
export { det, slogdet } from "./determinant.js";
export { cond, lstsq, matrixRank, pinv } from "./least-squares.js";
export { linalgNorm as norm, matrixNorm, vectorNorm } from "./norms.js";
export { inv, solve, solveTriangular } from "./solve.js";

/**
 * The cross product of vectors in space, along a dimension of size 3, the last one unless it is
 * named; other dimensions broadcast.
 * @example
 * linalg.cross(tensor([1, 0, 0]), tensor([0, 1, 0])) // tensor([0., 0., 1.])
 */
export const cross = (a: Tensor, b: Tensor, dim = -1): Tensor => crossOf(a, b, dim);
