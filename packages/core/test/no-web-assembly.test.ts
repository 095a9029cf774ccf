// Where WebAssembly is missing, or a content-security policy forbids it, everything works on the
// interpreter, and one line says so. Each case is a process of its own.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { buildSync } from "esbuild";
import { afterAll, expect, test } from "vitest";

// As one file of JavaScript: what reads TypeScript in a process needs WebAssembly itself.
const folder = mkdtempSync(join(tmpdir(), "nabla-no-wasm-"));
const outfile = join(folder, "core.mjs");
const source = fileURLToPath(new URL("../src/index.ts", import.meta.url));
buildSync({ entryPoints: [source], outfile, bundle: true, format: "esm" });
const entry = pathToFileURL(outfile).href;
afterAll(() => rmSync(folder, { recursive: true }));

const training = `
  const { noGrad, tensor } = await import(${JSON.stringify(entry)});
  const x = tensor([1, 2, 3]);
  const w = tensor(0, { requiresGrad: true });
  for (let step = 0; step < 50; step++) {
    w.grad = null;
    x.mul(w).sub(x.mul(2)).square().mean().backward();
    noGrad(() => w.sub_(w.grad.mul(0.1)));
  }
  console.log(w.item().toFixed(3));
`;

/** What the training prints to each stream, after `before` was done to the place. */
function run(before: string, settings: Record<string, string> = {}): Promise<Printed> {
  // Whoever tests with other settings tests them elsewhere.
  const { NABLA_FLUSH: _flush, NABLA_BACKEND: _backend, ...env } = process.env;
  return promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", before + training],
    { env: { ...env, ...settings } },
  );
}

interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

const missing = "delete globalThis.WebAssembly;";
const forbidden = `
  WebAssembly.Module = function () {
    throw new WebAssembly.CompileError("code generation is disallowed by the embedder");
  };
`;

test.each([
  ["it is missing", missing],
  ["it is forbidden", forbidden],
])("%s: the training goes as always, with one warning", async (_name, before) => {
  const { stdout, stderr } = await run(before);
  expect(stdout).toBe("2.000\n");
  const lines = stderr.trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^nabla: WebAssembly is missing here, or .* NABLA_BACKEND=interpreter/);
});

test("no warning where it is there, or not asked for", async () => {
  expect(await run("")).toEqual({ stdout: "2.000\n", stderr: "" });
  const asked = await run(missing, { NABLA_BACKEND: "interpreter" });
  expect(asked).toEqual({ stdout: "2.000\n", stderr: "" });
  const atOnce = await run(missing, { NABLA_FLUSH: "everyOp" });
  expect(atOnce).toEqual({ stdout: "2.000\n", stderr: "" });
});
