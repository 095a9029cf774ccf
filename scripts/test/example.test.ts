// `npm run example` says what there is when it is asked for nothing, or for what there is not.
// That the examples themselves run is tested in examples/.

import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { expect, test } from "vitest";

import { root } from "../repository.js";

function runExample(...options: string[]): {
  stdout: string;
  stderr: string;
  status: number | null;
} {
  const tsx = join(root, "node_modules", ".bin", "tsx");
  const script = join(root, "scripts", "example.ts");
  return spawnSync(tsx, ["--conditions=source", script, ...options], { encoding: "utf8" });
}

test.each(["nope", "../scripts/size"])("there is no example named %s", (name) => {
  const { stdout, stderr, status } = runExample(name);
  expect(stdout).toBe("");
  expect(stderr).toMatch(`There is no example named "${name}". These are the examples:\n`);
  expect(stderr).not.toContain("    at ");
  expect(status).toBe(1);
});

test("without a name, the examples are listed", () => {
  const { stdout, status } = runExample();
  expect(stdout).toMatch(/^npm run example -- NAME \[options\] runs one of these:\n/);
  expect(status).toBe(0);
});

test("lists whole sentences, with the colons that are in them", () => {
  const { stdout } = runExample();
  expect(stdout).toMatch(/sin-polynomial +PyTorch's first tutorial: a polynomial .*\.\n/);
});
