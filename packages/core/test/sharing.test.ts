// Who shares elements and who comes from whom, after writes, detaching, freezing and freeing: small
// programs with the results that PyTorch gives. What is kept alive: memory.process.test.ts.

import { arange, grad, ones, tensor, zeros } from "@nabla/core";
import type { NestedArray, Tensor } from "@nabla/core";
import { expect, test } from "vitest";

const T = (data: NestedArray): Tensor => tensor(data, { dtype: "float64" });
const leaf = (data: NestedArray): Tensor => T(data).requiresGrad_();

test("a gradient is a tensor like others: its views write into it", () => {
  const x = leaf([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const weights = T([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  x.transpose(0, 1).mul(weights).sum().backward();
  const v = x.grad!.transpose(0, 1).reshape([-1]);
  v.slice(0, 0, 2).zero_();
  expect(v.toArray()).toEqual([0, 0, 3, 4, 5, 6]);
  const y = ones([2, 2], { requiresGrad: true });
  y.sum().backward();
  y.grad!.select(0, 0).mul_(5);
  expect(y.grad!.toArray()).toEqual([
    [5, 5],
    [1, 1],
  ]);
});

test("what was frozen when it was used gets no gradient, whatever it is later", () => {
  const [w, x] = [leaf(2), leaf(3)];
  w.requiresGrad = false;
  const y = x.mul(w);
  w.requiresGrad = true;
  y.backward();
  expect([w.grad, x.grad?.item()]).toEqual([null, 2]);
});

test("lists that were passed may be changed afterwards", () => {
  const [shape, order] = [
    [2, 3],
    [1, 0],
  ];
  const x = leaf([1, 2, 3, 4, 5, 6]);
  const y = x.reshape(shape);
  const z = y.permute(order);
  shape.reverse();
  order.reverse();
  z.mul(arange(6).reshape([3, 2]).to("float64"))
    .sum()
    .backward();
  expect([y.shape, x.grad?.toArray()]).toEqual([
    [2, 3],
    [0, 2, 4, 1, 3, 5],
  ]);
});

test("a write without history takes the place of one that has", () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  y.eq_(2);
  y.sum().backward();
  expect(x.grad?.toArray()).toEqual([0, 0]);
});

test("grad() frees only what it went through", () => {
  const x = leaf(3);
  const h = x.square();
  const [g] = grad(h.mul(2), [h]);
  h.backward(g);
  expect(x.grad?.item()).toBe(12);
});

test("only operations that kept values are freed", () => {
  const w = leaf([
    [1, 2],
    [3, 4],
  ]);
  const tied = w.transpose(0, 1);
  tied.mul(2).sum().backward();
  tied.mul(3).sum().backward();
  expect(w.grad?.toArray()).toEqual([
    [5, 5],
    [5, 5],
  ]);
});

test("a product with itself in place has the gradient of a square", () => {
  const x = leaf([3]);
  const y = x.mul(1);
  y.mul_(y);
  y.backward();
  expect(x.grad?.toArray()).toEqual([6]);
});

test("a detached part shares elements with the whole, and has views of its own", () => {
  const x = leaf([1, 2, 3, 4]);
  const d = x.slice(0, 1, 3).detach();
  const w = d.mul(1).requiresGrad_();
  d.slice(0, 0, 1).mul_(10);
  expect(x.toArray()).toEqual([1, 20, 3, 4]);
  d.requiresGrad = true;
  const v = d.reshape([2, 1]).select(0, 1);
  v.mul(5).sum().backward();
  expect([d.grad?.toArray(), x.grad, w.grad]).toEqual([[0, 5], null, null]);
  expect(() => d.select(0, 0).add_(1)).toThrow("leaf that requires grad");
});

test("a number of truth values to a power, and truth made false", () => {
  const x = leaf([3, 4]);
  x.pow(tensor([true, false]))
    .sum()
    .backward();
  expect(x.grad?.toArray()).toEqual([1, 0]);
  expect(tensor([true]).zero_().toArray()).toEqual([false]);
});

test("rows written one by one are released by backward()", () => {
  const h = leaf([1, 2]);
  const out = zeros([3, 2], { dtype: "float64" });
  for (let i = 0; i < 3; i++) out.select(0, i).copy_(h.mul(i + 1));
  out.square().sum().backward();
  expect(h.grad?.toArray()).toEqual([28, 56]);
});

const ways: Record<string, (x: Tensor) => Tensor> = {
  "a function of elements": (x) => x.exp(),
  "a sum with a number": (x) => x.add(1),
  "a sum with a row": (x) => ones([1, 3]).add(x),
  "a sum with a column": (x) => x.sum(1, true).add(ones([3])),
  "a fold": (x) => x.sum(0),
  "a view": (x) => x.reshape([3, 2]),
  "a transposed view": (x) => x.t(),
  "a product": (x) => x.matmul(ones([3, 2])),
  "a choice": (x) => x.where(x.gt(0), x),
  "a copy": (x) => x.clone(),
  "another type": (x) => x.to("int32"),
  "the same": (x) => x.detach(),
  given: () => zeros([2, 3]),
};

test.each(Object.entries(ways))("who changes a list of sizes changes no other: %s", (_name, f) => {
  const all = Array.from({ length: 3 }, () => {
    const x = f(ones([2, 3]));
    return [x, x.exp(), x.add(x), x.sum(0, true), x.reshape([-1])];
  }).flat();
  const sizes = all.map(({ shape }) => [...shape]);
  all.forEach((x, i) => {
    // Where the list is frozen this does nothing, and says so.
    Reflect.set(x.shape, 0, 7);
    const others = all.map(({ shape }, k) => (k === i ? sizes[k] : shape));
    expect(others).toEqual(sizes);
    if (!Object.isFrozen(x.shape)) (x.shape as number[])[0] = sizes[i]![0]!;
  });
  expect(f(ones([2, 3])).shape).toEqual(sizes[0]);
});
