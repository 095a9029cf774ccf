// What a model is made of and what it does with that: names, state dicts, hooks, modes, types.

import {
  ArgumentError,
  NablaError,
  ShapeError,
  Tensor,
  gradcheck,
  manualSeed,
  ones,
  randn,
  tensor,
  zeros,
} from "@nabla/core";
import * as nn from "@nabla/nn";
import { describe, expect, test } from "vitest";

class Net extends nn.Module {
  convBlock = new nn.Conv1d(2, 3, 3, { padding: 1 });
  scale = nn.parameter(ones([3, 1]));
  free = zeros([2], { requiresGrad: true });
  runningSum = nn.buffer(zeros([3]));
  hidden = nn.buffer(zeros([1]), { persistent: false });
  plain = zeros([4]);
  layers = [new nn.Linear(4, 4), new nn.Tanh()];
  heads = { first: new nn.Linear(4, 1), myLast: new nn.Linear(4, 2, { bias: false }) };

  override forward(x: Tensor): Tensor {
    let y = this.convBlock.call(x).mul(this.scale);
    for (const layer of this.layers) y = layer.call(y);
    return this.heads.myLast.call(y);
  }
}

const names = [
  "scale",
  "free",
  "conv_block.weight",
  "conv_block.bias",
  "layers.0.weight",
  "layers.0.bias",
  "heads.first.weight",
  "heads.first.bias",
  "heads.myLast.weight",
];

describe("fields", () => {
  test("are parameters, buffers and modules by PyTorch's names", () => {
    const model = new Net();
    expect(model.namedParameters().map(([name]) => name)).toEqual(names);
    expect(model.namedBuffers().map(([name]) => name)).toEqual(["running_sum", "hidden"]);
    expect(Object.keys(model.stateDict())).toEqual([
      ...names.slice(0, 2),
      "running_sum",
      ...names.slice(2),
    ]);
    expect(model.children()).toHaveLength(5);
    expect(model.namedModules().map(([name]) => name)).toEqual([
      "",
      "conv_block",
      "layers.0",
      "layers.1",
      "heads.first",
      "heads.myLast",
    ]);
  });

  test("stay parameters when they are frozen", () => {
    const model = new Net();
    expect(model.parameters()).toHaveLength(9);
    model.requiresGrad_(false);
    expect(model.parameters()).toHaveLength(9);
    expect(model.parameters().some(({ requiresGrad }) => requiresGrad)).toBe(false);
  });

  test("that are shared count once as parameters and twice in a state dict", () => {
    const one = new nn.Linear(2, 2);
    const model = new nn.Sequential(one, one);
    expect(model.parameters()).toHaveLength(2);
    expect(Object.keys(model.stateDict())).toHaveLength(4);
    expect(model.modules()).toHaveLength(2);
    model.to("float64");
    expect(model.parameters()).toHaveLength(2);
  });

  test("of one name are refused", () => {
    class Twice extends nn.Module {
      aB = nn.parameter(zeros([1]));
      a_b = nn.parameter(zeros([1]));
      override forward(): null {
        return null;
      }
    }
    expect(() => new Twice().parameters()).toThrow(ArgumentError);
  });
});

describe("a state dict", () => {
  test("goes to another model and back, in other types, too", () => {
    const [one, two] = [new Net(), new Net().to("float64")];
    const x = randn([5, 2, 4]);
    two.loadStateDict(one.stateDict());
    const difference = two.call(x.to("float64")).sub(one.call(x)).abs().max().item();
    expect(difference).toBeLessThan(1e-6);
    expect(two.parameters()[0]!.dtype).toBe("float64");
    expect(two.parameters().every(({ requiresGrad, isLeaf }) => requiresGrad && isLeaf)).toBe(true);
  });

  test("that does not fit changes nothing", () => {
    const model = new nn.Linear(3, 2);
    const before = model.weight.toArray();
    const good = new nn.Linear(3, 2).stateDict();
    const bad: [Record<string, unknown>, new (message: string) => Error][] = [
      [{ weight: good["weight"] }, ArgumentError],
      [{ ...good, more: zeros([1]) }, ArgumentError],
      [{ ...good, bias: zeros([3]) }, ShapeError],
      [{ ...good, bias: [1, 2] }, ArgumentError],
    ];
    for (const [state, kind] of bad) {
      expect(() => model.loadStateDict(state as nn.StateDict)).toThrow(kind);
      expect(model.weight.toArray()).toEqual(before);
    }
    const result = model.loadStateDict(
      { weight: ones([2, 3]), more: zeros([1]) },
      { strict: false },
    );
    expect(result).toEqual({ missingKeys: ["bias"], unexpectedKeys: ["more"] });
    expect(model.weight.equal(ones([2, 3]))).toBe(true);
  });
});

const tensorOf = (value: unknown): Tensor => {
  if (value instanceof Tensor) return value;
  throw new TypeError("that is no tensor");
};

test("hooks see inputs and outputs in order, may change them, and can be removed", () => {
  const layer = new nn.Identity();
  const seen: unknown[] = [];
  const remove = [
    layer.registerForwardPreHook((_, [x]) => [tensorOf(x).add(1)]),
    layer.registerForwardPreHook((_, [x]) => tensorOf(x).mul(2)),
    layer.registerForwardHook((module, inputs, y) => {
      seen.push(module === layer, inputs.length);
      return tensorOf(y).neg();
    }),
  ];
  expect(layer.call(tensor([1, 2])).toArray()).toEqual([-4, -6]);
  expect(layer.forward(tensor([1, 2])).toArray()).toEqual([1, 2]);
  for (const one of remove) one();
  expect(layer.call(tensor([1, 2])).toArray()).toEqual([1, 2]);
  expect(seen).toEqual([true, 1]);
});

test("train and eval reach every module", () => {
  const model = new nn.Sequential(new nn.Sequential(new nn.Dropout(0.5)), new nn.BatchNorm1d(2));
  expect(
    model
      .eval()
      .modules()
      .some(({ training }) => training),
  ).toBe(false);
  expect(
    model
      .train()
      .modules()
      .every(({ training }) => training),
  ).toBe(true);
});

test("zeroGrad drops gradients, and a model learns", () => {
  manualSeed(1);
  const model = new nn.Sequential(new nn.Linear(1, 8), new nn.Tanh(), new nn.Linear(8, 1));
  const x = tensor([[-1], [0], [1]]);
  const losses = Array.from({ length: 200 }, () => {
    model.zeroGrad();
    const loss = new nn.MSELoss().call(model.call(x), x.square());
    loss.backward();
    for (const parameter of model.parameters()) {
      const step = parameter.grad!.mul(0.2);
      parameter.requiresGrad_(false).sub_(step).requiresGrad_();
    }
    return loss.item();
  });
  expect(losses.at(-1)).toBeLessThan(0.01);
  model.zeroGrad();
  expect(model.parameters().map(({ grad }) => grad)).toEqual([null, null, null, null]);
});

test("a model prints as a tree with shapes and counts", () => {
  const model = new nn.Sequential(new nn.Linear(1000, 2), new nn.Dropout(0.25), new nn.Flatten());
  model.at(0).requiresGrad_(false);
  expect(String(model)).toBe(
    [
      "Sequential(",
      "  (0): Linear(inFeatures: 1000, outFeatures: 2): " +
        "weight [2, 1000] frozen, bias [2] frozen, 2,002 parameters",
      "  (1): Dropout(p: 0.25)",
      "  (2): Flatten(startDim: 1, endDim: -1)",
      "): 2,002 parameters",
    ].join("\n"),
  );
});

describe("what PyTorch has and Nabla has not is refused by name", () => {
  const asGiven = nn as unknown as Record<string, new (...given: unknown[]) => nn.Module>;
  const calls: [name: string, given: unknown[], said: RegExp][] = [
    ["LSTM", [2, 3, { projSize: 2 }], /projSize: projections/],
    ["Linear", [2, 3, { device: "cuda" }], /device: there are no devices/],
    ["Linear", [2, 3, { dtype: "float64" }], /dtype: convert/],
    ["ReLU", [{ inplace: true }], /inplace: layers do not write/],
    ["MSELoss", [{ sizeAverage: false }], /sizeAverage: use reduction/],
    ["Conv2d", [2, 3, 3, { paddingMode: "mirror" }], /paddingMode "mirror"/],
    ["Conv2d", [2, 3, 3, { strides: 2 }], /no option "strides"/],
    ["Conv2d", [3, 4, 3, { groups: 2 }], /2 groups do not divide/],
    ["Conv2d", [3, 4, 3, { padding: "same", stride: 2 }], /stride of 1/],
    ["Conv2d", [3, 4, 0], /kernelSize/],
    ["Dropout", [1.5], /p is 1.5/],
    ["MaxPool2d", [2, 2], /one value too many/],
    ["MaxPool2d", [], /kernelSize is missing/],
    ["Linear", [2.5, 3], /inFeatures is 2.5/],
    ["Embedding", [3, 2, { paddingIdx: 3 }], /paddingIdx is 3/],
    ["MultiheadAttention", [5, 2], /2 heads do not divide/],
    ["RNN", [2, 3, { nonlinearity: "sigmoid" }], /nonlinearity "sigmoid"/],
    ["LSTM", [2, 3, { dropout: 2 }], /dropout is 2/],
    ["BatchNorm1d", [3, { momentum: "0.1" }], /momentum/],
    ["TransformerEncoderLayer", [4, 2, { activation: "swish" }], /activation/],
    ["Sequential", [[new nn.ReLU()]], /no module/],
  ];
  test.each(calls)("%s(%o)", (name, given, said) => {
    let error: unknown = null;
    try {
      expect(new asGiven[name]!(...given)).toBeNull();
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(NablaError);
    expect((error as Error).message).toMatch(said);
  });
});

describe("inputs that do not fit are refused", () => {
  const plain: Tensor = ones([2, 3]);
  const calls: [name: string, call: () => unknown][] = [
    ["ReLU: none", () => new nn.ReLU().call(...([] as unknown as [Tensor]))],
    ["LSTM: size", () => new nn.LSTM<number>(3, 2).call(ones([4, 5, 2]))],
    [
      "LSTM: state",
      () => new nn.LSTM(3, 2).call(ones([4, 5, 3]), [ones([1, 4, 2]), ones([1, 5, 2])]),
    ],
    ["GRU: no steps", () => new nn.GRU(3, 2).call(ones([0, 5, 3]))],
    ["GRUCell: size", () => new nn.GRUCell<number>(3, 2).call(ones([5, 2]))],
    ["BatchNorm2d: dimensions", () => new nn.BatchNorm2d(3).call(plain)],
    ["InstanceNorm1d: dimensions", () => new nn.InstanceNorm1d(3).call(ones([3]))],
    ["ModuleList: forward", () => (new nn.ModuleList([]) as nn.Module).call()],
    [
      "MultiheadAttention: sizes",
      () =>
        new nn.MultiheadAttention<number>(4, 2).call(
          ones([3, 2, 4]),
          ones([3, 2, 3]),
          ones([3, 2, 4]),
        ),
    ],
    [
      "MultiheadAttention: mask",
      () =>
        new nn.MultiheadAttention(4, 2).call(ones([3, 2, 4]), ones([3, 2, 4]), ones([3, 2, 4]), {
          attnMask: zeros([2, 3]),
        }),
    ],
    [
      "ConvTranspose1d: outputSize",
      () => new nn.ConvTranspose1d(1, 1, 3, { stride: 2 }).call(ones([1, 1, 4]), [20]),
    ],
  ];
  test.each(calls)("%s", (_name, call) => {
    expect(call).toThrow(NablaError);
  });
});

describe("a mask of attention", () => {
  const attention = new nn.MultiheadAttention(4, 2, { batchFirst: true }).to("float64");
  const x = randn([2, 3, 4], { dtype: "float64" });
  const isOut = tensor([
    [false, false, true],
    [false, true, true],
  ]);

  test("of keys leaves them out", () => {
    const [found, weights] = attention.call(x, x, x, { keyPaddingMask: isOut });
    expect(weights!.maskedFill(isOut.logicalNot().unsqueeze(1), 0).abs().max().item()).toBe(0);
    const short = x.slice(0, 0, 1).slice(1, 0, 2);
    const [alone] = attention.call(x.slice(0, 0, 1), short, short);
    expect(
      alone
        .sub(found.slice(0, 0, 1))
        .abs()
        .max()
        .item(),
    ).toBeLessThan(1e-12);
  });

  test("for each head may be given", () => {
    const one = tensor([
      [false, true, true],
      [false, false, true],
      [false, false, false],
    ]);
    const each = one.unsqueeze(0).expand([4, 3, 3]);
    const [a] = attention.call(x, x, x, { attnMask: one });
    const [b, weights] = attention.call(x, x, x, { attnMask: each, averageAttnWeights: false });
    expect(a.sub(b).abs().max().item()).toBeLessThan(1e-15);
    expect(weights!.shape).toEqual([2, 2, 3, 3]);
  });
});

test("a transposed convolution undoes the shape that it is told", () => {
  const input = ones([1, 2, 8, 7]);
  const down = new nn.Conv2d(2, 3, 3, { stride: 2, padding: 1 });
  const up = new nn.ConvTranspose2d(3, 2, 3, { stride: 2, padding: 1 });
  expect(up.call(down.call(input), [8, 7]).shape).toEqual([1, 2, 8, 7]);
});

test("dropout between the layers of a recurrent network is for training", () => {
  const lstm = new nn.LSTM(3, 4, { numLayers: 2, dropout: 0.5 });
  const x = randn([5, 2, 3]);
  const [one, two] = [lstm.call(x)[0], lstm.call(x)[0]];
  expect(one.equal(two)).toBe(false);
  lstm.eval();
  expect(lstm.call(x)[0].equal(lstm.call(x)[0])).toBe(true);
});

test("recurrent networks have the derivatives that differences have", () => {
  const lstm = new nn.LSTM(2, 2, { bidirectional: true }).to("float64");
  const x = randn([3, 2, 2], { dtype: "float64", requiresGrad: true });
  expect(gradcheck((input) => lstm.call(input)[0], [x])).toBe(true);
});

test("containers are lists, and have names", () => {
  const list = new nn.ModuleList<nn.Linear>([new nn.Linear(2, 3)]).append(new nn.Linear(3, 2));
  expect([...list].length).toBe(2);
  expect(Object.keys(list.stateDict())).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
  const named = new nn.ModuleDict<nn.Module>({ aB: new nn.Linear(2, 1) }).set("c", new nn.ReLU());
  expect(Object.keys(named.stateDict())).toEqual(["aB.weight", "aB.bias"]);
  expect(() => named.get("d")).toThrow(ArgumentError);
  const weights = new nn.ParameterList([ones([2])]).append(zeros([1])).to("float64");
  expect(weights.at(-1).dtype).toBe("float64");
  expect(Object.keys(weights.stateDict())).toEqual(["0", "1"]);
  expect(() => list.at(2)).toThrow(ArgumentError);
});
