/**
 * A confusion matrix as a table of coloured cells. Read `panel.ts` for how it is drawn; the counts
 * come from `confusionMatrix` of `@nabla/data`.
 */
import * as Plot from "@observablehq/plot";

import { PlotError } from "./errors.js";
import { plotPanel } from "./panel.js";
import type { Panel, PanelOptions } from "./panel.js";
import { boxColours, colour } from "./theme.js";

/** The data of `confusionTable`. */
export interface ConfusionTableOptions extends PanelOptions {
  /** How often the class of a row was taken for that of a column; as many rows as columns. */
  readonly counts: readonly (readonly number[])[];
  /** The names of the classes; their numbers unless given. */
  readonly names?: readonly string[];
}

/**
 * A confusion matrix: one row for each true class, one column for each predicted one. What is right
 * is blue, what is wrong orange, the stronger the larger its share of the row.
 *
 * Throws `PlotError` if the counts are no square of numbers that are 0 or more.
 *
 * @example
 * confusionTable({ counts: [[9, 1], [0, 8]], names: ["cat", "dog"], title: "Pets" }).title // Pets
 * confusionTable({ counts: [[1, 2]] }) // throws PlotError: confusionTable: counts must be a square
 */
export function confusionTable(options: ConfusionTableOptions): Panel {
  const { counts, names = counts.map((_, i) => String(i)) } = options;
  const size = counts.length;
  const isRow = (row: readonly number[]): boolean =>
    row.length === size && row.every((count) => count >= 0 && Number.isFinite(count));
  if (size === 0 || !counts.every(isRow) || names.length !== size) {
    throw new PlotError(
      "confusionTable: counts must be a square of numbers, 0 or more, with a name for each row: " +
        "pass confusionMatrix(predictions, answers).toArray()",
    );
  }
  const cells = counts.flatMap((row, i) => {
    const total = Math.max(
      1,
      row.reduce((a, b) => a + b),
    );
    return row.map((count, j) => ({ x: j, y: size - 1 - i, count, share: count / total, i, j }));
  });
  const positions = names.map((_, i) => i);
  const domain = [-0.5, size - 0.5] as const;
  return plotPanel(options, {
    x: { type: "linear", domain, ticks: positions, format: (at) => names[at] ?? "" },
    y: { type: "linear", domain, ticks: positions, format: (at) => names[size - 1 - at] ?? "" },
    xLabel: "predicted",
    yLabel: "true",
    marks: () => [
      // Nothing of the grid may show through.
      Plot.rect([0], { x1: -0.5, x2: size - 0.5, y1: -0.5, y2: size - 0.5, fill: colour.paper }),
      Plot.rect(cells, {
        x1: ({ x }: { x: number }) => x - 0.5,
        x2: ({ x }: { x: number }) => x + 0.5,
        y1: ({ y }: { y: number }) => y - 0.5,
        y2: ({ y }: { y: number }) => y + 0.5,
        inset: 1,
        fill: ({ i, j, count }: (typeof cells)[number]) =>
          count === 0 ? boxColours.constant.fill : i === j ? colour.data : colour.descent,
        // Few mistakes must still be seen.
        fillOpacity: ({ i, j, share }: (typeof cells)[number]) =>
          i === j ? 0.15 + 0.75 * share : share === 0 ? 1 : Math.min(1, 0.15 + 4 * share),
      }),
      Plot.text(cells, {
        x: "x",
        y: "y",
        text: ({ count }: { count: number }) => (count === 0 ? "" : String(count)),
        fontSize: size > 6 ? 11 : 13,
        fill: ({ i, j, share }: (typeof cells)[number]) =>
          i === j && share > 0.5 ? colour.paper : colour.ink,
      }),
    ],
  });
}
