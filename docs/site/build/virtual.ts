/**
 * What the playground's modules import and no file holds: the declarations of the library for the
 * compiler in the page, and the programs to begin with.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix } from "node:path";

import type { Plugin } from "vite";

import { exists, readText, workspacePackages } from "../../../scripts/repository.js";
import type { Declarations } from "../../../scripts/signatures.js";
import { moduleRequests } from "../../../scripts/source-code.js";
import { programs } from "./playground-link.js";

/** The modules that begin with `virtual:`. */
export function virtualModules(declarations: Declarations | null): Plugin {
  const modules = new Map<string, () => string>([
    ["virtual:declarations", () => exported("files", declarationFiles(declarations!))],
    ["virtual:data", () => exported("noisyLine", readText("examples/data/noisy-line.csv"))],
    ["virtual:programs", () => exported("programs", firstPrograms())],
  ]);
  return {
    name: "virtual",
    resolveId: (id) => (modules.has(id) ? `\0${id}` : null),
    load: (id) => modules.get(id.slice(1))?.() ?? null,
  };
}

const exported = (name: string, value: unknown): string =>
  `export const ${name} = JSON.parse(${JSON.stringify(JSON.stringify(value))});`;

/** The language's own, the packages' with what their entries need, and the examples' helpers. */
function declarationFiles({ read }: Declarations): Record<string, string> {
  const files: Record<string, string> = { "/globals.d.ts": globals };
  const library = join(dirname(createRequire(import.meta.url).resolve("typescript-v6")));
  const addLibrary = (name: string): void => {
    if (`/lib/lib.${name}.d.ts` in files) return;
    const text = readFileSync(join(library, `lib.${name}.d.ts`), "utf8");
    files[`/lib/lib.${name}.d.ts`] = text;
    for (const [, other = ""] of text.matchAll(/<reference lib="(.*?)"/g)) addLibrary(other);
  };
  addLibrary("es2022");
  const place = (path: string): string => {
    const [, folder = "", rest = ""] = /^packages\/(\w+)\/(.*)\.ts$/.exec(path) ?? [];
    return folder === ""
      ? `/support/${posix.basename(path, ".ts")}.d.ts`
      : `/node_modules/${folder === "nabla" ? "" : "@nabla/"}${folder}/${rest}.d.ts`;
  };
  const add = (path: string): void => {
    if (place(path) in files) return;
    const source = read(path);
    files[place(path)] = source.text;
    const found = source.text.matchAll(/import\("(\.[^"]+)"\)/g);
    const asked = [
      ...moduleRequests(source).map(({ from }) => from),
      ...[...found].map(([, a = ""]) => a),
    ];
    for (const from of asked.filter((one) => one.startsWith("."))) {
      const other = posix.join(posix.dirname(path), from.replace(/\.js$/, ".ts"));
      if (exists(other)) add(other);
    }
  };
  for (const { name, entries } of workspacePackages()) {
    const types = [...entries].map(([entry, path]) => {
      add(path);
      return [entry, `.${place(path).slice(`/node_modules/${name}`.length)}`];
    });
    const manifest = { name, type: "module", exports: Object.fromEntries(types) as object };
    files[`/node_modules/${name}/package.json`] = JSON.stringify(manifest);
  }
  for (const path of examplesHelpers) add(path);
  files["/node_modules/commander/package.json"] = '{"types":"../../support/command-line.d.ts"}';
  return files;
}

/** What examples import besides packages: examples/support, and the page's own command line. */
export const examplesHelpers = [
  ...["line", "mistake", "newton", "points"].map((name) => `examples/support/${name}.ts`),
  "docs/site/src/playground/command-line.ts",
];

/** What a worker has besides the language. */
const globals = `
interface Console {
  /** Prints values, as Node does; a picture is shown. */
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  table(rows: unknown): void;
  dir(value: unknown): void;
}
declare const console: Console;
declare const performance: { now(): number };
declare function setTimeout(action: () => void, milliseconds?: number): number;
declare function clearTimeout(timer: number | undefined): void;
declare function setInterval(action: () => void, milliseconds?: number): number;
declare function clearInterval(timer: number | undefined): void;
declare function queueMicrotask(action: () => void): void;
declare function structuredClone<T>(value: T): T;
declare class TextEncoder { encode(text: string): Uint8Array<ArrayBuffer> }
declare class TextDecoder { decode(bytes: Uint8Array): string }
`;

interface FirstProgram {
  readonly group: "first" | "guide" | "example";
  readonly name: string;
  readonly title: string;
  readonly code: string;
}

/** Whole programs of the documents, and the examples of the repository that run in a browser. */
function firstPrograms(): FirstProgram[] {
  const guides = ["shapes", "compile", "seeing-autograd"];
  const files = ["README.md", ...guides.map((name) => `docs/${name}.md`)];
  const short = [...files, "packages/nn/README.md", "packages/data/README.md"].map((file) => {
    const text = readText(file);
    const code = [...programs(file, text).values()].find((one) => one.includes("import "))!;
    const isFirst = file === "README.md";
    const title = (isFirst ? /^## (.*)/m : /^# (.*)/m).exec(text)![1]!;
    const name = isFirst ? "first" : posix.basename(file, "/README.md").replace(/\.md$/, "");
    return { group: isFirst ? "first" : "guide", name, title, code } as const;
  });
  const examples = [
    "gradient-descent",
    "linear-regression",
    "learning-rate",
    "sin-polynomial",
    "logistic-regression",
    "micrograd",
    "hand-vs-autograd",
  ].map((name): FirstProgram => {
    const code = readText(`examples/${name}.ts`);
    return { group: "example", name, title: `${name}.ts`, code };
  });
  const small = readText("docs/site/programs/ten-classes.ts");
  const ten = { name: "ten-classes", title: "ten-classes.ts", code: small };
  return [...short, ...examples, { group: "example", ...ten }];
}
