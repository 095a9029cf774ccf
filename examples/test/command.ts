/**
 * Runs an example as a user does, in a process of its own, and gives what it printed.
 */
import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder for one test's pictures and files. */
export const freshFolder = (): string => mkdtempSync(join(tmpdir(), "nabla-example-"));

/** The outcome of `npm run example -- NAME ...options`. */
export function runExample(name: string, ...options: string[]): Promise<Outcome> {
  const run = ["--import", "tsx", "--conditions=source", join(root, "scripts/example.ts"), name];
  return new Promise((resolve) => {
    execFile(process.execPath, [...run, ...options], { cwd: root }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}
