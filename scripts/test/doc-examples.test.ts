// Examples are found where they stand, with the right line numbers, in docstrings and Markdown.
// Not their execution: that is doc-runner.test.ts.

import { expect, test } from "vitest";

import { docstringExamples, markdownExamples } from "../doc-examples.js";
import { parseSource } from "../source-code.js";

const fence = "```";

test("a docstring may have several examples, with or without a fence", () => {
  const source = parseSource(
    "a.ts",
    `/**
 * Adds.
 * @param a the first
 * @example
 * add(1, 2) // 3
 *
 * add(2, 2) // 4
 * @example
 * ${fence}ts
 * add(0, 0) // 0
 * ${fence}
 * @returns the sum
 */
export const add = (a: number, b: number): number => a + b;
/** @example add(5, 5) // 10 */
export const again = add;
`,
  );
  expect(docstringExamples(source).map(({ line, code }) => ({ line, code }))).toEqual([
    { line: 5, code: "add(1, 2) // 3\n\nadd(2, 2) // 4" },
    { line: 10, code: "add(0, 0) // 0" },
    { line: 15, code: "add(5, 5) // 10" },
  ]);
});

test("a Markdown file's ts blocks are examples, no-run and other languages are not", () => {
  const text = [
    "# Title",
    "",
    "```ts",
    "1;",
    "```",
    "",
    "```ts no-run",
    "2;",
    "```",
    "```sh",
    "ls",
  ];
  expect(markdownExamples("a.md", [...text, "```"].join("\n"))).toEqual([
    { file: "a.md", line: 4, code: "1;", origin: "markdown", before: [] },
  ]);
});

test("a text block right after an example is its output, one further down is not", () => {
  const adjoining = "```ts\n1;\n```\n\n```text\none\ntwo\n```";
  expect(markdownExamples("a.md", adjoining)[0]?.output).toBe("one\ntwo");
  const apart = "```ts\n1;\n```\nFor instance:\n```text\none\n```";
  expect(markdownExamples("a.md", apart)[0]).not.toHaveProperty("output");
});

test("a continued block knows the blocks before it", () => {
  const text =
    "```ts\n1;\n```\nthen\n```ts continue\n2;\n```\n```ts continue\n3;\n```\n```ts\n4;\n```";
  const examples = markdownExamples("a.md", text);
  expect(examples.map(({ before }) => before.map(({ code }) => code))).toEqual([
    [],
    ["1;"],
    ["1;", "2;"],
    [],
  ]);
  expect(() => markdownExamples("a.md", "```ts continue\n1;\n```")).toThrow(
    'a.md:2: "```ts continue" goes on from the block above, and there is none. Write "```ts".',
  );
});

test("a block in a list loses the list's indentation, a longer fence holds shorter ones", () => {
  expect(markdownExamples("a.md", "- x\n  ```ts\n  if (1) {\n    2;\n  }\n  ```")[0]?.code).toBe(
    "if (1) {\n  2;\n}",
  );
  expect(markdownExamples("a.md", "````md\n```ts\n1;\n```\n````")).toEqual([]);
});
