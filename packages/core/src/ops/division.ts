/**
 * Division with whole quotients: how `div` rounds, and what the divisions of ops/rounding.ts share.
 * Whole numbers stay whole here, and have no infinity for a division by 0.
 */
import { ArgumentError } from "../errors.js";
import { isFloat } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import type { BinaryRow } from "../graph/shape-types.js";
import { s } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { zerosLike } from "./create.js";
import { binary, row } from "./define.js";
import type { Operand, Samples } from "./define.js";

/** The whole part of a number. */
export const truncated = (x: Expression): Expression => s.where(s.lt(x, 0), s.ceil(x), s.floor(x));

/** The quotient rounded down, by way of the remainder, which is exact where the quotient is not. */
export function floorQuotient(a: Expression, b: Expression): Expression {
  const rest = s.mod(a, b);
  const isOpposed = s.and(s.ne(rest, 0), s.ne(s.lt(rest, 0), s.lt(b, 0)));
  const quotient = s.round(s.div(s.sub(a, rest), b));
  const down = s.where(isOpposed, s.sub(quotient, 1), quotient);
  return s.where(s.eq(b, 0), s.div(a, b), down);
}

/** A division that refuses to divide whole numbers by 0, which they have no answer to. */
export const wholeDivision = (division: BinaryRow<"same">): BinaryRow<"same"> =>
  row(division.op, division.samples, (a: Tensor, b: Operand) => {
    const divisor = typeof b === "object" ? checkTensor(division.op.name, b) : null;
    const isWhole = !isFloat(checkTensor(division.op.name, a).dtype);
    const isZero = (): boolean =>
      divisor === null ? Number(b) === 0 : !isFloat(divisor.dtype) && divisor.data().includes(0);
    if (isWhole && isZero()) {
      throw new ArgumentError(
        `${division.op.name}: a whole number is divided by 0, which gives no whole number; ` +
          'convert first, for example x.to("float32").',
      );
    }
    return division(a, b);
  }) as never;

/** How a quotient is rounded. */
export interface DivisionOptions {
  /** Towards zero, down, or (`null`, the default) not at all. */
  readonly roundingMode?: "trunc" | "floor" | null;
}

const samples: Samples = [
  [-3, 3],
  [0.5, 3],
];
const flat = (g: Tensor): Tensor => zerosLike(g);

const rounded = {
  trunc: wholeDivision(
    binary({
      kernel: (a, b) => truncated(s.div(a, b)),
      vjps: [flat, flat],
      samples,
      numbersAmong: true,
    }),
  ),
  floor: wholeDivision(
    binary({ kernel: floorQuotient, vjps: [flat, flat], samples, numbersAmong: true }),
  ),
};
for (const { op } of Object.values(rounded)) op.name = "div";

/** A division that can be told to round its quotient. */
export const rounding = (
  division: BinaryRow<"same">,
): BinaryRow<"same", [options?: DivisionOptions]> =>
  row(
    division.op,
    division.samples,
    (a: Tensor, b: Operand, { roundingMode = null }: DivisionOptions = {}) => {
      if (roundingMode === null) return division(a, b);
      if (Object.hasOwn(rounded, roundingMode)) return rounded[roundingMode](a, b);
      throw new ArgumentError(
        `div: there is no roundingMode "${roundingMode as string}"; use "trunc", "floor" or null.`,
      );
    },
  ) as never;
