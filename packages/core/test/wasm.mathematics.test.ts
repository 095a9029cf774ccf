// How exact the vector code of mathematics is: in units of the last place against series in
// hundreds of bits, at random arguments and at the hard ones; and what becomes of special numbers.

import { describe, expect, test } from "vitest";

import { canFuse, isSupported } from "../src/backends/wasm/compile.js";
import type { Access } from "../src/kernel/fused.js";
import { operand, s } from "../src/kernel/scalar.js";
import type { Expression } from "../src/kernel/scalar.js";
import { exact, ulps } from "./exact.js";
import { interpret, place } from "./fused.js";

type Float = "float32" | "float64";
const floats: readonly Float[] = ["float32", "float64"];

/** A seeded generator of numbers from 0 to 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
  };
}

const line = (buffer: number, dtype: Float): Access => ({ buffer, dtype, strides: [1], offset: 0 });

/** An elementwise kernel of one or two arguments. */
function kernelOf(expression: Expression, type: Float, inputs: readonly number[][]) {
  const zeros = inputs[0]!.map(() => 0);
  const contents = [...inputs, zeros].map((values) => ({ dtype: type, values }));
  const operands = inputs.map((_, i) => line(i, type));
  const output = { ...line(inputs.length, type), expression, fold: null, epilogue: null, count: 1 };
  return { kernel: { space: [zeros.length], operands, outputs: [output] }, contents };
}

function compute(
  expression: Expression,
  type: Float,
  inputs: readonly number[][],
  fused = canFuse(),
): number[] {
  const { kernel, contents } = kernelOf(expression, type, inputs);
  const { run, buffers } = place([kernel], contents, 0, fused);
  run();
  return [...buffers.at(-1)!];
}

const rounded = (x: number, type: Float): number => (type === "float32" ? Math.fround(x) : x);

/** The neighbours of a number in its type. */
function around(x: number, type: Float): number[] {
  const value = rounded(x, type);
  const unit = Math.abs(value) * (type === "float32" ? 2 ** -23 : 2 ** -52);
  return [value - unit, value, value + unit].map((y) => rounded(y, type));
}

type Name = Exclude<keyof typeof exact, "pow">;
interface Case {
  readonly most: number;
  /** Arguments lie between these, for float32 and for float64; `logs` of them, evenly. */
  readonly ranges: Readonly<Record<Float, readonly [number, number][]>>;
  /** Sizes from the smallest to this, by their logarithms. */
  readonly sizes?: number;
  readonly hard: readonly number[];
}

const both = (...ranges: [number, number][]): Case["ranges"] => ({
  float32: ranges,
  float64: ranges,
});
const steps = (n: number, f: (k: number) => number): number[] =>
  Array.from({ length: n }, (_, k) => f(k));
const halfTurns = [
  ...steps(300, (k) => ((k + 1) * Math.PI) / 2),
  ...steps(300, (k) => ((k * 2111 + 7) * Math.PI) / 2),
];

const cases: Readonly<Record<Name, Case>> = {
  exp: {
    most: 2,
    ranges: {
      float32: [
        [-104, 88.8],
        [-1, 1],
      ],
      float64: [
        [-745.2, 709.8],
        [-1, 1],
      ],
    },
    hard: steps(200, (k) => (k - 99.5) * Math.LN2),
  },
  expm1: {
    most: 2,
    ranges: {
      float32: [
        [-20, 88],
        [-1, 1],
      ],
      float64: [
        [-40, 709],
        [-1, 1],
      ],
    },
    sizes: 1,
    hard: steps(100, (k) => (k - 49.5) * Math.LN2),
  },
  log: {
    most: 2,
    ranges: both([0.5, 2], [0.99, 1.01], [0, 1000]),
    hard: [...steps(60, (k) => 1 + 2 ** -k), ...steps(200, (k) => 2 ** (k - 126) * Math.SQRT2)],
  },
  log1p: {
    most: 2,
    ranges: both([-0.9999, 1], [-0.3, 0.45], [0, 1000]),
    sizes: 1,
    hard: [...steps(60, (k) => 2 ** -k), Math.SQRT2 - 1, Math.SQRT1_2 - 1],
  },
  sin: {
    most: 2,
    ranges: both([-4, 4], [-1000, 1000], [-1e6, 1e6], [-1e9, 1e9]),
    sizes: 1,
    hard: [...halfTurns, 1e20, 2 ** 100, 6381956970095103 * 2 ** 60],
  },
  cos: {
    most: 2,
    ranges: both([-4, 4], [-1000, 1000], [-1e6, 1e6], [-1e9, 1e9]),
    hard: [...halfTurns, 1e20, 2 ** 100, 6381956970095103 * 2 ** 60],
  },
  tanh: {
    most: 2,
    ranges: both([-1, 1], [-10, 10], [-0.3, 0.3]),
    sizes: 1,
    hard: steps(40, (k) => (k / 2) * Math.LN2 + 0.001),
  },
  erf: { most: 4, ranges: both([-1, 1], [-5, 5]), sizes: 1, hard: [0.84375, 1.25, 1 / 0.35] },
};

function argumentsOf({ ranges, sizes, hard }: Case, type: Float): number[] {
  const next = generator(5);
  const points = hard.flatMap((x) => around(x, type));
  for (const [low, high] of ranges[type]) {
    for (let i = 0; i < 1500; i++) points.push(rounded(low + next() * (high - low), type));
  }
  if (sizes !== undefined) {
    const smallest = type === "float32" ? -148 : -400;
    for (let i = 0; i < 500; i++) {
      const size = 2 ** (smallest * next()) * sizes;
      points.push(rounded(next() < 0.5 ? size : -size, type));
    }
  }
  return points.filter((x) => x !== 0);
}

/** Compares with the exact function, of which the arguments are the points or `given`. */
function expectNear(
  found: readonly number[],
  type: Float,
  name: Name,
  most: number,
  points: readonly number[],
): void {
  let [largest, worst] = [0, 0];
  points.forEach((x, i) => {
    const error = ulps(found[i]!, exact[name](x), type);
    if (!(error <= largest)) [largest, worst] = [error, x];
  });
  expect(largest, `at ${worst}`).toBeLessThanOrEqual(most);
}

/** exp(-|x|), which formulas of losses have more than once. */
const decay = (x: Expression): Expression => s.exp(s.neg(s.abs(x)));

const ways = floats.flatMap((type) => [true, false].map((fused) => ({ type, fused })));

describe.runIf(isSupported()).each(ways.filter(({ fused }) => !fused || canFuse()))(
  "in $type, fused: $fused, within so many units of the last place",
  ({ type, fused }) => {
    const x = operand(0, type);

    test.each(Object.keys(cases) as Name[])("%s", (name) => {
      const points = argumentsOf(cases[name], type).filter((x) => name !== "log" || x > 0);
      const found = compute(s[name](x), type, [points], fused);
      expectNear(found, type, name, cases[name].most, points);
    });

    test("log1p(exp(-|x|))", () => {
      const ranges = both([-1, 1], [-20, 20], [-110, 110], [-750, 750]);
      const points = argumentsOf({ most: 2, ranges, sizes: 1, hard: [40, 80] }, type);
      const inner = compute(decay(x), type, [points], fused);
      expectNear(compute(s.log1p(decay(x)), type, [points], fused), type, "log1p", 2, inner);
    });

    test("exp(-x) beside exp(-|x|)", () => {
      const points = argumentsOf(cases.exp, type);
      const beside = s.add(s.mul(decay(x), 0), s.exp(s.neg(x)));
      const found = compute(beside, type, [points.map((y) => -y)], fused);
      expectNear(found, type, "exp", 4, points);
    });

    test("pow", () => {
      const next = generator(7);
      const top = type === "float32" ? 127 : 1000;
      const pairs = Array.from({ length: 3000 }, (_, k): [number, number] => {
        const near = 1 + (next() - 0.5) * 2 ** (-20 * next());
        const base = k % 3 === 0 ? near : next() * 100 + 0.001;
        const most = top / Math.max(Math.abs(Math.log2(base)), 1e-5);
        return [rounded(base, type), rounded((next() * 2 - 1) * most, type)];
      });
      for (let k = -30; k <= 30; k++) pairs.push([-1.75, k], [-3, k], [2, k], [10, k]);
      const [bases, exponents] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
      const found = compute(s.pow(operand(0, type), operand(1, type)), type, [bases, exponents]);
      const errors = pairs.map(([x, y], i) => ulps(found[i]!, exact.pow(x, y), type));
      expect(Math.max(...errors)).toBeLessThanOrEqual(4);
    });
  },
);

/** JavaScript's own functions are good to a unit of float64, which is far less in float32. */
describe.runIf(isSupported())("in float32 at 130,000 arguments of every size", () => {
  const names = ["exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tanh"] as const;
  test.each(names)("%s", (name) => {
    const bits = Uint32Array.from({ length: 2 ** 17 }, (_, i) => (i * 32_749 + 17) >>> 0);
    const points = [...new Float32Array(bits.buffer)];
    const found = compute(s[name](operand(0, "float32")), "float32", [points]);
    let most = 0;
    points.forEach((x, i) => {
      const value = Math[name](x);
      const expected = Math.fround(value);
      if (Object.is(found[i], expected)) return;
      const unit = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), -126) - 23);
      const isNear = Number.isFinite(expected) && Number.isFinite(found[i]);
      most = Math.max(most, isNear ? Math.abs(found[i]! - value) / unit : Infinity);
    });
    expect(most).toBeLessThanOrEqual(2);
  });
});

const inf = Infinity;
const tiny = 5e-324;
const special = [
  0,
  -0,
  NaN,
  inf,
  -inf,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  3,
  -3,
  tiny,
  -tiny,
  1e-310,
  -1e-310,
  1e-40,
  -1e-40,
  2 ** -149,
  2 ** -126,
  2 ** -1022,
  1e20,
  -1e20,
  1e300,
  -1e300,
  Number.MAX_VALUE,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  88.73,
  89,
  104,
  -104,
  710,
  -746,
  1 - 2 ** -53,
];

describe.runIf(isSupported()).each(floats)("special numbers in %s", (type) => {
  const near = (expected: number, found: number): boolean =>
    Object.is(expected, found) ||
    Math.abs(expected - found) <=
      4 * Math.abs(expected) * (type === "float32" ? 2 ** -23 : 2 ** -52);
  const x = operand(0, type);
  const y = operand(1, type);
  const unary = [
    "exp",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "erf",
    "erfc",
    "sin",
    "cos",
  ] as const;
  const more = ["tanh", "sqrt", "floor", "ceil", "round", "sign", "abs", "neg"] as const;
  const binary = ["pow", "atan2", "mod", "max", "min", "div"] as const;

  const expectAgreement = (expression: Expression, inputs: number[][]): void => {
    const { kernel, contents } = kernelOf(expression, type, inputs);
    const expected = interpret([kernel], contents).at(-1)!;
    const wrong = compute(expression, type, inputs).flatMap((found, i) =>
      near(expected[i]!, found) ? [] : [{ of: inputs.map((values) => values[i]), found }],
    );
    expect(wrong).toEqual([]);
  };

  test.each([...unary, ...more])("%s", (name) => {
    // Alone in its vector, and beside others.
    expectAgreement(s[name](x), [special]);
    expectAgreement(s[name](x), [special.flatMap((value) => [value, 0.3, 0.7, 1.1])]);
  });

  test("exp(-x) and the logarithm beside exp(-|x|)", () => {
    const beside = s.add(s.mul(decay(x), 0), s.exp(s.neg(x)));
    // Infinite times 0 is no number; exp(-|x|) is finite.
    for (const formula of [beside, s.log1p(decay(x)), s.div(1, s.add(1, beside))]) {
      expectAgreement(formula, [special]);
    }
  });

  test.each(["max", "min"] as const)("%s beside a number", (name) => {
    for (const bound of [0, -0, 1, -1e-50, 1e-50, inf, -inf, NaN]) {
      for (const expression of [s[name](x, bound), s[name](bound, x)]) {
        const { kernel, contents } = kernelOf(expression, type, [special]);
        const expected = [...interpret([kernel], contents).at(-1)!];
        expect(compute(expression, type, [special])).toEqual(expected);
      }
    }
  });

  test.each(binary)("%s", (name) => {
    const pairs = special.flatMap((a) => special.map((b) => [a, b]));
    expectAgreement(s[name](x, y), [pairs.map(([a]) => a!), pairs.map(([, b]) => b!)]);
  });
});
