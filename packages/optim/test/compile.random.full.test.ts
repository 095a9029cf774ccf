// L6 for compiled steps: random training programs, compiled, are those of the plain loop.
// Fewer of them, each time: compile.random.test.ts.

import { afterEach, describe, expect, test } from "vitest";

import { engines } from "../../core/test/engines.js";
import { differing, ways } from "./random-training.js";

afterEach(engines.standard);

describe("random trainings", () => {
  test.each(ways)(
    "%s",
    (...way) => {
      expect(differing(way, 120)).toBe(null);
    },
    300_000,
  );
});
