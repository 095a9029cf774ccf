/**
 * Rows of a table by number: embeddings of words and other things that are counted. Numbers are
 * read at the call, so that one without a row is an error there.
 */
import {
  arange,
  ArgumentError,
  customFunction,
  DTypeError,
  IndexError,
  noGrad,
  readOptions,
  ShapeError,
  tensor,
} from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { learn, refuseCompile } from "@nabla/core/engine";

import { checkTensors, format } from "../checks.js";
import type { BagFunction, EmbeddingFunction, OneHotFunction } from "../shape-functions.js";
import { range } from "../sizes.js";

/** What `embedding` takes last. */
export interface EmbeddingOptions {
  /** The row of this number gets no gradient; negative ones count from the end. */
  readonly paddingIdx?: number | null;
  /** Rows that are looked up and have a larger norm are made so short first, in the table. */
  readonly maxNorm?: number | null;
  /** Which norm that is; 2 unless given. */
  readonly normType?: number;
  /** Whether a row's gradient is divided by how often it is looked up in this call; `false`. */
  readonly scaleGradByFreq?: boolean;
  /** Gradients are never sparse here: without effect. */
  readonly sparse?: boolean;
}

/** What `embeddingBag` takes last; numbers of `paddingIdx` do not count as members of a bag. */
export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** Where each bag begins in a list of numbers. */
  readonly offsets?: Tensor | null;
  /** What becomes of the rows of a bag; `"mean"` unless given. */
  readonly mode?: "sum" | "mean" | "max";
  /** What each row is multiplied by; only for sums. */
  readonly perSampleWeights?: Tensor | null;
  /** Whether the last of the offsets is the end, where no other bag begins; `false`. */
  readonly includeLastOffset?: boolean;
}

const defaults: Required<EmbeddingOptions> = {
  paddingIdx: null,
  maxNorm: null,
  normType: 2,
  scaleGradByFreq: false,
  sparse: false,
};

/**
 * Rows of a table: for an input of int32 numbers in any shape, and a weight [rows, columns], a
 * tensor [...shape, columns]. With `maxNorm`, rows that are too long are made shorter in the weight
 * itself. Throws an IndexError for a number that has no row.
 * @example
 * const [weight, words] = [tensor([[0, 1], [2, 3]]), tensor([1, 0, 1], { dtype: "int32" })];
 * functional.embedding(words, weight) // tensor([[2., 3.],
 * //         [0., 1.],
 * //         [2., 3.]])
 * functional.embedding(words.add(1), weight) // throws IndexError: embedding: 2 is none of
 */
export const embedding: EmbeddingFunction<EmbeddingOptions> = (
  input: Tensor,
  weight: Tensor,
  options: EmbeddingOptions = {},
): Tensor => {
  const given = readOptions<EmbeddingOptions>("embedding", options, defaults);
  return openTable("embedding", input, weight, given).rows(input);
};

/**
 * One row for each bag of rows of a table [rows, columns]: their sum, mean or largest elements; for
 * an empty bag zeros. An input [bags, numbers] has a bag in each row; a list of numbers needs
 * `offsets`, where each bag begins. See embedding for the other options and errors.
 * @example
 * const weight = tensor([[0, 1], [2, 3], [4, 5]]);
 * const numbers = tensor([2, 0, 1], { dtype: "int32" });
 * const offsets = tensor([0, 2], { dtype: "int32" });
 * functional.embeddingBag(numbers, weight, { offsets }) // tensor([[2., 3.],
 * //         [2., 3.]])
 */
export const embeddingBag: BagFunction<EmbeddingBagOptions> = ((
  input: Tensor,
  weight: Tensor,
  options: EmbeddingBagOptions = {},
): Tensor => {
  const given = readOptions<EmbeddingBagOptions>("embeddingBag", options, {
    ...defaults,
    offsets: null,
    mode: "mean",
    perSampleWeights: null,
    includeLastOffset: false,
  });
  const { mode, offsets, perSampleWeights } = given;
  checkTensors("embeddingBag", { input });
  checkTensors("embeddingBag", { weight });
  if (offsets !== null) checkTensors("embeddingBag", { offsets });
  if (perSampleWeights !== null) {
    checkTensors("embeddingBag", { perSampleWeights });
  }
  checkMode(input, weight, given);
  const starts = bagStarts(input, given);
  const table = openTable("embeddingBag", input, weight, given);
  const { padding } = table;
  const isPadding = (number: number): string => (number === padding ? "p" : "m");
  const roles =
    padding === null ? "" : learn(input, (list) => Array.from(list, isPadding).join(""));
  const bags = starts
    .slice(1)
    .map((end, i) => range(starts[i]!, end).filter((at) => roles[at] !== "p"));
  const first = bags.find((bag) => bag.length > 0)?.[0];
  if (first === undefined) return weight.newZeros([bags.length, weight.shape[1]!]);

  // Bags as the rows of a rectangle, in which short ones are filled up with what does not count.
  const places = range(0, Math.max(...bags.map((bag) => bag.length)));
  const isFiller = tensor(bags.map((bag) => places.map((k) => k >= bag.length)));
  const members = tensor(
    bags.map((bag) => places.map((k) => bag[k] ?? first)),
    { dtype: "int32" },
  );
  const found = table.rows(input.flatten().at(members));
  const weighted =
    perSampleWeights === null
      ? found
      : found.mul(perSampleWeights.flatten().at(members).unsqueeze(-1));
  const rows = weighted.maskedFill(isFiller.unsqueeze(-1), mode === "max" ? -Infinity : 0);
  if (mode === "max") return rows.max(1).values.maskedFill(isFiller.all(1, true), 0);
  const count = isFiller.logicalNot().sum(1, true).clampMin(1);
  return mode === "sum" ? rows.sum(1) : rows.sum(1).div(count);
}) as never;

/**
 * Whole numbers as rows that are 1 at the number and 0 elsewhere: from int32 of any shape to int32
 * [...shape, numClasses]. With -1 there are as many classes as the largest number asks for. Reads
 * the numbers at once; one that is no class is an IndexError.
 * @example
 * functional.oneHot(tensor([2, 0], { dtype: "int32" }), 3) // tensor([[0, 0, 1],
 * //         [1, 0, 0]])
 */
export const oneHot: OneHotFunction = (input: Tensor, numClasses: number = -1): Tensor => {
  checkNumbers("oneHot", input, numClasses === -1 ? Infinity : numClasses);
  const count = numClasses === -1 ? Math.max(...input.data()) + 1 : numClasses;
  if (!Number.isInteger(count) || count < 1) {
    throw new ArgumentError(
      `oneHot: ${format(input.shape)}: ${numClasses} is no number of classes` +
        `${input.numel() === 0 ? ", and without numbers it cannot be found" : ""}; use an ` +
        "integer, 1 or more.",
    );
  }
  return input
    .unsqueeze(-1)
    .eq(arange(count, { dtype: "int32" }))
    .to("int32");
};

/** Throws unless a tensor has numbers of rows, each of which there is. */
function checkNumbers(name: string, input: Tensor, rows: number): void {
  checkTensors(name, { input });
  if (input.dtype !== "int32") {
    throw new DTypeError(
      `${name}: the input is ${input.dtype}, and numbers of rows are int32; convert it with ` +
        'input.to("int32").',
    );
  }
  const isOdd = (number: number): boolean => number < 0 || number >= rows;
  const odd = learn(input, (numbers) => numbers.find(isOdd));
  if (odd === undefined) return;
  throw new IndexError(`${name}: ${odd} is none of the numbers 0 to ${rows - 1}.`);
}

/** A table and what is looked up in it. */
interface Table {
  /** The number of the row that is padding. */
  readonly padding: number | null;
  /** Rows by number, with the gradients that the options ask for. */
  rows(numbers: Tensor): Tensor;
}

function openTable(
  name: string,
  input: Tensor,
  weight: Tensor,
  { paddingIdx, scaleGradByFreq, maxNorm, normType }: Required<EmbeddingOptions>,
): Table {
  checkTensors(name, { weight });
  const [count = 0] = weight.shape;
  if (weight.shape.length !== 2) {
    throw new ShapeError(
      `${name}: the weight has shape ${format(weight.shape)}; it must be a table [rows, columns].`,
    );
  }
  checkNumbers(name, input, count);
  const padding = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + count : paddingIdx;
  if (padding !== null && !(Number.isInteger(padding) && padding >= 0 && padding < count)) {
    throw new IndexError(`${name}: paddingIdx is ${paddingIdx}, and there are ${count} rows.`);
  }
  const looks = maxNorm !== null ? "maxNorm" : scaleGradByFreq ? "scaleGradByFreq" : null;
  if (looks !== null) {
    refuseCompile(
      `${name} with ${looks}, which looks at the numbers in JavaScript,`,
      "leave it out, or keep this step uncompiled",
    );
  }
  if (maxNorm !== null) {
    noGrad(() => shorten(weight, [...new Set(input.data())], maxNorm, normType));
  }
  const counts = new Map<number, number>();
  if (scaleGradByFreq) {
    for (const number of input.data()) counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  const shareOf = (number: number): number => (number === padding ? 0 : 1 / counts.get(number)!);
  return {
    padding,
    rows(chosen) {
      const found = weight.at(chosen);
      if (padding === null && !scaleGradByFreq) return found;
      const { dtype } = weight;
      const shares = scaleGradByFreq
        ? tensor(Array.from(chosen.data(), shareOf), { dtype })
        : chosen.ne(padding!).to(dtype);
      return withShares(found, shares.reshape([...chosen.shape, 1]));
    },
  };
}

/** The rows as they are, of whose gradients only shares go back. */
const withShares = (rows: Tensor, shares: Tensor): Tensor =>
  customFunction({
    name: "embedding",
    forward: (x: Tensor) => x,
    vjps: [(g): Tensor => g.mul(shares).maskedFill(shares.eq(0), 0)],
  })(rows);

/** Makes rows of a table, in it, no longer than `maxNorm`. */
function shorten(weight: Tensor, rows: number[], maxNorm: number, normType: number): void {
  const found = weight.at(rows);
  const norms = found.norm(normType, 1, true);
  const isLong = norms.gt(maxNorm);
  if (isLong.any().item() === 0) return;
  // As PyTorch has it: what is divided by is a little more than the norm.
  const short = found.mul(norms.add(1e-7).reciprocal().mul(maxNorm));
  weight.setAt([rows], short.where(isLong, found));
}

/** Where each bag begins in the flattened input, and where the last one ends. */
function bagStarts(input: Tensor, options: Required<EmbeddingBagOptions>): number[] {
  const { offsets, includeLastOffset } = options;
  const count = input.numel();
  if (input.shape.length === 2 && offsets === null) {
    const [bags, size] = input.shape as [number, number];
    return range(0, bags + 1).map((i) => i * size);
  }
  if (input.shape.length !== 1 || offsets === null || offsets.shape.length !== 1) {
    throw new ShapeError(
      `embeddingBag: the input has shape ${format(input.shape)}; give a list of numbers with a ` +
        "list of offsets, or [bags, numbers] without.",
    );
  }
  const given = JSON.parse(learn(offsets, (list) => `[${list.join()}]`)) as number[];
  const starts = includeLastOffset ? given : [...given, count];
  const isOrdered = starts.every((start, i) => start >= (starts[i - 1] ?? 0) && start <= count);
  if (offsets.dtype === "int32" && starts.length > 0 && isOrdered && starts[0] === 0) return starts;
  throw new ArgumentError(
    `embeddingBag: the offsets are ${offsets.dtype} [${given.join(", ")}]; they must be int32, ` +
      `begin with 0, and none be less than the one before it or more than ${count}.`,
  );
}

function checkMode(input: Tensor, weight: Tensor, options: Required<EmbeddingBagOptions>): void {
  const { mode, perSampleWeights, scaleGradByFreq } = options;
  const isKnown = ["sum", "mean", "max"].includes(mode);
  if (!isKnown || (mode === "max" && scaleGradByFreq) || (mode !== "sum" && perSampleWeights)) {
    throw new ArgumentError(
      `embeddingBag: mode "${mode}"${perSampleWeights ? " with perSampleWeights" : ""}` +
        `${scaleGradByFreq ? " with scaleGradByFreq" : ""} is not there; modes are sum, mean and ` +
        "max; weights are for sums, and scaling by frequency not for max.",
    );
  }
  if (perSampleWeights === null) return;
  if (
    perSampleWeights.shape.join() === input.shape.join() &&
    perSampleWeights.dtype === weight.dtype
  )
    return;
  throw new ShapeError(
    `embeddingBag: perSampleWeights are ${perSampleWeights.dtype} of shape ` +
      `${format(perSampleWeights.shape)}; they must be ${weight.dtype} of shape ` +
      `${format(input.shape)}, one for each number.`,
  );
}
