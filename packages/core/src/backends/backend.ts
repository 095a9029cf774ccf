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
  /** The same for a step that is replayed, with places of its own; absent where it is no gain. */
  readonly bind?: (
    kernels: readonly FusedKernel[],
    results: readonly (Result | null)[],
    carried: readonly Carried[],
  ) => Bound;
}

/** There is no room for what one run needs, whatever else moves out. */
export class OutOfMemory extends Error {}

/** What a step leaves in one buffer and finds in another the next time. */
export interface Carried {
  readonly from: number;
  readonly to: number;
  readonly dtype: DType;
  readonly length: number;
  /** Whether nothing else comes of it, so that it may be written over the old value at once. */
  readonly isAlone: boolean;
}

/** Kernels with places of their own. Buffers are meant by their numbers. */
export interface Bound {
  /** What is read there from now on, element 0 being the one at `offset`. */
  put(number: number, buffer: Buffer, offset: number): void;
  /** The only element that is read there. */
  set(number: number, value: number): void;
  /** What is carried from run to run begins with the elements of a buffer, which are copied. */
  carry(number: number, buffer: Buffer): void;
  run(): void;
  /** What has been computed, or is carried, as it is now. */
  take(number: number): Buffer;
  /**
   * What was taken of something carried is about to be written over: if nobody else has the buffer
   * its elements are lost, else they are copied.
   */
  reclaim(number: number): void;
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
