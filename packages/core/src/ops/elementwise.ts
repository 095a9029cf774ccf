/**
 * The table of derivatives: every function of single elements, each one record. `kernel` is the
 * function, `vjps` its derivative by each input times the incoming gradient `g`, `samples` the
 * intervals where both are tested. Letters: `x` the input (`a`, `b`, `c` where there are several),
 * `y` the result, `g` the incoming gradient. What a record is: ops/define.ts. Functions made of
 * other functions need no derivative: ops/composite.ts.
 */
import { s } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { zerosLike } from "./create.js";
import { binary, unary } from "./define.js";
import type { Samples } from "./define.js";
import { rounding } from "./division.js";
import { powers } from "./powers.js";
import { scaled } from "./scale.js";

/**
 * A result that does not move when its input does a little: its derivative is 0 where it exists.
 */
const flat = (g: Tensor): Tensor => zerosLike(g);

/** Where the tests look, unless a function is not defined there: on an interval, or a square. */
const line: Samples = [[-3, 3]];
const plane: Samples = [...line, ...line];

/**
 * Sum of two tensors, element by element. Shapes broadcast: `[2, 3]` and `[3]` give `[2, 3]`.
 * `alpha` is what the second is multiplied by first.
 * @example
 * tensor([1, 2]).add(tensor([10, 20])) // tensor([11., 22.])
 * tensor([1, 2]).add(0.5) // tensor([1.5000, 2.5000])
 * tensor([1, 2]).add(tensor([1, 1]), { alpha: 10 }) // tensor([11., 12.])
 */
export const add = scaled(
  binary({
    kernel: (a, b) => s.add(a, b),
    vjps: [(g): Tensor => g, (g): Tensor => g],
    samples: plane,
  }),
);

/**
 * Difference of two tensors, element by element, with broadcasting. `alpha` is what the second is
 * multiplied by first. Bool tensors are refused.
 * @example
 * tensor([5, 7]).sub(tensor([1, 2])) // tensor([4., 5.])
 */
export const sub = scaled(
  binary({
    kernel: (a, b) => s.sub(a, b),
    vjps: [(g): Tensor => g, (g): Tensor => g.neg()],
    samples: plane,
    numbersOnly: true,
  }),
);

/**
 * Product of two tensors, element by element, with broadcasting. For products of matrices see
 * `matmul`.
 * @example
 * tensor([1, 2]).mul(tensor([3, 4])) // tensor([3., 8.])
 */
export const mul = binary({
  kernel: (a, b) => s.mul(a, b),
  vjps: [(g, { b }): Tensor => g.mul(b), (g, { a }): Tensor => g.mul(a)],
  samples: plane,
});

/**
 * Quotient of two tensors, element by element, with broadcasting. Integers become float32 first;
 * a division by zero gives an infinity or NaN, as IEEE 754 has it. With `{ roundingMode: "floor" }`
 * or `"trunc"` the quotient is rounded, and integers stay integers.
 * @example
 * tensor([1, -1, 0]).div(tensor([2, 0, 0])) // tensor([0.5000,   -inf,    nan])
 * tensor([7, -7]).div(2, { roundingMode: "floor" }) // tensor([ 3., -4.])
 */
export const div = rounding(
  binary({
    kernel: (a, b) => s.div(a, b),
    vjps: [(g, { b }): Tensor => g.div(b), (g, { b, y }): Tensor => g.mul(y.div(b)).neg()],
    samples: [
      [-3, 3],
      [0.5, 3],
    ],
    fractions: true,
  }),
);

/**
 * `a` to the power `b`, element by element, with broadcasting. Where `b` is 0 the result is 1,
 * and so flat in `a`; where `a` is 0 and `b` is not negative, it is flat in `b`.
 * @example
 * tensor([1, 2, 3]).pow(2) // tensor([1., 4., 9.])
 * tensor([4, 9]).pow(0.5) // tensor([2., 3.])
 */
export const pow = powers(
  binary({
    kernel: (a, b) => s.pow(a, b),
    vjps: [
      (g, { a, b }): Tensor =>
        g
          .mul(b)
          .mul(a.pow(b.to(g.dtype).sub(1)))
          .where(b.ne(0), 0),
      (g, { a, b, y }): Tensor =>
        g
          .mul(y)
          .mul(a.to(y.dtype).log())
          .where(a.ne(0).logicalOr(b.lt(0)), 0),
    ],
    samples: [
      [0.5, 3],
      [-2, 2],
    ],
    numbersAmong: true,
  }),
);

/**
 * The negative of every element. Bool tensors are refused.
 * @example
 * tensor([1, -2]).neg() // tensor([-1.,  2.])
 */
export const neg = unary({
  kernel: (x) => s.neg(x),
  vjps: [(g): Tensor => g.neg()],
  samples: line,
  numbersOnly: true,
});

/**
 * The absolute value of every element; its derivative at 0 is taken as 0.
 * @example
 * tensor([-1.5, 2]).abs() // tensor([1.5000, 2.0000])
 */
export const abs = unary({
  kernel: (x) => s.abs(x),
  vjps: [(g, { x }): Tensor => g.mul(x.sign())],
  samples: line,
  numbersOnly: true,
});

/**
 * -1, 0 or 1, as an element is negative, zero or positive.
 * @example
 * tensor([-3, 0, 0.1]).sign() // tensor([-1.,  0.,  1.])
 */
export const sign = unary({
  kernel: (x) => s.sign(x),
  vjps: [flat],
  samples: line,
});

/**
 * Every element times itself.
 * @example
 * tensor([1, -3]).square() // tensor([1., 9.])
 */
export const square = unary({
  kernel: (x) => s.mul(x, x),
  vjps: [(g, { x }): Tensor => g.mul(2).mul(x)],
  samples: line,
  counts: true,
});

/**
 * The square root of every element; NaN where it is negative.
 * @example
 * tensor([4, 2]).sqrt() // tensor([2.0000, 1.4142])
 */
export const sqrt = unary({
  kernel: (x) => s.sqrt(x),
  vjps: [(g, { y }): Tensor => g.div(y.mul(2))],
  samples: [[0.1, 4]],
  fractions: true,
});

/**
 * One divided by every element.
 * @example
 * tensor([2, 4]).reciprocal() // tensor([0.5000, 0.2500])
 */
export const reciprocal = unary({
  kernel: (x) => s.div(1, x),
  vjps: [(g, { y }): Tensor => g.mul(y.square()).neg()],
  samples: [[0.5, 3]],
  fractions: true,
});

/**
 * e to the power of every element.
 * @example
 * tensor([0, 1]).exp() // tensor([1.0000, 2.7183])
 */
export const exp = unary({
  kernel: (x) => s.exp(x),
  vjps: [(g, { y }): Tensor => g.mul(y)],
  samples: line,
  fractions: true,
});

/**
 * The natural logarithm of every element: -inf at 0, NaN below.
 * @example
 * tensor([1, 10]).log() // tensor([0.0000, 2.3026])
 */
export const log = unary({
  kernel: (x) => s.log(x),
  vjps: [(g, { x }): Tensor => g.div(x)],
  samples: [[0.1, 4]],
  fractions: true,
});

/**
 * The sine of every element, an angle in radians.
 * @example
 * tensor([0, Math.PI / 2]).sin() // tensor([0., 1.])
 */
export const sin = unary({
  kernel: (x) => s.sin(x),
  vjps: [(g, { x }): Tensor => g.mul(x.cos())],
  samples: line,
  fractions: true,
});

/**
 * The cosine of every element, an angle in radians.
 * @example
 * tensor([0, Math.PI]).cos() // tensor([ 1., -1.])
 */
export const cos = unary({
  kernel: (x) => s.cos(x),
  vjps: [(g, { x }): Tensor => g.mul(x.sin()).neg()],
  samples: line,
  fractions: true,
});

/**
 * The hyperbolic tangent of every element.
 * @example
 * tensor([0, 1]).tanh() // tensor([0.0000, 0.7616])
 */
export const tanh = unary({
  kernel: (x) => s.tanh(x),
  vjps: [(g, { y }): Tensor => g.mul(y.square().neg().add(1))],
  samples: line,
  fractions: true,
});

/**
 * The logistic function 1 / (1 + exp(-x)), a number between 0 and 1.
 * @example
 * tensor([-1, 0, 1]).sigmoid() // tensor([0.2689, 0.5000, 0.7311])
 */
export const sigmoid = unary({
  kernel: (x) => s.div(1, s.add(1, s.exp(s.neg(x)))),
  vjps: [(g, { y }): Tensor => g.mul(y).mul(y.neg().add(1))],
  samples: line,
  fractions: true,
});

/**
 * Every element where it is positive, 0 elsewhere; its derivative at 0 is taken as 0.
 * @example
 * tensor([-1, 0, 2]).relu() // tensor([0., 0., 2.])
 */
export const relu = unary({
  kernel: (x) => s.max(x, 0),
  vjps: [(g, { y }): Tensor => zerosLike(g).where(y.le(0), g)],
  samples: line,
  numbersOnly: true,
});
