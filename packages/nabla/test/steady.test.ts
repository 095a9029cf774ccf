// A loop that does the same at every step compiles nothing after its fourth: what changes from step
// to step (rates, powers, rows, values) is never part of what is compiled.

import {
  Adam,
  compile,
  functional,
  manualSeed,
  noGrad,
  rand,
  randn,
  randperm,
  SGD,
  tensor,
  zeros,
} from "nabla";
import type { Tensor } from "nabla";
import { afterEach, beforeEach, expect, test } from "vitest";

import { countModules } from "./soak/modules.js";

let modules: ReturnType<typeof countModules>;
beforeEach(() => {
  manualSeed(3);
  modules = countModules();
});
afterEach(() => modules.stop());

/** A hundred steps; how many modules the first four made, and how many all others. */
function compiled(step: (i: number) => void): { early: number; late: number } {
  for (let i = 0; i < 4; i++) step(i);
  const early = modules.made;
  for (let i = 4; i < 100; i++) step(i);
  return { early, late: modules.made - early };
}

/** Parameters of a small network, and its result. */
class Network {
  readonly parameters = [
    randn([8, 16]).mul(0.3).detach().requiresGrad_(),
    zeros([16]).requiresGrad_(),
    randn([16, 1]).mul(0.3).detach().requiresGrad_(),
  ] as const;

  of(x: Tensor): Tensor {
    const [v, b, w] = this.parameters;
    return x.matmul(v).add(b).tanh().matmul(w);
  }
}

/** Sizes below and above those of buffers that stay in WebAssembly's memory. */
const sizes = [32, 4000];

test.each(sizes)("SGD whose rate changes at every step, %i rows", (rows) => {
  const network = new Network();
  const [x, y] = [randn([rows, 8]), rand([rows, 1])];
  const optimizer = new SGD(network.parameters, { lr: 0.1, momentum: 0.9 });
  const losses: number[] = [];
  const { early, late } = compiled((i) => {
    optimizer.paramGroups[0]!.lr = 0.1 / (i + 1);
    const loss = network.of(x).sub(y).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  });
  expect(late).toBe(0);
  expect(early).toBeGreaterThan(0);
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
});

test.each(sizes)("Adam's update, with its powers of beta, %i rows", (rows) => {
  const network = new Network();
  const [x, y] = [randn([rows, 8]), rand([rows, 1])];
  const state = network.parameters.map((one) => ({ m: zeros(one.shape), v: zeros(one.shape) }));
  const losses: number[] = [];
  const { early, late } = compiled((i) => {
    const loss = network.of(x).sub(y).square().mean();
    for (const parameter of network.parameters) parameter.grad = null;
    loss.backward();
    noGrad(() =>
      network.parameters.forEach((parameter, k) => {
        const { m, v } = state[k]!;
        const g = parameter.grad!;
        m.mul_(0.9).add_(g.mul(0.1));
        v.mul_(0.999).add_(g.square().mul(0.001));
        const slope = m.div(1 - 0.9 ** (i + 1));
        const scale = v
          .div(1 - 0.999 ** (i + 1))
          .sqrt()
          .add(1e-8);
        parameter.sub_(slope.div(scale).mul(0.02 / (1 + i / 50)));
      }),
    );
    losses.push(loss.item());
  });
  expect(late).toBe(0);
  expect(early).toBeGreaterThan(0);
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
});

/** A step on some rows. */
function stepOnRows(rows: number): (x: Tensor, y: Tensor) => void {
  const network = new Network();
  const optimizer = new SGD(network.parameters, { lr: 0.05 });
  return (x, y) => {
    expect(x.shape[0]).toBe(rows);
    const loss = network.of(x).sub(y).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    loss.item();
  };
}

test.each(sizes)("batches that begin at another row at every step, %i at a time", (rows) => {
  const [x, y] = [randn([rows * 7, 8]), rand([rows * 7, 1])];
  const step = stepOnRows(rows);
  const order = [3, 0, 6, 2, 5, 1, 4];
  const { late } = compiled((i) => {
    const start = order[i % order.length]! * rows;
    step(x.slice(0, start, start + rows), y.slice(0, start, start + rows));
  });
  expect(late).toBe(0);
});

test.each(sizes)("batches of rows picked at random, %i at a time", (rows) => {
  const [x, y] = [randn([rows * 7, 8]), rand([rows * 7, 1])];
  const step = stepOnRows(rows);
  const { late } = compiled(() => {
    const chosen = randperm(rows * 7).slice(0, 0, rows);
    step(x.indexSelect(0, chosen), y.indexSelect(0, chosen));
  });
  expect(late).toBe(0);
});

test.each(sizes)("training and evaluation in turn, %i rows", (rows) => {
  const network = new Network();
  const [x, y] = [randn([rows, 8]), rand([rows, 1])];
  const optimizer = new SGD(network.parameters, { lr: 0.05 });
  const { late } = compiled(() => {
    const loss = functional.mseLoss(network.of(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    noGrad(() => network.of(x).sub(y).abs().amax().item());
  });
  expect(late).toBe(0);
});

test.each(sizes)("a compiled step whose rate, batch and dropout change, %i rows", (rows) => {
  const network = new Network();
  const [x, y] = [randn([rows * 7, 8]), rand([rows * 7, 1])];
  const optimizer = new Adam(network.parameters, { lr: 0.02 });
  const step = compile((a: Tensor, b: Tensor) => {
    const loss = network
      .of(functional.dropout(a, { p: 0.1 }))
      .sub(b)
      .square()
      .mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const losses: number[] = [];
  const { early, late } = compiled((i) => {
    optimizer.paramGroups[0]!.lr = 0.02 / (1 + i / 50);
    const start = (i % 7) * rows;
    losses.push(step(x.slice(0, start, start + rows), y.slice(0, start, start + rows)).item());
  });
  expect(late).toBe(0);
  expect(early).toBeGreaterThan(0);
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
});

test("a loss that is added up, read every tenth step", () => {
  const network = new Network();
  const [x, y] = [randn([32, 8]), rand([32, 1])];
  const optimizer = new SGD(network.parameters, { lr: 0.05 });
  let total = tensor(0);
  const step = (i: number): void => {
    const loss = network.of(x).sub(y).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    total = total.add(loss.detach());
    if (i % 10 === 9) total.item();
  };
  // Ten steps are one round of this loop.
  for (let i = 0; i < 40; i++) step(i);
  const early = modules.made;
  for (let i = 40; i < 400; i++) step(i);
  expect(modules.made - early).toBe(0);
});
