/**
 * PyTorch's first tutorial: a polynomial of degree three learns the sine, four times. By hand, with
 * autograd, with an optimizer, and with layers: the same numbers, in fewer words. Least squares,
 * solved, say where all four are going.
 */
import {
  Flatten,
  linalg,
  Linear,
  linspace,
  manualSeed,
  MSELoss,
  noGrad,
  progress,
  randn,
  RMSprop,
  Sequential,
  SGD,
  tensor,
} from "nabla";
import type { Tensor } from "nabla";
import { figure, lossCurve, pointsAndCurves } from "nabla/viz";

import * as cli from "./support/command-line.js";
import { Mistake } from "./support/mistake.js";

/** a + b x + c x² + d x³ on the way, and the sum of squares of every step. */
interface Fit {
  readonly coefficients: readonly number[];
  readonly losses: readonly number[];
}

const dtype = "float64";
const points = 2000;
const lr = 1e-6;
const xs = Array.from({ length: points }, (_, i) => -Math.PI + (2 * Math.PI * i) / (points - 1));
const valueAt = (x: number, [a, b, c, d]: readonly number[]): number =>
  a! + x * (b! + x * (c! + x * d!));
const sumOfSquares = (coefficients: readonly number[]): number =>
  xs.reduce((sum, x) => sum + (valueAt(x, coefficients) - Math.sin(x)) ** 2, 0);

cli.run(() => {
  const { steps, seed, out } = cli
    .command("sin-polynomial", "A polynomial of degree three learns the sine, in four ways.")
    .option("--steps <count>", "how many steps each takes", cli.count, 2000)
    .option("--seed <number>", "decides where they start", cli.count, 0)
    .parse()
    .opts<{ steps: number; seed: number; out: string }>();
  if (steps === 0) throw new Mistake("No step would be taken: --steps must be 1 or more.");
  manualSeed(seed);
  const start = Array.from(randn([4], { dtype }).data());
  const fits = {
    "by hand": byHand(start, steps),
    autograd: byAutograd(start, steps),
    optimizer: byOptimizer(start, steps),
    layers: byLayers(start, steps),
  };
  const show = (name: string, coefficients: readonly number[], loss: number): void => {
    const [a, b, c, d] = coefficients.map((value) => value.toFixed(6).padStart(9));
    console.log(`${name.padEnd(9)} ${a} + ${b} x + ${c} x² + ${d} x³   ${loss.toFixed(9)}`);
  };
  for (const [name, fit] of Object.entries(fits)) show(name, fit.coefficients, fit.losses.at(-1)!);
  show("exact", exact(), sumOfSquares(exact()));
  const gap = fits["by hand"].coefficients.map((value, i) =>
    Math.abs(value - fits.autograd.coefficients[i]!),
  );
  console.log(`\nBy hand and by autograd differ by ${Math.max(...gap).toExponential(1)} at most.`);
  draw(out, fits);
});

/** One: plain numbers. Every derivative is written out. */
function byHand(start: readonly number[], steps: number): Fit {
  const coefficients = [...start];
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const gradient = [0, 0, 0, 0];
    let loss = 0;
    for (const x of xs) {
      const error = valueAt(x, coefficients) - Math.sin(x);
      loss += error * error;
      for (let k = 0, power = 1; k < 4; k++, power *= x) gradient[k]! += 2 * error * power;
    }
    losses.push(loss);
    for (let k = 0; k < 4; k++) coefficients[k]! -= lr * gradient[k]!;
  }
  return { coefficients, losses };
}

/** Two: tensors. `backward()` finds the derivatives; the step is still ours. */
function byAutograd(start: readonly number[], steps: number): Fit {
  const x = linspace(-Math.PI, Math.PI, points, { dtype });
  const y = x.sin();
  const [a, b, c, d] = start.map((value) => tensor(value, { dtype, requiresGrad: true }));
  const all = [a!, b!, c!, d!];
  const losses: Tensor[] = [];
  const loop = progress(steps);
  for (const _ of loop) {
    const fitted = a!
      .add(b!.mul(x))
      .add(c!.mul(x.square()))
      .add(d!.mul(x.pow(3)));
    const loss = fitted.sub(y).square().sum();
    loss.backward();
    noGrad(() => {
      for (const one of all) {
        one.sub_(one.grad!.mul(lr));
        one.grad = null;
      }
    });
    losses.push(loss.detach());
    loop.report(loss);
  }
  return result(all, losses);
}

/** Three: an optimizer takes the steps. */
function byOptimizer(start: readonly number[], steps: number): Fit {
  const x = linspace(-Math.PI, Math.PI, points, { dtype });
  const y = x.sin();
  const coefficients = tensor(start, { dtype, requiresGrad: true });
  const powers = tensor(
    xs.map((value) => [1, value, value ** 2, value ** 3]),
    { dtype },
  );
  const optimizer = new SGD([coefficients], { lr });
  const losses: Tensor[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = powers.mv(coefficients).sub(y).square().sum();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss.detach());
  }
  return result([coefficients], losses);
}

/** Four: layers hold the weights; RMSprop finds a pace of its own for each. */
function byLayers(start: readonly number[], steps: number): Fit {
  const powers = tensor(
    xs.map((value) => [value, value ** 2, value ** 3]),
    { dtype },
  );
  const y = tensor(xs.map(Math.sin), { dtype });
  const layer = new Linear(3, 1);
  const model = new Sequential(layer, new Flatten(0)).to(dtype);
  noGrad(() => {
    layer.weight.copy_(tensor([start.slice(1)], { dtype }));
    layer.bias!.fill_(start[0]!);
  });
  const criterion = new MSELoss({ reduction: "sum" });
  const optimizer = new RMSprop(model.parameters(), { lr: 3e-3 });
  const losses: Tensor[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = criterion.call(model.call(powers), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss.detach());
  }
  return result([layer.bias!, layer.weight], losses);
}

function result(parameters: readonly Tensor[], losses: readonly Tensor[]): Fit {
  return {
    coefficients: parameters.flatMap((parameter) => Array.from(parameter.flatten().data())),
    losses: losses.map((loss) => loss.item()),
  };
}

/** The polynomial that no other of its degree beats. */
function exact(): number[] {
  const powers = tensor(
    xs.map((x) => [1, x, x ** 2, x ** 3]),
    { dtype },
  );
  const y = tensor(
    xs.map((x) => [Math.sin(x)]),
    { dtype },
  );
  return Array.from(linalg.lstsq(powers, y).solution.flatten().data());
}

/** The four curves on the sine, and how the sum of squares fell. */
function draw(out: string, fits: Readonly<Record<string, Fit>>): void {
  const some = xs.filter((_, i) => i % 50 === 0);
  const curves = Object.entries(fits).map(([label, { coefficients }]) => {
    return { x: some, y: some.map((x) => valueAt(x, coefficients)), label };
  });
  const losses = Object.fromEntries(Object.entries(fits).map(([name, fit]) => [name, fit.losses]));
  const title = "A polynomial of degree three and the sine";
  const panels = [
    pointsAndCurves({ x: some, y: some.map(Math.sin), curves, title }),
    lossCurve({ losses, title: "How it was learnt", yLabel: "sum of squares" }),
  ];
  cli.writePicture(out, "sin-polynomial.svg", figure(panels));
}
