/**
 * A training run that saves a checkpoint after every step and goes on from the last one when it is
 * started again. Run by checkpoint.test.ts, in processes that it kills.
 */
import { existsSync } from "node:fs";

import { manualSeed, rand, randn, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { SGD } from "@nabla/optim";

import { DataLoader, resumeCheckpoint, saveCheckpoint, TensorDataset } from "../src/index.js";

/** Halves the learning rate every 50 steps. */
class Halving {
  private readonly opt: SGD;
  private steps = 0;

  constructor(opt: SGD) {
    this.opt = opt;
  }

  step(): void {
    this.steps += 1;
    if (this.steps % 50 === 0) for (const group of this.opt.paramGroups) group.lr /= 2;
  }

  stateDict(): { steps: number } {
    return { steps: this.steps };
  }

  loadStateDict(state: { steps: number }): void {
    this.steps = state.steps;
  }
}

/** Trains to a number of steps; `begun` is called when the first of this process begins. */
export function train(path: string, steps: number, begun: () => void = () => {}): void {
  manualSeed(11);
  const [x, y] = [randn([60, 4]), randn([60, 1])];
  const w = tensor([[0], [0], [0], [0]], { requiresGrad: true });
  // Large, so that writing takes most of the time.
  const ballast = randn([200_000], { requiresGrad: true });
  const opt = new SGD([w, ballast], { lr: 0.1, momentum: 0.9 });
  const schedule = new Halving(opt);
  const loader = new DataLoader<[Tensor, Tensor], [Tensor, Tensor]>(new TensorDataset(x, y), {
    batchSize: 7,
    shuffle: true,
  });
  const parts = { w, ballast, opt, schedule, loader };
  let step = existsSync(path) ? Number(resumeCheckpoint(path, parts)["step"]) : 0;
  begun();
  while (step < steps) {
    for (const [a, b] of loader) {
      opt.zeroGrad();
      const noisy = a.add(rand([4]).mul(0.1));
      const loss = noisy.matmul(w).sub(b).square().mean();
      loss.add(ballast.square().mean()).backward();
      opt.step();
      schedule.step();
      step += 1;
      saveCheckpoint(path, { ...parts, step });
      if (step === steps) return;
    }
  }
}
