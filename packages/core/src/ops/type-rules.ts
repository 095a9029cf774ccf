/**
 * The types that functions of elements compute in, where they are not those of their operands. Read
 * first: define.ts.
 */
import { DTypeError } from "../errors.js";
import { toFloat } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";
import type { Operand } from "./define.js";

/** What a record may say of the types it is for. */
export interface TypeRules {
  /** Whole numbers become float32 first, as for `exp` or `div`. */
  readonly fractions?: boolean;
  /** Truth values become int32 first, as for `square`. */
  readonly counts?: boolean;
  /** Truth values are refused, beside numbers too, as for `sub` or `neg`. */
  readonly numbersOnly?: boolean;
  /** Truth values are refused where they have no numbers beside them, as for `pow`. */
  readonly numbersAmong?: boolean;
}

const isTruth = (operand: Operand): boolean =>
  typeof operand === "boolean" || (typeof operand !== "number" && operand.dtype === "bool");

/** The type an operation computes in, given its operands and their common type. */
export function computeType(
  name: string,
  options: TypeRules,
  common: DType,
  operands: readonly Operand[],
): DType {
  const refused = options.numbersOnly === true && operands.some(isTruth);
  if (refused || (options.numbersAmong === true && common === "bool")) {
    throw new DTypeError(
      `${name}: truth values have no ${name}; convert them first, for example ` +
        `x.to("int32").${name}(...).`,
    );
  }
  if (options.counts === true && common === "bool") return "int32";
  return options.fractions === true ? toFloat(common) : common;
}
