// What is not documented is found, what is documented is left alone.

import { expect, test } from "vitest";

import { fileProblems, linkProblems, nameProblems } from "../check-docs.js";
import { namesOf } from "../public-names.js";
import { parseSource } from "../source-code.js";

const documented = "/**\n * Does it.\n * @example\n * a() // 1\n */\n";
const described = "/** Is it. */\n";

/** The problems of the names that index.ts exports, given the files of a package. */
function problemsOf(files: Record<string, string>): string[] {
  const names = namesOf("index.ts", (path) => parseSource(path, files[path] ?? ""));
  return nameProblems(names);
}

test.each([
  ["a function", `${documented}export function a(): void {}`],
  ["an arrow function", `${documented}export const a = (): void => {};`],
  ["a class with its members", `${documented}export class A { ${documented}a(): void {} }`],
  ["a constant, without an example", `${described}export const a = 1;`],
  ["a type, without an example", `${described}export interface A { b: string }`],
  ["a property, without an example", `${documented}export class A { ${described}a = 1; }`],
  [
    "a getter with its setter",
    `${documented}export class A { ${described}get a() {} set a(_) {} }`,
  ],
  ["overloads, once", `${documented}export function a(): void;\nexport function a(b?: 1): void {}`],
  ["a class completed by an interface", `${documented}export class A {}\nexport interface A {}`],
  ["what is not public", `${documented}export class A { #a = 1; private b = 1; [Symbol.x]() {} }`],
  ["a constructor", `${documented}export class A { constructor() { } }`],
  ["an override", `${documented}export class A extends B { override a(): void {} }`],
  ["what is internal", `${documented}export class A { /** For b. @internal */ a = 1; }`],
  ["a local function", "function a(): void {}"],
])("documented: %s", (_name, code) => {
  expect(problemsOf({ "index.ts": code })).toEqual([]);
});

test.each([
  ["a function", "export function a(): void {}", "index.ts:1 a has no docstring"],
  ["a function's example", `${described}export function a(): void {}`, "index.ts:2 a has no @exa"],
  ["an arrow function's example", `${described}export const a = (): void => {};`, "no @example"],
  ["a constant", "\nexport const a = 1;", "index.ts:2 a has no docstring"],
  ["a type", "export type A = 1;", "A has no docstring"],
  ["a class's example", `${described}export class A {}`, "A has no @example"],
  [
    "a class, for all its interface",
    `export class A {}\n${described}export interface A {}`,
    "A has",
  ],
  [
    "a method",
    `${documented}export class A {\n a(): void {}\n}`,
    "index.ts:7 A.a has no docstring",
  ],
  [
    "a method's example",
    `${documented}export class A { ${described}a(): void {} }`,
    "A.a has no @e",
  ],
  ["a property", `${documented}export class A { a = 1; }`, "A.a has no docstring"],
  ["a remark that is no docstring", "// Does it.\nexport const a = 1;", "a has no docstring"],
])("not documented: %s", (_name, code, message) => {
  expect(problemsOf({ "index.ts": code })).toEqual([expect.stringContaining(message)]);
});

test("a name is followed to its declaration, however it gets there", () => {
  const files = {
    "index.ts":
      'export { a, b as c } from "./a.js";\nexport * from "./d.js";\n' +
      'export * from "@nabla/core";\n' +
      'import { e } from "./a.js";\nexport { e };',
    "a.ts": 'function a() {}\nexport { a };\nexport { f as b } from "./d.js";\nexport const e = 1;',
    "d.ts": "\nexport const d = 1;\nexport const f = 1;",
  };
  expect(problemsOf(files).map((problem) => problem.replace(/ has no .*/, ""))).toEqual([
    "a.ts:1 a",
    "d.ts:3 c",
    "d.ts:2 d",
    "d.ts:3 f",
    "a.ts:4 e",
  ]);
});

test("a file that opens with a comment and keeps to the width", () => {
  expect(
    fileProblems(parseSource("a.ts", `#!/usr/bin/env node\n/* a */\n${"x".repeat(100)}`)),
  ).toEqual([]);
});

test("a document's links and paths lead somewhere", () => {
  const text = [
    "[a](there.md#part) [b](https://x.org/a) [c](#part) ![d](../out.svg) `packages/core/src`",
    '<img src="gone.svg"> [e](gone.md "title")',
    "`packages/gone.ts:12` `packages/*/src` `examples/NAME.ts` `npm test`",
    "```ts",
    "[f](gone.md)",
    "```",
    "`docs/there.md:3`",
  ].join("\n");
  const files = new Set(["docs/there.md", "out.svg", "packages/core/src"]);
  expect(linkProblems("docs/a.md", text, (path) => files.has(path))).toEqual([
    "docs/a.md:2 links to docs/gone.svg, which is not there.",
    "docs/a.md:2 links to docs/gone.md, which is not there.",
    "docs/a.md:3 names packages/gone.ts, which is not there. Correct it.",
  ]);
});
