// Threads in a real browser: in a worker of a cross-origin isolated page they share products, with
// the same bits; elsewhere one thread computes. Sources under Vite, and what Vite and esbuild
// bundle. In Node: threads.test.ts.

import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

import { manualSeed, randn } from "@nabla/core";
import { buildSync } from "esbuild";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";
import { build, createServer } from "vite";
import type { InlineConfig } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { launch } from "../../../docs/site/test/launch.js";
import type { Report } from "./threads-page/report.js";

const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const policy = (workers: string): Record<string, string> => ({
  ...isolated,
  "Content-Security-Policy": [
    "default-src 'self' data:",
    "script-src 'self' 'wasm-unsafe-eval'",
    `worker-src ${workers}`,
  ].join("; "),
});

const root = join(import.meta.dirname, "threads-page");
const folder = mkdtempSync(join(tmpdir(), "nabla-threads-pages-"));

let browser: Browser;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  browser = await chromium.launch(launch);
});
afterAll(async () => {
  await browser.close();
  for (const close of closing) await close();
  rmSync(folder, { recursive: true });
});

const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };

/** Serves a folder with these headers; where it is. */
async function serve(from: string, headers: Record<string, string>): Promise<string> {
  const server = createHttpServer(({ url = "/" }, response) => {
    const path = join(from, url === "/" ? "index.html" : url);
    if (!existsSync(path)) return response.writeHead(404).end();
    const type = types[extname(path)] ?? "text/javascript";
    return response.writeHead(200, { ...headers, "Content-Type": type }).end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** What is found on a page at this address. */
async function compute(address: string, where: string, helpers: boolean): Promise<Report> {
  const page = await browser.newPage();
  await page.goto(address);
  await page.waitForFunction(() => "compute" in window);
  const found = await page.evaluate(([place, help]) => window.compute(place, help), [
    where,
    helpers,
  ] as const);
  await page.close();
  return found;
}

/** How the same files get there: resolved to sources, or to what is published. */
const source = ["source", "browser", "module", "production"];

function byEsbuild(conditions: string[]): string {
  const outdir = mkdtempSync(join(folder, "esbuild-"));
  const entryPoints = ["page.ts", "worker.ts"].map((name) => join(root, name));
  const options = { bundle: true, minify: true, format: "esm", target: "es2022" } as const;
  buildSync({ ...options, entryPoints, outdir, conditions, outExtension: { ".js": ".ts" } });
  copyFileSync(join(root, "index.html"), join(outdir, "index.html"));
  return outdir;
}

const vite = (conditions: string[]): InlineConfig => ({
  root,
  base: "./",
  configFile: false,
  logLevel: "error",
  resolve: { conditions },
  worker: { format: "es" },
});

async function byVite(conditions: string[]): Promise<string> {
  const outDir = mkdtempSync(join(folder, "vite-"));
  await build({ ...vite(conditions), build: { outDir, emptyOutDir: false } });
  return outDir;
}

async function underVite(): Promise<string> {
  const server = await createServer({
    ...vite(source),
    cacheDir: join(folder, "cache"),
    server: { host: "127.0.0.1", port: 0, headers: isolated, hmr: false, ws: false },
  });
  closing.push(() => server.close());
  await server.listen();
  return server.resolvedUrls!.local[0]!;
}

manualSeed(1);
const a = randn([256, 256]);
const sum = a.matmul(a).abs().sum().item();

/** One thread has computed what Node computes. */
function expectAlone(found: Report, isIsolated: boolean): void {
  expect(found).toMatchObject({ isIsolated, count: 1, started: 0 });
  expect(found.sum / sum).toBeCloseTo(1, 6);
}

/** Threads are there, and what comes out is right. */
function expectThreads({ processors, ...found }: Report): void {
  expect(found).toMatchObject({ isIsolated: true, count: processors, started: processors - 1 });
  expect(found.sum / sum).toBeCloseTo(1, 6);
}

/** Others have computed parts, too, and not a bit is another. */
function expectHelp(found: Report): void {
  expectThreads(found);
  expect(Math.min(...found.helped)).toBeGreaterThanOrEqual(5);
  expect(found.differ).toEqual([0, 0, 0]);
}

describe("a worker of an isolated page shares kernels out", () => {
  test("bundled by esbuild", async () => {
    expectHelp(await compute(await serve(byEsbuild(source), isolated), "worker", true));
  });

  test("bundled by Vite", async () => {
    expectHelp(await compute(await serve(await byVite(source), isolated), "worker", true));
  });

  test("from sources, under Vite", async () => {
    expectHelp(await compute(await underVite(), "worker", true));
  });

  // What is published has to be built first, as it is in CI.
  const published = existsSync(join(root, "../../dist/index.js"));
  if (!published) console.warn("skipped: threads of the published files, which are not built");
  test.runIf(published)("published, and bundled by both", async () => {
    const conditions = source.slice(1);
    for (const bundled of [byEsbuild(conditions), await byVite(conditions)]) {
      expectThreads(await compute(await serve(bundled, isolated), "worker", false));
    }
  });
});

describe("one thread computes", () => {
  test("on a main thread, and where nothing is isolated", async () => {
    const bundled = byEsbuild(source);
    const [shut, open] = [await serve(bundled, isolated), await serve(bundled, {})];
    expectAlone(await compute(shut, "page", false), true);
    expectAlone(await compute(open, "page", false), false);
    expectAlone(await compute(open, "worker", false), false);
  });

  test("where a policy forbids the workers, which it must allow as blob:", async () => {
    const bundled = byEsbuild(source);
    const forbidden = await compute(await serve(bundled, policy("'self'")), "worker", false);
    expect(forbidden.sum / sum).toBeCloseTo(1, 6);
    const allowed = await serve(bundled, policy("'self' blob:"));
    expectHelp(await compute(allowed, "worker", true));
  });
});
