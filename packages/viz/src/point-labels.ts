/**
 * Labels beside points within the frame, each on the side where it hides least.
 * For labels at the ends of lines see `end-labels.ts`.
 */
import * as Plot from "@observablehq/plot";

import type { Frame, Mark } from "./panel.js";
import { colour, fontSize, textWidth } from "./theme.js";

/** A place in pixels. */
export type Pixel = readonly [x: number, y: number];

export interface PointLabel {
  readonly text: string;
  readonly at: Pixel;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const height = fontSize.label + 3;
const distance = 9;
/** Beside, above, below and towards the corners: [-1, 0] is to the left. */
const sides: readonly (readonly [number, number])[] = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 1],
  [-1, -1],
  [-1, 1],
];

export function isInside([x, y]: Pixel, frame: Frame): boolean {
  return x >= frame.left && x <= frame.right && y >= frame.top && y <= frame.bottom;
}

/** The labels within the frame, as marks; `obstacles` are places better left visible. */
export function pointLabels(
  labels: readonly PointLabel[],
  obstacles: readonly Pixel[],
  frame: Frame,
): Mark[] {
  const shown = labels.filter((label) => isInside(label.at, frame));
  const points = shown.map((label) => label.at);
  const placed: Box[] = [];
  return shown.map(({ text, at }) => {
    const boxes = sides.map((side) => boxBeside(at, textWidth(text, fontSize.label), side));
    const cost = (box: Box): number =>
      (box.left < frame.left || box.right > frame.right ? 1e6 : 0) +
      (box.top < frame.top || box.bottom > frame.bottom ? 1e6 : 0) +
      1e5 * placed.filter((other) => overlap(box, other)).length +
      1e3 * points.filter((point) => within(box, point)).length +
      obstacles.filter((point) => within(box, point)).length;
    const best = boxes.reduce((least, box) => (cost(box) < cost(least) ? box : least));
    placed.push(best);
    return Plot.text([text], {
      frameAnchor: "top-left",
      textAnchor: "middle",
      lineAnchor: "middle",
      dx: (best.left + best.right) / 2 - frame.left,
      dy: (best.top + best.bottom) / 2 - frame.top,
      fontSize: fontSize.label,
      fill: colour.ink,
      stroke: colour.paper,
      strokeWidth: 4,
    });
  });
}

function boxBeside([x, y]: Pixel, width: number, [right, down]: readonly [number, number]): Box {
  const centreX = x + right * (distance + width / 2);
  const centreY = y + down * (distance + height / 2);
  return {
    left: centreX - width / 2,
    right: centreX + width / 2,
    top: centreY - height / 2,
    bottom: centreY + height / 2,
  };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function within(box: Box, [x, y]: Pixel): boolean {
  return overlap(box, { left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 });
}
