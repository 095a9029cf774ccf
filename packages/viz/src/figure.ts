/**
 * Lays panels out in rows and writes the SVG document. What is in a panel is none of its business.
 * Read `panel.ts` next, or any plot.
 */
import { PlotError } from "./errors.js";
import type { Panel } from "./panel.js";
import { escapeXml, wrapText } from "./text.js";
import { colour, fontFamily } from "./theme.js";

/** How panels are laid out. */
export interface FigureOptions {
  /** How many panels stand in a row: up to three unless given, two if there are four. */
  readonly columns?: number;
  /** Printed above all panels. */
  readonly title?: string;
}

const gap = 24;
const titleSize = 19;

/**
 * Lays panels out, row by row, in one SVG document and returns its text: complete, with a white
 * background and nothing loaded from elsewhere. Write it to a file, or put it into a page.
 * The same panels always give the same text.
 *
 * Throws `PlotError` if there is no panel, or `columns` is not a whole number from 1.
 *
 * @example
 * const loss = lossCurve({ losses: [4, 2, 1, 0.5], title: "Loss", yLabel: "mean squared error" });
 * figure([loss]).slice(0, 41) // <svg xmlns="http://www.w3.org/2000/svg" w
 * figure([]) // throws PlotError: figure: there are no panels to lay out
 */
export function figure(panels: readonly Panel[], options: FigureOptions = {}): string {
  const { columns = panels.length === 4 ? 2 : Math.min(panels.length, 3), title } = options;
  if (panels.length === 0) {
    throw new PlotError(
      "figure: there are no panels to lay out: pass a list of plots, such as " +
        "[lossCurve({ losses })]",
    );
  }
  if (!Number.isInteger(columns) || columns < 1) {
    throw new PlotError(`figure: columns cannot be ${columns}: pass a whole number from 1`);
  }

  const rows: Panel[][] = [];
  for (let start = 0; start < panels.length; start += columns) {
    rows.push(panels.slice(start, start + columns));
  }
  const width = gap + Math.max(...rows.map((row) => sum(row.map((panel) => panel.width + gap))));

  const body: string[] = [];
  let top = gap;
  for (const line of wrapText(title ?? "", width - 2 * gap - 24, titleSize)) {
    top += titleSize + 5;
    body.push(
      `<text x="${gap + 12}" y="${top - 9}" font-size="${titleSize}" font-weight="bold" ` +
        `fill="${colour.ink}">${escapeXml(line)}</text>`,
    );
  }
  if (body.length > 0) top += 8;
  let count = 0;
  for (const row of rows) {
    let left = gap;
    for (const panel of row) {
      count += 1;
      const name = panel.title === "" ? "" : ` role="group" aria-label="${escapeXml(panel.title)}"`;
      const drawn = panel.draw(`panel-${count}-`);
      body.push(`<g transform="translate(${left},${top})"${name}>${drawn}</g>`);
      left += panel.width + gap;
    }
    top += Math.max(...row.map((panel) => panel.height)) + gap;
  }

  const titles = panels.map((panel) => panel.title).filter((text) => text !== "");
  const documentTitle = title ?? (titles.length > 0 ? titles.join("; ") : "Figure");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" ` +
    `viewBox="0 0 ${width} ${top}" role="img" color="${colour.ink}" font-family="${fontFamily}">` +
    `<title>${escapeXml(documentTitle)}</title>` +
    `<rect width="100%" height="100%" fill="${colour.paper}"/>` +
    `${body.join("\n")}</svg>\n`
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
