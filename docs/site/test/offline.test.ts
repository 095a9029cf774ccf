// Without a network: the site as it was loaded, in a real service worker, and how a new build of it
// is taken.
import { readFileSync, writeFileSync } from "node:fs";

import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";

import { read, visit } from "./chromium.js";

const worker = `${import.meta.dirname}/../dist/sw.js`;

/** A machine may have more to do. */
const patient = { timeout: 20_000 };

/** A page whose service worker has kept the site. */
async function kept(path: string): Promise<Page> {
  const { page } = await visit(path, { serviceWorkers: "allow" });
  const hasWorker = (): boolean => navigator.serviceWorker.controller !== null;
  await page.waitForFunction(hasWorker, undefined, { timeout: 50_000 });
  return page;
}

test("after one visit everything is there without a network", async () => {
  const page = await kept("playground.html");
  // What is large is kept once it was used.
  await page.locator("#run").click();
  await page.locator("#status", { hasText: "Done" }).waitFor();
  await page.context().setOffline(true);
  await page.reload();
  await page.locator("#editor .cm-content").waitFor();
  await page.locator("#run").click();
  await page.locator("#status", { hasText: "Done" }).waitFor();
  expect(await page.locator("#output .entry").last().textContent()).toBe("y = 2.99x + 2.01");

  // Another chapter, in the other language; a document; a picture in it; the index.
  await page.goto(`${inject("site")}zh/descent.html`);
  await page.locator("#step").click();
  expect(await read(page, "#now-step")).not.toBe("");
  await page.goto(`${inject("site")}guide/examples.html`);
  const picture = page.locator("main img").first();
  await picture.scrollIntoViewIfNeeded();
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth), patient)
    .toBeGreaterThan(0);
  await page.keyboard.press("/");
  await page.locator(".search input").fill("softmax");
  await page.locator(".search li").first().click();
  await page.waitForURL(/softmax/i);
  // The policies are kept, too.
  const policy = await page.evaluate(async () =>
    (await fetch(document.URL)).headers.get("content-security-policy"),
  );
  expect(policy).toContain("default-src 'self'");
  await page.context().setOffline(false);
});

test("a new build is offered, and taken when the reader wants it", async () => {
  const page = await kept("line.html");
  const before = await page.evaluate(() => caches.keys());
  const text = readFileSync(worker, "utf8");
  try {
    writeFileSync(worker, text.replace(/"version":"\w+"/, '"version":"the-next"'));
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())!.update());
    const take = page.locator("#new-version button");
    await take.waitFor();
    // Until then it is the old one.
    expect(await page.evaluate(() => caches.keys())).toEqual([...before, "nabla-the-next"]);
    await Promise.all([page.waitForEvent("load"), take.click()]);
    await expect
      .poll(() => page.evaluate(() => caches.keys()), patient)
      .toEqual(["nabla-the-next"]);
    expect(await page.locator("#new-version").count()).toBe(0);
  } finally {
    writeFileSync(worker, text);
  }
});
