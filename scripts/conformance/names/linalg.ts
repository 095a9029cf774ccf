// PyTorch's names for what `torch.linalg` has, where a call differs by more than spelling. What an
// entry says: Names in names.ts.

import type { Names } from "../names.js";

export const linalgNames: Names = {
  "linalg.cholesky(self, upper)": "linalg.cholesky(self, { upper })",
  "linalg.eigh(self, UPLO)": "linalg.eigh(self, { UPLO })",
  "linalg.eigvalsh(self, UPLO)": "linalg.eigvalsh(self, { UPLO })",
  "linalg.lstsq(self, b, rcond)": "linalg.lstsq(self, b, { rcond })",
  "linalg.matrix_rank(self, atol, rtol, hermitian)":
    "linalg.matrixRank(self, { atol, rtol, hermitian })",
  "linalg.norm(self, ord, dim, keepdim, dtype)": "linalg.norm(self, ord, dim, keepdim, { dtype })",
  "linalg.pinv(self, atol, rtol, hermitian)": "linalg.pinv(self, { atol, rtol, hermitian })",
  "linalg.qr(A, mode)": "linalg.qr(A, { mode })",
  "linalg.solve(A, B, left)": "linalg.solve(A, B, { left })",
  "linalg.solve_triangular(self, B, upper, left, unitriangular)":
    "linalg.solveTriangular(self, B, { upper, left, unitriangular })",
  "linalg.svd(A, full_matrices)": "linalg.svd(A, { fullMatrices: full_matrices })",
};
