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
    strides[dim] = length * (dice.below(8) === 0 ? 2 : 1);
    length = strides[dim]! * Math.max(space[dim]!, 1);
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
  const seeds = Array.from({ length: 40 }, (_, i) => i);
  test.each(seeds)("hundred from seed %i on", (start) => {
    for (let seed = start * 100; seed < start * 100 + 100; seed++) {
      const { kernel, contents } = randomKernel(seed);
      const expected = interpret([kernel], contents);
      const { run, buffers } = place([kernel], contents, 8 * (seed % 2));
      run();
      buffers.forEach((found, i) => {
        const output = kernel.outputs.find(({ buffer }) => buffer === i);
        const exact = output === undefined || !loose.has(output.fold);
        const single = output?.dtype === "float32" || output?.expression.dtype === "float32";
        const tolerance = exact ? 0 : single ? 2e-5 : 1e-12;
        found.forEach((value, k) => {
          if (differs(expected[i]![k]!, value, tolerance)) {
            const report = { seed, buffer: i, at: k, expected: expected[i]![k], found: value };
            expect.fail(JSON.stringify({ ...report, kernel }));
          }
        });
      });
    }
  });
});
