/**
 * Whole numbers from fractions: rounding, and division with a whole quotient or a remainder.
 * Read first: ops/elementwise.ts.
 */
import { ArgumentError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import type { UnaryRow } from "../graph/shape-types.js";
import { s } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { zerosLike } from "./create.js";
import { binary, row, unary } from "./define.js";
import type { Samples } from "./define.js";
import { floorQuotient, truncated, wholeDivision } from "./division.js";

/** A step does not move when its input does a little: its derivative is 0 where it exists. */
const flat = (g: Tensor): Tensor => zerosLike(g);

const line: Samples = [[-3, 3]];
/** Stays off a division by 0. */
const quotients: Samples = [
  [-3, 3],
  [0.5, 3],
];

/**
 * The largest integer that is not above an element.
 * @example
 * tensor([1.7, -1.2]).floor() // tensor([ 1., -2.])
 */
export const floor = unary({
  kernel: (x) => s.floor(x),
  vjps: [flat],
  samples: line,
  numbersOnly: true,
});

/**
 * The smallest integer that is not below an element.
 * @example
 * tensor([1.2, -1.7]).ceil() // tensor([ 2., -1.])
 */
export const ceil = unary({
  kernel: (x) => s.ceil(x),
  vjps: [flat],
  samples: line,
  numbersOnly: true,
});

/**
 * The whole part of every element: towards zero.
 * @example
 * tensor([1.7, -1.7]).trunc() // tensor([ 1., -1.])
 */
export const trunc = unary({
  kernel: (x) => truncated(x),
  vjps: [flat],
  samples: line,
  numbersOnly: true,
});

/**
 * What the whole part leaves of every element, with its sign.
 * @example
 * tensor([1.75, -1.75]).frac() // tensor([ 0.7500, -0.7500])
 */
export const frac = unary({
  kernel: (x) => s.sub(x, truncated(x)),
  vjps: [(g): Tensor => g],
  samples: line,
  numbersOnly: true,
});

const toWhole = unary({
  kernel: (x) => s.round(x),
  vjps: [flat],
  samples: line,
  numbersOnly: true,
});

/**
 * The nearest whole number to every element, of two as near the even one; with `decimals` the
 * nearest number with so many digits after the point (or, if negative, zeros before it).
 * @example
 * tensor([0.5, 1.5, -1.2]).round() // tensor([ 0.,  2., -1.])
 * tensor([1.234, 5.678]).round({ decimals: 1 }) // tensor([1.2000, 5.7000])
 */
export const round: UnaryRow<"same", [options?: { readonly decimals?: number }]> = row(
  toWhole.op,
  toWhole.samples,
  (x: Tensor, { decimals = 0 }: { readonly decimals?: number } = {}): Tensor => {
    const { dtype } = checkTensor("round", x);
    if (!Number.isInteger(decimals)) {
      throw new ArgumentError(`round: decimals is ${decimals}, and must be a whole number.`);
    }
    if (decimals === 0 || dtype === "int32") return toWhole(x);
    const scale = 10 ** Math.abs(decimals);
    return decimals > 0 ? toWhole(x.mul(scale)).div(scale) : toWhole(x.div(scale)).mul(scale);
  },
) as never;

/**
 * The quotient rounded down, Python's `//`, with broadcasting; of whole numbers a whole number.
 * Throws an ArgumentError where a whole number is divided by 0.
 * @example
 * tensor([7, -7]).floorDivide(2) // tensor([ 3., -4.])
 */
export const floorDivide = wholeDivision(
  binary({
    kernel: (a, b) => floorQuotient(a, b),
    nondifferentiable: "a quotient rounded down is flat, with jumps",
    samples: quotients,
    numbersAmong: true,
  }),
);

/**
 * What `floorDivide` leaves, Python's `%`, with broadcasting: it has the sign of the divisor.
 * Throws an ArgumentError where a whole number is divided by 0.
 * @example
 * tensor([7, -7]).remainder(3) // tensor([1., 2.])
 */
export const remainder = wholeDivision(
  binary({
    kernel: (a, b) => {
      const rest = s.mod(a, b);
      const isOpposed = s.and(s.ne(rest, 0), s.ne(s.lt(rest, 0), s.lt(b, 0)));
      return s.where(isOpposed, s.add(rest, b), rest);
    },
    vjps: [(g): Tensor => g, (g, { a, b }): Tensor => g.mul(a.floorDivide(b)).neg()],
    samples: quotients,
    numbersAmong: true,
  }),
);

/**
 * What a division with a quotient rounded towards zero leaves, C's `%`, with broadcasting: it has
 * the sign of the dividend. Throws an ArgumentError where a whole number is divided by 0.
 * @example
 * tensor([7, -7]).fmod(3) // tensor([ 1., -1.])
 */
export const fmod = wholeDivision(
  binary({
    kernel: (a, b) => s.mod(a, b),
    vjps: [(g): Tensor => g, (g, { a, b }): Tensor => g.mul(a.div(b).trunc()).neg()],
    samples: quotients,
    numbersAmong: true,
  }),
);
