/**
 * Matrices as products of simpler ones: Cholesky's factor, Q·R, eigenvalues and singular values. A
 * record has all parts in one tensor, row by row; users get views of it. Read first: matrices.ts
 * and solve.ts; the algorithms are in host/. What is made of these: spectrum.ts.
 */
import { ArgumentError, GradientError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import { choleskyFactor, orthogonalFactor } from "./host/factor.js";
import { eigenvectors, singularVectors } from "./host/jacobi.js";
import { cat } from "./join.js";
import { algorithm, floatMatrices, squareMatrices } from "./matrices.js";
import { solvePart } from "./solve.js";

// Murray, "Differentiation of the Cholesky decomposition" (2016), 3; symmetric, as in PyTorch.
const factoring = algorithm({
  name: "cholesky",
  refusal:
    "is not positive definite; its eigenvalues (linalg.eigvalsh) must all be above 0. Add a " +
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

/** Which triangle is read and made. */
export interface CholeskyOptions {
  /** The upper one, U of A = Uᵀ · U; otherwise the lower one. */
  readonly upper?: boolean;
}

/**
 * The lower triangle L of A = L · Lᵀ, for a symmetric positive definite matrix, or each of a batch,
 * [..., n, n], of which the lower triangle is read. The gradient is symmetric. Throws a LinAlgError
 * where a matrix is not positive definite: this reads the elements.
 * @example
 * linalg.cholesky(tensor([[4, 2], [2, 5]])) // tensor([[2., 0.],
 * //         [1., 2.]])
 */
export const cholesky = (x: Tensor, { upper = false }: CholeskyOptions = {}): Tensor => {
  const name = "linalg.cholesky";
  const a = squareMatrices(name, x);
  const factor = factoring([upper ? a.mT : a], a.shape.slice(-2), name, {});
  return upper ? factor.mT : factor;
};

/** [column of Q, row of R], row by row. */
const partsQR = (y: Tensor): [q: Tensor, r: Tensor] => {
  const rows = y.shape.at(-1)! - y.shape.at(-2)!;
  return [y.slice(-1, 0, rows).mT, y.slice(-1, rows)];
};

// Walter and Lehmann, "Algorithmic differentiation of linear algebra functions with application in
// optimum experimental design" (2010), 3.2.
const orthogonalizing = algorithm<{ readonly completed: boolean }>({
  name: "qr",
  run: ([a]) => orthogonalFactor(a!),
  vjps: [
    (g, { y, attributes }): Tensor => {
      if (attributes.completed) {
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

/** Q and R of a matrix that has at least as many rows as columns. */
function tallQR(x: Tensor, completed: boolean): [q: Tensor, r: Tensor] {
  const [m, n] = x.shape.slice(-2) as [number, number];
  return partsQR(orthogonalizing([x], [n, m + n], null, { completed }));
}

/** How many columns Q has. */
export interface QROptions {
  /** As many as are needed; "complete": as many as rows; "r": Q is not wanted, and is empty. */
  readonly mode?: "reduced" | "complete" | "r";
}

/** A matrix as Q · R. */
export interface QR {
  /** Its columns have length 1 and are at right angles. */
  readonly Q: Tensor;
  /** An upper triangle. */
  readonly R: Tensor;
}

/**
 * A matrix, or each of a batch, [..., m, n], as Q · R: [..., m, k] and [..., k, n], where k is the
 * smaller of m and n; with `mode: "complete"` k is m. R's diagonal has the signs that LAPACK gives
 * it. Gradients need the first k columns to be independent.
 * @example
 * const { Q, R } = linalg.qr(tensor([[3, 1], [4, 2]]));
 * Q // tensor([[-0.6000, -0.8000],
 * //         [-0.8000,  0.6000]])
 * R // tensor([[-5.0000, -2.2000],
 * //         [ 0.0000,  0.4000]])
 */
export const qr = (given: Tensor, { mode = "reduced" }: QROptions = {}): QR => {
  const x = floatMatrices("linalg.qr", given);
  if (!["reduced", "complete", "r"].includes(mode)) {
    throw new ArgumentError(
      `linalg.qr: there is no mode ${mode}; use "reduced", "complete" or "r".`,
    );
  }
  const [m, n] = x.shape.slice(-2) as [number, number];
  const batch = x.shape.slice(0, -2);
  if (m < n) {
    const [Q, R] = tallQR(x.slice(-1, 0, m), false);
    const wide = cat([R, Q.mT.matmul(x.slice(-1, m))], -1);
    return { Q: mode === "r" ? x.newZeros([0]) : Q, R: wide };
  }
  // Columns of zeros take up whatever the others leave.
  const isCompleted = mode === "complete" && m > n;
  const filled = isCompleted ? cat([x, x.newZeros([...batch, m, m - n])], -1) : x;
  const [Q, R] = tallQR(filled, isCompleted);
  return { Q: mode === "r" ? x.newZeros([0]) : Q, R: isCompleted ? R.slice(-1, 0, n) : R };
};

/** x / gap, and 0 where there is no gap: nothing there depends on which of equals is which. */
const shareOut = (x: Tensor, gap: Tensor): Tensor => x.div(gap.where(gap.ne(0), Infinity));

const skew = (x: Tensor): Tensor => x.sub(x.mT);

/** All differences of numbers: of the one in the column and the one in the row. */
const gaps = (x: Tensor): Tensor => x.unsqueeze(-2).sub(x.unsqueeze(-1));

/** [eigenvalue, eigenvector], row by row. */
const partsEigh = (y: Tensor): [values: Tensor, vectors: Tensor] => [
  y.select(-1, 0),
  y.slice(-1, 1).mT,
];

// Giles (2008), 3.1; symmetric, as in PyTorch.
const diagonalizing = algorithm({
  name: "eigh",
  refusal: "has elements that are not finite, and so no eigenvalues.",
  run: ([a]) => eigenvectors(a!),
  vjps: [
    (g, { y }): Tensor => {
      const [[values, vectors], [gValues, gVectors]] = [partsEigh(y), partsEigh(g)];
      const turns = skew(vectors.mT.matmul(gVectors)).div(2);
      const core = shareOut(turns, gaps(values)).add(gValues.diagEmbed());
      return vectors.matmul(core).matmul(vectors.mT);
    },
  ],
});

/** Which triangle of a symmetric matrix is read. */
export interface TriangleOptions {
  /** "L", the lower one, unless this is "U". */
  readonly UPLO?: "L" | "U";
}

/** The eigenvalues of a symmetric matrix, and what they belong to. */
export interface Eigen {
  /** In ascending order, [..., n]. */
  readonly eigenvalues: Tensor;
  /** As columns of length 1, [..., n, n]. */
  readonly eigenvectors: Tensor;
}

function eigen(name: string, x: Tensor, { UPLO = "L" }: TriangleOptions): Eigen {
  const a = squareMatrices(name, x);
  if (UPLO !== "L" && UPLO !== "U") {
    throw new ArgumentError(`${name}: UPLO is ${String(UPLO)}, and must be "L" or "U".`);
  }
  const n = a.shape.at(-1)!;
  const pairs = diagonalizing([UPLO === "U" ? a.mT : a], [n, n + 1], name, {});
  const [eigenvalues, eigenvectors] = partsEigh(pairs);
  return { eigenvalues, eigenvectors };
}

/**
 * The eigenvalues, ascending, and eigenvectors of a symmetric matrix, or of each of a batch,
 * [..., n, n], of which one triangle is read. The signs of the eigenvectors are arbitrary.
 * Gradients are symmetric, and take equal eigenvalues to stay equal. Throws a LinAlgError where
 * elements are not finite: this reads them.
 * @example
 * const { eigenvalues, eigenvectors } = linalg.eigh(tensor([[2, 1], [1, 2]]));
 * eigenvalues // tensor([1., 3.])
 * eigenvectors.abs() // tensor([[0.7071, 0.7071],
 * //         [0.7071, 0.7071]])
 */
export const eigh = (x: Tensor, options: TriangleOptions = {}): Eigen =>
  eigen("linalg.eigh", x, options);

/**
 * The eigenvalues of a symmetric matrix, or of each of a batch, ascending: [..., n, n] to [..., n].
 * See `eigh`.
 * @example
 * linalg.eigvalsh(tensor([[2, 1], [1, 2]])) // tensor([1., 3.])
 */
export const eigvalsh = (x: Tensor, options: TriangleOptions = {}): Tensor =>
  eigen("linalg.eigvalsh", x, options).eigenvalues;

/** [left singular vector, singular value, right singular vector], row by row. */
const partsSVD = (y: Tensor): [u: Tensor, s: Tensor, v: Tensor] => {
  const rows = y.shape.at(-1)! - y.shape.at(-2)! - 1;
  return [y.slice(-1, 0, rows).mT, y.select(-1, rows), y.slice(-1, rows + 1).mT];
};

// Townsend, "Differentiating the Singular Value Decomposition" (2016).
const singling = algorithm({
  name: "svd",
  refusal: "has elements that are not finite, and so no singular values.",
  run: ([a]) => singularVectors(a!),
  vjps: [
    (g, { y }): Tensor => {
      const [[u, s, v], [gu, gs, gv]] = [partsSVD(y), partsSVD(g)];
      const squares = gaps(s.square());
      const left = shareOut(skew(u.mT.matmul(gu)), squares).mul(s.unsqueeze(-2));
      const right = shareOut(skew(v.mT.matmul(gv)), squares).mul(s.unsqueeze(-1));
      const inside = u.matmul(left.add(right).add(gs.diagEmbed()));
      const outside = gu.sub(u.matmul(u.mT.matmul(gu)));
      return inside.add(shareOut(outside, s.unsqueeze(-2))).matmul(v.mT);
    },
  ],
});

/** Singular vectors as columns, and values, without those that complete a basis. */
export function singular(name: string, x: Tensor): [u: Tensor, s: Tensor, v: Tensor] {
  const [m, n] = floatMatrices(name, x).shape.slice(-2) as [number, number];
  if (m >= n) return partsSVD(singling([x], [n, m + 1 + n], name, {}));
  const [v, s, u] = singular(name, x.mT);
  return [u, s, v];
}

/** How many singular vectors there are. */
export interface SVDOptions {
  /** As many as rows, and as columns; `false`: as many as singular values. */
  readonly fullMatrices?: boolean;
}

/** A matrix as U · diag(S) · Vh. */
export interface SVD {
  /** Left singular vectors, as columns. */
  readonly U: Tensor;
  /** Singular values, descending. */
  readonly S: Tensor;
  /** Right singular vectors, as rows. */
  readonly Vh: Tensor;
}

/** The columns of an orthogonal matrix, and after them those that make it square. */
const completed = (q: Tensor): Tensor =>
  cat([q, qr(q.detach(), { mode: "complete" }).Q.slice(-1, q.shape.at(-1)!)], -1);

/**
 * The singular values, descending, and singular vectors of a matrix, or of each of a batch,
 * [..., m, n]: U [..., m, m], S [..., k], Vh [..., n, n], where k is the smaller of m and n; with
 * `fullMatrices: false` U is [..., m, k] and Vh [..., k, n]. The signs of pairs of vectors are
 * arbitrary. Gradients go through the first k vectors, and take equal singular values to stay
 * equal. Throws a LinAlgError where elements are not finite: this reads them.
 * @example
 * const { U, S, Vh } = linalg.svd(tensor([[0, 2], [1, 0], [0, 0]]), { fullMatrices: false });
 * S // tensor([2., 1.])
 * U.mul(S).matmul(Vh) // tensor([[0., 2.],
 * //         [1., 0.],
 * //         [0., 0.]])
 */
export const svd = (x: Tensor, { fullMatrices = true }: SVDOptions = {}): SVD => {
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
