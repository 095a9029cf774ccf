// Runs one documentation example and holds it to what its comments claim. Not the search for
// examples, which is doc-examples.ts, nor the reading of claims, which is doc-claims.ts: read
// that one first. Next: packages/nabla/test/docs.test.ts, which makes a test of each example.

import { format, inspect } from "node:util";
import { runInThisContext } from "node:vm";

import { transform } from "esbuild";

import { claimsToChecks } from "./doc-claims.js";
import type { Example } from "./doc-examples.js";

type Names = Record<string, unknown>;

/** What an example may use. */
export interface Surroundings {
  /** Names in scope without an import. */
  scope: Names;
  /** Loads a module that an example imports. */
  load: (specifier: string) => Promise<Names>;
}

/** Runs an example; throws an error that lists every claim which does not hold. */
export async function runExample(example: Example, surroundings: Surroundings): Promise<void> {
  const parts = [...example.before, example].map((part) => claimsToChecks(part));
  const body = parts.map((part) => part.code).join(";\n$.begin();\n");
  if (example.origin === "docstring" && parts.at(-1)?.showsNothing === true) {
    throw new Error(
      `${example.file}:${example.line}: this example shows nothing. ` +
        "Let a comment at the end of a line say its value: `tensor([1]).mul(2) // tensor([2.])`",
    );
  }
  // A module's default export has no name that could be in scope.
  const names = Object.keys(surroundings.scope).filter((name) => name !== "default");
  const { code } = await transform(
    // The inner braces let the example declare a name that is also in scope outside.
    `(async function ($, console, { ${names.join(", ")} }) { {\n${body}\n} })`,
    { loader: "ts", target: "es2022" },
  );
  const run = runInThisContext(code, { filename: example.file }) as (
    checks: Checks,
    console: Pick<Console, "log">,
    scope: Names,
  ) => Promise<void>;
  const checks = new Checks(example, surroundings.load);
  try {
    await run(checks, { log: checks.log }, surroundings.scope);
  } catch (error) {
    if (error instanceof Error) {
      throw new Error(`${checks.place()}: ${describe(error)}`, { cause: error });
    }
    throw error;
  }
  checks.finish();
}

/** What a running example calls; it notes what does not hold instead of stopping there. */
class Checks {
  readonly #example: Example;
  readonly #load: Surroundings["load"];
  #line: number;
  #printed: string[] = [];
  #failures: string[] = [];

  constructor(example: Example, load: Surroundings["load"]) {
    this.#example = example;
    this.#load = load;
    this.#line = example.line;
  }

  /** Forgets the output and the failures of the block before, which has a test of its own. */
  begin(): void {
    this.#printed = [];
    this.#failures = [];
  }

  /** Notes which line runs, so that an unexpected error can be placed. */
  at(line: number): void {
    this.#line = line;
  }

  place(): string {
    return `${this.#example.file}:${this.#line}`;
  }

  log = (...values: unknown[]): string => {
    const text = format(...values);
    this.#printed.push(text);
    return text;
  };

  value(line: number, claim: string, value: unknown): void {
    this.#compare(line, claim, show(value), "the value is");
  }

  print(line: number, claim: string): (...values: unknown[]) => void {
    return (...values) => this.#compare(line, claim, this.log(...values), "it prints");
  }

  async throws(line: number, claim: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const actual = describe(error);
      // "throws RangeError" names the whole type; what follows the colon may be cut short.
      const holds = claim.includes(":") ? actual.startsWith(claim) : actual.split(":")[0] === claim;
      if (!holds) this.#compare(line, claim, actual, "it throws");
      return;
    }
    this.#compare(line, `throws ${claim}`, "nothing was thrown", "in fact");
  }

  async load(specifier: string, names: string[]): Promise<Names> {
    if (!/^(nabla(\/viz)?|@nabla\/[\w/]+|node:[\w/]+)$/.test(specifier)) {
      throw new Error(
        `an example cannot import "${specifier}". Import nabla, nabla/viz, @nabla/... or node:...`,
      );
    }
    const found = await this.#load(specifier);
    const missing = names.filter((name) => !(name in found));
    if (missing.length > 0) throw new Error(`"${specifier}" has no ${missing.join(", ")}`);
    return found;
  }

  finish(): void {
    const { output, line, code } = this.#example;
    if (output !== undefined) {
      const end = line + code.split("\n").length;
      this.#compare(end, output.trimEnd(), this.#printed.join("\n").trimEnd(), "it prints");
    }
    if (this.#failures.length > 0) throw new Error(this.#failures.join("\n\n"));
  }

  #compare(line: number, claim: string, actual: string, verb: string): void {
    if (actual === claim) return;
    const place = `${this.#example.file}:${line}`;
    const remark =
      actual === "undefined" ? "\n(If the comment is a remark, put it on the line above.)" : "";
    this.#failures.push(
      `${place}: the documentation claims\n${indent(claim)}\n` +
        `but ${verb}\n${indent(actual)}${remark}`,
    );
  }
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : `a value: ${show(error)}`;
}

/** The text that a claim about a value is compared with. */
function show(value: unknown): string {
  return hasTextOfItsOwn(value) ? String(value) : inspect(value);
}

/** Whether `String(value)` says what there is; of plain arrays and objects it does not. */
function hasTextOfItsOwn(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return false;
  const inherited: unknown = Reflect.get(Object.prototype, "toString");
  return "toString" in value && value.toString !== inherited;
}
