// What large tensors may rely on when nobody manages memory: values outlive the step they were made
// in where PyTorch's would, places are used again only when nobody can read them, and what cannot
// be kept is an error that says so, never a wrong number.

import {
  checkpoint,
  customFunction,
  grad,
  noGrad,
  ones,
  rand,
  StaleError,
  tensor,
} from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { realize } from "@nabla/core/engine";
import { afterAll, beforeEach, describe, expect, test } from "vitest";

import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { onDemand } from "../src/schedule/demand.js";
import { runBy } from "../src/schedule/flush.js";

// A plan remembers what was needed later, so every test begins without plans.
beforeEach(() => runBy(onDemand(wasm({ atOnce: true, budget: 2 ** 21 })), interpreter));
afterAll(() => runBy(onDemand(wasm()), interpreter));

/** More bytes than small buffers have. */
const SIZE = 20_000;

/** Ten steps that add 1 to a large parameter; `look` sees every step and what it computed. */
function train(look: (w: Tensor, prediction: Tensor, step: number) => void): Tensor {
  const w = tensor(new Float32Array(SIZE), { requiresGrad: true });
  const x = ones([SIZE]);
  for (let step = 0; step < 10; step++) {
    w.grad = null;
    const prediction = w.mul(x);
    const loss = prediction.sum();
    loss.backward();
    noGrad(() => w.add_(1));
    realize([w]);
    look(w, prediction, step);
  }
  return w;
}

const first = (x: Tensor): number => x.slice(0, 0, 1).item();

describe("a large parameter that is written at every step", () => {
  test("ends where it should", () => {
    expect(first(train(() => {}))).toBe(10);
  });

  test("a prediction read after the step has its value from before", () => {
    const seen: number[] = [];
    train((_w, prediction) => seen.push(first(prediction)));
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("one that is read steps later, for the first time, is an error that says what to do", () => {
    const kept: Tensor[] = [];
    train((_w, prediction) => kept.push(prediction));
    expect(() => kept[2]!.sum().item()).toThrow(StaleError);
    expect(() => kept[3]!.data()).toThrow("mul: a result of it is read, two or more steps after");
    expect(first(kept[9]!)).toBe(9);
  });

  test("what is made of one that is lost throws when it is read, never at the step", () => {
    const kept: Tensor[] = [];
    let total = tensor(0);
    let [late, sum] = [tensor(0), tensor(0)];
    const w = train((_w, prediction, step) => {
      kept.push(prediction);
      if (step < 2) return;
      // It waits until the next step, which must not care.
      total = total.add(kept[step - 2]!.mul(2).sum());
      late = kept[step - 2]!.slice(0, 0, 5);
      sum = late.add(1);
    });
    expect(first(w)).toBe(10);
    for (const stale of [total, late, sum, sum.detach().neg()]) {
      expect(() => stale.data()).toThrow(StaleError);
      expect(() => stale.data()).toThrow("mul: a result of it is read, two or more steps after");
    }
  });

  const ways: [name: string, keep: (w: Tensor, prediction: Tensor) => Tensor, added: number][] = [
    ["detached results", (_w, prediction) => prediction.detach(), 0],
    ["copies of the parameter", (w) => w.detach().clone(), 1],
    ["results that were read", (_w, prediction) => (prediction.data(), prediction), 0],
    ["what was made of results and detached", (_w, p) => p.mul(1).detach(), 0],
  ];
  test.each(ways)("%s are kept for as long as anyone has them", (_name, keep, added) => {
    const kept: Tensor[] = [];
    train((w, prediction) => kept.push(keep(w, prediction)));
    expect(kept.map(first)).toEqual(kept.map((_, step) => step + added));
  });

  test("gradients that somebody has seen are theirs", () => {
    const kept: Tensor[] = [];
    train((w) => kept.push(w.grad!));
    expect(kept.map(first)).toEqual(kept.map(() => 1));
  });
});

test("a gradient that is handed to backward(), or comes from a hook, stays the caller's", () => {
  const w = rand([SIZE]).requiresGrad_();
  const [given, hooked] = [ones([SIZE]).mul(2), ones([SIZE]).mul(3)];
  for (let step = 0; step < 5; step++) {
    w.grad = null;
    w.clone().backward(given);
    realize([w]);
    w.grad = null;
    const product = w.mul(1);
    product.registerHook(() => hooked);
    product.sum().backward();
    realize([w]);
  }
  expect([first(given), first(hooked), first(w.grad!)]).toEqual([2, 3, 3]);
});

test("what a custom function hands on unchanged outlives its step", () => {
  const same = customFunction({ name: "same", forward: (a: Tensor) => a, vjps: [(g) => g] });
  const kept: Tensor[] = [];
  train((w) => kept.push(same(w)));
  expect(kept.map(first)).toEqual(kept.map((_, step) => step + 1));
});

test("two parameters with one gradient between them do not lose it to each other", () => {
  const [a, b] = [rand([SIZE]), rand([SIZE])].map((x) => x.requiresGrad_()) as [Tensor, Tensor];
  for (let step = 0; step < 6; step++) {
    a.grad = null;
    if (step % 2 === 0) b.grad = null;
    a.add(b).mul(step).sum().backward();
    noGrad(() => [a, b].map((parameter) => parameter.mul_(0.5)));
    realize([a, b]);
  }
  expect([first(a.grad!), first(b.grad!)]).toEqual([5, 4 + 5]);
});

test("results beyond the budget are moved out, and come back", () => {
  const many = Array.from({ length: 100 }, (_, i) => ones([SIZE]).mul(i));
  const sums = many.map((x) => x.add(1));
  realize(sums);
  expect(sums.map(first)).toEqual(many.map((_, i) => i + 1));
  expect(
    sums
      .reduce((a, b) => a.add(b))
      .mean()
      .item(),
  ).toBe(5050);
});

describe("elements that the user has, too, are never the place of a gradient", () => {
  /** Steps in which `first` and then a computed gradient goes into a large leaf. */
  function steps(first: (w: Tensor) => void): void {
    const w = tensor(new Float32Array(SIZE).fill(1), { requiresGrad: true });
    for (let step = 0; step < 4; step++) {
      w.grad = null;
      if (step === 0) first(w);
      else w.mul(w).sum().backward();
      noGrad(() => w.add_(1));
      realize([w]);
    }
  }

  test("a gradient that backward() was given", () => {
    const g = ones([SIZE]).mul(3);
    steps((w) => w.clone().backward(g));
    expect(first(g)).toBe(3);
  });

  test("what a hook gave", () => {
    const kept: Tensor[] = [];
    steps((w) => {
      w.registerHook((g) => {
        kept.push(g.mul(3));
        return kept.at(-1)!;
      });
      w.mul(w).sum().backward();
    });
    expect(kept.map((g) => g.data()[0])).toEqual([6, 12, 18, 24]);
  });

  test("what a derivative of one's own gave", () => {
    const g = ones([SIZE]).mul(3);
    const f = customFunction({ name: "f", forward: (x: Tensor) => x.sum(), vjps: [() => g] });
    steps((w) => f(w).backward());
    expect(g.data()[0]).toBe(3);
  });

  test("what grad() gave, whenever it is read", () => {
    const kept: Tensor[] = [];
    const w = tensor(new Float32Array(SIZE).fill(1), { requiresGrad: true });
    for (let step = 0; step < 6; step++) {
      kept.push(grad(w.square().sum(), [w])[0]!);
      noGrad(() => w.add_(kept.at(-1)!));
      realize([w]);
    }
    expect(kept.map((g) => g.data()[0])).toEqual([2, 6, 18, 54, 162, 486]);
  });

  test("a parameter that a function of one's own, or checkpoint, gave back", () => {
    const same = customFunction({ name: "same", forward: (x: Tensor) => x, vjps: [(g) => g] });
    const kept: Tensor[] = [];
    train((w) =>
      kept.push(
        same(w),
        checkpoint((x: Tensor) => x, w),
      ),
    );
    expect(kept.map((x) => x.data()[0])).toEqual([
      1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10,
    ]);
  });
});

test("a loop that reads nothing keeps no results that nobody has", () => {
  // What other tests of this thread have left counts too, until it is collected.
  const before = process.memoryUsage().arrayBuffers;
  let x = ones([4096]);
  let most = 0;
  for (let i = 0; i < 10_000; i++) {
    x = x.add(1);
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  expect(x.data()[0]).toBe(10_001);
  // All of them would be 160 MB.
  expect(most - before).toBeLessThan(120e6);
});

test("elements waiting for a loop that reads nothing are bounded", () => {
  const before = process.memoryUsage().arrayBuffers;
  const sums: Tensor[] = [];
  for (let i = 0; i < 100; i++)
    sums.push(
      tensor(new Float32Array(2 ** 20).fill(1))
        .mul(i)
        .sum(),
    );
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(420e6);
  expect(sums.map((sum) => sum.item() / 2 ** 20)).toEqual(sums.map((_, i) => i));
});
