// Whether a program comes to the same whatever runs it: at once or waiting, on the interpreter to
// the bit, on WebAssembly within rounding, with memory enough or next to none. Not a test.

import { expect } from "vitest";

import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { onDemand } from "../src/schedule/demand.js";
import { everyOp, runBy } from "../src/schedule/flush.js";
import type { Policy } from "../src/schedule/flush.js";

/** A program, and what it is called for whoever looks for the fault in it. */
export interface Program {
  readonly text: string;
  /** All numbers it reads; `null` for what is stale, and where it ends because of that. */
  readonly run: () => (number[] | null)[];
}

function run(program: Program, policy: Policy): (number[] | null)[] {
  runBy(policy, interpreter);
  try {
    return program.run();
  } finally {
    runBy(onDemand(wasm()), interpreter);
  }
}

/** Fails where a program comes to other bits when it waits. */
export function expectSameBits(program: Program): void {
  const [waiting, atOnce] = [onDemand(interpreter), everyOp].map((way) => run(program, way));
  expect({ program: program.text, found: waiting }).toEqual({
    program: program.text,
    found: atOnce,
  });
}

const ways = {
  cold: {},
  hot: { atOnce: true },
  small: { atOnce: true, budget: 2 ** 15, pages: 17 },
};

/** Fails where a program comes to something else on WebAssembly. */
export function expectNearlySame(program: Program): void {
  const expected = run(program, everyOp);
  for (const [name, options] of Object.entries(ways)) {
    const found = run(program, onDemand(wasm(options)));
    const wrong = found.flatMap((values, i) => {
      if (values === null) return [];
      const largest = Math.max(1e-3, ...expected[i]!.map(Math.abs));
      const error = Math.max(...values.map((value, k) => Math.abs(value - expected[i]![k]!)));
      return error <= 2e-4 * largest ? [] : [`${name}: result ${i} is off by ${error}`];
    });
    // Only a program that would use what is stale ends early.
    if (found.length < expected.length && found.at(-1) !== null) wrong.push(`${name}: too few`);
    expect([program.text, ...wrong]).toEqual([program.text]);
  }
}
