/**
 * The functions of angles and their hyperbolic relatives, besides `sin`, `cos` and `tanh`, which
 * are in ops/elementwise.ts. All inverse functions are made of atan2 and log1p, in forms that lose
 * no digits near 0 and do not overflow where the result does not.
 */
import { s } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { pair, unary } from "./define.js";
import type { Samples } from "./define.js";

const line: Samples = [[-3, 3]];
const plane: Samples = [...line, ...line];
/** Where sines and cosines lie. */
const inside: Samples = [[-0.9, 0.9]];

/** The sine of an angle from its cosine, or the other way round; NaN outside of -1 to 1. */
const other = (x: Expression): Expression => s.sqrt(s.mul(s.sub(1, x), s.add(1, x)));

/** Above this the square of a number hides all that is added to it, and may overflow. */
const HUGE = 1e9;

/** exp(-|x| / 2), and the same less 1: what sinh and cosh are made of that does not overflow. */
function halfPower(x: Expression): [power: Expression, rest: Expression] {
  const half = s.mul(s.abs(x), -0.5);
  return [s.exp(half), s.expm1(half)];
}

/**
 * The tangent of every element, an angle in radians.
 * @example
 * tensor([0, Math.PI / 4]).tan() // tensor([0., 1.])
 */
export const tan = unary({
  kernel: (x) => s.div(s.sin(x), s.cos(x)),
  vjps: [(g, { y }): Tensor => g.mul(y.square().add(1))],
  samples: [[-1.2, 1.2]],
  fractions: true,
});

/**
 * The angle between -π/2 and π/2 whose sine is the element; NaN outside of -1 to 1.
 * @example
 * tensor([0, 1]).asin() // tensor([0.0000, 1.5708])
 */
export const asin = unary({
  kernel: (x) => s.atan2(x, other(x)),
  vjps: [(g, { x }): Tensor => g.mul(x.square().neg().add(1).rsqrt())],
  samples: inside,
  fractions: true,
});

/**
 * The angle between 0 and π whose cosine is the element; NaN outside of -1 to 1.
 * @example
 * tensor([1, 0]).acos() // tensor([0.0000, 1.5708])
 */
export const acos = unary({
  kernel: (x) => s.atan2(other(x), x),
  vjps: [(g, { x }): Tensor => g.mul(x.square().neg().add(1).rsqrt()).neg()],
  samples: inside,
  fractions: true,
});

/**
 * The angle between -π/2 and π/2 whose tangent is the element.
 * @example
 * tensor([0, 1]).atan() // tensor([0.0000, 0.7854])
 */
export const atan = unary({
  kernel: (x) => s.atan2(x, 1),
  vjps: [(g, { x }): Tensor => g.div(x.square().add(1))],
  samples: line,
  fractions: true,
});

/**
 * The angle of the point (b, a) seen from the origin, between -π and π: `a.atan2(b)`, with
 * broadcasting.
 * @example
 * tensor([1, -1]).atan2(tensor([1, -1])) // tensor([ 0.7854, -2.3562])
 */
export const atan2 = pair({
  kernel: (a, b) => s.atan2(a, b),
  vjps: [
    (g, { a, b }): Tensor => g.mul(b.div(a.square().add(b.square()))),
    (g, { a, b }): Tensor => g.mul(a.div(a.square().add(b.square()))).neg(),
  ],
  samples: [
    [-3, 3],
    [0.5, 3],
  ],
  fractions: true,
});

/**
 * The hyperbolic sine of every element.
 * @example
 * tensor([0, 1]).sinh() // tensor([0.0000, 1.1752])
 */
export const sinh = unary({
  kernel: (x) => {
    const [power, rest] = halfPower(x);
    const sine = s.mul(s.add(s.div(rest, power), rest), 0.5);
    return s.neg(s.mul(s.mul(s.sign(x), sine), s.add(power, s.div(1, power))));
  },
  vjps: [(g, { x }): Tensor => g.mul(x.cosh())],
  samples: line,
  fractions: true,
});

/**
 * The hyperbolic cosine of every element.
 * @example
 * tensor([0, 1]).cosh() // tensor([1.0000, 1.5431])
 */
export const cosh = unary({
  kernel: (x) => {
    const [power] = halfPower(x);
    return s.add(s.mul(s.mul(power, power), 0.5), s.div(s.div(0.5, power), power));
  },
  vjps: [(g, { x }): Tensor => g.mul(x.sinh())],
  samples: line,
  fractions: true,
});

/**
 * The number whose hyperbolic sine is the element.
 * @example
 * tensor([0, 1]).asinh() // tensor([0.0000, 0.8814])
 */
export const asinh = unary({
  kernel: (x) => {
    const size = s.abs(x);
    const root = s.add(1, s.sqrt(s.add(1, s.mul(size, size))));
    const small = s.log1p(s.add(size, s.mul(size, s.div(size, root))));
    const large = s.add(s.log(size), Math.LN2);
    return s.mul(s.sign(x), s.where(s.lt(size, HUGE), small, large));
  },
  vjps: [(g, { x }): Tensor => g.mul(x.square().add(1).rsqrt())],
  samples: line,
  fractions: true,
});

/**
 * The number, 0 or more, whose hyperbolic cosine is the element; NaN below 1.
 * @example
 * tensor([1, 2]).acosh() // tensor([0.0000, 1.3170])
 */
export const acosh = unary({
  kernel: (x) => {
    const above = s.sub(x, 1);
    const small = s.log1p(s.add(above, s.mul(s.sqrt(above), s.sqrt(s.add(x, 1)))));
    return s.where(s.lt(x, HUGE), small, s.add(s.log(x), Math.LN2));
  },
  vjps: [(g, { x }): Tensor => g.mul(x.square().sub(1).rsqrt())],
  samples: [[1.2, 4]],
  fractions: true,
});

/**
 * The number whose hyperbolic tangent is the element; NaN outside of -1 to 1.
 * @example
 * tensor([0, 0.5]).atanh() // tensor([0.0000, 0.5493])
 */
export const atanh = unary({
  kernel: (x) => {
    const size = s.abs(x);
    const twice = s.log1p(s.div(s.mul(size, 2), s.sub(1, size)));
    return s.mul(s.mul(s.sign(x), 0.5), twice);
  },
  vjps: [(g, { x }): Tensor => g.div(x.square().neg().add(1))],
  samples: inside,
  fractions: true,
});

/**
 * The length of the hypotenuse, √(a² + b²), with broadcasting; it overflows only where the result
 * does.
 * @example
 * tensor([3, 5]).hypot(tensor([4, 12])) // tensor([ 5., 13.])
 */
export const hypot = pair({
  kernel: (a, b) => {
    const [long, short] = [s.max(s.abs(a), s.abs(b)), s.min(s.abs(a), s.abs(b))];
    const share = s.where(s.eq(long, 0), long, s.div(short, long));
    const length = s.mul(long, s.sqrt(s.add(1, s.mul(share, share))));
    // An infinity is that long, whatever the other is.
    const isEndless = s.or(s.eq(s.abs(a), Infinity), s.eq(s.abs(b), Infinity));
    return s.where(isEndless, Infinity, length);
  },
  vjps: [(g, { a, y }): Tensor => g.mul(a.div(y)), (g, { b, y }): Tensor => g.mul(b.div(y))],
  samples: plane,
  fractions: true,
});

/** sinc'(x) / x near 0: -π² Σ (-t)ⁿ (2n + 2) / (2n + 3)!, the highest power first. */
const SINC_SLOPE = [3_991_680, -45_360, 840, -30, 3].map((c) => -(Math.PI ** 2) / c);

/**
 * sin(πx) / (πx), and 1 at 0.
 * @example
 * tensor([0, 0.5, 1.5]).sinc() // tensor([ 1.0000,  0.6366, -0.2122])
 */
export const sinc = unary({
  kernel: (x) => {
    const angle = s.mul(x, Math.PI);
    return s.where(s.eq(x, 0), s.add(angle, 1), s.div(s.sin(angle), angle));
  },
  vjps: [
    (g, { x, y }): Tensor => {
      // Near 0 the difference would lose its digits: there it is a series in t = (πx)², and 1
      // stands for x beside it, so that nothing is divided by 0.
      const isAway = x.abs().ge(1 / 32);
      const away = x.where(isAway, 1);
      const t = x.mul(Math.PI).square();
      const series = SINC_SLOPE.reduce((sum: Tensor, c) => sum.mul(t).add(c), t.mul(0));
      const slope = away.mul(Math.PI).cos().sub(y).div(away).where(isAway, series.mul(x));
      return g.mul(slope);
    },
  ],
  samples: [[0.1, 0.4]],
  fractions: true,
});

/**
 * Degrees as radians.
 * @example
 * tensor([0, 180]).deg2rad() // tensor([0.0000, 3.1416])
 */
export const deg2rad = unary({
  kernel: (x) => s.mul(x, Math.PI / 180),
  vjps: [(g): Tensor => g.deg2rad()],
  samples: line,
  fractions: true,
});

/**
 * Radians as degrees.
 * @example
 * tensor([0, Math.PI]).rad2deg() // tensor([  0., 180.])
 */
export const rad2deg = unary({
  kernel: (x) => s.mul(x, 180 / Math.PI),
  vjps: [(g): Tensor => g.rad2deg()],
  samples: line,
  fractions: true,
});
