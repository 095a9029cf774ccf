/**
 * The sizes of vectors and of matrices. Those of vectors are made of reductions, those of matrices
 * of the former and of singular values. Read first: reduce.ts and decompose.ts.
 */
import { ArgumentError, DTypeError, ShapeError } from "../errors.js";
import type { DType } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import { formatShape, normalizeDims } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { svdvals } from "./decompose.js";
import { checkElements, floats } from "./fold.js";
import type { Dims, TypeOptions } from "./fold.js";
import { told } from "./told.js";

/** The square root, flat where it is 0. */
export function flatRoot(x: Tensor): Tensor {
  const isAway = x.ne(0);
  return x.where(isAway, 1).sqrt().where(isAway, 0);
}

/** (Σ |x|^order)^(1/order), and its limits. */
function size(name: string, x: Tensor, order: number, dim: Dims, keepdim: boolean): Tensor {
  floats(name, x.dtype);
  if (typeof order !== "number" || Number.isNaN(order)) {
    throw new ArgumentError(
      `${name}: there is no vector norm of order ${String(order)}; use a number or Infinity.`,
    );
  }
  const dims = normalizeDims(name, dim, x.shape.length);
  const kept = x.shape.map((length, i) => (dims.includes(i) ? 1 : length));
  if (order < 0 || order === Infinity) checkElements(name, x.shape, dims, kept);
  const sizes = x.abs();
  if (order === Infinity) return sizes.amax(dims, keepdim);
  if (order === -Infinity) return sizes.amin(dims, keepdim);
  if (order === 0) return x.ne(0).to(x.dtype).sum(dims, keepdim);
  if (order === 1) return sizes.sum(dims, keepdim);
  if (order === 2) return flatRoot(x.square().sum(dims, keepdim));
  const length = lengthOf(x, order, () =>
    sizes
      .pow(order)
      .sum(dims, true)
      .pow(1 / order),
  );
  return keepdim ? length : length.sum(dims);
}

/** Both powers are finite where they are taken, and of one element each is the other's inverse. */
const lengthOf = told<number>("norm", (g, { x, y, attributes: order }): Tensor => {
  const [isAway, isLong] = [x.ne(0), y.ne(0)];
  const share = g.mul(y.where(isLong, 1).pow(1 - order)).where(isLong, 0);
  return x
    .sign()
    .mul(
      x
        .abs()
        .where(isAway, 1)
        .pow(order - 1),
    )
    .mul(share);
});

/** Converts first, if asked to, but not to a type with fewer digits. */
function widened(name: string, given: Tensor, dtype: DType | undefined): Tensor {
  const x = checkTensor(name, given);
  floats(name, x.dtype);
  if (x.dtype === "float64" && dtype === "float32") {
    throw new DTypeError(
      `${name}: a float64 norm in float32 would lose digits; convert the result: .to("float32").`,
    );
  }
  return dtype === undefined ? x : x.to(dtype);
}

/**
 * The length of vectors by the norm of order `ord`, of all elements or along the dimensions `dim`
 * (see sum): (Σ |x|^ord)^(1/ord), the largest size for Infinity, the smallest for -Infinity, the
 * number of elements that are not 0 for 0. Its gradient at 0 is 0. Throws an IndexError where there
 * are no elements and the order is negative or Infinity.
 * @example
 * linalg.vectorNorm(tensor([[3, 4], [6, 8]]), 2, 1) // tensor([ 5., 10.])
 */
export const vectorNorm = (
  x: Tensor,
  ord = 2,
  dim: Dims = null,
  keepdim = false,
  { dtype }: TypeOptions = {},
): Tensor => {
  const name = "linalg.vectorNorm";
  return size(name, widened(name, x, dtype), ord, dim, keepdim);
};

/** How a matrix is measured: "fro" and "nuc" are named, others are 1, 2, Infinity, or negative. */
export type MatrixOrder = number | "fro" | "nuc";

/** The norm of matrices that lie in the last two dimensions. */
function ofMatrices(name: string, x: Tensor, ord: MatrixOrder): Tensor {
  const order = Math.abs(Number(ord));
  if (ord === "fro") return size(name, x, 2, [-2, -1], false);
  if (ord === "nuc") return svdvals(x).sum(-1);
  if (typeof ord !== "number" || ![1, 2, Infinity].includes(order)) {
    throw new ArgumentError(
      `${name}: there is no matrix norm of order ${String(ord)}; use "fro", "nuc", or 1, 2 or ` +
        "Infinity, or one of these with a minus.",
    );
  }
  const sizes = order === 2 ? svdvals(x) : x.abs().sum(order === 1 ? -2 : -1);
  return ord > 0 ? sizes.amax(-1) : sizes.amin(-1);
}

/**
 * The norm of matrices that lie in the two dimensions `dim`: the root of the sum of squares for
 * "fro"; the sum of the singular values for "nuc", the largest for 2, the smallest for -2; the
 * largest sum of a column's sizes for 1, the smallest for -1; that of a row for Infinity and
 * -Infinity. Throws an IndexError where there is no column, or row, to choose from.
 * @example
 * const x = tensor([[3, 0], [0, -4]]);
 * linalg.matrixNorm(x) // tensor(5.)
 * linalg.matrixNorm(x, "nuc") // tensor(7.)
 * linalg.matrixNorm(x, -2) // tensor(3.)
 */
export const matrixNorm = (
  x: Tensor,
  ord: MatrixOrder = "fro",
  dim: readonly number[] = [-2, -1],
  keepdim = false,
  { dtype }: TypeOptions = {},
): Tensor =>
  measured("linalg.matrixNorm", widened("linalg.matrixNorm", x, dtype), ord, dim, keepdim);

function measured(name: string, x: Tensor, ord: MatrixOrder, dim: Dims, keepdim: boolean): Tensor {
  const rank = x.shape.length;
  if (normalizeDims(name, dim, rank).length !== 2) {
    throw new ShapeError(
      `${name}: a matrix has two dimensions; in the shape ${formatShape(x.shape)} name them: ` +
        `${name}(x, "fro", [0, 1]).`,
    );
  }
  const dims = (dim as readonly number[] | null) ?? [0, 1];
  const value = ofMatrices(name, x.movedim(dims, [-2, -1]), ord);
  return keepdim ? value.unsqueeze(-1).unsqueeze(-1).movedim([-2, -1], dims) : value;
}

/**
 * The norm of vectors or matrices. Without `ord` the root of the sum of all squares, or of those
 * along `dim`. With it a matrix norm of two dimensions, given by `dim` or all there are, else a
 * vector norm; see `matrixNorm` and `vectorNorm`.
 * @example
 * const x = tensor([[1, -2], [-3, 4]]);
 * linalg.norm(x) // tensor(5.4772)
 * linalg.norm(x, 1) // tensor(6.)
 * linalg.norm(x, 1, 1) // tensor([3., 7.])
 */
export const linalgNorm = (
  given: Tensor,
  ord: MatrixOrder | null = null,
  dim: Dims = null,
  keepdim = false,
  { dtype }: TypeOptions = {},
): Tensor => {
  const name = "linalg.norm";
  const x = widened(name, given, dtype);
  const count = normalizeDims(name, dim, x.shape.length).length;
  const isNone = ord === null && dim === null;
  if ((count > 2 && !isNone) || (typeof ord === "string" && count < 2)) {
    throw new ShapeError(
      `${name}: a norm is of one dimension or two, and of two for a matrix, not of ${count}; ` +
        `in the shape ${formatShape(x.shape)} name them, for example ${name}(x, "fro", [0, 1]).`,
    );
  }
  if (ord === null) return size(name, x, 2, dim, keepdim);
  if (count === 2) return measured(name, x, ord, dim, keepdim);
  return size(name, x, ord as number, dim, keepdim);
};

/**
 * The length of a vector by the norm of order `p`, of all elements or along the dimensions `dim`
 * (see sum): (Σ |x|^p)^(1/p), the largest size for Infinity, the smallest for -Infinity, the number
 * of elements that are not 0 for 0; "fro" is 2, and "nuc" the sum of a matrix's singular values.
 * Its gradient at 0 is 0.
 * @example
 * tensor([3, -4]).norm() // tensor(5.)
 * tensor([3, -4]).norm(1) // tensor(7.)
 * tensor([[3, 4], [6, 8]]).norm(2, 1) // tensor([ 5., 10.])
 * tensor([[3, 0], [0, 4]]).norm("nuc") // tensor(7.)
 */
export const norm = (
  given: Tensor,
  p: MatrixOrder = 2,
  dim: Dims = null,
  keepdim = false,
  { dtype }: TypeOptions = {},
): Tensor => {
  const x = checkTensor("norm", given).to(dtype ?? given.dtype);
  if (p === "nuc") return measured("norm", x, p, dim, keepdim);
  return size("norm", x, p === "fro" ? 2 : p, dim, keepdim);
};
