/**
 * New tensors from numbers: from arrays, filled, counted up. Random ones are made in ops/random.ts.
 * Every function takes `{ dtype, requiresGrad }` last.
 */
import { ArgumentError, DTypeError, ShapeError } from "../errors.js";
import { allocate, isDType } from "../graph/dtype.js";
import type { DType, TypedArray } from "../graph/dtype.js";
import { dataNode } from "../graph/node.js";
import { checkShape, countElements } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { construct } from "./define.js";

/** What every function that makes a tensor takes last. */
export interface CreateOptions {
  /** The type of the elements; `"float32"` unless said otherwise. */
  readonly dtype?: DType;
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
  { dtype = "float32", requiresGrad = false }: CreateOptions,
  fill: (buffer: TypedArray) => void,
): Tensor {
  const type = checkDType(name, dtype);
  const buffer = allocate(type, countElements(checkShape(name, shape)));
  fill(buffer);
  const result = construct.tensor(dataNode(buffer, [...shape], type), null);
  return requiresGrad ? result.requiresGrad_() : result;
}

function checkDType(name: string, dtype: DType): DType {
  if (isDType(dtype)) return dtype;
  throw new DTypeError(
    `${name}: "${String(dtype)}" is no element type; use "float32", "float64", "int32" or "bool".`,
  );
}

/**
 * A tensor with the given elements, copied. Numbers make a float32 tensor, booleans a bool one,
 * typed arrays one of their own type; `dtype` says otherwise. Throws a ShapeError where nested
 * arrays differ in length.
 * @example
 * tensor([[1, 2], [3, 4]]) // tensor([[1., 2.],
 * //         [3., 4.]])
 * tensor(0.1, { dtype: "float64" }).item() // 0.1
 * tensor([1, 2], { requiresGrad: true }) // tensor([1., 2.], requiresGrad=true)
 */
export function tensor(data: NestedArray, options: CreateOptions = {}): Tensor {
  const shape = shapeOf(data);
  const dtype = options.dtype ?? typeOf(data);
  return create("tensor", shape, { ...options, dtype }, (buffer) => {
    copyInto(buffer, 0, data, shape, 0);
  });
}

const isTyped = (data: NestedArray): data is TypedArray => ArrayBuffer.isView(data);

function shapeOf(data: NestedArray): number[] {
  const shape: number[] = [];
  for (let part = data; typeof part === "object" && part !== null;) {
    shape.push(part.length);
    if (isTyped(part) || part.length === 0) break;
    part = part[0]!;
  }
  return shape;
}

function typeOf(data: NestedArray): DType {
  let part = data;
  while (Array.isArray(part) && part.length > 0) part = part[0] as NestedArray;
  if (typeof part === "boolean") return "bool";
  if (part instanceof Float64Array) return "float64";
  if (part instanceof Int32Array || part instanceof Uint8Array) return "int32";
  return "float32";
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
  if (typeof data !== "object" || data === null || data.length !== size) {
    const found = typeof data === "object" ? `an array of ${data?.length}` : typeof data;
    const wanted = size === undefined ? "a number" : `an array of ${size}`;
    const ErrorClass = typeof data === "string" ? ArgumentError : ShapeError;
    throw new ErrorClass(
      `tensor: at depth ${depth} there is ${found} where the first of its row was ${wanted}, so ` +
        "the data has no " +
        `shape; make all rows alike, for example tensor([[1, 2], [3, 4]]).`,
    );
  }
  if (isTyped(data)) {
    buffer.set(data, at);
    return at + data.length;
  }
  for (const part of data) at = copyInto(buffer, at, part, shape, depth + 1);
  return at;
}

/**
 * A tensor of a shape, all elements the same number.
 * @example
 * full([2, 2], 7) // tensor([[7., 7.],
 * //         [7., 7.]])
 */
export const full = (shape: Shape, value: number | boolean, options: CreateOptions = {}): Tensor =>
  create("full", shape, options, (buffer) => buffer.fill(Number(value)));

/**
 * A tensor of a shape, all elements 0.
 * @example
 * zeros([3]) // tensor([0., 0., 0.])
 */
export const zeros = (shape: Shape, options: CreateOptions = {}): Tensor =>
  create("zeros", shape, options, () => {});

/**
 * A tensor of a shape, all elements 1.
 * @example
 * ones([3], { dtype: "float64" }) // tensor([1., 1., 1.], dtype=float64)
 */
export const ones = (shape: Shape, options: CreateOptions = {}): Tensor =>
  create("ones", shape, options, (buffer) => buffer.fill(1));

/**
 * Zeros in the shape and type of another tensor.
 * @example
 * zerosLike(tensor([1, 2])) // tensor([0., 0.])
 */
export const zerosLike = (x: Tensor, options: CreateOptions = {}): Tensor =>
  zeros(x.shape, { dtype: x.dtype, ...options });

/**
 * Ones in the shape and type of another tensor.
 * @example
 * onesLike(tensor([5, 7])) // tensor([1., 1.])
 */
export const onesLike = (x: Tensor, options: CreateOptions = {}): Tensor =>
  ones(x.shape, { dtype: x.dtype, ...options });

/**
 * The numbers from `start` up to, not including, `end`, `step` apart. With one number, from 0 up to
 * it.
 * @example
 * arange(4) // tensor([0., 1., 2., 3.])
 * arange(1, 2, 0.25) // tensor([1.0000, 1.2500, 1.5000, 1.7500])
 */
export function arange(start: number, end?: number, step = 1, options: CreateOptions = {}): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  const count = Math.ceil((to - from) / step);
  if (!Number.isFinite(count) || count < 0) {
    throw new ArgumentError(
      `arange: steps of ${step} do not lead from ${from} to ${to}; ` +
        "the step must be finite, not 0, and point from start to end, for example arange(0, 1, " +
        "0.1).",
    );
  }
  return create("arange", [count], options, (buffer) => {
    for (let i = 0; i < count; i++) buffer[i] = from + i * step;
  });
}

/**
 * `count` numbers at equal distances, the first `start` and the last `end`.
 * @example
 * linspace(0, 1, 5) // tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
 */
export function linspace(
  start: number,
  end: number,
  count: number,
  options: CreateOptions = {},
): Tensor {
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  return create("linspace", [count], options, (buffer) => {
    // From both ends, so that the last element is `end` itself.
    for (let i = 0; i < count; i++) {
      buffer[i] = i < count / 2 ? start + i * step : end - (count - 1 - i) * step;
    }
  });
}
