/**
 * Determinants. That of a singular matrix has a derivative, too, which needs no inverse: the
 * cofactors. Read first: decompose.ts; the algorithm is in host/factor.ts.
 */
import type { DType } from "../graph/dtype.js";
import type { Tensor } from "../tensor.js";
import { singular } from "./decompose.js";
import { eliminate, solveEliminated } from "./host/factor.js";
import type { Matrix } from "./host/factor.js";
import { algorithm, floatMatrices, sizesOf } from "./matrices.js";
import { eye } from "./sequence.js";
import { invert } from "./solve.js";
import { told } from "./told.js";
import { shaped } from "./typed.js";

/** The elimination with the roundings of the tensor's own type. */
function eliminated({ elements, rows }: Matrix, dtype: DType): ReturnType<typeof eliminate> {
  const own = dtype === "float32" ? new Float32Array(elements) : elements;
  const found = eliminate(own, rows);
  elements.set(own);
  return found;
}

/** The sign of the exchanges, and the pivots: their product is the determinant. */
const pivots = algorithm({
  name: "pivots",
  run([a], _, dtype) {
    const { sign } = eliminated(a!, dtype);
    return Float64Array.of(sign, ...a!.elements.filter((_, i) => i % (a!.rows + 1) === 0));
  },
  vjps: null,
});

const pivotsOf = (x: Tensor): Tensor => pivots([x], [sizesOf(x)[0] + 1], {});

/** A number for each matrix, so that it broadcasts with matrices. */
const perMatrix = (x: Tensor): Tensor => x.unsqueeze(-1).unsqueeze(-1);

/**
 * The derivative of the determinant: det(A) · (A⁻¹)ᵀ; where A is singular, of a matrix that differs
 * from it by rounding. Its own derivative is found in the directions of the singular vectors: the
 * cofactors of diag(s) move by the products of all but two s, which are `others`.
 */
const cofactors = algorithm({
  name: "cofactors",
  run([a], _, dtype) {
    const { elements, rows: n } = a!;
    const largest = elements.reduce((max, element) => Math.max(max, Math.abs(element)), 1e-150);
    const { exchanges, sign } = eliminated(a!, dtype);
    let product = sign;
    for (let i = 0; i < elements.length; i += n + 1) {
      if (elements[i] === 0) elements[i] = Number.EPSILON * largest;
      product *= elements[i]!;
    }
    const unit = { elements: new Float64Array(n * n), rows: n, columns: n };
    for (let i = 0; i < elements.length; i += n + 1) unit.elements[i] = product;
    solveEliminated(a!, exchanges, unit, true);
    return unit.elements;
  },
  vjps: [
    (g, { x }): Tensor => {
      const [u, s, v] = singular("linalg.det", x);
      const unit = eye(sizesOf(x)[0], { dtype: "bool" });
      const either = unit.unsqueeze(0).logicalOr(unit.unsqueeze(1));
      const products = s.unsqueeze(-2).unsqueeze(-2).where(either.logicalNot(), 1).prod(-1);
      const others = products.where(unit.logicalNot(), 0);
      const slope = u.mT.matmul(g).matmul(v);
      const along = others.matmul(slope.diagonal(0, -2, -1).unsqueeze(-1)).squeeze(-1);
      const inside = along.diagEmbed().sub(others.mul(slope.mT));
      const sign = det(u.detach()).mul(det(v.detach()));
      return u.matmul(inside).matmul(v.mT).mul(perMatrix(sign));
    },
  ],
});

// Without elements there is nothing to differentiate by.
const product = told<null>("det", (g, { x }): Tensor | null =>
  x.numel() === 0 ? null : cofactors([x], sizesOf(x), {}).mul(perMatrix(g)),
);

/**
 * The determinant of a square matrix, or of each of a batch: [..., n, n] to [...]. Its gradient is
 * right for singular matrices, too.
 * @example
 * linalg.det(tensor([[2, 1], [1, 4]])) // tensor(7.)
 */
export const det = shaped<"det", "determinant", []>((x: Tensor): Tensor =>
  product(floatMatrices("linalg.det", x, true), null, (a) => pivotsOf(a).prod(-1)),
);

const logarithm = told<null>("slogdet", (g, { x }): Tensor =>
  invert(x, undefined, true).mul(perMatrix(g)),
);

/**
 * The sign of the determinant, 1, -1 or 0, and the natural logarithm of its size, of a square
 * matrix or of each of a batch: [..., n, n] to [...] each. For determinants that are too large, or
 * too small, for a number. The gradient of a singular matrix is NaN.
 * @example
 * const { sign, logabsdet } = linalg.slogdet(tensor([[0, 1], [1, 0]]));
 * sign // tensor(-1.)
 * logabsdet // tensor(0.)
 */
export const slogdet = (x: Tensor): { sign: Tensor; logabsdet: Tensor } => {
  const factors = pivotsOf(floatMatrices("linalg.slogdet", x, true).detach().to("float64"));
  const logabsdet = logarithm(x, null, () => factors.abs().log().sum(-1).to(x.dtype));
  return { sign: factors.sign().prod(-1).to(x.dtype), logabsdet };
};

/**
 * The natural logarithm of the determinant of a square matrix, or of each of a batch: [..., n, n]
 * to [...]. NaN where the determinant is negative; its gradient there is 0, as in PyTorch.
 * @example
 * tensor([[2, 1], [1, 4]]).logdet() // tensor(1.9459)
 */
export const logdet = shaped<"logdet", "determinant", []>((x: Tensor): Tensor => {
  const { sign, logabsdet } = slogdet(x);
  return logabsdet.where(sign.ge(0), NaN);
});
