// Calls that are alike but for one number, drawn at random: an operation, its gradient and the
// gradient of that, for a slice that begins elsewhere, another dimension, other padding. Their
// rounds look the same, so a plan that does not know of the number serves the wrong one.
// Not a test.

import { cat, convolution, einsum, grad, stack, tensor, transposedConvolution } from "@nabla/core";
import type { DType, Tensor } from "@nabla/core";
import { realize } from "@nabla/core/engine";
import * as fc from "fast-check";
import { expect } from "vitest";

import { interpreter } from "../src/backends/interpreter.js";
import { everyOp, runBy } from "../src/schedule/flush.js";
import type { Policy } from "../src/schedule/flush.js";

/** Numbers from 0 up to 1, which say what an operation is given. */
type Numbers = readonly [a: number, b: number, c: number, d: number];

const upTo = (u: number, n: number): number => Math.floor(u * n);
const dimOf = (x: Tensor, u: number): number => upTo(u, x.dim());
const around = (u: number): number => u * 4 - 2;

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Positions in a dimension of size `n`, of a shape. */
const positions = (u: number, n: number, shape: readonly number[]): Tensor => {
  const list = Array.from({ length: count(shape) }, (_, i) => (i * 5 + upTo(u, 50)) % n);
  return tensor(list, { dtype: "int32" }).reshape(shape);
};

const mask = (x: Tensor, u: number): Tensor => positions(u, 3, x.shape).eq(1);

/** The same elements in two dimensions, or as three with channels. */
const matrix = (x: Tensor): Tensor => x.flatten(0, -2);
const signal = (x: Tensor): Tensor => matrix(x).reshape([2, 2, x.numel() / 4]);

/** Part of a dimension: its size is given by one number, and by others where it lies. */
function part(x: Tensor, [a, b, c, d]: Numbers): Tensor {
  const dim = dimOf(x, a);
  const size = x.size(dim);
  const length = 1 + upTo(b, size);
  const step = length === 1 ? 1 : 1 + upTo(c, Math.floor((size - 1) / (length - 1)));
  const reach = (length - 1) * step + 1;
  const start = upTo(d, size - reach + 1);
  return x.slice(dim, start, start + reach, step);
}

/** The filters of a convolution of a `signal`. */
const filters = (x: Tensor, size: number): Tensor =>
  x
    .reshape([x.numel()])
    .slice(0, 0, 4 * size)
    .reshape([2, 2, size]);

const operations: Record<string, (x: Tensor, numbers: Numbers) => Tensor> = {
  part,
  "part of a part": (x, [a, b, c, d]) => part(part(x, [a, b, c, d]), [d, c, b, a]),
  select: (x, [a, b]) => x.select(dimOf(x, a), upTo(b, x.size(dimOf(x, a)))),
  diagonal: (x, [a]) => x.diagonal(upTo(a, 3) - 1, -2, -1),
  unfold: (x, [a, b, c]) => x.unfold(dimOf(x, a), 1 + upTo(b, 2), 1 + upTo(c, 3)),
  transpose: (x, [a, b]) => x.transpose(dimOf(x, a), dimOf(x, b)),
  expand: (x, [a, b]) => x.narrow(dimOf(x, a), upTo(b, x.size(dimOf(x, a))), 1).expand(x.shape),
  pad: (x, [a, b, c, d]) => {
    const [before, behind] = [upTo(b, 1 + upTo(a, 4)), upTo(a, 4)];
    const first = [upTo(c, 3), 2 - upTo(c, 3)];
    return x.pad([before, behind - before, ...first], d < 0.5 ? {} : { value: around(d) });
  },
  "pad as in a mirror": (x, [a, b]) =>
    matrix(x).pad([upTo(a, 2), 1 - upTo(a, 2)], {
      mode: (["reflect", "replicate", "circular"] as const)[upTo(b, 3)]!,
    }),
  cat: (x, [a, b]) => {
    const [dim, at] = [dimOf(x, a), upTo(b, x.size(dimOf(x, a)))];
    return cat([x.slice(dim, at), x.slice(dim, 0, at)], dim);
  },
  stack: (x, [a, b]) => stack(b < 0.5 ? [x, x.neg()] : [x.neg(), x], upTo(a, x.dim() + 1)),
  split: (x, [a, b, c]) => {
    const [dim, at] = [dimOf(x, a), upTo(b, x.size(dimOf(x, a)))];
    return x.splitWithSizes([at, x.size(dim) - at], dim)[upTo(c, 2)]!;
  },
  roll: (x, [a, b]) => x.roll(upTo(b, 5) - 2, dimOf(x, a)),
  flip: (x, [a]) => x.flip([dimOf(x, a)]),
  tril: (x, [a]) => x.tril(upTo(a, 5) - 2),
  diagEmbed: (x, [a]) => x.diagEmbed(upTo(a, 5) - 2),
  repeat: (x, [a]) => x.repeat(x.shape.map((_, dim) => (dim === dimOf(x, a) ? 2 : 1))),
  gather: (x, [a, b]) => x.gather(dimOf(x, a), positions(b, x.size(dimOf(x, a)), x.shape)),
  indexSelect: (x, [a, b]) => x.indexSelect(dimOf(x, a), positions(b, x.size(dimOf(x, a)), [3])),
  scatterAdd: (x, [a, b]) =>
    x.scatterAdd(dimOf(x, a), positions(b, x.size(dimOf(x, a)), x.shape), x.square()),
  maskedFill: (x, [a, b]) => x.maskedFill(mask(x, a), around(b)),
  where: (x, [a]) => x.where(mask(x, a), x.exp()),
  sum: (x, [a, b]) => x.sum(dimOf(x, a), b < 0.5),
  prod: (x, [a]) => x.prod(dimOf(x, a)),
  softmax: (x, [a]) => x.softmax(dimOf(x, a)),
  cumsum: (x, [a]) => x.cumsum(dimOf(x, a)),
  amax: (x, [a]) => x.sub(x.amax(dimOf(x, a), true)),
  sort: (x, [a, b]) => x.sort(dimOf(x, a), { descending: b < 0.5 }).values,
  topk: (x, [a, b, c]) => x.topk(1 + upTo(b, 2), dimOf(x, a), { largest: c < 0.5 }).values,
  numbers: (x, [a, b, c]) =>
    x
      .mul(around(a))
      .add(x, { alpha: around(b) })
      .lerp(x, c),
  clamp: (x, [a, b]) => x.clamp(a - 1, b),
  pow: (x, [a]) => x.square().add(1).pow([-1, 0, 0.5, 1, 2][upTo(a, 5)]!),
  elu: (x, [a]) => x.elu({ alpha: a + 0.5 }),
  convolution: (x, [a, b, c, d]) =>
    convolution(signal(x), filters(x, 1 + upTo(a, 2)), {
      stride: 1 + upTo(b, 2),
      padding: upTo(c, 3),
      dilation: 1 + upTo(d, 2),
    }),
  transposedConvolution: (x, [a, b, c]) =>
    transposedConvolution(signal(x), filters(x, 2), {
      stride: 2,
      padding: upTo(a, 2),
      outputPadding: upTo(b, 2),
      dilation: 1 + upTo(c, 2),
    }),
  matmul: (x, [a, b, c]) => {
    const m = matrix(x);
    const product = a < 0.5 ? m.matmul(m.t()) : m.t().matmul(m);
    return product
      .add(product.select(0, upTo(b, product.size(0))).detach())
      .mul(c)
      .tanh();
  },
  einsum: (x, [a]) =>
    einsum(["ij,ij->ji", "ij,kj->ik", "ij,ik->jk"][upTo(a, 3)]!, matrix(x), matrix(x)),
  "write a part": (x, [a, b, c, d]) => {
    const copy = x.clone();
    part(copy, [a, b, c, d]).mul_(3).add_(1);
    return copy;
  },
  "write a part of a part": (x, [a, b, c, d]) => {
    const copy = x.mul(2);
    const view = part(copy, [a, b, c, d]);
    part(view, [d, c, b, a]).copy_(x.mean());
    return view.mul(copy.sum());
  },
};

/** Most with dimensions of one size, so that what is done along another has the same shape. */
const shapes = [
  [4, 4],
  [2, 2, 4],
  [2, 2, 2, 2],
  [3, 2, 4],
] as const;
const unit = fc.nat({ max: 99 }).map((n) => n / 100);

/** Calls of one operation: from these numbers each is changed in turn. */
const families = fc.record({
  shape: fc.constantFrom(...shapes),
  dtype: fc.constantFrom<DType>("float32", "float64"),
  numbers: fc.tuple(unit, unit, unit, unit),
  /** Whether it is called on what waits, and computed before its way back is recorded. */
  waits: fc.boolean(),
  cut: fc.boolean(),
});
type Family = typeof families extends fc.Arbitrary<infer Value> ? Value : never;

/** All that comes of it: results, gradients, and gradients of gradients. */
function follow(name: string, family: Family, policy: Policy): number[] {
  const { shape, dtype, numbers, waits, cut } = family;
  runBy(policy, interpreter);
  const found: number[] = [];
  const elements = Array.from({ length: count(shape) }, (_, i) => Math.sin(i * i + 1));
  const leaf = tensor(elements, { dtype }).reshape(shape).detach().requiresGrad_();
  const weights = (y: Tensor): Tensor =>
    tensor(
      Array.from({ length: y.numel() }, (_, i) => Math.cos(i)),
      { dtype },
    ).reshape(y.shape);
  const call = (own: Numbers): void => {
    const y = operations[name]!(waits ? leaf.mul(1.5) : leaf, own);
    if (cut) realize([y]);
    const [g] = grad(y.mul(weights(y)).sum(), [leaf], { createGraph: true }) as [Tensor];
    const [h] = g.requiresGrad ? grad(g.square().sum(), [leaf], { allowUnused: true }) : [];
    for (const value of [y, g, h]) if (value) found.push(...value.data());
  };
  for (const at of numbers.keys()) {
    for (const number of [0, 0.25, 0.5, 0.75]) {
      call(numbers.map((own, i) => (i === at ? number : own)) as never);
    }
  }
  return found;
}

/** Those that are always called. */
const examples: [Family][] = [false, true].map((waits) => [
  { shape: [4, 4], dtype: "float32", numbers: [0.3, 0.4, 0.3, 0], waits, cut: waits },
]);

/** Fails where some of these come to other numbers by a policy than computed one by one. */
export function expectAsOneByOne(
  policyOf: () => Policy,
  tolerance: number,
  parameters: { readonly numRuns: number; readonly seed: number },
): void {
  for (const name of Object.keys(operations)) {
    const property = fc.property(families, (family) => {
      const expected = follow(name, family, everyOp);
      const found = follow(name, family, policyOf());
      expect(found).toHaveLength(expected.length);
      const largest = Math.max(1, ...expected.map(Math.abs));
      const bound = tolerance * (family.dtype === "float64" ? 1e-6 : 1) * largest;
      const isWrong = (value: number, i: number): boolean =>
        !Object.is(value, expected[i]) && !(Math.abs(value - expected[i]!) <= bound);
      const at = found.findIndex(isWrong);
      expect([name, at, found[at]]).toEqual([name, -1, undefined]);
    });
    fc.assert(property, { ...parameters, examples });
  }
}
