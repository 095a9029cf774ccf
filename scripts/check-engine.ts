// `npm run check:engine`: the engine is an addition. Copies the tree without the files that fuse,
// plan and compile, has every operation run at once on the interpreter, and runs core's tests
// there. Tests of what was taken away stay behind; which they are is read from their imports.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

import { exists, filesUnder, root, workspacePackages } from "./repository.js";
import { moduleRequests, readSource } from "./source-code.js";

const core = "packages/core/src";
const engine = [
  ..."group plan demand cache build walk capture replay resident signature"
    .split(" ")
    .map((name) => `${core}/schedule/${name}.ts`),
  `${core}/report.ts`,
  ...filesUnder(`${core}/backends/wasm`, ".ts"),
];

/** What stands in choose.ts where there is nothing to choose from. */
const onlyChoice = `
import { everyOp } from "./schedule/flush.js";
import type { Policy } from "./schedule/flush.js";

export const choosePolicy = (..._unused: unknown[]): Policy => everyOp;
`;

/** Whether a file needs the engine, itself or through what it imports beside itself. */
function needsEngine(path: string): boolean {
  return moduleRequests(readSource(path))
    .filter(({ from, typeOnly }) => from.startsWith(".") && !typeOnly)
    .map(({ from }) => posix.join(posix.dirname(path), from.replace(/\.js$/, ".ts")))
    .some((target) => engine.includes(target) || (isTest(target) && needsEngine(target)));
}

const isTest = (path: string): boolean => path.startsWith("packages/core/test/") && exists(path);

/** The tests of what choose.ts says, which says something else in the copy. */
const testsOfChoice = ["packages/core/test/no-web-assembly.test.ts"];
const left = filesUnder("packages/core/test", ".test.ts").filter(needsEngine).concat(testsOfChoice);
console.log(
  `without ${engine.length} files: schedule/{group,plan,demand,...}.ts, report.ts, backends/wasm/`,
);
console.log(`and their tests: ${left.map((path) => path.split("/").at(-1)).join(", ")}`);

// In `out`, from where other modules than the workspace's own are found as they are from here.
const folder = join(root, "out", "without-engine");
const copy = join(folder, "tree");
const omitted = new Set([...engine, ...left]);
rmSync(folder, { recursive: true, force: true });
// The configuration of the tests imports how a browser is found.
const browser = "docs/site/test/launch.ts";
for (const part of ["packages", "scripts", browser, "vitest.config.ts", "tsconfig.base.json"]) {
  cpSync(join(root, part), join(copy, part), {
    recursive: true,
    filter: (from) => {
      const path = relative(root, from).split(sep).join("/");
      return !omitted.has(path) && !/\/(node_modules|dist)$/.test(path);
    },
  });
}
writeFileSync(join(copy, core, "choose.ts"), onlyChoice);
mkdirSync(join(copy, "node_modules", "@nabla"), { recursive: true });
for (const { folder: home, name } of workspacePackages()) {
  symlinkSync(join(copy, home), join(copy, "node_modules", name), "junction");
}
const records = join(root, "..", "shared");
if (existsSync(records)) symlinkSync(records, join(folder, "shared"), "junction");

const { status } = spawnSync(
  process.execPath,
  [join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", "fast", "packages/core"],
  { cwd: copy, stdio: "inherit" },
);
process.exitCode = status ?? 1;
if (status === 0) rmSync(folder, { recursive: true });
