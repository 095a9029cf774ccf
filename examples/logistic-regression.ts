/**
 * From a line to a decision: w·x + b, squeezed into (0, 1), is the probability of the second
 * class. Fitted to coin tosses whose odds are known, to two moons that no line can part, and with
 * `--data` to breast cancer. Newton's method, derived by hand, tells whether the optimum is right.
 */
import { accuracy, functional as F, LBFGS, progress, rocAuc, tensor, zeros } from "nabla";
import type { Tensor } from "nabla";
import { decisionBoundary, figure, pointsAndCurves } from "nabla/viz";
import type { Panel } from "nabla/viz";

import * as cli from "./support/command-line.js";
import { Mistake } from "./support/mistake.js";
import { byNewton } from "./support/newton.js";
import { moons, tosses } from "./support/points.js";
import type { Classified } from "./support/points.js";

interface Settings {
  readonly data?: string;
  readonly lambda: number;
  readonly seed: number;
  readonly out: string;
}

const dtype = "float64";

cli.run(() => {
  const { data, lambda, seed, out } = cli
    .command("logistic-regression", "Two classes, told apart by a line and a probability.")
    .option("--data <file>", "measurements and, last, the class 0 or 1, as in breast_cancer.csv")
    .option(
      "--lambda <weight>",
      "mean cross-entropy + lambda / 2 · |w|² is made small",
      cli.rate,
      0.01,
    )
    .option("--seed <number>", "decides what is generated", cli.count, 1)
    .parse()
    .opts<Settings>();
  const problems: Readonly<Record<string, Classified>> =
    data === undefined
      ? { "coin tosses": tosses(400, 1.5, -0.5, seed), "two moons": moons(200, 0.15, seed) }
      : { [data]: read(data) };
  const panels = Object.entries(problems).map(([name, problem]) => {
    const { w, b, objective } = fit(name, problem, lambda);
    const newton = byNewton(problem, lambda);
    const scores = problem.x.mv(w).add(b);
    const right = accuracy(scores.gt(0).to(dtype), problem.y);
    const count = problem.y.numel();
    console.log(`  objective by autograd and L-BFGS     ${objective.toFixed(14)}`);
    console.log(`  objective by hand and Newton's steps ${newton.toFixed(14)}`);
    console.log(
      `  ${Math.round(right * count)} of ${count} right, ` +
        `AUC ${rocAuc(scores, problem.y).toFixed(4)}`,
    );
    if (problem.x.shape[1]! <= 2) console.log(`  w = ${w.data().join(", ")}  b = ${b.item()}`);
    return draw(`${name}: ${(100 * right).toFixed(1)} % right`, problem, w, b);
  });
  cli.writePicture(out, "logistic-regression.svg", figure(panels));
});

/** The descent. The cross-entropy takes w·x + b itself, so that no probability rounds to 0. */
function fit(name: string, { x, y }: Classified, lambda: number) {
  console.log(`${name}: ${x.shape[0]} points`);
  const w = zeros([x.shape[1]!], { dtype, requiresGrad: true });
  const b = zeros([], { dtype, requiresGrad: true });
  const objective = (): Tensor => {
    const loss = F.binaryCrossEntropyWithLogits(x.mv(w).add(b), y);
    return loss.add(
      w
        .square()
        .sum()
        .mul(lambda / 2),
    );
  };
  const options = { maxIter: 5, historySize: 10, toleranceChange: 1e-15, toleranceGrad: 1e-11 };
  const optimizer = new LBFGS([w, b], { ...options, lineSearchFn: "strong_wolfe" });
  const steps = progress(10);
  for (const _ of steps) {
    const loss = optimizer.step(() => {
      optimizer.zeroGrad();
      const value = objective();
      value.backward();
      return value;
    });
    steps.report(loss);
  }
  return { w: w.detach(), b: b.detach(), objective: objective().item() };
}

/** Measurements with mean 0 and deviation 1, and classes; a first line of names is left out. */
function read(file: string): Classified {
  const { columns, rows } = cli.readNumbers(file, { skip: 1 });
  const y = columns.at(-1)!;
  if (
    columns.length < 2 ||
    ![0, 1].every((c) => y.includes(c)) ||
    y.some((c) => c !== 0 && c !== 1)
  ) {
    throw new Mistake(`${file}: the last column must hold the classes, 0 and 1. Check --data.`);
  }
  const raw = tensor(
    columns.slice(0, -1).map((column) => Array.from(column)),
    { dtype },
  );
  const deviation = raw.std(1, true, { correction: 0 });
  if (deviation.eq(0).any().item()) {
    throw new Mistake(`${file}: a column has the same number in all ${rows} rows; leave it out.`);
  }
  return { x: raw.sub(raw.mean(1, true)).div(deviation).transpose(0, 1), y: tensor(y, { dtype }) };
}

/** One measurement: the curve. More: the boundary, across the two that weigh most. */
function draw(title: string, { x, y }: Classified, w: Tensor, b: Tensor): Panel {
  const column = (k: number): Float64Array => x.select(1, k).data() as Float64Array;
  const classes = y.data() as Float64Array;
  const weights = Array.from(w.data());
  if (weights.length === 1) {
    const at = Array.from({ length: 121 }, (_, i) => -3 + i / 20);
    const curve = tensor(at, { dtype }).mul(w).add(b).sigmoid().data() as Float64Array;
    const labels = { xLabel: "bend of the coin", yLabel: "probability of heads" };
    return pointsAndCurves({
      x: column(0),
      y: classes,
      curves: [{ x: at, y: curve }],
      ...labels,
      title,
    });
  }
  const order = Array.from(weights.keys()).sort(
    (i, j) => Math.abs(weights[j]!) - Math.abs(weights[i]!),
  );
  const [first, second] = order.slice(0, 2).sort((i, j) => i - j) as [number, number];
  return decisionBoundary({
    x: column(first),
    y: column(second),
    classes,
    probability: (xs, ys) => {
      const scores = tensor(xs).mul(weights[first]!).add(tensor(ys).mul(weights[second]!));
      return scores.add(b).sigmoid().data();
    },
    xLabel: `column ${first + 1}`,
    yLabel: `column ${second + 1}`,
    title,
  });
}
