/**
 * The reference of a package, as Markdown: its README, then what each of its files exports, as the
 * declarations and the docstrings say. Operations are left out: docs/ops.md has them. How Markdown
 * becomes a page: markdown.ts.
 */
import { posix } from "node:path";

import type { ClassElement, TSSignature } from "oxc-parser";

import { namesOf } from "../../../scripts/public-names.js";
import type { PublicDeclaration, PublicName } from "../../../scripts/public-names.js";
import { readText } from "../../../scripts/repository.js";
import type { WorkspacePackage } from "../../../scripts/repository.js";
import { signatureIn } from "../../../scripts/signatures.js";
import type { Declarations } from "../../../scripts/signatures.js";
import {
  docstringBefore,
  openingComment,
  readSource,
  tagSections,
} from "../../../scripts/source-code.js";
import type { Docstring, SourceCode } from "../../../scripts/source-code.js";

/** The page of a package; `isElsewhere` says which names have an entry among the operations. */
export function apiMarkdown(
  { folder, name, entries }: WorkspacePackage,
  declarations: Declarations,
  isElsewhere: (name: string) => boolean,
): string {
  const files = new Map<string, [PublicName, number][]>();
  for (const entry of entries.values()) {
    for (const found of namesOf(entry, declarations.read)) {
      const [first] = found.declarations;
      if (first === undefined || isElsewhere(found.name)) continue;
      const docstring = documentedBy(found)?.docstring;
      if (docstring === undefined || tagSections(docstring, "internal").length > 0) continue;
      const { path } = first.source;
      if (!path.startsWith(folder)) continue;
      const names = files.get(path) ?? [];
      if (!names.some(([{ name }]) => name === found.name)) names.push([found, first.start]);
      files.set(path, names);
    }
  }
  const sections = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, names]) => [
      `## ${titleOf(path)}`,
      `[\`${posix.basename(path)}\`](src/${path.split("/src/")[1]!}): ${firstSentence(path)}`,
      ...names.sort(([, a], [, b]) => a - b).flatMap(([found]) => entryOf(found, declarations)),
    ]);
  const readme = readText(`${folder}/README.md`).replace(/^# .*/, `# ${name}`);
  return [readme.trim(), ...sections].join("\n\n");
}

/** `layers/linear.ts`: Linear layers would be guessed, so it is the path, as words. */
function titleOf(path: string): string {
  const words = path.split("/src/")[1]!.replace(/\.ts$/, "").replaceAll("-", " ").split("/");
  return words.map((word) => word.replace(/^./, (letter) => letter.toUpperCase())).join(": ");
}

function firstSentence(path: string): string {
  const text = (openingComment(readSource(path)) ?? "").replaceAll(/\s+/g, " ").trim();
  return /^.*?[.!?](?= [A-Z`]|$)/.exec(text)?.[0] ?? text;
}

interface Documented extends PublicDeclaration {
  readonly docstring: Docstring;
}

/** The declaration that has the docstring, the one with an example before others. */
function documentedBy({ declarations }: PublicName): Documented | undefined {
  const found = declarations.flatMap((one): Documented[] => {
    const docstring = docstringBefore(one.source, one.start);
    return docstring === undefined ? [] : [{ ...one, docstring }];
  });
  return found.find(({ docstring }) => tagSections(docstring, "example").length > 0) ?? found[0];
}

function entryOf(found: PublicName, declarations: Declarations): string[] {
  const documented = documentedBy(found)!;
  const { source, declaration, docstring } = documented;
  const heading = [`### ${found.name}`];
  const words = documentation(docstring);
  const text = shown(source.text.slice(declaration.start, declaration.end));
  if (declaration.type === "ClassDeclaration") {
    const head = shown(source.text.slice(declaration.start, declaration.body.start));
    const { body } = declaration.body;
    const made = body
      .filter((member) => isPublic(member) && "kind" in member && member.kind === "constructor")
      .map((member) => slice(source, member).replace("constructor", `new ${found.name}`));
    return [
      ...heading,
      code([head.replace(/^(?:export )?declare /, "").trim(), ...made].join("\n")),
      ...words,
      ...membersOf(found.name, source, body),
    ];
  }
  if (declaration.type === "TSInterfaceDeclaration") {
    const head = shown(source.text.slice(declaration.start, declaration.body.start));
    const members = membersOf(found.name, source, declaration.body.body);
    return [...heading, code(members.length === 0 ? text : head.trim()), ...words, ...members];
  }
  if (declaration.type === "TSTypeAliasDeclaration") return [...heading, code(text), ...words];
  const signatures = found.declarations.flatMap((one) => {
    const own = one.source.text.slice(one.declaration.start, one.declaration.end);
    const signature = signatureIn(own, declarations.types);
    if (signature === undefined) return [];
    const { parameters, result } = signature;
    return `${found.name}(${parameters.map((given) => given.text).join(", ")}): ${result}`;
  });
  return [...heading, code(signatures.length === 0 ? text : signatures.join("\n")), ...words];
}

/** What a docstring says, and its examples. */
function documentation(docstring: Docstring): string[] {
  const tag = docstring.lines.findIndex((line) => /^\s*@/.test(line));
  const text = docstring.lines.slice(0, tag < 0 ? undefined : tag);
  const examples = tagSections(docstring, "example").map(({ lines }) =>
    code(lines.filter((line) => !/^\s*```/.test(line)).join("\n"), "ts"),
  );
  return [text.join("\n").trim(), ...examples];
}

/** Signatures are no examples: `ts no-run`. */
const code = (text: string, language = "ts no-run"): string =>
  `\`\`\`${language}\n${text.trim()}\n\`\`\``;

/** Fields in a list, then methods, each with its example. */
function membersOf(
  owner: string,
  source: SourceCode,
  members: readonly (ClassElement | TSSignature)[],
): string[] {
  const fields: string[] = [];
  const methods: string[] = [];
  const seen = new Set<string>();
  for (const member of members) {
    const docstring = docstringBefore(source, member.start);
    if (docstring === undefined || !isPublic(member) || !("key" in member)) continue;
    if (member.key.type !== "Identifier") continue;
    const { name } = member.key;
    if (name === "constructor" || seen.has(name)) continue;
    seen.add(name);
    const [text = "", ...examples] = documentation(docstring);
    const signature = slice(source, member);
    if (examples.length === 0) fields.push(`- \`${signature}\`: ${text.replaceAll("\n", "\n  ")}`);
    else methods.push(`#### ${owner}.${name}`, `\`${signature}\``, text, ...examples);
  }
  return [...(fields.length === 0 ? [] : [fields.join("\n")]), ...methods];
}

function isPublic(member: ClassElement | TSSignature): boolean {
  if ("accessibility" in member && member.accessibility) return member.accessibility === "public";
  return !("computed" in member && member.computed);
}

const slice = (source: SourceCode, { start, end }: { start: number; end: number }): string =>
  shown(source.text.slice(start, end)).replaceAll(/\s+/g, " ").replace(/;$/, "");

/** A declaration as a reader wants it. */
const shown = (text: string): string =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/import\("[^"]*"\)\.|\breadonly |\bget (?=\w+\()| \| undefined\b/g, "")
    .replaceAll(/^\s*\n/gm, "")
    .replaceAll(/^export (?=declare|interface|type)|\bdeclare /g, "");
