// Writing into tensors and gradients: what was computed before a write keeps its value and its
// gradient, what is computed after sees the new ones, and a derivative that would need a value that
// is gone is refused. Sharing of elements without gradients: views.test.ts.

import { gradcheck, GradientError, InPlaceError, noGrad, tensor, zeros } from "@nabla/core";
import type { NestedArray, Tensor } from "@nabla/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

const T = (data: NestedArray): Tensor => tensor(data, { dtype: "float64" });
const leaf = (data: NestedArray): Tensor => T(data).requiresGrad_();
const gradOf = (x: Tensor): unknown => x.grad?.toArray();

/** A program that writes, from a leaf of three elements; and the gradient it should find. */
const programs: [name: string, run: (x: Tensor) => Tensor, expected: number[]][] = [
  ["one write", (x) => x.mul(2).mul_(3).sum(), [6, 6, 6]],
  [
    "three writes",
    (x) => {
      const y = x.mul(2);
      y.add_(1);
      y.mul_(3);
      y.sub_(x);
      return y.sum();
    },
    [5, 5, 5],
  ],
  [
    "a running total",
    (x) => {
      const total = T(0);
      for (let i = 1; i <= 3; i++) total.add_(x.mul(i).sum());
      return total;
    },
    [6, 6, 6],
  ],
  [
    "a constant that is added to",
    (x) => {
      const constant = T([1, 2, 3]);
      constant.add_(x.mul(4));
      return constant.sum();
    },
    [4, 4, 4],
  ],
  [
    "used before and after",
    (x) => {
      const y = x.mul(1);
      const before = y.mul(5);
      y.mul_(10);
      return before.add(y).sum();
    },
    [15, 15, 15],
  ],
  [
    "a copy of a leaf",
    (x) => {
      const copy = T([0, 0, 0]);
      copy.copy_(x);
      return copy.mul(3).sum();
    },
    [3, 3, 3],
  ],
  [
    "a copy into a part",
    (x) => {
      const buffer = zeros([2, 3], { dtype: "float64" });
      buffer.select(0, 1).copy_(x);
      return buffer
        .mul(
          T([
            [1, 2, 3],
            [4, 5, 6],
          ]),
        )
        .sum();
    },
    [4, 5, 6],
  ],
  ["zeroed", (x) => x.mul(2).zero_().sum(), [0, 0, 0]],
  [
    "a part zeroed",
    (x) => {
      const y = x.mul(2);
      y.slice(0, 1).zero_();
      return y.sum();
    },
    [2, 0, 0],
  ],
  [
    "a part multiplied",
    (x) => {
      const y = x.mul(2);
      y.select(0, 1).mul_(5);
      return y.sum();
    },
    [2, 10, 2],
  ],
  [
    "a part multiplied by what depends on the rest",
    (x) => {
      const y = x.mul(1);
      y.select(0, 0).mul_(y.select(0, 1).detach());
      return y.sum();
    },
    [2, 1, 1],
  ],
  [
    "a view kept over a write to its base",
    (x) => {
      const y = x.mul(2);
      const view = y.slice(0, 0, 2);
      y.mul_(5);
      return view.sum();
    },
    [10, 10, 0],
  ],
  [
    "a view kept while its base is zeroed",
    (x) => {
      const y = x.mul(2);
      const view = y.slice(0, 0, 2);
      y.zero_();
      return view.sum().add(x.sum());
    },
    [1, 1, 1],
  ],
  [
    "a view of a constant that came to require grad",
    (x) => {
      const constant = T([1, 2, 3]);
      const view = constant.select(0, 0);
      constant.add_(x);
      return view;
    },
    [1, 0, 0],
  ],
  [
    "two views that overlap",
    (x) => {
      const y = x.mul(1);
      const [left, right] = [y.slice(0, 0, 2), y.slice(0, 1, 3)];
      left.mul_(2);
      right.mul_(3);
      return left.sum().add(y.sum());
    },
    [4, 12, 3],
  ],
  [
    "a view of a view",
    (x) => {
      const y = x.mul(1).reshape([1, 3]);
      const inner = y.transpose(0, 1).slice(0, 1).select(0, 0);
      inner.mul_(7);
      return y.sum();
    },
    [1, 7, 1],
  ],
  [
    "an expression of the view itself",
    (x) => {
      const y = x.mul(1);
      const view = y.slice(0, 0, 2);
      view.copy_(view.mul(2).add(1));
      return y.sum();
    },
    [2, 2, 1],
  ],
  [
    "a write through a detached alias, which has no gradient",
    (x) => {
      const y = x.mul(2);
      y.detach().mul_(3);
      return y.sum();
    },
    [2, 2, 2],
  ],
  [
    "a write inside noGrad, which has no gradient",
    (x) => {
      const y = x.mul(2);
      noGrad(() => y.add_(1));
      return y.mul(3).sum();
    },
    [6, 6, 6],
  ],
];

test.each(programs)("%s", (_name, run, expected) => {
  const x = leaf([2, 2, 2]);
  run(x).backward();
  expect(gradOf(x)).toEqual(expected);
});

type Program = readonly [name: string, run: (x: Tensor) => Tensor];

/** Programs that change a value which no derivative needs. */
const harmless: readonly Program[] = [
  ["neg's input", (x) => written(x.mul(1), (y) => y.neg())],
  ["add's input", (x) => written(x.mul(1), (y) => y.add(x))],
  ["mul's input, by a constant", (x) => written(x.mul(1), (y) => y.mul(2))],
  ["a view of a sum's input", (x) => writtenPart(x.mul(1), (y) => y)],
];

/** Programs that change a value which a derivative needs. */
const harmful: readonly Program[] = [
  ["exp's result", (x) => writtenResult(x.exp())],
  ["a part of exp's result", (x) => writtenPart(x.exp(), (y) => y)],
  ["sin's input", (x) => written(x.mul(1), (y) => y.sin())],
  ["a part of sin's input", (x) => writtenPart(x.mul(1), (y) => y.sin())],
  ["mul's input", (x) => written(x.mul(1), (y) => y.mul(x))],
  ["matmul's input", (x) => written(x.mul(1), (y) => y.matmul(x))],
];

/** A result computed from `y`, after which `y` is written to. */
function written(y: Tensor, use: (y: Tensor) => Tensor): Tensor {
  const result = use(y).sum();
  y.add_(1);
  return result;
}

function writtenPart(y: Tensor, use: (y: Tensor) => Tensor): Tensor {
  const result = use(y).sum();
  y.slice(0, 1).mul_(2);
  return result;
}

const writtenResult = (y: Tensor): Tensor => y.add_(1).sum();

test.each(harmless)("%s may be changed", (_name, run) => {
  const x = leaf([1, 2, 3]);
  run(x).backward();
  expect(x.grad?.shape).toEqual([3]);
});

test.each(harmful)("%s must not be changed", (_name, run) => {
  const x = leaf([1, 2, 3]);
  const result = run(x);
  expect(() => result.backward()).toThrow(GradientError);
  expect(x.grad).toBeNull();
});

describe("leaves", () => {
  test("that require grad are changed in noGrad() only", () => {
    const x = leaf([1, 2]);
    expect(() => x.add_(1)).toThrow(InPlaceError);
    expect(() => x.slice(0, 1).zero_()).toThrow(InPlaceError);
    expect(() => x.detach().requiresGrad_().add_(1)).toThrow(InPlaceError);
    expect(x.toArray()).toEqual([1, 2]);
    noGrad(() => x.add_(1));
    expect([x.toArray(), x.isLeaf, x.requiresGrad]).toEqual([[2, 3], true, true]);
    x.square().sum().backward();
    expect(gradOf(x)).toEqual([4, 6]);
  });

  test("may be changed after their value is no longer needed", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3).sum();
    noGrad(() => x.zero_());
    y.backward();
    expect(gradOf(x)).toEqual([3, 3]);
  });

  test("changed while their value is needed make backward() fail", () => {
    const x = leaf([1, 2]);
    const y = x.square().sum();
    noGrad(() => x.add_(1));
    expect(() => y.backward()).toThrow(GradientError);
    expect(x.grad).toBeNull();
  });

  test("a refused write changes nothing", () => {
    const x = leaf([1, 2]).mul(1);
    expect(() => x.add_(zeros([3, 2]))).toThrow("cannot be written into");
    expect(() => x.expand([2, 2]).add_(1)).toThrow(InPlaceError);
    expect([x.toArray(), x.shape]).toEqual([[1, 2], [2]]);
  });
});

/** One step of a random program over a list of tensors that share elements. */
type Step =
  | { readonly kind: "view"; readonly of: number; readonly how: number }
  | { readonly kind: "scale"; readonly of: number; readonly by: number }
  | { readonly kind: "add"; readonly to: number; readonly from: number }
  | { readonly kind: "zero"; readonly of: number }
  | { readonly kind: "read"; readonly of: number };

const views: ((x: Tensor) => Tensor)[] = [
  (x) => x.slice(0, 0, 2),
  (x) => x.slice(0, 1),
  (x) => x.slice(0, 0, Infinity, 2),
  (x) => x.reshape([-1]),
  (x) => x.unsqueeze(0).transpose(0, 1).squeeze(1),
];

/** Runs a program; what it reads at different times is summed with different weights. */
function runProgram(steps: readonly Step[], x: Tensor): Tensor {
  const tensors = [x.mul(1), T([1, 2, 3, 4])];
  const pick = (i: number): Tensor => tensors[i % tensors.length]!;
  let total = x.sum();
  steps.forEach((step, time) => {
    switch (step.kind) {
      case "view":
        tensors.push(views[step.how]!(pick(step.of)));
        break;
      case "scale":
        pick(step.of).mul_(step.by);
        break;
      case "add":
        pick(step.to).add_(pick(step.from).sum());
        break;
      case "zero":
        pick(step.of).zero_();
        break;
      case "read":
        total = total.add(
          pick(step.of)
            .sum()
            .mul(time + 1),
        );
        break;
    }
  });
  return tensors.reduce((sum, one, i) => sum.add(one.sum().mul(i + 0.5)), total);
}

const index = fc.nat(7);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("view"), of: index, how: fc.nat(views.length - 1) }),
  fc.record({ kind: fc.constant("scale"), of: index, by: fc.constantFrom(-1, 0.5, 2) }),
  fc.record({ kind: fc.constant("add"), to: index, from: index }),
  fc.record({ kind: fc.constant("zero"), of: index }),
  fc.record({ kind: fc.constant("read"), of: index }),
);

test("random programs of views and writes have the gradient of central differences", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const x = leaf([0.5, -1, 2, 1.5]);
      return gradcheck((input) => runProgram(steps, input), [x]);
    }),
    { numRuns: 300 },
  );
});

test("a gradient that is one number repeated can be added to, and written to", () => {
  const x = leaf([1, 2, 3]);
  x.sum().backward();
  x.square().sum().backward();
  expect(gradOf(x)).toEqual([3, 5, 7]);
  x.sum().backward();
  expect(gradOf(x)).toEqual([4, 6, 8]);
  x.grad = null;
  x.sum().backward();
  x.grad!.mul_(T([1, 2, 3]));
  expect(gradOf(x)).toEqual([1, 2, 3]);
  expect(x.grad!.select(0, 1).item()).toBe(2);
});
