/**
 * What is true of many elements at once, and of two tensors as a whole. Comparisons of single
 * elements: ops/compare.ts.
 */
import { ArgumentError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import { sameShape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { reduction } from "./fold.js";
import type { Dims } from "./fold.js";
import { shaped } from "./typed.js";

/**
 * Whether all elements are true, where everything but 0 is; along `dim` as in `sum`. All of no
 * elements are.
 * @example
 * tensor([[1, 0], [2, 3]]).all() // tensor(false)
 * tensor([[1, 0], [2, 3]]).all(1) // tensor([false,  true])
 */
export const all = reduction<"all", "truth">({ fold: "prod", dtype: () => "bool", vjps: null });

/**
 * Whether any element is true, where everything but 0 is; along `dim` as in `sum`. Of no elements
 * none is.
 * @example
 * tensor([[0, 0], [2, 3]]).any() // tensor(true)
 * tensor([[0, 0], [2, 3]]).any(1) // tensor([false,  true])
 */
export const any = reduction<"any", "truth">({ fold: "max", dtype: () => "bool", vjps: null });

/**
 * How many elements are not 0, as int32; along `dim` as in `sum`.
 * @example
 * tensor([[0, 1], [2, 3]]).countNonzero() // tensor(3)
 * tensor([[0, 1], [2, 3]]).countNonzero(0) // tensor([1, 2])
 */
export const countNonzero = shaped<"countNonzero", "reduce", [dim?: Dims], "position">(
  (x: Tensor, dim?: Dims): Tensor => checkTensor("countNonzero", x).ne(0).sum(dim),
);

/** How close is close. */
export interface ClosenessOptions {
  /** The difference allowed as a share of the other's size; 1e-5 unless said otherwise. */
  readonly rtol?: number;
  /** The difference that is always allowed; 1e-8 unless said otherwise. */
  readonly atol?: number;
  /** Whether NaN is close to NaN; `false` unless said otherwise. */
  readonly equalNan?: boolean;
}

/**
 * Whether elements differ by no more than `atol` + `rtol` times the size of `other`'s, with
 * broadcasting. Compared in float64; infinities are close to themselves only. A negative tolerance
 * is an ArgumentError.
 * @example
 * tensor([1, 1, 1]).isclose(tensor([1, 1.000001, 1.1])) // tensor([ true,  true, false])
 */
export const isclose = (x: Tensor, other: Tensor, options: ClosenessOptions = {}): Tensor => {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  if (!(rtol >= 0 && atol >= 0)) {
    throw new ArgumentError(
      `isclose: tolerances of rtol ${rtol} and atol ${atol} are none; give numbers, 0 or more.`,
    );
  }
  const a = checkTensor("isclose", x).detach().to("float64");
  const b = checkTensor("isclose", other).detach().to("float64");
  const isNear = a.sub(b).abs().le(b.abs().mul(rtol).add(atol)).logicalAnd(b.isfinite());
  const isSame = a.eq(b).logicalOr(isNear);
  return equalNan ? isSame.logicalOr(a.isnan().logicalAnd(b.isnan())) : isSame;
};

/**
 * Whether all elements are close, as `isclose` has it: JavaScript's true or false. This reads the
 * elements.
 * @example
 * tensor([1, 2]).allclose(tensor([1, 2.000001])) // true
 */
export const allclose = (x: Tensor, other: Tensor, options: ClosenessOptions = {}): boolean =>
  isclose(x, other, options).all().item() === 1;

/**
 * Whether two tensors have one shape and the same elements: JavaScript's true or false. NaN differs
 * from everything. This reads the elements.
 * @example
 * tensor([1, 2]).equal(tensor([1, 2])) // true
 * tensor([1, 2]).equal(tensor([[1, 2]])) // false
 */
export const equal = (x: Tensor, other: Tensor): boolean =>
  sameShape(checkTensor("equal", x).shape, checkTensor("equal", other).shape) &&
  x.eq(other).all().item() === 1;
