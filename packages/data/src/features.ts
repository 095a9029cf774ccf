/**
 * Columns of a frame made into a tensor that a model can learn from. What depends on the data
 * (means, categories) is learnt from one frame, the training part, and used on any. Read next:
 * frame.ts.
 */
import { tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { DataError } from "./errors.js";
import type { Frame } from "./frame.js";

/** What is to become of a column. */
export interface FeatureOptions {
  /**
   * `"number"`: as it is; `"oneHot"`: a column of 0 and 1 for each category; `"index"`: the number
   * of the category. Unless given, text becomes one-hot and everything else a number.
   */
  readonly as?: "number" | "oneHot" | "index";
  /**
   * What takes the place of missing values; the numbers' mean or median, whatever comes most often,
   * or a value. Unless given, a missing value is an error.
   */
  readonly fill?: "mean" | "median" | "mostFrequent" | number | { readonly value: string };
  /** Whether a number has its mean subtracted and is divided by its standard deviation. */
  readonly standardize?: boolean;
}

type As = NonNullable<FeatureOptions["as"]>;

/** What was learnt of one column. */
interface Learnt {
  readonly as: As;
  readonly fill: number | string | null;
  readonly mean: number;
  readonly deviation: number;
  readonly categories: readonly string[];
}

/** What `Features` learnt, by column: a plain object, for checkpoints. */
export type FeaturesState = Readonly<Record<string, Learnt>>;

/**
 * The way from a frame to a tensor, column by column in the order given. `fit` learns means,
 * standard deviations and categories from the training part; `transform` uses them.
 *
 * @example
 * const frame = readFrame("age,sex\n20,male\n40,female\n,male");
 * const features = new Features({ age: { fill: "mean", standardize: true }, sex: {} });
 * features.fit(frame.take([0, 1])).names() // [ 'age', 'sex=female', 'sex=male' ]
 * features.transform(frame).toArray() // [ [ -1, 0, 1 ], [ 1, 1, 0 ], [ 0, 0, 1 ] ]
 */
export class Features {
  private readonly options: Readonly<Record<string, FeatureOptions>>;
  private learnt: ReadonlyMap<string, Learnt> | undefined;

  /** Takes options for each column by name; `{}` for the usual. */
  constructor(columns: Readonly<Record<string, FeatureOptions>>) {
    this.options = columns;
  }

  /**
   * Learns from a frame, which should be the training part alone. Standard deviations are those of
   * all values, divided by their number. Throws a `DataError` for a value that is missing and not
   * to be filled.
   * @example
   * const features = new Features({ a: { standardize: true } });
   * features.fit(readFrame("a\n1\n3")).transform(readFrame("a\n5")).item() // 3
   */
  fit(frame: Frame): this {
    this.learnt = new Map(
      Object.entries(this.options).map(([name, options]) => [name, learn(frame, name, options)]),
    );
    return this;
  }

  /**
   * The names of the tensor's columns: `sex=female` is 1 where sex is female.
   * @example
   * new Features({ a: {} }).fit(readFrame("a\nx\ny")).names() // [ 'a=x', 'a=y' ]
   */
  names(): string[] {
    return [...this.fitted("names")].flatMap(([name, { as, categories }]) =>
      as === "oneHot" ? categories.map((category) => `${name}=${category}`) : [name],
    );
  }

  /**
   * The categories of a column, in the order of their numbers; none for a column of numbers.
   * @example
   * new Features({ a: { as: "index" } }).fit(readFrame("a\ny\nx")).categories("a") // [ 'x', 'y' ]
   */
  categories(name: string): readonly string[] {
    const learnt = this.fitted("categories").get(name);
    if (learnt !== undefined) return learnt.categories;
    throw new DataError(`there is no feature "${name}": pass it to new Features({ ... })`);
  }

  /**
   * The float32 tensor of a frame: a row for each row, a column for each of `names()`. Throws a
   * `DataError`, with its line, for a category that was not there when it learnt.
   * @example
   * const features = new Features({ a: {} }).fit(readFrame("a\nx\ny"));
   * features.transform(readFrame("a\nz")) // throws DataError: line 2, column 1: "z" is none of
   */
  transform(frame: Frame): Tensor {
    const columns = [...this.fitted("transform")].flatMap(([name, learnt]) =>
      columnsOf(frame, name, learnt),
    );
    const values = new Float32Array(frame.rows * columns.length);
    for (const [i, column] of columns.entries()) {
      for (let row = 0; row < frame.rows; row++) values[row * columns.length + i] = column[row]!;
    }
    return tensor(values).reshape([frame.rows, columns.length]);
  }

  /**
   * What was learnt, to be kept with the model.
   * @example
   * new Features({ a: {} }).fit(readFrame("a\n1")).stateDict()["a"].as // number
   */
  stateDict(): FeaturesState {
    return Object.fromEntries(this.fitted("stateDict"));
  }

  /**
   * Takes over what was learnt.
   * @example
   * const state = new Features({ a: {} }).fit(readFrame("a\nx")).stateDict();
   * const features = new Features({ a: {} });
   * features.loadStateDict(state);
   * features.names() // [ 'a=x' ]
   */
  loadStateDict(state: FeaturesState): void {
    const names = Object.keys(this.options);
    if (names.length !== Object.keys(state).length || names.some((name) => !(name in state))) {
      throw new DataError(
        `the state is of features ${Object.keys(state).join(", ")}, these are ${names.join(", ")}`,
      );
    }
    this.learnt = new Map(names.map((name) => [name, state[name]!]));
  }

  private fitted(method: string): ReadonlyMap<string, Learnt> {
    if (this.learnt !== undefined) return this.learnt;
    throw new DataError(
      `features.${method}() needs what fit learns: call features.fit(train) first`,
    );
  }
}

function learn(frame: Frame, name: string, options: FeatureOptions): Learnt {
  const { as = frame.kind(name) === "text" ? "oneHot" : "number", fill, standardize } = options;
  const learnt: Learnt = { as, fill: null, mean: 0, deviation: 1, categories: [] };
  if (as !== "number") {
    const given = typeof fill === "object" ? fill.value : undefined;
    if (
      standardize === true ||
      (fill !== undefined && !(given !== undefined || fill === "mostFrequent"))
    ) {
      throw new DataError(
        `column "${name}" is made into categories, which have no mean: pass ` +
          '{ fill: "mostFrequent" } or { fill: { value: "unknown" } }, or { as: "number" }',
      );
    }
    const texts = frame.texts(name).filter((text) => text !== null);
    const filled = given ?? (fill === "mostFrequent" ? mostFrequent(texts, name) : null);
    const categories = [...new Set(filled === null ? texts : [...texts, filled])].sort();
    const complete = { ...learnt, fill: filled, categories };
    categoriesOf(frame, name, complete);
    return complete;
  }
  const present = frame.numbers(name).filter((value) => !Number.isNaN(value));
  const filled = fillFor(present, name, fill);
  const values = numbersOf(frame, name, { ...learnt, fill: filled });
  if (standardize !== true) return { ...learnt, fill: filled };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { ...learnt, fill: filled, mean, deviation: Math.sqrt(variance) || 1 };
}

function fillFor(present: Float64Array, name: string, fill: FeatureOptions["fill"]): number | null {
  if (fill === undefined || typeof fill === "number") return fill ?? null;
  if (typeof fill === "object") {
    throw new DataError(`column "${name}" holds numbers: pass { fill: 0 }, a number`);
  }
  if (present.length === 0) {
    throw new DataError(`column "${name}" has no value to learn from: leave it out`);
  }
  if (fill === "mean") return present.reduce((sum, value) => sum + value, 0) / present.length;
  if (fill === "mostFrequent") return mostFrequent([...present], name);
  const sorted = present.slice().sort();
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/** What comes most often; of several, the least. */
function mostFrequent<Value extends number | string>(
  values: readonly Value[],
  name: string,
): Value {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [best] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  if (best !== undefined) return best[0];
  throw new DataError(`column "${name}" has no value to learn from: leave it out`);
}

function missingAt(frame: Frame, name: string, row: number, help: string): DataError {
  return new DataError(
    `column "${name}" has ${frame.missing(name)} missing values, the first here: pass ${help}`,
    { line: frame.lines[row]!, column: frame.names.indexOf(name) + 1 },
  );
}

function numbersOf(frame: Frame, name: string, { fill }: Learnt): Float64Array {
  return frame.numbers(name).map((value, row) => {
    if (!Number.isNaN(value)) return value;
    if (typeof fill === "number") return fill;
    throw missingAt(frame, name, row, '{ fill: "mean" }, "median", "mostFrequent" or a number');
  });
}

function categoriesOf(frame: Frame, name: string, { fill, categories }: Learnt): number[] {
  const numbers = new Map(categories.map((category, i) => [category, i]));
  return frame.texts(name).map((text, row) => {
    const value = text ?? fill;
    if (value === null) {
      throw missingAt(
        frame,
        name,
        row,
        '{ fill: "mostFrequent" } or { fill: { value: "unknown" } }',
      );
    }
    const number = numbers.get(String(value));
    if (number !== undefined) return number;
    const known = categories.slice(0, 10).map((category) => JSON.stringify(category));
    throw new DataError(
      `${JSON.stringify(value)} is none of the categories of "${name}" that fit() saw: ` +
        `${known.join(", ")}${categories.length > 10 ? ", ..." : ""}`,
      { line: frame.lines[row]!, column: frame.names.indexOf(name) + 1 },
    );
  });
}

function columnsOf(frame: Frame, name: string, learnt: Learnt): ArrayLike<number>[] {
  const { as, mean, deviation, categories } = learnt;
  if (as === "number") {
    return [numbersOf(frame, name, learnt).map((value) => (value - mean) / deviation)];
  }
  const numbers = categoriesOf(frame, name, learnt);
  if (as === "index") return [numbers];
  return categories.map((_, i) => numbers.map((number) => Number(number === i)));
}
