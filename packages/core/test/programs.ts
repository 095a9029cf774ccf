// More of PyTorch's small programs (see autograd.reference.test.ts, which runs them): hooks, kept
// gradients, backward into chosen tensors, functions with derivatives of their own, versions,
// ties, parts and wholes, printing.

import { arange, cat, customFunction, slice, split, stack, tensor, zeros } from "@nabla/core";
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
  "max-ties-dim": () => {
    const x = leaf([
      [1, 3, 3],
      [2, 2, 0],
    ]);
    const { values, indices } = x.max(1);
    values.sum().backward();
    const y = leaf([
      [1, 1, 3],
      [2, 2, 0],
      [0, 0, 0],
    ]);
    const smallest = y.min(1);
    smallest.values.sum().backward();
    return { values, indices, grad: x.grad, min_indices: smallest.indices, min_grad: y.grad };
  },
  "argmax-ties": () => {
    const x = T([
      [1, 3, 3],
      [2, 2, 2],
    ]);
    return {
      argmax: x.argmax(1),
      argmin: x.argmin(1),
      argmax_flat: x.argmax(),
      argmax_keepdim: x.argmax(0, true),
    };
  },
  "median-even": () => {
    const x = leaf([4, 1, 3, 2]);
    const m = x.median();
    m.backward();
    return { m, grad: x.grad };
  },
  // That backward() through var of one element is refused is an accident of PyTorch's: not here.
  "var-one-element": () => {
    const [x, equal] = [leaf([2]), leaf([1, 1])];
    const [var0, deviation] = [x.var({ correction: 0 }), equal.std()];
    var0.backward();
    deviation.backward();
    return { var: x.var(), var0, grad0: x.grad, std_equal: deviation, std_grad: equal.grad };
  },
  freeze: () => {
    const parameters = [2, 3, 4, 5].map((value) => tensor(value, { requiresGrad: true }));
    for (const frozen of parameters.slice(0, 2)) frozen.requiresGrad_(false);
    const [w1, b1, w2, b2] = parameters as [Tensor, Tensor, Tensor, Tensor];
    w1.mul(1).add(b1).mul(w2).add(b2).backward();
    return { none: parameters.map((parameter) => parameter.grad === null) };
  },
  "cat-stack-grad": () => {
    const [a, b, c] = [leaf([1, 2]), leaf([3]), leaf([1, 2])];
    const joined = cat([a, b, a]);
    joined
      .mul(T([1, 2, 3, 4, 5]))
      .sum()
      .backward();
    const weights = T([
      [1, 2],
      [3, 4],
    ]);
    const stacked = stack([c, c.mul(2)], 1);
    stacked.mul(weights).sum().backward();
    return { a: a.grad, b: b.grad, c: c.grad };
  },
  "partial-outputs": () => {
    const x = leaf([1, 2, 3, 4, 5]);
    const second = split(x, 2)[1]!;
    second.mul(second).sum().backward();
    return { grad: x.grad };
  },
  "repr-grad-fn": () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const matrix = tensor([
      [1, 2.5],
      [3, 4],
    ]);
    return {
      repr_leaf: inPython(x),
      repr: inPython(matrix),
      repr_fn: inPython(x.mul(2)),
      repr_0d: inPython(tensor(3, { dtype: "int32" })),
      repr_f64: inPython(T([1, 2])),
      repr_small: inPython(tensor([1e-5, 1])),
      repr_bool: inPython(tensor([true, false])),
      repr_empty: inPython(zeros([0, 3])),
      repr_long: inPython(arange(0, 2000, 1, { dtype: "int32" })),
    };
  },
};

/** How a tensor prints, with the names that PyTorch has for the same. */
function inPython(x: Tensor): string {
  return String(x)
    .replace("requiresGrad=", "requires_grad=")
    .replace("gradFn=<mul>", "grad_fn=<MulBackward0>")
    .replace(", dtype=int32", "")
    .replace("dtype=float64", "dtype=torch.float64")
    .replace("true", "True")
    .replace("false", "False")
    .replace("size=[0, 3]", "size=(0, 3)");
}
