// Whether everything that should be explained is: public names, operations, files; and whether
// the documents' links and paths lead somewhere. Not whether examples are true: that is
// packages/nabla/test/docs.test.ts. What counts as public: public-names.ts.

import { posix } from "node:path";

import type { ClassElement, Declaration } from "oxc-parser";

import { publicNames } from "./public-names.js";
import type { PublicName } from "./public-names.js";
import { exists, filesUnder, readText, workspacePackages } from "./repository.js";
import { docstringBefore, lineAt, openingComment, readSource, tagSections } from "./source-code.js";
import type { SourceCode } from "./source-code.js";

/** Something that must have a docstring, and an `@example` in it if a reader could call it. */
interface Subject {
  name: string;
  source: SourceCode;
  start: number;
  needsExample: boolean;
}

const longestLine = 100;

/** What is not explained, or explained wrongly, as messages that say what to do. */
export function docProblems(): string[] {
  const folders = ["packages", "examples", "bench", "scripts"];
  const sources = folders.flatMap((folder) => filesUnder(folder, ".ts")).map(readSource);
  const documents = [
    ...["README.md", "README.zh.md"].filter((path) => exists(path)),
    ...filesUnder("docs", ".md"),
    ...filesUnder("bench", ".md"),
  ];
  return [
    ...entryProblems(),
    ...sources.flatMap(fileProblems),
    ...nameProblems(publicNames()),
    ...documents.flatMap((path) => linkProblems(path, readText(path))),
  ];
}

function entryProblems(): string[] {
  return workspacePackages().flatMap(({ folder, entries }) =>
    [...entries.values()]
      .filter((path) => !exists(path))
      .map((path) => `${folder}/package.json exports ${path}, which is not there. Create it.`),
  );
}

/** A file opens with a comment, no line is too wide, and the checks are not switched off. */
export function fileProblems(source: SourceCode): string[] {
  const problems: string[] = [];
  if (openingComment(source) === undefined) {
    problems.push(
      `${source.path} does not open with a comment. Say what the file is, what it is not, ` +
        "and where to read next.",
    );
  }
  const lines = source.text.split("\n");
  const wide = lines.flatMap((line, index) => (line.length > longestLine ? [index + 1] : []));
  if (wide.length > 0) {
    problems.push(
      `${source.path} is wider than ${longestLine} columns on line ${wide.join(", ")}. ` +
        "The formatter leaves comments and strings to you: break them.",
    );
  }
  for (const { value, start } of source.comments) {
    const switched = /^\W*((ox|es)lint-(dis|en)able|oxfmt-ignore|prettier-ignore)/.exec(value)?.[1];
    if (switched === undefined) continue;
    problems.push(
      `${source.path}:${lineAt(source, start)} says ${switched}. Satisfy the rule, ` +
        "or turn it off for everybody, with the reason, in .oxlintrc.json.",
    );
  }
  return problems;
}

/** The documentation of public names. */
export function nameProblems(names: readonly PublicName[]): string[] {
  return names.flatMap((publicName) => {
    const { name, declarations } = publicName;
    if (declarations.length === 0) {
      return [`${name} is exported, but no declaration of it was found. Export it by its name.`];
    }
    return namedSubjects(publicName).flatMap(subjectProblems);
  });
}

/** What a public name stands for and, if it is a class, the members it shows. */
function namedSubjects({ name, declarations }: PublicName): Subject[] {
  const subjects = declarations.map(({ source, start, declaration }): Subject => ({
    name,
    source,
    start,
    needsExample: isCallable(declaration),
  }));
  // Overloads, or an interface that adds to a class, are documented once, where it suits.
  const callable = subjects.filter(({ needsExample }) => needsExample);
  const candidates = callable.length > 0 ? callable : subjects;
  const documented = candidates.some((subject) => subjectProblems(subject).length === 0);
  const members = declarations.flatMap(({ source, declaration }) =>
    declaration.type === "ClassDeclaration"
      ? declaration.body.body.flatMap((member) => memberSubject(member, name, source) ?? [])
      : [],
  );
  return [...(documented ? [] : candidates.slice(0, 1)), ...firstOfEach(members)];
}

/** Of overloads and of a getter with its setter, the first stands for all. */
function firstOfEach(subjects: Subject[]): Subject[] {
  const byName = new Map<string, Subject>();
  for (const subject of subjects) {
    if (!byName.has(subject.name)) byName.set(subject.name, subject);
  }
  return [...byName.values()];
}

function isCallable(declaration: Declaration): boolean {
  if (declaration.type === "VariableDeclaration") {
    const initial = declaration.declarations[0]?.init;
    // A call that makes a constant makes a record of an operation, which is callable.
    return /^(ArrowFunction|Function|Call)Expression$/.test(initial?.type ?? "");
  }
  return /^(Function|Class|TSDeclareFunction)/.test(declaration.type);
}

/**
 * A member that users see. Private members are not; an override is documented where it was first
 * declared; a constructor, with its class; a computed name is a protocol of the language.
 */
function memberSubject(
  member: ClassElement,
  owner: string,
  source: SourceCode,
): Subject | undefined {
  if (member.type === "StaticBlock" || member.type === "TSIndexSignature") return undefined;
  if (member.computed || member.key.type !== "Identifier") return undefined;
  const { accessibility, override } = member;
  if (accessibility === "private" || accessibility === "protected" || override) return undefined;
  const kind = "kind" in member ? member.kind : "property";
  if (kind === "constructor") return undefined;
  const name = `${owner}.${member.key.name}`;
  return { name, source, start: member.start, needsExample: kind === "method" };
}

function subjectProblems({ name, source, start, needsExample }: Subject): string[] {
  const place = `${source.path}:${lineAt(source, start)}`;
  const docstring = docstringBefore(source, start);
  if (docstring === undefined) {
    return [`${place} ${name} has no docstring. Say what it does, in which shapes or units.`];
  }
  const isInternal = tagSections(docstring, "internal").length > 0;
  if (needsExample && !isInternal && tagSections(docstring, "example").length === 0) {
    return [`${place} ${name} has no @example. Show one call, its result in a comment behind it.`];
  }
  return [];
}

const link = /\]\(([^)\s]+)(?:\s+"[^"]*")?\)|\b(?:src|href)="([^"]+)"/g;
const pathInBackticks = /`((?:packages|docs|examples|bench|scripts)\/[^`\s]*)`/g;
/** `packages/*`, `examples/NAME.ts` and the like stand for many paths. */
const pattern = /[*<>{}…]|\.\.\.|\b[A-Z]{3,}\b(?!\.md)/;

/** Links and paths of a document that lead nowhere. */
export function linkProblems(document: string, text: string, isThere = exists): string[] {
  const problems: string[] = [];
  let inFence = false;
  for (const [index, line] of text.split("\n").entries()) {
    if (/^\s*```/.test(line)) inFence = !inFence;
    if (inFence) continue;
    const place = `${document}:${index + 1}`;
    for (const [, inText, inTag] of line.matchAll(link)) {
      const target = (inText ?? inTag ?? "").replace(/#.*$/, "");
      if (target === "" || /^[a-z]+:/.test(target)) continue;
      const path = posix.join(posix.dirname(document), decodeURI(target));
      if (!isThere(path)) problems.push(`${place} links to ${path}, which is not there.`);
    }
    for (const [, path = ""] of line.matchAll(pathInBackticks)) {
      const bare = path.replace(/:\d+(-\d+)?$/, "");
      if (pattern.test(bare) || isThere(bare)) continue;
      problems.push(`${place} names ${bare}, which is not there. Correct it.`);
    }
  }
  return problems;
}
