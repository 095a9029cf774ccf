/**
 * Gradient descent: step against the gradient. With momentum, against an average of past ones.
 */
import { ArgumentError } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { hostScalar } from "@nabla/core/engine";

import { checkNotNegative, checkNumbers } from "./checks.js";
import { Optimizer } from "./optimizer.js";
import type { Parameters } from "./optimizer.js";

/** The options of SGD; all but `lr` are 0 or false unless said otherwise. */
export interface SGDOptions {
  /** The learning rate: how far a step goes, as a multiple of the gradient. */
  readonly lr: number;
  /** The share of the last step that goes into the next. */
  readonly momentum?: number;
  /** The share of a new gradient that momentum leaves out. */
  readonly dampening?: number;
  /** Pulls every parameter towards 0: this multiple of it is added to its gradient. */
  readonly weightDecay?: number;
  /** Looks ahead along the momentum before stepping. Needs momentum, and no dampening. */
  readonly nesterov?: boolean;
  /** Climbs instead of descending. */
  readonly maximize?: boolean;
}

const defaults = {
  lr: undefined,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
};

/**
 * (Stochastic) gradient descent, as PyTorch's `torch.optim.SGD`, with Nesterov's momentum as in
 * Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013).
 * Throws an ArgumentError for a rate, momentum or decay that is negative or no number, and for
 * `nesterov` without momentum or with dampening.
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const opt = new SGD([w], { lr: 0.25 });
 * for (let i = 0; i < 3; i++) {
 *   opt.zeroGrad();
 *   w.square().sum().backward();
 *   opt.step();
 * }
 * w // tensor([ 0.1250, -0.2500], requiresGrad=true)
 */
export class SGD extends Optimizer<Required<SGDOptions>, { momentumBuffer?: Tensor }> {
  /** The parameters, or groups of them, and options for all that say nothing else. */
  constructor(parameters: Parameters<SGDOptions>, options: SGDOptions) {
    super(parameters as Parameters<Required<SGDOptions>>, defaults, options);
    // The methods here give them to nobody.
    this.areShown = new.target !== SGD;
  }

  protected override validate(options: Required<SGDOptions>): void {
    const { lr, momentum, dampening, weightDecay } = options;
    checkNotNegative("SGD", { lr, momentum, weightDecay });
    checkNumbers("SGD", { dampening });
    if (options.nesterov && (options.momentum <= 0 || options.dampening !== 0)) {
      throw new ArgumentError(
        `SGD: nesterov needs momentum and no dampening, and these are ${options.momentum} and ` +
          `${options.dampening}; for example { lr: 0.1, momentum: 0.9, nesterov: true }.`,
      );
    }
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    options: Required<SGDOptions>,
    state: { momentumBuffer?: Tensor },
  ): void {
    const { momentum, weightDecay, nesterov, maximize } = options;
    let step = maximize ? gradient.neg() : gradient;
    if (weightDecay !== 0) step = step.add(parameter.mul(hostScalar(() => options.weightDecay)));
    if (momentum !== 0) {
      const share = hostScalar(() => options.momentum);
      let buffer = state.momentumBuffer;
      if (buffer === undefined) {
        state.momentumBuffer = buffer = step.clone();
        this.changes += 1;
      } else buffer.mul_(share).add_(step.mul(hostScalar(() => 1 - options.dampening)));
      step = nesterov ? step.add(buffer.mul(share)) : buffer;
    }
    parameter.sub_(step.mul(hostScalar(() => options.lr)));
  }
}
