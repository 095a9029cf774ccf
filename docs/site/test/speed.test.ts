// The sixth chapter. What times come out nobody knows before; what is known is what was computed,
// how the numbers of the table hang together, and what each mistake does.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { expectShown, numberOf, read, slide, visit } from "./chromium.js";

/** The cells of a table: what is large in each, and what is small. */
async function rowsOf(page: Page): Promise<{ large: number[]; small: number[][] }[]> {
  const rows = await page.locator("#rows tr").all();
  return Promise.all(
    rows.map(async (row) => {
      const cells = await row
        .locator("th, td")
        .evaluateAll((all) =>
          all.map((cell) => [
            cell.firstChild!.textContent!,
            cell.querySelector(".note")?.textContent,
          ]),
        );
      return {
        large: cells.map(([text]) => numberOf(text!.replaceAll(" ", ""))),
        small: cells.flatMap(([, note]) => (note ? [note.split("–").map(numberOf)] : [])),
      };
    }),
  );
}

/** Five steps of the line fit with plain numbers, on the points that Nabla's generator draws. */
async function lineAfterFiveSteps(points: number): Promise<[w: number, b: number]> {
  const { manualSeed, rand, randn } = await import("nabla");
  manualSeed(1);
  const x = [...rand([points]).data()];
  const noise = [...randn([points]).data()];
  let [w, b] = [0, 0];
  for (let step = 0; step < 5; step++) {
    const errors = x.map((at, i) => w * at + b - (2 * at + 1 + 0.1 * noise[i]!));
    const dw = errors.reduce((sum, error, i) => sum + 2 * error * x[i]!, 0) / points;
    const db = errors.reduce((sum, error) => sum + 2 * error, 0) / points;
    [w, b] = [w - 0.1 * dw, b - 0.1 * db];
  }
  return [w, b];
}

test("the three ways are timed, agree, and the table hangs together", async () => {
  const { page } = await visit("speed.html");
  await slide(page, "#most", 3);
  await slide(page, "#rounds", 5);
  expect(await read(page, "#most-value")).toBe("1 000");
  await page.locator("#measure").focus();
  await page.keyboard.press("Enter");
  expect(await read(page, "#measure")).toBe("Stop");
  await page.waitForFunction(
    () =>
      document.getElementById("progress")!.hidden &&
      document.querySelectorAll("#rows tr").length === 2,
  );
  expect(await read(page, "#measure")).toBe("Measure");
  const rows = await rowsOf(page);
  expect(rows.map(({ large }) => large[0])).toEqual([100, 1000]);
  for (const { large, small } of rows) {
    const [, hand, loop, compiled, loopRatio, compiledRatio] = large as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    // Three digits are shown of each.
    expect(loopRatio / (loop / hand)).toBeCloseTo(1, 1);
    expect(compiledRatio / (compiled / hand)).toBeCloseTo(1, 1);
    for (const [i, time] of [hand, loop, compiled].entries()) {
      const [low, high] = small[i] as [number, number];
      expect(time).toBeGreaterThan(0);
      expect(low).toBeLessThanOrEqual(time * 1.01);
      expect(high).toBeGreaterThanOrEqual(time * 0.99);
    }
  }
  // Ten times the points, and nothing to do beside: by hand it takes several times as long.
  expect(rows[1]!.large[1]! / rows[0]!.large[1]!).toBeGreaterThan(2);
  const same = await read(page, "#same");
  const [, w, b] = /w = (\S+), b = (\S+)\.$/.exec(same)!;
  const [expectedW, expectedB] = await lineAfterFiveSteps(1000);
  expectShown(numberOf(w!), expectedW);
  expectShown(numberOf(b!), expectedB);
  expect(await read(page, "#tick")).toMatch(/ticks every [\d.]+ µs/);
  const isLoopFaster = rows.map(({ large }) => large[4]! <= 1);
  const crossing = await read(page, "#verdict-title");
  const somewhere = isLoopFaster.includes(true) ? /^From about/ : /^By hand it is faster/;
  expect(crossing).toMatch(isLoopFaster.includes(false) ? somewhere : /everywhere/);
  // Three ways, as a line, as bars and as places.
  expect(await page.locator("#race-chart .plot g[aria-label=line] path").count()).toBe(3);
  expect(await page.locator("#race-chart .plot g[aria-label=dot] > *").count()).toBe(6);
});

test("it can be stopped, and goes on with other numbers", async () => {
  const { page } = await visit("zh/speed.html");
  await page.locator("#measure").click();
  await page.waitForFunction(() => document.getElementById("progress")!.getAttribute("value"));
  await page.locator("#measure").click();
  expect(await read(page, "#verdict-title")).toBe("停下了。");
  expect(await page.locator("#progress").isHidden()).toBe(true);
  await slide(page, "#most", 3);
  await slide(page, "#rounds", 3);
  await page.locator("label", { hasText: "float64" }).click();
  await page.locator("#measure").click();
  await page.locator("#rows tr").nth(1).waitFor();
  await page.waitForFunction(() => document.getElementById("progress")!.hidden);
  expect(await read(page, "#same")).toContain("1 000 个点上，三种写法走五步");
});

test("every mistake is one", async () => {
  const { page } = await visit("speed.html");
  await page.locator("#spring").click();
  expect(await read(page, "#spring")).toBe("Stop");
  await expect.poll(() => read(page, "#clock-factor"), { timeout: 30_000 }).toMatch(/[\d∞]/);
  await expect.poll(() => read(page, "#spring")).toBe("Make all five mistakes");
  const of = async (trap: string): Promise<[naive: number, honest: number]> => [
    numberOf(await read(page, `#${trap}-naive`)),
    numberOf(await read(page, `#${trap}-honest`)),
  ];
  const [lazy, computed] = await of("lazy");
  expect(lazy).toBeLessThan(computed / 2);
  const [first, later] = await of("cold");
  expect(first).toBeGreaterThan(5 * later);
  const [captured, local] = await of("captured");
  expect(captured).toBeGreaterThan(1.2 * local);
  const [last, alone] = await of("order");
  expect(last).toBeGreaterThan(1.2 * alone);
  // Nothing, or a whole tick.
  const [single, real] = await of("clock");
  expect(single === 0 || single > 4 * real).toBe(true);
});
