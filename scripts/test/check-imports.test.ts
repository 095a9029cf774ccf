// The import rule lets through what it should and names what it should not. The rule itself, as
// it applies to the repository, is checked by `npm run check`.

import { expect, test } from "vitest";

import { problemsOf } from "../check-imports.js";
import type { WorkspacePackage } from "../repository.js";
import { parseSource } from "../source-code.js";

const packages: WorkspacePackage[] = ["core", "optim", "viz", "nabla"].map((name) => ({
  folder: `packages/${name}`,
  name: name === "nabla" ? name : `@nabla/${name}`,
  dependencies: name === "viz" ? ["linkedom"] : [],
  entries: new Map(),
}));

function problems(path: string, code: string): string[] {
  const isFile = (target: string): boolean => !target.includes("missing");
  return problemsOf(parseSource(path, code), packages, isFile);
}

test.each([
  ["packages/core/src/tensor.ts", 'import { a } from "./ops/define.js";'],
  ["packages/core/src/ops/define.ts", 'import type { Tensor } from "../tensor.js";'],
  ["packages/core/src/ops/define.ts", 'import { type Tensor } from "../tensor.js";'],
  ["packages/core/src/ops/define.ts", 'import { a } from "./create.js";'],
  ["packages/core/src/graph/node.ts", 'import { a } from "../errors.js";'],
  ["packages/core/src/schedule/flush.ts", 'import { a } from "../backends/backend.js";'],
  ["packages/core/src/index.ts", 'export * from "./backends/wasm/emit.js";'],
  ["packages/core/test/tensor.test.ts", 'import { a } from "../src/graph/node.js";'],
  ["packages/core/test/tensor.test.ts", 'import { readFileSync } from "node:fs";'],
  ["packages/optim/src/sgd.ts", 'import { realize } from "@nabla/core/engine";'],
  ["packages/viz/src/plot.ts", 'import { a } from "linkedom";\nimport { b } from "#document";'],
  ["packages/nabla/src/viz.ts", 'export * from "@nabla/viz";'],
  ["packages/nabla/test/docs.test.ts", 'import { a } from "../../../scripts/doc-runner.js";'],
  ["examples/xor.ts", 'import { a } from "nabla/viz";\nimport { b } from "./support/b.js";'],
])("%s may say %s", (path, code) => {
  expect(problems(path, code)).toEqual([]);
});

test.each([
  [
    "packages/core/src/graph/node.ts",
    'import { a } from "../ops/define.js";',
    "graph/ may import only graph/, errors.ts. Move what both need further down",
  ],
  ["packages/core/src/autograd.ts", 'import "./ops/define.js";', "autograd.ts may import only"],
  ["packages/core/src/ops/a.ts", 'export { a } from "../tensor.js";', "ops/ may import only"],
  ["packages/core/src/ops/a.ts", 'await import("../tensor.js");', "ops/ may import only"],
  ["packages/core/src/graph/dtype.ts", 'import { a } from "./node.js";', "graph/dtype.ts may"],
  ["packages/core/src/new/a.ts", 'import { a } from "../errors.js";', "no rule for new/a.ts"],
  ["packages/core/src/tensor.ts", 'import { a } from "node:fs";', "libraries run in browsers too"],
  ["packages/core/src/tensor.ts", 'import { a } from "lodash";', "does not list lodash"],
  ["packages/core/src/tensor.ts", 'import { a } from "@nabla/optim";', "may not use @nabla/optim"],
  ["packages/viz/src/a.ts", 'import { a } from "@nabla/core/engine";', "@nabla/core/engine"],
  ["packages/viz/src/a.ts", 'import { a } from "../../core/src/a.js";', "outside packages/viz/src"],
  ["examples/xor.ts", 'import { a } from "@nabla/core/src/tensor.js";', "by its name alone"],
  ["examples/xor.ts", 'import { a } from "../packages/core/src/a.js";', "outside examples"],
  ["examples/xor.ts", 'import { a } from "./support/b.ts";', "Relative imports end in .js"],
  ["examples/xor.ts", 'import { a } from "./missing.js";', "there is no examples/missing.ts"],
  ["packages/extra/src/a.ts", "export const a = 1;", "is in no area"],
])("%s may not say %s", (path, code, message) => {
  expect(problems(path, code)).toEqual([expect.stringContaining(message)]);
});

test("a message names the line", () => {
  expect(problems("examples/xor.ts", '\n\nimport "./missing.js";')[0]).toMatch(
    /^examples\/xor\.ts:3 imports \.\/missing\.js/,
  );
});
