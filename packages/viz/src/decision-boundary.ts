/**
 * Points of two classes in the plane, and what a model thinks of every place around them.
 * Read `panel.ts` for how it is drawn.
 */
import * as Plot from "@observablehq/plot";

import { extent, linearAxis, padded } from "./axis.js";
import type { Range } from "./axis.js";
import { PlotError } from "./errors.js";
import { requireFinite } from "./numbers.js";
import type { Numbers } from "./numbers.js";
import { plotPanel } from "./panel.js";
import type { Panel, PanelOptions } from "./panel.js";
import { boxColours, colour } from "./theme.js";

/** The data of `decisionBoundary`. */
export interface DecisionBoundaryOptions extends PanelOptions {
  /** Where the points lie, and the class of each: 0 or 1. */
  readonly x: Numbers;
  readonly y: Numbers;
  readonly classes: Numbers;
  /** What the model gives for places, all at once: for each the probability of class 1. */
  readonly probability: (x: Float64Array, y: Float64Array) => ArrayLike<number>;
  /** What is measured along each axis. */
  readonly xLabel?: string;
  readonly yLabel?: string;
}

/** What is painted from each probability on: pale where the model is not sure. */
const fills = new Map([
  [0, boxColours.leaf.fill],
  [0.1, "#eff4fa"],
  [0.5, "#fef4ee"],
  [0.9, boxColours.result.fill],
]);
const gridWidth = 96;
const gridHeight = 72;

/**
 * Points of two classes, blue and orange, over the regions that a model gives to each. The line
 * between them is where its probability is a half; where it is sure, the colour is strong.
 *
 * Throws `PlotError` if there are no points, if the lists differ in length, if a class is neither
 * 0 nor 1, or if a probability is not finite.
 *
 * @example
 * const probability = (x) => x.map((value) => 1 / (1 + Math.exp(-4 * value)));
 * const points = { x: [-1, 1], y: [0, 0], classes: [0, 1] };
 * decisionBoundary({ ...points, probability, title: "Left or right" }).title // Left or right
 * decisionBoundary({ ...points, classes: [0, 2], probability }) // throws PlotError
 */
export function decisionBoundary(options: DecisionBoundaryOptions): Panel {
  const { x, y, classes, probability, xLabel, yLabel } = options;
  for (const [name, values] of Object.entries({ x, y, classes })) {
    requireFinite("decisionBoundary", name, values);
    if (values.length === x.length) continue;
    throw new PlotError(
      `decisionBoundary: x has ${x.length} numbers and ${name} has ${values.length}: ` +
        "pass one for each point",
    );
  }
  const wrong = Array.from(classes).find((value) => value !== 0 && value !== 1);
  if (wrong !== undefined) {
    throw new PlotError(`decisionBoundary: ${wrong} is no class: pass 0 and 1`);
  }
  const xRange = padded(extent(x) ?? [0, 1], 0.08);
  const yRange = padded(extent(y) ?? [0, 1], 0.08);
  // A little more than is shown, so that the rim of the contours stays out of sight.
  const around = { x: padded(xRange, 0.02), y: padded(yRange, 0.02) };
  const places = grid(around.x, around.y);
  const values = Float64Array.from(probability(places.x, places.y));
  requireFinite("decisionBoundary", "the probability", values);
  const [[x1, x2], [y1, y2]] = [around.x, around.y];
  const size = { width: gridWidth, height: gridHeight, x1, x2, y1, y2 };
  const field = { ...size, value: Plot.identity, clip: true } as const;
  return plotPanel(options, {
    x: linearAxis(xRange),
    y: linearAxis(yRange),
    xLabel,
    yLabel,
    marks: () => [
      Plot.contour(values, {
        ...field,
        thresholds: [...fills.keys()],
        fill: ({ value }: { value: number }) => fills.get(value) ?? colour.paper,
      }),
      Plot.contour(values, {
        ...field,
        thresholds: [0.5],
        stroke: colour.ink,
        strokeWidth: 1.5,
      }),
      Plot.dot(x, {
        x,
        y,
        r: 3,
        fill: (_: number, i: number) => (classes[i] === 1 ? colour.descent : colour.data),
        stroke: colour.paper,
        strokeWidth: 0.6,
      }),
    ],
  });
}

/** Places row by row, each in the middle of its cell. */
function grid([left, right]: Range, [low, high]: Range): { x: Float64Array; y: Float64Array } {
  const count = gridWidth * gridHeight;
  const [x, y] = [new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < count; i += 1) {
    const [column, row] = [i % gridWidth, Math.floor(i / gridWidth)];
    x[i] = left + ((column + 0.5) / gridWidth) * (right - left);
    y[i] = low + ((row + 0.5) / gridHeight) * (high - low);
  }
  return { x, y };
}
