// Programs drawn at random: what is done next to the tensors there are already. Not a test.

import { cat, ones } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import * as fc from "fast-check";

export type Operation = (x: Tensor, y: Tensor) => Tensor;

/** Operations on tensors of one shape, which is that of the result, too. */
export const operationsOf = (height: number, width: number): Record<string, Operation> => ({
  add: (x, y) => x.add(y),
  mul: (x, y) => x.mul(y),
  tanh: (x) => x.tanh(),
  centre: (x) => x.sub(x.mean(0, true)),
  share: (x) => x.softmax(1),
  transposed: (x, y) =>
    x
      .t()
      .matmul(y)
      .t()
      .matmul(ones([width, height]))
      .t()
      .slice(0, 0, 1)
      .add(x.mul(0)),
  rows: (x, y) => cat([x.slice(0, 0, 1), y.slice(0, 1, height)]),
  turned: (x) => x.reshape([width, height]).t(),
  write: (x, y) => x.clone().add_(y),
  writePart: (x, y) => {
    const copy = x.clone();
    copy.select(0, 1).mul_(y.select(0, 0));
    return copy;
  },
  sorted: (x) => x.sort(1).values,
  where: (x, y) => x.where(x.gt(y), y.neg()),
  detached: (x) => x.detach().sin(),
  largest: (x) => x.sub(x.amax(1, true)),
});

/** A program: names of operations, and which of the tensors they take. */
export type Instruction = readonly [name: string, i: number, j: number];

export const programs = (names: readonly string[]): fc.Arbitrary<Instruction[]> =>
  fc.array(fc.tuple(fc.constantFrom(...names), fc.nat({ max: 30 }), fc.nat({ max: 30 })), {
    minLength: 1,
    maxLength: 25,
  });

/** Appends what a program makes of these tensors. */
export function follow(
  program: readonly Instruction[],
  operations: Readonly<Record<string, Operation>>,
  all: Tensor[],
): Tensor[] {
  for (const [name, i, j] of program) {
    all.push(operations[name]!(all[i % all.length]!, all[j % all.length]!));
  }
  return all;
}
