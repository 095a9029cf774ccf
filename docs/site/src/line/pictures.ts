/** The two plots of the second chapter: the points with the line, and the surface of its error. */
import * as Plot from "@observablehq/plot";

import type { Scene } from "../chart.js";
import { niceStep } from "../chart.js";
import { closedForm } from "./fit.js";
import type { Line, Point, Stage } from "./fit.js";

export type Range = readonly [low: number, high: number];

/** The points, how far the line is from each, the line, and the best one. */
export function pointsScene(
  points: readonly Point[],
  line: Line,
  best: Line | null,
  view: { readonly x: Range; readonly y: Range },
  [x, y]: readonly [string, string],
): Scene {
  const ends = ({ w, b }: Line): Point[] => view.x.map((at) => ({ x: at, y: w * at + b }));
  const isDrawable = Math.abs(line.w) < 1e6 && Math.abs(line.b) < 1e6;
  return {
    x: { domain: view.x, label: x },
    y: { domain: view.y, label: y },
    marks: [
      Plot.link(isDrawable ? points : [], {
        x1: "x",
        x2: "x",
        y1: "y",
        y2: ({ x: at }: Point) => line.w * at + line.b,
        stroke: "var(--muted)",
        strokeDasharray: "2 3",
        clip: true,
      }),
      Plot.line(best === null ? [] : ends(best), {
        x: "x",
        y: "y",
        stroke: "var(--muted)",
        strokeWidth: 1.5,
        strokeDasharray: "7 5",
        clip: true,
      }),
      Plot.line(isDrawable ? ends(line) : [], {
        x: "x",
        y: "y",
        stroke: "var(--accent)",
        strokeWidth: 2.5,
        clip: true,
      }),
      Plot.dot(points, { x: "x", y: "y", r: 3.5, fill: "var(--data)" }),
    ],
  };
}

/** Which lines the surface shows: the best one in the middle, and the start. */
export function surfaceRange(
  points: readonly Point[],
  start: Line,
): { readonly w: Range; readonly b: Range } {
  const best = closedForm(points) ?? { w: 0, b: 0 };
  const around = (middle: number, also: number): Range => {
    const half = Math.max(3, Math.abs(also - middle) * 1.15);
    const step = niceStep(half);
    return [Math.floor((middle - half) / step) * step, Math.ceil((middle + half) / step) * step];
  };
  return { w: around(best.w, start.w), b: around(best.b, start.b) };
}

const [COLUMNS, ROWS, LEVELS] = [60, 48, 13] as const;

/** The error of all lines, darker where it is larger, and the way down. */
export function surfaceScene(
  error: (w: number, b: number) => number,
  path: readonly Stage[],
  best: Line | null,
  { w, b }: { readonly w: Range; readonly b: Range },
): Scene {
  const at = ([low, high]: Range, i: number, count: number): number =>
    low + ((i + 0.5) / count) * (high - low);
  const heights = Array.from({ length: COLUMNS * ROWS }, (_, i) =>
    error(at(w, i % COLUMNS, COLUMNS), at(b, Math.floor(i / COLUMNS), ROWS)),
  );
  const least = best === null ? Math.min(...heights) : error(best.w, best.b);
  const most = Math.max(...heights) - least;
  const shown = path.filter((stage) => Math.abs(stage.w) < 1e6 && Math.abs(stage.b) < 1e6);
  return {
    x: { domain: w, label: "w" },
    y: { domain: b, label: "b" },
    marks: [
      Plot.contour(heights, {
        width: COLUMNS,
        height: ROWS,
        x1: w[0],
        x2: w[1],
        y1: b[0],
        y2: b[1],
        value: Plot.identity,
        // Each is a part of the one before, so that their shades add up; closer at the bottom.
        thresholds: Array.from(
          { length: LEVELS },
          (_, i) => least + most * ((i + 0.5) / LEVELS) ** 3,
        ),
        fill: "var(--data)",
        fillOpacity: 0.055,
        stroke: "var(--data)",
        strokeOpacity: 0.35,
        strokeWidth: 0.75,
        clip: true,
      }),
      Plot.line(shown, { x: "w", y: "b", stroke: "var(--accent)", strokeWidth: 1.75, clip: true }),
      Plot.dot(shown.length <= 120 ? shown : [], {
        x: "w",
        y: "b",
        r: 2.25,
        fill: "var(--accent)",
        clip: true,
      }),
      Plot.dot(best === null ? [] : [best], {
        x: "w",
        y: "b",
        symbol: "times",
        stroke: "var(--ink)",
        strokeWidth: 2,
        r: 5,
        clip: true,
      }),
      Plot.dot(shown.slice(-1), {
        x: "w",
        y: "b",
        r: 5,
        fill: "var(--accent)",
        stroke: "var(--raised)",
        strokeWidth: 1.5,
        clip: true,
      }),
    ],
  };
}
