// The first chapter, operated by keyboard and by pointer; its numbers are computed here again, by
// the formulas that one derives with a pen.
import { expect, test } from "vitest";

import { drag, expectShown, read, readNumber, slide, visit } from "./chromium.js";

const curves = {
  bowl: { f: (x: number) => x ** 2, slope: (x: number) => 2 * x },
  flat: { f: (x: number) => x ** 4 / 40, slope: (x: number) => x ** 3 / 10 },
  valleys: {
    f: (x: number) => 0.05 * x ** 4 - 0.5 * x ** 2 + 0.15 * x + 2,
    slope: (x: number) => 0.2 * x ** 3 - x + 0.15,
  },
};

/** Where gradient descent is after so many steps. */
function walk(curve: keyof typeof curves, start: number, rate: number, steps: number): number {
  let x = start;
  for (let i = 0; i < steps; i++) x -= rate * curves[curve].slope(x);
  return x;
}

async function expectNumbers(
  page: Parameters<typeof read>[0],
  curve: keyof typeof curves,
  x: number,
): Promise<void> {
  expectShown(await readNumber(page, "#now-x"), x);
  expectShown(await readNumber(page, "#now-y"), curves[curve].f(x));
  expectShown(await readNumber(page, "#now-slope"), curves[curve].slope(x));
}

test("the walk that is shown first, and one step after the other", async () => {
  const { page } = await visit("descent.html");
  await expectNumbers(page, "bowl", walk("bowl", 4, 0.1, 30));
  expect(await read(page, "#verdict-title")).toBe("Just right.");
  await page.locator("#reset").click();
  for (let step = 0; step <= 3; step++) {
    await expectNumbers(page, "bowl", 4 * 0.8 ** step);
    expect(await read(page, "#now-step")).toBe(String(step));
    await page.locator("#step").focus();
    await page.keyboard.press("Enter");
  }
});

test("too slow, right, overshooting, for ever, diverging: by keyboard", async () => {
  const { page } = await visit("descent.html");
  for (const [exponent, rate, verdict] of [
    [-2, 0.01, "Too slow."],
    [-0.3, 0.5, "Lucky."],
    [-0.05, 0.89, "It overshoots, and arrives."],
    [0, 1, "It oscillates."],
    [0.04, 1.1, "It diverges."],
  ] as const) {
    await slide(page, "#rate", exponent);
    expect(await readNumber(page, "#rate-value")).toBe(rate);
    expect(await read(page, "#verdict-title")).toBe(verdict);
    await expectNumbers(page, "bowl", walk("bowl", 4, rate, 30));
    const factor = String(Number((1 - 2 * rate).toFixed(4))).replace("-", "−");
    expect(await read(page, "#verdict-remark")).toContain(`= ${factor}.`);
  }
});

test("the start is dragged, and moved by arrow keys", async () => {
  const { page } = await visit("descent.html");
  const handle = page.locator(".handle");
  await drag(page, ".handle", -200, 0);
  const x = Number(await handle.getAttribute("aria-valuenow"));
  expect(x).toBeGreaterThan(-2);
  expect(x).toBeLessThan(2);
  await expectNumbers(page, "bowl", walk("bowl", x, 0.1, 30));
  await handle.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  // The axis is ten long: a step of 0.1, and one of 1.
  const moved = Number((x - 1.1).toFixed(2));
  expect(Number(await handle.getAttribute("aria-valuenow"))).toBeCloseTo(moved, 10);
  await expectNumbers(page, "bowl", walk("bowl", moved, 0.1, 30));
  expect(await handle.getAttribute("aria-valuetext")).toBe(`x = ${moved}`.replace("-", "−"));
});

test("the other curves, chosen by keyboard", async () => {
  const { page } = await visit("descent.html");
  await page.locator("input[name=curve]:checked").focus();
  for (const curve of ["flat", "valleys"] as const) {
    await page.keyboard.press("ArrowRight");
    await expectNumbers(page, curve, walk(curve, 4, 0.1, 30));
  }
});

test("it plays to the end, in Chinese too", async () => {
  const { page } = await visit("zh/descent.html");
  expect(await read(page, "#verdict-title")).toBe("正好。");
  await page.locator("#play").click();
  expect(await read(page, "#play")).toBe("暂停");
  await page.waitForFunction(() => document.getElementById("now-step")!.textContent === "3");
  await page.locator("#play").click();
  expect(await read(page, "#play")).toBe("播放");
  await expectNumbers(page, "bowl", 4 * 0.8 ** (await readNumber(page, "#now-step")));
});
