/**
 * Points, and straight lines through them: data and the fit as it moved.
 * Read `panel.ts` for how it is drawn, `end-labels.ts` for the labels.
 */
import * as Plot from "@observablehq/plot";

import { extent, formatNumber, linearAxis, padded } from "./axis.js";
import type { Range } from "./axis.js";
import { endLabels, endLabelsWidth } from "./end-labels.js";
import { PlotError } from "./errors.js";
import { requireFinite } from "./numbers.js";
import type { Numbers } from "./numbers.js";
import { plotPanel } from "./panel.js";
import type { Panel, PanelOptions } from "./panel.js";
import { colour } from "./theme.js";

/** A straight line, `y = slope · x + intercept`. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** Written at the right end of the line; the last line tells its equation unless given. */
  readonly label?: string;
  /**
   * How strongly it is drawn, from 0 (faint) to 1; grows from the first line to the last unless
   * given.
   */
  readonly weight?: number;
}

/** The data of `pointsAndLines`. */
export interface PointsAndLinesOptions extends PanelOptions {
  /** Where the points lie; as many as `y`. */
  readonly x: Numbers;
  readonly y: Numbers;
  /** In the order in which they were found: the last one is drawn strongest. */
  readonly lines?: readonly Line[];
  /** What is measured along each axis. */
  readonly xLabel?: string;
  readonly yLabel?: string;
}

/**
 * A scatter of points, with straight lines through them: early ones faint, the last one strong.
 *
 * Throws `PlotError` if there are no points, if `x` and `y` differ in length, or if a number is
 * not finite.
 *
 * @example
 * const fit = pointsAndLines({
 *   x: [1, 2, 3],
 *   y: [2.1, 3.9, 6.2],
 *   lines: [{ slope: 0, intercept: 0, label: "start" }, { slope: 2.05, intercept: -0.03 }],
 *   title: "A line through three points",
 * });
 * fit.title // A line through three points
 * pointsAndLines({ x: [1, 2], y: [1] }) // throws PlotError: pointsAndLines: x has 2 numbers
 */
export function pointsAndLines(options: PointsAndLinesOptions): Panel {
  const { x, y, lines = [], xLabel, yLabel } = options;
  requireFinite("pointsAndLines", "x", x);
  requireFinite("pointsAndLines", "y", y);
  if (x.length !== y.length) {
    throw new PlotError(
      `pointsAndLines: x has ${x.length} numbers and y has ${y.length}: pass one y for each x`,
    );
  }
  for (const [index, { slope, intercept, weight = 1 }] of lines.entries()) {
    requireFinite("pointsAndLines", `lines[${index}]`, [slope, intercept]);
    if (!(weight >= 0 && weight <= 1)) {
      throw new PlotError(
        `pointsAndLines: lines[${index}].weight cannot be ${weight}: pass a number from 0 to 1`,
      );
    }
  }

  const xRange = padded(extent(x) ?? [0, 1], 0.04);
  const yRange = padded(roomForLines(extent(y) ?? [0, 1], lines, xRange), 0.06);
  const ranges = { xRange, yRange };
  const labels = lines.flatMap((line, index) => {
    const label = line.label ?? (index === lines.length - 1 ? equation(line) : undefined);
    if (label === undefined) return [];
    const last = index === lines.length - 1;
    return [
      {
        text: label,
        value: valueAt(line, xRange[1]),
        colour: last ? colour.descent : colour.muted,
      },
    ];
  });

  return plotPanel(options, {
    x: linearAxis(xRange),
    y: linearAxis(yRange),
    xLabel,
    yLabel,
    marginRight: endLabelsWidth(labels),
    marks: (frame) => [
      Plot.dot(x, { x, y, r: 3, fill: colour.data, fillOpacity: 0.6 }),
      Plot.link(lines, {
        x1: (line: Line) => clipped(line, xRange[0], ranges),
        y1: (line: Line) => valueAt(line, clipped(line, xRange[0], ranges)),
        x2: (line: Line) => clipped(line, xRange[1], ranges),
        y2: (line: Line) => valueAt(line, clipped(line, xRange[1], ranges)),
        stroke: colour.descent,
        strokeWidth: (_, index) => 1 + 1.5 * weightOf(lines, index),
        strokeOpacity: (_, index) => 0.15 + 0.85 * weightOf(lines, index),
        clip: true,
      }),
      ...endLabels(labels, frame),
    ],
  });
}

interface Ranges {
  readonly xRange: Range;
  readonly yRange: Range;
}

function valueAt({ slope, intercept }: Line, x: number): number {
  return slope * x + intercept;
}

/** The x nearest to this one at which the line is not far outside the frame; NaN if it never is. */
function clipped(line: Line, x: number, { xRange, yRange }: Ranges): number {
  const room = yRange[1] - yRange[0];
  const [low, high] = [yRange[0] - room, yRange[1] + room];
  const ends = xRange.map((end) => valueAt(line, end));
  if (ends.every((y) => y < low) || ends.every((y) => y > high)) return Number.NaN;
  const y = valueAt(line, x);
  return y < low || y > high ? (Math.min(Math.max(y, low), high) - line.intercept) / line.slope : x;
}

function weightOf(lines: readonly Line[], index: number): number {
  return lines[index]?.weight ?? ((index + 1) / lines.length) ** 2;
}

/** Room for the lines too, but at most half as much again on each side: the points come first. */
function roomForLines(points: Range, lines: readonly Line[], xRange: Range): Range {
  const ends = lines.flatMap((line) => [valueAt(line, xRange[0]), valueAt(line, xRange[1])]);
  const [low, high] = extent([...points, ...ends]) ?? points;
  const room = (points[1] - points[0]) / 2;
  return [Math.max(low, points[0] - room), Math.min(high, points[1] + room)];
}

function equation({ slope, intercept }: Line): string {
  if (intercept === 0) return `y = ${formatNumber(slope, 3)} x`;
  const sign = intercept < 0 ? "−" : "+";
  return `y = ${formatNumber(slope, 3)} x ${sign} ${formatNumber(Math.abs(intercept), 3)}`;
}
