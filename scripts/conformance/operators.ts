// Runs the recorded calls of one operator: its result, the gradients of its inputs, what it changed
// in place, and the calls that must be refused. Not how a call is translated (call.ts) nor how
// close is close enough (compare.ts).

import { Tensor } from "@nabla/core";

import { callOperator, isKnown } from "./call.js";
import { differenceOf, partsOf } from "./compare.js";
import { BeyondTypes, argumentsOf, isRefusal, isRecordedTensor, tensorOf } from "./format.js";
import type { Arguments, RecordedCall, RecordedOp } from "./format.js";
import { Missing } from "./names.js";
import { failed, passed, skipped } from "./outcome.js";
import type { Outcome } from "./outcome.js";
import { OF_TYPES, skippedCases, skippedOps, unsayableReason } from "./skipped.js";

/** The name of a file of records: the operator, and which of its variants. */
export const titleOf = ({ op, variant }: RecordedOp): string =>
  variant === null || variant === undefined ? op : `${op}.${variant}`;

/** Runs every case and every error of an operator. */
export function runOperator(of: RecordedOp): Outcome[] {
  const title = titleOf(of);
  const cases = of.cases ?? [];
  const errors = of.errors ?? [];
  const all = [
    ...cases.map((call, i) => ({ id: call.id ?? `${title}#${i}`, call, isError: false })),
    ...errors.map((call, i) => ({ id: `${title}!${i}`, call, isError: true })),
  ];
  const isCore = of.tier !== "extra";
  if (!isKnown(of)) {
    const outcome = isCore ? failed : skipped;
    const reason = skippedOps[of.op] ?? "there is no such operation";
    return all.map(({ id }) => outcome(id, isCore ? "there is no such operation" : reason));
  }
  return all.map(({ id, call, isError }) => {
    const reason = isError ? unsayableReason(call) : (skippedCases[id] ?? null);
    const counts = reason !== null && (!isCore || reason.startsWith(OF_TYPES));
    if (counts) return skipped(id, reason);
    return runCase(id, of, call, isError);
  });
}

function runCase(id: string, of: RecordedOp, call: RecordedCall, isError: boolean): Outcome {
  try {
    const difference = isError ? refusalProblem(of, call) : caseProblem(of, call);
    return difference === null ? passed(id) : failed(id, difference);
  } catch (error) {
    if (error instanceof BeyondTypes) return skipped(id, OF_TYPES + error.message);
    if (error instanceof Missing) return failed(id, error.message);
    return failed(id, `it threw ${String(error)}`);
  }
}

/** What is wrong with a call that must be refused, or `null`. */
function refusalProblem(of: RecordedOp, call: RecordedCall): string | null {
  const given = argumentsOf(call);
  const message = call.throws?.message?.split("\n")[0] ?? "";
  try {
    callOperator(of, given);
  } catch (error) {
    if (isRefusal(error)) return null;
    return `not refused in a sentence: ${String(error)} (PyTorch: ${message})`;
  }
  return `not refused (PyTorch: ${message})`;
}

/** What is wrong with a call, its gradients and what it changed, or `null`. */
function caseProblem(of: RecordedOp, call: RecordedCall): string | null {
  const given = argumentsOf(call);
  const result = callOperator(of, given);
  return (
    ("out" in call ? differenceOf(result, call.out, call) : null) ??
    mutationProblem(given, call) ??
    gradientProblem(result, given, call)
  );
}

function mutationProblem({ tensors }: Arguments, call: RecordedCall): string | null {
  for (const { tensor, after } of call.mutated ?? []) {
    const difference = differenceOf(tensors[tensor], after, call);
    if (difference !== null) return `input ${tensor}, changed in place: ${difference}`;
  }
  return null;
}

/** The gradients of the sum over the outputs of sum(out * cot). */
function gradientProblem(
  result: unknown,
  { leaves }: Arguments,
  call: RecordedCall,
): string | null {
  const { cot = [], grads } = call;
  if (grads === undefined) return null;
  const outputs = result instanceof Tensor ? [result] : (partsOf(result) ?? []);
  let total: Tensor | null = null;
  for (let i = 0; i < outputs.length; i++) {
    const output = outputs[i];
    const weights = cot[i] ?? null;
    if (!(output instanceof Tensor) || !isRecordedTensor(weights)) continue;
    if (!output.requiresGrad) continue;
    const sum = output.mul(tensorOf(weights)).sum();
    total = total === null ? sum : total.add(sum);
  }
  total?.backward();
  for (let i = 0; i < grads.length; i++) {
    const found = leaves[i]?.grad ?? null;
    const recorded = grads[i] ?? null;
    if (recorded === null && found === null) continue;
    const difference =
      recorded === null ? "there is one, and none in PyTorch" : differenceOf(found, recorded, call);
    if (difference !== null) return `gradient ${i}: ${difference}`;
  }
  return null;
}
