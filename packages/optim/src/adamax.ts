/**
 * Adamax: Adam with the largest gradient, fading, in the place of the root of average squares.
 */
import { zerosLike } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { hostScalar, hostStep } from "@nabla/core/engine";

import { checkNotNegative, checkPair } from "./checks.js";
import { averaged, Optimizer } from "./optimizer.js";
import type { Parameters } from "./optimizer.js";

/** The options of Adamax. */
export interface AdamaxOptions {
  /** The learning rate; 0.002 unless said otherwise. */
  readonly lr?: number;
  /** What the average and the largest keep at each step; [0.9, 0.999] unless said otherwise. */
  readonly betas?: readonly [number, number];
  /** Keeps the divisor away from 0; 1e-8 unless said otherwise. */
  readonly eps?: number;
  /** Pulls parameters towards 0: this multiple of each is added to its gradient. */
  readonly weightDecay?: number;
  /** Climbs instead of descending. */
  readonly maximize?: boolean;
}

/** What Adamax remembers of a parameter. */
export interface AdamaxState {
  step: number;
  expAvg: Tensor;
  expInf: Tensor;
}

const defaults: Required<AdamaxOptions> = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  maximize: false,
};

/**
 * Adamax, as PyTorch's `torch.optim.Adamax`: Kingma and Ba, "Adam: A Method for Stochastic
 * Optimization" (2015), algorithm 2. Throws an ArgumentError for a negative rate, eps or decay, and
 * for betas outside of 0 to 1.
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const opt = new Adamax([w], { lr: 0.1 });
 * w.square().sum().backward();
 * opt.step();
 * w // tensor([ 0.9000, -1.9000], requiresGrad=true)
 */
export class Adamax extends Optimizer<Required<AdamaxOptions>, AdamaxState> {
  /** The parameters, or groups of them, and options for all that say nothing else. */
  constructor(parameters: Parameters<AdamaxOptions>, options: AdamaxOptions = {}) {
    super(parameters as Parameters<Required<AdamaxOptions>>, defaults, options);
  }

  protected override validate({ lr, eps, weightDecay, betas }: Required<AdamaxOptions>): void {
    checkNotNegative("Adamax", { lr, eps, weightDecay });
    checkPair("Adamax", "betas", betas, { from: 0, below: 1 });
  }

  protected override initialState(parameter: Tensor): AdamaxState {
    return { step: 0, expAvg: zerosLike(parameter), expInf: zerosLike(parameter) };
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    options: Required<AdamaxOptions>,
    state: AdamaxState,
  ): void {
    const { weightDecay, maximize } = options;
    hostStep(() => (state.step += 1));
    let g = maximize ? gradient.neg() : gradient;
    if (weightDecay !== 0) g = g.add(parameter.mul(hostScalar(() => options.weightDecay)));
    const average = averaged(state.expAvg, g, () => options.betas[0]);
    const largest = state.expInf
      .mul_(hostScalar(() => options.betas[1]))
      .maximum_(g.abs().add(hostScalar(() => options.eps)));
    const rate = hostScalar(() => options.lr / (1 - options.betas[0] ** state.step));
    parameter.sub_(average.mul(rate).div(largest));
  }
}
