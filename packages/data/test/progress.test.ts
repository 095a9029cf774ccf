/** What a loop shows: to a callback, in lines, and how it ends when it is left early. */
import { ArgumentError, tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { DataLoader, progress, TensorDataset } from "../src/index.js";
import type { ProgressReport } from "../src/index.js";

/** What the loop writes where there is no terminal, as it is in a test. */
function linesOf(run: () => void): string[] {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line) => lines.push(String(line));
  try {
    run();
  } finally {
    console.log = log;
  }
  return lines;
}

describe("lines, where there is no terminal", () => {
  test("ten of them, however many steps", () => {
    const lines = linesOf(() => {
      const steps = progress(1000);
      for (const step of steps) steps.report(tensor(1 / (step + 1), { dtype: "float64" }));
    });
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatch(/^ {2}100\/1000 {2}loss 0\.0100000 {2}\d+\/s {2}\d+\.\d s left$/);
    expect(lines[9]).toMatch(/^ {2}1000\/1000 {2}loss 0\.00100000 {2}\d+\/s {2}0\.0 s left$/);
  });

  test("one a step where there are few, no loss where none was told, nothing for no steps", () => {
    expect(linesOf(() => [...progress(3)])).toHaveLength(3);
    expect(linesOf(() => [...progress(["a"])])[0]).toMatch(/^ {2}1\/1 {2}\d/);
    expect(linesOf(() => [...progress(0)])).toEqual([]);
  });
});

describe("a callback", () => {
  test("hears of the last step, with the rate and the time left", () => {
    const reports: ProgressReport[] = [];
    const steps = progress(50, { onReport: (report) => reports.push(report) });
    const began = performance.now();
    for (const step of steps) {
      steps.report(step);
      for (const end = performance.now() + 5; performance.now() < end;);
    }
    const seconds = (performance.now() - began) / 1000;
    expect(reports.at(-1)).toMatchObject({ done: 50, total: 50, loss: 49, secondsLeft: 0 });
    expect(reports.at(-1)!.perSecond).toBeGreaterThan(0.8 * (50 / seconds));
    expect(reports.length).toBeLessThan(seconds * 10 + 2);
    const { done, perSecond, secondsLeft } = reports[0]!;
    expect(done * (1 / perSecond) + secondsLeft).toBeCloseTo(50 / perSecond, 9);
  });

  test("a tensor is read only when it is shown", () => {
    let reads = 0;
    const loss = tensor(1);
    loss.item = () => (reads += 1);
    const steps = progress(1000, { onReport: () => {} });
    for (const _ of steps) steps.report(loss);
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThan(100);
  });
});

test("it runs over a loader, and over samples that are promises", async () => {
  const seen: unknown[] = [];
  const onReport = ({ done, total }: ProgressReport): unknown => seen.push([done, total]);
  const loader = new DataLoader(new TensorDataset(tensor([1, 2, 3])), { batchSize: 2 });
  const sizes: unknown[] = [];
  for (const [x] of progress(loader, { onReport })) sizes.push(x.shape[0]);
  expect([sizes, seen.at(-1)]).toEqual([
    [2, 1],
    [2, 2],
  ]);
  const promised = { length: 2, get: (i: number) => Promise.resolve(tensor(i)) };
  const later = progress(new DataLoader(promised), { onReport });
  for await (const x of later) sizes.push(x.item());
  expect([sizes, seen.at(-1)]).toEqual([
    [2, 1, 0, 1],
    [2, 2],
  ]);
});

test("a loop that is left early counts no further, and the items are closed", () => {
  let closed = false;
  const items = {
    length: 5,
    *[Symbol.iterator]() {
      try {
        for (let i = 0; i < 5; i++) yield i;
      } finally {
        closed = true;
      }
    },
  };
  const done: number[] = [];
  const run = (): void => {
    for (const i of progress(items, { onReport: (report) => done.push(report.done) })) {
      if (i === 2) throw new Error("stop");
    }
  };
  expect(run).toThrow("stop");
  expect([closed, done.includes(5)]).toEqual([true, false]);
});

test("what is no number of steps is refused, and promises in a plain loop", () => {
  expect(() => progress(1.5)).toThrow(ArgumentError);
  const later = { length: 1, async *[Symbol.asyncIterator]() {} };
  expect(() => [...progress(later)]).toThrow(/for await/);
});
