// The fourth chapter, painted by pointer and by keyboard. What it learns is computed here again
// with gradients that were derived with a pen; and the code that it shows is run.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { expectShown, numberOf, read, readNumber, slide, visit } from "./chromium.js";
import { opened, resultOf } from "./opened.js";

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly t: 0 | 1;
}

/** Painted by keys: from the middle, by steps of 0.05 and of 0.5. */
const painted: readonly Spot[] = [
  { x: -1, y: 0, t: 0 },
  { x: -0.5, y: -1, t: 0 },
  { x: 0.5, y: 0.5, t: 1 },
  { x: 1, y: -0.5, t: 1 },
  { x: -0.95, y: 0.5, t: 1 },
];

async function paintByKeys(page: Page): Promise<void> {
  await page.locator("#clear").click();
  expect(await read(page, "#counts")).toBe("0 blue, 0 orange");
  expect(await read(page, "#verdict-title")).toBe("Nothing to learn.");
  const brush = page.locator("#plane .handle");
  let [x, y] = [0, 0];
  for (const spot of painted) {
    await page.locator(`input[name=brush][value="${spot.t}"]`).check({ force: true });
    await brush.focus();
    [x, y] = [await move(page, "x", x, spot.x), await move(page, "y", y, spot.y)];
    await page.keyboard.press(spot.t === 0 ? "Enter" : " ");
  }
  expect(await read(page, "#counts")).toBe("2 blue, 3 orange");
}

/** Moves the brush along an axis and gives where it is. */
async function move(page: Page, axis: "x" | "y", from: number, to: number): Promise<number> {
  const [more, less] = axis === "x" ? ["ArrowRight", "ArrowLeft"] : ["ArrowUp", "ArrowDown"];
  const [large, small] = axis === "x" ? [0.5, 0.05] : [0.2, 0.02];
  let rest = to - from;
  for (const [size, prefix] of [
    [large, "Shift+"],
    [small, ""],
  ] as const) {
    while (Math.abs(rest) > size - 1e-9) {
      await page.keyboard.press(prefix + (rest > 0 ? more : less));
      rest -= Math.sign(rest) * size;
    }
  }
  expect(Math.abs(rest)).toBeLessThan(1e-9);
  return to;
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** Logistic regression by hand, from nothing: the mean of (p - t) times what it depends on. */
function logistic(spots: readonly Spot[], rate: number, steps: number) {
  let [w1, w2, b] = [0, 0, 0];
  const n = spots.length;
  for (let step = 0; step < steps; step++) {
    const errors = spots.map(({ x, y, t }) => sigmoid(w1 * x + w2 * y + b) - t);
    const along = (of: (spot: Spot) => number): number =>
      errors.reduce((sum, error, i) => sum + (error * of(spots[i]!)) / n, 0);
    const [d1, d2, db] = [along(({ x }) => x), along(({ y }) => y), along(() => 1)];
    [w1, w2, b] = [w1 - rate * d1, w2 - rate * d2, b - rate * db];
  }
  const scores = spots.map(({ x, y }) => w1 * x + w2 * y + b);
  const loss = scores.reduce(
    (sum, z, i) => sum + Math.log1p(Math.exp((1 - 2 * spots[i]!.t) * z)),
    0,
  );
  return { w1, w2, b, loss: loss / n };
}

async function expectLine(page: Page, steps: number): Promise<void> {
  const { w1, w2, b, loss } = logistic(painted, 0.5, steps);
  expect(await read(page, "#now-step")).toBe(String(steps));
  expectShown(await readNumber(page, "#now-loss"), loss);
  const told = await read(page, "#model-told");
  const shown = told
    .match(/= (\S+) · x \+ (\S+) · y \+ (\S+)$/)!
    .slice(1)
    .map(numberOf);
  [w1, w2, b].forEach((value, i) => expectShown(shown[i]!, value));
}

test("points painted by keys, and the line that is learnt, step by step", async () => {
  const { page } = await visit("decision.html");
  await paintByKeys(page);
  await expectLine(page, 0);
  expectShown(await readNumber(page, "#now-loss"), Math.LN2);
  await page.locator("#step").focus();
  for (let step = 1; step <= 4; step++) await page.keyboard.press("Enter");
  await expectLine(page, 4);
  // The probability under the brush, which stands on the last point.
  const { w1, w2, b } = logistic(painted, 0.5, 4);
  const p = Number(/orange is ([\d.]+)\.$/.exec(await read(page, "#here"))![1]);
  expect(p).toBeCloseTo(sigmoid(w1 * -0.95 + w2 * 0.5 + b), 3);
  // Another point: the weights stay, the loss is another; and it is taken away by a key.
  await page.locator("#plane .handle").focus();
  await page.keyboard.press("Delete");
  expect(await read(page, "#counts")).toBe("2 blue, 2 orange");
  expect(await read(page, "#now-step")).toBe("4");
});

test("the code that is shown does what the page did", async () => {
  const { page } = await visit("decision.html");
  await paintByKeys(page);
  await page.locator("label", { hasText: "A network" }).click();
  await page.locator("#hidden").focus();
  await page.keyboard.press("ArrowLeft");
  await page.locator("#other").click();
  await page.locator("label", { hasText: "Adam" }).click();
  await slide(page, "#rate", -1);
  await page.locator("#step").focus();
  for (let step = 1; step <= 3; step++) await page.keyboard.press("Enter");
  const code = await read(page, "#code");
  expect(code).toContain("manualSeed(2)");
  expect(code).toContain("new Linear(2, 3)");
  expect(code).toContain("step < 3");
  const p = (await resultOf(await opened(page), "Array.from(p.data())")) as number[];
  const loss = -painted.reduce((sum, { t }, i) => sum + Math.log(t === 1 ? p[i]! : 1 - p[i]!), 0);
  expectShown(await readNumber(page, "#now-loss"), loss / painted.length);
});

test("painted with a pointer, wiped away, and no line for crosswise", async () => {
  const { page } = await visit("decision.html");
  await page.locator("#clear").click();
  await page.locator("label", { hasText: "Orange" }).click();
  await page.locator("#plane").scrollIntoViewIfNeeded();
  const box = (await page.locator("#plane .plot").boundingBox())!;
  const [left, top] = [box.x + box.width / 3, box.y + box.height / 2];
  await page.mouse.move(left, top);
  await page.mouse.down();
  await page.mouse.move(left + 100, top, { steps: 20 });
  await page.mouse.up();
  // One where it went down, and then one every sixteen pixels or a little more.
  const orange = Number(/, (\d+) orange/.exec(await read(page, "#counts"))![1]);
  expect(orange).toBeGreaterThanOrEqual(5);
  expect(orange).toBeLessThanOrEqual(7);
  await page.locator("label", { hasText: "Eraser" }).click();
  await page.mouse.click(left, top);
  expect(Number(/, (\d+) orange/.exec(await read(page, "#counts"))![1])).toBeLessThan(orange);

  await page.locator("label", { hasText: "Crosswise" }).click();
  expect(await read(page, "#counts")).toBe("50 blue, 50 orange");
  expect(await read(page, "#now-loss")).toBe("0.6931");
  await slide(page, "#pace", 6);
  await page.locator("#play").click();
  await page.waitForFunction(() =>
    document.getElementById("verdict-title")!.textContent.startsWith("At the bottom"),
  );
  expect(await read(page, "#verdict-title")).toMatch(/^At the bottom, and \d+ of 100 are wrong\.$/);
  expect(await readNumber(page, "#now-loss")).toBeGreaterThan(0.68);
  expect(await read(page, "#play")).toBe("Train");

  await page.locator("label", { hasText: "A network" }).click();
  await page.locator("#play").click();
  await page.waitForFunction(() => document.getElementById("now-right")!.textContent === "100.0 %");
});

test("it says when the rate is too large, and speaks Chinese", async () => {
  const { page } = await visit("zh/decision.html");
  await page.locator("label", { hasText: "圆环" }).click();
  await page.locator("label", { hasText: "网络" }).click();
  await slide(page, "#rate", 1.5);
  await page.locator("#step").focus();
  await page.waitForFunction(() => {
    document.getElementById("step")!.click();
    return document.getElementById("verdict-title")!.textContent === "来回乱跳。";
  });
  expect(await read(page, "#verdict-text")).toContain("太大");
  await page.locator("#reset").click();
  expect(await read(page, "#verdict-title")).toBe("准备好了。");
  expect(await read(page, "#code")).toContain("// 图上颜色的深浅");
});
