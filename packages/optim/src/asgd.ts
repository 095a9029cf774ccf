/**
 * ASGD: gradient descent with a falling rate, that also keeps an average of the parameters.
 */
import { zerosLike } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { hostScalar, hostStep, restsOn } from "@nabla/core/engine";

import { checkNotNegative, checkNumbers } from "./checks.js";
import { Optimizer } from "./optimizer.js";
import type { Parameters } from "./optimizer.js";

/** The options of ASGD. */
export interface ASGDOptions {
  /** The learning rate of the first step; 0.01 unless said otherwise. */
  readonly lr?: number;
  /** Pulls parameters towards 0, and makes the rate fall; 1e-4 unless said otherwise. */
  readonly lambd?: number;
  /** The power with which the rate falls; 0.75 unless said otherwise. */
  readonly alpha?: number;
  /** The step after which parameters are averaged; a million unless said otherwise. */
  readonly t0?: number;
  /** Pulls parameters towards 0: this multiple of each is added to its gradient. */
  readonly weightDecay?: number;
  /** Climbs instead of descending. */
  readonly maximize?: boolean;
}

/** What ASGD remembers of a parameter; `ax` is the average, which nothing else uses. */
export interface ASGDState {
  step: number;
  eta: number;
  mu: number;
  ax: Tensor;
}

const defaults: Required<ASGDOptions> = {
  lr: 1e-2,
  lambd: 1e-4,
  alpha: 0.75,
  t0: 1e6,
  weightDecay: 0,
  maximize: false,
};

/**
 * Averaged (stochastic) gradient descent, as PyTorch's `torch.optim.ASGD`: Polyak and Juditsky,
 * "Acceleration of Stochastic Approximation by Averaging" (1992), with the rate of Bottou's
 * programs. The average is the state `ax`. Throws an ArgumentError for a negative rate or decay.
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const opt = new ASGD([w], { lr: 0.25, t0: 0 });
 * w.square().sum().backward();
 * opt.step();
 * w // tensor([ 0.5000, -1.0000], requiresGrad=true)
 */
export class ASGD extends Optimizer<Required<ASGDOptions>, ASGDState> {
  /** The parameters, or groups of them, and options for all that say nothing else. */
  constructor(parameters: Parameters<ASGDOptions>, options: ASGDOptions = {}) {
    super(parameters as Parameters<Required<ASGDOptions>>, defaults, options);
  }

  protected override validate(options: Required<ASGDOptions>): void {
    const { lr, lambd, alpha, t0, weightDecay } = options;
    checkNotNegative("ASGD", { lr, weightDecay });
    checkNumbers("ASGD", { lambd, alpha, t0 });
  }

  protected override initialState(parameter: Tensor, { lr }: Required<ASGDOptions>): ASGDState {
    return { step: 0, eta: lr, mu: 1, ax: zerosLike(parameter) };
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    options: Required<ASGDOptions>,
    state: ASGDState,
  ): void {
    const { weightDecay, maximize } = options;
    const { ax } = state;
    const isFirst = (): boolean => state.mu === 1;
    restsOn("whether ASGD averages", isFirst);
    hostStep(() => (state.step += 1));
    let g = maximize ? gradient.neg() : gradient;
    if (weightDecay !== 0) g = g.add(parameter.mul(hostScalar(() => options.weightDecay)));
    parameter
      .mul_(hostScalar(() => 1 - options.lambd * state.eta))
      .sub_(g.mul(hostScalar(() => state.eta)));
    if (isFirst()) ax.copy_(parameter);
    else ax.add_(parameter.sub(ax).mul(hostScalar(() => state.mu)));
    hostStep(() => {
      const { lr, lambd, alpha, t0 } = options;
      state.eta = lr / (1 + lambd * lr * state.step) ** alpha;
      state.mu = 1 / Math.max(1, state.step - t0);
    });
  }
}
