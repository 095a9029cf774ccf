/**
 * Runs an example as a user does, in a process of its own, and gives what it printed. So that many
 * runs are quick, the examples are bundled once, sources and all; only libraries stay outside.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bundles = join(root, "node_modules/.cache/nabla-examples", String(process.pid));

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder for one test's pictures and files. */
export const freshFolder = (): string => mkdtempSync(join(tmpdir(), "nabla-example-"));

/** What examples find their data by: the place of the file that asks. */
const here = new URL("../support/command-line.ts", import.meta.url).href;

const built = build({
  entryPoints: readdirSync(join(root, "examples"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(root, "examples", name)),
  outdir: bundles,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  conditions: ["source"],
  external: [
    "@hpcc-js/*",
    "commander",
    "cli-*",
    "csv-parse",
    "csv-parse/*",
    "@observablehq/plot",
    "linkedom",
  ],
  define: { "import.meta.url": JSON.stringify(here) },
});

/** The outcome of the example NAME with options. */
export async function runExample(name: string, ...options: string[]): Promise<Outcome> {
  await built;
  return run(join(bundles, `${name}.mjs`), ...options);
}

/** The outcome of `npm run example -- NAME ...options`, through the script behind it. */
export const runByName = (name: string, ...options: string[]): Promise<Outcome> =>
  run("--import", "tsx", "--conditions=source", join(root, "scripts/example.ts"), name, ...options);

function run(...words: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: root }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}
