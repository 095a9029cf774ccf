/**
 * Movement: other ways to look at the same elements. A record says how the layout (shape, strides,
 * offset) changes; nothing is copied, and the result shares its elements with the tensor it was
 * made from: a write to one of them (ops/inplace.ts) is seen by the other. Read first:
 * ops/define.ts.
 */
import { ArgumentError, IndexError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import {
  checkList,
  checkShape,
  countElements,
  formatShape,
  normalizeDim,
  reshapeStrides,
  rowMajor,
  simplify,
} from "../graph/shape.js";
import type { Layout, Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { record, row } from "./define.js";
import type { Op, Row, Vjp } from "./define.js";
import { embed, share, viewable, viewStep } from "./inplace.js";

/** A layout whose strides are written out. */
interface Walk {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

const walkOf = ({ shape, strides, offset }: Layout): Walk => ({
  shape,
  strides: strides ?? rowMajor(shape),
  offset,
});

const laidOut = (shape: Shape, strides: readonly number[], offset: number): Layout => ({
  shape,
  strides: simplify(shape, strides),
  offset,
});

/**
 * The family of views. Where `layout` gives nothing, the elements do not lie so that a view can
 * show them: they are copied.
 */
function movement<Arguments extends unknown[]>(of: {
  readonly layout: (x: Walk, ...args: Arguments) => Layout | undefined;
  readonly vjps: readonly [Vjp<Arguments>];
}): Row<Arguments> {
  const op: Op = {
    name: "",
    vjps: of.vjps as readonly Vjp<never>[] as readonly Vjp[],
    keeps: false,
    work: () => ({ kind: "view" }),
  };
  const call = (x: Tensor, ...given: Arguments): Tensor => {
    // Lists are the caller's, who may change them later.
    const args = given.map((arg: unknown) => (Array.isArray(arg) ? arg.slice() : arg)) as Arguments;
    const { node, dtype } = viewable(checkTensor(op.name, x));
    const layout = of.layout(walkOf(node), ...args);
    if (layout === undefined) return call(x.clone(), ...args);
    const result = record(op, [x], args, dtype, layout);
    return share(x, result, (own) => of.layout(walkOf(own), ...args));
  };
  return row(op, [], call);
}

/** The sizes a reshape asks for, with -1 worked out. */
function resolveShape(from: Shape, shape: Shape): Shape {
  checkList("reshape", shape);
  const count = countElements(from);
  const open = shape.indexOf(-1);
  if (open < 0 && countElements(shape) === count) return checkShape("reshape", shape);
  const known = countElements(shape.filter((_, i) => i !== open));
  const fits = open < 0 ? known === count : known > 0 && count % known === 0;
  const whole = shape.map((size, i) => (i === open && fits ? count / known : size));
  if (!fits) {
    throw new ShapeError(
      `reshape: ${count} elements of shape ${formatShape(from)} cannot take the shape ` +
        formatShape(shape) +
        `${open < 0 ? `, which has ${known}` : ""}; keep the number of elements, ` +
        `or leave one size open with -1, for example reshape([-1]).`,
    );
  }
  return checkShape("reshape", whole);
}

function expandedShape(from: Shape, shape: Shape): Shape {
  checkList("expand", shape);
  const missing = shape.length - from.length;
  const whole = shape.map((size, i) => (size === -1 && i >= missing ? from[i - missing]! : size));
  const fits = from.every((size, i) => size === 1 || size === whole[i + missing]);
  if (missing < 0 || !fits) {
    throw new ShapeError(
      `expand: ${formatShape(from)} cannot be repeated to ${formatShape(shape)}; only dimensions ` +
        "of size 1 can, " +
        "and new ones at the front. Make room with unsqueeze, for example " +
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
export const reshape = movement({
  layout: (x, shape: Shape) => {
    const whole = resolveShape(x.shape, shape);
    const strides = reshapeStrides({ ...x, strides: simplify(x.shape, x.strides) }, whole);
    return strides === undefined ? undefined : { shape: whole, strides, offset: x.offset };
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
export const transpose = movement({
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
export const permute = movement({
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
export const expand = movement({
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
export const unsqueeze = movement({
  layout: ({ shape, strides, offset }, dim: number) => {
    const at = normalizeDim("unsqueeze", dim, shape.length + 1);
    return laidOut(insertAt(shape, at, 1), insertAt(strides, at, 1), offset);
  },
  vjps: [(g, { shape }): Tensor => g.reshape(shape)],
});

/**
 * Without dimension `dim` if its size is 1, or without all dimensions of size 1; a view.
 * @example
 * zeros([2, 1, 3, 1]).squeeze().shape // [ 2, 3 ]
 * zeros([2, 1, 3, 1]).squeeze(1).shape // [ 2, 3, 1 ]
 */
export const squeeze = movement({
  layout: ({ shape, strides, offset }, dim?: number) => {
    const only = dim === undefined ? null : normalizeDim("squeeze", dim, shape.length);
    const stays = (_: number, i: number): boolean =>
      shape[i] !== 1 || (only !== null && i !== only);
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
export const slice = movement({
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
export const select = movement({
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
