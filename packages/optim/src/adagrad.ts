/**
 * Adagrad: divides each gradient by the root of the sum of its squares so far.
 */
import { fullLike } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { hostScalar, hostStep } from "@nabla/core/engine";

import { checkNotNegative } from "./checks.js";
import { Optimizer } from "./optimizer.js";
import type { Parameters } from "./optimizer.js";

/** The options of Adagrad. */
export interface AdagradOptions {
  /** The learning rate; 0.01 unless said otherwise. */
  readonly lr?: number;
  /** How fast the rate falls: at step t it is lr / (1 + (t - 1) lrDecay). */
  readonly lrDecay?: number;
  /** Pulls parameters towards 0: this multiple of each is added to its gradient. */
  readonly weightDecay?: number;
  /** What the sums of squares start from; 0 unless said otherwise. */
  readonly initialAccumulatorValue?: number;
  /** Keeps the divisor away from 0; 1e-10 unless said otherwise. */
  readonly eps?: number;
  /** Climbs instead of descending. */
  readonly maximize?: boolean;
}

/** What Adagrad remembers of a parameter. */
export interface AdagradState {
  step: number;
  sum: Tensor;
}

const defaults: Required<AdagradOptions> = {
  lr: 1e-2,
  lrDecay: 0,
  weightDecay: 0,
  initialAccumulatorValue: 0,
  eps: 1e-10,
  maximize: false,
};

/**
 * Adagrad, as PyTorch's `torch.optim.Adagrad`: Duchi, Hazan and Singer, "Adaptive Subgradient
 * Methods for Online Learning and Stochastic Optimization" (2011), with a diagonal matrix. Throws
 * an ArgumentError for an option that is negative.
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const opt = new Adagrad([w], { lr: 0.1 });
 * w.square().sum().backward();
 * opt.step();
 * w // tensor([ 0.9000, -1.9000], requiresGrad=true)
 */
export class Adagrad extends Optimizer<Required<AdagradOptions>, AdagradState> {
  /** The parameters, or groups of them, and options for all that say nothing else. */
  constructor(parameters: Parameters<AdagradOptions>, options: AdagradOptions = {}) {
    super(parameters as Parameters<Required<AdagradOptions>>, defaults, options);
  }

  protected override validate(options: Required<AdagradOptions>): void {
    const { lr, lrDecay, weightDecay, initialAccumulatorValue, eps } = options;
    checkNotNegative("Adagrad", { lr, lrDecay, weightDecay, initialAccumulatorValue, eps });
  }

  protected override initialState(
    parameter: Tensor,
    { initialAccumulatorValue }: Required<AdagradOptions>,
  ): AdagradState {
    return { step: 0, sum: fullLike(parameter, initialAccumulatorValue) };
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    options: Required<AdagradOptions>,
    state: AdagradState,
  ): void {
    const { weightDecay, maximize } = options;
    hostStep(() => (state.step += 1));
    let g = maximize ? gradient.neg() : gradient;
    if (weightDecay !== 0) g = g.add(parameter.mul(hostScalar(() => options.weightDecay)));
    const rate = hostScalar(() => options.lr / (1 + (state.step - 1) * options.lrDecay));
    const sum = state.sum.add_(g.square());
    parameter.sub_(g.mul(rate).div(sum.sqrt().add(hostScalar(() => options.eps))));
  }
}
