// A page in Chromium, and what every test wants of it: that nothing goes wrong unseen. The browser
// is Debian's, driven by playwright-core; CHROMIUM names another.
import { gzipSync } from "node:zlib";

import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";

import { launch } from "./launch.js";

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(launch);
});
afterAll(() => browser.close());

/** What went wrong on the pages that are open: errors, and what a policy did not allow. */
const problems: string[] = [];
const open: Page[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((page) => page.context().close()));
  // oxlint-disable-next-line vitest/no-standalone-expect -- It stands in every test's end.
  expect(problems.splice(0)).toEqual([]);
});

/** What a page asked for. */
export interface Loaded {
  readonly url: string;
  readonly bytes: number;
}

/**
 * A page of the site, a list of all that it has loaded so far, with its size gzipped, and of all
 * addresses that it or its workers have asked for.
 */
export async function visit(
  path: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; loaded: Loaded[]; asked: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
    // They would load the whole site each time; offline.test.ts has them.
    serviceWorkers: "block",
    ...options,
  });
  const page = await context.newPage();
  open.push(page);
  const loaded: Loaded[] = [];
  const pending: Promise<number>[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.text().startsWith("Service Worker registration blocked")) return;
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  const asked: string[] = [];
  context.on("request", (request) => {
    asked.push(request.url());
    if (!request.url().startsWith(inject("site"))) problems.push(`it asked for ${request.url()}`);
  });
  context.on("response", (response) => {
    // What is known already, or leads elsewhere, has no body.
    if (response.status() !== 200) return;
    const size = response.body().then(
      (body) => loaded.push({ url: response.url(), bytes: gzipSync(body).length }),
      // The page has been left meanwhile.
      () => 0,
    );
    pending.push(size);
  });
  await page.goto(inject("site") + path, { waitUntil: "load" });
  await Promise.all(pending);
  return { page, loaded, asked };
}

/** The text of an element. */
export async function read(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).textContent())!.trim();
}

/** A number as the pages write it: a true minus, powers of ten, ∞. */
export function numberOf(text: string): number {
  const raised = text.replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/, (digits) =>
    Array.from(digits, (digit) => (digit === "⁻" ? "-" : String("⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit)))).join(
      "",
    ),
  );
  return Number(raised.replaceAll("−", "-").replace("·10", "e").replace("∞", "Infinity"));
}

/** The number that an element shows. */
export async function readNumber(page: Page, selector: string): Promise<number> {
  return numberOf(await read(page, selector));
}

/** That a number is the one expected, to the four digits that are shown. */
export function expectShown(shown: number, expected: number): void {
  expect(Math.abs(shown - expected)).toBeLessThanOrEqual(5.01e-4 * Math.abs(expected) + 1e-12);
}

/** Puts a slider next to a position, and by its keys exactly there. */
export async function slide(page: Page, selector: string, position: number): Promise<void> {
  const slider = page.locator(selector);
  await slider.focus();
  const key = await slider.evaluate((input: HTMLInputElement, to) => {
    input.value = String(to);
    const isLowest = input.value === input.min;
    if (isLowest) input.stepUp();
    else input.stepDown();
    input.dispatchEvent(new InputEvent("input"));
    return isLowest ? "ArrowLeft" : "ArrowRight";
  }, position);
  await page.keyboard.press(key);
}

/** Takes the middle of an element and moves it by so many pixels. */
export async function drag(
  page: Page,
  selector: string,
  right: number,
  down: number,
): Promise<void> {
  const target = page.locator(selector);
  await target.scrollIntoViewIfNeeded();
  const box = (await target.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + right / 2, y + down / 2);
  await page.mouse.move(x + right, y + down);
  await page.mouse.up();
}
