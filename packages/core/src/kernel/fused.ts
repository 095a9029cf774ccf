/**
 * A fused kernel: what many operations are to a back end that compiles. One walk over an index
 * space; at every point the operands are loaded once, and every output takes one expression of
 * them: stored, or folded along the dimensions in which the output does not move. Sizes and
 * strides are constants; where buffers begin is told at each run. Not here: which operations are
 * fused (schedule/group.ts), how loops are made (backends/wasm/). Read first: kernel/kernel.ts.
 */
import type { DType } from "../graph/dtype.js";
import type { Shape } from "../graph/shape.js";
import type { Fold } from "./kernel.js";
import type { Expression } from "./scalar.js";

/** Elements of a buffer, walked over the space of a kernel. */
export interface Access {
  /** The number of the buffer among those of the plan. */
  readonly buffer: number;
  readonly dtype: DType;
  /** In elements, one for each dimension of the space. */
  readonly strides: readonly number[];
  readonly offset: number;
}

/**
 * One result. Where it folds, its strides are 0 in the dimensions that are folded away; `count` is
 * how many elements that makes. `expression` and `epilogue` are those of kernel/kernel.ts; to an
 * epilogue operand 2 + i is operand i of the kernel, which does not move where is folded.
 */
export interface Output extends Access {
  readonly expression: Expression;
  readonly fold: Fold | null;
  readonly epilogue: Expression | null;
  readonly count: number;
}

export interface FusedKernel {
  /** The sizes of the space; any order of walking it will do, for all but positions. */
  readonly space: Shape;
  /** What operand 0, 1, ... of the expressions are. */
  readonly operands: readonly Access[];
  /** None of them overlaps an operand or another. */
  readonly outputs: readonly Output[];
}
