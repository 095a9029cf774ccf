// What PyTorch recorded, run as `npm run conformance` runs it: a test for each operator, and for
// each file of trajectories of optimizers and of schedules. Operators of the extra tier that the
// library does not have are listed as skipped. That the runner can tell right from wrong:
// conformance-runner.test.ts.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { isKnown } from "../conformance/call.js";
import { readFolder } from "../conformance/folder.js";
import { sharedFolder } from "../conformance/format.js";
import { runOperator, titleOf } from "../conformance/operators.js";

const folder = fileURLToPath(new URL("ops/", sharedFolder));
const isHere = existsSync(folder);
if (!isHere) console.warn("skipped: the recorded operators of PyTorch, which are not here");

describe.skipIf(!isHere)("operators as PyTorch recorded them", () => {
  const operators = isHere ? readFolder(folder).operators : [];
  const cases = operators.map((of) => [titleOf(of), of] as const);
  test.for(cases)("%s", ([, of], { skip }) => {
    skip(of.tier === "extra" && !isKnown(of), "the library does not have it");
    expect(runOperator(of).filter(({ status }) => status === "failed")).toEqual([]);
  });
});

// Trajectories and schedules, a test for each file.
describe.each(["optim", "schedulers"])("%s as PyTorch recorded it", (name) => {
  const recorded = fileURLToPath(new URL(`${name}/`, sharedFolder));
  const isRecorded = existsSync(recorded);
  if (!isRecorded) console.warn(`skipped: what PyTorch recorded in ${name}, which is not here`);
  const suites = isRecorded ? readFolder(recorded).suites : [];
  test.skipIf(!isRecorded)("is recorded", () => {
    expect(suites.length).toBeGreaterThan(0);
  });
  test.for(suites)("$title", ({ run }) => {
    const outcomes = run();
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.filter(({ status }) => status !== "passed")).toEqual([]);
  });
});
