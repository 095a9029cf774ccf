/**
 * Activations with weights or chance of their own, or that look at more than one element. Those of
 * single elements are operations of core, and are here under the same names.
 */
import { arange, argmax, ArgumentError, randLike, readOptions, ShapeError } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkRange, checkTensors, showShape } from "../checks.js";
import type { LastDimFunction, SameFunction, SlopesFunction } from "../shape-functions.js";

export { celu, elu, gelu, hardshrink, hardsigmoid, hardswish, hardtanh } from "@nabla/core";
export { leakyRelu, logSoftmax, logsigmoid, mish, relu, relu6, selu, sigmoid } from "@nabla/core";
export { silu, softmax, softmin, softplus, softshrink, softsign, tanh } from "@nabla/core";
export { tanhshrink, threshold } from "@nabla/core";

/** `weight` times every element that is not above 0. */
const bent = (x: Tensor, weight: Tensor): Tensor => {
  const isAbove = x.gt(0);
  return x.where(isAbove, x.maskedFill(isAbove, 0).mul(weight));
};

/**
 * `leakyRelu` with a slope that is learned: every element above 0, `weight` times the element
 * elsewhere. The weight has one element, or one for each channel, which are dimension 1 of the
 * input. Throws a ShapeError where their numbers differ.
 * @example
 * functional.prelu(tensor([[-1, -1], [2, -3]]), tensor([0.1, 0.5])) // tensor([[-0.1000, -0.5000],
 * //         [ 2.0000, -1.5000]])
 */
export const prelu: SlopesFunction = ((input: Tensor, weight: Tensor): Tensor => {
  checkTensors("prelu", { input, weight });
  const count = weight.numel();
  if (weight.dim() > 1 || (count !== 1 && count !== (input.dim() < 2 ? 1 : input.size(1)))) {
    throw new ShapeError(
      `prelu: a weight of shape ${showShape(weight)} does not fit an input of shape ` +
        `${showShape(input)}; it has one element, or one for each channel (dimension 1).`,
    );
  }
  const channels = input.shape.map((_, i) => (i === 1 ? count : 1));
  return bent(input, count === 1 ? weight.reshape([]) : weight.reshape(channels));
}) as never;

/** What `rrelu` takes. */
export interface RreluOptions {
  /** The least slope below 0; 1/8 unless said otherwise. */
  readonly lower?: number;
  /** The largest slope below 0; 1/3 unless said otherwise. */
  readonly upper?: number;
  /** Whether slopes are drawn; `false` unless said otherwise. */
  readonly training?: boolean;
}

/**
 * `leakyRelu` with a random slope: while training one for each element, between `lower` and
 * `upper`, all equally likely; else the middle of the two.
 * @example
 * functional.rrelu(tensor([-2, 3]), { lower: 0.1, upper: 0.3 }) // tensor([-0.4000,  3.0000])
 */
export const rrelu: SameFunction<[options?: RreluOptions]> = (
  input: Tensor,
  options: RreluOptions = {},
): Tensor => {
  checkTensors("rrelu", { input });
  const defaults = { lower: 1 / 8, upper: 1 / 3, training: false };
  const { lower, upper, training } = readOptions<RreluOptions>("rrelu", options, defaults);
  checkRange("rrelu", "upper", upper, lower);
  const share = training ? randLike(input.detach()) : input.newFull([], 0.5);
  return bent(input, share.mul(upper - lower).add(lower));
};

/**
 * The first half of the tensor along a dimension, times the sigmoid of the second. Throws a
 * ShapeError where the size is odd.
 * @example
 * functional.glu(tensor([1, 2, 0, 1000])) // tensor([0.5000, 2.0000])
 */
export const glu: LastDimFunction<"halve", "glu"> = ((input: Tensor, dim = -1): Tensor => {
  checkTensors("glu", { input });
  const size = input.size(dim);
  if (input.dim() === 0 || size % 2 === 1) {
    throw new ShapeError(
      `glu: dimension ${dim} of shape ${showShape(input)} has no two equal halves; its size must ` +
        "be even.",
    );
  }
  return input.narrow(dim, 0, size / 2).mul(input.narrow(dim, size / 2, size / 2).sigmoid());
}) as never;

/** What `gumbelSoftmax` takes. */
export interface GumbelSoftmaxOptions {
  /** The temperature: the lower, the nearer to a choice; 1 unless said otherwise. */
  readonly tau?: number;
  /** Whether the result is the choice itself; `false` unless said otherwise. */
  readonly hard?: boolean;
  /** The dimension along which is chosen; the last unless said otherwise. */
  readonly dim?: number;
}

/**
 * A random choice along a dimension, by probabilities softmax(`logits`), in a form that has a
 * gradient. With `hard` the result is 1 for the chosen one and 0 elsewhere, with the gradient of
 * the soft choice. Source: Jang, Gu and Poole, "Categorical reparameterization with
 * Gumbel-softmax" (2017).
 * @example
 * functional.gumbelSoftmax(tensor([0, 1000]), { hard: true }) // tensor([0., 1.])
 */
export const gumbelSoftmax: SameFunction<[options?: GumbelSoftmaxOptions]> = (
  logits: Tensor,
  options: GumbelSoftmaxOptions = {},
): Tensor => {
  checkTensors("gumbelSoftmax", { logits });
  const defaults = { tau: 1, hard: false, dim: -1 };
  const { tau, hard, dim } = readOptions<GumbelSoftmaxOptions>("gumbelSoftmax", options, defaults);
  if (!(tau > 0)) throw new ArgumentError(`gumbelSoftmax: tau is ${tau}, and must be above 0.`);
  const gumbels = logits.detach().clone().exponential_().log().neg();
  const soft = logits.add(gumbels).div(tau).softmax(dim);
  if (!hard) return soft;
  const sizes = logits.shape.map((_, i) => (i === (dim + logits.dim()) % logits.dim() ? -1 : 1));
  const positions = arange(logits.size(dim), { dtype: "int32" }).reshape(sizes);
  const chosen = argmax(soft, dim, true).eq(positions).to(logits.dtype);
  return chosen.sub(soft.detach()).add(soft);
};
