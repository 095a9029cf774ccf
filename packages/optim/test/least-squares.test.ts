/**
 * leastSquares on problems whose answers are known from elsewhere. The curves and minima of the
 * last three are those of Moré, Garbow and Hillstrom, "Testing Unconstrained Optimization
 * Software", ACM TOMS 7 (1981); problems 1, 15 and 17.
 */
import { cat, stack, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { leastSquares } from "../src/index.js";

const of = (values: number[]): Tensor => tensor(values, { dtype: "float64" });

describe("a line, where all is known", () => {
  // Norris's points of the NIST would do as well; these four can be checked by hand.
  const [x, y] = [of([0, 1, 2, 3]), of([1, 3, 4, 8])];
  const line = (b: Tensor): Tensor => b.at(0).add(b.at(1).mul(x)).sub(y);
  const fit = leastSquares(line, of([5, -5]));

  test("parameters 0.7 and 2.2, and what is left is 1.8", () => {
    expect(fit.parameters.data()[0]).toBeCloseTo(0.7, 12);
    expect(fit.parameters.data()[1]).toBeCloseTo(2.2, 12);
    expect(fit.sumOfSquares).toBeCloseTo(1.8, 12);
    expect(fit.converged).toBe(true);
  });

  test("standard deviations, by the formula for lines", () => {
    // s² = 1.8 / 2, Σ(x - 1.5)² = 5
    expect(fit.standardDeviations.data()[0]).toBeCloseTo(Math.sqrt(0.9 * (1 / 4 + 2.25 / 5)), 12);
    expect(fit.standardDeviations.data()[1]).toBeCloseTo(Math.sqrt(0.9 / 5), 12);
    expect(fit.jacobian.toArray()).toEqual([0, 1, 2, 3].map((value) => [1, value]));
  });
});

describe("Moré, Garbow and Hillstrom", () => {
  const inverse = of([4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625]);
  const kowalik = of([
    0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246,
  ]);
  const times = of(Array.from({ length: 33 }, (_, i) => 10 * i));
  const osborne = of([
    0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.85, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658,
    0.628, 0.603, 0.58, 0.558, 0.538, 0.522, 0.506, 0.49, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431,
    0.424, 0.42, 0.414, 0.411, 0.406,
  ]);

  test.each<[string, (b: Tensor) => Tensor, number[], number]>([
    [
      "Rosenbrock",
      (b) => stack([b.at(1).sub(b.at(0).square()).mul(10), b.at(0).rsub(1)]),
      [-1.2, 1],
      0,
    ],
    [
      "Kowalik and Osborne",
      (b) => {
        const above = inverse
          .square()
          .add(inverse.mul(b.at(1)))
          .mul(b.at(0));
        return kowalik.sub(
          above.div(
            inverse
              .square()
              .add(inverse.mul(b.at(2)))
              .add(b.at(3)),
          ),
        );
      },
      [0.25, 0.39, 0.415, 0.39],
      3.07505e-4,
    ],
    [
      "Osborne 1",
      (b) => {
        const first = b.at(1).mul(times.mul(b.at(3).neg()).exp());
        const second = b.at(2).mul(times.mul(b.at(4).neg()).exp());
        return osborne.sub(b.at(0).add(first).add(second));
      },
      [0.5, 1.5, -1, 0.01, 0.02],
      5.46489e-5,
    ],
  ])("%s", (_name, residuals, start, least) => {
    const fit = leastSquares(residuals, of(start));
    expect(fit.converged).toBe(true);
    expect(Math.abs(fit.sumOfSquares - least)).toBeLessThan(least * 1e-5 + 1e-25);
  });
});

describe("what does not converge says so", () => {
  const x = of([0, 1, 2]);

  test("parameters that only their sum tells apart", () => {
    const fit = leastSquares((b) => x.mul(b.sum()).sub(1), of([1, 1]));
    expect([fit.converged, fit.reason]).toEqual([
      false,
      "the derivatives do not tell all parameters apart",
    ]);
    expect(fit.standardDeviations.data()[0]).toBeNaN();
  });

  test("an infimum that is nowhere reached", () => {
    const fit = leastSquares((b) => b.neg().exp(), of([0]));
    expect(fit.converged).toBe(false);
    expect(fit.parameters.item()).toBeGreaterThan(10);
  });

  test("too few steps", () => {
    const fit = leastSquares((b) => b.pow(3).sub(8), of([100]), { maxIter: 2 });
    expect([fit.converged, fit.reason]).toEqual([false, "2 steps were not enough"]);
  });
});

test("steps into places that are not finite are not taken", () => {
  const fit = leastSquares((b) => b.log().sub(1), of([50]));
  expect(fit.parameters.item()).toBeCloseTo(Math.E, 12);
});

test.each<[string, () => unknown, RegExp]>([
  [
    "a start that is not finite",
    () => leastSquares((b) => b.log(), of([-1])),
    /not finite at the start/,
  ],
  [
    "too few residuals",
    () => leastSquares((b) => b.at(0).reshape([1]), of([1, 2])),
    /2 parameters, but/,
  ],
  ["a matrix of parameters", () => leastSquares((b) => b, tensor([[1]])), /shape \[P\]/],
  ["no tolerance", () => leastSquares((b) => b, of([1]), { tolerance: 0 }), /tolerance is 0/],
  ["no steps", () => leastSquares((b) => b, of([1]), { maxIter: 0 }), /maxIter is 0/],
])("%s is refused", (_name, run, says) => {
  expect(run).toThrow(says);
});

test("residuals that do not depend on the parameters", () => {
  const fit = leastSquares((b) => cat([of([1, 2]), b.mul(0)]), of([1]));
  expect(fit.converged).toBe(false);
});
