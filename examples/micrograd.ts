/**
 * Karpathy's micrograd demo, with tensors: a small network, 2-16-16-1, learns two moons. Its score
 * should be above 1 for one moon and below -1 for the other, which is the loss of support vectors.
 */
import { accuracy, Linear, manualSeed, Module, progress, SGD, stack, tensor } from "nabla";
import type { Tensor } from "nabla";
import { decisionBoundary, figure, lossCurve } from "nabla/viz";

import * as cli from "./support/command-line.js";
import { Mistake } from "./support/mistake.js";
import { moons } from "./support/points.js";

/** Two layers of sixteen neurons, and one that sums up. */
class Net extends Module {
  first = new Linear(2, 16);
  second = new Linear(16, 16);
  last = new Linear(16, 1);

  override forward(x: Tensor): Tensor {
    const hidden = this.second.call(this.first.call(x).relu()).relu();
    return this.last.call(hidden).squeeze(1);
  }
}

cli.run(() => {
  const { points, noise, steps, seed, out } = cli
    .command("micrograd", "A network of 337 numbers learns two moons.")
    .option("--points <count>", "how many points there are", cli.count, 100)
    .option("--noise <width>", "how far they stray from their moons", cli.rate, 0.1)
    .option("--steps <count>", "how many steps to take", cli.count, 300)
    .option("--seed <number>", "decides the points and the first weights", cli.count, 1337)
    .parse()
    .opts<{ points: number; noise: number; steps: number; seed: number; out: string }>();
  if (points < 2) throw new Mistake("Two moons need a point each: --points must be 2 or more.");
  const { x, y } = moons(points, noise, seed);
  const answers = y.mul(2).sub(1);
  manualSeed(seed);
  const model = new Net().to("float64");
  const parameters = [...model.parameters()];
  console.log(`${parameters.reduce((sum, { shape }) => sum + count(shape), 0)} parameters`);

  const optimizer = new SGD(parameters, { lr: 1 });
  const losses: Tensor[] = [];
  const loop = progress(steps);
  for (const step of loop) {
    optimizer.paramGroups[0]!.lr = 1 - (0.9 * step) / steps;
    // Points that are on the right side, and far enough, pull no longer.
    const margins = model.call(x).mul(answers).rsub(1).relu().mean();
    const sizes = parameters.map((parameter) => parameter.square().sum());
    const loss = margins.add(sizes.reduce((a, b) => a.add(b)).mul(1e-4));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss.detach());
    loop.report(loss);
  }

  const right = 100 * accuracy(model.call(x).gt(0).to("float64"), y);
  console.log(`${right.toFixed(1)} % of ${points} points are on the right side`);
  const [first, second] = [x.select(1, 0).data(), x.select(1, 1).data()] as Float64Array[];
  const panels = [
    decisionBoundary({
      x: first!,
      y: second!,
      classes: y.data() as Float64Array,
      probability: (xs, ys) =>
        model
          .call(stack([tensor(xs), tensor(ys)], 1))
          .sigmoid()
          .data(),
      title: `Two moons, ${right.toFixed(1)} % right`,
    }),
    ...(steps > 0 ? [lossCurve({ losses: losses.map((loss) => loss.item()) })] : []),
  ];
  cli.writePicture(out, "micrograd.svg", figure(panels));
});

function count(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
