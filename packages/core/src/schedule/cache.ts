/**
 * The plans that are remembered: a bounded number, of which the one that ran longest ago goes
 * first. Not here: whether a round is one of a plan (schedule/plan.ts).
 */
import type { Plan } from "./plan.js";

/** Plans that are remembered; docs/laziness.md tells users. */
const MOST_PLANS = 256;

export class PlanCache {
  private readonly plans = new Map<number, Plan[]>();
  private count = 0;

  /** Those that may be meant by a key. */
  alike(key: number): readonly Plan[] {
    return this.plans.get(key) ?? [];
  }

  add(key: number, plan: Plan): void {
    if (this.count === MOST_PLANS) this.forgetOldest();
    this.plans.set(key, [plan, ...this.alike(key)]);
    this.count += 1;
  }

  private forgetOldest(): void {
    let [oldest, at] = [Infinity, -1];
    for (const [key, plans] of this.plans) {
      for (const { lastRun } of plans) if (lastRun < oldest) [oldest, at] = [lastRun, key];
    }
    const left = this.alike(at).filter(({ lastRun }) => lastRun !== oldest);
    if (left.length === 0) this.plans.delete(at);
    else this.plans.set(at, left);
    this.count -= 1;
  }
}
