/**
 * What it costs to have `@nabla/core`: bytes to download, milliseconds to import. Both of what is
 * published, made by esbuild in a folder of its own; nothing has to be built before.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

import { buildSync } from "esbuild";

const source = fileURLToPath(new URL("../packages/core/src/", import.meta.url));

/** The whole entry in one minified file, compressed: kilobytes, of 1000 bytes. */
export function compressedSize(): number {
  const { outputFiles } = buildSync({
    entryPoints: [join(source, "index.ts")],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length / 1000;
}

const IMPORTS = 21;

/** Milliseconds of a first import, in one file as published, each in a new process. */
export function importTimes(): number[] {
  const folder = mkdtempSync(join(tmpdir(), "nabla-import-"));
  try {
    const entryPoints = [join(source, "index.ts")];
    buildSync({ entryPoints, outdir: folder, bundle: true, format: "esm", target: "es2022" });
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const entry = pathToFileURL(join(folder, "index.js")).href;
    const program =
      "const start = performance.now();" +
      `await import("${entry}"); console.log(performance.now() - start);`;
    const options = ["--input-type=module", "--eval", program];
    return Array.from({ length: IMPORTS }, () =>
      Number(execFileSync(process.execPath, options, { encoding: "utf8" })),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
