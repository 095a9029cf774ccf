/**
 * Products of vectors, matrices and tensors: `matmul`, and what is made of it. The family it is of:
 * ops/contraction.ts.
 */
import { ArgumentError, DTypeError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import { broadcasts, formatShape, normalizeDim } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { checkProduct, contraction, product } from "./contraction.js";
import { factorOf } from "./scale.js";
import { shaped } from "./typed.js";

/**
 * The matrix product, `[..., n, k]` × `[..., k, m]` to `[..., n, m]`; dimensions before the last
 * two broadcast. A vector counts as a row on the left, as a column on the right. Throws a
 * ShapeError where the inner sizes differ.
 * @example
 * const a = tensor([[1, 2], [3, 4]]);
 * a.matmul(tensor([[1, 0], [1, 1]])) // tensor([[3., 2.],
 * //         [7., 4.]])
 * a.matmul(tensor([1, 1])) // tensor([3., 7.])
 */
export const matmul = contraction({
  vjps: [
    (g, { b }): Tensor => g.matmul(b.transpose(-2, -1)),
    (g, { a }): Tensor => a.transpose(-2, -1).matmul(g),
  ],
  samples: [
    [-2, 2],
    [-2, 2],
  ],
});

const kinds = ["numbers", "vectors", "matrices", "batches of matrices"];

/** Checks the number of dimensions that each factor must have, and that the product exists. */
function checkFactors(name: string, a: Tensor, b: Tensor, ranks: readonly [number, number]): void {
  checkTensor(name, a);
  checkTensor(name, b);
  if (a.shape.length !== ranks[0] || b.shape.length !== ranks[1]) {
    const wanted =
      ranks[0] === ranks[1]
        ? `two ${kinds[ranks[0]]!}, of ${ranks[0]} dimensions each`
        : `tensors of ${ranks[0]} and of ${ranks[1]} dimensions`;
    throw new ShapeError(
      `${name}: ${product(a, b)}: it multiplies ${wanted}; for other shapes use a.matmul(b).`,
    );
  }
  checkProduct(name, a, b);
  if (ranks[0] === 3 && a.shape[0] !== b.shape[0]) {
    throw new ShapeError(
      `${name}: ${product(a, b)}: ${a.shape[0]!} and ${b.shape[0]!} matrices cannot be paired; ` +
        "a.matmul(b) repeats a batch of one.",
    );
  }
}

/**
 * The product of two matrices, [n, k] × [k, m] to [n, m]; nothing broadcasts. See `matmul` for
 * other shapes.
 * @example
 * tensor([[1, 2]]).mm(tensor([[3], [4]])) // tensor([[11.]])
 */
export const mm = shaped<"mm", "mm", [b: Tensor], "joint">((a: Tensor, b: Tensor): Tensor => {
  checkFactors("mm", a, b, [2, 2]);
  return a.matmul(b);
});

/**
 * The products of matrices in two batches of one size, [b, n, k] × [b, k, m] to [b, n, m].
 * @example
 * ones([2, 1, 3]).bmm(ones([2, 3, 1])).flatten() // tensor([3., 3.])
 */
export const bmm = shaped<"bmm", "bmm", [b: Tensor], "joint">((a: Tensor, b: Tensor): Tensor => {
  checkFactors("bmm", a, b, [3, 3]);
  return a.matmul(b);
});

/**
 * The product of a matrix and a vector, [n, k] × [k] to [n].
 * @example
 * tensor([[1, 2], [3, 4]]).mv(tensor([1, 1])) // tensor([3., 7.])
 */
export const mv = shaped<"mv", "mv", [b: Tensor], "joint">((a: Tensor, b: Tensor): Tensor => {
  checkFactors("mv", a, b, [2, 1]);
  return a.matmul(b);
});

/**
 * The sum of the products of two vectors' elements.
 * @example
 * tensor([1, 2]).dot(tensor([3, 4])) // tensor(11.)
 */
export const dot = shaped<"dot", "dot", [b: Tensor], "joint">((a: Tensor, b: Tensor): Tensor => {
  checkFactors("dot", a, b, [1, 1]);
  return a.matmul(b);
});

/**
 * The sum of the products of two vectors' elements; `dot`, for there are no complex numbers here.
 * @example
 * tensor([1, 2]).vdot(tensor([3, 4])) // tensor(11.)
 */
export const vdot = shaped<"vdot", "dot", [b: Tensor], "joint">((a: Tensor, b: Tensor): Tensor => {
  checkFactors("vdot", a, b, [1, 1]);
  return a.matmul(b);
});

/**
 * Every element of one vector times every element of another: [n] and [m] to [n, m].
 * @example
 * tensor([1, 2]).outer(tensor([3, 4])) // tensor([[3., 4.],
 * //         [6., 8.]])
 */
export const outer = shaped<"outer", "outer", [b: Tensor], "joint">(
  (a: Tensor, b: Tensor): Tensor => {
    if (checkTensor("outer", a).shape.length !== 1 || checkTensor("outer", b).shape.length !== 1) {
      throw new ShapeError(`outer: ${product(a, b)}: both must be vectors; flatten them first.`);
    }
    return a.unsqueeze(1).mul(b);
  },
);

/**
 * The sums of products along the last dimension of both, for all pairs of their other indices; with
 * a single number its product.
 * @example
 * tensor([[1, 2], [3, 4]]).inner(tensor([1, 1])) // tensor([3., 7.])
 */
export const inner = (a: Tensor, b: Tensor): Tensor => {
  checkTensor("inner", a);
  checkTensor("inner", b);
  if (a.shape.length === 0 || b.shape.length === 0) return a.mul(b);
  if (a.shape.at(-1) === b.shape.at(-1)) return tensordot(a, b, [[-1], [-1]]);
  throw new ShapeError(
    `inner: ${product(a, b)}: ${a.shape.at(-1)!} ≠ ${b.shape.at(-1)!}; the last sizes must be ` +
      "equal.",
  );
};

/**
 * The products of vectors that lie along a dimension, `dot` for each pair of them; shapes
 * broadcast.
 * @example
 * tensor([[1, 2], [3, 4]]).vecdot(tensor([1, 1])) // tensor([3., 7.])
 */
export const vecdot = (a: Tensor, b: Tensor, dim = -1): Tensor =>
  checkTensor("vecdot", a).mul(checkTensor("vecdot", b)).sum(dim);

/**
 * The sums of products over several dimensions of both: the last `dims` of `a` with the first of
 * `b`, or those in two lists, pair by pair.
 * @example
 * ones([2, 3, 4]).tensordot(ones([3, 4, 5])).shape // [ 2, 5 ]
 * ones([2, 3]).tensordot(ones([2, 5]), [[0], [0]]).shape // [ 3, 5 ]
 */
export const tensordot = (
  a: Tensor,
  b: Tensor,
  dims: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor => {
  const [m, n] = [
    checkTensor("tensordot", a).shape.length,
    checkTensor("tensordot", b).shape.length,
  ];
  const [left, right] = sharedDims(dims, m, n);
  const differ = left.findIndex((dim, i) => a.shape[dim] !== b.shape[right[i]!]);
  if (differ >= 0) {
    throw new ShapeError(
      `tensordot: ${product(a, b)}: dimension ${left[differ]!} of one and ${right[differ]!} of ` +
        "the " +
        `other are multiplied, but ${a.shape[left[differ]!]!} ≠ ${b.shape[right[differ]!]!}.`,
    );
  }
  const [rows, columns] = [othersThan(left, m), othersThan(right, n)];
  const sizes = left.map((dim) => a.shape[dim]!);
  const count = sizes.reduce((total, size) => total * size, 1);
  const [height, width] = [rows.map((dim) => a.shape[dim]!), columns.map((dim) => b.shape[dim]!)];
  const rowCount = height.reduce((total, size) => total * size, 1);
  const columnCount = width.reduce((total, size) => total * size, 1);
  return a
    .permute([...rows, ...left])
    .reshape([rowCount, count])
    .matmul(b.permute([...right, ...columns]).reshape([count, columnCount]))
    .reshape([...height, ...width]);
};

const othersThan = (dims: readonly number[], rank: number): number[] =>
  Array.from({ length: rank }, (_, dim) => dim).filter((dim) => !dims.includes(dim));

/** The dimensions that tensordot sums over, in both tensors. */
function sharedDims(dims: unknown, m: number, n: number): [number[], number[]] {
  if (typeof dims === "number" && Number.isInteger(dims) && dims >= 0 && dims <= Math.min(m, n)) {
    const first = Array.from({ length: dims }, (_, i) => i);
    return [first.map((i) => m - dims + i), first];
  }
  const lists = (Array.isArray(dims) ? dims : []) as unknown[];
  const [left, right] = lists as [number[], number[]];
  if (lists.length === 2 && Array.isArray(left) && Array.isArray(right)) {
    const result: [number[], number[]] = [
      left.map((dim) => normalizeDim("tensordot", dim, m)),
      right.map((dim) => normalizeDim("tensordot", dim, n)),
    ];
    const once = result.every((list) => new Set(list).size === list.length);
    if (once && left.length === right.length) return result;
  }
  throw new ArgumentError(
    `tensordot: the dimensions to sum over are a number up to ${Math.min(m, n)}, or two lists of ` +
      "one length, each naming a dimension once, for example [[0, 1], [2, 0]].",
  );
}

/** How addmm and its kind mix a tensor and a product: beta · tensor + alpha · product. */
export interface MixOptions {
  /** What the tensor is multiplied by, 1 unless given; with 0 not even its NaNs matter. */
  readonly beta?: number;
  /** What the product is multiplied by, 1 unless given. */
  readonly alpha?: number;
}

/** beta · x + alpha · value, in the shape of `value`. */
function mix(name: string, x: Tensor, value: Tensor, options: MixOptions): Tensor {
  const { beta = 1, alpha = 1 } = options ?? {};
  if (typeof beta !== "number" || typeof alpha !== "number") {
    throw new ArgumentError(
      `${name}: beta and alpha must be numbers, as in { beta: 1, alpha: 2 }.`,
    );
  }
  if (!broadcasts(checkTensor(name, x).shape, value.shape)) {
    throw new ShapeError(
      `${name}: a tensor of shape ${formatShape(x.shape)} cannot be added to a product of shape ` +
        `${formatShape(value.shape)}; it must broadcast to it.`,
    );
  }
  const { dtype } = x;
  if (dtype !== value.dtype) {
    throw new DTypeError(
      `${name}: a tensor of type ${dtype} and a product of type ${value.dtype} have no sum; ` +
        `convert first, for example x.to("${value.dtype}").`,
    );
  }
  const [share, times] = [factorOf(beta, dtype), factorOf(alpha, dtype)];
  const kept = share === 1 ? x : share === 0 ? x.maskedFill(true, 0) : x.mul(share);
  return kept.add(times === 1 ? value : value.mul(times));
}

/**
 * A product of matrices added to a tensor: beta · x + alpha · a × b.
 * @example
 * tensor([10, 20]).addmm(eye(2), tensor([[1, 2], [3, 4]])) // tensor([[11., 22.],
 * //         [13., 24.]])
 */
export const addmm = (x: Tensor, a: Tensor, b: Tensor, options: MixOptions = {}): Tensor => {
  checkFactors("addmm", a, b, [2, 2]);
  return mix("addmm", x, a.matmul(b), options);
};

/**
 * A product of a matrix and a vector added to a tensor: beta · x + alpha · a × b.
 * @example
 * tensor([10, 20]).addmv(eye(2), tensor([1, 2]), { alpha: 2 }) // tensor([12., 24.])
 */
export const addmv = (x: Tensor, a: Tensor, b: Tensor, options: MixOptions = {}): Tensor => {
  checkFactors("addmv", a, b, [2, 1]);
  return mix("addmv", x, a.matmul(b), options);
};

/**
 * The outer product of two vectors added to a tensor: beta · x + alpha · a × b.
 * @example
 * zeros([2, 2]).addr(tensor([1, 2]), tensor([3, 4])) // tensor([[3., 4.],
 * //         [6., 8.]])
 */
export const addr = (x: Tensor, a: Tensor, b: Tensor, options: MixOptions = {}): Tensor =>
  mix("addr", x, outer(a, b), options);

/**
 * The products of two batches of matrices added to a tensor: beta · x + alpha · a × b.
 * @example
 * zeros([2, 1, 1]).baddbmm(ones([2, 1, 3]), ones([2, 3, 1])).flatten() // tensor([3., 3.])
 */
export const baddbmm = (x: Tensor, a: Tensor, b: Tensor, options: MixOptions = {}): Tensor => {
  checkFactors("baddbmm", a, b, [3, 3]);
  return mix("baddbmm", x, a.matmul(b), options);
};

/**
 * The sum of the products of two batches of matrices added to a tensor: beta · x + alpha · Σ a × b.
 * @example
 * zeros([1, 1]).addbmm(ones([2, 1, 3]), ones([2, 3, 1])) // tensor([[6.]])
 */
export const addbmm = (x: Tensor, a: Tensor, b: Tensor, options: MixOptions = {}): Tensor => {
  checkFactors("addbmm", a, b, [3, 3]);
  return mix("addbmm", x, a.matmul(b).sum(0), options);
};

/**
 * The Kronecker product: every element of `a` times the whole of `b`, in its place.
 * @example
 * tensor([1, 2]).kron(tensor([1, 10])) // tensor([ 1., 10.,  2., 20.])
 */
export const kron = (a: Tensor, b: Tensor): Tensor => {
  const rank = Math.max(checkTensor("kron", a).shape.length, checkTensor("kron", b).shape.length);
  const sizes = (x: Tensor): number[] => [
    ...Array.from({ length: rank - x.shape.length }, () => 1),
    ...x.shape,
  ];
  const [left, right] = [sizes(a), sizes(b)];
  return a
    .reshape(left.flatMap((size) => [size, 1]))
    .mul(b.reshape(right.flatMap((size) => [1, size])))
    .reshape(left.map((size, i) => size * right[i]!));
};

/**
 * The sum of the elements on the diagonal of a matrix.
 * @example
 * tensor([[1, 2], [3, 4]]).trace() // tensor(5.)
 */
export const trace = shaped<"trace", "trace", []>((x: Tensor): Tensor => {
  if (checkTensor("trace", x).shape.length === 2) return x.diagonal().sum();
  throw new ShapeError(
    `trace: a tensor of shape ${formatShape(x.shape)} is no matrix; for a batch use ` +
      "x.diagonal(0, -2, -1).sum(-1).",
  );
});

/**
 * The cross product of vectors in space, which lie along a dimension of size 3: `dim`, or else the
 * first such dimension. Other dimensions broadcast.
 * @example
 * tensor([1, 0, 0]).cross(tensor([0, 1, 0])) // tensor([0., 0., 1.])
 */
export const cross = (a: Tensor, b: Tensor, dim?: number): Tensor => {
  const rank = checkTensor("cross", a).shape.length;
  const first = a.shape.findIndex(
    (size, i) => size === 3 && checkTensor("cross", b).shape[i] === 3,
  );
  const at = dim === undefined && first >= 0 ? first : normalizeDim("cross", dim ?? 0, rank);
  if (b.shape.length !== rank || a.shape[at] !== 3 || b.shape[at] !== 3) {
    throw new ShapeError(
      `cross: ${product(a, b)}: there are no vectors of size 3 in dimension ${at} of both; ` +
        "name the dimension that has them, for example a.cross(b, -1).",
    );
  }
  const turned = (x: Tensor, by: number): Tensor => x.roll(-by, at);
  return turned(a, 1)
    .mul(turned(b, 2))
    .sub(turned(a, 2).mul(turned(b, 1)));
};
