/**
 * Pooling: what a window shows becomes one number, its largest or its mean. Windows at even
 * distances, and windows that share the input out among a given number of places ("adaptive").
 * Where windows lie: windows.ts; what becomes of them: pool.ts.
 */
import { ArgumentError, DTypeError, readOptions, ShapeError } from "@nabla/core";
import type { Shape, Tensor } from "@nabla/core";

import { format } from "../checks.js";
import type {
  AdaptiveFunction,
  AdaptiveMeanFunction,
  MeanFunction,
  PoolFunction,
} from "../shape-functions.js";
import { checkFilled, oneForEach, perDimension } from "../sizes.js";
import type { Sizes } from "../sizes.js";
import { adaptiveMean, averaged, largest } from "./pool.js";
import { adaptiveWindows, slidingWindows } from "./windows.js";
import type { Windows } from "./windows.js";

/** How the windows of a pooling lie; a number is for every dimension. */
interface PoolOptions {
  /** From one window to the next; the size of the window unless given. */
  readonly stride?: Sizes | null;
  /** So much is added around the input, half a window at most; 0 unless given. */
  readonly padding?: Sizes;
  /** Whether the last window may reach over the end; `false` unless given. */
  readonly ceilMode?: boolean;
}

/** What `maxPool1d`, `maxPool2d` and `maxPool3d` take last. */
export interface MaxPoolOptions extends PoolOptions {
  /** From one element of a window to the next; 1 unless given. */
  readonly dilation?: Sizes;
  /** Whether to say where the largest elements are; `false` unless given. */
  readonly returnIndices?: boolean;
}

/** What `avgPool1d`, `avgPool2d` and `avgPool3d` take last. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding counts as elements that are 0; `true` unless given. */
  readonly countIncludePad?: boolean;
  /** What sums are divided by, instead of the number of elements. */
  readonly divisorOverride?: number | null;
}

/** The sizes of an adaptive pooling's result; `null` for that of the input. */
export type OutputSize = number | readonly (number | null)[] | null;

/** Asks also for where the largest are: positions in the flattened last dimensions. */
interface IndexedOptions {
  readonly returnIndices?: boolean;
}

/** In how many dimensions windows move. */
type Rank = 1 | 2 | 3;
type MaxPool<R extends Rank> = PoolFunction<`maxPool${R}d`, R, MaxPoolOptions>;
type AvgPool<R extends Rank> = MeanFunction<`avgPool${R}d`, R, AvgPoolOptions>;
type AdaptiveMaxPool<R extends Rank> = AdaptiveFunction<
  `adaptiveMaxPool${R}d`,
  R,
  OutputSize,
  IndexedOptions
>;
type AdaptiveAvgPool<R extends Rank> = AdaptiveMeanFunction<`adaptiveAvgPool${R}d`, R, OutputSize>;

/** Throws unless there are elements, of a type that is not refused. */
function checkInput(name: string, input: Tensor, rank: number, refused: readonly string[]): void {
  checkFilled(name, input, rank);
  if (!refused.includes(input.dtype)) return;
  throw new DTypeError(
    `${name}: the input is ${input.dtype}; convert it first, for example input.to("float32").`,
  );
}

/** The windows of a call; `fill` is what padding shows. */
function evenWindows(
  name: string,
  input: Tensor,
  rank: number,
  options: Required<PoolOptions> & { readonly kernelSize: Sizes; readonly dilation: Sizes },
  fill: number,
): Windows {
  const of = `${name}: ${format(input.shape)}`;
  const kernel = perDimension(of, "kernelSize", options.kernelSize, rank, 1);
  // An empty list is PyTorch's other way to leave the stride out.
  const steps = options.stride === null ? [] : oneForEach(options.stride, rank);
  const stride = perDimension(of, "stride", steps.length === 0 ? kernel : steps, rank, 1);
  const padding = perDimension(of, "padding", options.padding, rank, 0);
  const dilation = perDimension(of, "dilation", options.dilation, rank, 1);
  if (padding.some((size, i) => 2 * size > kernel[i]!)) {
    throw new ArgumentError(
      `${of}: the padding ${format(padding)} is more than half of a window of ${format(kernel)}, ` +
        "so that some would show nothing else.",
    );
  }
  const { ceilMode } = options;
  return slidingWindows(of, input, { kernel, stride, padding, dilation, ceilMode }, fill);
}

const maxPool = <R extends Rank>(rank: R): MaxPool<R> => {
  const name = `maxPool${rank}d`;
  const pool = (input: Tensor, kernelSize: Sizes, options: MaxPoolOptions = {}): unknown => {
    const { returnIndices, ...given } = readOptions<MaxPoolOptions>(name, options, {
      stride: null,
      padding: [0],
      dilation: [1],
      ceilMode: false,
      returnIndices: false,
    });
    checkInput(name, input, rank, ["bool", "int32"]);
    const windows = evenWindows(name, input, rank, { kernelSize, ...given }, -Infinity);
    return largest(windows, input.shape.slice(-rank), returnIndices);
  };
  return pool as never;
};

const avgPool = <R extends Rank>(rank: R): AvgPool<R> => {
  const name = `avgPool${rank}d`;
  const pool = (input: Tensor, kernelSize: Sizes, options: AvgPoolOptions = {}): unknown => {
    const { countIncludePad, divisorOverride, ...given } = readOptions<AvgPoolOptions>(
      name,
      options,
      {
        stride: null,
        padding: [0],
        ceilMode: false,
        countIncludePad: true,
        divisorOverride: null,
      },
    );
    checkInput(name, input, rank, ["bool"]);
    if (divisorOverride !== null && (!Number.isInteger(divisorOverride) || divisorOverride === 0)) {
      throw new ArgumentError(
        `${name}: the divisorOverride is ${String(divisorOverride)}; it must be an integer other ` +
          "than 0. Leave it out for the mean.",
      );
    }
    const windows = evenWindows(name, input, rank, { kernelSize, ...given, dilation: 1 }, 0);
    const counts = windows.positions().map((rows, i) => {
      const size = input.shape.at(i - rank)!;
      // The first window begins where the padding does.
      const before = countIncludePad ? -rows[0]![0]! : 0;
      // One that shows only what lies behind the padding has the sum 0.
      return rows.map((row) =>
        Math.max(1, row.filter((at) => at >= -before && at < size + before).length),
      );
    });
    return averaged(windows.view, divisorOverride ?? counts, rank);
  };
  return pool as never;
};

/** Where a list of windows is, beyond all sense, too long to make. */
const MOST_PLACES = 2 ** 24;

/** How many windows there shall be along each dimension. */
function placesOf(name: string, input: Tensor, outputSize: OutputSize, rank: number): Shape {
  const sizes = input.shape.slice(-rank);
  const places = oneForEach(outputSize, rank).map((count, i) => count ?? sizes[i]!);
  if (places.some((count) => count > MOST_PLACES)) {
    throw new ShapeError(
      `${name}: the outputSize is ${format(places)}, and more than ${MOST_PLACES} places along a ` +
        "dimension are no pooling.",
    );
  }
  return perDimension(`${name}: ${format(input.shape)}`, "outputSize", places, rank, 1);
}

const adaptiveMaxPool = <R extends Rank>(rank: R): AdaptiveMaxPool<R> => {
  const name = `adaptiveMaxPool${rank}d`;
  const pool = (input: Tensor, outputSize: OutputSize, options: IndexedOptions = {}): unknown => {
    const { returnIndices } = readOptions<IndexedOptions>(name, options, {
      returnIndices: false,
    });
    checkInput(name, input, rank, ["bool", "int32"]);
    const places = placesOf(name, input, outputSize, rank);
    return largest(adaptiveWindows(name, input, places), input.shape.slice(-rank), returnIndices);
  };
  return pool as never;
};

const adaptiveAvgPool = <R extends Rank>(rank: R): AdaptiveAvgPool<R> => {
  const name = `adaptiveAvgPool${rank}d`;
  const pool = (input: Tensor, outputSize: OutputSize): unknown => {
    checkInput(name, input, rank, ["bool", "int32"]);
    return adaptiveMean(name, input, placesOf(name, input, outputSize, rank));
  };
  return pool as never;
};

/**
 * The largest element of every window of a signal, input [n, channels, length] or without n. With
 * `{ returnIndices: true }` also where it is. Of equals the first counts, and gets the gradient.
 * @example
 * const x = tensor([[1, 5, 2, 4]]);
 * functional.maxPool1d(x, 2) // tensor([[5., 4.]])
 * functional.maxPool1d(x, 2, { stride: 1, returnIndices: true })[1] // tensor([[1, 1, 3]])
 */
export const maxPool1d = maxPool(1);

/**
 * The largest element of every window of a picture, input [n, channels, height, width] or without
 * n. With `{ returnIndices: true }` also where it is, as a position in the flattened picture. Of
 * equals the first counts, and gets the gradient. Throws a ShapeError where a window is too large.
 * @example
 * const x = arange(16).reshape([1, 4, 4]);
 * functional.maxPool2d(x, 2) // tensor([[[ 5.,  7.],
 * //          [13., 15.]]])
 * functional.maxPool2d(x, [3, 1], { padding: [1, 0], returnIndices: true })[0].shape // [ 1, 2, 4 ]
 * functional.maxPool2d(x, 5) // throws ShapeError: maxPool2d: [1, 4, 4]: a window of [5, 5]
 */
export const maxPool2d = maxPool(2);

/**
 * The largest element of every window of a volume, input [n, channels, depth, height, width] or
 * without n; see maxPool2d.
 * @example
 * functional.maxPool3d(zeros([1, 4, 6, 6]), 2).shape // [ 1, 2, 3, 3 ]
 */
export const maxPool3d = maxPool(3);

/**
 * The mean of every window of a signal, input [n, channels, length] or without n. Padding counts as
 * zeros unless `{ countIncludePad: false }`.
 * @example
 * functional.avgPool1d(tensor([[1, 5, 2, 4]]), 2) // tensor([[3., 3.]])
 */
export const avgPool1d = avgPool(1);

/**
 * The mean of every window of a picture, input [n, channels, height, width] or without n. Padding
 * counts as zeros unless `{ countIncludePad: false }`; with `{ divisorOverride }` sums are divided
 * by that instead. Means of whole numbers are cut to whole numbers.
 * @example
 * const x = ones([1, 2, 2]);
 * functional.avgPool2d(x, 2, { padding: 1 }).flatten() // tensor([0.2500, 0.2500, 0.2500, 0.2500])
 * functional.avgPool2d(x, 2, { divisorOverride: 1 }) // tensor([[[4.]]])
 */
export const avgPool2d = avgPool(2);

/**
 * The mean of every window of a volume, input [n, channels, depth, height, width] or without n; see
 * avgPool2d.
 * @example
 * functional.avgPool3d(ones([1, 4, 6, 6]), 2).shape // [ 1, 2, 3, 3 ]
 */
export const avgPool3d = avgPool(3);

/**
 * The largest elements of `outputSize` windows that share a signal out as evenly as can be, input
 * [n, channels, length] or without n; see maxPool1d for `returnIndices`.
 * @example
 * functional.adaptiveMaxPool1d(tensor([[1, 5, 2, 4, 3]]), 2) // tensor([[5., 4.]])
 */
export const adaptiveMaxPool1d = adaptiveMaxPool(1);

/**
 * The largest elements of windows that share a picture out as evenly as can be: `outputSize` says
 * how many along each dimension, `null` as many as it has elements. See maxPool2d.
 * @example
 * functional.adaptiveMaxPool2d(zeros([3, 5, 7]), [2, null]).shape // [ 3, 2, 7 ]
 */
export const adaptiveMaxPool2d = adaptiveMaxPool(2);

/**
 * The largest elements of windows that share a volume out as evenly as can be; see
 * adaptiveMaxPool2d.
 * @example
 * functional.adaptiveMaxPool3d(zeros([3, 5, 7, 6]), 2).shape // [ 3, 2, 2, 2 ]
 */
export const adaptiveMaxPool3d = adaptiveMaxPool(3);

/**
 * The means of `outputSize` windows that share a signal out as evenly as can be, input [n,
 * channels, length] or without n.
 * @example
 * functional.adaptiveAvgPool1d(tensor([[1, 5, 3]]), 2) // tensor([[3., 4.]])
 */
export const adaptiveAvgPool1d = adaptiveAvgPool(1);

/**
 * The means of windows that share a picture out as evenly as can be: `outputSize` says how many
 * along each dimension, `null` as many as it has elements. With 1 it is the mean of each channel.
 * @example
 * functional.adaptiveAvgPool2d(zeros([3, 5, 7]), [2, null]).shape // [ 3, 2, 7 ]
 * functional.adaptiveAvgPool2d(arange(4).reshape([1, 2, 2]), 1) // tensor([[[1.5000]]])
 */
export const adaptiveAvgPool2d = adaptiveAvgPool(2);

/**
 * The means of windows that share a volume out as evenly as can be; see adaptiveAvgPool2d.
 * @example
 * functional.adaptiveAvgPool3d(zeros([3, 5, 7, 6]), 2).shape // [ 3, 2, 2, 2 ]
 */
export const adaptiveAvgPool3d = adaptiveAvgPool(3);
