/**
 * Reductions that add and multiply: many elements become one. A record says how elements are
 * folded; the family (ops/fold.ts) owns `dim` and `keepdim`. The largest and the smallest:
 * ops/extremes.ts; what is made of these: ops/statistics.ts.
 */
import { s } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { count, floats, numbers, reduction, spread } from "./fold.js";
import { neighbours, runningProduct } from "./host/recurrence.js";

/**
 * Sum over all elements, or along the dimensions `dim` (one or several; negative ones count from
 * the end). With `keepdim` the dimensions stay, with size 1. A float32 sum is added up in
 * float64; of bool it counts, as int32. `{ dtype }` converts the elements first.
 * @example
 * tensor([[1, 2], [3, 4]]).sum() // tensor(10.)
 * tensor([[1, 2], [3, 4]]).sum(0) // tensor([4., 6.])
 * tensor([[1, 2], [3, 4]]).sum(1, true).shape // [ 2, 1 ]
 * tensor([1, 2], { dtype: "int32" }).sum({ dtype: "float32" }) // tensor(3.)
 */
export const sum = reduction<"sum">({
  fold: "sum",
  dtype: numbers,
  vjps: [(g, saved): Tensor => spread(g, saved)],
  keeps: false,
});

/**
 * Mean over all elements, or along the dimensions `dim`; see sum for `dim`, `keepdim` and
 * `{ dtype }`. Only of float tensors.
 * @example
 * tensor([[1, 2], [3, 4]]).mean() // tensor(2.5000)
 * tensor([[1, 2], [3, 4]]).mean(1) // tensor([1.5000, 3.5000])
 */
export const mean = reduction<"mean">({
  fold: "sum",
  epilogue: (folded, n) => s.div(folded, n),
  dtype: floats,
  vjps: [(g, saved): Tensor => spread(g.div(count(saved)), saved)],
  keeps: false,
});

/**
 * Product of all elements, or along the dimensions `dim`; see sum for `dim`, `keepdim` and
 * `{ dtype }`. The product of no elements is 1.
 * @example
 * tensor([[1, 2], [3, 4]]).prod() // tensor(24.)
 * tensor([[1, 2], [3, 4]]).prod(0) // tensor([3., 8.])
 */
export const prod = reduction<"prod">({
  fold: "prod",
  dtype: numbers,
  vjps: [
    (g, saved): Tensor => {
      const { x, attributes } = saved;
      // The reduced dimensions last and as one.
      const kept = x.shape.map((_, i) => i).filter((i) => !attributes.dims.includes(i));
      const order = [...kept, ...attributes.dims];
      const turned = x.permute(order);
      const sizes = kept.map((i) => x.shape[i]!);
      const lines = turned.reshape([...sizes, count(saved)]);
      // What stands before an element times what stands behind it: right beside zeros, too.
      const last = sizes.length;
      const before = neighbours(runningProduct(lines, last), last, 1, 1);
      const behind = neighbours(runningProduct(lines, last, true), last, -1, 1);
      const others = before.mul(behind).reshape(turned.shape);
      return spread(g, saved).mul(others.permute(order.map((_, i) => order.indexOf(i))));
    },
  ],
});
