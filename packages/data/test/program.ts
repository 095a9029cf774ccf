/** Programs for processes that tests start and stop: bundled, so that Node starts them at once. */
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

/** Bundles a program whose imports are relative to this folder, and returns where it is. */
export async function program(outfile: string, contents: string): Promise<string> {
  await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL(".", import.meta.url)), loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["source"],
    banner: { js: 'import { createRequire } from "node:module";' },
    outfile,
    logLevel: "error",
  });
  return outfile;
}
