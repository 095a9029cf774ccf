/**
 * Logistic regression without autograd: Newton's method on derivatives taken by hand. It gives the
 * objective at the optimum, for logistic-regression.ts to be compared with.
 */
import { linalg, tensor } from "nabla";

import type { Classified } from "./points.js";

/**
 * The least mean cross-entropy + lambda / 2 · |w|², with the bias free. The gradient is
 * mean((p - y) x) + lambda w, the second derivatives are mean(p (1 - p) x xᵀ) + lambda.
 */
export function byNewton({ x, y }: Classified, lambda: number): number {
  const [answers, n] = [Array.from(y.data()), y.numel()];
  const rows = (x.toArray() as number[][]).map((row) => [...row, 1]);
  const size = rows[0]!.length;
  const penalty = Array.from({ length: size }, (_, i) => (i < size - 1 ? lambda : 0));
  let weights = penalty.map(() => 0);
  let best = Infinity;
  for (let step = 0; step < 50; step++) {
    const scores = rows.map((row) => row.reduce((sum, value, i) => sum + value * weights[i]!, 0));
    const chances = scores.map((score) => 1 / (1 + Math.exp(-score)));
    // log(1 + e^s) - y s, in a form that does not overflow.
    const losses = scores.map((s, k) => {
      return Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s))) - answers[k]! * s;
    });
    const spread = weights.reduce((sum, value, i) => sum + penalty[i]! * value * value, 0);
    best = Math.min(best, losses.reduce((a, b) => a + b) / n + spread / 2);
    const gradient = penalty.map((own, i) => {
      const sum = rows.reduce((total, row, k) => total + (chances[k]! - answers[k]!) * row[i]!, 0);
      return sum / n + own * weights[i]!;
    });
    const curvature = penalty.map((own, i) =>
      penalty.map((_, j) => {
        const sum = rows.reduce((total, row, k) => {
          return total + chances[k]! * (1 - chances[k]!) * row[i]! * row[j]!;
        }, 0);
        return sum / n + (i === j ? own : 0);
      }),
    );
    const float64 = { dtype: "float64" } as const;
    const change = linalg.solve(tensor(curvature, float64), tensor(gradient, float64)).data();
    weights = weights.map((value, i) => value - change[i]!);
    if (change.every((value) => Math.abs(value) < 1e-13)) break;
  }
  return best;
}
