/**
 * Fits problems whose answers the NIST has certified, and counts the digits that agree. Linear
 * problems are solved by Q · R with refinement, all others by Levenberg and Marquardt from each
 * start, on derivatives that autograd finds in a formula which is nothing but text.
 */
import { jacobian, LBFGS, leastSquares, NablaError, tensor, zeros } from "nabla";
import type { Tensor } from "nabla";
import { figure, pointsAndCurves } from "nabla/viz";

import * as cli from "./support/command-line.js";
import { readFormula } from "./support/formula.js";
import { readProblem } from "./support/problem.js";
import type { Problem } from "./support/problem.js";
import { solveRefined } from "./support/refined.js";
import { report } from "./support/report.js";
import type { Fit } from "./support/report.js";

const dtype = "float64";
const shippedProblems = ["Longley", "Misra1a", "Rat43"].map((name) =>
  cli.shipped(`nist/${name}.json`),
);

cli.run(() => {
  const { data, out } = cli
    .command("certified-regression", "Fits certified regression problems and counts digits.")
    .option("--data <file>", "a problem as JSON; three that are shipped unless given")
    .parse()
    .opts<{ data?: string; out: string }>();
  console.log("Digits that agree with the certified values (exit code 1 if too few):\n");
  const panels = (data === undefined ? shippedProblems : [data]).flatMap((file) => {
    const problem = readProblem(file);
    const { model, target } = read(problem);
    const starts = problem.kind === "linear" ? [undefined] : problem.starts;
    const fits = starts.map((start, i) => {
      const fit = start === undefined ? solve(problem) : descend(model, target, start);
      const label = start === undefined ? "none" : String(i + 1);
      report(problem, label, fit, start && byLBFGS(model, target, start));
      return fit;
    });
    return draw(problem, fits.at(-1)!);
  });
  if (panels.length > 0) cli.writePicture(out, "certified-regression.svg", figure(panels));
});

/** The model as a function of its parameters, and what it should give. */
function read({ predictors, parameters, formula, response, x, y }: Problem) {
  const values = readFormula(formula, [...predictors, ...parameters]);
  const known = predictors.map((name, k) => [name, tensor(x[k]!, { dtype })] as const);
  const model = (b: Tensor): Tensor => {
    const names = [...known, ...parameters.map((name, k) => [name, b.at(k)] as const)];
    return values(Object.fromEntries(names));
  };
  return { model, target: readFormula(response, ["y"])({ y: tensor(y, { dtype }) }) };
}

/** A linear model is its Jacobian times the parameters, plus what it is where they are 0. */
function solve(problem: Problem): Fit {
  const { model, target } = read(problem);
  const origin = zeros([problem.parameters.length], { dtype });
  const design = jacobian(model, origin);
  const fit = solveRefined(design, Array.from(target.sub(model(origin)).data()));
  return { ...fit, verdict: "solved" };
}

function descend(model: (b: Tensor) => Tensor, target: Tensor, start: readonly number[]): Fit {
  try {
    const fit = leastSquares((b) => model(b).sub(target), tensor(start, { dtype }));
    return {
      parameters: fit.parameters.data(),
      standardDeviations: fit.standardDeviations.data(),
      verdict: fit.converged
        ? `converged in ${fit.iterations} steps`
        : `did not converge: ${fit.reason}`,
    };
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
    const none = start.map(() => NaN);
    return {
      parameters: none,
      standardDeviations: none,
      verdict: `did not converge: ${error.message}`,
    };
  }
}

/** For comparison: the sum of squares alone, without the derivative of each of its terms. */
function byLBFGS(model: (b: Tensor) => Tensor, target: Tensor, start: readonly number[]) {
  const sizes = tensor(
    start.map((value) => Math.abs(value) || 1),
    { dtype },
  );
  const share = tensor(start.map(Math.sign), { dtype, requiresGrad: true });
  const b = (): Tensor => share.mul(sizes);
  const scale = model(b()).sub(target).square().sum().item();
  const options = { maxIter: 300, historySize: 5, toleranceChange: 1e-15 };
  const optimizer = new LBFGS([share], { ...options, lineSearchFn: "strong_wolfe" });
  optimizer.step(() => {
    optimizer.zeroGrad();
    const loss = model(b()).sub(target).square().sum().div(scale);
    loss.backward();
    return loss;
  });
  return b().data();
}

/** The points with the fitted curve; where there are several predictors, what is fitted to what. */
function draw(problem: Problem, { parameters }: Fit) {
  const { name, formula, x, predictors } = problem;
  const b = tensor(Array.from(parameters), { dtype });
  const title = `${name}: ${problem.response} = ${formula}`;
  const { model, target } = read(problem);
  if (!model(b).isfinite().all().item()) return [];
  if (predictors.length > 1) {
    const [fitted, given] = [model(b).data() as Float64Array, target.data() as Float64Array];
    const labels = { xLabel: "fitted", yLabel: "given" };
    return [pointsAndCurves({ x: fitted, y: given, ...labels, title })];
  }
  const [least, most] = [Math.min(...x[0]!), Math.max(...x[0]!)];
  const fine = Array.from({ length: 201 }, (_, i) => least + ((most - least) * i) / 200);
  const smooth = read({ ...problem, x: [fine] }).model(b);
  const curves = [{ x: fine, y: smooth.data() as Float64Array }];
  return [pointsAndCurves({ x: x[0]!, y: target.data() as Float64Array, curves, title })];
}
