/**
 * What a back end is: something that runs kernels. It knows no tensors, no operations and no
 * derivatives; it does not decide when anything runs. The reference is backends/interpreter.ts.
 */
import type { Buffer } from "../graph/buffer.js";
import type { DType } from "../graph/dtype.js";
import type { FusedKernel } from "../kernel/fused.js";
import type { Launch } from "../kernel/kernel.js";

export interface Backend {
  readonly name: string;
  /** Computes `launch.output`, whole, before it returns. */
  run(launch: Launch): void;
  /**
   * Makes ready what runs often: kernels one after the other, whose buffers are numbered; `results`
   * says for each number what the kernels write there, `null` where they only read; `isWarm` that
   * they will run again and again.
   */
  prepare(
    kernels: readonly FusedKernel[],
    results: readonly (Result | null)[],
    isWarm: boolean,
  ): Routine;
}

/** A buffer that kernels write. */
export interface Result {
  readonly dtype: DType;
  readonly length: number;
  /** Whether it is needed when the kernels have run. */
  readonly kept: boolean;
}

export interface Routine {
  /**
   * Runs. `buffers` has what the kernels read, element 0 of each being the one at its offset, and
   * takes what they write.
   */
  run(buffers: (Buffer | null)[], offsets: readonly number[]): void;
  /** Gives the code that was made, to read; `null` as long as there is none. */
  readonly text?: (() => string) | null;
}
