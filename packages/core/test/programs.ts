// More of PyTorch's small programs (see autograd.reference.test.ts, which runs them): hooks, kept
// gradients, backward into chosen tensors, functions with derivatives of their own, versions.

import { customFunction, slice, tensor, zeros } from "@nabla/core";
import type { NestedArray, Tensor } from "@nabla/core";

import { errorOf } from "./reference.js";

type Results = Record<string, unknown>;

const T = (data: NestedArray): Tensor => tensor(data, { dtype: "float64" });
const leaf = (data: NestedArray): Tensor => T(data).requiresGrad_();
const versionOf = (x: Tensor): number => x.storage.version;

export const morePrograms: Record<string, () => Results> = {
  "version-counter": () => {
    const x = T([1, 2]);
    const v0 = versionOf(x);
    x.add_(1);
    const v1 = versionOf(x);
    const v = x.at(slice(0, 1));
    v.mul_(2);
    const [v2, viewVersion] = [versionOf(x), versionOf(v)];
    x.zero_();
    return { v0, v1, v2, view_version: viewVersion, v3: versionOf(x) };
  },
  "setitem-broadcast-grad": () => {
    const v = leaf([1, 2]);
    const y = zeros([3, 2], { dtype: "float64" });
    y.setAt([slice(1)], v);
    const weights = T([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    y.mul(weights).sum().backward();
    return { v_grad: v.grad, y_requires_grad: y.requiresGrad };
  },
  "backward-inputs": () => {
    const [x, w] = [leaf([1]), leaf([2])];
    x.mul(w).backward(null, { inputs: [w] });
    return { x_grad: x.grad, w_grad: w.grad };
  },
  "retain-grad-no-grad-error": () => ({ error: errorOf(() => T([1]).retainGrad()) }),
  "hook-no-grad-error": () => ({ error: errorOf(() => T([1]).registerHook((g) => g)) }),
  "hook-called": () => {
    const x = leaf([1, 2]);
    const seen: Tensor[] = [];
    x.registerHook((g) => void seen.push(g.clone()));
    x.mul(3).sum().backward();
    return { seen, grad: x.grad };
  },
  "hook-replaces": () => {
    const x = leaf([1, 2]);
    const h = x.mul(2);
    h.registerHook((g) => g.mul(10));
    h.sum().backward();
    return { grad: x.grad };
  },
  "hook-remove": () => {
    const x = leaf([1]);
    const remove = x.registerHook((g) => g.mul(100));
    remove();
    x.mul(2).backward();
    return { grad: x.grad };
  },
  "hook-once-per-backward": () => {
    const h = leaf([1]).mul(1);
    const calls: Tensor[] = [];
    h.registerHook((g) => void calls.push(g.clone()));
    h.mul(2).add(h.mul(3)).backward();
    return { calls };
  },
  "retain-grad-and-hook": () => {
    const x = leaf([1]);
    const h = x.mul(2);
    h.retainGrad();
    h.registerHook((g) => g.mul(10));
    h.mul(3).backward();
    return { h_grad: h.grad, x_grad: x.grad };
  },
  "custom-function-count": () => {
    const two = customFunction({
      name: "two",
      forward: (a: Tensor, b: Tensor) => a.add(b),
      vjps: [(g: Tensor) => g] as never,
    });
    const shape = customFunction({
      name: "shape",
      forward: (a: Tensor) => a.mul(1),
      vjps: [(g) => g.at(slice(null, 1))],
    });
    const nothing = customFunction({
      name: "nothing",
      forward: (a: Tensor) => a.mul(1),
      vjps: [() => null],
    });
    const [a, b] = [leaf([1, 2]), leaf([1, 2])];
    const count = errorOf(() => two(a, b).sum().backward());
    const wrong = errorOf(() => shape(a).sum().backward());
    nothing(a).sum().backward();
    return { count, shape: wrong, none_grad: a.grad };
  },
};
