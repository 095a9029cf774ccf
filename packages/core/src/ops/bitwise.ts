/**
 * The binary digits of whole numbers and truth values. They have no derivatives.
 */
import { DTypeError } from "../errors.js";
import { isFloat } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import { cast, s } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";
import { binary, row, unary } from "./define.js";
import type { Operand, Row, Samples } from "./define.js";

const digits = "binary digits have no derivative";
const line: Samples = [[-3, 3]];
const plane: Samples = [...line, ...line];

/** A function that only whole numbers and truth values have. */
const ofDigits = <Kind extends Row<never>>(whole: Kind): Kind =>
  row(whole.op, whole.samples, (x, ...args: Operand[]) => {
    for (const operand of [checkTensor(whole.op.name, x), ...args]) {
      const isFraction =
        typeof operand === "object" ? isFloat(operand.dtype) : !Number.isInteger(Number(operand));
      if (!isFraction) continue;
      throw new DTypeError(
        `${whole.op.name}: only whole numbers and truth values have binary digits; ` +
          'convert first, for example x.to("int32").',
      );
    }
    return whole(x, ...(args as never));
  }) as never;

/** Twice the element, so often; in float64, where nothing is lost before the digits are cut. */
const shifted = (a: Expression, times: Expression): Expression =>
  cast(s.floor(s.mul(cast(a, "float64"), s.pow(2, cast(times, "float64")))), "int32");

/**
 * The digits that both have; of truth values: whether both are true.
 * @example
 * tensor([6, 5], { dtype: "int32" }).bitwiseAnd(3) // tensor([2, 1])
 */
export const bitwiseAnd = ofDigits(
  binary({ kernel: (a, b) => s.bitAnd(a, b), nondifferentiable: digits, samples: plane }),
);

/**
 * The digits that one or both have; of truth values: whether one or both are true.
 * @example
 * tensor([6, 5], { dtype: "int32" }).bitwiseOr(3) // tensor([7, 7])
 */
export const bitwiseOr = ofDigits(
  binary({ kernel: (a, b) => s.bitOr(a, b), nondifferentiable: digits, samples: plane }),
);

/**
 * The digits that one has and the other has not; of truth values: whether only one is true.
 * @example
 * tensor([6, 5], { dtype: "int32" }).bitwiseXor(3) // tensor([5, 6])
 */
export const bitwiseXor = ofDigits(
  binary({
    kernel: (a, b) => s.sub(s.bitOr(a, b), s.bitAnd(a, b)),
    nondifferentiable: digits,
    samples: plane,
  }),
);

/**
 * All other digits, -x - 1; of truth values: whether it is false.
 * @example
 * tensor([6, -1], { dtype: "int32" }).bitwiseNot() // tensor([-7,  0])
 */
export const bitwiseNot = ofDigits(
  unary({
    kernel: (x) => (x.dtype === "bool" ? s.not(x) : s.sub(s.neg(x), 1)),
    nondifferentiable: digits,
    samples: line,
  }),
);

/**
 * The digits moved to the left, with zeros coming in: doubled so often.
 * @example
 * tensor([1, 3], { dtype: "int32" }).bitwiseLeftShift(2) // tensor([ 4, 12])
 */
export const bitwiseLeftShift = ofDigits(
  binary({ kernel: shifted, nondifferentiable: digits, samples: plane }),
);

/**
 * The digits moved to the right, with the sign staying: halved so often, rounded down.
 * @example
 * tensor([12, -3], { dtype: "int32" }).bitwiseRightShift(1) // tensor([ 6, -2])
 */
export const bitwiseRightShift = ofDigits(
  binary({
    kernel: (a, b) => shifted(a, s.neg(cast(b, "float64"))),
    nondifferentiable: digits,
    samples: plane,
  }),
);
