/**
 * A panel: one plot with its title, and how every plot is drawn, whatever it shows.
 * A plot function checks its data, decides on axes and marks, and ends with `plotPanel`.
 * Panels become a picture in `figure.ts`; colours and sizes are in `theme.ts`.
 */
import * as Plot from "@observablehq/plot";

import { createDocument, serialize } from "#document";

import type { Axis, Range } from "./axis.js";
import { PlotError } from "./errors.js";
import { cleanText, escapeXml, wrapText } from "./text.js";
import { colour, fontFamily, fontSize, textWidth } from "./theme.js";

/** What Observable Plot draws. Its own types would need those of d3 wherever this is used. */
export type Mark = object;

/** What every plot takes besides its data. Sizes are in pixels. */
export interface PanelOptions {
  /** Printed in bold above the plot; a long title is broken into lines. */
  readonly title?: string;
  /** Width of the whole panel, 480 unless given. */
  readonly width?: number;
  /** Height of the whole panel, title included, 360 unless given. */
  readonly height?: number;
}

/**
 * One plot, ready to be placed by `figure`. A panel is plain data and can stand in several figures.
 *
 * @example
 * lossCurve({ losses: [4, 2, 1], title: "Loss" }).title // Loss
 */
export interface Panel {
  /** The title above the plot, "" if there is none. */
  readonly title: string;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels, title included. */
  readonly height: number;
  /** Draws the panel as SVG elements whose ids all begin with `idPrefix`. `figure` calls this. */
  readonly draw: (idPrefix: string) => string;
}

/** What a plot function has to say to be drawn. */
export interface PlotContent {
  readonly x: Axis;
  readonly y: Axis;
  readonly xLabel: string | undefined;
  readonly yLabel: string | undefined;
  /** Small print: on the line of `yLabel`, at the right, or under the title if there is no room. */
  readonly note?: string;
  /** Pixels to leave free on the right, for labels at the ends of lines. */
  readonly marginRight?: number;
  /** What is drawn between grid and axes, back to front. */
  readonly marks: (frame: Frame) => Mark[];
}

/** The rectangle of the axes, in pixels, and where a value lies in it. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The values in its middle, on axes in equal steps. */
  readonly middle: readonly [x: number, y: number];
  readonly toX: (value: number) => number;
  readonly toY: (value: number) => number;
}

/** The panel of a plot. Everything but the drawing itself is done, and refused, here and now. */
export function plotPanel(options: PanelOptions, content: PlotContent): Panel {
  const { width = 480, height = 360 } = options;
  if (!(width >= 200 && width <= 10_000 && height >= 150 && height <= 10_000)) {
    throw new PlotError(
      `a panel cannot be ${width} by ${height} pixels: ` +
        "pass a width from 200 and a height from 150, both at most 10000",
    );
  }
  const title = cleanText(options.title ?? "");
  const fits = noteFits(content, width);
  const heading = headingLines(title, fits ? "" : (content.note ?? ""), width);
  const headingHeight = heading.reduce((sum, line) => sum + line.height, 0);
  const plotHeight = Math.max(height - headingHeight, 120);
  const shown = fits ? content : { ...content, note: "" };
  const marks = shown.marks(frameOf(shown, width, plotHeight));
  const draw = (idPrefix: string): string =>
    drawHeading(heading) +
    drawPlot({ content: shown, marks, width, height: plotHeight, top: headingHeight, idPrefix });
  return { title, width, height: headingHeight + plotHeight, draw };
}

/** Whether the note has room beside the label of the y axis. */
function noteFits({ note = "", yLabel = "" }: PlotContent, width: number): boolean {
  const labelWidth = yLabel === "" ? 0 : textWidth(yLabel, fontSize.label) + 16;
  return labelWidth + textWidth(note, fontSize.note) <= width - 24;
}

interface HeadingLine {
  readonly text: string;
  readonly height: number;
  readonly attributes: string;
}

function headingLines(title: string, note: string, width: number): HeadingLine[] {
  const lines = (text: string, size: number, look: string): HeadingLine[] =>
    wrapText(text, width - 24, size * 1.04).map((line) => ({
      text: line,
      height: size + 6,
      attributes: `font-size="${size}" ${look}`,
    }));
  return [
    ...lines(title, fontSize.title, `font-weight="bold" fill="${colour.ink}"`),
    ...lines(cleanText(note), fontSize.note, `fill="${colour.muted}"`),
  ];
}

function drawHeading(lines: readonly HeadingLine[]): string {
  let y = 0;
  return lines
    .map(({ text, height, attributes }) => {
      y += height;
      return `<text x="12" y="${y - 3}" ${attributes}>${escapeXml(text)}</text>`;
    })
    .join("");
}

function marginsOf({ y, xLabel, yLabel, note, marginRight }: PlotContent): {
  readonly marginLeft: number;
  readonly marginRight: number;
  readonly marginTop: number;
  readonly marginBottom: number;
} {
  const tickWidth = Math.max(0, ...y.ticks.map((t) => textWidth(y.format(t), fontSize.tick)));
  return {
    marginLeft: Math.ceil(tickWidth) + 20,
    marginRight: marginRight ?? 20,
    marginTop: (yLabel ?? "") === "" && (note ?? "") === "" ? 14 : 34,
    marginBottom: (xLabel ?? "") === "" ? 28 : 48,
  };
}

function frameOf(content: PlotContent, width: number, height: number): Frame {
  const { marginLeft, marginRight, marginTop, marginBottom } = marginsOf(content);
  const [left, right, top, bottom] = [
    marginLeft,
    width - marginRight,
    marginTop,
    height - marginBottom,
  ];
  const scale = ({ type, domain }: Axis, range: readonly [number, number]): Plot.Scale =>
    Plot.scale({ x: { type, domain, range } });
  const x = scale(content.x, [left, right]);
  const y = scale(content.y, [bottom, top]);
  return {
    left,
    right,
    top,
    bottom,
    middle: [mean(content.x.domain), mean(content.y.domain)],
    toX: (value) => Number(x.apply(value)),
    toY: (value) => Number(y.apply(value)),
  };
}

function mean([low, high]: Range): number {
  return low + (high - low) / 2;
}

interface Drawing {
  readonly content: PlotContent;
  readonly marks: Mark[];
  readonly width: number;
  readonly height: number;
  /** How far below the top of the panel the plot begins. */
  readonly top: number;
  readonly idPrefix: string;
}

function drawPlot({ content, marks, width, height, top, idPrefix }: Drawing): string {
  const { x, y, xLabel = "", yLabel = "", note = "" } = content;
  const margins = marginsOf(content);
  const ticks = { tickSize: 0, tickPadding: 7, fontSize: fontSize.tick, fill: colour.muted };
  const label = { fontSize: fontSize.label, fill: colour.ink, lineAnchor: "middle" } as const;
  const svg = Plot.plot({
    document: createDocument(),
    width,
    height,
    ...margins,
    x: { type: x.type, domain: x.domain, axis: null },
    y: { type: y.type, domain: y.domain, axis: null },
    marks: [
      Plot.gridX(x.ticks, { stroke: colour.grid, strokeOpacity: 1 }),
      Plot.gridY(y.ticks, { stroke: colour.grid, strokeOpacity: 1 }),
      ...(marks as Plot.Markish[]),
      Plot.axisX(x.ticks, { ...ticks, tickFormat: x.format, label: null }),
      Plot.axisY(y.ticks, { ...ticks, tickFormat: y.format, label: null }),
      Plot.text([cleanText(yLabel)], {
        ...label,
        frameAnchor: "top-left",
        textAnchor: "start",
        dx: 12 - margins.marginLeft,
        dy: 16 - margins.marginTop,
      }),
      Plot.text([cleanText(note)], {
        frameAnchor: "top-right",
        lineAnchor: "middle",
        dx: margins.marginRight - 12,
        dy: 16 - margins.marginTop,
        fontSize: fontSize.note,
        fill: colour.muted,
      }),
      Plot.text([cleanText(xLabel)], { ...label, frameAnchor: "bottom", dy: 37 }),
    ],
  });
  svg.querySelector("style")?.remove();
  for (const [name, value] of Object.entries({
    y: String(top),
    overflow: "visible",
    "font-family": fontFamily,
  })) {
    svg.setAttribute(name, value);
  }
  svg.removeAttribute("class");
  renameClips(svg, idPrefix);
  return serialize(svg);
}

/**
 * Plot numbers its clip paths through the whole program; here they are numbered within the panel.
 */
function renameClips(svg: ParentNode, idPrefix: string): void {
  const names = new Map<string, string>();
  for (const clip of svg.querySelectorAll("clipPath")) {
    const name = `${idPrefix}clip-${names.size + 1}`;
    names.set(`url(#${clip.id})`, `url(#${name})`);
    clip.setAttribute("id", name);
  }
  for (const element of svg.querySelectorAll("[clip-path]")) {
    const renamed = names.get(element.getAttribute("clip-path") ?? "");
    if (renamed !== undefined) element.setAttribute("clip-path", renamed);
  }
}
