// Says what passed and what did not: a line for each operator or file that did not pass whole,
// then the reasons of what was skipped, then the count. Not how a case is run (operators.ts and
// others).

import { BadFolder } from "./folder.js";
import type { Found } from "./folder.js";
import { runOperator, titleOf } from "./operators.js";
import type { Outcome } from "./outcome.js";

/** Runs what was found and prints it; whether nothing failed. */
export function report(
  { operators, suites, others }: Found,
  wanted: readonly string[] | null,
  verbose: boolean,
  print: (line: string) => void,
): boolean {
  const asked = operators.filter((of) => isWanted(titleOf(of), of.op, wanted));
  const strange = wanted?.find(
    (name) => !operators.some((of) => isWanted(titleOf(of), of.op, [name])),
  );
  if (strange !== undefined) throw new BadFolder(`there is no operator ${strange} in the folder`);
  const all: Outcome[] = [];
  for (const of of asked) {
    const outcomes = runOperator(of);
    all.push(...outcomes);
    printOutcomes(`${titleOf(of)} (${of.tier ?? "core"})`, outcomes, verbose, print);
  }
  if (wanted === null) {
    for (const { title, run } of suites) {
      const outcomes = run();
      all.push(...outcomes);
      printOutcomes(title, outcomes, verbose, print);
    }
    for (const { file, kind, cases } of others) {
      const reason = `${kind}: no runner yet`;
      for (let i = 0; i < cases; i++) all.push({ id: `${file}#${i}`, status: "skipped", reason });
    }
  }
  printReasons(all, print);
  const count = (status: Outcome["status"]): number =>
    all.filter((outcome) => outcome.status === status).length;
  print(`${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
  return count("failed") === 0;
}

function isWanted(title: string, op: string, wanted: readonly string[] | null): boolean {
  return wanted === null || wanted.includes(title) || wanted.includes(op);
}

function printOutcomes(
  title: string,
  outcomes: readonly Outcome[],
  verbose: boolean,
  print: (line: string) => void,
): void {
  const failures = outcomes.filter(({ status }) => status === "failed");
  const skips = outcomes.filter(({ status }) => status === "skipped");
  if (failures.length > 0) {
    print(`✗ ${title}: ${failures.length} of ${outcomes.length} failed`);
    for (const { id, reason } of verbose ? failures : failures.slice(0, 1)) {
      print(`    ${id}: ${reason}`);
    }
  }
  if (!verbose) return;
  for (const { id, reason } of skips) print(`- ${id} skipped: ${reason}`);
}

function printReasons(all: readonly Outcome[], print: (line: string) => void): void {
  const reasons = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  for (const { id, status, reason } of all) {
    if (status !== "skipped") continue;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    const ops = reasons.get(reason) ?? new Set();
    reasons.set(reason, ops.add(id.replace(/[#!]\d+$/, "")));
  }
  for (const [reason, ops] of reasons) {
    print(`skipped, ${counts.get(reason)} cases: ${reason} (${[...ops].join(", ")})`);
  }
}
