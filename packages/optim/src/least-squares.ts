/**
 * Least squares by Levenberg and Marquardt: for a sum of squares that a model with few parameters
 * leaves, and nothing random in it. It uses all first derivatives of all residuals, which autograd
 * gives, so it ends in tens of steps where descent takes thousands. For many parameters or noisy
 * losses there are the optimizers: read optimizer.ts.
 *
 * Source: Marquardt, "An Algorithm for Least-Squares Estimation of Nonlinear Parameters", J. SIAM
 * 11 (1963); scaling as in Moré, "The Levenberg-Marquardt algorithm", Springer LNM 630 (1978).
 */
import {
  ArgumentError,
  cat,
  enableGrad,
  eye,
  grad,
  linalg,
  noGrad,
  readOptions,
  ShapeError,
  stack,
  zeros,
  zerosLike,
} from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkCounts, checkNumbers } from "./checks.js";

/** The options of leastSquares. */
export interface LeastSquaresOptions {
  /** Steps at most, also those that were tried and not taken; 1000 unless said otherwise. */
  readonly maxIter?: number;
  /**
   * The search has converged when the undamped step would change no parameter by more than this
   * share of its size; 1e-8 unless said otherwise. The steps go on for as long as they shrink.
   */
  readonly tolerance?: number;
}

/** What leastSquares found. */
export interface LeastSquaresResult {
  /** The parameters, of shape [P]: the best that were seen. */
  readonly parameters: Tensor;
  /** What is left of every observation there, of shape [N]. */
  readonly residuals: Tensor;
  /** The derivative of every residual by every parameter there, of shape [N, P]. */
  readonly jacobian: Tensor;
  /** The sum of the squares of the residuals. */
  readonly sumOfSquares: number;
  /**
   * How uncertain the parameters are, of shape [P]: the root of the diagonal of s² (JᵀJ)⁻¹, where
   * s² is the sum of squares over N - P. NaN where that is 0, or JᵀJ is singular.
   */
  readonly standardDeviations: Tensor;
  /** Whether the residuals cannot be made smaller by any small change of the parameters. */
  readonly converged: boolean;
  /** How many steps were tried. */
  readonly iterations: number;
  /** Why it ended, in words. */
  readonly reason: string;
}

/** A place on the way: the model there, linearised. */
interface Place {
  readonly parameters: Tensor;
  readonly residuals: Tensor;
  readonly jacobian: Tensor;
  readonly sumOfSquares: number;
}

/**
 * Finds the parameters with the least sum of squares of `residuals(parameters)`, a function of a
 * tensor of shape [P] that gives one of shape [N], with N at least P, written in tensor
 * operations. Parameters and residuals should be float64. It ends at the nearest valley that leads
 * down from `start`, which need not be the deepest, and says in `converged` whether it got there.
 *
 * Throws a ShapeError for other shapes, an ArgumentError where the residuals are not finite at the
 * start or the options make no sense.
 *
 * @example
 * const x = tensor([0, 1, 2, 3], { dtype: "float64" });
 * const y = tensor([5, 3, 1.8, 1.08], { dtype: "float64" });
 * const start = tensor([1, 0.1], { dtype: "float64" });
 * const decay = (b) => b.at(0).mul(b.at(1).neg().mul(x).exp()).sub(y);
 * const { parameters, converged } = leastSquares(decay, start);
 * parameters // tensor([5.0000, 0.5108], dtype=float64)
 * converged // true
 * leastSquares((b) => b.at(0), start) // throws ShapeError: leastSquares: 2 parameters, but
 */
export function leastSquares(
  residuals: (parameters: Tensor) => Tensor,
  start: Tensor,
  options: LeastSquaresOptions = {},
): LeastSquaresResult {
  const defaults = { maxIter: 1000, tolerance: 1e-8 };
  const { maxIter, tolerance } = readOptions<LeastSquaresOptions>(
    "leastSquares",
    options,
    defaults,
  );
  checkCounts("leastSquares", { maxIter });
  checkNumbers("leastSquares", { tolerance }, { above: 0 });
  const first = linearise(residuals, start);
  if (first === undefined) {
    throw new ArgumentError(
      "leastSquares: the residuals or their derivatives are not finite at the start; " +
        "begin at other parameters.",
    );
  }
  return noGrad(() => search(residuals, first, maxIter, tolerance));
}

/** The residuals at a place and their derivatives; undefined where they are not finite. */
function linearise(run: (parameters: Tensor) => Tensor, at: Tensor): Place | undefined {
  const parameters = at.detach().clone().requiresGrad_();
  const residuals = enableGrad(() => run(parameters));
  const [p, n] = [parameters.shape[0] ?? 0, residuals.shape[0] ?? 0];
  if (parameters.shape.length !== 1 || residuals.shape.length !== 1 || n < p || p === 0) {
    throw new ShapeError(
      `leastSquares: ${p} parameters, but residuals of shape [${residuals.shape.join(", ")}]; ` +
        "start must be of shape [P], and residuals of shape [N] with N at least P.",
    );
  }
  const sumOfSquares = residuals.detach().square().sum().item();
  if (!Number.isFinite(sumOfSquares)) return undefined;
  const jacobian = columns(residuals, parameters);
  if (!jacobian.isfinite().all().item()) return undefined;
  return { parameters: parameters.detach(), residuals: residuals.detach(), jacobian, sumOfSquares };
}

/**
 * The Jacobian, one backward pass a parameter instead of one a residual: Jᵀu is what `backward`
 * gives for weights u, it is linear in u, and its derivative by u is a row of Jᵀ.
 */
function columns(residuals: Tensor, parameters: Tensor): Tensor {
  return enableGrad(() => {
    const u = zerosLike(residuals.detach()).requiresGrad_();
    if (!residuals.requiresGrad)
      return zeros([...u.shape, ...parameters.shape], { dtype: u.dtype });
    const [product] = grad(residuals, [parameters], { gradOutputs: [u], createGraph: true });
    const rows = product!.unbind().map((element) => {
      const [row] = grad(element, [u], { retainGraph: true, allowUnused: true });
      return row ?? zerosLike(u.detach());
    });
    return stack(rows, 1).detach();
  });
}

/** Undamped steps that may follow on the smallest before the search ends: what is left is noise. */
const PATIENCE = 4;

function search(
  run: (parameters: Tensor) => Tensor,
  first: Place,
  maxIter: number,
  tolerance: number,
): LeastSquaresResult {
  let place = first;
  // How far the derivatives have reached: what parameters are measured in.
  let scale = lengths(place.jacobian);
  let triangle = factor(place, scale);
  let [damping, growth, iterations] = [1e-3, 2, 0];
  let [smallest, since] = [Infinity, 0];
  for (; iterations < maxIter; iterations++) {
    const free = step(triangle, 0);
    const change = largestChange(free, scale, place.parameters);
    // Below what the sum of squares can tell, only whether undamped steps shrink says anything.
    const gain = predicted(triangle, free) / place.sumOfSquares;
    const polishing = change < 1e-3 && !(gain > 1e-11);
    if (polishing) {
      since = change < smallest ? 0 : since + 1;
      smallest = Math.min(smallest, change);
      if (since > PATIENCE || change === 0) break;
    }
    const taken = polishing ? free : step(triangle, damping);
    const next = linearise(run, place.parameters.sub(taken.div(orOne(scale))));
    const actual = place.sumOfSquares - (next?.sumOfSquares ?? Infinity);
    if (polishing) {
      if (next === undefined || !(actual >= -1e-8 * place.sumOfSquares)) break;
    } else {
      const ratio = actual / predicted(triangle, taken);
      if (next === undefined || !(ratio > 1e-4)) {
        damping *= growth;
        growth *= 2;
        if (damping > 1e50) break;
        continue;
      }
      // Nielsen's rule: the better the model foretold the gain, the less damping.
      damping = Math.max(damping * Math.max(1 / 3, 1 - (2 * ratio - 1) ** 3), 1e-30);
      growth = 2;
    }
    place = next;
    scale = scale.maximum(lengths(place.jacobian));
    triangle = factor(place, scale);
  }
  return summary(place, { maxIter, tolerance, iterations });
}

/** The lengths of a Jacobian's columns. */
const lengths = (jacobian: Tensor): Tensor => jacobian.square().sum(0).sqrt();

/** The triangle R of the scaled Jacobian Q · R, and the residuals seen from Q. */
interface Triangle {
  readonly r: Tensor;
  readonly seen: Tensor;
  /** Whether all parameters can be told apart. */
  readonly full: boolean;
}

function factor({ jacobian, residuals }: Place, scale: Tensor): Triangle {
  const { Q, R } = linalg.qr(jacobian.div(orOne(scale)));
  const sizes = linalg.svdvals(R).data();
  const full = sizes.at(-1)! > 4 * sizes.length * Number.EPSILON * sizes[0]!;
  return { r: R, seen: Q.transpose(0, 1).mv(residuals), full };
}

const orOne = (scale: Tensor): Tensor => scale.where(scale.gt(0), 1);

/** The step, in scaled parameters, with the least sum of squares and of `damping` times itself. */
function step({ r, seen, full }: Triangle, damping: number): Tensor {
  if (damping === 0 && !full) return seen.mul(Infinity);
  const more = eye(seen.shape[0]!, { dtype: r.dtype }).mul(Math.sqrt(damping));
  const right = cat([seen, zerosLike(seen)]).unsqueeze(1);
  return linalg.lstsq(cat([r, more]), right).solution.squeeze(1);
}

/** How much less the sum of squares would be after a step, were the model linear. */
function predicted({ r, seen }: Triangle, taken: Tensor): number {
  const change = r.mv(taken);
  return change.mul(seen.mul(2).sub(change)).sum().item();
}

/** The largest share of itself by which a step changes a parameter; those near 0 count less. */
function largestChange(taken: Tensor, scale: Tensor, parameters: Tensor): number {
  const sizes = parameters.mul(orOne(scale)).abs();
  const least = sizes.square().sum().sqrt().mul(1e-6).clamp(1e-300);
  return taken.abs().div(sizes.maximum(least)).amax().item();
}

function summary(
  place: Place,
  { maxIter, tolerance, iterations }: { maxIter: number; tolerance: number; iterations: number },
): LeastSquaresResult {
  const scale = lengths(place.jacobian);
  const triangle = factor(place, scale);
  const change = largestChange(step(triangle, 0), scale, place.parameters);
  const converged = change <= tolerance;
  const failure = !triangle.full
    ? "the derivatives do not tell all parameters apart"
    : iterations === maxIter
      ? `${maxIter} steps were not enough`
      : "no step made the sum of squares smaller, though the derivatives point down";
  const [n, p] = place.jacobian.shape as [number, number];
  const variance = n > p && triangle.full ? place.sumOfSquares / (n - p) : NaN;
  const inverse = triangle.full ? linalg.inv(triangle.r) : triangle.r;
  return {
    ...place,
    standardDeviations: inverse.square().sum(1).mul(variance).sqrt().div(orOne(scale)),
    converged,
    iterations,
    reason: converged ? "no small change makes the sum of squares smaller" : failure,
  };
}
