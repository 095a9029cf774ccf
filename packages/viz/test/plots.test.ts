/** What the plots draw: counted in the SVG, which is parsed. How they look, only eyes can tell. */
import { DOMParser } from "linkedom";
import { describe, expect, test } from "vitest";

import {
  descentOnSurface,
  descentsOnCurve,
  figure,
  lossCurve,
  pointsAndLines,
} from "../src/index.js";
import type { Panel } from "../src/index.js";

function drawn(...panels: Panel[]): Document {
  const parsed: unknown = new DOMParser().parseFromString(figure(panels), "image/svg+xml");
  return parsed as Document;
}

/** The shapes of a kind of mark, as Observable Plot labels them. */
function shapes(document: Document, mark: string, shape: string): Element[] {
  return [...document.querySelectorAll(`[aria-label="${mark}"] ${shape}`)];
}

function texts(document: Document): string[] {
  return [...document.querySelectorAll("text")].map((text) => text.textContent);
}

/** How many points all lines of a drawing have together. */
function linePoints(document: Document): number {
  return shapes(document, "line", "path").reduce(
    (count, path) => count + (path.getAttribute("d")?.match(/[ML]/g)?.length ?? 0),
    0,
  );
}

/** Every number in every attribute that places something. */
function coordinates(document: Document): number[] {
  return [...document.querySelectorAll("*")].flatMap((element) =>
    ["d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "transform", "width", "height"].flatMap(
      (name) =>
        Array.from(element.getAttribute(name)?.match(/-?[\d.]+(e[+-]?\d+)?/g) ?? [], Number),
    ),
  );
}

const bowl = (x: number, y: number): number => x * x + 4 * y * y;
const parabola = (x: number): number => (x - 3) ** 2;

describe("pointsAndLines", () => {
  const options = { x: [1, 2, 3], y: [1, 3, 2], xLabel: "hours", yLabel: "score" };
  const flat = { slope: 0, intercept: 1 };

  test("draws every point and every line, and says what is on the axes", () => {
    const document = drawn(
      pointsAndLines({ ...options, lines: [flat, { slope: 1, intercept: 0 }] }),
    );
    expect(shapes(document, "dot", "circle").length).toBe(3);
    expect(shapes(document, "link", "path").length).toBe(2);
    expect(texts(document)).toEqual(expect.arrayContaining(["hours", "score"]));
  });

  test("draws the last line strongest", () => {
    const document = drawn(pointsAndLines({ ...options, lines: [flat, flat, flat] }));
    const strengths = shapes(document, "link", "path").map((path) =>
      Number(path.getAttribute("stroke-opacity") ?? 1),
    );
    expect(strengths).toHaveLength(3);
    expect(strengths).toEqual([...strengths].sort((a, b) => a - b));
    expect(strengths[0]).toBeLessThan(strengths[2] ?? 0);
  });

  test.each([
    [{ slope: 1.5, intercept: 4 }, "y = 1.5 x + 4"],
    [{ slope: -2, intercept: -0.25 }, "y = −2 x − 0.25"],
    [{ slope: 2, intercept: 0 }, "y = 2 x"],
    [{ slope: 2, intercept: 0, label: "fit" }, "fit"],
  ])("labels the last line %j", (line, label) => {
    expect(texts(drawn(pointsAndLines({ ...options, lines: [line] })))).toContain(label);
  });

  test("keeps a line far outside within sight of the frame", () => {
    const lines = [
      { slope: 1e140, intercept: 0 },
      { slope: 0, intercept: 1e140 },
    ];
    const numbers = coordinates(drawn(pointsAndLines({ ...options, lines })));
    expect(Math.max(...numbers.map(Math.abs))).toBeLessThan(10_000);
  });
});

describe("lossCurve", () => {
  test("draws a line a run, and names the runs", () => {
    const document = drawn(lossCurve({ losses: { SGD: [3, 2, 1], Adam: [3, 1, 0.5] } }));
    expect(shapes(document, "line", "path").length).toBe(2);
    expect(texts(document)).toEqual(expect.arrayContaining(["SGD", "Adam", "iteration", "loss"]));
  });

  test("takes typed arrays", () => {
    expect(figure([lossCurve({ losses: Float64Array.of(3, 2, 1) })])).toBe(
      figure([lossCurve({ losses: [3, 2, 1] })]),
    );
  });

  test("draws a long run with about 1000 points, and keeps its peak", () => {
    const losses = Array.from({ length: 100_000 }, (_, index) => 2 + Math.sin(index / 5000));
    losses[54_321] = 40;
    const document = drawn(lossCurve({ losses }));
    expect(linePoints(document)).toBeLessThanOrEqual(1010);
    expect(linePoints(document)).toBeGreaterThan(500);
    expect(texts(document)).toContain("40");
  });

  test.each([
    { losses: [100, 10, 1], logScale: undefined, isLog: true },
    { losses: [100, 10, 2], logScale: undefined, isLog: false },
    { losses: [100, 10, 1], logScale: false, isLog: false },
    { losses: [100, 10, 2], logScale: true, isLog: true },
    { losses: [100, 1, -1], logScale: undefined, isLog: false },
  ])("chooses the axis of $losses with logScale $logScale", ({ losses, logScale, isLog }) => {
    const options = logScale === undefined ? { losses } : { losses, logScale };
    const document = drawn(lossCurve(options));
    // An axis in equal steps goes 0, 20, 40, ...; one in powers of ten 1, 2, 5, 10, ...
    expect(texts(document).includes("80")).toBe(!isLog);
  });

  test.each([
    { losses: [3, Number.NaN, 1], note: "not finite at iteration 1" },
    { losses: [3, Number.NaN, 1, Infinity], note: "not finite at iteration 1 and 1 more" },
    { losses: [3, 2, Infinity, Number.NaN], note: "not finite from iteration 2 on" },
    { losses: { a: [1, 2], b: [1, Number.NaN] }, note: "b: not finite at iteration 1" },
    { losses: [100, 1, 0.1, 0], note: "a loss of 0 is drawn on the lower edge" },
  ])("says in small print: $note", ({ losses, note }) => {
    expect(texts(drawn(lossCurve({ losses })))).toContain(note);
  });

  test.each([
    { what: "one loss", losses: [2], dots: 1 },
    { what: "one loss between gaps", losses: [3, 2, Number.NaN, 1, Number.NaN], dots: 1 },
    { what: "no loss alone", losses: [3, 2], dots: 0 },
  ])("shows $what as a dot", ({ losses, dots }) => {
    expect(drawn(lossCurve({ losses })).querySelectorAll("circle").length).toBe(dots);
  });

  test.each([
    [[0, 0, 0]],
    [[1e300, 1]],
    [[5e-324, 1]],
    [[1e-300, 2e-300]],
    [[-1e-320, 1e-320]],
    [[7, 7]],
  ])("copes with %j", (losses) => {
    expect(figure([lossCurve({ losses })])).not.toMatch(/NaN|Infinity/);
  });
});

describe("descentOnSurface", () => {
  test("draws levels, path, start, end and optimum", () => {
    const document = drawn(
      descentOnSurface({
        surface: bowl,
        path: [
          [4, 2],
          [2, -1],
          [1, 0.5],
        ],
        optimum: [0, 0],
      }),
    );
    expect(shapes(document, "contour", "path").length).toBe(14);
    // Three steps, the ring at the start, the disc at the end.
    expect(document.querySelectorAll("circle").length).toBe(5);
    expect(texts(document)).toEqual(expect.arrayContaining(["start", "end", "optimum"]));
  });

  test("makes a long path short", () => {
    const path = Array.from(
      { length: 100_000 },
      (_, step) => [4 / (1 + step), 2 / (1 + step)] as const,
    );
    expect(linePoints(drawn(descentOnSurface({ surface: bowl, path })))).toBeLessThan(500);
  });

  test("draws a path that diverges no farther than programs can draw", () => {
    const path = Array.from({ length: 900 }, (_, step) => [(-2) ** step, 1] as const);
    const numbers = coordinates(drawn(descentOnSurface({ surface: bowl, path, optimum: [0, 0] })));
    expect(numbers.every(Number.isFinite)).toBe(true);
    expect(Math.max(...numbers.map(Math.abs))).toBeLessThan(200_000);
  });

  test("says where a path stops being finite", () => {
    const path = [
      [4, 2],
      [2, 1],
      [Number.NaN, 1],
    ] as const;
    expect(texts(drawn(descentOnSurface({ surface: bowl, path }))).join("\n")).toMatch(
      /not finite from step 2 on/,
    );
  });

  test.each([
    { what: "a constant", surface: () => 3 },
    { what: "one with holes", surface: (x: number, y: number) => Math.log(x * y - 0.5) },
    { what: "one that overflows", surface: (x: number) => Math.exp(8000 * (x - 1)) },
  ])("copes with $what as surface", ({ surface }) => {
    const svg = figure([descentOnSurface({ surface, path: [[1, 1]] })]);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});

describe("descentsOnCurve", () => {
  const iterates = (rate: number, count: number): number[] => {
    const x = [0];
    for (let step = 0; step < count; step += 1) x.push(x[step]! - rate * 2 * (x[step]! - 3));
    return x;
  };
  const panels = descentsOnCurve({
    curve: parabola,
    xRange: [-1, 7],
    paths: [
      { x: iterates(0.2, 5), label: "right" },
      { x: iterates(1.1, 5000), label: "diverging" },
    ],
  });

  test("gives a panel for each path", () => {
    expect(panels.map(({ title, width }) => [title, width])).toEqual([
      ["right", 320],
      ["diverging", 320],
    ]);
  });

  test("draws each step, and says what became of the descent", () => {
    const [right, diverging] = panels.map((panel) => drawn(panel));
    // Six places, the ring at the start and the disc at the end.
    expect(right?.querySelectorAll("circle").length).toBe(8);
    expect(texts(right!)).toContain("after 5 steps x = 2.767");
    expect(texts(diverging!)).toContain("leaves the frame at step 2");
    expect(Math.max(...coordinates(diverging!).map(Math.abs))).toBeLessThan(200_000);
  });
});

describe("what cannot be drawn is refused", () => {
  const line = { slope: Number.NaN, intercept: 0 };
  const path = [[0, 0]] as const;
  const nothing: unknown = undefined;
  test.each([
    ["no points", () => pointsAndLines({ x: [], y: [] }), "pointsAndLines: x is empty"],
    [
      "no list",
      () => pointsAndLines({ x: nothing as number[], y: [] }),
      "pointsAndLines: x is not a list of numbers: pass an array; of a tensor, pass tensor.data()",
    ],
    [
      "lists of two lengths",
      () => pointsAndLines({ x: [1], y: [1, 2] }),
      "x has 1 numbers and y has 2",
    ],
    [
      "a point at infinity",
      () => pointsAndLines({ x: [1], y: [Infinity] }),
      "y holds Infinity at position 0",
    ],
    [
      "a line that is none",
      () => pointsAndLines({ x: [1], y: [1], lines: [line] }),
      "lines[0] holds NaN",
    ],
    [
      "a weight above 1",
      () => pointsAndLines({ x: [1], y: [1], lines: [{ slope: 1, intercept: 0, weight: 2 }] }),
      "lines[0].weight cannot be 2",
    ],
    ["no losses", () => lossCurve({ losses: [] }), "lossCurve: losses is empty"],
    ["no runs", () => lossCurve({ losses: {} }), "lossCurve: losses is empty"],
    [
      "a run without losses",
      () => lossCurve({ losses: { a: [] } }),
      "lossCurve: losses.a is empty",
    ],
    ["only NaN", () => lossCurve({ losses: [Number.NaN] }), "losses holds no finite number"],
    [
      "negative losses in powers of ten",
      () => lossCurve({ losses: [1, -1], logScale: true }),
      "a loss of -1 has no place on an axis of powers of ten: pass { logScale: false }",
    ],
    [
      "losses too far apart",
      () => lossCurve({ losses: [-1.7e308, 1.7e308] }),
      "too far apart to draw",
    ],
    ["no path", () => descentOnSurface({ surface: bowl, path: [] }), "path is empty"],
    [
      "a surface nowhere finite",
      () => descentOnSurface({ surface: () => Number.NaN, path }),
      "the surface is not finite anywhere",
    ],
    [
      "a range from high to low",
      () => descentOnSurface({ surface: bowl, path, xRange: [1, 0] }),
      "xRange cannot go from 1 to 0: pass [low, high]",
    ],
    [
      "no descents",
      () => descentsOnCurve({ curve: parabola, xRange: [0, 1], paths: [] }),
      "paths is empty",
    ],
    [
      "a curve nowhere finite",
      () =>
        descentsOnCurve({ curve: () => Infinity, xRange: [0, 1], paths: [{ x: [0], label: "" }] }),
      "the curve is not finite anywhere in xRange",
    ],
    [
      "a tiny panel",
      () => lossCurve({ losses: [1], width: 10 }),
      "a panel cannot be 10 by 360 pixels",
    ],
  ])("%s", (_, plot, message) => {
    expect(plot).toThrow(expect.objectContaining({ name: "PlotError" }));
    expect(plot).toThrow(message);
  });
});
