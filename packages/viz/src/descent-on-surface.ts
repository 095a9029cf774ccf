/**
 * A loss surface from above, and the path of a descent on it.
 * Read `surface-range.ts` for which part is shown, `panel.ts` for how it is drawn.
 */
import * as Plot from "@observablehq/plot";

import { extent, formatNumber, linearAxis, padded } from "./axis.js";
import type { Range } from "./axis.js";
import { PlotError } from "./errors.js";
import { isDrawable, requireFinite } from "./numbers.js";
import { plotPanel } from "./panel.js";
import type { Frame, Panel, PanelOptions, Mark } from "./panel.js";
import { alongPath, startAndEnd, visibleSteps } from "./path.js";
import type { Point } from "./path.js";
import { pointLabels } from "./point-labels.js";
import type { Pixel, PointLabel } from "./point-labels.js";
import { surfaceRange } from "./surface-range.js";
import { colour, surfaceColour } from "./theme.js";

/** The data of `descentOnSurface`. */
export interface DescentOnSurfaceOptions extends PanelOptions {
  /** The loss at a place. Called 6000 times with plain numbers, so keep it cheap. */
  readonly surface: (x: number, y: number) => number;
  /** The places the descent went through, its start first. */
  readonly path: readonly Point[];
  /** Where the loss is least, if that is known. */
  readonly optimum?: Point;
  /** The part of the surface to show; what `surfaceRange(path, optimum)` says unless given. */
  readonly xRange?: Range;
  readonly yRange?: Range;
  /** What is varied along each axis. */
  readonly xLabel?: string;
  readonly yLabel?: string;
}

const gridWidth = 100;
const gridHeight = 60;
const levels = 14;

/**
 * A loss surface as a map, light where the loss is small, with the path of a descent on it. The
 * levels lie closer where the loss is small, so that a flat valley still shows its shape. Start
 * and end of the path are marked, and the optimum.
 *
 * A path that is not finite any more ends there, and the small print says so; where the surface
 * is not finite it is drawn as high. Throws `PlotError` if the path is empty or the surface is
 * finite nowhere.
 *
 * @example
 * const map = descentOnSurface({
 *   surface: (x, y) => (x - 2) ** 2 + 10 * (y - 1) ** 2,
 *   path: [[0, 0], [0.4, 1.5], [0.7, 0.8], [1, 1.1]],
 *   optimum: [2, 1],
 *   title: "Three steps downhill",
 * });
 * map.title // Three steps downhill
 * descentOnSurface({ surface: (x) => x, path: [] }) // throws PlotError: descentOnSurface: path
 */
export function descentOnSurface(options: DescentOnSurfaceOptions): Panel {
  const { path, optimum, xLabel, yLabel } = options;
  if (path.length === 0) {
    throw new PlotError(
      "descentOnSurface: path is empty: pass at least the point the descent starts from",
    );
  }
  const automatic = surfaceRange(path, optimum);
  const { xRange = automatic.xRange, yRange = automatic.yRange } = options;
  requireRange("xRange", xRange);
  requireRange("yRange", yRange);
  // A little more than is shown, so that the rim of the outermost contours stays out of sight.
  const around = { x: padded(xRange, 0.02), y: padded(yRange, 0.03) };
  const heights = sampleSurface(options.surface, around.x, around.y);
  const range = extent(heights);
  if (range === undefined) {
    throw new PlotError(
      "descentOnSurface: the surface is not finite anywhere in the range shown: " +
        "pass the xRange and yRange where it is",
    );
  }
  const finite = finitePart(path);
  const notes = [
    `loss from ${formatNumber(range[0], 3)} (light) to ${formatNumber(range[1], 3)} (dark)`,
  ];
  if (finite.length < path.length) notes.push(`not finite from step ${finite.length} on`);

  return plotPanel(options, {
    x: linearAxis(xRange),
    y: linearAxis(yRange),
    xLabel,
    yLabel,
    note: notes.join("; "),
    marks: (frame) => [
      Plot.contour(compress(heights, range), {
        width: gridWidth,
        height: gridHeight,
        x1: around.x[0],
        x2: around.x[1],
        y1: around.y[0],
        y2: around.y[1],
        value: Plot.identity,
        thresholds: Array.from({ length: levels }, (_, level) => level / levels),
        fill: (level: { value: number }) => surfaceColour(level.value),
        stroke: colour.paper,
        strokeWidth: 0.75,
        clip: true,
      }),
      ...pathMarks(finite, optimum, frame),
    ],
  });
}

function pathMarks(path: readonly Point[], optimum: Point | undefined, frame: Frame): Mark[] {
  const toPixel = ([x, y]: Point): Pixel => [frame.toX(x), frame.toY(y)];
  const steps = visibleSteps(path, frame);
  const [start, end] = [steps[0], steps.at(-1)];
  const named: { readonly text: string; readonly point: Point | undefined }[] = [
    { text: "start", point: start },
    { text: "optimum", point: optimum },
    { text: "end", point: steps.length > 1 ? end : undefined },
  ];
  const labels = named.flatMap(({ text, point }): PointLabel[] =>
    point === undefined ? [] : [{ text, at: toPixel(point) }],
  );
  const few = steps.length <= 100 ? steps : [];
  return [
    Plot.line(steps, { stroke: colour.paper, strokeWidth: 4, strokeOpacity: 0.7, clip: true }),
    Plot.line(steps, { stroke: colour.descent, strokeWidth: 1.75, clip: true }),
    Plot.dot(few, { fill: colour.descent, r: 2.5, clip: true }),
    ...startAndEnd(start, steps.length > 1 ? end : undefined),
    Plot.dot(optimum === undefined ? [] : [optimum], {
      symbol: "times",
      stroke: colour.ink,
      strokeWidth: 2,
      r: 5,
      clip: true,
    }),
    ...pointLabels(labels, alongPath(steps.map(toPixel)), frame),
  ];
}

/** The loss on a grid over the ranges, row by row, each value in the middle of its cell. */
function sampleSurface(
  surface: (x: number, y: number) => number,
  [left, right]: Range,
  [low, high]: Range,
): Float64Array {
  const heights = new Float64Array(gridWidth * gridHeight);
  for (let row = 0; row < gridHeight; row += 1) {
    const y = low + ((row + 0.5) / gridHeight) * (high - low);
    for (let column = 0; column < gridWidth; column += 1) {
      const x = left + ((column + 0.5) / gridWidth) * (right - left);
      const height = surface(x, y);
      heights[row * gridWidth + column] = isDrawable(height) ? height : Number.NaN;
    }
  }
  return heights;
}

/**
 * Heights from 0 to 1 in which small differences near the bottom count as much as large ones
 * above.
 */
function compress(heights: Float64Array, [low, high]: Range): Float64Array {
  const bottom = (high - low) / 1000;
  if (!(bottom > 0)) return heights.map(() => 0);
  const whole = Math.log1p((high - low) / bottom);
  return heights.map((height) =>
    Number.isFinite(height) ? Math.log1p((height - low) / bottom) / whole : 1,
  );
}

function finitePart(path: readonly Point[]): readonly Point[] {
  const end = path.findIndex(([x, y]) => !isDrawable(x) || !isDrawable(y));
  return end < 0 ? path : path.slice(0, end);
}

function requireRange(name: string, range: Range): void {
  requireFinite("descentOnSurface", name, range);
  if (!(range[0] < range[1])) {
    throw new PlotError(
      `descentOnSurface: ${name} cannot go from ${range[0]} to ${range[1]}: pass [low, high]`,
    );
  }
}
