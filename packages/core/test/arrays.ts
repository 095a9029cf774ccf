// Plain arrays for comparison with tensors: nothing here calls an operation of the library but
// `tensor`. A `Layout` is a way to look at a base array, described twice: by movements of a tensor,
// and by the strides that the result should have.

import { tensor } from "@nabla/core";
import type { DType, Tensor } from "@nabla/core";
import { expect } from "vitest";

/** Numbers in a shape, row-major. */
export interface PlainArray {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

/** Every index of a shape, in row-major order. */
export function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (indices, size) =>
      indices.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

export const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, i) => sizeOf(shape.slice(i + 1)));

/** The element of an array at an index of a shape that it broadcasts to. */
export function at({ shape, values }: PlainArray, index: readonly number[]): number {
  const own = index.slice(index.length - shape.length).map((i, dim) => (shape[dim] === 1 ? 0 : i));
  return values[dot(own, stridesOf(shape))]!;
}

/** What broadcasting makes of shapes that fit. */
export function broadcast(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, dim) => {
    const sizes = shapes.map((shape) => shape[dim - rank + shape.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

/** A function of numbers, element by element over arrays that broadcast. */
export function mapArrays(f: (...xs: number[]) => number, ...arrays: PlainArray[]): PlainArray {
  const shape = broadcast(...arrays.map((array) => array.shape));
  return {
    shape,
    values: indicesOf(shape).map((index) => f(...arrays.map((array) => at(array, index)))),
  };
}

export const toTensor = (
  { shape, values }: PlainArray,
  dtype: DType = "float64",
  requiresGrad = false,
): Tensor =>
  tensor(Float64Array.from(values), { dtype }).reshape(shape).clone().requiresGrad_(requiresGrad);

/** Numbers spread over an interval in no simple order, the same at every run. */
export function spread(count: number, [low, high]: readonly [number, number], seed = 0): number[] {
  return Array.from({ length: count }, (_, i) => {
    const fraction = ((i + 1) * 0.6180339887498949 + seed * 0.3819) % 1;
    return low + (high - low) * fraction;
  });
}

/** A way to look at an array of shape `base`. */
export interface Layout {
  readonly name: string;
  readonly base: readonly number[];
  readonly move: (x: Tensor) => Tensor;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** What a layout should show of the numbers of its base. */
export const lookAt = (layout: Layout, values: readonly number[]): PlainArray => ({
  shape: layout.shape,
  values: indicesOf(layout.shape).map(
    (index) => values[layout.offset + dot(index, layout.strides)]!,
  ),
});

const plain = (name: string, ...shape: number[]): Layout => ({
  name,
  base: shape,
  move: (x) => x,
  shape,
  strides: stridesOf(shape),
  offset: 0,
});

/** One of each kind that kernels treat differently. */
export const layouts = {
  scalar: plain("a single number"),
  empty: plain("no elements", 0),
  hollow: plain("no elements in three dimensions", 2, 0, 3),
  row: plain("a row", 3),
  matrix: plain("a matrix", 2, 3),
  cube: plain("three dimensions", 2, 3, 4),
  transposed: {
    name: "transposed",
    base: [3, 2],
    move: (x) => x.transpose(0, 1),
    shape: [2, 3],
    strides: [1, 2],
    offset: 0,
  },
  sliced: {
    name: "every second column",
    base: [2, 7],
    move: (x) => x.slice(1, 1, 7, 2),
    shape: [2, 3],
    strides: [7, 2],
    offset: 1,
  },
  expanded: {
    name: "a repeated column",
    base: [2, 1],
    move: (x) => x.expand([2, 3]),
    shape: [2, 3],
    strides: [1, 0],
    offset: 0,
  },
  selected: {
    name: "a plane of a cube",
    base: [2, 3, 4],
    move: (x) => x.select(2, 1),
    shape: [2, 3],
    strides: [12, 4],
    offset: 1,
  },
  permuted: {
    name: "permuted",
    base: [4, 2, 3],
    move: (x) => x.permute([1, 2, 0]),
    shape: [2, 3, 4],
    strides: [3, 1, 6],
    offset: 0,
  },
} satisfies Record<string, Layout>;

/**
 * Compares a tensor with plain numbers: the shape exactly, the elements to a relative error, where
 * numbers below `scale` count as `scale`.
 */
export function expectClose(
  actual: Tensor,
  expected: PlainArray,
  relative = 1e-13,
  scale = 1e-3,
): void {
  expect(actual.shape).toEqual(expected.shape);
  const data = [...actual.data()];
  const isClose = (a: number, b: number): boolean =>
    Object.is(a, b) || a === b || Math.abs(a - b) <= relative * Math.max(Math.abs(b), scale);
  const far = data.findIndex((value, i) => !isClose(value, expected.values[i]!));
  if (far >= 0) expect(data, `element ${far}`).toEqual(expected.values);
  expect(data.length).toBe(expected.values.length);
}

type Method = (...args: unknown[]) => Tensor;

/** Calls a method by its name, as the tables know it. */
export function callMethod(x: Tensor, name: string, ...args: unknown[]): Tensor {
  const method = (x as unknown as Record<string, Method>)[name]!;
  return method.apply(x, args);
}
