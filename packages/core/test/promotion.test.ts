// Which type comes out when types meet: every row of PyTorch's table that the operations here
// allow. PyTorch's int64 is int32 here, so its rows about int32 are left out. A JavaScript number
// is an integer where it is integral, so PyTorch's float scalars are 1.5 here.

import { ArgumentError, cat, stack, tensor } from "@nabla/core";
import type { DType, Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { dtypeOf, readReference } from "../../../scripts/conformance/format.js";
import { callMethod } from "./arrays.js";
import { errorOf } from "./reference.js";

interface Row {
  readonly op: string;
  readonly a: string;
  readonly b?: string;
  readonly result?: string;
  readonly throws?: string;
}

const reference = readReference("promotion.json") as { readonly rows: readonly Row[] } | null;

const plain: Record<string, number | boolean> = {
  "python-float": 1.5,
  "python-int": 1,
  "python-bool": true,
};

/** An operand as the table names it. */
function operand(name: string): Tensor | number | boolean {
  if (name in plain) return plain[name]!;
  const [type, sizeless] = name.split("-");
  return tensor(sizeless === undefined ? [1, 1] : 1, { dtype: dtypeOf(type!) });
}

const condition = tensor([true, false]);

/** How the table's operations are called here; all others by their name. */
const calls: Record<string, (a: Tensor, b: unknown) => Tensor> = {
  logical_and: (a, b) => callMethod(a, "logicalAnd", b),
  logical_not: (a) => a.logicalNot(),
  floor_divide: (a, b) => callMethod(a, "floorDivide", b),
  bitwise_and: (a, b) => callMethod(a, "bitwiseAnd", b),
  softmax0: (a) => a.softmax(0),
  cumsum0: (a) => a.cumsum(0),
  cumprod0: (a) => a.cumprod(0),
  logsumexp0: (a) => a.logsumexp(0),
  clamp01: (a) => a.clamp(0, 1),
  where: (a, b) => callMethod(a, "where", condition, b),
  cat: (a, b) => cat([a, b as Tensor]),
  stack: (a, b) => stack([a, b as Tensor]),
  pow2: (a) => a.pow(2),
  "pow0.5": (a) => a.pow(0.5),
};
const binary = [
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "eq",
  "lt",
  "maximum",
  "minimum",
  "matmul",
  "remainder",
  "atan2",
];
const written = ["add_", "mul_", "div_"];
const unary = ["neg", "abs", "exp", "log", "sqrt", "sin", "sigmoid", "tanh", "square"];
const more = ["reciprocal", "floor", "sign", "relu", "rsqrt", "round", "erf", "isnan", "trunc"];
const reductions = ["sum", "mean", "prod", "amax", "var", "argmax", "all", "any", "norm", "median"];
const names = [...binary, ...written, ...unary, ...more, ...reductions, ...Object.keys(calls)];

describe.skipIf(reference === null)("as in PyTorch", () => {
  const rows = (reference?.rows ?? []).filter(
    ({ a, b }) => ![a, b].some((name) => name?.startsWith("int32")) && !(a in plain),
  );

  test.each(names)("%s", (op) => {
    const own = rows.filter((row) => row.op === op);
    expect(own.length).toBeGreaterThan(3);
    const wrong = own.flatMap(({ a, b, result, throws }) => {
      const name = `${op}(${[a, b].filter(Boolean).join(", ")})`;
      const call = calls[op] ?? ((x, y) => callMethod(x, op, ...(b === undefined ? [] : [y])));
      const run = (): Tensor => call(operand(a) as Tensor, b === undefined ? b : operand(b));
      const expected = throws === undefined ? dtypeOf(result!) : "refused";
      const found = errorOf(run) === null ? run().dtype : "refused";
      return found === expected ? [] : [`${name}: ${found}, not ${expected}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe("plain numbers", () => {
  const cases: [DType, number | boolean, DType][] = [
    ["float32", 0.1, "float32"],
    ["float64", 0.1, "float64"],
    ["int32", 2, "int32"],
    ["int32", 0.5, "float32"],
    ["int32", NaN, "float32"],
    ["int32", true, "int32"],
    ["bool", 2, "int32"],
    ["bool", 0.5, "float32"],
    ["bool", true, "bool"],
  ];
  test.each(cases)("%s and %s give %s", (dtype, number, expected) => {
    expect(tensor([1], { dtype }).add(number).dtype).toBe(expected);
    expect(tensor(1, { dtype }).add(number).dtype).toBe(expected);
  });

  test.each([2 ** 31, -(2 ** 31) - 1, 2 ** 40])("%d does not fit beside int32", (number) => {
    expect(() => tensor([1], { dtype: "int32" }).add(number)).toThrow(ArgumentError);
  });

  test("the largest and the least that fit", () => {
    const zero = tensor([0], { dtype: "int32" });
    expect(zero.add(2 ** 31 - 1).item()).toBe(2 ** 31 - 1);
    expect(zero.add(-(2 ** 31)).item()).toBe(-(2 ** 31));
  });
});
