// What a TypeScript file says: its comments, docstrings and imports, found by a real parser.
// Not a checker: size.ts, check-imports.ts, check-docs.ts and doc-examples.ts ask the questions.

import { parseSync } from "oxc-parser";
import type { Comment, EcmaScriptModule, Program } from "oxc-parser";

import { readText } from "./repository.js";

/** A parsed file. Offsets in it count UTF-16 units, as `text.slice` does. */
export interface SourceCode {
  path: string;
  text: string;
  /** The number of the first line: not 1 if the text is a part of the file. */
  firstLine: number;
  program: Program;
  comments: Comment[];
  module: EcmaScriptModule;
}

/** Parses TypeScript, for instance the part of a file that starts on line `firstLine`. */
export function parseSource(path: string, text: string, firstLine = 1): SourceCode {
  const { program, comments, module, errors } = parseSync(path, text, { lang: "ts" });
  const [error] = errors;
  if (error !== undefined) {
    const line = lineAt({ text, firstLine }, error.labels[0]?.start ?? 0);
    throw new SyntaxError(`${path}:${line}: this is not TypeScript: ${error.message}`);
  }
  return { path, text, firstLine, program, comments, module };
}

/** Reads and parses a TypeScript file of the repository. */
export function readSource(path: string): SourceCode {
  return parseSource(path, readText(path));
}

/** The number of the line in which an offset falls, counted from 1 in the whole file. */
export function lineAt(
  { text, firstLine }: Pick<SourceCode, "text" | "firstLine">,
  offset: number,
): number {
  return firstLine + text.slice(0, offset).split("\n").length - 1;
}

/** What an import or a re-export asks for. */
export interface ModuleRequest {
  from: string;
  /** Erased before anything runs, so it cannot make one module depend on another. */
  typeOnly: boolean;
  line: number;
}

/** Every module a file asks for: imports, re-exports and `import("...")`, in that order. */
export function moduleRequests(source: SourceCode): ModuleRequest[] {
  const requests: ModuleRequest[] = [];
  for (const { moduleRequest, entries, start } of source.module.staticImports) {
    // `import "./x.js"` names nothing, yet it runs the module: it is no type-only import.
    const typeOnly = entries.length > 0 && entries.every((entry) => entry.isType);
    requests.push({ from: moduleRequest.value, typeOnly, line: lineAt(source, start) });
  }
  for (const { entries, start } of source.module.staticExports) {
    const from = entries[0]?.moduleRequest?.value;
    if (from === undefined) continue;
    const typeOnly = entries.every((entry) => entry.isType);
    requests.push({ from, typeOnly, line: lineAt(source, start) });
  }
  for (const { moduleRequest, start } of source.module.dynamicImports) {
    const written = source.text.slice(moduleRequest.start, moduleRequest.end);
    const literal = /^(["'])(.*)\1$/.exec(written)?.[2];
    if (literal === undefined) continue;
    requests.push({ from: literal, typeOnly: false, line: lineAt(source, start) });
  }
  return requests;
}

/** The comment a file opens with, without its markers; undefined if code comes first. */
export function openingComment(source: SourceCode): string | undefined {
  const [first] = source.comments;
  const start = /^(#!.*)?\s*/.exec(source.text)?.[0].length ?? 0;
  if (first === undefined || first.start !== start) return undefined;
  if (first.type === "Block") return starlessLines(first.value).join("\n").trim();
  return commentBlock(source, first)
    .map((comment) => comment.value.trim())
    .join("\n");
}

/** A line comment together with those that stand alone on the lines directly below it. */
export function commentBlock(source: SourceCode, first: Comment): Comment[] {
  const block = [first];
  for (const next of source.comments.slice(source.comments.indexOf(first) + 1)) {
    const between = source.text.slice(block.at(-1)?.end, next.start);
    if (next.type !== "Line" || !/^\r?\n[ \t]*$/.test(between)) break;
    block.push(next);
  }
  return block;
}

/** A docstring, line by line and without its stars. */
export interface Docstring {
  /** The number of the first line in the file. */
  line: number;
  lines: string[];
}

/** The docstring that ends right before a declaration which starts at `offset`. */
export function docstringBefore(source: SourceCode, offset: number): Docstring | undefined {
  const comment = source.comments.filter(({ end }) => end <= offset).at(-1);
  if (comment === undefined || source.text.slice(comment.end, offset).trim() !== "") {
    return undefined;
  }
  return docstringIn(source, comment);
}

/** Every docstring of a file, whatever it belongs to. */
export function docstrings(source: SourceCode): Docstring[] {
  return source.comments.flatMap((comment) => docstringIn(source, comment) ?? []);
}

function docstringIn(source: SourceCode, comment: Comment): Docstring | undefined {
  if (comment.type !== "Block" || !comment.value.startsWith("*")) return undefined;
  return { line: lineAt(source, comment.start), lines: starlessLines(comment.value) };
}

function starlessLines(comment: string): string[] {
  return comment.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
}

/** The part of a docstring that a tag such as `@example` opens, up to the next tag. */
export interface TagSection {
  /** The number, in the file, of the first line of `lines`. */
  line: number;
  /** What follows the tag on its own line, then the lines below. */
  lines: string[];
}

/** The sections of a docstring which the tag opens; a docstring may have several examples. */
export function tagSections(docstring: Docstring, tag: string): TagSection[] {
  const sections: TagSection[] = [];
  let open: TagSection | undefined;
  for (const [index, line] of docstring.lines.entries()) {
    const found = /^\s*@(\w+)\s*(.*)$/.exec(line);
    if (found === null) {
      open?.lines.push(line);
    } else if (found[1] === tag) {
      open = { line: docstring.line + index, lines: [found[2] ?? ""] };
      sections.push(open);
    } else {
      open = undefined;
    }
  }
  return sections;
}
