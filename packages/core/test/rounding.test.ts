// The sign of what rounding makes 0, which PyTorch keeps, by every way to run.

import { tensor } from "@nabla/core";
import { afterEach, expect, test } from "vitest";

import { engines } from "./engines.js";

afterEach(engines.standard);

/** PyTorch's results for these elements. */
const elements = [-0.5, -0.25, -0, 0.25, 0.5, 2.5, -1.5, -2.5];
const expected = {
  round: [-0, -0, -0, 0, 0, 2, -2, -2],
  trunc: [-0, -0, -0, 0, 0, 2, -1, -2],
  ceil: [-0, -0, -0, 1, 1, 3, -1, -2],
  floor: [-1, -1, -0, 0, 0, 2, -2, -3],
};

test.each(["interpreter", "everyOp", "wasmAtOnce"] as const)("%s", (engine) => {
  engines[engine]();
  for (const dtype of ["float32", "float64"] as const) {
    for (const [name, result] of Object.entries(expected) as [keyof typeof expected, number[]][]) {
      expect([dtype, name, ...tensor(elements, { dtype })[name]().data()]).toEqual([
        dtype,
        name,
        ...result,
      ]);
    }
  }
});

test("in print", () => {
  expect(String(tensor([-0.5]).round())).toBe("tensor([-0.])");
});
