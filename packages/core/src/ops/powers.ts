/**
 * Powers that are products: those a formula asks for most, and for which the general power would
 * take many times as long. Not here: the record, which is in ops/elementwise.ts.
 */
import { isFloat } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import { row } from "./define.js";
import type { Operand, Row } from "./define.js";

/** The power, with products in the place of the second and the third. */
export const powers = (power: Row<[other: Operand]>): Row<[other: Operand]> =>
  row(power.op, power.samples, (a, other) => {
    if ((other !== 2 && other !== 3) || !isFloat(checkTensor(power.op.name, a).dtype)) {
      return power(a, other);
    }
    const square = a.square();
    return other === 2 ? square : square.mul(a);
  });
