/**
 * Orders that depend on a seed alone, so that they can be had again. Who asks: dataset.ts,
 * loader.ts.
 */
import { getRngState, randperm, setRngState } from "@nabla/core";

/**
 * The numbers from 0 to `count - 1` in the order that belongs to a seed and an epoch. The random
 * numbers of everybody else go on as if nothing had happened.
 */
export function shuffled(count: number, seed: number, epoch: number): number[] {
  const before = getRngState();
  // Not the numbers that manualSeed(seed) gives, with which weights may have been drawn.
  const apart = seed < 2 ** 52 ? seed + 2 ** 52 : seed - 2 ** 52;
  try {
    // Every element takes one number of the counter.
    setRngState({ seed: apart, counter: epoch * count });
    return Array.from(randperm(count).data());
  } finally {
    setRngState(before);
  }
}
