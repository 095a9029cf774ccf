// Schedules beyond their numbers, which are compared with PyTorch's in
// scripts/test/conformance.test.ts: going on from saved state, refusals, several on one optimizer.

import { ArgumentError, tensor } from "@nabla/core";
import * as optim from "@nabla/optim";
import type { LRScheduler } from "@nabla/optim";
import { describe, expect, test } from "vitest";

const leaf = (): ReturnType<typeof tensor> => tensor([1], { requiresGrad: true });
const groups = (): optim.SGD =>
  new optim.SGD([{ params: [leaf()] }, { params: [leaf()], lr: 1 }], { lr: 0.5, momentum: 0.9 });
const ratesOf = ({ paramGroups }: optim.SGD): number[] => paramGroups.map(({ lr }) => lr);

const { StepLR, LinearLR, ExponentialLR, CosineAnnealingLR, SequentialLR, ChainedScheduler } =
  optim;
const all: [name: string, make: (opt: optim.SGD) => LRScheduler<object>][] = [
  ["StepLR", (opt) => new StepLR(opt, 3)],
  ["MultiStepLR", (opt) => new optim.MultiStepLR(opt, [2, 5])],
  ["ConstantLR", (opt) => new optim.ConstantLR(opt)],
  ["LinearLR", (opt) => new LinearLR(opt, { totalIters: 8 })],
  ["ExponentialLR", (opt) => new ExponentialLR(opt, 0.9)],
  ["PolynomialLR", (opt) => new optim.PolynomialLR(opt, { totalIters: 8 })],
  ["CosineAnnealingLR", (opt) => new CosineAnnealingLR(opt, 4)],
  ["CosineAnnealingWarmRestarts", (opt) => new optim.CosineAnnealingWarmRestarts(opt, 2)],
  ["LambdaLR", (opt) => new optim.LambdaLR(opt, (epoch) => 1 / (1 + epoch))],
  ["MultiplicativeLR", (opt) => new optim.MultiplicativeLR(opt, (epoch) => 1 / (1 + epoch))],
  ["CyclicLR", (opt) => new optim.CyclicLR(opt, 0.1, [0.5, 1], { stepSizeUp: 3 })],
  ["OneCycleLR", (opt) => new optim.OneCycleLR(opt, 1, { totalSteps: 12 })],
  [
    "SequentialLR",
    (opt) => new SequentialLR(opt, [new LinearLR(opt), new ExponentialLR(opt, 0.5)], [4]),
  ],
  [
    "SequentialLR of chains",
    (opt) => {
      const chain = new ChainedScheduler([new LinearLR(opt), new ExponentialLR(opt, 0.9)]);
      return new SequentialLR(opt, [new StepLR(opt, 2), chain], [3]);
    },
  ],
  ["ChainedScheduler", (opt) => new ChainedScheduler([new LinearLR(opt), new StepLR(opt, 2)])],
];

describe.each(all)("%s", (_name, make) => {
  test("goes on from saved state exactly", () => {
    const [whole, first, second] = [groups(), groups(), groups()];
    const schedule = make(whole);
    const before = make(first);
    for (let i = 0; i < 4; i++) before.step();
    const after = make(second);
    const [savedGroups, saved] = [first.stateDict(), before.stateDict()];
    second.loadStateDict(savedGroups);
    after.loadStateDict(saved);
    before.step();
    expect(after.lastEpoch).toBe(4);
    for (let i = 0; i < 9; i++) schedule.step();
    for (let i = 0; i < 5; i++) after.step();
    expect(ratesOf(second)).toEqual(ratesOf(whole));
    expect(second.paramGroups.map(({ momentum }) => momentum)).toEqual(
      whole.paramGroups.map(({ momentum }) => momentum),
    );
    expect(after.getLastLr()).toEqual(schedule.getLastLr());
    expect(after.stateDict()).toEqual(schedule.stateDict());
  });

  test("refuses a number of the step that it counts, or what is none", () => {
    const schedule = make(groups());
    const step = (value: unknown): void => schedule.step(value as undefined);
    expect(() => step("5")).toThrow(ArgumentError);
    expect(schedule.lastEpoch).toBe(0);
  });

  test("refuses what is no state, and changes nothing", () => {
    const opt = groups();
    const schedule = make(opt);
    schedule.step();
    const before = JSON.stringify(schedule.stateDict());
    for (const state of [null, {}, { lastEpoch: 3 }, { ...schedule.stateDict(), baseLrs: [1] }]) {
      expect(() => schedule.loadStateDict(state as never)).toThrow(ArgumentError);
    }
    expect(JSON.stringify(schedule.stateDict())).toBe(before);
  });
});

test("ReduceLROnPlateau goes on from saved state exactly", () => {
  const metrics = [3, 2, 2, 2, 1, 1, 1, 1, 1, 1];
  const [whole, first, second] = [groups(), groups(), groups()];
  const options = { patience: 1, cooldown: 1, factor: 0.5 };
  const schedule = new optim.ReduceLROnPlateau(whole, options);
  for (const metric of metrics) schedule.step(metric);
  const before = new optim.ReduceLROnPlateau(first, options);
  for (const metric of metrics.slice(0, 4)) before.step(metric);
  const after = new optim.ReduceLROnPlateau(second);
  second.loadStateDict(first.stateDict());
  after.loadStateDict(before.stateDict());
  for (const metric of metrics.slice(4)) after.step(tensor(metric));
  expect(ratesOf(second)).toEqual(ratesOf(whole));
  expect(ratesOf(second)[0]).toBeLessThan(0.5);
  expect(after.stateDict()).toEqual(schedule.stateDict());
});

test("two schedules on one optimizer multiply", () => {
  const opt = groups();
  const schedules = [new ExponentialLR(opt, 0.5), new ExponentialLR(opt, 0.5)];
  for (const schedule of schedules) schedule.step();
  expect(ratesOf(opt)).toEqual([0.125, 0.25]);
});

test("a rate that is no number is refused, and changes nothing", () => {
  const opt = groups();
  const schedule = new optim.LambdaLR(opt, (epoch) => (epoch < 2 ? 1 : NaN));
  schedule.step();
  expect(() => schedule.step()).toThrow(ArgumentError);
  expect([...ratesOf(opt), schedule.lastEpoch]).toEqual([0.5, 1, 1]);
});

test("OneCycleLR changes the first of Adam's betas", () => {
  const opt = new optim.Adam([leaf()], { lr: 0.1 });
  const schedule = new optim.OneCycleLR(opt, 1, { totalSteps: 10, baseMomentum: 0.5 });
  expect(opt.paramGroups[0]!.betas).toEqual([0.95, 0.999]);
  schedule.step();
  schedule.step();
  expect(opt.paramGroups[0]!.betas).toEqual([0.5, 0.999]);
});

const opt = groups();
const other = groups();
const plain = new optim.Adam([leaf()]);
const nothing = undefined as never;
const refused: [name: string, make: () => unknown][] = [
  ["no optimizer", () => new StepLR(nothing, 3)],
  ["no step size", () => new StepLR(opt, nothing)],
  ["a step size of 0", () => new StepLR(opt, 0)],
  ["no list of milestones", () => new optim.MultiStepLR(opt, 3 as never)],
  ["a factor above 1", () => new optim.ConstantLR(opt, { factor: 2 })],
  ["a start at 0", () => new LinearLR(opt, { startFactor: 0 })],
  ["an unknown option", () => new LinearLR(opt, { start: 0.5 } as never)],
  ["verbose", () => new LinearLR(opt, { verbose: true } as never)],
  ["lastEpoch", () => new LinearLR(opt, { lastEpoch: 3 } as never)],
  ["no gamma", () => new ExponentialLR(opt, nothing)],
  ["a tMax of 0", () => new CosineAnnealingLR(opt, 0)],
  ["a fraction for t0", () => new optim.CosineAnnealingWarmRestarts(opt, 1.5)],
  ["a number for a function", () => new optim.LambdaLR(opt, 0.5 as never)],
  ["too few functions", () => new optim.MultiplicativeLR(opt, [() => 1])],
  ["too many rates", () => new optim.CyclicLR(opt, 0.1, [1, 2, 3])],
  ["momentum of Adam", () => new optim.CyclicLR(plain, 0.1, 1)],
  ["an unknown mode", () => new optim.CyclicLR(opt, 0.1, 1, { mode: "square" as never })],
  ["no number of steps", () => new optim.OneCycleLR(opt, 1)],
  ["a share above 1", () => new optim.OneCycleLR(opt, 1, { totalSteps: 9, pctStart: 2 })],
  ["a cycle without a rise", () => new optim.OneCycleLR(opt, 1, { totalSteps: 10, pctStart: 0.1 })],
  ["a factor of 1", () => new optim.ReduceLROnPlateau(opt, { factor: 1 })],
  ["too many lowest rates", () => new optim.ReduceLROnPlateau(opt, { minLr: [0, 0, 0] })],
  ["a string for a metric", () => new optim.ReduceLROnPlateau(opt).step("1" as never)],
  ["no schedules", () => new ChainedScheduler([])],
  ["null for schedules", () => new ChainedScheduler(null as never)],
  ["two optimizers", () => new ChainedScheduler([new StepLR(opt, 1), new StepLR(other, 1)])],
  ["too few schedules", () => new SequentialLR(opt, [new StepLR(opt, 1)], [3])],
  [
    "a schedule by a metric",
    () => new SequentialLR(opt, [new optim.ReduceLROnPlateau(opt) as never], []),
  ],
];
test.each(refused)("%s is refused", (_name, make) => {
  expect(make).toThrow(ArgumentError);
});
