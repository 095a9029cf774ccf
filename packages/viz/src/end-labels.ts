/**
 * Labels to the right of the frame, each at the end of its line, moved apart where they would
 * overlap. For labels within the frame see `point-labels.ts`.
 */
import * as Plot from "@observablehq/plot";

import type { Frame, Mark } from "./panel.js";
import { cleanText, wrapText } from "./text.js";
import { fontSize, textWidth } from "./theme.js";

export interface EndLabel {
  readonly text: string;
  /** The value on the y axis at which the line ends. */
  readonly value: number;
  readonly colour: string;
}

const widest = 124;
const lineHeight = 15;

function linesOf(label: EndLabel): string[] {
  return wrapText(cleanText(label.text), widest, fontSize.label);
}

/** How much room the labels need to the right of the frame. */
export function endLabelsWidth(labels: readonly EndLabel[]): number {
  const widths = labels.flatMap(linesOf).map((line) => textWidth(line, fontSize.label));
  return Math.ceil(Math.max(8, ...widths)) + 12;
}

/** The labels as marks. */
export function endLabels(labels: readonly EndLabel[], frame: Frame): Mark[] {
  const placed = labels
    .map((label) => {
      const lines = linesOf(label);
      const y = Math.min(Math.max(frame.toY(label.value), frame.top), frame.bottom);
      return { lines, colour: label.colour, height: lines.length * lineHeight, y };
    })
    .sort((a, b) => a.y - b.y);
  // Downwards each makes room for the one above it; upwards, for those pushed below the frame.
  let free = -Infinity;
  for (const label of placed) {
    label.y = Math.max(label.y, free + label.height / 2);
    free = label.y + label.height / 2;
  }
  free = frame.bottom + lineHeight / 2;
  for (const label of placed.reverse()) {
    label.y = Math.min(label.y, free - label.height / 2);
    free = label.y - label.height / 2;
  }
  return placed.map(({ lines, colour, y }) =>
    Plot.text([lines.join("\n")], {
      frameAnchor: "top-right",
      textAnchor: "start",
      lineAnchor: "middle",
      dx: 8,
      dy: y - frame.top,
      fill: colour,
      fontSize: fontSize.label,
    }),
  );
}
