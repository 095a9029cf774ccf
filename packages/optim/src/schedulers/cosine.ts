/**
 * Schedules along half a cosine: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with
 * Warm Restarts" (2017), equation 5. Read first: scheduler.ts.
 */
import { hostStep } from "@nabla/core/engine";

import { checkCounts, checkNotNegative, checkNumbers } from "../checks.js";
import { LRScheduler } from "./scheduler.js";
import type { Scheduled, ScheduledGroup } from "./scheduler.js";

/** The options of CosineAnnealingLR. */
export interface CosineAnnealingLROptions {
  /** The lowest rate; 0 unless said otherwise. */
  readonly etaMin?: number;
}

type CosineOptions = Required<CosineAnnealingLROptions> & { readonly tMax: number };

/**
 * The rate along a cosine, to `etaMin` within `tMax` steps, and back up within as many. PyTorch's
 * `CosineAnnealingLR`. Throws an ArgumentError for a `tMax` that is not 1 or more.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const schedule = new CosineAnnealingLR(opt, 2);
 * schedule.step();
 * schedule.getLastLr()[0].toFixed(4) // 0.2500
 */
export class CosineAnnealingLR extends LRScheduler<CosineOptions> {
  /** The optimizer, and the number of steps until the rate is lowest. */
  constructor(optimizer: Scheduled, tMax: number, options: CosineAnnealingLROptions = {}) {
    super(optimizer, { tMax, etaMin: 0 }, options);
  }

  protected override validate({ tMax, etaMin }: CosineOptions): void {
    checkCounts("CosineAnnealingLR", { tMax });
    checkNumbers("CosineAnnealingLR", { etaMin });
  }

  protected override rate({ lr }: ScheduledGroup, i: number): number {
    const { tMax, etaMin } = this.options;
    const { lastEpoch } = this;
    if (lastEpoch === 0) return lr;
    // From the lowest rate no factor leads up again.
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) {
      return lr + ((this.baseLrs[i]! - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    }
    const height = (epoch: number): number => 1 + Math.cos((Math.PI * epoch) / tMax);
    return (height(lastEpoch) / height(lastEpoch - 1)) * (lr - etaMin) + etaMin;
  }
}

/** The options of CosineAnnealingWarmRestarts. */
export interface WarmRestartsOptions {
  /** How many times longer each round is than the last; 1 unless said otherwise. */
  readonly tMult?: number;
  /** The lowest rate; 0 unless said otherwise. */
  readonly etaMin?: number;
}

type RestartOptions = Required<WarmRestartsOptions> & { readonly t0: number };

/**
 * The rate along a cosine towards `etaMin` within `t0` steps, then from the start again, each round
 * `tMult` times as long as the one before. PyTorch's `CosineAnnealingWarmRestarts`. Throws an
 * ArgumentError for a `t0` or `tMult` that is not a whole number, 1 or more.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const schedule = new CosineAnnealingWarmRestarts(opt, 2);
 * schedule.step();
 * schedule.getLastLr()[0].toFixed(4) // 0.2500
 * schedule.step();
 * schedule.getLastLr() // [ 0.5 ]
 */
export class CosineAnnealingWarmRestarts extends LRScheduler<RestartOptions> {
  /** The optimizer, and the number of steps in the first round. */
  constructor(optimizer: Scheduled, t0: number, options: WarmRestartsOptions = {}) {
    super(optimizer, { t0, tMult: 1, etaMin: 0 }, options);
  }

  protected override validate({ t0, tMult, etaMin }: RestartOptions): void {
    checkCounts("CosineAnnealingWarmRestarts", { t0, tMult });
    checkNumbers("CosineAnnealingWarmRestarts", { etaMin });
  }

  /**
   * Goes on by one step, or to a step that is given, which may be a fraction: that of batch i in an
   * epoch is `epoch + i / batches`.
   * @example
   * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
   * const schedule = new CosineAnnealingWarmRestarts(opt, 1);
   * schedule.step(3.5);
   * schedule.getLastLr()[0].toFixed(4) // 0.2500
   */
  override step(epoch?: number): void {
    hostStep(() => {
      const next = epoch ?? this.lastEpoch + 1;
      checkNotNegative("CosineAnnealingWarmRestarts.step", { epoch: next });
      this.goTo(next);
    });
  }

  protected override rate(_group: ScheduledGroup, i: number): number {
    const { t0, tMult, etaMin } = this.options;
    let [position, length] = [this.lastEpoch, t0];
    if (tMult === 1) position %= t0;
    while (position >= length) {
      position -= length;
      length *= tMult;
    }
    const height = (1 + Math.cos((Math.PI * position) / length)) / 2;
    return etaMin + (this.baseLrs[i]! - etaMin) * height;
  }
}
