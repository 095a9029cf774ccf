// The first tests to read, and the first to run: what tensors are for, in a few lines each.
// Everything is tested thoroughly elsewhere: operations in ops.test.ts, gradients in
// autograd.test.ts.

import { noGrad, tensor } from "@nabla/core";
import { expect, test } from "vitest";

test("a tensor holds numbers in a shape", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(x.shape).toEqual([2, 3]);
  expect(x.dtype).toBe("float32");
  expect(String(x)).toBe("tensor([[1., 2., 3.],\n        [4., 5., 6.]])");
});

test("arithmetic works element by element, and broadcasts", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(
    x
      .mul(10)
      .add(tensor([1, 2]))
      .toArray(),
  ).toEqual([
    [11, 22],
    [31, 42],
  ]);
  expect(x.matmul(tensor([1, 1])).toArray()).toEqual([3, 7]);
  expect(x.sum().item()).toBe(10);
});

test("backward finds the slope", () => {
  const x = tensor(3, { requiresGrad: true });
  x.square().add(x).backward();
  expect(x.grad?.item()).toBe(7);
});

test("descending the slope fits a line", () => {
  const x = tensor([0, 1, 2, 3]);
  const y = tensor([1, 3, 5, 7]);
  const slope = tensor(0, { requiresGrad: true });
  const offset = tensor(0, { requiresGrad: true });
  for (let step = 0; step < 200; step++) {
    slope.grad = null;
    offset.grad = null;
    x.mul(slope).add(offset).sub(y).square().mean().backward();
    noGrad(() => {
      slope.sub_(slope.grad!.mul(0.1));
      offset.sub_(offset.grad!.mul(0.1));
    });
  }
  expect(slope.item()).toBeCloseTo(2, 3);
  expect(offset.item()).toBeCloseTo(1, 3);
});
