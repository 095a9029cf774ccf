/**
 * The schedule that looks at a metric: it lowers the rate when that stops getting better. Read
 * first: scheduler.ts.
 */
import { Tensor } from "@nabla/core";
import { refuseCompile } from "@nabla/core/engine";

import { checkNotNegative, checkNumbers, checkWord } from "../checks.js";
import { Scheduler } from "./scheduler.js";
import type { PerGroup, Scheduled } from "./scheduler.js";

/** The options of ReduceLROnPlateau. */
export interface PlateauOptions {
  /** Whether lower is better, or higher; "min" unless said otherwise. */
  readonly mode?: "min" | "max";
  /** What the rate is multiplied by; 0.1 unless said otherwise. */
  readonly factor?: number;
  /** How many steps without a better metric are borne; 10 unless said otherwise. */
  readonly patience?: number;
  /** How much better is better; 1e-4 unless said otherwise. */
  readonly threshold?: number;
  /** Whether the threshold is a share of the best metric, or a difference from it. */
  readonly thresholdMode?: "rel" | "abs";
  /** How many steps after a reduction do not count; 0 unless said otherwise. */
  readonly cooldown?: number;
  /** The lowest rate, for all groups or a list; 0 unless said otherwise. */
  readonly minLr?: PerGroup | null;
  /** A rate that would change by no more stays; 1e-8 unless said otherwise. */
  readonly eps?: number;
}

const defaults: Required<PlateauOptions> = {
  mode: "min",
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: "rel",
  cooldown: 0,
  minLr: null,
  eps: 1e-8,
};

/**
 * The rate times `factor` when a metric has not become better for more than `patience` steps.
 * PyTorch's `ReduceLROnPlateau`. Throws an ArgumentError for a factor that is not below 1.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const schedule = new ReduceLROnPlateau(opt, { factor: 0.5, patience: 1 });
 * for (const loss of [3, 3, 3]) schedule.step(loss);
 * schedule.getLastLr() // [ 0.25 ]
 */
export class ReduceLROnPlateau extends Scheduler<Required<PlateauOptions>> {
  /** The optimizer, and options. */
  constructor(optimizer: Scheduled, options: PlateauOptions = {}) {
    super(optimizer, defaults, options);
    const best = this.options.mode === "min" ? Infinity : -Infinity;
    this.counters = { lastEpoch: 0, best, numBadEpochs: 0, cooldownCounter: 0 };
    this.lastLr = this.groups.map(({ lr }) => lr);
  }

  protected override validate(options: Required<PlateauOptions>): void {
    const { factor, patience, threshold, cooldown, eps } = options;
    checkNumbers("ReduceLROnPlateau", { factor }, { below: 1 });
    checkNotNegative("ReduceLROnPlateau", { patience, cooldown });
    checkNumbers("ReduceLROnPlateau", { threshold, eps });
    checkWord("ReduceLROnPlateau", "mode", options.mode, ["min", "max"]);
    checkWord("ReduceLROnPlateau", "thresholdMode", options.thresholdMode, ["rel", "abs"]);
    this.numbers("minLr", options.minLr ?? 0);
  }

  /**
   * Takes the metric of an epoch, a number or a tensor of one element, and lowers the rates if it
   * is time. NaN is never better. Throws an ArgumentError for what is neither.
   * @example
   * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
   * const schedule = new ReduceLROnPlateau(opt, { patience: 0 });
   * schedule.step(tensor(3));
   * schedule.getLastLr() // [ 0.5 ]
   */
  step(metric: number | Tensor): void {
    refuseCompile("ReduceLROnPlateau.step", "it looks at the metric; call it outside");
    const value = metric instanceof Tensor ? metric.item() : metric;
    if (!Number.isNaN(value) && Math.abs(value) !== Infinity) {
      checkNumbers("ReduceLROnPlateau.step", { metric: value });
    }
    const { patience, cooldown, factor, eps, minLr } = this.options;
    let { lastEpoch, best, numBadEpochs, cooldownCounter } = this.counters as Record<
      "lastEpoch" | "best" | "numBadEpochs" | "cooldownCounter",
      number
    >;
    lastEpoch += 1;
    numBadEpochs += 1;
    if (this.isBetter(value, best)) [best, numBadEpochs] = [value, 0];
    if (cooldownCounter > 0) {
      cooldownCounter -= 1;
      numBadEpochs = 0;
    }
    let rates = this.groups.map(({ lr }) => lr);
    if (numBadEpochs > patience) {
      const lowest = this.numbers("minLr", minLr ?? 0);
      const reduced = rates.map((lr, i) => Math.max(lr * factor, lowest[i]!));
      rates = rates.map((lr, i) => (lr - reduced[i]! > eps ? reduced[i]! : lr));
      [cooldownCounter, numBadEpochs] = [cooldown, 0];
    }
    this.setRates(rates);
    this.counters = { lastEpoch, best, numBadEpochs, cooldownCounter };
  }

  private isBetter(value: number, best: number): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    const sign = mode === "min" ? -1 : 1;
    const bar = thresholdMode === "rel" ? best * (1 + sign * threshold) : best + sign * threshold;
    return mode === "min" ? value < bar : value > bar;
  }
}
