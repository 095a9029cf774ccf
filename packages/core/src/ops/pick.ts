/**
 * One element of every line along a dimension, by position: how a result that says where its values
 * were found (`max` with a dimension, `median`, `cummax`) gets the values, and sends each gradient
 * to the one element that it came from.
 */
import { countElements, rowMajor } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { tensor } from "./create.js";
import { takeRows } from "./rows.js";

/** Values, and the positions along a dimension at which they were found, as int32. */
export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/** The elements at `indices` along `dim`, of a tensor that has the other dimensions of these. */
export function pick(x: Tensor, indices: Tensor, dim: number): Tensor {
  const step = countElements(x.shape.slice(dim + 1));
  const lines = lineStarts(indices.shape, x.shape, dim);
  const rows = indices.reshape([-1]).mul(step).add(tensor(lines));
  return takeRows(x.reshape([countElements(x.shape), 1]), rows).reshape(indices.shape);
}

/** For every element of `shape` the element of `from`, row-major, at which its line begins. */
function lineStarts(shape: Shape, from: Shape, dim: number): Int32Array {
  const strides = rowMajor(from);
  strides[dim] = 0;
  const starts = new Int32Array(countElements(shape));
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0, at = 0; i < starts.length; i++) {
    starts[i] = at;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d]!;
      index[d] = index[d]! + 1;
      if (index[d]! < shape[d]!) break;
      at -= strides[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return starts;
}
