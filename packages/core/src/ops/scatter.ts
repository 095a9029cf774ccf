/**
 * Writing elements by position: a tensor with others in the place of some of its own, or added to
 * them. Every operation of this table has a form `name_` that writes in place. Taking elements out
 * is in gather.ts, which says what positions are.
 */
import { ArgumentError, DTypeError, ShapeError } from "../errors.js";
import { isFloat } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import {
  broadcasts,
  broadcastShapes,
  countElements,
  formatShape,
  sameShape,
} from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { single } from "./arguments.js";
import { full, tensor } from "./create.js";
import type { Operand } from "./define.js";
import type { Way } from "./host/rows.js";
import { locate } from "./locate.js";
import { readOptions } from "./options.js";
import { flatPlace, indexedPlace, shapeOf, writePlace } from "./place.js";
import type { Place } from "./place.js";
import {
  checkIndex,
  checkMask,
  checkPositions,
  nonzeroPositions,
  placeAcross,
  positionsAlong,
} from "./positions.js";
import { shaped, together } from "./typed.js";

/** What is written into a tensor has its type. */
function checkSource(name: string, x: Tensor, source: Tensor): Tensor {
  if (checkTensor(name, source).dtype === checkTensor(name, x).dtype) return source;
  throw new DTypeError(
    `${name}: elements of type ${source.dtype} cannot be written into a tensor of type ` +
      `${x.dtype}; convert them with source.to("${x.dtype}").`,
  );
}

function misfit(name: string, source: Tensor, what: string): ShapeError {
  const shape = formatShape(source.shape);
  return new ShapeError(`${name}: a source of shape ${shape} does not fit ${what}.`);
}

/** Writes to positions in the row of all elements what `source` has at the same index as they. */
function writeAlong(
  name: string,
  x: Tensor,
  positions: Tensor,
  source: Tensor | number | boolean,
  way: Way,
): Tensor {
  const { shape } = positions;
  if (countElements(shape) === 0) return x.clone();
  if (typeof source !== "object") {
    return writePlace(flatPlace(x, positions), single(name, x, source), way);
  }
  const values = checkSource(name, x, source).atLeast1d();
  if (values.shape.length !== shape.length || shape.some((size, i) => size > values.shape[i]!)) {
    throw misfit(
      name,
      source,
      `an index of shape ${formatShape(shape)}: it must have as many dimensions, and no size ` +
        "smaller",
    );
  }
  const part = shape.reduce(
    (rest, size, i) => (rest.shape[i] === size ? rest : rest.slice(i, 0, size)),
    values,
  );
  return writePlace(flatPlace(x, positions), part, way);
}

/** What happens where scatter() finds an element. */
export interface ScatterOptions {
  /** What is written is added to it, or multiplied with it, or (`null`) takes its place. */
  readonly reduce?: "add" | "multiply" | null;
}

const ways = { add: "add", multiply: "mul" } as const;

/**
 * The tensor with other elements at the positions that `index` has in every line along a dimension:
 * the opposite of `gather`. Element `i` of `source` goes where element `i` of the index says; a
 * number goes everywhere. Of several for one place one stays, unless `reduce` adds or multiplies.
 * @example
 * const index = tensor([[1], [0]], { dtype: "int32" });
 * zeros([2, 2]).scatter(1, index, tensor([[5], [6]])) // tensor([[0., 5.],
 * //         [6., 0.]])
 * ones([2, 2]).scatter(1, index, 3, { reduce: "multiply" }) // tensor([[1., 3.],
 * //         [3., 1.]])
 */
export const scatter = shaped<
  "scatter",
  "along",
  [dim: number, index: Tensor, source: Tensor | number | boolean, options?: ScatterOptions]
>(
  (
    x: Tensor,
    dim: number,
    index: Tensor,
    source: Tensor | number | boolean,
    options: ScatterOptions = {},
  ): Tensor => {
    const { reduce } = readOptions<ScatterOptions>("scatter", options, { reduce: null });
    if (reduce !== null && !Object.hasOwn(ways, reduce)) {
      throw new ArgumentError(
        `scatter: reduce is ${reduce}; use "add" or "multiply", or scatterReduce for more.`,
      );
    }
    const way = reduce === null ? "put" : ways[reduce];
    return writeAlong("scatter", x, positionsAlong("scatter", x, dim, index), source, way);
  },
);

/**
 * The tensor with elements added at the positions that `index` has in every line along a dimension;
 * all that go to one place count. See `scatter`.
 * @example
 * const index = tensor([0, 0, 1], { dtype: "int32" });
 * zeros([2]).scatterAdd(0, index, tensor([1, 2, 3])) // tensor([3., 3.])
 */
export const scatterAdd = shaped<
  "scatterAdd",
  "along",
  [dim: number, index: Tensor, source: Tensor]
>((x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor => {
  const positions = positionsAlong("scatterAdd", x, dim, index);
  return writeAlong("scatterAdd", x, positions, checkTensor("scatterAdd", source), "add");
});

/** What counts where scatterReduce() writes. */
export interface ScatterReduceOptions {
  /** Whether the element that was there counts; yes unless said otherwise. */
  readonly includeSelf?: boolean;
}

const highest = (dtype: DType): number => (isFloat(dtype) ? Infinity : 2 ** 31 - 1);
const lowest = (dtype: DType): number =>
  isFloat(dtype) ? -Infinity : dtype === "bool" ? 0 : -(2 ** 31);

type Reduction = "sum" | "prod" | "mean" | "amax" | "amin";

/** How each reduction writes, and what to begin with where nothing counts yet. */
const reductions: Record<Reduction, readonly [way: Way, start: (dtype: DType) => number]> = {
  sum: ["add", () => 0],
  mean: ["add", () => 0],
  prod: ["mul", () => 1],
  amax: ["max", lowest],
  amin: ["min", highest],
};

/**
 * The tensor where all elements that `scatter` would write to one place, and the one that was there
 * unless `includeSelf` is false, are made into one: their `"sum"`, `"prod"`, `"mean"`, `"amax"` or
 * `"amin"`. The mean of integers is rounded down. Of equal extremes each gets a share of the
 * gradient.
 * @example
 * const index = tensor([0, 0, 1], { dtype: "int32" });
 * ones([2]).scatterReduce(0, index, tensor([4, 2, 3]), "amax") // tensor([4., 3.])
 * ones([2]).scatterReduce(0, index, tensor([4, 2, 3]), "mean", { includeSelf: false })
 * // tensor([3., 3.])
 */
export const scatterReduce = shaped<
  "scatterReduce",
  "along",
  [dim: number, index: Tensor, source: Tensor, reduce: Reduction, options?: ScatterReduceOptions]
>(
  (
    x: Tensor,
    dim: number,
    index: Tensor,
    source: Tensor,
    ...[reduce, options = {}]: [reduce: Reduction, options?: ScatterReduceOptions]
  ): Tensor => {
    const { includeSelf } = readOptions("scatterReduce", options, { includeSelf: true });
    if (!Object.hasOwn(reductions, reduce)) {
      throw new ArgumentError(
        `scatterReduce: reduce is ${reduce}; use "sum", "prod", "mean", "amax" or "amin".`,
      );
    }
    const positions = positionsAlong("scatterReduce", x, dim, index);
    const [way, start] = reductions[reduce];
    const from = checkSource("scatterReduce", x, source);
    const write = (into: Tensor, values: Tensor | number, by: Way): Tensor =>
      writeAlong("scatterReduce", into, positions, values, by);
    const y = write(includeSelf ? x : write(x, start(x.dtype), "put"), from, way);
    if (reduce !== "mean") return y;
    const counts = write(x.newFull(x.shape, includeSelf ? 1 : 0), from.newOnes(from.shape), way);
    return y.div(counts.clampMin(1), { roundingMode: isFloat(x.dtype) ? null : "floor" });
  },
);

/** Writes to some positions of a dimension the parts of `source`, which lie along it, too. */
function writeAcross(name: string, x: Tensor, place: Place, source: Tensor, way: Way): Tensor {
  const values = checkSource(name, x, source).atLeast1d();
  const part = shapeOf(place);
  if (sameShape(values.shape, part)) return writePlace(place, values, way).reshape(x.shape);
  throw misfit(name, source, `the part it is written to, of shape ${formatShape(part)}`);
}

/** How indexAdd() adds. */
export interface IndexAddOptions {
  /** What the source is multiplied by, 1 unless given. */
  readonly alpha?: number | boolean | null;
}

/**
 * The tensor with the parts of `source` added at some positions of a dimension: part `i` at
 * `index[i]`, all that go to one place.
 * @example
 * const index = tensor([1, 1], { dtype: "int32" });
 * zeros([2, 2]).indexAdd(0, index, tensor([[1, 2], [3, 4]])) // tensor([[0., 0.],
 * //         [4., 6.]])
 */
export const indexAdd = shaped<
  "indexAdd",
  "along",
  [dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions]
>(
  (
    x: Tensor,
    dim: number,
    index: Tensor,
    source: Tensor,
    options: IndexAddOptions = {},
  ): Tensor => {
    const { alpha } = readOptions<IndexAddOptions>("indexAdd", options, { alpha: null });
    const place = placeAcross("indexAdd", x, dim, index);
    const scaled = alpha === null ? source : checkTensor("indexAdd", source).mul(alpha);
    return writeAcross("indexAdd", x, place, scaled, "add");
  },
);

/**
 * The tensor with the parts of `source` in the place of those at some positions of a dimension:
 * part `i` at `index[i]`.
 * @example
 * const index = tensor([1, 0], { dtype: "int32" });
 * zeros([3]).indexCopy(0, index, tensor([5, 6])) // tensor([6., 5., 0.])
 */
export const indexCopy = shaped<"indexCopy", "along", [dim: number, index: Tensor, source: Tensor]>(
  (x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor =>
    writeAcross("indexCopy", x, placeAcross("indexCopy", x, dim, index), source, "put"),
);

/**
 * The tensor with one value everywhere at some positions of a dimension: a number, or a tensor
 * without dimensions. Negative positions count from the end.
 * @example
 * zeros([2, 2]).indexFill(1, tensor([-1], { dtype: "int32" }), 7) // tensor([[0., 7.],
 * //         [0., 7.]])
 */
export const indexFill = shaped<
  "indexFill",
  "along",
  [dim: number, index: Tensor, value: number | boolean | Tensor]
>((x: Tensor, dim: number, index: Tensor, value: number | boolean | Tensor): Tensor => {
  const place = placeAcross("indexFill", x, dim, index, true);
  return writePlace(place, single("indexFill", x, value), "put").reshape(x.shape);
});

/** How indexPut() and put() write. */
export interface PutOptions {
  /** Add what is written to what is there; all that go to one place count. */
  readonly accumulate?: boolean;
}

/**
 * The tensor with `values` at an index made of tensors, which are positions or masks, as `setAt`
 * writes them; the values broadcast to the part that is indexed.
 * @example
 * const index = [tensor([0, 0], { dtype: "int32" })];
 * zeros([2]).indexPut(index, tensor([1, 2]), { accumulate: true }) // tensor([3., 0.])
 */
export const indexPut = shaped<
  "indexPut",
  "same",
  [indices: readonly Tensor[], values: Tensor, options?: PutOptions]
>((x: Tensor, indices: readonly Tensor[], values: Tensor, options: PutOptions = {}): Tensor => {
  const { accumulate } = readOptions<PutOptions>("indexPut", options, { accumulate: false });
  const source = checkSource("indexPut", x, values);
  if (!Array.isArray(indices) || indices.length === 0) {
    throw new ArgumentError("indexPut: give the index as a list of tensors, [rows, columns].");
  }
  // Positions without dimensions would be views here, and no places.
  const index = Array.from(indices as Tensor[], (part) =>
    checkTensor("indexPut", part).dtype === "bool"
      ? part
      : checkIndex("indexPut", part).atLeast1d(),
  );
  const { view, indexed } = locate("indexPut", x, index);
  const place = indexedPlace("indexPut", view, indexed);
  if (!broadcasts(source.shape, shapeOf(place))) {
    throw misfit(
      "indexPut",
      values,
      `the part that is indexed, of shape ${formatShape(shapeOf(place))}`,
    );
  }
  return writePlace(place, source, accumulate ? "add" : "put").reshape(x.shape);
});

/**
 * The tensor with the elements of `source` at positions in the row of all elements, one for each;
 * negative positions count from the end.
 * @example
 * const index = tensor([3, 0], { dtype: "int32" });
 * zeros([2, 2]).put(index, tensor([5, 6])) // tensor([[6., 0.],
 * //         [0., 5.]])
 */
export const put = shaped<"put", "same", [index: Tensor, source: Tensor, options?: PutOptions]>(
  (x: Tensor, index: Tensor, source: Tensor, options: PutOptions = {}): Tensor => {
    const { accumulate } = readOptions<PutOptions>("put", options, { accumulate: false });
    const values = checkSource("put", x, source);
    const where = "the row of all elements";
    const positions = checkPositions("put", index, where, countElements(x.shape));
    if (countElements(values.shape) !== countElements(positions.shape)) {
      throw misfit("put", source, `${index.numel()} positions; give as many elements`);
    }
    const place = flatPlace(x, positions);
    return writePlace(place, values.reshape(positions.shape), accumulate ? "add" : "put");
  },
);

/**
 * The elements where the mask is false, `value` where it is true: a number, or a tensor without
 * dimensions. The mask is bool, and broadcasts; the type stays.
 * @example
 * tensor([1, 2, 3]).maskedFill(tensor([true, false, true]), 0) // tensor([0., 2., 0.])
 */
export const maskedFill = together<"maskedFill", [mask: Tensor | boolean, value: Operand]>(
  (x, mask, value) => {
    const given = single("maskedFill", checkTensor("maskedFill", x), value);
    const where = typeof mask === "boolean" ? full([], mask, { dtype: "bool" }) : mask;
    return given.where(checkMask("maskedFill", where), x);
  },
);

/**
 * The elements where the mask is false, and where it is true those of `source`, one after the
 * other, which must have enough (ShapeError). The tensor and the mask broadcast.
 * @example
 * const mask = tensor([true, false, true]);
 * zeros([3]).maskedScatter(mask, tensor([5, 6, 7])) // tensor([5., 0., 6.])
 */
export const maskedScatter = (x: Tensor, mask: Tensor, source: Tensor): Tensor => {
  const values = checkSource("maskedScatter", x, source).flatten();
  const where = checkMask("maskedScatter", mask);
  const shape = broadcastShapes("maskedScatter", x.shape, where.shape);
  const positions = nonzeroPositions(where.expand(shape));
  if (positions.length > values.shape[0]!) {
    throw misfit("maskedScatter", source, `a mask that is true ${positions.length} times`);
  }
  const place = flatPlace(x.expand(shape), tensor(positions));
  return writePlace(place, values.slice(0, 0, positions.length), "put");
};
