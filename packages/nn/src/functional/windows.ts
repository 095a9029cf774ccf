/**
 * Windows that go over the last dimensions of a tensor: where they lie, and a look at all of them.
 * Pooling is made of these; a convolution has its own way (ops/convolution.ts in core), which never
 * lays the windows out. What becomes of a window: pool.ts.
 */
import { ShapeError, pad, tensor } from "@nabla/core";
import type { Shape, Tensor } from "@nabla/core";

import { format } from "../checks.js";
import { range } from "../sizes.js";

/** Along one dimension: for each place of a window the positions that it shows. */
type Positions = readonly (readonly number[])[];

/** All windows, and where they are. */
export interface Windows {
  /** [..., ...places, ...window]. */
  readonly view: Tensor;
  /** Along each of the last dimensions; what lies outside of the input is padding. */
  readonly positions: () => readonly Positions[];
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
  const around = places.flatMap((count, i) => {
    const [before, end] = [padding[i]!, (count - 1) * stride[i]! + reach[i]!];
    return [Math.max(0, end - before - sizes[i]!), before];
  });
  const isBare = around.every((count) => count === 0);
  // pad() begins with the last dimension.
  const padded = isBare ? input : pad(input, around.reverse(), { value: fill });
  const view = kernel.every((size, i) => size === stride[i] && dilation[i] === 1)
    ? tiled(padded, places, kernel)
    : kernel.reduce((shown, _, i) => {
        const windows = shown.unfold(lead + i, reach[i]!, stride[i]!);
        return dilation[i] === 1 ? windows : windows.slice(-1, 0, reach[i], dilation[i]);
      }, padded);
  const positions = (): Positions[] =>
    places.map((count, i) =>
      range(0, count).map((place) =>
        range(0, kernel[i]!).map((k) => place * stride[i]! - padding[i]! + k * dilation[i]!),
      ),
    );
  return { view, positions };
}

/** Windows that lie side by side: none shares an element, and gradients go back as they are. */
function tiled(x: Tensor, places: Shape, kernel: Shape): Tensor {
  const lead = x.shape.length - kernel.length;
  const divided = kernel.reduce((rest, size, i) => {
    const [dim, covered] = [lead + 2 * i, places[i]! * size];
    const part = covered === rest.shape[dim] ? rest : rest.slice(dim, 0, covered);
    return part.unflatten(dim, [places[i]!, size]);
  }, x);
  const [front, dims] = [range(0, lead), range(0, kernel.length).map((i) => lead + 2 * i)];
  return divided.permute([...front, ...dims, ...dims.map((dim) => dim + 1)]);
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
  const positions = sizes.map((size, i) => {
    const ends = range(0, counts[i]!).map((place) => [
      Math.floor((place * size) / counts[i]!),
      Math.ceil(((place + 1) * size) / counts[i]!) - 1,
    ]) as [first: number, last: number][];
    const longest = ends.reduce((most, [first, last]) => Math.max(most, last - first + 1), 0);
    return ends.map(([first, last]) => range(0, longest).map((k) => Math.min(first + k, last)));
  });
  const tables = positions.map((rows, i) => tableOf(rows, i, counts.length));
  return { view: input.at("...", ...tables), positions: () => positions };
}

/** Numbers for each place and each element of a window in dimension `i`, to stand beside others. */
export function tableOf(rows: Positions, i: number, rank: number): Tensor {
  const shape = new Array<number>(2 * rank).fill(1);
  shape[i] = rows.length;
  shape[rank + i] = rows[0]!.length;
  return tensor(rows, { dtype: "int32" }).reshape(shape);
}
