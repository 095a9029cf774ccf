/**
 * Cutting a tensor into parts along a dimension: methods that give a list of views. The way back,
 * joining, is in ops/join.ts. Read first: ops/movement.ts.
 */
import { ArgumentError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import type { CuttingFunction } from "../graph/shape-lists.js";
import { formatShape, normalizeDim } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { typed } from "./typed.js";

/** The size of the dimension to cut. */
function sizeAlong(name: string, x: Tensor, dim: number): number {
  const { shape } = checkTensor(name, x);
  const at = normalizeDim(name, dim, shape.length);
  if (shape.length > 0) return shape[at]!;
  throw new ShapeError(
    `${name}: a tensor without dimensions has no parts; give it one with x.unsqueeze(0).`,
  );
}

/** The parts between neighbouring positions. */
const between = (x: Tensor, dim: number, ends: readonly number[]): Tensor[] =>
  ends.slice(1).map((end, i) => x.slice(dim, ends[i]!, end));

/** More parts than anyone wants; a list of them would not fit into memory. */
const MOST_PARTS = 2 ** 24;

const isCount = (value: unknown, least: number, most = Infinity): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

/**
 * The slices at every position of a dimension, without that dimension; a list of views.
 * @example
 * const [first, second] = tensor([[1, 2], [3, 4]]).unbind();
 * second // tensor([3., 4.])
 */
export const unbind: CuttingFunction<"unbind", [dim?: number]> = typed(
  (x: Tensor, dim = 0): Tensor[] => {
    const size = sizeAlong("unbind", x, dim);
    return Array.from({ length: size }, (_, i) => x.select(dim, i));
  },
);

/**
 * Parts of a dimension, of `size` positions each but perhaps the last, or of the sizes in a list,
 * which must add up to that of the dimension; a list of views.
 * @example
 * arange(5).split(2)[2] // tensor([4.])
 * arange(5).split([1, 4])[1] // tensor([1., 2., 3., 4.])
 */
export const split: CuttingFunction<"split", [size: number | readonly number[], dim?: number]> =
  typed((x: Tensor, size: number | readonly number[], dim = 0): Tensor[] => {
    const whole = sizeAlong("split", x, dim);
    if (Array.isArray(size)) {
      const ends = [0];
      for (const part of size as readonly number[]) ends.push(ends.at(-1)! + part);
      if (size.every((part) => isCount(part, 0)) && ends.at(-1) === whole) {
        return between(x, dim, ends);
      }
    } else if (isCount(size, 1) || (size === 0 && whole === 0)) {
      const count = Math.max(1, Math.ceil(whole / Math.max(1, size as number)));
      const end = (_: unknown, i: number): number => Math.min(i * (size as number), whole);
      return between(x, dim, Array.from({ length: count + 1 }, end));
    }
    throw new ArgumentError(
      `split: ${String(size)} does not cut dimension ${dim} of shape ${formatShape(x.shape)}; ` +
        `give a size of 1 or more, or a list of sizes that add up to ${whole}.`,
    );
  });

/**
 * Parts of sizes that add up to the size of the dimension; `split` with a list.
 * @example
 * arange(5).splitWithSizes([1, 4])[0] // tensor([0.])
 */
export const splitWithSizes = (x: Tensor, sizes: readonly number[], dim = 0): Tensor[] =>
  split(x, sizes, dim);

/**
 * The dimension in `count` parts of one size, the last perhaps smaller; fewer parts, if that size
 * uses it up before. A list of views; `tensorSplit` always gives as many parts as were asked for.
 * @example
 * arange(5).chunk(2)[0] // tensor([0., 1., 2.])
 * arange(5).chunk(4).length // 3
 */
export const chunk: CuttingFunction<"chunk", [count: number, dim?: number]> = typed(
  (x: Tensor, count: number, dim = 0): Tensor[] => {
    const whole = sizeAlong("chunk", x, dim);
    if (!isCount(count, 1, MOST_PARTS)) {
      throw new ArgumentError(`chunk: ${String(count)} is no number of parts; use 1 or more.`);
    }
    if (whole > 0) return split(x, Math.ceil(whole / count), dim);
    return Array.from({ length: count }, () => x.slice(dim, 0));
  },
);

/**
 * The dimension in so many parts, the first ones larger by 1 where it does not divide evenly; or
 * cut before every position in a list. A list of views.
 * @example
 * arange(5).tensorSplit(2)[0] // tensor([0., 1., 2.])
 * arange(5).tensorSplit([1, 3])[1] // tensor([1., 2.])
 */
export const tensorSplit = (
  x: Tensor,
  sections: number | readonly number[] | Tensor,
  dim = 0,
): Tensor[] => {
  const whole = sizeAlong("tensorSplit", x, dim);
  const isTensor = typeof sections === "object" && !Array.isArray(sections);
  const given = isTensor ? checkTensor("tensorSplit", sections as Tensor).toArray() : sections;
  if (Array.isArray(given) && given.every(Number.isInteger)) {
    const cuts = [0, ...(given as number[]), whole].map((cut, i, { length }) =>
      i > 0 && i < length - 1 && cut < 0 ? Math.max(0, cut + whole) : Math.min(cut, whole),
    );
    return between(x, dim, cuts);
  }
  if (!isCount(given, 1, MOST_PARTS)) {
    throw new ArgumentError(
      `tensorSplit: ${String(given)} does not say how to cut; give a number of parts, 1 or more, ` +
        "or a list of positions, for example x.tensorSplit([1, 3]).",
    );
  }
  const parts = given as number;
  const [least, larger] = [Math.floor(whole / parts), whole % parts];
  const cuts = Array.from({ length: parts + 1 }, (_, i) => i * least + Math.min(i, larger));
  return between(x, dim, cuts);
};

/** Splits evenly or at positions along one dimension. */
function splitAlong(
  name: string,
  x: Tensor,
  sections: number | readonly number[],
  dim: number,
): Tensor[] {
  const whole = sizeAlong(name, x, dim);
  if (typeof sections === "number" && !(isCount(sections, 1) && whole % sections === 0)) {
    throw new ArgumentError(
      `${name}: dimension ${dim} of shape ${formatShape(x.shape)} does not divide into ` +
        `${sections} equal parts; use x.tensorSplit(${sections}, ${dim}).`,
    );
  }
  return tensorSplit(x, sections, dim);
}

/**
 * The columns in equal parts, or cut before the positions in a list; of a vector its elements.
 * @example
 * tensor([[1, 2], [3, 4]]).hsplit(2)[0] // tensor([[1.],
 * //         [3.]])
 */
export const hsplit = (x: Tensor, sections: number | readonly number[]): Tensor[] =>
  splitAlong("hsplit", x, sections, checkTensor("hsplit", x).shape.length === 1 ? 0 : 1);

/**
 * The rows in equal parts, or cut before the positions in a list.
 * @example
 * tensor([[1, 2], [3, 4]]).vsplit(2)[0] // tensor([[1., 2.]])
 */
export const vsplit = (x: Tensor, sections: number | readonly number[]): Tensor[] =>
  splitAlong("vsplit", atLeast("vsplit", x, 2), sections, 0);

/**
 * The third dimension in equal parts, or cut before the positions in a list.
 * @example
 * zeros([1, 2, 4]).dsplit(2)[0].shape // [ 1, 2, 2 ]
 */
export const dsplit = (x: Tensor, sections: number | readonly number[]): Tensor[] =>
  splitAlong("dsplit", atLeast("dsplit", x, 3), sections, 2);

function atLeast(name: string, x: Tensor, rank: number): Tensor {
  const { shape } = checkTensor(name, x);
  if (shape.length >= rank) return x;
  throw new ShapeError(
    `${name}: a tensor of shape ${formatShape(shape)} has fewer than ${rank} dimensions; ` +
      "use x.split(size, dim).",
  );
}
