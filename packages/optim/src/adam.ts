/**
 * Adam: momentum, and for every element a rate of its own, from averages of gradients and of their
 * squares. Read next: adamw.ts.
 */
import { zerosLike } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { hostScalar, hostStep } from "@nabla/core/engine";

import { checkNotNegative, checkPair } from "./checks.js";
import { averaged, Optimizer } from "./optimizer.js";
import type { Parameters } from "./optimizer.js";

/** The options of Adam and AdamW. */
export interface AdamOptions {
  /** The learning rate; 0.001 unless said otherwise. */
  readonly lr?: number;
  /** The shares that the averages keep at each step; [0.9, 0.999] unless said otherwise. */
  readonly betas?: readonly [number, number];
  /** Keeps the divisor away from 0; 1e-8 unless said otherwise. */
  readonly eps?: number;
  /** Pulls parameters towards 0; 0 unless said otherwise, and 0.01 for AdamW. */
  readonly weightDecay?: number;
  /** Divides by the largest average of squares so far instead of the present one. */
  readonly amsgrad?: boolean;
  /** Climbs instead of descending. */
  readonly maximize?: boolean;
}

/** What Adam remembers of a parameter. */
export interface AdamState {
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
  maxExpAvgSq?: Tensor;
}

const defaults: Required<AdamOptions> = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
};

/**
 * Adam, as PyTorch's `torch.optim.Adam`: Kingma and Ba, "Adam: A Method for Stochastic
 * Optimization" (2015), algorithm 1 in the order of the end of its section 2; `amsgrad` is of
 * Reddi et al., "On the Convergence of Adam and Beyond" (2018). Throws an ArgumentError for a
 * negative rate, eps or decay, and for betas outside of 0 to 1.
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const opt = new Adam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * opt.step();
 * w // tensor([ 0.9000, -1.9000], requiresGrad=true)
 */
export class Adam extends Optimizer<Required<AdamOptions>, AdamState> {
  /** The parameters, or groups of them, and options for all that say nothing else. */
  constructor(parameters: Parameters<AdamOptions>, options: AdamOptions = {}) {
    super(parameters as Parameters<Required<AdamOptions>>, defaults, options);
  }

  protected override validate({ lr, eps, weightDecay, betas }: Required<AdamOptions>): void {
    checkNotNegative(this.name, { lr, eps, weightDecay });
    checkPair(this.name, "betas", betas, { from: 0, below: 1 });
  }

  protected override initialState(parameter: Tensor): AdamState {
    return { step: 0, expAvg: zerosLike(parameter), expAvgSq: zerosLike(parameter) };
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    options: Required<AdamOptions>,
    state: AdamState,
  ): void {
    const { amsgrad, maximize } = options;
    hostStep(() => (state.step += 1));
    const g = this.decay(parameter, maximize ? gradient.neg() : gradient, options);
    const average = averaged(state.expAvg, g, () => options.betas[0]);
    let squares = averaged(state.expAvgSq, g.square(), () => options.betas[1]);
    if (amsgrad) {
      if (state.maxExpAvgSq === undefined) this.changes += 1;
      state.maxExpAvgSq ??= zerosLike(parameter);
      squares = state.maxExpAvgSq.maximum_(squares);
    }
    // Both averages start at 0: the corrections are moved into the rate and into eps.
    const correction = (): number => Math.sqrt(1 - options.betas[1] ** state.step);
    const rate = hostScalar(
      () => (options.lr * correction()) / (1 - options.betas[0] ** state.step),
    );
    const eps = hostScalar(() => options.eps * correction());
    parameter.sub_(average.mul(rate).div(squares.sqrt().add(eps)));
  }

  /** The gradient with what pulls the parameter towards 0. */
  protected decay(parameter: Tensor, gradient: Tensor, options: Required<AdamOptions>): Tensor {
    if (options.weightDecay === 0) return gradient;
    return gradient.add(parameter.mul(hostScalar(() => options.weightDecay)));
  }
}
