// Searching: what is looked for by name comes first, with the keyboard alone, in both languages.
import AxeBuilder from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { visit } from "./chromium.js";

async function ask(page: Page, words: string): Promise<string[]> {
  await page.locator(".search input").fill(words);
  await page.locator(".search li, .search [role=status]:has-text('found')").first().waitFor();
  return page.locator(".search li strong").allTextContents();
}

test("by keyboard: open, type, choose, go", async () => {
  const { page, loaded } = await visit("line.html");
  const isIndex = ({ url }: { url: string }): boolean => url.endsWith("/search.json");
  expect(loaded.some(isIndex)).toBe(false);
  await page.keyboard.press("/");
  await page.locator(".search[open] input:focus").waitFor();
  await expect.poll(() => loaded.find(isIndex)?.bytes, { timeout: 20_000 }).toBeLessThan(300_000);
  for (const name of ["matmul", "crossEntropy", "SGD", "Conv2d", "readFrame", "lossCurve"]) {
    const [first = ""] = await ask(page, name);
    expect([name, first.split(".").at(-1)]).toEqual([name, name]);
  }
  // Words of the text, and parts of names, and letters in the wrong order.
  expect((await ask(page, "broadcast")).length).toBeGreaterThan(3);
  expect(await ask(page, "pool max")).toContain("functional.maxPool2d");
  expect((await ask(page, "footguns"))[0]).toBe("Footguns");
  expect((await ask(page, "lapalcian xyzzy")).length).toBe(0);

  await ask(page, "topk");
  await page.keyboard.press("ArrowDown");
  const second = page.locator(".search li a").nth(1);
  expect(await second.getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/ops/sort.html#topk");
  expect(await page.locator("#topk").isVisible()).toBe(true);

  // From here too, by the button; Escape closes.
  await page.locator("#search").click();
  await page.locator(".search[open]").waitFor();
  await ask(page, "learning rate");
  await page.evaluate(AxeBuilder.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof AxeBuilder }).axe.run(".search"),
  );
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  await page.keyboard.press("Escape");
  expect(await page.locator(".search[open]").count()).toBe(0);
});

test("in Chinese, on a phone", async () => {
  const { page } = await visit("zh/line.html", { viewport: { width: 360, height: 700 } });
  await page.locator("#search").click();
  await page.locator(".search[open]").waitFor();
  await page.locator(".search input").fill("自动求导");
  await page.locator(".search li").first().waitFor();
  expect(await page.locator(".search li strong").first().textContent()).toContain("自动求导");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(360);
});
