// Loops that run for long, each in a process of its own with Node's default settings: memory stays
// where it was, nothing is compiled late, values are right however late they are read.
// The programs: programs.ts.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { describe, expect, test } from "vitest";

const file = fileURLToPath(new URL("programs.ts", import.meta.url));

/** What a program measured. */
async function run<Result>(name: string): Promise<Result> {
  const options = ["--import", "tsx", "--conditions=source", file, name];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  return JSON.parse(stdout) as Result;
}

/** Megabytes that memory may grow between 10 000 steps and 100 000. */
const MOST_GROWN = 20;

const MINUTES = 60_000;

describe("after 10 000 steps resident memory grows no more", () => {
  test.each(["fresh batches", "fresh batches, awaiting"])(
    "100 000 %s",
    async (name) => {
      const { grown, fit } = await run<{ grown: number; fit: [number, number] }>(name);
      expect(grown).toBeLessThanOrEqual(MOST_GROWN);
      expect(fit[0]).toBeCloseTo(2, 4);
      expect(fit[1]).toBeCloseTo(1, 4);
    },
    5 * MINUTES,
  );

  test(
    "100 000 compiled steps on fresh batches",
    async () => {
      const found = await run<{ grown: number; late: number; w: number }>(
        "fresh batches, compiled",
      );
      expect(found.grown).toBeLessThanOrEqual(MOST_GROWN);
      expect(found.late).toBe(0);
      expect(found.w).toBeCloseTo(2, 2);
    },
    5 * MINUTES,
  );

  test(
    "100 000 losses added up and not read",
    async () => {
      const found = await run<{ grown: number; mean: number; loss: number }>("an unread total");
      expect(found.grown).toBeLessThanOrEqual(MOST_GROWN);
      // A sum in float32, rounded 100 000 times.
      expect(Math.abs(found.mean - found.loss)).toBeLessThan(0.01 * found.loss);
    },
    5 * MINUTES,
  );

  test(
    "100 000 losses added up and not read, of a model that is trained",
    async () => {
      const found = await run<{ grown: number; total: number; late: number }>(
        "an unread total, while training",
      );
      expect(found.grown).toBeLessThanOrEqual(MOST_GROWN);
      expect(found.total).toBeGreaterThan(0);
      expect(found.late).toBe(0);
    },
    5 * MINUTES,
  );

  test(
    "100 000 steps of a hidden state that is detached before the next",
    async () => {
      const found = await run<{ grown: number; late: number; finite: boolean }>("a hidden state");
      expect(found.grown).toBeLessThanOrEqual(MOST_GROWN);
      expect(found.late).toBe(0);
      expect(found.finite).toBe(true);
    },
    5 * MINUTES,
  );
});

test(
  "a parameter of 100 000 numbers stays within 150 MB in 10 000 steps",
  async () => {
    const { grown } = await run<{ grown: number }>("a wide parameter");
    expect(grown).toBeLessThanOrEqual(150);
  },
  5 * MINUTES,
);

test(
  "what waits holds no more than some batches: 10 000 that are 2 GB, of which nothing is read",
  async () => {
    const found = await run<{ grown: number; total: number }>("an unread total of fresh batches");
    expect(found.grown).toBeLessThanOrEqual(400);
    expect(found.total).toBe(10_000);
  },
  5 * MINUTES,
);

describe("what is kept for a thousand steps", () => {
  test("is right if it is small", async () => {
    expect(await run("a thousand small ones kept")).toEqual({ wrong: 0 });
  });

  test("is right or a StaleError if it is large, and right if it was detached", async () => {
    const found = await run<Record<string, number>>("a thousand large ones kept");
    expect(found["wrong"]).toBe(0);
    expect(found["right"]! + found["stale"]!).toBe(1000);
    expect(found["detached"]).toEqual([0, -100, -200, -300, -400, -500, -600, -700, -800, -900]);
  });
});
