// Random training programs come to the same whatever runs them: at once or waiting, on the
// interpreter to the bit, on WebAssembly within rounding, with memory enough or next to none. What
// they are made of: fuzz.ts. Many more of them: fuzz.full.test.ts.

import { test } from "vitest";

import { expectAgreement } from "./fuzz.js";

test.each([0, 10])("five from %i on", (from) => {
  for (let seed = from; seed < from + 5; seed++) expectAgreement(seed);
});
