/**
 * Convolutions as layers, and transposed ones, in one to three dimensions: one class of each kind,
 * of which the public ones differ in the number of dimensions. What they compute:
 * functional/convolution.ts.
 */
import { ArgumentError, ShapeError, empty, pad } from "@nabla/core";
import type { PadOptions, Tensor, TransposedConvolutionOptions } from "@nabla/core";

import { checkSize, checkTensors, format } from "../checks.js";
import * as F from "../functional/index.js";
import { parameter } from "../members.js";
import { Module } from "../module.js";
import type { Given, Maps, Sliding } from "../shape-types.js";
import { perDimension } from "../sizes.js";
import type { Sizes } from "../sizes.js";
import { checkCounts, defaultWeights, layerOptions, plain } from "./layer.js";

/** How a layer's window moves; a number is for every dimension. */
interface WindowOptions {
  /** From one place of the window to the next; 1 unless given. */
  readonly stride?: Sizes;
  /** From one element of a window to the next; 1 unless given. */
  readonly dilation?: Sizes;
  /** Into so many groups channels are split, each with outputs of its own; 1 unless given. */
  readonly groups?: number;
  /** Whether something is added to each channel that is learned, too; `true` unless given. */
  readonly bias?: boolean;
}

/** What `Conv1d`, `Conv2d` and `Conv3d` take last. */
export interface ConvLayerOptions extends WindowOptions {
  /** So much is added around the input, 0 unless given; `"same"` keeps its size, `"valid"` is 0. */
  readonly padding?: Sizes | "same" | "valid";
  /** What is added; `"zeros"` unless given. */
  readonly paddingMode?: "zeros" | "reflect" | "replicate" | "circular";
}

/** What `ConvTranspose1d`, `ConvTranspose2d` and `ConvTranspose3d` take last. */
export interface ConvTransposeLayerOptions extends WindowOptions {
  /** So much is taken away around the result; 0 unless given. */
  readonly padding?: Sizes;
  /** So much is added at the ends of the result, less than the stride; 0 unless given. */
  readonly outputPadding?: Sizes;
}

const convolutions = { 1: F.conv1d, 2: F.conv2d, 3: F.conv3d };
const transposed = { 1: F.convTranspose1d, 2: F.convTranspose2d, 3: F.convTranspose3d };
type Convolve<O> = (x: Tensor, weight: Tensor, bias: Tensor | null, options: O) => Tensor;
const common = { stride: [1], padding: [0], dilation: [1], groups: 1, bias: true };

/** What both kinds have. */
abstract class Windowed extends Module {
  /** The input's channels. */
  readonly inChannels: number;
  /** The result's channels. */
  readonly outChannels: number;
  /** The sizes of the window. */
  readonly kernelSize: readonly number[];
  /** From one place of the window to the next. */
  readonly stride: readonly number[];
  /** From one element of a window to the next. */
  readonly dilation: readonly number[];
  /** So many groups of channels have nothing to do with each other. */
  readonly groups: number;
  /** For a convolution [outChannels, inChannels / groups, ...kernelSize]. */
  weight: Tensor;
  /** [outChannels], or null. */
  bias: Tensor | null;

  protected constructor(
    channels: readonly [inChannels: number, outChannels: number],
    kernelSize: Sizes,
    options: Required<WindowOptions>,
    rank: number,
    isTransposed: boolean,
  ) {
    super();
    const { name } = new.target;
    const { stride, dilation, groups, bias } = options;
    const [inChannels, outChannels] = channels;
    checkCounts(name, { inChannels, outChannels, groups });
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ArgumentError(
        `${name}: ${groups} groups do not divide ${inChannels} and ${outChannels} channels.`,
      );
    }
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = perDimension(name, "kernelSize", kernelSize, rank, 1);
    this.stride = perDimension(name, "stride", stride, rank, 1);
    this.dilation = perDimension(name, "dilation", dilation, rank, 1);
    this.groups = groups;
    const [from, to] = isTransposed ? [outChannels, inChannels] : [inChannels, outChannels];
    this.weight = parameter(empty([to, from / groups, ...this.kernelSize]));
    this.bias = bias ? parameter(empty([outChannels])) : null;
    this.resetParameters();
  }

  /** In how many dimensions the window moves. */
  protected rank(): 1 | 2 | 3 {
    return this.kernelSize.length as 1 | 2 | 3;
  }

  /** Throws a ShapeError for an input with other channels than this layer takes. */
  protected checkChannels(input: Tensor): void {
    const { name } = this.constructor;
    checkTensors(name, { input });
    // How many dimensions it takes the function says.
    const isThere = [this.rank() + 1, this.rank() + 2].includes(input.dim());
    if (isThere) checkSize(name, input, -1 - this.rank(), this.inChannels);
  }

  /** Draws the parameters anew, uniform between ±1 / √fanIn. */
  resetParameters(): void {
    defaultWeights(this.weight, this.bias);
  }
}

/** A convolution of `rank` dimensions. */
abstract class Conv extends Windowed {
  /** So much is added around the input. */
  readonly padding: readonly number[] | "same" | "valid";
  /** What is added. */
  readonly paddingMode: "zeros" | "reflect" | "replicate" | "circular";

  protected constructor(
    rank: number,
    channels: readonly [inChannels: number, outChannels: number],
    kernelSize: Sizes,
    options: ConvLayerOptions = {},
  ) {
    const { name } = new.target;
    const all = layerOptions<ConvLayerOptions>(name, options, { ...common, paddingMode: "zeros" });
    super(channels, kernelSize, all, rank, false);
    const { padding, paddingMode } = all;
    if (!["zeros", "reflect", "replicate", "circular"].includes(paddingMode)) {
      throw new ArgumentError(
        `${name}: there is no paddingMode "${paddingMode}"; use "zeros", "reflect", ` +
          '"replicate" or "circular".',
      );
    }
    if (typeof padding === "string" && padding !== "same" && padding !== "valid") {
      throw new ArgumentError(`${name}: padding is "${String(padding)}"; use "same" or "valid".`);
    }
    if (padding === "same" && this.stride.some((step) => step !== 1)) {
      throw new ArgumentError(`${name}: padding "same" needs a stride of 1.`);
    }
    this.padding =
      typeof padding === "string" ? padding : perDimension(name, "padding", padding, rank, 0);
    this.paddingMode = paddingMode;
  }

  override forward(input: Tensor): Tensor {
    this.checkChannels(input);
    const { stride, dilation, groups, padding, paddingMode: mode } = this;
    const rest = { stride, dilation, groups };
    const convolve = plain<Convolve<F.ConvOptions>>(convolutions[this.rank()]);
    if (mode === "zeros") {
      return convolve(input, this.weight, this.bias, { ...rest, padding });
    }
    const padded = pad(input, this.sides(), { mode } satisfies PadOptions);
    return convolve(padded, this.weight, this.bias, rest);
  }

  /** What is added before and after, from the last dimension on. */
  private sides(): number[] {
    const around = this.kernelSize.map((size, i) => {
      if (typeof this.padding !== "string") return [this.padding[i]!, this.padding[i]!];
      const total = this.padding === "same" ? this.dilation[i]! * (size - 1) : 0;
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
    return around.reverse().flatMap((sides) => sides);
  }
}

/** A transposed convolution of `rank` dimensions. */
abstract class ConvTranspose extends Windowed {
  /** So much is taken away around the result. */
  readonly padding: readonly number[];
  /** So much is added at the ends of the result. */
  readonly outputPadding: readonly number[];

  protected constructor(
    rank: number,
    channels: readonly [inChannels: number, outChannels: number],
    kernelSize: Sizes,
    options: ConvTransposeLayerOptions = {},
  ) {
    const { name } = new.target;
    const defaults = { ...common, outputPadding: [0] };
    const all = layerOptions<ConvTransposeLayerOptions>(name, options, defaults);
    super(channels, kernelSize, all, rank, true);
    this.padding = perDimension(name, "padding", all.padding, rank, 0);
    this.outputPadding = perDimension(name, "outputPadding", all.outputPadding, rank, 0);
  }

  /** The sizes of the result decide between those that are possible where a stride is above 1. */
  override forward(input: Tensor, outputSize: readonly number[] | null = null): Tensor {
    this.checkChannels(input);
    const { stride, padding, dilation, groups } = this;
    const outputPadding =
      outputSize === null ? this.outputPadding : this.missing(input, outputSize);
    const rest = { stride, padding, outputPadding, dilation, groups };
    const convolve = plain<Convolve<TransposedConvolutionOptions>>(transposed[this.rank()]);
    return convolve(input, this.weight, this.bias, rest);
  }

  private missing({ shape }: Tensor, outputSize: readonly number[]): number[] {
    const rank = this.kernelSize.length;
    const wanted = outputSize.slice(-rank);
    return shape.slice(-rank).map((size, i) => {
      const least =
        (size - 1) * this.stride[i]! -
        2 * this.padding[i]! +
        this.dilation[i]! * (this.kernelSize[i]! - 1) +
        1;
      const more = (wanted[i] ?? Number.NaN) - least;
      if (more >= 0 && more < Math.max(this.stride[i]!, this.dilation[i]!)) return more;
      throw new ShapeError(
        `${this.constructor.name}: from ${format(shape)} no result of size ${format(outputSize)} ` +
          `can come; in that dimension there are at least ${least}.`,
      );
    });
  }
}

/**
 * A window of weights that moves over sequences [n, inChannels, length], or one without n; see
 * `functional.conv1d`. Weights start uniform between ±1 / √(the numbers that make one output).
 * Throws an ArgumentError for sizes that are no positive integers and for groups that do not divide
 * the channels.
 * @example
 * new Conv1d(2, 6, 3, { padding: 1 }).call(ones([1, 2, 4])).shape // [ 1, 6, 4 ]
 */
export class Conv1d<
  In extends number = number,
  Out extends number = number,
  const K extends Sizes = Sizes,
  const O extends ConvLayerOptions = Sizes extends K ? ConvLayerOptions : object,
> extends Conv {
  constructor(inChannels: In, outChannels: Out, kernelSize: K, options?: O) {
    super(1, [inChannels, outChannels], kernelSize, options);
  }
}
export interface Conv1d<
  In extends number,
  Out extends number,
  K extends Sizes,
  O extends ConvLayerOptions,
> extends Maps<["slide", `Conv1d(${In}, ${Out})`, 1, Sliding<K, O, 1>, In, Out]> {}

/**
 * A window of weights that moves over pictures [n, inChannels, height, width], or one without n;
 * see `functional.conv2d`. Weights start uniform between ±1 / √(the numbers that make one output).
 * Throws an ArgumentError for sizes that are no positive integers and for groups that do not divide
 * the channels.
 * @example
 * new Conv2d(2, 6, 3, { padding: 1 }).call(ones([1, 2, 4, 4])).shape // [ 1, 6, 4, 4 ]
 */
export class Conv2d<
  In extends number = number,
  Out extends number = number,
  const K extends Sizes = Sizes,
  const O extends ConvLayerOptions = Sizes extends K ? ConvLayerOptions : object,
> extends Conv {
  constructor(inChannels: In, outChannels: Out, kernelSize: K, options?: O) {
    super(2, [inChannels, outChannels], kernelSize, options);
  }
}
export interface Conv2d<
  In extends number,
  Out extends number,
  K extends Sizes,
  O extends ConvLayerOptions,
> extends Maps<["slide", `Conv2d(${In}, ${Out})`, 2, Sliding<K, O, 1>, In, Out]> {}

/**
 * A window of weights that moves over volumes [n, inChannels, depth, height, width], or one without
 * n; see `functional.conv3d`. Weights start uniform between ±1 / √(the numbers that make one
 * output). Throws an ArgumentError for sizes that are no positive integers and for groups that do
 * not divide the channels.
 * @example
 * new Conv3d(2, 6, 3, { padding: 1 }).call(ones([1, 2, 4, 4, 4])).shape // [ 1, 6, 4, 4, 4 ]
 */
export class Conv3d<
  In extends number = number,
  Out extends number = number,
  const K extends Sizes = Sizes,
  const O extends ConvLayerOptions = Sizes extends K ? ConvLayerOptions : object,
> extends Conv {
  constructor(inChannels: In, outChannels: Out, kernelSize: K, options?: O) {
    super(3, [inChannels, outChannels], kernelSize, options);
  }
}
export interface Conv3d<
  In extends number,
  Out extends number,
  K extends Sizes,
  O extends ConvLayerOptions,
> extends Maps<["slide", `Conv3d(${In}, ${Out})`, 3, Sliding<K, O, 1>, In, Out]> {}

/**
 * `Conv1d` the other way round, which enlarges sequences; see `functional.convTranspose1d`. The
 * weight is [inChannels, outChannels / groups, ...kernelSize].
 * @example
 * new ConvTranspose1d(2, 6, 2, { stride: 2 }).call(ones([1, 2, 4])).shape // [ 1, 6, 8 ]
 */
export class ConvTranspose1d<
  In extends number = number,
  Out extends number = number,
  const K extends Sizes = Sizes,
  const O extends ConvTransposeLayerOptions = Sizes extends K ? ConvTransposeLayerOptions : object,
> extends ConvTranspose {
  constructor(inChannels: In, outChannels: Out, kernelSize: K, options?: O) {
    super(1, [inChannels, outChannels], kernelSize, options);
  }
}
export interface ConvTranspose1d<
  In extends number,
  Out extends number,
  K extends Sizes,
  O extends ConvTransposeLayerOptions,
> extends Maps<
  [
    "enlarge",
    `ConvTranspose1d(${In}, ${Out})`,
    1,
    Sliding<K, O, 1, Given<O, "outputPadding", 0>>,
    In,
    Out,
  ]
> {}

/**
 * `Conv2d` the other way round, which enlarges pictures; see `functional.convTranspose2d`. The
 * weight is [inChannels, outChannels / groups, ...kernelSize].
 * @example
 * new ConvTranspose2d(2, 6, 2, { stride: 2 }).call(ones([1, 2, 4, 4])).shape // [ 1, 6, 8, 8 ]
 */
export class ConvTranspose2d<
  In extends number = number,
  Out extends number = number,
  const K extends Sizes = Sizes,
  const O extends ConvTransposeLayerOptions = Sizes extends K ? ConvTransposeLayerOptions : object,
> extends ConvTranspose {
  constructor(inChannels: In, outChannels: Out, kernelSize: K, options?: O) {
    super(2, [inChannels, outChannels], kernelSize, options);
  }
}
export interface ConvTranspose2d<
  In extends number,
  Out extends number,
  K extends Sizes,
  O extends ConvTransposeLayerOptions,
> extends Maps<
  [
    "enlarge",
    `ConvTranspose2d(${In}, ${Out})`,
    2,
    Sliding<K, O, 1, Given<O, "outputPadding", 0>>,
    In,
    Out,
  ]
> {}

/**
 * `Conv3d` the other way round, which enlarges volumes; see `functional.convTranspose3d`. The
 * weight is [inChannels, outChannels / groups, ...kernelSize].
 * @example
 * new ConvTranspose3d(2, 6, 2).call(ones([1, 2, 4, 4, 4])).shape // [ 1, 6, 5, 5, 5 ]
 */
export class ConvTranspose3d<
  In extends number = number,
  Out extends number = number,
  const K extends Sizes = Sizes,
  const O extends ConvTransposeLayerOptions = Sizes extends K ? ConvTransposeLayerOptions : object,
> extends ConvTranspose {
  constructor(inChannels: In, outChannels: Out, kernelSize: K, options?: O) {
    super(3, [inChannels, outChannels], kernelSize, options);
  }
}
export interface ConvTranspose3d<
  In extends number,
  Out extends number,
  K extends Sizes,
  O extends ConvTransposeLayerOptions,
> extends Maps<
  [
    "enlarge",
    `ConvTranspose3d(${In}, ${Out})`,
    3,
    Sliding<K, O, 1, Given<O, "outputPadding", 0>>,
    In,
    Out,
  ]
> {}
