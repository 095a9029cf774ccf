/**
 * Linear equations with square matrices, and inverses. Their derivatives are from Giles, "Collected
 * Matrix Derivative Results for Forward and Reverse Mode Algorithmic Differentiation" (2008), 2.3.
 * Other matrices: least-squares.ts. Read first: matrices.ts; the algorithms are in host/factor.ts.
 */
import { ArgumentError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import { product } from "./contraction.js";
import { eliminate, solveEliminated, substitute } from "./host/factor.js";
import { algorithm, floatMatrices, squareMatrices, rightHandSide, sameBatch } from "./matrices.js";
import { eye } from "./sequence.js";

/** What of a matrix is meant. */
interface Part {
  /** Only a triangle of it; `null`: all. */
  readonly triangle: "upper" | "lower" | null;
  /** The triangle has ones on its diagonal, whatever the matrix has there. */
  readonly unit?: boolean;
  /** The matrix, or its triangle, transposed. */
  readonly transposed?: boolean;
}

const solving = algorithm<Part>({
  name: "solve",
  refusal:
    "is singular: equations with it have no solution, or many. linalg.lstsq gives the best one, " +
    "linalg.pinv the nearest to an inverse.",
  run([a, b], { triangle, unit = false, transposed = false }) {
    if (triangle === null) {
      const { exchanges, isSingular } = eliminate(a!.elements, a!.rows);
      if (isSingular) return null;
      solveEliminated(a!, exchanges, b!, transposed);
    } else {
      substitute(a!, b!, { upper: triangle === "upper", unit, transposed });
    }
    return b!.elements;
  },
  vjps: [
    (g, { a, y, attributes }): Tensor => {
      const { triangle, unit = false, transposed = false } = attributes;
      const back = solvePart(a, g, { triangle, unit, transposed: !transposed });
      const slope = transposed ? y.matmul(back.mT) : back.matmul(y.mT);
      const excluded = Number(unit);
      if (triangle === "upper") return slope.triu(excluded).neg();
      return triangle === "lower" ? slope.tril(-excluded).neg() : slope.neg();
    },
    (g, { a, attributes }): Tensor =>
      solvePart(a, g, { ...attributes, transposed: attributes.transposed !== true }),
  ],
});

/**
 * X of A · X = B for tensors of one batch. Where A is singular it is an error of who `asked`; NaN
 * if nobody did.
 */
export const solvePart = (a: Tensor, b: Tensor, part: Part, asked: string | null = null): Tensor =>
  solving([a, b], b.shape.slice(-2), asked, part);

/** X of A · X = B, or of X · A = B, whose batches are broadcast. */
function solveSide(name: string, a: Tensor, b: Tensor, left: boolean, part: Part): Tensor {
  const [x, y] = sameBatch(name, a, left ? b : b.mT);
  if (left) return solvePart(x, y, part, name);
  return solvePart(x, y, { ...part, transposed: true }, name).mT;
}

/** Which side of the unknown the matrix is on. */
export interface SideOptions {
  /** A · X = B, which is usual; `false`: X · A = B. */
  readonly left?: boolean;
}

/**
 * The solution X of the equations A · X = B, for a square matrix A, or a batch of them,
 * [..., n, n]. B is a matrix [..., n, k], whose batch broadcasts with A's; or a vector [n], or one
 * for each matrix of the batch. Throws a LinAlgError where A is singular: this reads the elements.
 * @example
 * const a = tensor([[2, 0], [1, 4]]);
 * linalg.solve(a, tensor([2, 5])) // tensor([1., 1.])
 * linalg.solve(a, tensor([[2, 4], [5, 2]])) // tensor([[1., 2.],
 * //         [1., 0.]])
 */
export const solve = (a: Tensor, b: Tensor, { left = true }: SideOptions = {}): Tensor => {
  const name = "linalg.solve";
  const [matrix, isVector] = rightHandSide(name, squareMatrices(name, a), b);
  if (left || !isVector) {
    const x = solveSide(name, a, matrix, left, { triangle: null });
    return isVector ? x.squeeze(-1) : x;
  }
  throw new ArgumentError(
    `${name}: ${product(b, a)}: with { left: false } B must be a matrix; make one of the vector, ` +
      "for example b.unsqueeze(0).",
  );
};

/** What solveTriangular must be told, and may be. */
export interface TriangularOptions extends SideOptions {
  /** The upper triangle of A counts; `false`: the lower one. */
  readonly upper: boolean;
  /** A has ones on its diagonal, whatever is there. */
  readonly unitriangular?: boolean;
}

/**
 * The solution X of A · X = B, of which only the upper or the lower triangle of A counts; B is a
 * matrix [..., n, k], and batches broadcast. A 0 on the diagonal gives infinities and NaN.
 * @example
 * const a = tensor([[2, 0], [1, 4]]);
 * linalg.solveTriangular(a, tensor([[2], [5]]), { upper: false }) // tensor([[1.],
 * //         [1.]])
 */
export const solveTriangular = (a: Tensor, b: Tensor, options: TriangularOptions): Tensor => {
  const { upper, left = true, unitriangular = false } = options ?? {};
  if (typeof upper !== "boolean") {
    throw new ArgumentError(
      "linalg.solveTriangular: say which triangle counts: { upper: true } or { upper: false }.",
    );
  }
  const name = "linalg.solveTriangular";
  const part: Part = { triangle: upper ? "upper" : "lower", unit: unitriangular };
  return solveSide(name, squareMatrices(name, a), floatMatrices(name, b), left, part);
};

/** A⁻¹, or (A⁻¹)ᵀ. Where A is singular it is an error of who `asked`; NaN if nobody did. */
export const invert = (x: Tensor, asked: string | null, transposed = false): Tensor => {
  const unit = eye(x.shape.at(-1)!, { dtype: x.dtype }).expand(x.shape);
  return solvePart(x, unit, { triangle: null, transposed }, asked);
};

/**
 * The inverse of a square matrix, or of each of a batch, [..., n, n]. To solve equations use
 * `solve`, which is faster and more exact. Throws a LinAlgError where a matrix is singular: this
 * reads the elements.
 * @example
 * linalg.inv(tensor([[2, 0], [1, 4]])) // tensor([[ 0.5000,  0.0000],
 * //         [-0.1250,  0.2500]])
 */
export const inv = (x: Tensor): Tensor => invert(squareMatrices("linalg.inv", x), "linalg.inv");
