/**
 * Padding as layers. `padding` is a number for every side, or [left, right] and so on from the last
 * dimension; negative numbers take away.
 */
import { ArgumentError, pad } from "@nabla/core";
import type { PadOptions, Tensor } from "@nabla/core";

import { isBatch } from "../sizes.js";
import type { Sizes } from "../sizes.js";
import { layer } from "./layer.js";

interface Fields {
  padding: Sizes;
}
type Given = [padding: Sizes];
type ConstantGiven = [padding: Sizes, value: number];

function padded(x: Tensor, rank: number, padding: Sizes, options: PadOptions = {}): Tensor {
  const name = `padding of ${rank} dimensions`;
  isBatch(name, x, rank);
  const sides = typeof padding === "number" ? new Array<number>(2 * rank).fill(padding) : padding;
  if (sides?.length === 2 * rank) return pad(x, sides, options);
  throw new ArgumentError(`${name}: give a number, or a list of ${2 * rank}, two for each.`);
}

/**
 * Zeros around sequences [n, channels, length].
 * @example
 * new ZeroPad1d(1).call(ones([1, 1, 3])).shape // [ 1, 1, 5 ]
 */
export class ZeroPad1d extends layer<Given, Fields>(["padding"], {}, ([x], { padding }) =>
  padded(x, 1, padding),
) {}

/**
 * Zeros around pictures [n, channels, height, width].
 * @example
 * new ZeroPad2d(1).call(ones([1, 1, 3, 3])).shape // [ 1, 1, 5, 5 ]
 */
export class ZeroPad2d extends layer<Given, Fields>(["padding"], {}, ([x], { padding }) =>
  padded(x, 2, padding),
) {}

/**
 * Zeros around volumes [n, channels, depth, height, width].
 * @example
 * new ZeroPad3d(1).call(ones([1, 1, 3, 3, 3])).shape // [ 1, 1, 5, 5, 5 ]
 */
export class ZeroPad3d extends layer<Given, Fields>(["padding"], {}, ([x], { padding }) =>
  padded(x, 3, padding),
) {}

/**
 * One number around sequences [n, channels, length].
 * @example
 * new ConstantPad1d(1, 5).call(ones([1, 1, 3])).shape // [ 1, 1, 5 ]
 */
export class ConstantPad1d extends layer<ConstantGiven, Fields & { value: number }>(
  ["padding", "value"],
  {},
  ([x], { padding, value }) => padded(x, 1, padding, { value }),
) {}

/**
 * One number around pictures [n, channels, height, width].
 * @example
 * new ConstantPad2d(1, 5).call(ones([1, 1, 3, 3])).shape // [ 1, 1, 5, 5 ]
 */
export class ConstantPad2d extends layer<ConstantGiven, Fields & { value: number }>(
  ["padding", "value"],
  {},
  ([x], { padding, value }) => padded(x, 2, padding, { value }),
) {}

/**
 * One number around volumes [n, channels, depth, height, width].
 * @example
 * new ConstantPad3d(1, 5).call(ones([1, 1, 3, 3, 3])).shape // [ 1, 1, 5, 5, 5 ]
 */
export class ConstantPad3d extends layer<ConstantGiven, Fields & { value: number }>(
  ["padding", "value"],
  {},
  ([x], { padding, value }) => padded(x, 3, padding, { value }),
) {}

/**
 * The mirrored input around sequences [n, channels, length].
 * @example
 * new ReflectionPad1d(1).call(ones([1, 1, 3])).shape // [ 1, 1, 5 ]
 */
export class ReflectionPad1d extends layer<Given, Fields>(["padding"], {}, ([x], { padding }) =>
  padded(x, 1, padding, { mode: "reflect" }),
) {}

/**
 * The mirrored input around pictures [n, channels, height, width].
 * @example
 * new ReflectionPad2d(1).call(ones([1, 1, 3, 3])).shape // [ 1, 1, 5, 5 ]
 */
export class ReflectionPad2d extends layer<Given, Fields>(["padding"], {}, ([x], { padding }) =>
  padded(x, 2, padding, { mode: "reflect" }),
) {}

/**
 * The mirrored input around volumes [n, channels, depth, height, width].
 * @example
 * new ReflectionPad3d(1).call(ones([1, 1, 3, 3, 3])).shape // [ 1, 1, 5, 5, 5 ]
 */
export class ReflectionPad3d extends layer<Given, Fields>(["padding"], {}, ([x], { padding }) =>
  padded(x, 3, padding, { mode: "reflect" }),
) {}

/**
 * The outermost elements around sequences [n, channels, length].
 * @example
 * new ReplicationPad1d(1).call(ones([1, 1, 3])).shape // [ 1, 1, 5 ]
 */
export class ReplicationPad1d extends layer<Given, Fields>(["padding"], {}, ([x], { padding }) =>
  padded(x, 1, padding, { mode: "replicate" }),
) {}

/**
 * The outermost elements around pictures [n, channels, height, width].
 * @example
 * new ReplicationPad2d(1).call(ones([1, 1, 3, 3])).shape // [ 1, 1, 5, 5 ]
 */
export class ReplicationPad2d extends layer<Given, Fields>(["padding"], {}, ([x], { padding }) =>
  padded(x, 2, padding, { mode: "replicate" }),
) {}

/**
 * The outermost elements around volumes [n, channels, depth, height, width].
 * @example
 * new ReplicationPad3d(1).call(ones([1, 1, 3, 3, 3])).shape // [ 1, 1, 5, 5, 5 ]
 */
export class ReplicationPad3d extends layer<Given, Fields>(["padding"], {}, ([x], { padding }) =>
  padded(x, 3, padding, { mode: "replicate" }),
) {}

/**
 * What is at the other end around sequences [n, channels, length].
 * @example
 * new CircularPad1d(1).call(ones([1, 1, 3])).shape // [ 1, 1, 5 ]
 */
export class CircularPad1d extends layer<Given, Fields>(["padding"], {}, ([x], { padding }) =>
  padded(x, 1, padding, { mode: "circular" }),
) {}

/**
 * What is at the other end around pictures [n, channels, height, width].
 * @example
 * new CircularPad2d(1).call(ones([1, 1, 3, 3])).shape // [ 1, 1, 5, 5 ]
 */
export class CircularPad2d extends layer<Given, Fields>(["padding"], {}, ([x], { padding }) =>
  padded(x, 2, padding, { mode: "circular" }),
) {}

/**
 * What is at the other end around volumes [n, channels, depth, height, width].
 * @example
 * new CircularPad3d(1).call(ones([1, 1, 3, 3, 3])).shape // [ 1, 1, 5, 5, 5 ]
 */
export class CircularPad3d extends layer<Given, Fields>(["padding"], {}, ([x], { padding }) =>
  padded(x, 3, padding, { mode: "circular" }),
) {}
