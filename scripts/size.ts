// How much code there is, by folder, and whether it stays within what a reader can take in.
// A line counts if it holds code: blank lines and comments, docstrings among them, are free.
// Not a measure of anything else. `npm run size` prints it; check.ts runs the limits.

import { filesUnder } from "./repository.js";
import { readSource } from "./source-code.js";
import type { SourceCode } from "./source-code.js";

/** A limit on the code lines of some files together, and what to do when they exceed it. */
interface Limit {
  name: string;
  lines: number;
  covers: (path: string) => boolean;
  advice: string;
  /** Printed, and not yet held: docs/decisions/0004-the-size-of-core.md says why. */
  goal?: boolean;
}

const linesPerFile = 400;
const core = "packages/core/src/";
const learnersPath = ["tensor", "autograd", "ops/define", "ops/elementwise"];
/** What makes the engine fast; everything works, slowly, without it. */
const optional = /^packages\/core\/src\/(schedule\/(group|plan)|backends\/wasm)\b/;

const limits: Limit[] = [
  {
    name: "the learner's path",
    lines: 900,
    covers: (path) => learnersPath.some((file) => path === `${core}${file}.ts`),
    advice: "Move what a first reading does not need to a file of its own.",
  },
  {
    name: "core without group, plan and wasm",
    lines: 4000,
    covers: (path) => path.startsWith(core) && !optional.test(path),
    advice: "Find what two places do in their own way, or what belongs in another package.",
    goal: true,
  },
  {
    name: "core",
    lines: 9000,
    covers: (path) => path.startsWith(core),
    advice: "Find what two places do in their own way, or what belongs in another package.",
    goal: true,
  },
];

/** The number of lines that hold code. */
export function codeLines({ text, comments }: SourceCode): number {
  let code = "";
  let from = 0;
  for (const { start, end } of comments) {
    code += text.slice(from, start) + text.slice(start, end).replaceAll(/[^\n]/g, "");
    from = end;
  }
  code += text.slice(from);
  return code.split("\n").filter((line) => line.trim() !== "").length;
}

/** The code lines of every source file, by path. */
function measure(): Map<string, number> {
  const folders = ["packages", "examples", "bench", "scripts", "docs"];
  const paths = folders.flatMap((folder) => filesUnder(folder, ".ts"));
  return new Map(paths.map((path) => [path, codeLines(readSource(path))]));
}

function total(sizes: Map<string, number>, covers: (path: string) => boolean): number {
  let sum = 0;
  for (const [path, lines] of sizes) if (covers(path)) sum += lines;
  return sum;
}

/** What exceeds its limit, as messages that say what to do. */
export function sizeProblems(sizes = measure()): string[] {
  const problems: string[] = [];
  for (const [path, lines] of sizes) {
    if (lines <= linesPerFile) continue;
    problems.push(
      `${path} has ${lines} code lines, more than ${linesPerFile}. Split it in two that each ` +
        "have a name a reader would search for.",
    );
  }
  for (const { name, lines, covers, advice, goal = false } of limits) {
    const sum = total(sizes, covers);
    if (sum > lines && !goal)
      problems.push(`${name} has ${sum} code lines, more than ${lines}. ${advice}`);
  }
  return problems;
}

/** The size of every folder as an indented table, and how much of each limit is used. */
export function sizeTable(sizes = measure()): string {
  const folders = new Map<string, number>();
  for (const [path, lines] of sizes) {
    const parts = path.split("/").slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const folder = parts.slice(0, depth).join("/");
      folders.set(folder, (folders.get(folder) ?? 0) + lines);
    }
  }
  const rows = [...folders].map(([folder, lines]): [string, string] => {
    const parts = folder.split("/");
    return [`${"  ".repeat(parts.length - 1)}${parts.at(-1) ?? folder}`, `${lines}`];
  });
  const used = limits.map(({ name, lines, covers }): [string, string] => [
    name,
    `${total(sizes, covers)} of ${lines}`,
  ]);
  const [longest = "", longestLines = 0] = [...sizes].sort((a, b) => b[1] - a[1])[0] ?? [];
  used.push([`longest file (${longest})`, `${longestLines} of ${linesPerFile}`]);
  return `Code lines\n\n${aligned(rows)}\n\n${aligned(used)}`;
}

function aligned(rows: [string, string][]): string {
  const name = Math.max(...rows.map(([text]) => text.length));
  const number = Math.max(...rows.map(([, text]) => text.length));
  return rows.map(([a, b]) => `${a.padEnd(name)}  ${b.padStart(number)}`).join("\n");
}

if (process.argv[1] === import.meta.filename) {
  console.log(sizeTable());
  const problems = sizeProblems();
  if (problems.length > 0) {
    console.error(`\n${problems.join("\n")}`);
    process.exitCode = 1;
  }
}
