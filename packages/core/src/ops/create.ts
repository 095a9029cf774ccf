/**
 * New tensors from numbers: from arrays, filled, counted up. Random ones are made in ops/random.ts.
 * Every function takes `{ dtype, requiresGrad }` last.
 */
import { ArgumentError, describe, DTypeError, ShapeError } from "../errors.js";
import { allocate, fitsInteger, isDType, isFloat } from "../graph/dtype.js";
import type { DType, TypedArray } from "../graph/dtype.js";
import { mode } from "../graph/mode.js";
import { dataNode, checkTensor } from "../graph/node.js";
import type { Count, Created, Creation } from "../graph/shape-types.js";
import { checkShape, countElements } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { construct } from "./define.js";
import { readOptions } from "./options.js";
import { shaped } from "./typed.js";

/** What every function that makes a tensor takes last. */
export interface CreateOptions<D extends DType = DType> {
  /** The type of the elements; `"float32"` unless said otherwise. */
  readonly dtype?: D;
  /** Whether backward() shall leave a gradient in `.grad`; `false` unless said otherwise. */
  readonly requiresGrad?: boolean;
}

/**
 * Numbers, in arrays as deep as the tensor has dimensions; all arrays of a depth have one length.
 */
export type NestedArray = number | boolean | readonly NestedArray[] | TypedArray;

/** A tensor of `shape` whose elements `fill` writes. */
export function create(
  name: string,
  shape: Shape,
  options: CreateOptions,
  fill: (buffer: TypedArray) => void,
): Tensor {
  const { dtype, requiresGrad } = readCreateOptions(name, options);
  checkDType(name, dtype);
  const count = countElements(checkShape(name, shape));
  const make = (): TypedArray => {
    const buffer = allocate(dtype, count);
    if (isFloat(dtype)) fill(buffer);
    else fillWhole(name, buffer, dtype, fill);
    return buffer;
  };
  const elements = mode.capture === null ? make() : mode.capture.draws(make);
  const result = construct.tensor(dataNode(elements, [...shape], dtype), null);
  return requiresGrad ? result.requiresGrad_() : result;
}

/** What every function that makes a tensor takes, complete. */
export const readCreateOptions = (name: string, options: CreateOptions): Required<CreateOptions> =>
  readOptions<CreateOptions>(name, options, { dtype: "float32", requiresGrad: false });

/** Typed arrays of integers wrap what they cannot hold; a tensor refuses it. */
function fillWhole(
  name: string,
  buffer: TypedArray,
  dtype: DType,
  fill: (buffer: TypedArray) => void,
): void {
  const values = new Float64Array(buffer.length);
  fill(values);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (dtype === "bool") buffer[i] = value === 0 ? 0 : 1;
    else if (fitsInteger(Math.trunc(value))) buffer[i] = value;
    else {
      throw new ArgumentError(
        `${name}: ${value} is no int32, an integer from -2^31 to 2^31 - 1; ` +
          'use { dtype: "float64" } for it.',
      );
    }
  }
}

/** Throws an ArgumentError unless every argument is a number. */
export function checkNumbers(name: string, example: string, values: readonly unknown[]): void {
  const wrong = values.find((value) => !Number.isFinite(value));
  if (values.every((value) => Number.isFinite(value))) return;
  throw new ArgumentError(`${name}: ${String(wrong)} is no finite number; for example ${example}.`);
}

export function checkDType(name: string, dtype: DType): DType {
  if (isDType(dtype)) return dtype;
  throw new DTypeError(
    `${name}: "${String(dtype)}" is no element type; use "float32", "float64", "int32" or "bool".`,
  );
}

/**
 * A tensor with the given elements, copied. Numbers make a float32 tensor, booleans a bool one
 * unless there are numbers among them, typed arrays one of their own type; `dtype` says otherwise.
 * Throws a ShapeError where nested arrays differ in length.
 * @example
 * tensor([[1, 2], [3, 4]]) // tensor([[1., 2.],
 * //         [3., 4.]])
 * tensor(0.1, { dtype: "float64" }).item() // 0.1
 * tensor([1, 2], { requiresGrad: true }) // tensor([1., 2.], requiresGrad=true)
 */
export function tensor(data: NestedArray, options: CreateOptions = {}): Tensor {
  readCreateOptions("tensor", options);
  if (data instanceof Object && "node" in data) {
    throw new ArgumentError("tensor: this is a tensor already; copy it with x.clone().");
  }
  const shape = shapeOf(data);
  const dtype = options.dtype ?? typeOf(data, shape.length);
  return create("tensor", shape, { ...options, dtype }, (buffer) => {
    copyInto(buffer, 0, data, shape, 0);
  });
}

const isTyped = (data: unknown): data is TypedArray =>
  [Float32Array, Float64Array, Int32Array, Uint8Array].some((kind) => data instanceof kind);

const isArray = (data: unknown): data is readonly NestedArray[] | TypedArray =>
  Array.isArray(data) || isTyped(data);

/** More dimensions than anyone has; arrays that contain themselves have more. */
const MOST_DIMENSIONS = 64;

function shapeOf(data: NestedArray): number[] {
  const shape: number[] = [];
  for (let part = data; isArray(part);) {
    if (shape.push(part.length) > MOST_DIMENSIONS) {
      throw new ArgumentError(
        `tensor: these arrays are nested more than ${MOST_DIMENSIONS} deep, or contain themselves.`,
      );
    }
    if (isTyped(part) || part.length === 0) break;
    part = part[0]!;
  }
  return shape;
}

/** The type of the first number, `depth` arrays deep; where all are truth values it is bool. */
function typeOf(data: NestedArray, depth: number): DType {
  if (typeof data === "boolean") return "bool";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array || data instanceof Uint8Array) return "int32";
  if (depth === 0 || !Array.isArray(data) || data.length === 0) return "float32";
  for (const part of data as readonly NestedArray[]) {
    const dtype = typeOf(part, depth - 1);
    if (dtype !== "bool") return dtype;
  }
  return "bool";
}

/** Copies one part of nested arrays to where it belongs, and returns where the next one goes. */
function copyInto(
  buffer: TypedArray,
  at: number,
  data: NestedArray,
  shape: Shape,
  depth: number,
): number {
  const size = shape[depth];
  if (size === undefined && (typeof data === "number" || typeof data === "boolean")) {
    buffer[at] = Number(data);
    return at + 1;
  }
  checkPart(data, size, depth);
  const part = data as readonly NestedArray[] | TypedArray;
  if (isTyped(part)) {
    if (depth < shape.length - 1) checkPart(part[0]!, shape[depth + 1], depth + 1);
    buffer.set(part, at);
    return at + part.length;
  }
  // By index, so that holes are seen.
  for (let i = 0; i < part.length; i++) at = copyInto(buffer, at, part[i]!, shape, depth + 1);
  return at;
}

/** Throws unless `data` is what the first of its row was: an array of `size`, or a number. */
function checkPart(data: unknown, size: number | undefined, depth: number): void {
  const isRow = isArray(data);
  const isNumber = typeof data === "number" || typeof data === "boolean";
  if (isRow ? data.length === size : isNumber && size === undefined) return;
  const wanted = size === undefined ? "a number" : `an array of ${size}`;
  const remedy = "make all rows alike, for example tensor([[1, 2], [3, 4]])";
  if (isRow || isNumber) {
    throw new ShapeError(
      `tensor: at depth ${depth} there is ${isRow ? `an array of ${data.length}` : "a number"} ` +
        `where the first of its row was ${wanted}, so the data has no shape; ${remedy}.`,
    );
  }
  throw new ArgumentError(
    `tensor: at depth ${depth} there is ${describe(data)} where ${wanted} is needed; ` +
      (data instanceof Object && "node" in data
        ? "put tensors together with stack([a, b]), which has a gradient, too."
        : "give numbers or booleans, in arrays or typed arrays of them."),
  );
}

/**
 * A tensor of a shape, all elements the same number, float32 unless said otherwise, or the same
 * truth value.
 * @example
 * full([2, 2], 7) // tensor([[7., 7.],
 * //         [7., 7.]])
 * full([2], true) // tensor([true, true])
 */
export const full = <
  const S extends number[],
  V extends number | boolean,
  D extends DType = V extends boolean ? "bool" : "float32",
>(
  shape: readonly [...S],
  value: V,
  options: CreateOptions<D> = {},
): Created<S, D> => {
  const dtype = typeof value === "boolean" ? "bool" : "float32";
  return create("full", shape, { dtype, ...options }, (buffer) => {
    checkPart(value, undefined, 0);
    buffer.fill(Number(value));
  });
};

/**
 * A tensor of a shape, all elements 0.
 * @example
 * zeros([3]) // tensor([0., 0., 0.])
 */
export const zeros: Creation = (shape: Shape, options: CreateOptions = {}): Tensor =>
  create("zeros", shape, options, () => {});

/**
 * A tensor of a shape, all elements 1.
 * @example
 * ones([3], { dtype: "float64" }) // tensor([1., 1., 1.], dtype=float64)
 */
export const ones: Creation = (shape: Shape, options: CreateOptions = {}): Tensor =>
  create("ones", shape, options, (buffer) => buffer.fill(1));

/**
 * Zeros in the shape and type of another tensor.
 * @example
 * zerosLike(tensor([1, 2])) // tensor([0., 0.])
 */
export const zerosLike = shaped<"zerosLike", "same", [options?: CreateOptions]>((x, options) =>
  zeros(checkTensor("zerosLike", x).shape, { dtype: x.dtype, ...options }),
);

/**
 * Ones in the shape and type of another tensor.
 * @example
 * onesLike(tensor([5, 7])) // tensor([1., 1.])
 */
export const onesLike = shaped<"onesLike", "same", [options?: CreateOptions]>((x, options) =>
  ones(checkTensor("onesLike", x).shape, { dtype: x.dtype, ...options }),
);

/**
 * The numbers from `start` up to, not including, `end`, `step` apart; from 0 and 1 apart unless
 * given. Throws an ArgumentError where steps do not lead from start to end.
 * @example
 * arange(4) // tensor([0., 1., 2., 3.])
 * arange(1, 2, 0.25) // tensor([1.0000, 1.2500, 1.5000, 1.7500])
 * arange(1, 4, { dtype: "int32" }) // tensor([1, 2, 3])
 */
export function arange<N extends number, D extends DType = "float32">(
  end: N,
  options?: CreateOptions<D>,
): Created<[Count<N>], D>;
export function arange(start: number, end: number, options?: CreateOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: CreateOptions): Tensor;
export function arange(first: number, ...rest: (number | CreateOptions | undefined)[]): Tensor {
  const isNumber = (value: unknown): value is number => typeof value === "number";
  const numbers = [first, ...rest.filter(isNumber)];
  const options = rest.find((value) => value !== undefined && !isNumber(value)) ?? {};
  const [from, to, step] = [numbers.length > 1 ? first : 0, numbers[1] ?? first, numbers[2] ?? 1];
  checkNumbers("arange", "arange(0, 1, 0.1)", [from, to, step]);
  const count = Math.ceil((to - from) / step) + 0;
  if (!Number.isFinite(count) || (to - from) * step < 0) {
    throw new ArgumentError(
      `arange: steps of ${step} do not lead from ${from} to ${to}; the step must be ` +
        "finite, not 0, " +
        "and point from start to end, for example arange(0, 1, 0.1).",
    );
  }
  return create("arange", [count], options as CreateOptions, (buffer) => {
    for (let i = 0; i < count; i++) buffer[i] = from + i * step;
  });
}

/**
 * `count` numbers at equal distances, the first `start` and the last `end`.
 * @example
 * linspace(0, 1, 5) // tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
 */
export function linspace<N extends number, D extends DType = "float32">(
  start: number,
  end: number,
  count: N,
  options?: CreateOptions<D>,
): Created<[N], D>;
export function linspace(
  start: number,
  end: number,
  count: number,
  options: CreateOptions = {},
): Tensor {
  checkNumbers("linspace", "linspace(0, 1, 5)", [start, end, count]);
  const isWhole = options?.dtype === "int32";
  const [from, last] = isWhole ? [Math.trunc(start), Math.trunc(end)] : [start, end];
  const to = count > 1 ? last : from;
  const step = count > 1 ? (to - from) / (count - 1) : 0;
  return create("linspace", [count], options, (buffer) => {
    for (let i = 0; i < count; i++) {
      // PyTorch makes whole numbers by fours, from the first of them cut to a whole one.
      const behind = isWhole && i < count - (count % 8) ? i % 4 : 0;
      const at = i - behind;
      // From both ends, so that the last element is `end` itself.
      const near = at < Math.floor(count / 2) ? from + at * step : to - (count - 1 - at) * step;
      buffer[i] = (behind > 0 ? Math.trunc(near) : near) + behind * step;
    }
  });
}
