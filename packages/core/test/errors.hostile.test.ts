// Odd values at every argument of every public function: each is refused with an error of Nabla's
// own, or means something; none gives an invalid tensor, another exception, or a hang. The words of
// the messages: errors.test.ts.

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
  ]);
const leaf = (): Tensor => tensor(1, { dtype: "float64", requiresGrad: true });

/** Arguments that every function takes. */
const functions: Record<string, () => unknown[]> = {
  tensor: () => [[1, 2]],
  zeros: () => [[2]],
  ones: () => [[2]],
  full: () => [[2], 3],
  arange: () => [0, 5, 1],
  linspace: () => [0, 1, 3],
  rand: () => [[2]],
  randn: () => [[2]],
  manualSeed: () => [1],
  add: () => [matrix(), 1],
  exp: () => [matrix()],
  where: () => [tensor(true), matrix(), 0],
  to: () => [matrix(), "float64"],
  clone: () => [matrix()],
  reshape: () => [matrix(), [3, 2]],
  transpose: () => [matrix(), 0, 1],
  expand: () => [matrix(), [2, 2, 3]],
  unsqueeze: () => [matrix(), 0],
  squeeze: () => [matrix(), 0],
  slice: () => [matrix(), 0, 0, 2, 1],
  select: () => [matrix(), 0, 0],
  sum: () => [matrix(), 0],
  mean: () => [matrix(), 0],
  matmul: () => [matrix(), matrix().transpose(0, 1)],
};

const methods: Record<string, () => unknown[]> = {
  add_: () => [matrix(), 1],
  copy_: () => [matrix(), matrix()],
  newOnes: () => [matrix(), [2]],
  newZeros: () => [matrix(), [2]],
  size: () => [matrix(), 0],
  backward: () => [leaf().mul(2), tensor(1)],
};

const calls: [name: string, call: Call, make: () => unknown[], first: number][] = [
  ...Object.entries(functions).map(([name, make]): (typeof calls)[number] => {
    return [name, (nabla as unknown as Record<string, Call>)[name]!, make, 0];
  }),
  ...Object.entries(methods).map(([name, make]): (typeof calls)[number] => {
    const call: Call = (x, ...rest) => (x as Record<string, Call>)[name]!.apply(x, rest);
    return [name, call, make, 1];
  }),
];

test.each(calls)("%s", (_name, call, make, first) => {
  expect(problemsOf(call, make, first, oddValues)).toEqual([]);
});

test("what was refused has changed nothing", () => {
  const x = matrix();
  for (const value of oddValues.filter((one) => typeof one !== "number" && one !== true)) {
    expect(() => x.add_(value as Tensor)).toThrow(NablaError);
    expect(() => x.copy_(value as Tensor)).toThrow(NablaError);
  }
  expect(x.toArray()).toEqual(matrix().toArray());
});
