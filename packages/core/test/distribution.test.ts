// Random tensors of every kind: the same for the same seed, of the right type, within their bounds,
// and with the mean and the spread of their distribution. The generator itself: random.test.ts.

import {
  ArgumentError,
  bernoulli,
  DTypeError,
  manualSeed,
  multinomial,
  normal,
  randint,
  randintLike,
  randLike,
  randnLike,
  randperm,
  ShapeError,
  tensor,
  zeros,
} from "@nabla/core";
import type { DType, Tensor } from "@nabla/core";
import { beforeEach, describe, expect, test } from "vitest";

beforeEach(() => manualSeed(3));

const count = 20000;

function moments(x: Tensor): { mean: number; variance: number; least: number; most: number } {
  const values = Array.from(x.data());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return { mean, variance, least, most };
}

const blank = (dtype: DType = "float32"): Tensor => zeros([count], { dtype });

/** A name, what is drawn, and its mean, variance, lower bound and upper bound. */
const distributions: [string, () => Tensor, number, number, number, number][] = [
  ["uniform_", () => blank().uniform_(), 0.5, 1 / 12, 0, 1],
  ["uniform_ between", () => blank("float64").uniform_(-2, 4), 1, 3, -2, 4],
  ["normal_", () => blank().normal_(), 0, 1, -6, 6],
  ["normal_ elsewhere", () => blank("float64").normal_(3, 0.5), 3, 0.25, 0, 6],
  ["bernoulli_", () => blank().bernoulli_(0.3), 0.3, 0.21, 0, 1],
  ["bernoulli_ of bool", () => blank("bool").bernoulli_(), 0.5, 0.25, 0, 1],
  ["exponential_", () => blank().exponential_(2), 0.5, 0.25, 0, 9],
  ["geometric_", () => blank("int32").geometric_(0.25), 4, 12, 1, 60],
  ["random_", () => blank("int32").random_(1, 7), 3.5, 35 / 12, 1, 6],
  ["random_ of bool", () => blank("bool").random_(), 0.5, 0.25, 0, 1],
  ["randint", () => randint(-2, 3, [count]), 0, 2, -2, 2],
  ["randintLike", () => randintLike(blank(), 10), 4.5, 99 / 12, 0, 9],
  ["randLike", () => randLike(blank()), 0.5, 1 / 12, 0, 1],
  ["randnLike", () => randnLike(blank()), 0, 1, -6, 6],
  ["normal", () => normal(2, 3, [count]), 2, 9, -16, 20],
  ["normal of tensors", () => normal(blank().fill_(-1), blank().fill_(2)), -1, 4, -13, 11],
  ["bernoulli", () => bernoulli(blank().fill_(0.9)), 0.9, 0.09, 0, 1],
  ["multinomial", () => multinomial(tensor([1, 0, 3]), count, true), 1.5, 0.75, 0, 2],
  ["randperm", () => randperm(count), (count - 1) / 2, (count ** 2 - 1) / 12, 0, count - 1],
];

describe("statistics", () => {
  test.each(distributions)("%s", (...row) => {
    const [, draw, mean, variance, low, high] = row;
    const found = moments(draw());
    const error = Math.sqrt(variance / count);
    expect(Math.abs(found.mean - mean)).toBeLessThan(4 * error + 1e-9);
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.1);
    expect(found.least).toBeGreaterThanOrEqual(low);
    expect(found.most).toBeLessThanOrEqual(high);
  });

  test.each(distributions)("%s is the same for the same seed, and goes on", (_name, draw) => {
    manualSeed(5);
    const [first, second] = [draw().data(), draw().data()];
    manualSeed(5);
    expect(draw().data()).toEqual(first);
    expect(second).not.toEqual(first);
  });
});

describe("every value has its share", () => {
  const shares = (x: Tensor, size: number): number[] => {
    const counts = new Array<number>(size).fill(0);
    for (const value of x.data()) counts[value] = counts[value]! + 1;
    return counts.map((own) => own / x.numel());
  };

  test("of randint", () => {
    for (const share of shares(randint(4, [count]), 4)) expect(share).toBeCloseTo(0.25, 1);
  });

  test("of multinomial, in proportion to its weight, row by row", () => {
    const drawn = multinomial(
      tensor([
        [1, 3, 0, 6],
        [0, 0, 5, 0],
      ]),
      count,
      true,
    );
    expect(drawn.shape).toEqual([2, count]);
    const expected = [
      [0.1, 0.3, 0, 0.6],
      [0, 0, 1, 0],
    ];
    drawn.unbind(0).forEach((row, i) => {
      shares(row, 4).forEach((share, k) => expect(share).toBeCloseTo(expected[i]![k]!, 1));
    });
  });

  test("of every place in a permutation", () => {
    const firsts = Array.from({ length: 3000 }, () => randperm(3).data()[0]!);
    for (const share of shares(tensor(firsts), 3)) expect(share).toBeCloseTo(1 / 3, 1);
  });
});

describe("corners", () => {
  test("a permutation has every number once", () => {
    expect(Array.from(randperm(50).data()).sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(randperm(0).shape).toEqual([0]);
  });

  test("without replacement nothing is drawn twice, nor what weighs nothing", () => {
    for (let i = 0; i < 50; i++) {
      const drawn = Array.from(multinomial(tensor([1, 2, 0, 3]), 3).data());
      expect(drawn.sort((a, b) => a - b)).toEqual([0, 1, 3]);
    }
  });

  test("the end of a narrow interval is never reached", () => {
    const drawn = blank().uniform_(1, 1 + 2 ** -22);
    expect(moments(drawn).most).toBeLessThan(1 + 2 ** -22);
  });

  test("probabilities of 0 and 1 are certain", () => {
    expect(bernoulli(tensor([0, 1, 0])).toArray()).toEqual([0, 1, 0]);
    expect(
      zeros([2, 2])
        .bernoulli_(tensor([0, 1]))
        .toArray(),
    ).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test.each([
    ["randint", () => randint(5, [2]), "int32"],
    ["randint as float", () => randint(0, 5, [2], { dtype: "float64" }), "float64"],
    ["randperm", () => randperm(3), "int32"],
    ["multinomial", () => multinomial(tensor([1, 1]), 1), "int32"],
    ["normal of float64", () => normal(zeros([2], { dtype: "float64" }), 1), "float64"],
    ["bernoulli", () => bernoulli(zeros([2], { dtype: "float64" })), "float64"],
  ])("%s has its type", (_name, draw, dtype) => {
    expect(draw().dtype).toBe(dtype);
  });

  test("what is filled is seen by views, and gets no gradient for what it held", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.mul(2);
    y.slice(0, 0, 1).uniform_();
    y.sum().backward();
    expect(x.grad!.toArray()).toEqual([0, 2]);
  });

  test("normal and bernoulli let no gradient through", () => {
    const p = tensor([0.5], { requiresGrad: true });
    expect(normal(p, 1).requiresGrad).toBe(false);
    expect(bernoulli(p).requiresGrad).toBe(false);
  });
});

describe("refused", () => {
  const cases: [string, () => unknown, new (message: string) => Error][] = [
    ["an empty range", () => randint(3, 3, [2]), ArgumentError],
    ["half a bound", () => randint(0, 1.5, [2]), ArgumentError],
    ["more than the type holds", () => blank("int32").random_(0, 2 ** 40), ArgumentError],
    ["a range the wrong way round", () => blank().uniform_(1, 0), ArgumentError],
    ["fractions in integers", () => blank("int32").uniform_(), DTypeError],
    ["a normal integer", () => blank("int32").normal_(), DTypeError],
    ["a negative deviation", () => blank().normal_(0, -1), ArgumentError],
    ["a negative deviation in a tensor", () => normal(0, tensor([-1])), ArgumentError],
    ["no size", () => normal(0, 1), ArgumentError],
    ["a probability above 1", () => blank().bernoulli_(1.5), ArgumentError],
    ["a probability that is NaN", () => bernoulli(tensor([NaN])), ArgumentError],
    ["a rate of 0", () => blank().exponential_(0), ArgumentError],
    ["a success that is certain", () => blank().geometric_(1), ArgumentError],
    ["a negative weight", () => multinomial(tensor([1, -1]), 1), ArgumentError],
    ["no weight", () => multinomial(tensor([0, 0]), 1, true), ArgumentError],
    ["more than there are", () => multinomial(tensor([0, 1]), 2), ArgumentError],
    ["a cube of weights", () => multinomial(zeros([1, 1, 1]), 1), ShapeError],
    ["a negative count", () => randperm(-1), ShapeError],
  ];
  test.each(cases)("%s", (_name, run, kind) => {
    expect(run).toThrow(kind);
  });
});
