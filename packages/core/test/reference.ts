// Compares results with the recorded behaviour of PyTorch in the words of the test runner. How the
// records are read: scripts/conformance/format.ts.

import { NablaError, Tensor } from "@nabla/core";
import { expect } from "vitest";

import {
  dtypeOf,
  isRecord,
  isRecordedTensor,
  numbersOf,
} from "../../../scripts/conformance/format.js";

/** Compares what a program gave with what it gave in PyTorch; an error only has to be one. */
export function expectRecorded(actual: unknown, recorded: unknown, relative = 1e-12): void {
  if (isRecordedTensor(recorded)) {
    expect(actual).toBeInstanceOf(Tensor);
    const { dtype, shape } = recorded.$tensor;
    const found = actual as Tensor;
    expect([found.dtype, ...found.shape]).toEqual([dtypeOf(dtype), ...shape]);
    expectNumbers(found, numbersOf(recorded), relative);
  } else if (Array.isArray(recorded)) {
    expect(actual).toHaveLength(recorded.length);
    recorded.forEach((part, i) => expectRecorded((actual as unknown[])[i], part, relative));
  } else if (isRecord(recorded) && "message" in recorded) {
    expect(actual, `not refused, as it was: ${String(recorded["message"])}`).toBeInstanceOf(Error);
    if (recorded["message"] !== "stop") expect(actual).toBeInstanceOf(NablaError);
  } else if (isRecord(recorded) && "$float" in recorded) {
    expectRecorded(actual, Number(recorded["$float"]), relative);
  } else if (typeof recorded === "number" && typeof actual === "number") {
    expect(isClose(actual, recorded, relative), `${actual} is ${recorded}`).toBe(true);
  } else {
    expect(actual).toEqual(recorded);
  }
}

/** Compares the elements of a tensor with numbers to a relative error. */
export function expectNumbers(
  actual: Tensor | null,
  expected: readonly number[],
  relative: number,
  what = "elements",
): void {
  const found = [...(actual?.data() ?? [])];
  const far = expected.some((value, i) => !isClose(found[i]!, value, relative));
  if (far || found.length !== expected.length) {
    expect({ [what]: found }).toEqual({ [what]: expected });
  }
}

function isClose(a: number, b: number, relative: number): boolean {
  return Object.is(a, b) || a === b || Math.abs(a - b) <= relative * Math.max(Math.abs(b), 1e-2);
}

/** The error that a call throws, or `null`. */
export function errorOf(run: () => unknown): Error | null {
  try {
    run();
    return null;
  } catch (error) {
    return error as Error;
  }
}
