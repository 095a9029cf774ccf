// Code lines are counted as a reader would count them, and exceeding a limit is said with advice.

import { expect, test } from "vitest";

import { codeLines, sizeProblems, sizeTable } from "../size.js";
import { parseSource } from "../source-code.js";

test.each([
  ["code, blank lines and comments", "// a\n\n/**\n * b\n */\nconst a = 1; // c\n", 1],
  ["code around a comment", "const a = /* one\n\ntwo */ 1;\n", 2],
  ["what only looks like a comment", 'const a = "// a";\nconst b = `\n/* b */\n`;\n', 4],
  ["nothing", "", 0],
])("code lines: %s", (_name, text, expected) => {
  expect(codeLines(parseSource("a.ts", text))).toBe(expected);
});

test.each([
  ["a file", "examples/a.ts", 400, "examples/a.ts has 401 code lines, more than 400. Split it"],
  ["the learner's path", "packages/core/src/tensor.ts", 900, "the learner's path has 901 code"],
])("%s has a limit", (_name, path, limit, message) => {
  const own = (problems: string[]): string[] =>
    problems.filter((problem) => limit === 400 || !problem.startsWith(path));
  expect(own(sizeProblems(new Map([[path, limit]])))).toEqual([]);
  expect(own(sizeProblems(new Map([[path, limit + 1]]))).at(0)).toContain(message);
});

test("a goal is printed, and does not fail", () => {
  const sizes = new Map(Array.from({ length: 11 }, (_, i) => [`packages/core/src/a${i}.ts`, 400]));
  expect(sizeProblems(sizes)).toEqual([]);
  expect(sizeTable(sizes)).toContain("4400 of 4000");
});

test("the table adds up folders", () => {
  const sizes = new Map([
    ["packages/core/src/tensor.ts", 3],
    ["packages/core/src/ops/define.ts", 4],
    ["bench/run.ts", 5],
  ]);
  expect(sizeTable(sizes).split("\n\n")).toEqual([
    "Code lines",
    "packages   7\n  core     7\n    src    7\n      ops  4\nbench      5",
    expect.stringContaining("the learner's path                  7 of 900\n"),
  ]);
});
