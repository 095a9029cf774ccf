// `npm run graph` explains and draws what a file exports, and says what is wrong with one that
// exports nothing to draw. What is said and drawn: packages/viz/test.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { root } from "../repository.js";

// In the repository, so that the file finds the packages.
const cache = join(root, "node_modules", ".cache");
let folder = "";
beforeAll(() => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, "graph-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function runGraph(text: string | null, ...options: string[]): ReturnType<typeof run> {
  if (text !== null) writeFileSync(join(folder, "line.mts"), text);
  return run(join(folder, "line.mts"), ...options);
}

function run(...options: string[]): { stdout: string; stderr: string; status: number | null } {
  const tsx = join(root, "node_modules", ".bin", "tsx");
  const script = join(root, "scripts", "graph.ts");
  const words = ["--conditions=source", script, ...options];
  return spawnSync(tsx, words, { encoding: "utf8", cwd: folder });
}

const start = `import { tensor } from "nabla";
const w = tensor(3, { requiresGrad: true }).named("w");
`;

test("explains to the terminal, and draws into a file with all values", () => {
  const { stdout, status, stderr } = runGraph(`${start}export const loss = w.add(1).neg();`);
  expect(stderr).toBe("");
  expect(stdout).toContain("The backward pass of neg, in 3 steps.\n");
  expect(stdout).toContain("   w.grad becomes −1\n\nThe graph is in out/line.svg\n");
  expect(status).toBe(0);
  const svg = readFileSync(join(folder, "out/line.svg"), "utf8");
  expect(svg).toMatch(/^<svg /);
  expect(svg).toContain(">4<");
});

test("draws in the format of --out, and no numbers if so told", () => {
  const options = ["--out", "new/line.mmd", "--no-values"];
  const { status } = runGraph(`${start}export default w.add(1).neg();`, ...options);
  expect(status).toBe(0);
  expect(readFileSync(join(folder, "new/line.mmd"), "utf8")).toMatch(/^flowchart TD\n[^]*grad −1"/);
});

test.each([
  ["export const lost = 1;", [], "line.mts exports no tensor: it exports lost. Write, for example"],
  ['throw new Error("on purpose");', [], "line.mts failed: on purpose"],
  [`${start}export default w;`, ["--out", "line.mts/a.svg"], "line.mts/a.svg cannot be written: "],
])("refuses %j %j", (text, options, message) => {
  const { stderr, status } = runGraph(text, ...options);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/^error: /);
  expect(stderr).not.toContain("    at ");
  expect(status).toBe(1);
});

test("refuses a file that is not there", () => {
  const { stderr, status } = run("nope.ts");
  expect(stderr).toBe("error: there is no file nope.ts\n");
  expect(status).toBe(1);
});
