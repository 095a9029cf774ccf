/** What every picture has in common: valid, complete, repeatable, and laid out without overlap. */
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { DOMParser } from "linkedom";
import { describe, expect, test } from "vitest";

import {
  descentOnSurface,
  descentsOnCurve,
  figure,
  lossCurve,
  pointsAndLines,
  surfaceRange,
} from "../src/index.js";
import type { Panel, Point } from "../src/index.js";

const awkward = `<b> & "quotes" 'too' ]]> \u00A0 \u0000 \u000B \uD800 \uFFFE 数 é`;

function panels(text: string): Panel[] {
  return [
    pointsAndLines({
      x: [1, 2],
      y: [2, 1],
      lines: [{ slope: -1, intercept: 3, label: text }],
      title: text,
      xLabel: text,
      yLabel: text,
    }),
    lossCurve({ losses: { [text]: [3, Number.NaN, 1] }, title: text, xLabel: text, yLabel: text }),
    descentOnSurface({
      surface: (x, y) => x * x + y * y,
      path: [
        [3, 1],
        [2, 0],
      ],
      title: text,
      xLabel: text,
      yLabel: text,
    }),
    ...descentsOnCurve({
      curve: (x) => x * x,
      xRange: [-1, 1],
      paths: [{ x: [1, 0.5], label: text }],
      xLabel: text,
      yLabel: text,
    }),
  ];
}

function parse(svg: string): Document {
  const parsed: unknown = new DOMParser().parseFromString(svg, "image/svg+xml");
  return parsed as Document;
}

/** Whether every tag is closed, every & an entity, and every character allowed in XML. */
function expectWellFormed(svg: string): void {
  expect(svg).not.toMatch(/&(?!(amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i);
  expect(svg).not.toMatch(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u);
  const open: string[] = [];
  const misplaced: string[] = [];
  const tags = /<(\/?)([A-Za-z]+)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/g;
  for (const [, closing, name = "", empty] of svg.matchAll(tags)) {
    if (closing === "" && empty === "") open.push(name);
    if (closing === "/" && open.pop() !== name) misplaced.push(name);
  }
  expect([...misplaced, ...open]).toEqual([]);
  expect(svg.replace(tags, "")).not.toContain("<");
}

describe("figure", () => {
  test("is well-formed XML, whatever the labels say", () => {
    const svg = figure(panels(awkward), { title: awkward });
    expectWellFormed(svg);
    const shown = [...parse(svg).querySelectorAll("text")]
      .map((text) => text.textContent)
      .join(" ");
    expect(shown).toContain("<b>");
    expect(shown).toContain("数");
  });

  test("says its size, has a title and a white background", () => {
    const svg = figure([lossCurve({ losses: [2, 1], title: "Loss" })]);
    const root = parse(svg).documentElement;
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(root.getAttribute("viewBox")).toBe(
      `0 0 ${root.getAttribute("width")} ${root.getAttribute("height")}`,
    );
    expect(root.querySelector("title")?.textContent).toBe("Loss");
    expect(root.querySelector("rect")?.getAttribute("fill")).toBe("#ffffff");
  });

  test("asks for nothing from elsewhere", () => {
    const svg = figure(panels("plain")).replace('xmlns="http://www.w3.org/2000/svg"', "");
    expect(svg).not.toMatch(/https?:|<style|<script|@import|var\(/);
  });

  test("gives no id twice, and refers to none that is missing", () => {
    const [panel] = panels("plain");
    const svg = figure([panel!, panel!, ...panels("plain")]);
    const ids = Array.from(svg.matchAll(/ id="([^"]+)"/g), ([, id]) => id);
    const uses = Array.from(svg.matchAll(/url\(#([^)]+)\)/g), ([, id]) => id);
    expect(ids.length).toBeGreaterThan(3);
    expect(new Set(ids).size).toBe(ids.length);
    expect(uses.length).toBeGreaterThan(3);
    expect(uses.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test("is the same every time", () => {
    expect(figure(panels("plain"))).toBe(figure(panels("plain")));
  });

  test.each([
    { count: 1, columns: undefined, width: 24 + 504, rows: 1 },
    { count: 3, columns: undefined, width: 24 + 3 * 504, rows: 1 },
    { count: 4, columns: undefined, width: 24 + 2 * 504, rows: 2 },
    { count: 5, columns: undefined, width: 24 + 3 * 504, rows: 2 },
    { count: 5, columns: 1, width: 24 + 504, rows: 5 },
    { count: 2, columns: 7, width: 24 + 2 * 504, rows: 1 },
  ])("lays $count panels out in columns: $columns", ({ count, columns, width, rows }) => {
    const panel = lossCurve({ losses: [2, 1] });
    const list = Array.from({ length: count }, () => panel);
    const root = parse(figure(list, columns === undefined ? {} : { columns })).documentElement;
    expect(Number(root.getAttribute("width"))).toBe(width);
    expect(Number(root.getAttribute("height"))).toBe(24 + rows * (panel.height + 24));
  });

  test("breaks a long title into lines", () => {
    const words = "a title that is much too long to stand in one line above a single plot ".repeat(
      2,
    );
    const document = parse(figure([lossCurve({ losses: [2, 1], title: words })]));
    const bold = [...document.querySelectorAll('[font-weight="bold"]')].map(
      (line) => line.textContent,
    );
    expect(bold.length).toBeGreaterThan(1);
    expect(bold.join(" ")).toBe(words.trim());
  });

  test.each([
    [[], {}, "figure: there are no panels to lay out"],
    [panels("plain"), { columns: 0 }, "figure: columns cannot be 0: pass a whole number from 1"],
    [panels("plain"), { columns: 1.5 }, "figure: columns cannot be 1.5"],
  ])("refuses what it cannot lay out: case %#", (list, options, message) => {
    expect(() => figure(list, options)).toThrow(message);
  });
});

const valley: Point[] = [
  [0, 0],
  [1.9, 0.2],
  [1.8, 0.3],
  [1.6, 3],
];

describe("surfaceRange", () => {
  test.each<{ what: string; path: Point[]; optimum?: Point; x: number[]; y: number[] }>([
    {
      what: "a path and the optimum",
      path: [[0, 0]],
      optimum: [4, 2],
      x: [-0.6, 4.6],
      y: [-0.3, 2.3],
    },
    { what: "a single point", path: [[5, 0]], x: [4.5, 5.5], y: [-1, 1] },
    {
      what: "a path along one axis",
      path: [
        [0, 3],
        [2, 3],
      ],
      x: [-0.3, 2.3],
      y: [2.7, 3.3],
    },
    {
      what: "an overshooting path",
      path: valley,
      optimum: [0.001, 4],
      x: [-0.285, 2.185],
      y: [-0.6, 4.6],
    },
    {
      what: "a path that diverges",
      path: Array.from({ length: 99 }, (_, step): Point => [(-2) ** step, 0]),
      optimum: [0, 0],
      x: [-9.8, 5.8],
      y: [-1, 1],
    },
    {
      what: "a path that ends in NaN",
      path: [
        [1, 1],
        [2, 2],
        [Number.NaN, 3],
      ],
      x: [0.85, 2.15],
      y: [0.7, 3.3],
    },
  ])("shows $what", ({ path, optimum, x, y }) => {
    const { xRange, yRange } = surfaceRange(path, optimum);
    for (const [index, expected] of [...x, ...y].entries()) {
      expect([...xRange, ...yRange][index]).toBeCloseTo(expected, 10);
    }
  });

  test.each<[string, Point[], Point | undefined]>([
    ["path is empty", [], undefined],
    ["the start of the path holds NaN", [[Number.NaN, 0]], undefined],
    ["optimum holds Infinity", [[0, 0]], [Infinity, 0]],
  ])("refuses: %s", (message, path, optimum) => {
    expect(() => surfaceRange(path, optimum)).toThrow(message);
  });
});

test("a browser bundle has no linkedom in it", async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../src/index.ts", import.meta.url))],
    bundle: true,
    write: false,
    platform: "browser",
    format: "esm",
    conditions: ["source"],
  });
  const [bundle] = outputFiles.map((file) => file.text);
  expect(bundle).toContain("XMLSerializer");
  expect(bundle).not.toMatch(/linkedom|htmlparser2/);
});
