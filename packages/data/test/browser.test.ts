/** The whole package goes into a bundle for browsers, which names no module of Node's. */
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";

import { build } from "esbuild";
import { expect, test } from "vitest";

test("in a browser, bytes are read, and files are refused with a reason", async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { tensor } from "@nabla/core";
        import * as data from "../src/index.js";
        const bytes = data.writeNpz({ x: tensor([1, 2]) }, { compress: true });
        const read = data.readSafetensors(data.writeSafetensors(data.readNpz(bytes)));
        let message = "";
        try { data.saveFile("x", bytes); } catch (error) { message = error.message; }
        result = [String(read.x), data.readTable("a,b\\n1,2").column("b")[0], message];
      `,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    bundle: true,
    platform: "browser",
    format: "iife",
    conditions: ["source"],
    write: false,
    logLevel: "error",
  });
  const code = outputFiles[0]!.text;
  expect(code).not.toMatch(/require\(|from "(node:)?(fs|path|worker_threads)"/);
  // What a browser has too, and no process.
  const page: Record<string, unknown> = { TextDecoder, TextEncoder, console, WebAssembly };
  runInNewContext(code, page);
  expect(page["result"]).toEqual([
    "tensor([1., 2.])",
    2,
    expect.stringMatching(/^saveFile: there are no files here, only under Node/),
  ]);
});
