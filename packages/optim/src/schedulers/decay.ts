/**
 * Schedules that go from one factor of the rate to another within some steps, and stay there. Read
 * first: scheduler.ts.
 */
import { checkNotNegative, checkNumbers } from "../checks.js";
import { LRScheduler } from "./scheduler.js";
import type { Scheduled, ScheduledGroup } from "./scheduler.js";

/** The options of ConstantLR. */
export interface ConstantLROptions {
  /** The factor at the start; 1/3 unless said otherwise. */
  readonly factor?: number;
  /** How long it lasts; 5 unless said otherwise. */
  readonly totalIters?: number;
}

/**
 * The rate times `factor`, until step `totalIters`. PyTorch's `ConstantLR`. Throws an ArgumentError
 * for a factor outside of 0 to 1.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const schedule = new ConstantLR(opt, { factor: 0.5, totalIters: 1 });
 * schedule.getLastLr() // [ 0.25 ]
 * schedule.step();
 * schedule.getLastLr() // [ 0.5 ]
 */
export class ConstantLR extends LRScheduler<Required<ConstantLROptions>> {
  /** The optimizer, and options. */
  constructor(optimizer: Scheduled, options: ConstantLROptions = {}) {
    super(optimizer, { factor: 1 / 3, totalIters: 5 }, options);
  }

  protected override validate({ factor, totalIters }: Required<ConstantLROptions>): void {
    checkNumbers("ConstantLR", { factor }, { from: 0, to: 1 });
    checkNotNegative("ConstantLR", { totalIters });
  }

  protected override rate({ lr }: ScheduledGroup, i: number): number {
    const { factor, totalIters } = this.options;
    if (this.lastEpoch === 0) return lr * factor;
    if (this.lastEpoch !== totalIters) return lr;
    return factor === 0 ? this.baseLrs[i]! : lr / factor;
  }
}

/** The options of LinearLR. */
export interface LinearLROptions {
  /** The factor at the start; 1/3 unless said otherwise. */
  readonly startFactor?: number;
  /** The factor at the end; 1 unless said otherwise. */
  readonly endFactor?: number;
  /** How long it changes; 5 unless said otherwise. */
  readonly totalIters?: number;
}

/**
 * The rate times a factor that goes in a straight line from `startFactor` to `endFactor` within
 * `totalIters` steps. PyTorch's `LinearLR`. Throws an ArgumentError for a `startFactor` that is not
 * above 0 and at most 1, and an `endFactor` outside of 0 to 1.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const schedule = new LinearLR(opt, { startFactor: 0.5, totalIters: 2 });
 * schedule.getLastLr() // [ 0.25 ]
 * schedule.step();
 * schedule.getLastLr() // [ 0.375 ]
 */
export class LinearLR extends LRScheduler<Required<LinearLROptions>> {
  /** The optimizer, and options. */
  constructor(optimizer: Scheduled, options: LinearLROptions = {}) {
    super(optimizer, { startFactor: 1 / 3, endFactor: 1, totalIters: 5 }, options);
  }

  protected override validate(options: Required<LinearLROptions>): void {
    const { startFactor, endFactor, totalIters } = options;
    checkNumbers("LinearLR", { startFactor }, { above: 0, to: 1 });
    checkNumbers("LinearLR", { endFactor }, { from: 0, to: 1 });
    checkNotNegative("LinearLR", { totalIters });
  }

  protected override rate({ lr }: ScheduledGroup): number {
    const { startFactor, endFactor, totalIters } = this.options;
    if (this.lastEpoch === 0) return lr * startFactor;
    if (this.lastEpoch > totalIters) return lr;
    const change = endFactor - startFactor;
    return lr * (1 + change / (totalIters * startFactor + (this.lastEpoch - 1) * change));
  }
}

/** The options of PolynomialLR. */
export interface PolynomialLROptions {
  /** How many steps until the rate is 0; 5 unless said otherwise. */
  readonly totalIters?: number;
  /** The power of what is left; 1, a straight line, unless said otherwise. */
  readonly power?: number;
}

/**
 * The rate times `(1 - step / totalIters) ** power`: to 0 within `totalIters` steps. PyTorch's
 * `PolynomialLR`.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const schedule = new PolynomialLR(opt, { totalIters: 4, power: 2 });
 * schedule.step();
 * schedule.step();
 * schedule.getLastLr() // [ 0.125 ]
 */
export class PolynomialLR extends LRScheduler<Required<PolynomialLROptions>> {
  /** The optimizer, and options. */
  constructor(optimizer: Scheduled, options: PolynomialLROptions = {}) {
    super(optimizer, { totalIters: 5, power: 1 }, options);
  }

  protected override validate({ totalIters, power }: Required<PolynomialLROptions>): void {
    checkNotNegative("PolynomialLR", { totalIters });
    checkNumbers("PolynomialLR", { power });
  }

  protected override rate({ lr }: ScheduledGroup): number {
    const { totalIters, power } = this.options;
    const { lastEpoch } = this;
    if (lastEpoch === 0 || lastEpoch > totalIters) return lr;
    const [left, before] = [1 - lastEpoch / totalIters, 1 - (lastEpoch - 1) / totalIters];
    return lr * (left / before) ** power;
  }
}
