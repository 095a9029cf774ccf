// Those of PyTorch's small programs that need networks, positions or linear algebra. The others:
// packages/core/test/autograd.reference.test.ts. One has no translation: JavaScript has no deep
// copies that a class could take part in.

import * as core from "@nabla/core";
import { arange, einsum, eye, grad, linalg, ones, tensor } from "@nabla/core";
import type { CreateOptions, NestedArray, Shape, Tensor } from "@nabla/core";
import { functional as F } from "@nabla/nn";
import { expect, test } from "vitest";

import { autogradPrograms } from "../../core/test/autograd-programs.js";
import { morePrograms } from "../../core/test/programs.js";
import { comparePrograms, recordedPrograms } from "../../core/test/recorded-programs.js";
import { errorOf } from "../../core/test/reference.js";

type Results = Record<string, unknown>;

const float64 = { dtype: "float64" } as const;
/** Of these the compiler knows no shape; it would refuse some of what is tested here. */
const zeros = (shape: Shape, options?: CreateOptions): Tensor => core.zeros(shape, options);
const T = (data: NestedArray): Tensor => tensor(data, float64);
const leaf = (data: NestedArray): Tensor => T(data).requiresGrad_();
const whole = (data: NestedArray): Tensor => tensor(data, { dtype: "int32" });

const networkPrograms: Record<string, () => Results> = {
  "double-backward-conv": () => {
    const x = arange(0, 16, 1, float64).reshape([1, 1, 4, 4]).div(10).requiresGrad_();
    const w = leaf([
      [
        [
          [0.5, -1],
          [2, 0.25],
        ],
      ],
    ]);
    const y = F.conv2d(x, w).pow(2).sum();
    const [gx, gw] = grad(y, [x, w], { createGraph: true }) as [Tensor, Tensor];
    const [hx, hw] = grad(gx.mul(gx).sum().add(gw.mul(gw).sum()), [x, w]);
    return { gx, gw, hx, hw };
  },
  "sort-nan": () => {
    const x = T([2, NaN, -1, Infinity, -Infinity]);
    const [asc, desc] = [x.sort(), x.sort(-1, { descending: true })];
    return { asc: [asc.values, asc.indices], desc: [desc.values, desc.indices] };
  },
  "cross-entropy-errors": () => {
    const x = T([[0.1, 0.2, 0.3]]);
    return {
      out_of_range: errorOf(() => F.crossEntropy(x, whole([3]))),
      negative: errorOf(() => F.crossEntropy(x, whole([-1]))),
      batch: errorOf(() => F.crossEntropy(x, whole([0, 1]))),
      all_ignored: F.crossEntropy(x, whole([-100])),
      float_class_index: errorOf(() => F.crossEntropy(x, T([1]))),
    };
  },
  "maxpool-ties": () => {
    const x = ones([1, 1, 4, 4], float64).requiresGrad_();
    const [y, indices] = F.maxPool2d(x, 2, { returnIndices: true });
    y.sum().backward();
    const z = ones([1, 1, 3, 3], float64).requiresGrad_();
    F.maxPool2d(z, 2, { stride: 1 }).sum().backward();
    return { indices, grad: x.grad, overlap: z.grad };
  },
  "maxpool-padding": () => ({
    y: F.maxPool2d(ones([1, 1, 2, 2], float64).neg(), 2, { stride: 2, padding: 1 }),
    error: errorOf(() => F.maxPool2d(zeros([1, 1, 2, 2]), 2, { padding: 2 })),
    too_small: errorOf(() => F.maxPool2d(zeros([1, 1, 1, 1]), 2)),
  }),
  "conv-errors": () => {
    const [one, big] = [zeros([1, 1, 4, 4]), zeros([1, 1, 3, 3])];
    return {
      channels: errorOf(() => F.conv2d(zeros([1, 3, 4, 4]), zeros([2, 2, 3, 3]))),
      kernel_big: errorOf(() => F.conv2d(zeros([1, 1, 2, 2]), big)),
      groups: errorOf(() =>
        F.conv2d(zeros([1, 4, 4, 4]), zeros([3, 2, 3, 3]), null, { groups: 2 }),
      ),
      dtype: errorOf(() => F.conv2d(one, big.to("float64"))),
      same_stride: errorOf(() => F.conv2d(one, big, null, { stride: 2, padding: "same" })),
    };
  },
  "batchnorm-errors": () => ({
    error: errorOf(() => F.batchNorm(zeros([1, 3]), null, null, { training: true })),
    norm_shape: errorOf(() => F.layerNorm(zeros([2, 3]), [4])),
    group: errorOf(() => F.groupNorm(zeros([2, 3]), 2)),
  }),
  "gather-scatter-grad": () => {
    const x = leaf([[1, 2, 3]]);
    const i = whole([[0, 0, 2, 0]]);
    x.gather(1, i)
      .mul(T([[1, 2, 3, 4]]))
      .sum()
      .backward();
    const src = leaf([[1, 2, 3, 4]]);
    const y = zeros([1, 3], float64).scatterAdd(1, i, src);
    y.mul(T([[5, 6, 7]]))
      .sum()
      .backward();
    return { gather: x.grad, scatter_add: y, src_grad: src.grad };
  },
  "embedding-grad": () => {
    const w = arange(0, 8, 1, float64).reshape([4, 2]).requiresGrad_();
    F.embedding(whole([0, 2, 2, 1]), w, { paddingIdx: 1 })
      .sum()
      .backward();
    return { grad: w.grad, error: errorOf(() => F.embedding(whole([4]), w)) };
  },
  "einsum-errors": () => {
    const a = zeros([2, 3]);
    return {
      dims: errorOf(() => einsum("ijk->i", a)),
      size: errorOf(() => einsum("ij,jk->ik", a, a)),
      output: errorOf(() => einsum("ij->ik", a)),
      count: errorOf(() => einsum("ij,jk->ik", a)),
      repeat_out: errorOf(() => einsum("ij->ii", a)),
    };
  },
  "linalg-errors": () => ({
    inv_singular: errorOf(() => linalg.inv(zeros([2, 2]))),
    inv_shape: errorOf(() => linalg.inv(zeros([2, 3]))),
    cholesky: errorOf(() => linalg.cholesky(eye(2).neg())),
    solve_singular: errorOf(() => linalg.solve(zeros([2, 2]), ones([2]))),
    det_singular: linalg.det(zeros([2, 2], float64)),
  }),
};

comparePrograms(networkPrograms);

test("no recorded program is left out", () => {
  const translated = { ...autogradPrograms, ...morePrograms, ...networkPrograms };
  const left = recordedPrograms().filter((id) => !(id in translated) && id !== "deepcopy-nonleaf");
  expect(left).toEqual([]);
});
