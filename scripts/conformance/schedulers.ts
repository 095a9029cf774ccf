// Runs recorded schedules of learning rates: the rates after construction and after each step, the
// momenta of those that change them, and what must be refused. Not trajectories of parameters
// (optimizers.ts).

import { tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import * as optim from "@nabla/optim";

import { numbersDifference } from "./compare.js";
import { isRefusal } from "./format.js";
import { formulaOf } from "./formula.js";
import { constructionProblem, optionsOf, outcomeOf } from "./optimizers.js";
import type { RecordedOptions } from "./optimizers.js";
import type { Outcome } from "./outcome.js";

interface Construction {
  readonly scheduler: string;
  readonly options?: RecordedOptions;
}

interface Schedule extends Construction {
  readonly id?: string;
  readonly schedulers?: readonly Construction[];
  readonly optimizer: string;
  readonly groupLrs: readonly number[];
  readonly throws?: object;
  readonly stepThrows?: { readonly step: number };
  readonly initial?: readonly number[];
  readonly lr?: readonly (readonly number[])[];
  readonly initialMomentum?: readonly number[];
  readonly momentum?: readonly (readonly number[])[];
  readonly metrics?: readonly number[];
}

interface Content {
  readonly steps?: number;
  readonly lambdas?: Readonly<Record<string, string>>;
  readonly cases: readonly Schedule[];
}

/** What stands before the options, by PyTorch's names. */
const positional: Readonly<Record<string, readonly string[]>> = {
  LambdaLR: ["lr_lambda"],
  MultiplicativeLR: ["lr_lambda"],
  StepLR: ["step_size"],
  MultiStepLR: ["milestones"],
  ExponentialLR: ["gamma"],
  CosineAnnealingLR: ["T_max"],
  CosineAnnealingWarmRestarts: ["T_0"],
  CyclicLR: ["base_lr", "max_lr"],
  OneCycleLR: ["max_lr"],
};

/** Options that are functions, which the records name. */
const functions = new Set(["lr_lambda", "scale_fn"]);

/** Any schedule of the library. */
interface AnySchedule {
  step(metric?: number): void;
}
type Constructor = new (...args: readonly unknown[]) => AnySchedule;

/** Runs every case of a file of `schedulers/`. */
export function runSchedulers(content: unknown, title: string): Outcome[] {
  const { lambdas = {}, cases, steps } = content as Content;
  return cases.map((one, i) => {
    const id = one.id ?? `${title}#${i}`;
    return outcomeOf(id, () => scheduleProblem(one, lambdas, steps ?? 30));
  });
}

/** What is wrong with a schedule, or `null`. */
function scheduleProblem(
  one: Schedule,
  lambdas: Readonly<Record<string, string>>,
  steps: number,
): string | null {
  const groups = one.groupLrs.map((lr) => ({ params: [tensor([1], { requiresGrad: true })], lr }));
  const optimizer =
    one.optimizer === "Adam" ? new optim.Adam(groups) : momentumOf(one.optimizer, groups);
  let schedule: AnySchedule | null = null;
  const problem = constructionProblem(one.throws, () => {
    schedule = construct(one, optimizer, lambdas);
  });
  if (problem !== null || schedule === null) return problem;
  const ratesNow = optimizer.paramGroups.map(({ lr }) => lr);
  const initial =
    differenceOf(ratesNow, one.initial, one) ??
    differenceOf(momentaOf(optimizer), one.initialMomentum, one);
  if (initial !== null) return `after construction: ${initial}`;
  const last = one.stepThrows?.step ?? steps;
  for (let i = 0; i <= last && (i < steps || i === one.stepThrows?.step); i++) {
    optimizer.step();
    if (i === one.stepThrows?.step) return stepProblem(schedule, one.metrics?.[i]);
    (schedule as AnySchedule).step(one.metrics?.[i]);
    const rates = optimizer.paramGroups.map(({ lr }) => lr);
    const difference =
      differenceOf(rates, one.lr?.[i], one) ??
      differenceOf(momentaOf(optimizer), one.momentum?.[i], one);
    if (difference !== null) return `after round ${i}: ${difference}`;
  }
  return null;
}

type Groups = readonly { readonly params: readonly Tensor[]; readonly lr: number }[];

function momentumOf(name: string, groups: Groups): optim.SGD {
  if (name !== "SGD") throw new Error(`the records name an unknown optimizer: ${name}`);
  return new optim.SGD(groups, { lr: 0, momentum: 0.9 });
}

const momentaOf = ({ paramGroups }: optim.Scheduled): number[] =>
  paramGroups.map(({ momentum, betas }) => momentum ?? betas?.[0] ?? NaN);

/** Constructs a schedule with those it is made of, in their order. */
function construct(
  { scheduler, schedulers, options = {} }: Schedule,
  optimizer: optim.Scheduled,
  lambdas: Readonly<Record<string, string>>,
): AnySchedule {
  const parts = (schedulers ?? []).map((part) =>
    construct({ ...part, optimizer: "", groupLrs: [] }, optimizer, lambdas),
  );
  const make = (optim as unknown as Readonly<Record<string, Constructor | undefined>>)[scheduler];
  if (make === undefined) throw new Error(`there is no schedule ${scheduler}`);
  if (scheduler === "ChainedScheduler") return new make(parts);
  if (scheduler === "SequentialLR") return new make(optimizer, parts, options["milestones"]);
  const named = Object.entries(options).map(([name, value]) => [
    name,
    functions.has(name) ? functionOf(value, lambdas) : value,
  ]);
  const given = Object.fromEntries(named) as Record<string, unknown>;
  const first = positional[scheduler] ?? [];
  const rest = Object.entries(given).filter(([name]) => !first.includes(name));
  const args = first.map((name) => given[name]);
  return new make(optimizer, ...args, optionsOf(Object.fromEntries(rest)));
}

function functionOf(value: unknown, lambdas: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((one) => functionOf(one, lambdas));
  if (typeof value !== "string") return value;
  return formulaOf(lambdas[value] ?? value);
}

/** What is wrong with rates or momenta, to 1e-9 and 1e-12 of the group's rate, or `null`. */
function differenceOf(
  found: readonly number[],
  expected: readonly number[] | undefined,
  { groupLrs }: Schedule,
): string | null {
  if (expected === undefined) return null;
  for (let g = 0; g < expected.length; g++) {
    const far = Math.abs(found[g]! - expected[g]!);
    if (far <= 1e-9 * Math.abs(expected[g]!) + 1e-12 * groupLrs[g]!) continue;
    return `group ${g} has ${found[g]}, not ${expected[g]}`;
  }
  return numbersDifference(found, expected, { relative: 1, ofLargest: 1 });
}

function stepProblem(schedule: AnySchedule, metric: number | undefined): string | null {
  try {
    schedule.step(metric);
  } catch (error) {
    return isRefusal(error) ? null : `not refused in a sentence: ${String(error)}`;
  }
  return "the last step was not refused";
}
