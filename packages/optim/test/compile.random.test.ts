// L6 for compiled steps: random training programs, compiled, are those of the plain loop.
// More of them: compile.random.full.test.ts.

import { afterEach, describe, expect, test } from "vitest";

import { engines } from "../../core/test/engines.js";
import { differing, ways } from "./random-training.js";

afterEach(engines.standard);

describe("random trainings", () => {
  test.each(ways)(
    "%s",
    (...way) => {
      expect(differing(way, 8)).toBe(null);
    },
    300_000,
  );
});
