// Which type comes out when types meet: every row of PyTorch's table, but for those that are
// excluded below, each with the reason. PyTorch's int64 and int32 are both int32 here. A JavaScript
// number is an integer where it is integral, so PyTorch's float scalars are 1.5 here.

import {
  ArgumentError,
  canCast,
  cat,
  DTypeError,
  NablaError,
  promoteTypes,
  resultType,
  stack,
  tensor,
  where,
} from "@nabla/core";
import type { DType, Operand, Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { dtypeOf, readReference } from "../../../scripts/conformance/format.js";
import { callMethod } from "./arrays.js";
import { errorOf } from "./reference.js";

interface Row {
  readonly op: string;
  readonly a: string;
  readonly b?: string;
  readonly result?: string;
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

type Result = Tensor | DType;
type Call = (a: Tensor, b: unknown) => Result;

/** How the table's operations are called here; all others by their name. */
const calls: Record<string, Call> = {
  logical_and: (a, b) => callMethod(a, "logicalAnd", b),
  logical_not: (a) => a.logicalNot(),
  floor_divide: (a, b) => callMethod(a, "floorDivide", b),
  bitwise_and: (a, b) => callMethod(a, "bitwiseAnd", b),
  softmax0: (a) => a.softmax(0),
  cumsum0: (a) => a.cumsum(0),
  cumprod0: (a) => a.cumprod(0),
  logsumexp0: (a) => a.logsumexp(0),
  clamp01: (a) => a.clamp(0, 1),
  where: (a, b) => where(condition, a, b as Operand),
  cat: (a, b) => cat([a, b as Tensor]),
  stack: (a, b) => stack([a, b as Tensor]),
  pow2: (a) => a.pow(2),
  "pow2.0": (a) => a.pow(2),
  "pow0.5": (a) => a.pow(0.5),
  result_type: (a, b) => resultType(a, b as Operand),
};

/** How it is written here when a number comes first, which has no methods. */
const reversed: Record<string, (a: number, b: Tensor) => Result> = {
  add: (a, b) => b.add(a),
  sub: (a, b) => b.neg().add(a),
  mul: (a, b) => b.mul(a),
  div: (a, b) => b.reciprocal().mul(a),
  eq: (a, b) => b.eq(a),
  lt: (a, b) => b.gt(a),
  bitwise_and: (a, b) => b.bitwiseAnd(a),
  where: (a, b) => where(condition, a, b),
  result_type: (a, b) => resultType(a, b),
  pow: (a, b) => single(a).pow(b),
  remainder: (a, b) => single(a).remainder(b),
  floor_divide: (a, b) => single(a).floorDivide(b),
};
const single = (value: number): Tensor => tensor(value, { dtype: resultType(value, value) });

/** What a row gives here. */
function outcomeOf({ op, a, b }: Row): string {
  const run = (): Result => {
    const right = b === undefined ? [] : [operand(b)];
    if (a in plain) return reversed[op]!(plain[a] as number, right[0] as Tensor);
    const call = calls[op] ?? ((x) => callMethod(x, op, ...right));
    return call(operand(a) as Tensor, right[0]);
  };
  const error = errorOf(run);
  if (error !== null) return error instanceof NablaError ? "refused" : String(error);
  const result = run();
  return typeof result === "string" ? result : result.dtype;
}

const nameOf = ({ op, a, b }: Row): string => `${op}(${[a, b].filter(Boolean).join(", ")})`;

/** Why rows do not hold here: a reason, and how many rows have it. */
const excluded: [reason: string, count: number, isExcluded: (row: Row) => boolean][] = [
  [
    "2.0 is the integer 2 in JavaScript",
    3,
    ({ op, a }) => op === "pow2.0" && !a.startsWith("float"),
  ],
  [
    "int64 and int32 are one type, so their product is that of one type",
    2,
    ({ op, a, b }) => op === "matmul" && ["int64,int32", "int32,int64"].includes(`${a},${b}`),
  ],
  [
    "a difference that starts with true is written as a sum, which takes truth values",
    8,
    ({ op, a, b }) => op === "sub" && a === "python-bool" && b?.startsWith("bool") === false,
  ],
];

describe.skipIf(reference === null)("as in PyTorch", () => {
  const rows = reference?.rows ?? [];
  const included = rows.filter((row) => !excluded.some(([, , isExcluded]) => isExcluded(row)));

  const expectedOf = ({ result }: Row): string =>
    result === undefined ? "refused" : dtypeOf(result);

  test.each([...new Set(rows.map(({ op }) => op))])("%s", (op) => {
    const wrong = included.flatMap((row) => {
      if (row.op !== op || outcomeOf(row) === expectedOf(row)) return [];
      return [`${nameOf(row)}: ${outcomeOf(row)}, not ${expectedOf(row)}`];
    });
    expect(wrong).toEqual([]);
  });

  test.each(excluded)("but not: %s (%d rows)", (_reason, count, isExcluded) => {
    const others = rows.filter((row) => isExcluded(row) && outcomeOf(row) !== expectedOf(row));
    expect([others.length, rows.filter(isExcluded).length]).toEqual([count, count]);
  });

  test("of all 3195 rows", () => {
    expect(rows).toHaveLength(3195);
  });
});

describe("asked beforehand", () => {
  const types = ["bool", "int32", "float32", "float64"] as const;

  test("promoteTypes and canCast agree with what is computed and written", () => {
    const of = (dtype: DType): Tensor => tensor([1, 0], { dtype });
    for (const a of types) {
      for (const b of types) {
        expect([a, b, promoteTypes(a, b)]).toEqual([a, b, of(a).mul(of(b)).dtype]);
        const isRefused = errorOf(() => of(b).mul_(of(a))) !== null;
        expect([a, b, canCast(a, b)]).toEqual([a, b, !isRefused]);
      }
    }
  });

  const cases: [Operand, Operand, DType][] = [
    [1, 2, "int32"],
    [1, 0.5, "float32"],
    [true, false, "bool"],
    [true, 2, "int32"],
  ];
  test.each(cases)("%s and %s, without a tensor, are %s", (a, b, expected) => {
    expect(resultType(a, b)).toBe(expected);
  });

  test("other types and values are refused", () => {
    expect(() => promoteTypes("float16" as DType, "bool")).toThrow(DTypeError);
    expect(() => canCast("bool", undefined as never)).toThrow(DTypeError);
    expect(() => resultType(null as never, 1)).toThrow(ArgumentError);
    expect(() => resultType(1, "int32" as never)).toThrow(ArgumentError);
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
