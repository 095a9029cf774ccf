// A training step of each model that PyTorch recorded, compiled, against the plain loop: to the bit
// on the interpreter. And what models have that numbers have not: train() and eval(), dropout.

import { existsSync, readdirSync, readFileSync } from "node:fs";

import { compile, functionalCall, manualSeed, noGrad, rand, Tensor } from "@nabla/core";
import {
  BatchNorm1d,
  Dropout,
  functional,
  Linear,
  Module,
  parameter,
  ReLU,
  Sequential,
} from "@nabla/nn";
import type { ForwardHook } from "@nabla/nn";
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
    // What these do depends on the numbers, which JavaScript would have to see at each call.
    const isRefused = ({ options }: RecordedModule): boolean =>
      options?.["max_norm"] !== undefined || options?.["scale_grad_by_freq"] === true;
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
      expect(() => train(of, compiled)).toThrow(
        /with (maxNorm|scaleGradByFreq), .* cannot be part of/,
      );
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

describe("what is changed in a model from outside is seen, once, by a new capture", () => {
  const rests = (on: string): string => `what it rests on has changed: ${on}`;
  const double = (x: Tensor): Tensor => x.mul(2);
  const doubled: ForwardHook = (_module, _inputs, y) => double(y as Tensor);
  const scale = (): Tensor => parameter(rand([3]));
  const fields = (name: string): string => rests(`what is in the fields of ${name}`);
  const hooks = "a tensor has other hooks";
  // A new parameter has no gradient in the first step, and one in the next.
  const fresh = "a gradient is there, and was null";
  const changes: [string, string[], (model: Sequential, own: Net) => unknown][] = [
    ["the model is of another type", [fields("Linear"), fresh], (model) => model.to("float64")],
    ["a parameter is another one", [fields("Net"), fresh], (_, own) => (own.scale = scale())],
    ["a module is another one", [fields("Net"), fresh], (_, own) => (own.head = new Linear(4, 3))],
    ["a module in a list", [fields("Net"), fresh], (_, own) => own.more.push(new Linear(3, 3))],
    ["a module is appended", [fields("Sequential")], (model) => model.append(new ReLU())],
    ["a number in a field", [fields("Net")], (_, own) => (own.factor = 3)],
    ["a rate of dropout", [fields("Dropout")], (model) => Object.assign(model.at(1), { p: 0.9 })],
    ["eval()", [rests("train() or eval() of Linear")], (model) => model.eval()],
    ["a hook after", [rests("the hooks after Net")], (_, own) => own.registerForwardHook(doubled)],
    [
      "a hook before",
      [rests("the hooks before Net")],
      (_, own) => own.registerForwardPreHook((_module, [x]) => double(x as Tensor)),
    ],
    ["a hook of a parameter", [hooks], (_, own) => own.scale.registerHook(double)],
    ["a hook that is removed at once", [hooks], (_, own) => own.scale.registerHook(double)()],
    ["nothing", [], () => {}],
  ];

  class Net extends Module {
    scale = parameter(rand([3]));
    head = new Linear(4, 3);
    more: Linear[] = [new Linear(3, 3)];
    factor = 2;
    calls = 0;
    last: Tensor | null = null;
    override forward(x: Tensor): Tensor {
      this.calls += 1;
      let y = this.head.call(x).mul(this.scale).mul(this.factor);
      for (const layer of this.more) y = layer.call(y);
      return (this.last = y.sin());
    }
  }

  test.each(changes)("%s", (_name, expectedReasons, change) => {
    const run = (wrap: Wrap): number[] => {
      manualSeed(4);
      const own = new Net();
      const model = new Sequential(own, new Dropout(0.2));
      const step = wrap((x: Tensor) => {
        model.zeroGrad();
        const loss = model.call(x.to(own.head.weight.dtype)).square().sum();
        loss.backward();
        descend(model.parameters());
        return loss;
      });
      const seen: number[] = [];
      for (let i = 0; i < 8; i++) {
        if (i === 4) change(model, own);
        seen.push(step(rand([2, 4])).item());
        for (const w of model.parameters()) seen.push(...w.data(), ...(w.grad?.data() ?? []));
      }
      return seen;
    };
    engines.interpreter();
    const expected = run(plain);
    const [found, reasons] = captures(() => run(compiled));
    expect(found).toEqual(expected);
    expect(reasons.slice(1)).toEqual(expectedReasons);
  });
});

class Wrapped extends Module {
  layer = new Linear(3, 2);
  override forward(x: Tensor): Tensor {
    return this.layer.call(x);
  }
}

test("what functionalCall puts into fields is no reason to capture anew", () => {
  const run = (wrap: Wrap): number[] => {
    manualSeed(5);
    const model = new Wrapped();
    const other = rand([2, 3]).requiresGrad_();
    const step = wrap((x: Tensor) => {
      other.grad = null;
      const loss = functionalCall(model, { "layer.weight": other }, x).square().sum();
      loss.backward();
      descend([other]);
      return loss;
    });
    return Array.from({ length: 5 }, () => step(rand([4, 3])).item());
  };
  engines.interpreter();
  const expected = run(plain);
  const [found, reasons] = captures(() => run(compiled));
  expect(found).toEqual(expected);
  expect(reasons).toHaveLength(1);
});

test("a class that is none is an error at its own call", () => {
  const layer = new Linear(2, 3);
  const step = compile((x: Tensor, y: Tensor) => functional.crossEntropy(layer.call(x), y));
  const classes = (...list: number[]): Tensor => rand([2]).mul(0).to("int32").add(list[0]!);
  for (let i = 0; i < 4; i++) step(rand([2, 2]), classes(i % 3));
  expect(() => step(rand([2, 2]), classes(3))).toThrow(/3 is no class/);
});
