/**
 * Attention: each query looks at all keys, and takes their values by how well they fit. Not here:
 * several heads, and the weights that make queries, keys and values.
 */
import { ArgumentError, ones, readOptions } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkOptional, checkTensors } from "../checks.js";
import { dropout } from "./dropout.js";

/** What `scaledDotProductAttention` takes. */
export interface AttentionOptions {
  /**
   * Of a shape that broadcasts to [..., queries, keys]: a bool tensor that is true where a query
   * may look, or numbers that are added before the softmax; nothing if null.
   */
  readonly attnMask?: Tensor | null;
  /** The probability with which weights are left out; 0 unless said otherwise. */
  readonly dropoutP?: number;
  /** Whether a query sees only keys up to its own position; `false` unless said otherwise. */
  readonly isCausal?: boolean;
  /** What the products are multiplied by; 1 / √size of a query if null. */
  readonly scale?: number | null;
  /** Whether the weights come with the result, as a pair; `false` unless said otherwise. */
  readonly needAttnWeights?: boolean;
}

/**
 * softmax(query · keyᵀ / √E) · value: from queries [..., L, E], keys [..., S, E] and values
 * [..., S, V] to [..., L, V]. Throws an ArgumentError where there is a mask and `isCausal`, and a
 * ShapeError where shapes do not fit. Dropout is always on: give 0 when not training. Source:
 * Vaswani et al., "Attention is all you need" (2017).
 * @example
 * const [query, key] = [tensor([[0, 0]]), tensor([[1, 2], [3, 4]])];
 * functional.scaledDotProductAttention(query, key, tensor([[1], [3]])) // tensor([[2.]])
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions & { readonly needAttnWeights: true },
): [result: Tensor, weights: Tensor];
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options?: AttentionOptions,
): Tensor;
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor | [Tensor, Tensor] {
  const name = "scaledDotProductAttention";
  checkTensors(name, { query, key, value });
  const all = readOptions<AttentionOptions>(name, options, {
    attnMask: null,
    dropoutP: 0,
    isCausal: false,
    scale: null,
    needAttnWeights: false,
  });
  checkOptional(name, { attnMask: all.attnMask });
  if (all.isCausal && all.attnMask !== null) {
    throw new ArgumentError(`${name}: it takes a mask or isCausal, not both; leave one out.`);
  }
  const products = query.mul(all.scale ?? 1 / Math.sqrt(query.size(-1))).matmul(key.mT);
  const mask = all.isCausal ? causal(products) : all.attnMask;
  const masked =
    mask?.dtype === "bool"
      ? products.maskedFill(mask.logicalNot(), -Infinity)
      : mask === null
        ? products
        : products.add(mask);
  const weights = dropout(masked.softmax(-1), { p: all.dropoutP });
  const result = weights.matmul(value);
  return all.needAttnWeights ? [result, weights] : result;
}

/** True where the position of the key is not behind that of the query. */
const causal = ({ shape }: Tensor): Tensor => ones(shape.slice(-2), { dtype: "bool" }).tril();
