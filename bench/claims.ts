/**
 * What is claimed of a loop: how it compares with something that was timed in the same turns, and
 * whether that is what was asked. Not here: what is timed (run.ts).
 */

export interface Claim {
  readonly loop: "default" | "compiled";
  /** What it is compared with: "hand", "PyTorch", "the peak"... */
  readonly against: string;
  /** Microseconds that the loop takes. */
  readonly time: number;
  /** `null` where the other side is not here. */
  readonly ratio: number | null;
  /** Whether the target is a most or a least. */
  readonly sign: "≤" | "≥";
  readonly target?: number | undefined;
}

/** A target, and whether it is reached. */
export function verdict({ ratio, target, sign }: Pick<Claim, "ratio" | "target" | "sign">): string {
  if (target === undefined) return "";
  if (ratio === null) return `${sign} ${target}`;
  const isMet = sign === "≤" ? ratio <= target : ratio >= target;
  return `${sign} ${target} ${isMet ? "✓" : "✗ missed"}`;
}

/** Numbers of a table: three digits, or all of them. */
export const shown = (value: number): string =>
  value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
