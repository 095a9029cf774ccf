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

/** The declarations of the packages' sources, and what their options are, by type. */
export interface Declarations {
  read: (path: string) => SourceCode;
  options: ReadonlyMap<string, string>;
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
  const options = new Map<string, string>();
  for (const { text } of sources.values()) {
    const declared = /^(?:export )?interface (\w+Options) (\{[^{}]*\})/gm;
    for (const [, name = "", body = ""] of text.matchAll(declared)) options.set(name, plain(body));
  }
  return { read: (path) => sources.get(path)!, options };
}

/** The way to call what a declaration declares; none if it cannot be called. */
export function signatureIn(
  declaration: string,
  options: ReadonlyMap<string, string> = new Map(),
): Signature | undefined {
  const text = asFunction(declaration);
  const [statement] = parseSource("a declaration", text).program.body;
  const type =
    statement?.type === "VariableDeclaration"
      ? statement.declarations[0]?.id.typeAnnotation?.typeAnnotation
      : statement;
  if (type?.type !== "TSFunctionType" && type?.type !== "TSDeclareFunction") return undefined;
  const result = type.returnType?.typeAnnotation;
  return {
    parameters: type.params.map(({ start, end }) => parameterOf(text.slice(start, end), options)),
    result: result ? text.slice(result.start, result.end) : "void",
  };
}

function parameterOf(declared: string, options: ReadonlyMap<string, string>): Parameter {
  const [, name = declared, mark = ""] = /^((?:\.\.\.)?\w+)(\??)/.exec(declared) ?? [];
  const text = declared.replaceAll(/\w+Options\b/g, (type) => options.get(type) ?? type);
  return { name, optional: mark === "?" || name.startsWith("..."), text };
}

/** What a declaration says, with a record's as that of the function which it is. */
const asFunction = (declaration: string): string =>
  plain(declaration)
    .replace(/\bRow<\[(.*)\]>;$/, "(x: Tensor, $1) => Tensor;")
    .replace(/\bRow<(Along<.*>)>;$/, "(x: Tensor, ...args: $1) => Tensor;")
    .replaceAll(/\.\.\.args: Along<(\w+)>/g, "dim?: Dims, keepdim?: boolean, options?: $1")
    // Options that are taken apart, or have no name.
    .replaceAll(/\((\{[^}]*\})\)\?/g, "options?: $1")
    .replaceAll(/\{[\w\s,]*\}(\??): /g, "options$1: ");

/** Without what a reader need not know: where types are from, and what cannot be written to. */
const plain = (text: string): string =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/import\("[^"]*"\)\.|\breadonly | \| undefined\b/g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll("; }", " }");
