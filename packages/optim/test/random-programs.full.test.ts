// As random-programs.test.ts, with more random programs.

import { test } from "vitest";

import { expectNearlySame, expectSameBits } from "../../core/test/agreement.js";
import { randomProgram } from "./random-programs.js";

test.each(Array.from({ length: 20 }, (_, i) => 1000 + 20 * i))(
  "twenty from %i on",
  (from) => {
    for (let seed = from; seed < from + 20; seed++) {
      expectSameBits(randomProgram(seed, true));
      expectNearlySame(randomProgram(seed, false));
    }
  },
  120_000,
);
