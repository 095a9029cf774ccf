// How far a result may be from the recorded one: the tolerances of the records' README, in one
// place. Not how results are made (operators.ts).

import { Tensor } from "@nabla/core";

import { dtypeOf, isRecord, isRecordedTensor, numbersOf } from "./format.js";
import type { RecordedTensor } from "./format.js";

/** How close is close enough: beside the recorded number, and beside the largest of its tensor. */
export interface Tolerance {
  readonly relative: number;
  readonly ofLargest: number;
}

/** What a case says of itself about how exact its numbers are. */
export interface Exactness {
  readonly illConditioned?: boolean;
  readonly float64Tolerance?: number;
}

const exact: Tolerance = { relative: 0, ofLargest: 0 };

function toleranceFor(dtype: string, of: Exactness = {}): Tolerance {
  if (dtype !== "float32" && dtype !== "float64") return exact;
  // Noise of 1e-13 moves such a result by more than 1e-9, so rounding may move it that much.
  const loosened = of.illConditioned === true ? 1e4 : 1;
  const relative = dtype === "float64" ? 1e-9 : 1e-5;
  const own = of.float64Tolerance ?? 0;
  return {
    relative: Math.max(relative * loosened, own),
    ofLargest: Math.max((relative * loosened) / 10, own),
  };
}

/** What is wrong with a value, in a line; `null` if it is as recorded. */
export function differenceOf(actual: unknown, recorded: unknown, of: Exactness): string | null {
  if (isRecordedTensor(recorded)) return tensorDifference(actual, recorded, of);
  if (Array.isArray(recorded)) {
    const parts = partsOf(actual);
    if (parts?.length !== recorded.length) {
      return `${recorded.length} results expected, not ${describe(actual)}`;
    }
    for (let i = 0; i < parts.length; i++) {
      const difference = differenceOf(parts[i], recorded[i], of);
      if (difference !== null) return `result ${i}: ${difference}`;
    }
    return null;
  }
  const value = isRecord(recorded) && "$float" in recorded ? Number(recorded["$float"]) : recorded;
  if (typeof value === "number" && typeof actual === "number") {
    const tolerance = toleranceFor("float64", of);
    if (isClose(actual, value, tolerance, Math.abs(value))) return null;
  }
  return Object.is(actual, value) ? null : `${describe(actual)} is not ${JSON.stringify(recorded)}`;
}

/** Several results as a list, however they are named. */
export function partsOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value as unknown[];
  if (value instanceof Tensor || !isRecord(value)) return null;
  return Object.values(value);
}

function tensorDifference(actual: unknown, recorded: RecordedTensor, of: Exactness): string | null {
  const { dtype, shape } = recorded.$tensor;
  if (!(actual instanceof Tensor)) return `${describe(actual)} is no tensor`;
  const type = dtypeOf(dtype);
  if (actual.dtype !== type) return `dtype ${actual.dtype}, not ${type}`;
  const [own, wanted] = [actual.shape.join(), shape.join()];
  if (own !== wanted) return `shape [${own}], not [${wanted}]`;
  const expected = numbersOf(recorded);
  const found = actual.data();
  const tolerance = toleranceFor(type, of);
  const difference = numbersDifference(found, expected, tolerance);
  return difference === null ? null : `${difference} (${type})`;
}

/** What is wrong with numbers that were recorded as a list, or `null`. */
export function numbersDifference(
  found: ArrayLike<number>,
  expected: readonly number[],
  tolerance: Tolerance,
): string | null {
  if (found.length !== expected.length) return `${found.length} numbers, not ${expected.length}`;
  let largest = 0;
  for (const value of expected) {
    if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  }
  for (let i = 0; i < expected.length; i++) {
    if (isClose(found[i]!, expected[i]!, tolerance, largest)) continue;
    return `element ${i} is ${found[i]}, not ${expected[i]}, and the largest ${largest}`;
  }
  return null;
}

function isClose(actual: number, expected: number, tolerance: Tolerance, largest: number): boolean {
  if (actual === expected || (Number.isNaN(actual) && Number.isNaN(expected))) return true;
  if (!Number.isFinite(expected)) return false;
  const allowed = tolerance.relative * Math.abs(expected) + tolerance.ofLargest * largest;
  return Math.abs(actual - expected) <= allowed;
}

function describe(value: unknown): string {
  if (value instanceof Tensor) return `a tensor of shape [${value.shape.join()}]`;
  if (Array.isArray(value)) return `${value.length} results`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
