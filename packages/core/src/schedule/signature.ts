/**
 * What a compiled step is called with, and what it returns: tensors and numbers in lists and plain
 * objects. Everything else is what it was when the step was captured, or another step.
 */
import { CompileError } from "../errors.js";
import type { DType } from "../graph/dtype.js";
import { Node } from "../graph/node.js";
import { formatShape, sameShape } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";

export const isTensor = (value: unknown): value is Tensor =>
  (value as { node?: unknown } | null | undefined)?.node instanceof Node;

/** Whether it has parts that are looked at: a list, or an object of no class. */
function isTree(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

/** The same lists and objects, with other things in them. */
export function mapTree(value: unknown, change: (part: unknown) => unknown): unknown {
  if (!isTree(value)) return change(value);
  if (Array.isArray(value)) return value.map((part) => mapTree(part, change));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, mapTree(part, change)]),
  );
}

/** What is given anew at each call. */
export interface Given {
  readonly tensors: Tensor[];
  readonly numbers: number[];
}

/** A tensor among arguments that is given anew: one that requires grad is part of the step. */
const isGiven = (value: unknown): value is Tensor => isTensor(value) && !value.requiresGrad;

/** A number that is given anew. 0 and NaN are false in conditions, so they are as they are. */
const isNumber = (value: unknown): value is number => typeof value === "number" && Boolean(value);

/** The tensors and numbers of arguments, in their order. */
export function givenBy(args: readonly unknown[]): Given {
  const given: Given = { tensors: [], numbers: [] };
  mapTree(args, (part) => {
    if (isGiven(part)) given.tensors.push(part);
    else if (isNumber(part)) given.numbers.push(part);
    else if (isTensor(part) && !part.isLeaf) {
      throw new CompileError(
        `compile: an argument of shape ${formatShape(part.shape)} was computed from tensors that ` +
          "require grad; backward() would go through a graph outside of the compiled function. " +
          "Pass x.detach(), or compute it inside.",
      );
    }
    return part;
  });
  return given;
}

/** What an argument must be again. */
export type Signature =
  | { readonly kind: "tensor"; readonly shape: Shape; readonly dtype: DType }
  | { readonly kind: "number" }
  | { readonly kind: "list"; readonly parts: readonly Signature[] }
  | {
      readonly kind: "object";
      readonly keys: readonly string[];
      readonly parts: readonly Signature[];
    }
  | { readonly kind: "same"; readonly value: unknown };

export function signatureOf(value: unknown): Signature {
  if (isGiven(value)) return { kind: "tensor", shape: value.shape, dtype: value.dtype };
  if (isNumber(value)) return { kind: "number" };
  if (!isTree(value)) return { kind: "same", value };
  if (Array.isArray(value)) return { kind: "list", parts: value.map(signatureOf) };
  const keys = Object.keys(value);
  return { kind: "object", keys, parts: keys.map((key) => signatureOf(value[key])) };
}

/** What of a value is not as it was; `null` if all is. What is given anew is added to `given`. */
function mismatch(signature: Signature, value: unknown, given: Given): string | null {
  switch (signature.kind) {
    case "tensor": {
      if (!isTensor(value)) return "an argument is no tensor any more";
      if (!sameShape(value.shape, signature.shape)) {
        return (
          `an argument has shape ${formatShape(value.shape)}, and had ` +
          formatShape(signature.shape)
        );
      }
      if (value.dtype !== signature.dtype) {
        return `an argument is ${value.dtype}, and was ${signature.dtype}`;
      }
      if (value.requiresGrad) return "an argument requires grad, and did not";
      given.tensors.push(value);
      return null;
    }
    case "number":
      if (!isNumber(value)) return `an argument is ${String(value)}, and was another number`;
      given.numbers.push(value);
      return null;
    case "same":
      return Object.is(value, signature.value) ? null : "an argument is another one";
    case "list": {
      if (!Array.isArray(value)) return "an argument is no list any more";
      return mismatches(signature.parts, value, given);
    }
    case "object": {
      const { keys, parts } = signature;
      if (!isTree(value) || Object.keys(value).join() !== keys.join()) {
        return `an argument has other parts than ${keys.join(", ")}`;
      }
      return mismatches(parts, Object.values(value), given);
    }
  }
}

/** What of the parts of a list is not as it was; arguments are one, too. */
export function mismatches(
  parts: readonly Signature[],
  values: readonly unknown[],
  given: Given,
): string | null {
  if (values.length !== parts.length) return "there are more or fewer arguments, or parts of one";
  for (let i = 0; i < parts.length; i++) {
    const reason = mismatch(parts[i]!, values[i], given);
    if (reason !== null) return reason;
  }
  return null;
}
