/** Datasets, batches and their orders. */
import { arange, getRngState, manualSeed, rand, setRngState, tensor, Tensor } from "@nabla/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { collateItems, DataLoader, randomSplit, Subset, TensorDataset } from "../src/index.js";
import type { DataLoaderOptions } from "../src/index.js";

const ten = new TensorDataset(arange(10), arange(10).mul(10));
type Options = DataLoaderOptions<[Tensor, Tensor], [Tensor, Tensor]>;
const loaderOf = (options: Options): DataLoader<[Tensor, Tensor], [Tensor, Tensor]> =>
  new DataLoader<[Tensor, Tensor], [Tensor, Tensor]>(ten, options);

/** One epoch, as the numbers of the samples. */
const epoch = (loader: Iterable<[Tensor, Tensor]>): number[][] =>
  [...loader].map(([x]) => [...x.data()]);

describe("batches", () => {
  test.each([
    [{}, Array.from({ length: 10 }, (_, i) => [i])],
    [
      { batchSize: 4 },
      [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
      ],
    ],
    [
      { batchSize: 4, dropLast: true },
      [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ],
    ],
    [
      { batchSize: 5, dropLast: true },
      [
        [0, 1, 2, 3, 4],
        [5, 6, 7, 8, 9],
      ],
    ],
    [{ batchSize: 20 }, [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]],
    [{ batchSize: 20, dropLast: true }, []],
  ])("%j", (options, batches) => {
    const loader = loaderOf(options);
    expect(loader.length).toBe(batches.length);
    expect(epoch(loader)).toEqual(batches);
    expect(epoch(loader)).toEqual(batches);
    expect(loader.epoch).toBe(2);
  });

  test("rows of all tensors stay together", () => {
    for (const [x, y] of loaderOf({ batchSize: 3, shuffle: true })) {
      expect([...y.data()]).toEqual([...x.mul(10).data()]);
    }
  });

  test("a list is a dataset", () => {
    const list = [1, 2, 3];
    const batches = [...new DataLoader(list, { batchSize: 2 })];
    expect(batches.map((batch) => batch.toArray())).toEqual([[1, 2], [3]]);
    expect(new Subset(list, [2]).get(0)).toBe(3);
    expect(randomSplit(list, [1, 2], { seed: 1 }).map(({ length }) => length)).toEqual([1, 2]);
  });

  test.each([null, 3, {}, new Set([1]), { length: 2 }])("%s is no dataset", (odd) => {
    expect(() => new DataLoader(odd as never)).toThrow("DataLoader: this is no dataset; give a");
  });

  test("a collate of one's own", () => {
    const loader = new DataLoader(ten, {
      batchSize: 5,
      collate: (items) => items.reduce((sum, [x]) => sum + x.item(), 0),
    });
    expect([...loader]).toEqual([10, 35]);
  });

  test("samples that are promises", async () => {
    const later = {
      length: 3,
      get: (i: number) => Promise.resolve({ x: tensor([i]), name: `${i}` }),
    };
    const loader = new DataLoader(later, { batchSize: 2 });
    const seen: unknown[] = [];
    for await (const { x, name } of loader) seen.push(x.toArray(), name);
    expect(seen).toEqual([[[0], [1]], ["0", "1"], [[2]], ["2"]]);
    expect(() => [...loader]).toThrow(/for await/);
    const plain: number[][] = [];
    for await (const [x] of loaderOf({ batchSize: 5 })) plain.push([...x.data()]);
    expect(plain).toEqual(epoch(loaderOf({ batchSize: 5 })));
  });
});

describe("orders", () => {
  const sorted = (batches: number[][]): number[] => batches.flat().sort((a, b) => a - b);
  const all = Array.from({ length: 10 }, (_, i) => i);

  test("each epoch has one of its own, which the seed decides", () => {
    const [a, b] = [1, 2].map(() => loaderOf({ batchSize: 3, shuffle: true, seed: 5 }));
    const epochs = [epoch(a!), epoch(a!), epoch(a!)];
    expect(epochs).toEqual([epoch(b!), epoch(b!), epoch(b!)]);
    expect(epochs.map(sorted)).toEqual([all, all, all]);
    expect(new Set(epochs.map(String)).size).toBe(3);
    expect(epoch(loaderOf({ batchSize: 3, shuffle: true, seed: 6 }))).not.toEqual(epochs[0]);
  });

  test("a seed leaves everybody else's random numbers alone", () => {
    manualSeed(3);
    const before = getRngState();
    epoch(loaderOf({ shuffle: true, seed: 1 }));
    expect(getRngState()).toEqual(before);
  });

  test("without a seed, manualSeed decides", () => {
    const orders = [1, 1, 2].map((seed) => {
      manualSeed(seed);
      return String(epoch(loaderOf({ shuffle: true })));
    });
    expect(orders[0]).toBe(orders[1]);
    expect(orders[0]).not.toBe(orders[2]);
  });

  test("all positions are equally likely", () => {
    const loader = loaderOf({ batchSize: 10, shuffle: true, seed: 0 });
    const firsts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 2000; i++) firsts[epoch(loader)[0]![0]!]! += 1;
    // 200 expected, with a standard deviation of 13.4.
    for (const count of firsts) expect(Math.abs(count - 200)).toBeLessThan(5 * 13.4);
  });
});

describe("state", () => {
  test("what is loaded goes on where it was saved, wherever that was", () => {
    const options = { batchSize: 3, shuffle: true };
    fc.assert(
      fc.property(fc.nat({ max: 11 }), fc.option(fc.nat(99), { nil: undefined }), (stop, seed) => {
        manualSeed(1);
        const run = (
          loader: DataLoader<[Tensor, Tensor], [Tensor, Tensor]>,
          from: number,
          to: number,
        ) => {
          const seen: unknown[] = [];
          for (let i = from; ;) {
            if (i >= to) return seen;
            for (const [x] of loader) {
              seen.push([...x.data(), ...rand([1]).data()]);
              i += 1;
              if (i >= to) return seen;
            }
          }
        };
        const unbroken = run(
          loaderOf({ ...options, ...(seed === undefined ? {} : { seed }) }),
          0,
          12,
        );
        manualSeed(1);
        const first = loaderOf({ ...options, ...(seed === undefined ? {} : { seed }) });
        const begun = run(first, 0, stop);
        const saved = JSON.parse(JSON.stringify([first.stateDict(), getRngState()])) as [
          ReturnType<typeof first.stateDict>,
          ReturnType<typeof getRngState>,
        ];
        rand([100]);
        const second = loaderOf({ ...options, ...(seed === undefined ? {} : { seed }) });
        second.loadStateDict(saved[0]);
        setRngState(saved[1]);
        expect([...begun, ...run(second, stop, 12)]).toEqual(unbroken);
      }),
    );
  });

  test("after break, the next loop is a new epoch", () => {
    const loader = loaderOf({ batchSize: 4 });
    for (const [x] of loader) if (x.shape[0] === 4) break;
    expect(loader.stateDict()).toMatchObject({ epoch: 0, batch: 1 });
    expect(epoch(loader)).toHaveLength(3);
    expect(loader.epoch).toBe(2);
  });
});

describe("randomSplit", () => {
  test.each([
    [
      [7, 3],
      [7, 3],
    ],
    [
      [0.7, 0.3],
      [7, 3],
    ],
    [
      [0.5, 0.25, 0.25],
      [6, 2, 2],
    ],
    [[1], [1].map(() => 10)],
    [
      [10, 0],
      [10, 0],
    ],
  ])("%j makes parts of %j", (lengths, sizes) => {
    const parts = randomSplit(ten, lengths, { seed: 1 });
    expect(parts.map(({ length }) => length)).toEqual(sizes);
    const numbers = parts.flatMap(({ indices }) => indices);
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => i));
    expect(randomSplit(ten, lengths, { seed: 1 })).toEqual(parts);
  });

  test("parts are loaded as their own rows, parts of parts too", () => {
    const [part] = randomSplit(ten, [6, 4], { seed: 2 });
    const [smaller] = randomSplit(part!, [3, 3], { seed: 3 });
    const expected = smaller!.indices.map((i) => part!.indices[i]!);
    const [[x]] = new DataLoader(smaller!, { batchSize: 3 }) as Iterable<Tensor[]> as [Tensor[]];
    expect([...x!.data()]).toEqual(expected);
  });
});

describe("collateItems", () => {
  test("parts of every kind", () => {
    const items = [1, 2].map((i) => ({
      x: tensor([i]),
      n: i,
      b: i > 1,
      s: `${i}`,
      list: [i, [i]],
    }));
    const batch = collateItems(items);
    expect(batch.x.toArray()).toEqual([[1], [2]]);
    expect([batch.n.dtype, batch.b.dtype, batch.s]).toEqual(["float32", "bool", ["1", "2"]]);
    expect(batch.list[0]).toBeInstanceOf(Tensor);
  });
});

test.each([
  [
    "tensors of other lengths",
    () => new TensorDataset(arange(2), arange(3)),
    /shapes \[2\], \[3\]/,
  ],
  ["no tensors", () => new TensorDataset(), /one or more/],
  ["a tensor without rows", () => new TensorDataset(tensor(1)), /one or more/],
  ["a batch of 0", () => loaderOf({ batchSize: 0 }), /batchSize is 0/],
  ["half a batch", () => loaderOf({ batchSize: 1.5 }), /batchSize is 1.5/],
  ["a negative seed", () => loaderOf({ seed: -1 }), /-1 is no seed/],
  ["too many samples", () => randomSplit(ten, [7, 4]), /add up to 11; they must add up to the 10/],
  ["negative parts", () => randomSplit(ten, [11, -1]), /add up/],
  ["fractions beyond 1", () => randomSplit(ten, [0.5, 0.6]), /add up to 1.1/],
  ["a sample that is not there", () => new Subset(ten, [10]), /no sample 10 among 10/],
  [
    "samples unlike each other",
    () => collateItems([1, [1]]),
    /sample 1 is of type array, sample 0 of type number/,
  ],
  ["samples with other parts", () => collateItems([{ a: 1 }, { b: 1 }]), /no part a/],
  ["samples of nothing", () => collateItems([null]), /type null/],
  ["no state", () => loaderOf({}).loadStateDict({} as never), /no state/],
  [
    "another dataset's state",
    () => loaderOf({}).loadStateDict({ epoch: 0, batch: 0, seed: null, samples: 9 }),
    /had 9 samples and now has 10/,
  ],
] as [string, () => unknown, RegExp][])("%s is refused", (_what, run, message) => {
  expect(run).toThrow(message);
});
