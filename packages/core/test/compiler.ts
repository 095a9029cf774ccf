// Runs TypeScript's compiler over small programs, as a user's editor would, and gives what it says.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** What programs may name without importing it. */
const prelude = `
import { add, arange, cat, einsum, full, grad } from "@nabla/core";
import { matmul, noGrad, ones, rand, relu, stack, sum, tensor, where, zeros } from "@nabla/core";
import { Tensor } from "@nabla/core";
import type { DType, Operand, Shape } from "@nabla/core";
declare const n: number;
declare const plain: Tensor;
`;

/** Those that name layers import them, in the first line, which is empty. */
const layers = (program: string): string =>
  program.includes("nn.") ? 'import * as nn from "@nabla/nn";' : "";

/** A program that makes the compiler say what type each expression has, a line for each. */
export const typesOf = (expressions: readonly string[]): string =>
  expressions.map((expression, i) => `export const _${i}: 0 = ${expression};`).join("\n");

/** A line of a program and the first line of what the compiler says about it. */
export interface Complaint {
  readonly line: number;
  readonly text: string;
}

/** Compiles programs, each for itself; their lines count from 1. */
export async function compile(
  programs: readonly string[],
  version = "typescript",
): Promise<Complaint[][]> {
  const folder = await mkdtemp(join(tmpdir(), "nabla-types-"));
  const options = {
    extends: pathOf("../../../tsconfig.base.json"),
    compilerOptions: {
      noEmit: true,
      customConditions: ["source"],
      lib: ["ES2022", "DOM"],
      noUnusedLocals: false,
      noUnusedParameters: false,
      paths: {
        "@nabla/core": [pathOf("../src/index.ts")],
        "@nabla/nn": [pathOf("../../nn/src/index.ts")],
      },
    },
  };
  try {
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(options));
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    const files = programs.map((program, i) =>
      writeFile(join(folder, `p${i}.ts`), `${layers(program)}${prelude}${program}\nexport {};\n`),
    );
    await Promise.all(files);
    return complaintsIn(await output(folder, version), programs.length);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function output(folder: string, version: string): Promise<string> {
  const installed = createRequire(import.meta.url).resolve(`${version}/package.json`);
  const compiler = join(dirname(installed), "bin", "tsc");
  const args = [compiler, "-p", folder, "--pretty", "false"];
  const run = promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 });
  try {
    return (await run).stdout;
  } catch (error) {
    // It ends so where it found something to say.
    const { stdout } = error as { stdout?: string };
    if (!stdout) throw error;
    return stdout;
  }
}

function complaintsIn(text: string, count: number): Complaint[][] {
  const complaints = Array.from({ length: count }, (): Complaint[] => []);
  const before = prelude.split("\n").length - 1;
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith(" ")) continue;
    const found = /\bp(\d+)\.ts\((\d+),\d+\): error TS\d+: (.*)$/.exec(line);
    if (found === null) throw new Error(`the compiler says something else: ${line}`);
    complaints[Number(found[1])]!.push({ line: Number(found[2]) - before, text: found[3]! });
  }
  return complaints;
}
