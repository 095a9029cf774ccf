// Every plot, and a graph, once under Node and once in Chromium (see vitest.config.ts): the same
// marks are drawn by whichever document there is. How they look is plots.test.ts's matter.

import { tensor } from "@nabla/core";
import {
  confusionTable,
  decisionBoundary,
  descentOnSurface,
  descentsOnCurve,
  figure,
  graph,
  lossCurve,
  pointsAndLines,
} from "@nabla/viz";
import type { Panel } from "@nabla/viz";
import { expect, test } from "vitest";

import { createDocument } from "#document";

const [x, y] = [
  [1, 2, 3],
  [2, 4, 5],
];
const bowl = (w: number, b: number): number => (w - 1) ** 2 + 4 * b ** 2;

const plots: [name: string, panel: Panel, circles: number, text: string][] = [
  [
    "points and a line",
    pointsAndLines({ x, y, lines: [{ slope: 2, intercept: 0 }] }),
    3,
    "y = 2 x",
  ],
  ["a loss curve", lossCurve({ losses: [4, 2, 1], yLabel: "error" }), 0, "error"],
  [
    "contours with a path",
    descentOnSurface({
      surface: bowl,
      path: [
        [0, 1],
        [1, 0.5],
        [1, 0],
      ],
      optimum: [1, 0],
    }),
    5,
    "optimum",
  ],
  [
    "descents on a curve",
    descentsOnCurve({
      curve: (at) => at * at,
      xRange: [-2, 2],
      paths: [{ x: [2, 1, 0.5], label: "half" }],
    })[0]!,
    5,
    "half",
  ],
  [
    "a decision boundary",
    decisionBoundary({
      x,
      y,
      classes: [0, 1, 1],
      probability: (xs) => xs.map((value) => 1 / (1 + Math.exp(4 - 2 * value))),
      xLabel: "width",
    }),
    3,
    "width",
  ],
  [
    "a confusion table",
    confusionTable({
      counts: [
        [7, 1],
        [0, 5],
      ],
    }),
    0,
    "7",
  ],
];

test.each(plots)("%s", (_name, panel, circles, text) => {
  const svg = figure([panel]);
  expect(svg.match(/<circle/g) ?? []).toHaveLength(circles);
  expect(svg).toMatch(/<path|<rect/);
  expect(svg).toContain(text);
  expect(svg).not.toMatch(/NaN|undefined|<style/);
});

test("a graph, laid out", async () => {
  const w = tensor(3, { requiresGrad: true }).named("w");
  const svg = await graph(w.mul(2).named("loss"), { gradients: true }).svg();
  expect(svg.match(/class="node /g)).toHaveLength(3);
  expect(svg).toContain("grad 2");
});

test("in a browser the plots are drawn with its own document", () => {
  expect(createDocument() === globalThis.document).toBe("document" in globalThis);
});
