/**
 * AdamW: Adam whose weight decay pulls at the parameters themselves and not at the gradients.
 * Read first: adam.ts.
 */
import type { Tensor } from "@nabla/core";
import { hostScalar } from "@nabla/core/engine";

import { Adam } from "./adam.js";
import type { AdamOptions } from "./adam.js";
import type { Parameters } from "./optimizer.js";

/**
 * AdamW, as PyTorch's `torch.optim.AdamW`: Loshchilov and Hutter, "Decoupled Weight Decay
 * Regularization" (2019), algorithm 2. Its options are those of Adam, with a `weightDecay` of 0.01.
 * Throws as Adam does.
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const opt = new AdamW([w], { lr: 0.1, weightDecay: 0.5 });
 * w.square().sum().backward();
 * opt.step();
 * w // tensor([ 0.8500, -1.8000], requiresGrad=true)
 */
export class AdamW extends Adam {
  /** The parameters, or groups of them, and options for all that say nothing else. */
  constructor(parameters: Parameters<AdamOptions>, options: AdamOptions = {}) {
    super(parameters, { ...options, weightDecay: options.weightDecay ?? 0.01 });
  }

  /** The parameter itself is pulled, whatever its gradient. */
  protected override decay(
    parameter: Tensor,
    gradient: Tensor,
    options: Required<AdamOptions>,
  ): Tensor {
    parameter.mul_(hostScalar(() => 1 - options.lr * options.weightDecay));
    return gradient;
  }
}
