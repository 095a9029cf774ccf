/**
 * The layers of transformers: attention and a small network, each added to what it got. Source:
 * Vaswani et al., "Attention is all you need" (2017). Attention itself: attention.ts.
 */
import { ArgumentError } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { Module } from "../module.js";
import type { Attending, Maps } from "../shape-types.js";
import { MultiheadAttention } from "./attention.js";
import { Dropout } from "./dropout.js";
import { layerOptions } from "./layer.js";
import { Linear } from "./linear.js";
import { LayerNorm } from "./normalization.js";

/** What `TransformerEncoderLayer` and `TransformerDecoderLayer` take last. */
export interface TransformerLayerOptions {
  /** The size between the two layers of the small network; 2048 unless said otherwise. */
  readonly dimFeedforward?: number;
  /** The probability with which elements are left out in training; 0.1 unless said otherwise. */
  readonly dropout?: number;
  /** What stands between the two layers; `"relu"` unless said otherwise. */
  readonly activation?: "relu" | "gelu" | ((x: Tensor) => Tensor);
  /** What is added to variances; 1e-5 unless said otherwise. */
  readonly layerNormEps?: number;
  /** Whether inputs are [n, length, size] and not [length, n, size]; `false` unless said. */
  readonly batchFirst?: boolean;
  /** Whether what goes into a part is normalized, and not the sum behind it; `false` unless. */
  readonly normFirst?: boolean;
  /** Whether biases are learned, too; `true` unless said otherwise. */
  readonly bias?: boolean;
}

/** What `TransformerEncoderLayer` takes besides its input. */
export interface EncodeOptions {
  /** As `attnMask` of `MultiheadAttention`. */
  readonly srcMask?: Tensor | null;
  /** As `keyPaddingMask` of `MultiheadAttention`. */
  readonly srcKeyPaddingMask?: Tensor | null;
}

/** What `TransformerDecoderLayer` takes besides its inputs. */
export interface DecodeOptions {
  /** As `attnMask` of the attention to the target. */
  readonly tgtMask?: Tensor | null;
  /** As `attnMask` of the attention to the memory. */
  readonly memoryMask?: Tensor | null;
  /** As `keyPaddingMask` of the attention to the target. */
  readonly tgtKeyPaddingMask?: Tensor | null;
  /** As `keyPaddingMask` of the attention to the memory. */
  readonly memoryKeyPaddingMask?: Tensor | null;
}

/** What both kinds have. */
abstract class TransformerLayer<Memory extends MultiheadAttention | null> extends Module {
  /** The attention to the input itself. */
  selfAttn: MultiheadAttention;
  /** The attention of a decoder to the memory; in an encoder null. */
  multiheadAttn: Memory;
  /** The first layer of the small network. */
  linear1: Linear;
  /** What is left out between its two layers. */
  dropout: Dropout;
  /** Its second layer. */
  linear2: Linear;
  /** The normalization of the first part. */
  norm1: LayerNorm;
  /** The normalization of the second part. */
  norm2: LayerNorm;
  /** What is left out of the first part. */
  dropout1: Dropout;
  /** What is left out of the second part. */
  dropout2: Dropout;
  /** Whether what goes into a part is normalized, and not the sum behind it. */
  readonly normFirst: boolean;
  readonly #activation: (x: Tensor) => Tensor;

  protected constructor(
    dModel: number,
    nhead: number,
    options: TransformerLayerOptions,
    toMemory: (attention: () => MultiheadAttention) => Memory,
  ) {
    super();
    const { name } = new.target;
    const { activation = "relu", ...others } = options ?? {};
    const all = layerOptions<Omit<TransformerLayerOptions, "activation">>(name, others, {
      dimFeedforward: 2048,
      dropout: 0.1,
      layerNormEps: 1e-5,
      batchFirst: false,
      normFirst: false,
      bias: true,
    });
    const { dimFeedforward, dropout, layerNormEps: eps, batchFirst, normFirst, bias } = all;
    if (activation !== "relu" && activation !== "gelu" && typeof activation !== "function") {
      throw new ArgumentError(`${name}: activation must be "relu", "gelu" or a function.`);
    }
    this.#activation =
      typeof activation === "function"
        ? activation
        : (x) => (activation === "relu" ? x.relu() : x.gelu());
    const attention = (): MultiheadAttention =>
      new MultiheadAttention<number>(dModel, nhead, { dropout, bias, batchFirst });
    this.selfAttn = attention();
    this.multiheadAttn = toMemory(attention);
    this.linear1 = new Linear<number>(dModel, dimFeedforward, { bias });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear<number>(dimFeedforward, dModel, { bias });
    this.norm1 = new LayerNorm(dModel, { eps, bias });
    this.norm2 = new LayerNorm(dModel, { eps, bias });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.normFirst = normFirst;
  }

  /** A part: x + dropout(part(x)), normalized before the part or behind the sum. */
  protected residual(
    x: Tensor,
    norm: LayerNorm,
    dropout: Dropout,
    part: (x: Tensor) => Tensor,
  ): Tensor {
    const added = x.add(dropout.call(part(this.normFirst ? norm.call(x) : x)));
    return this.normFirst ? added : norm.call(added);
  }

  /** The small network. */
  protected feed(x: Tensor): Tensor {
    return this.linear2.call(this.dropout.call(this.#activation(this.linear1.call(x))));
  }
}

/**
 * Attention of a sequence [length, n, dModel] (first n with `batchFirst`, or without n) to itself,
 * then a small network; of the same shape.
 * @example
 * const layer = new TransformerEncoderLayer(4, 2, { dimFeedforward: 8, batchFirst: true });
 * layer.call(ones([5, 3, 4])).shape // [ 5, 3, 4 ]
 */
export class TransformerEncoderLayer<Size extends number = number> extends TransformerLayer<null> {
  constructor(dModel: Size, nhead: number, options: TransformerLayerOptions = {}) {
    super(dModel, nhead, options, () => null);
  }

  override forward(src: Tensor, options: EncodeOptions = {}): Tensor {
    const defaults = { srcMask: null, srcKeyPaddingMask: null };
    const masks = layerOptions<EncodeOptions>("TransformerEncoderLayer", options, defaults);
    const attended = this.residual(src, this.norm1, this.dropout1, (x) => {
      const settings = { attnMask: masks.srcMask, keyPaddingMask: masks.srcKeyPaddingMask };
      return this.selfAttn.call(x, x, x, { ...settings, needWeights: false })[0];
    });
    return this.residual(attended, this.norm2, this.dropout2, (x) => this.feed(x));
  }
}
export interface TransformerEncoderLayer<Size extends number> extends Maps<
  ["sequence", `TransformerEncoderLayer(${Size})`, Size, Size, 2 | 3, "one"]
> {}

/**
 * Attention of a sequence [length, n, dModel] to itself, then to a memory, what an encoder gave of
 * another sequence, then a small network; of the shape of the first.
 * @example
 * const layer = new TransformerDecoderLayer(4, 2, { dimFeedforward: 8, batchFirst: true });
 * layer.call(ones([5, 3, 4]), ones([5, 6, 4])).shape // [ 5, 3, 4 ]
 */
export class TransformerDecoderLayer<
  Size extends number = number,
  const O extends TransformerLayerOptions = number extends Size ? TransformerLayerOptions : object,
> extends TransformerLayer<MultiheadAttention> {
  /** The normalization of the third part. */
  norm3: LayerNorm;
  /** What is left out of the third part. */
  dropout3: Dropout;

  constructor(dModel: Size, nhead: number, options?: O) {
    super(dModel, nhead, options ?? {}, (attention) => attention());
    const {
      dropout = 0.1,
      layerNormEps: eps = 1e-5,
      bias = true,
    } = (options as TransformerLayerOptions | undefined) ?? {};
    this.norm3 = new LayerNorm(dModel, { eps, bias });
    this.dropout3 = new Dropout(dropout);
  }

  override forward(tgt: Tensor, memory: Tensor, options: DecodeOptions = {}): Tensor {
    const masks = layerOptions<DecodeOptions>("TransformerDecoderLayer", options, {
      tgtMask: null,
      memoryMask: null,
      tgtKeyPaddingMask: null,
      memoryKeyPaddingMask: null,
    });
    const attended = this.residual(tgt, this.norm1, this.dropout1, (x) => {
      const settings = { attnMask: masks.tgtMask, keyPaddingMask: masks.tgtKeyPaddingMask };
      return this.selfAttn.call(x, x, x, { ...settings, needWeights: false })[0];
    });
    const recalled = this.residual(attended, this.norm2, this.dropout2, (x) => {
      const settings = { attnMask: masks.memoryMask, keyPaddingMask: masks.memoryKeyPaddingMask };
      return this.multiheadAttn.call(x, memory, memory, { ...settings, needWeights: false })[0];
    });
    return this.residual(recalled, this.norm3, this.dropout3, (x) => this.feed(x));
  }
}
export interface TransformerDecoderLayer<
  Size extends number,
  O extends TransformerLayerOptions,
> extends Attending<`TransformerDecoderLayer(${Size})`, O, Size> {}
