/**
 * NAdam: Adam that looks ahead along its momentum, as Nesterov's does.
 */
import { zerosLike } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { hostScalar, hostStep } from "@nabla/core/engine";

import { checkNotNegative, checkPair } from "./checks.js";
import { averaged, Optimizer } from "./optimizer.js";
import type { Parameters } from "./optimizer.js";

/** The options of NAdam. */
export interface NAdamOptions {
  /** The learning rate; 0.002 unless said otherwise. */
  readonly lr?: number;
  /** The shares that the averages keep at each step; [0.9, 0.999] unless said otherwise. */
  readonly betas?: readonly [number, number];
  /** Keeps the divisor away from 0; 1e-8 unless said otherwise. */
  readonly eps?: number;
  /** Pulls parameters towards 0: this multiple of each is added to its gradient. */
  readonly weightDecay?: number;
  /** How fast the momentum grows to its full share; 0.004 unless said otherwise. */
  readonly momentumDecay?: number;
  /** Climbs instead of descending. */
  readonly maximize?: boolean;
}

/** What NAdam remembers of a parameter; `muProduct` is that of the momenta of all steps. */
export interface NAdamState {
  step: number;
  muProduct: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
}

const defaults: Required<NAdamOptions> = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  momentumDecay: 4e-3,
  maximize: false,
};

/**
 * NAdam, as PyTorch's `torch.optim.NAdam`: Dozat, "Incorporating Nesterov Momentum into Adam"
 * (2016), with the momentum's schedule of its section 3. Throws an ArgumentError for an option that
 * is negative, and for betas outside of 0 to 1.
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const opt = new NAdam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * opt.step();
 * w // tensor([ 0.8944, -1.8944], requiresGrad=true)
 */
export class NAdam extends Optimizer<Required<NAdamOptions>, NAdamState> {
  /** The parameters, or groups of them, and options for all that say nothing else. */
  constructor(parameters: Parameters<NAdamOptions>, options: NAdamOptions = {}) {
    super(parameters as Parameters<Required<NAdamOptions>>, defaults, options);
  }

  protected override validate(options: Required<NAdamOptions>): void {
    const { lr, eps, weightDecay, momentumDecay, betas } = options;
    checkNotNegative("NAdam", { lr, eps, weightDecay, momentumDecay });
    checkPair("NAdam", "betas", betas, { from: 0, below: 1 });
  }

  protected override initialState(parameter: Tensor): NAdamState {
    const [expAvg, expAvgSq] = [zerosLike(parameter), zerosLike(parameter)];
    return { step: 0, muProduct: 1, expAvg, expAvgSq };
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    options: Required<NAdamOptions>,
    state: NAdamState,
  ): void {
    const { weightDecay, maximize } = options;
    hostStep(() => (state.step += 1));
    let g = maximize ? gradient.neg() : gradient;
    if (weightDecay !== 0) g = g.add(parameter.mul(hostScalar(() => options.weightDecay)));
    const average = averaged(state.expAvg, g, () => options.betas[0]);
    const squares = averaged(state.expAvgSq, g.square(), () => options.betas[1]);
    const momentumAt = (step: number): number =>
      options.betas[0] * (1 - 0.5 * 0.96 ** (step * options.momentumDecay));
    hostStep(() => (state.muProduct *= momentumAt(state.step)));
    const now = hostScalar(
      () => (options.lr * (1 - momentumAt(state.step))) / (1 - state.muProduct),
    );
    const ahead = hostScalar(() => {
      const next = momentumAt(state.step + 1);
      return (options.lr * next) / (1 - state.muProduct * next);
    });
    const correction = hostScalar(() => 1 - options.betas[1] ** state.step);
    const divisor = squares
      .div(correction)
      .sqrt()
      .add(hostScalar(() => options.eps));
    parameter.sub_(g.mul(now).add(average.mul(ahead)).div(divisor));
  }
}
