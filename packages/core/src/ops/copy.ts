/**
 * Copies: the elements of a tensor, or of two by a condition, in a new tensor. They are functions
 * of elements like those of ops/elementwise.ts, but have no form that writes in place.
 */
import { DTypeError } from "../errors.js";
import { isDType } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import type { ConversionRow, TogetherRow } from "../graph/shape-types.js";
import { s } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { zerosLike } from "./create.js";
import { choice, compute, elementwise, row, unary } from "./define.js";
import type { ElementwiseRecord, Operand, Vjp } from "./define.js";
import { typed } from "./typed.js";

/**
 * The elements of this tensor where the condition holds, those of `other` elsewhere:
 * `a.where(condition, b)`. All three are broadcast to one shape.
 * @example
 * tensor([1, 2, 3]).where(tensor([true, false, true]), 0) // tensor([1., 0., 3.])
 */
export const where: TogetherRow<"where", [condition: Tensor, other: Operand]> = typed(
  choice({
    kernel: (a, b, c) => s.where(c, a, b),
    vjps: [
      (g, { c }): Tensor => g.where(c, 0),
      (g, { c }): Tensor => zerosLike(g).where(c, g),
      null,
    ],
    samples: [
      [-3, 3],
      [-3, 3],
      [0, 1],
    ],
  }),
);

/**
 * A copy with elements of its own; the gradient goes through.
 * @example
 * const x = tensor([1, 2]);
 * x.clone().add_(1); // tensor([2., 3.])
 * x // tensor([1., 2.])
 */
export const clone = unary({ kernel: (x) => x, vjps: [(g): Tensor => g], samples: [[-3, 3]] });

/** The family of one: the same elements in another type. */
function conversion(of: ElementwiseRecord<[x: Expression], readonly [Vjp]>): ConversionRow {
  const op = elementwise(of);
  const call = (x: Tensor, dtype: DType): Tensor => {
    if (!isDType(dtype)) {
      throw new DTypeError(
        `${op.name}: "${String(dtype)}" is no element type; use "float32", "float64", "int32" or ` +
          `"bool".`,
      );
    }
    return checkTensor(op.name, x).dtype === dtype ? x : compute(op, [x], dtype, x.shape);
  };
  return row(op, of.samples, call) as never;
}

/**
 * The same elements in another type; the tensor itself if it has that type. To an integer it cuts
 * towards zero, to bool everything but 0 is true. The gradient goes back in the type of the
 * input.
 * @example
 * tensor([1.7, -1.7]).to("int32") // tensor([ 1, -1])
 */
export const to = conversion({ kernel: (x) => x, vjps: [(g): Tensor => g], samples: [[-3, 3]] });
