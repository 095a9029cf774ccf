/**
 * A run that is killed again and again, also while it writes, ends where an unbroken one does: bit
 * for bit. The run itself: resume-training.ts.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, test } from "vitest";

import * as data from "../src/index.js";
import { program } from "./program.js";
import { train } from "./resume-training.js";

const folder = mkdtempSync(join(tmpdir(), "nabla-resume-"));
const file = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const STEPS = 400;
const KILLS = 20;

test(
  `a run that is killed ${KILLS} times ends where the unbroken one does`,
  { timeout: 300_000 },
  async () => {
    const unbroken = file("unbroken");
    train(unbroken, STEPS);
    const broken = file("broken");
    const script = await program(
      file("train.mjs"),
      `import { train } from "./resume-training.js";
     train(process.argv[2]!, ${STEPS}, () => console.log("begun"));`,
    );
    let killed = 0;
    let whileWriting = 0;
    for (let runs = 0; runs <= KILLS; runs++) {
      const child = spawn(process.execPath, [script, broken], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const delay = runs < KILLS ? Math.random() * 60 : undefined;
      child.stdout.once("data", () => {
        if (delay !== undefined) setTimeout(() => child.kill("SIGKILL"), delay);
      });
      const signal = await new Promise((resolve) => {
        child.once("close", (_code, by) => resolve(by));
      });
      if (signal === "SIGKILL") killed += 1;
      if (existsSync(`${broken}.tmp`)) whileWriting += 1;
      // Whatever happened, there is a whole checkpoint, or none yet.
      if (existsSync(broken)) data.loadCheckpoint(broken);
    }
    console.log(`killed ${killed} times, ${whileWriting} of them while a checkpoint was written`);
    expect(killed).toBeGreaterThan(KILLS / 2);
    expect(data.loadCheckpoint(broken).parts["step"]).toBe(STEPS);
    expect(readFileSync(broken).equals(readFileSync(unbroken))).toBe(true);
  },
);
