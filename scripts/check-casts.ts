// Whether the examples and the package nn say what is so, and not what the compiler should
// believe: no `as Tensor`, no `any`, no `@ts-` comment. There shapes are checked while one types,
// and each of these would hide what was found. Elsewhere the linter sees to the last two. A tuple
// of plain tensors may be asserted: it says how many there are. What is checked: docs/shapes.md.

import { Visitor } from "oxc-parser";

import { filesUnder } from "./repository.js";
import { lineAt, readSource } from "./source-code.js";
import type { SourceCode } from "./source-code.js";

const folders = ["examples", "packages/nn"];

/** What breaks the rule, as messages that say what to do. */
export function castProblems(): string[] {
  return folders
    .flatMap((folder) => filesUnder(folder, ".ts"))
    .flatMap((path) => castsIn(readSource(path)));
}

/** The same for one file. */
export function castsIn(source: SourceCode): string[] {
  const found: [offset: number, problem: string][] = [];
  const cast = (node: { typeAnnotation: { start: number; end: number } }): void => {
    const { start, end } = node.typeAnnotation;
    if (!/^(readonly )?Tensor\b|Tensor</.test(source.text.slice(start, end))) return;
    found.push([start, "a type assertion to a tensor; say the type where the value is made"]);
  };
  new Visitor({
    TSAsExpression: cast,
    TSTypeAssertion: cast,
    TSAnyKeyword: ({ start }) => void found.push([start, "any; use unknown, and look what it is"]),
  }).visit(source.program);
  for (const { start, value } of source.comments) {
    if (!/^\s*@ts-/.test(value)) continue;
    found.push([start, "a comment that silences the compiler; correct what it found"]);
  }
  return found.map(([at, problem]) => `${source.path}:${lineAt(source, at)}: ${problem}.`);
}
