/**
 * The activations as layers, one line each: what they compute is in core and in functional/. What a
 * layer without parameters is: layer.ts. Those that drop at random: dropout.ts.
 */
import { full } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import * as F from "../functional/index.js";
import { parameter } from "../members.js";
import { Module } from "../module.js";
import type { Given, Maps, Same } from "../shape-types.js";
import { checkCounts, layer, layerOptions, numbered, plain } from "./layer.js";
import type { LayerOf, None } from "./layer.js";

/** What `GELU` takes. */
export interface GELUOptions {
  /** `"tanh"` for the formula by tanh; `"none"` unless said otherwise. */
  readonly approximate?: "none" | "tanh";
}

/**
 * max(x, 0), element by element.
 * @example
 * new ReLU().call(tensor([-1, 0, 2])) // tensor([0., 0., 2.])
 */
export class ReLU extends layer<[], None>([], {}, ([x]) => x.relu()) {}
export interface ReLU extends Same {}

/**
 * min(max(x, 0), 6), element by element.
 * @example
 * new ReLU6().call(tensor([-1, 2, 7])) // tensor([0., 2., 6.])
 */
export class ReLU6 extends layer<[], None>([], {}, ([x]) => x.relu6()) {}
export interface ReLU6 extends Same {}

/**
 * x above 0, and x · `negativeSlope` below, 0.01 unless given.
 * @example
 * new LeakyReLU(0.1).call(tensor([-1, 0, 2])) // tensor([-0.1000,  0.0000,  2.0000])
 */
export class LeakyReLU extends layer<
  [negativeSlope?: number, options?: { negativeSlope?: number }],
  { negativeSlope: number }
>(["negativeSlope"], { negativeSlope: 0.01 }, ([x], fields) => x.leakyRelu(fields)) {}
export interface LeakyReLU extends Same {}

/**
 * `LeakyReLU` with a random slope for each element while training, from `lower` up to `upper` (1/8
 * and 1/3 unless given), and their mean in eval.
 * @example
 * new RReLU(0.1, 0.3).eval().call(tensor([-1, 2])) // tensor([-0.2000,  2.0000])
 */
export class RReLU extends layer<
  [lower?: number, upper?: number],
  { lower: number; upper: number }
>(["lower", "upper"], { lower: 1 / 8, upper: 1 / 3 }, ([x], fields, training) =>
  F.rrelu(x, { ...fields, training }),
) {}
export interface RReLU extends Same {}

/**
 * x above 0, and `alpha` · (exp(x) - 1) below; `alpha` is 1 unless given.
 * @example
 * new ELU(0.5).call(tensor([-1, 0, 2])) // tensor([-0.3161,  0.0000,  2.0000])
 */
export class ELU extends layer<[alpha?: number, options?: { alpha?: number }], { alpha: number }>(
  ["alpha"],
  { alpha: 1 },
  ([x], fields) => x.elu(fields),
) {}
export interface ELU extends Same {}

/**
 * x above 0, and `alpha` · (exp(x / `alpha`) - 1) below; `alpha` is 1 unless given.
 * @example
 * new CELU(0.5).call(tensor([-1, 0, 2])) // tensor([-0.4323,  0.0000,  2.0000])
 */
export class CELU extends layer<[alpha?: number, options?: { alpha?: number }], { alpha: number }>(
  ["alpha"],
  { alpha: 1 },
  ([x], fields) => x.celu(fields),
) {}
export interface CELU extends Same {}

/**
 * `ELU` with the slopes that keep mean 0 and variance 1 from layer to layer.
 * @example
 * new SELU().call(tensor([-1, 0, 2])) // tensor([-1.1113,  0.0000,  2.1014])
 */
export class SELU extends layer<[], None>([], {}, ([x]) => x.selu()) {}
export interface SELU extends Same {}

/**
 * x · Φ(x), where Φ is the normal distribution function; `{ approximate: "tanh" }` for the formula
 * by tanh.
 * @example
 * new GELU().call(tensor([-1, 0, 2])) // tensor([-0.1587,  0.0000,  1.9545])
 */
export class GELU extends layer<[options?: GELUOptions], GELUOptions>(
  [],
  { approximate: "none" },
  ([x], fields) => x.gelu(fields),
) {}
export interface GELU extends Same {}

/**
 * x · sigmoid(x), also called swish.
 * @example
 * new SiLU().call(tensor([-1, 0, 2])) // tensor([-0.2689,  0.0000,  1.7616])
 */
export class SiLU extends layer<[], None>([], {}, ([x]) => x.silu()) {}
export interface SiLU extends Same {}

/**
 * x · tanh(softplus(x)).
 * @example
 * new Mish().call(tensor([-1, 0, 2])) // tensor([-0.3034,  0.0000,  1.9440])
 */
export class Mish extends layer<[], None>([], {}, ([x]) => x.mish()) {}
export interface Mish extends Same {}

/**
 * 1 / (1 + exp(-x)).
 * @example
 * new Sigmoid().call(tensor([-1, 0, 2])) // tensor([0.2689, 0.5000, 0.8808])
 */
export class Sigmoid extends layer<[], None>([], {}, ([x]) => x.sigmoid()) {}
export interface Sigmoid extends Same {}

/**
 * log(sigmoid(x)).
 * @example
 * new LogSigmoid().call(tensor([-1, 0, 2])) // tensor([-1.3133, -0.6931, -0.1269])
 */
export class LogSigmoid extends layer<[], None>([], {}, ([x]) => x.logsigmoid()) {}
export interface LogSigmoid extends Same {}

/**
 * The hyperbolic tangent.
 * @example
 * new Tanh().call(tensor([-1, 0, 2])) // tensor([-0.7616,  0.0000,  0.9640])
 */
export class Tanh extends layer<[], None>([], {}, ([x]) => x.tanh()) {}
export interface Tanh extends Same {}

/**
 * log(1 + exp(`beta` · x)) / `beta`, and x itself where `beta` · x is above `threshold`; 1 and 20
 * unless given.
 * @example
 * new Softplus().call(tensor([-1, 0, 2])) // tensor([0.3133, 0.6931, 2.1269])
 */
export class Softplus extends layer<
  [beta?: number, threshold?: number],
  { beta: number; threshold: number }
>(["beta", "threshold"], { beta: 1, threshold: 20 }, ([x], fields) => x.softplus(fields)) {}
export interface Softplus extends Same {}

/**
 * x / (1 + |x|).
 * @example
 * new Softsign().call(tensor([-1, 0, 2])) // tensor([-0.5000,  0.0000,  0.6667])
 */
export class Softsign extends layer<[], None>([], {}, ([x]) => x.softsign()) {}
export interface Softsign extends Same {}

/**
 * x, and the nearer end where it is outside of `minVal` to `maxVal`; -1 and 1 unless given.
 * @example
 * new Hardtanh(-0.5, 1).call(tensor([-1, 0, 2])) // tensor([-0.5000,  0.0000,  1.0000])
 */
export class Hardtanh extends layer<
  [minVal?: number, maxVal?: number],
  { minVal: number; maxVal: number }
>(["minVal", "maxVal"], { minVal: -1, maxVal: 1 }, ([x], fields) => x.hardtanh(fields)) {}
export interface Hardtanh extends Same {}

/**
 * (x + 3) / 6, between 0 and 1.
 * @example
 * new Hardsigmoid().call(tensor([-1, 0, 2])) // tensor([0.3333, 0.5000, 0.8333])
 */
export class Hardsigmoid extends layer<[], None>([], {}, ([x]) => x.hardsigmoid()) {}
export interface Hardsigmoid extends Same {}

/**
 * x · hardsigmoid(x).
 * @example
 * new Hardswish().call(tensor([-1, 0, 2])) // tensor([-0.3333,  0.0000,  1.6667])
 */
export class Hardswish extends layer<[], None>([], {}, ([x]) => x.hardswish()) {}
export interface Hardswish extends Same {}

/**
 * x where it is further from 0 than `lambd`, 0.5 unless given, else 0.
 * @example
 * new Hardshrink().call(tensor([-1, 0, 2])) // tensor([-1.,  0.,  2.])
 */
export class Hardshrink extends layer<
  [lambd?: number, options?: { lambd?: number }],
  { lambd: number }
>(["lambd"], { lambd: 0.5 }, ([x], fields) => x.hardshrink(fields)) {}
export interface Hardshrink extends Same {}

/**
 * x moved towards 0 by `lambd`, 0.5 unless given, and 0 where it is nearer than that.
 * @example
 * new Softshrink().call(tensor([-1, 0, 2])) // tensor([-0.5000,  0.0000,  1.5000])
 */
export class Softshrink extends layer<
  [lambd?: number, options?: { lambd?: number }],
  { lambd: number }
>(["lambd"], { lambd: 0.5 }, ([x], fields) => x.softshrink(fields)) {}
export interface Softshrink extends Same {}

/**
 * x - tanh(x).
 * @example
 * new Tanhshrink().call(tensor([-1, 0, 2])) // tensor([-0.2384,  0.0000,  1.0360])
 */
export class Tanhshrink extends layer<[], None>([], {}, ([x]) => x.tanhshrink()) {}
export interface Tanhshrink extends Same {}

/**
 * x above `threshold`, else `value`.
 * @example
 * new Threshold(1, 20).call(tensor([-1, 0, 2])) // tensor([20., 20.,  2.])
 */
export class Threshold extends layer<
  [threshold: number, value: number],
  { threshold: number; value: number }
>(["threshold", "value"], {}, ([x], { threshold, value }) => x.threshold(threshold, value)) {}
export interface Threshold extends Same {}

/**
 * exp(x), divided by their sum along `dim`, so that they are probabilities.
 * @example
 * new Softmax(-1).call(tensor([0, 1])) // tensor([0.2689, 0.7311])
 */
export class Softmax<K extends number = number> extends numbered("dim", plain(F.softmax))<K> {}
export interface Softmax<K extends number> extends Maps<["along", "Softmax", K]> {}

/**
 * The logarithms of `Softmax`, without losing digits.
 * @example
 * new LogSoftmax(-1).call(tensor([0, 1])) // tensor([-1.3133, -0.3133])
 */
export class LogSoftmax<K extends number = number> extends numbered(
  "dim",
  plain(F.logSoftmax),
)<K> {}
export interface LogSoftmax<K extends number> extends Maps<["along", "LogSoftmax", K]> {}

/**
 * `Softmax` of -x.
 * @example
 * new Softmin(-1).call(tensor([0, 1])) // tensor([0.7311, 0.2689])
 */
export class Softmin<K extends number = number> extends numbered("dim", plain(F.softmin))<K> {}
export interface Softmin<K extends number> extends Maps<["along", "Softmin", K]> {}

/**
 * `Softmax` over the channels of pictures [n, channels, height, width].
 * @example
 * new Softmax2d().call(zeros([1, 4, 1, 1])).sum() // tensor(1.)
 */
export class Softmax2d extends layer<[], None>([], {}, ([x]) => x.softmax(-3)) {}
export interface Softmax2d extends Maps<["along", "Softmax2d", -3]> {}

const halving: new <K extends number>(dim?: K) => LayerOf<{ dim: number }> = layer<
  [dim?: number],
  { dim: number }
>(["dim"], { dim: -1 }, ([x], { dim }): Tensor => F.glu(x, dim));

/**
 * The first half along `dim`, the last one unless given, times the sigmoid of the second.
 * @example
 * new GLU().call(tensor([1, 2, 0, 0])) // tensor([0.5000, 1.0000])
 */
export class GLU<K extends number = -1> extends halving<K> {}
export interface GLU<K extends number> extends Maps<["halve", "GLU", K]> {}

/** What `PReLU` takes. */
export interface PReLUOptions {
  /** A slope for each channel, or 1 for one that all have; 1 unless said otherwise. */
  readonly numParameters?: number;
  /** Where the slopes start; 0.25 unless said otherwise. */
  readonly init?: number;
}

/**
 * `LeakyReLU` with slopes that are learned. Channels are dimension 1.
 * @example
 * new PReLU().call(tensor([-4, 2])) // tensor([-1.,  2.], gradFn=<where>)
 */
export class PReLU<const O extends PReLUOptions = object> extends Module {
  /** How many slopes there are. */
  readonly numParameters: number;
  /** The slopes, [numParameters]. */
  weight: Tensor;

  constructor(options?: O) {
    super();
    const { numParameters, init } = layerOptions<PReLUOptions>("PReLU", options ?? {}, {
      numParameters: 1,
      init: 0.25,
    });
    checkCounts("PReLU", { numParameters });
    this.numParameters = numParameters;
    this.weight = parameter(full([numParameters], init));
  }

  override forward(input: Tensor): Tensor {
    return F.prelu(input, this.weight);
  }
}
export interface PReLU<O extends PReLUOptions> extends Maps<
  ["slopes", "PReLU", Given<O, "numParameters", 1>]
> {}
