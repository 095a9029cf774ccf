/**
 * Schedules that take the rate up and down, and the momentum down and up: Smith, "Cyclical Learning
 * Rates for Training Neural Networks" (2017). Read first: scheduler.ts. The policy of one single
 * cycle: one-cycle.ts.
 */
import { ArgumentError } from "@nabla/core";

import { checkNumbers, checkWord } from "../checks.js";
import { LRScheduler } from "./scheduler.js";
import type { PerGroup, Scheduled, ScheduledGroup } from "./scheduler.js";

/** The options of CyclicLR. */
export interface CyclicLROptions {
  /** The steps from the lowest rate to the highest; 2000 unless said otherwise. */
  readonly stepSizeUp?: number;
  /** The steps back; as many as up unless said otherwise. */
  readonly stepSizeDown?: number | null;
  /** Cycles that stay as high, are half as high each time, or `gamma ** step` times. */
  readonly mode?: "triangular" | "triangular2" | "exp_range";
  /** For the mode "exp_range"; 1 unless said otherwise. */
  readonly gamma?: number;
  /** A height of one's own for the number of the cycle or of the step, in place of the mode's. */
  readonly scaleFn?: ((x: number) => number) | null;
  /** What `scaleFn` is a function of; cycles count from 1. Without a `scaleFn` it says nothing. */
  readonly scaleMode?: "cycle" | "iterations";
  /** Whether the momentum goes down while the rate goes up; true unless said otherwise. */
  readonly cycleMomentum?: boolean;
  /** The lowest momentum; 0.8 unless said otherwise. */
  readonly baseMomentum?: PerGroup;
  /** The highest momentum; 0.9 unless said otherwise. */
  readonly maxMomentum?: PerGroup;
}

type CyclicOptions = Required<CyclicLROptions> & {
  readonly baseLr: PerGroup;
  readonly maxLr: PerGroup;
};

const defaults: Required<CyclicLROptions> = {
  stepSizeUp: 2000,
  stepSizeDown: null,
  mode: "triangular",
  gamma: 1,
  scaleFn: null,
  scaleMode: "cycle",
  cycleMomentum: true,
  baseMomentum: 0.8,
  maxMomentum: 0.9,
};

/**
 * The rate in straight lines up from `baseLr` to `maxLr` and back, again and again, with the
 * momentum the other way. PyTorch's `CyclicLR`. Throws an ArgumentError for an optimizer without
 * `momentum`, unless `cycleMomentum` is false, and for steps that are not above 0.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1, momentum: 0.9 });
 * const schedule = new CyclicLR(opt, 0.25, 0.75, { stepSizeUp: 2 });
 * schedule.step();
 * schedule.getLastLr() // [ 0.5 ]
 */
export class CyclicLR extends LRScheduler<CyclicOptions> {
  /** The optimizer, the lowest rate and the highest, each for all groups or a list. */
  constructor(
    optimizer: Scheduled,
    baseLr: PerGroup,
    maxLr: PerGroup,
    options: CyclicLROptions = {},
  ) {
    super(optimizer, { ...defaults, baseLr, maxLr }, options);
  }

  protected override validate(options: CyclicOptions): void {
    const { stepSizeUp, stepSizeDown, gamma, scaleFn } = options;
    checkNumbers("CyclicLR", { stepSizeUp }, { above: 0 });
    if (stepSizeDown !== null) checkNumbers("CyclicLR", { stepSizeDown }, { above: 0 });
    checkNumbers("CyclicLR", { gamma });
    for (const option of ["baseLr", "maxLr", "baseMomentum", "maxMomentum"] as const) {
      this.numbers(option, options[option]);
    }
    if (scaleFn === null) {
      const modes = ["triangular", "triangular2", "exp_range"];
      checkWord("CyclicLR", "mode", options.mode, modes);
    } else if (typeof scaleFn !== "function") {
      throw new ArgumentError(`CyclicLR: scaleFn is ${String(scaleFn)}; it must be a function.`);
    }
    checkWord("CyclicLR", "scaleMode", options.scaleMode, ["cycle", "iterations"]);
    if (options.cycleMomentum && !this.groups.every((group) => "momentum" in group)) {
      throw new ArgumentError(
        "CyclicLR: the optimizer has no momentum to change; say { cycleMomentum: false }.",
      );
    }
  }

  protected override prepare(): void {
    const lowest = this.numbers("baseLr", this.options.baseLr);
    this.groups.forEach((group, i) => {
      group.lr = lowest[i]!;
    });
  }

  protected override goTo(epoch: number): void {
    super.goTo(epoch);
    if (!this.options.cycleMomentum) return;
    const lowest = this.numbers("baseMomentum", this.options.baseMomentum);
    const highest = this.numbers("maxMomentum", this.options.maxMomentum);
    const height = this.height();
    this.groups.forEach((group, i) => {
      group.momentum = highest[i]! - (highest[i]! - lowest[i]!) * height;
    });
  }

  protected override rate(_group: ScheduledGroup, i: number): number {
    const [base, highest] = [this.options.baseLr, this.options.maxLr];
    const low = this.numbers("baseLr", base)[i]!;
    return low + (this.numbers("maxLr", highest)[i]! - low) * this.height();
  }

  /** How high the rate is between its bounds, from 0 to 1. */
  private height(): number {
    const { stepSizeUp, stepSizeDown, mode, gamma, scaleFn, scaleMode } = this.options;
    const total = stepSizeUp + (stepSizeDown ?? stepSizeUp);
    const cycle = Math.floor(1 + this.lastEpoch / total);
    const position = 1 + this.lastEpoch / total - cycle;
    const top = stepSizeUp / total;
    const share = position <= top ? position / top : (position - 1) / (top - 1);
    if (scaleFn !== null) return share * scaleFn(scaleMode === "cycle" ? cycle : this.lastEpoch);
    if (mode === "triangular") return share;
    return share * (mode === "triangular2" ? 2 ** (1 - cycle) : gamma ** this.lastEpoch);
  }
}
