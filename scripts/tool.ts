// Runs the command-line tools the workspace depends on. Not a shell: no globs, no pipes.

import { spawn } from "node:child_process";
import { join } from "node:path";

import { root } from "./repository.js";

/** Runs a tool of node_modules; what it printed if it failed, "" if it did not. */
export function outputOfFailure(tool: string, ...options: string[]): Promise<string> {
  return new Promise((resolve) => {
    // Earlier compilers, for the tests of types, would have the same name there.
    const path = tool === "tsc" ? "typescript/bin/tsc" : `.bin/${tool}`;
    const child = spawn(join(root, "node_modules", path), options, { cwd: root });
    let output = "";
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve(`${tool} did not start (${error.message}): run npm ci`));
    child.on("close", (status) => {
      if (status === 0) resolve("");
      else resolve(output.trim() === "" ? `${tool} ended with status ${status}` : output.trim());
    });
  });
}
