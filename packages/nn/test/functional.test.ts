// What the records of PyTorch cannot show of the functions: far out where formulas overflow, what
// is ignored, what is remembered, and chance. Their values: scripts/test/conformance.test.ts.

import { manualSeed, ones, randn, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { functional as F } from "@nabla/nn";
import { describe, expect, test } from "vitest";

const labels = (...classes: number[]): Tensor => tensor(classes, { dtype: "int32" });
const leaf = (values: number[][] | number[]): Tensor =>
  tensor(values, { dtype: "float64", requiresGrad: true });

describe("far out", () => {
  test.each(["float32", "float64"] as const)("crossEntropy at ±1e4 in %s", (dtype) => {
    const logits = tensor(
      [
        [1e4, -1e4],
        [1e4, -1e4],
      ],
      { dtype, requiresGrad: true },
    );
    const losses = F.crossEntropy(logits, labels(0, 1), { reduction: "none" });
    expect(losses.toArray()).toEqual([0, 2e4]);
    losses.sum().backward();
    expect(logits.grad!.toArray()).toEqual([
      [0, 0],
      [1, -1],
    ]);
  });

  test("crossEntropy of logits that are -Infinity", () => {
    const logits = leaf([[0, -Infinity, 0]]);
    const loss = F.crossEntropy(logits, labels(0));
    expect(loss.item()).toBeCloseTo(Math.LN2, 15);
    loss.backward();
    expect(logits.grad!.toArray()).toEqual([[-0.5, 0, 0.5]]);
  });

  test.each(["float32", "float64"] as const)(
    "binary cross entropy of logits at ±1e3 in %s",
    (dtype) => {
      const logits = tensor([1e3, -1e3, 1e3, -1e3], { dtype, requiresGrad: true });
      const target = tensor([1, 0, 0, 1], { dtype });
      const losses = F.binaryCrossEntropyWithLogits(logits, target, { reduction: "none" });
      expect(losses.toArray()).toEqual([0, 0, 1e3, 1e3]);
      losses.sum().backward();
      expect(logits.grad!.abs().toArray()).toEqual([0, 0, 1, 1]);
    },
  );

  test("small losses of logits keep their digits", () => {
    const [x, target] = [tensor([-40, 40], { dtype: "float64" }), tensor([0, 1])];
    const losses = F.binaryCrossEntropyWithLogits(x, target, { reduction: "none" });
    for (const loss of losses.data()) expect(loss / Math.exp(-40)).toBeCloseTo(1, 12);
  });

  test("binary cross entropy of 0 and 1: logarithms stop at -100", () => {
    const shares = leaf([0, 1, 0, 1]);
    const losses = F.binaryCrossEntropy(shares, tensor([0, 1, 1, 0]), { reduction: "none" });
    expect(losses.abs().toArray()).toEqual([0, 0, 100, 100]);
    losses.sum().backward();
    expect(shares.grad!.add(0).toArray()).toEqual([0, 0, -1e12, 1e12]);
  });

  test("what is no probability gives NaN", () => {
    const losses = F.binaryCrossEntropy(tensor([-0.1, 1.1]), tensor([1, 0]), { reduction: "none" });
    expect(losses.toArray()).toEqual([NaN, NaN]);
  });

  test.each([
    ["softMarginLoss", F.softMarginLoss(tensor([-1e4]), tensor([1])), 1e4],
    ["huberLoss", F.huberLoss(tensor([1e30]), tensor([0])), 1e30],
    ["smoothL1Loss", F.smoothL1Loss(tensor([Infinity]), tensor([0])), Infinity],
    [
      "klDiv, nothing expected",
      F.klDiv(tensor([-Infinity]).maskedFill(true, -100), tensor([0])),
      0,
    ],
    ["normalize of nothing", F.normalize(zeros([1, 3])).sum(), 0],
    ["cosineSimilarity of nothing", F.cosineSimilarity(zeros([1, 3]), ones([1, 3])).sum(), 0],
  ])("%s", (_name, found, expected) => {
    expect(found.item()).toBe(Math.fround(expected));
  });

  test.each([
    ["huberLoss", (x: Tensor) => F.huberLoss(x, tensor([0, 0]), { delta: 2, reduction: "sum" })],
    ["smoothL1Loss", (x: Tensor) => F.smoothL1Loss(x, tensor([0, 0]), { reduction: "sum" }).mul(2)],
  ])("%s of an infinite difference has a finite slope", (_name, run) => {
    const x = leaf([Infinity, -Infinity]);
    run(x).backward();
    expect(x.grad!.toArray()).toEqual([2, -2]);
  });
});

describe("classes", () => {
  const logits = [
    [1, 2, 3],
    [3, 1, 0],
  ];

  test.each([
    ["mean", NaN],
    ["sum", 0],
  ] as const)(
    "where all targets are ignored the %s is %d, and its gradient 0",
    (reduction, expected) => {
      for (const labelSmoothing of [0, 0.1]) {
        const x = leaf(logits);
        const loss = F.crossEntropy(x, labels(-100, -100), { reduction, labelSmoothing });
        expect(loss.item() + 0).toBe(expected);
        loss.backward();
        expect(x.grad!.abs().sum().item()).toBe(0);
      }
    },
  );

  test("an ignored class is one that exists, too", () => {
    const [x, only] = [leaf(logits), leaf(logits.slice(0, 1))];
    const weight = tensor([1, 2, 3]);
    const loss = F.crossEntropy(x, labels(2, 0), { ignoreIndex: 0, weight });
    expect(loss.item()).toBe(F.crossEntropy(only, labels(2), { weight }).item());
    loss.backward();
    expect(x.grad!.at(1).abs().sum().item()).toBe(0);
  });

  test("one target, one row and one place are the same", () => {
    const row = tensor([0.3, -1, 2]);
    const one = F.crossEntropy(row, labels(1).squeeze()).item();
    expect(F.crossEntropy(row.unsqueeze(0), labels(1)).item()).toBe(one);
    expect(F.crossEntropy(row.reshape([1, 3, 1, 1]), labels(1).reshape([1, 1, 1])).item()).toBe(
      one,
    );
  });

  test("a class as a probability of 1 is the class", () => {
    const x = tensor(logits);
    const exact = F.crossEntropy(
      x,
      tensor([
        [0, 0, 1],
        [1, 0, 0],
      ]),
      { labelSmoothing: 0.2 },
    ).item();
    expect(F.crossEntropy(x, labels(2, 0), { labelSmoothing: 0.2 }).item()).toBeCloseTo(exact, 6);
  });

  test("no samples: NaN is the mean, 0 the sum", () => {
    const [x, target] = [zeros([0, 3]), zeros([0], { dtype: "int32" })];
    expect(F.crossEntropy(x, target).item()).toBeNaN();
    expect(F.crossEntropy(x, target, { reduction: "sum" }).item() + 0).toBe(0);
    expect(F.crossEntropy(x, target, { reduction: "none" }).shape).toEqual([0]);
  });

  test("a class named twice in a list counts twice", () => {
    const x = tensor([1, 0.5, 2]);
    const once = F.multilabelMarginLoss(x, labels(0, -1, -1)).item();
    expect(F.multilabelMarginLoss(x, labels(0, 0, -1)).item()).toBeCloseTo(2 * once, 6);
  });
});

describe("normalisations", () => {
  test("batchNorm remembers the mean and the unbiased variance, in place", () => {
    const [mean, variance] = [tensor([10, 20]), tensor([1, 2])];
    const x = tensor(
      [
        [1, 2],
        [3, 6],
      ],
      { requiresGrad: true },
    );
    F.batchNorm(x, mean, variance, { training: true, momentum: 0.5 });
    expect(mean.toArray()).toEqual([6, 12]);
    expect(variance.toArray()).toEqual([1.5, 5]);
    expect(mean.requiresGrad).toBe(false);
    F.batchNorm(x, mean, variance);
    expect(mean.toArray()).toEqual([6, 12]);
  });

  test("instanceNorm remembers the mean of the samples", () => {
    const [runningMean, runningVar] = [zeros([1]), ones([1])];
    const x = tensor([1, 3, 10, 30]).reshape([2, 1, 2]);
    F.instanceNorm(x, { runningMean, runningVar, momentum: 1 });
    expect(runningMean.toArray()).toEqual([11]);
    expect(runningVar.toArray()).toEqual([101]);
    const still = F.instanceNorm(x, { runningMean, runningVar, useInputStats: false });
    expect(still.flatten().data()[0]).toBeCloseTo(-10 / Math.sqrt(101), 5);
  });

  test("what is refused changes nothing", () => {
    const [mean, variance] = [zeros([2]), ones([2])];
    const options = { training: true, bias: ones([3]) };
    expect(() => F.batchNorm(ones([3, 2]), mean, variance, options)).toThrow("bias");
    expect(mean.toArray()).toEqual([0, 0]);
  });

  test.each([
    ["batchNorm", () => F.batchNorm(zeros([0, 2, 3]), zeros([2]), ones([2]), { training: true })],
    ["layerNorm", () => F.layerNorm(zeros([0, 2, 3]), [3])],
    ["groupNorm", () => F.groupNorm(zeros([0, 2, 3]), 2)],
    ["localResponseNorm", () => F.localResponseNorm(zeros([0, 2, 3]), 2)],
    ["normalize", () => F.normalize(zeros([0, 2, 3]))],
  ])("%s of no samples", (_name, run) => {
    expect(run().shape).toEqual([0, 2, 3]);
  });

  test.each([
    ["batchNorm", (x: Tensor) => F.batchNorm(x, null, null, { training: true }).transpose(0, 1)],
    ["instanceNorm", (x: Tensor) => F.instanceNorm(x).flatten(0, 1)],
    ["groupNorm", (x: Tensor) => F.groupNorm(x, 2).reshape([12, 12])],
    ["layerNorm", (x: Tensor) => F.layerNorm(x, [4, 6])],
  ])("%s gives mean 0 and variance 1, far from 0 too", (_name, run) => {
    manualSeed(3);
    const rows = run(randn([6, 4, 6], { dtype: "float64" }).mul(0.5).add(1000)).flatten(1);
    for (const mean of rows.mean(1).data()) expect(mean).toBeCloseTo(0, 9);
    for (const one of rows.var(1, { correction: 0 }).data()) expect(one).toBeCloseTo(1, 3);
  });
});

describe("chance", () => {
  const count = 20_000;
  const many = ones([count], { dtype: "float64" });

  test("dropout keeps the sum, and multiplies the gradient alike", () => {
    manualSeed(5);
    const x = many.clone().requiresGrad_();
    const y = F.dropout(x, { p: 0.3 });
    expect(Math.abs(y.mean().item() - 1)).toBeLessThan(0.02);
    expect(new Set(y.data())).toEqual(new Set([0, 1 / 0.7]));
    y.sum().backward();
    expect(x.grad!.data()).toEqual(y.data());
  });

  test("the same seed leaves out the same", () => {
    const draw = (): unknown => {
      manualSeed(9);
      return F.dropout(many.slice(0, 0, 50)).toArray();
    };
    expect(draw()).toEqual(draw());
  });

  test.each([
    ["dropout1d", F.dropout1d, [40, 50, 3]],
    ["dropout1d of one sample", F.dropout1d, [2000, 3]],
    ["dropout2d", F.dropout2d, [40, 50, 2, 2]],
    ["dropout2d of three dimensions", F.dropout2d, [40, 50, 4]],
    ["dropout3d", F.dropout3d, [40, 50, 2, 1, 2]],
    ["dropout3d of one sample", F.dropout3d, [2000, 2, 1, 2]],
  ])("%s leaves out whole channels", (_name, drop, shape) => {
    manualSeed(1);
    const channels = drop(ones(shape), { p: 0.25 }).reshape([2000, -1]);
    expect(channels.amax(1).toArray()).toEqual(channels.amin(1).toArray());
    const left = channels.amax(1).ne(0).sum().item();
    expect(Math.abs(left / 2000 - 0.75)).toBeLessThan(0.04);
  });

  test.each([
    ["alphaDropout", F.alphaDropout, [count]],
    ["featureAlphaDropout", F.featureAlphaDropout, [count / 2, 2, 1]],
  ])("%s keeps mean 0 and variance 1", (_name, drop, shape) => {
    manualSeed(2);
    const y = drop(randn(shape, { dtype: "float64" }), { p: 0.4 });
    expect(Math.abs(y.mean().item())).toBeLessThan(0.03);
    expect(Math.abs(y.var().item() - 1)).toBeLessThan(0.04);
  });

  test("nothing is left out in evaluation, everything with p = 1", () => {
    const x = ones([3, 2, 2]);
    for (const drop of [F.dropout, F.dropout1d, F.alphaDropout, F.featureAlphaDropout]) {
      expect(drop(x, { training: false })).toBe(x);
      expect(drop(x, { p: 0 })).toBe(x);
      expect(drop(x, { p: 1 }).sum().item()).toBe(0);
    }
  });

  test("rrelu draws slopes between its bounds", () => {
    manualSeed(4);
    const slopes = F.rrelu(many.neg(), { lower: 0.1, upper: 0.5, training: true }).neg();
    expect(slopes.amin().item()).toBeGreaterThanOrEqual(0.1);
    expect(slopes.amax().item()).toBeLessThan(0.5);
    expect(Math.abs(slopes.mean().item() - 0.3)).toBeLessThan(0.01);
  });

  test("gumbelSoftmax chooses by the probabilities, and has a gradient where it is hard", () => {
    manualSeed(6);
    const logits = tensor([0.2, 0.5, 0.3]).log().expand([count, 3]).clone().requiresGrad_();
    const chosen = F.gumbelSoftmax(logits, { hard: true });
    expect(chosen.sum(1).sub(1).abs().amax().item()).toBeLessThan(1e-6);
    const shares = chosen.mean(0).data();
    [0.2, 0.5, 0.3].forEach((share, i) => expect(Math.abs(shares[i]! - share)).toBeLessThan(0.02));
    chosen.at("...", 0).sum().backward();
    expect(logits.grad!.abs().sum().item()).toBeGreaterThan(0);
  });

  test("attention leaves weights out", () => {
    manualSeed(7);
    const [query, key] = [zeros([1, 2]), zeros([1000, 2])];
    const options = { dropoutP: 0.5, needAttnWeights: true } as const;
    const [result, weights] = F.scaledDotProductAttention(query, key, ones([1000, 1]), options);
    expect(Math.abs(weights.eq(0).sum().item() - 500)).toBeLessThan(60);
    expect(result.item()).toBeCloseTo(weights.sum().item(), 4);
  });
});

test("a causal query sees its own position and those before", () => {
  const values = tensor([[1], [9], [101]], { dtype: "float64" });
  const x = zeros([3, 2], { dtype: "float64" });
  const seen = F.scaledDotProductAttention(x, x, values, { isCausal: true });
  expect(seen.flatten().round({ decimals: 9 }).toArray()).toEqual([1, 5, 37]);
});

test("a triplet's distance may be one's own", () => {
  const [a, p, n] = [tensor([[0, 0]]), tensor([[1, 1]]), tensor([[0, 1.5]])];
  const distanceFunction = (left: Tensor, right: Tensor): Tensor => left.sub(right).abs().sum(-1);
  const loss = F.tripletMarginWithDistanceLoss(a, p, n, { distanceFunction });
  expect(loss.item()).toBe(1.5);
  const swapped = F.tripletMarginWithDistanceLoss(a, p, n, { distanceFunction, swap: true });
  expect(swapped.item()).toBe(1.5);
});
