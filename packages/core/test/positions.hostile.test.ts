// Odd values at every argument of what gathers, scatters, sorts and measures: refused with an error
// of Nabla's own, or meaningful. The same for everything else: errors.hostile.test.ts.

import * as nabla from "@nabla/core";
import { NablaError, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { expect, test } from "vitest";

import { oddValues, problemsOf } from "./hostile.js";
import type { Call } from "./hostile.js";

const matrix = (): Tensor => tensor([1, 2, 3, 4, 5, 6, 7, 8, 9]).reshape([3, 3]).clone();
const vector = (): Tensor => tensor([0.2, 0.4, 0.6]);
const positions = (): Tensor => tensor([2, 0, 1], { dtype: "int32" });
const index = (): Tensor => tensor([[2, 0, 1]], { dtype: "int32" });
const mask = (): Tensor => tensor([true, false, true]);

/** Arguments that every function takes. */
const functions: Record<string, () => unknown[]> = {
  gather: () => [matrix(), 0, index()],
  takeAlongDim: () => [matrix(), index(), 0],
  indexSelect: () => [matrix(), 0, positions()],
  take: () => [matrix(), positions()],
  maskedSelect: () => [matrix(), mask()],
  nonzero: () => [matrix(), { asTuple: true }],
  argwhere: () => [matrix()],
  scatter: () => [matrix(), 0, index(), matrix(), { reduce: "add" }],
  scatterAdd: () => [matrix(), 0, index(), matrix()],
  scatterReduce: () => [matrix(), 0, index(), matrix(), "amax", { includeSelf: false }],
  indexAdd: () => [matrix(), 0, positions(), matrix(), { alpha: 2 }],
  indexCopy: () => [matrix(), 0, positions(), matrix()],
  indexFill: () => [matrix(), 0, positions(), 1],
  indexPut: () => [matrix(), [positions()], vector(), { accumulate: true }],
  put: () => [matrix(), positions(), vector(), { accumulate: true }],
  maskedFill: () => [matrix(), mask(), 1],
  maskedScatter: () => [matrix(), mask(), matrix()],
  sort: () => [matrix(), 0, { descending: true }],
  argsort: () => [matrix(), 0, { stable: true }],
  topk: () => [matrix(), 2, 0, { largest: false }],
  kthvalue: () => [matrix(), 2, 0, true],
  unique: () => [matrix(), { returnInverse: true, dim: 0 }],
  searchsorted: () => [vector(), vector(), { side: "left", sorter: positions() }],
  bucketize: () => [vector(), vector(), { right: true }],
  bincount: () => [positions(), { weights: vector(), minlength: 3 }],
  quantile: () => [matrix(), 0.5, 0, true, { interpolation: "lower" }],
  nanquantile: () => [matrix(), 0.5, 0, true],
  aminmax: () => [matrix(), 0, true],
  diff: () => [matrix(), 1, 0, { prepend: matrix() }],
  trapezoid: () => [matrix(), vector(), { dim: 0 }],
  cumulativeTrapezoid: () => [matrix(), { dx: 2, dim: 0 }],
  dist: () => [matrix(), matrix(), 2],
  cdist: () => [matrix(), matrix(), 2],
  renorm: () => [matrix(), 2, 0, 1],
  combinations: () => [vector(), 2, { withReplacement: true }],
  einsum: () => ["ij,jk", matrix(), matrix()],
};

/** A result's parts, so that each is looked at. */
const partsOf = (result: unknown): unknown[] =>
  result instanceof nabla.Tensor ? [result] : Object.values(result as object);

const calls = Object.entries(functions).map(
  ([name, make]) => [name, (nabla as unknown as Record<string, Call>)[name]!, make] as const,
);

test.each(calls)("%s", (_name, call, make) => {
  const sound: Call = (...args) => {
    for (const part of partsOf(call(...args))) {
      expect((part as Tensor).data()).toHaveLength((part as Tensor).numel());
    }
  };
  expect(() => sound(...make())).not.toThrow();
  expect(problemsOf(sound, make, 0, oddValues)).toEqual([]);
});

test.each(calls)("%s leaves its arguments as they were", (_name, call, make) => {
  const args = make();
  const before = args.map(String);
  call(...args);
  expect(args.map(String)).toEqual(before);
});

test.each(calls.filter(([, , make]) => make().at(-1)?.constructor === Object))(
  "%s refuses options that it does not have",
  (_name, call, make) => {
    const args = [...make().slice(0, -1), { oups: 1 }];
    expect(() => call(...args)).toThrow(NablaError);
    expect(() => call(...args)).toThrow("oups");
  },
);
