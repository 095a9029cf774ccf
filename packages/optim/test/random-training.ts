// Training programs drawn at random, to be run plainly and compiled: what is computed, by which
// optimizer, under which schedule, on which batches, and what happens between steps. Not a test.

import { compile, manualSeed, noGrad, rand, randn, randperm, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import * as optim from "@nabla/optim";
import { clipGradNorm_, CosineAnnealingLR, OneCycleLR, StepLR } from "@nabla/optim";
import type { Optimizer } from "@nabla/optim";
import * as fc from "fast-check";
import { expect } from "vitest";

import { captures, difference, engines } from "../../core/test/engines.js";
import type { Wrap } from "../../core/test/engines.js";
import { follow, operationsOf, programs } from "../../core/test/random-programs.js";
import type { Instruction } from "../../core/test/random-programs.js";

type AnyOptimizer = Optimizer<{ lr: number }, object>;
type Constructor = new (params: Tensor[], options: object) => AnyOptimizer;
const { Adam, RMSprop, SGD } = optim as unknown as Readonly<Record<string, Constructor>>;

// What is divided by its own size would make much of the rounding of a gradient that is 0.
const eps = 0.01;
const optimizers: Record<string, (parameters: Tensor[]) => AnyOptimizer> = {
  SGD: (parameters) => new SGD!(parameters, { lr: 0.05 }),
  momentum: (parameters) => new SGD!(parameters, { lr: 0.05, momentum: 0.9, weightDecay: 0.01 }),
  Adam: (parameters) => new Adam!(parameters, { lr: 0.02, weightDecay: 0.01, eps }),
  RMSprop: (parameters) => new RMSprop!(parameters, { lr: 0.01, eps }),
};

const schedules: Record<string, (optimizer: AnyOptimizer) => { step(): void }> = {
  none: () => ({ step: () => {} }),
  StepLR: (optimizer) => new StepLR(optimizer, 3),
  CosineAnnealingLR: (optimizer) => new CosineAnnealingLR(optimizer, 6),
  OneCycleLR: (optimizer) => new OneCycleLR(optimizer, 0.1, { totalSteps: 100 }),
};

/** What may happen before a call. */
const events: Record<string, (w: Tensor, data: Tensor) => void> = {
  nothing: () => {},
  "a write to a parameter": (w) => void noGrad(() => w.mul_(0.9)),
  "a write to a part": (w) => void noGrad(() => w.select(0, 1).fill_(0.25)),
  "a write to the data": (_w, data) => void data.mul_(0.95),
  "a look": (w) => void w.sum().item(),
  "a gradient dropped": (w) => (w.grad = null),
};

interface Training {
  readonly program: readonly Instruction[];
  readonly optimizer: string;
  readonly schedule: string;
  /** Whether the schedule moves inside of the step, gradients are clipped, and added up. */
  readonly inside: boolean;
  readonly clips: boolean;
  readonly adds: boolean;
  readonly events: readonly string[];
}

/** Operations beside those of plain programs that say what changes from call to call. */
const changing = ["batch", "dropout", "noise", "number", "state", "remember"];

const trainings: fc.Arbitrary<Training> = fc.record({
  program: programs([...Object.keys(operationsOf(3, 4)), ...changing]),
  optimizer: fc.constantFrom(...Object.keys(optimizers)),
  schedule: fc.constantFrom(...Object.keys(schedules)),
  inside: fc.boolean(),
  clips: fc.boolean(),
  adds: fc.boolean(),
  events: fc.array(fc.constantFrom(...Object.keys(events)), { minLength: 1, maxLength: 5 }),
});

/** Three epochs of shuffled batches, the last of each smaller; all that can be seen of it. */
function train(of: Training, wrap: Wrap, [height, width]: [number, number]): number[] {
  manualSeed(7);
  const data = randn([8, width]);
  const [v, w] = [rand([height, width]).requiresGrad_(), rand([height, width]).requiresGrad_()];
  const [state, seen] = [zeros([height, width]), [] as number[]];
  const optimizer = optimizers[of.optimizer]!([v, w]);
  const schedule = schedules[of.schedule]!(optimizer);
  const step = wrap((batch: Tensor, n: number) => {
    const operations = {
      ...operationsOf(height, width),
      batch: (x: Tensor) => x.add(batch.sin().mean(0)),
      dropout: (x: Tensor) => x.mul(rand([height, width]).ge(0.3)).div(0.7),
      noise: (x: Tensor) => x.add(randn([height, 1]).mul(0.1)),
      number: (x: Tensor) => x.mul(n),
      state: (x: Tensor) => x.add(state),
      remember: (x: Tensor) => {
        state.mul_(0.5).add_(x.detach().tanh());
        return x;
      },
    };
    const all = follow(of.program, operations, [v.mul(1), w.mul(1)]);
    const sum = all.reduce((a, b) => a.add(b));
    const loss = sum.div(all.length).tanh().mean();
    if (!of.adds) optimizer.zeroGrad();
    loss.backward();
    if (of.clips) clipGradNorm_([v, w], 0.5);
    optimizer.step();
    if (of.inside) schedule.step();
    return { loss, sum };
  });
  const look = (...tensors: (Tensor | null)[]): void => {
    for (const x of tensors) seen.push(...(x === null ? [NaN] : x.data()));
  };
  const kept: Tensor[] = [];
  let call = 0;
  for (let epoch = 0; epoch < 3; epoch++) {
    const order = randperm(8);
    for (const start of [0, 3, 6]) {
      events[of.events[call % of.events.length]!]!(w, data);
      const rows = order.slice(0, start, Math.min(start + 3, 8));
      const { loss, sum } = step(data.indexSelect(0, rows), 1 + call / 10);
      if (!of.inside) schedule.step();
      // Some is read now, some at the end.
      if (call % 2 === 0) look(loss, w, v.grad);
      else kept.push(loss, sum, w.detach().add(0), w.grad!);
      call += 1;
    }
  }
  look(...kept, v, w, v.grad, w.grad, state, tensor(optimizer.paramGroups[0]!.lr));
  return seen;
}

const plain: Wrap = (step) => step;
const compiled: Wrap = (step) => compile(step) as never;

/** How many captures there were at most of a step that may be several. */
const MOST_CAPTURES = 8;

/** How compiled steps run, on tensors of which size, and how far numbers may be apart. */
export const ways: [name: string, engine: () => void, size: [number, number], tolerance: number][] =
  [
    ["to the bit on the interpreter", engines.interpreter, [3, 4], 0],
    ["small, on WebAssembly", engines.wasmAtOnce, [3, 4], 1e-3],
    ["large, on WebAssembly that is warm only after a while", engines.wasm, [33, 40], 1e-3],
    ["large, where memory is short", engines.wasmInLittle, [33, 40], 1e-3],
  ];

/** The smallest of so many trainings that comes to something else compiled; `null` if none does. */
export function differing(
  [, engine, size, tolerance]: (typeof ways)[number],
  runs: number,
): string | null {
  const found = fc.check(
    fc.property(trainings, (training) => {
      engines.interpreter();
      const expected = train(training, plain, size);
      engine();
      const [found, reasons] = captures(() => train(training, compiled, size));
      expect(difference(found, expected, tolerance)).toBe(null);
      expect(reasons.length).toBeGreaterThan(0);
      expect(reasons.length).toBeLessThanOrEqual(MOST_CAPTURES);
    }),
    { numRuns: runs, seed: runs },
  );
  return found.failed ? (fc.defaultReportMessage(found) ?? "") : null;
}
