/**
 * Activations: functions of single elements that stand between the layers of a network. The
 * oldest, `relu`, `sigmoid` and `tanh`, are in ops/elementwise.ts; those with weights or chance of
 * their own in the package nn. Almost all are made of other operations. Of two forms with the same
 * values the one is taken whose gradient at a kink, and at NaN, is PyTorch's: `clamp` lets the
 * gradient through at its bounds, for example, and `maskedFill` does not.
 */
import { ArgumentError } from "../errors.js";
import { isFloat } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import type { UnaryRow } from "../graph/shape-types.js";
import { s } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { binary, row, unary } from "./define.js";
import { readOptions } from "./options.js";
import { kept } from "./typed.js";

/** x above 0, alpha · (exp(rate · x) - 1) below: no large number is raised to a power. */
const exponentialBelow = (x: Tensor, alpha: number, rate: number): Tensor =>
  x.clampMax(0).mul(rate).expm1().mul(alpha).where(x.le(0), x);

/** What `elu` and `celu` take. */
export interface AlphaOptions {
  /** What the result comes down to, far below 0, without its sign; 1 unless said otherwise. */
  readonly alpha?: number;
}

/**
 * Every element where it is positive, `alpha` · (exp(x) - 1) elsewhere. The derivative at 0 is
 * `alpha`.
 * @example
 * tensor([-1, 0, 2]).elu() // tensor([-0.6321,  0.0000,  2.0000])
 */
export const elu = kept<[options?: AlphaOptions]>((x: Tensor, options: AlphaOptions = {}): Tensor =>
  exponentialBelow(
    checkTensor("elu", x),
    readOptions<AlphaOptions>("elu", options, { alpha: 1 }).alpha,
    1,
  ),
);

/**
 * `elu` with a derivative that has no jump at 0: `alpha` · (exp(x / alpha) - 1) below it. An
 * `alpha` of 0 is an ArgumentError.
 * @example
 * tensor([-1, 0, 2]).celu({ alpha: 0.5 }) // tensor([-0.4323,  0.0000,  2.0000])
 */
export const celu = kept<[options?: AlphaOptions]>(
  (x: Tensor, options: AlphaOptions = {}): Tensor => {
    const { alpha } = readOptions<AlphaOptions>("celu", options, { alpha: 1 });
    if (alpha !== 0) return exponentialBelow(checkTensor("celu", x), alpha, 1 / alpha);
    throw new ArgumentError("celu: alpha is 0, and nothing can be divided by it; use relu.");
  },
);

/**
 * `elu` with the two constants for which layers of it keep mean 0 and variance 1. Source:
 * Klambauer et al., "Self-normalizing neural networks" (2017).
 * @example
 * tensor([-1, 0, 2]).selu() // tensor([-1.1113,  0.0000,  2.1014])
 */
export const selu = kept((x: Tensor): Tensor =>
  exponentialBelow(checkTensor("selu", x), 1.6732632423543772848, 1).mul(1.0507009873554804935),
);

/** What `gelu` takes. */
export interface GeluOptions {
  /** `"tanh"` for the older formula that comes near; `"none"` unless said otherwise. */
  readonly approximate?: "none" | "tanh";
}

/**
 * Every element times the share of the normal distribution that lies below it. Computed by
 * `erfc`, which keeps the digits far below 0; the approximation is
 * x · sigmoid(√(8/π) · (x + 0.044715 x³)).
 * Source: Hendrycks and Gimpel, "Gaussian error linear units" (2016).
 * @example
 * tensor([-1, 0, 2]).gelu() // tensor([-0.1587,  0.0000,  1.9545])
 * tensor([-1, 0, 2]).gelu({ approximate: "tanh" }) // tensor([-0.1588,  0.0000,  1.9546])
 */
export const gelu = kept<[options?: GeluOptions]>(
  (x: Tensor, options: GeluOptions = {}): Tensor => {
    const { approximate } = readOptions<GeluOptions>("gelu", options, { approximate: "none" });
    checkTensor("gelu", x);
    if (approximate === "none") return x.mul(0.5).mul(x.mul(-Math.SQRT1_2).erfc());
    if (approximate === "tanh") {
      const cubic = x.square().mul(0.044715).add(1).mul(x);
      return x.mul(cubic.mul(Math.sqrt(8 / Math.PI)).sigmoid());
    }
    throw new ArgumentError(
      `gelu: there is no approximation "${approximate as string}"; use "none" or "tanh".`,
    );
  },
);

/**
 * x · sigmoid(x), also called swish.
 * @example
 * tensor([-1, 0, 2]).silu() // tensor([-0.2689,  0.0000,  1.7616])
 */
export const silu = kept((x: Tensor): Tensor => checkTensor("silu", x).mul(x.sigmoid()));

/**
 * x · tanh(softplus(x)). Source: Misra, "Mish: a self regularized non-monotonic activation
 * function" (2019).
 * @example
 * tensor([-1, 0, 2]).mish() // tensor([-0.3034,  0.0000,  1.9440])
 */
export const mish = kept((x: Tensor): Tensor => checkTensor("mish", x).mul(x.softplus().tanh()));

/** What `hardtanh` takes. */
export interface HardtanhOptions {
  /** The lower bound; -1 unless said otherwise. */
  readonly minVal?: number;
  /** The upper bound, which wins where they contradict each other; 1 unless said otherwise. */
  readonly maxVal?: number;
}

/**
 * Every element kept between `minVal` and `maxVal`: `clamp`, but for the derivative, which is 0 at
 * the bounds. For whole numbers the bounds are cut to whole numbers.
 * @example
 * tensor([-2, 0.5, 3]).hardtanh() // tensor([-1.0000,  0.5000,  1.0000])
 */
export const hardtanh = kept<[options?: HardtanhOptions]>(
  (x: Tensor, options: HardtanhOptions = {}): Tensor => {
    const { minVal, maxVal } = readOptions<HardtanhOptions>("hardtanh", options, {
      minVal: -1,
      maxVal: 1,
    });
    const raised = threshold(x, minVal, minVal);
    const bound = inType(x, maxVal);
    return raised.maskedFill(raised.ge(bound), bound);
  },
);

/** A number as one of a tensor's type. */
const inType = (x: Tensor, value: number): number => (isFloat(x.dtype) ? value : Math.trunc(value));

/**
 * Every element where it is above `bound`, `value` elsewhere. NaN stays NaN. For whole numbers both
 * are cut to whole numbers.
 * @example
 * tensor([0.1, 0.2, 3]).threshold(0.1, 20) // tensor([20.0000,  0.2000,  3.0000])
 */
export const threshold = kept<[bound: number, value: number]>(
  (x: Tensor, bound: number, value: number): Tensor =>
    checkTensor("threshold", x).maskedFill(x.le(inType(x, bound)), inType(x, value)),
);

/**
 * Every element kept between 0 and 6; the derivative is 0 at both.
 * @example
 * tensor([-2, 3, 8]).relu6() // tensor([0., 3., 6.])
 */
export const relu6 = kept((x: Tensor): Tensor => hardtanh(x, { minVal: 0, maxVal: 6 }));

/**
 * A piecewise linear form of `sigmoid`: relu6(x + 3) / 6.
 * @example
 * tensor([-4, 0, 1.5]).hardsigmoid() // tensor([0.0000, 0.5000, 0.7500])
 */
export const hardsigmoid = kept((x: Tensor): Tensor => {
  const isBetween = checkTensor("hardsigmoid", x).gt(-3).logicalAnd(x.lt(3));
  return x.where(isBetween, x.detach().clamp(-3, 3)).add(3).div(6);
});

/**
 * A piecewise polynomial form of `silu`: x · clamp(x + 3, 0, 6) / 6.
 * @example
 * tensor([-1, 1, 4]).hardswish() // tensor([-0.3333,  0.6667,  4.0000])
 */
export const hardswish = unary({
  kernel: (x) => s.div(s.mul(x, s.min(s.max(s.add(x, 3), 0), 6)), 6),
  vjps: [(g, { x }): Tensor => g.mul(x.div(3).add(0.5)).where(x.le(3), g).maskedFill(x.lt(-3), 0)],
  samples: [[-2.9, 2.9]],
  fractions: true,
});

/** What `hardshrink` and `softshrink` take. */
export interface ShrinkOptions {
  /** How far from 0 an element counts as 0; 0.5 unless said otherwise. */
  readonly lambd?: number;
}

/**
 * 0 where an element is no further from 0 than `lambd`, the element elsewhere.
 * @example
 * tensor([-1, 0.25, 2]).hardshrink() // tensor([-1.,  0.,  2.])
 */
export const hardshrink = kept<[options?: ShrinkOptions]>(
  (x: Tensor, options: ShrinkOptions = {}): Tensor => {
    const { lambd } = readOptions<ShrinkOptions>("hardshrink", options, { lambd: 0.5 });
    return checkTensor("hardshrink", x).maskedFill(x.abs().le(lambd), 0);
  },
);

const nearer = binary({
  kernel: (a, b) => s.where(s.gt(a, b), s.sub(a, b), s.where(s.lt(a, s.neg(b)), s.add(a, b), 0)),
  vjps: [
    (g, { a, b }): Tensor => g.maskedFill(a.abs().le(b), 0),
    (g, { y }): Tensor => g.mul(y.sign()).neg(),
  ],
  samples: [],
});
nearer.op.name = "softshrink";

/**
 * Every element brought nearer to 0 by `lambd`, and to 0 where it is no further away, or NaN. A
 * negative `lambd` is an ArgumentError.
 * @example
 * tensor([-1, 0.25, 2]).softshrink() // tensor([-0.5000,  0.0000,  1.5000])
 */
export const softshrink = kept<[options?: ShrinkOptions]>(
  (x: Tensor, options: ShrinkOptions = {}): Tensor => {
    const { lambd } = readOptions<ShrinkOptions>("softshrink", options, { lambd: 0.5 });
    if (lambd >= 0) return nearer(x, lambd);
    throw new ArgumentError(`softshrink: lambd is ${String(lambd)}, and must be 0 or more.`);
  },
);

/**
 * x - tanh(x).
 * @example
 * tensor([-1, 0, 2]).tanhshrink() // tensor([-0.2384,  0.0000,  1.0360])
 */
export const tanhshrink = kept((x: Tensor): Tensor => checkTensor("tanhshrink", x).sub(x.tanh()));

/** What `leakyRelu` takes. */
export interface LeakyReluOptions {
  /** The slope below 0; 0.01 unless said otherwise. */
  readonly negativeSlope?: number;
}

/**
 * Every element where it is positive, `negativeSlope` times the element elsewhere, which is also
 * the derivative at 0.
 * @example
 * tensor([-1, 0, 2]).leakyRelu({ negativeSlope: 0.1 }) // tensor([-0.1000,  0.0000,  2.0000])
 */
export const leakyRelu = kept<[options?: LeakyReluOptions]>(
  (x: Tensor, options: LeakyReluOptions = {}): Tensor => {
    const { negativeSlope } = readOptions<LeakyReluOptions>("leakyRelu", options, {
      negativeSlope: 0.01,
    });
    return checkTensor("leakyRelu", x).where(x.gt(0), x.mul(negativeSlope));
  },
);

const smoothRelu = unary({
  kernel: (x) => s.add(s.max(x, 0), s.log1p(s.exp(s.neg(s.abs(x))))),
  vjps: [(g, { x }): Tensor => g.mul(x.sigmoid())],
  samples: [[-3, 3]],
  fractions: true,
});

/** What `softplus` takes. */
export interface SoftplusOptions {
  /** How sharp the bend at 0 is; 1 unless said otherwise. */
  readonly beta?: number;
  /** Where `beta` · x is above this, the result is x itself; 20 unless said otherwise. */
  readonly threshold?: number;
}

/**
 * log(1 + exp(beta · x)) / beta, a smooth form of `relu`: close to 0 far below 0, close to x far
 * above, and never an overflow in between. Without options it is exact, and takes no threshold.
 * @example
 * tensor([-2, 0, 2]).softplus() // tensor([0.1269, 0.6931, 2.1269])
 * tensor([0, 2]).softplus({ beta: 3, threshold: 1 }) // tensor([0.2310, 2.0000])
 */
export const softplus: UnaryRow<"same", [options?: SoftplusOptions]> = row(
  smoothRelu.op,
  smoothRelu.samples,
  (x: Tensor, options?: SoftplusOptions): Tensor => {
    if (options === undefined) return smoothRelu(x);
    const { beta, threshold: bound } = readOptions<SoftplusOptions>("softplus", options, {
      beta: 1,
      threshold: 20,
    });
    const steep = checkTensor("softplus", x).mul(beta);
    return x.where(steep.gt(bound), smoothRelu(steep).div(beta));
  },
) as never;

/**
 * log(sigmoid(x)), without losing the digits of what is left of it far above 0.
 * @example
 * tensor([-1000, 0, 2]).logsigmoid() // tensor([-1.0000e+03, -6.9315e-01, -1.2693e-01])
 */
export const logsigmoid = kept((x: Tensor): Tensor =>
  checkTensor("logsigmoid", x).neg().softplus().neg(),
);

/**
 * x / (1 + |x|), a number between -1 and 1.
 * @example
 * tensor([-3, 0, 1]).softsign() // tensor([-0.7500,  0.0000,  0.5000])
 */
export const softsign = kept((x: Tensor): Tensor => checkTensor("softsign", x).div(x.abs().add(1)));
