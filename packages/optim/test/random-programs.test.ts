// Random training programs come to the same whatever runs them: at once or waiting, on the
// interpreter to the bit, on WebAssembly within rounding, with memory enough or next to none. What
// they are made of: random-programs.ts. Many more of them: random-programs.full.test.ts.

import { test } from "vitest";

import { expectNearlySame, expectSameBits } from "../../core/test/agreement.js";
import { randomProgram } from "./random-programs.js";

test.each([0, 10])("five from %i on", (from) => {
  for (let seed = from; seed < from + 5; seed++) {
    expectSameBits(randomProgram(seed, true));
    expectNearlySame(randomProgram(seed, false));
  }
});
