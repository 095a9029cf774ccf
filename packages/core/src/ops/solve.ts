/**
 * Linear equations with square matrices, and inverses. Their derivatives are from Giles, "Collected
 * Matrix Derivative Results for Forward and Reverse Mode Algorithmic Differentiation" (2008), 2.3.
 * Other matrices: least-squares.ts. Read first: matrices.ts; the algorithms are in host/factor.ts.
 */
import { ArgumentError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import { eliminate, solveEliminated, substitute } from "./host/factor.js";
import { algorithm, floatMatrices, rightHandSide, sameBatch, sizesOf } from "./matrices.js";
import { readOptions } from "./options.js";
import { eye } from "./sequence.js";
import { shaped } from "./typed.js";

/** What of a matrix is meant, and who asked. */
interface Part {
  /** Only a triangle of it. */
  readonly triangle?: "upper" | "lower";
  /** The triangle has ones on its diagonal, whatever the matrix has there. */
  readonly unit?: boolean;
  /** The matrix, or its triangle, transposed. */
  readonly transposed?: boolean;
  readonly asked?: string | undefined;
}

const solving = algorithm<Part>({
  name: "solve",
  refusal:
    "is singular: equations with it have no solution, or many. linalg.lstsq gives the best one, " +
    "linalg.pinv the nearest to an inverse.",
  run([a, b], { triangle, unit = false, transposed = false }) {
    if (triangle === undefined) {
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
      const back = solveBack(a, g, attributes);
      const slope = attributes.transposed === true ? y.matmul(back.mT) : back.matmul(y.mT);
      const excluded = Number(attributes.unit ?? false);
      if (attributes.triangle === "upper") return slope.triu(excluded).neg();
      return attributes.triangle === "lower" ? slope.tril(-excluded).neg() : slope.neg();
    },
    (g, { a, attributes }): Tensor => solveBack(a, g, attributes),
  ],
});

/** The gradient at B. Nobody asks for it: what has been solved once is solved again. */
const solveBack = (a: Tensor, g: Tensor, part: Part): Tensor =>
  solvePart(a, g, { ...part, transposed: part.transposed !== true, asked: undefined });

/** X of A · X = B for tensors of one batch. */
export const solvePart = (a: Tensor, b: Tensor, part: Part): Tensor =>
  solving([a, b], sizesOf(b), part);

/** X of A · X = B, or of X · A = B. */
function solveSide(name: string, a: Tensor, b: Tensor, left: boolean, part: Part): Tensor {
  const [x, y] = sameBatch(name, a, left ? b : b.mT);
  const found = solvePart(x, y, { ...part, asked: name, transposed: !left });
  return left ? found : found.mT;
}

/** Which side of the unknown the matrix is on. */
export interface SideOptions {
  /** A · X = B, which is usual; `false`: X · A = B. */
  readonly left?: boolean;
}

/**
 * The solution X of the equations A · X = B, for a square matrix A, or a batch of them,
 * [..., n, n]. B is a matrix [..., n, k], whose batch broadcasts with A's; or, if A is on the left,
 * a vector [n], or one for each matrix of the batch. Throws a LinAlgError where A is singular: this
 * reads the elements.
 * @example
 * const a = tensor([[2, 0], [1, 4]]);
 * linalg.solve(a, tensor([2, 5])) // tensor([1., 1.])
 * linalg.solve(a, tensor([[2, 4], [5, 2]])) // tensor([[1., 2.],
 * //         [1., 0.]])
 */
export const solve = (a: Tensor, b: Tensor, options: SideOptions = {}): Tensor => {
  const name = "linalg.solve";
  const { left } = readOptions<SideOptions>(name, options, { left: true });
  const [matrix, isVector] = rightHandSide(name, floatMatrices(name, a, true), b);
  const x = solveSide(name, a, matrix, left, {});
  return isVector ? x.squeeze(-1) : x;
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
  const name = "linalg.solveTriangular";
  const usual = { upper: null as never, left: true, unitriangular: false };
  const { upper, left, unitriangular } = readOptions<TriangularOptions>(name, options ?? {}, usual);
  if (typeof upper !== "boolean") {
    throw new ArgumentError(`${name}: say which triangle counts: { upper: true } or false.`);
  }
  const part: Part = { triangle: upper ? "upper" : "lower", unit: unitriangular };
  return solveSide(name, floatMatrices(name, a, true), floatMatrices(name, b), left, part);
};

/** A⁻¹, or (A⁻¹)ᵀ. Where A is singular it is an error of who `asked`; NaN if nobody did. */
export const invert = (x: Tensor, asked?: string, transposed = false): Tensor =>
  solvePart(x, eye(sizesOf(x)[0], { dtype: x.dtype }).expand(x.shape), { transposed, asked });

/**
 * The inverse of a square matrix, or of each of a batch, [..., n, n]. To solve equations use
 * `solve`, which is faster and more exact. Throws a LinAlgError where a matrix is singular: this
 * reads the elements.
 * @example
 * linalg.inv(tensor([[2, 0], [1, 4]])) // tensor([[ 0.5000,  0.0000],
 * //         [-0.1250,  0.2500]])
 */
export const inv = shaped<"linalg.inv", "square", []>((x: Tensor): Tensor =>
  invert(floatMatrices("linalg.inv", x, true), "linalg.inv"),
);
