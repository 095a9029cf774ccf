// Odd values, and what a function must not make of them: an invalid tensor, or an exception that is
// not Nabla's own. Which functions are tried: errors.hostile.test.ts.

import { inspect } from "node:util";

import { NablaError, Tensor } from "@nabla/core";

/** What nobody should pass, and somebody will. */
export const oddValues: readonly unknown[] = [
  null,
  undefined,
  "1",
  NaN,
  1.5,
  -1,
  1e10,
  -Infinity,
  {},
  [[1]],
  ["1"],
  [NaN],
  [-2],
  Object.assign(new Array<number>(2), { 1: 1 }),
  () => 1,
  true,
  new Date(0),
];

export type Call = (...args: unknown[]) => unknown;

/** Puts each value in the place of each argument from `first` on, and says what went wrong. */
export function problemsOf(
  call: Call,
  make: () => unknown[],
  first: number,
  values: readonly unknown[],
): string[] {
  const outcomes = make().flatMap((_, i) =>
    values.map((value) => {
      if (i < first) return null;
      const args = make().map((own, k) => (k === i ? value : own));
      const problem = wrong(() => call(...args));
      return problem === null ? null : `argument ${i} ${inspect(value)}: ${problem}`;
    }),
  );
  return outcomes.filter((problem) => problem !== null);
}

/** What is wrong with the outcome of a call; `null` if nothing is. */
function wrong(run: () => unknown): string | null {
  try {
    const result = run();
    if (!(result instanceof Tensor)) return null;
    const sizes = result.shape.every((size) => Number.isInteger(size) && size >= 0);
    const count = result.shape.reduce((product, size) => product * size, 1);
    return sizes && result.data().length === count ? null : `shape [${String(result.shape)}]`;
  } catch (error) {
    return error instanceof NablaError ? null : String(error);
  }
}
