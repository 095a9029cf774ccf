// What becomes of one recorded case. Not how it is run: operators.ts, optimizers.ts, schedulers.ts.

/** What became of one case. */
export interface Outcome {
  readonly id: string;
  readonly status: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly reason: string;
}

export const passed = (id: string): Outcome => ({ id, status: "passed", reason: "" });

export const failed = (id: string, reason: string): Outcome => ({ id, status: "failed", reason });

export const skipped = (id: string, reason: string): Outcome => ({ id, status: "skipped", reason });
