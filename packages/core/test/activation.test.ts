// Activations against plain JavaScript, their derivatives against central differences, and what is
// decided at kinks, at NaN and far out, where formulas overflow or lose their digits.

import { ArgumentError, gradcheck, gradgradcheck, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { callMethod } from "./arrays.js";

type Case = [name: string, args: unknown[], meaning: (x: number) => number];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
/** The normal distribution up to x, by the series of its density, whose terms have one sign. */
function normalShare(x: number): number {
  let sum = 0;
  for (let n = 0, term = x; n < 100; n++, term *= (x * x) / (2 * n + 1)) sum += term;
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
const tanhGelu = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const cases: Case[] = [
  ["elu", [], (x) => (x > 0 ? x : Math.exp(x) - 1)],
  ["elu", [{ alpha: 0.5 }], (x) => (x > 0 ? x : 0.5 * (Math.exp(x) - 1))],
  ["celu", [{ alpha: 0.5 }], (x) => Math.max(0, x) + Math.min(0, 0.5 * (Math.exp(2 * x) - 1))],
  ["celu", [{ alpha: -2 }], (x) => (x > 0 ? x : -2 * (Math.exp(-x / 2) - 1))],
  ["selu", [], (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.exp(x) - 1))],
  ["gelu", [], (x) => x * normalShare(x)],
  ["gelu", [{ approximate: "tanh" }], tanhGelu],
  ["silu", [], (x) => x * sigmoid(x)],
  ["mish", [], (x) => x * Math.tanh(Math.log(1 + Math.exp(x)))],
  ["hardtanh", [], (x) => clamp(x, -1, 1)],
  ["hardtanh", [{ minVal: 0.5, maxVal: -0.5 }], () => -0.5],
  ["relu6", [], (x) => clamp(x, 0, 6)],
  ["threshold", [0.3, -5], (x) => (x > 0.3 ? x : -5)],
  ["hardsigmoid", [], (x) => clamp(x / 6 + 0.5, 0, 1)],
  ["hardswish", [], (x) => x * clamp(x / 6 + 0.5, 0, 1)],
  ["hardshrink", [{ lambd: 0.7 }], (x) => (Math.abs(x) > 0.7 ? x : 0)],
  ["softshrink", [{ lambd: 0.7 }], (x) => Math.sign(x) * Math.max(0, Math.abs(x) - 0.7)],
  ["tanhshrink", [], (x) => x - Math.tanh(x)],
  ["leakyRelu", [{ negativeSlope: 0.2 }], (x) => (x > 0 ? x : 0.2 * x)],
  ["softplus", [{ beta: 3 }], (x) => Math.log(1 + Math.exp(3 * x)) / 3],
  [
    "softplus",
    [{ beta: 3, threshold: 1 }],
    (x) => (3 * x > 1 ? x : Math.log(1 + Math.exp(3 * x)) / 3),
  ],
  ["logsigmoid", [], (x) => Math.log(sigmoid(x))],
  ["softsign", [], (x) => x / (1 + Math.abs(x))],
];

/** Off every kink. */
const points = [-6.4, -3.2, -1.35, -0.6, -0.2, 0.13, 0.45, 0.9, 1.7, 3.4, 6.3];

describe.each(cases)("%s %j", (name, args, meaning) => {
  test("is what it means", () => {
    for (const dtype of ["float64", "float32"] as const) {
      const result = callMethod(tensor(points, { dtype }), name, ...args);
      expect(result.dtype).toBe(dtype);
      const digits = dtype === "float64" ? 12 : 5;
      points.forEach((x, i) => expect(result.data()[i]).toBeCloseTo(meaning(x), digits));
    }
  });

  test("has the derivatives that differences have", () => {
    const x = tensor(points, { dtype: "float64", requiresGrad: true });
    const run = (at: Tensor): Tensor => callMethod(at, name, ...args);
    expect(gradcheck(run, [x])).toBe(true);
    expect(gradgradcheck(run, [x], null, { atol: 1e-4 })).toBe(true);
  });
});

/** The derivative at one point, in float64. */
function slope(name: string, args: readonly unknown[], at: number): number {
  const x = tensor(at, { dtype: "float64", requiresGrad: true });
  callMethod(x, name, ...args).backward();
  return x.grad!.item();
}

test.each([
  ["elu", [{ alpha: 0.3 }], 0, 0.3],
  ["celu", [{ alpha: 0.3 }], 0, 1],
  ["selu", [], 0, 1.7580993408473766],
  ["leakyRelu", [{ negativeSlope: 0.2 }], 0, 0.2],
  ["hardtanh", [], -1, 0],
  ["hardtanh", [], 1, 0],
  ["relu6", [], 0, 0],
  ["relu6", [], 6, 0],
  ["threshold", [2, 5], 2, 0],
  ["hardsigmoid", [], -3, 0],
  ["hardsigmoid", [], 3, 0],
  ["hardswish", [], -3, -0.5],
  ["hardswish", [], 3, 1.5],
  ["hardshrink", [], 0.5, 0],
  ["hardshrink", [], -0.5, 0],
  ["hardshrink", [{ lambd: 0 }], 0, 0],
  ["softshrink", [], 0.5, 0],
  ["softshrink", [], -0.5, 0],
  ["softsign", [], 0, 1],
  // Far out, where the parts overflow or vanish.
  ["elu", [], 1000, 1],
  ["elu", [], Infinity, 1],
  ["hardswish", [], Infinity, 1],
  ["hardswish", [], -Infinity, 0],
  ["elu", [], -30, Math.exp(-30)],
  ["gelu", [], -1000, 0],
  ["mish", [], -1000, 0],
  ["silu", [], 1000, 1],
  ["logsigmoid", [], -1000, 1],
  ["logsigmoid", [], 40, Math.exp(-40)],
  ["softplus", [{ beta: 2 }], 1000, 1],
] as const)("%s %j has at %d the slope %d", (name, args, at, expected) => {
  expect(slope(name, args, at)).toBeCloseTo(expected, 15);
});

test.each([
  ["gelu", -10, -7.6198530241605e-23],
  ["logsigmoid", 40, -4.248354255291589e-18],
  ["logsigmoid", -1000, -1000],
  ["mish", -1000, -0],
  ["elu", -1e-20, -1e-20],
  ["selu", 1e300, 1.0507009873554805e300],
] as const)("%s of %d is %d", (name, at, expected) => {
  const found = callMethod(tensor(at, { dtype: "float64" }), name).item();
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected));
});

const kept = cases.filter(
  ([name, args]) => name !== "softshrink" && !("minVal" in Object(args[0])),
);
test.each(kept)("%s %j keeps NaN", (name, args) => {
  expect(callMethod(tensor(NaN), name, ...args).item()).toBeNaN();
});

test("softshrink makes NaN 0, as PyTorch did", () => {
  expect(tensor(NaN).softshrink().item()).toBe(0);
});

test("bounds are cut to whole numbers for whole numbers", () => {
  const x = tensor([-3, 0, 3], { dtype: "int32" });
  expect(x.hardtanh({ minVal: -1.7, maxVal: 2.9 }).toArray()).toEqual([-1, 0, 2]);
  expect(x.threshold(0.5, -9.5).toArray()).toEqual([-9, -9, 3]);
  expect(x.relu6().dtype).toBe("int32");
  expect(x.softsign().dtype).toBe("float32");
});

test("they are written in place, too", () => {
  const x = tensor([-1, 2]);
  expect(x.elu_({ alpha: 2 })).toBe(x);
  expect(x.leakyRelu_().data()[1]).toBe(2);
});

const wrong = (options: object): never => options as never;
test.each([
  ["gelu", () => tensor(1).gelu(wrong({ approximate: "asdf" })), 'no approximation "asdf"'],
  ["celu", () => tensor(1).celu({ alpha: 0 }), "celu: alpha is 0"],
  ["softshrink", () => tensor(1).softshrink({ lambd: -0.5 }), "softshrink: lambd is -0.5"],
  [
    "an unknown option",
    () => tensor(1).elu(wrong({ slope: 1 })),
    'no option "slope"; its options are alpha',
  ],
  [
    "a number for the options",
    () => tensor(1).leakyRelu(wrong(0.2 as never)),
    "leakyRelu: 0.2 is given where options by name belong",
  ],
])("%s is refused", (_name, run, message) => {
  expect(run).toThrow(ArgumentError);
  expect(run).toThrow(message);
});
