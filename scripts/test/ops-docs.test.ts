// The page of all operations: what is on it, that it is found stale when the sources say something
// else, and what it reads from declarations and from docs/from-pytorch.md. Formulas:
// packages/viz/test/formula.test.ts.

import { beforeAll, describe, expect, test } from "vitest";

import { differencesByName, opsPage, staleness } from "../ops-docs.js";
import { signatureIn, typesIn } from "../signatures.js";
import { parseSource } from "../source-code.js";

describe("docs/ops.md", () => {
  let made = "";
  beforeAll(async () => {
    made = await opsPage();
  }, 120_000);

  test("is found stale when a line differs, is missing or is left over", () => {
    const lines = made.split("\n");
    const at = lines.indexOf("### tanh");
    expect(at).toBeGreaterThan(0);
    expect(staleness(made, made)).toBe("");
    expect(staleness(made.replace("### tanh", "### tangent"), made)).toMatch(
      `docs/ops.md:${at + 1} says\n  ### tangent`,
    );
    expect(staleness(lines.slice(0, -3).join("\n"), made)).toContain("(nothing)");
    expect(staleness(`${made}\n### more`, made)).toContain("### more");
  });

  test("has an entry of each kind, with formula, derivatives and example", () => {
    const entry = (name: string): string => made.split(`\n### ${name}\n`)[1]!.split("\n### ")[0]!;
    expect(entry("tanh")).toBe(
      [
        "\n`x.tanh()` · `tanh(x)` · `x.tanh_()`",
        "The hyperbolic tangent of every element.",
        "`y = tanh(x)`  \n`x ← g · (1 − y²)`",
        "```ts no-run\ntensor([0, 1]).tanh() // tensor([0.0000, 0.7616])\n```\n",
      ].join("\n\n"),
    );
    expect(entry("div")).toContain("`a ← g / b` `b ← −g · y / b`");
    expect(entry("div")).toContain(
      "**Not as in PyTorch.** **A whole number divided by zero throws**",
    );
    expect(entry("eq")).toContain("`y = (a = b)`  \nNot differentiable.");
    expect(entry("permute")).toContain("`x ← g.permute([1, 2, 0])` for `x.permute([2, 0, 1])`");
    expect(entry("clamp")).toContain("`y = min(max(x, min), max)`");
    expect(entry("max")).toContain("`x.max(dim?: number | Tensor, keepdim?: boolean)");
    expect(entry("cat")).toContain("`cat(tensors: Tensor[], dim?: number)`");
    expect(entry("functional.linear")).toContain(
      "`functional.linear(input: Tensor, weight: Tensor",
    );
  });

  test("its links lead to its headings", () => {
    const anchors = new Map<string, number>();
    const headings = [...made.matchAll(/^##+ (.*)$/gm)].map(([, heading = ""]) => {
      const anchor = heading.toLowerCase().replaceAll(/[.:]/g, "").replaceAll(" ", "-");
      const before = anchors.get(anchor) ?? 0;
      anchors.set(anchor, before + 1);
      return `#${anchor}${before === 0 ? "" : `-${before}`}`;
    });
    const links = [...made.matchAll(/\]\((#[^)]*)\)/g)].map(([, link]) => link);
    expect(links).toEqual(headings);
  });
});

const types = typesIn([
  parseSource(
    "some declarations",
    [
      "interface Row<Arguments extends unknown[]> {",
      "    (x: Tensor, ...args: Arguments): Tensor;",
      "    readonly op: Op;",
      "}",
      "export interface SomeOptions { /** Small. */ readonly eps?: number; }",
      "type Loss<Options> = (input: Tensor, options?: Options) => Tensor;",
    ].join("\n"),
  ),
]);

test.each([
  ["declare function f(a: number, b?: string): void;", "a: number, b?: string", "void"],
  ["declare const f: Row<[]>;", "x: Tensor", "Tensor"],
  [
    'declare const f: import("./define.js").Row<[other: Operand, way?: X | undefined]>;',
    "x: Tensor, other: Operand, way?: X",
    "Tensor",
  ],
  [
    "declare const f: Row<Along<SomeOptions>>;",
    "x: Tensor, dim?: Dims, keepdim?: boolean, options?: { eps?: number }",
    "Tensor",
  ],
  [
    "declare const f: Row<[({\n    readonly eps?: number;\n} | undefined)?]>;",
    "x: Tensor, options?: { eps?: number }",
    "Tensor",
  ],
  ["declare const f: Loss<SomeOptions>;", "input: Tensor, options?: { eps?: number }", "Tensor"],
  [
    "declare const f: (x: Tensor, { eps }?: SomeOptions) => readonly Tensor[];",
    "x: Tensor, options?: { eps?: number }",
    "Tensor[]",
  ],
])("%s", (declaration, parameters, result) => {
  const signature = signatureIn(declaration, types);
  expect(signature?.parameters.map(({ text }) => text).join(", ")).toBe(parameters);
  expect(signature?.result).toBe(result);
});

test("what cannot be called has no signature", () => {
  expect(signatureIn("declare const limit: number;", types)).toBeUndefined();
  expect(signatureIn("declare const row: Unknown<[]>;", types)).toBeUndefined();
});

test("differences go to those that they name", () => {
  const differences = differencesByName(
    [
      "- `add` is not meant.\n\n## What differs on purpose\n",
      "- **`add` and `sub` add.** PyTorch multiplies. Nobody knows why. `sub` subtracts.",
      "- **Numbers are\n  numbers.** `mul(2)` is none in PyTorch. `div` is fine.\n",
      "Some text about `div` in PyTorch.\n\n## What is not there yet\n\n- **`div`** in PyTorch",
    ].join("\n"),
  );
  expect(differences("add")).toEqual(["**`add` and `sub` add.**", "PyTorch multiplies."]);
  expect(differences("sub").at(-1)).toBe("`sub` subtracts.");
  expect(differences("mul")).toEqual(["`mul(2)` is none in PyTorch."]);
  expect(differences("div")).toEqual([]);
});
