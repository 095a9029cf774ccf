// What PyTorch recorded of its modules and initialisers, run as `npm run conformance` runs it.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { readFolder } from "../../../scripts/conformance/folder.js";
import { sharedFolder } from "../../../scripts/conformance/format.js";

const folder = fileURLToPath(new URL("nn/", sharedFolder));
const isHere = existsSync(folder);
if (!isHere) console.warn("skipped: the recorded modules of PyTorch, which are not here");

describe.skipIf(!isHere)("modules as PyTorch recorded them", () => {
  const suites = isHere ? readFolder(folder).suites : [];
  test.for(suites.map((suite) => [suite.title, suite] as const))("%s", ([, suite]) => {
    const outcomes = suite.run();
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.filter(({ status }) => status !== "passed")).toEqual([]);
  });
});
