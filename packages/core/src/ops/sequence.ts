/**
 * New tensors that follow a rule: the unit matrix, powers, indices of triangles. Those that are
 * filled or counted up are in ops/create.ts.
 */
import { ArgumentError } from "../errors.js";
import type { DType } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import type { Created, Creation } from "../graph/shape-types.js";
import { checkShape } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { checkNumbers, create, full, linspace, zeros } from "./create.js";
import type { CreateOptions } from "./create.js";
import { shaped } from "./typed.js";

/**
 * A tensor of a shape. Its elements are 0, as those of `zeros`; PyTorch leaves them as they were in
 * memory.
 * @example
 * empty([2]).shape // [ 2 ]
 */
export const empty: Creation = (shape: Shape, options: CreateOptions = {}): Tensor =>
  create("empty", shape, options, () => {});

/**
 * A tensor in the shape and type of another; its elements are 0, see `empty`.
 * @example
 * emptyLike(tensor([1, 2])).shape // [ 2 ]
 */
export const emptyLike = shaped<"emptyLike", "same", [options?: CreateOptions]>((x, options) =>
  zeros(checkTensor("emptyLike", x).shape, { dtype: x.dtype, ...options }),
);

/**
 * A tensor in the shape and type of another, all elements the same number.
 * @example
 * fullLike(tensor([1, 2]), 7) // tensor([7., 7.])
 */
export const fullLike = shaped<
  "fullLike",
  "same",
  [value: number | boolean, options?: CreateOptions]
>((x, value, options) =>
  full(checkTensor("fullLike", x).shape, value, { dtype: x.dtype, ...options }),
);

/**
 * A matrix with ones on the diagonal, 0 elsewhere: the unit matrix where `columns`, which is `rows`
 * unless given, is the same.
 * @example
 * eye(2) // tensor([[1., 0.],
 * //         [0., 1.]])
 * eye(1, 3) // tensor([[1., 0., 0.]])
 */
export function eye<N extends number, D extends DType = "float32">(
  rows: N,
  options?: CreateOptions<D>,
): Created<[N, N], D>;
export function eye<N extends number, M extends number, D extends DType = "float32">(
  rows: N,
  columns: M,
  options?: CreateOptions<D>,
): Created<[N, M], D>;
export function eye(
  rows: number,
  second: number | CreateOptions = rows,
  third: CreateOptions = {},
): Tensor {
  const isOptions = typeof second === "object" && second !== null;
  const columns = isOptions ? rows : second;
  return create("eye", [rows, columns], isOptions ? second : third, (buffer) => {
    for (let i = 0; i < Math.min(rows, columns); i++) buffer[i * (columns + 1)] = 1;
  });
}

/**
 * `count` powers of `base`, whose exponents are at equal distances from `start` to `end`.
 * @example
 * logspace(0, 3, 4) // tensor([   1.,   10.,  100., 1000.])
 * logspace(0, 3, 4, 2) // tensor([1., 2., 4., 8.])
 */
export const logspace = (
  start: number,
  end: number,
  count: number,
  base = 10,
  options: CreateOptions = {},
): Tensor => {
  checkNumbers("logspace", "logspace(0, 3, 4)", [start, end, count, base]);
  const exponents = linspace(start, end, count, { dtype: "float64" }).data();
  return create("logspace", [count], options, (buffer) => {
    for (let i = 0; i < count; i++) buffer[i] = base ** exponents[i]!;
  });
};

/** In every row of a matrix the columns from `first` to before `end`, as a tensor [2, n]. */
function triangleIndices(
  name: string,
  [rows, columns, offset]: readonly [number, number, number],
  options: CreateOptions,
  part: (diagonal: number) => readonly [first: number, end: number],
): Tensor {
  if (!Number.isInteger(offset)) {
    throw new ArgumentError(
      `${name}: the diagonal is ${String(offset)}; it must be an integer, for example ` +
        `${name}(3, 3, 0).`,
    );
  }
  checkShape(name, [rows, columns]);
  const ranges = Array.from({ length: columns === 0 ? 0 : rows }, (_, row) => {
    const [first, end] = part(row + offset);
    return [Math.min(Math.max(first, 0), columns), Math.min(Math.max(end, 0), columns)] as const;
  });
  const count = ranges.reduce((total, [first, end]) => total + end - first, 0);
  return create(name, [2, count], { dtype: "int32", ...options }, (buffer) => {
    let at = 0;
    ranges.forEach(([first, end], row) => {
      for (let column = first; column < end; column++, at++) {
        buffer[at] = row;
        buffer[at + count] = column;
      }
    });
  });
}

/**
 * Where the elements on and below a diagonal are in a matrix of so many rows and columns: their
 * rows, then their columns. int32 unless said otherwise (PyTorch: int64).
 * @example
 * trilIndices(2, 2) // tensor([[0, 1, 1],
 * //         [0, 0, 1]])
 */
export const trilIndices = (
  rows: number,
  columns: number,
  offset = 0,
  options: CreateOptions = {},
): Tensor =>
  triangleIndices("trilIndices", [rows, columns, offset], options, (diagonal) => [0, diagonal + 1]);

/**
 * Where the elements on and above a diagonal are in a matrix of so many rows and columns: their
 * rows, then their columns. int32 unless said otherwise (PyTorch: int64).
 * @example
 * triuIndices(2, 2) // tensor([[0, 0, 1],
 * //         [0, 1, 1]])
 */
export const triuIndices = (
  rows: number,
  columns: number,
  offset = 0,
  options: CreateOptions = {},
): Tensor =>
  triangleIndices("triuIndices", [rows, columns, offset], options, (diagonal) => [
    diagonal,
    columns,
  ]);
