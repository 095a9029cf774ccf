/**
 * A place: which elements of a tensor are meant, in whichever way that was said: by an index, by
 * positions along a dimension or in the row of all elements, by a mask. Reading a place takes its
 * elements out; writing to one puts others there, or adds them, and so on. All of indexing,
 * gathering and scattering is one of the two. How it runs: host/rows.ts.
 */
import { DTypeError, IndexError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
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
export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
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
  const order = [
    ...places.splice(shape.length, before),
    ...places,
  ];
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

/** Where every line along a dimension has the positions that `indices` has in that line. */
export function linePlace(x: Tensor, dim: number, indices: Tensor): Place {
  const step = countElements(x.shape.slice(dim + 1));
  const starts = tensor(lineStarts(indices.shape, x.shape, dim)).reshape(indices.shape);
  return flatPlace(x, indices.mul(step).add(starts));
}

/**
 * One element of every line along a dimension, by position: how a result that says where its
 * values were found gets them, and sends each gradient to the one element that it came from.
 */
export const pick = (x: Tensor, indices: Tensor, dim: number): Tensor =>
  readPlace(linePlace(x, dim, indices));

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

/** Throws an IndexError for a position that is not in a dimension of that size. */
export function checkPosition(
  name: string,
  position: number,
  where: string,
  size: number,
  least = -size,
): void {
  if (Number.isInteger(position) && position >= least && position < size) return;
  throw new IndexError(
    `${name}: index ${position} is out of range for ${where}, which has size ${size}` +
      (size > 0 ? `; use an integer from ${least} to ${size - 1}.` : " and so no elements."),
  );
}

/**
 * A tensor of positions, each inside, counted from the front; `least` is 0 where they cannot be
 * counted from the end. They are read at once.
 */
export function checkPositions(
  name: string,
  given: Tensor,
  where: string,
  size: number,
  least = -size,
): Tensor {
  const positions = checkIndex(name, given);
  const values = positions.data();
  let lowest = 0;
  for (let i = 0; i < values.length; i++) {
    checkPosition(name, values[i]!, where, size, least);
    lowest = Math.min(lowest, values[i]!);
  }
  return lowest < 0 ? positions.add(size).where(positions.lt(0), positions) : positions;
}

/** A tensor of positions, as int32; where there are none their type does not matter. */
export function checkIndex(name: string, given: Tensor): Tensor {
  const { dtype, shape } = checkTensor(name, given);
  if (dtype === "int32") return given;
  if (countElements(shape) === 0) return given.to("int32");
  throw new DTypeError(
    `${name}: positions are int32, and these are ${dtype}; make them with ` +
      'tensor([0, 1], { dtype: "int32" }), or convert them with i.to("int32").',
  );
}

/** Where elements of a tensor are not 0, in the row of all elements. */
export function nonzeroPositions(x: Tensor): Int32Array {
  const found: number[] = [];
  x.data().forEach((value, i) => {
    if (value !== 0) found.push(i);
  });
  return Int32Array.from(found);
}

/** Positions in the row of all elements as positions along each dimension of a shape. */
export const coordinates = (positions: Int32Array, shape: Shape): Int32Array[] =>
  rowMajor(shape).map((stride, dim) =>
    positions.map((position) => Math.floor(position / stride) % shape[dim]!),
  );
