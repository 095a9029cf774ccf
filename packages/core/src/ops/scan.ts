/**
 * Running results: at every position what came out so far along a dimension, the element there
 * included. The algorithms: ops/recurrence.ts.
 */
import { largestFloat, toFloat } from "../graph/dtype.js";
import type { TypedArray } from "../graph/dtype.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { record } from "./define.js";
import type { Op, Vjp } from "./define.js";
import { numbers } from "./fold.js";
import type { TypeOptions } from "./fold.js";
import {
  eachLine,
  eachWay,
  filling,
  lineUp,
  runningProduct,
  runningSum,
} from "./host/recurrence.js";
import type { Way } from "./host/recurrence.js";
import { pick } from "./place.js";
import type { ValuesAndIndices } from "./place.js";
import { finding, shaped } from "./typed.js";

/** A running result of numbers of the type asked for, or of whole numbers where it was truths. */
function running(
  name: string,
  given: Tensor,
  dim: number,
  { dtype }: TypeOptions,
  run: (x: Tensor, dim: number) => Tensor,
): Tensor {
  const [x, at] = lineUp(name, given, dim);
  return run(x.to(dtype ?? numbers(name, x.dtype)), at).reshape(given.shape);
}

/**
 * The sum of all elements up to each one along a dimension; of bool as int32. `{ dtype }` converts
 * the elements first.
 * @example
 * tensor([1, 2, 3]).cumsum(0) // tensor([1., 3., 6.])
 */
export const cumsum = shaped<"cumsum", "along", [dim: number, options?: TypeOptions], "same">(
  (x: Tensor, dim: number, options: TypeOptions = {}): Tensor =>
    running("cumsum", x, dim, options, runningSum),
);

/**
 * The product of all elements up to each one along a dimension; of bool as int32. `{ dtype }`
 * converts the elements first.
 * @example
 * tensor([1, 2, 3]).cumprod(0) // tensor([1., 2., 6.])
 */
export const cumprod = shaped<"cumprod", "along", [dim: number, options?: TypeOptions], "same">(
  (x: Tensor, dim: number, options: TypeOptions = {}): Tensor =>
    running("cumprod", x, dim, options, runningProduct),
);

const logSums: Op = {
  name: "logcumsumexp",
  vjps: [
    ((g, { x, y, attributes: way }): Tensor => {
      // Σ g · exp(x - y) over all sums that an element is in: exp(x) can be taken out of them only
      // as a logarithm, so gradients of either sign are added apart.
      const back = { ...way, reverse: !way.reverse };
      const part = (h: Tensor): Tensor => {
        const logs = h.where(h.gt(0), 1).log().where(h.gt(0), -largestFloat(h.dtype));
        return runningLogSum(logs.sub(y), back).add(x).exp();
      };
      return part(g).sub(part(g.neg())).where(x.ne(-Infinity), 0);
    }) as Vjp<Way> as Vjp,
  ],
  work: filling((y, [x], way: Way, shape) =>
    eachWay(shape, way, (from, step, count) => {
      let total = -Infinity;
      for (let i = 0, at = from; i < count; i++, at += step) {
        const next = x![at]!;
        const high = Math.max(total, next);
        if (Number.isFinite(high)) {
          total = high + Math.log1p(Math.exp(Math.min(total, next) - high));
        } else total = high;
        y[at] = total;
      }
    }),
  ),
};

const runningLogSum = (x: Tensor, way: Way): Tensor =>
  record(logSums, [x], way, x.dtype, { shape: x.shape });

/**
 * The logarithm of the sum of exponentials of all elements up to each one along a dimension,
 * without overflow.
 * @example
 * tensor([0, 0, 2]).logcumsumexp(0) // tensor([0.0000, 0.6931, 2.2395])
 */
export const logcumsumexp = shaped<"logcumsumexp", "along", [dim: number], "same">(
  (given: Tensor, dim: number): Tensor => {
    const [x, at] = lineUp("logcumsumexp", given, dim);
    const from = x.to(toFloat(x.dtype));
    return runningLogSum(from, { dim: at, reverse: false }).reshape(given.shape);
  },
);

/** Where the largest element so far is; NaN is larger than all, and of equals the last counts. */
const recordHolders =
  (sign: 1 | -1) =>
  (y: TypedArray, [x]: readonly TypedArray[], { dim }: { readonly dim: number }, shape: Shape) =>
    eachLine(shape, dim, (from, step, count) => {
      let best = -Infinity;
      let index = 0;
      for (let i = 0, at = from; i < count; i++, at += step) {
        const value = x![at]! * sign;
        if (value >= best || Number.isNaN(value)) {
          best = value;
          index = i;
        }
        y[at] = index;
      }
    });

const holders = {
  cummax: { name: "cummax", vjps: null, work: filling(recordHolders(1)) },
  cummin: { name: "cummin", vjps: null, work: filling(recordHolders(-1)) },
} satisfies Record<string, Op>;

function best(name: keyof typeof holders, given: Tensor, dim: number): ValuesAndIndices {
  const [x, at] = lineUp(name, given, dim);
  const indices = record(holders[name], [x], { dim: at }, "int32", { shape: x.shape });
  const values = pick(x, indices, at);
  return { values: values.reshape(given.shape), indices: indices.reshape(given.shape) };
}

/**
 * The largest element up to each position along a dimension, and where it is; of equals the last,
 * and NaN is larger than all.
 * @example
 * const { values, indices } = tensor([1, 3, 2, 3]).cummax(0);
 * values // tensor([1., 3., 3., 3.])
 * indices // tensor([0, 1, 1, 3])
 */
export const cummax = finding<"cummax", "along", [dim: number]>(
  (x: Tensor, dim: number): ValuesAndIndices => best("cummax", x, dim),
);

/**
 * The smallest element up to each position along a dimension, and where it is; of equals the last,
 * and NaN is smaller than all.
 * @example
 * const { values, indices } = tensor([3, 1, 2, 1]).cummin(0);
 * values // tensor([3., 1., 1., 1.])
 * indices // tensor([0, 1, 1, 3])
 */
export const cummin = finding<"cummin", "along", [dim: number]>(
  (x: Tensor, dim: number): ValuesAndIndices => best("cummin", x, dim),
);
