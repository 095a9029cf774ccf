/**
 * RMSprop: divides each gradient by the root of an average of its squares.
 */
import { zerosLike } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { hostScalar, hostStep } from "@nabla/core/engine";

import { checkNotNegative } from "./checks.js";
import { averaged, Optimizer } from "./optimizer.js";
import type { Parameters } from "./optimizer.js";

/** The options of RMSprop. */
export interface RMSpropOptions {
  /** The learning rate; 0.01 unless said otherwise. */
  readonly lr?: number;
  /** The share that the averages keep at each step; 0.99 unless said otherwise. */
  readonly alpha?: number;
  /** Keeps the divisor away from 0; 1e-8 unless said otherwise. */
  readonly eps?: number;
  /** Pulls parameters towards 0: this multiple of each is added to its gradient. */
  readonly weightDecay?: number;
  /** The share of the last step that goes into the next; 0 unless said otherwise. */
  readonly momentum?: number;
  /** Divides by the deviation from an average gradient instead. */
  readonly centered?: boolean;
  /** Climbs instead of descending. */
  readonly maximize?: boolean;
}

/** What RMSprop remembers of a parameter. */
export interface RMSpropState {
  step: number;
  squareAvg: Tensor;
  momentumBuffer?: Tensor;
  gradAvg?: Tensor;
}

const defaults: Required<RMSpropOptions> = {
  lr: 1e-2,
  alpha: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
  maximize: false,
};

/**
 * RMSprop, as PyTorch's `torch.optim.RMSprop`: Hinton's lecture 6e of "Neural Networks for Machine
 * Learning" (2012); `centered` is of Graves, "Generating Sequences With Recurrent Neural Networks"
 * (2013). Throws an ArgumentError for an option that is negative.
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const opt = new RMSprop([w], { lr: 0.01 });
 * w.square().sum().backward();
 * opt.step();
 * w // tensor([ 0.9000, -1.9000], requiresGrad=true)
 */
export class RMSprop extends Optimizer<Required<RMSpropOptions>, RMSpropState> {
  /** The parameters, or groups of them, and options for all that say nothing else. */
  constructor(parameters: Parameters<RMSpropOptions>, options: RMSpropOptions = {}) {
    super(parameters as Parameters<Required<RMSpropOptions>>, defaults, options);
  }

  protected override validate(options: Required<RMSpropOptions>): void {
    const { lr, alpha, eps, weightDecay, momentum } = options;
    checkNotNegative("RMSprop", { lr, alpha, eps, weightDecay, momentum });
  }

  protected override initialState(
    parameter: Tensor,
    { momentum, centered }: Required<RMSpropOptions>,
  ): RMSpropState {
    return {
      step: 0,
      squareAvg: zerosLike(parameter),
      ...(momentum > 0 && { momentumBuffer: zerosLike(parameter) }),
      ...(centered && { gradAvg: zerosLike(parameter) }),
    };
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    options: Required<RMSpropOptions>,
    state: RMSpropState,
  ): void {
    const { weightDecay, momentum, centered, maximize } = options;
    const share = (): number => options.alpha;
    hostStep(() => (state.step += 1));
    let g = maximize ? gradient.neg() : gradient;
    if (weightDecay !== 0) g = g.add(parameter.mul(hostScalar(() => options.weightDecay)));
    let squares = averaged(state.squareAvg, g.square(), share);
    if (centered) {
      if (state.gradAvg === undefined) this.changes += 1;
      state.gradAvg ??= zerosLike(parameter);
      squares = squares.sub(averaged(state.gradAvg, g, share).square());
    }
    let step = g.div(squares.sqrt().add(hostScalar(() => options.eps)));
    if (momentum > 0) {
      if (state.momentumBuffer === undefined) this.changes += 1;
      state.momentumBuffer ??= zerosLike(parameter);
      step = state.momentumBuffer.mul_(hostScalar(() => options.momentum)).add_(step);
    }
    parameter.sub_(step.mul(hostScalar(() => options.lr)));
  }
}
