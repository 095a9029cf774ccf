// How formulas are written: as expected, letter by letter; and so that a reader of the text comes
// to the number that the formula stands for. Whether formulas are true: packages/core/test.

import * as core from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { derivativesOf, formulaOf, graphOf } from "@nabla/core/inspect";
import type { Formula, Inspected } from "@nabla/core/inspect";
import { writeFormula } from "@nabla/viz/formula";
import { assert, constantFrom, letrec, oneof, property, tuple } from "fast-check";
import type { Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";

import { spread } from "../../core/test/arrays.js";
import { evaluate, functions, isNear } from "../../core/test/formulas.js";
import { elementwise } from "../../core/test/oracles.js";
import { readFormula } from "./notation.js";

const write = (formula: Formula | null): string | null =>
  formula === null ? null : writeFormula(formula);

const { add, sub, mul, div, pow, neg, abs, exp, exp2, log, log1p, log2, sqrt, rsqrt } = core;
const { reciprocal, square, sin, cos, tan, tanh, asin, atan, sigmoid, relu, softplus, erf } = core;
const { maximum, clampMin, sinc, sum, mean, amax, matmul, floor, fmod, xlogy } = core;

const written: [name: string, row: Inspected, ...texts: string[]][] = [
  ["add", add, "a + b", "g", "g"],
  ["sub", sub, "a − b", "g", "−g"],
  ["mul", mul, "a · b", "g · b", "g · a"],
  ["div", div, "a / b", "g / b", "−g · y / b"],
  [
    "pow",
    pow,
    "a^b",
    "g · b · a^(b − 1) if b ≠ 0 else 0",
    "g · y · log(a) if a ≠ 0 or b < 0 else 0",
  ],
  ["neg", neg, "−x", "−g"],
  ["abs", abs, "|x|", "g · sign(x)"],
  ["exp", exp, "e^x", "g · y"],
  ["exp2", exp2, "2^x", "g · log(2) · y"],
  ["log", log, "log(x)", "g / x"],
  ["log1p", log1p, "log1p(x)", "g / (x + 1)"],
  ["log2", log2, "log2(x)", "g / (log(2) · x)"],
  ["sqrt", sqrt, "√x", "g / (2 · y)"],
  ["rsqrt", rsqrt, "1 / √x", "−0.5 · g · y² · y"],
  ["reciprocal", reciprocal, "1 / x", "−g · y²"],
  ["square", square, "x²", "2 · g · x"],
  ["sin", sin, "sin(x)", "g · cos(x)"],
  ["cos", cos, "cos(x)", "−g · sin(x)"],
  ["tan", tan, "sin(x) / cos(x)", "g · (y² + 1)"],
  ["tanh", tanh, "tanh(x)", "g · (1 − y²)"],
  ["asin", asin, "atan2(x, √((1 − x) · (1 + x)))", "g / √(1 − x²)"],
  ["atan", atan, "atan2(x, 1)", "g / (x² + 1)"],
  ["sigmoid", sigmoid, "1 / (1 + e^−x)", "g · y · (1 − y)"],
  ["relu", relu, "max(x, 0)", "0 if y ≤ 0 else g"],
  ["softplus", softplus, "max(x, 0) + log1p(e^−|x|)", "g · σ(x)"],
  ["erf", erf, "erf(x)", "g · 2 · e^−x² / √π"],
  [
    "maximum",
    maximum,
    "max(a, b)",
    "0 if a < b else 0.5 · g if a = b else g",
    "0 if a > b else 0.5 · g if a = b else g",
  ],
  ["clampMin", clampMin, "max(a, b)", "g if a ≥ b else 0", "g if a < b else 0"],
  [
    "sinc",
    sinc,
    "π · x + 1 if x = 0 else sin(π · x) / (π · x)",
    // Near zero it is a polynomial, with a letter for what stands in it six times.
    "g · ((cos(π · x) − y) / x if |x| ≥ 0.03125 else " +
      "(((((0 · u · u − 2.472543991775232e−6) · u + " +
      "2.1758387127622042e−4) · u − 0.011749529048915902) · u + 0.32898681336964525) · u − " +
      "3.289868133696453) · x) where u = (π · x)²",
  ],
  [
    "xlogy",
    xlogy,
    "0 if a = 0 and not isnan(b) else a · log(b)",
    "g · (log(b) if a ≠ 0 or b > 0 else 0)",
    "g · a / b",
  ],
  ["floor", floor, "⌊x⌋", "0"],
  ["fmod", fmod, "mod(a, b)", "g", "−g · trunc(a / b)"],
  ["sum", sum, "Σ x", "g"],
  ["mean", mean, "Σ x / n", "g / n"],
  ["amax", amax, "max(x)", "g / Σ u if u else 0 where u = x = amax(x)"],
  ["matmul", matmul, "Σ a · b", "g @ bᵀ", "aᵀ @ g"],
];

test.each(written)("%s", (_name, row, formula, ...derivatives) => {
  expect(write(formulaOf(row))).toBe(formula);
  expect(derivativesOf(row).map(write)).toEqual(derivatives);
});

const composed: [name: string, run: Inspected, text: string][] = [
  ["lerp", core.lerp, "a + (b − a) · c"],
  ["clamp", (a: Tensor, b: Tensor, c: Tensor) => a.clamp(b, c), "min(max(a, b), c)"],
  ["where", (a: Tensor, b: Tensor) => core.where(a.gt(0), a, b), "a if a > 0 else b"],
  ["var", (x: Tensor) => x.var(), "Σ (x − mean(x))² / (n − 1)"],
  ["norm", (x: Tensor) => x.norm(), "√(Σ x²) if Σ x² ≠ 0 else 0"],
  [
    "softmax",
    (x: Tensor) => x.softmax(0),
    "u / Σ u where u = e^(x − (v if isfinite(v) else 0)), v = amax(x)",
  ],
  [
    "gelu",
    (x: Tensor) => x.mul(x.mul(Math.SQRT1_2).erf().add(1)).mul(0.5),
    "0.5 · x · (erf(x / √2) + 1)",
  ],
  ["sums", (a: Tensor, b: Tensor) => a.sum().mul(b).sub(b.mul(a.sum())), "(Σ a) · b − b · Σ a"],
  ["parts", (x: Tensor) => x.mT.narrow(0, 1, 2), "xᵀ.slice(0, 1, 3)"],
  ["signs", (x: Tensor) => x.neg().div(2).add(-3).sub(x.neg()), "−x / 2 − 3 + x"],
  ["numbers", (x: Tensor) => x.mul(1e-7).add(2_000_000).div(Math.PI), "(1e−7 · x + 2e6) / π"],
];

test.each(composed)("%s", (_name, run, text) => {
  expect(write(formulaOf(run))).toBe(text);
});

test("an algorithm is called with what it was told", () => {
  const x = core.tensor([1, 2, 3], { requiresGrad: true });
  const found = graphOf(x.cumsum(0)).find(({ op }) => op === "cumsum")!;
  expect(found.derivatives().map(write)).toEqual(["g.cumsum({ dim: 0, reverse: true })"]);
});

test("names, which may be formulas, take the place of letters", () => {
  const [slope] = derivativesOf(tanh);
  expect(writeFormula(slope!, { g: "2", y: "tanh(w · x)" })).toBe("2 · (1 − (tanh(w · x))²)");
  expect(writeFormula(slope!, { g: "−1", y: "0.5" })).toBe("(−1) · (1 − 0.5²)");
});

test("what is too long is not written", () => {
  let formula: Formula = "x";
  for (let i = 0; i < 100; i++) formula = { op: "add", of: [formula, formula] };
  expect(writeFormula(formula)).toBeNull();
});

const reading = { ...functions, σ: functions["sigmoid"]! };

/** Compares what a reader makes of the text with what the formula is. */
function expectReadable(formula: Formula, values: Readonly<Record<string, number>>): void {
  const text = writeFormula(formula)!;
  const [found, expected] = [readFormula(text, values, reading), evaluate(formula, values)];
  const near = isNear(found, expected, 1e-9) ? expected : found;
  expect(`${text} = ${near}`).toBe(`${text} = ${expected}`);
}

test.each(elementwise)("a reader understands what is written of %s", (_name, row) => {
  const { samples } = row;
  expect(formulaOf(row)).not.toBeNull();
  for (let k = 0; k < 8; k++) {
    const [a, b] = samples.map((interval, i) => spread(8, interval, i)[k]!);
    const values = { x: a!, a: a!, b: b ?? 0, y: 0.3, g: -1.5 };
    for (const formula of [formulaOf(row), ...derivativesOf(row)]) {
      if (formula !== null) expectReadable(formula, values);
    }
  }
});

describe("a reader understands any formula", () => {
  const node = (op: string, ...of: Arbitrary<Formula>[]): Arbitrary<Formula> =>
    tuple(...of).map((parts) => ({ op, of: parts }));
  const { any, truth } = letrec<{ any: Formula; truth: Formula }>((tie) => ({
    any: oneof(
      { maxDepth: 5, withCrossShrink: true },
      constantFrom("a", "b", "g", 2, 3, 0.5, -1, -4, Math.PI, 1e-7, 1),
      ...["add", "sub", "mul", "div", "max"].map((op) => node(op, tie("any"), tie("any"))),
      ...["neg", "abs", "square", "exp", "reciprocal", "sigmoid", "floor"].map((op) =>
        node(op, tie("any")),
      ),
      node("sqrt", node("abs", tie("any"))),
      node("where", tie("truth"), tie("any"), tie("any")),
    ),
    truth: oneof(
      { maxDepth: 3 },
      node("lt", constantFrom("a", "b"), constantFrom("b", 0, 1)),
      ...["eq", "ne", "le", "gt", "ge"].map((op) => node(op, tie("any"), tie("any"))),
      node("not", tie("truth")),
      ...["and", "or"].map((op) => node(op, tie("truth"), tie("truth"))),
    ),
  }));

  test("of 2000 at random", () => {
    const values = { a: 1.25, b: -0.75, g: 3 };
    const isTame = (formula: Formula): boolean => {
      const value = evaluate(formula, values);
      const parts = typeof formula === "object" ? formula.of : [];
      return Number.isFinite(value) && Math.abs(value) < 1e6 && parts.every(isTame);
    };
    let checked = 0;
    assert(
      property(oneof(any, truth), (formula) => {
        if (!isTame(formula)) return;
        checked += 1;
        expectReadable(formula, values);
      }),
      { numRuns: 2000, seed: 7 },
    );
    expect(checked).toBeGreaterThan(500);
  });
});
