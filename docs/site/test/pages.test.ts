// What holds for every page, whatever it is about: the policy it is served with, what it loads, and
// whether everyone can use it.
import AxeBuilder from "axe-core";
import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";

import { pagePolicy, workerPolicy } from "../build/policy.js";
import { visit } from "./chromium.js";

const names = ["index", "descent", "line", "autograd", "decision"];
const paths = names.flatMap((name) => [`${name}.html`, `zh/${name}.html`]);

test("the policies are those that were asked for", async () => {
  expect(pagePolicy).toBe(
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  );
  for (const path of paths) {
    const response = await fetch(inject("site") + path);
    expect(response.headers.get("content-security-policy")).toBe(pagePolicy);
    const html = await response.text();
    // Nothing that the policy would have to be loosened for, and nothing from elsewhere.
    expect(html).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|https?:\/\//);
  }
  const { page } = await visit("autograd.html");
  const worker = page.waitForEvent("worker");
  await page.locator("#graph").scrollIntoViewIfNeeded();
  const response = await fetch((await worker).url());
  expect(response.headers.get("content-security-policy")).toBe(workerPolicy);
  await page.locator("#graph svg").waitFor();
});

test.for(paths)("%s: small, not too wide, and usable by everyone", async (path) => {
  const { page, loaded } = await visit(path);
  // What a first visit loads, gzipped; the editor is not among it.
  expect(loaded.length).toBeGreaterThan(2);
  expect(loaded.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(300_000);
  expect(loaded.filter(({ url }) => url.includes("/editor-"))).toEqual([]);
  if (path.includes("autograd")) {
    await page.locator("#graph").scrollIntoViewIfNeeded();
    await page.locator("#graph svg").waitFor();
    for (let i = 0; i < 4; i++) await page.locator("#next").click();
    await page.locator("#code").focus();
    await page.locator("#editor .cm-content").waitFor();
  }
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await seriousIssues(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 360, height: 740 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(360);
});

async function seriousIssues(page: Page): Promise<string[]> {
  await page.evaluate(AxeBuilder.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof AxeBuilder }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, any }) => `${id}: ${target.join(" ")} ${any[0]?.message ?? ""}`),
    );
}

test("the other language and the other theme are one key away", async () => {
  const { page } = await visit("line.html");
  await page.locator(".language").focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/zh/line.html");
  expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
  const background = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.locator("#theme").focus();
  await page.keyboard.press("Enter");
  expect(await background()).not.toBe(light);
  await page.reload();
  expect(await background()).not.toBe(light);
});

test("every link leads somewhere", async () => {
  const known = new Map<string, Promise<Response>>();
  for (const path of paths) {
    const base = inject("site") + path;
    const html = await (await fetch(base)).text();
    for (const [, target = ""] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
      const { href, hash } = new URL(target, base);
      const file = href.replace(hash, "");
      if (!known.has(file)) known.set(file, fetch(file));
      expect([file, (await known.get(file)!).status]).toEqual([file, 200]);
      expect(html).toContain(hash === "" ? "<html" : `id="${hash.slice(1)}"`);
    }
  }
  expect(known.size).toBeGreaterThan(paths.length);
});
