/**
 * `npm run bench [-- SUITE] [--only NAMES] [--threads N] [--json FILE]`: prints the target table,
 * or what one suite measures: medians with the quartiles beside them, ratios, which are what to
 * look at, and whether they reach their targets.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";

import Table from "cli-table3";
import { Argument, Command, InvalidArgumentError } from "commander";
import { setNumThreads } from "nabla";

import { shown, verdict } from "./claims.js";
import type { Claim } from "./claims.js";
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
import { head as targetHead, targetRows } from "./targets.js";

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
  targets: { head: targetHead, rows: () => targetRows(only.source === "(?:)" ? "" : only.source) },
  steps: {
    head: [...defaultHead, "compiled", "ratio", "target"],
    rows: steps,
  },
  networks: {
    head: [
      "µs a step",
      "Nabla",
      "PyTorch",
      "faster",
      "target",
      "60 000 examples, s",
      "compiled",
      "to default",
    ],
    rows: networkRows,
  },
  matmul: {
    head: ["GFLOP/s", "Nabla", "peak", "share", "target", "compiled", "share"],
    rows: productRows,
  },
  package: { head: ["@nabla/core", "median", "target"], rows: packageRows },
  operations: { head: ["µs", "one call"], rows: operationRows },
};

const command = new Command("npm run bench --")
  .description("Measures Nabla; what to beware of is in bench/README.md.")
  .addArgument(new Argument("[suite]", "one suite only").choices(Object.keys(suites)))
  .option(
    "--only <names>",
    "only rows whose names match this",
    parsed((text) => new RegExp(text)),
    new RegExp(""),
  )
  .option("--threads <n>", "on how many threads a suite computes", parsed(threadsOf), 1)
  .option("--json <file>", "write the results to a file as well")
  .parse();
const chosen = command.args[0];
const { json, only, threads } = command.opts<{ json?: string; only: RegExp; threads: number }>();
const isChosen = (name: string): boolean => only.test(name);
setNumThreads(threads);
/** PyTorch is asked for one thread, and compared with one. */
const whyNot = threads === 1 ? whyNoPyTorch() : "On more threads nothing is compared with PyTorch.";

if (json !== undefined) checkWritable(json);
const results: Record<string, object> = {};
for (const name of chosen === undefined ? ["targets", "package", "operations"] : [chosen]) {
  results[name] = runSuite(suites[name]!);
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
    // Rows of the target table are claims, of which a workload has several.
    const key = row.name in data ? `${row.name}, ${row.cells.slice(0, 2).join(" to ")}` : row.name;
    data[key] = row.data;
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  console.log(table.toString());
  return data;
}

function* steps(): Generator<Row> {
  if (whyNot !== null) console.log(whyNot);
  for (const workload of [...regressions, ...computations].filter(({ name }) => isChosen(name))) {
    yield step(workload, whyNot === null);
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
  const claims: Claim[] = [
    {
      loop: "default",
      against: other,
      time: own.median,
      ratio,
      sign: "≤",
      target: targets.atMost,
    },
    {
      loop: "default",
      against: "PyTorch",
      time: own.median,
      ratio: faster,
      sign: "≥",
      target: targets.timesPyTorch,
    },
  ];
  if (fast !== undefined) {
    claims.push({
      loop: "compiled",
      against: "hand",
      time: fast.median,
      ratio: compiledRatio,
      sign: "≤",
      target: targets.compiledAtMost,
    });
  }
  const [toOther, toPyTorch, toHand] = claims as [Claim, Claim, Claim?];
  const cells = [
    describe(own),
    `${describe(theirs)}${other === "hand" ? "" : ` ${other}`}`,
    ratio.toPrecision(2),
    verdict(toOther),
    pytorch === null ? "" : describe(pytorch),
    faster === null ? "" : faster.toPrecision(2),
    verdict(toPyTorch),
    fast === undefined ? "" : describe(fast),
    compiledRatio === null ? "" : compiledRatio.toPrecision(2),
    toHand === undefined ? "" : verdict(toHand),
  ];
  return { name, cells, data: { ...timings, pytorch, claims: claims.filter(isShown) } };
}

/** Whether there is anything to say of it. */
function isShown({ ratio, target }: Claim): boolean {
  return ratio !== null || target !== undefined;
}

function* networkRows(): Generator<Row> {
  if (whyNot !== null) console.log(whyNot);
  for (const { name, batch, make, timesPyTorch } of networks) {
    if (!isChosen(name)) continue;
    const before = whyNot === null ? timesOfPyTorch(name) : [];
    const steps = make();
    for (let i = 0; i < 5; i++) checkLosses(name, steps.nabla(), steps.compiled());
    const { nabla, compiled } = measure(steps);
    const pytorch = whyNot === null ? summarize([...before, ...timesOfPyTorch(name)]) : null;
    const faster = pytorch === null ? null : pytorch.median / nabla.median;
    const toDefault = compiled.median / nabla.median;
    const plain: Claim = {
      loop: "default",
      against: "PyTorch",
      time: nabla.median,
      ratio: faster,
      sign: "≥",
      target: timesPyTorch,
    };
    const other: Claim = {
      loop: "compiled",
      against: "default",
      time: compiled.median,
      ratio: toDefault,
      sign: "≤",
    };
    const cells = [
      describe(nabla),
      pytorch === null ? "" : describe(pytorch),
      faster === null ? "" : faster.toPrecision(2),
      verdict(plain),
      ((60_000 / batch) * nabla.median * 1e-6).toPrecision(3),
      describe(compiled),
      toDefault.toPrecision(2),
    ];
    yield { name, cells, data: { nabla, pytorch, compiled, claims: [plain, other] } };
  }
}

function checkLosses(name: string, a: number, b: number): void {
  if (Math.abs(a - b) <= 1e-4 * Math.abs(a)) return;
  throw new Error(`${name}: the losses differ, ${a} and, compiled, ${b}`);
}

/** The peak is measured in turns with each product. */
function* productRows(): Generator<Row> {
  for (const { name, dtype, run, compiled, operations, atLeast } of products()) {
    if (!isChosen(name)) continue;
    const alone = peak(dtype);
    const timings = measure({ peak: alone.run, product: run, compiled });
    const most = alone.operations / timings.peak.median / 1000;
    const claimOf = (loop: Claim["loop"], { median: time }: Timing): Claim => ({
      loop,
      against: "the peak",
      time,
      ratio: operations / time / 1000 / most,
      sign: "≥",
      target: loop === "default" ? atLeast : undefined,
    });
    const claims = [claimOf("default", timings.product), claimOf("compiled", timings.compiled)];
    const [plain, fast] = claims as [Claim, Claim];
    const cells = [
      (plain.ratio! * most).toFixed(1),
      most.toFixed(1),
      plain.ratio!.toPrecision(2),
      verdict(plain),
      (fast.ratio! * most).toFixed(1),
      fast.ratio!.toPrecision(2),
    ];
    yield { name, cells, data: { peak: most, timings, claims } };
  }
}

function* packageRows(): Generator<Row> {
  const size = compressedSize();
  const cells = [`${size.toFixed(1)} kB`, verdict({ ratio: size, sign: "≤", target: 60 })];
  yield { name: "minified and compressed", cells, data: { size, target: 60 } };
  const time = summarize(importTimes());
  const timeCells = [
    `${describe(time)} ms`,
    verdict({ ratio: time.median, sign: "≤", target: 50 }),
  ];
  yield { name: "first import", cells: timeCells, data: { time, target: 50 } };
}

function* operationRows(): Generator<Row> {
  for (const [name, call] of Object.entries(operations())) {
    if (!isChosen(name)) continue;
    const { operation } = measure({ operation: call });
    yield { name, cells: [describe(operation)], data: operation };
  }
}

function describe({ median, quartiles: [low, high] }: Timing): string {
  const [middle, ...others] = [median, low, high].map(shown);
  return `${middle!} (${others.join(" to ")})`;
}

/** An option's value, or commander's own complaint. */
function parsed<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

/** A number of threads, which setNumThreads would refuse with more words. */
function threadsOf(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new RangeError("It is no positive integer.");
}

/** Before minutes of measuring, not after them. */
function checkWritable(file: string): void {
  try {
    writeFileSync(file, "");
  } catch (error) {
    command.error(`error: ${file} cannot be written: ${(error as Error).message}. Check --json.`);
  }
}
