/**
 * How many digits of a fit agree with the certified values, and whether they are enough. The fit
 * itself, which never sees these values, is in certified-regression.ts.
 */
import type { Problem } from "./problem.js";

/** A fit, made without a look at the certified answers. */
export interface Fit {
  readonly parameters: ArrayLike<number>;
  readonly standardDeviations: ArrayLike<number>;
  readonly verdict: string;
}

/** Linear problems with less digits in them than others: their columns are nearly alike. */
const hard = new Map([
  ["Filip", 7],
  ["Wampler4", 7],
  ["Wampler5", 5],
]);

/** The log relative error: so many leading digits agree, of those that are certified. */
function digits(found: ArrayLike<number>, certified: readonly number[], most: number): number {
  const each = certified.map((value, i) => {
    const error = Math.abs(found[i]! - value) / (value === 0 ? 1 : Math.abs(value));
    return Number.isNaN(error) ? 0 : Math.min(most, Math.max(0, -Math.log10(error)));
  });
  return Math.min(...each);
}

/** One line for one start; exit code 1 if a start that must reach its digits did not. */
export function report(problem: Problem, start: string, fit: Fit, other?: ArrayLike<number>): void {
  const { name, kind, difficulty, certified } = problem;
  const most = kind === "linear" ? 15 : 11;
  const needed = hard.get(name) ?? (kind === "linear" ? 9 : 6);
  const isRequired = kind === "linear" || start === "2" || difficulty === "lower";
  const found = digits(fit.parameters, certified.params, most);
  const spread = digits(fit.standardDeviations, certified.stddevs, most).toFixed(1);
  const failed = isRequired && !(found >= needed);
  if (failed) process.exitCode = 1;
  console.log(
    `${name} (${kind}, ${difficulty})  start ${start}: parameters ${found.toFixed(1)}, ` +
      `standard deviations ${spread} digits; ${fit.verdict}; ` +
      (failed ? `FAILED, ${needed} needed` : isRequired ? `${needed} needed` : "none needed") +
      (other ? `; LBFGS ${digits(other, certified.params, most).toFixed(1)} digits` : ""),
  );
}
