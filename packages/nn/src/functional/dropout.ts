/**
 * Dropout: elements, or whole channels, left out at random while training. All functions of this
 * file differ only in what is left out and what takes its place.
 */
import { rand, readOptions, ShapeError } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkRange, checkTensors, showShape } from "../checks.js";
import type { SameFunction } from "../shape-functions.js";

/** What all kinds of dropout take. */
export interface DropoutOptions {
  /** The probability of being left out; 0.5 unless said otherwise. */
  readonly p?: number;
  /** Whether anything is left out at all; `true` unless said otherwise. */
  readonly training?: boolean;
}

type Dropout = SameFunction<[options?: DropoutOptions]>;

/**
 * A kind of dropout. `units` says how many dimensions in front tell one thing that is left out from
 * another, given the rank of the input; `null` stands for all of them.
 */
const dropping =
  (name: string, units: (input: Tensor) => number | null, fill: Fill): Dropout =>
  (input: Tensor, options: DropoutOptions = {}): Tensor => {
    checkTensors(name, { input });
    const { p, training } = readOptions<DropoutOptions>(name, options, { p: 0.5, training: true });
    checkRange(name, "p", p, 0, 1);
    const front = units(input);
    if (!training || p === 0) return input;
    if (p === 1) return input.mul(0);
    const shape = input.shape.map((size, i) => (front === null || i < front ? size : 1));
    return fill(input, rand(shape).ge(p).to(input.dtype), p);
  };

/** What becomes of the input, where `kept` is 1 or 0. */
type Fill = (input: Tensor, kept: Tensor, p: number) => Tensor;

const withZeros: Fill = (input, kept, p) => input.mul(kept.div(1 - p));

/** What selu comes down to, far below 0: what is left out is set to it. */
const LOWEST = -1.7580993408473766;

/** The result is stretched and shifted such that mean 0 and variance 1 stay. */
const withLowest: Fill = (input, kept, p) => {
  const scale = 1 / Math.sqrt((1 - p) * (1 + p * LOWEST ** 2));
  const shift = kept
    .neg()
    .add(1 - p)
    .mul(scale * LOWEST);
  return input.mul(kept.mul(scale)).add(shift);
};

const elements = (): null => null;

/** Samples and channels, in inputs of `rank` dimensions, or one less where there is one sample. */
const channels =
  (name: string, rank: number) =>
  (input: Tensor): number => {
    if (input.dim() === rank) return 2;
    if (input.dim() === rank - 1) return 1;
    throw new ShapeError(
      `${name}: an input of shape ${showShape(input)} has ${input.dim()} dimensions, and must ` +
        `have ${rank} (samples, channels, ...), or ${rank - 1} for a single sample.`,
    );
  };

/**
 * Sets every element to 0 with probability `p`, and divides the others by 1 - `p`, so that sums
 * stay as large as they were. Without `training` the input itself. Throws an ArgumentError where
 * `p` is no probability.
 * @example
 * functional.dropout(tensor([1, 2]), { p: 0.5, training: false }) // tensor([1., 2.])
 * functional.dropout(tensor([1, 2]), { p: 1 }) // tensor([0., 0.])
 */
export const dropout: Dropout = dropping("dropout", elements, withZeros);

/**
 * `dropout` of whole channels: of [samples, channels, length], or [channels, length].
 * @example
 * functional.dropout1d(ones([2, 3, 4]), { p: 0 }).sum() // tensor(24.)
 */
export const dropout1d: Dropout = dropping("dropout1d", channels("dropout1d", 3), withZeros);

/**
 * `dropout` of whole channels: of [samples, channels, height, width]. Three dimensions are taken
 * for [samples, channels, length], as in PyTorch.
 * @example
 * functional.dropout2d(ones([2, 3, 4, 4]), { p: 0 }).sum() // tensor(96.)
 */
export const dropout2d: Dropout = dropping(
  "dropout2d",
  (input) => Math.max(2, channels("dropout2d", 4)(input)),
  withZeros,
);

/**
 * `dropout` of whole channels: of [samples, channels, depth, height, width], or without samples.
 * @example
 * functional.dropout3d(ones([2, 3, 4, 4, 4]), { p: 0 }).sum() // tensor(384.)
 */
export const dropout3d: Dropout = dropping("dropout3d", channels("dropout3d", 5), withZeros);

/**
 * Dropout beside `selu`: what is left out is set to the value that selu has far below 0, and the
 * result keeps mean 0 and variance 1. Source: Klambauer et al., "Self-normalizing neural networks"
 * (2017).
 * @example
 * functional.alphaDropout(tensor([1, 2]), { training: false }) // tensor([1., 2.])
 */
export const alphaDropout: Dropout = dropping("alphaDropout", elements, withLowest);

/**
 * `alphaDropout` of whole channels: of [samples, channels, ...].
 * @example
 * functional.featureAlphaDropout(ones([2, 3]), { training: false }).sum() // tensor(6.)
 */
export const featureAlphaDropout: Dropout = dropping("featureAlphaDropout", () => 2, withLowest);
