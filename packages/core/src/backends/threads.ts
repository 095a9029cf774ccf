/**
 * How many threads compute. Which kernels are worth sharing out, and how that is done, is the back
 * end's (backends/wasm/team.ts); one that has no threads computes alone whatever is said here.
 */
import { ArgumentError } from "../errors.js";

/** The setting: how many threads compute, the calling one included. */
export const threads = { count: 1 };

/**
 * How many threads share large computations, the calling one included: in Node as many as there are
 * processors, or as NABLA_THREADS says; in a worker of a cross-origin isolated page as many as the
 * browser has for it; elsewhere 1. See docs/threads.md.
 * @example
 * getNumThreads() >= 1 // true
 */
export const getNumThreads = (): number => threads.count;

/**
 * From now on so many threads share large computations; 1 is the calling one alone. Where there are
 * no threads (the main thread of a page, a page that is not isolated, NABLA_THREADS=1), nothing
 * changes but the number. What was compiled for
 * one thread stays with one, so say it before the first computation. Results may differ in their
 * last bits. Throws an ArgumentError for what is no positive integer.
 * @example
 * setNumThreads(1);
 * getNumThreads() // 1
 */
export const setNumThreads = (count: number): void => {
  if (!Number.isInteger(count) || count < 1) {
    throw new ArgumentError(
      `setNumThreads: ${String(count)} is no number of threads; give a positive integer, 1 for ` +
        "the calling thread alone.",
    );
  }
  threads.count = count;
};
