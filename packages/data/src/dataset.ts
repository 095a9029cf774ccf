/**
 * Samples by number: what a DataLoader reads from. Not here: batches and their order, which are
 * loader.ts's.
 */
import { ArgumentError, randperm, ShapeError, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { shuffled } from "./shuffle.js";

/**
 * Samples that can be had by number. Any object with these is one; `getBatch` is for those who can
 * fetch several at once faster than one by one. `get` may give a promise, for `for await`.
 */
export interface Dataset<Item> {
  /** How many samples there are. */
  readonly length: number;
  /** Sample `index`, from 0. */
  get(index: number): Item;
}

/** What is taken for a dataset: one, or, as in PyTorch, a list of samples. */
export type Samples<Item> = Dataset<Item> | readonly Item[];

/** The dataset itself, or one of the samples in a list. Throws an ArgumentError for neither. */
export function datasetOf<Item>(name: string, given: Samples<Item>): Dataset<Item> {
  if (Array.isArray(given)) {
    const list = given as readonly Item[];
    return { length: list.length, get: (index) => list[index]! };
  }
  const { length, get } = (given ?? {}) as Partial<Dataset<Item>>;
  if (typeof get === "function" && Number.isInteger(length)) return given as Dataset<Item>;
  throw new ArgumentError(
    `${name}: this is no dataset; give a list of samples, new TensorDataset(x, y), or an object ` +
      "with length and get(index).",
  );
}

/**
 * Samples that are rows of tensors: the first dimension counts them. Throws a ShapeError where the
 * tensors do not have as many rows.
 *
 * @example
 * const dataset = new TensorDataset(tensor([[1, 2], [3, 4]]), tensor([0, 1]));
 * dataset.length // 2
 * dataset.get(1) // [ tensor([3., 4.]), tensor(1.) ]
 */
export class TensorDataset<Tensors extends readonly Tensor[]> implements Dataset<Tensors> {
  /** The tensors whose rows are the samples. */
  readonly tensors: Tensors;
  /** How many samples there are. */
  readonly length: number;

  constructor(...tensors: Tensors) {
    const [length] = tensors[0]?.shape ?? [];
    const wrong = tensors.find(({ shape }) => shape[0] !== length);
    if (length === undefined || wrong !== undefined) {
      throw new ShapeError(
        `TensorDataset: shapes ${tensors.map(({ shape }) => `[${shape.join(", ")}]`).join(", ")} ` +
          "do not begin with the same number of samples; pass one or more tensors with as many " +
          "rows each.",
      );
    }
    this.tensors = tensors;
    this.length = length;
  }

  /**
   * One row of each tensor.
   * @example
   * new TensorDataset(tensor([5, 6])).get(0) // [ tensor(5.) ]
   */
  get(index: number): Tensors {
    return this.each((x) => x.select(0, index));
  }

  /**
   * The rows of each tensor with these numbers, gathered at once.
   * @example
   * new TensorDataset(tensor([5, 6, 7])).getBatch([2, 0]) // [ tensor([7., 5.]) ]
   */
  getBatch(indices: readonly number[]): Tensors {
    const rows = tensor(indices, { dtype: "int32" });
    return this.each((x) => x.indexSelect(0, rows));
  }

  private each(rowOf: (x: Tensor) => Tensor): Tensors {
    return this.tensors.map(rowOf) as readonly Tensor[] as Tensors;
  }
}

/**
 * Some samples of another dataset, in an order of their own.
 *
 * @example
 * const some = new Subset(new TensorDataset(tensor([5, 6, 7])), [2, 0]);
 * some.get(0) // [ tensor(7.) ]
 */
export class Subset<Item> implements Dataset<Item> {
  /** Where the samples come from. */
  readonly dataset: Dataset<Item>;
  /** Their numbers there. */
  readonly indices: readonly number[];

  constructor(samples: Samples<Item>, indices: readonly number[]) {
    const dataset = datasetOf("Subset", samples);
    const wrong = indices.find((index) => !inside(index, dataset));
    if (wrong !== undefined) {
      throw new ArgumentError(
        `Subset: there is no sample ${wrong} among ${dataset.length}; count from 0.`,
      );
    }
    this.dataset = dataset;
    this.indices = indices;
  }

  /**
   * How many samples there are.
   * @example
   * new Subset(new TensorDataset(tensor([5, 6, 7])), [2, 0]).length // 2
   */
  get length(): number {
    return this.indices.length;
  }

  /**
   * One sample.
   * @example
   * new Subset(new TensorDataset(tensor([5, 6, 7])), [2]).get(0) // [ tensor(7.) ]
   */
  get(index: number): Item {
    return this.dataset.get(this.indices[index]!);
  }

  /**
   * The numbers, in the original dataset, of samples of this one.
   * @example
   * new Subset(new TensorDataset(tensor([5, 6, 7])), [2, 0]).original([1, 0]) // [ 0, 2 ]
   */
  original(indices: readonly number[]): number[] {
    return indices.map((index) => this.indices[index]!);
  }
}

const inside = (index: number, { length }: { readonly length: number }): boolean =>
  Number.isInteger(index) && index >= 0 && index < length;

/**
 * Deals the samples out at random: `lengths` are numbers of samples that add up to all of them, or
 * fractions that add up to 1 (as in PyTorch, each is rounded down, and what is left over goes one
 * by one to the parts from the first on). With a `seed` always in the same way; otherwise the next
 * random numbers decide.
 *
 * @example
 * const dataset = new TensorDataset(arange(10));
 * const [train, test] = randomSplit(dataset, [0.8, 0.2], { seed: 1 });
 * [train.length, test.length] // [ 8, 2 ]
 */
export function randomSplit<Item>(
  samples: Samples<Item>,
  lengths: readonly number[],
  options: { readonly seed?: number } = {},
): Subset<Item>[] {
  const dataset = datasetOf("randomSplit", samples);
  const sizes = sizesOf(lengths, dataset.length);
  const order =
    options.seed === undefined
      ? Array.from(randperm(dataset.length).data())
      : shuffled(dataset.length, options.seed, 0);
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return new Subset(dataset, order.slice(at - size, at));
  });
}

function sizesOf(lengths: readonly number[], total: number): number[] {
  const sum = lengths.reduce((a, b) => a + b, 0);
  const valid = lengths.every((length) => length >= 0);
  if (valid && lengths.every((length) => Number.isInteger(length)) && sum === total) {
    return [...lengths];
  }
  if (!valid || Math.abs(sum - 1) > 1e-9) {
    throw new ArgumentError(
      `randomSplit: lengths [${lengths.join(", ")}] add up to ${sum}; they must add up to the ` +
        `${total} samples there are, or, as fractions, to 1.`,
    );
  }
  const sizes = lengths.map((fraction) => Math.floor(fraction * total + 1e-9));
  const left = total - sizes.reduce((a, b) => a + b, 0);
  return sizes.map((size, i) => size + (i < left ? 1 : 0));
}
