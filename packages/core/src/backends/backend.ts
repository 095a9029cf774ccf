/**
 * What a back end is: something that runs kernels. It knows no tensors, no operations and no
 * derivatives; it does not decide when anything runs, and it owns no results. The reference is
 * backends/interpreter.ts.
 */
import type { Launch } from "../kernel/kernel.js";

export interface Backend {
  readonly name: string;
  /** Computes `launch.output`, whole, before it returns. */
  run(launch: Launch): void;
}
