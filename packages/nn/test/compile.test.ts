// A training step of each model that PyTorch recorded, compiled, against the plain loop: to the bit
// on the interpreter. And what models have that numbers have not: train() and eval(), dropout.

import { existsSync, readdirSync, readFileSync } from "node:fs";

import { compile, manualSeed, noGrad, rand, Tensor } from "@nabla/core";
import { BatchNorm1d, Dropout, functional, Linear, ReLU, Sequential, SGD } from "nabla";
import { afterEach, describe, expect, test } from "vitest";

import { sharedFolder } from "../../../scripts/conformance/format.js";
import { inputsOf, makeModel, tensorsIn } from "../../../scripts/conformance/modules.js";
import type { RecordedModule } from "../../../scripts/conformance/modules.js";
import { interpreter } from "../../core/src/backends/interpreter.js";
import { wasm } from "../../core/src/backends/wasm/backend.js";
import { mode } from "../../core/src/graph/mode.js";
import { onDemand } from "../../core/src/schedule/demand.js";
import { runBy } from "../../core/src/schedule/flush.js";

const standard = onDemand(wasm());
afterEach(() => {
  runBy(standard, interpreter);
  mode.onRecapture = null;
});

type Step = (...args: never[]) => unknown;
const plain = <Own extends Step>(step: Own): Own => step;
const compiled = <Own extends Step>(step: Own): Own => compile(step) as never;

/** Counts captures from now on. */
function captures(): { count: number } {
  const counter = { count: 0 };
  mode.onRecapture = () => (counter.count += 1);
  return counter;
}

/** Five steps of a recorded model on inputs that change, and all that came out. */
function train(of: RecordedModule, wrap: typeof plain): number[] {
  manualSeed(1);
  const model = makeModel(of);
  const { given } = inputsOf(of);
  const parameters = model.parameters();
  const optimizer = parameters.length === 0 ? null : new SGD(parameters, { lr: 0.01 });
  const step = wrap((...inputs: unknown[]) => {
    const outputs = tensorsIn(model.call(...(inputs as never[])));
    const sums = outputs.map((output) => output.square().sum());
    const loss = sums.reduce((a, b) => a.add(b));
    optimizer?.zeroGrad();
    if (loss.requiresGrad) loss.backward();
    optimizer?.step();
    return [...outputs, loss];
  });
  const seen: number[] = [];
  for (let i = 0; i < 5; i++) {
    const change = (part: unknown): unknown => {
      if (Array.isArray(part)) return part.map(change);
      if (!(part instanceof Tensor)) return part;
      const x = part.detach();
      return x.dtype.startsWith("float") ? x.mul(1 - i / 20) : x;
    };
    for (const result of step(...given.map(change))) seen.push(...result.data());
    for (const value of Object.values(model.stateDict())) seen.push(...value.data());
  }
  return seen;
}

const folder = new URL("nn/", sharedFolder);
const isHere = existsSync(folder);
if (!isHere) console.warn("skipped: the recorded modules of PyTorch, which are not here");

describe.skipIf(!isHere)("a step of each recorded model", () => {
  const names = isHere ? readdirSync(folder).filter((name) => name !== "initializers.json") : [];
  test.each(names)("%s", (name) => {
    const text = readFileSync(new URL(name, folder), "utf8");
    const { cases } = JSON.parse(text) as { cases: (RecordedModule & { kind?: unknown })[] };
    const models = cases.filter(
      ({ inputs, throws }) => inputs !== undefined && throws === undefined,
    );
    for (const [i, of] of models.entries()) {
      // Which rows are too long is seen by looking at the table.
      if (of.options?.["max_norm"] !== undefined) {
        expect(() => train(of, compiled)).toThrow(/reading a value/);
        continue;
      }
      runBy(onDemand(interpreter), interpreter);
      const expected = train(of, plain);
      const counter = captures();
      const found = train(of, compiled);
      expect([of.id, counter.count]).toEqual([of.id, 1]);
      expect(found, of.id).toEqual(expected);
      if (i > 0) continue;
      runBy(onDemand(wasm()), interpreter);
      train(of, compiled).forEach((value, k) => {
        const other = expected[k]!;
        const isClose = Math.abs(value - other) <= 1e-4 * Math.max(1, Math.abs(other));
        expect(isClose || Object.is(value, other), `${of.id}: ${value}, ${other}`).toBe(true);
      });
    }
  });
});

test("dropout, batch norm, classes as arguments, train() and eval()", () => {
  const run = (wrap: typeof plain): number[] => {
    manualSeed(2);
    const model = new Sequential(
      new Linear(4, 8),
      new BatchNorm1d(8),
      new ReLU(),
      new Dropout(0.3),
      new Linear(8, 3),
    );
    const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    const step = wrap((x: Tensor, y: Tensor) => {
      const loss = functional.crossEntropy(model.call(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
    const predict = wrap((x: Tensor) => noGrad(() => model.call(x).argmax(1)));
    const seen: number[] = [];
    for (let i = 0; i < 8; i++) {
      const x = rand([6, 4]);
      const y = x.sum(1).floor().remainder(3).to("int32");
      model.train(i % 3 !== 2);
      seen.push(step(x, y).item());
      model.eval();
      seen.push(...predict(x).data());
      for (const value of Object.values(model.stateDict())) seen.push(...value.data());
    }
    return seen;
  };
  runBy(onDemand(interpreter), interpreter);
  const expected = run(plain);
  const counter = captures();
  expect(run(compiled)).toEqual(expected);
  // Training, training by what eval remembers, and predicting.
  expect(counter.count).toBe(3);
});

test("a class that is none is an error at its own call", () => {
  const layer = new Linear(2, 3);
  const step = compile((x: Tensor, y: Tensor) => functional.crossEntropy(layer.call(x), y));
  const classes = (...list: number[]): Tensor => rand([2]).mul(0).to("int32").add(list[0]!);
  for (let i = 0; i < 4; i++) step(rand([2, 2]), classes(i % 3));
  expect(() => step(rand([2, 2]), classes(3))).toThrow(/3 is no class/);
});
