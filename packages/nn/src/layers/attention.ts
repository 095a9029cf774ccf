/**
 * Attention with several heads, and the weights that make queries, keys and values. One head:
 * functional/attention.ts. The layers of transformers: transformer.ts.
 */
import { ArgumentError, ShapeError, cat, empty, noGrad, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkOptional, checkRange, checkShape, checkTensors, showShape } from "../checks.js";
import * as F from "../functional/index.js";
import { xavierNormal_, xavierUniform_ } from "../init.js";
import { parameter } from "../members.js";
import { Module } from "../module.js";
import type { Attending, Given } from "../shape-types.js";
import { checkCounts, layerOptions } from "./layer.js";
import { Linear } from "./linear.js";

/** What `MultiheadAttention` takes last. */
export interface MultiheadAttentionOptions {
  /** The probability with which weights are left out in training; 0 unless said otherwise. */
  readonly dropout?: number;
  /** Whether biases are learned, too; `true` unless said otherwise. */
  readonly bias?: boolean;
  /** Whether a key and a value that are learned are added; `false` unless said otherwise. */
  readonly addBiasKv?: boolean;
  /** Whether a key and a value of zeros are added; `false` unless said otherwise. */
  readonly addZeroAttn?: boolean;
  /** The size of keys; `embedDim` if null. */
  readonly kdim?: number | null;
  /** The size of values; `embedDim` if null. */
  readonly vdim?: number | null;
  /** Whether all are [n, length, size] and not [length, n, size]; `false` unless said otherwise. */
  readonly batchFirst?: boolean;
}

/** What attention takes besides queries, keys and values. */
export interface AttendOptions {
  /** [n, keys] or [keys]: true for keys that are left out, or numbers that are added. */
  readonly keyPaddingMask?: Tensor | null;
  /** Whether the weights come with the result, else null; `true` unless said otherwise. */
  readonly needWeights?: boolean;
  /**
   * [queries, keys] or [n · heads, queries, keys]: true where a query must not look, or numbers
   * that are added.
   */
  readonly attnMask?: Tensor | null;
  /** Whether the weights are the mean of all heads'; `true` unless said otherwise. */
  readonly averageAttnWeights?: boolean;
}

/**
 * Attention with `numHeads` heads: queries [length, n, embedDim], keys and values of another length
 * (first n with `batchFirst`, or without n) to a pair: what the queries found, of their shape, and
 * the weights [n, queries, keys]. In a mask true means: not to be looked at, as in PyTorch, and
 * other than in `functional.scaledDotProductAttention`. Throws an ArgumentError where heads do not
 * divide `embedDim`. Source: Vaswani et al., "Attention is all you need" (2017).
 * @example
 * const attention = new MultiheadAttention(4, 2, { batchFirst: true });
 * const x = ones([5, 3, 4]);
 * const [found, weights] = attention.call(x, x, x);
 * found.shape // [ 5, 3, 4 ]
 * weights.shape // [ 5, 3, 3 ]
 */
export class MultiheadAttention<
  Size extends number = number,
  const O extends MultiheadAttentionOptions = number extends Size
    ? MultiheadAttentionOptions
    : object,
> extends Module {
  /** The size of queries and results. */
  readonly embedDim: number;
  /** The number of heads. */
  readonly numHeads: number;
  /** The probability with which weights are left out in training. */
  dropout: number;
  /** Whether a key and a value of zeros are added. */
  readonly addZeroAttn: boolean;
  /** Whether all are [n, length, size]. */
  readonly batchFirst: boolean;
  /** The size of keys. */
  readonly kdim: number;
  /** The size of values. */
  readonly vdim: number;
  /** The weights of queries, keys and values, [3 · embedDim, embedDim]; null if sizes differ. */
  inProjWeight: Tensor | null;
  /** [embedDim, embedDim] if sizes differ. */
  qProjWeight: Tensor | null;
  /** [embedDim, kdim] if sizes differ. */
  kProjWeight: Tensor | null;
  /** [embedDim, vdim] if sizes differ. */
  vProjWeight: Tensor | null;
  /** [3 · embedDim], or null. */
  inProjBias: Tensor | null;
  /** The key that is added, [1, 1, embedDim], or null. */
  biasK: Tensor | null;
  /** The value that is added, [1, 1, embedDim], or null. */
  biasV: Tensor | null;
  /** Makes the result of what the heads found. */
  outProj: Linear;

  constructor(embedDim: Size, numHeads: number, options?: O) {
    super();
    const name = "MultiheadAttention";
    const all = layerOptions<MultiheadAttentionOptions>(name, options ?? {}, {
      dropout: 0,
      bias: true,
      addBiasKv: false,
      addZeroAttn: false,
      kdim: null,
      vdim: null,
      batchFirst: false,
    });
    const { kdim, vdim, dropout } = {
      ...all,
      kdim: all.kdim ?? embedDim,
      vdim: all.vdim ?? embedDim,
    };
    checkCounts(name, { embedDim, numHeads, kdim, vdim });
    checkRange(name, "dropout", dropout, 0, 1);
    if (embedDim % numHeads !== 0) {
      throw new ArgumentError(`${name}: ${numHeads} heads do not divide embedDim ${embedDim}.`);
    }
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.dropout = dropout;
    this.addZeroAttn = all.addZeroAttn;
    this.batchFirst = all.batchFirst;
    this.kdim = kdim;
    this.vdim = vdim;
    const isOne = kdim === embedDim && vdim === embedDim;
    const weight = (rows: number, columns: number, isWanted: boolean): Tensor | null =>
      isWanted ? parameter(empty([rows, columns])) : null;
    this.inProjWeight = weight(3 * embedDim, embedDim, isOne);
    this.qProjWeight = weight(embedDim, embedDim, !isOne);
    this.kProjWeight = weight(embedDim, kdim, !isOne);
    this.vProjWeight = weight(embedDim, vdim, !isOne);
    this.inProjBias = all.bias ? parameter(empty([3 * embedDim])) : null;
    this.biasK = all.addBiasKv ? parameter(empty([1, 1, embedDim])) : null;
    this.biasV = all.addBiasKv ? parameter(empty([1, 1, embedDim])) : null;
    this.outProj = new Linear<number>(embedDim, embedDim, { bias: all.bias });
    this.resetParameters();
  }

  /**
   * Draws the parameters anew: weights by Xavier, biases 0.
   * @example
   * const attention = new MultiheadAttention(4, 2);
   * attention.resetParameters();
   * attention.inProjBias.detach().abs().max() // tensor(0.)
   */
  resetParameters(): void {
    for (const weight of [
      this.inProjWeight,
      this.qProjWeight,
      this.kProjWeight,
      this.vProjWeight,
    ]) {
      if (weight !== null) xavierUniform_(weight);
    }
    for (const weight of [this.biasK, this.biasV]) if (weight !== null) xavierNormal_(weight);
    this.outProj.resetParameters();
    noGrad(() => {
      this.inProjBias?.zero_();
      this.outProj.bias?.zero_();
    });
  }

  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: AttendOptions = {},
  ): [found: Tensor, weights: Tensor | null] {
    const name = "MultiheadAttention";
    const all = layerOptions<AttendOptions>(name, options, {
      keyPaddingMask: null,
      needWeights: true,
      attnMask: null,
      averageAttnWeights: true,
    });
    checkTensors(name, { query, key, value });
    checkOptional(name, { keyPaddingMask: all.keyPaddingMask, attnMask: all.attnMask });
    const isBatch = query.dim() === 3;
    this.checkInputs({ query, key, value });
    const [q, k, v] = [query, key, value].map((x) => {
      if (!isBatch) return x.unsqueeze(0);
      return this.batchFirst ? x : x.transpose(0, 1);
    }) as [Tensor, Tensor, Tensor];
    const [queries, keys, values] = this.project([q, k, v]);
    const mask = this.mask(all, [q.size(0), q.size(1), k.size(1)], keys.size(1), q);
    const [found, weights] = F.scaledDotProductAttention(
      this.heads(queries),
      this.heads(keys),
      this.heads(values),
      { attnMask: mask, dropoutP: this.training ? this.dropout : 0, needAttnWeights: true },
    );
    const result = this.outProj.call(found.transpose(1, 2).flatten(2));
    const shown = all.averageAttnWeights ? weights.mean(1) : weights;
    const placed = isBatch
      ? this.batchFirst
        ? result
        : result.transpose(0, 1)
      : result.squeeze(0);
    if (!all.needWeights) return [placed, null];
    return [placed, isBatch ? shown : shown.squeeze(0)];
  }

  private checkInputs(inputs: Readonly<Record<"query" | "key" | "value", Tensor>>): void {
    const sizes = { query: this.embedDim, key: this.kdim, value: this.vdim };
    const { query, key, value } = inputs;
    for (const [what, x] of Object.entries(inputs) as [keyof typeof sizes, Tensor][]) {
      const isFitting = x.dim() === query.dim() && (x.dim() === 2 || x.dim() === 3);
      if (isFitting && x.size(-1) === sizes[what]) continue;
      throw new ShapeError(
        `MultiheadAttention: the ${what} has shape ${showShape(x)}; all take two dimensions or ` +
          `all three, and its last is ${sizes[what]}.`,
      );
    }
    const batch = this.batchFirst ? 0 : 1;
    const [lengths, values] = [key.shape.slice(0, -1), value.shape.slice(0, -1)];
    const isOneBatch = query.dim() === 2 || query.size(batch) === key.size(batch);
    if (isOneBatch && lengths.join() === values.join()) return;
    throw new ShapeError(
      `MultiheadAttention: query ${showShape(query)}, key ${showShape(key)} and value ` +
        `${showShape(value)} do not fit; there is a value for each key, and one n.`,
    );
  }

  /** Queries, keys and values of size embedDim, with those that are added. */
  private project(inputs: readonly [Tensor, Tensor, Tensor]): [Tensor, Tensor, Tensor] {
    const weights = this.inProjWeight?.chunk(3) ?? [
      this.qProjWeight!,
      this.kProjWeight!,
      this.vProjWeight!,
    ];
    const biases = this.inProjBias?.chunk(3) ?? [];
    const [queries, ...others] = inputs.map((x, i) => F.linear(x, weights[i]!, biases[i] ?? null));
    const added = others.map((x, i) => {
      const learned = i === 0 ? this.biasK : this.biasV;
      const shape = [x.size(0), 1, this.embedDim];
      const rows = learned === null ? [x] : [x, learned.expand(shape)];
      return cat(this.addZeroAttn ? [...rows, x.newZeros(shape)] : rows, 1);
    });
    return [queries!, added[0]!, added[1]!];
  }

  /** [n, length, embedDim] as [n, heads, length, size]. */
  private heads(x: Tensor): Tensor {
    return x.unflatten(-1, [this.numHeads, this.embedDim / this.numHeads]).transpose(1, 2);
  }

  /** What is added to the products: both masks, and 0 for keys that were added. */
  private mask(
    { attnMask, keyPaddingMask }: Required<AttendOptions>,
    [n, queries, keys]: readonly [number, number, number],
    allKeys: number,
    like: Tensor,
  ): Tensor | null {
    const asNumbers = (mask: Tensor): Tensor =>
      mask.dtype === "bool"
        ? zeros(mask.shape, { dtype: like.dtype }).maskedFill(mask, -Infinity)
        : mask;
    const masks: Tensor[] = [];
    if (attnMask !== null) {
      const shape = attnMask.dim() === 3 ? [n * this.numHeads, queries, keys] : [queries, keys];
      checkShape("MultiheadAttention", "attnMask", attnMask, shape);
      const whole = asNumbers(attnMask);
      masks.push(attnMask.dim() === 3 ? whole.reshape([n, this.numHeads, queries, keys]) : whole);
    }
    if (keyPaddingMask !== null) {
      const shape = keyPaddingMask.dim() === 1 && n === 1 ? [keys] : [n, keys];
      checkShape("MultiheadAttention", "keyPaddingMask", keyPaddingMask, shape);
      masks.push(asNumbers(keyPaddingMask).reshape([n, 1, 1, keys]));
    }
    if (masks.length === 0) return null;
    const all = masks.length === 1 ? masks[0]! : masks[0]!.add(masks[1]!);
    return F.pad(all, [0, allKeys - keys]);
  }
}
export interface MultiheadAttention<
  Size extends number,
  O extends MultiheadAttentionOptions,
> extends Attending<
  `MultiheadAttention(${Size})`,
  O,
  Size,
  SizeOr<Given<O, "kdim", Size>, Size>,
  SizeOr<Given<O, "vdim", Size>, Size>,
  "weighted"
> {}
/** The size that was given, or another one for null. */
type SizeOr<Given, Size> = Given extends null ? Size : Given extends number ? Given : number;
