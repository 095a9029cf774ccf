// Reads the recorded behaviour of PyTorch, which lies beside the repository on machines that have
// it. Where it does not, a line says what is skipped. The format: its own README.md.

import { existsSync, readFileSync } from "node:fs";

import { NablaError, Tensor } from "@nabla/core";
import { expect } from "vitest";

const folder = new URL("../../../../shared/reference/", import.meta.url);

/** The content of one file, or `null` where there is no reference. */
export function readReference(path: string): unknown {
  const file = new URL(path, folder);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  console.warn(`skipped: what is compared with PyTorch in ${path}, which is not here`);
  return null;
}

/** A tensor as the reference writes it. */
export interface RecordedTensor {
  readonly $tensor: {
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly data: readonly (number | string)[];
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isRecordedTensor = (value: unknown): value is RecordedTensor =>
  isRecord(value) && "$tensor" in value;

/** The type that stands for one of PyTorch's. */
export const dtypeOf = (dtype: string): string => dtype.replace("int64", "int32");

/** Compares what a program gave with what it gave in PyTorch; an error only has to be one. */
export function expectRecorded(actual: unknown, recorded: unknown, relative = 1e-12): void {
  if (isRecordedTensor(recorded)) {
    expect(actual).toBeInstanceOf(Tensor);
    const { dtype, shape, data } = recorded.$tensor;
    const found = actual as Tensor;
    expect([found.dtype, ...found.shape]).toEqual([dtypeOf(dtype), ...shape]);
    const expected = data.map((value) =>
      (dtype === "float32" ? Math.fround : Number)(Number(value)),
    );
    expectNumbers(found, expected, relative);
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
