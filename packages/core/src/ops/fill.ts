/**
 * Filling: methods that write other elements into a tensor, numbers, those of another tensor, or
 * random ones. Like every write they are seen by all views, and what the tensor held before gets no
 * gradient. Read first: ops/inplace.ts and ops/random.ts.
 */
import { ArgumentError, DTypeError } from "../errors.js";
import { allocate, isFloat } from "../graph/dtype.js";
import type { TypedArray } from "../graph/dtype.js";
import { mode } from "../graph/mode.js";
import { checkTensor, dataNode } from "../graph/node.js";
import { countElements } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { single } from "./arguments.js";
import { construct } from "./define.js";
import { replacement, write } from "./inplace.js";
import { between, exactLog, fillRandom, fraction, normalQuantile, uniform } from "./random.js";
import type { Draw } from "./random.js";

/**
 * Copies the elements of another tensor, broadcast to this shape and converted to this type, into
 * this one.
 * @example
 * zeros([2, 2]).copy_(tensor([1, 2])) // tensor([[1., 2.],
 * //         [1., 2.]])
 */
export const copy_ = (x: Tensor, other: Tensor): Tensor =>
  write("copy_", x, replacement(x, checkTensor("copy_", other).to(x.dtype)));

/**
 * Makes every element 0.
 * @example
 * tensor([1, 2]).zero_() // tensor([0., 0.])
 */
export const zero_ = (x: Tensor): Tensor =>
  write("zero_", x, replacement(x, x.dtype === "bool" ? false : 0));

/**
 * Makes every element the same: a number, or a tensor without dimensions.
 * @example
 * zeros([2]).fill_(7) // tensor([7., 7.])
 */
export const fill_ = (x: Tensor, value: number | boolean | Tensor): Tensor =>
  write("fill_", x, replacement(checkTensor("fill_", x), single("fill_", x, value)));

/** Writes drawn numbers into all elements. */
function fillDrawn(name: string, x: Tensor, draw: Draw): Tensor {
  const make = (): TypedArray => {
    const buffer = allocate(x.dtype, countElements(x.shape));
    fillRandom(buffer, draw);
    return buffer;
  };
  const elements = mode.capture === null ? make() : mode.capture.draws(make);
  const drawn = construct.tensor(dataNode(elements, x.shape, x.dtype), null);
  return write(name, x, replacement(x, drawn));
}

function checkFloat(name: string, x: Tensor): void {
  if (isFloat(checkTensor(name, x).dtype)) return;
  throw new DTypeError(
    `${name}: its numbers lie between the integers, so a tensor of type ${x.dtype} cannot hold ` +
      "them; use random_, or a float tensor.",
  );
}

function checkParameter(name: string, fits: boolean, meaning: string): void {
  if (!fits) throw new ArgumentError(`${name}: ${meaning}.`);
}

/**
 * Fills with random numbers from `from` up to, not including, `to`, all equally likely.
 * @example
 * manualSeed(0);
 * zeros([1000]).uniform_(-1, 1).mean().abs().item() < 0.1 // true
 */
export const uniform_ = (x: Tensor, from = 0, to = 1): Tensor => {
  checkFloat("uniform_", x);
  const fits = Number.isFinite(from) && Number.isFinite(to) && from <= to;
  checkParameter("uniform_", fits, `there is nothing from ${from} to ${to}; give the lower first`);
  const unit = uniform(x.dtype);
  const round = x.dtype === "float32" ? Math.fround : Number;
  return fillDrawn("uniform_", x, (high, low) => {
    const value = round(from + (to - from) * unit(high, low));
    // Rounding may reach the end, which does not belong to it.
    return value < to ? value : from;
  });
};

/**
 * Fills with random numbers from the normal distribution.
 * @example
 * manualSeed(0);
 * zeros([1000]).normal_(5, 0.1).mean().sub(5).abs().item() < 0.1 // true
 */
export const normal_ = (x: Tensor, mean = 0, std = 1): Tensor => {
  checkFloat("normal_", x);
  const fits = Number.isFinite(mean) && Number.isFinite(std) && std >= 0;
  checkParameter(
    "normal_",
    fits,
    `there is no normal distribution of mean ${mean} and standard deviation ${std}; use numbers, ` +
      "the second 0 or more",
  );
  return fillDrawn("normal_", x, (high, low) => mean + std * normalQuantile(between(high, low)));
};

/**
 * Fills with 1 with probability `p`, and 0 otherwise. `p` is a number, or a tensor of probabilities
 * that broadcasts, which is read at once.
 * @example
 * manualSeed(0);
 * zeros([1000]).bernoulli_(0.3).mean().sub(0.3).abs().item() < 0.05 // true
 */
export const bernoulli_ = (x: Tensor, p: number | Tensor = 0.5): Tensor => {
  checkTensor("bernoulli_", x);
  const shares = typeof p === "number" ? [p] : checkTensor("bernoulli_", p).expand(x.shape).data();
  const wrong = Array.from(shares).find((share) => !(share >= 0 && share <= 1));
  checkParameter("bernoulli_", wrong === undefined, `${wrong} is no probability, from 0 to 1`);
  let at = 0;
  return fillDrawn("bernoulli_", x, (high, low) => {
    const share = shares[at++ % shares.length]!;
    return fraction(high, low) < share ? 1 : 0;
  });
};

/**
 * Fills with random waiting times: numbers from the exponential distribution, whose mean is
 * `1 / rate`.
 * @example
 * manualSeed(0);
 * zeros([1000]).exponential_(2).mean().sub(0.5).abs().item() < 0.05 // true
 */
export const exponential_ = (x: Tensor, rate = 1): Tensor => {
  checkFloat("exponential_", x);
  checkParameter("exponential_", rate > 0 && rate < Infinity, `${rate} is no rate; it is above 0`);
  return fillDrawn("exponential_", x, (high, low) => -exactLog(between(high, low)) / rate);
};

/**
 * Fills with the number of tries until the first success, where each succeeds with probability `p`.
 * @example
 * manualSeed(0);
 * zeros([1000]).geometric_(0.5).mean().sub(2).abs().item() < 0.2 // true
 */
export const geometric_ = (x: Tensor, p: number): Tensor => {
  checkTensor("geometric_", x);
  checkParameter("geometric_", p > 0 && p < 1, `${p} is no probability between 0 and 1`);
  const scale = exactLog(1 - p);
  return fillDrawn("geometric_", x, (high, low) => {
    const tries = Math.ceil(exactLog(between(high, low)) / scale);
    return Math.min(Math.max(1, tries), 2 ** 31 - 1);
  });
};

/**
 * Fills with random integers from `from` up to, not including, `to`, all equally likely. With one
 * number it is `to`; with none they go as far as the type counts every integer.
 * @example
 * zeros([100]).random_(6).max().item() < 6 // true
 */
export const random_ = (x: Tensor, from?: number, to?: number): Tensor => {
  const { dtype } = checkTensor("random_", x);
  const most = { float32: 2 ** 24 + 1, float64: 2 ** 53, int32: 2 ** 31, bool: 2 }[dtype];
  const [least, end] = to === undefined ? [0, from ?? most] : [from ?? 0, to];
  const fits = Number.isSafeInteger(least) && Number.isSafeInteger(end) && least < end;
  const inType =
    fits && (isFloat(dtype) || (least >= (dtype === "bool" ? 0 : -most) && end <= most));
  checkParameter(
    "random_",
    inType,
    `there are no ${dtype} integers from ${least} up to ${end}; give two integers, the lower first`,
  );
  const span = end - least;
  return fillDrawn("random_", x, (high, low) => least + Math.floor(fraction(high, low) * span));
};
