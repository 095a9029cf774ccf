/**
 * Points, and curves of any shape: data and a model's answer, or one quantity against another.
 * Straight lines are `points-and-lines.ts`. Read `panel.ts` for how it is drawn.
 */
import * as Plot from "@observablehq/plot";

import { extent, linearAxis, logAxis, padded } from "./axis.js";
import type { Axis } from "./axis.js";
import { endLabels, endLabelsWidth } from "./end-labels.js";
import { PlotError } from "./errors.js";
import { requireFinite } from "./numbers.js";
import type { Numbers } from "./numbers.js";
import { plotPanel } from "./panel.js";
import type { Panel, PanelOptions } from "./panel.js";
import { colour, seriesColour } from "./theme.js";

/** A curve: its places in order, as many `x` as `y`. */
export interface Curve {
  readonly x: Numbers;
  readonly y: Numbers;
  /** Written at its right end, if given. */
  readonly label?: string;
}

/** The data of `pointsAndCurves`. */
export interface PointsAndCurvesOptions extends PanelOptions {
  /** Where the points lie, if there are any; as many as `y`. */
  readonly x?: Numbers;
  readonly y?: Numbers;
  readonly curves?: readonly Curve[];
  /** Whether an axis goes in powers of ten; `false` unless given. */
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** What is measured along each axis. */
  readonly xLabel?: string;
  readonly yLabel?: string;
}

/**
 * A scatter of points with curves through them, each in a colour of its own; or curves alone.
 *
 * Throws `PlotError` if there is nothing to draw, if an `x` and its `y` differ in length, if a
 * number is not finite, or not above 0 on an axis of powers of ten.
 *
 * @example
 * const t = [0, 1, 2, 3];
 * const curves = [{ x: t, y: [1, 2, 4, 8], label: "2^t" }];
 * pointsAndCurves({ x: t, y: [1.1, 1.9, 4.2, 7.8], curves, title: "Growth" }).title // Growth
 * pointsAndCurves({ x: [0], y: [1], logX: true }) // throws PlotError: pointsAndCurves: x holds 0
 */
export function pointsAndCurves(options: PointsAndCurvesOptions): Panel {
  const { x = [], y = [], curves = [], logX = false, logY = false, xLabel, yLabel } = options;
  const parts = [...(x.length + y.length > 0 ? [{ name: "", x, y }] : []), ...named(curves)];
  if (parts.length === 0) {
    throw new PlotError("pointsAndCurves: there is nothing to draw: pass x and y, or curves");
  }
  for (const part of parts) {
    checkNumbers(`${part.name}x`, part.x, logX);
    checkNumbers(`${part.name}y`, part.y, logY);
    if (part.x.length === part.y.length) continue;
    throw new PlotError(
      `pointsAndCurves: ${part.name}x has ${part.x.length} numbers and ${part.name}y has ` +
        `${part.y.length}: pass one y for each x`,
    );
  }
  const yAxis = axisOf(
    parts.map((part) => part.y),
    logY,
    0.06,
  );
  const labels = curves.flatMap(({ y: values, label }, index) =>
    label === undefined
      ? []
      : [{ text: label, value: values.at(-1)!, colour: seriesColour(index) }],
  );
  return plotPanel(options, {
    x: axisOf(
      parts.map((part) => part.x),
      logX,
      0.03,
    ),
    y: yAxis,
    xLabel,
    yLabel,
    marginRight: endLabelsWidth(labels),
    marks: (frame) => [
      Plot.dot(x, { x, y, r: 3, fill: colour.data, fillOpacity: 0.6 }),
      ...curves.map((curve, index) =>
        Plot.line(curve.x, {
          x: curve.x,
          y: curve.y,
          stroke: seriesColour(index),
          strokeWidth: 2,
          strokeLinejoin: "round",
        }),
      ),
      ...endLabels(labels, frame),
    ],
  });
}

const named = (curves: readonly Curve[]): { name: string; x: Numbers; y: Numbers }[] =>
  curves.map(({ x, y }, index) => ({ name: `curves[${index}].`, x, y }));

function checkNumbers(name: string, values: Numbers, isLog: boolean): void {
  requireFinite("pointsAndCurves", name, values);
  const wrong = isLog ? Array.from(values).find((value) => !(value > 0)) : undefined;
  if (wrong === undefined) return;
  throw new PlotError(
    `pointsAndCurves: ${name} holds ${wrong}, which has no place on an axis of powers of ten: ` +
      "leave it out, or the axis in equal steps",
  );
}

function axisOf(lists: readonly Numbers[], isLog: boolean, margin: number): Axis {
  const values = lists.flatMap((list) => Array.from(list));
  const of = (value: number): number => (isLog ? Math.log10(value) : value);
  const range = padded(extent(values.map(of)) ?? [0, 1], margin);
  return isLog ? logAxis([10 ** range[0], 10 ** range[1]]) : linearAxis(range);
}
