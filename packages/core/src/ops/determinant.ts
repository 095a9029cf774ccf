/**
 * Determinants. That of a singular matrix has a derivative, too, which needs no inverse: the
 * cofactors. Read first: matrices.ts; the algorithm is in host/factor.ts.
 */
import type { Tensor } from "../tensor.js";
import { singular } from "./decompose.js";
import { eliminate, solveEliminated } from "./host/factor.js";
import type { Matrix } from "./host/factor.js";
import { algorithm, squareMatrices } from "./matrices.js";
import { eye } from "./sequence.js";
import { invert } from "./solve.js";

/** L·U with the roundings of the tensor's own type. */
function eliminated({ elements, rows }: Matrix, dtype: string): ReturnType<typeof eliminate> {
  if (dtype === "float64") return eliminate(elements, rows);
  const rounded = new Float32Array(elements);
  const found = eliminate(rounded, rows);
  elements.set(rounded);
  return found;
}

/** A number for each matrix, so that it broadcasts with matrices. */
const perMatrix = (x: Tensor): Tensor => x.unsqueeze(-1).unsqueeze(-1);

const measuring = algorithm({
  name: "det",
  run: ([a], { dtype }) => Float64Array.of(eliminated(a!, dtype).determinant),
  vjps: [
    // Without elements there is nothing to differentiate by.
    (g, { x }): Tensor | null =>
      x.numel() === 0 ? null : cofactors([x], x.shape.slice(-2), null, {}).mul(perMatrix(g)),
  ],
});

/**
 * The derivative of the determinant: det(A) · (A⁻¹)ᵀ, of a matrix that differs from A by rounding
 * where A is singular. Its own derivative, in the directions of the singular vectors: for
 * A = diag(s) the cofactors move by the products of all but two s, which `others` are.
 */
const cofactors = algorithm({
  name: "cofactors",
  run([a], { dtype }) {
    const { elements, rows: n } = a!;
    const largest = elements.reduce((max, element) => Math.max(max, Math.abs(element)), 1e-150);
    const { exchanges, sign } = eliminated(a!, dtype);
    let product = sign;
    for (let i = 0; i < elements.length; i += n + 1) {
      if (elements[i] === 0) elements[i] = Number.EPSILON * largest;
      product *= elements[i]!;
    }
    const result = new Float64Array(n * n);
    for (let i = 0; i < result.length; i += n + 1) result[i] = product;
    solveEliminated(a!, exchanges, { elements: result, rows: n, columns: n }, true);
    return result;
  },
  vjps: [
    (g, { x }): Tensor => {
      const n = x.shape.at(-1)!;
      const [u, s, v] = singular("linalg.det", x);
      const unit = eye(n, { dtype: "bool" });
      const either = unit.unsqueeze(0).logicalOr(unit.unsqueeze(1));
      const products = s.unsqueeze(-2).unsqueeze(-2).where(either.logicalNot(), 1).prod(-1);
      const others = products.where(unit.logicalNot(), 0);
      const slope = u.mT.matmul(g).matmul(v);
      const along = others.matmul(slope.diagonal(0, -2, -1).unsqueeze(-1)).squeeze(-1);
      const across = others.mul(slope.mT);
      const sign = measure(u).mul(measure(v)).detach();
      return u.matmul(along.diagEmbed().sub(across)).matmul(v.mT).mul(perMatrix(sign));
    },
  ],
});

const measure = (x: Tensor): Tensor => measuring([x], [], null, {});

/**
 * The determinant of a square matrix, or of each of a batch: [..., n, n] to [...]. Its gradient is
 * right for singular matrices, too.
 * @example
 * linalg.det(tensor([[2, 1], [1, 4]])) // tensor(7.)
 */
export const det = (x: Tensor): Tensor => measure(squareMatrices("linalg.det", x));

/** [sign, logarithm of the size]. */
const scaling = algorithm({
  name: "slogdet",
  run([a]) {
    const { elements, rows: n } = a!;
    let { sign } = eliminate(elements, n);
    let logarithm = 0;
    for (let i = 0; i < elements.length; i += n + 1) {
      sign *= Math.sign(elements[i]!);
      logarithm += Math.log(Math.abs(elements[i]!));
    }
    return Float64Array.of(sign, logarithm);
  },
  vjps: [(g, { x }): Tensor => invert(x, null, true).mul(perMatrix(g.select(-1, 1)))],
});

/** A determinant that may be too large, or too small, for a number. */
export interface SignAndLogarithm {
  /** 1, -1, or 0 for a singular matrix. */
  readonly sign: Tensor;
  /** The natural logarithm of its size, -Infinity for a singular matrix. */
  readonly logabsdet: Tensor;
}

/**
 * The sign of the determinant and the natural logarithm of its size, of a square matrix or of each
 * of a batch: [..., n, n] to [...] each. The gradient of a singular matrix is NaN.
 * @example
 * const { sign, logabsdet } = linalg.slogdet(tensor([[0, 1], [1, 0]]));
 * sign // tensor(-1.)
 * logabsdet // tensor(0.)
 */
export const slogdet = (x: Tensor): SignAndLogarithm => {
  const both = scaling([squareMatrices("linalg.slogdet", x)], [2], null, {});
  return { sign: both.select(-1, 0), logabsdet: both.select(-1, 1) };
};

/**
 * The natural logarithm of the determinant of a square matrix, or of each of a batch: [..., n, n]
 * to [...]. NaN where the determinant is negative; its gradient there is 0, as in PyTorch.
 * @example
 * tensor([[2, 1], [1, 4]]).logdet() // tensor(1.9459)
 */
export const logdet = (x: Tensor): Tensor => {
  const { sign, logabsdet } = slogdet(x);
  return logabsdet.where(sign.ge(0), NaN);
};
