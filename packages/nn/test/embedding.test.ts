// Rows of tables: against rows taken one by one. What PyTorch recorded of them is compared by
// scripts/test/conformance.test.ts.

import { randn, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { functional as F } from "@nabla/nn";
import { describe, expect, test } from "vitest";

const int32 = { dtype: "int32" } as const;
const table = (): Tensor =>
  tensor(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    { requiresGrad: true },
  );
const words = tensor(
  [
    [1, 2],
    [1, 1],
  ],
  int32,
);

describe("embedding", () => {
  test("takes rows, and gives each its gradients", () => {
    const weight = table();
    const y = F.embedding(words, weight);
    expect(y.toArray()).toEqual([
      [
        [3, 4],
        [5, 6],
      ],
      [
        [3, 4],
        [3, 4],
      ],
    ]);
    y.sum().backward();
    expect(weight.grad!.toArray()).toEqual([
      [0, 0],
      [3, 3],
      [1, 1],
    ]);
  });

  const gradients: [string, object, number[][]][] = [
    [
      "a row of padding has none",
      { paddingIdx: 2 },
      [
        [0, 0],
        [3, 3],
        [0, 0],
      ],
    ],
    [
      "padding is counted from the end",
      { paddingIdx: -2 },
      [
        [0, 0],
        [0, 0],
        [1, 1],
      ],
    ],
    [
      "shares by frequency",
      { scaleGradByFreq: true },
      [
        [0, 0],
        [1, 1],
        [1, 1],
      ],
    ],
  ];
  test.each(gradients)("gradients: %s", (_name, options, expected) => {
    const weight = table();
    F.embedding(words, weight, options).sum().backward();
    expect(weight.grad!.toArray()).toEqual(expected);
  });

  test("makes long rows shorter in the table, and only those that are looked up", () => {
    const weight = table();
    const y = F.embedding(tensor([2], int32), weight, { maxNorm: 5 });
    expect(weight.at(2).norm().item()).toBeCloseTo(5, 5);
    expect(y.at(0).toArray()).toEqual(weight.at(2).toArray());
    expect(weight.slice(0, 0, 2).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(F.embedding(tensor([0], int32), weight, { maxNorm: 5 }).toArray()).toEqual([[1, 2]]);
  });

  test("of no numbers has no rows", () => {
    expect(F.embedding(tensor([], int32).reshape([0, 3]), table()).shape).toEqual([0, 3, 2]);
  });
});

describe("embeddingBag", () => {
  const weight = randn([7, 3], { dtype: "float64" });
  const numbers = [3, 1, 4, 1, 5, 0, 2, 6];
  const bags = [[3, 1], [], [4, 1, 5, 0], [2, 6], []];
  const offsets = [0, 2, 2, 6, 8];
  const input = tensor(numbers, int32);
  const none = [0, 0, 0];
  const byHand = {
    sum: (rows: Tensor): unknown => rows.sum(0).toArray(),
    mean: (rows: Tensor): unknown => rows.mean(0).toArray(),
    max: (rows: Tensor): unknown => rows.max(0).values.toArray(),
  };

  test.each(["sum", "mean", "max"] as const)("%s is that of each bag's rows", (mode) => {
    const expected = bags.map((bag) => (bag.length === 0 ? none : byHand[mode](weight.at(bag))));
    const found = F.embeddingBag(input, weight, { offsets: tensor(offsets, int32), mode });
    expect(found.toArray()).toEqual(expected);
    const ended = F.embeddingBag(input, weight, {
      offsets: tensor([...offsets, 8], int32),
      includeLastOffset: true,
      mode,
    });
    expect(ended.toArray()).toEqual(expected);
  });

  test.each(["sum", "mean", "max"] as const)("%s does without padding", (mode) => {
    const options = { offsets: tensor([0, 4], int32), paddingIdx: 1, mode } as const;
    const expected = [
      [3, 4],
      [5, 0, 2, 6],
    ].map((bag) => byHand[mode](weight.at(bag)));
    expect(F.embeddingBag(input, weight, options).toArray()).toEqual(expected);
  });

  test("a bag in each row, weighted", () => {
    const perSampleWeights = randn([4, 2], { dtype: "float64" });
    const matrix = input.reshape([4, 2]);
    const found = F.embeddingBag(matrix, weight, { mode: "sum", perSampleWeights });
    const expected = F.embedding(matrix, weight).mul(perSampleWeights.unsqueeze(-1)).sum(1);
    expect(found.toArray()).toEqual(expected.toArray());
  });

  test("of nothing but empty bags is 0", () => {
    const empty = tensor([], int32);
    const found = F.embeddingBag(empty, weight, { offsets: tensor([0, 0], int32) });
    expect(found.toArray()).toEqual([none, none]);
    expect(F.embeddingBag(empty.reshape([2, 0]), weight).toArray()).toEqual([none, none]);
  });

  test("gradients by frequency are divided by how often a row occurs", () => {
    const leaf = table();
    const sums = { mode: "sum", scaleGradByFreq: true } as const;
    F.embeddingBag(words, leaf, sums).sum().backward();
    expect(leaf.grad!.toArray()).toEqual([
      [0, 0],
      [1, 1],
      [1, 1],
    ]);
  });
});

test("oneHot finds how many classes there are", () => {
  const y = F.oneHot(tensor([2, 0], int32));
  expect([y.dtype, y.toArray()]).toEqual([
    "int32",
    [
      [0, 0, 1],
      [1, 0, 0],
    ],
  ]);
  expect(F.oneHot(tensor([], int32), 3).shape).toEqual([0, 3]);
});
