// Where JavaScript would let something pass that must not: wrong kinds of arguments, truth values
// in
// arithmetic, halves in print. Everything here once gave a wrong result instead of an error.

import * as nabla from "@nabla/core";
import { DTypeError, NablaError, tensor, zeros } from "@nabla/core";
import { expect, test } from "vitest";

import { oddValues, problemsOf } from "./hostile.js";
import type { Call } from "./hostile.js";

const leaf = (): nabla.Tensor => tensor(1, { dtype: "float64", requiresGrad: true });
const truth = (): nabla.Tensor => tensor([true]);

const printed: [number, string][] = [
  [0.03125, "tensor(0.0312)"],
  [0.15625, "tensor(0.1562)"],
];
test.each(printed)("%d rounds to even when printed: %s", (value, text) => {
  expect(String(tensor(value))).toBe(text);
});

const lenient: [name: string, run: () => unknown][] = [
  ["sub of a number and a truth value", () => zeros([1]).sub(truth())],
  ["sub of a truth value and a number", () => truth().sub(1)],
  ["add_ of a number to truth values", () => truth().add_(1)],
  ["abs of truth values", () => truth().abs()],
  ["floor of truth values", () => truth().floor()],
];
test.each(lenient)("%s is refused, as in PyTorch", (_name, run) => {
  expect(run).toThrow(DTypeError);
});

test("the square of truth values is a whole number, as in PyTorch", () => {
  expect(truth().square().dtype).toBe("int32");
});

test("keepdim is a boolean, not another dimension", () => {
  expect(() => zeros([2, 3]).sum(0, 1 as never)).toThrow(NablaError);
});

test("requiresGrad is true or false, nothing else", () => {
  expect(() => zeros([1]).requiresGrad_("no" as never)).toThrow(NablaError);
});

test("the options of tensor are no string", () => {
  expect(() => tensor([1], "float64" as never)).toThrow(NablaError);
});

const matrix = (): nabla.Tensor => zeros([2, 3]);
const functions: Record<string, () => unknown[]> = {
  zerosLike: () => [matrix()],
  onesLike: () => [matrix()],
  permute: () => [matrix(), [1, 0]],
  contiguous: () => [matrix()],
  flatten: () => [matrix(), 0, 1],
  sumTo: () => [matrix(), [3]],
  noGrad: () => [() => 1],
  enableGrad: () => [() => 1],
  grad: () => [leaf().mul(2), [leaf()]],
  gradcheck: () => [(x: nabla.Tensor) => x.square(), [leaf()]],
  gradgradcheck: () => [(x: nabla.Tensor) => x.square(), [leaf()], leaf()],
};
test.each(Object.entries(functions))("%s refuses odd values", (name, make) => {
  const call = (nabla as unknown as Record<string, Call>)[name]!;
  expect(problemsOf(call, make, 0, oddValues)).toEqual([]);
});

const dimensions: Record<string, () => unknown[]> = {
  transpose: () => [matrix(), 0, 1],
  unsqueeze: () => [matrix(), 0],
  squeeze: () => [matrix(), 0],
  slice: () => [matrix(), 0, 0, 2, 1],
  select: () => [matrix(), 0, 0],
};
test.each(Object.entries(dimensions))("%s refuses symbols and bigints", (name, make) => {
  const call = (nabla as unknown as Record<string, Call>)[name]!;
  expect(problemsOf(call, make, 1, [Symbol("odd"), 1n])).toEqual([]);
});
