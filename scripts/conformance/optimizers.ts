// Runs recorded trajectories of optimizers: loss and gradients before each step, parameters after
// it, the state at the end; and calls of constructors that must be refused. Not schedules of rates
// (schedulers.ts).

import { Tensor, tensor } from "@nabla/core";
import * as optim from "@nabla/optim";

import { numbersDifference } from "./compare.js";
import type { Tolerance } from "./compare.js";
import { isRecordedTensor, isRefusal, numbersOf, tensorOf } from "./format.js";
import type { RecordedTensor } from "./format.js";
import { camelCase } from "./names.js";
import { failed, passed, skipped } from "./outcome.js";
import type { Outcome } from "./outcome.js";

/** Options by PyTorch's names. */
export type RecordedOptions = Readonly<Record<string, unknown>>;

interface Problem {
  readonly params: readonly RecordedTensor[];
  readonly X?: RecordedTensor;
  readonly Y?: RecordedTensor;
}

type Numbers = readonly (readonly number[])[];

interface Run {
  readonly id?: string;
  readonly optimizer: string;
  readonly options?: RecordedOptions;
  readonly problem: string;
  readonly groups?: readonly RecordedOptions[];
  readonly steps: number;
  readonly loss: readonly number[];
  readonly grads?: readonly Numbers[];
  readonly params: readonly Numbers[];
  readonly closureCalls?: readonly number[];
  readonly finalState?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Refusal {
  readonly id?: string;
  readonly optimizer: string;
  readonly options?: RecordedOptions;
  readonly params: string;
  readonly throws: object | null;
}

interface Content {
  readonly problems?: Readonly<Record<string, Problem>>;
  readonly cases: readonly (Run | Refusal)[];
}

/** Rounding grows along a trajectory: the README of the records says how much. */
const tolerance: Tolerance = { relative: 1e-7, ofLargest: 1e-8 };

/** Optimizers that are left out, and why. */
const leftOut: Readonly<Record<string, string>> = {
  SparseAdam: "there are no sparse gradients",
};

/** Any optimizer of the library, made from options that only the records know. */
type AnyOptimizer = optim.Optimizer<{ lr: number }, object>;
type Constructor = new (
  params: unknown,
  options: Readonly<Record<string, unknown>>,
) => AnyOptimizer;

/** Runs every case of a file of `optim/`. */
export function runOptimizers(content: unknown, title: string): Outcome[] {
  const { problems = {}, cases } = content as Content;
  return cases.map((one, i) => {
    const id = one.id ?? `${title}#${i}`;
    const reason = leftOut[one.optimizer];
    if (reason !== undefined) return skipped(id, `${one.optimizer}: ${reason}`);
    if ("problem" in one && lossOf[one.problem] === undefined) {
      return skipped(id, `the loss of the problem ${one.problem} is described in words only`);
    }
    return outcomeOf(id, () =>
      "problem" in one ? runProblem(one, problems[one.problem]!) : refusalProblem(one),
    );
  });
}

/** The outcome of a case, from what is wrong with it; what is left out on purpose is skipped. */
export function outcomeOf(id: string, problemOf: () => string | null): Outcome {
  try {
    const problem = problemOf();
    return problem === null ? passed(id) : failed(id, problem);
  } catch (error) {
    const reason = /there is no option "\w+" as in PyTorch: [^;]*/.exec(String(error))?.[0];
    return reason === undefined ? failed(id, `it threw ${String(error)}`) : skipped(id, reason);
  }
}

/** The losses of the problems, as the records describe them. */
const lossOf: Readonly<Record<string, (problem: Problem, params: readonly Tensor[]) => Tensor>> = {
  rosenbrock: (_problem, [point]) => {
    const [x, y] = [point!.select(0, 0), point!.select(0, 1)];
    return x.sub(1).square().add(y.sub(x.square()).square().mul(100));
  },
  linreg: ({ X, Y }, [weight, bias]) =>
    tensorOf(X!).matmul(weight!.transpose(0, 1)).add(bias!).sub(tensorOf(Y!)).square().mean(),
};

/** Options as they are spelled here. */
export const optionsOf = (recorded: RecordedOptions = {}): Record<string, unknown> =>
  Object.fromEntries(Object.entries(recorded).map(([name, value]) => [camelCase(name), value]));

function constructorOf(name: string): Constructor {
  const found = (optim as unknown as Readonly<Record<string, Constructor | undefined>>)[name];
  if (found === undefined) throw new Error(`there is no optimizer ${name}`);
  return found;
}

/** What is wrong with a trajectory, or `null`. */
function runProblem(run: Run, problem: Problem): string | null {
  const params = problem.params.map((start) => tensorOf(start).requiresGrad_());
  const groups = run.groups?.map((group, i) => ({ params: [params[i]!], ...optionsOf(group) }));
  const optimizer = new (constructorOf(run.optimizer))(groups ?? params, optionsOf(run.options));
  const evaluate = (): Tensor => {
    optimizer.zeroGrad();
    const loss = lossOf[run.problem]!(problem, params);
    loss.backward();
    return loss;
  };
  for (let i = 0; i < run.steps; i++) {
    let calls = 0;
    const usesClosure = run.closureCalls !== undefined;
    const loss = usesClosure
      ? optimizer.step(() => {
          calls += 1;
          return evaluate();
        })
      : evaluate();
    const wrongLoss = numbersDifference([loss.item()], [run.loss[i]!], tolerance);
    if (wrongLoss !== null) return `loss of step ${i}: ${wrongLoss}`;
    if (usesClosure && calls !== run.closureCalls[i]) {
      return `step ${i} called the closure ${calls} times, not ${run.closureCalls[i]}`;
    }
    const before = run.grads?.[i];
    const gradients = params.map((param) => param.grad!);
    if (before !== undefined) {
      const difference = listDifference(gradients, before);
      if (difference !== null) return `gradient of step ${i}: ${difference}`;
    }
    if (!usesClosure) optimizer.step();
    const difference = listDifference(params, run.params[i]!);
    if (difference !== null) return `parameter after step ${i}: ${difference}`;
  }
  return run.finalState === undefined ? null : stateProblem(optimizer, run.finalState);
}

function listDifference(found: readonly Tensor[], expected: Numbers): string | null {
  for (let i = 0; i < expected.length; i++) {
    const difference = numbersDifference(found[i]!.data(), expected[i]!, tolerance);
    if (difference !== null) return `${i}, ${difference}`;
  }
  return null;
}

function stateProblem(
  optimizer: AnyOptimizer,
  expected: NonNullable<Run["finalState"]>,
): string | null {
  const { state } = optimizer.stateDict();
  for (const [i, recorded] of Object.entries(expected)) {
    const own = state[Number(i)] ?? {};
    const names = (all: object): string => Object.keys(all).map(camelCase).sort().join(", ");
    if (names(own) !== names(recorded)) {
      return `state of parameter ${i} has ${names(own)}, not ${names(recorded)}`;
    }
    for (const [name, value] of Object.entries(recorded)) {
      const found = own[camelCase(name)];
      const numbers = found instanceof Tensor ? found.data() : [Number(found)];
      const wanted = isRecordedTensor(value) ? numbersOf(value) : [Number(value)];
      const difference = numbersDifference(numbers, wanted, tolerance);
      if (difference !== null) return `state ${name} of parameter ${i}: ${difference}`;
    }
  }
  return null;
}

/** What is wrong with a call of a constructor, or `null`. */
function refusalProblem({ optimizer, options, params, throws }: Refusal): string | null {
  const leaf = tensor([1], { dtype: "float64", requiresGrad: true });
  const lists: Readonly<Record<string, readonly Tensor[]>> = {
    "one leaf": [leaf],
    "empty list": [],
    "non-leaf tensor": [leaf.mul(2)],
  };
  const list = lists[params];
  if (list === undefined) throw new Error(`the records name unknown parameters: ${params}`);
  return constructionProblem(
    throws,
    () => new (constructorOf(optimizer))(list, optionsOf(options)),
  );
}

/** What is wrong with a construction that may have to fail, or `null`. */
export function constructionProblem(
  throws: object | null | undefined,
  construct: () => unknown,
): string | null {
  const isExpected = throws !== null && throws !== undefined;
  try {
    construct();
  } catch (error) {
    if (!isExpected) throw error;
    return isRefusal(error) ? null : `not refused in a sentence: ${String(error)}`;
  }
  return isExpected ? `not refused (PyTorch: ${JSON.stringify(throws)})` : null;
}
