/**
 * Schedules by functions of one's own. Read first: scheduler.ts.
 */
import { ArgumentError } from "@nabla/core";

import { LRScheduler } from "./scheduler.js";
import type { Scheduled, ScheduledGroup } from "./scheduler.js";

/** A factor of the rate for the number of the step, which is 0 at the start. */
export type LRLambda = (epoch: number) => number;

interface LambdaOptions {
  readonly lrLambda: LRLambda | readonly LRLambda[];
}

abstract class ByFunction extends LRScheduler<LambdaOptions> {
  /** The optimizer, and a function of the step, or a list with one for each group. */
  constructor(optimizer: Scheduled, lrLambda: LRLambda | readonly LRLambda[]) {
    super(optimizer, { lrLambda });
  }

  protected override validate({ lrLambda }: LambdaOptions): void {
    for (const one of this.forGroups("lrLambda", lrLambda)) {
      if (typeof one === "function") continue;
      throw new ArgumentError(
        `${this.name}: lrLambda is ${String(one)}; it must be a function of the step, for ` +
          `example new ${this.name}(opt, (epoch) => 0.95 ** epoch).`,
      );
    }
  }

  protected factor(i: number): number {
    return this.forGroups("lrLambda", this.options.lrLambda)[i]!(this.lastEpoch);
  }
}

/**
 * The initial rate times a function of the step. PyTorch's `LambdaLR`. Throws an ArgumentError for
 * what is no function, and for lists that are not as long as the optimizer has groups.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const schedule = new LambdaLR(opt, (epoch) => 1 / (1 + epoch));
 * schedule.step();
 * schedule.getLastLr() // [ 0.25 ]
 */
export class LambdaLR extends ByFunction {
  protected override rate(_group: ScheduledGroup, i: number): number {
    return this.baseLrs[i]! * this.factor(i);
  }
}

/**
 * The last rate times a function of the step, which is not called for step 0. PyTorch's
 * `MultiplicativeLR`. Throws as LambdaLR does.
 * @example
 * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.5 });
 * const schedule = new MultiplicativeLR(opt, () => 0.5);
 * schedule.step();
 * schedule.getLastLr() // [ 0.25 ]
 */
export class MultiplicativeLR extends ByFunction {
  protected override rate(group: ScheduledGroup, i: number): number {
    return this.lastEpoch === 0 ? group.lr : group.lr * this.factor(i);
  }
}
