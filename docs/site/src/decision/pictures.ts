/** The two plots of the chapter: the points on what the model thinks of the plane, and the loss. */
import * as Plot from "@observablehq/plot";

import type { Scene } from "../chart.js";
import { reach } from "./spots.js";
import type { Spot } from "./spots.js";

const [COLUMNS, ROWS] = [62, 50] as const;
/** A little more than is shown, so that the rim of the contours stays out of sight. */
const wide = ([low, high]: readonly [number, number]): readonly [number, number] => [
  low * 1.04,
  high * 1.04,
];
const around = { x: wide(reach.x), y: wide(reach.y) };

/** The middles of the cells of a grid over the plot, row by row. */
export function gridOfPlaces(): { x: Float64Array; y: Float64Array } {
  const place = ([low, high]: readonly [number, number], i: number, count: number): number =>
    low + ((i + 0.5) / count) * (high - low);
  const [x, y] = [new Float64Array(COLUMNS * ROWS), new Float64Array(COLUMNS * ROWS)];
  for (let i = 0; i < x.length; i++) {
    x[i] = place(around.x, i % COLUMNS, COLUMNS);
    y[i] = place(around.y, Math.floor(i / COLUMNS), ROWS);
  }
  return { x, y };
}

/** From which probability on a place is painted how. */
const shades: readonly (readonly [probability: number, colour: string])[] = [
  [0, "var(--no-3)"],
  [0.1, "var(--no-2)"],
  [0.25, "var(--no-1)"],
  // Where nothing has been learnt it is exactly one half, which is neither.
  [0.49999, "var(--raised)"],
  [0.50001, "var(--yes-1)"],
  [0.75, "var(--yes-2)"],
  [0.9, "var(--yes-3)"],
];
// Scores, not probabilities: they are nearly straight where probabilities have a step, so that the
// border is smooth on a grid that is not.
const LOWEST = -1e3;
const colours = new Map(
  shades.map(([p, colour]) => [p === 0 ? LOWEST : Math.log(p / (1 - p)), colour]),
);

/** The points over the regions, given the scores on the grid. */
export function decisionScene(spots: readonly Spot[], scores: ArrayLike<number>): Scene {
  const clipped = Float64Array.from(scores, (score) => Math.max(score, LOWEST));
  const [[x1, x2], [y1, y2]] = [around.x, around.y];
  const field = { width: COLUMNS, height: ROWS, x1, x2, y1, y2, value: Plot.identity, clip: true };
  const isDrawable = clipped.every((score) => Number.isFinite(score));
  const of = (kind: 0 | 1): Spot[] => spots.filter((spot) => spot.kind === kind);
  const edge = { x: "x", y: "y", stroke: "var(--raised)", strokeWidth: 1 } as const;
  return {
    x: { domain: reach.x, label: "x" },
    y: { domain: reach.y, label: "y" },
    marks: [
      Plot.contour(isDrawable ? clipped : [], {
        ...field,
        thresholds: [...colours.keys()],
        fill: ({ value }: { value: number }) => colours.get(value) ?? "var(--no-3)",
        stroke: "none",
      }),
      Plot.contour(isDrawable ? clipped : [], {
        ...field,
        thresholds: [0],
        fill: "none",
        stroke: "var(--ink)",
        strokeWidth: 2,
      }),
      Plot.dot(of(0), { ...edge, r: 4.5, fill: "var(--data)" }),
      Plot.dot(of(1), { ...edge, r: 4.5, symbol: "diamond", fill: "var(--accent)" }),
    ],
  };
}

/** The loss of every step, and that of a model that always says one half. */
export function lossScene(losses: readonly number[], steps: string, loss: string): Scene {
  const most = Math.max(20, losses.length - 1);
  // No more places than the plot has pixels, and the last one always.
  const every = Math.ceil(losses.length / 400);
  const shown = losses
    .map((value, step) => ({ step, value }))
    .filter(({ step }) => step % every === 0 || step === losses.length - 1);
  const high = Math.max(0.78, ...shown.slice(0, 1).map(({ value }) => Math.min(value * 1.05, 4)));
  return {
    x: { domain: [0, most], label: steps },
    y: { domain: [0, high], label: loss },
    marks: [
      Plot.ruleY([Math.LN2], { stroke: "var(--muted)", strokeDasharray: "6 5" }),
      Plot.line(shown, {
        x: "step",
        y: "value",
        stroke: "var(--accent)",
        strokeWidth: 2,
        clip: true,
      }),
      Plot.dot(shown.slice(-1), { x: "step", y: "value", r: 4, fill: "var(--accent)", clip: true }),
    ],
  };
}
