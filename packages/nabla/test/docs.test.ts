// Every example in the documentation runs, and every claim in it holds: the docstrings of all
// packages, README.md and docs/. Not tests of the runner: those are in scripts/test.
// The convention is explained in scripts/doc-claims.ts.

import { join } from "node:path";

import { expect, test } from "vitest";

import { docstringExamples, markdownExamples } from "../../../scripts/doc-examples.js";
import { runExample } from "../../../scripts/doc-runner.js";
import type { Surroundings } from "../../../scripts/doc-runner.js";
import { exists, filesUnder, readText, root } from "../../../scripts/repository.js";
import { readSource } from "../../../scripts/source-code.js";

type Names = Record<string, unknown>;

const load = async (specifier: string): Promise<Names> => (await import(specifier)) as Names;

const sources = filesUnder("packages", ".ts").filter((path) => path.includes("/src/"));
const documents = [
  ...["README.md", "README.zh.md", "bench/README.md"].filter((path) => exists(path)),
  ...filesUnder("docs", ".md"),
];
const examples = [
  ...sources.flatMap((path) => docstringExamples(readSource(path))),
  ...documents.flatMap((path) => markdownExamples(path, readText(path))),
];

test("the documentation has examples", () => {
  expect(examples.length).toBeGreaterThan(0);
});

const publicNames = { ...(await load("nabla/viz")), ...(await load("nabla")) };

/** A docstring sees the public names and whatever else its own file exports. */
async function scopeOf(file: string): Promise<Names> {
  return { ...(await load(join(root, file))), ...publicNames };
}

for (const example of examples) {
  test(`${example.file}:${example.line}`, async () => {
    const scope = example.origin === "docstring" ? await scopeOf(example.file) : {};
    const surroundings: Surroundings = { scope, load };
    await runExample(example, surroundings);
  });
}
