/**
 * Schedules made of others: one after another, or all at once. Read first: scheduler.ts.
 */
import { ArgumentError } from "@nabla/core";

import { copyOf, LRScheduler } from "./scheduler.js";
import type { Scheduled, ScheduledGroup, SchedulerState } from "./scheduler.js";
import { checkMilestones } from "./step.js";

/** Any schedule that goes by the number of the step. */
type AnyScheduler = LRScheduler<object>;

interface CombinedOptions {
  readonly schedulers: readonly AnyScheduler[];
}

abstract class Combined<Options extends CombinedOptions> extends LRScheduler<Options> {
  protected override validate({ schedulers }: Options): void {
    const isList = Array.isArray(schedulers) && schedulers.length > 0;
    if (!isList || !schedulers.every((one: unknown) => one instanceof LRScheduler)) {
      throw new ArgumentError(
        `${this.name}: the schedules must come in a list and go by the number of the step, ` +
          "unlike ReduceLROnPlateau.",
      );
    }
    if (schedulers.some(({ optimizer }) => optimizer !== this.optimizer)) {
      throw new ArgumentError(
        `${this.name}: a schedule is of another optimizer; make all of them with the same one.`,
      );
    }
  }

  /** The rates are those that the schedules have set. */
  protected override rate(group: ScheduledGroup): number {
    return group.lr;
  }

  /**
   * A copy of where all of the schedules are.
   * @example
   * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1 });
   * const schedule = new ChainedScheduler([new ExponentialLR(opt, 0.5)]);
   * schedule.stateDict().schedulers.length // 1
   */
  override stateDict(): SchedulerState {
    const { schedulers, ...options } = this.options;
    const { baseLrs, lastLr } = this;
    const states = schedulers.map((one) => one.stateDict());
    const own = { ...options, ...this.counters, baseLrs, lastLr };
    return { ...copyOf(own), schedulers: states };
  }

  /**
   * Takes over what stateDict() gave, for the same schedules in the same order. Throws an
   * ArgumentError for what cannot be the state of such a schedule; nothing has changed then.
   * @example
   * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1 });
   * const schedule = new ChainedScheduler([new ExponentialLR(opt, 0.5)]);
   * schedule.loadStateDict(schedule.stateDict());
   * schedule.getLastLr() // [ 0.1 ]
   */
  override loadStateDict(saved: SchedulerState): void {
    const { schedulers: states, ...rest } = saved ?? {};
    const { schedulers } = this.options;
    if (!Array.isArray(states) || states.length !== schedulers.length) {
      throw new ArgumentError(
        `${this.name}.loadStateDict: this is not the state of ${schedulers.length} schedules; ` +
          "load what stateDict() of the same schedule gave.",
      );
    }
    const before = schedulers.map((one) => one.stateDict());
    try {
      schedulers.forEach((one, i) => one.loadStateDict(states[i] as SchedulerState));
      super.loadStateDict(rest);
    } catch (error) {
      schedulers.forEach((one, i) => one.loadStateDict(before[i]!));
      throw error;
    }
  }
}

interface SequentialOptions extends CombinedOptions {
  readonly milestones: readonly number[];
}

/**
 * Schedules one after another: at each of the milestones the next one begins, from the rates before
 * any schedule. PyTorch's `SequentialLR`. Throws an ArgumentError unless there is one schedule more
 * than there are milestones, and for schedules of another optimizer.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const warm = new LinearLR(opt, { startFactor: 0.5, totalIters: 2 });
 * const schedule = new SequentialLR(opt, [warm, new ExponentialLR(opt, 0.5)], [2]);
 * schedule.getLastLr() // [ 0.25 ]
 * for (let i = 0; i < 3; i++) schedule.step();
 * schedule.getLastLr() // [ 0.25 ]
 */
export class SequentialLR extends Combined<SequentialOptions> {
  /** The optimizer, the schedules, and the steps at which the second and all others begin. */
  constructor(
    optimizer: Scheduled,
    schedulers: readonly AnyScheduler[],
    milestones: readonly number[],
  ) {
    super(optimizer, { schedulers, milestones });
    this.begin();
  }

  protected override validate(options: SequentialOptions): void {
    super.validate(options);
    const { schedulers, milestones } = options;
    checkMilestones("SequentialLR", milestones);
    if (schedulers.length === milestones.length + 1) return;
    throw new ArgumentError(
      `SequentialLR: there are ${schedulers.length} schedules and ${milestones.length} ` +
        "milestones; give one for each schedule but the first.",
    );
  }

  override begin(): void {
    // What the schedules did to the rates when they were made is undone.
    for (const group of this.groups) group.lr = group.initialLr!;
    this.options.schedulers[0]!.begin();
    super.begin();
  }

  protected override goTo(epoch: number): void {
    const { schedulers, milestones } = this.options;
    const i = milestones.filter((one) => one <= epoch).length;
    if (epoch > 0 && i > 0 && milestones[i - 1] === epoch) schedulers[i]!.restart();
    else if (epoch > 0) schedulers[i]!.step();
    super.goTo(epoch);
  }
}

/**
 * Schedules that all change the same rates, one after the other at every step. PyTorch's
 * `ChainedScheduler`. Throws an ArgumentError for an empty list, and for schedules of several
 * optimizers.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const all = [new ExponentialLR(opt, 0.5), new StepLR(opt, 2)];
 * const schedule = new ChainedScheduler(all);
 * schedule.step();
 * schedule.getLastLr() // [ 0.25 ]
 */
export class ChainedScheduler extends Combined<CombinedOptions> {
  /** The schedules. */
  constructor(schedulers: readonly AnyScheduler[]) {
    super((schedulers as readonly AnyScheduler[] | undefined)?.[0]?.optimizer as Scheduled, {
      schedulers,
    });
  }

  override begin(): void {
    for (const one of this.options.schedulers) one.begin();
    super.begin();
  }

  protected override goTo(epoch: number): void {
    if (epoch > 0) for (const one of this.options.schedulers) one.step();
    super.goTo(epoch);
  }
}
