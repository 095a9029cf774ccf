/**
 * Movement: the ways to look at the elements of a tensor in another order or another shape, each a
 * view: a write to one of the two (ops/inplace.ts) is seen by the other. Read first: ops/view.ts.
 * What is made of these: ops/rearrange.ts and ops/split.ts.
 */
import { ArgumentError, IndexError, ShapeError } from "../errors.js";
import {
  checkList,
  checkShape,
  countElements,
  formatShape,
  normalizeDim,
  normalizeDims,
  reshapeStrides,
  simplify,
} from "../graph/shape.js";
import type { Layout, Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { embed, viewStep } from "./inplace.js";
import { laidOut, movement } from "./view.js";
import type { Walk } from "./view.js";

/** The sizes that `reshape` or `view` asks for, with -1 worked out. */
function resolveShape(name: string, from: Shape, shape: Shape): Shape {
  checkList(name, shape);
  const count = countElements(from);
  const open = shape.indexOf(-1);
  if (open < 0 && countElements(shape) === count) return checkShape(name, shape);
  const known = countElements(shape.filter((_, i) => i !== open));
  const fits = open < 0 ? known === count : known > 0 && count % known === 0;
  const whole = shape.map((size, i) => (i === open && fits ? count / known : size));
  if (!fits) {
    const many = shape.indexOf(-1, open + 1) > 0 && open >= 0;
    const why = many
      ? "only one size can be left open"
      : `${count} ${open < 0 ? "≠" : "is no multiple of"} ${known}`;
    throw new ShapeError(
      `${name}: ${formatShape(from)} to ${formatShape(shape)}: ${why}. Keep the number of ` +
        `elements, or leave one size open with -1, for example ${name}([-1]).`,
    );
  }
  return checkShape(name, whole);
}

/** The layout in another shape, or nothing where only a copy can have it. */
function reshaped(name: string, x: Walk, shape: Shape): Layout | undefined {
  const whole = resolveShape(name, x.shape, shape);
  const strides = reshapeStrides({ ...x, strides: simplify(x.shape, x.strides) }, whole);
  return strides === undefined ? undefined : { shape: whole, strides, offset: x.offset };
}

function expandedShape(from: Shape, shape: Shape): Shape {
  checkList("expand", shape);
  const missing = shape.length - from.length;
  const whole = shape.map((size, i) => (size === -1 && i >= missing ? from[i - missing]! : size));
  const odd = from.map((size, i) => size === 1 || size === whole[i + missing]).lastIndexOf(false);
  if (missing < 0 || odd >= 0) {
    const why = missing < 0 ? "too few dimensions" : `${from[odd]} ≠ ${whole[odd + missing]}`;
    throw new ShapeError(
      `expand: ${formatShape(from)} to ${formatShape(shape)}: ${why}. Only dimensions of size 1 ` +
        "can be repeated, and new ones at the front. Make room with unsqueeze, for example " +
        "x.unsqueeze(1).expand([n, m]).",
    );
  }
  return checkShape("expand", whole);
}

function checkPermutation(dims: readonly number[], rank: number): number[] {
  checkList("permute", dims);
  const order = Array.from(dims, (dim) => normalizeDim("permute", dim, rank));
  if (order.length !== rank || new Set(order).size !== rank) {
    const reversed = Array.from({ length: rank }, (_, i) => rank - 1 - i);
    throw new ArgumentError(
      `permute: [${dims.join(", ")}] does not name each of ${rank} dimensions once; ` +
        `for example permute([${reversed.join(", ")}]).`,
    );
  }
  return order;
}

/** Where a Python-like slice begins and how many elements it has. */
function sliceRange(size: number, start: number, end: number, step: number): [number, number] {
  if ([start, end].some((index) => typeof index !== "number" || Number.isNaN(index))) {
    throw new ArgumentError(
      `slice: from ${String(start)} to ${String(end)} is no range; ` +
        "give numbers, for example x.slice(0, 1, 3).",
    );
  }
  if (!Number.isInteger(step) || step < 1) {
    throw new ArgumentError(
      `slice: the step is ${String(step)}; it must be an integer, 1 or more.`,
    );
  }
  const clamp = (index: number): number =>
    Math.min(Math.max(index < 0 ? index + size : index, 0), size);
  const [from, to] = [clamp(start), clamp(end)];
  if (![from, to].every(Number.isInteger)) {
    throw new ArgumentError(`slice: from ${start} to ${end} is no range of whole numbers.`);
  }
  return [from, Math.max(0, Math.ceil((to - from) / step))];
}

const swapped = (list: readonly number[], i: number, j: number): number[] =>
  list.map((item, k) => (k === i ? list[j]! : k === j ? list[i]! : item));

const insertAt = (list: readonly number[], at: number, item: number): number[] => [
  ...list.slice(0, at),
  item,
  ...list.slice(at),
];

const replaceAt = (list: readonly number[], at: number, ...items: number[]): number[] => [
  ...list.slice(0, at),
  ...items,
  ...list.slice(at + 1),
];

/**
 * The same elements, row by row, in another shape; one size may be -1 and is worked out. A view
 * where the elements lie so that it can be one, else a copy. Throws a ShapeError where the number
 * of elements differs.
 * @example
 * arange(6).reshape([2, -1]) // tensor([[0., 1., 2.],
 * //         [3., 4., 5.]])
 */
export const reshape = movement<"reshape", "reshape", [shape: Shape]>({
  layout: (x, shape: Shape) => reshaped("reshape", x, shape),
  vjps: [(g, { shape }): Tensor => g.reshape(shape)],
});

/**
 * The same elements, row by row, in another shape, as `reshape`, but never a copy: where the
 * elements do not lie so that a view can show them, it throws a ShapeError.
 * @example
 * const x = zeros([2, 2]);
 * x.view([4]).fill_(1);
 * x // tensor([[1., 1.],
 * //         [1., 1.]])
 */
export const view = movement<"view", "reshape", [shape: Shape]>({
  layout: (x, shape: Shape) => {
    const layout = reshaped("view", x, shape);
    if (layout !== undefined) return layout;
    throw new ShapeError(
      `view: the elements of shape ${formatShape(x.shape)} with strides ` +
        `${formatShape(x.strides)} do not lie so that a view can show them as ` +
        `${formatShape(shape)}; use x.reshape(${formatShape(shape)}), which copies them.`,
    );
  },
  vjps: [(g, { shape }): Tensor => g.reshape(shape)],
});

/**
 * Two dimensions exchanged; a view.
 * @example
 * tensor([[1, 2, 3], [4, 5, 6]]).transpose(0, 1) // tensor([[1., 4.],
 * //         [2., 5.],
 * //         [3., 6.]])
 */
export const transpose = movement<"transpose", "transpose", [dim0: number, dim1: number]>({
  layout: ({ shape, strides, offset }, dim0: number, dim1: number) => {
    const i = normalizeDim("transpose", dim0, shape.length);
    const j = normalizeDim("transpose", dim1, shape.length);
    return laidOut(swapped(shape, i, j), swapped(strides, i, j), offset);
  },
  vjps: [(g, { attributes: [dim0, dim1] }): Tensor => g.transpose(dim0, dim1)],
});

/**
 * The dimensions in another order; a view. Dimension `i` of the result is dimension `dims[i]` of
 * the tensor.
 * @example
 * zeros([2, 3, 5]).permute([2, 0, 1]).shape // [ 5, 2, 3 ]
 */
export const permute = movement<"permute", "permute", [dims: readonly number[]]>({
  layout: ({ shape, strides, offset }, dims: readonly number[]) => {
    const order = checkPermutation(dims, shape.length);
    return laidOut(
      order.map((dim) => shape[dim]!),
      order.map((dim) => strides[dim]!),
      offset,
    );
  },
  vjps: [
    (g, { shape, attributes: [dims] }): Tensor => {
      const order = checkPermutation(dims, shape.length);
      return g.permute(order.map((_, i) => order.indexOf(i)));
    },
  ],
});

/**
 * Dimensions of size 1 repeated, and new ones put in front, without a copy; -1 leaves a size as
 * it is. A view that cannot be written to, because several of its elements are one in memory.
 * @example
 * tensor([[1], [2]]).expand([2, 3]) // tensor([[1., 1., 1.],
 * //         [2., 2., 2.]])
 */
export const expand = movement<"expand", "expand", [sizes: Shape]>({
  layout: ({ shape, strides, offset }, sizes: Shape) => {
    const whole = expandedShape(shape, sizes);
    const missing = whole.length - shape.length;
    const steps = whole.map((size, i) => (shape[i - missing] === size ? strides[i - missing]! : 0));
    return laidOut(whole, steps, offset);
  },
  vjps: [(g, { shape }): Tensor => g.sumTo(shape)],
});

/**
 * A new dimension of size 1 before dimension `dim`; a view.
 * @example
 * tensor([1, 2]).unsqueeze(1).shape // [ 2, 1 ]
 */
export const unsqueeze = movement<"unsqueeze", "unsqueeze", [dim: number]>({
  layout: ({ shape, strides, offset }, dim: number) => {
    const at = normalizeDim("unsqueeze", dim, shape.length + 1);
    return laidOut(insertAt(shape, at, 1), insertAt(strides, at, 1), offset);
  },
  vjps: [(g, { shape }): Tensor => g.reshape(shape)],
});

/**
 * Without the dimensions `dim`, one or several, whose size is 1, or without all of that size; a
 * view.
 * @example
 * zeros([2, 1, 3, 1]).squeeze().shape // [ 2, 3 ]
 * zeros([2, 1, 3, 1]).squeeze(1).shape // [ 2, 3, 1 ]
 */
export const squeeze = movement<"squeeze", "squeeze", [dim?: number | readonly number[]]>({
  layout: ({ shape, strides, offset }, dim?: number | readonly number[]) => {
    const none = Array.isArray(dim) && dim.length === 0;
    const gone = none ? [] : normalizeDims("squeeze", dim, shape.length);
    const stays = (_: number, i: number): boolean => shape[i] !== 1 || !gone.includes(i);
    return laidOut(shape.filter(stays), strides.filter(stays), offset);
  },
  vjps: [(g, { shape }): Tensor => g.reshape(shape)],
});

/**
 * The elements from `start` up to, not including, `end` along a dimension, every `step`-th of
 * them; a view. As in Python, negative positions count from the end, and what lies outside is
 * left out.
 * @example
 * arange(6).slice(0, 1, 4) // tensor([1., 2., 3.])
 * arange(6).slice(0, -4, Infinity, 2) // tensor([2., 4.])
 */
export const slice = movement<
  "slice",
  "slice",
  [dim: number, start: number, end?: number, step?: number]
>({
  layout: (
    { shape, strides, offset },
    dim: number,
    start: number,
    end: number = Infinity,
    step: number = 1,
  ) => {
    const at = normalizeDim("slice", dim, shape.length);
    checkHasDimension("slice", shape);
    const [from, length] = sliceRange(shape[at]!, start, end, step);
    const begin = length === 0 ? offset : offset + from * strides[at]!;
    const sizes = replaceAt(shape, at, length);
    return laidOut(sizes, replaceAt(strides, at, strides[at]! * step), begin);
  },
  vjps: [(g, { shape, attributes }): Tensor => embed(g, shape, viewStep(slice, attributes))],
});

/**
 * The part at one position of a dimension, without that dimension; a view. Negative positions
 * count from the end; one outside is an IndexError.
 * @example
 * tensor([[1, 2], [3, 4]]).select(0, 1) // tensor([3., 4.])
 */
export const select = movement<"select", "select", [dim: number, index: number]>({
  layout: ({ shape, strides, offset }, dim: number, index: number) => {
    const at = normalizeDim("select", dim, shape.length);
    checkHasDimension("select", shape);
    const size = shape[at]!;
    if (!Number.isInteger(index) || index < -size || index >= size) {
      throw new IndexError(
        `select: index ${String(index)} is out of range for dimension ${at}, which has size ` +
          `${size}; ` +
          (size > 0 ? `use an integer from ${-size} to ${size - 1}.` : "it is empty."),
      );
    }
    const position = index < 0 ? index + size : index;
    const begin = offset + position * strides[at]!;
    return laidOut(replaceAt(shape, at), replaceAt(strides, at), begin);
  },
  vjps: [(g, { shape, attributes }): Tensor => embed(g, shape, viewStep(select, attributes))],
});

function checkHasDimension(name: string, shape: Shape): void {
  if (shape.length > 0) return;
  throw new IndexError(`${name}: a tensor without dimensions has no parts; read it with item().`);
}

/**
 * The elements on a diagonal of dimensions `dim1` and `dim2`, as a last dimension; a view. The
 * diagonal `offset` is 0 for the main one, positive above it, negative below.
 * @example
 * tensor([[1, 2, 3], [4, 5, 6]]).diagonal() // tensor([1., 5.])
 * tensor([[1, 2, 3], [4, 5, 6]]).diagonal(1) // tensor([2., 6.])
 */
export const diagonal = movement<
  "diagonal",
  "unknown",
  [offset?: number, dim1?: number, dim2?: number]
>({
  layout: (
    { shape, strides, offset: begin },
    offset: number = 0,
    dim1: number = 0,
    dim2: number = 1,
  ) => {
    const i = normalizeDim("diagonal", dim1, shape.length);
    const j = normalizeDim("diagonal", dim2, shape.length);
    if (i === j || shape.length < 2 || !Number.isInteger(offset)) {
      throw new ArgumentError(
        `diagonal: a shape ${formatShape(shape)} has no diagonal ${String(offset)} of dimensions ` +
          `${dim1} and ${dim2}; name two different ones and an integer, for example ` +
          "x.diagonal(0, -2, -1).",
      );
    }
    const [down, right] = [Math.max(-offset, 0), Math.max(offset, 0)];
    const length = Math.max(0, Math.min(shape[i]! - down, shape[j]! - right));
    const others = (_: number, dim: number): boolean => dim !== i && dim !== j;
    return laidOut(
      [...shape.filter(others), length],
      [...strides.filter(others), strides[i]! + strides[j]!],
      length === 0 ? begin : begin + down * strides[i]! + right * strides[j]!,
    );
  },
  vjps: [(g, { shape, attributes }): Tensor => embed(g, shape, viewStep(diagonal, attributes))],
});

/**
 * All windows of `size` neighbours along a dimension, `step` apart, each in a new last dimension;
 * a view. Windows that overlap cannot be written to.
 * @example
 * arange(5).unfold(0, 3, 1) // tensor([[0., 1., 2.],
 * //         [1., 2., 3.],
 * //         [2., 3., 4.]])
 */
export const unfold = movement<"unfold", "unknown", [dim: number, size: number, step: number]>({
  layout: ({ shape, strides, offset }, dim: number, size: number, step: number) => {
    const at = normalizeDim("unfold", dim, shape.length);
    checkHasDimension("unfold", shape);
    const length = shape[at]!;
    const fits = Number.isInteger(size) && size >= 0 && size <= length;
    if (!fits || !Number.isInteger(step) || step < 1) {
      throw new ArgumentError(
        `unfold: there are no windows of ${String(size)} elements, ${String(step)} apart, in ` +
          `dimension ${at} of shape ${formatShape(shape)}; the size is an integer up to ` +
          `${length}, ` +
          "the step one from 1 on.",
      );
    }
    const own = strides[at]!;
    const count = Math.floor((length - size) / step) + 1;
    const sizes = replaceAt(shape, at, count);
    return laidOut([...sizes, size], [...replaceAt(strides, at, own * step), own], offset);
  },
  // Windows may overlap: what they share gets the sum of their gradients.
  vjps: [(g, { shape, attributes }): Tensor => embed(g, shape, viewStep(unfold, attributes))],
});
