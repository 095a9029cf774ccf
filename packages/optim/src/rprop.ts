/**
 * Rprop: only the signs of gradients count. A step grows while the sign stays, and shrinks when it
 * changes. For gradients of all the data, not of batches.
 */
import { fullLike, zerosLike } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { hostScalar, hostStep, restsOn } from "@nabla/core/engine";

import { checkNotNegative, checkNumbers, checkPair } from "./checks.js";
import { Optimizer } from "./optimizer.js";
import type { Parameters } from "./optimizer.js";

/** The options of Rprop. */
export interface RpropOptions {
  /** How large first steps are; 0.01 unless said otherwise. */
  readonly lr?: number;
  /** The factors by which steps shrink and grow; [0.5, 1.2] unless said otherwise. */
  readonly etas?: readonly [number, number];
  /** The smallest and the largest step; [1e-6, 50] unless said otherwise. */
  readonly stepSizes?: readonly [number, number];
  /** Climbs instead of descending. */
  readonly maximize?: boolean;
}

/** What Rprop remembers of a parameter: the last gradient, and how large steps are. */
export interface RpropState {
  step: number;
  prev: Tensor;
  stepSize: Tensor;
}

const defaults: Required<RpropOptions> = {
  lr: 1e-2,
  etas: [0.5, 1.2],
  stepSizes: [1e-6, 50],
  maximize: false,
};

/**
 * Rprop, as PyTorch's `torch.optim.Rprop`: Riedmiller and Braun, "A Direct Adaptive Method for
 * Faster Backpropagation Learning" (1993), without taking steps back. Throws an ArgumentError for a
 * negative rate, and for etas that are not one between 0 and 1 and one above 1.
 * @example
 * const w = tensor([1, -2], { requiresGrad: true });
 * const opt = new Rprop([w], { lr: 0.1 });
 * w.square().sum().backward();
 * opt.step();
 * w // tensor([ 0.9000, -1.9000], requiresGrad=true)
 */
export class Rprop extends Optimizer<Required<RpropOptions>, RpropState> {
  /** The parameters, or groups of them, and options for all that say nothing else. */
  constructor(parameters: Parameters<RpropOptions>, options: RpropOptions = {}) {
    super(parameters as Parameters<Required<RpropOptions>>, defaults, options);
  }

  protected override validate({ lr, etas, stepSizes }: Required<RpropOptions>): void {
    checkNotNegative("Rprop", { lr });
    checkPair("Rprop", "etas", etas);
    checkNumbers("Rprop", { "etas[0]": etas[0] }, { above: 0, below: 1 });
    checkNumbers("Rprop", { "etas[1]": etas[1] }, { above: 1 });
    checkPair("Rprop", "stepSizes", stepSizes);
  }

  protected override initialState(parameter: Tensor, { lr }: Required<RpropOptions>): RpropState {
    return { step: 0, prev: zerosLike(parameter), stepSize: fullLike(parameter, lr) };
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    options: Required<RpropOptions>,
    state: RpropState,
  ): void {
    const shrink = hostScalar(() => options.etas[0]);
    const grow = hostScalar(() => options.etas[1]);
    const [smallest, largest] = options.stepSizes;
    restsOn("the sizes of steps of Rprop", () => options.stepSizes);
    hostStep(() => (state.step += 1));
    const g = options.maximize ? gradient.neg() : gradient;
    const agreement = g.mul(state.prev);
    const isOpposite = agreement.lt(0);
    const grown = state.stepSize.mul(grow).where(agreement.gt(0), state.stepSize);
    const size = state.stepSize.mul(shrink).where(isOpposite, grown).clamp(smallest, largest);
    state.stepSize.copy_(size);
    // After a change of sign there is no step, and the next one is not compared with this.
    const kept = state.prev.copy_(zerosLike(g).where(isOpposite, g));
    parameter.sub_(kept.sign().mul(size));
  }
}
