// The runner of documentation examples accepts what is true and says what is not. A runner that
// let a false claim pass would make every other documentation test worthless.

import { describe, expect, test } from "vitest";

import { markdownExamples } from "../doc-examples.js";
import type { Example } from "../doc-examples.js";
import { runExample } from "../doc-runner.js";
import type { Surroundings } from "../doc-runner.js";

class ShapeError extends Error {
  override name = "ShapeError";
}

const surroundings: Surroundings = {
  scope: {
    add: (a: number, b: number): number => a + b,
    fail: (): never => {
      throw new ShapeError("2 and 3 do not fit; pass equal lengths");
    },
    matrix: { toString: () => "tensor([[1, 2],\n        [3, 4]])" },
  },
  load: async (specifier) => (await import(specifier)) as Record<string, unknown>,
};

function docstring(code: string): Example {
  return { file: "a.ts", line: 10, code, origin: "docstring", before: [] };
}

const run = (code: string): Promise<void> => runExample(docstring(code), surroundings);

describe("holds", () => {
  test.each([
    ["a number", "add(1, 2) // 3"],
    ["with a semicolon", "add(1, 2); // 3"],
    ["a string, which is itself", "'a' + 'b' // ab"],
    ["an array, as inspected", "[1, [2, 3]] // [ 1, [ 2, 3 ] ]"],
    ["a typed array, as String writes it", "new Float32Array([1, 2]) // 1,2"],
    ["a plain object, as inspected", "({ a: 1 }) // { a: 1 }"],
    ["an object with a text of its own", "new RangeError('far') // RangeError: far"],
    ["null and undefined", "null // null\nundefined // undefined"],
    ["several lines", "matrix // tensor([[1, 2],\n//         [3, 4]])"],
    ["a statement over several lines", "add(\n  1,\n  2,\n); // 3"],
    ["what a statement prints", "console.log('a', 1, [2]); // a 1 [ 2 ]"],
    ["what a loop prints each time", "for (const _ of [1, 2]) {\n  console.log('x'); // x\n}"],
    ["an awaited value", "await Promise.resolve(4) // 4"],
    ["types, which are stripped", "const a: number = 3;\na as number // 3"],
    ["a name declared again", "const add = (a: number) => a;\nadd(7) // 7"],
    ["a remark after a declaration", "const a = 1; // the first\na // 1"],
    [
      "a remark inside a function",
      "const f = () => {\n  add(1, 2); // three\n};\nf() // undefined",
    ],
    ["an error's name alone", "fail() // throws ShapeError"],
    ["the start of an error", "fail() // throws ShapeError: 2 and 3 do not fit"],
    ["a rejection", "Promise.reject(new TypeError('no')) // throws TypeError: no"],
    ["declarations only", "interface Row { name: string }\nconst row: Row = { name: 'a' };"],
    ["an import in a docstring", 'import { EOL } from "node:os";\nEOL.length // 1'],
  ])("%s", async (_name, code) => {
    await runExample(docstring(code), surroundings);
  });
});

describe("does not hold", () => {
  test.each([
    [
      "a wrong value",
      "add(1, 2) // 4",
      "a.ts:10: the documentation claims\n  4\nbut the value is\n  3",
    ],
    ["a remark posing as a claim", "[].forEach(add); // adds", "put it on the line above"],
    ["a wrong second line", "matrix // tensor([[1, 2],\n//         [3, 5]])", "[3, 5]"],
    ["a claim cut short", "matrix // tensor([[1, 2],", "[3, 4]"],
    ["the second of two", "1 // 1\n2 // 3", "a.ts:11: the documentation claims\n  3"],
    ["wrong output", "console.log(1) // 2", "claims\n  2\nbut it prints\n  1"],
    ["nothing thrown", "add(1, 2) // throws RangeError: no", "nothing was thrown"],
    ["another error", "fail() // throws RangeError: no", "but it throws\n  ShapeError: 2 and 3"],
    ["the start of an error's name", "fail() // throws Shape", "but it throws\n  ShapeError"],
    ["another message", "fail() // throws ShapeError: 3", "but it throws\n  ShapeError: 2 and 3"],
    ["an error nobody claims", "1 // 1\n\nfail();", "a.ts:12: ShapeError: 2 and 3"],
    ["a promise not awaited", "Promise.resolve(4) // 4", "but the value is\n  Promise { 4 }"],
    ["no claim at all", "add(1, 2);", "a.ts:10: this example shows nothing"],
    ["an unknown name", "subtract(1, 2) // 3", "subtract is not defined"],
    ["a missing export", 'import { gone } from "node:os";\ngone // 1', '"node:os" has no gone'],
    ["another library", 'import x from "lodash";\nx // 1', 'cannot import "lodash"'],
    ["no TypeScript", "1 +", "a.ts:10: this is not TypeScript"],
  ])("%s", async (_name, code, message) => {
    await expect(run(code)).rejects.toThrow(message);
  });
});

describe("Markdown", () => {
  const runLast = async (text: string): Promise<void> => {
    const example = markdownExamples("a.md", text).at(-1);
    if (example === undefined) throw new Error("the test has no example");
    await runExample(example, { ...surroundings, scope: {} });
  };

  test("has nothing in scope and needs no claim", async () => {
    await expect(runLast("```ts\nadd(1, 2);\n```")).rejects.toThrow("add is not defined");
    await runLast("```ts\nMath.max(1, 2);\n```");
  });

  test("must print exactly what the text block says", async () => {
    const block = "```ts\nconsole.log(1);\nconsole.log('a\\nb');\n```\n";
    await runLast(`${block}\`\`\`text\n1\na\nb\n\`\`\``);
    await expect(runLast(`${block}\`\`\`text\n1\na\n\`\`\``)).rejects.toThrow(
      "a.md:4: the documentation claims\n  1\n  a\nbut it prints\n  1\n  a\n  b",
    );
  });

  test("goes on in the scope of the block before, and claims only its own output", async () => {
    const load = 'import { EOL } from "node:os";';
    const first = `\`\`\`ts\n${load}\nlet a = 1;\nconsole.log(a);\n\`\`\`\n`;
    const second = "```ts continue\na += EOL.length;\nconsole.log(a);\n```\n";
    await runLast(`${first}${second}\`\`\`text\n2\n\`\`\``);
    await expect(runLast(`${first}${second}\`\`\`text\n1\n2\n\`\`\``)).rejects.toThrow(
      "it prints\n  2",
    );
  });
});
