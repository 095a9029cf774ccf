/**
 * The largest, the smallest and the middle elements, and where they are. Of two tensors, element by
 * element: ops/bounds.ts. So far along a dimension: ops/scan.ts.
 */
import { ArgumentError, DTypeError } from "../errors.js";
import type { DType, TypedArray } from "../graph/dtype.js";
import { noGrad } from "../graph/mode.js";
import { checkTensor } from "../graph/node.js";
import type { ExtremeFunction } from "../graph/shape-types.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { maximum, minimum } from "./bounds.js";
import { record } from "./define.js";
import type { Op, Saved } from "./define.js";
import { checkElements, reduction, spread } from "./fold.js";
import type { Reduction } from "./fold.js";
import { sortedPositions } from "./host/order.js";
import { eachLine, filling, lineUp } from "./host/recurrence.js";
import { pick } from "./place.js";
import type { ValuesAndIndices } from "./place.js";
import { finding, typed } from "./typed.js";

const itself = (_name: string, dtype: DType): DType => dtype;

/**
 * Shared evenly by all elements that are equal to the result, which is sought anew: where x is
 * computed again, it may be rounded otherwise than when the result was found.
 */
const shared = (g: Tensor, saved: Saved<Reduction>): Tensor => {
  const { x, attributes } = saved;
  const { kernel, dims } = attributes;
  const isFound = x.eq(
    noGrad(() => (kernel.fold === "max" ? amax(x, dims, true) : amin(x, dims, true))),
  );
  const found = isFound.sum(dims, true).to(g.dtype);
  return spread(g, saved).div(found).where(isFound, 0);
};

/**
 * The largest of all elements, or along the dimensions `dim`; see sum for `dim` and `keepdim`. NaN
 * where there is one. Equal elements share the gradient evenly. Throws an IndexError where a
 * dimension is empty.
 * @example
 * tensor([[1, 5], [7, 3]]).amax() // tensor(7.)
 * tensor([[1, 5], [7, 3]]).amax(1) // tensor([5., 7.])
 */
export const amax = reduction<"amax">({
  fold: "max",
  dtype: itself,
  nonempty: true,
  vjps: [shared],
});

/**
 * The smallest of all elements, or along the dimensions `dim`; see sum for `dim` and `keepdim`. NaN
 * where there is one. Equal elements share the gradient evenly. Throws an IndexError where a
 * dimension is empty.
 * @example
 * tensor([[1, 5], [7, 3]]).amin() // tensor(1.)
 * tensor([[1, 5], [7, 3]]).amin(1) // tensor([1., 3.])
 */
export const amin = reduction<"amin">({
  fold: "min",
  dtype: itself,
  nonempty: true,
  vjps: [shared],
});

const ordered = (name: string, dtype: DType): DType => {
  if (dtype !== "bool") return dtype;
  throw new DTypeError(
    `${name}: truth values are not put in order; convert first, for example x.to("int32").`,
  );
};
const position = { dtype: ordered, nonempty: true, vjps: null } as const;

/**
 * Where the largest element is, as int32: its position along a dimension, or in the flattened
 * tensor. Of equals the first; NaN is larger than all.
 * @example
 * tensor([[1, 5], [7, 3]]).argmax() // tensor(2)
 * tensor([[1, 5], [7, 3]]).argmax(1) // tensor([1, 0])
 */
export const argmax = reduction<"argmax", "position">({ fold: "argmax", ...position });

/**
 * Where the smallest element is, as int32: its position along a dimension, or in the flattened
 * tensor. Of equals the first; NaN is smaller than all.
 * @example
 * tensor([[1, 5], [7, 3]]).argmin() // tensor(0)
 * tensor([[1, 5], [7, 3]]).argmin(1) // tensor([0, 1])
 */
export const argmin = reduction<"argmin", "position">({ fold: "argmin", ...position });

/** The elements at the positions that `find` gives along a dimension. */
function found(
  name: string,
  given: Tensor,
  dim: number,
  keepdim: boolean,
  find: (x: Tensor, dim: number) => Tensor,
): ValuesAndIndices {
  const [x, at] = lineUp(name, given, dim);
  const kept = x.shape.map((size, i) => (i === at ? 1 : size));
  checkElements(name, x.shape, [at], kept);
  const indices = find(x, at).reshape(kept);
  const shape = given.shape.length === 0 ? [] : keepdim ? kept : kept.filter((_, i) => i !== at);
  return { values: pick(x, indices, at).reshape(shape), indices: indices.reshape(shape) };
}

/** Truth values have a largest one, but no family that finds where; whole numbers have. */
const comparable = (x: Tensor): Tensor => (x.dtype === "bool" ? x.to("int32") : x);

type Extreme = (
  name: string,
  whole: (x: Tensor) => Tensor,
  position: (x: Tensor, dim: number) => Tensor,
  beside: (x: Tensor, other: Tensor) => Tensor,
) => (x: Tensor, dim: number | Tensor | undefined, keepdim: boolean) => Tensor | ValuesAndIndices;

const extreme: Extreme = (name, whole, position, beside) => (x, dim, keepdim) => {
  if (dim === undefined) {
    checkElements(name, checkTensor(name, x).shape, [...x.shape.keys()], []);
    return whole(x);
  }
  if (typeof dim === "object") return beside(x, dim);
  return found(name, x, dim, keepdim, (line, at) => position(comparable(line), at));
};
const largest = extreme(
  "max",
  (x) => amax(x),
  (x, dim) => argmax(x, dim),
  (x, other) => maximum(x, other),
);
const smallest = extreme(
  "min",
  (x) => amin(x),
  (x, dim) => argmin(x, dim),
  (x, other) => minimum(x, other),
);

/**
 * The largest of all elements; along a dimension also where it is, the first of equals, to which
 * the whole gradient goes; with another tensor `maximum`. NaN is larger than all.
 * @example
 * const x = tensor([[1, 5], [7, 3]]);
 * x.max() // tensor(7.)
 * x.max(0).values // tensor([7., 5.])
 * x.max(0).indices // tensor([1, 0])
 * x.max(tensor(4)) // tensor([[4., 5.],
 * //         [7., 4.]])
 */
export const max: ExtremeFunction<"max", Tensor> = typed(
  (x: Tensor, dim?: number | Tensor, keepdim = false): Tensor | ValuesAndIndices =>
    largest(x, dim, keepdim),
);

/**
 * The smallest of all elements; along a dimension also where it is, the first of equals, to which
 * the whole gradient goes; with another tensor `minimum`. NaN is smaller than all.
 * @example
 * const x = tensor([[1, 5], [7, 3]]);
 * x.min() // tensor(1.)
 * x.min(0).values // tensor([1., 3.])
 * x.min(0).indices // tensor([0, 1])
 * x.min(tensor(4)) // tensor([[1., 4.],
 * //         [4., 3.]])
 */
export const min: ExtremeFunction<"min", Tensor> = typed(
  (x: Tensor, dim?: number | Tensor, keepdim = false): Tensor | ValuesAndIndices =>
    smallest(x, dim, keepdim),
);

/** An operation that finds one position in every line along the last dimension. */
const finder = (name: string, find: (line: Float64Array) => number): Op => ({
  name,
  vjps: null,
  work: filling((y: TypedArray, [x], { dim, shape }: { dim: number; shape: Shape }) => {
    let line = 0;
    eachLine(shape, dim, (from, step, count) => {
      const values = new Float64Array(count);
      for (let i = 0; i < count; i++) values[i] = x![from + i * step]!;
      y[line++] = find(values);
    });
  }),
});

/**
 * The lower of the two middles; of equals the first. NaN, or what else is left out, by `ranked`.
 */
const middle = (line: Float64Array): number => {
  const isMissing = line.findIndex(Number.isNaN);
  return isMissing >= 0 ? isMissing : middleOfNumbers(line);
};
const middleOfNumbers = (line: Float64Array): number => {
  const ranked = line.filter((value) => !Number.isNaN(value)).sort();
  return ranked.length === 0 ? 0 : line.indexOf(ranked[(ranked.length - 1) >> 1]!);
};

/** The smallest of the values that occur most often, where it occurs last. */
const mostFrequent = (line: Float64Array): number => {
  const counts = new Map<number, number>();
  for (const value of line) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = line[0]!;
  for (const [value, count] of counts) {
    const most = counts.get(best)!;
    if (count > most || (count === most && value < best)) best = value;
  }
  const isBest = Array.from(line, (value) => Object.is(value + 0, best + 0));
  return isBest.lastIndexOf(true);
};

const finders = {
  median: finder("median", middle),
  nanmedian: finder("nanmedian", middleOfNumbers),
  mode: finder("mode", mostFrequent),
};

function ranked(
  name: keyof typeof finders,
  x: Tensor,
  dim: number,
  keepdim: boolean,
): ValuesAndIndices {
  return found(name, x, dim, keepdim, (line, at) => {
    if (name !== "mode") ordered(name, line.dtype);
    const shape = line.shape.filter((_, i) => i !== at);
    return record(finders[name], [line], { dim: at, shape: line.shape }, "int32", { shape });
  });
}

/** The middle of all elements; those equal to it share the gradient evenly. */
function middleOfAll(name: "median" | "nanmedian", x: Tensor): Tensor {
  const { values } = ranked(name, checkTensor(name, x).reshape([-1]), 0, false);
  if (!x.requiresGrad) return values;
  const isMiddle = x.eq(values).logicalOr(values.isnan());
  return x.where(isMiddle, -Infinity).amax();
}

/**
 * The element in the middle, the lower of two, and NaN where there is one; along a dimension also
 * where it is.
 * @example
 * tensor([3, 1, 4, 2]).median() // tensor(2.)
 * tensor([[3, 1, 2], [5, 6, 4]]).median(1).values // tensor([2., 5.])
 */
export const median: ExtremeFunction<"median"> = typed(
  (x: Tensor, dim?: number, keepdim = false): Tensor | ValuesAndIndices =>
    dim === undefined ? middleOfAll("median", x) : ranked("median", x, dim, keepdim),
);

/**
 * The element in the middle of those that are not NaN, the lower of two; along a dimension also
 * where it is.
 * @example
 * tensor([3, NaN, 1, 2]).nanmedian() // tensor(2.)
 */
export const nanmedian: ExtremeFunction<"nanmedian"> = typed(
  (x: Tensor, dim?: number, keepdim = false): Tensor | ValuesAndIndices =>
    dim === undefined ? middleOfAll("nanmedian", x) : ranked("nanmedian", x, dim, keepdim),
);

/**
 * The element that occurs most often along a dimension (the last one unless said otherwise), the
 * smallest of several, and where it occurs last.
 * @example
 * tensor([1, 3, 3, 2]).mode().values // tensor(3.)
 */
export const mode = finding<"mode", "reduceLast", [dim?: number, keepdim?: boolean]>(
  (x, dim = -1, keepdim = false): ValuesAndIndices => ranked("mode", x, dim, keepdim),
);

/**
 * The `k`-th smallest element along a dimension (the last one unless said otherwise), where 1 is
 * the smallest, and where it is; NaN is larger than all.
 * @example
 * tensor([3, 1, 4]).kthvalue(2).values // tensor(3.)
 */
export const kthvalue = finding<"kthvalue", "ranked", [k: number, dim?: number, keepdim?: boolean]>(
  (x: Tensor, k: number, dim = -1, keepdim = false): ValuesAndIndices =>
    found("kthvalue", x, dim, keepdim, (line, at) => {
      const size = line.shape[at]!;
      if (Number.isInteger(k) && k >= 1 && k <= size) {
        return sortedPositions(line, at).select(at, k - 1);
      }
      throw new ArgumentError(
        `kthvalue: there is no element ${String(k)} of ${size} in dimension ${at}; k is an ` +
          `integer from 1 to ${size}.`,
      );
    }),
);

/** The smallest and the largest element. */
export interface MinAndMax {
  readonly min: Tensor;
  readonly max: Tensor;
}

/**
 * The smallest and the largest of all elements, or along a dimension; see `amin` and `amax`.
 * @example
 * const { min, max } = tensor([3, 1, 4]).aminmax();
 * min // tensor(1.)
 * max // tensor(4.)
 */
export const aminmax = (given: Tensor, dim?: number | null, keepdim = false): MinAndMax => {
  const isWhole = dim === undefined || dim === null;
  const [x, at] = isWhole ? [checkTensor("aminmax", given), null] : lineUp("aminmax", given, dim);
  return { min: x.amin(at, keepdim), max: x.amax(at, keepdim) };
};
