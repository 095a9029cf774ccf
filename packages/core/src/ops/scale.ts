/**
 * Multiples before a sum: the option `alpha` of `add` and its kind, and what factors mean among
 * whole numbers. Not here: sums of products of matrices, ops/contract.ts.
 */
import { ArgumentError } from "../errors.js";
import { isFloat, resultType } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import type { BinaryRow } from "../graph/shape-types.js";
import type { Tensor } from "../tensor.js";
import { operandBeside, row } from "./define.js";
import type { Operand } from "./define.js";

/** What sums and differences take last. */
export interface ScaleOptions {
  /** What the second operand is multiplied by; 1 unless said otherwise. */
  readonly alpha?: number;
}

/** A sum whose second operand may be multiplied first. */
export const scaled = (sum: BinaryRow<"same">): BinaryRow<"same", [options?: ScaleOptions]> =>
  row(sum.op, sum.samples, (a, b: Operand, options?: ScaleOptions) =>
    sum(a, options === undefined ? b : multiple(sum.op.name, a, b, options)),
  ) as never;

/** alpha · other, in the type of the sum, which a fraction of whole numbers does not have. */
function multiple(name: string, x: Tensor, other: Operand, options: ScaleOptions): Tensor {
  const b = operandBeside(name, other, checkTensor(name, x));
  const dtype = resultType(x.dtype, x.dim(), b.dtype, b.dim());
  const { alpha = 1, ...rest }: ScaleOptions = options ?? {};
  const isFactor = isFloat(dtype) ? typeof alpha === "number" : Number.isInteger(alpha);
  if (isFactor && Object.keys(rest).length === 0) return b.to(dtype).mul(alpha);
  throw new ArgumentError(
    `${name}: the only option is alpha, a number, and a whole one among whole numbers; ` +
      `for example a.${name}(b, { alpha: 2 }).`,
  );
}

/** A factor as it counts among elements of a type: among whole numbers without its fraction. */
export const factorOf = (factor: number, dtype: DType): number =>
  isFloat(dtype) ? factor : Math.trunc(factor);
