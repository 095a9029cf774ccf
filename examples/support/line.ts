/**
 * The line without autograd: its error, its gradient derived by hand, the descent with it, the
 * closed form, and which rates are too large. The derivation is told in docs/hand-gradients.md.
 */
import { manualSeed, rand, randn } from "nabla";
import type { DType } from "nabla";

import { Mistake } from "./mistake.js";

/** Points in the plane: point i is (x[i], y[i]). */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Points around y = 1.5 x + 4, always the same ones. */
export function noisyPoints(count: number): Points {
  manualSeed(2024);
  const x = rand([count], { dtype: "float64" }).mul(2);
  const y = x
    .mul(1.5)
    .add(4)
    .add(randn([count], { dtype: "float64" }).mul(0.5));
  return { x: x.data() as Float64Array, y: y.data() as Float64Array };
}

/** y = w·x + b */
export interface Line {
  readonly w: number;
  readonly b: number;
}

/** A line, how well it fits, and how long it took to find. */
export interface Fit extends Line {
  readonly error: number;
  readonly milliseconds: number;
}

/** The mean squared error of a line. */
export function meanError({ x, y }: Points, { w, b }: Line): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (w * x[i]! + b - y[i]!) ** 2;
  return sum / x.length;
}

/** The derivatives of the mean squared error, mean(2·r·x) and mean(2·r) for r = w·x + b - y. */
export function gradientByHand(
  { x, y }: Points,
  { w, b }: Line,
): { readonly dw: number; readonly db: number } {
  let dw = 0;
  let db = 0;
  for (let i = 0; i < x.length; i++) {
    const r = w * x[i]! + b - y[i]!;
    dw += 2 * r * x[i]!;
    db += 2 * r;
  }
  return { dw: dw / x.length, db: db / x.length };
}

/** How the descents go. */
export interface Descent {
  readonly lr: number;
  readonly momentum: number;
  readonly iterations: number;
  readonly dtype: DType;
}

/** Gradient descent as one writes it by hand, in float64. */
export function fitByHand(points: Points, start: Line, { lr, momentum, iterations }: Descent): Fit {
  const began = performance.now();
  let { w, b } = start;
  let [stepW, stepB] = [0, 0];
  for (let i = 0; i < iterations; i++) {
    const { dw, db } = gradientByHand(points, { w, b });
    stepW = momentum * stepW + dw;
    stepB = momentum * stepB + db;
    w -= lr * stepW;
    b -= lr * stepB;
  }
  const error = meanError(points, { w, b });
  return { w, b, error, milliseconds: performance.now() - began };
}

/** The line that no other line beats: its gradient is zero. */
export function closedForm(points: Points): Fit {
  const began = performance.now();
  const { x, y } = points;
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xy, xx] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - meanX) * (y[i]! - meanY);
    xx += (x[i]! - meanX) ** 2;
  }
  if (xx === 0 || !Number.isFinite(xy / xx)) {
    throw new Mistake("These x are so close together that no slope can be told; use other units.");
  }
  const w = xy / xx;
  const b = meanY - w * meanX;
  const error = meanError(points, { w, b });
  return { w, b, error, milliseconds: performance.now() - began };
}

const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The rate above which descent diverges: 2 (1 + momentum) over the largest curvature of the error,
 * which is the larger eigenvalue of its second derivatives, 2·[[mean x², mean x], [mean x, 1]].
 */
export function largestRate({ x }: Points, momentum: number): number {
  const a = 2 * mean(x.map((value) => value ** 2));
  const c = 2 * mean(x);
  const curvature = (a + 2) / 2 + Math.hypot((a - 2) / 2, c);
  return (2 * (1 + momentum)) / curvature;
}

/**
 * Stops a descent that climbs, with what to try instead. `errors` are those of all steps so far.
 */
export function refuseDivergence(
  points: Points,
  errors: readonly number[],
  { lr, momentum, iterations, dtype }: Descent,
): void {
  const [first, last, steps] = [errors[0]!, errors.at(-1)!, errors.length - 1];
  const limit = largestRate(points, Math.min(momentum, 1));
  if (!Number.isFinite(first) || limit === 0) {
    throw new Mistake(
      "These numbers are too large: their squares have no finite sum. Use smaller units" +
        (dtype === "float32" ? ", or --dtype float64." : "."),
    );
  }
  const ended = steps === iterations;
  if (Number.isFinite(last) && last <= (ended ? first : 1e6 * first)) return;
  const turn = errors.findIndex((error, i) => i > 0 && !(error <= first));
  const remedy =
    momentum >= 1
      ? "a momentum of 1 or more never comes to rest: try --momentum 0.9"
      : `for these points a rate converges below ${limit.toPrecision(4)}: ` +
        `try --lr ${(limit / 2).toPrecision(1)}`;
  throw new Mistake(
    `The descent diverged at rate ${lr}: from iteration ${turn} on the error was above ` +
      "its start, " +
      `and after ${steps} it had grown from ${first.toPrecision(4)} to ${last.toPrecision(4)}; ` +
      `${remedy}.`,
  );
}
