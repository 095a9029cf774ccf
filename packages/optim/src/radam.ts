/**
 * RAdam: Adam that begins as plain momentum, until its averages of squares can be relied upon.
 */
import { zerosLike } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkNotNegative, checkPair } from "./checks.js";
import { Optimizer } from "./optimizer.js";
import type { Parameters } from "./optimizer.js";

/** The options of RAdam. */
export interface RAdamOptions {
  /** The learning rate; 0.001 unless said otherwise. */
  readonly lr?: number;
  /** The shares that the averages keep at each step; [0.9, 0.999] unless said otherwise. */
  readonly betas?: readonly [number, number];
  /** Keeps the divisor away from 0; 1e-8 unless said otherwise. */
  readonly eps?: number;
  /** Pulls parameters towards 0: this multiple of each is added to its gradient. */
  readonly weightDecay?: number;
  /** Climbs instead of descending. */
  readonly maximize?: boolean;
}

/** What RAdam remembers of a parameter. */
export interface RAdamState {
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
}

const defaults: Required<RAdamOptions> = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  maximize: false,
};

/**
 * RAdam, as PyTorch's `torch.optim.RAdam`: Liu et al., "On the Variance of the Adaptive Learning
 * Rate and Beyond" (2020), algorithm 2, with PyTorch's bound of 5 for the length of the average.
 * Throws an ArgumentError for a negative rate, eps or decay, and for betas outside of 0 to 1.
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const opt = new RAdam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * opt.step();
 * w // tensor([ 0.8000, -1.6000], requiresGrad=true)
 */
export class RAdam extends Optimizer<Required<RAdamOptions>, RAdamState> {
  /** The parameters, or groups of them, and options for all that say nothing else. */
  constructor(parameters: Parameters<RAdamOptions>, options: RAdamOptions = {}) {
    super(parameters as Parameters<Required<RAdamOptions>>, defaults, options);
  }

  protected override validate({ lr, eps, weightDecay, betas }: Required<RAdamOptions>): void {
    checkNotNegative("RAdam", { lr, eps, weightDecay });
    checkPair("RAdam", "betas", betas, { from: 0, below: 1 });
  }

  protected override initialState(parameter: Tensor): RAdamState {
    return { step: 0, expAvg: zerosLike(parameter), expAvgSq: zerosLike(parameter) };
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    { lr, betas: [beta1, beta2], eps, weightDecay, maximize }: Required<RAdamOptions>,
    state: RAdamState,
  ): void {
    state.step += 1;
    const { step } = state;
    let g = maximize ? gradient.neg() : gradient;
    if (weightDecay !== 0) g = g.add(parameter.mul(weightDecay));
    const average = state.expAvg.mul_(beta1).add_(g.mul(1 - beta1));
    const squares = state.expAvgSq.mul_(beta2).add_(g.square().mul(1 - beta2));
    const rate = lr / (1 - beta1 ** step);
    const correction = 1 - beta2 ** step;
    const longest = 2 / (1 - beta2) - 1;
    const length = longest - (2 * step * beta2 ** step) / correction;
    if (length <= 5) {
      parameter.sub_(average.mul(rate));
      return;
    }
    const rectified = Math.sqrt(
      ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length),
    );
    const factor = rate * rectified * Math.sqrt(correction);
    parameter.sub_(average.mul(factor).div(squares.sqrt().add(eps)));
  }
}
