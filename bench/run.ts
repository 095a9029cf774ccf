/**
 * `npm run bench [-- SUITE] [--only NAME] [--json FILE]`: runs the benchmarks, all of them or one
 * suite, and prints a table a suite: medians with the quartiles beside them, ratios, which are what
 * to look at, and whether they reach their targets.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";

import Table from "cli-table3";
import { Argument, Command } from "commander";

import { computations } from "./computations.js";
import { measure } from "./measure.js";
import { networks } from "./networks.js";
import { operations } from "./operations.js";
import { compressedSize, importTimes } from "./package-size.js";
import { peak, products } from "./products.js";
import { timesOfPyTorch, whyNoPyTorch } from "./pytorch.js";
import { regressions } from "./regressions.js";
import { checkSame } from "./side.js";
import type { Side, Workload } from "./side.js";
import { summarize } from "./summary.js";
import type { Timing } from "./summary.js";

/** One line of a table: cells as they are shown, and what goes into the file. */
interface Row {
  readonly name: string;
  readonly cells: readonly string[];
  readonly data: object;
}

interface Suite {
  readonly head: readonly string[];
  readonly rows: () => Generator<Row>;
}

const defaultHead = "µs a step,Nabla,other side,ratio,target,PyTorch,faster,target".split(",");

const suites: Readonly<Record<string, Suite>> = {
  steps: {
    head: [...defaultHead, "compiled", "ratio", "target"],
    rows: steps,
  },
  networks: {
    head: ["µs a step", "Nabla", "PyTorch", "faster", "target", "60 000 examples, s"],
    rows: networkRows,
  },
  matmul: { head: ["GFLOP/s", "Nabla", "peak", "share", "target"], rows: productRows },
  package: { head: ["@nabla/core", "median", "target"], rows: packageRows },
  operations: { head: ["µs", "one call"], rows: operationRows },
};

const command = new Command("npm run bench --")
  .description("Measures Nabla; what to beware of is in bench/README.md.")
  .addArgument(new Argument("[suite]", "one suite only").choices(Object.keys(suites)))
  .option("--only <name>", "only rows whose names contain this")
  .option("--json <file>", "write the results to a file as well")
  .parse();
const chosen = command.args[0];
const { json, only = "" } = command.opts<{ json?: string; only?: string }>();
const isChosen = (name: string): boolean => name.includes(only);

if (json !== undefined) checkWritable(json);
const results: Record<string, object> = {};
for (const [name, suite] of Object.entries(suites)) {
  if (chosen === undefined || chosen === name) results[name] = runSuite(suite);
}
if (json !== undefined) {
  const machine = { node: process.version, processor: cpus()[0]?.model ?? "unknown" };
  writeFileSync(json, `${JSON.stringify({ machine, unit: "microseconds", results }, null, 2)}\n`);
}

function runSuite({ head, rows }: Suite): object {
  const style = { head: [], border: [], compact: true };
  const table = new Table({ head: [...head], style });
  const data: Record<string, object> = {};
  for (const row of rows()) {
    table.push([row.name, ...row.cells]);
    data[row.name] = row.data;
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  console.log(table.toString());
  return data;
}

function* steps(): Generator<Row> {
  const missing = whyNoPyTorch();
  if (missing !== null) console.log(missing);
  for (const workload of [...regressions, ...computations].filter(({ name }) => isChosen(name))) {
    yield step(workload, missing === null);
  }
}

function step({ name, other, make, tolerance, ...targets }: Workload, hasPyTorch: boolean): Row {
  const { other: left, nabla, compiled, hand } = make();
  checkSame(name, left, nabla, tolerance);
  const asked = hasPyTorch && targets.timesPyTorch !== undefined;
  const before = asked ? timesOfPyTorch(name) : [];
  if (compiled !== undefined) {
    const anew = make();
    checkSame(`${name}, compiled`, anew.hand ?? anew.other, anew.compiled!, tolerance);
  }
  const all: Record<string, Side["step"]> = { other: left.step, nabla: nabla.step };
  if (compiled !== undefined) all["compiled"] = compiled.step;
  if (hand !== undefined) all["hand"] = hand.step;
  const timings = measure(all);
  const { nabla: own, other: theirs } = timings as Record<"nabla" | "other", Timing>;
  const pytorch = asked ? summarize([...before, ...timesOfPyTorch(name)]) : null;
  const ratio = own.median / theirs.median;
  const fast = timings["compiled"];
  const compiledRatio =
    fast === undefined ? null : fast.median / (timings["hand"] ?? theirs).median;
  const faster = pytorch === null ? null : pytorch.median / own.median;
  const cells = [
    describe(own),
    `${describe(theirs)}${other === "hand" ? "" : ` ${other}`}`,
    ratio.toPrecision(2),
    verdict(ratio, targets.atMost, "≤"),
    pytorch === null ? "" : describe(pytorch),
    faster === null ? "" : faster.toPrecision(2),
    verdict(faster, targets.timesPyTorch, "≥"),
    fast === undefined ? "" : describe(fast),
    compiledRatio === null ? "" : compiledRatio.toPrecision(2),
    verdict(compiledRatio, targets.compiledAtMost, "≤"),
  ];
  const data = { ...timings, against: other, pytorch, ratio, faster, compiledRatio, targets };
  return { name, cells, data };
}

function* networkRows(): Generator<Row> {
  const missing = whyNoPyTorch();
  if (missing !== null) console.log(missing);
  for (const { name, batch, make, timesPyTorch } of networks) {
    if (!isChosen(name)) continue;
    const before = missing === null ? timesOfPyTorch(name) : [];
    const { nabla } = measure({ nabla: make() });
    const pytorch = missing === null ? summarize([...before, ...timesOfPyTorch(name)]) : null;
    const faster = pytorch === null ? null : pytorch.median / nabla.median;
    const cells = [
      describe(nabla),
      pytorch === null ? "" : describe(pytorch),
      faster === null ? "" : faster.toPrecision(2),
      verdict(faster, timesPyTorch, "≥"),
      ((60_000 / batch) * nabla.median * 1e-6).toPrecision(3),
    ];
    yield { name, cells, data: { nabla, pytorch, faster, target: timesPyTorch } };
  }
}

/** The peak is measured in turns with each product. */
function* productRows(): Generator<Row> {
  for (const { name, dtype, run, operations, atLeast } of products()) {
    if (!isChosen(name)) continue;
    const alone = peak(dtype);
    const timings = measure({ peak: alone.run, product: run });
    const [most, rate] = [
      alone.operations / timings.peak.median / 1000,
      operations / timings.product.median / 1000,
    ];
    const share = rate / most;
    const cells = [rate, most].map((speed) => speed.toFixed(1));
    cells.push(share.toPrecision(2), verdict(share, atLeast, "≥"));
    yield { name, cells, data: { rate, peak: most, share, target: atLeast, timings } };
  }
}

function* packageRows(): Generator<Row> {
  const size = compressedSize();
  const cells = [`${size.toFixed(1)} kB`, verdict(size, 60, "≤")];
  yield { name: "minified and compressed", cells, data: { size, target: 60 } };
  const time = summarize(importTimes());
  const timeCells = [`${describe(time)} ms`, verdict(time.median, 50, "≤")];
  yield { name: "first import", cells: timeCells, data: { time, target: 50 } };
}

function* operationRows(): Generator<Row> {
  for (const [name, call] of Object.entries(operations())) {
    if (!isChosen(name)) continue;
    const { operation } = measure({ operation: call });
    yield { name, cells: [describe(operation)], data: operation };
  }
}

/** A target, and whether it is reached. */
function verdict(value: number | null, target: number | undefined, sign: "≤" | "≥"): string {
  if (target === undefined) return "";
  if (value === null) return `${sign} ${target}`;
  const isReached = sign === "≤" ? value <= target : value >= target;
  return `${sign} ${target} ${isReached ? "✓" : "✗ missed"}`;
}

function describe({ median, quartiles: [low, high] }: Timing): string {
  const [middle, ...others] = [median, low, high].map((time) =>
    time >= 1000 ? time.toFixed(0) : time.toPrecision(3),
  );
  return `${middle!} (${others.join(" to ")})`;
}

/** Before minutes of measuring, not after them. */
function checkWritable(file: string): void {
  try {
    writeFileSync(file, "");
  } catch (error) {
    command.error(`error: ${file} cannot be written: ${(error as Error).message}. Check --json.`);
  }
}
