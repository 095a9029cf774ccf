/** Curves, boundaries, confusion tables, grids of images: counted in the SVG, as plots.test.ts. */
import { inflateSync } from "node:zlib";

import { DOMParser } from "linkedom";
import { describe, expect, test } from "vitest";

import {
  confusionTable,
  decisionBoundary,
  figure,
  imageGrid,
  pointsAndCurves,
} from "../src/index.js";
import type { Panel } from "../src/index.js";

function drawn(panel: Panel): Document {
  const parsed: unknown = new DOMParser().parseFromString(figure([panel]), "image/svg+xml");
  return parsed as Document;
}

const shapes = (document: Document, mark: string, shape: string): Element[] => [
  ...document.querySelectorAll(`[aria-label="${mark}"] ${shape}`),
];
const texts = (document: Document): string[] =>
  [...document.querySelectorAll("text")].map((text) => text.textContent);

describe("pointsAndCurves", () => {
  const t = [1, 10, 100];
  const curve = { x: t, y: [1, 2, 4], label: "twice" };

  test("draws points, curves and their labels", () => {
    const document = drawn(pointsAndCurves({ x: t, y: t, curves: [curve, { x: t, y: t }] }));
    expect(shapes(document, "dot", "circle")).toHaveLength(3);
    expect(document.querySelectorAll('[aria-label="line"] path')).toHaveLength(2);
    expect(texts(document)).toContain("twice");
  });

  test("on axes of powers of ten, equal factors are equal distances", () => {
    const document = drawn(pointsAndCurves({ x: t, y: t, logX: true, logY: true }));
    const at = shapes(document, "dot", "circle").map((dot) => Number(dot.getAttribute("cx")));
    expect(at[2]! - at[1]!).toBeCloseTo(at[1]! - at[0]!, 6);
  });

  test.each<[Parameters<typeof pointsAndCurves>[0], RegExp]>([
    [{}, /nothing to draw/],
    [{ x: t, y: [1] }, /x has 3 numbers and y has 1/],
    [{ curves: [{ x: t, y: [1] }] }, /curves\[0\]\.x has 3/],
    [{ curves: [{ x: t, y: [1, NaN, 2] }] }, /curves\[0\]\.y holds NaN/],
    [{ x: [0], y: [1], logX: true }, /x holds 0, which has no place/],
  ])("refuses %j", (options, says) => {
    expect(() => pointsAndCurves(options)).toThrow(says);
  });
});

describe("decisionBoundary", () => {
  const points = { x: [-1, 1], y: [-1, 1], classes: [0, 1] };
  const rising = (x: Float64Array): Float64Array =>
    x.map((value) => 1 / (1 + Math.exp(-9 * value)));

  test("the boundary stands where the probability is a half", () => {
    const document = drawn(decisionBoundary({ ...points, probability: rising }));
    const dots = shapes(document, "dot", "circle");
    const [left, right, low, high] = ["cx", "cy"].flatMap((name) =>
      dots.map((dot) => Number(dot.getAttribute(name))).sort((a, b) => a - b),
    ) as [number, number, number, number];
    const lines = [...document.querySelectorAll('[aria-label="contour"]')];
    const path = lines.at(-1)!.querySelector("path")!.getAttribute("d")!;
    const places = [...path.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, x, y]) => [+x!, +y!]);
    // Its rim goes around outside of the points.
    const inside = places.filter(([x, y]) => x! > left && x! < right && y! > low && y! < high);
    expect(inside.length).toBeGreaterThan(5);
    for (const [x] of inside) {
      expect(Math.abs(x! - (left + right) / 2)).toBeLessThan((right - left) / 50);
    }
  });

  test.each<[object, RegExp]>([
    [{ x: [], y: [], classes: [] }, /x is empty/],
    [{ classes: [0] }, /x has 2 numbers and classes has 1/],
    [{ classes: [0, 2] }, /2 is no class/],
    [{ probability: (x: Float64Array) => x.map(() => NaN) }, /the probability holds NaN/],
  ])("refuses %j", (changes, says) => {
    expect(() => decisionBoundary({ ...points, probability: rising, ...changes })).toThrow(says);
  });
});

describe("confusionTable", () => {
  test("shows every count but 0, and the names on both sides", () => {
    const counts = [
      [9, 1],
      [0, 8],
    ];
    const document = drawn(confusionTable({ counts, names: ["cat", "dog"] }));
    // Four cells on one sheet of paper.
    expect(shapes(document, "rect", "rect")).toHaveLength(5);
    const all = texts(document);
    for (const text of ["9", "1", "8", "predicted", "true"]) expect(all).toContain(text);
    expect(all.filter((text) => text === "cat")).toHaveLength(2);
  });

  test.each([
    [[]],
    [[[1, 2]]],
    [
      [
        [1, -1],
        [0, 1],
      ],
    ],
  ])("refuses %j", (counts) => {
    expect(() => confusionTable({ counts })).toThrow(/must be a square/);
  });
});

describe("imageGrid", () => {
  test("a picture is a PNG with the pixels it was given", () => {
    const document = drawn(imageGrid({ images: [[0, 0.5, 1, 0.2, 2, -1]], columns: 3 }));
    const [image] = document.querySelectorAll("image");
    const [, data = ""] = (image!.getAttribute("href") ?? "").split("base64,");
    const png = Buffer.from(data, "base64");
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([3, 2, 8, 0]);
    const length = png.readUInt32BE(33);
    // zlib itself checks what is in it.
    const lines = inflateSync(png.subarray(41, 41 + length));
    expect([...lines]).toEqual([0, 0, 128, 255, 0, 51, 255, 0]);
  });

  test("labels stand under the pictures", () => {
    const images = [[0], [1], [0]];
    const document = drawn(imageGrid({ images, columns: 1, labels: ["a", "b"], perRow: 2 }));
    expect(document.querySelectorAll("image")).toHaveLength(3);
    expect(texts(document)).toEqual(expect.arrayContaining(["a", "b"]));
  });

  test.each<[Parameters<typeof imageGrid>[0], RegExp]>([
    [{ images: [], columns: 1 }, /no pictures/],
    [{ images: [[1, 2, 3]], columns: 2 }, /images\[0\] has 3 pixels/],
    [{ images: [[1]], columns: 0 }, /no rows of 0/],
  ])("refuses %j", (options, says) => {
    expect(() => imageGrid(options)).toThrow(says);
  });
});
