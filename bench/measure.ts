/**
 * How two functions are compared: benchmark.js times short runs of each in turn, and the samples of
 * all runs are pooled. The traps this avoids are in bench/README.md.
 * Not here: what is compared. Read next: run.ts.
 */
import Benchmark from "benchmark";

import { summarize } from "./summary.js";
import type { Timing } from "./summary.js";

const WARM_UP_SECONDS = 2;
const ROUNDS = 6;
const ROUND_SECONDS = 0.25;

/** Times functions against each other. Each must do all its work before it returns. */
export function measure<Name extends string>(
  sides: Readonly<Record<Name, () => unknown>>,
): Record<Name, Timing> {
  const names = Object.keys(sides) as Name[];
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (const name of names) warmUp(sides[name]);
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) samples.get(name)!.push(...timeOnce(name, sides[name]));
  }
  const timings = names.map((name) => [name, summarize(samples.get(name)!)]);
  return Object.fromEntries(timings) as Record<Name, Timing>;
}

function warmUp(run: () => unknown): void {
  const end = performance.now() + WARM_UP_SECONDS * 1000;
  while (performance.now() < end) run();
}

/** One short run of benchmark.js, as microseconds a call for each of its samples. */
function timeOnce(name: string, run: () => unknown): number[] {
  // A bound function has no source text, so benchmark.js calls it instead of pasting that text
  // into a function of its own, where the variables it uses would be missing.
  const benchmark = new Benchmark(name, run.bind(null), {
    maxTime: ROUND_SECONDS,
    minTime: 0.02,
    minSamples: 5,
  });
  benchmark.run({ async: false });
  if (benchmark.error !== undefined) throw benchmark.error;
  return benchmark.stats.sample.map((seconds) => seconds * 1e6);
}
