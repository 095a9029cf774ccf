// What holds for every page, whatever it is about: the policy it is served with, what it loads, and
// whether everyone can use it.
import AxeBuilder from "axe-core";
import type { RunOptions } from "axe-core";
import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";

import { pagePolicy, workerPolicy } from "../build/policy.js";
import { visit } from "./chromium.js";

const names = ["index", "descent", "line", "autograd", "decision", "digits", "speed"];
const paths = [...names, "playground"].flatMap((name) => [`${name}.html`, `zh/${name}.html`]);
/** One document of every kind. */
const documents = [
  "documentation.html",
  "guide/seeing-autograd.html",
  "zh/guide/hand-gradients.html",
  "ops/distance.html",
  "api/nabla.html",
  "source/packages/viz/src/errors.ts.html",
];

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
  for (const path of documents) {
    const html = await (await fetch(inject("site") + path)).text();
    // They may link to other sites, and show code, in which angle brackets are written as entities.
    expect(html).not.toMatch(/<[^>]*\s(style|on\w+)=|<style|(src|<link[^>]*href)="https?:/);
  }
  const { page } = await visit("autograd.html");
  const worker = page.waitForEvent("worker");
  await page.locator("#graph").scrollIntoViewIfNeeded();
  const response = await fetch((await worker).url());
  expect(response.headers.get("content-security-policy")).toBe(workerPolicy);
  await page.locator("#graph svg").waitFor();
});

/** What is done on a chapter before it is looked at, so that all of it is there. */
const busy: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  playground: async (page) => {
    await page.locator("#run").click();
    await page.locator("#output .entry").nth(3).waitFor();
    await page.locator("#status:not(:empty)").waitFor();
  },
  autograd: async (page) => {
    await page.locator("#graph").scrollIntoViewIfNeeded();
    await page.locator("#graph svg").waitFor();
    for (let i = 0; i < 4; i++) await page.locator("#next").click();
    await page.locator("#code").focus();
    await page.locator("#editor .cm-content").waitFor();
  },
  digits: async (page) => {
    await page.locator("#lab").scrollIntoViewIfNeeded();
    await page.locator("#classes .best").waitFor();
    await page.locator("#digits").fill("0");
    await page.locator("#train").click();
    await page.locator("#confusion tr").first().waitFor();
  },
  speed: async (page) => {
    await page.locator("#most").fill("3");
    await page.locator("#rounds").fill("3");
    await page.locator("#measure").click();
    await page.locator("#rows tr").nth(1).waitFor();
  },
};

test.for([...paths, ...documents])(
  "%s: small, not too wide, and usable by everyone",
  async (path) => {
    const { page, loaded } = await visit(path);
    // What a first visit loads, gzipped; the editor is not among it.
    expect(loaded.length).toBeGreaterThan(2);
    expect(loaded.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(300_000);
    const isPlayground = path.endsWith("playground.html");
    await expect.poll(() => loaded.some(({ url }) => url.includes("/editor-"))).toBe(isPlayground);
    await busy[path.replace(/^zh\/|\.html$/g, "")]?.(page);
    await page.emulateMedia({ colorScheme: "light" });
    expect(await seriousIssues(page)).toEqual([]);
    // The dark has other colours, and nothing else.
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await seriousIssues(page, ["color-contrast"])).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(360);
  },
);

async function seriousIssues(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(AxeBuilder.source);
  const options: RunOptions = { resultTypes: ["violations"] };
  if (rules !== undefined) options.runOnly = [...rules];
  const { violations } = await page.evaluate(
    (given) => (globalThis as unknown as { axe: typeof AxeBuilder }).axe.run(given),
    options,
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

test("no document is wider than a phone", async () => {
  const { page } = await visit("guide/from-pytorch.html", {
    viewport: { width: 360, height: 740 },
  });
  for (const path of ["ops/index.html", "ops/functional.html", "api/core.html", "api/nn.html"]) {
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect([page.url(), width <= 360]).toEqual([page.url(), true]);
    await page.goto(inject("site") + path, { waitUntil: "domcontentloaded" });
  }
});

test("every link leads somewhere, to its heading too", async () => {
  const found = new Map<string, Promise<{ status: number; html: string; ids: Set<string> }>>();
  const open = (file: string): ReturnType<typeof fetchPage> => {
    const known = found.get(file) ?? fetchPage(file);
    found.set(file, known);
    return known;
  };
  const visited = new Set<string>();
  const broken: string[] = [];
  const waiting = paths.map((path) => inject("site") + path);
  for (let base = waiting.pop(); base !== undefined; base = waiting.pop()) {
    if (visited.has(base)) continue;
    visited.add(base);
    const { html } = await open(base);
    for (const [, target = ""] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
      const { href, hash } = new URL(target.replaceAll("&amp;", "&"), base);
      const file = href.slice(0, href.length - hash.length);
      // Where another site is linked to, as the documents do, is not for this test.
      if (!file.startsWith(inject("site"))) continue;
      const { status, ids } = await open(file);
      const isCode = /^#(code|example)=/.test(hash);
      const isThere = hash === "" || isCode || ids.has(decodeURIComponent(hash.slice(1)));
      if (status !== 200 || !isThere) broken.push(`${base} → ${target}`);
      if (file.endsWith(".html")) waiting.push(file);
    }
  }
  expect(broken).toEqual([]);
  // The guides, the operations by section, the packages, the sources: all are found from the first.
  expect(visited.size).toBeGreaterThan(200);
});

async function fetchPage(
  file: string,
): Promise<{ status: number; html: string; ids: Set<string> }> {
  const response = await fetch(file);
  const html = file.endsWith(".html") ? await response.text() : "";
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id = ""]) => id);
  return { status: response.status, html, ids: new Set(ids) };
}
