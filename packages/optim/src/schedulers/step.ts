/**
 * Schedules that multiply the rate by a number now and then. Read first: scheduler.ts.
 */
import { ArgumentError } from "@nabla/core";

import { checkCounts, checkNumbers } from "../checks.js";
import { LRScheduler } from "./scheduler.js";
import type { Scheduled, ScheduledGroup } from "./scheduler.js";

/** The options of StepLR and MultiStepLR. */
export interface StepLROptions {
  /** What the rate is multiplied by; 0.1 unless said otherwise. */
  readonly gamma?: number;
}

/**
 * The rate times `gamma` every `stepSize` steps. PyTorch's `StepLR`. Throws an ArgumentError for a
 * `stepSize` that is not 1 or more.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const schedule = new StepLR(opt, 2, { gamma: 0.5 });
 * for (let i = 0; i < 4; i++) schedule.step();
 * schedule.getLastLr() // [ 0.125 ]
 */
export class StepLR extends LRScheduler<{ stepSize: number; gamma: number }> {
  /** The optimizer, and how many steps a rate lasts. */
  constructor(optimizer: Scheduled, stepSize: number, options: StepLROptions = {}) {
    super(optimizer, { stepSize, gamma: 0.1 }, options);
  }

  protected override validate({ stepSize, gamma }: { stepSize: number; gamma: number }): void {
    checkCounts("StepLR", { stepSize });
    checkNumbers("StepLR", { gamma });
  }

  protected override rate({ lr }: ScheduledGroup): number {
    const { lastEpoch } = this;
    const { stepSize, gamma } = this.options;
    return lastEpoch === 0 || lastEpoch % stepSize !== 0 ? lr : lr * gamma;
  }
}

/**
 * The rate times `gamma` at each of the `milestones`; at one that is named twice, twice. PyTorch's
 * `MultiStepLR`. Throws an ArgumentError for what is no list of numbers.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const schedule = new MultiStepLR(opt, [1, 3], { gamma: 0.5 });
 * for (let i = 0; i < 4; i++) schedule.step();
 * schedule.getLastLr() // [ 0.125 ]
 */
export class MultiStepLR extends LRScheduler<{ milestones: readonly number[]; gamma: number }> {
  /** The optimizer, and the steps at which the rate changes. */
  constructor(optimizer: Scheduled, milestones: readonly number[], options: StepLROptions = {}) {
    super(optimizer, { milestones, gamma: 0.1 }, options);
  }

  protected override validate({
    milestones,
    gamma,
  }: {
    milestones: readonly number[];
    gamma: number;
  }): void {
    checkMilestones("MultiStepLR", milestones);
    checkNumbers("MultiStepLR", { gamma });
  }

  protected override rate({ lr }: ScheduledGroup): number {
    const { milestones, gamma } = this.options;
    return lr * gamma ** milestones.filter((one) => one === this.lastEpoch).length;
  }
}

/**
 * Throws an ArgumentError for what is no list of steps.
 * @internal
 */
export function checkMilestones(name: string, milestones: readonly number[]): void {
  if (Array.isArray(milestones)) {
    milestones.forEach((one, i) => checkNumbers(name, { [`milestones[${i}]`]: one }));
    return;
  }
  throw new ArgumentError(
    `${name}: milestones is ${String(milestones)}; it must be a list of steps, such as [30, 80].`,
  );
}

/**
 * The rate times `gamma` at every step. PyTorch's `ExponentialLR`.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const schedule = new ExponentialLR(opt, 0.5);
 * schedule.step();
 * schedule.getLastLr() // [ 0.25 ]
 */
export class ExponentialLR extends LRScheduler<{ gamma: number }> {
  /** The optimizer, and what the rate is multiplied by. */
  constructor(optimizer: Scheduled, gamma: number) {
    super(optimizer, { gamma });
  }

  protected override validate({ gamma }: { gamma: number }): void {
    checkNumbers("ExponentialLR", { gamma });
  }

  protected override rate({ lr }: ScheduledGroup): number {
    return this.lastEpoch === 0 ? lr : lr * this.options.gamma;
  }
}
