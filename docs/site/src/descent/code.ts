/** The program of the chapter as text. What the page runs is descend.ts; a test compares. */
import type { Program } from "../program.js";
import { STEPS } from "./descend.js";
import type { CurveName } from "./descend.js";

/** What the comments in the code say. */
export interface CodeWords {
  readonly curve: string;
  readonly slope: string;
}

const curves: Readonly<Record<CurveName, string>> = {
  bowl: "x.square()",
  flat: "x.pow(4).div(40)",
  valleys: "x.pow(4).mul(0.05).sub(x.square().mul(0.5)).add(x.mul(0.15)).add(2)",
};

/** The descent on a curve. */
export function programOf(
  curve: CurveName,
  start: number,
  rate: number,
  words: CodeWords,
): Program {
  return {
    before: [
      'import { SGD, tensor } from "nabla";',
      'import type { Tensor } from "nabla";',
      'import { descentsOnCurve } from "nabla/viz";',
    ],
    shown: [
      `const f = (x: Tensor) => ${curves[curve]};   // ${words.curve}`,
      `const x = tensor(${start}, { dtype: "float64", requiresGrad: true });`,
      `const optimizer = new SGD([x], { lr: ${rate} });`,
      "",
      "const places = [x.item()];",
      `for (let step = 0; step < ${STEPS}; step++) {`,
      "  const y = f(x);",
      "  optimizer.zeroGrad();",
      `  y.backward();       // ${words.slope}`,
      `  optimizer.step();   // x ← x − ${rate} · x.grad`,
      "  places.push(x.item());",
      "}",
    ].join("\n"),
    after: [
      "places",
      "descentsOnCurve({",
      "  curve: (at) => f(tensor(at)).item(),",
      "  xRange: [-5, 5],",
      `  paths: [{ x: places, label: "${rate}" }],`,
      "})",
    ],
  };
}
