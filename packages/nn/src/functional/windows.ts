/**
 * Windows that go over the last dimensions of a tensor: where they lie, and a look at all of them.
 * Pooling is made of these; a convolution has its own way (ops/convolution.ts in core), which never
 * lays the windows out. Not here: what becomes of a window.
 */
import { ArgumentError, ShapeError, pad, tensor } from "@nabla/core";
import type { Shape, Tensor } from "@nabla/core";

/** A number for every dimension, or one for each. */
export type Sizes = number | Shape;

export const product = (sizes: Shape): number => sizes.reduce((all, size) => all * size, 1);

export const format = (sizes: Shape): string => `[${sizes.join(", ")}]`;

/** A list for `rank` dimensions: a number, also one in a list, is for all of them. */
export function oneForEach(given: Sizes, rank: number): Shape {
  const list = typeof given === "number" ? [given] : Array.from(given);
  return list.length === 1 ? Array.from({ length: rank }, () => list[0]!) : list;
}

/** A number for each of `rank` dimensions, all integers from `least` on. */
export function perDimension(
  of: string,
  what: string,
  given: Sizes,
  rank: number,
  least: number,
): Shape {
  const all = oneForEach(given, rank);
  if (all.length === rank && all.every((n) => Number.isInteger(n) && n >= least)) return all;
  throw new ArgumentError(
    `${of}: the ${what} is ${format(all)}; give an integer, ${least} or more, or one for each of ` +
      `${rank} dimensions.`,
  );
}

/**
 * Calls `run` with an input that has a batch and a channel dimension before the last `rank`; the
 * batch is of one, and goes again, where the input has none.
 */
export function inBatch(
  name: string,
  input: Tensor,
  rank: number,
  run: (batch: Tensor) => Tensor,
): Tensor {
  const given = input.shape.length;
  if (given === rank + 2) return run(input);
  if (given === rank + 1) return run(input.unsqueeze(0)).squeeze(0);
  throw new ShapeError(
    `${name}: the input has shape ${format(input.shape)}; give it ${rank + 2} dimensions, [n, ` +
      `channels, ...], or ${rank + 1} for a single example.`,
  );
}

/** Throws a ShapeError unless there is a batch, or one example, of something in `rank` dimensions. */
export function checkInput(name: string, input: Tensor, rank: number): void {
  const { shape } = input;
  const isBatch = shape.length === rank + 2;
  if ((isBatch || shape.length === rank + 1) && !shape.slice(isBatch ? 1 : 0).includes(0)) return;
  throw new ShapeError(
    `${name}: the input has shape ${format(shape)}; give it ${rank + 2} dimensions, [n, channels, ` +
      `...], or ${rank + 1} for a single example. Only n may be 0.`,
  );
}

/** Along one dimension: for each place of a window the positions that it shows. */
type Positions = readonly (readonly number[])[];

/** All windows, and where they are. */
export interface Windows {
  /** [..., ...places, ...window]. */
  readonly view: Tensor;
  /** For each of the last dimensions; positions outside of the input are padding. */
  readonly along: readonly Positions[];
}

/** How even windows lie, in each of the last dimensions. */
export interface Sliding {
  readonly kernel: Shape;
  /** From one window to the next. */
  readonly stride: Shape;
  /** So much is added on both sides. */
  readonly padding: Shape;
  /** From one element of a window to the next. */
  readonly dilation: Shape;
  /** Whether the last window may reach over the end. */
  readonly ceilMode: boolean;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Windows of one size at even distances, as a view; `fill` is what padding shows. */
export function slidingWindows(
  of: string,
  input: Tensor,
  { kernel, stride, padding, dilation, ceilMode }: Sliding,
  fill: number,
): Windows {
  const lead = input.shape.length - kernel.length;
  const sizes = input.shape.slice(lead);
  const reach = kernel.map((size, i) => (size - 1) * dilation[i]! + 1);
  const places = sizes.map((size, i) => {
    const [step, before] = [stride[i]!, padding[i]!];
    const last = (size + 2 * before - reach[i]!) / step;
    if (!ceilMode) return Math.floor(last) + 1;
    // A window that begins behind the input, in the padding, does not count.
    return Math.min(Math.ceil(last), Math.ceil((size + before) / step) - 1) + 1;
  });
  if (places.some((count) => count < 1)) {
    throw new ShapeError(
      `${of}: a window of ${format(kernel)} reaches over ${format(reach)}, more than there is of ` +
        `${format(sizes)} with padding ${format(padding)}; use smaller windows.`,
    );
  }
  const along = places.map((count, i) =>
    range(count).map((place) =>
      range(kernel[i]!).map((k) => place * stride[i]! - padding[i]! + k * dilation[i]!),
    ),
  );
  const around = along.flatMap((of, i) => {
    return [padding[i]!, Math.max(0, of.at(-1)!.at(-1)! + 1 - sizes[i]!)].reverse();
  });
  const isBare = around.every((count) => count === 0);
  const padded = isBare ? input : pad(input, around.reverse(), { value: fill });
  const view = kernel.reduce((shown, _, i) => {
    const windows = shown.unfold(lead + i, reach[i]!, stride[i]!);
    return dilation[i] === 1 ? windows : windows.slice(-1, 0, reach[i], dilation[i]);
  }, padded);
  return { view, along };
}

/**
 * `counts` windows in each of the last dimensions, which share the input out as evenly as can be:
 * each begins with the element where its share begins, and ends with the one where that ends. Their
 * lengths differ by one at most; a shorter one shows its last element twice.
 */
export function adaptiveWindows(of: string, input: Tensor, counts: Shape): Windows {
  const sizes = input.shape.slice(-counts.length);
  const kernel = sizes.map((size, i) => size / counts[i]!);
  if (kernel.every(Number.isInteger)) {
    const [padding, dilation] = [kernel.map(() => 0), kernel.map(() => 1)];
    const even = { kernel, stride: kernel, padding, dilation, ceilMode: false };
    return slidingWindows(of, input, even, 0);
  }
  const along = sizes.map((size, i) => {
    const count = counts[i]!;
    const first = (place: number): number => Math.floor((place * size) / count);
    const last = (place: number): number => Math.ceil(((place + 1) * size) / count) - 1;
    const longest = Math.max(...range(count).map((place) => last(place) - first(place) + 1));
    return range(count).map((place) =>
      range(longest).map((k) => Math.min(first(place) + k, last(place))),
    );
  });
  return {
    view: input.at("...", ...along.map((rows, i) => tableOf(rows, i, counts.length))),
    along,
  };
}

/** Numbers for each place and each element of a window in dimension `i`, to stand beside others. */
export function tableOf(rows: Positions, i: number, rank: number): Tensor {
  const shape = new Array<number>(2 * rank).fill(1);
  shape[i] = rows.length;
  shape[rank + i] = rows[0]!.length;
  return tensor(rows, { dtype: "int32" }).reshape(shape);
}
