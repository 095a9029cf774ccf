// Functions with derivatives of their own (customFunction) and functions that are computed again
// (checkpoint): the values and gradients they give, and how often they run.

import {
  ArgumentError,
  checkpoint,
  customFunction,
  grad,
  gradcheck,
  manualSeed,
  NablaError,
  noGrad,
  rand,
  tensor,
} from "@nabla/core";
import type { NestedArray, Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

const T = (data: NestedArray): Tensor => tensor(data, { dtype: "float64" });
const leaf = (data: NestedArray): Tensor => T(data).requiresGrad_();
const gradOf = (x: Tensor): unknown => x.grad?.toArray();

describe("customFunction", () => {
  /** A cube whose derivative is told, and is not that of a cube. */
  const odd = customFunction({
    name: "odd",
    forward: (x: Tensor) => x.pow(3),
    vjps: [(g, { x }) => g.mul(x).mul(100)],
  });
  const cube = customFunction({
    name: "cube",
    forward: (x: Tensor) => x.pow(3),
    vjps: [(g, { x }) => g.mul(x.square().mul(3))],
  });
  const product = customFunction({
    name: "product",
    forward: (a: Tensor, b: Tensor, c: Tensor) => a.mul(b).mul(c),
    vjps: [
      (g, { b, c }) => g.mul(b).mul(c),
      (g, { a, c }) => g.mul(a).mul(c),
      (g, { a, b }) => g.mul(a).mul(b),
    ],
  });

  test("has the derivative that it was given", () => {
    const x = leaf([1, 2]);
    const y = odd(x.mul(1));
    expect(y.toArray()).toEqual([1, 8]);
    expect(String(y)).toContain("gradFn=<odd>");
    y.mul(2).sum().backward();
    expect(gradOf(x)).toEqual([200, 400]);
  });

  test("is given its result, too", () => {
    const own = customFunction({
      name: "exponential",
      forward: (x: Tensor) => x.exp(),
      vjps: [(g, { y }) => g.mul(y)],
    });
    expect(gradcheck(own, [leaf([0.5, -1])])).toBe(true);
  });

  test("of several inputs, only some of which require grad", () => {
    const inputs = [leaf([1, 2]), leaf([3, 4]), leaf([5, 6])] as const;
    expect(gradcheck(product as never, inputs)).toBe(true);
    const [a, c] = [leaf([1, 2]), leaf([5, 6])];
    product(a, T([3, 4]), c)
      .sum()
      .backward();
    expect([gradOf(a), gradOf(c)]).toEqual([
      [15, 24],
      [3, 8],
    ]);
  });

  test("the same tensor given twice gets both shares", () => {
    const x = leaf([2]);
    product(x, x, T([1]))
      .sum()
      .backward();
    expect(gradOf(x)).toEqual([4]);
  });

  test("can be differentiated as often as its derivative can", () => {
    const x = leaf(2);
    const first = grad(cube(x), [x], { createGraph: true })[0]!;
    const second = grad(first, [x], { createGraph: true })[0]!;
    expect([first.item(), second.item(), grad(second, [x])[0]!.item()]).toEqual([12, 12, 6]);
    const slope = (a: Tensor): Tensor => grad(cube(a).sum(), [a], { createGraph: true })[0]!;
    expect(gradcheck(slope, [leaf([0.5, -2])])).toBe(true);
  });

  test("forward and derivative run once, and the derivative only where it is wanted", () => {
    const runs: string[] = [];
    const counted = customFunction({
      name: "counted",
      forward: (a: Tensor, b: Tensor) => {
        runs.push("forward");
        return a.mul(b);
      },
      vjps: [
        (g, { b }) => {
          runs.push("a");
          return g.mul(b);
        },
        (g, { a }) => {
          runs.push("b");
          return g.mul(a);
        },
      ],
    });
    counted(leaf([1]), T([2]))
      .mul(3)
      .add(1)
      .sum()
      .backward();
    expect(runs).toEqual(["forward", "a"]);
  });

  test("null is no gradient", () => {
    const first = customFunction({
      name: "first",
      forward: (a: Tensor, b: Tensor) => a.add(b),
      vjps: [(g) => g, () => null],
    });
    const [a, b] = [leaf([1]), leaf([2])];
    first(a, b).sum().backward();
    expect([gradOf(a), b.grad]).toEqual([[1], null]);
  });

  test("is no part of the graph under noGrad and of tensors that do not require grad", () => {
    const x = leaf([1]);
    expect(noGrad(() => odd(x)).requiresGrad).toBe(false);
    expect(odd(T([1])).requiresGrad).toBe(false);
    expect(odd(x).requiresGrad).toBe(true);
  });

  test("one that gives back its input gives another tensor", () => {
    const reverse = customFunction({
      name: "reverse",
      forward: (x: Tensor) => x,
      vjps: [(g) => g.neg()],
    });
    const x = leaf([1, 2]);
    const y = reverse(x);
    expect(y).not.toBe(x);
    y.sum().backward();
    expect(gradOf(x)).toEqual([-1, -1]);
    expect([x.isLeaf, y.isLeaf]).toEqual([true, false]);
  });

  test("a number of inputs that its derivatives do not fit is refused", () => {
    const loose: (...inputs: Tensor[]) => Tensor = odd;
    expect(() => loose(T([1]), T([2]))).toThrow(
      new ArgumentError(
        "odd: it was called with 2 tensors and has 1 derivatives; " +
          "give customFunction one vjp for each input.",
      ),
    );
    expect(() => odd(3 as never)).toThrow(ArgumentError);
  });

  test.each([undefined, () => 1, [1]])("derivatives that are %s are refused", (vjps) => {
    const told = { name: "odd", forward: (x: Tensor) => x, vjps: vjps as never };
    expect(() => customFunction(told)).toThrow(/customFunction: vjps is no list of functions/);
  });

  test("a derivative of another shape is refused, with its name", () => {
    const short = customFunction({
      name: "short",
      forward: (x: Tensor) => x.mul(1),
      vjps: [(g) => g.at([0])],
    });
    const x = leaf([1, 2]);
    const loss = short(x).sum();
    expect(() => loss.backward()).toThrow(NablaError);
    expect(() => short(x).sum().backward()).toThrow(/short/);
    expect(x.grad).toBeNull();
  });

  test("gradcheck finds that a derivative is wrong", () => {
    expect(() => gradcheck(odd, [leaf([1, 2])])).toThrow(/input 0 of shape \[2\], element 0/);
  });
});

describe("checkpoint", () => {
  const w = leaf([0.3, -0.7]);
  /** Functions of two inputs, which use a parameter from around them. */
  const functions: [name: string, run: (a: Tensor, b: Tensor) => Tensor][] = [
    ["a chain", (a, b) => a.mul(w).sin().add(b.exp()).mul(a)],
    ["one that does not use an input", (a) => a.mul(w)],
    ["one that uses only what is around it", () => w.exp()],
    ["one that gives back its input", (a) => a],
    ["one that writes", (a, b) => a.mul(2).add_(b).mul_(w)],
    ["one within another", (a, b) => checkpoint((c) => c.mul(w).exp(), a.mul(b)).mul(b)],
    ["a part without gradients", (a, b) => a.mul(noGrad(() => b.mul(w)))],
  ];

  test.each(functions)("is as without it: %s", (_, run) => {
    const outcomes = [run, (a: Tensor, b: Tensor) => checkpoint(run, a, b)].map((f) => {
      const [a, b] = [leaf([1, 2]), leaf([0.5, -1])];
      w.grad = null;
      const y = f(a.mul(1), b);
      y.mul(T([1, 10]))
        .sum()
        .backward();
      return [y.toArray(), gradOf(a), gradOf(b), gradOf(w)];
    });
    // An input that is not used may have zeros instead of no gradient.
    const [plain, again] = outcomes.map((outcome) => outcome.map((part) => part ?? [0, 0]));
    expect(again).toEqual(plain);
  });

  test.each(functions)("grad() of its gradient is as without it: %s", (_, run) => {
    const outcomes = [run, (a: Tensor, b: Tensor) => checkpoint(run, a, b)].map((f) => {
      const inputs = [leaf([1, 2]), leaf([0.5, -1]), w];
      const options = { createGraph: true, allowUnused: true };
      const y = f(inputs[0]!, inputs[1]!).square().sum();
      const slopes = grad(y, inputs, options).map((slope) => slope ?? T([0, 0]));
      const total = slopes.reduce((sum, slope) => sum.add(slope.square().sum()), T(0));
      const curves = total.requiresGrad ? grad(total, inputs, options) : [];
      return [...slopes, ...curves].map((slope) => [...(slope ?? T([0, 0])).data()]);
    });
    outcomes[0]!.forEach((numbers, i) => {
      numbers.forEach((value, j) => expect(outcomes[1]![i]![j]).toBeCloseTo(value, 10));
    });
  });

  test("passes gradcheck", () => {
    const run = (x: Tensor): Tensor => checkpoint((h) => h.sin().mul(h), x.mul(2)).exp();
    expect(gradcheck(run, [leaf([0.2, -0.4])])).toBe(true);
  });

  test("runs the function once forward and once for each backward", () => {
    let runs = 0;
    const [a, b] = [leaf([1, 2]), leaf([3, 4])];
    const run = (c: Tensor, d: Tensor): Tensor => {
      runs++;
      return c.mul(d).mul(w).exp();
    };
    const loss = checkpoint(run, a, b).sum();
    expect(runs).toBe(1);
    loss.backward(null, { retainGraph: true });
    expect(runs).toBe(2);
    loss.backward();
    expect(runs).toBe(3);
    noGrad(() => checkpoint(run, a, b));
    expect(runs).toBe(4);
  });

  test("sees the same random numbers again, and takes none from the rest", () => {
    const run = (f: (x: Tensor) => Tensor): unknown => {
      manualSeed(7);
      const x = leaf([1, 2, 3]);
      const y = f(x);
      const after = rand([2]).toArray();
      y.sum().backward();
      return [y.toArray(), gradOf(x), after, rand([2]).toArray()];
    };
    const noisy = (x: Tensor): Tensor => x.mul(rand([3])).mul(rand([3]).add(x));
    expect(run((x) => checkpoint(noisy, x))).toEqual(run(noisy));
  });

  test("of inputs that do not require grad finds the parameters", () => {
    const v = leaf([2, 3]);
    const y = checkpoint((x) => x.mul(v), T([1, 2]));
    expect(y.requiresGrad).toBe(true);
    y.sum().backward();
    expect(gradOf(v)).toEqual([1, 2]);
    expect(checkpoint((x) => x.mul(2), T([1, 2])).requiresGrad).toBe(false);
  });

  test("an error of the function comes out", () => {
    const stop = new Error("stop");
    const fail = (_x: Tensor): Tensor => {
      throw stop;
    };
    expect(() => checkpoint((x) => fail(x), leaf([1]))).toThrow(stop);
  });
});
