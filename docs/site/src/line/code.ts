/** The program of the chapter as text. What the page runs is fit.ts; a test compares. */
import type { Program } from "../program.js";
import type { Line, Point, Settings } from "./fit.js";

/** How many steps it takes for a reader who has taken none. */
const STEPS = 200;

const optimizers: Readonly<Record<Settings["method"], (settings: Settings) => string>> = {
  sgd: ({ rate, momentum }) => `SGD([w, b], { lr: ${rate}, momentum: ${momentum} })`,
  rmsprop: ({ rate, momentum }) => `RMSprop([w, b], { lr: ${rate}, momentum: ${momentum} })`,
  adam: ({ rate }) => `Adam([w, b], { lr: ${rate} })`,
};

/** The fit of these points; `slopes` is what the comment says. */
export function programOf(
  points: readonly Point[],
  start: Line,
  settings: Settings,
  steps: number,
  slopes: string,
): Program {
  const optimizer = optimizers[settings.method](settings);
  const list = (of: (point: Point) => number): string => `[${points.map(of).join(", ")}]`;
  return {
    before: [
      `import { ${optimizer.replace(/\(.*/, "")}, tensor } from "nabla";`,
      'import { pointsAndLines } from "nabla/viz";',
      "",
      `const xs = ${list(({ x }) => x)};`,
      `const ys = ${list(({ y }) => y)};`,
      'const x = tensor(xs, { dtype: "float64" });',
      'const y = tensor(ys, { dtype: "float64" });',
    ],
    shown: [
      `const w = tensor(${start.w}, { dtype: "float64", requiresGrad: true });`,
      `const b = tensor(${start.b}, { dtype: "float64", requiresGrad: true });`,
      `const optimizer = new ${optimizer};`,
      "",
      `for (let step = 0; step < ${steps === 0 ? STEPS : steps}; step++) {`,
      "  const loss = w.mul(x).add(b).sub(y).square().mean();",
      "  optimizer.zeroGrad();",
      `  loss.backward();    // ${slopes}`,
      "  optimizer.step();",
      "}",
    ].join("\n"),
    after: [
      "console.log(`y = ${w.item()} x + ${b.item()}`);",
      "pointsAndLines({ x: xs, y: ys, lines: [{ slope: w.item(), intercept: b.item() }] })",
    ],
  };
}
