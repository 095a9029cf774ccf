/**
 * Order and counts: sorted elements, where values belong among them, and which there are. The
 * algorithms: host/order.ts. One element by its rank: extremes.ts. NaN is larger than all numbers;
 * positions are int32 (PyTorch: int64).
 */
import { ArgumentError, DTypeError, IndexError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import type { ListingFunction } from "../graph/shape-types.js";
import { countElements, formatShape, normalizeDim, sameShape } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { tensor, zeros } from "./create.js";
import type { Operand } from "./define.js";
import { floats, readArguments } from "./fold.js";
import type { Along } from "./fold.js";
import { groupRows, placesAmong, sortedPositions } from "./host/order.js";
import { lineUp } from "./host/recurrence.js";
import { takeRows } from "./host/rows.js";
import { readOptions } from "./options.js";
import { pick } from "./place.js";
import type { ValuesAndIndices } from "./place.js";
import { finding, shaped, typed } from "./typed.js";

/** How sort() and argsort() order. */
export interface SortOptions {
  /** Whether the largest comes first. */
  readonly descending?: boolean;
  /** Equal elements always stay in their order; this is here because PyTorch has it. */
  readonly stable?: boolean;
}

/**
 * The elements in order along a dimension (the last unless said otherwise), and where each was.
 * Equal ones stay in order.
 * @example
 * const { values, indices } = tensor([3, 1, 2]).sort();
 * values // tensor([1., 2., 3.])
 * indices // tensor([1, 2, 0])
 * tensor([3, 1, 2]).sort(0, { descending: true }).values // tensor([3., 2., 1.])
 */
export const sort = finding<"sort", "alongLast", [dim?: number, options?: SortOptions]>(
  (given: Tensor, dim = -1, options: SortOptions = {}): ValuesAndIndices => {
    const { descending } = readOptions<SortOptions>("sort", options, {
      descending: false,
      stable: true,
    });
    const [x, at] = lineUp("sort", given, dim);
    const indices = sortedPositions(x, at, descending);
    const { shape } = given;
    return { values: pick(x, indices, at).reshape(shape), indices: indices.reshape(shape) };
  },
);

/**
 * The positions of the elements along a dimension, in order: the indices of `sort`.
 * @example
 * tensor([3, 1, 2]).argsort() // tensor([1, 2, 0])
 */
export const argsort = shaped<
  "argsort",
  "alongLast",
  [dim?: number, options?: SortOptions],
  "position"
>((given: Tensor, dim = -1, options: SortOptions = {}): Tensor => {
  const { descending } = readOptions<SortOptions>("argsort", options, {
    descending: false,
    stable: true,
  });
  const [x, at] = lineUp("argsort", given, dim);
  return sortedPositions(x, at, descending).reshape(given.shape);
});

/** Which elements topk() takes. */
export interface TopkOptions {
  /** The largest, or the smallest if `false`. */
  readonly largest?: boolean;
  /** The result is in order anyway; this is here because PyTorch has it. */
  readonly sorted?: boolean;
}

/**
 * The `k` largest elements along a dimension (the last unless said otherwise) in descending order,
 * or with `largest: false` the smallest in ascending order, and where they are.
 * @example
 * tensor([3, 1, 4, 2]).topk(2).values // tensor([4., 3.])
 * tensor([3, 1, 4, 2]).topk(1, 0, { largest: false }).indices // tensor([1])
 */
export const topk = finding<"topk", "most", [k: number, dim?: number, options?: TopkOptions]>(
  (given, k, dim = -1, options = {}) => {
    const { largest } = readOptions("topk", options, { largest: true, sorted: true });
    const [x, at] = lineUp("topk", given, dim);
    if (!Number.isInteger(k) || k < 0 || k > x.shape[at]!) {
      throw new ArgumentError(
        `topk: there are no ${String(k)} elements in dimension ${at} of shape ` +
          `${formatShape(given.shape)}; k is an integer from 0 to ${x.shape[at]!}.`,
      );
    }
    const indices = sortedPositions(x, at, largest).slice(at, 0, k);
    const shape = given.shape.length === 0 && k === 1 ? [] : indices.shape;
    return { values: pick(x, indices, at).reshape(shape), indices: indices.reshape(shape) };
  },
);

/** What unique() gives besides the elements. */
export interface UniqueOptions {
  /** The result is in order anyway; this is here because PyTorch has it. */
  readonly sorted?: boolean;
  /** Where in the result each element of the tensor is. */
  readonly returnInverse?: boolean;
  /** How often each element of the result occurs. */
  readonly returnCounts?: boolean;
  /** Compare the parts at the positions of this dimension, not single elements. */
  readonly dim?: number | null;
}

/**
 * The elements that occur, each once and in order; with `dim` the parts that occur along it. With
 * `returnInverse` or `returnCounts` a list: the elements, then where each element of the tensor is
 * among them, then how often each occurs. A copy without gradient, whose size is read at once.
 * @example
 * tensor([3, 1, 3]).unique() // tensor([1., 3.])
 * const [values, counts] = tensor([3, 1, 3]).unique({ returnCounts: true });
 * counts // tensor([1, 2])
 */
export const unique: ListingFunction<UniqueOptions, "returnInverse" | "returnCounts"> = typed(
  (given: Tensor, options: UniqueOptions = {}): Tensor | Tensor[] => {
    const { returnInverse, returnCounts, dim } = readOptions<UniqueOptions>("unique", options, {
      sorted: true,
      returnInverse: false,
      returnCounts: false,
      dim: null,
    });
    const { shape } = checkTensor("unique", given);
    const isWhole = dim === null;
    const x = isWhole ? given.flatten() : given.atLeast1d();
    const at = isWhole ? 0 : normalizeDim("unique", dim, shape.length);
    const parts = x.detach().movedim(at, 0);
    const [count, ...rest] = parts.shape as [number, ...number[]];
    const width = countElements(rest);
    if (width === 0 && count > 0) {
      throw new ShapeError(
        `unique: the parts of shape ${formatShape(shape)} along dimension ${at} are empty; name ` +
          "the dimension of size 0, or leave dim out.",
      );
    }
    const matrix = parts.reshape([count, width]);
    const { members, counts, groupOf } = groupRows(matrix.data(), matrix.shape);
    const found = takeRows(matrix, tensor(members)).reshape([members.length, ...rest]);
    const results = [found.movedim(0, at)];
    if (returnInverse) results.push(tensor(groupOf).reshape(isWhole ? shape : [count]));
    if (returnCounts) results.push(tensor(counts));
    return results.length === 1 ? results[0]! : results;
  },
);

/** Where searchsorted() and bucketize() put what equals an element. */
export interface BucketizeOptions {
  /** Behind the elements that equal it, not before them. */
  readonly right?: boolean;
}

/** How searchsorted() searches. */
export interface SearchOptions extends BucketizeOptions {
  /** Another way to say `right`. */
  readonly side?: "left" | "right" | null;
  /** The order of the sequence, as `argsort` gives it, if it is not sorted. */
  readonly sorter?: Tensor | null;
}

/**
 * Where values belong in a sorted sequence: before which position each would have to be inserted.
 * The sequence is a vector, or has the dimensions of the values but the last, and each line is
 * searched for its own.
 * @example
 * tensor([1, 3, 5]).searchsorted(tensor([3, 6])) // tensor([1, 3])
 * tensor([1, 3, 5]).searchsorted(tensor([3, 6]), { right: true }) // tensor([2, 3])
 */
export const searchsorted = (
  sequence: Tensor,
  values: Tensor | number,
  options: SearchOptions = {},
): Tensor => {
  const { right, side, sorter } = readOptions<SearchOptions>("searchsorted", options, {
    right: false,
    side: null,
    sorter: null,
  });
  const given = checkTensor("searchsorted", sequence);
  if ((side !== null && side !== "left" && side !== "right") || (right && side === "left")) {
    throw new ArgumentError(
      `searchsorted: side is ${side}${right ? " where right is true" : ""}; use "left" ` +
        'or "right".',
    );
  }
  return search("searchsorted", given, values, right || side === "right", sorter);
};

/**
 * In which of the intervals between boundaries, a sorted vector, each element lies; `right` says
 * that a boundary belongs to the interval that it begins.
 * @example
 * tensor([0, 3, 9]).bucketize(tensor([1, 3, 5])) // tensor([0, 1, 3])
 */
export const bucketize = (
  x: Tensor,
  boundaries: Tensor,
  options: BucketizeOptions = {},
): Tensor => {
  const { right } = readOptions<BucketizeOptions>("bucketize", options, { right: false });
  if (checkTensor("bucketize", boundaries).shape.length === 1) {
    return search("bucketize", boundaries, checkTensor("bucketize", x), right, null);
  }
  throw new ShapeError(
    `bucketize: boundaries of shape ${formatShape(boundaries.shape)} are no vector; flatten them.`,
  );
};

function search(
  name: string,
  sequence: Tensor,
  given: Tensor | number,
  right: boolean,
  sorter: Tensor | null,
): Tensor {
  const isNumber = typeof given === "number";
  const values = isNumber ? tensor(given, { dtype: "float64" }) : checkTensor(name, given);
  const { shape } = sequence;
  const fits = shape.length === 1 || sameShape(shape.slice(0, -1), values.shape.slice(0, -1));
  if (!fits || shape.length === 0 || (values.shape.length === 0 && shape.length !== 1)) {
    throw new ShapeError(
      `${name}: values of shape ${formatShape(values.shape)} cannot be searched in a sequence of ` +
        `shape ${formatShape(shape)}; give a vector, or sizes that are equal but for the last.`,
    );
  }
  if (!isNumber && values.dtype !== sequence.dtype) {
    throw new DTypeError(
      `${name}: values of type ${values.dtype} in a sequence of type ${sequence.dtype}; convert ` +
        `them with x.to("${sequence.dtype}").`,
    );
  }
  if (sorter === null) return placesAmong(sequence, values, right);
  if (sameShape(checkTensor(name, sorter).shape, shape)) {
    return placesAmong(sequence.gather(-1, sorter), values, right);
  }
  throw new ShapeError(
    `${name}: a sorter of shape ${formatShape(sorter.shape)} for a sequence of shape ` +
      `${formatShape(shape)}; use sequence.argsort().`,
  );
}

/** What bincount() counts. */
export interface BincountOptions {
  /** How much each element counts; 1 unless given. */
  readonly weights?: Tensor | null;
  /** The least size of the result. */
  readonly minlength?: number;
}

/**
 * How often each of the integers from 0 on occurs in a vector, or the sum of their weights. Without
 * gradient; the size is read at once.
 * @example
 * tensor([0, 2, 2], { dtype: "int32" }).bincount() // tensor([1, 0, 2])
 */
export const bincount = (x: Tensor, options: BincountOptions = {}): Tensor => {
  const { weights, minlength } = readOptions<BincountOptions>("bincount", options, {
    weights: null,
    minlength: 0,
  });
  const { dtype, shape } = checkTensor("bincount", x);
  if (dtype !== "int32" || shape.length !== 1) {
    throw new DTypeError(
      `bincount: a tensor of type ${dtype} and shape ${formatShape(shape)} is no vector of ` +
        "integers; flatten it, and convert it to int32.",
    );
  }
  let [size, least] = [minlength, minlength];
  for (const value of x.data()) {
    size = Math.max(size, value + 1);
    least = Math.min(least, value);
  }
  if (!Number.isInteger(minlength) || least < 0) {
    throw new ArgumentError("bincount: the integers, and minlength, must be 0 or more.");
  }
  if (weights === null) return zeros([size], { dtype }).scatterAdd(0, x, x.newOnes(shape));
  if (!sameShape(checkTensor("bincount", weights).shape, shape)) {
    throw new ShapeError(
      `bincount: weights of shape ${formatShape(weights.shape)} for ${formatShape(shape)} ` +
        "elements; give one for each.",
    );
  }
  const shares = weights.detach().to(weights.dtype === "float32" ? "float32" : "float64");
  return zeros([size], { dtype: shares.dtype }).scatterAdd(0, x, shares);
};

const interpolations = ["linear", "lower", "higher", "nearest", "midpoint"] as const;

/** How quantile() and nanquantile() find what lies between two elements. */
export interface QuantileOptions {
  /** `"linear"` unless given; `"midpoint"` is the mean of the two, the others take one of them. */
  readonly interpolation?: (typeof interpolations)[number];
}

/** Checks what share of the elements shall lie below, and gives it as a tensor. */
function checkShares(name: string, x: Tensor, q: number | Tensor): Tensor {
  floats(name, x.dtype);
  const shares = typeof q === "number" ? tensor(q, { dtype: x.dtype }) : checkTensor(name, q);
  if (shares.dtype !== x.dtype) {
    throw new DTypeError(
      `${name}: q is of type ${shares.dtype} and the tensor of type ${x.dtype}; convert one.`,
    );
  }
  const wrong = shares.data().find((share) => !(share >= 0 && share <= 1));
  if (wrong === undefined && shares.shape.length <= 1) return shares;
  throw new ArgumentError(
    `${name}: ${wrong ?? `a q of shape ${formatShape(shares.shape)}`} is no share of the ` +
      "elements; give a number from 0 to 1, or a vector of them.",
  );
}

function quantiles(
  name: string,
  given: Tensor,
  q: number | Tensor,
  args: Along<QuantileOptions>,
): Tensor {
  const { dim, keepdim, options } = readArguments<QuantileOptions>(name, args, ["interpolation"]);
  const { interpolation = "linear" } = options;
  const shares = checkShares(name, checkTensor(name, given), q);
  const isWhole = dim === null;
  const [x, at] = lineUp(name, isWhole ? given.flatten() : given, (dim as number | null) ?? 0);
  const size = x.shape[at]!;
  if (size === 0) throw new IndexError(`${name}: no elements have no quantiles.`);
  if (!interpolations.includes(interpolation)) {
    throw new ArgumentError(
      `${name}: there is no interpolation ${interpolation}; use one of ` +
        `${interpolations.join(", ")}.`,
    );
  }
  const lines = x.movedim(at, -1);
  const sorted = lines.sort().values;
  const missing = lines.isnan().sum(-1, true);
  // NaNs are last. They are left out, or else, where there is one, the last element is the result.
  const left = name === "nanquantile" ? missing : missing.mul(0);
  const last = left
    .neg()
    .add(size - 1)
    .clampMin(0);
  const ranks = shares
    .atLeast1d()
    .mul(last)
    .where(missing.eq(left), size - 1);
  const ranked = (rank: Tensor): Tensor => pick(sorted, rank.to("int32"), lines.shape.length - 1);
  const between = (share: Operand): Tensor =>
    ranked(ranks.floor()).lerp(ranked(ranks.ceil()), share);
  const found = {
    lower: () => ranked(ranks.floor()),
    higher: () => ranked(ranks.ceil()),
    nearest: () => ranked(ranks.round()),
    midpoint: () => between(0.5),
    linear: () => between(ranks.frac()),
  }[interpolation]();
  const { shape } = given;
  const kept: Shape = shape.map((own, i) => (isWhole || i === at ? 1 : own));
  const result = isWhole ? [] : shape.filter((_, i) => i !== at);
  return found.movedim(-1, 0).reshape([...shares.shape, ...(keepdim ? kept : result)]);
}

/**
 * The value below which a share `q` of the elements lies, of all elements or along a dimension;
 * several shares, a vector, give a dimension in front. NaN where there is one. Between two elements
 * `interpolation` decides.
 * @example
 * tensor([1, 2, 3, 4]).quantile(0.5) // tensor(2.5000)
 * tensor([1, 2, 3, 4]).quantile(0.5, { interpolation: "lower" }) // tensor(2.)
 * tensor([1, 2, 3]).quantile(tensor([0, 0.75])) // tensor([1.0000, 2.5000])
 */
export const quantile = (x: Tensor, q: number | Tensor, ...args: Along<QuantileOptions>): Tensor =>
  quantiles("quantile", x, q, args);

/**
 * `quantile` of the elements that are not NaN.
 * @example
 * tensor([1, NaN, 3]).nanquantile(0.5) // tensor(2.)
 */
export const nanquantile = (
  x: Tensor,
  q: number | Tensor,
  ...args: Along<QuantileOptions>
): Tensor => quantiles("nanquantile", x, q, args);
