/**
 * New random tensors of other kinds: integers, permutations, coin tosses, choices by weight. What
 * the numbers come from, and rand and randn, is in ops/random.ts; filling a tensor that is there is
 * in ops/fill.ts.
 */
import { ArgumentError, ShapeError } from "../errors.js";
import { isFloat } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";
import { noGrad } from "../graph/mode.js";
import { checkTensor } from "../graph/node.js";
import type { Created } from "../graph/shape-types.js";
import { broadcastShapes, formatShape } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { create, readCreateOptions, zeros, zerosLike } from "./create.js";
import type { CreateOptions } from "./create.js";
import { fillRandom, fraction, rand, randn } from "./random.js";
import { shaped } from "./typed.js";

/**
 * Random integers from `low`, 0 unless given, up to, not including, `high`, all equally likely.
 * int32 unless said otherwise (PyTorch: int64).
 * @example
 * manualSeed(0);
 * randint(6, [1000]).lt(6).sum() // tensor(1000)
 * randint(5, 6, [2]) // tensor([5, 5])
 */
export function randint<const S extends number[], D extends DType = "int32">(
  high: number,
  shape: readonly [...S],
  options?: CreateOptions<D>,
): Created<S, D>;
export function randint<const S extends number[], D extends DType = "int32">(
  low: number,
  high: number,
  shape: readonly [...S],
  options?: CreateOptions<D>,
): Created<S, D>;
export function randint(
  first: number,
  second: number | Shape,
  third?: Shape | CreateOptions,
  fourth?: CreateOptions,
): Tensor {
  const [low, high, shape, options] =
    typeof second === "number"
      ? [first, second, third as Shape, fourth]
      : [0, first, second, third as CreateOptions | undefined];
  const { requiresGrad = false, ...rest } = options ?? {};
  const result = zeros(shape, { dtype: "int32", ...rest });
  checkSpan("randint", low, high);
  return result.random_(low, high).requiresGrad_(requiresGrad);
}

function checkSpan(name: string, low: number, high: number): void {
  if (Number.isSafeInteger(low) && Number.isSafeInteger(high) && low < high) return;
  throw new ArgumentError(
    `${name}: there are no integers from ${String(low)} up to ${String(high)}; ` +
      `give two, the lower first, for example ${name}(0, 10, ...).`,
  );
}

/**
 * Random integers as `randint` makes them, in the shape and type of another tensor.
 * @example
 * randintLike(tensor([1, 2]), 5, 6) // tensor([5., 5.])
 */
export function randintLike(x: Tensor, high: number, options?: CreateOptions): Tensor;
export function randintLike(x: Tensor, low: number, high: number, options?: CreateOptions): Tensor;
export function randintLike(
  x: Tensor,
  first: number,
  second?: number | CreateOptions,
  third?: CreateOptions,
): Tensor {
  const { shape, dtype } = checkTensor("randintLike", x);
  if (typeof second === "number") return randint(first, second, shape, { dtype, ...third });
  return randint(0, first, shape, { dtype, ...second });
}

/**
 * Random numbers as `rand` makes them, in the shape and type of another tensor.
 * @example
 * randLike(zeros([2, 3])).shape // [ 2, 3 ]
 */
export const randLike = shaped<"randLike", "same", [options?: CreateOptions]>((x, options) =>
  rand(checkTensor("randLike", x).shape, { dtype: x.dtype, ...options }),
);

/**
 * Random numbers as `randn` makes them, in the shape and type of another tensor.
 * @example
 * randnLike(zeros([2, 3])).shape // [ 2, 3 ]
 */
export const randnLike = shaped<"randnLike", "same", [options?: CreateOptions]>((x, options) =>
  randn(checkTensor("randnLike", x).shape, { dtype: x.dtype, ...options }),
);

/**
 * The integers from 0 to `count - 1` in random order, all orders equally likely. int32 unless said
 * otherwise (PyTorch: int64).
 * @example
 * manualSeed(0);
 * randperm(10).sum() // tensor(45)
 */
export const randperm: <N extends number, D extends DType = "int32">(
  count: N,
  options?: CreateOptions<D>,
) => Created<[N], D> = (count: number, options: CreateOptions = {}): Tensor =>
  create("randperm", [count], { dtype: "int32", ...options }, (buffer) => {
    for (let i = 0; i < count; i++) buffer[i] = i;
    const shares = new Float64Array(count);
    fillRandom(shares, fraction);
    for (let i = count - 1; i > 0; i--) {
      const other = Math.floor(shares[i]! * (i + 1));
      [buffer[i], buffer[other]] = [buffer[other]!, buffer[i]!];
    }
  });

/**
 * For every element, which is a probability, 1 with that probability and 0 otherwise, in the type
 * of the tensor, which is read at once. No gradient goes through.
 * @example
 * bernoulli(tensor([0, 1, 1])) // tensor([0., 1., 1.])
 */
export const bernoulli = (p: Tensor): Tensor =>
  zerosLike(checkTensor("bernoulli", p)).bernoulli_(p);

const ofNumberOrTensor = (part: number | Tensor): { shape: Shape; dtype?: DType } =>
  typeof part === "number" ? { shape: [] } : checkTensor("normal", part);

/**
 * Random numbers from normal distributions. `mean` and `std` are tensors that broadcast, or
 * numbers; where both are numbers, `shape` says how many. No gradient goes through.
 * @example
 * manualSeed(0);
 * normal(5, 0.1, [1000]).mean().sub(5).abs().item() < 0.1 // true
 * normal(tensor([1, 2]), 0) // tensor([1., 2.])
 */
export const normal = (
  mean: number | Tensor,
  std: number | Tensor,
  shape?: Shape,
  options: CreateOptions = {},
): Tensor => {
  readCreateOptions("normal", options);
  const [center, spread] = [ofNumberOrTensor(mean), ofNumberOrTensor(std)];
  const known = center.dtype ?? spread.dtype;
  if (known === undefined && shape === undefined) {
    throw new ArgumentError(
      `normal: mean and std are numbers; say how many to draw, as normal(0, 1, [2, 3]).`,
    );
  }
  const whole = shape ?? broadcastShapes("normal", center.shape, spread.shape);
  const negative =
    typeof std === "number" ? !(std >= 0) : Array.from(std.data()).some((one) => !(one >= 0));
  if (negative || (typeof mean === "number" && !Number.isFinite(mean))) {
    throw new ArgumentError("normal: every mean must be a number, every std 0 or more.");
  }
  const float = known !== undefined && isFloat(known) ? { dtype: known } : {};
  const { requiresGrad = false, ...rest } = options;
  const drawn = randn(whole, { ...float, ...rest });
  return noGrad(() => drawn.mul(std).add(mean)).requiresGrad_(requiresGrad);
};

/**
 * Draws `count` positions from each row of weights, a position the likelier the larger its weight;
 * without `replacement` none twice. Weights need not add up to 1. They are read at once. Gives
 * int32 (PyTorch: int64).
 * @example
 * multinomial(tensor([0, 3, 0]), 1) // tensor([1])
 * multinomial(tensor([0, 1]), 3, true) // tensor([1, 1, 1])
 */
export const multinomial = (weights: Tensor, count: number, replacement = false): Tensor => {
  const { shape } = checkTensor("multinomial", weights);
  const size = shape.at(-1) ?? 0;
  if (shape.length < 1 || shape.length > 2 || !isFloat(weights.dtype)) {
    throw new ShapeError(
      `multinomial: weights are a vector of floats, or a matrix with one in each row, and these ` +
        `are ${weights.dtype} of shape ${formatShape(shape)}.`,
    );
  }
  if (!Number.isInteger(count) || count < 1) {
    throw new ArgumentError(`multinomial: ${String(count)} draws cannot be; use 1 or more.`);
  }
  const data = weights.data();
  const rows = shape.length === 1 ? 1 : shape[0]!;
  const result = [...shape.slice(0, -1), count];
  return create("multinomial", result, { dtype: "int32" }, (buffer) => {
    const shares = new Float64Array(buffer.length);
    fillRandom(shares, fraction);
    for (let row = 0; row < rows; row++) {
      const own = Float64Array.from(data.subarray(row * size, (row + 1) * size));
      checkWeights(own, replacement ? 1 : count);
      for (let i = 0; i < count; i++) {
        const chosen = choose(own, shares[row * count + i]!);
        buffer[row * count + i] = chosen;
        if (!replacement) own[chosen] = 0;
      }
    }
  });
};

function checkWeights(weights: Float64Array, needed: number): void {
  if (weights.some((weight) => !(weight >= 0 && weight < Infinity))) {
    throw new ArgumentError("multinomial: a weight is negative, infinite or NaN; use 0 or more.");
  }
  const possible = weights.filter((weight) => weight > 0).length;
  if (possible >= needed) return;
  throw new ArgumentError(
    `multinomial: ${needed} different positions cannot be drawn where ${possible} have a weight ` +
      "above 0; draw fewer, or with replacement: multinomial(weights, count, true).",
  );
}

/** The position in which a share of all weights, counted from the first, ends. */
function choose(weights: Float64Array, share: number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  let left = share * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    last = i;
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return last;
}
