/**
 * What does autograd cost? The same step of the same line fit, three times: with the gradient by
 * hand, in a plain loop with `backward()`, and with that step compiled, for 10 points to a million.
 * For few points what counts is how little is done around the arithmetic; for many, how fast it is.
 */
import { compile, SGD, tensor } from "nabla";
import type { Tensor } from "nabla";
import { figure, pointsAndCurves } from "nabla/viz";

import * as cli from "./support/command-line.js";
import { noisyPoints } from "./support/line.js";
import type { Line, Points } from "./support/line.js";
import { Mistake } from "./support/mistake.js";

/** One way to take a step, and where it has come to. */
interface Way {
  readonly step: () => void;
  readonly line: () => Line;
}

const lr = 0.01;

cli.run(() => {
  const { most, budget, out } = cli
    .command("hand-vs-autograd", "One step by hand, by autograd, and compiled, against the clock.")
    .option("--most <points>", "how many points at most, from 10 on", cli.count, 1_000_000)
    .option("--budget <ms>", "how long each measurement may take", cli.rate, 120)
    .parse()
    .opts<{ most: number; budget: number; out: string }>();
  const sizes = [10, 100, 1000, 10_000, 100_000, 1_000_000].filter((size) => size <= most);
  if (sizes.length === 0)
    throw new Mistake("There is nothing to measure: --most must be 10 or more.");
  const ways = { hand, loop, compiled };
  const curves = Object.keys(ways).map((label) => ({ x: sizes, y: [] as number[], label }));
  let gap = 0;

  console.log("microseconds a step      hand      loop  compiled    loop/hand  compiled/hand");
  for (const size of sizes) {
    const points = noisyPoints(size);
    const lines = Object.values(ways).map((make) => after(100, make(points)));
    for (const { w, b } of lines) {
      gap = Math.max(gap, Math.abs(w - lines[0]!.w), Math.abs(b - lines[0]!.b));
    }
    const made = Object.values(ways).map((make) => make(points));
    const times = microseconds(made, budget);
    times.forEach((time, i) => curves[i]!.y.push(time));
    const [byHand, byLoop, byCompiled] = times as [number, number, number];
    const row = times.map((time) => time.toFixed(2).padStart(9)).join(" ");
    const ratios = [byLoop, byCompiled].map((time) => (time / byHand).toFixed(2).padStart(13));
    console.log(`${String(size).padStart(9)} points   ${row}${ratios.join("  ")}`);
  }
  console.log(`\nAfter 100 steps all lines agree to ${gap.toExponential(1)}.`);
  const labels = { xLabel: "points", yLabel: "microseconds a step" };
  const title = "The same step, three ways";
  const panel = pointsAndCurves({ curves, logX: true, logY: true, ...labels, title, width: 620 });
  cli.writePicture(out, "hand-vs-autograd.svg", figure([panel]));
});

/**
 * By hand: one pass over plain arrays, with the derivatives that one finds on paper. In its best
 * form: a loop that reads variables from outside, instead of its own, takes three times as long.
 */
function hand({ x, y }: Points): Way {
  const [xs, ys, line] = [Float32Array.from(x), Float32Array.from(y), new Float64Array(2)];
  const step = (): void => {
    const n = xs.length;
    const w = line[0]!;
    const b = line[1]!;
    let dw = 0;
    let db = 0;
    for (let i = 0; i < n; i++) {
      const r = w * xs[i]! + b - ys[i]!;
      dw += r * xs[i]!;
      db += r;
    }
    line[0] = w - (lr * 2 * dw) / n;
    line[1] = b - (lr * 2 * db) / n;
  };
  return { step, line: () => ({ w: line[0]!, b: line[1]! }) };
}

/** By autograd: the loss is written down, and nothing else. */
function loop(points: Points): Way {
  const [x, y] = [tensor(points.x), tensor(points.y)].map((t) => t.to("float32")) as [
    Tensor,
    Tensor,
  ];
  const [w, b] = [tensor(0, { requiresGrad: true }), tensor(0, { requiresGrad: true })];
  const optimizer = new SGD([w, b], { lr });
  const step = (): void => {
    const loss = w.mul(x).add(b).sub(y).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  };
  return { step, line: () => ({ w: w.item(), b: b.item() }) };
}

/** The same again, captured once and replayed as one piece of machine code. */
function compiled(points: Points): Way {
  const { step, line } = loop(points);
  return { step: compile(step), line };
}

function after(steps: number, { step, line }: Way): Line {
  for (let i = 0; i < steps; i++) step();
  return line();
}

/** The times of a step: the quickest of rounds in turn, which other programs disturbed least. */
function microseconds(ways: readonly Way[], budget: number): number[] {
  const clock = ({ step, line }: Way, steps: number): number => {
    const began = performance.now();
    for (let i = 0; i < steps; i++) step();
    line();
    return (performance.now() - began) / steps;
  };
  const counts = ways.map((way) => {
    let steps = 10;
    while (clock(way, steps) * steps < budget / 8 && steps < 1e6) steps *= 2;
    return steps;
  });
  const best = ways.map(() => Infinity);
  for (let round = 0; round < 8; round++) {
    ways.forEach((way, i) => (best[i] = Math.min(best[i]!, clock(way, counts[i]!))));
  }
  return best.map((milliseconds) => 1000 * milliseconds);
}
