/**
 * `npm run bench [-- SUITE] [--json FILE]`: runs the benchmarks, all of them or one suite, and
 * prints a table a suite: medians with the quartiles beside them, and ratios, which are what to
 * look at.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";

import Table from "cli-table3";
import { Argument, Command } from "commander";

import { linearRegression } from "./linear-regression.js";
import type { Timing } from "./measure.js";
import { operations } from "./operations.js";

/** One comparison: every side was timed in the same run. */
export interface Row {
  readonly name: string;
  /** By side; the first is what the others are compared with. */
  readonly timings: Readonly<Record<string, Timing>>;
}

const suites: Readonly<Record<string, () => Generator<Row>>> = {
  "linear-regression": linearRegression,
  operations,
};

const command = new Command("npm run bench --")
  .description("Measures Nabla; what to beware of is in bench/README.md.")
  .addArgument(new Argument("[suite]", "one suite only").choices(Object.keys(suites)))
  .option("--json <file>", "write the results to a file as well")
  .parse();
const only = command.args[0];
const { json } = command.opts<{ json?: string }>();

if (json !== undefined) checkWritable(json);
const results: Record<string, Row[]> = {};
for (const [name, suite] of Object.entries(suites)) {
  if (only === undefined || only === name) results[name] = runSuite(name, suite);
}
if (json !== undefined) {
  const machine = { node: process.version, processor: cpus()[0]?.model ?? "unknown" };
  writeFileSync(json, `${JSON.stringify({ machine, unit: "microseconds", results }, null, 2)}\n`);
}

function runSuite(name: string, suite: () => Generator<Row>): Row[] {
  console.log(`\n${name}`);
  const rows: Row[] = [];
  let table: Table.Table | undefined;
  for (const row of suite()) {
    const sides = Object.keys(row.timings);
    const [first, ...others] = sides;
    const ratios = others.map((side) => `${side} / ${first!}`);
    table ??= new Table({
      head: ["", ...sides.map((side) => `${side}, µs`), ...ratios],
      style: { head: [], border: [], compact: true },
    });
    const medians = sides.map((side) => row.timings[side]!.median);
    table.push([
      row.name,
      ...sides.map((side) => describe(row.timings[side]!)),
      ...medians.slice(1).map((median) => (median / medians[0]!).toFixed(2)),
    ]);
    rows.push(row);
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  console.log(table?.toString());
  return rows;
}

function describe({ median, quartiles: [low, high] }: Timing): string {
  return `${median.toPrecision(3)}  (${low.toPrecision(3)} to ${high.toPrecision(3)})`;
}

/** Before minutes of measuring, not after them. */
function checkWritable(file: string): void {
  try {
    writeFileSync(file, "");
  } catch (error) {
    command.error(`error: ${file} cannot be written: ${(error as Error).message}. Check --json.`);
  }
}
