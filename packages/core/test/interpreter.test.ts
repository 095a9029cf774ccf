// The interpreter is the definition of every primitive, so its arithmetic is pinned here: rounding,
// whole numbers, special numbers, sums, and the borders of its blocks. Whether rows compute what
// their names say: ops.test.ts.

import { full, ones, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { interpreter } from "../src/backends/interpreter.js";
import { onDemand } from "../src/schedule/demand.js";
import { runBy } from "../src/schedule/flush.js";
import { callMethod, layouts, lookAt, mapArrays, sizeOf, spread, toTensor } from "./arrays.js";
import type { PlainArray } from "./arrays.js";

runBy(onDemand(interpreter), interpreter);

const round = Math.fround;
const int32 = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });
const float64 = (...values: number[]): Tensor => tensor(values, { dtype: "float64" });

describe("float32 results are float64 results, rounded once", () => {
  const unary: [string, (x: number) => number][] = [
    ["neg", (x) => -x],
    ["abs", Math.abs],
    ["sign", Math.sign],
    ["sqrt", Math.sqrt],
    ["exp", Math.exp],
    ["expm1", Math.expm1],
    ["log", Math.log],
    ["log1p", Math.log1p],
    ["sin", Math.sin],
    ["cos", Math.cos],
    ["tanh", Math.tanh],
    ["floor", Math.floor],
    ["ceil", Math.ceil],
    ["reciprocal", (x) => 1 / x],
    ["square", (x) => x * x],
    ["sigmoid", (x) => 1 / round(1 + round(Math.exp(-x)))],
  ];
  const binary: [string, (a: number, b: number) => number][] = [
    ["add", (a, b) => a + b],
    ["sub", (a, b) => a - b],
    ["mul", (a, b) => a * b],
    ["div", (a, b) => a / b],
    ["pow", Math.pow],
    ["maximum", Math.max],
    ["minimum", Math.min],
  ];
  const numbers = spread(500, [0.001, 30]).map(round);
  const others = spread(500, [-4, 4], 1).map(round);

  test.each(unary)("%s", (name, f) => {
    expect([...callMethod(tensor(numbers), name).data()]).toEqual(numbers.map((x) => round(f(x))));
  });

  test.each(binary)("%s", (name, f) => {
    const expected = numbers.map((a, i) => round(f(a, others[i]!)));
    expect([...callMethod(tensor(numbers), name, tensor(others)).data()]).toEqual(expected);
  });

  test("a number beside a float32 tensor is rounded first", () => {
    expect(tensor([1]).mul(0.1).item()).toBe(round(0.1));
    expect(tensor([0.1]).eq(0.1).item()).toBe(1);
    expect(float64(0.1).eq(0.1).item()).toBe(1);
  });
});

describe("special numbers", () => {
  const inf = Infinity;
  const tiny = 5e-324;
  const unary: [name: string, ...pairs: [number, number][]][] = [
    ["neg", [0, -0], [-0, 0], [NaN, NaN], [inf, -inf], [tiny, -tiny]],
    ["abs", [-0, 0], [NaN, NaN], [-inf, inf], [-tiny, tiny]],
    ["sign", [-inf, -1], [tiny, 1], [-tiny, -1]],
    ["square", [-0, 0], [-inf, inf], [1e200, inf], [1e-200, 0]],
    ["sqrt", [0, 0], [-0, -0], [-1, NaN], [inf, inf], [NaN, NaN]],
    ["reciprocal", [0, inf], [-0, -inf], [inf, 0], [-inf, -0], [NaN, NaN]],
    ["exp", [0, 1], [-0, 1], [-inf, 0], [inf, inf], [710, inf], [-746, 0], [NaN, NaN]],
    ["expm1", [0, 0], [-0, -0], [-inf, -1], [inf, inf], [tiny, tiny], [NaN, NaN]],
    ["log", [0, -inf], [-0, -inf], [1, 0], [-1, NaN], [inf, inf], [NaN, NaN]],
    ["log1p", [0, 0], [-0, -0], [-1, -inf], [-2, NaN], [inf, inf], [tiny, tiny]],
    ["sin", [0, 0], [-0, -0], [inf, NaN], [NaN, NaN], [tiny, tiny]],
    ["cos", [0, 1], [-0, 1], [-inf, NaN], [NaN, NaN]],
    ["tanh", [0, 0], [-0, -0], [inf, 1], [-inf, -1], [NaN, NaN], [tiny, tiny]],
    ["sigmoid", [0, 0.5], [inf, 1], [-inf, 0], [800, 1], [-800, 0], [NaN, NaN]],
    ["relu", [-0, 0], [-inf, 0], [inf, inf], [NaN, NaN], [tiny, tiny]],
    ["floor", [-0, -0], [0.5, 0], [-0.5, -1], [-inf, -inf], [NaN, NaN], [-tiny, -1]],
    ["ceil", [-0, -0], [-0.5, -0], [0.5, 1], [inf, inf], [NaN, NaN], [tiny, 1]],
    ["logicalNot", [0, 1], [-0, 1], [NaN, 0], [tiny, 0], [inf, 0]],
  ];
  test.each(unary)("%s", (name, ...pairs) => {
    const result = callMethod(float64(...pairs.map(([x]) => x)), name);
    expect([...result.data()]).toEqual(pairs.map(([, y]) => y));
  });

  test("the sign of NaN is 0, as in PyTorch", () => {
    expect(float64(NaN, 0).sign().toArray()).toEqual([0, 0]);
  });

  const binary: [name: string, ...triples: [number, number, number][]][] = [
    ["add", [inf, -inf, NaN], [-0, -0, -0], [0, -0, 0], [1e308, 1e308, inf], [NaN, 1, NaN]],
    ["sub", [inf, inf, NaN], [0, 0, 0], [-0, 0, -0], [-1e308, 1e308, -inf]],
    ["mul", [0, inf, NaN], [-0, 1, -0], [tiny, 0.5, 0], [inf, -1, -inf], [1e200, 1e200, inf]],
    ["div", [1, 0, inf], [1, -0, -inf], [0, 0, NaN], [inf, inf, NaN], [-1, inf, -0]],
    ["pow", [0, 0, 1], [NaN, 0, 1], [1, NaN, 1], [1, inf, 1], [-1, inf, 1], [-1, -inf, 1]],
    ["pow", [0, -1, inf], [-0, -1, -inf], [-8, 1 / 3, NaN], [0.5, inf, 0], [-2, 3, -8]],
    ["maximum", [NaN, 1, NaN], [1, NaN, NaN], [-0, 0, 0], [-inf, inf, inf]],
    ["minimum", [NaN, 1, NaN], [1, NaN, NaN], [0, -0, -0], [-inf, inf, -inf]],
    ["eq", [NaN, NaN, 0], [0, -0, 1], [inf, inf, 1]],
    ["ne", [NaN, NaN, 1], [0, -0, 0], [inf, -inf, 1]],
    ["lt", [NaN, 1, 0], [1, NaN, 0], [-0, 0, 0], [-inf, inf, 1]],
    ["le", [NaN, NaN, 0], [1, NaN, 0], [-0, 0, 1], [inf, inf, 1]],
    ["gt", [NaN, 1, 0], [0, -0, 0], [tiny, 0, 1]],
    ["ge", [NaN, NaN, 0], [1, NaN, 0], [0, -0, 1]],
    ["logicalAnd", [NaN, 1, 1], [-0, 1, 0], [tiny, inf, 1], [0, NaN, 0]],
    ["logicalOr", [NaN, 0, 1], [-0, 0, 0], [tiny, 0, 1]],
  ];
  test.each(binary)("%s", (name, ...triples) => {
    const [a, b] = [0, 1].map((i) => float64(...triples.map((triple) => triple[i]!)));
    expect([...callMethod(a!, name, b!).data()]).toEqual(triples.map(([, , y]) => y));
  });

  test("where passes on what it does not take", () => {
    const result = float64(NaN, 1).where(tensor([false, true]), float64(2, NaN));
    expect(result.toArray()).toEqual([2, 1]);
  });

  test("float32 overflows, underflows and has subnormal numbers", () => {
    expect(tensor([3e38]).mul(2).item()).toBe(Infinity);
    expect(tensor([1e-45]).item()).toBe(2 ** -149);
    expect(tensor([1e-45]).div(4).item()).toBe(0);
    expect(tensor([-1e-45]).div(4).data()[0]).toBe(-0);
    expect(
      tensor([2 ** -120])
        .mul(2 ** -25)
        .item(),
    ).toBe(2 ** -145);
  });
});

describe("whole numbers", () => {
  const [least, most] = [-(2 ** 31), 2 ** 31 - 1];
  const cases: [name: string, result: () => Tensor, expected: number[]][] = [
    ["addition wraps", () => int32(most, 1).add(int32(1, 1)), [least, 2]],
    ["subtraction wraps", () => int32(least, 5).sub(int32(1, 7)), [most, -2]],
    [
      "multiplication wraps",
      () => int32(65536, 123456789).mul(int32(65536, 987654321)),
      [0, Math.imul(123456789, 987654321)],
    ],
    ["squares wrap", () => int32(65537, -3).square(), [131073, 9]],
    ["the least has no positive", () => int32(least).neg(), [least]],
    ["nor an absolute value", () => int32(least, -5).abs(), [least, 5]],
    ["signs", () => int32(-7, 0, 9).sign(), [-1, 0, 1]],
    ["powers", () => int32(2, -3, 0, 7).pow(int32(10, 3, 0, 1)), [1024, -27, 1, 7]],
    ["powers wrap", () => int32(3, 2, -3).pow(int32(40, 32, 41)), [power(3, 40), 0, power(-3, 41)]],
    ["maximum", () => int32(least, 3).maximum(int32(most, -4)), [most, 3]],
    ["floor and ceil change nothing", () => int32(3, -3).floor().ceil(), [3, -3]],
    ["relu", () => int32(3, -3).relu(), [3, 0]],
    ["sums wrap", () => int32(most, 1).sum(), [least]],
    ["products of matrices wrap", () => int32(65536, 3).matmul(int32(65536, 5)), [15]],
  ];
  test.each(cases)("%s", (_name, run, expected) => {
    const result = run();
    expect(result.dtype).toBe("int32");
    expect([...result.data()]).toEqual(expected);
  });

  test("division gives float32", () => {
    const result = int32(1, -7, 0).div(int32(2, 2, 0));
    expect([result.dtype, ...result.data()]).toEqual(["float32", 0.5, -3.5, NaN]);
  });

  test("comparisons are exact where float32 would not be", () => {
    expect(int32(16777217).eq(int32(16777216)).item()).toBe(0);
    expect(int32(16777217).gt(16777216).item()).toBe(1);
  });

  function power(base: number, exponent: number): number {
    return Number(BigInt.asIntN(32, BigInt(base) ** BigInt(exponent)));
  }
});

describe("truth values", () => {
  const [a, b] = [tensor([false, false, true, true]), tensor([false, true, false, true])];
  const cases: [name: string, result: () => Tensor, expected: boolean[]][] = [
    ["add is or", () => a.add(b), [false, true, true, true]],
    ["mul is and", () => a.mul(b), [false, false, false, true]],
    ["maximum", () => a.maximum(b), [false, true, true, true]],
    ["minimum", () => a.minimum(b), [false, false, false, true]],
    ["eq", () => a.eq(b), [true, false, false, true]],
    ["lt", () => a.lt(b), [false, true, false, false]],
    ["logicalAnd", () => a.logicalAnd(b), [false, false, false, true]],
    ["logicalNot", () => a.logicalNot(), [true, true, false, false]],
    ["where", () => a.where(b, b), [false, false, false, true]],
    ["full", () => full([2], 2, { dtype: "bool" }), [true, true]],
    [
      "numbers become truth values",
      () => tensor([0.5, 256, 0], { dtype: "bool" }),
      [true, true, false],
    ],
  ];
  test.each(cases)("%s", (_name, run, expected) => {
    const result = run();
    expect(result.dtype).toBe("bool");
    expect(result.toArray()).toEqual(expected);
    expect([...result.data()]).toEqual(expected.map(Number));
  });

  test("their sum is a number", () => {
    expect([a.sum().dtype, a.sum().item()]).toEqual(["int32", 2]);
    expect(ones([300], { dtype: "bool" }).sum().item()).toBe(300);
  });
});

describe("sums", () => {
  test("of a million float32 tenths are right to the last digit", () => {
    const x = full([1_000_000], 0.1);
    expect(x.sum().item()).toBe(round(1_000_000 * round(0.1)));
    expect(x.mean().item()).toBe(round(0.1));
    expect(x.reshape([1000, 1000]).transpose(0, 1).sum().item()).toBe(x.sum().item());
  });

  test("of nothing are 0, and means of nothing NaN", () => {
    expect(tensor([]).sum().item()).toBe(0);
    expect(tensor([]).mean().item()).toBeNaN();
    expect(zeros([2, 0]).sum(1).toArray()).toEqual([0, 0]);
    expect(zeros([2, 0]).sum(0).toArray()).toEqual([]);
    expect(zeros([0, 2]).mean(0).toArray()).toEqual([NaN, NaN]);
    expect(
      zeros([2, 0])
        .matmul(zeros([0, 2]))
        .toArray(),
    ).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test.each([
    [[1, NaN], NaN],
    [[Infinity, 1], Infinity],
    [[Infinity, -Infinity], NaN],
    [[1e308, 1e308, -1e308], Infinity],
  ])("of %j are %s", (values, expected) => {
    expect(
      float64(...values)
        .sum()
        .item(),
    ).toBe(expected);
  });

  test("of float32 numbers may be larger than float32 on the way", () => {
    expect(tensor([3e38, 3e38, -3e38]).sum().item()).toBe(round(3e38));
  });
});

describe("long tensors", () => {
  const f = (x: number): number => round(1 / round(1 + round(Math.exp(-x))));
  test.each([1023, 1024, 1025, 2048, 4097])("%i elements", (n) => {
    const values = spread(n, [-3, 3]).map(round);
    const x = tensor(values);
    const wide = tensor(values.flatMap((value) => [value, NaN]));
    const total = values.reduce((a, b) => a + b, 0);
    for (const same of [x, wide.slice(0, 0, 2 * n, 2), wide.reshape([n, 2]).select(1, 0)]) {
      expect([...same.sigmoid().data()]).toEqual(values.map(f));
      expect(same.sum().item()).toBeCloseTo(total, 3);
      expect(same.matmul(same).item()).toBeCloseTo(
        values.reduce((a, b) => a + b * b, 0),
        1,
      );
      expect(same.gt(0).sum().item()).toBe(values.filter((value) => value > 0).length);
    }
    const table = x.unsqueeze(1).expand([n, 3]);
    expect([...table.sum(0).data()]).toEqual(Array.from({ length: 3 }, () => x.sum().item()));
    expect([...table.sum(1).data()]).toEqual(values.map((value) => round(value * 3)));
  });
});

/** A formula over the operands, as a tree. */
type Formula =
  | { readonly operand: number }
  | { readonly op: keyof typeof naive; readonly parts: readonly Formula[] };

/** Every operation on numbers, rounded to float32. */
const naive = {
  add: (a: number, b: number) => round(a + b),
  sub: (a: number, b: number) => round(a - b),
  mul: (a: number, b: number) => round(a * b),
  div: (a: number, b: number) => round(a / b),
  maximum: Math.max,
  minimum: Math.min,
  neg: (a: number) => -a,
  abs: Math.abs,
  tanh: (a: number) => round(Math.tanh(a)),
  sigmoid: (a: number) => round(1 / round(1 + round(Math.exp(-a)))),
  floor: Math.floor,
};

const operands = [layouts.row, ...Object.values(layouts).filter(({ shape }) => shape.length === 2)];
const names = fc.constantFrom(...(Object.keys(naive) as (keyof typeof naive)[]));
const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 5 },
    fc.record({ operand: fc.nat(operands.length - 1) }),
    fc.record({ op: names, parts: fc.tuple(tie("formula"), tie("formula")) }),
  ),
}));

test("random formulas over random layouts are what plain loops say", () => {
  const bases = operands.map(({ base }, i) => spread(sizeOf(base), [-3, 3], i).map(round));
  const arrays = operands.map((layout, i) => lookAt(layout, bases[i]!));
  const tensors = operands.map(({ base: shape, move }, i) =>
    move(toTensor({ shape, values: bases[i]! }, "float32")),
  );
  const evaluate = (tree: Formula): [Tensor, PlainArray] => {
    if ("operand" in tree) return [tensors[tree.operand]!, arrays[tree.operand]!];
    const parts = tree.parts.slice(0, naive[tree.op].length === 1 ? 1 : 2).map(evaluate);
    const [x, ...rest] = parts.map(([part]) => part);
    const f = naive[tree.op];
    return [callMethod(x!, tree.op, ...rest), mapArrays(f, ...parts.map(([, part]) => part))];
  };
  fc.assert(
    fc.property(formula, (tree) => {
      const [found, expected] = evaluate(tree);
      expect(found.shape).toEqual(expected.shape);
      expect([...found.data()]).toEqual(expected.values);
      return true;
    }),
    { numRuns: 300 },
  );
});
