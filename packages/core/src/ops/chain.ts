/**
 * The product of a chain of matrices, in the order of multiplications that costs least. Read first:
 * ops/contract.ts.
 */
import { ArgumentError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import { formatShape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";

/**
 * The product of two matrices or more, multiplied in the order that costs least; the first may be a
 * vector, a row, and so may the last, a column.
 * @example
 * multiDot([ones([2, 3]), ones([3, 4]), ones([4])]) // tensor([12., 12.])
 */
export const multiDot = (tensors: readonly Tensor[]): Tensor => {
  if (!Array.isArray(tensors) || tensors.length < 2) {
    throw new ArgumentError(
      "multiDot: give a list of two tensors or more, as multiDot([a, b, c]).",
    );
  }
  const given = Array.from(tensors as readonly Tensor[], (x) => checkTensor("multiDot", x));
  const [first, last] = [given[0]!, given.at(-1)!];
  const [isRow, isColumn] = [first.shape.length === 1, last.shape.length === 1];
  const matrices = given.map((x, i) => {
    if (i === 0 && isRow) return x.unsqueeze(0);
    return i === given.length - 1 && isColumn ? x.unsqueeze(1) : x;
  });
  matrices.forEach((x, i) => {
    const fits = i === 0 || matrices[i - 1]!.shape[1] === x.shape[0];
    if (x.shape.length === 2 && fits) return;
    throw new ShapeError(
      `multiDot: ${given.map(({ shape }) => formatShape(shape)).join(" × ")}: input ${i} does ` +
        "not " +
        "fit; give matrices whose neighbouring sizes are equal, a vector only first or last.",
    );
  });
  const sizes = [matrices[0]!.size(0), ...matrices.map((x) => x.size(1))];
  let result = multiply(matrices, cheapest(sizes), 0, matrices.length - 1);
  if (isColumn) result = result.squeeze(1);
  return isRow ? result.squeeze(0) : result;
};

/** For every part of the chain, from matrix i to j, after which one to cut it: `cuts[i][j]`. */
function cheapest(sizes: readonly number[]): number[][] {
  const count = sizes.length - 1;
  const table = (): number[][] =>
    Array.from({ length: count }, () => new Array<number>(count).fill(0));
  const [costs, cuts] = [table(), table()];
  for (let length = 1; length < count; length++) {
    for (let i = 0; i + length < count; i++) {
      const j = i + length;
      costs[i]![j] = Infinity;
      for (let k = i; k < j; k++) {
        const own = sizes[i]! * sizes[k + 1]! * sizes[j + 1]!;
        const cost = costs[i]![k]! + costs[k + 1]![j]! + own;
        if (cost >= costs[i]![j]!) continue;
        costs[i]![j] = cost;
        cuts[i]![j] = k;
      }
    }
  }
  return cuts;
}

function multiply(
  matrices: readonly Tensor[],
  cuts: readonly (readonly number[])[],
  i: number,
  j: number,
): Tensor {
  if (i === j) return matrices[i]!;
  const k = cuts[i]![j]!;
  return multiply(matrices, cuts, i, k).matmul(multiply(matrices, cuts, k + 1, j));
}
