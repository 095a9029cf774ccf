// How operations are called, from the declarations that the TypeScript compiler makes of the
// sources: a record's says what its family infers. Which names there are: public-names.ts.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { filesUnder, root } from "./repository.js";
import { parseSource } from "./source-code.js";
import type { SourceCode } from "./source-code.js";

/** One way to call something. */
export interface Signature {
  parameters: Parameter[];
  /** The type of what it gives. */
  result: string;
}

export interface Parameter {
  name: string;
  optional: boolean;
  /** As it is declared: `dim?: number`. */
  text: string;
}

/** The declarations of the packages' sources. */
export interface Declarations {
  read: (path: string) => SourceCode;
  types: Types;
}

/** What types stand for: options for their members, and names of functions for functions. */
export interface Types {
  options: ReadonlyMap<string, string>;
  functions: ReadonlyMap<string, FunctionType>;
}

/** A function type that has a name: its own parameters and what it is, `(x: Tensor) => Tensor`. */
interface FunctionType {
  parameters: readonly string[];
  text: string;
}

/** Compiles the declarations of all packages. */
export function readDeclarations(): Declarations {
  const folder = mkdtempSync(join(tmpdir(), "declarations-"));
  const sources = new Map<string, SourceCode>();
  try {
    const compiler = join(root, "node_modules", ".bin", "tsc");
    const flags = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly"];
    // Declarations come out whether or not all types are right, which is for another check.
    spawnSync(compiler, ["-p", "tsconfig.json", ...flags, "--outDir", folder], { cwd: root });
    for (const path of filesUnder("packages", ".ts").filter((path) => path.includes("/src/"))) {
      const text = readFileSync(join(folder, path.replace(/\.ts$/, ".d.ts")), "utf8");
      sources.set(path, parseSource(path, text));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { read: (path) => sources.get(path)!, types: typesIn([...sources.values()]) };
}

/** The types of some declarations that have names. */
export function typesIn(sources: readonly SourceCode[]): Types {
  const [options, functions] = [new Map<string, string>(), new Map<string, FunctionType>()];
  for (const { program, text } of sources) {
    for (const statement of program.body) {
      const own = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
      if (own?.type !== "TSInterfaceDeclaration" && own?.type !== "TSTypeAliasDeclaration")
        continue;
      const { name } = own.id;
      const parameters = own.typeParameters?.params.map((parameter) => parameter.name.name) ?? [];
      const add = (node: Span, from: string | RegExp, to: string): void => {
        functions.set(name, {
          parameters,
          text: plain(text.slice(node.start, node.end)).replace(from, to),
        });
      };
      if (own.type === "TSTypeAliasDeclaration") {
        if (own.typeAnnotation.type === "TSFunctionType") add(own.typeAnnotation, "", "");
        continue;
      }
      const call = own.body.body.find(({ type }) => type === "TSCallSignatureDeclaration");
      if (call !== undefined) add(call, /\): (\w+);?$/, ") => $1");
      if (name.endsWith("Options") && own.extends.length === 0) {
        options.set(name, plain(text.slice(own.body.start, own.body.end)));
      }
    }
  }
  return { options, functions };
}

type Span = Record<"start" | "end", number>;

/** The way to call what a declaration declares; none if it cannot be called. */
export function signatureIn(declaration: string, types: Types): Signature | undefined {
  const text = simplified(plain(declaration));
  const [statement] = parseSource("a declaration", text).program.body;
  const type =
    statement?.type === "VariableDeclaration"
      ? statement.declarations[0]?.id.typeAnnotation?.typeAnnotation
      : statement;
  if (type?.type === "TSTypeReference" && type.typeName.type === "Identifier") {
    const known = types.functions.get(type.typeName.name);
    const given = type.typeArguments?.params.map(({ start, end }) => text.slice(start, end)) ?? [];
    const meant = known?.parameters.reduce(
      (meaning, name, i) => meaning.replaceAll(new RegExp(`\\b${name}\\b`, "g"), given[i] ?? name),
      known.text,
    );
    return meant === undefined ? undefined : signatureIn(`declare const f: ${meant};`, types);
  }
  if (type?.type !== "TSFunctionType" && type?.type !== "TSDeclareFunction") return undefined;
  const result = type.returnType?.typeAnnotation;
  return {
    parameters: type.params.map(({ start, end }) => parameterOf(text.slice(start, end), types)),
    result: result ? text.slice(result.start, result.end) : "void",
  };
}

function parameterOf(declared: string, { options }: Types): Parameter {
  const [, name = declared, mark = ""] = /^((?:\.\.\.)?\w+)(\??)/.exec(declared) ?? [];
  const text = declared.replaceAll(/\w+Options\b/g, (type) => options.get(type) ?? type);
  return { name, optional: mark === "?" || name.startsWith("..."), text };
}

/** With the arguments of reductions, of records and of destructured options as plain parameters. */
const simplified = (declaration: string): string =>
  declaration
    .replaceAll(/\.\.\.\w+: Along<(\w+)>/g, "dim?: Dims, keepdim?: boolean, options?: $1")
    .replaceAll(/\.\.\.\w+: \[(.*?)\](?=\))/g, "$1")
    .replaceAll(/\((\{[^}]*\})\)\?/g, "options?: $1")
    .replaceAll(/\{[\w\s,]*\}(\??): /g, "options$1: ");

/** Without what a reader need not know: where types are from, and what cannot be written to. */
const plain = (text: string): string =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/import\("[^"]*"\)\.|\breadonly | \| undefined\b/g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll("; }", " }");
