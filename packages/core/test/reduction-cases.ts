// Calls of reductions, running results and what is made of them, for the derivatives in
// ops.gradient.test.ts; the shapes are those of their inputs.

import type { Tensor } from "@nabla/core";

type Case = [name: string, run: (...inputs: Tensor[]) => Tensor, ...shapes: number[][]];

const alone: [name: string, run: (x: Tensor) => Tensor][] = [
  ["prod", (x) => x.prod()],
  ["prod(1)", (x) => x.prod(1).square()],
  ["prod([0, 2], true)", (x) => x.prod([0, 2], true).square()],
  ["amax", (x) => x.amax().square()],
  ["amax([0, 2])", (x) => x.amax([0, 2]).square()],
  ["amin(-1, true)", (x) => x.amin(-1, true).square()],
  ["max()", (x) => x.max().square()],
  ["max(1)", (x) => x.max(1).values.square()],
  ["min(0, true)", (x) => x.min(0, true).values.square()],
  ["median", (x) => x.median().square()],
  ["median(1)", (x) => x.median(1).values.square()],
  ["nanmedian(2)", (x) => x.nanmedian(2).values.square()],
  ["mode(1)", (x) => x.mode(1).values.square()],
  ["cumsum(1)", (x) => x.cumsum(1).square()],
  ["cumprod(1)", (x) => x.cumprod(1).square()],
  ["logcumsumexp(1)", (x) => x.logcumsumexp(1).square()],
  ["cummax(1)", (x) => x.cummax(1).values.square()],
  ["cummin(2)", (x) => x.cummin(2).values.square()],
  ["var", (x) => x.var().square()],
  ["var(1, true)", (x) => x.var(1, true, { correction: 0 }).square()],
  ["std([0, 1])", (x) => x.std([0, 1]).square()],
  ["varMean(1)", (x) => x.varMean(1).reduce((product, part) => product.mul(part))],
  ["stdMean", (x) => x.stdMean().reduce((product, part) => product.mul(part))],
  ["logsumexp([0, 1])", (x) => x.logsumexp([0, 1]).square()],
  ["softmax(1)", (x) => x.softmax(1).square()],
  ["logSoftmax(1)", (x) => x.logSoftmax(1).square()],
  ["softmin(0)", (x) => x.softmin(0).square()],
  ["norm", (x) => x.norm().square()],
  ["norm(1, 0)", (x) => x.norm(1, 0).square()],
  ["norm(3, [0, 1])", (x) => x.norm(3, [0, 1]).square()],
  ["norm(-1.5)", (x) => x.norm(-1.5).square()],
  ["norm(Infinity, 1)", (x) => x.norm(Infinity, 1).square()],
  ["norm(-Infinity)", (x) => x.norm(-Infinity).square()],
  ["nansum(1)", (x) => x.nansum(1).square()],
  ["nanmean(1)", (x) => x.nanmean(1).square()],
  ["prod of a permuted tensor", (x) => x.permute([2, 0, 1]).prod(0).square()],
  ["cumprod of a transposed tensor", (x) => x.transpose(0, 2).cumprod(0).square()],
  // With zeros in several lines, which no quotient of the product survives.
  ["prod beside zeros", (x) => x.mul(x.gt(-1)).prod(2).add(x.sum(2)).square()],
  ["cumprod beside zeros", (x) => x.mul(x.gt(-1)).cumprod(1).square()],
  ["clamp", (x) => x.clamp(-1, 1).mul(x)],
  ["nanToNum", (x) => x.nanToNum().square()],
  ["round", (x) => x.round({ decimals: 1 }).add(x.square())],
  ["logit with eps", (x) => x.sigmoid().logit({ eps: 0.2 }).square()],
  ["quotients rounded down", (x) => x.div(0.7, { roundingMode: "floor" }).mul(x)],
  ["quotients rounded", (x) => x.div(0.7, { roundingMode: "trunc" }).mul(x)],
];

export const reductionCases: Case[] = [
  ...alone.map(([name, run]): Case => [name, run, [2, 3, 2]]),
  ["cumprod of a number", (x) => x.cumprod(0).square(), []],
  ["softmax of a number", (x) => x.softmax(0), []],
  ["lerp", (a, b, w) => a.lerp(b, w), [2, 3], [3], [2, 1]],
  ["addcmul", (x, a, b) => x.addcmul(a, b, { value: 3 }), [2, 3], [3], [2, 1]],
  ["addcdiv", (x, a, b) => x.addcdiv(a, b.square().add(1), { value: 3 }), [2, 3], [3], [2, 1]],
  ["clamp between tensors", (x, a, b) => x.clamp(a.sub(2), b.add(2)).square(), [2, 3], [3], [3]],
];
