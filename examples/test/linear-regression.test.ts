/**
 * The main job from outside: its numbers, its picture, and a sentence for every mistake.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { freshFolder, runExample } from "./command.js";

const shared = fileURLToPath(new URL("../../../shared/data/linear-regression/", import.meta.url));

/** The numbers in the row of the table that begins with a name: w, b, error. */
function row(stdout: string, name: string): number[] {
  const line = stdout.split("\n").find((text) => text.startsWith(`│ ${name}`));
  return (line?.split("│") ?? []).slice(2, 5).map(Number);
}

describe("the shipped points", () => {
  test("autograd agrees with the hand-derived gradient and with the closed form", async () => {
    const out = freshFolder();
    const { code, stdout } = await runExample("linear-regression", "--out", out);
    expect(code).toBe(0);
    const rows = ["autograd", "hand-derived gradient", "closed form", "compiled step"];
    const [autograd, hand, exact, compiled] = rows.map((name) => row(stdout, name));
    for (let i = 0; i < 3; i++) {
      expect(Math.abs(autograd![i]! / exact![i]! - 1)).toBeLessThan(0.01);
      expect(Math.abs(autograd![i]! / hand![i]! - 1)).toBeLessThan(1e-6);
      expect(Math.abs(compiled![i]! / hand![i]! - 1)).toBeLessThan(1e-6);
    }
    const difference = /gradients along the way: (\S+)/.exec(stdout)?.[1];
    expect(Number(difference)).toBeLessThan(1e-3);
    const svg = readFileSync(join(out, "linear-regression.svg"), "utf8");
    expect(svg).toContain("The line as it moved");
    expect(svg).toContain("The error as it fell");
    expect(svg).toContain("The way down the error");
  });

  test("a seed starts elsewhere and ends at the same line", async () => {
    const options = ["--seed", "7", "--out", freshFolder()];
    const { stdout } = await runExample("linear-regression", ...options);
    expect(stdout).not.toContain("start  b = 0 ");
    expect(row(stdout, "autograd")[0]).toBeCloseTo(row(stdout, "closed form")[0]!, 2);
  });
});

interface Published {
  readonly float64: { iterations: number; b: number; m: number; error: number }[];
  readonly least_squares: { b: number; m: number; error: number };
}

const reference = join(shared, "reference.json");
if (!existsSync(reference)) {
  console.log("skipped: the published descent, because ../shared is not there");
}

describe.skipIf(!existsSync(reference)).concurrent("the published descent", () => {
  const published = existsSync(reference)
    ? (JSON.parse(readFileSync(reference, "utf8")) as Published)
    : { float64: [], least_squares: { b: 0, m: 0, error: 0 } };

  // A run is a process, so not all that is published: the first step, some, and many.
  const some = published.float64.filter(({ iterations }) => [1, 100, 10_000].includes(iterations));
  test.each(some)("after $iterations iterations", async (expected) => {
    const options = ["--data", join(shared, "data.csv"), "--dtype", "float64", "--lr", "0.0001"];
    const counts = ["--iterations", String(expected.iterations), "--out", freshFolder()];
    const { code, stdout } = await runExample("linear-regression", ...options, ...counts);
    expect(code).toBe(0);
    const close = (found: number[], { m, b, error }: { m: number; b: number; error: number }) => {
      [m, b, error].forEach((value, i) => {
        expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, value));
      });
    };
    close(row(stdout, "autograd"), expected);
    close(row(stdout, "compiled step"), expected);
    close(row(stdout, "closed form"), published.least_squares);
    expect(stdout).toContain("error = 5565.1078344832");
  });
});

/** What a user can do wrong: the content of the file or `null`, the options, and what is said. */
const mistakes: [title: string, file: string | null, options: string[], says: RegExp][] = [
  ["a rate that diverges", null, ["--lr", "0.1"], /diverged.* iteration 1 .*try --lr 0\.00\d/],
  ["momentum of 1", null, ["--momentum", "1.5"], /diverged.*try --momentum 0\.9/],
  ["a missing file", null, ["--data", "no-such.csv"], /no-such\.csv.*no such file.*--data/],
  ["a folder", null, ["--data", "examples"], /examples.*is a folder/],
  ["a word for a number", "x,y\n1,2\n3,four\n", [], /line 3, column 2.*four/],
  ["an empty cell", "1,2\n3,\n", [], /line 2, column 2/],
  ["ragged rows", "1,2\n3,4,5\n", [], /line 2/],
  ["three columns", "1,2,3\n4,5,6\n", [], /column/],
  ["no points", "x,y\n", [], /no (rows|data|points|numbers)|only|header/i],
  ["an empty file", "", [], /empty|no rows|nothing/i],
  ["one point", "x,y\n1,2\n", [], /1 point; a line needs at least two/],
  ["constant x", "2,1\n2,3\n2,5\n", [], /All 3 points.*x = 2/],
  ["a negative rate", null, ["--lr", "-0.1"], /--lr.*-0\.1.*0 or more/],
  ["a rate that is no number", null, ["--lr", "NaN"], /--lr.*NaN/],
  ["half an iteration", null, ["--iterations", "1.5"], /--iterations.*1\.5.*whole number/],
  ["an unknown type", null, ["--dtype", "int32"], /--dtype.*float32, float64/],
  ["an unknown option", null, ["--speed", "9"], /unknown option.*--speed/],
  ["numbers too large", "1e200,1\n2e200,2\n", ["--dtype", "float64"], /too large/],
  ["a folder that cannot be", null, ["--out", "package.json/x"], /cannot be written.*--out/],
];

describe.concurrent("a mistake gets a sentence, no stack trace, and exit code 1", () => {
  test.each(mistakes)("%s", async (_title, content, options, says) => {
    const out = freshFolder();
    const file = join(out, "points.csv");
    if (content !== null) writeFileSync(file, content);
    const data = content === null ? [] : ["--data", file];
    const all = ["--out", out, ...data, ...options];
    const { code, stderr } = await runExample("linear-regression", ...all);
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
