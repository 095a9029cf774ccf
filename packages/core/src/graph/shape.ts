/**
 * Shapes, strides and broadcasting: arithmetic on lists of sizes; hardly any data is touched. A
 * layout says where the elements of a tensor lie in its buffer; `strides: null` means row-major,
 * the usual case. Read next: graph/node.ts.
 */
import { ArgumentError, describe, IndexError, ShapeError } from "../errors.js";
import type { TypedArray } from "./dtype.js";

/** The size of each dimension; `[]` is a single number. */
export type Shape = readonly number[];

/** The distance in elements between neighbours along each dimension; `null`: row-major. */
export type Strides = readonly number[] | null;

export interface Layout {
  readonly shape: Shape;
  readonly strides: Strides;
  readonly offset: number;
}

export const formatShape = (shape: Shape): string => `[${shape.join(", ")}]`;

export function countElements(shape: Shape): number {
  let count = 1;
  for (let i = 0; i < shape.length; i++) count *= shape[i]!;
  return count;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export const sameStrides = (a: Strides, b: Strides): boolean =>
  a === b || (a !== null && b !== null && sameShape(a, b));

export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

/** `null` where the strides are those of a row-major tensor (sizes of 1 may have any stride). */
export function simplify(shape: Shape, strides: readonly number[]): Strides {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== step) return strides;
    step *= shape[i]!;
  }
  return null;
}

/**
 * Whether two elements may be one in memory: some dimension's steps are no longer than the way that
 * the dimensions with smaller steps can go.
 */
export function overlaps({ shape, strides }: Layout): boolean {
  if (strides === null || countElements(shape) === 0) return false;
  const dims = shape.flatMap((size, i) =>
    size > 1 ? [[Math.abs(strides[i]!), size] as const] : [],
  );
  let reach = 0;
  for (const [step, size] of dims.sort(([a], [b]) => a - b)) {
    if (step <= reach) return true;
    reach += step * (size - 1);
  }
  return false;
}

/** Puts elements where a layout says, in its order, or adds them to what is there. */
export function place(
  into: TypedArray,
  values: TypedArray,
  { shape, strides, offset }: Layout,
  adds: boolean,
): void {
  const steps = strides ?? rowMajor(shape);
  const last = shape.length - 1;
  const [size, step] = last < 0 ? [1, 0] : [shape[last]!, steps[last]!];
  const index = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (let i = 0; i < values.length;) {
    let to = at;
    for (const end = i + size; i < end; i++, to += step) {
      into[to] = adds ? into[to]! + values[i]! : values[i]!;
    }
    for (let dim = last - 1; dim >= 0; dim--) {
      at += steps[dim]!;
      index[dim] = index[dim]! + 1;
      if (index[dim]! < shape[dim]!) break;
      at -= steps[dim]! * shape[dim]!;
      index[dim] = 0;
    }
  }
}

/** The shape that both operands take, or a ShapeError that names the sizes that differ. */
export function broadcastShapes(name: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const [m, n] = [a[a.length - i] ?? 1, b[b.length - i] ?? 1];
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(
        `${name}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: counted from ` +
          "the last dimension, " +
          `dimension ${-i} is ${m} in one and ${n} in the other. Sizes must be equal or 1; ` +
          `reshape one of them, for example with unsqueeze or reshape.`,
      );
    }
    result[rank - i] = m === 1 ? n : m;
  }
  return Object.freeze(result);
}

/** Whether a tensor of shape `from` can be repeated to fill `to`. */
export function broadcasts(from: Shape, to: Shape): boolean {
  if (from === to) return true;
  const missing = to.length - from.length;
  return missing >= 0 && from.every((size, i) => size === 1 || size === to[i + missing]);
}

/** The strides with which a tensor is walked as if it had `shape`: 0 where it is repeated. */
export function broadcastStrides(layout: Layout, shape: Shape): Strides {
  if (layout.strides === null && sameShape(layout.shape, shape)) return null;
  const own = layout.strides ?? rowMajor(layout.shape);
  const missing = shape.length - layout.shape.length;
  const strides = new Array<number>(shape.length);
  for (let i = 0; i < shape.length; i++) {
    const repeated = i < missing || (layout.shape[i - missing] === 1 && shape[i] !== 1);
    strides[i] = repeated ? 0 : own[i - missing]!;
  }
  return strides;
}

/** A dimension counted from either end as one from the front, or an IndexError. */
export function normalizeDim(name: string, dim: number, rank: number): number {
  const bound = Math.max(rank, 1);
  if (typeof dim !== "number") {
    const found =
      dim === undefined ? "the dimension is missing" : `${describe(dim)} is no dimension`;
    throw new IndexError(`${name}: ${found}; give its number, for example 0, or -1 for the last.`);
  }
  if (!Number.isInteger(dim) || dim < -bound || dim >= bound) {
    throw new IndexError(
      `${name}: dimension ${dim} is out of range for a tensor of ${rank} dimensions; ` +
        `use an integer from ${-bound} to ${bound - 1}.`,
    );
  }
  return dim < 0 ? dim + bound : dim;
}

/** Several dimensions, none of them twice; none given means all of them. */
export function normalizeDims(
  name: string,
  dims: number | readonly number[] | null | undefined,
  rank: number,
): number[] {
  const given = typeof dims === "number" ? [dims] : (dims ?? []);
  checkList(name, given);
  if (rank > 64) throw new ShapeError(`${name}: ${rank} dimensions are more than 64, the most.`);
  if (given.length === 0) return range(rank);
  const result = Array.from(given, (dim) => normalizeDim(name, dim, rank)).sort((a, b) => a - b);
  const twice = result.find((dim, i) => dim === result[i - 1]);
  if (twice !== undefined) {
    throw new IndexError(`${name}: dimension ${twice} is named twice; name each dimension once.`);
  }
  return rank === 0 ? [] : result;
}

function range(count: number): number[] {
  const result = new Array<number>(count);
  for (let i = 0; i < count; i++) result[i] = i;
  return result;
}

/** Throws an ArgumentError for what is not a list, such as a bare number. */
export function checkList(name: string, list: unknown): void {
  if (Array.isArray(list)) return;
  throw new ArgumentError(
    `${name}: ${String(list)} is no list of numbers; put them in brackets, for example [2, 3].`,
  );
}

/** Sizes as a user gives them, checked. */
export function checkShape(name: string, shape: Shape): Shape {
  checkList(name, shape);
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0) {
      throw new ShapeError(
        `${name}: ${String(size)} is not a size in the shape [${shape.join(", ")}]; sizes are ` +
          "integers, " +
          "0 or more.",
      );
    }
  }
  if (countElements(shape) > 2 ** 31) {
    throw new ShapeError(`${name}: the shape ${formatShape(shape)} has more than 2^31 elements.`);
  }
  return shape;
}

/**
 * The strides that make a layout look like `shape` without moving anything, or `undefined` where
 * that cannot be. Dimensions of the layout that lie evenly in memory form blocks; each block must
 * be cut up by whole new dimensions.
 */
export function reshapeStrides(layout: Layout, shape: Shape): Strides | undefined {
  if (layout.strides === null) return null;
  if (countElements(shape) === 0) return null;
  const sizes: number[] = [];
  const steps: number[] = [];
  for (let i = 0; i < layout.shape.length; i++) {
    const [size, step] = [layout.shape[i]!, layout.strides[i]!];
    if (size === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && steps[last] === size * step) {
      sizes[last] = sizes[last]! * size;
      steps[last] = step;
    } else {
      sizes.push(size);
      steps.push(step);
    }
  }
  const strides = new Array<number>(shape.length).fill(1);
  let block = sizes.length - 1;
  let inside = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 1) continue;
    if (block < 0) return undefined;
    strides[i] = steps[block]! * inside;
    inside *= shape[i]!;
    if (sizes[block]! % inside !== 0) return undefined;
    if (inside === sizes[block]) {
      block--;
      inside = 1;
    }
  }
  return simplify(shape, strides);
}
