/**
 * Adadelta: steps as large as past steps were, in the measure of past gradients.
 */
import { zerosLike } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { hostScalar, hostStep } from "@nabla/core/engine";

import { checkNotNegative, checkNumbers } from "./checks.js";
import { averaged, Optimizer } from "./optimizer.js";
import type { Parameters } from "./optimizer.js";

/** The options of Adadelta. */
export interface AdadeltaOptions {
  /** A factor of every step; 1 unless said otherwise. */
  readonly lr?: number;
  /** The share that the averages keep at each step; 0.9 unless said otherwise. */
  readonly rho?: number;
  /** Added to the averages below the roots; 1e-6 unless said otherwise. */
  readonly eps?: number;
  /** Pulls parameters towards 0: this multiple of each is added to its gradient. */
  readonly weightDecay?: number;
  /** Climbs instead of descending. */
  readonly maximize?: boolean;
}

/** What Adadelta remembers of a parameter: averages of squares, of gradients and of steps. */
export interface AdadeltaState {
  step: number;
  squareAvg: Tensor;
  accDelta: Tensor;
}

const defaults: Required<AdadeltaOptions> = {
  lr: 1,
  rho: 0.9,
  eps: 1e-6,
  weightDecay: 0,
  maximize: false,
};

/**
 * Adadelta, as PyTorch's `torch.optim.Adadelta`: Zeiler, "ADADELTA: An Adaptive Learning Rate
 * Method" (2012), algorithm 1. Throws an ArgumentError for an option that is negative, and for a
 * `rho` above 1.
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const opt = new Adadelta([w], { lr: 10 });
 * w.square().sum().backward();
 * opt.step();
 * w // tensor([ 0.9684, -1.9684], requiresGrad=true)
 */
export class Adadelta extends Optimizer<Required<AdadeltaOptions>, AdadeltaState> {
  /** The parameters, or groups of them, and options for all that say nothing else. */
  constructor(parameters: Parameters<AdadeltaOptions>, options: AdadeltaOptions = {}) {
    super(parameters as Parameters<Required<AdadeltaOptions>>, defaults, options);
  }

  protected override validate({ lr, rho, eps, weightDecay }: Required<AdadeltaOptions>): void {
    checkNotNegative("Adadelta", { lr, eps, weightDecay });
    checkNumbers("Adadelta", { rho }, { from: 0, to: 1 });
  }

  protected override initialState(parameter: Tensor): AdadeltaState {
    return { step: 0, squareAvg: zerosLike(parameter), accDelta: zerosLike(parameter) };
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    options: Required<AdadeltaOptions>,
    state: AdadeltaState,
  ): void {
    const { weightDecay, maximize } = options;
    const share = (): number => options.rho;
    hostStep(() => (state.step += 1));
    let g = maximize ? gradient.neg() : gradient;
    if (weightDecay !== 0) g = g.add(parameter.mul(hostScalar(() => options.weightDecay)));
    const squares = averaged(state.squareAvg, g.square(), share);
    const eps = hostScalar(() => options.eps);
    const delta = g.mul(state.accDelta.add(eps).sqrt()).div(squares.add(eps).sqrt());
    averaged(state.accDelta, delta.square(), share);
    parameter.sub_(delta.mul(hostScalar(() => options.lr)));
  }
}
