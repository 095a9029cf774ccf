// Random fused kernels compiled to WebAssembly against the interpreter, one launch for each output.

import { describe, expect, test } from "vitest";

import { isSupported } from "../src/backends/wasm/compile.js";
import type { DType } from "../src/graph/dtype.js";
import type { Access, FusedKernel, Output } from "../src/kernel/fused.js";
import type { Fold } from "../src/kernel/kernel.js";
import { cast, operand, s } from "../src/kernel/scalar.js";
import type { Expression } from "../src/kernel/scalar.js";
import { interpret, place } from "./fused.js";
import type { Contents } from "./fused.js";

/** Numbers from a seed: what a failing seed built can be built again. */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed * 2654435761 + 12345;
  }
  next(): number {
    this.#state = (Math.imul(this.#state ^ (this.#state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
  }
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

const specials = [0, -0, NaN, Infinity, -Infinity, 1, -1, 0.5, 2 ** 31, 1e-40];

function valuesOf(dice: Dice, dtype: DType, length: number): number[] {
  return Array.from({ length }, () => {
    if (dtype === "bool") return dice.below(2);
    if (dtype === "int32") return dice.below(10) === 0 ? dice.below(2 ** 32) : dice.below(9) - 4;
    return dice.below(40) === 0 ? dice.pick(specials) : Math.round(dice.next() * 64 - 32) / 8;
  });
}

const types: readonly DType[] = ["float32", "float64", "int32", "bool"];

/** Formulas whose results do not depend on how they are computed. */
function formula(dice: Dice, depth: number, leaves: readonly Expression[]): Expression {
  if (depth === 0) return dice.pick(leaves);
  const part = (): Expression => formula(dice, depth - 1, leaves);
  const arithmetic = (): Expression => {
    const x = part();
    return x.dtype === "bool" ? cast(x, dice.pick(["int32", "float32"] as const)) : x;
  };
  const binary = dice.pick([s.add, s.sub, s.mul, s.max, s.min, s.mod, s.div] as const);
  const compare = dice.pick([s.eq, s.ne, s.lt, s.le, s.gt, s.ge] as const);
  const unary = dice.pick([s.neg, s.abs, s.sign, s.floor, s.ceil, s.round] as const);
  switch (dice.below(8)) {
    case 0:
      return unary(arithmetic());
    case 1:
      return compare(part(), part());
    case 2:
      return s.where(compare(part(), part()), arithmetic(), arithmetic());
    case 3:
      return cast(part(), dice.pick(types));
    case 4:
      return dice.pick([s.and, s.or])(part(), s.not(part()));
    case 5: {
      const shared = arithmetic();
      return s.add(s.mul(shared, shared), binary(shared, dice.pick([1, 0.5, -2, 3])));
    }
    default:
      return binary(arithmetic(), arithmetic());
  }
}

/** An access over a space: some dimensions do not move, some go backwards or in longer steps. */
function accessOf(dice: Dice, space: readonly number[], kept: readonly boolean[], own: DType) {
  const dims = space.map((_, i) => i);
  if (dice.below(3) === 0) dims.sort(() => dice.next() - 0.5);
  const strides = space.map(() => 0);
  let length = 1;
  for (const dim of dims.reverse()) {
    if (!kept[dim]) continue;
    const stride = length * (dice.below(8) === 0 ? 2 : 1);
    strides[dim] = stride;
    length = stride * Math.max(space[dim]!, 1);
  }
  let offset = dice.below(3);
  for (const dim of dims) {
    if (dice.below(8) > 0 || space[dim] === 0) continue;
    offset += strides[dim]! * (space[dim]! - 1);
    strides[dim] = -strides[dim]!;
  }
  return { access: { buffer: 0, dtype: own, strides, offset }, length: length + 3 };
}

function randomKernel(seed: number): { kernel: FusedKernel; contents: Contents[] } {
  const dice = new Dice(seed);
  const rank = dice.below(5);
  const sizes = [0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 17, 33];
  let space = Array.from({ length: rank }, () => dice.pick(rank > 2 ? sizes.slice(0, 11) : sizes));
  if (rank === 1 && dice.below(4) === 0) space = [dice.below(3000)];
  const contents: Contents[] = [];
  const known = dice.pick([
    types,
    ["float32"],
    ["float64"],
    ["int32"],
    ["float32", "bool"],
  ] as const);
  const operands = Array.from({ length: 1 + dice.below(3) }, (_, i): Access => {
    const dtype = dice.pick(known);
    const kept = space.map(() => dice.below(5) > 0);
    const { access, length } = accessOf(dice, space, kept, dtype);
    contents.push({ dtype, values: valuesOf(dice, dtype, length) });
    return { ...access, buffer: i };
  });
  const leaves = operands.map(({ dtype }, i) => operand(i, dtype));
  const outputs = Array.from({ length: 1 + dice.below(3) }, (): Output => {
    let expression = formula(dice, dice.below(4), leaves);
    const fold = dice.pick([null, null, "sum", "max", "min", "argmax", "argmin", "prod"] as const);
    const kept = space.map(() => fold === null || dice.below(2) === 0);
    const isPosition = fold === "argmax" || fold === "argmin";
    const folded: Expression = operand(0, "float64");
    let epilogue: Expression | null = isPosition ? cast(folded, "int32") : null;
    if (fold !== null && !isPosition && expression.dtype === "bool") {
      expression = cast(expression, "int32");
    }
    if (fold !== null && !isPosition && dice.below(3) === 0) {
      const mean = s.add(s.div(folded, operand(1, "float64")), 1);
      epilogue = cast(mean, dice.pick(["float32", "float64"] as const));
    }
    const dtype = epilogue?.dtype ?? expression.dtype;
    const { access, length } = accessOf(dice, space, kept, dtype);
    contents.push({ dtype, values: valuesOf(dice, dtype, length) });
    const count = space.reduce((n, size, i) => (kept[i] ? n : n * size), 1);
    return { ...access, buffer: contents.length - 1, expression, fold, epilogue, count };
  });
  return { kernel: { space, operands, outputs }, contents };
}

/** How far sums and products may be from those of another order: a part of their terms' sizes. */
const loose: ReadonlySet<Fold | null> = new Set(["sum", "prod"]);

function differs(expected: number, found: number, tolerance: number): boolean {
  // Which of two zeros is greater, and which is first, is not defined.
  if (Object.is(expected, found) || (expected === 0 && found === 0)) return false;
  return !(Math.abs(expected - found) <= tolerance * Math.max(1, Math.abs(expected)));
}

describe.runIf(isSupported())("random fused kernels", () => {
  const seeds = Array.from({ length: 25 }, (_, i) => i);
  test.each(seeds)("hundred from seed %i00 on", (start) => {
    const wrong = Array.from({ length: 100 }, (_, i) => disagreement(start * 100 + i));
    expect(wrong.filter((found) => found !== null)).toEqual([]);
  });
});

/** Where the compiled kernel of a seed differs from the interpreter; `null` if nowhere. */
function disagreement(seed: number): object | null {
  const { kernel, contents } = randomKernel(seed);
  const expected = interpret([kernel], contents);
  const { run, buffers } = place([kernel], contents, 8 * (seed % 2));
  run();
  for (const [i, found] of buffers.entries()) {
    const output = kernel.outputs.find(({ buffer }) => buffer === i);
    const exact = output === undefined || !loose.has(output.fold);
    const single = output?.dtype === "float32" || output?.expression.dtype === "float32";
    const tolerance = exact ? 0 : single ? 2e-5 : 1e-12;
    const at = found.findIndex((value, k) => differs(expected[i]![k]!, value, tolerance));
    if (at >= 0) return { seed, at, expected: expected[i]![at], found: found[at], kernel };
  }
  return null;
}

const line = (buffer: number, dtype: DType, ...strides: number[]): Access => ({
  buffer,
  dtype,
  strides,
  offset: 0,
});

const plain = (access: Access, expression: Expression): Output => ({
  ...access,
  expression,
  fold: null,
  epilogue: null,
  count: 1,
});

const folded = (access: Access, expression: Expression, fold: Fold, count: number): Output => ({
  ...plain(access, expression),
  fold,
  count,
});

/** What the kernels leave in the buffers. */
function results(kernels: readonly FusedKernel[], contents: Contents[]): number[][] {
  const { run, buffers } = place(kernels, contents);
  run();
  return buffers.map((buffer) => [...buffer]);
}

const zeros = (dtype: DType, length: number): Contents => ({
  dtype,
  values: new Array<number>(length).fill(0),
});

describe.runIf(isSupported())("sums of many numbers", () => {
  const x = operand(0, "float32");
  // Equal numbers are the worst case: their rounding errors add up, here as in PyTorch.
  const awkward = (i: number): number => Math.fround(0.1 + (i % 7) * 0.013);
  const sum = (values: ArrayLike<number>, at: (i: number) => number, n: number): number => {
    let total = 0;
    for (let i = 0; i < n; i++) total += values[at(i)]!;
    return total;
  };

  test("ten million of them are as good as in float64", () => {
    const n = 10_000_003;
    const values = Float32Array.from({ length: n }, (_, i) => awkward(i));
    const output = folded(line(1, "float32", 0), x, "sum", n);
    const kernel = { space: [n], operands: [line(0, "float32", 1)], outputs: [output] };
    const { run, buffers } = place([kernel], [{ dtype: "float32", values }, zeros("float32", 1)]);
    run();
    const expected = sum(values, (i) => i, n);
    expect(Math.abs(buffers[1]![0]! / expected - 1)).toBeLessThan(1.5e-7);
  });

  test.each([
    [63, 5],
    [64, 8],
    [65, 33],
    [5000, 70],
    [100_000, 3],
  ])("columns of %i rows by %i", (n, m) => {
    const values = Float32Array.from({ length: n * m }, (_, i) => awkward(i));
    const output = folded(line(1, "float32", 0, 1), x, "sum", n);
    const kernel = { space: [n, m], operands: [line(0, "float32", m, 1)], outputs: [output] };
    const { run, buffers } = place([kernel], [{ dtype: "float32", values }, zeros("float32", m)]);
    run();
    buffers[1]!.forEach((found, column) => {
      const expected = sum(values, (i) => i * m + column, n);
      expect(Math.abs(found / expected - 1)).toBeLessThan(3e-7);
    });
  });

  test("rows, columns, all, and every element, in one walk", () => {
    const [n, m] = [150, 90];
    const values = Array.from({ length: n * m }, (_, i) => (i * 7919) % 64);
    const outputs = [
      folded(line(1, "float32", 1, 0), x, "sum", m),
      folded(line(2, "float32", 0, 1), x, "sum", n),
      folded(line(3, "float32", 0, 0), x, "sum", n * m),
      folded(line(4, "int32", 0, 1), x, "argmax", n),
      plain(line(5, "float32", m, 1), s.add(x, 1)),
    ];
    const contents = [
      { dtype: "float32" as const, values },
      zeros("float32", n),
      zeros("float32", m),
      zeros("float32", 1),
      zeros("int32", m),
      zeros("float32", n * m),
    ];
    const kernel = { space: [n, m], operands: [line(0, "float32", m, 1)], outputs };
    expect(results([kernel], contents)).toEqual(
      interpret([kernel], contents).map((buffer) => [...buffer]),
    );
  });

  test("products and means do not leave the range on their way", () => {
    // Each lane of a vector meets the same number again and again.
    const values = Array.from({ length: 32 }, (_, i) => [1e30, 1e-30, 3, 1 / 3][i % 4]!);
    const product = folded(line(1, "float32", 0), x, "prod", 32);
    const kernel = { space: [32], operands: [line(0, "float32", 1)], outputs: [product] };
    const contents = [{ dtype: "float32" as const, values }, zeros("float32", 1)];
    expect(results([kernel], contents)[1]![0]).toBeCloseTo(1, 5);
    const mean = s.div(operand(0, "float64"), operand(1, "float64"));
    const output = folded(line(1, "float64", 0), operand(0, "int32"), "sum", 6);
    const means = { space: [6], operands: [line(0, "int32", 1)], outputs: [output] };
    const large = { dtype: "int32" as const, values: new Array<number>(6).fill(2 ** 30) };
    const withMean = { ...means, outputs: [{ ...output, epilogue: mean }] };
    expect(results([withMean], [large, zeros("float64", 1)])[1]).toEqual([2 ** 30]);
  });

  test.each(["float32", "float64"] as const)(
    "a matrix product in %s, as it is recorded",
    (type) => {
      const [n, m, k] = [7, 37, 130];
      const product = s.mul(operand(0, type), operand(1, type));
      const space = [n, m, k];
      const output = folded(line(2, type, m, 1, 0), product, "sum", k);
      const whole = (length: number): Contents => ({
        dtype: type,
        values: Array.from({ length }, (_, i) => ((i * 31) % 17) - 8),
      });
      const contents = [whole(n * k), whole(k * m), zeros(type, n * m)];
      for (const b of [line(1, type, 0, 1, m), line(1, type, 0, k, 1)]) {
        const kernel = { space, operands: [line(0, type, k, 0, 1), b], outputs: [output] };
        expect(results([kernel], contents)).toEqual(
          interpret([kernel], contents).map((buffer) => [...buffer]),
        );
      }
    },
  );
});

describe.runIf(isSupported())("a sequence of kernels", () => {
  const x = operand(0, "float32");
  const y = operand(1, "float32");

  test("each sees what those before it have written", () => {
    const double = { space: [9], operands: [line(0, "float32", 1)] };
    const kernels: FusedKernel[] = [
      { ...double, outputs: [plain(line(1, "float32", 1), s.add(x, x))] },
      {
        space: [9],
        operands: [line(1, "float32", 1)],
        outputs: [folded(line(2, "float32", 0), x, "sum", 9)],
      },
      {
        space: [],
        operands: [line(2, "float32"), line(2, "float32")],
        outputs: [plain(line(3, "float32"), s.mul(x, y))],
      },
    ];
    const contents = [
      { dtype: "float32" as const, values: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
      zeros("float32", 9),
      zeros("float32", 1),
      zeros("float32", 1),
    ];
    expect(results(kernels, contents)[3]).toEqual([8100]);
  });

  test("hundreds, which are more than one function of the module", () => {
    const kernels = Array.from({ length: 400 }, (_, i): FusedKernel => {
      const output = plain(line((i + 1) % 2, "float32", 1), s.add(s.tanh(x), i));
      return { space: [5], operands: [line(i % 2, "float32", 1)], outputs: [output] };
    });
    const contents = [zeros("float32", 5), zeros("float32", 5)];
    const expected = interpret(kernels, contents).map((buffer) => [...buffer]);
    results(kernels, contents).forEach((buffer, i) =>
      buffer.forEach((value, k) => expect(value).toBeCloseTo(expected[i]![k]!, 4)),
    );
  });

  test("a formula of thousands of steps", () => {
    let long: Expression = x;
    for (let i = 0; i < 2000; i++) long = s.add(long, 1);
    const output = plain(line(1, "float32", 1), long);
    const kernel = { space: [6], operands: [line(0, "float32", 1)], outputs: [output] };
    const contents = [zeros("float32", 6), zeros("float32", 6)];
    expect(results([kernel], contents)[1]).toEqual([2000, 2000, 2000, 2000, 2000, 2000]);
  });

  test("conditions within conditions are not written twice, in two lanes either", () => {
    let value: Expression = x;
    for (let i = 0; i < 60; i++) value = s.where(s.not(s.lt(value, i)), value, s.neg(value));
    const output = plain(line(1, "float64", 1), cast(value, "float64"));
    const kernel = { space: [5], operands: [line(0, "float32", 1)], outputs: [output] };
    const contents = [{ dtype: "float32" as const, values: [1, 2, 30, 40, 50] }];
    const all = [...contents, zeros("float64", 5)];
    expect(results([kernel], all)[1]).toEqual([...interpret([kernel], all)[1]!]);
  });

  test("nothing but a constant; nothing at all", () => {
    const seven: Expression = { kind: "constant", value: 7, dtype: "int32" };
    const fill = { space: [3, 2], operands: [], outputs: [plain(line(0, "int32", 2, 1), seven)] };
    expect(results([fill], [zeros("int32", 6)])).toEqual([[7, 7, 7, 7, 7, 7]]);
    expect(results([], [zeros("int32", 1)])).toEqual([[0]]);
  });

  test("its listing shows loops and formulas", () => {
    const shared = s.tanh(s.mul(x, y));
    const kernel: FusedKernel = {
      space: [20, 30],
      operands: [line(0, "float32", 30, 1), line(1, "float32", 0, 1)],
      outputs: [
        plain(line(2, "float32", 30, 1), s.add(shared, 1)),
        folded(line(3, "float32", 0, 1), shared, "sum", 20),
      ],
    };
    const contents = [600, 30, 600, 30].map((length) => zeros("float32", length));
    expect(place([kernel], contents).text).toBe(
      [
        "for i < 20",
        "  for j < 30 by 4",
        "    t0: float32 = tanh((b0[30 i + j] * b1[j]))",
        "    b2[30 i + j]: float32 = (t0 + 1)",
        "    b3[j]: float32 = sum over i of t0",
      ].join("\n"),
    );
  });
});
