// A model larger than the WebAssembly memory it may use trains as it would with more.

import { manualSeed, noGrad, rand, randn, zeros } from "@nabla/core";
import { realize } from "@nabla/core/engine";
import { afterEach, expect, test } from "vitest";

import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { onDemand } from "../src/schedule/demand.js";
import { runBy } from "../src/schedule/flush.js";

const standard = onDemand(wasm());
afterEach(() => runBy(standard, interpreter));

/** Eight layers of 40 000 numbers, each with momentum: 2.5 MB, and as much in gradients. */
function train(budget: number): number[] {
  runBy(onDemand(wasm({ budget, atOnce: true })), interpreter);
  manualSeed(4);
  const x = randn([50, 200]);
  const y = rand([50, 200]);
  const weights = Array.from({ length: 8 }, () => randn([200, 200]).mul(0.05).detach());
  for (const weight of weights) weight.requiresGrad_();
  const moments = weights.map(({ shape }) => zeros(shape));
  const losses: number[] = [];
  for (let step = 0; step < 12; step++) {
    const loss = weights
      .reduce((h, weight) => h.matmul(weight).tanh().add(h), x)
      .sub(y)
      .square()
      .mean();
    for (const weight of weights) weight.grad = null;
    loss.backward();
    noGrad(() => {
      weights.forEach((weight, i) => {
        moments[i]!.mul_(0.9).add_(weight.grad!);
        weight.sub_(moments[i]!.mul(0.05));
      });
    });
    realize([...weights, ...moments]);
    losses.push(loss.item());
  }
  return losses;
}

test("the losses are the same with memory for a tenth as with memory for all", () => {
  const plenty = train(2 ** 29);
  expect(train(2 ** 18)).toEqual(plenty);
  expect(plenty.at(-1)).toBeLessThan(plenty[0]! * 0.8);
});
