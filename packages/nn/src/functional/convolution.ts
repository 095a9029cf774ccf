/**
 * Convolutions under PyTorch's names, one for each number of dimensions: with a bias, with padding
 * by name, and of a single example, without the dimension of a batch. What a convolution is, and
 * its derivatives: ops/convolution.ts in core.
 */
import { ArgumentError, ShapeError, convolution, pad, transposedConvolution } from "@nabla/core";
import type { ConvolutionOptions, Tensor, TransposedConvolutionOptions } from "@nabla/core";

import { readOptions } from "../options.js";
import { perDimension, withBatch } from "./windows.js";

/** What conv1d, conv2d and conv3d take last; a number is for every dimension. */
export interface ConvOptions extends Omit<ConvolutionOptions, "padding"> {
  /**
   * So many zeros around the input, 0 unless given; `"valid"` is none, `"same"` as many as make the
   * result as large as the input, where the stride is 1.
   */
  readonly padding?: ConvolutionOptions["padding"] | "same" | "valid";
}

type Conv<Options> = (
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options?: Options,
) => Tensor;
