/**
 * The four element types and what happens when they meet. This file knows no tensors and no
 * operations. Read next: graph/shape.ts.
 */
import { ShapeError } from "../errors.js";

/** The element types. `float32` is the default; PyTorch's `int64` is `int32` here. */
export type DType = "float32" | "float64" | "int32" | "bool";

/** The JavaScript arrays that hold elements; a `bool` is one byte, 0 or 1. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** From the weakest to the strongest: the result of two of them is the stronger. */
const strength: Readonly<Record<DType, number>> = { bool: 0, int32: 1, float32: 2, float64: 3 };

/** The bytes of an element. */
export const widths = { float32: 4, float64: 8, int32: 4, bool: 1 } as const;

/** A small integer for a type, for keys. */
export const codeOf = (dtype: DType): number => strength[dtype];

export const isDType = (value: unknown): value is DType =>
  typeof value === "string" && Object.hasOwn(strength, value);

export const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

export const promote = (a: DType, b: DType): DType => (strength[a] >= strength[b] ? a : b);

/** What arithmetic that needs fractions (`div`, `exp`) makes of a type. */
export const toFloat = (dtype: DType): DType => (isFloat(dtype) ? dtype : "float32");

/** The largest number of a floating type. */
export const largestFloat = (dtype: DType): number =>
  dtype === "float64" ? Number.MAX_VALUE : 3.4028234663852886e38;

/** bool, integer, floating: a 0-d tensor decides a result's category, never its width. */
const category = (dtype: DType): number => Math.min(strength[dtype], 2);

/** Whether a tensor of one type may be written with results of another. */
export const canHold = (to: DType, from: DType): boolean => category(from) <= category(to);

/** The common type of two operands, by PyTorch's rule for tensors with and without dimensions. */
export function resultType(a: DType, aRank: number, b: DType, bRank: number): DType {
  if (a === b) return a;
  if (aRank > 0 === bRank > 0) return promote(a, b);
  const [sized, scalar] = aRank > 0 ? [a, b] : [b, a];
  return category(scalar) > category(sized) ? scalar : sized;
}

/** Whether an int32 can hold a number. */
export const fitsInteger = (value: number): boolean => value === (value | 0);

/** The type a plain JavaScript number takes beside a tensor of `dtype`. */
export function numberType(value: number | boolean, dtype: DType): DType {
  if (typeof value === "boolean" || isFloat(dtype)) return dtype;
  return Number.isInteger(value) ? "int32" : "float32";
}

/** More elements than any engine can put into one array. */
const MOST_ELEMENTS = 2 ** 31;

export function allocate(dtype: DType, length: number): TypedArray {
  if (length > MOST_ELEMENTS) {
    throw new ShapeError(
      `a result of ${length} elements is more than the ${MOST_ELEMENTS} that fit into one array; ` +
        "work on parts of it.",
    );
  }
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "int32":
      return new Int32Array(length);
    case "bool":
      return new Uint8Array(length);
  }
}
