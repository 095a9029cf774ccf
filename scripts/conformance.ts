// `npm run conformance -- FOLDER`: runs recorded results of PyTorch against the library, for any
// folder in the format of the records. Not the translation of calls (conformance/call.ts).
// Next: conformance/operators.ts, which runs one operator.

import { Command } from "commander";

import { BadFolder, readFolder } from "./conformance/folder.js";
import { report } from "./conformance/report.js";

interface Options {
  readonly ops?: string;
  readonly verbose?: boolean;
}

const command = new Command("npm run conformance --")
  .description("Runs recorded results of PyTorch against Nabla.")
  .argument("<folder>", "a folder of records, such as ops or optim, or the one that contains them")
  .option("--ops <names>", "only these operators, separated by commas")
  .option("--verbose", "every case that failed or was skipped, not only the first of an operator")
  .parse();

const { ops, verbose = false } = command.opts<Options>();
try {
  const found = readFolder(command.args[0]!);
  const wanted = ops?.split(",").map((name) => name.trim());
  process.exitCode = report(found, wanted ?? null, verbose, console.log) ? 0 : 1;
} catch (error) {
  if (!(error instanceof BadFolder)) throw error;
  console.error(`${error.message}.`);
  process.exitCode = 1;
}
