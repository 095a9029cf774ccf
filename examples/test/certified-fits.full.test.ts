/** Certified problems: those that are shipped, and a sentence for every file that is none. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { tensor } from "nabla";
import { describe, expect, test } from "vitest";

import { readFormula } from "../support/formula.js";
import { Mistake } from "../support/mistake.js";
import { readProblem } from "../support/problem.js";
import { freshFolder, runExample } from "./command.js";

/** Every line of the report: problem, start, digits of parameters, of deviations, verdict. */
function report(stdout: string) {
  const pattern =
    /^(\w+) \(.*?\) {2}start (\w+): parameters ([\d.]+), standard .*? ([\d.]+) digits; (\w+)/gm;
  return [...stdout.matchAll(pattern)].map(([, name, start, digits, spread, verdict]) => ({
    name,
    start,
    verdict,
    digits: Number(digits),
    spread: Number(spread),
  }));
}

test("the shipped problems have their certified digits", async () => {
  const out = freshFolder();
  const { code, stdout } = await runExample("certified-regression", "--out", out);
  const lines = report(stdout);
  expect(lines.map(({ name, start }) => `${name} ${start}`)).toEqual([
    "Longley none",
    "Misra1a 1",
    "Misra1a 2",
    "Rat43 1",
    "Rat43 2",
  ]);
  expect(Math.min(...lines.map(({ digits }) => digits))).toBeGreaterThanOrEqual(10);
  expect(Math.min(...lines.map(({ spread }) => spread))).toBeGreaterThanOrEqual(10);
  expect(lines.slice(1).every(({ verdict }) => verdict === "converged")).toBe(true);
  expect(code).toBe(0);
  const svg = readFileSync(join(out, "certified-regression.svg"), "utf8");
  expect(svg).toContain("Rat43: y = b1/((1+exp(b2-b3*x))**(1/b4))");
});

const shipped = fileURLToPath(new URL("../data/nist/Misra1a.json", import.meta.url));
const misra = JSON.parse(readFileSync(shipped, "utf8")) as Record<string, unknown>;

async function runWith(changes: Record<string, unknown>) {
  const out = freshFolder();
  const file = join(out, "problem.json");
  writeFileSync(file, JSON.stringify({ ...misra, ...changes }));
  return runExample("certified-regression", "--data", file, "--out", out);
}

test("other answers than the certified ones end with exit code 1, as failed fits do", async () => {
  const certified = { params: [238.95, 0.00055], stddevs: [2.7, 7.3e-6] };
  const [wrong, lost] = await Promise.all([
    runWith({ certified }),
    // Both the curve and its derivatives are 0 there.
    runWith({ formula: "b1*exp(-b2*x)", starts: [[1, 1e6]] }),
  ]);
  expect(wrong.code).toBe(1);
  expect(report(wrong.stdout).every(({ digits }) => digits < 6)).toBe(true);
  expect(wrong.stdout).toContain("FAILED, 6 needed");
  expect(lost.code).toBe(1);
  expect(lost.stdout).toMatch(/did not converge: the derivatives do not tell all parameters apart/);
});

const mistakes: [title: string, changes: Record<string, unknown>, says: RegExp][] = [
  [
    "a name that nothing has",
    { formula: "b1*(1-exp(-b9*x))" },
    /has "b9" in it; it may have x, b1/,
  ],
  ["no formula", { formula: "b1*(" }, /cannot be read: Unexpected end/],
  [
    "JavaScript",
    { formula: "process.exit(3)" },
    /"process.exit\(3\)" in it, which is not understood/,
  ],
  ["an assignment", { formula: "b1=3" }, /not understood/],
  ["no points", { x: [], y: [] }, /"x" must be a list of at least/],
  ["y too short", { y: [1, 2] }, /"y" must be 14 finite numbers/],
  ["no starts", { starts: null }, /"starts" must be/],
  ["a start too short", { starts: [[1]] }, /"starts\[0\]" must be 2 finite numbers/],
  ["another kind", { kind: "cubic" }, /"kind" must be "linear" or "nonlinear"/],
  ["no names", { parameters: "b1" }, /"parameters" must be a list of names/],
];

describe("a mistake gets a sentence", () => {
  test.each(mistakes)("%s", (_title, changes, says) => {
    const file = join(freshFolder(), "problem.json");
    writeFileSync(file, JSON.stringify({ ...misra, ...changes }));
    const read = (): unknown => {
      const { formula, predictors, parameters } = readProblem(file);
      return readFormula(formula, [...predictors, ...parameters]);
    };
    expect(read).toThrow(Mistake);
    expect(read).toThrow(says);
  });

  test("and exit code 1, without a stack trace", async () => {
    const { code, stderr } = await runWith({ formula: "b1*(" });
    expect(stderr).toMatch(/^\nerror: The formula "b1\*\(" cannot be read: .*\n$/);
    expect(code).toBe(1);
  });
});

test("powers bind tighter than the minus before them, and to the right", () => {
  const names = { x: tensor(3, { dtype: "float64" }) };
  const value = (formula: string): number => readFormula(formula, ["x"])(names).item();
  expect(value("-x**2")).toBe(-9);
  expect(value("2**x**2")).toBe(512);
  expect(value("-(x-1)**2/2 + 2**-1")).toBe(-1.5);
  expect(value("cos(pi) - atan(x)/pi")).toBeCloseTo(-1 - Math.atan(3) / Math.PI, 14);
});
