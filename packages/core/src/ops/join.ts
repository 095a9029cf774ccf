/**
 * Joining: several tensors become one. These are free functions over lists, `cat([a, b])`, and no
 * methods. The way back is in ops/split.ts. Read first: ops/define.ts.
 */
import { ArgumentError, ShapeError } from "../errors.js";
import { allocate, resultType } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import type { Work } from "../graph/node.js";
import type { JoinFunction } from "../graph/shape-types.js";
import { checkShape, countElements, formatShape, normalizeDim, sameShape } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { tensor, zeros } from "./create.js";
import { record } from "./define.js";
import type { Op, Vjp } from "./define.js";
import { readOptions } from "./options.js";
import { typed } from "./typed.js";

/** What one call of cat is. */
interface Joining {
  readonly dim: number;
  /** Where each input begins along `dim`, and where the last one ends. */
  readonly ends: readonly number[];
}

/** An input as PyTorch has always allowed it, whatever the others are: it adds nothing. */
const isNothing = ({ shape }: { readonly shape: Shape }): boolean =>
  shape.length === 1 && shape[0] === 0;

/** The part of the gradient that belongs to one input. */
const part =
  (i: number): Vjp<Joining> =>
  (g, { shape, attributes: { dim, ends } }): Tensor =>
    shape.length === g.shape.length ? g.slice(dim, ends[i]!, ends[i + 1]) : g.newZeros(shape);

/** The operations by their number of inputs. */
const operations = new Map<number, Op>();

function joining(count: number): Op {
  let op = operations.get(count);
  if (op === undefined) {
    const vjps = Array.from({ length: count }, (_, i) => part(i) as Vjp<never> as Vjp);
    op = { name: "cat", vjps, work };
    operations.set(count, op);
  }
  return op;
}

/** Blocks up to this size are copied faster by a loop than by `set`, which needs a view of each. */
const SHORT = 64;

/** Copies the inputs' blocks, one after the other, as often as there are indices before `dim`. */
const work: Op["work"] = ({ attributes, shape, dtype }): Work => {
  const { dim, ends } = attributes as Joining;
  const inner = countElements(shape.slice(dim + 1));
  const outer = countElements(shape.slice(0, dim));
  return {
    kind: "host",
    run(inputs) {
      const result = allocate(dtype, countElements(shape));
      let at = 0;
      for (let block = 0; block < outer; block++) {
        for (let i = 0; i < inputs.length; i++) {
          const size = (ends[i + 1]! - ends[i]!) * inner;
          const [input, from] = [inputs[i]!, block * size];
          if (size > SHORT) result.set(input.subarray(from, from + size), at);
          else for (let k = 0; k < size; k++) result[at + k] = input[from + k]!;
          at += size;
        }
      }
      return result;
    },
  };
};

/** A list of tensors, at least one. */
function checkTensors(name: string, tensors: readonly Tensor[]): readonly Tensor[] {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ArgumentError(
      `${name}: give a list of one tensor or more, for example ${name}([a, b]).`,
    );
  }
  return Array.from(tensors as readonly Tensor[], (x) => checkTensor(name, x));
}

/** The tensors in their common type; one without dimensions does not widen those that have some. */
function inOneType(tensors: readonly Tensor[]): Tensor[] {
  const common = tensors.reduce(
    ({ dtype, rank }, x) => ({
      dtype: resultType(dtype, rank, x.dtype, x.shape.length),
      rank: Math.max(rank, x.shape.length),
    }),
    { dtype: tensors[0]!.dtype, rank: tensors[0]!.shape.length },
  );
  return tensors.map((x) => x.to(common.dtype));
}

function join(name: string, tensors: readonly Tensor[], dim: number): Tensor {
  const inputs = inOneType(tensors);
  const model = inputs.find((x) => !isNothing(x)) ?? inputs[0]!;
  const rank = model.shape.length;
  const at = normalizeDim(name, dim, rank);
  const ends = [0];
  inputs.forEach((x, i) => {
    if (isNothing(x)) {
      ends.push(ends[i]!);
      return;
    }
    const other = x.shape.findIndex((size, k) => k !== at && size !== model.shape[k]);
    if (x.shape.length !== rank || rank === 0 || other >= 0) {
      const sizes = `${formatShape(model.shape)} and ${formatShape(x.shape)}`;
      const why =
        rank === 0
          ? "tensors without dimensions cannot be joined; use stack"
          : x.shape.length === rank
            ? `${model.shape[other]!} ≠ ${x.shape[other]!}. In dimension ${other} input ${i} ` +
              `does not fit to the first, and all but dimension ${at} must be equal`
            : "they have not as many dimensions; use stack for a new one, or reshape";
      throw new ShapeError(`${name}: ${sizes}: ${why}.`);
    }
    ends.push(ends[i]! + x.shape[at]!);
  });
  const shape = model.shape.map((size, i) => (i === at ? ends.at(-1)! : size));
  const attributes: Joining = { dim: at, ends };
  return record(joining(inputs.length), inputs, attributes, model.dtype, { shape });
}

/**
 * Tensors one after the other along a dimension; in all other dimensions they have one size. The
 * result has their common type. A tensor of shape [0] fits anywhere and adds nothing. Throws a
 * ShapeError that names the sizes that differ.
 * @example
 * cat([tensor([1, 2]), tensor([3])]) // tensor([1., 2., 3.])
 * cat([zeros([2, 3]), zeros([2, 1])], 1).shape // [ 2, 4 ]
 */
export const cat: JoinFunction<"cat"> = typed((tensors: readonly Tensor[], dim = 0): Tensor =>
  join("cat", checkTensors("cat", tensors), dim),
);

/**
 * Tensors of one shape side by side in a new dimension `dim`.
 * @example
 * stack([tensor([1, 2]), tensor([3, 4])]) // tensor([[1., 2.],
 * //         [3., 4.]])
 * stack([tensor([1, 2]), tensor([3, 4])], 1) // tensor([[1., 3.],
 * //         [2., 4.]])
 */
export const stack: JoinFunction<"stack"> = typed((tensors: readonly Tensor[], dim = 0): Tensor => {
  const list = checkTensors("stack", tensors);
  const { shape } = list[0]!;
  const other = list.findIndex((x) => !sameShape(x.shape, shape));
  if (other >= 0) {
    const own = list[other]!.shape;
    const at = shape.findIndex((size, i) => size !== own[i]);
    const why =
      own.length === shape.length
        ? `${shape[at]} ≠ ${own[at]}. `
        : "they have not as many dimensions. ";
    throw new ShapeError(
      `stack: ${formatShape(shape)} and ${formatShape(own)}: ${why}Input ${other} and the first ` +
        "must have one shape. To join along a dimension that is there, use cat.",
    );
  }
  const at = normalizeDim("stack", dim, shape.length + 1);
  const row = inOneType(list).map((x) => x.unsqueeze(at));
  return join("stack", row, at);
});

/**
 * Tensors side by side: along dimension 1, vectors along 0.
 * @example
 * hstack([tensor([1, 2]), tensor([3])]) // tensor([1., 2., 3.])
 * hstack([zeros([2, 1]), zeros([2, 3])]).shape // [ 2, 4 ]
 */
export const hstack = (tensors: readonly Tensor[]): Tensor => {
  const list = checkTensors("hstack", tensors).map((x) => x.atLeast1d());
  return join("hstack", list, list[0]!.shape.length === 1 ? 0 : 1);
};

/**
 * Tensors one below the other: along dimension 0, vectors as rows.
 * @example
 * vstack([tensor([1, 2]), tensor([3, 4])]) // tensor([[1., 2.],
 * //         [3., 4.]])
 */
export const vstack = (tensors: readonly Tensor[]): Tensor =>
  join(
    "vstack",
    checkTensors("vstack", tensors).map((x) => x.atLeast2d()),
    0,
  );

/**
 * Tensors one behind the other: along dimension 2, see `atLeast3d` for what has none.
 * @example
 * dstack([tensor([1, 2]), tensor([3, 4])]).shape // [ 1, 2, 2 ]
 */
export const dstack = (tensors: readonly Tensor[]): Tensor =>
  join(
    "dstack",
    checkTensors("dstack", tensors).map((x) => x.atLeast3d()),
    2,
  );

/**
 * Vectors as columns of a matrix, beside matrices as they are.
 * @example
 * columnStack([tensor([1, 2]), tensor([3, 4])]) // tensor([[1., 3.],
 * //         [2., 4.]])
 */
export const columnStack = (tensors: readonly Tensor[]): Tensor => {
  const column = (x: Tensor): Tensor => (x.shape.length < 2 ? x.reshape([x.numel(), 1]) : x);
  return join("columnStack", checkTensors("columnStack", tensors).map(column), 1);
};

/**
 * The matrix with these matrices on its diagonal, 0 elsewhere; vectors count as rows.
 * @example
 * blockDiag([tensor([[1, 2]]), tensor([3])]) // tensor([[1., 2., 0.],
 * //         [0., 0., 3.]])
 */
export const blockDiag = (tensors: readonly Tensor[]): Tensor => {
  const blocks = inOneType(checkTensors("blockDiag", tensors)).map((x) => x.atLeast2d());
  const wrong = blocks.find((x) => x.shape.length !== 2);
  if (wrong !== undefined) {
    throw new ShapeError(
      `blockDiag: a tensor of shape ${formatShape(wrong.shape)} is no matrix; give matrices, ` +
        "vectors or single numbers.",
    );
  }
  const width = blocks.reduce((sum, x) => sum + x.size(1), 0);
  let left = 0;
  const rows = blocks.map((x) => {
    const [height, own] = [x.size(0), x.size(1)];
    const before = zeros([height, left], { dtype: x.dtype });
    const after = zeros([height, width - left - own], { dtype: x.dtype });
    left += own;
    return join("blockDiag", [before, x, after], 1);
  });
  return join("blockDiag", rows, 0);
};

/**
 * From vectors the coordinates of the grid they span: one tensor for each, as views. With
 * `indexing: "xy"` the first two dimensions are exchanged, as for pictures.
 * @example
 * const [x, y] = meshgrid([tensor([1, 2]), tensor([3, 4, 5])]);
 * x // tensor([[1., 1., 1.],
 * //         [2., 2., 2.]])
 * y // tensor([[3., 4., 5.],
 * //         [3., 4., 5.]])
 */
export const meshgrid = (
  tensors: readonly Tensor[],
  options: { readonly indexing?: "ij" | "xy" } = {},
): Tensor[] => {
  const { indexing = "ij" } = options ?? {};
  const vectors = checkTensors("meshgrid", tensors).map((x) => x.atLeast1d());
  const wrong = vectors.find((x) => x.shape.length !== 1);
  if (wrong !== undefined) {
    throw new ShapeError(
      `meshgrid: a tensor of shape ${formatShape(wrong.shape)} is no vector; flatten it first.`,
    );
  }
  if (indexing !== "ij" && indexing !== "xy") {
    throw new ArgumentError(`meshgrid: indexing is ${String(indexing)}; use "ij" or "xy".`);
  }
  const shape = vectors.map((x) => x.size(0));
  const grids = vectors.map((x, i) =>
    x.reshape(shape.map((size, k) => (k === i ? size : 1))).expand(shape),
  );
  return indexing === "xy" && grids.length > 1 ? grids.map((x) => x.transpose(0, 1)) : grids;
};

/**
 * All ways to choose one element from each vector, one a row.
 * @example
 * cartesianProd([tensor([1, 2]), tensor([3, 4])]) // tensor([[1., 3.],
 * //         [1., 4.],
 * //         [2., 3.],
 * //         [2., 4.]])
 */
export const cartesianProd = (tensors: readonly Tensor[]): Tensor => {
  const vectors = checkTensors("cartesianProd", tensors);
  const columns = meshgrid(vectors).map((x) => x.flatten());
  return columns.length === 1 ? columns[0]! : stack(columns, 1);
};

/** How combinations() draws. */
export interface CombinationsOptions {
  /** Whether an element may be drawn again. */
  readonly withReplacement?: boolean;
}

/**
 * All ways to choose `r` elements of a vector without regard to order, one a row.
 * @example
 * combinations(tensor([1, 2, 3])) // tensor([[1., 2.],
 * //         [1., 3.],
 * //         [2., 3.]])
 */
export const combinations = (x: Tensor, r = 2, options: CombinationsOptions = {}): Tensor => {
  const { withReplacement } = readOptions<CombinationsOptions>("combinations", options, {
    withReplacement: false,
  });
  const { shape } = checkTensor("combinations", x);
  if (shape.length !== 1 || !Number.isInteger(r) || r < 0) {
    throw new ArgumentError(
      `combinations: ${String(r)} of a tensor of shape ${formatShape(shape)}; give a vector, and ` +
        "an integer, 0 or more.",
    );
  }
  if (r === 0) return x.newZeros([0]);
  const [size, apart] = [shape[0]!, withReplacement ? 0 : 1];
  const from = size + (withReplacement ? r - 1 : 0);
  let count = from < r ? 0 : 1;
  for (let i = 0; i < Math.min(r, from - r); i++) count *= (from - i) / (i + 1);
  checkShape("combinations", [Math.round(count), r]);
  // Each row is the one before it, counted up at the last place that is not at its end yet.
  const rows = new Int32Array(Math.round(count) * r);
  for (let i = 0; i < Math.min(r, rows.length); i++) rows[i] = apart * i;
  for (let at = r; at < rows.length; at += r) {
    let k = r - 1;
    while (rows[at - r + k] === size - 1 - apart * (r - 1 - k)) k--;
    const next = rows[at - r + k]! + 1;
    for (let i = 0; i < r; i++) rows[at + i] = i < k ? rows[at - r + i]! : next + apart * (i - k);
  }
  return x.at(tensor(rows).reshape([Math.round(count), r]));
};
