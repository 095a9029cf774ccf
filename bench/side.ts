/**
 * What is timed: a step, done in two ways that must come to the same. Read next: workloads.ts.
 */

/** One way to do a step. */
export interface Side {
  /** Does one step, whole, and returns its loss. */
  readonly step: () => number;
  /** What the steps so far have come to: parameters, or gradients. */
  readonly state: () => readonly number[];
}

/** The sides of a workload; `compiled` is the same loop with a compiled step. */
export interface Sides {
  readonly other: Side;
  readonly nabla: Side;
  readonly compiled?: Side;
  /** What a compiled step is compared with, where that is not `other`. */
  readonly hand?: Side;
}

/** One row of the target table. */
export interface Workload {
  readonly name: string;
  /** What Nabla is compared with: "hand", or the name of a library. */
  readonly other: string;
  readonly make: () => Sides;
  /** How far apart the two may be, relative to what is compared. */
  readonly tolerance: number;
  /** Targets: time against the other side, at most; times faster than PyTorch, at least. */
  readonly atMost?: number;
  readonly timesPyTorch?: number;
  readonly compiledAtMost?: number;
}

/** Takes steps with both and throws where they differ: a comparison would be worth nothing. */
export function checkSame(name: string, a: Side, b: Side, tolerance: number): void {
  for (let i = 0; i < 5; i++) {
    const [left, right] = [
      [a.step(), ...a.state()],
      [b.step(), ...b.state()],
    ];
    const size = left.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
    left.forEach((value, k) => {
      // A number that is not equal to itself is never near.
      if (Math.abs(value - right[k]!) <= tolerance * size) return;
      throw new Error(`${name}, step ${i}: the two sides differ: ${value} and ${right[k]!}`);
    });
  }
}
