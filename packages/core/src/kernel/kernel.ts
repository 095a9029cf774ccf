/**
 * A kernel: what a back end computes at every point of an index space. It is an expression over the
 * operands, at most one reduction over trailing dimensions of the space, and an epilogue on the
 * reduced value. A launch adds where the numbers lie. Kernels know no shapes, so one kernel serves
 * every tensor of its types. Not here: how loops run (backends/), which operation asks (ops/). Read
 * next: backends/backend.ts.
 */
import type { DType, TypedArray } from "../graph/dtype.js";
import type { Shape, Strides } from "../graph/shape.js";
import type { Expression } from "./scalar.js";

/** How many values become one: a value, or the position of one among those folded. */
export type Fold = "sum" | "prod" | "max" | "min" | "argmax" | "argmin";

export interface Kernel {
  /** The formula for one point of the space. */
  readonly expression: Expression;
  readonly fold: Fold | null;
  /**
   * What becomes of a folded value: operand 0 is that value, operand 1 how many were folded, both
   * float64, and operand 2 + i is operand i of the launch, where all that is folded begins.
   */
  readonly epilogue: Expression | null;
  /** The type of the result. */
  readonly dtype: DType;
}

/** An operand's place: its walk over the index space [...shape, ...reduced]. */
export interface Operand {
  readonly data: TypedArray;
  readonly strides: Strides;
  readonly offset: number;
}

export interface Launch {
  readonly kernel: Kernel;
  /** The shape of the result, which is written row-major from 0. */
  readonly shape: Shape;
  /** The sizes folded away; `[]` where nothing is. */
  readonly reduced: Shape;
  readonly operands: readonly Operand[];
  readonly output: TypedArray;
}
