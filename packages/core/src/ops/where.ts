/**
 * `where` as a function, in the order in which one says it: the condition first.
 * The record, and the method `a.where(condition, b)`: copy.ts.
 */
import { checkTensor } from "../graph/node.js";
import type { ChoiceFunction } from "../graph/shape-types.js";
import type { Tensor } from "../tensor.js";
import { tensor } from "./create.js";
import { isPlain } from "./define.js";
import type { Operand } from "./define.js";
import { typed } from "./typed.js";

/**
 * The elements of `a` where the condition holds, those of `b` elsewhere, all three broadcast to one
 * shape; plain numbers may stand for `a` and `b`. The condition is bool (DTypeError).
 * @example
 * const x = tensor([-1, 2]);
 * where(x.gt(0), x, 0) // tensor([0., 2.])
 * where(x.gt(0), 1, x) // tensor([-1.,  1.])
 */
export const where: ChoiceFunction<"where"> = typed((condition: Tensor, a: Operand, b: Operand) => {
  checkTensor("where", condition);
  if (!isPlain(a)) return checkTensor("where", a).where(condition, b);
  if (!isPlain(b)) return checkTensor("where", b).where(condition.logicalNot(), a);
  return tensor(a).where(condition, tensor(b));
});
