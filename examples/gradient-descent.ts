/**
 * Descends the curve y = x² from the same start with four learning rates. One is too small, one
 * right, one swings for ever, one flies off. Every step multiplies x by 1 - 2·rate, which is why.
 */
import { SGD, tensor } from "nabla";
import { descentsOnCurve, figure } from "nabla/viz";

import * as cli from "./support/command-line.js";

interface Settings {
  readonly start: number;
  readonly steps: number;
  readonly rates: readonly number[];
  readonly out: string;
}

cli.run(() => {
  const { start, steps, rates, out } = cli
    .command("gradient-descent", "Descends y = x² with several learning rates.")
    .option("--start <x>", "where every descent begins", cli.number, 4)
    .option("--steps <count>", "how many steps to take", cli.count, 25)
    .option("--rates <list>", "learning rates, with commas", cli.rates, [0.01, 0.3, 1, 1.05])
    .parse()
    .opts<Settings>();

  const paths = rates.map((lr) => {
    const x = descend(start, lr, steps);
    const [end, verdict] = [x.at(-1)!, judge(x)];
    const expected = (1 - 2 * lr) ** steps * start;
    console.log(`rate ${lr}: ${verdict}`);
    console.log(
      `  after ${steps} steps x = ${end}; (1 - 2·${lr})^${steps} · ${start} = ${expected}`,
    );
    return { x, label: `rate ${lr}: ${verdict.split(":")[0]}` };
  });
  const reach = Math.max(1, Math.abs(start)) * 1.6;
  const panels = descentsOnCurve({ curve: (x) => x * x, xRange: [-reach, reach], paths });
  const title = "Gradient descent on y = x²";
  cli.writePicture(out, "gradient-descent.svg", figure(panels, { title }));
});

/** All places on the way. The derivative of x² is left to `backward()`. */
function descend(start: number, lr: number, steps: number): number[] {
  const x = tensor(start, { dtype: "float64", requiresGrad: true });
  const optimizer = new SGD([x], { lr });
  const places = [x.item()];
  for (let i = 0; i < steps; i++) {
    const y = x.square();
    optimizer.zeroGrad();
    y.backward();
    optimizer.step();
    places.push(x.item());
  }
  return places;
}

/** What a descent did, in words, from its places alone. */
function judge(places: readonly number[]): string {
  const sizes = places.map(Math.abs);
  const [first, last] = [sizes[0]!, sizes.at(-1)!];
  const swings = places.some((x, i) => i > 0 && x * places[i - 1]! < 0);
  if (first === 0 || places.length === 1)
    return "at rest: it starts at the bottom, or takes no step";
  if (!(last <= first * (1 + 1e-9))) {
    return "diverges: every step overshoots further than the one before; the rate is too large";
  }
  if (last >= first * (1 - 1e-9)) {
    return swings
      ? "oscillates: every step lands as far beyond the bottom as it came from"
      : "at rest: a rate of 0 takes no step";
  }
  if (last > 0.1 * first) {
    return swings
      ? "slow: it swings from side to side and loses little each time; the rate is a bit too large"
      : "slow: it creeps, and is not there yet; the rate is too small";
  }
  return swings ? "converges: from side to side, ever closer" : "converges: straight to the bottom";
}
