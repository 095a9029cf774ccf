// Runs the recorded modules of PyTorch: made, loaded, called, and differentiated. How their
// constructors are called is in names/modules.ts; how close is close enough in compare.ts.

import { NablaError, Tensor } from "@nabla/core";
import * as nabla from "nabla";

import { bind } from "./bind.js";
import { differenceOf } from "./compare.js";
import {
  BeyondTypes,
  PythonFloat,
  argumentsOf,
  dtypeOf,
  isRecord,
  isRecordedTensor,
  numbersOf,
  tensorOf,
} from "./format.js";
import type { RecordedTensor } from "./format.js";
import { constructors, forwards } from "./names/modules.js";
import type { Outcome } from "./outcome.js";

/** A case of `nn/`, as the README.md of the records describes it. */
export interface RecordedModule {
  readonly id?: string;
  readonly module: string;
  readonly args?: readonly unknown[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly architecture?: string;
  readonly mode?: "train" | "eval";
  readonly dtype?: string;
  readonly stateDict?: Readonly<Record<string, RecordedTensor>>;
  readonly parameters?: readonly string[];
  readonly inputs?: readonly unknown[];
  readonly inputOptions?: Readonly<Record<string, unknown>>;
  readonly forwardCalls?: number;
  readonly out?: unknown;
  readonly cot?: readonly (RecordedTensor | null)[];
  readonly grads?: readonly (RecordedTensor | null)[];
  readonly paramGrads?: Readonly<Record<string, RecordedTensor | null>>;
  readonly stateDictAfter?: Readonly<Record<string, RecordedTensor>>;
  readonly throws?: unknown;
}

/** A module that the library does not have. */
class NoModule extends Error {}

/** Runs a case; what is beyond the library is skipped, and says so. */
export function runModule(of: RecordedModule, id: string): Outcome {
  try {
    const reason = of.throws === undefined ? problemOf(of) : refusalProblem(of);
    return { id, status: reason === null ? "passed" : "failed", reason: reason ?? "" };
  } catch (error) {
    const isBeyond = error instanceof BeyondTypes || error instanceof NoModule;
    // What layers refuse by name, with the reason.
    const isRefused = error instanceof NablaError && error.message.includes("it has no option");
    if (isBeyond || isRefused) return { id, status: "skipped", reason: error.message };
    return { id, status: "failed", reason: `it threw ${String(error)}` };
  }
}

function refusalProblem(of: RecordedModule): string | null {
  try {
    const model = makeModel(of);
    callModel(model, of);
  } catch (error) {
    return error instanceof NablaError ? null : `not refused in a sentence: ${String(error)}`;
  }
  return "not refused";
}

function problemOf(of: RecordedModule): string | null {
  const model = makeModel(of);
  const names = model.namedParameters().map(([name]) => name);
  if (of.parameters !== undefined && names.join() !== of.parameters.join()) {
    return `its parameters are ${names.join(", ")}, not ${of.parameters.join(", ")}`;
  }
  const before = copied(model.stateDict());
  const { output, leaves } = callModel(model, of);
  const difference = "out" in of ? outputDifference(output, of.out) : null;
  return (
    difference ?? stateProblem(model, before, of) ?? gradientProblem(model, output, leaves, of)
  );
}

const copied = (state: nabla.StateDict): nabla.StateDict =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [name, value.clone()]));

/** Makes the module that was recorded, with its parameters. */
export function makeModel(of: RecordedModule): nabla.Module {
  const { args, kwargs } = argumentsOf({ args: of.args ?? [], kwargs: of.options ?? {} });
  const made =
    of.architecture === undefined
      ? construct(of.module, plain(args), plain(kwargs))
      : parseModel(of.architecture);
  const dtype = dtypeOf(of.dtype ?? "float32");
  made.to(dtype).train(of.mode !== "eval");
  const state = Object.entries(of.stateDict ?? {}).map(([name, value]) => [name, tensorOf(value)]);
  made.loadStateDict(Object.fromEntries(state) as nabla.StateDict);
  return made;
}

/** A constructor's call with PyTorch's arguments. */
export function construct(
  name: string,
  args: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): nabla.Module {
  const found = (nabla as unknown as Record<string, unknown>)[name];
  if (typeof found !== "function" || !(found.prototype instanceof nabla.Module)) {
    throw new NoModule(`there is no module ${name}`);
  }
  const made = found as unknown as new (...given: readonly unknown[]) => nabla.Module;
  return new made(...bind(signatureOf(constructors, name), args, options));
}

/** A signature by its name, or by its name with `Nd`. */
const signatureOf = (table: Readonly<Record<string, string>>, name: string): string | null =>
  table[name] ?? table[name.replace(/[123]d$/, "Nd")] ?? null;

/** Calls it as often as it was recorded. */
function callModel(
  model: nabla.Module,
  of: RecordedModule,
): { output: unknown; leaves: readonly Tensor[] } {
  const { given, leaves } = inputsOf(of);
  let output: unknown;
  for (let i = 0; i < (of.forwardCalls ?? 1); i++) output = model.call(...(given as never[]));
  return { output, leaves };
}

/** What it was called with, and which of it are tensors. */
export function inputsOf({ module, inputs = [], inputOptions = {} }: RecordedModule): {
  given: readonly unknown[];
  leaves: readonly Tensor[];
} {
  const { args, kwargs, leaves } = argumentsOf({ args: inputs, kwargs: inputOptions });
  return { given: bind(signatureOf(forwards, module), plain(args), plain(kwargs)), leaves };
}

const plain = <Value>(value: Value): Value => {
  if (value instanceof PythonFloat) return value.value as Value;
  if (Array.isArray(value)) return value.map(plain) as Value;
  if (!isRecord(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)])) as Value;
};

/** A null stands for a None, which is `null` here, too. */
function outputDifference(output: unknown, recorded: unknown): string | null {
  if (!Array.isArray(recorded)) return differenceOf(output, recorded, {});
  if (!Array.isArray(output) || output.length !== recorded.length) return "not as many results";
  for (const [i, part] of recorded.entries()) {
    const difference = outputDifference(output[i], part);
    if (difference !== null) return `result ${i}: ${difference}`;
  }
  return null;
}

/** What the calls changed, and that all else stayed. */
function stateProblem(
  model: nabla.Module,
  before: nabla.StateDict,
  { stateDictAfter = {} }: RecordedModule,
): string | null {
  const strange = Object.keys(stateDictAfter).find((name) => !(name in before));
  if (strange !== undefined) return `there is no ${strange} in the state dict`;
  for (const [name, value] of Object.entries(model.stateDict())) {
    const wanted = stateDictAfter[name];
    if (wanted === undefined && !value.equal(before[name]!)) return `${name} was changed`;
    const difference = wanted === undefined ? null : differenceOf(value, wanted, {});
    if (difference !== null) return `${name} after the call: ${difference}`;
  }
  return null;
}

/** The gradients of the sum over the outputs of sum(out * cot). */
function gradientProblem(
  model: nabla.Module,
  output: unknown,
  leaves: readonly Tensor[],
  { cot = [], grads = [], paramGrads = {} }: RecordedModule,
): string | null {
  const outputs = tensorsIn(output);
  const parts = outputs.flatMap((tensor, i) => {
    const weights = cot[i] ?? null;
    if (!isRecordedTensor(weights) || !tensor.requiresGrad) return [];
    return [tensor.mul(tensorOf(weights)).sum()];
  });
  if (parts.length > 0) parts.reduce((sum, part) => sum.add(part)).backward();
  const parameters = new Map(model.namedParameters());
  const all = [
    ...grads.map((grad, i) => [`input ${i}`, leaves[i]?.grad ?? null, grad] as const),
    ...Object.entries(paramGrads).map(
      ([name, grad]) => [name, parameters.get(name)?.grad ?? null, grad] as const,
    ),
  ];
  const largest = Math.max(0, ...all.flatMap(([, , recorded]) => sizesOf(recorded)));
  for (const [name, found, recorded] of all) {
    if (found === null && recorded === null) continue;
    // What is 0 but for rounding, such as that of a bias before batch norm, is compared as 0.
    const noise = largest * (found?.dtype === "float32" ? 1e-6 : 1e-14);
    const isNoise = sizesOf(recorded).every((size) => size <= noise);
    if (found !== null && isNoise && found.data().every((value) => Math.abs(value) <= noise))
      continue;
    const difference =
      recorded === null ? "there is one, and none in PyTorch" : differenceOf(found, recorded, {});
    if (difference !== null) return `gradient of ${name}: ${difference}`;
  }
  return null;
}

const sizesOf = (recorded: RecordedTensor | null): number[] =>
  recorded === null ? [] : numbersOf(recorded).map(Math.abs);

/** The tensors of a result, depth first. */
export function tensorsIn(value: unknown): Tensor[] {
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  return value instanceof Tensor ? [value] : [];
}

/** Makes `Sequential(Linear(3, 5), Tanh())`, whose arguments may be named. */
function parseModel(text: string): nabla.Module {
  const tokens = text.match(/[\w.+-]+|'[^']*'|"[^"]*"|[()[\],=]/g) ?? [];
  let at = 0;
  const list = (end: string, named: Record<string, unknown>): unknown[] => {
    const values: unknown[] = [];
    while (at < tokens.length && tokens[at] !== end) {
      const name = tokens[at + 1] === "=" ? tokens[at] : undefined;
      if (name !== undefined) at += 2;
      const parsed = value();
      if (name === undefined) values.push(parsed);
      else named[name] = parsed;
      if (tokens[at] === ",") at += 1;
    }
    at += 1;
    return values;
  };
  const value = (): unknown => {
    const token = tokens[at++] ?? "";
    if (token === "(" || token === "[") return list(token === "(" ? ")" : "]", {});
    if (/^['"]/.test(token)) return token.slice(1, -1);
    const words: Record<string, unknown> = { True: true, False: false, None: null };
    if (token in words) return words[token];
    if (tokens[at] !== "(") return Number(token);
    at += 1;
    const named: Record<string, unknown> = {};
    const values = list(")", named);
    return construct(token.split(".").at(-1)!, values, named);
  };
  return value() as nabla.Module;
}
