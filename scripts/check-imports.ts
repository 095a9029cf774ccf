// Which file may import what. The tables below are the rule; the rest only applies them.
// Not about cycles or order, which the linter and the formatter see to.
// Why the rule is what it is: docs/architecture.md.

import { posix } from "node:path";

import { exists, filesUnder, workspacePackages } from "./repository.js";
import type { WorkspacePackage } from "./repository.js";
import { moduleRequests, readSource } from "./source-code.js";
import type { ModuleRequest, SourceCode } from "./source-code.js";

/**
 * Inside packages/core/src: what may be imported as a value, first match first. A name that ends
 * in a slash is a folder, which may always import from itself. Types may be imported from anywhere.
 */
const coreRules: [files: string, mayImport: string[]][] = [
  // The vocabulary, at the bottom: everybody may import this...
  ["errors.ts", []],
  // ...and these are numbers and lists, which know of no node.
  ["graph/dtype.ts", []],
  ["graph/shape.ts", ["graph/dtype.ts"]],
  // What is computed, and on what it runs.
  ["kernel/", ["graph/dtype.ts"]],
  ["backends/", ["kernel/", "graph/buffer.ts", "graph/dtype.ts", "graph/shape.ts"]],
  // What was recorded, and when it runs: no derivatives here.
  ["graph/", []],
  ["schedule/", ["graph/", "kernel/", "backends/backend.ts"]],
  // Derivatives: no execution here.
  ["ops/", ["graph/", "kernel/"]],
  ["autograd.ts", ["graph/"]],
  // What a user holds.
  ["print.ts", ["graph/dtype.ts", "graph/shape.ts"]],
  ["tensor.ts", ["ops/", "autograd.ts", "graph/", "schedule/flush.ts", "print.ts"]],
  // Functions of graphs and of functions, and looking on.
  ["custom.ts", ["ops/", "autograd.ts", "graph/"]],
  ["functional.ts", ["ops/", "autograd.ts", "graph/"]],
  ["compile.ts", ["graph/", "schedule/flush.ts"]],
  ["debug.ts", ["graph/", "schedule/flush.ts"]],
  ["gradcheck.ts", ["tensor.ts", "ops/", "autograd.ts", "graph/"]],
  // The one place that knows both when things run and on what.
  // What is printed of what runs.
  ["report.ts", ["debug.ts", "graph/", "schedule/"]],
  ["choose.ts", ["schedule/", "backends/", "report.ts"]],
  [
    "engine.ts",
    ["choose.ts", "graph/", "debug.ts", "schedule/flush.ts", "backends/interpreter.ts"],
  ],
  ["inspect.ts", ["engine.ts", "autograd.ts", "debug.ts", "graph/", "ops/", "schedule/flush.ts"]],
  ["index.ts", ["./"]],
];
const forEverybody = ["errors.ts"];
const coreSource = "packages/core/src";

/** A part of the repository and what its files may import from elsewhere. */
interface Area {
  files: RegExp;
  /** The folders in which relative imports must stay; `$1` is what the pattern captured. */
  relative: string[];
  /** The workspace's packages it may use. */
  packages: RegExp;
  /** Libraries run in browsers too, so only their tests and the tools may use Node's modules. */
  node: boolean;
}

const none = /^$/;
const anyPackage = /^(nabla|@nabla\/\w+)(\/\w+)?$/;
const areas: Area[] = [
  area(/^packages\/core\/src\//, { relative: [coreSource], packages: none }),
  area(/^packages\/(nn|optim)\/src\//, {
    relative: ["packages/$1/src"],
    packages: /^@nabla\/core(\/engine)?$/,
  }),
  area(/^packages\/data\/src\//, {
    relative: ["packages/data/src"],
    packages: /^@nabla\/core$/,
  }),
  area(/^packages\/viz\/src\//, {
    relative: ["packages/viz/src"],
    packages: /^@nabla\/core(\/inspect)?$/,
  }),
  area(/^packages\/nabla\/src\//, {
    relative: ["packages/nabla/src"],
    packages: /^@nabla\/\w+$/,
  }),
  area(/^packages\/nabla\/test\//, { relative: ["packages/nabla", "scripts"], node: true }),
  // How recorded results are read is told once, in scripts/conformance; how a browser is started
  // in docs/site/test.
  area(/^packages\/(\w+)\/test\//, {
    relative: ["packages/$1", "packages/core/test", "scripts/conformance", "docs/site/test"],
    node: true,
  }),
  area(/^(examples|bench|scripts)\//, { relative: ["$1"], node: true }),
  // The pages draw the digits of the examples and time the computations of the benchmarks.
  area(/^docs\/site\/src\//, { relative: ["docs/site/src", "examples/support", "bench"] }),
  // Documents are read by the tools that check them.
  area(/^docs\/site\/build\//, { relative: ["docs/site", "scripts"], node: true }),
  area(/^docs\/site\//, { relative: ["docs/site"], node: true }),
];

function area(
  files: RegExp,
  { relative, packages = anyPackage, node = false }: Partial<Area> & Pick<Area, "relative">,
): Area {
  return { files, relative, packages, node };
}

/** What breaks the rule, as messages that say what to do. */
export function importProblems(): string[] {
  const packages = workspacePackages();
  const folders = ["packages", "examples", "bench", "scripts", "docs"];
  const problems = folders
    .flatMap((folder) => filesUnder(folder, ".ts"))
    .flatMap((path) => problemsOf(readSource(path), packages));
  const core = packages.find(({ folder }) => folder === "packages/core");
  if (core !== undefined && core.dependencies.length > 0) {
    problems.push(
      `packages/core/package.json depends on ${core.dependencies.join(", ")}, but ` +
        "core has no run-time dependency. Move what needs it to another package.",
    );
  }
  return problems;
}

/** What one file imports against the rule; `isFile` says whether a path is there. */
export function problemsOf(
  source: SourceCode,
  packages: readonly WorkspacePackage[],
  isFile = exists,
): string[] {
  const { path } = source;
  const found = areas.find(({ files }) => files.test(path));
  if (found === undefined) {
    return [`${path} is in no area. Say in scripts/check-imports.ts what its folder may import.`];
  }
  return moduleRequests(source).flatMap((request) => {
    const problem = request.from.startsWith(".")
      ? relativeProblem(path, request, found, isFile)
      : packageProblem(path, request, found, packages);
    return problem === undefined
      ? []
      : [`${path}:${request.line} imports ${request.from}${problem}`];
  });
}

function relativeProblem(
  path: string,
  request: ModuleRequest,
  found: Area,
  isFile: typeof exists,
): string | undefined {
  if (!request.from.endsWith(".js")) return ". Relative imports end in .js, for a .ts file too.";
  const target = posix.join(posix.dirname(path), request.from.replace(/\.js$/, ".ts"));
  if (!isFile(target)) return `, but there is no ${target}. Correct the path.`;
  const captured = found.files.exec(path)?.[1] ?? "";
  const allowed = found.relative.map((folder) => folder.replace("$1", captured));
  if (!allowed.some((folder) => target.startsWith(`${folder}/`))) {
    return `, which is outside ${allowed.join(" and ")}. Import the package by its name.`;
  }
  const inCore = path.startsWith(`${coreSource}/`);
  return inCore && !request.typeOnly ? coreProblem(path, target) : undefined;
}

function coreProblem(path: string, target: string): string | undefined {
  const from = path.slice(coreSource.length + 1);
  const to = target.slice(coreSource.length + 1);
  const covers = (name: string, file: string): boolean =>
    name === "./" || (name.endsWith("/") ? file.startsWith(name) : file === name);
  const rule = coreRules.find(([files]) => covers(files, from));
  if (rule === undefined) return `, but scripts/check-imports.ts has no rule for ${from}. Add one.`;
  const [files, mayImport] = rule;
  const own = files.endsWith("/") ? [files] : [];
  const allowed = [...own, ...mayImport, ...forEverybody];
  if (allowed.some((name) => covers(name, to))) return undefined;
  return (
    `, but ${files} may import only ${allowed.join(", ")}. ` +
    "Move what both need further down, or make it an `import type`."
  );
}

function packageProblem(
  path: string,
  { from }: ModuleRequest,
  found: Area,
  packages: readonly WorkspacePackage[],
): string | undefined {
  // Names that start with # are resolved by the package's own "imports".
  if (from.startsWith("#")) return undefined;
  if (from.startsWith("node:")) {
    return found.node
      ? undefined
      : ", but libraries run in browsers too. Do without Node's modules.";
  }
  const [, name = from] = /^((?:@[^/]+\/)?[^/]+)/.exec(from) ?? [];
  const owner = packages.find(({ folder }) => path.startsWith(`${folder}/`));
  if (packages.some((candidate) => candidate.name === name)) {
    if (/\/(src|dist)(\/|$)/.test(from)) return ". Import the package by its name alone.";
    return found.packages.test(from)
      ? undefined
      : `, but this folder may not use ${from}. See scripts/check-imports.ts.`;
  }
  const isLibrary = owner !== undefined && path.startsWith(`${owner.folder}/src/`);
  if (isLibrary && !owner.dependencies.includes(name)) {
    return `, but ${owner.folder}/package.json does not list ${name} in "dependencies".`;
  }
  return undefined;
}
