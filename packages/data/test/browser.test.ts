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
        const losses = [];
        const steps = data.progress(3, { onReport: ({ loss }) => losses.push(loss) });
        for (const step of steps) steps.report(step);
        for (const step of data.progress(1));
        const auc = data.rocAuc([1, 0], [1, 0]);
        result = [losses.at(-1), auc, String(read.x),
          data.readTable("a,b\\n1,2").column("b")[0], message];
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
  expect(code).not.toMatch(/SingleBar|isTTY/);
  // What a browser has too, and no process.
  const lines: string[] = [];
  const page: Record<string, unknown> = {
    TextDecoder,
    TextEncoder,
    WebAssembly,
    performance,
    console: { log: (line: string) => lines.push(line) },
  };
  runInNewContext(code, page);
  expect(lines).toEqual([expect.stringMatching(/^ {2}1\/1 .* 0\.0 s left$/)]);
  expect(page["result"]).toEqual([
    2,
    1,
    "tensor([1., 2.])",
    2,
    expect.stringMatching(/^saveFile: there are no files here, only under Node/),
  ]);
});
