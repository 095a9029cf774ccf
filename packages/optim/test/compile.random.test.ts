// L6 for compiled steps: random training programs, compiled, are those of the plain loop.
// More of them: compile.random.full.test.ts.

import { afterEach, describe, test } from "vitest";

import { engines } from "../../core/test/engines.js";
import { compare, ways } from "./random-training.js";

afterEach(engines.standard);

describe("random trainings", () => {
  test.each(ways)(
    "%s",
    (...way) => {
      compare(way, 8);
    },
    300_000,
  );
});
