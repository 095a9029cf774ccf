/**
 * The iterates of several descents on one curve y = f(x), a panel each.
 * Read `panel.ts` for how it is drawn.
 */
import * as Plot from "@observablehq/plot";

import { extent, formatNumber, linearAxis, padded } from "./axis.js";
import type { Range } from "./axis.js";
import { PlotError } from "./errors.js";
import { isDrawable, requireFinite, requireSome } from "./numbers.js";
import type { Numbers } from "./numbers.js";
import { plotPanel } from "./panel.js";
import type { Frame, Panel, PanelOptions, Mark } from "./panel.js";
import { alongPath, startAndEnd, visibleSteps } from "./path.js";
import type { Point } from "./path.js";
import { pointLabels } from "./point-labels.js";
import type { Pixel } from "./point-labels.js";
import { colour } from "./theme.js";

/** The iterates of one descent. */
export interface DescentPath {
  /** x before the first step, after it, after the second, and so on. */
  readonly x: Numbers;
  /** The title of the panel. */
  readonly label: string;
}

/** The data of `descentsOnCurve`. */
export interface DescentsOnCurveOptions extends Omit<PanelOptions, "title"> {
  /** The function descended on. Called 401 times, and once for each iterate. */
  readonly curve: (x: number) => number;
  /** The part of the x axis to show. Iterates beyond it leave the frame. */
  readonly xRange: Range;
  readonly paths: readonly DescentPath[];
  /** "x" unless given. */
  readonly xLabel?: string;
  /** "f(x)" unless given. */
  readonly yLabel?: string;
}

const curveSteps = 400;

/**
 * A curve with the iterates of descents on it: one panel for each descent, all with the same
 * axes, to be laid side by side. Where a descent leaves the frame, its path is cut off there and
 * the small print says at which step; an iterate that is not finite ends it.
 *
 * Throws `PlotError` if there are no paths, if one is empty, or if the curve is finite nowhere.
 *
 * @example
 * const panels = descentsOnCurve({
 *   curve: (x) => (x - 3) ** 2,
 *   xRange: [-1, 7],
 *   paths: [
 *     { x: [0, 0.6, 1.08, 1.46], label: "learning rate 0.1" },
 *     { x: [0, 6.6, -1.3, 8.2], label: "learning rate 1.1" },
 *   ],
 * });
 * panels.map((panel) => panel.title) // [ 'learning rate 0.1', 'learning rate 1.1' ]
 * descentsOnCurve({ curve: (x) => x, xRange: [0, 1], paths: [] }) // throws PlotError: descents
 */
export function descentsOnCurve(options: DescentsOnCurveOptions): Panel[] {
  const { curve, xRange, paths, xLabel = "x", yLabel = "f(x)" } = options;
  const { width = 320, height = 300 } = options;
  if (paths.length === 0) {
    throw new PlotError(
      "descentsOnCurve: paths is empty: pass the iterates of at least one descent",
    );
  }
  requireFinite("descentsOnCurve", "xRange", xRange);
  if (!(xRange[0] < xRange[1])) {
    throw new PlotError(
      `descentsOnCurve: xRange cannot go from ${xRange[0]} to ${xRange[1]}: pass [low, high]`,
    );
  }
  const curvePoints = Array.from({ length: curveSteps + 1 }, (_, step): Point => {
    const x = xRange[0] + (step / curveSteps) * (xRange[1] - xRange[0]);
    const y = curve(x);
    return [x, isDrawable(y) ? y : Number.NaN];
  });
  const heights = extent(curvePoints.map(([, y]) => y));
  if (heights === undefined) {
    throw new PlotError(
      "descentsOnCurve: the curve is not finite anywhere in xRange: pass the part where it is",
    );
  }
  const yRange = padded(heights, 0.07);

  return paths.map(({ x, label }, index) => {
    requireSome("descentsOnCurve", `paths[${index}].x`, x);
    const points = Array.from(x, (value): Point => [value, curve(value)]);
    const finite = points.findIndex((point) => !point.every(isDrawable));
    const shown = finite < 0 ? points : points.slice(0, finite);
    return plotPanel(
      { title: label, width, height },
      {
        x: linearAxis(xRange, 5),
        y: linearAxis(yRange, 5),
        xLabel,
        yLabel,
        note: describe(points, xRange, yRange),
        marks: (frame) => [
          Plot.frame({ stroke: colour.grid }),
          Plot.line(curvePoints, { stroke: colour.data, strokeWidth: 2, clip: true }),
          ...stepMarks(shown, curvePoints, frame),
        ],
      },
    );
  });
}

function stepMarks(path: readonly Point[], curvePoints: readonly Point[], frame: Frame): Mark[] {
  const steps = visibleSteps(path, frame, 200);
  const [start, end] = [steps[0], steps.at(-1)];
  if (start === undefined || end === undefined) return [];
  const toPixel = ([x, y]: Point): Pixel => [frame.toX(x), frame.toY(y)];
  const obstacles = [...curvePoints.map(toPixel), ...alongPath(steps.map(toPixel))];
  return [
    Plot.line(steps, { stroke: colour.descent, strokeWidth: 1.25, strokeOpacity: 0.6, clip: true }),
    Plot.dot(steps, { fill: colour.descent, r: 3, fillOpacity: 0.75, clip: true }),
    ...startAndEnd(start, steps.length > 1 ? end : undefined),
    ...pointLabels([{ text: "start", at: toPixel(start) }], obstacles, frame),
  ];
}

/** What became of a descent: when it left the frame, or where it ended. */
function describe(points: readonly Point[], xRange: Range, yRange: Range): string {
  const outside = points.findIndex(
    ([x, y]) => !(x >= xRange[0] && x <= xRange[1] && y >= yRange[0] && y <= yRange[1]),
  );
  if (outside >= 0) return `leaves the frame at step ${outside}`;
  const last = points.length - 1;
  return `after ${last} ${last === 1 ? "step" : "steps"} x = ${formatNumber(points[last]![0], 4)}`;
}
