// `npm run check`: everything about the code that can be judged without running it, one line
// each. Not the tests. Every check runs, whatever the others find.

import { castProblems } from "./check-casts.js";
import { docProblems } from "./check-docs.js";
import { importProblems } from "./check-imports.js";
import { sizeProblems } from "./size.js";
import { outputOfFailure } from "./tool.js";

interface Check {
  name: string;
  /** What is wrong, in full; empty if nothing is. */
  run: () => Promise<string> | string;
  advice: string;
}

const checks: Check[] = [
  {
    name: "types",
    run: () => outputOfFailure("tsc", "-p", "tsconfig.json", "--noEmit"),
    advice: "Correct the types; an assertion only hides what the compiler found.",
  },
  {
    name: "lint",
    run: () => outputOfFailure("oxlint"),
    advice: "Correct the code, or propose with a reason in .oxlintrc.json to turn the rule off.",
  },
  {
    name: "format",
    run: () => outputOfFailure("oxfmt", "--list-different"),
    advice: "Run `npm run format`.",
  },
  {
    name: "imports",
    run: () => importProblems().join("\n"),
    advice: "The rule is the table at the top of scripts/check-imports.ts.",
  },
  {
    name: "casts",
    run: () => castProblems().join("\n"),
    advice: "The rule is at the top of scripts/check-casts.ts.",
  },
  {
    name: "size",
    run: () => sizeProblems().join("\n"),
    advice: "See where the lines are with `npm run size`.",
  },
  {
    name: "docs",
    run: () => docProblems().join("\n"),
    advice: "What must be documented is listed at the top of scripts/check-docs.ts.",
  },
  {
    name: "ops page",
    // In a process of its own, in which packages are their sources.
    run: () => outputOfFailure("tsx", "--conditions=source", "scripts/ops-docs.ts", "--check"),
    advice: "Run `npm run docs:ops`, which makes docs/ops.md from the sources.",
  },
  {
    name: "dead code",
    run: () => outputOfFailure("knip"),
    advice: "Delete what nothing uses, or stop exporting what only its own file uses.",
  },
];

let failed = 0;
for (const { name, run, advice } of checks) {
  const started = performance.now();
  const problems = await run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${problems === "" ? "✓" : "✗"} ${name.padEnd(10)} ${seconds} s`);
  if (problems === "") continue;
  failed += 1;
  console.log(`\n${problems}\n\n${advice}\n`);
}
if (failed > 0) process.exitCode = 1;
