/**
 * Functions made of other functions, and methods that make a tensor by them. They need no kernel
 * and no derivative: those of their parts are enough. Each says what its result is, because
 * tensors have these functions as methods.
 * Read first: ops/elementwise.ts.
 */
import { ArgumentError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import {
  broadcasts,
  checkShape,
  countElements,
  formatShape,
  normalizeDim,
  sameShape,
} from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { full, ones, tensor, zeros } from "./create.js";
import type { CreateOptions, NestedArray } from "./create.js";
import { kept, shaped } from "./typed.js";

/**
 * The same elements in row-major order: the tensor itself if they lie so, else a copy.
 * @example
 * tensor([[1, 2], [3, 4]]).transpose(0, 1).contiguous() // tensor([[1., 3.],
 * //         [2., 4.]])
 */
export const contiguous = kept<[], "exact">((x: Tensor): Tensor =>
  checkTensor("contiguous", x).node.strides === null ? x : x.clone(),
);

/**
 * The dimensions from `startDim` to `endDim` as one; a view where that is possible.
 * @example
 * zeros([2, 3, 4]).flatten().shape // [ 24 ]
 * zeros([2, 3, 4]).flatten(1).shape // [ 2, 12 ]
 */
export const flatten = shaped<"flatten", "flatten", [startDim?: number, endDim?: number]>(
  (x: Tensor, startDim = 0, endDim = -1): Tensor => {
    const start = normalizeDim("flatten", startDim, checkTensor("flatten", x).shape.length);
    const end = normalizeDim("flatten", endDim, x.shape.length);
    if (end < start) {
      throw new ArgumentError(
        `flatten: dimension ${startDim} does not come before ${endDim}; for example flatten(1, 2).`,
      );
    }
    const count = countElements(x.shape.slice(start, end + 1));
    return x.reshape([...x.shape.slice(0, start), count, ...x.shape.slice(end + 1)]);
  },
);

/**
 * The sum over whatever broadcasting repeated: from a tensor that `shape` broadcasts to, back to
 * `shape`.
 * @example
 * ones([2, 3]).sumTo([3]) // tensor([2., 2., 2.])
 * ones([2, 3]).sumTo([2, 1]).shape // [ 2, 1 ]
 */
export const sumTo = (x: Tensor, shape: Shape): Tensor => {
  if (sameShape(checkTensor("sumTo", x).shape, checkShape("sumTo", shape))) return x;
  if (shape.length === 0) return x.sum();
  const missing = x.shape.length - shape.length;
  if (!broadcasts(shape, x.shape)) {
    throw new ShapeError(
      `sumTo: ${formatShape(shape)} does not broadcast to ${formatShape(x.shape)}, so there are ` +
        "no repetitions to sum; give a shape that does, for example x.sumTo([1]).",
    );
  }
  const repeated: number[] = [];
  for (let i = 0; i < x.shape.length; i++) {
    if (i < missing || x.shape[i] !== shape[i - missing]) repeated.push(i);
  }
  // Dimensions in front go, those inside stay with size 1.
  return repeated.length === missing ? x.sum(repeated) : x.sum(repeated, true).reshape(shape);
};

/**
 * A tensor of ones in any shape, in the type of this one.
 * @example
 * tensor([1, 2], { dtype: "float64" }).newOnes([3]) // tensor([1., 1., 1.], dtype=float64)
 */
export const newOnes = (x: Tensor, shape: Shape): Tensor =>
  ones(shape, { dtype: checkTensor("newOnes", x).dtype });

/**
 * A tensor of zeros in any shape, in the type of this one.
 * @example
 * tensor([1, 2]).newZeros([3]) // tensor([0., 0., 0.])
 */
export const newZeros = (x: Tensor, shape: Shape): Tensor =>
  zeros(shape, { dtype: checkTensor("newZeros", x).dtype });

/**
 * A tensor of one value in any shape, in the type of this one.
 * @example
 * tensor([1, 2]).newFull([2], 7) // tensor([7., 7.])
 */
export const newFull = (x: Tensor, shape: Shape, value: number | boolean): Tensor =>
  full(shape, value, { dtype: checkTensor("newFull", x).dtype });

/**
 * A tensor with the given elements, in the type of this one unless `dtype` says otherwise.
 * @example
 * tensor([1], { dtype: "float64" }).newTensor([2, 3]) // tensor([2., 3.], dtype=float64)
 */
export const newTensor = (x: Tensor, data: NestedArray, options: CreateOptions = {}): Tensor =>
  tensor(data, { dtype: checkTensor("newTensor", x).dtype, ...options });
