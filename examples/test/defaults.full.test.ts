/**
 * The examples as they are shipped: each runs without options, to the numbers it should end with,
 * and draws its picture. Their mistakes are below. The others have files of their own.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { readSafetensors } from "nabla";
import { describe, expect, test } from "vitest";

import { freshFolder, runExample } from "./command.js";

/** Runs an example, which must succeed and leave its picture with these words in it. */
async function run(name: string, words: readonly string[], ...options: string[]): Promise<string> {
  const out = freshFolder();
  const { code, stdout, stderr } = await runExample(name, ...options, "--out", out);
  expect([code, stderr]).toEqual([0, ""]);
  const svg = readFileSync(join(out, `${name}.svg`), "utf8");
  for (const word of words) expect(svg).toContain(word);
  return stdout;
}

/** All numbers that a pattern captures. */
const numbers = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].flatMap(([, ...found]) => found.map(Number));

test("closed-form: three ways to one answer, and digits lost as the theory says", async () => {
  const stdout = await run("closed-form", ["Columns that are nearly alike"]);
  // The figure of sklearn/reference.json in the shared data; the shipped columns have ten digits.
  const sums = numbers(stdout, /^(?:normal equations|Q · R|gradient descent) +([\d.]+)/gm);
  expect(sums).toHaveLength(3);
  for (const sum of sums) expect(Math.abs(sum / 1263983.156255485 - 1)).toBeLessThan(1e-9);
  expect(numbers(stdout, / (0\.5177\d+) /g)).toEqual([0.517749, 0.517749, 0.517749]);
  const lost = numbers(stdout, /normal equations ([\d.]+) digits, Q · R ([\d.]+)/g);
  const [normal, qr] = lost.slice(-2);
  expect(normal).toBeLessThan(3);
  expect(qr).toBeGreaterThan(6);
});

test("logistic-regression: the optimum is Newton's, and the coins as bent", async () => {
  const stdout = await run("logistic-regression", ["probability of heads", "two moons"]);
  const objectives = numbers(stdout, /objective by .* (0\.\d+)$/gm);
  expect(objectives).toHaveLength(4);
  expect(Math.abs(objectives[0]! - objectives[1]!)).toBeLessThan(1e-10);
  expect(Math.abs(objectives[2]! - objectives[3]!)).toBeLessThan(1e-10);
  const [w, b] = numbers(stdout, /w = ([-\d.]+) {2}b = ([-\d.]+)/g);
  expect(Math.abs(w! - 1.5)).toBeLessThan(0.4);
  expect(Math.abs(b! + 0.5)).toBeLessThan(0.4);
});

test("sin-polynomial: four ways agree, and least squares say where they go", async () => {
  const stdout = await run("sin-polynomial", ["by hand", "layers"]);
  const line = (name: string): number[] =>
    numbers(
      stdout,
      new RegExp(`^${name} +(\\S+) \\+ +(\\S+) x \\+ +(\\S+) x² \\+ +(\\S+) x³`, "gm"),
    );
  const [hand, autograd, optimizer, layers, exact] = [
    "by hand",
    "autograd",
    "optimizer",
    "layers",
    "exact",
  ].map(line);
  expect(autograd).toEqual(hand);
  expect(optimizer).toEqual(hand);
  // For points without end, the integrals of x sin x and x³ sin x over a period, 2π and 2π³ - 12π,
  // give 0.856983 and -0.093388.
  for (const [k, value] of [0, 0.856983, 0, -0.093388].entries()) {
    expect(Math.abs(exact![k]! - value)).toBeLessThan(5e-4);
    expect(Math.abs(hand![k]! - value)).toBeLessThan(0.05);
    expect(Math.abs(layers![k]! - value)).toBeLessThan(0.05);
  }
});

test("micrograd: 337 parameters put all points on their side", async () => {
  const stdout = await run("micrograd", ["Two moons, 100.0 % right"]);
  expect(stdout).toContain("337 parameters");
  expect(stdout).toContain("100.0 % of 100 points");
});

test("hand-vs-autograd: the same lines, and times for all", async () => {
  const options = ["--most", "10000", "--budget", "20"];
  const stdout = await run("hand-vs-autograd", ["The same step, three ways"], ...options);
  expect(numbers(stdout, /agree to (\S+)\.$/gm)[0]).toBeLessThan(1e-5);
  const times = numbers(stdout, /^ *\d+ points +([\d.]+) +([\d.]+) +([\d.]+)/gm);
  expect(times).toHaveLength(12);
  expect(Math.min(...times)).toBeGreaterThan(0);
});

test("classification: irises to the reference, digits it draws, models it saves", async () => {
  const out = freshFolder();
  const { code, stdout, stderr } = await runExample("classification", "--out", out);
  expect([code, stderr]).toEqual([0, ""]);
  const [objective, reference] = numbers(stdout, /^ {2}(?:objective|reference) (0\.\d+)$/gm);
  expect(reference).toBe(0.24367722664938);
  expect(Math.abs(objective! - reference!)).toBeLessThan(1e-8);
  expect(stdout).toContain("144 of 150 right");
  const right = numbers(stdout, /: ([\d.]+) % of the test digits/g);
  expect(right).toHaveLength(2);
  expect(Math.min(...right)).toBeGreaterThan(90);
  expect(existsSync(join(out, "classification.svg"))).toBe(true);
  const { "1.weight": weight } = readSafetensors(join(out, "mlp.safetensors"));
  expect(weight!.shape).toEqual([256, 784]);
}, 240_000);

const shared = fileURLToPath(new URL("../../../shared/data/", import.meta.url));
const isThere = existsSync(shared);
if (!isThere) console.log(`skipped: examples on ${shared}, which is not there`);

describe.skipIf(!isThere)("the shared data", () => {
  test("breast cancer: the reference's objective and its 561 right", async () => {
    const data = join(shared, "sklearn/breast_cancer.csv");
    const stdout = await run("logistic-regression", ["98.6 % right"], "--data", data);
    const [objective] = numbers(stdout, /objective by autograd .* (0\.\d+)$/gm);
    expect(Math.abs(objective! - 0.09959137548471)).toBeLessThan(1e-8);
    expect(stdout).toContain("561 of 569 right");
  });

  test("diabetes: the exact sum of squares", async () => {
    const stdout = await run("closed-form", ["Descent"], "--data", join(shared, "sklearn"));
    const [exact] = numbers(stdout, /The exact answer has ([\d.]+)\.$/gm);
    expect(Math.abs(exact! - 1263983.156255485)).toBeLessThan(1e-6);
  });
});

/** The example, its options, the content of a file that comes last, and what is said. */
const mistakes: [string, string[], string | undefined, RegExp][] = [
  ["closed-form", ["--data", "no-such-folder"], undefined, /no-such-folder.*no such file/],
  ["closed-form", ["--steps", "-1"], undefined, /--steps.*whole number/],
  ["logistic-regression", ["--data"], "a,b\n1,2\n3,4\n", /the classes, 0 and 1/],
  ["logistic-regression", ["--data"], "x\n1,0\n1,1\n", /a column has the same number/],
  ["logistic-regression", ["--data"], "x\n1,zero\n", /line 2, column 2/],
  ["logistic-regression", ["--lambda", "-1"], undefined, /--lambda.*0 or more/],
  ["sin-polynomial", ["--steps", "0"], undefined, /--steps must be 1 or more/],
  ["micrograd", ["--points", "1"], undefined, /--points must be 2 or more/],
  ["hand-vs-autograd", ["--most", "3"], undefined, /--most must be 10 or more/],
  ["classification", ["--data", "examples"], undefined, /examples has no train-images/],
  ["classification", ["--epochs", "x"], undefined, /--epochs.*whole number/],
];

describe.concurrent("a mistake gets a sentence, no stack trace, and exit code 1", () => {
  test.each(mistakes)("%s %j", async (name, options, content, says) => {
    const out = freshFolder();
    const file = join(out, "data.csv");
    if (content !== undefined) writeFileSync(file, content);
    const last = content === undefined ? [] : [file];
    const { code, stderr } = await runExample(name, "--out", out, ...options, ...last);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });
});
