// Every layer says what it makes of shapes. That what it says is so: shapes.agreement.test.ts.

import { fileURLToPath } from "node:url";

import * as nn from "@nabla/nn";
import { expect, test } from "vitest";

import { compile, typesOf } from "../../core/test/compiler.js";

/** Those that say nothing, and why. */
const exceptions = [
  // They have a `forward` of their own once they are extended.
  "Module",
  // They are not called.
  "ModuleList",
  "ModuleDict",
  "ParameterList",
];

test("every layer has a rule of shapes, but for containers", async () => {
  const isLayer = (value: unknown): boolean =>
    typeof value === "function" && (value === nn.Module || value.prototype instanceof nn.Module);
  const names = Object.entries(nn).flatMap(([name, value]) => (isLayer(value) ? [name] : []));
  const types = fileURLToPath(new URL("../src/shape-types.js", import.meta.url));
  const kinds = names.map((name) => `null! as (nn.${name} extends Maps<infer _P> ? 1 : 2)`);
  const [found] = await compile([`import type { Maps } from "${types}"; ${typesOf(kinds)}`]);
  const saying = (kind: string): string[] =>
    names.filter((_, i) => found!.some(({ line, text }) => line === i + 1 && text.includes(kind)));
  expect(saying("'2'").sort()).toEqual(exceptions.sort());
  expect(saying("'1'").length).toBe(names.length - exceptions.length);
});
