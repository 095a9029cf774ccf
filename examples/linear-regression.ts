/**
 * Fits a line to noisy points by gradient descent, with autograd and with gradients derived by
 * hand, and, to know what is right, in closed form. The descent itself is the loop in
 * `fitByAutograd`.
 */
import { Option } from "commander";
import { compile, manualSeed, progress, randn, SGD, tensor } from "nabla";
import type { Tensor } from "nabla";
import { descentOnSurface, figure, lossCurve, pointsAndLines } from "nabla/viz";

import * as cli from "./support/command-line.js";
import {
  closedForm,
  fitByHand,
  gradientByHand,
  meanError,
  refuseDivergence,
} from "./support/line.js";
import type { Descent, Fit, Line, Points } from "./support/line.js";

interface Settings extends Descent {
  readonly data: string;
  readonly seed?: number;
  readonly out: string;
}

cli.run(() => {
  const settings = cli
    .command("linear-regression", "Fits y = w·x + b to points by gradient descent.")
    .option("--data <file>", "two columns of numbers, x and y", cli.noisyLine)
    .option("--lr <rate>", "the learning rate", cli.rate, 0.01)
    .option("--iterations <count>", "how many steps to take", cli.count, 1000)
    .option("--momentum <share>", "how much of each step goes into the next", cli.rate, 0)
    .addOption(
      new Option("--dtype <type>", "the type of all numbers")
        .choices(["float32", "float64"])
        .default("float32"),
    )
    .option("--seed <number>", "start from a random line instead of w = b = 0", cli.count)
    .parse()
    .opts<Settings>();
  const points = cli.readPoints(settings.data);
  const { lr, iterations, dtype } = settings;
  console.log(`Fitting y = w·x + b to ${points.x.length} points from ${settings.data}`);
  console.log(`by gradient descent: ${iterations} iterations at rate ${lr}, in ${dtype}.\n`);

  const start = startingLine(settings);
  const { fit, path, errors } = fitByAutograd(points, start, settings);
  const hand = fitByHand(points, start, settings);
  const exact = closedForm(points);

  const compiled = fitCompiled(points, start, settings);
  const names = { autograd: fit, "compiled step": compiled, "hand-derived gradient": hand };
  cli.showFits({ ...names, "closed form": exact });
  const gap = path.reduce((largest, { dw, db, ...line }) => {
    const byHand = gradientByHand(points, line);
    return Math.max(largest, Math.abs(dw - byHand.dw), Math.abs(db - byHand.db));
  }, 0);
  console.log(
    `Largest difference between the two gradients along the way: ${gap.toExponential(3)}`,
  );
  cli.writePicture(settings.out, "linear-regression.svg", draw(points, path, errors, exact));
});

/** Where the descent begins. */
function startingLine({ seed, dtype }: Settings): Line {
  if (seed === undefined) return { w: 0, b: 0 };
  manualSeed(seed);
  const [w, b] = randn([2], { dtype }).data();
  return { w: w!, b: b! };
}

/** One place on the way, and the gradient there. */
interface Step extends Line {
  readonly dw: number;
  readonly db: number;
}

/** The descent: the loss is written down, its derivatives are left to `backward()`. */
function fitByAutograd(
  points: Points,
  start: Line,
  { lr, momentum, iterations, dtype }: Settings,
): { fit: Fit; path: Step[]; errors: number[] } {
  const [x, y] = [tensor(points.x, { dtype }), tensor(points.y, { dtype })];
  const w = tensor(start.w, { dtype, requiresGrad: true });
  const b = tensor(start.b, { dtype, requiresGrad: true });
  const optimizer = new SGD([w, b], { lr, momentum });

  const steps = progress(iterations + 1);
  const path: Step[] = [];
  const errors: number[] = [];
  const began = performance.now();
  for (const i of steps) {
    const loss = w.mul(x).add(b).sub(y).square().mean();
    optimizer.zeroGrad();
    loss.backward();

    const here = { w: w.item(), b: b.item(), dw: w.grad!.item(), db: b.grad!.item() };
    path.push(here);
    errors.push(loss.item());
    if (i === 0) console.log(`start  b = ${here.b}  w = ${here.w}  error = ${errors[i]}`);
    steps.report(errors[i]!);
    refuseDivergence(points, errors, { lr, momentum, iterations, dtype });
    if (i < iterations) optimizer.step();
  }
  const milliseconds = performance.now() - began;
  const fit = { w: w.item(), b: b.item(), error: errors.at(-1)!, milliseconds };
  console.log(`end    b = ${fit.b}  w = ${fit.w}  error = ${fit.error}`);
  return { fit, path, errors };
}

/** The same descent without looking at it on the way: one step, captured once and replayed. */
function fitCompiled(
  points: Points,
  start: Line,
  { lr, momentum, iterations, dtype }: Settings,
): Fit {
  const [x, y] = [tensor(points.x, { dtype }), tensor(points.y, { dtype })];
  const w = tensor(start.w, { dtype, requiresGrad: true });
  const b = tensor(start.b, { dtype, requiresGrad: true });
  const optimizer = new SGD([w, b], { lr, momentum });
  const loss = (): Tensor => w.mul(x).add(b).sub(y).square().mean();
  const step = compile(() => {
    optimizer.zeroGrad();
    loss().backward();
    optimizer.step();
  });
  const began = performance.now();
  for (let i = 0; i < iterations; i++) step();
  const line = { w: w.item(), b: b.item() };
  return { ...line, milliseconds: performance.now() - began, error: loss().item() };
}

/** The line as it moved, the error as it fell, and the way down the surface of the error. */
function draw(
  points: Points,
  path: readonly Line[],
  errors: readonly number[],
  exact: Line,
): string {
  const shown = [0, 1, 2, 5, 20, 100].filter((i) => i < path.length - 1).concat(path.length - 1);
  return figure([
    pointsAndLines({
      ...points,
      lines: shown.map((i) => ({ slope: path[i]!.w, intercept: path[i]!.b })),
      xLabel: "x",
      yLabel: "y",
      title: "The line as it moved",
    }),
    lossCurve({ losses: errors, title: "The error as it fell", yLabel: "mean squared error" }),
    descentOnSurface({
      surface: (w, b) => meanError(points, { w, b }),
      path: path.map(({ w, b }) => [w, b] as const),
      optimum: [exact.w, exact.b],
      xLabel: "w",
      yLabel: "b",
      title: "The way down the error's surface",
    }),
  ]);
}
