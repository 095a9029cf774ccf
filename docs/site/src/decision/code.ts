/**
 * The program of the chapter as text, with what the reader has chosen. What the page runs is
 * train.ts; a test runs this text too, and compares.
 */
import type { Program } from "../program.js";
import type { Spot } from "./spots.js";
import type { Settings } from "./train.js";

/** What the comments in the code say. */
export interface CodeWords {
  readonly data: string;
  readonly score: string;
  readonly loss: string;
  readonly probability: string;
}

const models = {
  line: (): string[] => [
    "const w = zeros([2], { requiresGrad: true });",
    "const b = zeros([], { requiresGrad: true });",
    "const parameters = [w, b];",
    "const score = (places: Tensor) => places.matmul(w).add(b);",
  ],
  network: ({ hidden, seed }: Settings): string[] => [
    `manualSeed(${seed});`,
    `const net = new Sequential(new Linear(2, ${hidden}), new Tanh(), new Linear(${hidden}, 1));`,
    "const parameters = net.parameters();",
    "const score = (places: Tensor) => net.call(places).squeeze(1);",
  ],
};

const imports = {
  line: ["functional", "stack", "tensor", "zeros"],
  network: ["functional", "Linear", "manualSeed", "Sequential", "stack", "Tanh", "tensor"],
};

/** The program with its points. */
export function programOf(
  spots: readonly Spot[],
  settings: Settings,
  steps: number,
  words: CodeWords,
): Program {
  const optimizer = { sgd: "SGD", adam: "Adam" }[settings.method];
  const list = (of: (spot: Spot) => number): string => `[${spots.map(of).join(", ")}]`;
  return {
    before: [
      `import { ${optimizer}, ${imports[settings.kind].join(", ")} } from "nabla";`,
      'import type { Tensor } from "nabla";',
      'import { decisionBoundary } from "nabla/viz";',
      "",
      `const xs = ${list(({ x }) => x)};`,
      `const ys = ${list(({ y }) => y)};`,
      `const classes = ${list(({ kind }) => kind)};`,
      "const x = stack([tensor(xs), tensor(ys)], 1);",
      'const t = tensor(classes).to("float32");',
    ],
    shown: codeOf(settings, optimizer, steps, words),
    after: [
      "const probability = (across: Float64Array, up: Float64Array) => {",
      '  const places = stack([tensor(across), tensor(up)], 1).to("float32");',
      "  return score(places).sigmoid().data();",
      "};",
      "decisionBoundary({ x: xs, y: ys, classes, probability })",
    ],
  };
}

/** What is shown of it, for so many steps. */
function codeOf(settings: Settings, optimizer: string, steps: number, words: CodeWords): string {
  const { kind, rate } = settings;
  const [first = "", ...rest] = models[kind](settings);
  return [
    `// ${words.data}`,
    first,
    ...rest.slice(0, -1),
    `${rest.at(-1)!}   // ${words.score}`,
    `const optimizer = new ${optimizer}(parameters, { lr: ${rate} });`,
    "",
    `for (let step = 0; step < ${steps}; step++) {`,
    "  const loss = functional.binaryCrossEntropyWithLogits(score(x), t);",
    "  optimizer.zeroGrad();",
    `  loss.backward();    // ${words.loss}`,
    "  optimizer.step();",
    "}",
    `const p = score(x).sigmoid();   // ${words.probability}`,
  ].join("\n");
}
