// The runner of recorded modules and initialisers: that it tells right from wrong. The records are
// made up here; those of PyTorch: packages/nn/test/modules.reference.test.ts.

import { describe, expect, test } from "vitest";

import { bind } from "../conformance/bind.js";
import type { RecordedTensor } from "../conformance/format.js";
import { runInitializer } from "../conformance/initializers.js";
import type { RecordedInitializer } from "../conformance/initializers.js";
import { runModule } from "../conformance/modules.js";
import type { RecordedModule } from "../conformance/modules.js";

const recorded = (shape: number[], data: number[], grad?: number): RecordedTensor => ({
  $tensor: { dtype: "float64", shape, data, ...(grad === undefined ? {} : { grad }) },
});

/** 2x + 1 of 3. */
const right: RecordedModule = {
  module: "Linear",
  args: [1, 1],
  dtype: "float64",
  stateDict: { weight: recorded([1, 1], [2]), bias: recorded([1], [1]) },
  parameters: ["weight", "bias"],
  inputs: [recorded([1, 1], [3], 0)],
  out: recorded([1, 1], [7]),
  cot: [recorded([1, 1], [10])],
  grads: [recorded([1, 1], [20])],
  paramGrads: { weight: recorded([1, 1], [30]), bias: recorded([1], [10]) },
};
const normalized: RecordedModule = {
  module: "BatchNorm1d",
  args: [1],
  options: { affine: false },
  dtype: "float64",
  inputs: [recorded([2, 1], [0, 2])],
  stateDict: {
    running_mean: recorded([1], [0]),
    running_var: recorded([1], [1]),
    num_batches_tracked: { $tensor: { dtype: "int64", shape: [], data: [0] } },
  },
};

describe("a module", () => {
  const cases: [name: string, verdict: string, of: RecordedModule][] = [
    ["that is right", "passed", right],
    ["with named arguments", "passed", { ...right, args: [1], options: { out_features: 1 } }],
    [
      "in a sequence",
      "passed",
      {
        ...right,
        architecture: "Sequential(Linear(1, out_features=1, bias=True))",
        stateDict: { "0.weight": recorded([1, 1], [2]), "0.bias": recorded([1], [1]) },
        parameters: ["0.weight", "0.bias"],
        paramGrads: { "0.weight": recorded([1, 1], [30]) },
      },
    ],
    ["with another result", "failed element 0 is 7", { ...right, out: recorded([1, 1], [8]) }],
    [
      "with another gradient of its input",
      "failed gradient of input 0",
      { ...right, grads: [recorded([1, 1], [21])] },
    ],
    [
      "with another gradient of a parameter",
      "failed gradient of bias",
      { ...right, paramGrads: { bias: recorded([1], [11]) } },
    ],
    [
      "with a gradient where there is none",
      "failed gradient of bias",
      { ...right, paramGrads: { bias: null } },
    ],
    [
      "with parameters of other names",
      "failed its parameters are weight, bias",
      { ...right, parameters: ["bias", "weight"] },
    ],
    ["without a parameter", "failed it threw", { ...right, stateDict: {} }],
    ["that changes what should stay", "failed running_mean was changed", normalized],
    [
      "that changes what it should",
      "failed running_var after",
      {
        ...normalized,
        stateDictAfter: { running_mean: recorded([1], [0.1]), running_var: recorded([1], [1]) },
      },
    ],
    ["that must be refused", "passed", { module: "Linear", args: [0.5, 1], throws: {} }],
    ["that should be refused, and is not", "failed not refused", { ...right, throws: {} }],
    ["that is not there", "skipped there is no module", { module: "Unheard" }],
    [
      "with an option that is not there",
      "skipped LSTM: it has no option projSize",
      { module: "LSTM", args: [2, 3], options: { proj_size: 1 } },
    ],
  ];
  test.each(cases)("%s", (_name, verdict, of) => {
    const { status, reason } = runModule(of, "made up");
    expect(`${status} ${reason}`).toContain(verdict);
  });
});

describe("an initialiser", () => {
  const uniform = { kind: "uniform_", shape: [20, 30], options: { a: -1, b: 1 } };
  const cases: [name: string, status: string, of: RecordedInitializer][] = [
    ["within its bounds", "passed", { ...uniform, bound: 1, mean: 0 }],
    ["beyond them", "failed", { ...uniform, bound: 0.9 }],
    ["that does not reach them", "failed", { ...uniform, bound: 1.1 }],
    ["of another deviation", "failed", { ...uniform, mean: 0, std: 0.5 }],
    ["of another mean", "failed", { ...uniform, mean: 0.2, std: 1 / Math.sqrt(3) }],
    ["with another gain", "failed", { kind: "calculate_gain", nonlinearity: "tanh", gain: 1 }],
    ["with another fan", "failed", { kind: "fan", shape: [4, 2], fanIn: 2, fanOut: 3 }],
    ["that is not there", "failed", { kind: "unheard_of_", shape: [2] }],
    ["that must be refused", "passed", { kind: "xavier_normal_", shape: [2], throws: {} }],
    [
      "of a module, of another bound",
      "failed",
      { kind: "default", module: "Linear", args: [4, 4], parameter: "weight", bound: 0.4 },
    ],
    [
      "of rows that are longer",
      "failed",
      {
        kind: "orthogonal_",
        shape: [2, 3],
        options: { gain: 2 },
        property: "columns: W^T W = gain^2 I",
      },
    ],
  ];
  test.each(cases)("%s", (_name, status, of) => {
    expect(runInitializer(of, "made up").status).toBe(status);
  });
});

test.each([
  [bind("a b | c", [1, 2, 3], { dtype: null }), [1, 2, { c: 3 }]],
  [bind("a b | c_d", [1], { b: 2, c_d: 4 }), [1, 2, { cD: 4 }]],
  [bind("a b", [], { b: 2 }), [undefined, 2]],
  [bind(null, [1], { e_f: 2 }), [1, { eF: 2 }]],
])("arguments go to their places: %#", (bound, wanted) => {
  expect(bound).toEqual(wanted);
});
