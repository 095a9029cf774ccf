// What backward() and grad() do with graphs: order, accumulation, freeing, modes, second
// derivatives. Single derivatives: ops.gradient.test.ts. Gradients through writes:
// inplace.test.ts. Programs that were run in PyTorch: autograd.reference.test.ts.

import {
  ArgumentError,
  enableGrad,
  grad,
  GradientError,
  isGradEnabled,
  noGrad,
  tensor,
  zeros,
} from "@nabla/core";
import type { NestedArray, Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

const leaf = (data: NestedArray): Tensor => tensor(data, { dtype: "float64", requiresGrad: true });
const gradOf = (x: Tensor): unknown => x.grad?.toArray();

describe("graphs", () => {
  test("gradients of several calls are added", () => {
    const x = leaf([1, 2]);
    x.mul(3).sum().backward();
    x.mul(4).sum().backward();
    expect(gradOf(x)).toEqual([7, 7]);
    x.grad = null;
    x.sum().backward();
    expect(gradOf(x)).toEqual([1, 1]);
  });

  test("a gradient that was taken is not changed by the next call", () => {
    const x = leaf([1, 2]);
    x.sum().backward();
    const first = x.grad!.clone();
    x.sum().backward();
    expect(first.toArray()).toEqual([1, 1]);
  });

  test("paths that part and meet again are added", () => {
    const x = leaf(2);
    const [left, right] = [x.mul(3), x.square()];
    left.mul(right).add(left).backward();
    expect(gradOf(x)).toBe(3 * 3 * 4 + 3);
  });

  test("a tensor used many times gets every share", () => {
    const x = leaf(3);
    let sum = x;
    for (let i = 0; i < 1000; i++) sum = sum.add(x);
    sum.backward();
    expect(gradOf(x)).toBe(1001);
  });

  test("doubling thirty times is thirty steps, not a billion", () => {
    const x = leaf(1);
    let y = x;
    for (let i = 0; i < 30; i++) y = y.add(y);
    y.backward();
    expect(gradOf(x)).toBe(2 ** 30);
  });

  test("both operands may be the same tensor", () => {
    const x = leaf([2, 3]);
    x.div(x).add(x.sub(x)).sum().backward();
    expect(gradOf(x)).toEqual([0, 0]);
  });

  test("a wide graph", () => {
    const leaves = Array.from({ length: 2000 }, (_, i) => leaf(i));
    leaves.reduce((sum, x) => sum.add(x.square()), tensor(0, { dtype: "float64" })).backward();
    expect(leaves.map(gradOf)).toEqual(leaves.map((_, i) => 2 * i));
  });

  test("a chain of a million operations", () => {
    const x = leaf(1);
    let y = x;
    for (let i = 0; i < 1_000_000; i++) y = y.neg();
    y.backward();
    expect(gradOf(x)).toBe(1);
  });

  test("a leaf can be differentiated by itself", () => {
    const x = leaf(3);
    x.backward();
    x.backward();
    expect(gradOf(x)).toBe(2);
  });

  test("broadcast operands get gradients of their own shape", () => {
    const [column, row, number] = [leaf([[1], [2]]), leaf([1, 2, 3]), leaf(5)];
    column.mul(row).add(number).sum().backward();
    expect([gradOf(column), gradOf(row), gradOf(number)]).toEqual([[[6], [6]], [3, 3, 3], 6]);
  });

  test("tensors without elements have gradients without elements", () => {
    const [empty, row] = [leaf([]), leaf([1])];
    empty.mul(row).sum().backward();
    expect([gradOf(empty), gradOf(row)]).toEqual([[], [0]]);
  });

  test("the gradient has the type of the leaf", () => {
    const [x, y] = [tensor([1, 2], { requiresGrad: true }), leaf([1, 2])];
    x.mul(y).sum().backward();
    expect([x.grad?.dtype, y.grad?.dtype]).toEqual(["float32", "float64"]);
  });
});

describe("leaves", () => {
  test("what was made is a leaf, what was computed from it is not", () => {
    const [x, c] = [leaf(1), tensor(1)];
    expect([x.isLeaf, c.isLeaf, x.add(c).isLeaf, c.add(c).isLeaf]).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  test("backward() leaves gradients in leaves only", () => {
    const x = leaf(1);
    const y = x.mul(2);
    y.mul(3).backward();
    expect([y.grad, gradOf(x)]).toEqual([null, 6]);
  });

  test("a leaf that does not require grad gets none", () => {
    const [x, c] = [leaf(1), tensor(2, { dtype: "float64" })];
    x.mul(c).backward();
    expect([gradOf(x), c.grad]).toEqual([2, null]);
  });

  test("requiring grad begins with what is computed from then on", () => {
    const [x, w] = [tensor(2, { dtype: "float64" }), leaf(3)];
    const before = x.mul(w);
    x.requiresGrad = true;
    before.add(x.mul(10)).backward();
    expect([gradOf(x), gradOf(w)]).toEqual([10, 2]);
  });

  test("requiring grad again changes nothing", () => {
    const x = leaf(3);
    const y = x.square();
    x.requiresGrad_();
    y.backward();
    expect(gradOf(x)).toBe(6);
  });

  test("a leaf frozen before backward() gets no gradient, and one thawed again does", () => {
    const [x, w] = [leaf(3), leaf(2)];
    const y = x.mul(w);
    x.requiresGrad = false;
    y.backward(null, { retainGraph: true });
    expect([x.grad, gradOf(w)]).toEqual([null, 3]);
    x.requiresGrad = true;
    y.backward();
    expect(gradOf(x)).toBe(2);
  });

  test("a computed tensor cannot stop requiring grad", () => {
    expect(() => leaf(1).mul(2).requiresGrad_(false)).toThrow(GradientError);
    expect(leaf(1).requiresGrad_(false).requiresGrad).toBe(false);
  });

  test("detach() is another leaf with the same elements", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const cut = y.detach();
    expect([cut.isLeaf, cut.requiresGrad]).toEqual([true, false]);
    x.mul(cut).sum().backward();
    expect(gradOf(x)).toEqual([2, 4]);
    noGrad(() => y.mul_(10));
    expect(cut.toArray()).toEqual([20, 40]);
  });

  test("what depends on no leaf that requires grad cannot be differentiated", () => {
    expect(() => tensor([1, 2]).sum().backward()).toThrow(GradientError);
    expect(() => noGrad(() => leaf([1, 2]).sum()).backward()).toThrow(GradientError);
  });
});

describe("noGrad and enableGrad", () => {
  test("nest, and give back what the function returns", () => {
    const x = leaf(1);
    const seen = noGrad(() => {
      const inner = enableGrad(() => noGrad(() => isGradEnabled()));
      return [isGradEnabled(), inner, enableGrad(() => x.mul(2).requiresGrad), isGradEnabled()];
    });
    expect(seen).toEqual([false, false, true, false]);
    expect(isGradEnabled()).toBe(true);
  });

  test.each([noGrad, enableGrad])("%o is over after an exception", (mode) => {
    const failing = (): never => {
      throw new RangeError("on purpose");
    };
    expect(() => mode(failing)).toThrow(RangeError);
    expect(isGradEnabled()).toBe(true);
    expect(noGrad(() => [catching(() => mode(failing)), isGradEnabled()])).toEqual([true, false]);
  });

  const catching = (run: () => void): boolean => {
    try {
      run();
      return false;
    } catch {
      return true;
    }
  };

  test.each([noGrad, enableGrad])("%o refuses async functions", (mode) => {
    expect(() => mode(async () => Promise.resolve(1))).toThrow(ArgumentError);
    expect(isGradEnabled()).toBe(true);
  });

  test("backward() works inside noGrad()", () => {
    const x = leaf(3);
    const y = x.square();
    noGrad(() => y.backward());
    expect(gradOf(x)).toBe(6);
  });

  test("a leaf made inside noGrad() may require grad", () => {
    const x = noGrad(() => leaf(3));
    x.square().backward();
    expect(gradOf(x)).toBe(6);
  });
});

describe("the graph is freed", () => {
  test("a second backward() is refused, unless the first kept the graph", () => {
    const x = leaf([1, 2]);
    const y = x.square().sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(gradOf(x)).toEqual([4, 8]);
    expect(() => y.backward()).toThrow(GradientError);
    expect(gradOf(x)).toEqual([4, 8]);
  });

  test("what shares a part with a freed graph is refused, and changes nothing", () => {
    const [x, w] = [leaf(1), leaf(2)];
    const shared = x.exp();
    const [a, b] = [shared.mul(2), shared.mul(w)];
    a.backward();
    const before = gradOf(x);
    expect(() => b.backward()).toThrow("freed by an earlier call");
    expect([gradOf(x), w.grad]).toEqual([before, null]);
  });

  test("grad() does not go beyond what is wanted", () => {
    const x = leaf(1);
    const h = x.exp();
    h.sum().backward();
    expect(grad(h.square(), [h])[0]!.item()).toBeCloseTo(2 * Math.E);
  });

  test("a backward() that failed can be repeated", () => {
    const x = leaf([1, 2]);
    const y = x.exp();
    const z = y.mul(2).sum();
    noGrad(() => y.add_(1));
    expect(() => z.backward()).toThrow("changed in place");
    expect(() => z.backward()).toThrow("changed in place");
    expect(x.grad).toBeNull();
  });
});

describe("backward", () => {
  test("of several numbers needs a direction of their shape", () => {
    const x = leaf([1, 2, 3]);
    expect(() => x.square().backward()).toThrow(GradientError);
    expect(() => x.square().backward(tensor([1, 2]))).toThrow(ArgumentError);
    expect(() => x.square().backward(tensor(1))).toThrow(ArgumentError);
    x.square().backward(tensor([1, 0, -1]));
    expect(gradOf(x)).toEqual([2, 0, -6]);
  });

  test("of one number in any shape needs none", () => {
    const x = leaf([[[3]]]);
    x.square().backward();
    expect(gradOf(x)).toEqual([[[6]]]);
  });

  test("with createGraph, gradients can be differentiated", () => {
    const x = leaf(2);
    x.pow(3).backward(null, { createGraph: true });
    const first = x.grad!;
    expect([first.item(), first.requiresGrad]).toEqual([12, true]);
    x.grad = null;
    first.backward();
    expect(gradOf(x)).toBe(12);
  });
});

describe("grad", () => {
  test("touches no .grad", () => {
    const x = leaf([1, 2]);
    expect(grad(x.square().sum(), [x])[0]!.toArray()).toEqual([2, 4]);
    expect(x.grad).toBeNull();
  });

  test("of a computed tensor, and of leaves, at once", () => {
    const [x, w] = [leaf(2), leaf(3)];
    const h = x.mul(w);
    const gradients = grad(h.square(), [w, h, x]);
    expect(gradients.map((g) => g.item())).toEqual([24, 12, 36]);
  });

  test("with respect to the output itself", () => {
    const y = leaf(2).mul(3);
    expect(grad(y, [y])[0]!.item()).toBe(1);
  });

  test("of several outputs, each with a direction or none", () => {
    const x = leaf([1, 2]);
    const outputs = [x.mul(2), x.square().sum()];
    const gradOutputs = [tensor([1, 10]), null];
    expect(grad(outputs, [x], { gradOutputs })[0]!.toArray()).toEqual([4, 24]);
    expect(() => grad(outputs, [x])).toThrow(GradientError);
  });

  test("of the same output twice counts twice", () => {
    const x = leaf(3);
    const y = x.square();
    expect(grad([y, y], [x])[0]!.item()).toBe(12);
  });

  test("an input that nothing depends on is refused, or null", () => {
    const [x, other] = [leaf(1), leaf(2)];
    const y = x.mul(2);
    expect(() => grad(y, [other], { retainGraph: true })).toThrow("no output depends on input 0");
    const found = grad(y, [other, x], { allowUnused: true });
    expect([found[0], found[1]?.item()]).toEqual([null, 2]);
  });

  test("an input that does not require grad is refused", () => {
    expect(() => grad(leaf(1).mul(2), [tensor(1)])).toThrow("input 0 does not require grad");
  });

  test("frees the graph, unless it is retained", () => {
    const x = leaf(3);
    const y = x.square();
    grad(y, [x], { retainGraph: true });
    grad(y, [x]);
    expect(() => grad(y, [x])).toThrow(GradientError);
  });

  test("gradients do not require grad, unless createGraph", () => {
    const x = leaf(3);
    expect(grad(x.square(), [x])[0]!.requiresGrad).toBe(false);
    expect(grad(x.square(), [x], { createGraph: true })[0]!.requiresGrad).toBe(true);
  });

  test("four derivatives of x⁴", () => {
    const x = leaf(2);
    let y = x.pow(4);
    const values: number[] = [];
    for (let order = 1; order <= 4; order++) {
      y = grad(y, [x], { createGraph: true })[0]!;
      values.push(y.item());
    }
    expect(values).toEqual([32, 48, 48, 24]);
  });

  test("derivatives of tanh up to the third", () => {
    const x = leaf(0.5);
    const first = grad(x.tanh(), [x], { createGraph: true })[0]!;
    const second = grad(first, [x], { createGraph: true })[0]!;
    const third = grad(second, [x])[0]!;
    const t = Math.tanh(0.5);
    const s = 1 - t * t;
    expect(first.item()).toBeCloseTo(s, 12);
    expect(second.item()).toBeCloseTo(-2 * t * s, 12);
    expect(third.item()).toBeCloseTo(s * (6 * t * t - 2), 12);
  });

  test("the result can be written to without changing anything else", () => {
    const [a, b] = [leaf([1, 2]), leaf([3, 4])];
    const [ga, gb] = grad(a.add(b).square().sum(), [a, b]);
    ga!.mul_(0);
    expect(gb!.toArray()).toEqual([8, 12]);
  });
});

describe(".grad", () => {
  test("can be set, and is added to", () => {
    const x = leaf([1, 2]);
    x.grad = tensor([5, 5], { dtype: "float64" });
    x.sum().backward();
    expect(gradOf(x)).toEqual([6, 6]);
  });

  test("is a tensor of its own", () => {
    const [a, b] = [leaf([1, 2]), leaf([3, 4])];
    a.add(b).sum().backward();
    noGrad(() => a.grad!.mul_(10));
    expect([gradOf(a), gradOf(b)]).toEqual([
      [10, 10],
      [1, 1],
    ]);
  });

  test("does not share with the direction given", () => {
    const x = leaf([1, 2]);
    const direction = tensor([1, 1], { dtype: "float64" });
    x.backward(direction);
    x.backward(direction);
    expect(direction.toArray()).toEqual([1, 1]);
    expect(gradOf(x)).toEqual([2, 2]);
  });

  test("of shape and type of the tensor, or refused", () => {
    const x = leaf([1, 2]);
    expect(() => (x.grad = zeros([3], { dtype: "float64" }))).toThrow("grad: a gradient of shape");
    expect(() => (x.grad = zeros([2]))).toThrow("grad: a gradient of type float32");
    expect(x.grad).toBeNull();
  });
});

test.each([0, 500])("the walk takes the latest first, with %d others made meanwhile", (others) => {
  const w = leaf(2);
  const old = w.square();
  for (let i = 0; i < others; i++) w.mul(i);
  const seen: string[] = [];
  const watched = (name: string, x: Tensor): Tensor => {
    x.registerHook(() => void seen.push(name));
    return x;
  };
  const a = watched("a", old.mul(3));
  const b = watched("b", w.mul(5));
  const c = watched("c", b.mul(a));
  const d = watched("d", a.add(c));
  const e = watched("e", b.mul(d));
  e.add(c).add(old).add(w).backward();
  expect(seen).toEqual(["e", "d", "c", "b", "a"]);
  // The loss is 75 w⁴ + 30 w³ + w² + w.
  expect(w.grad!.item()).toBe(300 * 8 + 90 * 4 + 2 * 2 + 1);
});
