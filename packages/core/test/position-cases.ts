// Calls of what takes, writes and sorts elements by position, and of what is made of that, for the
// derivatives in ops.gradient.test.ts; the shapes are those of their inputs.

import { combinations, einsum, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";

type Case = [name: string, run: (...inputs: Tensor[]) => Tensor, ...shapes: number[][]];

const whole = (numbers: number[] | number[][]): Tensor => tensor(numbers, { dtype: "int32" });

/** In every line of a [2, 3] tensor along dimension 1; two positions are named twice. */
const index = whole([
  [2, 0, 2],
  [1, 1, 0],
]);
const positions = whole([1, 0, 1]);
const mask = tensor([true, false, true]);

/** Their results are squared, so that the second derivative is not 0. */
const linear: Case[] = [
  ["gather", (x) => x.gather(1, index), [2, 3]],
  ["gather, a smaller index", (x) => x.gather(-1, index.slice(0, 0, 1)), [2, 3]],
  ["gather of a transposed tensor", (x) => x.t().gather(1, index), [3, 2]],
  ["gather of a number", (x) => x.gather(0, whole([0, 0])), []],
  ["takeAlongDim", (x) => x.takeAlongDim(whole([[2], [0]]), 1), [1, 3]],
  ["takeAlongDim of all", (x) => x.takeAlongDim(whole([5, 0, 5])), [2, 3]],
  ["indexSelect", (x) => x.indexSelect(1, positions), [2, 3, 2]],
  [
    "take",
    (x) =>
      x.take(
        whole([
          [5, 0],
          [-1, 5],
        ]),
      ),
    [2, 3],
  ],
  ["maskedSelect", (x) => x.maskedSelect(mask), [2, 3]],
  ["maskedSelect that broadcasts", (x) => x.maskedSelect(mask), [2, 1]],
  ["scatter", (x, src) => x.scatter(1, index.slice(1, 0, 2), src), [2, 3], [2, 3]],
  ["scatter of a number", (x) => x.scatter(1, index, 2), [2, 3]],
  ["scatter into a number", (x, src) => x.scatter(0, whole([0]), src), [], [2]],
  ["scatter, add", (x, src) => x.scatter(1, index, src, { reduce: "add" }), [2, 3], [2, 3]],
  ["scatterAdd", (x, src) => x.scatterAdd(0, index.remainder(2), src), [2, 3], [2, 4]],
  ["scatterReduce, sum", (x, src) => x.scatterReduce(1, index, src, "sum"), [2, 3], [2, 3]],
  ["scatterReduce, mean", (x, src) => x.scatterReduce(1, index, src, "mean"), [2, 3], [2, 3]],
  ["scatterReduce, amax", (x, src) => x.scatterReduce(1, index, src, "amax"), [2, 3], [2, 3]],
  ["scatterReduce, amin", (x, src) => x.scatterReduce(1, index, src, "amin"), [2, 3], [2, 3]],
  [
    "scatterReduce without what was there",
    (x, src) => x.scatterReduce(1, index, src, "mean", { includeSelf: false }),
    [2, 3],
    [2, 3],
  ],
  ["indexAdd", (x, src) => x.indexAdd(0, positions, src, { alpha: 2 }), [2, 3], [3, 3]],
  ["indexAdd to the columns", (x, src) => x.indexAdd(1, positions, src), [2, 3], [2, 3]],
  ["indexCopy", (x, src) => x.indexCopy(-1, whole([2, 0]), src), [2, 3], [2, 2]],
  ["indexFill", (x, value) => x.indexFill(1, positions, value), [2, 3], []],
  ["indexPut", (x, src) => x.indexPut([whole([1, 0]), whole([2, 2])], src), [2, 3], [2]],
  ["indexPut, added", (x, src) => x.indexPut([positions], src, { accumulate: true }), [2, 3], [3]],
  ["put", (x, src) => x.put(whole([5, 0]), src), [2, 3], [2]],
  ["put, added", (x, src) => x.put(whole([5, 5]), src, { accumulate: true }), [2, 3], [2]],
  ["maskedScatter", (x, src) => x.maskedScatter(mask, src), [2, 3], [5]],
  ["maskedFill", (x, value) => x.maskedFill(mask, value), [2, 3], []],
  ["written in place", (x, src) => x.mul(1).scatterAdd_(1, index, src), [2, 3], [2, 3]],
  ["sort", (x) => x.sort(0).values, [3, 2]],
  ["sort, descending", (x) => x.sort(1, { descending: true }).values, [2, 3]],
  ["topk", (x) => x.topk(2, 0).values, [3, 2]],
  ["kthvalue", (x) => x.kthvalue(2, 1).values, [2, 3]],
  ["aminmax", (x) => x.aminmax(0).max.sub(x.aminmax(0).min), [3, 2]],
  ["diff", (x, more) => x.diff(2, 0, { append: more }), [3, 2], [1, 2]],
  ["combinations", (x) => combinations(x, 2, { withReplacement: true }), [3]],
  ["trapezoid", (y) => y.trapezoid({ dx: 2, dim: 0 }), [3, 2]],
  ["cumulativeTrapezoid", (y) => y.cumulativeTrapezoid(), [2, 3]],
  ["quantile", (x) => x.quantile(0.3, 0), [4, 2]],
  ["quantile, midpoint", (x) => x.quantile(0.3, 1, true, { interpolation: "midpoint" }), [2, 3]],
  ["nanquantile", (x) => x.where(mask, NaN).nanquantile(0.3, 1), [2, 3]],
  ["einsum, a diagonal", (x) => einsum("iij->ji", x), [2, 2, 3]],
  ["einsum, a trace", (x) => einsum("ii", x), [3, 3]],
];

export const positionCases: Case[] = [
  ...linear.map(([name, run, ...shapes]): Case => {
    return [name, (...inputs) => run(...inputs).square(), ...shapes];
  }),
  ["scatterReduce, prod", (x, src) => x.scatterReduce(1, index, src, "prod"), [2, 3], [2, 3]],
  [
    "scatter, multiply",
    (x, src) => x.scatter(1, index, src, { reduce: "multiply" }),
    [2, 3],
    [2, 3],
  ],
  ["quantile by the share", (x, q) => x.quantile(q.sigmoid(), 1), [2, 4], [3]],
  ["trapezoid at places", (y, x) => y.trapezoid(x), [2, 3], [3]],
  ["cumulativeTrapezoid at places", (y, x) => y.cumulativeTrapezoid(x, { dim: 0 }), [3, 2], [3, 2]],
  ["dist", (a, b) => a.dist(b), [2, 3], [3]],
  ["dist, order 3", (a, b) => a.dist(b, 3), [2, 3], [3]],
  ["cdist", (a, b) => a.cdist(b), [2, 3], [2, 3]],
  ["cdist, order 1.5", (a, b) => a.cdist(b, 1.5), [2, 2, 3], [3, 3]],
  ["renorm", (x) => x.renorm(2, 0, 1.5), [3, 3]],
  ["einsum, a product", (a, b) => einsum("ij,jk->ki", a, b), [2, 3], [3, 2]],
  ["einsum, batches", (a, b) => einsum("b...j,bj->...b", a, b), [2, 3, 2], [2, 2]],
  ["einsum, three factors", (a, b, c) => einsum("i,ij,j", a, b, c), [2], [2, 3], [3]],
  ["einsum, a size of 1", (a, b) => einsum("ij,jk->i", a, b), [2, 1], [3, 2]],
];
