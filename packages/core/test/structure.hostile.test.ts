// Odd values at every argument of what rearranges, joins, fills, draws and multiplies: refused with
// an error of Nabla's own, or meaningful. The same for everything else: errors.hostile.test.ts.

import * as nabla from "@nabla/core";
import { NablaError, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { expect, test } from "vitest";

import { oddValues, problemsOf } from "./hostile.js";
import type { Call } from "./hostile.js";

const matrix = (): Tensor =>
  tensor([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ]);
const vector = (): Tensor => tensor([0.2, 0.4, 0.6]);
const cube = (): Tensor => matrix().reshape([1, 3, 3]).clone();

/** Arguments that every method takes, after the tensor itself. */
const methods: Record<string, () => unknown[]> = {
  view: () => [matrix(), [9]],
  viewAs: () => [matrix(), matrix()],
  reshapeAs: () => [matrix(), matrix()],
  expandAs: () => [matrix(), matrix()],
  broadcastTo: () => [matrix(), [3, 3]],
  narrow: () => [matrix(), 0, 1, 2],
  unflatten: () => [matrix(), 0, [3, 1]],
  movedim: () => [matrix(), 0, 1],
  swapaxes: () => [matrix(), 0, 1],
  swapdims: () => [matrix(), 0, 1],
  squeeze: () => [matrix(), [0]],
  diagonal: () => [matrix(), 0, 0, 1],
  unfold: () => [matrix(), 0, 2, 1],
  flip: () => [matrix(), [0]],
  roll: () => [matrix(), [1], [0]],
  rot90: () => [matrix(), 1, [0, 1]],
  repeat: () => [matrix(), [2, 1]],
  tile: () => [matrix(), [2]],
  repeatInterleave: () => [matrix(), 2, 0],
  triu: () => [matrix(), 1],
  tril: () => [matrix(), 1],
  diag: () => [matrix(), 1],
  diagEmbed: () => [matrix(), 1, 0, 1],
  diagflat: () => [matrix(), 1],
  pad: () => [matrix(), [1, 1], { value: 1 }],
  unbind: () => [matrix(), 0],
  split: () => [matrix(), 2, 0],
  splitWithSizes: () => [matrix(), [1, 2], 0],
  chunk: () => [matrix(), 2, 0],
  tensorSplit: () => [matrix(), [1], 0],
  hsplit: () => [matrix(), 3],
  vsplit: () => [matrix(), [1]],
  dsplit: () => [cube(), 3],
  fill_: () => [matrix(), 1],
  uniform_: () => [matrix(), 0, 1],
  normal_: () => [matrix(), 0, 1],
  bernoulli_: () => [matrix(), 0.5],
  exponential_: () => [matrix(), 1],
  geometric_: () => [matrix(), 0.5],
  random_: () => [matrix(), 0, 5],
  newFull: () => [matrix(), [2], 1],
  newTensor: () => [matrix(), [1, 2]],
  mm: () => [matrix(), matrix()],
  bmm: () => [cube(), cube()],
  mv: () => [matrix(), vector()],
  dot: () => [vector(), vector()],
  vdot: () => [vector(), vector()],
  outer: () => [vector(), vector()],
  inner: () => [vector(), vector()],
  vecdot: () => [vector(), vector(), 0],
  tensordot: () => [matrix(), matrix(), [[0], [1]]],
  addmm: () => [matrix(), matrix(), matrix(), { alpha: 2 }],
  addmv: () => [vector(), matrix(), vector()],
  addr: () => [matrix(), vector(), vector()],
  baddbmm: () => [cube(), cube(), cube()],
  addbmm: () => [matrix(), cube(), cube()],
  kron: () => [matrix(), vector()],
  cross: () => [vector(), vector(), 0],
  matrixPower: () => [matrix(), 2],
};

const functions: Record<string, () => unknown[]> = {
  cat: () => [[matrix(), matrix()], 0],
  stack: () => [[matrix(), matrix()], 0],
  hstack: () => [[matrix()]],
  vstack: () => [[matrix()]],
  dstack: () => [[matrix()]],
  columnStack: () => [[matrix()]],
  blockDiag: () => [[matrix()]],
  meshgrid: () => [[vector(), vector()], { indexing: "ij" }],
  cartesianProd: () => [[vector(), vector()]],
  multiDot: () => [[matrix(), matrix()]],
  eye: () => [2, 3, {}],
  empty: () => [[2], {}],
  emptyLike: () => [matrix(), {}],
  fullLike: () => [matrix(), 1, {}],
  logspace: () => [0, 1, 3, 10, {}],
  trilIndices: () => [2, 3, 0, {}],
  triuIndices: () => [2, 3, 0, {}],
  randint: () => [0, 5, [2], {}],
  randintLike: () => [matrix(), 0, 5, {}],
  randLike: () => [matrix(), {}],
  randnLike: () => [matrix(), {}],
  randperm: () => [3, {}],
  bernoulli: () => [vector()],
  normal: () => [0, 1, [2], {}],
  multinomial: () => [vector(), 2, true],
};

const calls = [
  ...Object.entries(functions).map(([name, make]) => {
    return [name, (nabla as unknown as Record<string, Call>)[name]!, make, 0] as const;
  }),
  ...Object.entries(methods).map(([name, make]) => {
    const call: Call = (x, ...rest) => (x as Record<string, Call>)[name]!.apply(x, rest);
    return [name, call, make, 1] as const;
  }),
];

test.each(calls)("%s", (_name, call, make, first) => {
  const one: Call = (...args) => {
    const result = call(...args);
    // Of several results each must be sound: as one number they are all looked at.
    const parts = Array.isArray(result) ? (result as Tensor[]) : [];
    for (const part of parts) expect(part.data()).toHaveLength(part.numel());
    return result;
  };
  expect(() => call(...make())).not.toThrow();
  expect(problemsOf(one, make, first, oddValues)).toEqual([]);
});

test.each(Object.entries(methods))("the function %s refuses what is no tensor", (name, make) => {
  const call = (nabla as unknown as Record<string, Call>)[name]!;
  const [, ...rest] = make();
  for (const value of oddValues) expect(() => call(value, ...rest)).toThrow(NablaError);
});
