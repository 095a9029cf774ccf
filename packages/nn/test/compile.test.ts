// A training step of each model that PyTorch recorded, compiled, against the plain loop: to the bit
// on the interpreter. And what models have that numbers have not: train() and eval(), dropout.

import { existsSync, readdirSync, readFileSync } from "node:fs";

import { compile, manualSeed, noGrad, rand, Tensor } from "@nabla/core";
import { BatchNorm1d, Dropout, functional, Linear, ReLU, Sequential } from "@nabla/nn";
import { afterEach, describe, expect, test } from "vitest";

import { sharedFolder } from "../../../scripts/conformance/format.js";
import { inputsOf, makeModel, tensorsIn } from "../../../scripts/conformance/modules.js";
import type { RecordedModule } from "../../../scripts/conformance/modules.js";
import { captures, difference, engines } from "../../core/test/engines.js";
import type { Wrap } from "../../core/test/engines.js";

afterEach(engines.standard);

const plain: Wrap = (step) => step;
const compiled: Wrap = (step) => compile(step) as never;

/** Takes a step against the gradients, as an optimizer would. */
const descend = (parameters: readonly Tensor[]): void =>
  noGrad(() => {
    for (const w of parameters) if (w.grad !== null) w.sub_(w.grad.mul(0.01));
  });

/** Five steps of a recorded model on inputs that change, and all that came out. */
function train(of: RecordedModule, wrap: Wrap): number[] {
  manualSeed(1);
  const model = makeModel(of);
  const { given } = inputsOf(of);
  const parameters = model.parameters();
  const step = wrap((...inputs: unknown[]) => {
    const outputs = tensorsIn(model.call(...(inputs as never[])));
    const sums = outputs.map((output) => output.square().sum());
    const loss = sums.reduce((a, b) => a.add(b));
    for (const w of parameters) w.grad = null;
    if (loss.requiresGrad) loss.backward();
    descend(parameters);
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
    // Which rows are too long is seen by looking at the table, which cannot be replayed.
    const isRefused = (of: RecordedModule): boolean => of.options?.["max_norm"] !== undefined;
    for (const [i, of] of models.filter((one) => !isRefused(one)).entries()) {
      engines.interpreter();
      const expected = train(of, plain);
      const [found, reasons] = captures(() => train(of, compiled));
      expect([of.id, reasons.length]).toEqual([of.id, 1]);
      expect([of.id, found]).toEqual([of.id, expected]);
      if (i > 0) continue;
      engines.wasm();
      expect(difference(train(of, compiled), expected)).toBe(null);
    }
    for (const of of models.filter(isRefused)) {
      expect(() => train(of, compiled)).toThrow(/reading a value/);
    }
  });
});

test("dropout, batch norm, classes as arguments, train() and eval()", () => {
  const run = (wrap: Wrap): number[] => {
    manualSeed(2);
    const model = new Sequential(
      new Linear(4, 8),
      new BatchNorm1d(8),
      new ReLU(),
      new Dropout(0.3),
      new Linear(8, 3),
    );
    const parameters = model.parameters();
    const step = wrap((x: Tensor, y: Tensor) => {
      const loss = functional.crossEntropy(model.call(x), y);
      for (const w of parameters) w.grad = null;
      loss.backward();
      descend(parameters);
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
  engines.interpreter();
  const expected = run(plain);
  const [found, reasons] = captures(() => run(compiled));
  expect(found).toEqual(expected);
  // Training, training by what eval remembers, and predicting.
  expect(reasons.length).toBe(3);
});

test("a class that is none is an error at its own call", () => {
  const layer = new Linear(2, 3);
  const step = compile((x: Tensor, y: Tensor) => functional.crossEntropy(layer.call(x), y));
  const classes = (...list: number[]): Tensor => rand([2]).mul(0).to("int32").add(list[0]!);
  for (let i = 0; i < 4; i++) step(rand([2, 2]), classes(i % 3));
  expect(() => step(rand([2, 2]), classes(3))).toThrow(/3 is no class/);
});
