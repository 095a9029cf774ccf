/**
 * Functions of single elements that are needed less often than those of ops/elementwise.ts: other
 * bases, error functions, logarithms of sums, and products added to something.
 */
import { ArgumentError } from "../errors.js";
import { resultType } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";
import type { UnaryRow } from "../graph/shape-types.js";
import { cast, s } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { zerosLike } from "./create.js";
import { binary, row, unary } from "./define.js";
import type { Operand, Samples } from "./define.js";

const line: Samples = [[-3, 3]];
const plane: Samples = [...line, ...line];
const positive: Samples = [[0.1, 4]];

/**
 * One divided by the square root of every element.
 * @example
 * tensor([4, 0.25]).rsqrt() // tensor([0.5000, 2.0000])
 */
export const rsqrt = unary({
  kernel: (x) => s.div(1, s.sqrt(x)),
  vjps: [(g, { y }): Tensor => g.mul(-0.5).mul(y.pow(3))],
  samples: positive,
  fractions: true,
});

/**
 * 2 to the power of every element.
 * @example
 * tensor([0, 1, 3]).exp2() // tensor([1., 2., 8.])
 */
export const exp2 = unary({
  kernel: (x) => s.pow(2, x),
  vjps: [(g, { y }): Tensor => g.mul(y.mul(Math.LN2))],
  samples: line,
  fractions: true,
});

/**
 * The logarithm of every element to the base 2: -inf at 0, NaN below.
 * @example
 * tensor([1, 8]).log2() // tensor([0., 3.])
 */
export const log2 = unary({
  kernel: (x) => s.log2(x),
  vjps: [(g, { x }): Tensor => g.div(x.mul(Math.LN2))],
  samples: positive,
  fractions: true,
});

/**
 * The logarithm of every element to the base 10: -inf at 0, NaN below.
 * @example
 * tensor([1, 1000]).log10() // tensor([0., 3.])
 */
export const log10 = unary({
  kernel: (x) => s.log10(x),
  vjps: [(g, { x }): Tensor => g.div(x.mul(Math.LN10))],
  samples: positive,
  fractions: true,
});

/** The slope of the error function. */
const bell = (g: Tensor, x: Tensor): Tensor =>
  g.mul(
    x
      .square()
      .neg()
      .exp()
      .mul(2 / Math.sqrt(Math.PI)),
  );

/**
 * The error function: the share of a normal distribution of variance 1/2 within an element of 0.
 * @example
 * tensor([0, 1]).erf() // tensor([0.0000, 0.8427])
 */
export const erf = unary({
  kernel: (x) => s.erf(x),
  vjps: [(g, { x }): Tensor => bell(g, x)],
  samples: line,
  fractions: true,
});

/**
 * 1 - erf(x), without losing the digits of what is left.
 * @example
 * tensor([0, 3]).erfc() // tensor([1.0000e+00, 2.2090e-05])
 */
export const erfc = unary({
  kernel: (x) => s.erfc(x),
  vjps: [(g, { x }): Tensor => bell(g, x).neg()],
  samples: [[-3, 0.4]],
  fractions: true,
});

const logOdds = unary({
  kernel: (x) => s.log(s.div(x, s.sub(1, x))),
  vjps: [(g, { x, y }): Tensor => g.div(x.mul(x.neg().add(1))).where(y.isnan().logicalNot(), NaN)],
  samples: [[0.1, 0.9]],
  fractions: true,
});

/**
 * log(x / (1 - x)), the inverse of `sigmoid`: NaN outside of 0 to 1. With `eps` every element is
 * first kept between `eps` and 1 - `eps`.
 * @example
 * tensor([0.5, 0.9]).logit() // tensor([0.0000, 2.1972])
 * tensor([0, 1]).logit({ eps: 0.1 }) // tensor([-2.1972,  2.1972])
 */
export const logit: UnaryRow<"same", [options?: { readonly eps?: number }]> = row(
  logOdds.op,
  logOdds.samples,
  (x: Tensor, { eps }: { readonly eps?: number } = {}): Tensor => {
    if (eps === undefined) return logOdds(x);
    if (!(eps >= 0 && eps <= 0.5)) {
      throw new ArgumentError(`logit: eps is ${eps}, and must lie between 0 and 0.5.`);
    }
    return logOdds(x.clamp(eps, 1 - eps));
  },
) as never;

/** log(base^a + base^b), given how `base` is raised to a power and what its logarithm is. */
const logSum = (
  a: Expression,
  b: Expression,
  power: (x: Expression) => Expression,
  logarithm: number,
): Expression => {
  const rest = s.div(s.log1p(power(s.neg(s.abs(s.sub(a, b))))), logarithm);
  // Infinities of one sign have no difference.
  return s.where(s.eq(a, b), s.add(a, Math.LN2 / logarithm), s.add(s.max(a, b), rest));
};

/**
 * log(exp(a) + exp(b)), with broadcasting, without overflow.
 * @example
 * tensor([0, 1000]).logaddexp(tensor([0, 1000])) // tensor([6.9315e-01, 1.0007e+03])
 */
export const logaddexp = binary({
  kernel: (a, b) => logSum(a, b, s.exp, 1),
  vjps: [
    (g, { a, b }): Tensor => g.mul(a.sub(b).sigmoid()),
    (g, { a, b }): Tensor => g.mul(b.sub(a).sigmoid()),
  ],
  samples: plane,
  fractions: true,
});

/**
 * The logarithm to the base 2 of 2^a + 2^b, with broadcasting, without overflow.
 * @example
 * tensor([3, 1000]).logaddexp2(tensor([3, 1000])) // tensor([   4., 1001.])
 */
export const logaddexp2 = binary({
  kernel: (a, b) => logSum(a, b, (x) => s.pow(2, x), Math.LN2),
  vjps: [
    (g, { a, b }): Tensor => g.mul(a.sub(b).mul(Math.LN2).sigmoid()),
    (g, { a, b }): Tensor => g.mul(b.sub(a).mul(Math.LN2).sigmoid()),
  ],
  samples: plane,
  fractions: true,
});

/**
 * a · log(b), with broadcasting, and 0 where `a` is 0, whatever the logarithm (but NaN where `b`
 * is).
 * @example
 * tensor([0, 2]).xlogy(tensor([0, 2])) // tensor([0.0000, 1.3863])
 */
export const xlogy = binary({
  kernel: (a, b) => s.where(s.and(s.eq(a, 0), s.eq(b, b)), 0, s.mul(a, s.log(b))),
  vjps: [
    (g, { a, b }): Tensor => g.mul(b.log().where(a.ne(0).logicalOr(b.gt(0)), 0)),
    (g, { a, b }): Tensor => g.mul(a.div(b)),
  ],
  samples: [...line, ...positive],
  fractions: true,
});

/**
 * The size of the one with the sign of the other, with broadcasting; -0 is negative.
 * @example
 * tensor([1, -2]).copysign(tensor([-0, 5])) // tensor([-1.,  2.])
 */
export const copysign = binary({
  kernel: (a, b) => {
    const isNegative = s.lt(s.where(s.eq(b, 0), s.div(1, b), b), 0);
    return s.where(isNegative, s.neg(s.abs(a)), s.abs(a));
  },
  vjps: [(g, { a, y }): Tensor => g.mul(a.sign()).mul(y.sign()), (g): Tensor => zerosLike(g)],
  samples: plane,
  fractions: true,
});

/**
 * 0 where an element is negative (or NaN), 1 where it is positive, and at 0 that of `values`.
 * @example
 * tensor([-2, 0, 3]).heaviside(tensor(0.5)) // tensor([0.0000, 0.5000, 1.0000])
 */
export const heaviside = binary({
  kernel: (a, b) => s.where(s.eq(a, 0), b, cast(s.gt(a, 0), b.dtype)),
  nondifferentiable: "a step is flat, with a jump at 0",
  samples: plane,
});

/**
 * The way from every element to that of `end`, as far as `weight`, a number or a tensor: 0 stays, 1
 * arrives.
 * @example
 * tensor([1, 2]).lerp(tensor([5, 6]), 0.25) // tensor([2., 3.])
 */
export const lerp = (x: Tensor, end: Tensor, weight: Operand): Tensor =>
  x.add(end.sub(x).mul(weight));

interface ValueOptions {
  /** The factor of what is added; 1 unless said otherwise. */
  readonly value?: number;
}

/** The common type of three tensors, in which all of the arithmetic is done. */
function commonType(x: Tensor, a: Tensor, b: Tensor): DType {
  const own = resultType(a.dtype, a.dim(), b.dtype, b.dim());
  return resultType(x.dtype, x.dim(), own, Math.max(a.dim(), b.dim()));
}

/**
 * `x` + `value` · `a` · `b`, with broadcasting.
 * @example
 * tensor([1, 1]).addcmul(tensor([2, 3]), tensor([4, 5]), { value: 10 }) // tensor([ 81., 151.])
 */
export const addcmul = (
  x: Tensor,
  a: Tensor,
  b: Tensor,
  { value = 1 }: ValueOptions = {},
): Tensor => {
  const dtype = commonType(x, a, b);
  return x.to(dtype).add(a.to(dtype).mul(b.to(dtype)).mul(value));
};

/**
 * `x` + `value` · `a` / `b`, with broadcasting.
 * @example
 * tensor([1, 1]).addcdiv(tensor([1, 3]), tensor([4, 4])) // tensor([1.2500, 1.7500])
 */
export const addcdiv = (
  x: Tensor,
  a: Tensor,
  b: Tensor,
  { value = 1 }: ValueOptions = {},
): Tensor => {
  const dtype = commonType(x, a, b);
  return x.to(dtype).add(a.to(dtype).div(b.to(dtype)).mul(value));
};
