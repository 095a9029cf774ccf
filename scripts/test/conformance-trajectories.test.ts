// The runners of trajectories and of schedules: that they tell right from wrong, and take what they
// have never seen. The records are made up here, and worked out by hand.

import { describe, expect, test } from "vitest";

import { formulaOf } from "../conformance/formula.js";
import { runOptimizers } from "../conformance/optimizers.js";
import { runSchedulers } from "../conformance/schedulers.js";

const verdictOf = ([outcome]: { status: string; reason: string }[]): string =>
  `${outcome!.status} ${outcome!.reason}`.trimEnd();

describe("a trajectory", () => {
  /** (1 - x)^2 + 100 (y - x^2)^2 at 0, 0: its gradient is -2, 0; with rate 1/4 x becomes 1/2. */
  const right = {
    optimizer: "SGD",
    options: { lr: 0.25, momentum: 0.5 },
    problem: "rosenbrock",
    steps: 1,
    loss: [1],
    grads: [[[-2, 0]]],
    params: [[[0.5, 0]]],
    finalState: {
      "0": { momentum_buffer: { $tensor: { dtype: "float64", shape: [2], data: [-2, -0] } } },
    },
  };
  const problems = {
    rosenbrock: { params: [{ $tensor: { dtype: "float64", shape: [2], data: [0, 0] } }] },
  };
  const wrong: [name: string, verdict: string, change: object][] = [
    ["that is right", "passed", {}],
    ["with another loss", "failed loss of step 0", { loss: [1.001] }],
    ["with another gradient", "failed gradient of step 0", { grads: [[[-2, 0.001]]] }],
    ["with other parameters", "failed parameter after step 0", { params: [[[0.5, 0.001]]] }],
    ["with other state", "failed state of parameter 0 has", { finalState: { "0": {} } }],
    ["of an unknown optimizer", "failed it threw Error: there is no", { optimizer: "Adamant" }],
    ["of an optimizer left out", "skipped SparseAdam", { optimizer: "SparseAdam" }],
    ["with an unknown option", "failed it threw", { options: { lr: 0.25, rate: 1 } }],
    ["with an option left out", "skipped there is", { options: { lr: 0.25, foreach: true } }],
    ["of an unknown problem", "skipped the loss of", { problem: "saddle" }],
    ["that asks for closures", "passed", { closureCalls: [1], grads: undefined }],
    ["with other calls", "failed step 0 called", { closureCalls: [2], grads: undefined }],
  ];
  test.each(wrong)("%s", (_name, verdict, change) => {
    const content = { problems, cases: [{ ...right, ...change }] };
    expect(verdictOf(runOptimizers(content, "file")).slice(0, verdict.length)).toBe(verdict);
  });

  const throws = { type: "ValueError", message: "no" };
  const constructions: [verdict: string, options: object, params: string, throws: object | null][] =
    [
      ["passed", { lr: -1 }, "one leaf", throws],
      ["passed", { lr: 1 }, "empty list", throws],
      ["passed", { lr: 1 }, "non-leaf tensor", throws],
      ["passed", { lr: 1 }, "one leaf", null],
      ["failed not refused", { lr: 1 }, "one leaf", throws],
      ["failed it threw", { lr: -1 }, "one leaf", null],
    ];
  test.each(constructions)("%s: %j of %s", (verdict, options, params, thrown) => {
    const content = { cases: [{ optimizer: "SGD", options, params, throws: thrown }] };
    expect(verdictOf(runOptimizers(content, "errors")).slice(0, verdict.length)).toBe(verdict);
  });
});

describe("a schedule", () => {
  const right = {
    scheduler: "LambdaLR",
    options: { lr_lambda: "half" },
    optimizer: "SGD",
    groupLrs: [0.5],
    initial: [0.5],
    lr: [[0.25], [0.125]],
  };
  const cycle = {
    scheduler: "OneCycleLR",
    options: { max_lr: 1, total_steps: 1, pct_start: 0 },
    lr: undefined,
    initial: undefined,
  };
  const wrong: [name: string, verdict: string, change: object][] = [
    ["that is right", "passed", {}],
    ["of Adam", "passed", { optimizer: "Adam" }],
    ["with another initial rate", "failed after construction", { initial: [0.4] }],
    ["with another rate", "failed after round 1", { lr: [[0.25], [0.1250001]] }],
    ["with another momentum", "failed after round 0", { momentum: [[0.8], [0.9]] }],
    ["that must be refused and is not", "failed not refused", { throws: { message: "no" } }],
    ["whose step must be refused", "passed", { ...cycle, stepThrows: { step: 1 } }],
    ["whose step is not refused", "failed the last step", { stepThrows: { step: 1 } }],
    ["of an unknown kind", "failed it threw Error: there is no schedule", { scheduler: "WarmLR" }],
    ["with an option left out", "skipped", { scheduler: "LinearLR", options: { verbose: true } }],
  ];
  test.each(wrong)("%s", (_name, verdict, change) => {
    const content = {
      steps: 2,
      lambdas: { half: "0.5 ** epoch" },
      cases: [{ ...right, ...change }],
    };
    expect(verdictOf(runSchedulers(content, "file")).slice(0, verdict.length)).toBe(verdict);
  });

  test("may have any formula of plain arithmetic", () => {
    expect(formulaOf("min(1, (epoch + 1) / 5) - -floor(7 % 4) * 2 ** 2")(1)).toBeCloseTo(12.4);
    expect(() => formulaOf("process.exit()")(1)).toThrow("cannot be read");
    expect(() => formulaOf("1 +")).toThrow("cannot be read");
  });
});
