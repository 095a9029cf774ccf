// Finds the examples in docstrings and Markdown files. Not their execution: doc-runner.ts runs
// one, and packages/nabla/test/docs.test.ts makes a test of each.

import { docstrings, tagSections } from "./source-code.js";
import type { SourceCode } from "./source-code.js";

/** A piece of code that documentation shows. */
export interface Example {
  file: string;
  /** The number of the first line of the code. */
  line: number;
  code: string;
  /** A docstring's example has the public names in scope; a Markdown one imports its own. */
  origin: "docstring" | "markdown";
  /** What the ```text (or ```mermaid) block right after a Markdown example says it prints. */
  output?: string;
  /** The examples above that this one goes on from (```ts continue), oldest first. */
  before: Example[];
}

/** The `@example` sections of every docstring in a file. */
export function docstringExamples(source: SourceCode): Example[] {
  return docstrings(source).flatMap((docstring) =>
    tagSections(docstring, "example").map((section): Example => {
      // Editors show an example as code with or without a fence, so either will do here.
      const lines = section.lines.map((line) => (/^\s*```/.test(line) ? "" : line));
      const blank = lines.findIndex((line) => line.trim() !== "");
      const skipped = Math.max(0, blank);
      return {
        file: source.path,
        line: section.line + skipped,
        code: lines.slice(skipped).join("\n").trimEnd(),
        origin: "docstring",
        before: [],
      };
    }),
  );
}

interface Fence {
  language: string;
  line: number;
  lines: string[];
  /** Whether only blank lines stand between this block and the one before. */
  adjoins: boolean;
}

/** The ```ts blocks of a Markdown file; ```ts no-run is left alone. */
export function markdownExamples(file: string, text: string): Example[] {
  const examples: Example[] = [];
  let previous: Example | undefined;
  for (const { language, line, lines, adjoins } of fences(text)) {
    const code = lines.join("\n");
    if (language === "ts" || language === "ts continue") {
      const before = language === "ts" ? [] : chain(examples.at(-1), file, line);
      previous = { file, line, code, origin: "markdown", before };
      examples.push(previous);
    } else {
      const isOutput = language === "text" || language === "mermaid";
      if (isOutput && adjoins && previous !== undefined) previous.output = code;
      previous = undefined;
    }
  }
  return examples;
}

function chain(previous: Example | undefined, file: string, line: number): Example[] {
  if (previous === undefined) {
    throw new Error(
      `${file}:${line}: "\`\`\`ts continue" goes on from the block above, and there is none. ` +
        'Write "```ts".',
    );
  }
  return [...previous.before, previous];
}

function fences(text: string): Fence[] {
  const found: Fence[] = [];
  let open: { fence: Fence; indent: number; marker: string } | undefined;
  let adjoins = false;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, indent = "", marker, language = ""] = /^(\s*)(`{3,})(.*)$/.exec(line) ?? [];
    if (open === undefined && marker !== undefined) {
      const fence: Fence = { language: language.trim(), line: index + 2, lines: [], adjoins };
      open = { fence, indent: indent.length, marker };
    } else if (open !== undefined && marker === open.marker && language.trim() === "") {
      found.push(open.fence);
      open = undefined;
      adjoins = true;
    } else if (open !== undefined) {
      // Inside a list, a block is indented as the list is.
      open.fence.lines.push(line.slice(Math.min(open.indent, line.search(/\S|$/))));
    } else if (line.trim() !== "") {
      adjoins = false;
    }
  }
  return found;
}
