// The last line of a test run tells the truth, and so does its exit status. Each case is a real
// run of vitest on files written for it, in a folder of its own.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { root } from "../repository.js";

const pass = 'test("passes", () => { expect(1).toBe(1); });\n';
const fail = 'test("fails", () => { expect(1).toBe(2); });\n';
const skip = 'test.skip("is skipped", () => {});\n';
const stray = 'test("throws later", () => { setTimeout(() => { throw new Error("late"); }); });\n';

function runVitest(files: Record<string, string>, ...options: string[]): [string, number | null] {
  const folder = mkdtempSync(join(tmpdir(), "nabla-tally-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const reporter = join(root, "scripts", "tally-reporter.ts");
    const vitest = join(root, "node_modules", ".bin", "vitest");
    const reporters = ["--reporter=default", `--reporter=${reporter}`];
    const run = spawnSync(
      vitest,
      ["run", "--root", folder, "--globals", ...reporters, ...options],
      {
        encoding: "utf8",
      },
    );
    return [run.stdout.trimEnd().split("\n").at(-1) ?? "", run.status];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([
  ["only passes", { "a.test.js": pass + pass, "b.test.js": pass }, "3 passed, 0 failed", 0],
  ["skips", { "a.test.js": pass + skip }, "1 passed, 0 failed, 1 skipped", 0],
  ["fails", { "a.test.js": pass + fail }, "1 passed, 1 failed", 1],
  ["cannot load a file", { "a.test.js": pass, "b.test.js": "throw 1;" }, "1 passed, 1 failed", 1],
  ["has a stray error", { "a.test.js": pass + stray }, "2 passed, 1 failed", 1],
  ["finds no test", { "a.js": "" }, "0 passed, 0 failed", 1],
  ["skips everything", { "a.test.js": skip }, "0 passed, 0 failed, 1 skipped", 1],
])("a run that %s", (_name, files, line, status) => {
  expect(runVitest(files)).toEqual([line, status]);
});
