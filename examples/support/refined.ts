/**
 * The parameters of a linear model to all the digits that float64 has: Q · R, and then its errors
 * found in twice the precision and solved for again. Not fast, and not needed unless columns are
 * nearly alike, as powers of x are.
 *
 * Source: Björck, "Iterative refinement of linear least squares solutions I", BIT 7 (1967); sums
 * and products without error as in Dekker, "A floating-point technique for extending the available
 * precision", Numerische Mathematik 18 (1971).
 */
import { linalg, tensor } from "nabla";
import type { Tensor } from "nabla";

/** What a fit found; standard deviations are NaN where there are as many parameters as points. */
export interface LinearFit {
  readonly parameters: readonly number[];
  readonly standardDeviations: readonly number[];
}

/** The least squares of `design · parameters - y`, with `design` of shape [N, P], float64. */
export function solveRefined(design: Tensor, y: readonly number[]): LinearFit {
  const [n, p] = design.shape as [number, number];
  const rows = design.toArray() as number[][];
  const columns = design.transpose(0, 1).toArray() as number[][];
  const scale = design.square().sum(0).sqrt();
  const { Q, R } = linalg.qr(design.div(scale));
  let residuals = y.map(() => 0);
  let parameters = columns.map(() => 0);
  // Residuals and parameters together are the solution of one system: both are corrected.
  for (let round = 0; round < 20; round++) {
    const f = float64(rows.map((row, i) => -dot(row, parameters, residuals[i]!, -y[i]!)));
    const g = float64(columns.map((column) => -dot(column, residuals, 0, 0))).div(scale);
    const h = linalg.solveTriangular(R.transpose(0, 1), g.unsqueeze(1), { upper: false });
    const seen = Q.transpose(0, 1).mv(f).sub(h.squeeze(1));
    const change = linalg.solveTriangular(R, seen.unsqueeze(1), { upper: true }).squeeze(1);
    const toResiduals = f.sub(Q.mv(seen)).data();
    residuals = residuals.map((r, i) => r + toResiduals[i]!);
    const toParameters = change.div(scale).data();
    parameters = parameters.map((b, i) => b + toParameters[i]!);
  }
  const variance = dot(residuals, residuals, 0, 0) / (n - p);
  const spread = linalg.inv(R).square().sum(1).mul(variance).sqrt().div(scale);
  return { parameters, standardDeviations: Array.from(spread.data()) };
}

const float64 = (values: readonly number[]): Tensor => tensor(values, { dtype: "float64" });

/** a · b + c + d, rounded once or nearly so: the error of every sum and product is kept. */
function dot(a: readonly number[], b: readonly number[], c: number, d: number): number {
  let [sum, error] = [c, 0];
  for (let i = 0; i <= a.length; i++) {
    const [x, y] = i < a.length ? [a[i]!, b[i]!] : [d, 1];
    const product = x * y;
    const [xHigh, yHigh] = [high(x), high(y)];
    const [xLow, yLow] = [x - xHigh, y - yHigh];
    error += xLow * yLow - (product - xHigh * yHigh - xLow * yHigh - xHigh * yLow);
    const next = sum + product;
    const part = next - sum;
    error += sum - (next - part) + (product - part);
    sum = next;
  }
  return sum + error;
}

/** The upper half of a number's digits: 2^27 + 1 takes the lower half away. */
function high(x: number): number {
  const large = 134217729 * x;
  return large - (large - x);
}
