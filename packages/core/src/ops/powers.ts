/**
 * Powers that are products: those a formula asks for most, and for which the general power would
 * take many times as long. Not here: the record, which is in ops/elementwise.ts.
 */
import { isFloat } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import type { BinaryRow } from "../graph/shape-types.js";
import { row } from "./define.js";
import type { Operand } from "./define.js";

/** The power, with products in the place of the second and the third. */
export const powers = (power: BinaryRow<"same">): BinaryRow<"same"> =>
  row(power.op, power.samples, (a, other: Operand) => {
    if ((other !== 2 && other !== 3) || !isFloat(checkTensor(power.op.name, a).dtype)) {
      return power(a, other);
    }
    const square = a.square();
    return other === 2 ? square : square.mul(a);
  }) as never;
