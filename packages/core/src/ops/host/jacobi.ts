/**
 * Singular values by Jacobi's rotations, as Hestenes has them: pairs of columns are turned until
 * all are at right angles. Not the fastest way, but the shortest, and as exact as any. Read first:
 * factor.ts. Source: Golub and Van Loan, "Matrix Computations", 8.6.3.
 */
import { normalize, orthogonalFactor } from "./factor.js";
import type { Matrix } from "./factor.js";

/** Convergence is quadratic: ten rounds are usual, and this many never needed. */
const MOST_ROUNDS = 60;

/** A column of a matrix times the rotations, and the same of the unit matrix. */
interface Pair {
  readonly column: Float64Array;
  readonly vector: Float64Array;
}

/** Turns columns until all are at right angles. */
function turn(pairs: readonly Pair[]): void {
  const tolerance = Number.EPSILON * Math.sqrt(pairs[0]?.column.length ?? 0);
  for (let round = 0, isDone = false; !isDone && round < MOST_ROUNDS; round++) {
    isDone = true;
    for (let p = 0; p < pairs.length; p++) {
      for (let q = p + 1; q < pairs.length; q++) {
        const [{ column: x, vector: v }, { column: y, vector: w }] = [pairs[p]!, pairs[q]!];
        let [a, b, c] = [0, 0, 0];
        for (let i = 0; i < x.length; i++) {
          a += x[i]! * x[i]!;
          b += y[i]! * y[i]!;
          c += x[i]! * y[i]!;
        }
        if (Math.abs(c) <= tolerance * Math.sqrt(a) * Math.sqrt(b)) continue;
        isDone = false;
        const zeta = (b - a) / (2 * c);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        rotate(x, y, cosine * tangent, (cosine * tangent) / (1 + cosine));
        rotate(v, w, cosine * tangent, (cosine * tangent) / (1 + cosine));
      }
    }
  }
}

/** In Rutishauser's form, which keeps the lengths; `tau` is the tangent of half the angle. */
function rotate(x: Float64Array, y: Float64Array, sine: number, tau: number): void {
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i]!, y[i]!];
    x[i] = a - sine * (b + tau * a);
    y[i] = b + sine * (a - tau * b);
  }
}

/**
 * Of a matrix with no more columns than rows, row by row [left singular vector, singular value,
 * right singular vector], descending. `null` where an element is not finite.
 */
export function singularVectors(given: Matrix): Float64Array | null {
  const { elements: a, rows: m, columns: n } = given;
  if (!a.every(Number.isFinite)) return null;
  const scale = normalize(a);
  const pairs = Array.from({ length: n }, (_, j) => ({
    column: a.filter((_, i) => i % n === j),
    vector: new Float64Array(n).fill(1, j, j + 1),
    length: 0,
  }));
  turn(pairs);
  for (const pair of pairs) {
    pair.length = Math.sqrt(pair.column.reduce((sum, element) => sum + element * element, 0));
  }
  pairs.sort((p, q) => q.length - p.length);
  pairs.forEach(({ column }, j) => column.forEach((element, i) => (a[i * n + j] = element)));
  // At right angles they are already: Q has them in length 1, and others where they are 0.
  const factors = orthogonalFactor(given);
  const result = new Float64Array(n * (m + 1 + n));
  pairs.forEach(({ vector, length }, k) => {
    const [row, from] = [k * (m + 1 + n), k * (m + n)];
    const sign = factors[from + m + k]! < 0 ? -1 : 1;
    for (let i = 0; i < m; i++) result[row + i] = sign * factors[from + i]!;
    result[row + m] = length * scale;
    result.set(vector, row + m + 1);
  });
  return result;
}
