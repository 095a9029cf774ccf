import type { ScalarOp } from "../../kernel/scalar.js";
import type { Code, Value } from "./assembler.js";
type Routine = (code: Code, inputs: readonly Value[], slow: () => Value) => Value;
export const routines: Partial<Record<ScalarOp, { f32?: Routine; f64?: Routine }>> = {};
export const inTwoLanes: ReadonlySet<ScalarOp> = new Set();
