/**
 * The two examples about learning rates: their numbers, and what they say of each rate.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { freshFolder, runByName, runExample } from "./command.js";

test("descents of x² are at (1 - 2·rate)^k · start, and each is told what it does", async () => {
  const out = freshFolder();
  const rates = [0.01, 0.3, 0.45, 0.9, 1, 1.05];
  const options = ["--start", "-3", "--steps", "20", "--rates", rates.join(","), "--out", out];
  const { code, stdout } = await runExample("gradient-descent", ...options);
  expect(code).toBe(0);
  const places = [...stdout.matchAll(/after 20 steps x = ([^;]+);/g)].map((found) => +found[1]!);
  rates.forEach((rate, i) => {
    const exact = (1 - 2 * rate) ** 20 * -3;
    expect(Math.abs(places[i]! - exact)).toBeLessThanOrEqual(1e-13 * Math.abs(exact) + 1e-24);
  });
  const said = [...stdout.matchAll(/^rate [\d.]+: (\w+)/gm)].map((found) => found[1]);
  expect(said).toEqual(["slow", "converges", "converges", "converges", "oscillates", "diverges"]);
  expect(existsSync(join(out, "gradient-descent.svg"))).toBe(true);
});

test("three rates side by side: too small, right, too large", async () => {
  const out = freshFolder();
  const { code, stdout } = await runExample("learning-rate", "--out", out);
  expect(code).toBe(0);
  const said = [...stdout.matchAll(/^rate [\d.]+: ([a-z ]+)/gm)].map((found) => found[1]);
  expect(said).toEqual(["too small", "right", "too large"]);
  expect(existsSync(join(out, "learning-rate.svg"))).toBe(true);
});

test("an unknown example lists those there are", async () => {
  const { code, stderr } = await runByName("linear-regresion");
  expect(code).toBe(1);
  expect(stderr).toContain("There is no example named");
  expect(stderr).toContain("linear-regression");
});

test("help tells the options and their defaults", async () => {
  const { code, stdout } = await runByName("linear-regression", "--help");
  expect(code).toBe(0);
  for (const text of ["--lr <rate>", "0.01", "--iterations <count>", "1000", "--momentum"]) {
    expect(stdout).toContain(text);
  }
});
