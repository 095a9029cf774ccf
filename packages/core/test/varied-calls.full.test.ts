// As varied-calls.test.ts, with more calls.

import { afterEach, test } from "vitest";

import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { onDemand } from "../src/schedule/demand.js";
import type { Policy } from "../src/schedule/flush.js";
import { engines } from "./engines.js";
import { expectAsOneByOne } from "./varied-calls.js";

afterEach(engines.standard);

const ways: [name: string, policyOf: () => Policy, tolerance: number][] = [
  ["to the bit on the interpreter", () => onDemand(interpreter), 0],
  ["on WebAssembly", () => onDemand(wasm({ atOnce: true })), 1e-4],
  ["on WebAssembly after a first run on the interpreter", () => onDemand(wasm()), 1e-4],
];

test.each(ways)(
  "calls that are alike but for one number, %s",
  (_name, policyOf, tolerance) => {
    expectAsOneByOne(policyOf, tolerance, { numRuns: 8, seed: 3 });
  },
  300_000,
);
