/**
 * The program of the chapter as text, with what the reader has chosen. What the page runs is
 * train.ts; a test runs this text too, and compares.
 */
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
    "const score = (places) => places.matmul(w).add(b);",
  ],
  network: ({ hidden, seed }: Settings): string[] => [
    `manualSeed(${seed});`,
    `const net = new Sequential(new Linear(2, ${hidden}), new Tanh(), new Linear(${hidden}, 1));`,
    "const parameters = net.parameters();",
    "const score = (places) => net.call(places).squeeze(1);",
  ],
};

/** The program, for so many steps. */
export function codeOf(settings: Settings, steps: number, words: CodeWords): string {
  const { kind, method, rate } = settings;
  const [first = "", ...rest] = models[kind](settings);
  return [
    `// ${words.data}`,
    first,
    ...rest.slice(0, -1),
    `${rest.at(-1)!}   // ${words.score}`,
    `const optimizer = new ${{ sgd: "SGD", adam: "Adam" }[method]}(parameters, { lr: ${rate} });`,
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
