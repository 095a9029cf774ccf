/**
 * Keeping gradients within bounds, between backward() and step(): all of them by their common
 * length, or each element by itself. As in `torch.nn.utils`.
 */
import { ArgumentError, noGrad, stack, Tensor, zeros } from "@nabla/core";
import { gradientOf } from "@nabla/core/engine";

import { checkNotNegative } from "./checks.js";

/** The options of clipGradNorm_. */
export interface ClipGradNormOptions {
  /** The p of the norm, a number above 0 or Infinity; 2 unless said otherwise. */
  readonly normType?: number;
  /** Throws where the length is NaN or infinite, which otherwise spoils all gradients. */
  readonly errorIfNonfinite?: boolean;
}

/**
 * Makes the gradients of all parameters shorter by one factor, so that the norm of all of them
 * together is `maxNorm` at most; returns what it was, a tensor without dimensions. Parameters
 * without a gradient do not count. The norm is that of all elements (`normType` 2: Pascanu et al.,
 * "On the difficulty of training recurrent neural networks", 2013). Throws an ArgumentError for
 * bounds that mean nothing, and with `errorIfNonfinite` for a norm that is not finite; then nothing
 * has changed.
 * @example
 * const w = tensor([3, 4], { requiresGrad: true });
 * w.square().sum().backward();
 * clipGradNorm_([w], 5); // tensor(10.)
 * w.grad // tensor([3.0000, 4.0000])
 */
export function clipGradNorm_(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  { normType = 2, errorIfNonfinite = false }: ClipGradNormOptions = {},
): Tensor {
  checkNotNegative("clipGradNorm_", { maxNorm });
  if (!(typeof normType === "number" && normType > 0)) {
    throw new ArgumentError(
      `clipGradNorm_: normType is ${String(normType)}; it must be a number above 0, or Infinity.`,
    );
  }
  return noGrad(() => {
    const gradients = gradientsOf("clipGradNorm_", parameters);
    if (gradients.length === 0) return zeros([]);
    const norm = stack(gradients.map((gradient) => gradient.norm(normType))).norm(normType);
    if (errorIfNonfinite && !Number.isFinite(norm.item())) {
      throw new ArgumentError(
        `clipGradNorm_: the norm of all gradients is ${norm.item()}, so they cannot be scaled; ` +
          "look for where it comes from with detectAnomaly(() => ...).",
      );
    }
    const factor = norm.add(1e-6).reciprocal().mul(maxNorm).clampMax(1);
    for (const gradient of gradients) gradient.mul_(factor);
    return norm;
  });
}

/**
 * Makes every element of every gradient lie between -`clipValue` and `clipValue`. Throws an
 * ArgumentError for a bound that is negative or no number.
 * @example
 * const w = tensor([1, -4], { requiresGrad: true });
 * w.square().sum().backward();
 * clipGradValue_([w], 3);
 * w.grad // tensor([ 2., -3.])
 */
export function clipGradValue_(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  checkNotNegative("clipGradValue_", { clipValue });
  noGrad(() => {
    for (const gradient of gradientsOf("clipGradValue_", parameters)) {
      gradient.clamp_(-clipValue, clipValue);
    }
  });
}

/** The gradients that are there. */
function gradientsOf(name: string, parameters: Tensor | Iterable<Tensor>): Tensor[] {
  const list = parameters instanceof Tensor ? [parameters] : [...parameters];
  return list.flatMap((parameter) => {
    if (!(parameter instanceof Tensor)) {
      throw new ArgumentError(`${name}: ${String(parameter)} is no tensor; pass parameters.`);
    }
    return gradientOf(parameter) ?? [];
  });
}
