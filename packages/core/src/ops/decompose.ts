/**
 * Matrices as products of simpler ones: Cholesky's factor, Q · R, singular values and eigenvalues.
 * A record has all parts in one tensor, row by row; users get views of it. Read first: matrices.ts
 * and solve.ts; the algorithms are in host/. What is made of these: least-squares.ts, norms.ts.
 */
import { ArgumentError, GradientError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import { choleskyFactor, orthogonalFactor } from "./host/factor.js";
import { singularVectors } from "./host/jacobi.js";
import { cat } from "./join.js";
import { algorithm, floatMatrices, sizesOf } from "./matrices.js";
import { readOptions } from "./options.js";
import { eye } from "./sequence.js";
import { solvePart } from "./solve.js";
import { told } from "./told.js";
import { shaped } from "./typed.js";

// Murray, "Differentiation of the Cholesky decomposition" (2016), 3; symmetric, as in PyTorch.
const factoring = algorithm<{ asked: string }>({
  name: "cholesky",
  refusal:
    "is not positive definite: its eigenvalues (linalg.eigvalsh) must all be above 0. Add a " +
    "little to its diagonal if they should be.",
  run: ([a]) => choleskyFactor(a!),
  vjps: [
    (g, { y }): Tensor => {
      const back = { triangle: "lower", transposed: true } as const;
      const slope = y.mT.matmul(g);
      const halved = slope.tril().add(slope.tril(-1)).div(2);
      const share = solvePart(y, solvePart(y, halved, back).mT, back);
      return share.add(share.mT).div(2);
    },
  ],
});

/**
 * The lower triangle L of A = L · Lᵀ, for a symmetric positive definite matrix, or each of a batch,
 * [..., n, n], of which the lower triangle is read; with `upper` the upper one of A = Uᵀ · U. The
 * gradient is symmetric. Throws a LinAlgError where a matrix is not positive definite: this reads
 * the elements.
 * @example
 * linalg.cholesky(tensor([[4, 2], [2, 5]])) // tensor([[2., 0.],
 * //         [1., 2.]])
 */
export const cholesky = shaped<
  "linalg.cholesky",
  "square",
  [options?: { readonly upper?: boolean }]
>((x: Tensor, options: { readonly upper?: boolean } = {}): Tensor => {
  const asked = "linalg.cholesky";
  const { upper } = readOptions(asked, options, { upper: false });
  const a = floatMatrices(asked, x, true);
  const factor = factoring([upper ? a.mT : a], sizesOf(a), { asked });
  return upper ? factor.mT : factor;
});

/** [column of Q, row of R], row by row. */
const partsQR = (y: Tensor): [q: Tensor, r: Tensor] => {
  const [n, both] = sizesOf(y);
  return [y.slice(-1, 0, both - n).mT, y.slice(-1, both - n)];
};

// Walter and Lehmann, "Algorithmic differentiation of linear algebra functions with application in
// optimum experimental design" (2010), 3.2.
const orthogonalizing = algorithm<{ asked?: string; isComplete: boolean }>({
  name: "qr",
  run: ([a]) => orthogonalFactor(a!),
  vjps: [
    (g, { y, attributes }): Tensor => {
      if (attributes.isComplete) {
        throw new GradientError(
          "linalg.qr: the columns that complete Q are arbitrary, so they have no derivative; use " +
            'linalg.qr(x), without { mode: "complete" }.',
        );
      }
      const [[q, r], [gq, gr]] = [partsQR(y), partsQR(g)];
      const slope = r.matmul(gr.mT).sub(gq.mT.matmul(q));
      const symmetric = slope.tril().add(slope.tril(-1).mT);
      return solvePart(r, gq.add(q.matmul(symmetric)).mT, { triangle: "upper" }).mT;
    },
  ],
});

/** Which columns Q has. */
export interface QROptions {
  /** As many as are needed; "complete": as many as rows; "r": Q is not wanted, and is empty. */
  readonly mode?: "reduced" | "complete" | "r";
}

/**
 * A matrix, or each of a batch, [..., m, n], as Q · R, where Q has columns of length 1 at right
 * angles, and R is an upper triangle: [..., m, k] and [..., k, n], where k is the smaller of m and
 * n; with `mode: "complete"` k is m. R's diagonal has the signs that LAPACK gives it. Gradients
 * need the first k columns to be independent.
 * @example
 * const { Q, R } = linalg.qr(tensor([[3, 1], [4, 2]]));
 * Q // tensor([[-0.6000, -0.8000],
 * //         [-0.8000,  0.6000]])
 * R // tensor([[-5.0000, -2.2000],
 * //         [ 0.0000,  0.4000]])
 */
export const qr = (given: Tensor, options: QROptions = {}): { Q: Tensor; R: Tensor } => {
  const { mode } = readOptions<QROptions>("linalg.qr", options, { mode: "reduced" });
  const x = floatMatrices("linalg.qr", given);
  if (!["reduced", "complete", "r"].includes(mode)) {
    throw new ArgumentError(
      `linalg.qr: there is no mode ${mode}; use "reduced", "complete" or "r".`,
    );
  }
  const [m, n] = sizesOf(x);
  const isComplete = mode === "complete" && m > n;
  // Columns of zeros take up whatever the others leave; those right of a square follow from Q.
  const zeros = x.newZeros([...x.shape.slice(0, -1), Math.max(0, m - n)]);
  const tall = isComplete ? cat([x, zeros], -1) : x.slice(-1, 0, m);
  const columns = sizesOf(tall)[1];
  const [q, r] = partsQR(orthogonalizing([tall], [columns, m + columns], { isComplete }));
  const R = m < n ? cat([r, q.mT.matmul(x.slice(-1, m))], -1) : r.slice(-1, 0, n);
  return { Q: mode === "r" ? x.newZeros([0]) : q, R };
};

/** x / gap, and 0 where there is no gap: nothing there depends on which of equals is which. */
const shareOut = (x: Tensor, gap: Tensor): Tensor => x.div(gap.where(gap.ne(0), Infinity));

const skew = (x: Tensor): Tensor => x.sub(x.mT);

/** [left singular vector, singular value, right singular vector], row by row. */
const partsSVD = (y: Tensor): [u: Tensor, s: Tensor, v: Tensor] => {
  const m = sizesOf(y)[1] - sizesOf(y)[0] - 1;
  return [y.slice(-1, 0, m).mT, y.select(-1, m), y.slice(-1, m + 1).mT];
};

// Townsend, "Differentiating the Singular Value Decomposition" (2016).
const finding = algorithm<{ asked: string }>({
  name: "svd",
  refusal: "has elements that are not finite, and so neither eigenvalues nor singular values.",
  run: ([a]) => singularVectors(a!),
  vjps: [
    (g, { y }): Tensor => {
      const [[u, s, v], [gu, gs, gv]] = [partsSVD(y), partsSVD(g)];
      const [row, column] = [s.unsqueeze(-2), s.unsqueeze(-1)];
      const gaps = row.square().sub(column.square());
      const left = shareOut(skew(u.mT.matmul(gu)), gaps).mul(row);
      const right = shareOut(skew(v.mT.matmul(gv)), gaps).mul(column);
      const inside = u.matmul(left.add(right).add(gs.diagEmbed()));
      const outside = gu.sub(u.matmul(u.mT.matmul(gu)));
      return inside.add(shareOut(outside, row)).matmul(v.mT);
    },
  ],
});

/** Singular values, descending, and vectors as columns, as many of them. */
export function singular(name: string, x: Tensor): [u: Tensor, s: Tensor, v: Tensor] {
  const [m, n] = sizesOf(floatMatrices(name, x));
  if (m >= n) return partsSVD(finding([x], [n, m + 1 + n], { asked: name }));
  const [v, s, u] = singular(name, x.mT);
  return [u, s, v];
}

/** Columns at right angles, and after them those that make them a basis. */
const completed = (q: Tensor): Tensor =>
  cat([q, qr(q.detach(), { mode: "complete" }).Q.slice(-1, sizesOf(q)[1])], -1);

/** How many singular vectors there are. */
export interface SVDOptions {
  /** As many as rows, and as columns; `false`: as many as singular values. */
  readonly fullMatrices?: boolean;
}

/**
 * The singular values S, descending, and singular vectors of a matrix, or of each of a batch,
 * [..., m, n], as U · diag(S) · Vh: U [..., m, m], S [..., k], Vh [..., n, n], where k is the
 * smaller of m and n; with `fullMatrices: false` U is [..., m, k] and Vh [..., k, n]. The signs of
 * pairs of vectors are arbitrary. Gradients go through the first k vectors, and take equal singular
 * values to stay equal. Throws a LinAlgError where elements are not finite: this reads them.
 * @example
 * const { U, S, Vh } = linalg.svd(tensor([[0, 2], [1, 0], [0, 0]]), { fullMatrices: false });
 * S // tensor([2., 1.])
 * U.mul(S).matmul(Vh) // tensor([[0., 2.],
 * //         [1., 0.],
 * //         [0., 0.]])
 */
export const svd = (x: Tensor, options: SVDOptions = {}): { U: Tensor; S: Tensor; Vh: Tensor } => {
  const { fullMatrices } = readOptions<SVDOptions>("linalg.svd", options, { fullMatrices: true });
  const [u, S, v] = singular("linalg.svd", x);
  const [U, V] = fullMatrices ? [completed(u), completed(v)] : [u, v];
  return { U, S, Vh: V.mT };
};

/**
 * The singular values of a matrix, or of each of a batch, descending: [..., m, n] to [..., k],
 * where k is the smaller of m and n. See `svd`.
 * @example
 * linalg.svdvals(tensor([[0, 2], [1, 0], [0, 0]])) // tensor([2., 1.])
 */
export const svdvals = (x: Tensor): Tensor => singular("linalg.svdvals", x)[1];

const mirrored = told<null>("symmetric", (g): Tensor => g.add(g.mT).div(2));

/** The lower triangle, and the same above; the gradient is symmetric, as in PyTorch. */
export const symmetric = (x: Tensor): Tensor =>
  mirrored(x, null, (a) => a.tril().add(a.tril(-1).mT));

/** Which triangle of a symmetric matrix is read. */
export interface TriangleOptions {
  /** "L", the lower one, unless this is "U". */
  readonly UPLO?: "L" | "U";
}

/**
 * Singular values and vectors of what is moved so far up that all eigenvalues are positive: then
 * they are eigenvalues and eigenvectors.
 */
function eigen(
  name: string,
  given: Tensor,
  options: TriangleOptions = {},
): { eigenvalues: Tensor; eigenvectors: Tensor } {
  const { UPLO } = readOptions<TriangleOptions>(name, options, { UPLO: "L" });
  if (UPLO !== "L" && UPLO !== "U") {
    throw new ArgumentError(`${name}: UPLO is ${String(UPLO)}, and must be "L" or "U".`);
  }
  const x = floatMatrices(name, given, true).to("float64");
  const a = symmetric(UPLO === "U" ? x.mT : x);
  const reach = a.detach().abs().sum(-1, true);
  const shift = a.numel() === 0 ? reach : reach.amax(-2, true).mul(2);
  const unit = eye(sizesOf(a)[0], { dtype: "float64" });
  const [, s, v] = singular(name, a.add(unit.mul(shift)));
  const eigenvalues = s.sub(shift.squeeze(-1)).flip(-1).to(given.dtype);
  return { eigenvalues, eigenvectors: v.flip(-1).to(given.dtype) };
}

/**
 * The eigenvalues, ascending, and eigenvectors, as columns of length 1, of a symmetric matrix, or
 * of each of a batch, [..., n, n], of which one triangle is read: [..., n] and [..., n, n]. The
 * signs of the eigenvectors are arbitrary. Gradients are symmetric, and take equal eigenvalues to
 * stay equal. Throws a LinAlgError where elements are not finite: this reads them.
 * @example
 * const { eigenvalues, eigenvectors } = linalg.eigh(tensor([[2, 1], [1, 2]]));
 * eigenvalues // tensor([1., 3.])
 * eigenvectors.abs() // tensor([[0.7071, 0.7071],
 * //         [0.7071, 0.7071]])
 */
export const eigh = (x: Tensor, options?: TriangleOptions): ReturnType<typeof eigen> =>
  eigen("linalg.eigh", x, options);

/**
 * The eigenvalues of a symmetric matrix, or of each of a batch, ascending: [..., n, n] to [..., n].
 * See `eigh`.
 * @example
 * linalg.eigvalsh(tensor([[2, 1], [1, 2]])) // tensor([1., 3.])
 */
export const eigvalsh = (x: Tensor, options?: TriangleOptions): Tensor =>
  eigen("linalg.eigvalsh", x, options).eigenvalues;
