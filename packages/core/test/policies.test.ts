// When nodes run must not change what comes out: the same programs under `everyOp` and under
// `onDemand` agree bit for bit on the interpreter, and within rounding on WebAssembly. And that
// fusion really happens is counted, so that these tests cannot pass by running one by one.

import { cat, manualSeed, noGrad, ones, rand, randn, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { afterEach, describe, expect, test } from "vitest";

import type { Backend } from "../src/backends/backend.js";
import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { onDemand } from "../src/schedule/demand.js";
import { everyOp, runBy } from "../src/schedule/flush.js";
import type { Policy } from "../src/schedule/flush.js";

const standard = onDemand(wasm());
afterEach(() => runBy(standard, interpreter));

const leaf = (...shape: number[]): Tensor => rand(shape).requiresGrad_();

/** Programs that return everything they computed. */
const programs: Record<string, () => Tensor[]> = {
  "a line is fitted": () => {
    const [x, y] = [rand([100]), rand([100])];
    const [w, b] = [leaf(), leaf()];
    const losses: Tensor[] = [];
    for (let i = 0; i < 5; i++) {
      w.grad = b.grad = null;
      const loss = w.mul(x).add(b).sub(y).square().mean();
      loss.backward();
      noGrad(() => {
        w.sub_(w.grad!.mul(0.1));
        b.sub_(b.grad!.mul(0.1));
      });
      losses.push(loss);
    }
    return [...losses, w, b, w.grad!];
  },
  "sums of columns, rows and all of one matrix": () => {
    const x = randn([37, 53]);
    const y = x.mul(2).add(1);
    return [y.sum(0), y.sum(1), y.sum(), y.mean([0, 1], true), y.exp().sum(0), x.t().sum(0), y];
  },
  "a layer norm and a softmax": () => {
    const x = leaf(33, 65);
    const z = x.sub(x.mean(1, true)).div(x.var(1, { correction: 0 }).unsqueeze(1).add(1e-5).sqrt());
    const p = z.softmax(1);
    p.square().sum().backward();
    return [z, p, x.grad!];
  },
  "folds of no elements": () => {
    const x = zeros([0, 3]);
    return [x.any(0), x.all(0), x.sum(0), x.prod(0), x.to("bool").any()];
  },
  "a small network": () => {
    const [x, y] = [randn([16, 8]), rand([16, 3])];
    const [v, w] = [leaf(8, 12), leaf(12, 3)];
    x.matmul(v).tanh().matmul(w).sub(y).square().mean().backward();
    return [v.grad!, w.grad!];
  },
  "views of what has not run": () => {
    const x = randn([6, 10]).exp();
    const [a, b] = [x.slice(1, 2, 8, 2), x.t().reshape([60]).slice(0, 5, 20)];
    return [a.add(1), b.mul(b), x.unfold(1, 3, 2).sum(-1), x.diagonal().neg(), x.select(0, 3)];
  },
  "writes through views": () => {
    const x = zeros([4, 5]);
    x.select(0, 1).add_(rand([5]));
    x.slice(1, 0, 2)
      .mul_(3)
      .add_(ones([4, 2]));
    const before = x.mul(2);
    x.add_(1);
    return [x, before];
  },
  "what is sorted, joined and picked": () => {
    const x = randn([20]).mul(3);
    const { values, indices } = x.reshape([4, 5]).max(1);
    return [values, indices, cat([x, x.abs()]).cumsum(0), x.gt(0).sum(), x.argmax()];
  },
  "types that meet": () => {
    const n = tensor([1, 2, 3], { dtype: "int32" });
    const d = rand([3], { dtype: "float64" });
    return [n.mul(2).add(d), n.div(2), n.gt(1).mul(d), d.to("float32").mul(d), n.pow(2).sum()];
  },
  "masks chosen by masks": () => {
    const x = randn([7, 7], { dtype: "float64" });
    const causal = ones([7, 7], { dtype: "bool" }).tril().logicalNot();
    const shares = x.mul(2).maskedFill(causal, -Infinity).softmax(-1);
    return [shares, x.gt(0).logicalAnd(causal).where(causal, x.lt(0)).sum(0), shares.amax(0)];
  },
  "a hidden state carried on": () => {
    const w = randn([5, 5]).mul(0.3);
    let h = ones([1, 5]);
    for (let i = 0; i < 40; i++) h = h.matmul(w).tanh().detach();
    return [h];
  },
};

function run(policy: Policy, program: () => Tensor[]): number[][] {
  runBy(policy, interpreter);
  manualSeed(7);
  return program().map((result) => [...result.data()]);
}

describe.each(Object.entries(programs))("%s", (_name, program) => {
  test("waiting changes no bit on the interpreter", () => {
    expect(run(onDemand(interpreter), program)).toEqual(run(everyOp, program));
  });

  test("WebAssembly agrees within rounding", () => {
    const expected = run(everyOp, program).flat();
    const found = run(onDemand(wasm({ atOnce: true })), program).flat();
    expect(found).toHaveLength(expected.length);
    const largest = Math.max(...expected.map(Math.abs));
    found.forEach((value, i) => {
      const error = Math.abs(value - expected[i]!);
      expect(error).toBeLessThanOrEqual(2e-6 * Math.abs(expected[i]!) + 1e-6 * largest);
    });
  });
});

test("a step of the line fit is two kernels: one over the points, one of single numbers", () => {
  const kernels: number[] = [];
  const counting: Backend = {
    ...interpreter,
    prepare(given, results, isWarm) {
      kernels.push(...given.map(({ outputs }) => outputs.length));
      return interpreter.prepare(given, results, isWarm);
    },
  };
  runBy(onDemand(counting), interpreter);
  const [x, y] = [rand([100]), rand([100])];
  const [w, b] = [leaf(), leaf()];
  const loss = w.mul(x).add(b).sub(y).square().mean();
  loss.backward();
  noGrad(() => [w, b].map((parameter) => parameter.sub_(parameter.grad!.mul(0.1))));
  loss.item();
  // The loss and both gradients in one walk, then both parameters.
  expect(kernels).toEqual([3, 2]);
});

test("a largest element is found again where its tensor is computed anew", () => {
  runBy(onDemand(wasm()), interpreter);
  for (let step = 0; step < 8; step++) {
    const x = leaf(30, 7);
    const loss = x.mul(3).softmax(1).tanh().amax(1).sum();
    // Reading it leaves all before it unkept; what is read often is compiled, what follows is not.
    loss.item();
    if (step % 4 < 3) continue;
    loss.backward();
    expect([...x.grad!.abs().sum(1).data()].every((size) => size > 0)).toBe(true);
  }
});

test("a number that is false is 0, whichever zero was used last", () => {
  const x = tensor([1]);
  expect(Object.is(x.mul(-0).item(), -0)).toBe(true);
  expect(Object.is(x.mul(false).item(), 0)).toBe(true);
});

test("no kernel grows without end, with results or with what one of them reads", () => {
  const sizes: number[] = [];
  const measuring: Backend = {
    ...interpreter,
    prepare(kernels, ...rest) {
      sizes.push(...kernels.map(({ operands, outputs }) => operands.length + outputs.length));
      return interpreter.prepare(kernels, ...rest);
    },
  };
  runBy(onDemand(measuring), interpreter);
  const x = ones([4, 2048]);
  const columns = Array.from({ length: 1500 }, (_, i) => x.select(1, i).mul(x.select(1, i + 1)));
  expect(columns.map((column) => column.sum().item())).toEqual(columns.map(() => 4));
  let y = x;
  for (let size = 2048; size > 1; size /= 2) {
    y = y.slice(1, 0, size, 2).add(y.slice(1, 1, size, 2));
  }
  expect(y.toArray()).toEqual([[2048], [2048], [2048], [2048]]);
  expect(Math.max(...sizes)).toBeGreaterThan(20);
  expect(Math.max(...sizes)).toBeLessThan(1200);
});
