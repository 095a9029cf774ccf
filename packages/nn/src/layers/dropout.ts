/**
 * Dropout as layers: while training, what functional/dropout.ts leaves out; in eval, the input.
 */
import { checkRange } from "../checks.js";
import * as F from "../functional/index.js";
import type { Same } from "../shape-types.js";
import { layer } from "./layer.js";

type Given = [p?: number, options?: { p?: number }];
interface Fields {
  p: number;
}
const check = (name: string, { p }: Fields): void => checkRange(name, "p", p, 0, 1);

/**
 * Leaves out each element with probability `p`, 0.5 unless given, while training, and enlarges the
 * others by 1 / (1 - p).
 * @example
 * const layer = new Dropout(0.5);
 * layer.call(ones([3])).shape // [ 3 ]
 * layer.eval().call(ones([3])).equal(ones([3])) // true
 */
export class Dropout extends layer<Given, Fields>(
  ["p"],
  { p: 0.5 },
  ([x], { p }, training) => F.dropout(x, { p, training }),
  check,
) {}
export interface Dropout extends Same {}

/**
 * `Dropout` of whole channels of [n, channels, length].
 * @example
 * const layer = new Dropout1d(0.5);
 * layer.call(ones([1, 2, 3])).shape // [ 1, 2, 3 ]
 * layer.eval().call(ones([1, 2, 3])).equal(ones([1, 2, 3])) // true
 */
export class Dropout1d extends layer<Given, Fields>(
  ["p"],
  { p: 0.5 },
  ([x], { p }, training) => F.dropout1d(x, { p, training }),
  check,
) {}
export interface Dropout1d extends Same {}

/**
 * `Dropout` of whole channels of [n, channels, height, width].
 * @example
 * const layer = new Dropout2d(0.5);
 * layer.call(ones([1, 2, 3, 3])).shape // [ 1, 2, 3, 3 ]
 * layer.eval().call(ones([1, 2, 3, 3])).equal(ones([1, 2, 3, 3])) // true
 */
export class Dropout2d extends layer<Given, Fields>(
  ["p"],
  { p: 0.5 },
  ([x], { p }, training) => F.dropout2d(x, { p, training }),
  check,
) {}
export interface Dropout2d extends Same {}

/**
 * `Dropout` of whole channels of [n, channels, depth, height, width].
 * @example
 * const layer = new Dropout3d(0.5);
 * layer.call(ones([1, 2, 3, 3, 3])).shape // [ 1, 2, 3, 3, 3 ]
 * layer.eval().call(ones([1, 2, 3, 3, 3])).equal(ones([1, 2, 3, 3, 3])) // true
 */
export class Dropout3d extends layer<Given, Fields>(
  ["p"],
  { p: 0.5 },
  ([x], { p }, training) => F.dropout3d(x, { p, training }),
  check,
) {}
export interface Dropout3d extends Same {}

/**
 * `Dropout` that keeps mean and variance of what comes from `SELU`.
 * @example
 * const layer = new AlphaDropout(0.5);
 * layer.call(ones([1, 3])).shape // [ 1, 3 ]
 * layer.eval().call(ones([1, 3])).equal(ones([1, 3])) // true
 */
export class AlphaDropout extends layer<Given, Fields>(
  ["p"],
  { p: 0.5 },
  ([x], { p }, training) => F.alphaDropout(x, { p, training }),
  check,
) {}
export interface AlphaDropout extends Same {}

/**
 * `AlphaDropout` of whole channels.
 * @example
 * const layer = new FeatureAlphaDropout(0.5);
 * layer.call(ones([1, 3])).shape // [ 1, 3 ]
 * layer.eval().call(ones([1, 3])).equal(ones([1, 3])) // true
 */
export class FeatureAlphaDropout extends layer<Given, Fields>(
  ["p"],
  { p: 0.5 },
  ([x], { p }, training) => F.featureAlphaDropout(x, { p, training }),
  check,
) {}
export interface FeatureAlphaDropout extends Same {}
