// Every algorithm in a compiled step, with schedules, groups and options that change between calls,
// against the plain loop: to the bit on the interpreter, and within rounding on WebAssembly.

import { compile, CompileError, manualSeed, rand, tensor, Tensor, zeros } from "@nabla/core";
import * as optim from "@nabla/optim";
import type { Optimizer } from "@nabla/optim";
import { afterEach, describe, expect, test } from "vitest";

import { captures, countingModules, difference, engines } from "../../core/test/engines.js";

afterEach(engines.standard);

type Options = Record<string, unknown>;
type AnyOptimizer = Optimizer<{ lr: number }, object>;
type Constructor = new (params: unknown, options?: Options) => AnyOptimizer;
const { SGD, Adam, AdamW, RMSprop, Adagrad, Adadelta, Adamax, NAdam, RAdam, Rprop, ASGD, LBFGS } =
  optim as unknown as Readonly<Record<string, Constructor>>;

/** How often a step is captured in a dozen calls: once, and where another formula begins. */
const all: [name: string, make: Constructor, options: Options, captures?: number][] = [
  ["SGD", SGD!, { lr: 0.05 }],
  ["SGD with momentum", SGD!, { lr: 0.05, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 }],
  ["SGD of Nesterov", SGD!, { lr: 0.05, momentum: 0.9, nesterov: true, maximize: true }],
  ["Adam", Adam!, { lr: 0.1, weightDecay: 0.1 }],
  ["AMSGrad", Adam!, { lr: 0.1, amsgrad: true, betas: [0.8, 0.9], maximize: true }],
  ["AdamW", AdamW!, { lr: 0.1, weightDecay: 0.1 }],
  ["RMSprop", RMSprop!, { lr: 0.01, weightDecay: 0.1 }],
  ["RMSprop, all of it", RMSprop!, { momentum: 0.5, centered: true, maximize: true }],
  ["Adagrad", Adagrad!, { lrDecay: 0.1, weightDecay: 0.1, initialAccumulatorValue: 0.1 }],
  ["Adadelta", Adadelta!, { weightDecay: 0.1 }],
  ["Adamax", Adamax!, { lr: 0.1, weightDecay: 0.1 }],
  ["NAdam", NAdam!, { lr: 0.1, weightDecay: 0.1, momentumDecay: 0.01 }],
  ["RAdam", RAdam!, { lr: 0.1, weightDecay: 0.1 }, 2],
  ["Rprop", Rprop!, { lr: 0.1 }],
  ["ASGD", ASGD!, { lr: 0.1, t0: 4, weightDecay: 0.1 }, 2],
];

interface Setting {
  readonly optimizer: AnyOptimizer;
  readonly parameters: readonly Tensor[];
  /** Before call `i`. */
  readonly before?: (i: number) => unknown;
  /** Between backward() and step(). */
  readonly between?: () => void;
  readonly after?: () => void;
}

/** Twelve steps, and everything that can be seen after each. */
function train(make: () => Setting, isCompiled: boolean): number[] {
  manualSeed(1);
  const { optimizer, parameters, before, between, after } = make();
  const own = (x: Tensor): Tensor => {
    const sum = parameters.map((w, i) =>
      w
        .mul(x)
        .sin()
        .square()
        .sum()
        .mul(i + 1),
    );
    const loss = sum.reduce((a, b) => a.add(b));
    optimizer.zeroGrad();
    loss.backward();
    between?.();
    optimizer.step();
    after?.();
    return loss;
  };
  const step = isCompiled ? compile(own) : own;
  const seen: number[] = [];
  for (let i = 0; i < 12; i++) {
    before?.(i);
    const loss = step(rand([3]).add(0.5));
    const states = Object.values(optimizer.stateDict().state).flatMap((state) =>
      Object.values(state as Options).flatMap((value) =>
        value instanceof Tensor ? [...value.data()] : (value as number),
      ),
    );
    const tensors = parameters.flatMap((w) => [...w.data(), ...(w.grad?.data() ?? [])]);
    seen.push(loss.item(), ...tensors, ...states);
  }
  return seen;
}

function expectAgreement(make: () => Setting, count: number): void {
  engines.interpreter();
  const expected = train(make, false);
  const [found, reasons] = captures(() => train(make, true));
  expect(found).toEqual(expected);
  expect(reasons).toHaveLength(count);
  engines.wasm();
  expect(difference(train(make, true), expected, 2e-4)).toBe(null);
}

const leaf = (dtype: "float32" | "float64" = "float32"): Tensor =>
  rand([3], { dtype }).requiresGrad_();

describe.each(all)("%s", (_name, make, options, count = 1) => {
  test("as in the plain loop, with rates that change and a parameter without gradient", () => {
    expectAgreement(() => {
      const [v, w, idle] = [leaf(), leaf("float64"), leaf()];
      const optimizer = new make([{ params: [v], lr: 0.02 }, { params: [w, idle] }], options);
      const before = (i: number): void => {
        for (const group of optimizer.paramGroups) group.lr *= 1 - 0.03 * i;
      };
      return { optimizer, parameters: [v, w], before };
    }, count);
  });
});

const schedules: Record<string, (optimizer: AnyOptimizer) => { step(): void }> = {
  StepLR: (own) => new optim.StepLR(own, 3),
  CosineAnnealingLR: (own) => new optim.CosineAnnealingLR(own, 10),
  OneCycleLR: (own) => new optim.OneCycleLR(own, 0.2, { totalSteps: 20 }),
  LambdaLR: (own) => new optim.LambdaLR(own, (epoch) => 1 / (1 + epoch)),
  CosineAnnealingWarmRestarts: (own) => new optim.CosineAnnealingWarmRestarts(own, 4),
  SequentialLR: (own) =>
    new optim.SequentialLR(
      own,
      [new optim.ConstantLR(own, { factor: 0.5 }), new optim.ExponentialLR(own, 0.9)],
      [4],
    ),
  ChainedScheduler: (own) =>
    new optim.ChainedScheduler([new optim.StepLR(own, 2), new optim.ExponentialLR(own, 0.9)]),
};

describe.each(Object.entries(schedules))("%s", (_name, make) => {
  test.each([
    ["between calls", false],
    ["inside", true],
  ])("%s", (_where, isInside) => {
    expectAgreement(() => {
      const w = leaf();
      const optimizer = new Adam!([w], { lr: 0.1 });
      const schedule = make(optimizer);
      const move = (): void => schedule.step();
      const setting = { optimizer, parameters: [w] };
      return isInside
        ? { ...setting, after: move }
        : { ...setting, before: (i) => i > 0 && move() };
    }, 1);
  });
});

test("L4: rates, corrections, dropout and batches change, and nothing more is compiled", () => {
  countingModules((made) => {
    engines.wasm();
    const w = leaf();
    const optimizer = new Adam!([w], { lr: 0.1, weightDecay: 0.01 });
    const schedule = new optim.OneCycleLR(optimizer, 0.2, { totalSteps: 200 });
    const step = compile((x: Tensor, n: number) => {
      optimizer.zeroGrad();
      const kept = rand([3]).ge(0.2).to("float32");
      const loss = w.mul(x).mul(kept).sub(n).square().sum();
      loss.backward();
      optimizer.step();
      schedule.step();
      return loss;
    });
    const early = Array.from({ length: 200 }, (_, i) => {
      step(rand([3]), 1 + i).item();
      return made();
    })[3]!;
    expect(early).toBeGreaterThan(0);
    expect(made()).toBe(early);
  });
});

test("gradients that are clipped", () => {
  expectAgreement(() => {
    const [v, w] = [leaf(), leaf()];
    const between = (): void => {
      optim.clipGradNorm_([v, w], 0.3);
      optim.clipGradValue_([v], 0.1);
    };
    return { optimizer: new SGD!([v, w], { lr: 0.5 }), parameters: [v, w], between };
  }, 1);
});

describe("what captures a step anew, so that it is right", () => {
  const changes: [string, number, (optimizer: AnyOptimizer, w: Tensor[]) => void][] = [
    ["another group", 2, (own) => own.addParamGroup({ params: [zeros([3]).requiresGrad_()] })],
    ["a parameter taken out of a group", 2, (own) => own.paramGroups[0]!.params.pop()],
    ["an option that chooses", 2, (own) => Object.assign(own.paramGroups[0]!, { nesterov: true })],
    ["a number that becomes 0", 2, (own) => Object.assign(own.paramGroups[0]!, { momentum: 0 })],
    ["a number", 1, (own) => Object.assign(own.paramGroups[0]!, { momentum: 0.5, lr: 0.01 })],
    ["state that is loaded", 2, (own) => own.loadStateDict(own.stateDict())],
    ["a parameter that is frozen", 3, (_own, [w]) => (w!.requiresGrad = false)],
  ];

  test.each(changes)("%s", (_name, count, change) => {
    expectAgreement(() => {
      const parameters = [leaf(), leaf()];
      const optimizer = new SGD!(parameters, { lr: 0.05, momentum: 0.9, weightDecay: 0.1 });
      return { optimizer, parameters, before: (i) => i === 5 && change(optimizer, parameters) };
    }, count);
  });

  test("an option, by who has had the groups all along", () => {
    expectAgreement(() => {
      const w = leaf();
      const optimizer = new SGD!([w], { lr: 0.05, momentum: 0.9 });
      const [group] = optimizer.paramGroups;
      const before = (i: number): unknown => i === 5 && Object.assign(group!, { nesterov: true });
      return { optimizer, parameters: [w], before };
    }, 2);
  });

  test("an option, by an algorithm that keeps what its update is given", () => {
    class Keeping extends optim.SGD {
      options: object = {};

      protected override update(
        parameter: Tensor,
        gradient: Tensor,
        options: Required<optim.SGDOptions>,
        state: { momentumBuffer?: Tensor },
      ): void {
        this.options = options;
        super.update(parameter, gradient, options, state);
      }
    }
    expectAgreement(() => {
      const w = leaf();
      const optimizer = new Keeping([w], { lr: 0.05, momentum: 0.9 });
      const before = (i: number): unknown =>
        i === 5 && Object.assign(optimizer.options, { nesterov: true });
      return { optimizer: optimizer as unknown as AnyOptimizer, parameters: [w], before };
    }, 2);
  });

  test("a rate that means nothing is an error at its own call", () => {
    const w = leaf();
    const optimizer = new SGD!([w], { lr: 0.1 });
    const step = compile(() => {
      optimizer.zeroGrad();
      w.sum().backward();
      optimizer.step();
    });
    for (let i = 0; i < 4; i++) step();
    const before = w.toArray();
    optimizer.paramGroups[0]!.lr = -1;
    for (let i = 0; i < 2; i++) expect(() => step()).toThrow(/lr is -1/);
    expect(w.toArray()).toEqual(before);
    optimizer.paramGroups[0]!.lr = 0.5;
    step();
    expect(w.toArray()).not.toEqual(before);
  });
});

test("what looks at values is refused by name", () => {
  const w = leaf();
  const search = new LBFGS!([w]);
  const optimizer = new SGD!([w], { lr: 0.1 });
  const plateau = new optim.ReduceLROnPlateau(optimizer);
  const lossOf = (): Tensor => {
    w.grad = null;
    const loss = w.square().sum();
    loss.backward();
    return loss;
  };
  const refused: [() => unknown, RegExp][] = [
    [() => search.step(lossOf), /LBFGS\.step cannot be part of a compiled function/],
    [() => plateau.step(tensor(1)), /ReduceLROnPlateau\.step cannot/],
    [() => (lossOf(), optim.clipGradNorm_([w], 1, { errorIfNonfinite: true })), /reading a value/],
  ];
  for (const [step, message] of refused) {
    const compiled = compile(step);
    compiled();
    expect(compiled).toThrow(CompileError);
    expect(compiled).toThrow(message);
  }
});
