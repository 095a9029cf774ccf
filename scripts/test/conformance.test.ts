// What PyTorch recorded of its operators, run as `npm run conformance` runs it: a test for each
// operator. What the library does not have yet, and may do without, is listed as pending.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { readFolder } from "../conformance/folder.js";
import { sharedFolder } from "../conformance/format.js";
import { runOperator, titleOf } from "../conformance/operators.js";

const folder = fileURLToPath(new URL("ops/", sharedFolder));
const isHere = existsSync(folder);
if (!isHere) console.warn("skipped: the recorded operators of PyTorch, which are not here");

describe.skipIf(!isHere)("operators as PyTorch recorded them", () => {
  const operators = isHere ? readFolder(folder).operators : [];
  test.each(operators.map((of) => [titleOf(of), of] as const))("%s", (_, of) => {
    const outcomes = runOperator(of);
    expect(outcomes.filter(({ status }) => status === "failed")).toEqual([]);
  });
});
