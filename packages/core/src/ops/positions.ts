/**
 * Positions as users give them, checked: every one is inside, or an IndexError names it, the
 * dimension and the size. So they are read at the call. What is at them: place.ts.
 */
import { DTypeError, IndexError, ShapeError } from "../errors.js";
import { learn } from "../graph/capture.js";
import { checkTensor } from "../graph/node.js";
import { countElements, formatShape, rowMajor } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { lineUp } from "./host/recurrence.js";
import { indexedPlace, linePositions } from "./place.js";
import type { Place } from "./place.js";

/** Throws an IndexError for a position that is not in a dimension of that size. */
export function checkPosition(
  name: string,
  position: number,
  where: string,
  size: number,
  least = -size,
): void {
  if (Number.isInteger(position) && position >= least && position < size) return;
  throw new IndexError(
    `${name}: index ${position} is out of range for ${where}, which has size ${size}` +
      (size > 0 ? `; use an integer from ${least} to ${size - 1}.` : " and so no elements."),
  );
}

/**
 * A tensor of positions, each inside, counted from the front; `least` is 0 where they cannot be
 * counted from the end. They are read at once.
 */
export function checkPositions(
  name: string,
  given: Tensor,
  where: string,
  size: number,
  least = -size,
): Tensor {
  const positions = checkIndex(name, given);
  const countsBack = learn(positions, (values) => {
    let lowest = 0;
    for (let i = 0; i < values.length; i++) {
      checkPosition(name, values[i]!, where, size, least);
      lowest = Math.min(lowest, values[i]!);
    }
    return lowest < 0;
  });
  return countsBack ? positions.add(size).where(positions.lt(0), positions) : positions;
}

/** A tensor of positions, as int32; where there are none their type does not matter. */
export function checkIndex(name: string, given: Tensor): Tensor {
  const { dtype, shape } = checkTensor(name, given);
  if (dtype === "int32") return given;
  if (countElements(shape) === 0) return given.to("int32");
  throw new DTypeError(
    `${name}: positions are int32, and these are ${dtype}; make them with ` +
      'tensor([0, 1], { dtype: "int32" }), or convert them with i.to("int32").',
  );
}

/** Where elements of a tensor are not 0, in the row of all elements. */
export function nonzeroPositions(x: Tensor): Int32Array {
  const found: number[] = [];
  x.data().forEach((value, i) => {
    if (value !== 0) found.push(i);
  });
  return Int32Array.from(found);
}

/** Positions in the row of all elements as positions along each dimension of a shape. */
export const coordinates = (positions: Int32Array, shape: Shape): Int32Array[] =>
  rowMajor(shape).map((stride, dim) =>
    positions.map((position) => Math.floor(position / stride) % shape[dim]!),
  );

/**
 * In the row of all elements, what gather and scatter mean: in every line along a dimension the
 * positions that the index has there. None of them counts from the end.
 */
export function positionsAlong(name: string, given: Tensor, dim: number, index: Tensor): Tensor {
  const [x, at] = lineUp(name, given, dim);
  const positions = checkIndex(name, index).atLeast1d();
  if (countElements(positions.shape) > 0) {
    const fits = positions.shape.every((size, i) => i === at || size <= (x.shape[i] ?? 0));
    if (!fits || positions.shape.length !== x.shape.length) {
      throw new ShapeError(
        `${name}: an index of shape ${formatShape(index.shape)} does not fit a tensor of shape ` +
          `${formatShape(given.shape)}: it must have as many dimensions, and be no larger but in ` +
          `dimension ${at}.`,
      );
    }
    checkPositions(name, positions, `dimension ${at}`, x.shape[at]!, 0);
  }
  return linePositions(x.shape, at, positions);
}

/** Where a dimension has the positions of a vector. */
export function placeAcross(
  name: string,
  given: Tensor,
  dim: number,
  index: Tensor,
  isFromEnd = false,
): Place {
  const [x, at] = lineUp(name, given, dim);
  if (checkIndex(name, index).shape.length > 1) {
    throw new ShapeError(
      `${name}: the positions have shape ${formatShape(index.shape)}, and must be a vector; for ` +
        "positions of any shape use x.at(...).",
    );
  }
  const least = isFromEnd ? undefined : 0;
  const size = x.shape[at]!;
  const positions = checkPositions(name, index.atLeast1d(), `dimension ${at}`, size, least);
  return indexedPlace(name, x, [{ dim: at, positions }]);
}

/** A condition for elements. */
export function checkMask(name: string, mask: Tensor): Tensor {
  if (checkTensor(name, mask).dtype === "bool") return mask;
  throw new DTypeError(
    `${name}: the mask is of type ${mask.dtype}; it must be bool, for example x.gt(0).`,
  );
}
