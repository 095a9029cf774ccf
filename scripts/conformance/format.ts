// The format of the recorded results: how files are found and read, and how recorded values become
// tensors and arguments. The one reader of that format, for the tests of the packages too. Not how
// results are compared (compare.ts), nor what is called (call.ts). The format's own description is
// the README.md beside the records.

import { existsSync, readFileSync } from "node:fs";

import { NablaError, slice, tensor } from "@nabla/core";
import type { DType, Tensor } from "@nabla/core";

/** Where the records lie on machines that have them. */
export const sharedFolder = new URL("../../../shared/reference/", import.meta.url);

/** The content of one file of the records, or `null`, said aloud, where there are none. */
export function readReference(path: string): unknown {
  const file = new URL(path, sharedFolder);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  console.warn(`skipped: what is compared with PyTorch in ${path}, which is not here`);
  return null;
}

/** A tensor as it is recorded; `grad` says which of the case's gradients is its own. */
export interface RecordedTensor {
  readonly $tensor: {
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly data: readonly (number | string)[];
    readonly grad?: number;
  };
}

/** A call that was recorded, with what came of it. Only the arguments are sure to be there. */
export interface RecordedCall {
  readonly id?: string;
  readonly dtype?: string;
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly out?: unknown;
  readonly cot?: readonly (RecordedTensor | null)[];
  readonly grads?: readonly (RecordedTensor | null)[];
  readonly mutated?: readonly { readonly tensor: number; readonly after?: unknown }[];
  readonly illConditioned?: boolean;
  readonly float64Tolerance?: number;
  readonly throws?: { readonly type?: string; readonly message?: string };
}

/** A file of `ops/`. */
export interface RecordedOp {
  readonly op: string;
  readonly variant?: string | null;
  readonly tier?: string;
  readonly aliases?: readonly string[];
  readonly params?: readonly (readonly string[])[];
  readonly cases?: readonly RecordedCall[];
  readonly errors?: readonly RecordedCall[];
}

/** What the records hold that is beyond the library's types: a reason to skip, and no failure. */
export class BeyondTypes extends Error {}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isRecordedTensor = (value: unknown): value is RecordedTensor =>
  isRecord(value) && isRecord(value["$tensor"]);

const types: Readonly<Record<string, DType>> = {
  float32: "float32",
  float64: "float64",
  int64: "int32",
  int32: "int32",
  uint8: "int32",
  bool: "bool",
};

/** The type that stands for one of PyTorch's. Throws BeyondTypes where there is none. */
export function dtypeOf(dtype: string): DType {
  const type = types[dtype];
  if (type === undefined) throw new BeyondTypes(`there is no ${dtype}`);
  return type;
}

/** The elements as numbers, rounded to their type. Throws BeyondTypes for an int64 beyond int32. */
export function numbersOf({ $tensor: { dtype, data } }: RecordedTensor): number[] {
  const isWhole = dtypeOf(dtype) === "int32";
  return data.map((recorded) => {
    const value = dtype === "float32" ? Math.fround(Number(recorded)) : Number(recorded);
    if (isWhole && value !== (value | 0)) throw new BeyondTypes(`an ${dtype} is beyond int32`);
    return value;
  });
}

/** A recorded tensor as a tensor that is nobody's view and requires no grad. */
export function tensorOf(recorded: RecordedTensor): Tensor {
  const { dtype, shape } = recorded.$tensor;
  const flat = tensor(Float64Array.from(numbersOf(recorded)), { dtype: dtypeOf(dtype) });
  return flat.reshape([...shape]).clone();
}

/** The arguments of a recorded call as the library takes them, and the tensors among them. */
export interface Arguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** In the order of the records: of args, then kwargs. */
  readonly tensors: readonly Tensor[];
  /** By their place among the gradients: those that require grad. */
  readonly leaves: readonly Tensor[];
}

/** A Python float that looks like an integer, which JavaScript could not tell from one. */
export class PythonFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** The arguments of a recorded call as tensors, numbers, strings, lists and indices. */
export function argumentsOf({ args = [], kwargs = {} }: RecordedCall): Arguments {
  const tensors: Tensor[] = [];
  const leaves: Tensor[] = [];
  const decode = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(decode);
    if (isRecordedTensor(value)) {
      const made = tensorOf(value);
      const { grad } = value.$tensor;
      if (grad !== undefined) leaves[grad] = made.requiresGrad_();
      tensors.push(made);
      return made;
    }
    if (!isRecord(value)) return value;
    if ("$float" in value) return new PythonFloat(Number(value["$float"]));
    if ("$dtype" in value) return dtypeOf(String(value["$dtype"]));
    if ("$slice" in value) return slice(...(value["$slice"] as (number | null)[]));
    if ("$ellipsis" in value) return "...";
    if ("$index" in value) return (value["$index"] as unknown[]).map(decode);
    throw new Error(`the records hold a value of an unknown kind: ${JSON.stringify(value)}`);
  };
  return {
    args: args.map(decode),
    kwargs: Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [key, decode(value)])),
    tensors,
    leaves,
  };
}

/** Whether a call was refused in a sentence, by one of the library's own errors. */
export const isRefusal = (error: unknown): error is NablaError => error instanceof NablaError;
