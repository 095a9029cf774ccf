/**
 * tensor.ts puts its constructor here: operations make tensors, and tensors have operations for
 * methods, so one of the two must not import the other.
 */
import type { Tensor } from "../tensor.js";
import { allocate } from "./dtype.js";
import type { DType } from "./dtype.js";
import { dataNode, plainNumber } from "./node.js";
import type { Node } from "./node.js";
import type { Origin } from "./origin.js";

export const construct = {
  tensor: (_node: Node, _origin: Origin | null): Tensor => {
    throw new Error("tensor.ts was not loaded: import @nabla/core, not its files");
  },
};

/** Numbers that formulas have used lately; they are written to by nobody. */
const numbers: Record<DType, Map<number, Tensor>> = {
  float32: new Map(),
  float64: new Map(),
  int32: new Map(),
  bool: new Map(),
};
const MOST_NUMBERS = 1000;

/** A plain number as a tensor without dimensions, which is not to leave the library. */
export function scalar(value: number | boolean, dtype: DType): Tensor {
  const number = Number(value);
  const known = numbers[dtype];
  // A map takes 0 and -0 for one, so -0 is in none.
  const found = Object.is(number, -0) ? undefined : known.get(number);
  if (found !== undefined) return found;
  const buffer = allocate(dtype, 1);
  buffer[0] = number;
  const tensor = construct.tensor(dataNode(buffer, [], dtype, plainNumber), null);
  if (known.size >= MOST_NUMBERS) known.clear();
  if (!Object.is(number, -0)) known.set(number, tensor);
  return tensor;
}
