/**
 * What every schedule is: it changes the learning rates of an optimizer's groups, at the start and
 * after each step. A schedule is one `rate`: the next rate of a group, mostly from the last one, so
 * that several schedules can change the same rates. Not here: any of the schedules. Read next:
 * step.ts.
 */
import { ArgumentError, readOptions } from "@nabla/core";
import { hostStep } from "@nabla/core/engine";

import { checkNumbers } from "../checks.js";

/** What a schedule changes in a group of parameters. */
export interface ScheduledGroup {
  lr: number;
  /** The rate before any schedule. */
  initialLr?: number;
  momentum?: number;
  betas?: readonly [number, number];
}

/** What can be scheduled: every optimizer. */
export interface Scheduled {
  readonly paramGroups: readonly ScheduledGroup[];
}

/** Everything a schedule needs to go on where it was; functions among its options are not saved. */
export type SchedulerState = Readonly<Record<string, unknown>>;

/** One number for all groups, or one for each. */
export type PerGroup = number | readonly number[];

/** Options of PyTorch's that no schedule here has, and why. */
const leftOut: Readonly<Record<string, string>> = {
  verbose: "nothing is printed; print getLastLr()",
  lastEpoch: "a schedule goes on with loadStateDict(), after that of its optimizer",
};

/**
 * What schedules by the step and by a metric have in common.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1 });
 * new ReduceLROnPlateau(opt).getLastLr() // [ 0.1 ]
 */
export abstract class Scheduler<Options extends object> {
  /**
   * The optimizer whose rates it changes.
   * @example
   * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1 });
   * new ExponentialLR(opt, 0.5).optimizer === opt // true
   */
  readonly optimizer: Scheduled;
  protected options: Options;
  /** What changes from step to step, saved under these names. */
  protected counters: Record<string, number> = { lastEpoch: 0 };
  protected baseLrs: number[];
  protected lastLr: number[] = [];

  constructor(optimizer: Scheduled, defaults: Required<Options>, options: Partial<Options> = {}) {
    if (!Array.isArray((optimizer as Scheduled | null)?.paramGroups)) {
      throw new ArgumentError(
        `${this.name}: there is no optimizer; pass the one whose rates are to change first, ` +
          `for example new ${this.name}(opt, ...).`,
      );
    }
    this.optimizer = optimizer;
    this.options = readOptions<Options>(this.name, options, defaults, leftOut);
    this.validate(this.options);
    this.prepare();
    for (const group of this.groups) group.initialLr ??= group.lr;
    this.baseLrs = this.groups.map((group) => group.initialLr!);
  }

  protected get name(): string {
    return this.constructor.name;
  }

  protected get groups(): readonly ScheduledGroup[] {
    return this.optimizer.paramGroups;
  }

  /** Throws an ArgumentError for options that the schedule cannot work with. */
  protected validate(_options: Options): void {}

  /** What a schedule does to the groups before it begins. */
  protected prepare(): void {}

  /** An option for each group. Throws an ArgumentError if there are not as many as groups. */
  protected forGroups<Item>(option: string, value: Item | readonly Item[]): readonly Item[] {
    if (!Array.isArray(value)) return this.groups.map(() => value as Item);
    if (value.length === this.groups.length) return value as readonly Item[];
    throw new ArgumentError(
      `${this.name}: ${option} has ${value.length} entries, and the optimizer has ` +
        `${this.groups.length} groups; give one for all, or a list with one for each.`,
    );
  }

  /** An option that is one number or one for each group. */
  protected numbers(option: string, value: PerGroup): readonly number[] {
    const list = this.forGroups(option, value);
    for (const one of list) checkNumbers(this.name, { [option]: one });
    return list;
  }

  /** Changes the rates of all groups, or of none if one of them is no number. */
  protected setRates(rates: readonly number[]): void {
    for (const lr of rates) checkNumbers(this.name, { "the next rate": lr });
    this.groups.forEach((group, i) => {
      group.lr = rates[i]!;
    });
    this.lastLr = [...rates];
  }

  /**
   * The rates of all groups as the last step left them.
   * @example
   * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1 });
   * new ExponentialLR(opt, 0.5).getLastLr() // [ 0.1 ]
   */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /**
   * A copy of where the schedule is and of its options, but for functions.
   * @example
   * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1 });
   * const schedule = new ExponentialLR(opt, 0.5);
   * schedule.step();
   * schedule.stateDict().lastEpoch // 1
   */
  stateDict(): SchedulerState {
    const options = Object.entries(this.options).filter(([, value]) => isPlain(value));
    const { baseLrs, lastLr } = this;
    const own = { ...Object.fromEntries(options), ...this.counters, baseLrs, lastLr };
    return copyOf(own);
  }

  /**
   * Takes over what stateDict() gave. The rates themselves are the optimizer's, and come with its
   * own state. Throws an ArgumentError for what cannot be the state of such a schedule; nothing has
   * changed then.
   * @example
   * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1 });
   * const schedule = new ExponentialLR(opt, 0.5);
   * const saved = schedule.stateDict();
   * schedule.step();
   * schedule.loadStateDict(saved);
   * schedule.getLastLr() // [ 0.1 ]
   */
  loadStateDict(saved: SchedulerState): void {
    const state = copyOf(saved ?? {});
    const isNumber = (value: unknown): boolean => typeof value === "number";
    const isRates = (value: unknown): boolean =>
      Array.isArray(value) && value.length === this.groups.length && value.every(isNumber);
    const missing =
      Object.keys(this.counters).find((name) => !isNumber(state[name])) ??
      ["baseLrs", "lastLr"].find((name) => !isRates(state[name]));
    if (missing !== undefined) {
      throw new ArgumentError(
        `${this.name}.loadStateDict: ${missing} is missing or does not fit the optimizer's ` +
          `${this.groups.length} groups; load what stateDict() of the same schedule gave.`,
      );
    }
    const options = { ...this.options };
    for (const name of Object.keys(options)) {
      if (name in state) Object.assign(options, { [name]: state[name] });
    }
    this.validate(options);
    this.options = options;
    for (const name of Object.keys(this.counters)) this.counters[name] = state[name] as number;
    this.baseLrs = state["baseLrs"] as number[];
    this.lastLr = state["lastLr"] as number[];
  }
}

/** A copy whose lists can be changed alone. */
export const copyOf = (state: SchedulerState): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name,
      Array.isArray(value) ? [...(value as unknown[])] : value,
    ]),
  );

const isPlain = (value: unknown): boolean =>
  typeof value !== "function" && (!Array.isArray(value) || value.every(isPlain));

/**
 * The base of schedules that go by the number of the step. Call `step()` after that of the
 * optimizer. To write one, extend it with the `rate` of a group at step `lastEpoch`.
 * @example
 * class Halving extends LRScheduler<{}> {
 *   override rate(group: { lr: number }): number {
 *     return this.lastEpoch === 0 ? group.lr : group.lr / 2;
 *   }
 * }
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1 });
 * const schedule = new Halving(opt, {});
 * schedule.step();
 * opt.paramGroups[0].lr // 0.05
 */
export abstract class LRScheduler<Options extends object> extends Scheduler<Options> {
  constructor(optimizer: Scheduled, defaults: Required<Options>, options: Partial<Options> = {}) {
    super(optimizer, defaults, options);
    this.goTo(0);
  }

  /**
   * The number of steps that were made.
   * @example
   * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1 });
   * new ExponentialLR(opt, 0.5).lastEpoch // 0
   */
  get lastEpoch(): number {
    return this.counters["lastEpoch"]!;
  }

  /** The rate of a group, the i-th, at step `lastEpoch`; `group.lr` is the one before it. */
  protected abstract rate(group: ScheduledGroup, i: number): number;

  /** Goes to a step, and stays where it was if that throws. */
  protected goTo(epoch: number): void {
    const before = this.lastEpoch;
    this.counters["lastEpoch"] = epoch;
    try {
      this.setRates(this.groups.map((group, i) => this.rate(group, i)));
    } catch (error) {
      this.counters["lastEpoch"] = before;
      throw error;
    }
  }

  /**
   * Step 0, from the rates as they are, of a schedule that may have been elsewhere.
   * @internal
   */
  begin(): void {
    this.goTo(0);
  }

  /**
   * Step 0, from the rates before any schedule: what SequentialLR does at a milestone.
   * @internal
   */
  restart(): void {
    this.groups.forEach((group, i) => {
      group.lr = this.baseLrs[i]!;
    });
    this.begin();
  }

  /**
   * Goes on by one step. Throws an ArgumentError for a number of the step, which it counts itself,
   * and where the next rate would be no number.
   * @example
   * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1 });
   * const schedule = new ExponentialLR(opt, 0.5);
   * schedule.step();
   * schedule.getLastLr() // [ 0.05 ]
   */
  step(epoch?: undefined): void {
    if (epoch !== undefined) {
      throw new ArgumentError(
        `${this.name}.step: it counts the steps itself, so ${String(epoch)} cannot be given; ` +
          "call step() without arguments.",
      );
    }
    hostStep(() => this.goTo(this.lastEpoch + 1));
  }
}
