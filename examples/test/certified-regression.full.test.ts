/** Every certified problem of the shared data, each in a process of its own, as a user runs it. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { freshFolder, runExample } from "./command.js";

const folder = fileURLToPath(new URL("../../../shared/data/nist/", import.meta.url));
const isThere = existsSync(folder);
if (!isThere) console.log(`skipped: the problems of ${folder}, which is not there`);

describe.skipIf(!isThere)("every problem has the digits it needs", () => {
  test.each(isThere ? readdirSync(folder) : [])("%s", async (name) => {
    const options = ["--data", join(folder, name), "--out", freshFolder()];
    const { code, stdout, stderr } = await runExample("certified-regression", ...options);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/start (none|2): parameters/);
  });
});
