/**
 * One single cycle, up to a rate that would be too high for longer and far down at the end: Smith
 * and Topin, "Super-Convergence" (2018). Read first: scheduler.ts.
 */
import { ArgumentError } from "@nabla/core";

import { checkCounts, checkNumbers, checkWord } from "../checks.js";
import { LRScheduler } from "./scheduler.js";
import type { PerGroup, Scheduled, ScheduledGroup } from "./scheduler.js";

/** The options of OneCycleLR. The number of steps must be given, or epochs and their steps. */
export interface OneCycleLROptions {
  /** The number of steps in the cycle. */
  readonly totalSteps?: number | null;
  /** In place of `totalSteps`: the number of epochs, and of the steps in each. */
  readonly epochs?: number | null;
  readonly stepsPerEpoch?: number | null;
  /** The share of the steps in which the rate goes up; 0.3 unless said otherwise. */
  readonly pctStart?: number;
  /** Along a cosine or in straight lines; "cos" unless said otherwise. */
  readonly annealStrategy?: "cos" | "linear";
  /** Whether the momentum goes down while the rate goes up; true unless said otherwise. */
  readonly cycleMomentum?: boolean;
  /** The lowest momentum; 0.85 unless said otherwise. */
  readonly baseMomentum?: PerGroup;
  /** The highest momentum; 0.95 unless said otherwise. */
  readonly maxMomentum?: PerGroup;
  /** The first rate is `maxLr` over this; 25 unless said otherwise. */
  readonly divFactor?: number;
  /** The last rate is the first one over this; 1e4 unless said otherwise. */
  readonly finalDivFactor?: number;
  /** Down to the first rate as fast as up, and only then to the last one. */
  readonly threePhase?: boolean;
}

type OneCycleOptions = Required<OneCycleLROptions> & { readonly maxLr: PerGroup };

const defaults: Required<OneCycleLROptions> = {
  totalSteps: null,
  epochs: null,
  stepsPerEpoch: null,
  pctStart: 0.3,
  annealStrategy: "cos",
  cycleMomentum: true,
  baseMomentum: 0.85,
  maxMomentum: 0.95,
  divFactor: 25,
  finalDivFactor: 1e4,
  threePhase: false,
};

/** The part of a cycle until step `end`, and from where to where it leads. */
interface Phase {
  readonly end: number;
  readonly rates: readonly ["first" | "highest", "first" | "highest" | "last"];
  readonly momenta: readonly ["low" | "high", "low" | "high"];
}

/**
 * The rate up to `maxLr` and down below where it began, with the momentum the other way (for Adam
 * and its like, the first of the betas). PyTorch's `OneCycleLR`. Throws an ArgumentError where the
 * number of steps is not said, for an optimizer without momentum unless `cycleMomentum` is false,
 * and for a step after the last.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1, momentum: 0.9 });
 * const schedule = new OneCycleLR(opt, 0.5, { totalSteps: 20, pctStart: 0.25 });
 * for (let i = 0; i < 4; i++) schedule.step();
 * schedule.getLastLr() // [ 0.5 ]
 */
export class OneCycleLR extends LRScheduler<OneCycleOptions> {
  /** The optimizer, and the highest rate, for all groups or a list. */
  constructor(optimizer: Scheduled, maxLr: PerGroup, options: OneCycleLROptions = {}) {
    super(optimizer, { ...defaults, maxLr }, options);
  }

  protected override validate(options: OneCycleOptions): void {
    const { totalSteps, epochs, stepsPerEpoch, pctStart, divFactor, finalDivFactor } = options;
    if (totalSteps === null && (epochs === null || stepsPerEpoch === null)) {
      throw new ArgumentError(
        "OneCycleLR: the number of steps is not said; give totalSteps, or epochs and " +
          "stepsPerEpoch, for example { totalSteps: 1000 }.",
      );
    }
    if (totalSteps === null) checkCounts("OneCycleLR", { epochs, stepsPerEpoch });
    else checkCounts("OneCycleLR", { totalSteps });
    checkNumbers("OneCycleLR", { pctStart }, { from: 0, to: 1 });
    checkNumbers("OneCycleLR", { divFactor, finalDivFactor }, { above: 0 });
    checkWord("OneCycleLR", "annealStrategy", options.annealStrategy, ["cos", "linear"]);
    for (const option of ["maxLr", "baseMomentum", "maxMomentum"] as const) {
      this.numbers(option, options[option]);
    }
    const hasMomentum = this.groups.every((group) => "momentum" in group || "betas" in group);
    if (options.cycleMomentum && !hasMomentum) {
      throw new ArgumentError(
        "OneCycleLR: the optimizer has no momentum to change; say { cycleMomentum: false }.",
      );
    }
  }

  protected override prepare(): void {
    const highest = this.numbers("maxLr", this.options.maxLr);
    this.groups.forEach((group, i) => {
      group.initialLr = highest[i]! / this.options.divFactor;
    });
  }

  private get totalSteps(): number {
    const { totalSteps, epochs, stepsPerEpoch } = this.options;
    return totalSteps ?? epochs! * stepsPerEpoch!;
  }

  /** The phase of this step, and how much of it has passed. */
  private phase(): { readonly phase: Phase; readonly share: number } {
    const { totalSteps, lastEpoch } = this;
    if (lastEpoch > totalSteps) {
      throw new ArgumentError(
        `OneCycleLR.step: this is step ${lastEpoch}, and the cycle has ${totalSteps}; ` +
          "give as many totalSteps as there will be.",
      );
    }
    const { pctStart, threePhase } = this.options;
    const top = pctStart * totalSteps - 1;
    const up: Phase = { end: top, rates: ["first", "highest"], momenta: ["high", "low"] };
    const back: Phase = { end: 2 * top, rates: ["highest", "first"], momenta: ["low", "high"] };
    const end = totalSteps - 1;
    const phases: Phase[] = threePhase
      ? [up, back, { end, rates: ["first", "last"], momenta: ["high", "high"] }]
      : [up, { end, rates: ["highest", "last"], momenta: ["low", "high"] }];
    let i = 0;
    while (i < phases.length - 1 && lastEpoch > phases[i]!.end) i += 1;
    const start = phases[i - 1]?.end ?? 0;
    const phase = phases[i]!;
    if (phase.end === start) {
      throw new ArgumentError(
        `OneCycleLR: with ${totalSteps} steps and pctStart ${pctStart} a part of the cycle has ` +
          "no steps; give more of them, or another share.",
      );
    }
    return { phase, share: (lastEpoch - start) / (phase.end - start) };
  }

  private between(from: number, to: number, share: number): number {
    if (this.options.annealStrategy === "linear") return from + (to - from) * share;
    return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
  }

  protected override rate(_group: ScheduledGroup, i: number): number {
    const { phase, share } = this.phase();
    const highest = this.numbers("maxLr", this.options.maxLr)[i]!;
    const first = highest / this.options.divFactor;
    const rates = { first, highest, last: first / this.options.finalDivFactor };
    return this.between(rates[phase.rates[0]], rates[phase.rates[1]], share);
  }

  protected override goTo(epoch: number): void {
    super.goTo(epoch);
    if (!this.options.cycleMomentum) return;
    const { phase, share } = this.phase();
    const lowest = this.numbers("baseMomentum", this.options.baseMomentum);
    const highest = this.numbers("maxMomentum", this.options.maxMomentum);
    this.groups.forEach((group, i) => {
      const momenta = { low: lowest[i]!, high: highest[i]! };
      const [from, to] = phase.momenta;
      const momentum = this.between(momenta[from], momenta[to], share);
      if (group.betas === undefined) group.momentum = momentum;
      else group.betas = [momentum, group.betas[1]];
    });
  }
}
