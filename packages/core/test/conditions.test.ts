// The conditions under which operations may wait although nobody asked them to. Each test fails
// when its condition is broken. Not here: that the parts compute the right thing
// (policies.test.ts), memory (memory.test.ts), and long runs (packages/nabla/test/soak); L7, that
// NABLA_DEBUG=1 says why a plan was made anew (report.test.ts).

import { readdirSync, readFileSync } from "node:fs";

import { manualSeed, noGrad, ones, rand, randn, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { realize } from "@nabla/core/engine";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";

import type { Backend } from "../src/backends/backend.js";
import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { mode } from "../src/graph/mode.js";
import type { Node } from "../src/graph/node.js";
import { onDemand } from "../src/schedule/demand.js";
import { everyOp, runBy } from "../src/schedule/flush.js";
import type { Policy } from "../src/schedule/flush.js";
import { follow, operationsOf, programs } from "./random-programs.js";
import type { Instruction, Operation } from "./random-programs.js";

const standard = onDemand(wasm());
afterEach(() => runBy(standard, interpreter));

/** The interpreter, and how many routines were prepared and run on it. */
function counted(): { readonly backend: Backend; prepared: number; runs: number } {
  const counts = {
    prepared: 0,
    runs: 0,
    backend: {
      ...interpreter,
      prepare(...parts) {
        counts.prepared += 1;
        const routine = interpreter.prepare(...parts);
        return {
          run(...given) {
            counts.runs += 1;
            routine.run(...given);
          },
        };
      },
    } satisfies Backend,
  };
  return counts;
}

/** How many nodes wait behind a tensor. */
function waiting(x: Tensor): number {
  const seen = new Set<Node>([x.node]);
  for (const node of seen) {
    if (node.buffer !== null) seen.delete(node);
    else for (const input of node.inputs) seen.add(input);
  }
  return seen.size;
}

const leaf = (...shape: number[]): Tensor => rand(shape).requiresGrad_();

test("L1: no example and no README asks for anything to be computed", () => {
  const root = new URL("../../../", import.meta.url);
  const programs = readdirSync(new URL("examples/", root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("test"))
    .map((name) => `examples/${name}`);
  const texts = readdirSync(root).filter((name) => /^README.*\.md$/.test(name));
  expect(programs.length).toBeGreaterThan(0);
  expect(texts.length).toBeGreaterThan(0);
  for (const name of [...programs, ...texts]) {
    const text = readFileSync(new URL(name, root), "utf8");
    const found = /\brealize\(|@nabla\/core\/engine|\brunBy\(/.exec(text);
    expect([name, found?.[0]]).toEqual([name, undefined]);
  }
});

describe("L2: what piles up is computed", () => {
  test("a sum that is never read keeps few nodes waiting", () => {
    runBy(onDemand(interpreter), interpreter);
    const losses = rand([10]);
    let total = tensor(0);
    let most = 0;
    for (let i = 0; i < 30_000; i++) {
      total = total.add(losses.sum());
      if (i % 500 === 0) most = Math.max(most, waiting(total));
    }
    expect(most).toBeLessThanOrEqual(10_000);
    expect(total.item() / 30_000).toBeCloseTo(losses.sum().item(), 1);
  });

  test("a step leaves nothing waiting: not a parameter, its state, or a loss nobody reads", () => {
    runBy(onDemand(interpreter), interpreter);
    const [w, state] = [leaf(3), zeros([3])];
    let total = tensor(0);
    for (let step = 0; step < 5; step++) {
      const loss = w.square().sum();
      w.grad = null;
      loss.backward();
      noGrad(() => {
        state.mul_(0.9).add_(w.grad!);
        w.sub_(state.mul(0.1));
      });
      total = total.add(loss.detach());
      realize([w, state]);
      expect([w, state, w.grad!, loss, total].map(waiting)).toEqual([0, 0, 0, 0, 0]);
    }
  });
});

describe("L3: what is wrong is thrown at the call, and leaves nothing behind", () => {
  // Of these the compiler knows no shapes; it would refuse some of this.
  const [a, b]: [Tensor, Tensor] = [zeros([2, 3]), zeros([4])];
  const wrong: Record<string, () => unknown> = {
    "shapes that do not fit": () => a.add(b),
    "sizes that do not fit": () => a.matmul(a),
    "a type": () => a.bitwiseAnd(b),
    "a dimension": () => a.sum(2),
    "a position that only values show": () => b.gather(0, tensor([4], { dtype: "int32" })),
    "a matrix that only values show": () => zeros([2, 2]).inverse(),
    "a write to what is differentiated": () => leaf(2).add_(1),
    "elements that are not there": () => a.reshape([7]),
  };

  function fail(call: () => unknown): Error | undefined {
    try {
      call();
    } catch (caught) {
      return caught as Error;
    }
    return undefined;
  }

  test.each(Object.entries(wrong))("%s", (_name, call) => {
    runBy(onDemand(interpreter), interpreter);
    const pending = ones([2]).mul(3);
    Error.stackTraceLimit = 60;
    const error = fail(call);
    // The stack goes through the call above, so the throw was not left to a later read.
    expect(error?.stack).toMatch(/conditions\.test\.ts/);
    const recorded: string[] = [];
    const record = mode.onRecord;
    mode.onRecord = (node) => {
      recorded.push(node.operation.name);
      record(node);
    };
    expect(pending.add(1).toArray()).toEqual([4, 4]);
    expect(recorded).toEqual(["add"]);
    expect(mode.gradients).toBe(true);
  });

  test("an operation that is refused has recorded nothing", () => {
    const recorded: Node[] = [];
    const record = mode.onRecord;
    mode.onRecord = (node) => {
      recorded.push(node);
      record(node);
    };
    const { message } = fail(wrong["shapes that do not fit"]!)!;
    expect(message).toContain("add: [2, 3] and [4]: 3 ≠ 4. Shapes broadcast");
    for (const name of ["sizes that do not fit", "a type", "a dimension"]) fail(wrong[name]!);
    expect(recorded).toEqual([]);
  });
});

test("L4: numbers of the user are no part of a plan", () => {
  const counts = counted();
  runBy(onDemand(counts.backend), interpreter);
  const [x, y, w] = [randn([20, 3]), rand([20]), leaf(3)];
  const [m, v] = [zeros([3]), zeros([3])];
  const step = (i: number): void => {
    const loss = x.matmul(w).sub(y).square().mean();
    w.grad = null;
    loss.backward();
    noGrad(() => {
      const g = w.grad!;
      m.mul_(0.9).add_(g.mul(0.1));
      v.mul_(0.999).add_(g.square().mul(0.001));
      const scale = v.div(1 - 0.999 ** (i + 1)).sqrt();
      w.sub_(
        m
          .div(1 - 0.9 ** (i + 1))
          .div(scale.add(1e-8))
          .mul(0.1 / (i + 1)),
      );
    });
    realize([w, m, v]);
    loss.item();
  };
  for (let i = 0; i < 4; i++) step(i);
  const early = counts.prepared;
  for (let i = 4; i < 1000; i++) step(i);
  expect(early).toBeGreaterThan(0);
  expect(counts.prepared).toBe(early);
});

describe("what is carried from step to step, and never read itself", () => {
  /** For each a step: what is carried on, and what is read. */
  const steps: Record<string, (x: Tensor) => readonly [carried: Tensor, read: Tensor]> = {
    "a sum of it is read": (x) => {
      const next = x.mul(1.01);
      return [next, next.sum()];
    },
    "how far it went is read": (x) => {
      const next = x.sub(x.square().sub(2).div(x.mul(2)));
      return [next, next.sub(x).abs().amax()];
    },
    "its gradient is walked along, and its loss read": (x) => {
      const loss = x.requiresGrad_().square().sum();
      loss.backward();
      return [noGrad(() => x.sub(x.grad!.mul(0.1))), loss];
    },
    "two are carried, and one is read": (x) => {
      const next = x.at(0).tanh().add(x.at(1));
      return [next.mul(0.5).expand([2, 3]).clone(), next.mean()];
    },
  };

  test.each(Object.entries(steps))("%s: steps do not grow", (_name, step) => {
    const run = (count: number): number[] => {
      manualSeed(3);
      let x = rand([2, 3]).add(1);
      return Array.from({ length: count }, () => {
        const [carried, read] = step(x);
        x = carried;
        return read.item();
      });
    };
    runBy(everyOp, interpreter);
    const expected = run(60);
    const counts = counted();
    runBy(onDemand(counts.backend), interpreter);
    expect(run(60)).toEqual(expected);
    expect(counts.prepared).toBeLessThanOrEqual(6);
    expect(counts.runs).toBeLessThanOrEqual(70);
  });
});

describe("what is remembered", () => {
  test("a step that comes again and again is not forgotten for others that come once", () => {
    const counts = counted();
    runBy(onDemand(counts.backend), interpreter);
    const always = rand([3]);
    always.exp().sum().item();
    for (let i = 1; i <= 400; i++) {
      rand([i + 3])
        .mul(2)
        .data();
      always.exp().sum().item();
    }
    expect(counts.prepared).toBe(401);
    // The first others have been forgotten, the last have not.
    rand([403]).mul(2).data();
    expect(counts.prepared).toBe(401);
    rand([4]).mul(2).data();
    expect(counts.prepared).toBe(402);
  });

  test("steps that differ in nothing but layouts do not crowd one another out", () => {
    const counts = counted();
    runBy(onDemand(counts.backend), interpreter);
    const x = rand([2, 2, 2, 2, 2]);
    const orders = [0, 1, 2, 3, 4].flatMap((a) =>
      [1, 2, 3].map((b) => x.transpose(a, (a + b) % 5)),
    );
    for (let round = 0; round < 3; round++) {
      for (const view of orders) view.mul(3).sum(0).data();
    }
    expect(counts.prepared).toBeLessThanOrEqual(orders.length);
  });
});

describe("L5: depth does not matter", () => {
  test("a chain far beyond any stack, and back", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    let y = x.mul(1);
    for (let i = 0; i < 200_000; i++) y = y.add(1);
    y.sum().backward();
    expect(x.grad!.toArray()).toEqual([1, 1]);
    expect(y.toArray()).toEqual([200_001, 200_002]);
  });

  test.each([
    ["the interpreter", () => onDemand(interpreter)],
    ["WebAssembly", () => onDemand(wasm({ atOnce: true }))],
  ])("a formula of thousands of operations on %s", (_name, policy) => {
    runBy(policy(), interpreter);
    let x = tensor([1, 2, 3]);
    for (let i = 0; i < 4000; i++) x = x.add(1).mul(0.5);
    expect(x.toArray()).toEqual([1, 1, 1]);
  });
});

describe("L6: when things run does not change what comes out", () => {
  const operations: Record<string, Operation> = {
    ...operationsOf(3, 4),
    // No sum that is 0 but for rounding decides.
    read: (x) => x.mul(x.sum().item() > 0.123 ? 0.5 : 0.25),
  };
  const instructions = programs(Object.keys(operations));

  function run(policy: Policy, program: readonly Instruction[]): number[][] {
    runBy(policy, interpreter);
    manualSeed(5);
    const leaves = [leaf(3, 4), leaf(3, 4)];
    const all = follow(
      program,
      operations,
      leaves.map((x) => x.mul(1)),
    );
    const sum = all.reduce((a, b) => a.add(b)).sum();
    sum.backward();
    return [...all, sum, ...leaves.map((x) => x.grad!)].map((x) => [...x.data()]);
  }

  test("bit for bit on the interpreter, whatever the program", () => {
    fc.assert(
      fc.property(instructions, (program) => {
        expect(run(onDemand(interpreter), program)).toEqual(run(everyOp, program));
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  test("within rounding on WebAssembly", () => {
    fc.assert(
      fc.property(instructions, (program) => {
        const expected = run(everyOp, program).flat();
        const found = run(onDemand(wasm({ atOnce: true })), program).flat();
        const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        found.forEach((value, i) => {
          // Beside a comparison or an order, rounding can choose another element.
          const isClose = Math.abs(value - expected[i]!) <= 1e-4 * size;
          expect(isClose || Number.isNaN(expected[i]!), `${value}, ${expected[i]}`).toBe(true);
        });
      }),
      { numRuns: 60, seed: 2 },
    );
  });
});

describe("what a step costs once it is known", () => {
  test("a prediction read after the update is the old one, and no second forward pass", () => {
    const counts = counted();
    runBy(onDemand(counts.backend), interpreter);
    const [x, w] = [ones([10]), zeros([10]).requiresGrad_()];
    const runs: number[] = [];
    for (let step = 0; step < 6; step++) {
      const prediction = x.mul(w).add(1);
      const loss = prediction.sum();
      w.grad = null;
      loss.backward();
      noGrad(() => w.add_(w.grad!));
      realize([w]);
      const before = counts.runs;
      expect(prediction.data()[0]).toBe(1 + step);
      runs.push(counts.runs - before);
    }
    expect(runs.slice(1)).toEqual([0, 0, 0, 0, 0]);
  });

  test("a state that is carried on takes no tape along", () => {
    const counts = counted();
    runBy(onDemand(counts.backend), interpreter);
    const w = leaf(4, 4);
    let h = ones([1, 4]);
    let early = 0;
    for (let step = 0; step < 50; step++) {
      h = h.matmul(w).tanh();
      const loss = h.square().sum();
      h = h.detach();
      w.grad = null;
      loss.backward();
      noGrad(() => w.sub_(w.grad!.mul(0.01)));
      realize([w]);
      expect(h.origin).toBe(null);
      expect(waiting(h)).toBe(0);
      if (step === 3) early = counts.prepared;
    }
    expect(counts.prepared).toBe(early);
  });

  test("L8: a known step of the line fit costs little more than the objects it makes", () => {
    const policy = onDemand(wasm());
    runBy(policy, interpreter);
    const [x, y] = [rand([100]), rand([100])];
    const [w, b] = [leaf(), leaf()];
    const step = (): number => {
      const loss = x.mul(w).add(b).sub(y).square().mean();
      w.grad = b.grad = null;
      loss.backward();
      noGrad(() => [w, b].map((parameter) => parameter.sub_(parameter.grad!.mul(0.1))));
      realize([w, b]);
      return loss.item();
    };
    // About what the operations of a step take as plain objects, with a list in each.
    let made: object[] = [];
    const objects = (): void => {
      made = [];
      for (let i = 0; i < 100; i++) made.push({ i, j: i, inputs: [made], shape: [i], next: null });
    };
    const fastest = (run: () => unknown): number => {
      let best = Infinity;
      for (let round = 0; round < 40; round++) {
        const start = performance.now();
        for (let i = 0; i < 500; i++) run();
        best = Math.min(best, performance.now() - start);
      }
      return (best * 1000) / 500;
    };
    const [perStep, perHundred] = [fastest(step), fastest(objects)];
    // About 4 on a quiet machine. Making the plan again is in the hundreds; bench/ has the rest.
    expect(perStep / perHundred, `${perStep} µs, ${perHundred} µs`).toBeLessThan(40);
  });
});
