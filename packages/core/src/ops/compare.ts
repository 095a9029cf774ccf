/**
 * Comparisons and logic, element by element: the results are truth values, and so without
 * derivatives. What is true of a whole tensor: ops/truth.ts.
 */
import { cast, s } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";
import { binary, pair, unary } from "./define.js";
import type { Samples } from "./define.js";

const comparison = "a truth value has no derivative";

/** Where the tests look. */
const line: Samples = [[-3, 3]];
const plane: Samples = [...line, ...line];

/**
 * Whether an element of `a` is equal to that of `b`, with broadcasting. The result is bool. NaN
 * differs from everything.
 * @example
 * tensor([1, 3, 2]).eq(2) // tensor([false, false,  true])
 */
export const eq = binary<"truth">({
  kernel: (a, b) => s.eq(a, b),
  nondifferentiable: comparison,
  samples: plane,
});

/**
 * Whether an element of `a` is different from that of `b`, with broadcasting. The result is bool.
 * NaN differs from everything.
 * @example
 * tensor([1, 3, 2]).ne(2) // tensor([ true,  true, false])
 */
export const ne = binary<"truth">({
  kernel: (a, b) => s.ne(a, b),
  nondifferentiable: comparison,
  samples: plane,
});

/**
 * Whether an element of `a` is less than that of `b`, with broadcasting. The result is bool.
 * @example
 * tensor([1, 3, 2]).lt(2) // tensor([ true, false, false])
 */
export const lt = binary<"truth">({
  kernel: (a, b) => s.lt(a, b),
  nondifferentiable: comparison,
  samples: plane,
});

/**
 * Whether an element of `a` is less than or equal to that of `b`, with broadcasting. The result
 * is bool.
 * @example
 * tensor([1, 3, 2]).le(2) // tensor([ true, false,  true])
 */
export const le = binary<"truth">({
  kernel: (a, b) => s.le(a, b),
  nondifferentiable: comparison,
  samples: plane,
});

/**
 * Whether an element of `a` is greater than that of `b`, with broadcasting. The result is bool.
 * @example
 * tensor([1, 3, 2]).gt(2) // tensor([false,  true, false])
 */
export const gt = binary<"truth">({
  kernel: (a, b) => s.gt(a, b),
  nondifferentiable: comparison,
  samples: plane,
});

/**
 * Whether an element of `a` is greater than or equal to that of `b`, with broadcasting. The
 * result is bool.
 * @example
 * tensor([1, 3, 2]).ge(2) // tensor([false,  true,  true])
 */
export const ge = binary<"truth">({
  kernel: (a, b) => s.ge(a, b),
  nondifferentiable: comparison,
  samples: plane,
});

/**
 * Whether both are true, where everything but 0 is true.
 * @example
 * tensor([0, 1, 2]).logicalAnd(tensor([1, 0, 1])) // tensor([false, false,  true])
 */
export const logicalAnd = pair<"truth">({
  kernel: (a, b) => s.and(a, b),
  nondifferentiable: comparison,
  samples: plane,
});

/**
 * Whether one or both are true, where everything but 0 is true.
 * @example
 * tensor([0, 1, 0]).logicalOr(tensor([1, 0, 0])) // tensor([ true,  true, false])
 */
export const logicalOr = pair<"truth">({
  kernel: (a, b) => s.or(a, b),
  nondifferentiable: comparison,
  samples: plane,
});

/**
 * Whether an element is 0.
 * @example
 * tensor([0, 1, 2]).logicalNot() // tensor([ true, false, false])
 */
export const logicalNot = unary<"truth">({
  kernel: (x) => s.not(x),
  nondifferentiable: comparison,
  samples: line,
});

/**
 * Whether one is true and the other is not, where everything but 0 is true.
 * @example
 * tensor([0, 1, 2]).logicalXor(tensor([1, 0, 1])) // tensor([ true,  true, false])
 */
export const logicalXor = pair<"truth">({
  kernel: (a, b) => s.ne(cast(a, "bool"), cast(b, "bool")),
  nondifferentiable: comparison,
  samples: plane,
});

/** Whole numbers are finite; an infinity beside them would be none. */
const fraction = (x: Expression): Expression => cast(x, "float64");

/**
 * Whether an element is NaN, not a number.
 * @example
 * tensor([1, NaN, Infinity]).isnan() // tensor([false,  true, false])
 */
export const isnan = unary<"truth">({
  kernel: (x) => s.ne(x, x),
  nondifferentiable: comparison,
  samples: line,
});

/**
 * Whether an element is an infinity, of either sign.
 * @example
 * tensor([1, NaN, -Infinity]).isinf() // tensor([false, false,  true])
 */
export const isinf = unary<"truth">({
  kernel: (x) => s.eq(s.abs(fraction(x)), Infinity),
  nondifferentiable: comparison,
  samples: line,
});

/**
 * Whether an element is infinity, the positive one.
 * @example
 * tensor([1, Infinity, -Infinity]).isposinf() // tensor([false,  true, false])
 */
export const isposinf = unary<"truth">({
  kernel: (x) => s.eq(fraction(x), Infinity),
  nondifferentiable: comparison,
  samples: line,
});

/**
 * Whether an element is minus infinity.
 * @example
 * tensor([1, Infinity, -Infinity]).isneginf() // tensor([false, false,  true])
 */
export const isneginf = unary<"truth">({
  kernel: (x) => s.eq(fraction(x), -Infinity),
  nondifferentiable: comparison,
  samples: line,
});

/**
 * Whether an element is neither NaN nor an infinity.
 * @example
 * tensor([1, NaN, -Infinity]).isfinite() // tensor([ true, false, false])
 */
export const isfinite = unary<"truth">({
  kernel: (x) => s.lt(s.abs(fraction(x)), Infinity),
  nondifferentiable: comparison,
  samples: line,
});

/**
 * Whether an element is negative; -0 is.
 * @example
 * tensor([1, -2, -0]).signbit() // tensor([false,  true,  true])
 */
export const signbit = unary<"truth">({
  kernel: (x) => isNegative(x),
  nondifferentiable: comparison,
  samples: line,
});

/** Only a division tells -0 from 0. */
const isNegative = (x: Expression): Expression => {
  const y = fraction(x);
  return s.lt(s.where(s.eq(y, 0), s.div(1, y), y), 0);
};
