/** The plot of the chapter: microseconds a step over points, both in equal factors. */
import * as Plot from "@observablehq/plot";

import type { Axis, Scene } from "../chart.js";
import { ways } from "./protocol.js";
import type { Row, Way } from "./protocol.js";

const looks: Readonly<Record<Way, { readonly stroke: string; readonly symbol: string }>> = {
  hand: { stroke: "var(--ink)", symbol: "circle" },
  loop: { stroke: "var(--data)", symbol: "square" },
  compiled: { stroke: "var(--accent)", symbol: "diamond" },
};

/** The medians, and between which times half of the turns were. */
export function raceScene(
  rows: readonly Row[],
  sizes: readonly number[],
  labels: readonly [points: string, time: string],
): Scene {
  const all = rows.flatMap(({ times }) => ways.flatMap((way) => times[way].quartiles));
  const power = (value: number, round: (value: number) => number): number =>
    10 ** round(Math.log10(value));
  const low = Math.min(0.1, ...all.map((value) => power(Math.max(value, 1e-3), Math.floor)));
  const high = Math.max(1000, ...all.map((value) => power(value, Math.ceil)));
  const x: Axis = {
    domain: [sizes[0]! / 1.4, sizes.at(-1)! * 1.4],
    label: labels[0],
    scale: "log",
  };
  return {
    x,
    y: { domain: [low, high], label: labels[1], scale: "log" },
    marks: ways.flatMap((way): Plot.Markish[] => {
      const { stroke, symbol } = looks[way];
      const places = rows.map(({ points, times }) => ({
        points,
        y: times[way].median,
        y1: times[way].quartiles[0],
        y2: times[way].quartiles[1],
      }));
      return [
        Plot.line(places, { x: "points", y: "y", stroke, strokeWidth: 1.75 }),
        Plot.ruleX(places, {
          x: "points",
          y1: "y1",
          y2: "y2",
          stroke,
          strokeWidth: 5,
          strokeOpacity: 0.35,
        }),
        Plot.dot(places, { x: "points", y: "y", fill: stroke, symbol: symbol as "circle", r: 4.5 }),
      ];
    }),
  };
}
