// Plans are not mistaken for one another: calls that differ in one number come to what they come to
// one by one, to the bit on the interpreter. More of them: varied-calls.full.test.ts.

import { afterEach, test } from "vitest";

import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { onDemand } from "../src/schedule/demand.js";
import { engines } from "./engines.js";
import { expectAsOneByOne } from "./varied-calls.js";

afterEach(engines.standard);

test("calls that are alike but for one number, to the bit on the interpreter", () => {
  expectAsOneByOne(() => onDemand(interpreter), 0, { numRuns: 2, seed: 1 });
});

test("calls that are alike but for one number, within rounding on WebAssembly", () => {
  expectAsOneByOne(() => onDemand(wasm({ atOnce: true })), 1e-4, { numRuns: 1, seed: 2 });
});
