/**
 * Functions of single elements that are needed less often than those of ops/elementwise.ts: other
 * bases, error and gamma functions, logarithms of sums, and products added to something.
 */
import { ArgumentError } from "../errors.js";
import { promote, resultType } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import type { UnaryRow } from "../graph/shape-types.js";
import { cast, s } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { zerosLike } from "./create.js";
import { binary, pair, row, unary } from "./define.js";
import type { Operand, Samples } from "./define.js";
import { floats } from "./fold.js";
import { factorOf } from "./scale.js";
import { together } from "./typed.js";

const line: Samples = [[-3, 3]];
const plane: Samples = [...line, ...line];
const positive: Samples = [[0.1, 4]];

/**
 * exp(x) - 1, without losing the digits of a small x.
 * @example
 * tensor([1e-8], { dtype: "float64" }).expm1().item() // 1.0000000050000001e-8
 */
export const expm1 = unary({
  kernel: (x) => s.expm1(x),
  vjps: [(g, { x }): Tensor => g.mul(x.exp())],
  samples: line,
  fractions: true,
});

/**
 * log(1 + x), without losing the digits of a small x.
 * @example
 * tensor([1e-8], { dtype: "float64" }).log1p().item() // 9.999999950000001e-9
 */
export const log1p = unary({
  kernel: (x) => s.log1p(x),
  vjps: [(g, { x }): Tensor => g.div(x.add(1))],
  samples: [[-0.9, 3]],
  fractions: true,
});

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

/**
 * The inverse of `erf`: infinite at -1 and 1, NaN outside.
 * @example
 * tensor([0, 0.5, 1]).erfinv() // tensor([0.0000, 0.4769,    inf])
 */
export const erfinv = unary({
  kernel: (x) => s.erfinv(x),
  vjps: [
    (g, { y }): Tensor =>
      g.mul(
        y
          .square()
          .exp()
          .mul(Math.sqrt(Math.PI) / 2),
      ),
  ],
  samples: [[-0.9, 0.9]],
  fractions: true,
});

/**
 * The logarithm of the size of the gamma function, which is the factorial of x - 1 where that is a
 * whole number; infinite at 0, -1, -2...
 * @example
 * tensor([1, 5]).lgamma().exp() // tensor([ 1., 24.])
 */
export const lgamma = unary({
  kernel: (x) => s.lgamma(x),
  vjps: [(g, { x }): Tensor => g.mul(x.digamma())],
  samples: [[2.2, 6]],
  fractions: true,
});

/** The derivative of order `n` of digamma, each its own operation. */
const derivativeOf = (n: number): UnaryRow<"same"> => {
  const derivative = unary({
    kernel: (x) => s.polygamma(n, x),
    vjps: [(g, { x }): Tensor => g.mul(polygamma(x, n + 1))],
    samples: [[2.2, 6]],
    fractions: true,
  });
  derivative.op.name = "polygamma";
  return derivative;
};

/**
 * The derivative of `lgamma`: NaN at -1, -2... and infinite at 0.
 * @example
 * tensor([1, 2]).digamma() // tensor([-0.5772,  0.4228])
 */
export const digamma = derivativeOf(0);

const derivatives = [digamma];

/**
 * The derivative of order `n` of `digamma`, which is that of order 0. Throws an ArgumentError where
 * `n` is no whole number from 0 to 170, beyond which its factorial is infinite.
 * @example
 * tensor([1, 2]).polygamma(1) // tensor([1.6449, 0.6449])
 */
export const polygamma = (x: Tensor, n: number): Tensor => {
  if (!Number.isInteger(n) || n < 0 || n > 170) {
    throw new ArgumentError(
      `polygamma: the order is ${String(n)}, and must be a whole number from 0 to 170.`,
    );
  }
  return (derivatives[n] ??= derivativeOf(n))(x);
};

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
export const logaddexp = pair({
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
export const logaddexp2 = pair({
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
export const heaviside = pair({
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
export const lerp = together<"lerp", [end: Tensor, weight: Operand]>((x, end, weight) =>
  checkTensor("lerp", x).add(checkTensor("lerp", end).sub(x).mul(weight)),
);

interface ValueOptions {
  /** The factor of what is added; 1 unless said otherwise. */
  readonly value?: number;
}

/** The common type of three tensors, in which all of the arithmetic is done. */
function commonType(name: string, x: Tensor, a: Tensor, b: Tensor): DType {
  for (const operand of [x, a, b]) checkTensor(name, operand);
  const own = resultType(a.dtype, a.dim(), b.dtype, b.dim());
  return resultType(x.dtype, x.dim(), own, Math.max(a.dim(), b.dim()));
}

/**
 * `x` + `value` · `a` · `b`, with broadcasting.
 * @example
 * tensor([1, 1]).addcmul(tensor([2, 3]), tensor([4, 5]), { value: 10 }) // tensor([ 81., 151.])
 */
export const addcmul = together<"addcmul", [a: Tensor, b: Tensor, options?: ValueOptions]>(
  (x, a, b, { value = 1 } = {}) => {
    const dtype = commonType("addcmul", x, a, b);
    return x.to(dtype).add(a.to(dtype).mul(b.to(dtype)).mul(factorOf(value, dtype)));
  },
);

/**
 * `x` + `value` · `a` / `b`, with broadcasting.
 * @example
 * tensor([1, 1]).addcdiv(tensor([1, 3]), tensor([4, 4])) // tensor([1.2500, 1.7500])
 */
export const addcdiv = together<"addcdiv", [a: Tensor, b: Tensor, options?: ValueOptions]>(
  (x, a, b, { value = 1 } = {}) => {
    const dtype = commonType("addcdiv", x, a, b);
    floats("addcdiv", promote(a.dtype, b.dtype));
    return x.to(dtype).add(a.to(dtype).div(b.to(dtype)).mul(value));
  },
);
