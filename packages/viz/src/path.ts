/**
 * The path of a descent: made short, and followed closely enough to keep labels off it.
 * Read `descent-on-surface.ts` and `descents-on-curve.ts` for the plots.
 */
import * as Plot from "@observablehq/plot";

import type { Frame, Mark } from "./panel.js";
import { isInside } from "./point-labels.js";
import type { Pixel } from "./point-labels.js";
import { colour } from "./theme.js";

/** A place on a surface. */
export type Point = readonly [x: number, y: number];

/** Farther from the frame than this, in pixels, some programs no longer draw, or take hours. */
const horizon = 1e5;

/**
 * The first step, the last, and of those between the ones that differ visibly from the one
 * before. A path that leaves the frame for good ends one step after; a step far outside is moved
 * towards the frame, but stays so far away that its direction is the same.
 */
export function visibleSteps(path: readonly Point[], frame: Frame, most = 1000): Point[] {
  const centre: Pixel = [(frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2];
  const kept: Point[] = [];
  let before: Pixel | undefined;
  let visits = 0;
  for (const [index, [x, y]] of path.entries()) {
    if (isInside([frame.toX(x), frame.toY(y)], frame)) visits = index + 1;
  }
  const shown = path.slice(0, visits + 1);
  for (const [index, step] of shown.entries()) {
    const away = distance(centre, [frame.toX(step[0]), frame.toY(step[1])]);
    const point = away <= horizon ? step : towards(frame.middle, step, horizon / away);
    const pixel: Pixel = [frame.toX(point[0]), frame.toY(point[1])];
    const isLast = index === shown.length - 1;
    if (before === undefined || isLast || (kept.length < most && distance(before, pixel) > 1.5)) {
      kept.push(point);
      before = pixel;
    }
  }
  return kept;
}

/** Places on the way, a few pixels apart. */
export function alongPath(steps: readonly Pixel[]): Pixel[] {
  return steps.flatMap((step, index) => {
    const next = steps[index + 1] ?? step;
    const count = Math.min(Math.ceil(distance(step, next) / 6), 200);
    return Array.from({ length: Math.max(count, 1) }, (_, part): Pixel => {
      return towards(step, next, part / Math.max(count, 1));
    });
  });
}

/** The marks of the first step, a ring, and of the last, a disc. */
export function startAndEnd(start: Point | undefined, end: Point | undefined): Mark[] {
  return [
    Plot.dot(start === undefined ? [] : [start], {
      fill: colour.paper,
      stroke: colour.descent,
      strokeWidth: 2,
      r: 4.5,
      clip: true,
    }),
    Plot.dot(end === undefined ? [] : [end], {
      fill: colour.descent,
      stroke: colour.paper,
      strokeWidth: 1.5,
      r: 5,
      clip: true,
    }),
  ];
}

function towards(from: Point, to: Point, share: number): Point {
  return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
}

function distance(a: Pixel, b: Pixel): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
