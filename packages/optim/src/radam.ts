/**
 * RAdam: Adam that begins as plain momentum, until its averages of squares can be relied upon.
 */
import { zerosLike } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { hostScalar, hostStep, restsOn } from "@nabla/core/engine";

import { checkNotNegative, checkPair } from "./checks.js";
import { averaged, Optimizer } from "./optimizer.js";
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
    options: Required<RAdamOptions>,
    state: RAdamState,
  ): void {
    const { weightDecay, maximize } = options;
    const isShort = (): boolean => lengthAt(state.step + 1, options) <= 5;
    restsOn("the length of RAdam's average", isShort);
    const isUnrectified = isShort();
    hostStep(() => (state.step += 1));
    let g = maximize ? gradient.neg() : gradient;
    if (weightDecay !== 0) g = g.add(parameter.mul(hostScalar(() => options.weightDecay)));
    const average = averaged(state.expAvg, g, () => options.betas[0]);
    const squares = averaged(state.expAvgSq, g.square(), () => options.betas[1]);
    const rate = (): number => options.lr / (1 - options.betas[0] ** state.step);
    if (isUnrectified) {
      parameter.sub_(average.mul(hostScalar(rate)));
      return;
    }
    const factor = hostScalar(() => {
      const [longest, length] = [lengthAt(Infinity, options), lengthAt(state.step, options)];
      const rectified = Math.sqrt(
        ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length),
      );
      return rate() * rectified * Math.sqrt(1 - options.betas[1] ** state.step);
    });
    parameter.sub_(average.mul(factor).div(squares.sqrt().add(hostScalar(() => options.eps))));
  }
}

/** How many squares the average is as good as, after some steps, or after all. */
function lengthAt(step: number, { betas: [, beta2] }: Required<RAdamOptions>): number {
  const longest = 2 / (1 - beta2) - 1;
  return step === Infinity ? longest : longest - (2 * step * beta2 ** step) / (1 - beta2 ** step);
}
