/**
 * Taking elements out by position: along a dimension, from the row of all elements, or where a mask
 * is true; and finding positions. The way back, writing: scatter.ts. By an index of all dimensions:
 * indexing.ts. Positions are int32 tensors (PyTorch: int64), read and checked at the call; one
 * outside is an IndexError.
 */
import { ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import type { ListingFunction } from "../graph/shape-types.js";
import { broadcastShapes, countElements, formatShape, normalizeDim } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { tensor } from "./create.js";
import { stack } from "./join.js";
import { readOptions } from "./options.js";
import { flatPlace, readPlace } from "./place.js";
import {
  checkMask,
  checkPositions,
  coordinates,
  nonzeroPositions,
  placeAcross,
  positionsAlong,
} from "./positions.js";
import { shaped, typed } from "./typed.js";

/**
 * In every line along a dimension the elements at the positions that `index` has in that line. The
 * result has the shape of the index, which has as many dimensions as the tensor and is no larger
 * but in `dim` (ShapeError). Positions count from 0.
 * @example
 * const index = tensor([[0, 0], [1, 0]], { dtype: "int32" });
 * tensor([[1, 2], [3, 4]]).gather(1, index) // tensor([[1., 1.],
 * //         [4., 3.]])
 * tensor([1, 2]).gather(0, tensor([2]).to("int32")) // throws IndexError: gather: index 2 is out
 */
export const gather = shaped<"gather", "gather", [dim: number, index: Tensor]>(
  (x: Tensor, dim: number, index: Tensor): Tensor =>
    readPlace(flatPlace(x, positionsAlong("gather", x, dim, index))).reshape(index.shape),
);

/**
 * As `gather`, but shapes broadcast in all dimensions but `dim`; without `dim` both are taken as
 * one row. Made for what `argsort` and `argmax` give.
 * @example
 * const x = tensor([[3, 1], [2, 4]]);
 * x.takeAlongDim(x.argmax(1, true), 1) // tensor([[3.],
 * //         [4.]])
 */
export const takeAlongDim = (x: Tensor, indices: Tensor, dim?: number): Tensor => {
  checkTensor("takeAlongDim", indices);
  if (dim === undefined) {
    const row = checkTensor("takeAlongDim", x).flatten();
    return readPlace(flatPlace(row, positionsAlong("takeAlongDim", row, 0, indices.flatten())));
  }
  const at = normalizeDim("takeAlongDim", dim, checkTensor("takeAlongDim", x).shape.length);
  if (x.shape.length !== indices.shape.length) {
    throw new ShapeError(
      `takeAlongDim: indices of shape ${formatShape(indices.shape)} and a tensor of shape ` +
        `${formatShape(x.shape)} must have as many dimensions; add some with unsqueeze.`,
    );
  }
  const [own, others] = [x, indices].map(({ shape }) => shape.map((n, i) => (i === at ? 1 : n)));
  const common = broadcastShapes("takeAlongDim", own!, others!);
  const along = ({ shape }: Tensor): number[] => common.map((n, i) => (i === at ? shape[i]! : n));
  const whole = x.expand(along(x));
  const positions = positionsAlong("takeAlongDim", whole, dim, indices.expand(along(indices)));
  return readPlace(flatPlace(whole, positions)).reshape(along(indices));
};

/**
 * The parts at some positions of a dimension, given as a vector; a copy. Positions count from 0.
 * @example
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * x.indexSelect(1, tensor([2, 0], { dtype: "int32" })) // tensor([[3., 1.],
 * //         [6., 4.]])
 */
export const indexSelect = shaped<"indexSelect", "indexSelect", [dim: number, index: Tensor]>(
  (x: Tensor, dim: number, index: Tensor): Tensor => {
    const parts = readPlace(placeAcross("indexSelect", x, dim, index));
    if (x.shape.length > 0) return parts;
    if (countElements(parts.shape) === 1) return parts.reshape([]);
    throw new ShapeError(
      `indexSelect: ${index.numel()} positions of a tensor without dimensions; name one, or use ` +
        "x.unsqueeze(0).",
    );
  },
);

/**
 * Elements by their position in the row of all elements, in the shape of the positions; negative
 * ones count from the end.
 * @example
 * tensor([[1, 2], [3, 4]]).take(tensor([3, 0, -2], { dtype: "int32" })) // tensor([4., 1., 3.])
 */
export const take = (x: Tensor, index: Tensor): Tensor => {
  const count = countElements(checkTensor("take", x).shape);
  return readPlace(flatPlace(x, checkPositions("take", index, "the row of all elements", count)));
};

/**
 * The elements where the mask is true, as a vector; the two broadcast. Their number depends on the
 * mask, which is read at once.
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * x.maskedSelect(x.gt(2)) // tensor([3., 4.])
 */
export const maskedSelect = (x: Tensor, mask: Tensor): Tensor => {
  const where = checkMask("maskedSelect", mask);
  const shape = broadcastShapes("maskedSelect", checkTensor("maskedSelect", x).shape, where.shape);
  const positions = tensor(nonzeroPositions(where.expand(shape)));
  return readPlace(flatPlace(x.expand(shape), positions));
};

/** How nonzero() gives positions. */
export interface NonzeroOptions {
  /** One vector for each dimension, as indices to `at`, in the place of a matrix. */
  readonly asTuple?: boolean;
}

/**
 * Where elements are not 0, as int32: a matrix with one position a row, or with `asTuple` a list of
 * one vector for each dimension. NaN is not 0.
 * @example
 * tensor([[1, 0], [0, 2]]).nonzero() // tensor([[0, 0],
 * //         [1, 1]])
 * tensor([0, 3, 4]).nonzero({ asTuple: true }) // [ tensor([1, 2]) ]
 */
export const nonzero: ListingFunction<NonzeroOptions, "asTuple"> = typed(
  (given: Tensor, options: NonzeroOptions = {}): Tensor | Tensor[] => {
    const { asTuple } = readOptions<NonzeroOptions>("nonzero", options, { asTuple: false });
    const x = asTuple ? checkTensor("nonzero", given).atLeast1d() : checkTensor("nonzero", given);
    const positions = nonzeroPositions(x);
    const along = coordinates(positions, x.shape).map((places) => tensor(places));
    if (asTuple) return along;
    const none = tensor(new Int32Array(0)).reshape([positions.length, 0]);
    return along.length === 0 ? none : stack(along, 1);
  },
);

/**
 * Where elements are not 0: `nonzero` as a matrix with one position a row.
 * @example
 * tensor([0, 3, 4]).argwhere() // tensor([[1],
 * //         [2]])
 */
export const argwhere = (x: Tensor): Tensor => nonzero(checkTensor("argwhere", x));
