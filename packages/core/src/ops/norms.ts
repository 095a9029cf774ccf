/**
 * The sizes of vectors and of matrices. Those of vectors are made of reductions, those of matrices
 * of the former and of singular values. Read first: reduce.ts and decompose.ts.
 */
import { ArgumentError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import { formatShape, normalizeDims } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { svdvals } from "./decompose.js";
import { checkElements, floats } from "./fold.js";
import type { Dims, TypeOptions } from "./fold.js";
import { readOptions } from "./options.js";
import { told } from "./told.js";
import { shaped } from "./typed.js";

/** The square root, flat where it is 0. */
export function flatRoot(x: Tensor): Tensor {
  const isAway = x.ne(0);
  return x.where(isAway, 1).sqrt().where(isAway, 0);
}

/** How a matrix is measured: "fro" and "nuc" are named, others are 1, 2, Infinity, or negative. */
export type MatrixOrder = number | "fro" | "nuc";

/** What every norm takes after the tensor. */
type Measure<Order> = [
  ord?: Order | undefined,
  dim?: Dims | undefined,
  keepdim?: boolean | undefined,
  options?: TypeOptions | undefined,
];

/** What is measured, in the type that was asked for, and the rest of the arguments. */
function read<Order>(
  name: string,
  given: Tensor,
  [ord, dim = null, keepdim = false, options = {}]: Measure<Order>,
): [x: Tensor, ord: Order | undefined, dim: Dims, keepdim: boolean] {
  const { dtype } = readOptions<TypeOptions>(name, options, { dtype: null as never });
  return [checkTensor(name, given).to(dtype ?? given.dtype), ord, dim, keepdim];
}

/** (Σ |x|^order)^(1/order), and its limits. */
function length(name: string, x: Tensor, order: number, dim: Dims, keepdim: boolean): Tensor {
  floats(name, x.dtype);
  if (typeof order !== "number" || Number.isNaN(order)) {
    throw new ArgumentError(
      `${name}: there is no vector norm of order ${String(order)}; use a number or Infinity.`,
    );
  }
  const dims = normalizeDims(name, dim, x.shape.length);
  const kept = x.shape.map((size, i) => (dims.includes(i) ? 1 : size));
  if (order < 0 || order === Infinity) checkElements(name, x.shape, dims, kept);
  const sizes = x.abs();
  if (order === Infinity) return sizes.amax(dims, keepdim);
  if (order === -Infinity) return sizes.amin(dims, keepdim);
  if (order === 0) return x.ne(0).to(x.dtype).sum(dims, keepdim);
  if (order === 1) return sizes.sum(dims, keepdim);
  if (order === 2) return flatRoot(x.square().sum(dims, keepdim));
  const roots = lengthOf(x, order, () => {
    const [isAway, atZero] = [x.ne(0), order < 0 ? Infinity : 0];
    const powers = sizes.where(isAway, 1).pow(order).where(isAway, atZero).sum(dims, true);
    return powers.pow(1 / order);
  });
  return keepdim ? roots : roots.sum(dims);
}

/** Both powers are finite where they are taken, and of one element each is the other's inverse. */
const lengthOf = told<number>("norm", (g, { x, y, attributes: order }): Tensor => {
  const [isLong, sizes] = [y.ne(0), x.abs().where(x.ne(0), 1)];
  // Rounded where PyTorch rounds, for in a vector of one element all that is left is rounding.
  const power = order === 0.5 ? sizes.rsqrt() : sizes.pow(order - 1);
  const size = y.where(isLong, 1).pow(1 - order);
  return x.sign().mul(power).mul(g).mul(size).where(isLong, 0);
});

/** The norm of matrices that lie in two dimensions. */
function spread(name: string, x: Tensor, ord: MatrixOrder, dim: Dims, keepdim: boolean): Tensor {
  const order = Math.abs(Number(ord));
  if (
    ord !== "fro" &&
    ord !== "nuc" &&
    (typeof ord !== "number" || ![1, 2, Infinity].includes(order))
  ) {
    throw new ArgumentError(
      `${name}: there is no matrix norm of order ${String(ord)}; use "fro", "nuc", or 1, 2 or ` +
        "Infinity, or one of these with a minus.",
    );
  }
  if (normalizeDims(name, dim, x.shape.length).length !== 2) {
    throw new ShapeError(
      `${name}: a matrix has two dimensions; in the shape ${formatShape(x.shape)} name them: ` +
        `${name}(x, "fro", [0, 1]).`,
    );
  }
  if (ord === "fro") return length(name, x, 2, dim, keepdim);
  const dims = (dim as readonly number[] | null) ?? [0, 1];
  const matrix = x.movedim(dims, [-2, -1]);
  const isSpectral = ord === "nuc" || order === 2;
  const sizes = isSpectral ? svdvals(matrix) : matrix.abs().sum(order === 1 ? -2 : -1);
  const value = ord === "nuc" ? sizes.sum(-1) : ord > 0 ? sizes.amax(-1) : sizes.amin(-1);
  return keepdim ? value.unsqueeze(-1).unsqueeze(-1).movedim([-2, -1], dims) : value;
}

/**
 * The length of vectors by the norm of order `ord`, 2 unless given, of all elements or along the
 * dimensions `dim` (see sum): (Σ |x|^ord)^(1/ord), the largest size for Infinity, the smallest for
 * -Infinity, the number of elements that are not 0 for 0. Its gradient at 0 is 0. Throws an
 * IndexError where there are no elements and the order is negative or Infinity.
 * @example
 * linalg.vectorNorm(tensor([[3, 4], [6, 8]]), 2, 1) // tensor([ 5., 10.])
 */
export const vectorNorm = (given: Tensor, ...args: Measure<number>): Tensor => {
  const [x, ord = 2, dim, keepdim] = read("linalg.vectorNorm", given, args);
  return length("linalg.vectorNorm", x, ord, dim, keepdim);
};

/**
 * The norm of matrices that lie in the two dimensions `dim`, the last ones unless given: the root
 * of the sum of squares for "fro", which is usual; the sum of the singular values for "nuc", the
 * largest for 2, the smallest for -2; the largest sum of a column's sizes for 1, the smallest for
 * -1; that of a row for Infinity and -Infinity. Throws an IndexError where there is no column, or
 * row, to choose from.
 * @example
 * const x = tensor([[3, 0], [0, -4]]);
 * linalg.matrixNorm(x) // tensor(5.)
 * linalg.matrixNorm(x, "nuc") // tensor(7.)
 * linalg.matrixNorm(x, -2) // tensor(3.)
 */
export const matrixNorm = (given: Tensor, ...args: Measure<MatrixOrder>): Tensor => {
  const [x, ord = "fro", dim, keepdim] = read("linalg.matrixNorm", given, args);
  return spread("linalg.matrixNorm", x, ord, dim ?? [-2, -1], keepdim);
};

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
export const linalgNorm = (given: Tensor, ...args: Measure<MatrixOrder | null>): Tensor => {
  const name = "linalg.norm";
  const [x, ord = null, dim, keepdim] = read(name, given, args);
  const count = normalizeDims(name, dim, x.shape.length).length;
  if (count > 2 && (ord ?? dim) !== null) {
    throw new ShapeError(
      `${name}: a norm is of one dimension or two, and not of ${count}; in the shape ` +
        `${formatShape(x.shape)} name them, for example ${name}(x, "fro", [0, 1]).`,
    );
  }
  if (ord === null) return length(name, x, 2, dim, keepdim);
  const isMatrix = count === 2 || typeof ord === "string";
  return isMatrix ? spread(name, x, ord, dim, keepdim) : length(name, x, ord, dim, keepdim);
};

/**
 * The length of a vector by the norm of order `p`, 2 unless given, of all elements or along the
 * dimensions `dim` (see sum): (Σ |x|^p)^(1/p), the largest size for Infinity, the smallest for
 * -Infinity, the number of elements that are not 0 for 0; "fro" is 2, and "nuc" the sum of a
 * matrix's singular values. Its gradient at 0 is 0.
 * @example
 * tensor([3, -4]).norm() // tensor(5.)
 * tensor([3, -4]).norm(1) // tensor(7.)
 * tensor([[3, 4], [6, 8]]).norm(2, 1) // tensor([ 5., 10.])
 * tensor([[3, 0], [0, 4]]).norm("nuc") // tensor(7.)
 */
export const norm = shaped<"norm", "norm", Measure<MatrixOrder>>(
  (given: Tensor, ...args: Measure<MatrixOrder>): Tensor => {
    const [x, p = 2, dim, keepdim] = read("norm", given, args);
    if (p === "nuc") return spread("norm", x, p, dim, keepdim);
    return length("norm", x, p === "fro" ? 2 : p, dim, keepdim);
  },
);
