/**
 * Padding as layers. `padding` is a number for every side, or [left, right] and so on from the last
 * dimension; negative numbers take away.
 */
import { ArgumentError, pad } from "@nabla/core";
import type { PadOptions, Tensor } from "@nabla/core";

import type { Padding } from "../shape-types.js";
import { isBatch } from "../sizes.js";
import type { Sizes } from "../sizes.js";
import { layer } from "./layer.js";
import type { LayerOf } from "./layer.js";

interface Fields {
  padding: Sizes;
}

function padded(x: Tensor, rank: number, padding: Sizes, options: PadOptions = {}): Tensor {
  const name = `padding of ${rank} dimensions`;
  isBatch(name, x, rank);
  const sides = typeof padding === "number" ? new Array<number>(2 * rank).fill(padding) : padding;
  if (sides?.length === 2 * rank) return pad(x, sides, options);
  throw new ArgumentError(`${name}: give a number, or a list of ${2 * rank}, two for each.`);
}

/** A class of paddings of which the compiler knows how much they add. */
const padding = (
  rank: number,
  mode: PadOptions["mode"] = "constant",
): new <K extends Sizes>(padding: K) => LayerOf<Fields> =>
  layer<[padding: Sizes], Fields>(["padding"], {}, ([x], { padding: sizes }) =>
    padded(x, rank, sizes, { mode }),
  );
const constant = (
  rank: number,
): new <K extends Sizes>(padding: K, value: number) => LayerOf<Fields & { value: number }> =>
  layer<[padding: Sizes, value: number], Fields & { value: number }>(
    ["padding", "value"],
    {},
    ([x], { padding: sizes, value }) => padded(x, rank, sizes, { value }),
  );

/**
 * Zeros around sequences [n, channels, length].
 * @example
 * new ZeroPad1d(1).call(ones([1, 1, 3])).shape // [ 1, 1, 5 ]
 */
export class ZeroPad1d<const K extends Sizes = Sizes> extends padding(1)<K> {}
export interface ZeroPad1d<K extends Sizes> extends Padding<"ZeroPad1d", 1, K> {}

/**
 * Zeros around pictures [n, channels, height, width].
 * @example
 * new ZeroPad2d(1).call(ones([1, 1, 3, 3])).shape // [ 1, 1, 5, 5 ]
 */
export class ZeroPad2d<const K extends Sizes = Sizes> extends padding(2)<K> {}
export interface ZeroPad2d<K extends Sizes> extends Padding<"ZeroPad2d", 2, K> {}

/**
 * Zeros around volumes [n, channels, depth, height, width].
 * @example
 * new ZeroPad3d(1).call(ones([1, 1, 3, 3, 3])).shape // [ 1, 1, 5, 5, 5 ]
 */
export class ZeroPad3d<const K extends Sizes = Sizes> extends padding(3)<K> {}
export interface ZeroPad3d<K extends Sizes> extends Padding<"ZeroPad3d", 3, K> {}

/**
 * One number around sequences [n, channels, length].
 * @example
 * new ConstantPad1d(1, 5).call(ones([1, 1, 3])).shape // [ 1, 1, 5 ]
 */
export class ConstantPad1d<const K extends Sizes = Sizes> extends constant(1)<K> {}
export interface ConstantPad1d<K extends Sizes> extends Padding<"ConstantPad1d", 1, K> {}

/**
 * One number around pictures [n, channels, height, width].
 * @example
 * new ConstantPad2d(1, 5).call(ones([1, 1, 3, 3])).shape // [ 1, 1, 5, 5 ]
 */
export class ConstantPad2d<const K extends Sizes = Sizes> extends constant(2)<K> {}
export interface ConstantPad2d<K extends Sizes> extends Padding<"ConstantPad2d", 2, K> {}

/**
 * One number around volumes [n, channels, depth, height, width].
 * @example
 * new ConstantPad3d(1, 5).call(ones([1, 1, 3, 3, 3])).shape // [ 1, 1, 5, 5, 5 ]
 */
export class ConstantPad3d<const K extends Sizes = Sizes> extends constant(3)<K> {}
export interface ConstantPad3d<K extends Sizes> extends Padding<"ConstantPad3d", 3, K> {}

/**
 * The mirrored input around sequences [n, channels, length].
 * @example
 * new ReflectionPad1d(1).call(ones([1, 1, 3])).shape // [ 1, 1, 5 ]
 */
export class ReflectionPad1d<const K extends Sizes = Sizes> extends padding(1, "reflect")<K> {}
export interface ReflectionPad1d<K extends Sizes> extends Padding<"ReflectionPad1d", 1, K> {}

/**
 * The mirrored input around pictures [n, channels, height, width].
 * @example
 * new ReflectionPad2d(1).call(ones([1, 1, 3, 3])).shape // [ 1, 1, 5, 5 ]
 */
export class ReflectionPad2d<const K extends Sizes = Sizes> extends padding(2, "reflect")<K> {}
export interface ReflectionPad2d<K extends Sizes> extends Padding<"ReflectionPad2d", 2, K> {}

/**
 * The mirrored input around volumes [n, channels, depth, height, width].
 * @example
 * new ReflectionPad3d(1).call(ones([1, 1, 3, 3, 3])).shape // [ 1, 1, 5, 5, 5 ]
 */
export class ReflectionPad3d<const K extends Sizes = Sizes> extends padding(3, "reflect")<K> {}
export interface ReflectionPad3d<K extends Sizes> extends Padding<"ReflectionPad3d", 3, K> {}

/**
 * The outermost elements around sequences [n, channels, length].
 * @example
 * new ReplicationPad1d(1).call(ones([1, 1, 3])).shape // [ 1, 1, 5 ]
 */
export class ReplicationPad1d<const K extends Sizes = Sizes> extends padding(1, "replicate")<K> {}
export interface ReplicationPad1d<K extends Sizes> extends Padding<"ReplicationPad1d", 1, K> {}

/**
 * The outermost elements around pictures [n, channels, height, width].
 * @example
 * new ReplicationPad2d(1).call(ones([1, 1, 3, 3])).shape // [ 1, 1, 5, 5 ]
 */
export class ReplicationPad2d<const K extends Sizes = Sizes> extends padding(2, "replicate")<K> {}
export interface ReplicationPad2d<K extends Sizes> extends Padding<"ReplicationPad2d", 2, K> {}

/**
 * The outermost elements around volumes [n, channels, depth, height, width].
 * @example
 * new ReplicationPad3d(1).call(ones([1, 1, 3, 3, 3])).shape // [ 1, 1, 5, 5, 5 ]
 */
export class ReplicationPad3d<const K extends Sizes = Sizes> extends padding(3, "replicate")<K> {}
export interface ReplicationPad3d<K extends Sizes> extends Padding<"ReplicationPad3d", 3, K> {}

/**
 * What is at the other end around sequences [n, channels, length].
 * @example
 * new CircularPad1d(1).call(ones([1, 1, 3])).shape // [ 1, 1, 5 ]
 */
export class CircularPad1d<const K extends Sizes = Sizes> extends padding(1, "circular")<K> {}
export interface CircularPad1d<K extends Sizes> extends Padding<"CircularPad1d", 1, K> {}

/**
 * What is at the other end around pictures [n, channels, height, width].
 * @example
 * new CircularPad2d(1).call(ones([1, 1, 3, 3])).shape // [ 1, 1, 5, 5 ]
 */
export class CircularPad2d<const K extends Sizes = Sizes> extends padding(2, "circular")<K> {}
export interface CircularPad2d<K extends Sizes> extends Padding<"CircularPad2d", 2, K> {}

/**
 * What is at the other end around volumes [n, channels, depth, height, width].
 * @example
 * new CircularPad3d(1).call(ones([1, 1, 3, 3, 3])).shape // [ 1, 1, 5, 5, 5 ]
 */
export class CircularPad3d<const K extends Sizes = Sizes> extends padding(3, "circular")<K> {}
export interface CircularPad3d<K extends Sizes> extends Padding<"CircularPad3d", 3, K> {}
