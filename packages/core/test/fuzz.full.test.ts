// As fuzz.test.ts, with more random programs.

import { test } from "vitest";

import { expectAgreement } from "./fuzz.js";

test.each(Array.from({ length: 20 }, (_, i) => 1000 + 20 * i))(
  "twenty from %i on",
  (from) => {
    for (let seed = from; seed < from + 20; seed++) expectAgreement(seed);
  },
  120_000,
);
