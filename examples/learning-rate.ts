/**
 * Fits the same line with a learning rate that is too small, one that is right and one that is too
 * large, side by side. The right one is found by the curvature of the error, not by luck.
 */
import { SGD, tensor } from "nabla";
import { figure, lossCurve, pointsAndLines } from "nabla/viz";

import * as cli from "./support/command-line.js";
import { closedForm, largestRate } from "./support/line.js";
import type { Line, Points } from "./support/line.js";

interface Settings {
  readonly data: string;
  readonly rates?: readonly number[];
  readonly iterations: number;
  readonly out: string;
}

cli.run(() => {
  const settings = cli
    .command("learning-rate", "Fits the same line with several learning rates.")
    .option("--data <file>", "two columns of numbers, x and y", cli.noisyLine)
    .option("--rates <list>", "learning rates, with commas; from the data unless given", cli.rates)
    .option("--iterations <count>", "how many steps to take", cli.count, 1000)
    .parse()
    .opts<Settings>();
  const points = cli.readPoints(settings.data);
  const limit = largestRate(points, 0);
  const best = closedForm(points).error;
  const rates = settings.rates ?? [limit / 1000, limit * 0.75, limit * 1.02];
  console.log(`Descent on ${settings.data} diverges at rates above ${limit.toPrecision(4)}.\n`);

  const fits = rates.map((lr) => {
    const fit = descend(points, lr, settings.iterations);
    const rate = Number(lr.toPrecision(3));
    const { w, b } = fit.path.at(-1)!;
    const error = fit.errors.at(-1)!;
    console.log(`rate ${rate}: ${judge(fit.errors, lr, limit, best)}`);
    console.log(`  after ${settings.iterations} steps w = ${w}  b = ${b}  error = ${error}`);
    return { ...fit, rate };
  });

  const panels = fits.map(({ path, rate }) => {
    const shown = [0, 1, 2, 5, 20, 100, path.length - 1].filter((i) => i < path.length);
    const moved = shown.map((i) => path[i]!).filter(({ w, b }) => Number.isFinite(w + b));
    const lines = moved.map(({ w, b }) => ({ slope: w, intercept: b }));
    return pointsAndLines({ ...points, lines, xLabel: "x", yLabel: "y", title: `rate ${rate}` });
  });
  // What flies off would press all other curves flat, so it is drawn only until it has left them.
  const far = 100 * fits[0]!.errors[0]!;
  const drawn = (errors: number[]): number[] =>
    errors.slice(
      0,
      errors.findIndex((e) => !(e < far)),
    );
  const losses = Object.fromEntries(
    fits.map(({ rate, errors }) => [`rate ${rate}`, errors.at(-1)! < far ? errors : drawn(errors)]),
  );
  const curves = lossCurve({ losses, title: "The error of all", yLabel: "mean squared error" });
  const picture = figure([...panels, curves], { title: "The learning rate" });
  cli.writePicture(settings.out, "learning-rate.svg", picture);
});

/** Descends from w = b = 0, and remembers every line on the way with its error. */
function descend(points: Points, lr: number, iterations: number) {
  const [x, y] = [tensor(points.x), tensor(points.y)];
  const [w, b] = [tensor(0, { requiresGrad: true }), tensor(0, { requiresGrad: true })];
  const optimizer = new SGD([w, b], { lr });
  const path: Line[] = [];
  const errors: number[] = [];
  for (let i = 0; i <= iterations; i++) {
    const loss = w.mul(x).add(b).sub(y).square().mean();
    path.push({ w: w.item(), b: b.item() });
    errors.push(loss.item());
    optimizer.zeroGrad();
    loss.backward();
    if (i < iterations) optimizer.step();
  }
  return { path, errors };
}

/** What a descent did, in words; `best` is the error of the closed form. */
function judge(errors: readonly number[], lr: number, limit: number, best: number): string {
  const [first, last] = [errors[0]!, errors.at(-1)!];
  if (lr === 0 || errors.length === 1) return "at rest: no step was taken";
  if (!(last <= first)) return "too large: every step overshoots, and the error grows without end";
  if (last <= best * 1.001 + 1e-12) return "right: the error fell as far as it can";
  if (lr < limit / 4) return "too small: a larger rate would be further by now";
  return "not there yet: the rate is good, but it needs more steps";
}
