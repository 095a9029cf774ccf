/**
 * Colours, type and sizes that all plots share. Nothing is drawn here; read `panel.ts` for that.
 */

/** Text and marks, from most to least important. */
export const colour = {
  ink: "#1f2933",
  muted: "#5f6c7b",
  grid: "#e3e7ec",
  paper: "#ffffff",
  /** Measured data. */
  data: "#3b6ea5",
  /** What is being learnt: fitted lines, descents. */
  descent: "#d1490c",
} as const;

/** What each kind of box in a graph is painted with. */
export const boxColours = {
  result: { fill: "#fde8dc", line: colour.descent, ink: colour.ink },
  operation: { fill: colour.paper, line: colour.muted, ink: colour.ink },
  leaf: { fill: "#dfeaf5", line: colour.data, ink: colour.ink },
  constant: { fill: "#f1f3f5", line: "#c4cad1", ink: colour.ink },
  fold: { fill: "#f1f3f5", line: colour.muted, ink: colour.ink },
} as const;

/**
 * One colour a series; readable on white, and apart from one another for most colour-blind eyes.
 */
const seriesColours = ["#d1490c", "#2265a8", "#2a7d4f", "#8a3a9a", "#a8760a", "#0c7f8a"];

export function seriesColour(index: number): string {
  return seriesColours[index % seriesColours.length] ?? colour.ink;
}

/** The colour of a height on a surface, from 0 (lowest, nearly white) to 1 (highest). */
export function surfaceColour(height: number): string {
  const mix = (low: number, high: number): number => Math.round(low + height * (high - low));
  return `rgb(${mix(246, 105)}, ${mix(249, 146)}, ${mix(252, 184)})`;
}

/** Fonts found on most systems, all of nearly the same width. */
export const fontFamily =
  "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";

export const fontSize = { title: 15, label: 13, tick: 12, note: 12 } as const;

/**
 * How wide a text will be, in pixels, on the generous side: without a browser nothing can measure
 * it.
 */
export function textWidth(text: string, size: number): number {
  let units = 0;
  for (const character of text) {
    if (/[ilj.,:;'|!()[\]⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/.test(character)) units += 0.36;
    else if (/[A-ZmwMW@%–—…]/.test(character)) units += 0.76;
    else units += character.codePointAt(0)! > 0x2e80 ? 1.05 : 0.56;
  }
  return units * size;
}
