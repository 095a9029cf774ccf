/**
 * Batches from a dataset, epoch after epoch, in an order that can be had again: the state of a
 * loader says where it was. Read next: dataset.ts, shuffle.ts, collate.ts.
 */
import { ArgumentError, randint } from "@nabla/core";

import { collateItems } from "./collate.js";
import type { Collated } from "./collate.js";
import { datasetOf, Subset } from "./dataset.js";
import type { Dataset, Samples } from "./dataset.js";
import { shuffled } from "./shuffle.js";

/** What a DataLoader can be told. */
export interface DataLoaderOptions<Item, Batch> {
  /** How many samples a batch has; 1 unless given. */
  readonly batchSize?: number;
  /** Whether each epoch has an order of its own; `false` unless given. */
  readonly shuffle?: boolean;
  /** What decides the orders; drawn from the random numbers, once an epoch, unless given. */
  readonly seed?: number;
  /** Whether a last batch with fewer samples is left out; `false` unless given. */
  readonly dropLast?: boolean;
  /** Makes a batch from samples; `collateItems` unless given. */
  readonly collate?: (items: Item[]) => Batch;
}

/** Where a loader is: a plain object of numbers, for checkpoints. */
export interface DataLoaderState {
  /** How many epochs are over. */
  readonly epoch: number;
  /** How many batches of this epoch were handed out. */
  readonly batch: number;
  /** What decided the order of this epoch; `null` if it has not begun. */
  readonly seed: number | null;
  /** How many samples the dataset has. */
  readonly samples: number;
}

/**
 * Batches from a dataset: `for (const batch of loader)` is one epoch, `for await` the same for
 * samples that are promises. A list is a dataset, too. What is left after `break` is
 * forgotten: the next loop is a new epoch.
 *
 * @example
 * const dataset = new TensorDataset(tensor([1, 2, 3]), tensor([0, 1, 0]));
 * const loader = new DataLoader(dataset, { batchSize: 2 });
 * for (const [x, y] of loader) console.log(x, y);
 * // prints tensor([1., 2.]) tensor([0., 1.])
 * // prints tensor([3.]) tensor([0.])
 */
export class DataLoader<Item, Batch = Collated<Item>> {
  /** Where the samples come from. */
  readonly dataset: Dataset<Item | Promise<Item>>;
  private readonly batchSize: number;
  private readonly dropLast: boolean;
  private readonly shuffle: boolean;
  private readonly seed: number | undefined;
  private readonly collate: ((items: Item[]) => Batch) | undefined;
  private at: DataLoaderState;
  private resumed = false;

  /** Throws an ArgumentError for a batch size that is no integer above 0. */
  constructor(
    samples: Samples<Item | Promise<Item>>,
    options: DataLoaderOptions<Item, Batch> = {},
  ) {
    const dataset = datasetOf("DataLoader", samples);
    const { batchSize = 1, shuffle = false, dropLast = false, seed, collate } = options;
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
      throw new ArgumentError(
        `DataLoader: batchSize is ${batchSize}; it must be an integer above 0, for example 32.`,
      );
    }
    if (seed !== undefined && (!Number.isSafeInteger(seed) || seed < 0)) {
      throw new ArgumentError(
        `DataLoader: ${seed} is no seed; use an integer from 0 to 2^53 - 1, for example 42.`,
      );
    }
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.seed = seed;
    this.collate = collate;
    this.at = { epoch: 0, batch: 0, seed: null, samples: dataset.length };
  }

  /**
   * How many batches an epoch has.
   * @example
   * const dataset = new TensorDataset(zeros([10]));
   * new DataLoader(dataset, { batchSize: 4 }).length // 3
   * new DataLoader(dataset, { batchSize: 4, dropLast: true }).length // 2
   */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /**
   * How many epochs are over: where a resumed loop begins to count.
   * @example
   * const loader = new DataLoader(new TensorDataset(zeros([2])));
   * for (const [x] of loader) x.item();
   * loader.epoch // 1
   */
  get epoch(): number {
    return this.at.epoch;
  }

  /** One epoch of samples that are there at once. */
  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    for (const indices of this.batches()) {
      const batch = this.atOnce(indices);
      if (batch !== undefined) {
        yield batch;
        continue;
      }
      const items = indices.map((index) => this.dataset.get(index));
      if (items.some((item) => item instanceof Promise)) {
        throw new ArgumentError(
          "DataLoader: the samples are promises; write for await (const batch of loader).",
        );
      }
      yield this.together(items as Item[]);
    }
  }

  /** One epoch of samples, some of which may be promises. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Awaited<Batch>, void, undefined> {
    for (const indices of this.batches()) {
      const batch = this.atOnce(indices);
      if (batch !== undefined) yield batch;
      else yield this.together(await Promise.all(indices.map((i) => this.dataset.get(i))));
    }
  }

  /** The whole batch, where the dataset can fetch that and the samples need no `collate`. */
  private atOnce(indices: readonly number[]): Batch | undefined {
    if (this.collate !== undefined) return undefined;
    let from: object = this.dataset;
    let original = indices;
    while (from instanceof Subset) {
      original = from.original(original);
      from = from.dataset;
    }
    return "getBatch" in from && typeof from.getBatch === "function"
      ? (from as { getBatch(indices: readonly number[]): Batch }).getBatch(original)
      : undefined;
  }

  private together(items: Item[]): Batch {
    return this.collate === undefined ? (collateItems(items) as Batch) : this.collate(items);
  }

  /** The numbers of the samples of each batch of one epoch. */
  private *batches(): Generator<number[], void, undefined> {
    const count = this.dataset.length;
    if (!this.resumed && this.at.batch > 0) this.finish();
    this.resumed = false;
    const seed = this.at.seed ?? this.seed ?? (this.shuffle ? drawSeed() : 0);
    this.at = { ...this.at, seed, samples: count };
    const { epoch } = this.at;
    const order = this.shuffle ? shuffled(count, seed, epoch) : undefined;
    while (this.at.batch < this.length) {
      const from = this.at.batch * this.batchSize;
      const size = Math.min(this.batchSize, count - from);
      const indices = Array.from({ length: size }, (_, i) => order?.[from + i] ?? from + i);
      // Before it is handed out: who saves the state while using a batch has had it.
      this.at = { ...this.at, batch: this.at.batch + 1 };
      yield indices;
    }
    this.finish();
  }

  private finish(): void {
    this.at = { ...this.at, epoch: this.at.epoch + 1, batch: 0, seed: null };
  }

  /**
   * Where the loader is, to go on from later with `loadStateDict`.
   * @example
   * new DataLoader(new TensorDataset(zeros([2]))).stateDict().batch // 0
   */
  stateDict(): DataLoaderState {
    return { ...this.at };
  }

  /**
   * Goes to where a loader was: the next loop begins with the batch that would have come then.
   * Throws an ArgumentError, and changes nothing, where the state cannot be that of this loader.
   * @example
   * const dataset = new TensorDataset(arange(100));
   * const options = { batchSize: 10, shuffle: true, seed: 7 };
   * const [one, other] = [new DataLoader(dataset, options), new DataLoader(dataset, options)];
   * const batches = one[Symbol.iterator]();
   * batches.next();
   * other.loadStateDict(one.stateDict());
   * const [[second]] = other;
   * second.equal(batches.next().value[0]) // true
   */
  loadStateDict(state: DataLoaderState): void {
    const { epoch, batch, seed, samples } = (state ?? {}) as Partial<DataLoaderState>;
    const counts = [epoch, batch, seed ?? 0, samples].every(
      (value) => Number.isSafeInteger(value) && value! >= 0,
    );
    if (!counts || batch! > this.length) {
      throw new ArgumentError("DataLoader.loadStateDict: this is no state of this loader.");
    }
    if (samples !== this.dataset.length) {
      throw new ArgumentError(
        `DataLoader.loadStateDict: the dataset had ${samples} samples and now has ` +
          `${this.dataset.length}; go on with the one it was saved with.`,
      );
    }
    this.at = { epoch: epoch!, batch: batch!, seed: seed ?? null, samples };
    this.resumed = true;
  }
}

const drawSeed = (): number => randint(0, 2 ** 31 - 1, [1], { dtype: "int32" }).item();
