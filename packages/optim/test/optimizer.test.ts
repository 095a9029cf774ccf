// What all optimizers share: groups, gradients, steps with a closure, state that can be saved and
// loaded, and refusals that change nothing. SGD stands for all. Its numbers: sgd.reference.test.ts.

import { inspect } from "node:util";

import { ArgumentError, isGradEnabled, ShapeError, tensor, Tensor } from "@nabla/core";
import { Adam, Optimizer, SGD } from "@nabla/optim";
import type { ParameterState, SGDOptions } from "@nabla/optim";
import { describe, expect, test } from "vitest";

const leaf = (...values: number[]): Tensor =>
  tensor(values, { dtype: "float64", requiresGrad: true });

/** One step towards the minimum of the sum of squares. */
function descend(optimizer: Optimizer<Required<SGDOptions>>, ...parameters: Tensor[]): void {
  optimizer.zeroGrad();
  for (const x of parameters) x.square().sum().backward();
  optimizer.step();
}

/** As a schedule does it. */
function setRate(optimizer: SGD, lr: number): void {
  for (const group of optimizer.paramGroups) Object.assign(group, { lr });
}

describe("groups", () => {
  test("have options of their own, and the defaults for the rest", () => {
    const [a, b] = [leaf(1), leaf(1)];
    const groups = [
      { params: [a], lr: 0.5 },
      { params: b, momentum: 0.9 },
    ];
    const optimizer = new SGD(groups, { lr: 0.1 });
    const options = optimizer.paramGroups.map(({ lr, momentum }) => [lr, momentum]);
    expect(options).toEqual([
      [0.5, 0],
      [0.1, 0.9],
    ]);
    descend(optimizer, a, b);
    expect([a.item(), b.item()]).toEqual([0, 0.8]);
  });

  test("are printed with their options, and nothing of the inside", () => {
    const [w, b] = [tensor(1, { requiresGrad: true }), tensor(2, { requiresGrad: true })];
    const opt = new Adam([{ params: [w], lr: 0.5 }, { params: [b] }]);
    expect(String(opt)).toMatch(/^Adam \(\n {2}group 0: 1 parameter\n {4}lr: 0.5\n/);
    expect(String(opt)).toContain("  group 1: 1 parameter\n    lr: 0.001\n    betas: 0.9,0.999\n");
    expect(inspect(opt)).toBe(String(opt));
  });

  test("can be added later", () => {
    const [a, b] = [leaf(1), leaf(1)];
    const optimizer = new SGD([a], { lr: 0.1 });
    optimizer.addParamGroup({ params: [b], lr: 0.25 });
    expect(optimizer.paramGroups.map(({ params }) => params)).toEqual([[a], [b]]);
    descend(optimizer, a, b);
    expect([a.item(), b.item()]).toEqual([0.8, 0.5]);
  });

  test("may come from a generator", () => {
    const parameters = [leaf(1), leaf(2)];
    function* all(): Generator<Tensor> {
      yield* parameters;
    }
    const optimizer = new SGD(all(), { lr: 0.25 });
    descend(optimizer, ...parameters);
    expect(parameters.map((x) => x.item())).toEqual([0.5, 1]);
    const grouped = new SGD([{ params: all() }, { params: new Set([leaf(3)]) }], { lr: 0.25 });
    expect(grouped.paramGroups.map(({ params }) => params.length)).toEqual([2, 1]);
  });

  test("options changed between steps are used from the next one", () => {
    const x = leaf(1);
    const optimizer = new SGD([x], { lr: 0.25 });
    descend(optimizer, x);
    setRate(optimizer, 0);
    descend(optimizer, x);
    setRate(optimizer, 0.5);
    expect(x.item()).toBe(0.5);
    descend(optimizer, x);
    expect(x.item()).toBe(0);
  });
});

describe("steps", () => {
  test("leave parameters without a gradient alone, decay and momentum too", () => {
    const [a, b] = [leaf(1), leaf(1)];
    const optimizer = new SGD([a, b], { lr: 0.1, momentum: 0.9, weightDecay: 0.5 });
    a.square().backward();
    optimizer.step();
    expect([a.item() < 1, b.item()]).toEqual([true, 1]);
    expect(Object.keys(optimizer.stateDict().state)).toEqual(["0"]);
  });

  test("keep parameters leaves, and do not change gradients", () => {
    const x = leaf(1, 2);
    const optimizer = new SGD([x], { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 });
    for (let i = 0; i < 3; i++) descend(optimizer, x);
    const before = x.toArray() as number[];
    x.grad = null;
    x.square().sum().backward();
    expect([x.isLeaf, x.requiresGrad]).toEqual([true, true]);
    optimizer.step();
    expect(x.grad!.toArray()).toEqual(before.map((value) => 2 * value));
  });

  test("keep the type of the parameter", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const optimizer = new SGD([x], { lr: 0.1, momentum: 0.9 });
    descend(optimizer, x);
    descend(optimizer, x);
    expect(x.dtype).toBe("float32");
  });

  test("call the closure once, with gradients on, and return its loss", () => {
    const x = leaf(3);
    const optimizer = new SGD([x], { lr: 0.5 });
    const seen: boolean[] = [];
    const loss = optimizer.step(() => {
      seen.push(isGradEnabled());
      optimizer.zeroGrad();
      const squares = x.square().sum();
      squares.backward();
      return squares;
    });
    expect([seen, loss.item(), x.item()]).toEqual([[true], 9, 0]);
    expect(optimizer.step()).toBeUndefined();
  });

  test("a gradient added up over several backward() calls counts as one", () => {
    const x = leaf(1);
    const optimizer = new SGD([x], { lr: 0.125 });
    for (let i = 0; i < 3; i++) x.square().backward();
    optimizer.step();
    expect(x.item()).toBe(1 - 0.125 * 6);
  });
});

describe("zeroGrad", () => {
  test("forgets gradients, or makes them zeros", () => {
    const [x, untouched] = [leaf(1), leaf(2)];
    const optimizer = new SGD([x, untouched], { lr: 0.1 });
    x.square().backward();
    optimizer.zeroGrad(false);
    expect([x.grad?.toArray(), untouched.grad]).toEqual([[0], null]);
    optimizer.zeroGrad();
    expect(x.grad).toBeNull();
  });
});

describe("state", () => {
  const options: SGDOptions = { lr: 0.05, momentum: 0.9, weightDecay: 0.01, nesterov: true };

  test("loaded in the middle of training goes on exactly", () => {
    const [whole, first] = [leaf(1, -2), leaf(1, -2)];
    const optimizer = new SGD([whole], options);
    const before = new SGD([first], options);
    for (let i = 0; i < 10; i++) descend(optimizer, whole);
    for (let i = 0; i < 4; i++) descend(before, first);
    const saved = before.stateDict();
    const second = tensor(first.data(), { requiresGrad: true });
    const after = new SGD([second], { lr: 99 });
    after.loadStateDict(saved);
    for (let i = 0; i < 6; i++) descend(after, second);
    expect(second.toArray()).toEqual(whole.toArray());
    expect(after.stateDict().paramGroups).toEqual(optimizer.stateDict().paramGroups);
  });

  test("is a copy, both ways", () => {
    const x = leaf(1);
    const optimizer = new SGD([x], options);
    descend(optimizer, x);
    const saved = optimizer.stateDict();
    const buffer = saved.state[0]!["momentumBuffer"] as Tensor;
    const value = buffer.item();
    descend(optimizer, x);
    expect(buffer.item()).toBe(value);
    optimizer.loadStateDict(saved);
    buffer.zero_();
    const kept = optimizer.stateDict().state[0]!["momentumBuffer"] as Tensor;
    expect(kept.item()).toBe(value);
  });

  test("counts parameters through all groups", () => {
    const [a, b, c] = [leaf(1), leaf(2), leaf(3)];
    const optimizer = new SGD([{ params: [a, b] }, { params: [c] }], options);
    descend(optimizer, c);
    const { state, paramGroups } = optimizer.stateDict();
    expect(Object.keys(state)).toEqual(["2"]);
    expect(paramGroups.map(({ params }) => params)).toEqual([[0, 1], [2]]);
  });

  const refused: [name: string, saved: () => SGD][] = [
    ["more parameters", () => new SGD([leaf(1), leaf(2)], options)],
    ["other groups", () => new SGD([{ params: [leaf(1)] }, { params: [leaf(2)] }], options)],
    ["other shapes", () => trained(leaf(1, 2, 3))],
  ];
  function trained(x: Tensor): SGD {
    const optimizer = new SGD([x], options);
    descend(optimizer, x);
    return optimizer;
  }
  test.each(refused)("of %s is refused, and changes nothing", (_name, make) => {
    const x = leaf(1, 2);
    const optimizer = new SGD([x], { lr: 0.1, momentum: 0.5 });
    descend(optimizer, x);
    const before = JSON.stringify(readable(optimizer));
    const saved = make().stateDict();
    expect(() => optimizer.loadStateDict(saved)).toThrow(/^SGD\.loadStateDict: /);
    expect(JSON.stringify(readable(optimizer))).toBe(before);
  });

  test("with options that mean nothing is refused, and changes nothing", () => {
    const optimizer = new SGD([leaf(1)], { lr: 0.1 });
    const saved = optimizer.stateDict();
    const paramGroups = saved.paramGroups.map((group) => ({ ...group, lr: -1 }));
    expect(() => optimizer.loadStateDict({ ...saved, paramGroups })).toThrow(ArgumentError);
    expect(optimizer.paramGroups[0]!.lr).toBe(0.1);
  });

  /** All that an optimizer would save, as plain data. */
  function readable(optimizer: SGD): unknown {
    const { state, paramGroups } = optimizer.stateDict();
    const plain = Object.entries(state).map(([i, own]) => [
      i,
      Object.entries(own).map(([key, value]) => [
        key,
        value instanceof Tensor ? value.toArray() : value,
      ]),
    ]);
    return [plain, paramGroups];
  }
});

describe("refusals", () => {
  const x = leaf(1);
  const options = { lr: 0.1 };
  const cases: [name: string, make: () => unknown, message: string][] = [
    ["no parameters", () => new SGD([], options), "SGD: there is nothing to optimize"],
    ["a parameter twice", () => new SGD([x, x], options), "SGD: a parameter of shape [1] is given"],
    ["a computed tensor", () => new SGD([x.mul(2)], options), "SGD: a tensor of shape [1] was"],
    ["a number", () => new SGD([3] as unknown as Tensor[], options), "SGD: "],
    [
      "a tensor for a list",
      () => new SGD(x as unknown as Tensor[], options),
      "SGD: the parameters",
    ],
    ["tensors among groups", () => mixed(), "SGD: tensors and groups are mixed"],
    ["a negative rate", () => new SGD([x], { lr: -0.1 }), "SGD: lr is -0.1"],
    ["NaN", () => new SGD([x], { lr: NaN }), "SGD: lr is NaN"],
    ["an infinite rate", () => new SGD([x], { lr: Infinity }), "SGD: lr is Infinity"],
    ["no rate", () => new SGD([x], {} as SGDOptions), "SGD: lr is undefined"],
    ["a string", () => new SGD([x], { lr: "0.1" } as unknown as SGDOptions), 'SGD: lr is "0.1"'],
    ["a negative momentum", () => new SGD([x], { lr: 1, momentum: -1 }), "SGD: momentum is -1"],
    ["a negative decay", () => new SGD([x], { lr: 1, weightDecay: -1 }), "SGD: weightDecay is -1"],
    ["nesterov alone", () => new SGD([x], { lr: 1, nesterov: true }), "SGD: nesterov needs"],
    ["an unknown option of a group", () => unknownInGroup(), 'SGD: there is no option "rate"'],
  ];
  const mixed = (): SGD => new SGD([x, { params: [leaf(2)] }] as unknown as Tensor[], options);
  const unknownInGroup = (): SGD => {
    const group = { params: [x], rate: 0.1 };
    return new SGD([group], options);
  };

  test.each(cases)("%s", (_name, make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });

  test("a group that is refused is not added", () => {
    const optimizer = new SGD([x], options);
    const wrong = [{ params: [x] }, { params: [leaf(1)], lr: -1 }, { params: [leaf(1).mul(2)] }];
    for (const group of wrong) expect(() => optimizer.addParamGroup(group)).toThrow(ArgumentError);
    expect(optimizer.paramGroups).toHaveLength(1);
  });

  test("state of another shape is a ShapeError", () => {
    const optimizer = new SGD([leaf(1, 2)], options);
    const { paramGroups } = optimizer.stateDict();
    const state = { 0: { momentumBuffer: leaf(1, 2, 3) } };
    expect(() => optimizer.loadStateDict({ state, paramGroups })).toThrow(ShapeError);
  });
});

test("an algorithm of one's own is one update", () => {
  class Sign extends Optimizer<{ lr: number }> {
    protected override update(
      parameter: Tensor,
      gradient: Tensor,
      { lr }: { lr: number },
      state: ParameterState,
    ): void {
      state["count"] = Number(state["count"] ?? 0) + 1;
      parameter.sub_(gradient.sign().mul(lr));
    }
  }
  const x = leaf(5, -3);
  const optimizer = new Sign([x], { lr: 0.5 });
  for (let i = 0; i < 2; i++) {
    x.grad = null;
    x.square().sum().backward();
    optimizer.step();
  }
  expect(x.toArray()).toEqual([4, -2]);
  expect(optimizer.stateDict().state).toEqual({ 0: { count: 2 } });
});
