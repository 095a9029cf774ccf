/**
 * The namespace `init`, as PyTorch's `torch.nn.init`: how parameters start. Each function writes
 * into the tensor it is given, without a trace in the graph, and returns it. The defaults of every
 * layer are made of these; see the layers' `resetParameters`.
 */
import {
  ArgumentError,
  eye,
  linalg,
  noGrad,
  randn,
  randperm,
  readOptions,
  ShapeError,
  tensor as makeTensor,
  zeros,
} from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkRange, checkTensors, showShape } from "./checks.js";
import { fans } from "./fans.js";

/** Writes into a tensor outside of the graph. */
function fill(name: string, tensor: Tensor, write: () => unknown): Tensor {
  checkTensors(name, { tensor });
  noGrad(write);
  return tensor;
}

/**
 * The functions for which there is a gain, by PyTorch's names in camelCase, or as they are there.
 */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "convTranspose1d"
  | "convTranspose2d"
  | "convTranspose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leakyRelu"
  | "leaky_relu"
  | "selu";

/**
 * By how much weights before a function are enlarged, so that the function leaves variances as they
 * are: 5/3 for tanh, √2 for relu, √(2 / (1 + slope²)) for leakyRelu, whose slope is `param`, 0.01
 * unless given. Throws an ArgumentError for a function that it does not know.
 * @example
 * init.calculateGain("relu") // 1.4142135623730951
 * init.calculateGain("leakyRelu", 1) // 1
 */
export function calculateGain(nonlinearity: Nonlinearity, param: number | null = null): number {
  if (/^(linear|conv(_?transpose)?[123]d|sigmoid)$/i.test(nonlinearity)) return 1;
  if (nonlinearity === "tanh") return 5 / 3;
  if (nonlinearity === "relu") return Math.SQRT2;
  if (nonlinearity === "selu") return 3 / 4;
  const isSlope = param === null || typeof param === "number";
  if (/^leaky_?relu$/i.test(nonlinearity) && isSlope)
    return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
  throw new ArgumentError(
    `calculateGain: there is no gain for "${nonlinearity}" with ${param}; there is for ` +
      "linear, conv2d, sigmoid, tanh, relu, leakyRelu and selu.",
  );
}

/**
 * Fills with uniform numbers from `a` up to `b`.
 * @example
 * init.uniform_(zeros([3]), 2, 4).gt(1.9).all() // tensor(true)
 */
export const uniform_ = (tensor: Tensor, a = 0, b = 1): Tensor =>
  fill("uniform_", tensor, () => tensor.uniform_(a, b));

/**
 * Fills with normal numbers.
 * @example
 * init.normal_(zeros([1000]), 5, 0.1).mean().sub(5).abs().item() < 0.1 // true
 */
export const normal_ = (tensor: Tensor, mean = 0, std = 1): Tensor =>
  fill("normal_", tensor, () => tensor.normal_(mean, std));

/**
 * Fills with one number.
 * @example
 * init.constant_(zeros([2]), 0.5) // tensor([0.5000, 0.5000])
 */
export const constant_ = (tensor: Tensor, value: number): Tensor =>
  fill("constant_", tensor, () => tensor.fill_(value));

/**
 * Fills with 1.
 * @example
 * init.ones_(zeros([2])) // tensor([1., 1.])
 */
export const ones_ = (tensor: Tensor): Tensor => constant_(tensor, 1);

/**
 * Fills with 0.
 * @example
 * init.zeros_(ones([2])) // tensor([0., 0.])
 */
export const zeros_ = (tensor: Tensor): Tensor => constant_(tensor, 0);

/**
 * Makes a matrix the identity, as far as its shape goes.
 * @example
 * init.eye_(zeros([2, 3])) // tensor([[1., 0., 0.],
 * //         [0., 1., 0.]])
 */
export function eye_(tensor: Tensor): Tensor {
  checkTensors("eye_", { tensor });
  const [rows = 0, columns = 0, ...more] = tensor.shape;
  if (tensor.dim() !== 2 || more.length > 0) {
    throw new ShapeError(`eye_: it takes a matrix, and this has shape ${showShape(tensor)}.`);
  }
  return fill("eye_", tensor, () => tensor.copy_(eye(rows, columns)));
}

/** What `truncNormal_` takes. */
export interface TruncNormalOptions {
  /** 0 unless said otherwise. */
  readonly mean?: number;
  /** 1 unless said otherwise. */
  readonly std?: number;
  /** The least number; -2 unless said otherwise. */
  readonly a?: number;
  /** The largest number; 2 unless said otherwise. */
  readonly b?: number;
}

/**
 * Fills with normal numbers between `a` and `b`: Φ⁻¹ of uniform numbers between Φ(a) and Φ(b).
 * Throws an ArgumentError where `a` is above `b`.
 * @example
 * init.truncNormal_(zeros([1000]), { std: 5 }).abs().max().item() <= 2 // true
 */
export function truncNormal_(tensor: Tensor, options: TruncNormalOptions = {}): Tensor {
  const { mean, std, a, b } = readOptions<TruncNormalOptions>("truncNormal_", options, {
    mean: 0,
    std: 1,
    a: -2,
    b: 2,
  });
  checkRange("truncNormal_", "b", b, a);
  checkRange("truncNormal_", "std", std, 0);
  checkTensors("truncNormal_", { tensor });
  // 2Φ(x) - 1 = erf(x / √2), of which erfinv is the inverse; in float64, where the ends are exact.
  return fill("truncNormal_", tensor, () => {
    const ends = makeTensor([a, b], { dtype: "float64" }).sub(mean);
    const [low = 0, high = 0] = ends
      .div(std * Math.SQRT2)
      .erf()
      .data();
    const drawn = zeros(tensor.shape, { dtype: "float64" }).uniform_(low, high);
    tensor.copy_(
      drawn
        .erfinv()
        .mul(std * Math.SQRT2)
        .add(mean)
        .clamp(a, b),
    );
  });
}

/**
 * Fills with uniform numbers of standard deviation gain · √(2 / (fanIn + fanOut)). Source: Glorot
 * and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
 * Throws a ShapeError for a tensor of less than two dimensions.
 * @example
 * init.xavierUniform_(zeros([4, 2])).abs().le(1).all() // tensor(true)
 */
export const xavierUniform_ = (tensor: Tensor, gain = 1): Tensor => {
  const bound = Math.sqrt(3) * xavierStd("xavierUniform_", tensor, gain);
  return uniform_(tensor, -bound, bound);
};

/**
 * As `xavierUniform_`, with normal numbers.
 * @example
 * init.xavierNormal_(zeros([4, 2])).shape // [ 4, 2 ]
 */
export const xavierNormal_ = (tensor: Tensor, gain = 1): Tensor =>
  normal_(tensor, 0, xavierStd("xavierNormal_", tensor, gain));

function xavierStd(name: string, tensor: Tensor, gain: number): number {
  checkTensors(name, { tensor });
  const [fanIn, fanOut] = fans(name, tensor);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** What `kaimingUniform_` and `kaimingNormal_` take. */
export interface KaimingOptions {
  /** The slope of leakyRelu below 0; 0 unless said otherwise. */
  readonly a?: number;
  /** Whether variances stay on the way forward or on the way back; `"fanIn"` unless said. */
  readonly mode?: "fanIn" | "fanOut" | "fan_in" | "fan_out";
  /** The function behind the weights; `"leakyRelu"` unless said otherwise. */
  readonly nonlinearity?: Nonlinearity;
}

/**
 * Fills with uniform numbers of standard deviation gain / √fan. Source: He et al., "Delving deep
 * into rectifiers" (2015). Throws a ShapeError for a tensor of less than two dimensions.
 * @example
 * init.kaimingUniform_(zeros([4, 6])).abs().le(1).all() // tensor(true)
 */
export const kaimingUniform_ = (tensor: Tensor, options: KaimingOptions = {}): Tensor => {
  const bound = Math.sqrt(3) * kaimingStd("kaimingUniform_", tensor, options);
  return uniform_(tensor, -bound, bound);
};

/**
 * As `kaimingUniform_`, with normal numbers.
 * @example
 * init.kaimingNormal_(zeros([4, 6]), { nonlinearity: "relu" }).shape // [ 4, 6 ]
 */
export const kaimingNormal_ = (tensor: Tensor, options: KaimingOptions = {}): Tensor =>
  normal_(tensor, 0, kaimingStd("kaimingNormal_", tensor, options));

function kaimingStd(name: string, tensor: Tensor, options: KaimingOptions): number {
  const { a, mode, nonlinearity } = readOptions<KaimingOptions>(name, options, {
    a: 0,
    mode: "fanIn",
    nonlinearity: "leakyRelu",
  });
  checkTensors(name, { tensor });
  const which = ["fanin", "fanout"].indexOf(mode.replace("_", "").toLowerCase());
  if (which < 0) throw new ArgumentError(`${name}: mode is "${mode}"; use "fanIn" or "fanOut".`);
  return calculateGain(nonlinearity, a) / Math.sqrt(fans(name, tensor)[which]!);
}

/**
 * Fills with a random matrix whose rows are orthogonal, or its columns, if there are fewer; further
 * dimensions count as columns. Source: Saxe et al., "Exact solutions to the nonlinear dynamics of
 * learning in deep linear neural networks" (2013). Throws a ShapeError for less than two
 * dimensions.
 * @example
 * const w = init.orthogonal_(zeros([2, 3]));
 * w.matmul(w.T).sub(eye(2)).abs().max().item() < 1e-5 // true
 */
export function orthogonal_(tensor: Tensor, gain = 1): Tensor {
  checkTensors("orthogonal_", { tensor });
  fans("orthogonal_", tensor);
  const rows = tensor.size(0);
  const columns = tensor.numel() / Math.max(1, rows);
  return fill("orthogonal_", tensor, () => {
    if (tensor.numel() === 0) return;
    const sizes = [Math.max(rows, columns), Math.min(rows, columns)];
    const { Q, R } = linalg.qr(randn(sizes, { dtype: "float64" }));
    // With the signs of R the distribution is uniform.
    const matrix = Q.mul(R.diagonal().sign());
    tensor.copy_((rows < columns ? matrix.T : matrix).mul(gain).reshape(tensor.shape));
  });
}

/**
 * Fills a matrix with normal numbers, and in each column sets a share of `sparsity`, rounded up, to
 * 0. Source: Martens, "Deep learning via Hessian-free optimization" (2010).
 * @example
 * init.sparse_(zeros([4, 2]), 0.5).eq(0).sum(0) // tensor([2, 2])
 */
export function sparse_(tensor: Tensor, sparsity: number, std = 0.01): Tensor {
  checkTensors("sparse_", { tensor });
  checkRange("sparse_", "sparsity", sparsity, 0, 1);
  if (tensor.dim() !== 2) {
    throw new ShapeError(`sparse_: it takes a matrix, and this has shape ${showShape(tensor)}.`);
  }
  const [rows = 0, columns = 0] = tensor.shape;
  const count = Math.ceil(sparsity * rows);
  return fill("sparse_", tensor, () => {
    tensor.normal_(0, std);
    for (let column = 0; column < columns; column++) {
      if (count > 0) tensor.select(1, column).maskedFill_(randperm(rows).lt(count), 0);
    }
  });
}

/**
 * Makes a convolution's weight [out, in, ...window] pass its channels on: 1 in the middle of a
 * window where the numbers of the channels are equal, in each of `groups`, else 0. Throws a
 * ShapeError unless it has three to five dimensions, and an ArgumentError where groups do not
 * divide `out`.
 * @example
 * init.dirac_(zeros([1, 1, 3])) // tensor([[[0., 1., 0.]]])
 */
export function dirac_(tensor: Tensor, groups = 1): Tensor {
  checkTensors("dirac_", { tensor });
  const [out = 0, input = 0, ...window] = tensor.shape;
  if (window.length < 1 || window.length > 3) {
    throw new ShapeError(`dirac_: ${showShape(tensor)} is no shape of a convolution's weight.`);
  }
  if (!Number.isInteger(groups) || groups < 1 || out % groups !== 0) {
    throw new ArgumentError(`dirac_: ${out} output channels are not ${String(groups)} groups.`);
  }
  const size = window.reduce((product, one) => product * one, 1);
  const middle = window.reduce((place, one) => place * one + Math.floor(one / 2), 0);
  const values = new Float64Array(out * input * size);
  for (let row = 0; row < out; row++) {
    const channel = row % (out / groups);
    if (channel < input) values[(row * input + channel) * size + middle] = 1;
  }
  return fill("dirac_", tensor, () => tensor.copy_(makeTensor(values).reshape(tensor.shape)));
}
