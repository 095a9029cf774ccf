/**
 * Convolutions under PyTorch's names, one for each number of dimensions: with a bias, with padding
 * by name, and of a single example without the dimension of the batch. What a convolution is, and
 * its derivatives: ops/convolution.ts in core.
 */
import {
  ArgumentError,
  convolution,
  DTypeError,
  pad,
  readOptions,
  ShapeError,
  transposedConvolution,
} from "@nabla/core";
import type { ConvolutionOptions, Shape, Tensor, TransposedConvolutionOptions } from "@nabla/core";

import { checkTensors, format } from "../checks.js";
import type { ConvFunction } from "../shape-functions.js";
import { isBatch, perDimension } from "../sizes.js";
import type { Sizes } from "../sizes.js";

/** What `conv1d`, `conv2d` and `conv3d` take last; a number is for every dimension. */
export interface ConvOptions extends Omit<ConvolutionOptions, "padding"> {
  /**
   * So many zeros around the input, 0 unless given; `"valid"` for none, `"same"` for as many as
   * make the result as large as the input, which is possible where the stride is 1.
   */
  readonly padding?: Sizes | "same" | "valid";
}

type Conv<R extends number> = ConvFunction<"slide", `conv${R}d`, R, ConvOptions>;
type ConvTranspose<R extends number> = ConvFunction<
  "enlarge",
  `convTranspose${R}d`,
  R,
  TransposedConvolutionOptions
>;
type Bias = Tensor | null;

const conv = <R extends number>(rank: R): Conv<R> => {
  const name = `conv${rank}d`;
  const call = (
    x: Tensor,
    weight: Tensor,
    bias: Bias = null,
    options: ConvOptions = {},
  ): Tensor => {
    const { padding, ...windows } = readOptions<ConvOptions>(name, options, {
      stride: [1],
      padding: [0],
      dilation: [1],
      groups: 1,
    });
    return inBatch(name, x, rank, (batch) => {
      if (padding !== "same" && padding !== "valid") {
        return biased(name, convolution(batch, weight, { ...windows, padding }), bias);
      }
      const around = padding === "same" ? sameSize(name, weight, rank, windows) : [];
      return biased(name, convolution(pad(batch, around), weight, windows), bias);
    });
  };
  return call as never;
};

const convTranspose = <R extends number>(rank: R): ConvTranspose<R> => {
  const name = `convTranspose${rank}d`;
  const call = (
    x: Tensor,
    weight: Tensor,
    bias: Bias = null,
    options: TransposedConvolutionOptions = {},
  ): Tensor => {
    const windows = readOptions<TransposedConvolutionOptions>(name, options, {
      stride: [1],
      padding: [0],
      outputPadding: [0],
      groups: 1,
      dilation: [1],
    });
    return inBatch(name, x, rank, (batch) =>
      biased(name, transposedConvolution(batch, weight, windows), bias),
    );
  };
  return call as never;
};

/** The padding, as pad() takes it, that leaves the size as it is; if odd, one more at the end. */
function sameSize(
  name: string,
  weight: Tensor,
  rank: number,
  { stride, dilation }: Required<Pick<ConvOptions, "stride" | "dilation">>,
): Shape {
  if (perDimension(name, "stride", stride, rank, 1).some((step) => step !== 1)) {
    throw new ArgumentError(
      `${name}: with a stride of ${String(stride)} the result is smaller than the input whatever ` +
        'the padding; use padding "same" with stride 1.',
    );
  }
  return perDimension(name, "dilation", dilation, rank, 1)
    .map((step, i) => step * (weight.shape[i + 2]! - 1))
    .flatMap((total) => [Math.ceil(total / 2), Math.floor(total / 2)])
    .reverse();
}

/** Calls `run` with a batch; that of a single example has one, whose dimension goes again. */
const inBatch = (
  name: string,
  input: Tensor,
  rank: number,
  run: (batch: Tensor) => Tensor,
): Tensor => (isBatch(name, input, rank) ? run(input) : run(input.unsqueeze(0)).squeeze(0));

function biased(name: string, y: Tensor, bias: Tensor | null): Tensor {
  if (bias === null) return y;
  checkTensors(name, { bias });
  const [, filters, ...sizes] = y.shape;
  if (bias.shape.length !== 1 || bias.shape[0] !== filters) {
    throw new ShapeError(
      `${name}: the bias has shape ${format(bias.shape)}, and there are ${filters} filters; give ` +
        `it the shape [${filters}].`,
    );
  }
  if (bias.dtype !== y.dtype) {
    throw new DTypeError(
      `${name}: the bias is ${bias.dtype}, input and weight ${y.dtype}; convert one, for example ` +
        `bias.to("${y.dtype}").`,
    );
  }
  return y.add(bias.reshape([filters!, ...sizes.map(() => 1)]));
}

/**
 * Windows of a signal, filtered: input [n, channels, length] or without n, weight [filters,
 * channels / groups, window], bias [filters] or none, to [n, filters, places]; see conv2d.
 * @example
 * const x = tensor([[1, 2, 3, 4]]);
 * functional.conv1d(x, tensor([[[1, -1]]])) // tensor([[-1., -1., -1.]])
 * functional.conv1d(x, ones([1, 1, 3]), null, { padding: "same" }) // tensor([[3., 6., 9., 7.]])
 */
export const conv1d = conv(1);

/**
 * Windows of a picture, filtered: input [n, channels, height, width] or without n, weight [filters,
 * channels / groups, height, width], bias [filters] or none. A window at each place multiplies what
 * it covers and sums it up, the same for all places. Throws a ShapeError where sizes do not fit.
 * @example
 * const x = ones([1, 3, 8, 8]);
 * functional.conv2d(x, ones([4, 3, 3, 3]), zeros([4]), { padding: 1 }).shape // [ 1, 4, 8, 8 ]
 * functional.conv2d(x, ones([6, 1, 3, 3]), null, { stride: 2, groups: 3 }).shape // [ 1, 6, 3, 3 ]
 * functional.conv2d(x, ones([4, 2, 3, 3])) // throws ShapeError: convolution: [1, 3, 8, 8] × [4, 2,
 */
export const conv2d = conv(2);

/**
 * Windows of a volume, filtered: input [n, channels, depth, height, width] or without n, weight
 * [filters, channels / groups, depth, height, width], bias [filters] or none; see conv2d.
 * @example
 * functional.conv3d(ones([1, 2, 4, 4, 4]), ones([5, 2, 2, 2, 2])).shape // [ 1, 5, 3, 3, 3 ]
 */
export const conv3d = conv(3);

/**
 * The way back of `conv1d`, from places to the signal: input [n, channels, places] or without n,
 * weight [channels, filters / groups, window], bias [filters] or none.
 * @example
 * const x = tensor([[1, 2]]);
 * functional.convTranspose1d(x, tensor([[[1, 1]]])) // tensor([[1., 3., 2.]])
 */
export const convTranspose1d = convTranspose(1);

/**
 * The way back of `conv2d`, from places to the picture, as its derivative by the input goes: input
 * [n, channels, height, width] or without n, weight [channels, filters / groups, height, width],
 * bias [filters] or none. It makes a picture `stride` times as large.
 * @example
 * const x = ones([1, 4, 5, 5]);
 * functional.convTranspose2d(x, ones([4, 3, 2, 2]), null, { stride: 2 }).shape // [ 1, 3, 10, 10 ]
 */
export const convTranspose2d = convTranspose(2);

/**
 * The way back of `conv3d`, from places to the volume; see convTranspose2d.
 * @example
 * functional.convTranspose3d(ones([1, 2, 2, 2]), ones([1, 5, 3, 3, 3])).shape // [ 5, 4, 4, 4 ]
 */
export const convTranspose3d = convTranspose(3);
