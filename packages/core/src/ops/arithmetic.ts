/**
 * Arithmetic by other names, in another order or another type: functions made of those in
 * ops/elementwise.ts, which read first.
 */
import { checkTensor } from "../graph/node.js";
import type { Tensor } from "../tensor.js";
import { operandBeside } from "./define.js";
import type { Operand } from "./define.js";
import { div, sub } from "./elementwise.js";
import type { ScaleOptions } from "./scale.js";

/**
 * The difference the other way round: `other` less `alpha` times the tensor. See sub.
 * @example
 * tensor([1, 2]).rsub(10) // tensor([9., 8.])
 */
export const rsub = (x: Tensor, other: Operand, options?: ScaleOptions): Tensor =>
  sub(operandBeside("rsub", other, checkTensor("rsub", x)), x, options);

/**
 * Quotient of two tensors; see div.
 * @example
 * tensor([1, 2]).trueDivide(4) // tensor([0.2500, 0.5000])
 */
export const trueDivide = (a: Tensor, b: Operand): Tensor => div(a, b);

/**
 * `a` to the power `b`, in float64 whatever the types; see pow.
 * @example
 * tensor([2, 3]).floatPower(-1) // tensor([0.5000, 0.3333], dtype=float64)
 */
export const floatPower = (a: Tensor, b: Operand): Tensor =>
  checkTensor("floatPower", a)
    .to("float64")
    .pow(typeof b === "object" ? checkTensor("floatPower", b).to("float64") : b);
