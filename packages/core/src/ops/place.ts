/**
 * A place: which elements of a tensor are meant, in whichever way that was said: by an index, by
 * positions along a dimension or in the row of all elements, by a mask. Reading a place takes its
 * elements out; writing to one puts others there, or adds them, and so on. All of indexing,
 * gathering and scattering is one of the two. How it runs: host/rows.ts.
 */
import { broadcastShapes, countElements, rowMajor } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { tensor } from "./create.js";
import { countUp } from "./host/order.js";
import { takeRows, writeRows } from "./host/rows.js";
import type { Way } from "./host/rows.js";

/** Rows of a matrix that a tensor becomes when the dimensions in question come first. */
export interface Place {
  readonly matrix: Tensor;
  /** The rows that are meant, as int32. */
  readonly rows: Tensor;
  /** The shape of the rows when taken: that of the positions, then the other dimensions. */
  readonly front: Shape;
  /** From there to the result, where positions stay in place if the dimensions were neighbours. */
  readonly order: readonly number[];
  /** The tensor with the indexed dimensions in front, and how it got there. */
  readonly whole: Shape;
  readonly permutation: readonly number[];
}

/** A dimension that is indexed by positions, and the positions. */
export interface Indexed {
  readonly dim: number;
  readonly positions: Tensor;
}

/** Values, and the positions along a dimension at which they were found, as int32. */
export interface ValuesAndIndices<Values = Tensor, Indices = Tensor> {
  readonly values: Values;
  readonly indices: Indices;
}

const turned = (x: Tensor, order: readonly number[]): Tensor =>
  order.every((dim, i) => dim === i) ? x : x.permute(order);

const inverse = (order: readonly number[]): number[] => order.map((_, i) => order.indexOf(i));

/** The shape of a place. */
export const shapeOf = ({ front, order }: Place): Shape => order.map((dim) => front[dim]!);

/** The elements at a place. */
export const readPlace = ({ matrix, rows, front, order }: Place): Tensor =>
  turned(takeRows(matrix, rows).reshape(front), order);

/** The whole tensor with values, broadcast to the place, written there. */
export function writePlace(place: Place, values: Tensor, way: Way): Tensor {
  const { matrix, rows, order, whole, permutation } = place;
  const fitting = turned(values.expand(shapeOf(place)), inverse(order));
  const source = fitting.reshape([rows.shape[0]!, matrix.shape[1]!]);
  return turned(writeRows(way, matrix, rows, source).reshape(whole), inverse(permutation));
}

/** Where some dimensions of a tensor have certain positions, whose shapes broadcast. */
export function indexedPlace(name: string, x: Tensor, indexed: readonly Indexed[]): Place {
  const dims = indexed.map(({ dim }) => dim);
  const others = [...countUp(x.shape.length)].filter((dim) => !dims.includes(dim));
  const permutation = [...dims, ...others];
  const whole = permutation.map((dim) => x.shape[dim]!);
  const sizes = whole.slice(0, dims.length);
  const rest = whole.slice(dims.length);
  const steps = rowMajor(sizes);
  const shape = indexed.reduce<Shape>(
    (common, { positions }) => broadcastShapes(name, common, positions.shape),
    [],
  );
  const rows = indexed
    .map(({ positions }, k) => (steps[k] === 1 ? positions : positions.mul(steps[k]!)))
    .reduce((sum, part) => sum.add(part))
    .expand(shape)
    .reshape([countElements(shape)]);

  const neighbours = dims.every((dim, k) => dim === dims[0]! + k);
  const before = neighbours ? dims[0]! : 0;
  const places = [...countUp(shape.length + rest.length)];
  const order = [...places.splice(shape.length, before), ...places];
  const matrix = turned(x, permutation).reshape([countElements(sizes), countElements(rest)]);
  return { matrix, rows, front: [...shape, ...rest], order, whole, permutation };
}

/** Where the row of all elements has certain positions. */
export function flatPlace(x: Tensor, positions: Tensor): Place {
  return {
    matrix: x.reshape([countElements(x.shape), 1]),
    rows: positions.reshape([countElements(positions.shape)]),
    front: positions.shape,
    order: [...countUp(positions.shape.length)],
    whole: x.shape,
    permutation: [...countUp(x.shape.length)],
  };
}

/**
 * In the row of all elements, where every line along a dimension has the positions that `indices`
 * has in that line.
 */
export function linePositions(shape: Shape, dim: number, indices: Tensor): Tensor {
  const step = countElements(shape.slice(dim + 1));
  const starts = tensor(lineStarts(indices.shape, shape, dim)).reshape(indices.shape);
  return indices.mul(step).add(starts);
}

/**
 * One element of every line along a dimension, by position: how a result that says where its
 * values were found gets them, and sends each gradient to the one element that it came from.
 */
export const pick = (x: Tensor, indices: Tensor, dim: number): Tensor =>
  readPlace(flatPlace(x, linePositions(x.shape, dim, indices)));

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
