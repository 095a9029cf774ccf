// How operations are called, from the declarations that the TypeScript compiler makes of the
// sources: a record's says what its family infers. Which names there are: public-names.ts.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type {
  Function,
  TSCallSignatureDeclaration,
  TSFunctionType,
  TSSignature,
  TSType,
} from "oxc-parser";

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
  functions: ReadonlyMap<string, NamedFunction>;
}

/** A function type that has a name: its own parameters and what it is, `(x: Tensor) => Tensor`. */
interface NamedFunction {
  parameters: readonly string[];
  text: string;
}

/** Compiles the declarations of all packages, and of some other files. */
export function readDeclarations(others: readonly string[] = []): Declarations {
  const folder = mkdtempSync(join(tmpdir(), "declarations-"));
  const sources = new Map<string, SourceCode>();
  try {
    const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
    // Whether all types are right is for another check.
    const flags = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--noCheck"];
    spawnSync(compiler, ["-p", "tsconfig.json", ...flags, "--outDir", folder], { cwd: root });
    const paths = filesUnder("packages", ".ts").filter((path) => path.includes("/src/"));
    for (const path of [...paths, ...others]) {
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
  const options = new Map<string, string>();
  const functions = new Map<string, NamedFunction>();
  for (const { program, text } of sources) {
    for (const statement of program.body) {
      const own = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
      const isInterface = own?.type === "TSInterfaceDeclaration";
      if (!isInterface && own?.type !== "TSTypeAliasDeclaration") continue;
      const { name } = own.id;
      const members: Member[] = isInterface ? own.body.body : [own.typeAnnotation];
      const called = members.find(isFunction);
      if (called !== undefined) {
        functions.set(name, { parameters: parametersOf(own), text: functionText(called, text) });
      }
      // A record is called as the function that it extends.
      const base = isInterface ? own.extends[0] : undefined;
      const extended = base && text.slice(base.start, base.end);
      if (extended?.includes("Function<")) {
        functions.set(name, { parameters: parametersOf(own), text: extended });
      }
      // So is what has another name besides.
      const [alias] = members;
      if (alias?.type === "TSTypeReference" && /^\w+Function</.test(text.slice(alias.start))) {
        const other = text.slice(alias.start, alias.end);
        functions.set(name, { parameters: parametersOf(own), text: other });
      }
      if (isInterface && own.extends.length === 0 && name.endsWith("Options")) {
        options.set(name, unbound(own, text, plain(text.slice(own.body.start, own.body.end))));
      }
    }
  }
  return { options, functions };
}

const parametersOf = ({
  typeParameters,
}: {
  typeParameters?: Called["typeParameters"];
}): string[] => typeParameters?.params.map((parameter) => parameter.name.name) ?? [];

type Member = TSSignature | TSType | Function;
type Called = TSFunctionType | TSCallSignatureDeclaration | Function;

function isFunction(node: { type: string } | null | undefined): node is Called {
  return /^TS(FunctionType|CallSignatureDeclaration|DeclareFunction)$/.test(node?.type ?? "");
}

/** A function type without type parameters: each is what it must be at least. */
function functionText({ params, returnType, typeParameters }: Called, source: string): string {
  const slice = (node: { start: number; end: number } | null | undefined): string =>
    node ? plain(source.slice(node.start, node.end)) : "unknown";
  const [first, last] = [params.at(0), params.at(-1)];
  const given = first && last ? slice({ start: first.start, end: last.end }) : "";
  const text = `(${given}) => ${returnType ? slice(returnType.typeAnnotation) : "void"}`;
  return unbound({ typeParameters }, source, text);
}

/** A text about a declaration without its type parameters: each is what it must be at least. */
function unbound(
  { typeParameters }: { typeParameters?: Called["typeParameters"] | undefined },
  source: string,
  text: string,
): string {
  const bounds = typeParameters?.params.map(({ name, constraint }) => [
    name.name,
    constraint ? plain(source.slice(constraint.start, constraint.end)) : "unknown",
  ]);
  return substituted(text, bounds ?? []);
}

/** A text with other words in the place of some. */
const substituted = (text: string, words: readonly string[][]): string =>
  words.reduce(
    (result, [word = "", other = ""]) => result.replaceAll(new RegExp(`\\b${word}\\b`, "g"), other),
    text,
  );

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
    if (known === undefined) return undefined;
    const given = type.typeArguments?.params.map(({ start, end }) => text.slice(start, end)) ?? [];
    const words = known.parameters.map((name, i) => [name, given[i] ?? "[]"]);
    return signatureIn(`declare const f: ${substituted(known.text, words)};`, types);
  }
  if (!isFunction(type)) return undefined;
  if (type.typeParameters) {
    return signatureIn(`declare const f: ${functionText(type, text)};`, types);
  }
  const result = type.returnType?.typeAnnotation;
  return {
    parameters: type.params.map(({ start, end }) => parameterOf(text.slice(start, end), types)),
    result: result ? fitted(text.slice(result.start, result.end)) : "void",
  };
}

/** A type without its arguments. */
function bare(type: string): string {
  const less = type.replaceAll(/(\w)<[^<>]*>/g, "$1");
  return less === type ? type : bare(less);
}

/** A type without its arguments, and without what the compiler asks of a tensor's shape. */
const fitted = (type: string): string =>
  bare(type)
    .replaceAll(/\bFit(Target|Several|Bag)?\b/g, "Tensor")
    .replaceAll(/\bFitEquation\b/g, "string")
    .replaceAll(/\bPartsBy\[Of\]/g, "Tensor[]")
    .replaceAll(/\bPooled\b/g, "Tensor | [output: Tensor, indices: Tensor]");

function parameterOf(declared: string, { options }: Types): Parameter {
  const [, name = declared, mark = ""] = /^((?:\.\.\.)?\w+)(\??)/.exec(declared) ?? [];
  const text = fitted(declared).replaceAll(/\w+Options\b/g, (type) => options.get(type) ?? type);
  return { name, optional: mark === "?" || name.startsWith("..."), text };
}

/**
 * With the arguments of reductions, of records and of destructured options as plain parameters, and
 * where the compiler knows shapes (packages/core/src/graph/shape-types.ts) without them.
 */
const simplified = (declaration: string): string =>
  declaration
    .replaceAll("[...number[]]", "Shape")
    .replaceAll("Tensor<Shape, DType>", "Tensor")
    .replaceAll(/\bCreated<[^<>]*>/g, "Tensor")
    .replaceAll(/\b(?:Beside<"", Tensor|Factor<Tensor), Tensor>/g, "Tensor")
    .replaceAll(/\bBeside<[^<>]*>/g, "Operand")
    .replaceAll(/\bFit<.*?>, \.\.\.args/g, "Tensor, ...args")
    .replaceAll(/\bFitList<[^<>]*>/g, "Tensor[]")
    .replaceAll("...args: ExtremeArguments<Tensor>", "dim?: number | Tensor, keepdim?: boolean")
    .replaceAll(/\.\.\.args: ExtremeArguments<\S*>/g, "dim?: number, keepdim?: boolean")
    .replaceAll("...args: Index[]", "...index: Index[]")
    .replaceAll(/\bExtreme<.*>;$/g, "Tensor | ValuesAndIndices;")
    .replaceAll(/\bListing<[^<>]*>/g, "Tensor | Tensor[]")
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
