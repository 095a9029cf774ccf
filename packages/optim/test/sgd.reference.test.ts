// SGD against PyTorch, step by step: every recorded run with its losses, gradients, parameters and
// final state, and every constructor call that must be refused. What all optimizers share is tested
// in optimizer.test.ts.

import { ArgumentError, noGrad, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { SGD } from "@nabla/optim";
import type { SGDOptions } from "@nabla/optim";
import { describe, expect, test } from "vitest";

import { readReference, tensorOf } from "../../../scripts/conformance/format.js";
import type { RecordedTensor } from "../../../scripts/conformance/format.js";
import { errorOf, expectNumbers } from "../../core/test/reference.js";

/** Options by PyTorch's names. */
type RecordedOptions = Readonly<Record<string, number | boolean>>;

interface Problem {
  readonly params: readonly RecordedTensor[];
  readonly X?: RecordedTensor;
  readonly Y?: RecordedTensor;
}

interface Run {
  readonly id: string;
  readonly options: RecordedOptions;
  readonly problem: string;
  readonly groups?: readonly RecordedOptions[];
  readonly steps: number;
  readonly loss: readonly number[];
  readonly grads: readonly (readonly (readonly number[])[])[];
  readonly params: readonly (readonly (readonly number[])[])[];
  readonly finalState?: Readonly<Record<number, Readonly<Record<string, RecordedTensor>>>>;
}

interface Reference {
  readonly problems: Readonly<Record<string, Problem>>;
  readonly cases: readonly Run[];
}

interface Refusals {
  readonly cases: readonly {
    readonly id: string;
    readonly optimizer: string;
    readonly options: RecordedOptions;
    readonly throws: object | null;
  }[];
}

const reference = readReference("optim/SGD.json") as Reference | null;
const refusals = readReference("optim/errors.json") as Refusals | null;

const camelCase = (name: string): string =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

const optionsOf = (recorded: RecordedOptions): SGDOptions =>
  Object.fromEntries(
    Object.entries(recorded).map(([name, value]) => [camelCase(name), value]),
  ) as unknown as SGDOptions;

/** The loss of a problem, as its description in the reference says. */
function lossOf(name: string, problem: Problem, params: readonly Tensor[]): Tensor {
  const [first, second] = params;
  if (name === "rosenbrock") {
    const [x, y] = [first!.select(0, 0), first!.select(0, 1)];
    return x.sub(1).square().add(y.sub(x.square()).square().mul(100));
  }
  const predicted = tensorOf(problem.X!).matmul(first!.transpose(0, 1)).add(second!);
  return predicted.sub(tensorOf(problem.Y!)).square().mean();
}

describe.skipIf(reference === null)("runs as in PyTorch", () => {
  test.each(reference?.cases ?? [])("$id $options", (run) => {
    const problem = reference!.problems[run.problem]!;
    const params = problem.params.map((start) => tensorOf(start).requiresGrad_());
    const groups = run.groups?.map((group, i) => ({ params: [params[i]!], ...optionsOf(group) }));
    const optimizer = new SGD(groups ?? params, optionsOf(run.options));
    for (let step = 0; step < run.steps; step++) {
      optimizer.zeroGrad();
      const loss = lossOf(run.problem, problem, params);
      loss.backward();
      expectNumbers(loss, [run.loss[step]!], 1e-10, `loss of step ${step}`);
      params.forEach((x, i) => {
        expectNumbers(x.grad, run.grads[step]![i]!, 1e-10, `gradient ${i} of step ${step}`);
      });
      optimizer.step();
      params.forEach((x, i) => {
        expectNumbers(x, run.params[step]![i]!, 1e-10, `parameter ${i} after step ${step}`);
      });
    }
    const { state } = optimizer.stateDict();
    for (const [i, expected] of Object.entries(run.finalState ?? {})) {
      const own = state[Number(i)] ?? {};
      expect(Object.keys(own)).toEqual(Object.keys(expected).map(camelCase));
      for (const [name, { $tensor }] of Object.entries(expected)) {
        expectNumbers(own[camelCase(name)] as Tensor, $tensor.data.map(Number), 1e-10, name);
      }
    }
  });
});

describe.skipIf(refusals === null)("refused as in PyTorch", () => {
  const own = (refusals?.cases ?? []).filter(({ optimizer }) => optimizer === "SGD");

  test("some calls are recorded", () => {
    expect(own.length).toBeGreaterThan(0);
  });

  test.each(own)("$id: $options", ({ options, throws }) => {
    const parameters = [tensor([1], { requiresGrad: true })];
    const error = errorOf(() => new SGD(parameters, optionsOf(options)));
    expect(error === null).toBe(throws === null);
    expect(error ?? new ArgumentError("")).toBeInstanceOf(ArgumentError);
  });
});

test("one step by hand", () => {
  const w = tensor([1, -2], { requiresGrad: true, dtype: "float64" });
  const optimizer = new SGD([w], { lr: 0.25, momentum: 0.5, weightDecay: 0.5 });
  w.square().sum().backward();
  optimizer.step();
  expect(w.toArray()).toEqual([1 - 0.25 * 2.5, -2 + 0.25 * 5]);
  noGrad(() => w.grad!.zero_());
  optimizer.step();
  // The buffer was 2.5 and -5; half of it stays, and half of the value is added.
  const values = [0.375, -0.75];
  expect(w.toArray()).toEqual(
    values.map((value, i) => value - 0.25 * (0.5 * [2.5, -5][i]! + 0.5 * value)),
  );
});

/** The value 1 after two steps with rate 0.5 down its own slope, which is 1, worked out by hand. */
const twoSteps: [options: Partial<SGDOptions>, expected: number][] = [
  [{}, 0],
  [{ maximize: true }, 2],
  [{ momentum: 0.5 }, 1 - 0.5 - 0.5 * 1.5],
  [{ momentum: 0.5, dampening: 0.25 }, 1 - 0.5 - 0.5 * (0.5 + 0.75)],
  [{ momentum: 0.5, nesterov: true }, 1 - 0.5 * 1.5 - 0.5 * (1 + 0.5 * 1.5)],
  [{ weightDecay: 1 }, (1 - 0.5 * 2) * 0.5 - 0.5],
];
test.each(twoSteps)("two steps with %j", (options, expected) => {
  const x = tensor(1, { requiresGrad: true });
  const optimizer = new SGD([x], { lr: 0.5, ...options });
  x.backward();
  optimizer.step();
  optimizer.step();
  expect(x.item()).toBe(expected);
});
