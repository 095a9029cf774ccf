/**
 * How long something takes, by a clock that pages are given on purpose a coarse one of: what is
 * timed is repeated until a turn is long. What is timed: race.ts and traps.ts.
 */

/** How long a turn is at least, in milliseconds: two hundred ticks of the coarsest usual clock. */
const TURN = 20;

/** The smallest step of the clock, in microseconds. */
export function tick(): number {
  let smallest = Infinity;
  for (let i = 0; i < 20; i++) {
    const began = performance.now();
    let now = began;
    while (now === began) now = performance.now();
    smallest = Math.min(smallest, now - began);
  }
  return 1000 * smallest;
}

/** Calls it so many times, and gives the microseconds of one. */
export function time(run: () => unknown, calls: number): number {
  const began = performance.now();
  for (let i = 0; i < calls; i++) run();
  return (1000 * (performance.now() - began)) / calls;
}

/** Calls it for so many milliseconds, and at least three times. */
export function warmUp(run: () => unknown, milliseconds: number): void {
  const end = performance.now() + milliseconds;
  for (let i = 0; i < 3 || performance.now() < end; i++) run();
}

/** How many calls make a turn. */
export function callsOf(run: () => unknown): number {
  let calls = 1;
  while (time(run, calls) * calls < 1000 * TURN) calls *= 2;
  return calls;
}

/** The median of some turns of something that is warm. */
export function steady(run: () => unknown, rounds = 7): number {
  warmUp(run, 100);
  const calls = callsOf(run);
  const samples = Array.from({ length: rounds }, () => time(run, calls));
  return samples.sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
}
