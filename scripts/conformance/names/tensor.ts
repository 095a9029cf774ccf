// PyTorch's names for what `torch` and its tensors have, where a call differs by more than
// spelling. What an entry says: Names in names.ts. The same for people: docs/from-pytorch.md.

import * as nabla from "nabla";
import type { CreateOptions, DType, Index, Operand, Tensor } from "nabla";

import type { Asked, Names } from "../names.js";

/** A number on the left of an operator is a tensor without dimensions here, of the other's type. */
function left(self: Operand, other: Operand, { isWhole }: Asked): Tensor {
  if (self instanceof nabla.Tensor) return self;
  if (!(other instanceof nabla.Tensor)) return nabla.tensor(self, { dtype: "float64" });
  const beside = other.dtype.startsWith("float") ? other.dtype : isWhole ? "int32" : "float32";
  return nabla.tensor(self, { dtype: typeof self === "boolean" ? "bool" : beside });
}

/** Options, if there are any. */
const given = (options: Readonly<Record<string, unknown>>): object[] =>
  Object.values(options).some((value) => value !== undefined) ? [options] : [];

type Variance = (
  x: Tensor,
  dim: number | number[] | null,
  keepdim: boolean | undefined,
  options: { correction: number },
) => unknown;

/** PyTorch's `unbiased`, which may stand in the place of `dim`, is a correction of 1 or 0. */
const variance =
  (call: Variance) =>
  (
    self: Tensor,
    dim: number | number[] | boolean | null,
    unbiased?: boolean,
    keepdim?: boolean,
    correction?: number | null,
  ): unknown => {
    const isFlag = typeof dim === "boolean";
    const flag = isFlag ? dim : unbiased;
    return call(self, isFlag ? null : dim, keepdim, {
      correction: correction ?? (flag === false ? 0 : 1),
    });
  };

/** What takes one tensor or a list of them. */
const eachOf =
  (call: (x: Tensor) => Tensor) =>
  (x: Tensor | Tensor[]): unknown =>
    Array.isArray(x) ? x.map(call) : call(x);

/** Integers make int64 tensors in Python; here an integral type must be asked for. */
const counted = (dtype: DType | undefined, { isWhole }: Asked): CreateOptions => ({
  dtype: dtype ?? (isWhole ? "int32" : "float32"),
});

export const tensorNames: Names = {
  "__getitem__(self, index)": (self: Tensor, index: Index[]) => nabla.at(self, ...index),
  // Reflected operators: the tensor is the operand on the right.
  "__radd__(self, other)": "add(self, other)",
  "__rdiv__(self, other)": (self: Tensor, other: Operand) => nabla.reciprocal(self).mul(other),
  "__rmatmul__(self, other)": "matmul(other, self)",
  "__rmul__(self, other)": "mul(self, other)",
  "__rpow__(self, other)": (self: Tensor, other: Operand, asked: Asked) =>
    nabla.pow(left(other, self, asked), nabla.mul(self, 1)),
  "__rsub__(self, other)": "rsub(self, other)",
  "add(self, other, alpha)": (a: Operand, b: Operand, alpha: number, asked: Asked) =>
    nabla.add(left(a, b, asked), b, ...(given({ alpha }) as [])),
  "sub(self, other, alpha)": (a: Operand, b: Operand, alpha: number, asked: Asked) =>
    nabla.sub(left(a, b, asked), b, ...(given({ alpha }) as [])),
  "mul(self, other)": (a: Operand, b: Operand, asked: Asked) => nabla.mul(left(a, b, asked), b),
  "div(self, other, rounding_mode)": (
    a: Operand,
    b: Operand,
    roundingMode: "floor" | undefined,
    asked: Asked,
  ) => nabla.div(left(a, b, asked), b, ...(given({ roundingMode }) as [])),
  "pow(self, exponent)": (a: Tensor, b: Operand, asked: Asked) =>
    nabla.pow(b instanceof nabla.Tensor ? left(a, b, asked) : a, b),
  "xlogy(self, other)": (a: Operand, b: Operand, asked: Asked) => nabla.xlogy(left(a, b, asked), b),
  "arange(start, end, step, dtype)": (
    start: number | boolean,
    end: number | boolean | undefined,
    step: number | boolean | undefined,
    dtype: DType | undefined,
    asked: Asked,
  ) => {
    const [from, to] = end === undefined ? [0, start] : [start, end];
    return nabla.arange(Number(from), Number(to), Number(step ?? 1), counted(dtype, asked));
  },
  argsort: "argsort(self, dim, { descending, stable })",
  "atleast_1d(self)": eachOf(nabla.atLeast1d),
  "atleast_2d(self)": eachOf(nabla.atLeast2d),
  "atleast_3d(self)": eachOf(nabla.atLeast3d),
  combinations: "combinations(self, r, { with_replacement })",
  // How it is computed is no part of the result.
  "cdist(x1, x2, p, compute_mode)": (x1: Tensor, x2: Tensor, p: number | undefined) =>
    nabla.cdist(x1, x2, p),
  cumulative_trapezoid: "cumulativeTrapezoid(y, x, { dx, dim })",
  "full(size, fill_value, dtype)": (
    size: number[],
    value: number,
    dtype: DType | undefined,
    asked: Asked,
  ) => nabla.full(size, value, counted(dtype, asked)),
  // Whether the gradient is kept sparse is no part of the result.
  "gather(self, dim, index, sparse_grad)": (self: Tensor, dim: number, index: Tensor) =>
    nabla.gather(self, dim, index),
  "index_fill(self, dim, index, value)": "indexFill(self, dim, index, value)",
  "masked_fill(self, mask, value)": "maskedFill(self, mask, value)",
  "meshgrid(tensors, indexing)": "meshgrid(tensors, { indexing })",
  "nn.functional.pad(self, pad, mode, value)": "pad(self, pad, { mode, value })",
  "nonzero(self, as_tuple)": "nonzero(self, { as_tuple })",
  put: "put(self, index, source, { accumulate })",
  "scatter(self, dim, index, source, reduce)": "scatter(self, dim, index, source, { reduce })",
  scatter_reduce: "scatterReduce(self, dim, index, src, reduce, { include_self })",
  searchsorted: "searchsorted(sorted_sequence, self, { right, side, sorter })",
  sort: "sort(self, dim, { descending, stable })",
  topk: "topk(self, k, dim, { largest, sorted })",
  trapezoid: "trapezoid(y, x, { dx, dim })",
  "unique(self, sorted, return_inverse, return_counts, dim)":
    "unique(self, { sorted, return_inverse, return_counts, dim })",
  // +x is x.
  "positive(self)": (self: Tensor) => self,
  sgn: "sign",
  "std(self, dim, unbiased, keepdim, correction)": variance(nabla.std),
  "std_mean(self, dim, unbiased, keepdim, correction)": variance(nabla.stdMean),
  "var(self, dim, unbiased, keepdim, correction)": variance(nabla.var),
  "var_mean(self, dim, unbiased, keepdim, correction)": variance(nabla.varMean),
  "where(condition, self, other)": (condition: Tensor, a: Operand, b: Operand, asked: Asked) => {
    const isWhole = typeof a === "number" && typeof b === "number" && asked.isWhole;
    return nabla.where(condition, isWhole ? nabla.tensor(a, { dtype: "int32" }) : a, b);
  },
};
