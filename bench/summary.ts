/**
 * What is told of many measurements of the same thing; here and on the page that times in browsers.
 */

/** What was measured of one function, in microseconds a call. */
export interface Timing {
  readonly median: number;
  /** Half of the samples lie between these. */
  readonly quartiles: readonly [number, number];
}

/** The median and the quartiles of samples. */
export function summarize(samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
  return { median: at(0.5), quartiles: [at(0.25), at(0.75)] };
}
