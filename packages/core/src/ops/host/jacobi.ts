/**
 * Eigenvalues of symmetric matrices, and singular values, by Jacobi's rotations, as Hestenes has
 * them: pairs of columns are turned until all are at right angles. Not the fastest way, but the
 * shortest, and as exact as any. Read first: factor.ts. Source: Golub and Van Loan, "Matrix
 * Computations", 8.5 and 8.6.3.
 */
import { normalize, orthogonalFactor } from "./factor.js";
import type { Matrix } from "./factor.js";

/** Convergence is quadratic: ten rounds are usual, and this many never needed. */
const MOST_ROUNDS = 60;

/** Turns the vectors `w` until all are at right angles; `v` are turned along. */
function turn(w: readonly Float64Array[], v: readonly Float64Array[]): void {
  const length = w[0]?.length ?? 0;
  const tolerance = Number.EPSILON * Math.sqrt(length);
  for (let round = 0, isDone = false; !isDone && round < MOST_ROUNDS; round++) {
    isDone = true;
    for (let p = 0; p < w.length; p++) {
      for (let q = p + 1; q < w.length; q++) {
        const [x, y] = [w[p]!, w[q]!];
        let [a, b, c] = [0, 0, 0];
        for (let i = 0; i < length; i++) {
          a += x[i]! * x[i]!;
          b += y[i]! * y[i]!;
          c += x[i]! * y[i]!;
        }
        if (Math.abs(c) <= tolerance * Math.sqrt(a) * Math.sqrt(b)) continue;
        isDone = false;
        const zeta = (b - a) / (2 * c);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        const sine = cosine * tangent;
        rotate(x, y, sine, sine / (1 + cosine));
        rotate(v[p]!, v[q]!, sine, sine / (1 + cosine));
      }
    }
  }
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** In Rutishauser's form, which keeps the lengths; `tau` is the tangent of half the angle. */
function rotate(x: Float64Array, y: Float64Array, sine: number, tau: number): void {
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i]!, y[i]!];
    x[i] = a - sine * (b + tau * a);
    y[i] = b + sine * (a - tau * b);
  }
}

const unitVectors = (n: number): Float64Array[] =>
  Array.from({ length: n }, (_, i) => new Float64Array(n).fill(1, i, i + 1));

const isFinite = (a: Float64Array): boolean => a.every(Number.isFinite);

/** The positions of numbers, from the smallest on. */
const ascending = (values: readonly number[]): number[] =>
  values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);

/**
 * Of a symmetric matrix, given its lower triangle, row by row [eigenvalue, eigenvector], ascending.
 * `null` where an element is not finite. The matrix is moved by a multiple of the unit matrix, so
 * that all eigenvalues are positive: then its columns at right angles are eigenvectors.
 */
export function eigenvectors({ elements: a, rows: n }: Matrix): Float64Array | null {
  if (!isFinite(a)) return null;
  const scale = normalize(a);
  const rows = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) => a[Math.max(i, j) * n + Math.min(i, j)]!),
  );
  const bounds = rows.map((row) => row.reduce((sum, element) => sum + Math.abs(element), 0));
  const shift = 2 * Math.max(0, ...bounds);
  const [w, v] = [rows.map((row) => row.slice()), unitVectors(n)];
  w.forEach((row, i) => (row[i] = row[i]! + shift));
  turn(w, v);
  const values = v.map((x) => rows.reduce((sum, row, i) => sum + x[i]! * dot(row, x), 0));
  const result = new Float64Array(n * (n + 1));
  ascending(values).forEach((from, i) => {
    result[i * (n + 1)] = values[from]! * scale;
    result.set(v[from]!, i * (n + 1) + 1);
  });
  return result;
}

/**
 * Of a matrix with no more columns than rows, row by row [left singular vector, singular value,
 * right singular vector], descending. `null` where an element is not finite.
 */
export function singularVectors(given: Matrix): Float64Array | null {
  const { elements: a, rows: m, columns: n } = given;
  if (!isFinite(a)) return null;
  const scale = normalize(a);
  const w = Array.from({ length: n }, (_, j) =>
    Float64Array.from({ length: m }, (_, i) => a[i * n + j]!),
  );
  const v = unitVectors(n);
  turn(w, v);
  const lengths = w.map((column) => Math.sqrt(dot(column, column)));
  const order = ascending(lengths.map((length) => -length));
  order.forEach((from, j) => w[from]!.forEach((element, i) => (a[i * n + j] = element)));
  // At right angles they are already: Q has them in length 1, and others where they are 0.
  const factors = orthogonalFactor(given);
  const result = new Float64Array(n * (m + 1 + n));
  order.forEach((from, k) => {
    const left = factors.subarray(k * (m + n), k * (m + n) + m);
    const sign = factors[k * (m + n) + m + k]! < 0 ? -1 : 1;
    const row = k * (m + 1 + n);
    left.forEach((element, i) => (result[row + i] = sign * element));
    result[row + m] = lengths[from]! * scale;
    result.set(v[from]!, row + m + 1);
  });
  return result;
}
