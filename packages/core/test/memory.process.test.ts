// How much memory is held, measured in a process of its own: what is over is let go of, and what
// waits holds no more than it may. What values outlive: memory.test.ts and sharing.test.ts.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { full, noGrad, ones } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { expect, test } from "vitest";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Waits until so few bytes of elements are alive; buffers are freed some time after collection. */
async function settleBelow(bytes: number): Promise<number> {
  for (let turn = 0; turn < 50; turn++) {
    collectGarbage();
    if (process.memoryUsage().arrayBuffers < bytes) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().arrayBuffers;
}

test("views, writes and detached results keep no old values", async () => {
  const w = ones([100, 100], { requiresGrad: true });
  const view = w.transpose(0, 1);
  const kept: Tensor[] = [];
  let h = ones([100, 100]);
  const step = (): void => {
    view.sum().backward();
    w.grad = null;
    noGrad(() => w.mul_(1.001));
    kept.push(h.mul(w).sum().detach());
    h = h.mul(w).mul(0.5).detach();
  };
  for (let i = 0; i < 20; i++) step();
  const limit = (await settleBelow(0)) + 4e6;
  // What was kept by the first design: 40 kB a step and more, 40 MB in all.
  for (let i = 0; i < 1000; i++) step();
  expect(await settleBelow(limit)).toBeLessThan(limit);
});

test("elements that waiting operations hold are bounded", () => {
  const sums: Tensor[] = [];
  for (let i = 0; i < 200; i++) sums.push(full([250_000], i).mul(2).sum());
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  expect(sums.map((sum) => sum.item())).toEqual(sums.map((_, i) => 500_000 * i));
  // 200 MB have been given in all.
  expect(before).toBeLessThan(150e6);
});
