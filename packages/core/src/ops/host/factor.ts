/**
 * One matrix as a product of simpler ones, and equations solved with them: L·U, Cholesky's L·Lᵀ and
 * Q·R. What runs these on every matrix of a batch: ../matrices.ts. Eigenvalues: jacobi.ts. Source:
 * Golub and Van Loan, "Matrix Computations", 3.4, 4.2 and 5.2.
 */
import type { TypedArray } from "../../graph/dtype.js";

/** One matrix, row-major; whoever gets it may work in it. */
export interface Matrix {
  readonly elements: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** What is to be known of A · P = L · U, but L and U. */
interface Elimination {
  /** P: row by row the column that was exchanged with the one on the diagonal. */
  readonly exchanges: Int32Array;
  /** The determinant of P, 1 or -1. */
  readonly sign: number;
  /** Whether a pivot is 0. */
  readonly isSingular: boolean;
}

/**
 * L·U by partial pivoting in the place of A, n × n, row after row; U has ones on its diagonal. All
 * products of an element are added up before they are subtracted, and its row is divided by the
 * pivot's reciprocal: so the roundings are those of PyTorch's LAPACK, and of the determinant of a
 * singular matrix they are all that there is. They are made in the array's type.
 */
export function eliminate(a: TypedArray, n: number): Elimination {
  const exchanges = new Int32Array(n);
  const sums = a.slice(0, n);
  let [sign, isSingular] = [1, false];
  for (let j = 0; j < n; j++) {
    const row = j * n;
    for (let i = 0; i < j; i++) exchange(a, row + i, row + exchanges[i]!);
    sums.fill(0);
    for (let k = 0; k < j; k++) {
      a[row + k] = a[row + k]! - sums[k]!;
      const factor = a[row + k]!;
      for (let i = k + 1; i < n; i++) sums[i] = sums[i]! + a[k * n + i]! * factor;
    }
    let best = j;
    for (let i = j; i < n; i++) {
      a[row + i] = a[row + i]! - sums[i]!;
      if (Math.abs(a[row + i]!) > Math.abs(a[row + best]!)) best = i;
    }
    exchanges[j] = best;
    if (best !== j) {
      sign = -sign;
      for (let k = 0; k <= j; k++) exchange(a, k * n + j, k * n + best);
    }
    const pivot = a[row + j]!;
    isSingular ||= pivot === 0;
    sums[j] = pivot === 0 ? 0 : 1 / pivot;
    for (let i = j + 1; i < n; i++) a[row + i] = a[row + i]! * sums[j]!;
  }
  return { exchanges, sign, isSingular };
}

function exchange(a: TypedArray, i: number, j: number): void {
  const kept = a[i]!;
  a[i] = a[j]!;
  a[j] = kept;
}

/** Which triangle of a matrix is meant, and how. */
interface Triangle {
  readonly upper: boolean;
  /** Ones are on its diagonal, whatever is there. */
  readonly unit: boolean;
  /** It is meant transposed; `upper` says where it is before. */
  readonly transposed: boolean;
}

/** X of T · X = B for a triangle T, in the place of B. */
export function substitute(t: Matrix, b: Matrix, { upper, unit, transposed }: Triangle): void {
  const [n, k, x] = [t.rows, b.columns, b.elements];
  const [down, across] = transposed ? [1, n] : [n, 1];
  const isUpward = upper !== transposed;
  for (let step = 0; step < n; step++) {
    const i = isUpward ? n - 1 - step : step;
    for (let j = isUpward ? i + 1 : 0; j < (isUpward ? n : i); j++) {
      const factor = t.elements[i * down + j * across]!;
      for (let c = 0; c < k; c++) x[i * k + c] = x[i * k + c]! - factor * x[j * k + c]!;
    }
    if (unit) continue;
    const pivot = t.elements[i * (n + 1)]!;
    for (let c = 0; c < k; c++) x[i * k + c] = x[i * k + c]! / pivot;
  }
}

/** X of A · X = B, or of Aᵀ · X = B, in the place of B, after the elimination of A. */
export function solveEliminated(
  a: Matrix,
  exchanges: Int32Array,
  b: Matrix,
  transposed: boolean,
): void {
  const swap = (j: number): void => {
    const k = b.columns;
    for (let c = 0; c < k; c++) exchange(b.elements, j * k + c, exchanges[j]! * k + c);
  };
  if (transposed) for (let j = 0; j < a.rows; j++) swap(j);
  substitute(a, b, { upper: transposed, unit: transposed, transposed });
  substitute(a, b, { upper: !transposed, unit: !transposed, transposed });
  if (!transposed) for (let j = a.rows - 1; j >= 0; j--) swap(j);
}

/** L of A = L · Lᵀ, given the lower triangle of A; `null` where A is not positive definite. */
export function choleskyFactor({ elements, rows: n }: Matrix): Float64Array | null {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = elements[i * n + j]!;
      for (let k = 0; k < j; k++) rest -= l[i * n + k]! * l[j * n + k]!;
      if (i === j && !(rest > 0)) return null;
      l[i * n + j] = i === j ? Math.sqrt(rest) : rest / l[j * n + j]!;
    }
  }
  return l;
}

/**
 * Q · R of a matrix with no more columns than rows, by Householder's reflections; row by row
 * [column of Q, row of R]. The diagonal of R has LAPACK's signs: against those of what was there.
 */
export function orthogonalFactor(a: Matrix): Float64Array {
  const { elements, rows: m, columns: n } = a;
  const scale = normalize(elements);
  const mirrors: [v: Float64Array, weight: number][] = [];
  for (let k = 0; k < n; k++) {
    const v = Float64Array.from({ length: m }, (_, i) => (i < k ? 0 : elements[i * n + k]!));
    const first = v[k]!;
    const below = v.reduce((sum, element, i) => (i > k ? sum + element * element : sum), 0);
    const length = (first < 0 ? 1 : -1) * Math.sqrt(first * first + below);
    // Nothing is below: then nothing is reflected.
    const weight = below === 0 ? 0 : (length - first) / length;
    if (weight !== 0) for (let i = k + 1; i < m; i++) v[i] = v[i]! / (first - length);
    v[k] = 1;
    mirrors.push([v, weight]);
    reflect(a, k, v, weight);
  }
  const q = { elements: new Float64Array(m * n), rows: m, columns: n };
  for (let k = n - 1; k >= 0; k--) {
    q.elements[k * (n + 1)] = 1;
    reflect(q, k, ...mirrors[k]!);
  }
  const parts = new Float64Array(n * (m + n));
  for (let k = 0; k < n; k++) {
    const row = k * (m + n);
    for (let i = 0; i < m; i++) parts[row + i] = q.elements[i * n + k]!;
    for (let j = k; j < n; j++) parts[row + m + j] = elements[k * n + j]! * scale;
  }
  return parts;
}

/** x - weight · v · vᵀ · x, for rows and columns from `k` on. */
function reflect(
  { elements: x, columns: n }: Matrix,
  k: number,
  v: Float64Array,
  weight: number,
): void {
  if (weight === 0) return;
  const sums = new Float64Array(n);
  for (let i = k; i < v.length; i++) {
    for (let j = k; j < n; j++) sums[j] = sums[j]! + v[i]! * x[i * n + j]!;
  }
  for (let i = k; i < v.length; i++) {
    const factor = weight * v[i]!;
    for (let j = k; j < n; j++) x[i * n + j] = x[i * n + j]! - factor * sums[j]!;
  }
}

/** Divides by a power of 2, so that squares neither overflow nor vanish; returns it. */
export function normalize(a: Float64Array): number {
  let largest = 0;
  for (const element of a) largest = Math.max(largest, Math.abs(element));
  if (largest === 0 || !Number.isFinite(largest)) return 1;
  const scale = 2 ** Math.floor(Math.log2(largest));
  for (let i = 0; i < a.length; i++) a[i] = a[i]! / scale;
  return scale;
}
