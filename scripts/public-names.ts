// What a package offers: every name it exports, followed to the file that declares it.
// Not a judgement on its documentation, which is check-docs.ts's.

import { posix } from "node:path";

import type { Declaration, Statement } from "oxc-parser";

import { exists, workspacePackages } from "./repository.js";
import { readSource } from "./source-code.js";
import type { SourceCode } from "./source-code.js";

/** One declaration behind a public name; a name may have several, for instance overloads. */
export interface PublicDeclaration {
  source: SourceCode;
  /** Where the statement starts, `export` included: a docstring ends right before it. */
  start: number;
  declaration: Declaration;
}

export interface PublicName {
  name: string;
  declarations: PublicDeclaration[];
}

/** The public names of all packages, each once, however many entries offer it. */
export function publicNames(): PublicName[] {
  const read = cached(readSource);
  const found = new Map<string, PublicName>();
  for (const { entries } of workspacePackages()) {
    for (const entry of entries.values()) {
      if (!exists(entry)) continue;
      for (const name of namesOf(entry, read)) {
        const [first] = name.declarations;
        found.set(`${first?.source.path ?? entry} ${name.name}`, name);
      }
    }
  }
  return [...found.values()];
}

type Read = (path: string) => SourceCode;

function cached(read: Read): Read {
  const known = new Map<string, SourceCode>();
  return (path) => {
    const source = known.get(path) ?? read(path);
    known.set(path, source);
    return source;
  };
}

/** The names a file exports. What it re-exports from another package is that package's. */
export function namesOf(path: string, read: Read): PublicName[] {
  const names = read(path).module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, importName, exportName, localName }) => {
      const target = moduleRequest === null ? path : targetOf(path, moduleRequest.value);
      if (target === undefined) return [];
      // `export * from "./x.js"`: all that is in it; `export * as name`: the same as `name.x`.
      const isWhole = moduleRequest !== null && importName.name === null;
      const prefix = exportName.name === null ? "" : `${exportName.name}.`;
      const within = (found: PublicName): PublicName => ({ ...found, name: prefix + found.name });
      if (isWhole) return namesOf(target, read).map(within);
      if (exportName.name === null) return [];
      const name = importName.name ?? localName.name ?? exportName.name;
      return [{ ...declared(target, name, read), name: exportName.name }];
    }),
  );
  // A class and an interface of one name are two exports, and one name.
  return [...new Map(names.map((found) => [found.name, found])).values()];
}

function targetOf(path: string, request: string): string | undefined {
  if (!request.startsWith(".")) return undefined;
  return posix.join(posix.dirname(path), request.replace(/\.js$/, ".ts"));
}

/** The declarations of a name in a file, or in the files it gets the name from. */
function declared(path: string, name: string, read: Read): PublicName {
  const source = read(path);
  const declarations = source.program.body
    .flatMap(declarationIn)
    .filter(({ declaration }) => declares(declaration, name))
    .map((found) => ({ source, ...found }));
  if (declarations.length > 0) return { name, declarations };

  for (const { moduleRequest, entries } of source.module.staticImports) {
    const entry = entries.find(({ localName }) => localName.value === name);
    const target = targetOf(path, moduleRequest.value);
    if (entry === undefined || target === undefined) continue;
    return declared(target, entry.importName.name ?? name, read);
  }
  for (const { moduleRequest, importName, exportName } of source.module.staticExports.flatMap(
    ({ entries }) => entries,
  )) {
    const target = moduleRequest === null ? undefined : targetOf(path, moduleRequest.value);
    if (target === undefined) continue;
    if (exportName.name === name) return declared(target, importName.name ?? name, read);
    const found = exportName.name === null ? declared(target, name, read) : undefined;
    if (found !== undefined && found.declarations.length > 0) return found;
  }
  return { name, declarations: [] };
}

function declarationIn(statement: Statement): { start: number; declaration: Declaration }[] {
  if (statement.type === "ExportNamedDeclaration") {
    const { start, declaration } = statement;
    return declaration === null ? [] : [{ start, declaration }];
  }
  return isDeclaration(statement) ? [{ start: statement.start, declaration: statement }] : [];
}

function isDeclaration(statement: Statement): statement is Declaration & Statement {
  return /^(Variable|Function|Class|TSTypeAlias|TSInterface|TSDeclareF)/.test(statement.type);
}

function declares(declaration: Declaration, name: string): boolean {
  if (declaration.type !== "VariableDeclaration") {
    return "id" in declaration && declaration.id?.type === "Identifier"
      ? declaration.id.name === name
      : false;
  }
  return declaration.declarations.some(({ id }) => id.type === "Identifier" && id.name === name);
}
