/**
 * Walks through walks: where an operand is itself computed from operands, the walk over its
 * elements becomes walks over theirs. Arithmetic on strides; no data, no nodes.
 */
import { rowMajor } from "../graph/shape.js";

/** Where the elements of an operand are: a place to begin, and a stride for each dimension. */
export interface Walk {
  readonly strides: readonly number[];
  readonly offset: number;
}

/** For each dimension of a walk how far it goes in each dimension of the space walked through. */
export interface Steps {
  readonly start: readonly number[];
  readonly by: readonly (readonly number[])[];
}

/**
 * A walk over a space of `sizes`, through elements that lie row-major in `space`, as steps in the
 * dimensions of that space; `null` where it would run over the end of a dimension.
 */
export function mapWalk(
  walk: Walk,
  sizes: readonly number[],
  space: readonly number[],
): Steps | null {
  // Where there are no elements, any way leads to them.
  const units = sizes.includes(0) ? space.map(() => 0) : rowMajor(space);
  const start = digits(walk.offset, units);
  const by = walk.strides.map((stride, dim) => digits(sizes[dim] === 1 ? 0 : stride, units));
  for (let k = 0; k < space.length; k++) {
    let end = start[k]!;
    for (let dim = 0; dim < by.length; dim++) end += by[dim]![k]! * Math.max(sizes[dim]! - 1, 0);
    if (end > 0 && end >= space[k]!) return null;
  }
  return { start, by };
}

/** A distance in elements as distances in dimensions. */
function digits(distance: number, units: readonly number[]): number[] {
  let rest = distance;
  return units.map((unit) => {
    const digit = unit === 0 ? 0 : Math.floor(rest / unit);
    rest -= digit * unit;
    return digit;
  });
}

/** Steps of a kernel through an item, then of the item through its source. */
export const compose = (outer: Steps, inner: Steps): Steps => ({
  start: inner.start.map((start, k) => start + dot(outer.start, (dim) => inner.by[dim]![k]!)),
  by: outer.by.map((row) => inner.start.map((_, k) => dot(row, (dim) => inner.by[dim]![k]!))),
});

/** The walk over a buffer that steps through an item's space make. */
export const follow = (steps: Steps, walk: Walk): Walk => ({
  offset: walk.offset + dot(steps.start, (dim) => walk.strides[dim]!),
  strides: steps.by.map((row) => dot(row, (dim) => walk.strides[dim]!)),
});

const dot = (row: readonly number[], other: (dim: number) => number): number =>
  row.reduce((sum, value, dim) => sum + (value === 0 ? 0 : value * other(dim)), 0);
