// PyTorch's small programs about autograd, written for Nabla, by their names in the reference
// (autograd-behaviours.md beside it has them in Python). They are run by
// autograd.reference.test.ts; those about other things are in programs.ts.

import * as nabla from "@nabla/core";
import { enableGrad, grad, isGradEnabled, noGrad, tensor, zeros } from "@nabla/core";
import type { NestedArray, Tensor } from "@nabla/core";

import { callMethod } from "./arrays.js";
import { errorOf } from "./reference.js";

type Results = Record<string, unknown>;

/** A float64 tensor, as in the programs. */
const T = (data: NestedArray, requiresGrad = false): Tensor =>
  tensor(data, { dtype: "float64", requiresGrad });
const leaf = (data: NestedArray): Tensor => T(data, true);

/** What x.grad was, and forgets it. */
function takeGrad(x: Tensor): Tensor | null {
  const { grad: gradient } = x;
  x.grad = null;
  return gradient;
}

export const autogradPrograms: Record<string, () => Results> = {
  "accumulate-two-backward": () => {
    const x = leaf([1, 2, 3]);
    x.mul(x).sum().backward();
    const first = x.grad?.clone();
    x.mul(3).sum().backward();
    return { first, second: x.grad };
  },
  "use-twice": () => {
    const x = leaf(3);
    x.mul(x).add(x).backward();
    return { grad: x.grad };
  },
  "deep-chain": () => {
    const x = leaf(1);
    let y = x;
    for (let i = 0; i < 5000; i++) y = y.mul(1.0001);
    y.backward();
    return { y, grad: x.grad };
  },
  "retain-graph": () => {
    const x = leaf([1, 2]);
    const y = x.mul(x).sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    return { grad: x.grad };
  },
  "shared-subgraph-error": () => {
    const h = leaf([1, 2]).exp();
    const [a, b] = [h.sum(), h.mul(h).sum()];
    a.backward();
    return { error: errorOf(() => b.backward()) };
  },
  "backward-gradient-shape": () => {
    const x = leaf([1, 2, 3]);
    return {
      error: errorOf(() => x.mul(x).backward(T([1, 2]))),
      error_scalar: errorOf(() => x.mul(x).backward(T(1))),
    };
  },
  "backward-no-grad-tensor": () => ({ error: errorOf(() => T([1, 2]).sum().backward()) }),
  "integer-requires-grad": () => ({
    constructor: errorOf(() => tensor([1, 2], { dtype: "int32", requiresGrad: true })),
    setter: errorOf(() => tensor([1, 2], { dtype: "int32" }).requiresGrad_()),
    bool: errorOf(() => tensor([true]).requiresGrad_()),
  }),
  "requires-grad-propagates": () => {
    const [x, c] = [leaf([1]), T([1])];
    return {
      x_plus_c: x.add(c).requiresGrad,
      c_plus_c: c.add(c).requiresGrad,
      leaf_x: x.isLeaf,
      leaf_c: c.isLeaf,
      leaf_sum: x.add(c).isLeaf,
      leaf_const_op: c.add(c).isLeaf,
    };
  },
  "enable-grad-nested": () => {
    const x = leaf([1, 2]);
    return noGrad(() => ({
      y: enableGrad(() => x.mul(2)).requiresGrad,
      z: x.mul(3).requiresGrad,
    }));
  },
  "no-grad-restored-on-error": () => {
    const error = errorOf(() =>
      noGrad(() => {
        throw new Error("stop");
      }),
    );
    return { error, enabled: isGradEnabled() };
  },
  "detach-inplace-invalidates": () => {
    const x = leaf([1, 2]);
    const y = x.mul(x).sum();
    x.detach().mul_(2);
    return { error: errorOf(() => y.backward()) };
  },
  "inplace-relu-exp": () => {
    const x = leaf([1, -2]);
    x.add(1).relu_().sum().backward();
    const y = x.exp();
    y.relu_();
    return { grad: x.grad, error: errorOf(() => y.sum().backward()) };
  },
  "setitem-broadcast-grad": () => {
    const v = leaf([1, 2]);
    const y = zeros([3, 2], { dtype: "float64" });
    y.slice(0, 1).copy_(v);
    y.mul(
      T([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    )
      .sum()
      .backward();
    return { v_grad: v.grad, y_requires_grad: y.requiresGrad };
  },
  "inplace-into-constant": () => {
    const [x, c] = [leaf([1, 2]), T([3, 4])];
    c.add_(x);
    const results = { requires_grad: c.requiresGrad, leaf: c.isLeaf };
    c.sum().backward();
    return { ...results, grad: x.grad };
  },
  "inplace-dtype-error": () => {
    const i = tensor([1, 2], { dtype: "int32" });
    return {
      add_float: errorOf(() => i.add_(1.5)),
      div_: errorOf(() => i.div_(2)),
      f32_add_f64: tensor([1, 2]).add_(T([0.5, 0.5])),
    };
  },
  "expand-inplace-error": () => ({
    error: errorOf(() =>
      T([[1], [2]])
        .expand([2, 3])
        .add_(1),
    ),
  }),
  "double-backward-cube": () => {
    const x = leaf(2);
    const g = grad(x.pow(3), [x], { createGraph: true })[0]!;
    const g2 = grad(g, [x], { createGraph: true })[0]!;
    const g3 = grad(g2, [x])[0]!;
    return { g, g_requires_grad: g.requiresGrad, g2, g3, g3_requires_grad: g3.requiresGrad };
  },
  "no-create-graph": () => {
    const x = leaf(2);
    const g = grad(x.pow(3), [x])[0]!;
    return { g_requires_grad: g.requiresGrad, error: errorOf(() => grad(g, [x])) };
  },
  "gradient-penalty": () => {
    const x = leaf([[0.5, -1]]);
    const w = leaf([
      [1, 2],
      [-0.5, 0.3],
    ]);
    const gx = grad(x.matmul(w).tanh().sum(), [x], { createGraph: true })[0]!;
    const pen = gx.square().sum().sqrt().sub(1).square();
    pen.backward();
    return { gx, pen, w_grad: w.grad, x_grad: x.grad };
  },
  "hessian-rosenbrock": () => {
    const p = leaf([1.2, 0.7]);
    const [x, y] = [p.select(0, 0), p.select(0, 1)];
    const f = x.sub(1).square().add(y.sub(x.square()).square().mul(100));
    const g = grad(f, [p], { createGraph: true })[0]!;
    const hessian = zeros([2, 2], { dtype: "float64" });
    for (const i of [0, 1]) {
      hessian.select(0, i).copy_(grad(g.select(0, i), [p], { retainGraph: true })[0]!);
    }
    return { g, hessian };
  },
  "double-backward-many": () => {
    const names =
      "exp log sin cos tanh sigmoid sqrt rsqrt reciprocal erf log1p expm1 atan asin softplus " +
      "gelu silu elu mish logsigmoid square sinh cosh";
    const entries = names.split(" ").map((name) => {
      const x = leaf(0.7);
      const g = grad(callMethod(x, name), [x], { createGraph: true })[0]!;
      return [name, [g.item(), grad(g, [x])[0]!.item()]] as const;
    });
    return Object.fromEntries(entries);
  },
  "grad-not-required-input": () => {
    const [x, c] = [leaf([1]), T([1])];
    return { error: errorOf(() => grad(x.mul(c).sum(), [c])) };
  },
  "grad-nonleaf-input": () => {
    const h = leaf([1, 2]).mul(3);
    return { dh: grad(h.mul(h).sum(), [h])[0] };
  },
  "grad-several-outputs": () => {
    const x = leaf([1, 2]);
    const gradOutputs = [T([1, 1]), T([1, 0])];
    return {
      g: grad([x.mul(2), x.mul(x)], [x], { gradOutputs })[0],
      error: errorOf(() => grad([x.mul(2)], [x])),
    };
  },
  "nonleaf-grad-none": () => {
    const x = leaf([1]);
    const h = x.mul(2);
    h.sum().backward();
    return { h_grad: h.grad, x_grad: x.grad };
  },
  "maximum-ties": () => {
    const gradients = (name: "maximum" | "minimum" | "fmax" | "fmin"): unknown => {
      const [a, b] = [leaf([1, 2, 3]), leaf([1, 5, 0])];
      a[name](b).sum().backward();
      return [a.grad, b.grad];
    };
    return {
      maximum: gradients("maximum"),
      minimum: gradients("minimum"),
      fmax: gradients("fmax"),
      fmin: gradients("fmin"),
    };
  },
  "division-by-zero": () => {
    const [a, b] = [leaf([1, -1, 0]), leaf([0, 0, 0])];
    const y = a.div(b);
    y.sum().backward();
    return { y, a_grad: a.grad, b_grad: b.grad };
  },
  "nan-propagation": () => {
    const x = T([1, NaN, 2]);
    const other = T([5, 5, NaN]);
    const { values, indices } = x.cummax(0);
    return {
      sum: x.sum(),
      mean: x.mean(),
      max: x.max(),
      min: x.min(),
      argmax: x.argmax(),
      argmin: x.argmin(),
      prod: x.prod(),
      amax: x.amax(),
      eq: x.eq(x),
      gt: x.gt(1),
      maximum: x.maximum(other),
      fmax: x.fmax(other),
      relu: x.relu(),
      clamp: x.clamp(0, 1),
      sign: x.sign(),
      cummax: [values, indices],
      softmax: x.softmax(0),
      nansum: x.nansum(),
    };
  },
  "broadcast-grads": () => {
    const [a, b, s] = [leaf([[1], [2], [3]]), leaf([10, 20]), leaf(2)];
    a.mul(b).add(s).sum().backward();
    return { a: a.grad, b: b.grad, s: s.grad };
  },
  "broadcast-leading-ones": () => {
    const a = leaf([[[1, 2]]]);
    const b = leaf([
      [3, 4],
      [5, 6],
    ]);
    a.mul(b).sum().backward();
    return { a: a.grad, b: b.grad };
  },
  "broadcast-error": () => {
    // The compiler would refuse most of this, if it knew the shapes.
    const Z = (...shape: number[]): Tensor => zeros(shape);
    return {
      error: errorOf(() => Z(2, 3).add(Z(4))),
      error2: errorOf(() => Z(2, 3).mul(Z(3, 2))),
      matmul: errorOf(() => Z(2, 3).matmul(Z(2, 3))),
      mm_vec: errorOf(() => Z(3).matmul(Z(4))),
      bmm: errorOf(() => Z(2, 3, 4).bmm(Z(3, 4, 5))),
    };
  },
  "expand-grad": () => {
    const x = leaf([[1], [2]]);
    x.expand([2, 3])
      .mul(
        T([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      )
      .sum()
      .backward();
    const y = leaf([1, 2]);
    y.expand([3, -1]).sum().backward();
    return { grad: x.grad, leading: y.grad, error: errorOf(() => T([1, 2]).expand([3])) };
  },
  "view-grads": () => {
    const w = nabla.arange(1, 7, 1, { dtype: "float64" }).reshape([3, 2]);
    const x = leaf([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    x.transpose(0, 1).mul(w).sum().backward();
    const t = takeGrad(x);
    x.reshape([3, 2]).mul(w).sum().backward();
    const reshape = takeGrad(x);
    x.slice(1, 0, 3, 2)
      .mul(w.slice(0, 0, 2))
      .sum()
      .backward();
    const sliced = takeGrad(x);
    x.diagonal().prod().backward();
    const diagonal = takeGrad(x);
    x.at([0, 0, 1], [1, 1, 2]).sum().backward();
    const repeated = takeGrad(x);
    x.at(x.gt(2)).sum().backward();
    return { t, reshape, slice: sliced, diagonal, index_repeated: repeated, mask: x.grad };
  },
  "reshape-errors": () => {
    // The compiler would refuse these, knew it the shapes.
    const [x, none]: Tensor[] = [zeros([2, 3]), zeros([0])];
    return {
      size: errorOf(() => x!.reshape([4])),
      two_minus_one: errorOf(() => x!.reshape([-1, -1])),
      indivisible: errorOf(() => x!.reshape([-1, 4])),
      empty: errorOf(() => none!.reshape([-1, 0])),
    };
  },
  "cast-grad": () => {
    const a = tensor([1.5, 2.5], { requiresGrad: true });
    a.to("float64").mul(3).sum().backward();
    return { grad: a.grad, int_requires_grad: a.to("int32").requiresGrad };
  },
  "set-grad": () => {
    const x = leaf([1, 2]);
    const set = (value: unknown) => errorOf(() => Object.assign(x, { grad: value }));
    const errors = { shape: set(T([1])), dtype: set(tensor([1, 2])), type: set(3) };
    x.grad = T([5, 5]);
    x.mul(1).sum().backward();
    return { ...errors, accumulated: x.grad };
  },
  "clone-grad": () => {
    const x = leaf([1, 2]);
    x.clone().mul_(3).sum().backward();
    return { grad: x.grad, tolist: x.toArray(), item: leaf(4).item() };
  },
  "python-scalar-dtype": () => {
    const a = tensor([1, 2]);
    const i = tensor([1, 2], { dtype: "int32" });
    return {
      f32_plus_float: a.add(0.1),
      f32_times_int: a.mul(2),
      i64_times_float: i.mul(0.5),
      i64_div_int: i.div(2),
      f32_plus_0d_f64: a.add(T(0.1)),
      i64_plus_0d_f64: i.add(T(0.1)),
      "0d_i64_plus_0d_f32": tensor(1, { dtype: "int32" }).add(tensor(0.5)),
    };
  },
  "backward-releases-inputs-kept": () => {
    const w = leaf([0.5]);
    for (let i = 0; i < 3; i++) w.mul(2).sub(3).square().sum().backward();
    return { grad: w.grad };
  },
  "backward-through-item": () => {
    const x = leaf([2]);
    x.mul(x.item()).backward();
    return { grad: x.grad };
  },
  "swap-inplace-copy": () => {
    const x = leaf([1, 2]);
    const buf = T([0, 0]).copy_(x.mul(3));
    buf.mul(buf).sum().backward();
    return {
      grad: x.grad,
      cast: zeros([2]).copy_(T([0.1, 0.2])),
      broadcast: zeros([2, 2], { dtype: "float64" }).copy_(T([7, 8])),
    };
  },
  "fill-masked-inplace": () => {
    const x = leaf([1, 2, 3]);
    const filled = x.mul(2);
    filled.slice(0, 1).copy_(T(7));
    filled.sum().backward();
    const fill = takeGrad(x);
    x.mul(2)
      .maskedFill_(tensor([true, false, false]), 0)
      .sum()
      .backward();
    const masked = takeGrad(x);
    x.mul(2).zero_().sum().backward();
    return { fill, masked, zero: x.grad };
  },
};
