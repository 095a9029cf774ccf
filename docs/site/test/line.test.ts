// The second chapter, operated by keyboard and by pointer. Its descent is computed here again with
// gradients that were derived with a pen, and optimizers that are written from their formulas.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { drag, expectShown, numberOf, read, readNumber, slide, visit } from "./chromium.js";

type Point = readonly [x: number, y: number];
interface State {
  w: number;
  b: number;
}

const first: readonly Point[] = [
  [-0.9, 0.7],
  [-0.2, 0.4],
  [0.5, 1.9],
  [1.2, 1.6],
  [1.9, 2.9],
  [2.6, 2.6],
  [3.3, 4.2],
  [4, 3.9],
];
const start: State = { w: -1.5, b: -1 };

const mean = (values: number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const lossOf = (points: readonly Point[], { w, b }: State): number =>
  mean(points.map(([x, y]) => (w * x + b - y) ** 2));
const gradientOf = (points: readonly Point[], { w, b }: State): [number, number] => [
  mean(points.map(([x, y]) => 2 * (w * x + b - y) * x)),
  mean(points.map(([x, y]) => 2 * (w * x + b - y))),
];

/** Cramer's rule on the normal equations: not the centred form that the page uses. */
function solved(points: readonly Point[]): State {
  const [x, y] = [mean(points.map((point) => point[0])), mean(points.map((point) => point[1]))];
  const xx = mean(points.map((point) => point[0] ** 2));
  const xy = mean(points.map((point) => point[0] * point[1]));
  const determinant = xx - x * x;
  return { w: (xy - x * y) / determinant, b: (xx * y - x * xy) / determinant };
}

/** So many steps of an optimizer, one parameter like the other. */
function descend(
  points: readonly Point[],
  from: State,
  steps: number,
  move: (g: number, memory: number[], step: number) => number,
): State {
  const state = { ...from };
  const memories: number[][] = [[], []];
  for (let step = 1; step <= steps; step++) {
    const [dw, db] = gradientOf(points, state);
    state.w -= move(dw, memories[0]!, step);
    state.b -= move(db, memories[1]!, step);
  }
  return state;
}

const sgd =
  (rate: number, momentum = 0) =>
  (g: number, memory: number[]): number =>
    rate * (memory[0] = momentum * (memory[0] ?? 0) + g);
const adam =
  (rate: number) =>
  (g: number, memory: number[], step: number): number => {
    const m = (memory[0] = 0.9 * (memory[0] ?? 0) + 0.1 * g);
    const v = (memory[1] = 0.999 * (memory[1] ?? 0) + 0.001 * g * g);
    return (rate * (m / (1 - 0.9 ** step))) / (Math.sqrt(v / (1 - 0.999 ** step)) + 1e-8);
  };
const rmsprop =
  (rate: number) =>
  (g: number, memory: number[]): number => {
    const v = (memory[0] = 0.99 * (memory[0] ?? 0) + 0.01 * g * g);
    return (rate * g) / (Math.sqrt(v) + 1e-8);
  };

async function expectState(page: Page, points: readonly Point[], state: State): Promise<void> {
  expectShown(await readNumber(page, "#now-w"), state.w);
  expectShown(await readNumber(page, "#now-b"), state.b);
  expectShown(await readNumber(page, "#now-loss"), lossOf(points, state));
  const [dw, db] = gradientOf(points, state);
  expectShown(await readNumber(page, "#now-dw"), dw);
  expectShown(await readNumber(page, "#now-db"), db);
}

async function expectBest(page: Page, points: readonly Point[]): Promise<void> {
  const best = solved(points);
  expectShown(await readNumber(page, "#best-w"), best.w);
  expectShown(await readNumber(page, "#best-b"), best.b);
  expectShown(await readNumber(page, "#best-loss"), lossOf(points, best));
}

async function press(page: Page, selector: string, times: number): Promise<void> {
  await page.locator(selector).focus();
  for (let i = 0; i < times; i++) await page.keyboard.press("Enter");
}

/** The points as they are announced. */
async function pointsOf(page: Page): Promise<Point[]> {
  const told = await page
    .locator("#points-chart .handle")
    .evaluateAll((handles) => handles.map((handle) => handle.getAttribute("aria-valuetext")!));
  return told.map((text) => text.match(/−?[\d.]+/g)!.map(numberOf) as [number, number]);
}

test("each optimizer goes as its formula says, from the start", async () => {
  const { page } = await visit("line.html");
  await expectState(page, first, start);
  await expectBest(page, first);
  await press(page, "#step", 7);
  expect(await read(page, "#now-step")).toBe("7");
  await expectState(page, first, descend(first, start, 7, sgd(0.05)));
  await page.locator("#reset").click();
  await expectState(page, first, start);

  await slide(page, "#momentum", 0.8);
  await press(page, "#step", 9);
  await expectState(page, first, descend(first, start, 9, sgd(0.05, 0.8)));

  await page.locator("#reset").click();
  await slide(page, "#momentum", 0);
  await page.locator("input[name=method]:checked").focus();
  await page.keyboard.press("ArrowRight");
  await slide(page, "#rate", -1);
  await press(page, "#step", 5);
  await expectState(page, first, descend(first, start, 5, rmsprop(0.1)));

  await page.locator("#reset").click();
  await page.locator("label", { hasText: "Adam" }).click();
  expect(await page.locator("#momentum").isDisabled()).toBe(true);
  await press(page, "#step", 5);
  await expectState(page, first, descend(first, start, 5, adam(0.1)));
});

test("it plays until it is there, and says when it never will be", async () => {
  const { page } = await visit("line.html");
  await slide(page, "#rate", -0.9);
  await page.locator("#play").click();
  await page.waitForFunction(() =>
    document.getElementById("verdict-title")!.textContent.startsWith("There"),
  );
  const best = solved(first);
  expect(await readNumber(page, "#now-w")).toBeCloseTo(best.w, 3);
  expect(await readNumber(page, "#now-b")).toBeCloseTo(best.b, 3);
  expect(await read(page, "#play")).toBe("Play");

  // The limit: two over the larger eigenvalue of the second derivatives, found by bisection.
  const limit = await readNumberIn(page, "#verdict-remark");
  expect(grows(limit * 1.01)).toBe(true);
  expect(grows(limit * 0.99)).toBe(false);
  await page.locator("#reset").click();
  await slide(page, "#rate", -0.7);
  await press(page, "#step", 20);
  expect(await read(page, "#verdict-title")).toBe("It diverges.");
});

const grows = (rate: number): boolean =>
  lossOf(first, descend(first, start, 3000, sgd(rate))) > lossOf(first, start);

async function readNumberIn(page: Page, selector: string): Promise<number> {
  return Number(/[\d.]*\d/.exec(await read(page, selector))![0]);
}

test("points are dragged, moved by keys, added and removed", async () => {
  const { page } = await visit("line.html");
  expect(await pointsOf(page)).toEqual(first);
  await drag(page, "#points-chart .handle:nth-of-type(3)", 40, -60);
  let points = await pointsOf(page);
  expect(points[2]![0]).toBeGreaterThan(0.5);
  expect(points[2]![1]).toBeGreaterThan(1.9);
  await expectBest(page, points);

  await page.locator("#points-chart .handle").last().focus();
  await page.keyboard.press("ArrowUp");
  points = await pointsOf(page);
  expect(points[7]).toEqual([4, 3.95]);
  await expectBest(page, points);
  await page.keyboard.press("Delete");
  expect(await pointsOf(page)).toEqual(points.slice(0, -1));
  await expectBest(page, points.slice(0, -1));

  await page.locator("#add").click();
  await page.locator("#points-chart").scrollIntoViewIfNeeded();
  const box = (await page.locator("#points-chart .plot").boundingBox())!;
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 4);
  points = await pointsOf(page);
  expect(points).toHaveLength(9);
  await expectBest(page, points);
  // The line stays where it was, and goes on from there.
  await expectState(page, points, start);
  await press(page, "#step", 3);
  await expectState(page, points, descend(points, start, 3, sgd(0.05)));
});

test("the start is dragged on the surface", async () => {
  const { page } = await visit("line.html");
  await drag(page, "#surface-chart .handle", 120, -40);
  const told = await page.locator("#surface-chart .handle").getAttribute("aria-valuetext");
  const [w, b] = told!.match(/−?[\d.]+/g)!.map(numberOf);
  expect(w).toBeGreaterThan(0);
  await expectState(page, first, { w: w!, b: b! });
});

test("a CSV file, opened and dropped", async () => {
  const { page } = await visit("line.html");
  const rows: Point[] = [
    [0, 1],
    [1, 3.5],
    [2, 4],
    [3, 7.25],
  ];
  const text = `hours;score\n${rows.map(([x, y]) => `${x};${y}`).join("\r\n")}\n`;
  await page
    .locator("#file")
    .setInputFiles({ name: "small.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.waitForFunction(() => document.getElementById("file-note")!.textContent !== "");
  expect(await read(page, "#file-note")).toBe("4 points from small.csv.");
  expect(await pointsOf(page)).toEqual(rows);
  await expectBest(page, rows);

  // Large numbers are standardised, which makes the slope the correlation.
  const large = "x,y\n1000,20\n2000,10\n3000,60\n4000,70\n5000,40\n";
  await page.evaluate((content) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([content], "large.csv", { type: "text/csv" }));
    const options = { dataTransfer, bubbles: true, cancelable: true };
    document.getElementById("lab")!.dispatchEvent(new DragEvent("drop", options));
  }, large);
  await page.waitForFunction(() =>
    document.getElementById("file-note")!.textContent.includes("large.csv"),
  );
  expect(await read(page, "#file-note")).toContain("(x − 3000)");
  // Covariance 20000, deviations √2000000 and √520.
  expectShown(await readNumber(page, "#best-w"), 20_000 / Math.sqrt(2_000_000 * 520));
  expect(await readNumber(page, "#best-b")).toBeCloseTo(0, 10);

  await page
    .locator("#file")
    .setInputFiles({ name: "bad.csv", mimeType: "text/csv", buffer: Buffer.from("1,2\n3,four\n") });
  await page.waitForFunction(() => document.getElementById("file-problem")!.textContent !== "");
  expect(await read(page, "#file-problem")).toMatch(/^bad\.csv: .*line 2.*"four"/);
});
