/**
 * Which type comes out when types meet, asked beforehand. The rule itself, by which operations go:
 * graph/dtype.ts.
 */
import { canHold, numberType, promote, resultType as common } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import { checkDType } from "./create.js";
import { isPlain } from "./define.js";
import type { Operand } from "./define.js";

/**
 * The type that arithmetic on two operands computes in: the stronger of both, where a tensor
 * without dimensions, and more so a plain number, yields to one with dimensions of its own kind
 * (truth value, integer, fraction).
 * @example
 * resultType(tensor([1, 2], { dtype: "int32" }), 0.5) // float32
 * resultType(zeros([2]), zeros([], { dtype: "float64" })) // float32
 * resultType(zeros([2]), zeros([2], { dtype: "float64" })) // float64
 */
export function resultType(a: Operand, b: Operand): DType {
  if (isPlain(a)) return isPlain(b) ? promote(typeOf(a), typeOf(b)) : resultType(b, a);
  const { dtype, shape } = checkTensor("resultType", a);
  if (isPlain(b)) return promote(dtype, numberType(b, dtype));
  return common(dtype, shape.length, checkTensor("resultType", b).dtype, b.shape.length);
}

const typeOf = (value: number | boolean): DType => numberType(value, "bool");

/**
 * The smallest type that holds the elements of both.
 * @example
 * promoteTypes("int32", "float32") // float32
 */
export const promoteTypes = (a: DType, b: DType): DType =>
  promote(checkDType("promoteTypes", a), checkDType("promoteTypes", b));

/**
 * Whether results of one type may be written into a tensor of another, as operations that write in
 * place do: neither fractions into integers, nor numbers into truth values.
 * @example
 * canCast("float64", "float32") // true
 * canCast("float32", "int32") // false
 */
export const canCast = (from: DType, to: DType): boolean =>
  canHold(checkDType("canCast", to), checkDType("canCast", from));
