// Long programs for soak.full.test.ts, which runs each in a process of its own:
// `programs.ts NAME` prints what it measured as JSON. Nothing here frees or flushes anything, as no
// user would.

import { compile, manualSeed, ones, rand, SGD, tensor, zeros } from "nabla";
import type { Tensor } from "nabla";

import { countModules } from "./modules.js";

const megabytes = (): number => process.memoryUsage.rss() / 2 ** 20;

/** Resident memory at 10 000 steps and at the end, each the median of 5000 steps before. */
class MemoryWatch {
  private readonly samples: number[][] = [[], []];
  private readonly ends: readonly number[];

  constructor(steps: number) {
    this.ends = [10_000, steps];
  }

  /** To be called at every step. */
  look(step: number): void {
    if (step % 20 !== 0) return;
    this.ends.forEach((end, i) => {
      if (step >= end - 5000 && step < end) this.samples[i]!.push(megabytes());
    });
  }

  grown(): number {
    const [early, late] = this.samples.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!);
    return late! - early!;
  }
}

const STEPS = 100_000;
/** Two columns of so many float32 are 200 KB. */
const BATCH = 25_600;

/** The line y = 2x + 1, fitted to another batch at every step. */
class Line {
  readonly w = tensor(0, { requiresGrad: true });
  readonly b = tensor(0, { requiresGrad: true });
  private readonly optimizer = new SGD([this.w, this.b], { lr: 0.1 });

  step(number: number): void {
    const x = new Float32Array(BATCH);
    const y = new Float32Array(BATCH);
    for (let i = 0; i < BATCH; i++) {
      x[i] = ((i + number) % 100) / 50 - 1;
      y[i] = 2 * x[i]! + 1;
    }
    const loss = tensor(x).mul(this.w).add(this.b).sub(tensor(y)).square().mean();
    this.optimizer.zeroGrad();
    loss.backward();
    this.optimizer.step();
  }

  get fit(): number[] {
    return [this.w.item(), this.b.item()];
  }
}

/** First elements of a large tensor, without reading the rest. */
const first = (x: Tensor): number => x.slice(0, 0, 1).item();

const programs: Record<string, () => unknown> = {
  "fresh batches": () => {
    const watch = new MemoryWatch(STEPS);
    const line = new Line();
    for (let step = 0; step < STEPS; step++) {
      line.step(step);
      watch.look(step);
    }
    return { grown: watch.grown(), fit: line.fit };
  },

  "fresh batches, awaiting": async () => {
    const watch = new MemoryWatch(STEPS);
    const line = new Line();
    for (let step = 0; step < STEPS; step++) {
      line.step(step);
      watch.look(step);
      await Promise.resolve();
    }
    return { grown: watch.grown(), fit: line.fit };
  },

  "fresh batches, compiled": () => {
    const watch = new MemoryWatch(STEPS);
    const modules = countModules();
    const w = tensor(0, { requiresGrad: true });
    const v = zeros([BATCH]).requiresGrad_();
    const optimizer = new SGD([w, v], { lr: 0.1, momentum: 0.5 });
    const step = compile((x: Tensor, y: Tensor) => {
      const loss = x.mul(w).add(v).sub(y).square().mean();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
    let early = 0;
    for (let i = 0; i < STEPS; i++) {
      const x = new Float32Array(BATCH).fill(1 + (i % 10) / 10);
      const loss = step(tensor(x), tensor(x.map((one) => 2 * one)));
      if (i % 1000 === 0) loss.item();
      watch.look(i);
      if (i === 3) early = modules.made;
    }
    return { grown: watch.grown(), late: modules.made - early, w: w.item() };
  },

  "an unread total": () => {
    const watch = new MemoryWatch(STEPS);
    let total = tensor(0);
    const losses = rand([100]);
    for (let step = 0; step < STEPS; step++) {
      total = total.add(losses.square().mean());
      watch.look(step);
    }
    return {
      grown: watch.grown(),
      mean: total.item() / STEPS,
      loss: losses.square().mean().item(),
    };
  },

  "an unread total of fresh batches": () => {
    const start = megabytes();
    let total = tensor(0);
    let most = 0;
    for (let step = 0; step < 10_000; step++) {
      const batch = tensor(new Float32Array(2 * BATCH).fill(1));
      total = total.add(batch.square().mean());
      if (step % 100 === 0) most = Math.max(most, megabytes());
    }
    return { grown: most - start, total: total.item() };
  },

  "an unread total, while training": () => {
    const watch = new MemoryWatch(STEPS);
    const modules = countModules();
    const [x, y] = [rand([64]), rand([64])];
    const w = tensor(0, { requiresGrad: true });
    const optimizer = new SGD([w], { lr: 0.1 });
    let total = tensor(0);
    let early = 0;
    for (let step = 0; step < STEPS; step++) {
      const loss = x.mul(w).sub(y).square().mean();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      total = total.add(loss.detach());
      watch.look(step);
      if (step === 3) early = modules.made;
    }
    return { grown: watch.grown(), total: total.item(), late: modules.made - early };
  },

  "a wide parameter": () => {
    const size = 100_000;
    const [x, y] = [rand([size]), rand([size])];
    const w = zeros([size]).requiresGrad_();
    const b = zeros([size]).requiresGrad_();
    const optimizer = new SGD([w, b], { lr: 0.1 });
    const start = megabytes();
    let most = 0;
    for (let step = 0; step < 10_000; step++) {
      const loss = x.mul(w).add(b).sub(y).square().mean();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      if (step % 10 === 0) loss.item();
      if (step % 100 === 0) most = Math.max(most, megabytes());
    }
    return { grown: most - start };
  },

  "a hidden state": () => {
    const watch = new MemoryWatch(STEPS);
    const modules = countModules();
    manualSeed(1);
    const w = rand([8, 8]).mul(0.5).requiresGrad_();
    const v = rand([8, 1]).requiresGrad_();
    const optimizer = new SGD([w, v], { lr: 0.001 });
    let h = ones([1, 8]);
    let early = 0;
    for (let step = 0; step < STEPS; step++) {
      h = h.matmul(w).tanh();
      const loss = h.matmul(v).sub(1).square().sum();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      h = h.detach();
      watch.look(step);
      if (step === 3) early = modules.made;
    }
    return {
      grown: watch.grown(),
      late: modules.made - early,
      finite: Number.isFinite(h.sum().item()),
    };
  },

  "a thousand small ones kept": () => {
    const size = 500;
    const w = zeros([size]).requiresGrad_();
    const x = ones([size]);
    const optimizer = new SGD([w], { lr: 1 });
    const kept: { prediction: Tensor; detached: Tensor; loss: Tensor }[] = [];
    for (let step = 0; step < 1000; step++) {
      const prediction = x.mul(w);
      const loss = prediction.sum();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      kept.push({ prediction, detached: prediction.detach(), loss });
    }
    // The gradient is 1 everywhere: w was -step.
    const wrong = kept.flatMap(({ prediction, detached, loss }, step) =>
      [first(prediction), first(detached), loss.item() / size].filter((value) => value !== -step),
    );
    return { wrong: wrong.length };
  },

  "a thousand large ones kept": () => {
    const size = 50_000;
    const w = zeros([size]).requiresGrad_();
    const x = ones([size]);
    const optimizer = new SGD([w], { lr: 1 });
    const kept: Tensor[] = [];
    const detached: Tensor[] = [];
    for (let step = 0; step < 1000; step++) {
      const prediction = x.mul(w);
      const loss = prediction.sum();
      optimizer.zeroGrad();
      loss.backward();
      if (step % 100 === 0) detached.push(prediction.detach());
      optimizer.step();
      kept.push(prediction);
    }
    const counts = { right: 0, stale: 0, wrong: 0 };
    kept.forEach((prediction, step) => {
      try {
        counts[first(prediction) === -step ? "right" : "wrong"] += 1;
      } catch (error) {
        if ((error as Error).name === "StaleError") counts.stale += 1;
        else throw error;
      }
    });
    return { ...counts, detached: detached.map(first) };
  },
};

const [name = ""] = process.argv.slice(2);
const program = programs[name];
if (program === undefined) throw new Error(`there is no program "${name}"`);
console.log(JSON.stringify(await program()));
