// `npm run docs:ops`: makes docs/ops.md, every public operation on one page, from the sources: how
// it is called from the declarations, what it means from the docstring, formula and derivatives
// from the record, differences from docs/from-pytorch.md. With --check it writes nothing, and fails
// where the page is not what it would make. Read next: op-formulas.ts and signatures.ts.

import { writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { pathToFileURL } from "node:url";

import { Tensor } from "@nabla/core";
import type { Inspected } from "@nabla/core/inspect";

import { anchors } from "./anchors.js";
import { formulas } from "./op-formulas.js";
import type { Callable } from "./op-formulas.js";
import { namesOf } from "./public-names.js";
import type { PublicDeclaration, PublicName } from "./public-names.js";
import { readText, root } from "./repository.js";
import { readDeclarations, signatureIn } from "./signatures.js";
import type { Declarations } from "./signatures.js";
import { docstringBefore, openingComment, readSource, tagSections } from "./source-code.js";

const page = "docs/ops.md";
const core = "packages/core/src";

/**
 * Sections and the files in them, in order. Files that are not here have sections of their own, and
 * so have namespaces.
 */
const sections: [title: string, ...files: string[]][] = [
  ["Elementwise", "elementwise", "trigonometric", "special"],
  ["Rounding and bounds", "rounding", "bounds"],
  ["Comparison and logic", "compare", "bitwise", "truth"],
  ["Choosing and copying", "where", "copy"],
  ["Reductions", "reduce", "extremes", "statistics", "scan"],
  ["Products", "contract", "chain"],
  ["Movement", "movement", "rearrange", "composite"],
  ["Parts and joining", "split", "join", "pad"],
  ["Indexing", "slice", "indexing"],
  ["Filling in place", "fill"],
  ["New tensors", "create", "sequence"],
  ["Random numbers", "random", "distribution"],
];

/** A file of `ops` whose public name is no operation. */
const aside = `${core}/ops/options.ts`;

/** Options that so many operations take that the page says once what they are. */
const common = ["CreateOptions", "TypeOptions"];

/** What one file exports under one name. */
interface Operation extends Callable {
  path: string;
  /** `functional.` for what is in that namespace. */
  prefix: string;
  isMethod: boolean;
  isFunction: boolean;
  /** What the docstring says before its tags, and its first example. */
  text: string;
  example: string;
}

/** The text of the page, from the sources as they are. */
export async function opsPage(): Promise<string> {
  const declarations = readDeclarations();
  const groups = new Map<string, Operation[]>(sections.map(([title]) => [title, []]));
  for (const operation of await readOperations(declarations)) {
    const title = titleOf(operation);
    groups.set(title, [...(groups.get(title) ?? []), operation]);
  }
  const differences = differencesByName(readText("docs/from-pytorch.md"));
  const anchor = anchors();
  const contents: string[] = [];
  const body: string[] = [];
  for (const [title, group] of groups) {
    if (group.length === 0) continue;
    const start = `- [**${title}**](#${anchor(title)}):`;
    const files = [...new Set(group.map(({ path }) => path))];
    body.push(`## ${title}`, files.map(introduction).join("\n"));
    const links = group.map((operation) => {
      const name = operation.prefix + operation.name;
      body.push(`### ${name}`, ...entry(operation, differences(name)));
      return `[${name}](#${anchor(name)})`;
    });
    contents.push([start, ...links].join(" "));
  }
  return `${[preface(declarations), contents.join("\n"), ...body].join("\n\n")}\n`;
}

function titleOf({ path, prefix }: Pick<Operation, "path" | "prefix">): string {
  if (prefix !== "") return prefix.slice(0, -1);
  const file = posix.basename(path, ".ts");
  const known = sections.find(([, ...files]) => files.includes(file));
  return known?.[0] ?? file.replace(/^./, (letter) => letter.toUpperCase());
}

/** What a file says of itself in its first sentence. */
function introduction(path: string): string {
  const [first = ""] = sentences(openingComment(readSource(path)) ?? "");
  return `- [\`${posix.basename(path)}\`](../${path}): ${first}`;
}

const sentences = (text: string): string[] =>
  text
    .replaceAll(/\s+/g, " ")
    .trim()
    .split(/(?<=[.!?]\**) (?=[A-Z`*])/);

/** All operations: what is in core's tables, and what is exported from files of operations. */
async function readOperations({ read, types }: Declarations): Promise<Operation[]> {
  const found = new Map<string, Operation & { start: number }>();
  const rare = new Map([...types.options].filter(([name]) => !common.includes(name)));
  const add = async (of: PublicName, is: Partial<Operation>): Promise<void> => {
    const [, prefix = "", name = ""] = /^(.*\.)?(.*)$/.exec(of.name) ?? [];
    const { source: { path } = { path: "" }, start = 0 } = of.declarations[0] ?? {};
    const signatures = of.declarations.flatMap(({ source, declaration }) => {
      const text = source.text.slice(declaration.start, declaration.end);
      return signatureIn(text, { ...types, options: rare }) ?? [];
    });
    if ((prefix === "" && !path.startsWith(`${core}/ops/`)) || path === aside) return;
    const url = pathToFileURL(join(root, path)).href;
    const { [name]: call } = (await import(url)) as Record<string, Inspected>;
    if (typeof call !== "function" || /^[A-Z]/.test(name)) return;
    if (signatures.length === 0) {
      throw new Error(`${path}: scripts/signatures.ts does not see how ${of.name} is called`);
    }
    const known = found.get(`${path} ${of.name}`) ?? { isMethod: false, isFunction: false };
    const own = { name, path, prefix, signatures, call, start, ...documentation(of) };
    found.set(`${path} ${of.name}`, { ...own, ...known, ...is });
  };
  for (const { moduleRequest, entries } of read(`${core}/tensor.ts`).module.staticImports) {
    // `import * as table`, which has no name there.
    if (entries.length === 0 || entries[0]!.importName.name !== null) continue;
    const table = posix.join(core, moduleRequest.value.replace(/\.js$/, ".ts"));
    for (const name of namesOf(table, read)) await add(name, { isMethod: true });
  }
  for (const entry of [`${core}/index.ts`, "packages/nn/src/index.ts"]) {
    for (const name of namesOf(entry, read)) await add(name, { isFunction: true });
  }
  // In the order in which they are read in the sources.
  const files = sections.flatMap(([, ...files]) => files.map((file) => `${core}/ops/${file}.ts`));
  const place = ({ path }: Operation): number => files.indexOf(path) + 1 || files.length + 1;
  const byPath = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  return [...found.values()].sort(
    (a, b) => place(a) - place(b) || byPath(a.path, b.path) || a.start - b.start,
  );
}

function documentation({ declarations }: PublicName): Pick<Operation, "text" | "example"> {
  const documented = ({
    source,
    start,
  }: PublicDeclaration): Pick<Operation, "text" | "example">[] => {
    const docstring = docstringBefore(source, start);
    const [example] = docstring === undefined ? [] : tagSections(docstring, "example");
    if (docstring === undefined || example === undefined) return [];
    const tag = docstring.lines.findIndex((line) => /^\s*@/.test(line));
    const text = docstring.lines.slice(0, tag).join(" ").replaceAll(/\s+/g, " ").trim();
    return [{ text, example: example.lines.join("\n").trim() }];
  };
  return declarations.flatMap(documented)[0] ?? { text: "", example: "" };
}

/** What the page says of one operation, in paragraphs. */
function entry(operation: Operation, differences: string[]): string[] {
  const lines = formulas(operation);
  return [
    calls(operation),
    operation.text,
    ...(lines.length === 0 ? [] : [lines.join("  \n")]),
    `\`\`\`ts no-run\n${operation.example}\n\`\`\``,
    ...(differences.length === 0 ? [] : [`**Not as in PyTorch.** ${differences.join(" ")}`]),
  ];
}

/** All ways to call it: as a method in full, as a function, and in place. */
function calls(operation: Operation): string {
  const { name, prefix, signatures, isMethod, isFunction } = operation;
  const ways = signatures.map(({ parameters, result }) => {
    const given = parameters.slice(Number(isMethod)).map(({ text }) => text);
    const isTensor = result === "Tensor" || operation.call.op !== undefined;
    const gives = isTensor ? "" : `: ${result}`;
    return `${isMethod ? "x." : prefix}${name}(${given.join(", ")})${gives}`;
  });
  if (isMethod) {
    const short = signatures[0]!.parameters
      .slice(1)
      .map((one) => one.name + (one.optional ? "?" : ""));
    const rest = signatures.length > 1 ? ["…"] : short;
    // \`var\` is a word of the language.
    if (isFunction && name !== "var") ways.push(`${name}(${["x", ...rest].join(", ")})`);
    if (`${name}_` in Tensor.prototype) ways.push(`x.${name}_(${rest.join(", ")})`);
  }
  return ways.map((way) => `\`${way}\``).join(" · ");
}

/**
 * What a page says that differs, by the name of an operation: of an item whose first sentence names
 * it, that one and what concerns it or PyTorch; of others what speaks of both.
 */
export function differencesByName(text: string): (name: string) => string[] {
  const [, chapter = ""] = text.split("## What differs on purpose");
  const items = chapter.split(/\n## /)[0]!.match(/^- [\s\S]*?(?=\n\n|\n- |$(?![\s\S]))/gm) ?? [];
  return (name) =>
    items.flatMap((item) => {
      const [first = "", ...others] = sentences(item.slice(2));
      const says = (sentence: string, ...texts: string[]): boolean =>
        texts.some((text) => sentence.includes(text));
      const isNamed = (sentence: string): boolean => says(sentence, `\`${name}\``, `\`${name}(`);
      return says(first, `\`${name}\``, `\`${name}()\``)
        ? [first, ...others.filter((one) => isNamed(one) || says(one, "PyTorch"))]
        : others.filter((one) => isNamed(one) && says(one, "PyTorch"));
    });
}

const preface = ({ types: { options } }: Declarations): string => `# Operations

Every operation, by table. \`npm run docs:ops\` makes this page from the sources; do not edit it.

Under the ways to call an operation stands what it computes, \`y = …\`, and what each input gets of
the gradient \`g\` that comes back to \`y\`, as in \`x ← g · (1 − y²)\`. Both are derived from the
operation's record. Gradients come in the shape of their input: summed where that was repeated,
repeated where it was reduced. An operation without a formula is an algorithm, or is made of others,
whose gradients it gets.

| | |
|---|---|
| \`x\`, or \`a\`, \`b\`, \`c\` | the only operand, or several in order, whatever their names |
| \`Σ\`, \`n\` | the sum over all elements that become one, and how many they are |
| \`@\`, \`ᵀ\` | the product of matrices; the last two dimensions exchanged |
| \`mod(a, b)\` | what a division leaves, with the sign of \`a\` |
| \`addThrough(g)\` | zeros, with \`g\` added to the part that was looked at |
| \`for x.…\` | the way back through this call, on a tensor of shape [2, 3, 4] |
| \`x.name_(…)\` | writes the result into \`x\` |
| \`Operand\` | a tensor or a number |
| \`Dims\`, \`Shape\` | a dimension, a list of them, or \`null\` for all; a list of sizes |
${common.map((name) => `| \`${name}\` | \`${options.get(name)}\` |`).join("\n")}

How calls translate from Python: [From PyTorch](from-pytorch.md). How to add an operation:
[Adding an operation](adding-an-op.md).`;

/** What is wrong with the page as it is; "" if nothing. */
export function staleness(found: string, made: string): string {
  if (found === made) return "";
  const [old, current] = [found.split("\n"), made.split("\n")];
  const at = current.findIndex((line, i) => line !== old[i]);
  const line = at < 0 ? current.length : at;
  return (
    `${page}:${line + 1} says\n  ${old[line] ?? "(nothing)"}\n` +
    `and the sources say\n  ${current[line] ?? "(nothing)"}`
  );
}

if (process.argv[1] === import.meta.filename) {
  const made = await opsPage();
  if (process.argv.includes("--check")) {
    const problem = staleness(readText(page), made);
    if (problem !== "") console.error(problem);
    process.exitCode = problem === "" ? 0 : 1;
  } else {
    writeFileSync(join(root, page), made);
  }
}
