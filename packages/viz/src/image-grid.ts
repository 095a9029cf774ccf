/**
 * Small grey pictures side by side, each with a line of text: digits and what a model took them
 * for. They are embedded as PNG, so that the figure stays one file.
 *
 * Source: W3C, "Portable Network Graphics (PNG) Specification"; the blocks are stored, which RFC
 * 1951 allows.
 */
import * as Plot from "@observablehq/plot";

import { PlotError } from "./errors.js";
import { requireFinite } from "./numbers.js";
import type { Numbers } from "./numbers.js";
import { plotPanel } from "./panel.js";
import type { Panel, PanelOptions } from "./panel.js";
import { colour } from "./theme.js";

/** The data of `imageGrid`. */
export interface ImageGridOptions extends PanelOptions {
  /** The pixels of each picture, row by row, from 0 (black) to 1 (white). */
  readonly images: readonly Numbers[];
  /** How many pixels a row has. */
  readonly columns: number;
  /** What stands under each picture. */
  readonly labels?: readonly string[];
  /** How many pictures stand in a row; 6 unless given. */
  readonly perRow?: number;
}

/**
 * Small grey pictures in rows, with labels under them.
 *
 * Throws `PlotError` if there are no pictures, or if their pixels do not fill rows of `columns`.
 *
 * @example
 * const images = [[0, 1, 1, 0], [1, 0, 0, 1]];
 * imageGrid({ images, columns: 2, labels: ["a", "b"], title: "Crosses" }).title // Crosses
 * imageGrid({ images, columns: 3 }) // throws PlotError: imageGrid: images[0] has 4 pixels
 */
export function imageGrid(options: ImageGridOptions): Panel {
  const { images, columns, labels = [], perRow = 6 } = options;
  const count = Math.max(1, perRow);
  const rows = Math.ceil(images.length / count);
  if (images.length === 0) {
    throw new PlotError("imageGrid: there are no pictures: pass a list of lists of pixels");
  }
  for (const [index, image] of images.entries()) {
    requireFinite("imageGrid", `images[${index}]`, image);
    if (columns >= 1 && Number.isInteger(image.length / columns)) continue;
    throw new PlotError(
      `imageGrid: images[${index}] has ${image.length} pixels, which are no rows of ${columns}: ` +
        "pass { columns } as the width of a picture",
    );
  }
  const cells = images.map((image, i) => ({
    x: i % count,
    y: rows - 1 - Math.floor(i / count),
    src: `data:image/png;base64,${base64(png(image, columns))}`,
    label: labels[i] ?? "",
  }));
  const none = { type: "linear", ticks: [], format: String } as const;
  return plotPanel(options, {
    x: { ...none, domain: [-0.5, count - 0.5] },
    y: { ...none, domain: [-0.5, rows - 0.5] },
    xLabel: undefined,
    yLabel: undefined,
    marks: (frame) => {
      const width = (frame.right - frame.left) / count;
      const height = (frame.bottom - frame.top) / rows;
      const size = Math.min(width - 6, height - 22);
      return [
        Plot.image(cells, { x: "x", y: "y", src: "src", width: size, dy: -8 }),
        Plot.text(cells, {
          x: "x",
          y: "y",
          text: "label",
          dy: size / 2 + 2,
          fontSize: 12,
          fill: colour.ink,
        }),
      ];
    },
  });
}

/** A grey picture as a PNG file: signature, header, pixels, end. */
function png(pixels: Numbers, columns: number): Uint8Array {
  const rows = pixels.length / columns;
  const lines = new Uint8Array(rows * (columns + 1));
  for (let i = 0; i < pixels.length; i += 1) {
    const shade = Math.round(255 * Math.min(1, Math.max(0, pixels[i]!)));
    lines[Math.floor(i / columns) * (columns + 1) + 1 + (i % columns)] = shade;
  }
  const header = [...bytes(columns), ...bytes(rows), 8, 0, 0, 0, 0];
  return Uint8Array.from([
    0x89,
    0x50,
    0x4e,
    0x47,
    0x0d,
    0x0a,
    0x1a,
    0x0a,
    ...chunk("IHDR", header),
    ...chunk("IDAT", stored(lines)),
    ...chunk("IEND", []),
  ]);
}

const bytes = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);

function chunk(name: string, content: readonly number[]): number[] {
  const body = [...Array.from(name, (letter) => letter.codePointAt(0)!), ...content];
  let crc = 0xffffffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return [...bytes(content.length), ...body, ...bytes(~crc)];
}

/** Bytes as a zlib stream that compresses nothing. */
function stored(content: Uint8Array): number[] {
  const out = [0x78, 0x01];
  let [a, b] = [1, 0];
  for (const byte of content) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  for (let from = 0; from < content.length; from += 65535) {
    const part = content.subarray(from, from + 65535);
    const [low, high] = [part.length & 255, part.length >> 8];
    out.push(Number(from + 65535 >= content.length), low, high, 255 - low, 255 - high, ...part);
  }
  return [...out, ...bytes(((b << 16) | a) >>> 0)];
}

function base64(content: Uint8Array): string {
  return btoa(String.fromCodePoint(...content));
}
