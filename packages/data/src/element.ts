/**
 * The element types that files know and ours they become. safetensors, npy and IDX name them
 * differently; what the bytes mean is told here, once. Read next: safetensors.ts.
 */
import { tensor } from "@nabla/core";
import type { DType, Tensor, TypedArray } from "@nabla/core";

import { DataError } from "./errors.js";

/** One element in a file: how many bytes, which number, and which type of ours holds it. */
export interface ElementType {
  readonly bytes: number;
  /** "integer" is int32 where all elements fit, float64 where that holds all of them exactly. */
  readonly into: DType | "integer";
  readonly read: (view: DataView, at: number, little: boolean) => number;
  /** The array whose elements lie in memory as in a little-endian file, where there is one. */
  readonly array?: new (buffer: ArrayBufferLike, at: number, length: number) => TypedArray;
}

const HIGH = 2 ** 32;

/** Types by NumPy's names; the float8 ones by those of ml_dtypes. */
export const elementTypes = {
  bool: { bytes: 1, into: "bool", read: (view, at) => Number(view.getUint8(at) !== 0) },
  uint8: { bytes: 1, into: "int32", read: (view, at) => view.getUint8(at) },
  int8: { bytes: 1, into: "int32", read: (view, at) => view.getInt8(at) },
  uint16: { bytes: 2, into: "int32", read: (view, at, little) => view.getUint16(at, little) },
  int16: { bytes: 2, into: "int32", read: (view, at, little) => view.getInt16(at, little) },
  uint32: { bytes: 4, into: "integer", read: (view, at, little) => view.getUint32(at, little) },
  int32: {
    bytes: 4,
    into: "int32",
    read: (view, at, little) => view.getInt32(at, little),
    array: Int32Array,
  },
  uint64: {
    bytes: 8,
    into: "integer",
    read: (view, at, little) =>
      view.getUint32(little ? at + 4 : at, little) * HIGH +
      view.getUint32(little ? at : at + 4, little),
  },
  int64: {
    bytes: 8,
    into: "integer",
    read: (view, at, little) =>
      view.getInt32(little ? at + 4 : at, little) * HIGH +
      view.getUint32(little ? at : at + 4, little),
  },
  float16: fewBits(2, 5, 10, 15, "ieee"),
  bfloat16: fewBits(2, 8, 7, 127, "ieee"),
  float32: {
    bytes: 4,
    into: "float32",
    read: (view, at, little) => view.getFloat32(at, little),
    array: Float32Array,
  },
  float64: {
    bytes: 8,
    into: "float64",
    read: (view, at, little) => view.getFloat64(at, little),
    array: Float64Array,
  },
  float8_e5m2: fewBits(1, 5, 2, 15, "ieee"),
  float8_e4m3fn: fewBits(1, 4, 3, 7, "finite"),
  float8_e5m2fnuz: fewBits(1, 5, 2, 16, "unsigned zero"),
  float8_e4m3fnuz: fewBits(1, 4, 3, 8, "unsigned zero"),
  float8_e8m0fnu: {
    bytes: 1,
    into: "float32",
    read: (view, at) => (view.getUint8(at) === 255 ? NaN : 2 ** (view.getUint8(at) - 127)),
  },
} satisfies Record<string, ElementType>;

/**
 * A floating type of one or two bytes; float32 holds all of them exactly. What is special: `ieee`
 * has infinities and NaN at the largest exponent; `finite` only NaN, all bits set; `unsigned zero`
 * only NaN, in the place of -0. Sources: IEEE 754-2019; Micikevicius and others, "FP8 formats for
 * deep learning" (2022); Noune and others, "8-bit numerical formats for deep neural networks"
 * (2022).
 */
function fewBits(
  bytes: 1 | 2,
  exponentBits: number,
  mantissaBits: number,
  bias: number,
  special: "ieee" | "finite" | "unsigned zero",
): ElementType {
  const top = 2 ** exponentBits - 1;
  const one = 2 ** mantissaBits;
  const step = Float64Array.from({ length: top + 1 }, (_, e) => {
    return 2 ** (Math.max(e, 1) - bias - mantissaBits);
  });
  const read = (view: DataView, at: number, little: boolean): number => {
    const bits = bytes === 1 ? view.getUint8(at) : view.getUint16(at, little);
    const mantissa = bits & (one - 1);
    const exponent = (bits >> mantissaBits) & top;
    const negative = bits >> (exponentBits + mantissaBits) === 1;
    if (exponent === top && special === "ieee") {
      if (mantissa !== 0) return NaN;
      return negative ? -Infinity : Infinity;
    }
    if (exponent === top && special === "finite" && mantissa === one - 1) return NaN;
    if (special === "unsigned zero" && negative && exponent === 0 && mantissa === 0) return NaN;
    const size = (exponent === 0 ? mantissa : mantissa + one) * step[exponent]!;
    return negative ? -size : size;
  };
  return { bytes, into: "float32", read };
}

const hostIsLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** More dimensions than a tensor can have. */
const MOST_DIMENSIONS = 64;

/**
 * The number of bytes of a tensor in a file. Throws where that is no number that a file can have,
 * which is also what keeps everybody else from multiplying what overflows.
 */
export function bytesOf(type: ElementType, shape: readonly number[], what: string): number {
  if (shape.length > MOST_DIMENSIONS) {
    throw new DataError(
      `${what} has ${shape.length} dimensions; a tensor has at most ${MOST_DIMENSIONS}`,
    );
  }
  const bytes = shape.reduce((product, size) => product * size, type.bytes);
  // A size beside a 0 multiplies to nothing, and is still no size that a tensor can have.
  if (Number.isSafeInteger(bytes) && shape.every((size) => size <= 2 ** 31)) return bytes;
  throw new DataError(`${what} of shape [${shape.join(", ")}] is larger than any file`);
}

/** Where a tensor's elements lie and what they are. */
export interface Stored {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Exactly its bytes: as many as `bytesOf` says. */
  readonly bytes: Uint8Array;
  readonly bigEndian?: boolean;
  /** For messages: `tensor "weight"`. */
  readonly what: string;
}

/** A tensor from the bytes of a file; `dtype` where it shall not be the nearest of ours. */
export function decode({ type, shape, bytes, ...how }: Stored, dtype?: DType): Tensor {
  const little = how.bigEndian !== true;
  const count = bytes.length / type.bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const numbers = type.array;
  let elements: TypedArray;
  if (numbers !== undefined && (type.bytes === 1 || little === hostIsLittle)) {
    const aligned = bytes.byteOffset % type.bytes === 0 ? bytes : bytes.slice();
    elements = new numbers(aligned.buffer, aligned.byteOffset, count);
  } else {
    elements = allocate(dtype ?? typeFor(type, view, little, how.what), count);
    const { read, bytes: size } = type;
    for (let i = 0, at = 0; i < count; i++, at += size) elements[i] = read(view, at, little);
  }
  const ours = dtype ?? ownType(elements);
  return tensor(elements, { dtype: ours }).reshape(shape);
}

/** Which of our types holds all elements. */
function typeFor(type: ElementType, view: DataView, little: boolean, what: string): DType {
  if (type.into !== "integer") return type.into;
  let into: DType = "int32";
  for (let at = 0; at < view.byteLength; at += type.bytes) {
    const value = type.read(view, at, little);
    if (value === (value | 0)) continue;
    if (!Number.isSafeInteger(value)) {
      throw new DataError(
        `${what} holds the integer ${value}, which neither an int32 nor a float64 holds exactly: ` +
          "write it as float64 where it comes from, if its last digits do not matter",
      );
    }
    into = "float64";
  }
  return into;
}

function ownType(elements: TypedArray): DType {
  if (elements instanceof Float32Array) return "float32";
  if (elements instanceof Float64Array) return "float64";
  return elements instanceof Int32Array ? "int32" : "bool";
}

function allocate(dtype: DType, count: number): TypedArray {
  const arrays = {
    float32: Float32Array,
    float64: Float64Array,
    int32: Int32Array,
    bool: Uint8Array,
  };
  return new arrays[dtype](count);
}

/** The elements of a tensor as little-endian bytes, in row-major order. */
export function encode(x: Tensor): Uint8Array {
  const data = x.data();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const size = data.BYTES_PER_ELEMENT;
  if (!hostIsLittle) {
    for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  }
  return bytes;
}
