// What a formula of `@nabla/core/inspect` comes to for plain numbers. The operations mean what
// oracles.ts says; truths are 1 and 0.

import type { Formula } from "@nabla/core/inspect";

import { polygamma } from "../src/backends/special.js";
import { oracles } from "./oracles.js";

type Values = Readonly<Record<string, number>>;

/** Every operation by its name. */
export const functions: Record<string, (...xs: number[]) => number> = {
  ...oracles,
  // What is no record, or takes its operands in another order.
  where: (condition = 0, a = 0, b = 0) => (condition === 0 ? b : a),
  max: (...xs) => Math.max(...xs),
  min: (...xs) => Math.min(...xs),
  mod: (a = 0, b = 0) => a % b,
  and: oracles.logicalAnd,
  or: oracles.logicalOr,
  not: oracles.logicalNot,
  // Compared with values of many digits in special.test.ts; the oracle of digamma has fewer.
  polygamma: (n = 0, x = 0) => polygamma(n, x),
  digamma: (x = 0) => polygamma(0, x),
};

export function evaluate(formula: Formula, values: Values): number {
  if (typeof formula === "number") return formula;
  if (typeof formula === "string") {
    if (!Object.hasOwn(values, formula)) throw new Error(`there is no value for ${formula}`);
    return values[formula]!;
  }
  const known = functions[formula.op];
  if (known === undefined) throw new Error(`nobody said what ${formula.op} means`);
  return known(...formula.of.map((part) => evaluate(part, values)));
}

/** Whether two numbers are one but for rounding; NaN is NaN, and a zero has no sign here. */
export const isNear = (a: number, b: number, relative = 1e-12): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= relative * Math.max(Math.abs(a), Math.abs(b), 1);
