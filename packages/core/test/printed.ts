// A program in a process of its own, with other environment variables, and what it prints. Not a
// test.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Printed {
  /** Both streams in one. */
  readonly out: string;
  /** The lines that are the library's. */
  readonly lines: string[];
}

/** Without the switches that these tests themselves run under. */
const ownEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("NABLA_")),
);

/** The first line is an import of the library. */
export function printed(program: readonly string[], environment: Record<string, string>): Printed {
  const folder = mkdtempSync(join(tmpdir(), "nabla-debug-"));
  try {
    const [file, log] = [join(folder, "program.mts"), join(folder, "log.mjs")];
    const library = new URL("../src/index.ts", import.meta.url).href;
    writeFileSync(file, [`import * as nabla from "${library}";`, ...program].join("\n"));
    // Both streams in one, as execFileSync gives only one.
    writeFileSync(log, "console.error = (text) => console.log(text);");
    const out = execFileSync(
      process.execPath,
      ["--import", "tsx", "--conditions=source", "--import", log, file],
      {
        cwd: fileURLToPath(new URL(".", import.meta.url)),
        encoding: "utf8",
        env: { ...ownEnvironment, ...environment },
      },
    );
    const lines = out.split("\n").filter((line) => line.startsWith("nabla: "));
    return { out, lines };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
