// What an optimizer refuses although JavaScript would let it pass, and that a refusal changes
// nothing.

import { NablaError, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { SGD } from "@nabla/optim";
import type { SGDOptions } from "@nabla/optim";
import { expect, test } from "vitest";

const leaf = (): Tensor => tensor(1, { dtype: "float64", requiresGrad: true });
const nothing = null as never;

const optimizers: [name: string, run: () => unknown][] = [
  ["null for parameters", () => new SGD(nothing, { lr: 1 })],
  ["null for a parameter", () => new SGD([nothing], { lr: 1 })],
  ["an unknown option", () => new SGD([leaf()], { lr: 1, momentun: 0.9 } as SGDOptions)],
];
test.each(optimizers)("SGD refuses %s", (_name, run) => {
  expect(run).toThrow(NablaError);
});

test("options of all groups are checked before any parameter moves", () => {
  const [a, b] = [leaf(), leaf()];
  const optimizer = new SGD([{ params: [a] }, { params: [b] }], { lr: 0.1 });
  a.add(b).backward();
  Object.assign(optimizer.paramGroups[1]!, { lr: -1 });
  expect(() => optimizer.step()).toThrow(NablaError);
  expect(a.item()).toBe(1);
});
