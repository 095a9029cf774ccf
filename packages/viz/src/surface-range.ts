/**
 * Which part of a loss surface to show: the path and the optimum, with a margin.
 * Read `descent-on-surface.ts` for the plot.
 */
import { extent, padded } from "./axis.js";
import type { Range } from "./axis.js";
import { PlotError } from "./errors.js";
import { isDrawable, requireFinite } from "./numbers.js";
import type { Point } from "./path.js";

/** The part of a surface to show. */
export interface SurfaceRange {
  readonly xRange: Range;
  readonly yRange: Range;
}

/**
 * The ranges that show a whole path, and the optimum, with a margin on all sides; never empty,
 * even for a single point or a path along one axis. A path diverges if it stops being finite or,
 * where the optimum is known, if its last step is longer than its first: then only the
 * surroundings of the optimum (or of the start) are shown, four times as far as the start is, or
 * as the first step is long.
 *
 * Throws `PlotError` if the path is empty, or if its start or the optimum is not finite.
 *
 * @example
 * surfaceRange([[0, 0], [2, 2]], [4, 1]) // { xRange: [ -0.6, 4.6 ], yRange: [ -0.3, 2.3 ] }
 */
export function surfaceRange(path: readonly Point[], optimum?: Point): SurfaceRange {
  const [start] = path;
  if (start === undefined) {
    throw new PlotError("surfaceRange: path is empty: pass at least the point it starts from");
  }
  requireFinite("surfaceRange", "the start of the path", start);
  if (optimum !== undefined) requireFinite("surfaceRange", "optimum", optimum);
  const range = (axis: 0 | 1): Range => {
    const target = optimum?.[axis] ?? start[axis];
    const values = path.map((point) => point[axis]);
    const limit = diverges(values, optimum !== undefined)
      ? 4 * (Math.max(Math.abs(start[axis] - target), firstStep(values)) || 1)
      : Infinity;
    const near = values.filter((value) => Math.abs(value - target) <= limit);
    return padded(extent([...near, start[axis], target]) ?? [0, 1], 0.15);
  };
  return { xRange: range(0), yRange: range(1) };
}

/** Whether the numbers run away: steps that grow are a sign only where the goal is known. */
function diverges(values: readonly number[], hasGoal: boolean): boolean {
  if (!values.every(isDrawable)) return true;
  const [last = 0, before = last] = values.slice(-2).reverse();
  return hasGoal && Math.abs(last - before) > firstStep(values);
}

function firstStep(values: readonly number[]): number {
  const [start = 0, next = start] = values;
  return isDrawable(next) ? Math.abs(next - start) : 0;
}
