// Matrices for the tests of linear algebra, and how near its results must be.

import { eye, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { expect } from "vitest";

/** A matrix of float64, row by row: "1 2 / 3 4". */
export const matrix = (rows: string, requiresGrad = false): Tensor =>
  tensor(
    rows.split("/").map((row) => row.trim().split(/\s+/).map(Number)),
    { dtype: "float64", requiresGrad },
  );

/** The unit matrix in the size and type of another. */
export const unit = (x: Tensor): Tensor => eye(x.size(-1), { dtype: x.dtype });

/** Compares all elements with those of a tensor that broadcasts, beside the largest of them. */
export function expectNear(actual: Tensor, expected: Tensor, near = 1e-12): void {
  expect([actual.dtype, actual.sub(expected).shape]).toEqual([expected.dtype, actual.shape]);
  const wanted = expected.expand(actual.shape).data();
  const differences = Array.from(actual.data(), (value, i) => Math.abs(value - wanted[i]!));
  const largest = Math.max(1, ...Array.from(wanted, Math.abs));
  expect(Math.max(0, ...differences)).toBeLessThanOrEqual(near * largest);
}
