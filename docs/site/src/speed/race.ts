/**
 * The same step of the same line fit in three ways, against the clock. The ways are those of
 * `npm run bench`: bench/regressions.ts.
 */
import { line } from "../../../../bench/regressions.js";
import { checkSame } from "../../../../bench/side.js";
import type { Side } from "../../../../bench/side.js";
import { summarize } from "../../../../bench/summary.js";
import { callsOf, time, warmUp } from "./clock.js";
import { ways } from "./protocol.js";
import type { Kind, Row, Way } from "./protocol.js";

const WARM_UP = 150;

/** Times all ways for one number of points; calls `turn` after every round. */
export function race(points: number, kind: Kind, rounds: number, turn: () => void): Row {
  const made = line(points, kind);
  const sides: Readonly<Record<Way, Side>> = {
    hand: made.other,
    loop: made.nabla,
    compiled: made.compiled!,
  };
  // A comparison of different answers would be worth nothing.
  const tolerance = kind === "float32" ? 1e-3 : 1e-9;
  checkSame("loop", sides.hand, sides.loop, tolerance);
  // The two have taken five steps; so does the third, beside another that begins anew.
  checkSame("compiled", line(points, kind).other, sides.compiled, tolerance);
  const [w, b] = sides.hand.state() as [number, number];
  for (const way of ways) warmUp(sides[way].step, WARM_UP);
  const calls = ways.map((way) => callsOf(sides[way].step));
  const samples: number[][] = ways.map(() => []);
  for (let round = 0; round < rounds; round++) {
    // In turns, and each time another one first, so that nobody always pays for the others.
    for (let i = 0; i < ways.length; i++) {
      const at = (i + round) % ways.length;
      samples[at]!.push(time(sides[ways[at]!].step, calls[at]!));
    }
    turn();
  }
  const [hand, loop, compiled] = samples.map(summarize);
  return { points, times: { hand: hand!, loop: loop!, compiled: compiled! }, line: [w, b] };
}
