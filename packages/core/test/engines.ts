// The ways to run, for tests that compare them, and how often steps are captured. Not a test.

import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { engine } from "../src/backends/wasm/web-assembly.js";
import { mode } from "../src/graph/mode.js";
import { onDemand } from "../src/schedule/demand.js";
import { everyOp, runBy } from "../src/schedule/flush.js";

const standard = onDemand(wasm());

export const engines = {
  standard: () => runBy(standard, interpreter),
  /** Waits and fuses; the same bits as `everyOp`. */
  interpreter: () => runBy(onDemand(interpreter), interpreter),
  everyOp: () => runBy(everyOp, interpreter),
  wasm: () => runBy(onDemand(wasm()), interpreter),
  /** Without a first run on the interpreter. */
  wasmAtOnce: () => runBy(onDemand(wasm({ atOnce: true })), interpreter),
  /** In so little memory that most of what is large has to move out again and again. */
  wasmInLittle: () => runBy(onDemand(wasm({ atOnce: true, budget: 30_000 })), interpreter),
} as const;

/** Runs a function, and tells why steps were captured meanwhile. */
export function captures<Result>(run: () => Result): [Result, string[]] {
  const reasons: string[] = [];
  const { onRecapture } = mode;
  mode.onRecapture = (reason) => reasons.push(reason);
  try {
    return [run(), reasons];
  } finally {
    mode.onRecapture = onRecapture;
  }
}

/** Counts the modules that are compiled while a function runs, which can look in between. */
export function countingModules(run: (made: () => number) => void): void {
  const wasmEngine = engine()!;
  const { Module } = wasmEngine;
  let made = 0;
  const counting = class extends Module {
    constructor(bytes: Uint8Array) {
      super(bytes);
      made += 1;
    }
  };
  Object.assign(wasmEngine, { Module: counting });
  try {
    run(() => made);
  } finally {
    Object.assign(wasmEngine, { Module });
  }
}

type Step = (...args: never[]) => unknown;

/** How a step is wrapped: not at all, or by compile(). */
export type Wrap = <Own extends Step>(step: Own) => Own;

/** Where numbers differ by more than rounding, or anything else at all; `null` if nowhere. */
export function difference(
  found: readonly unknown[],
  expected: readonly unknown[],
  tolerance = 1e-4,
): string | null {
  if (found.length !== expected.length) return `${found.length} values, not ${expected.length}`;
  const isClose = (value: unknown, other: unknown): boolean =>
    Object.is(value, other) ||
    (typeof value === "number" &&
      typeof other === "number" &&
      Math.abs(value - other) <= tolerance * Math.max(1, Math.abs(other)));
  const at = found.findIndex((value, i) => !isClose(value, expected[i]));
  return at < 0 ? null : `value ${at} is ${String(found[at])}, not ${String(expected[at])}`;
}
