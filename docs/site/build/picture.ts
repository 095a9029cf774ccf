/**
 * `npm run make-page-picture`: the picture of a page in the README, docs/page.png, taken in
 * Chromium. The pages must have been built: `npx vite build docs/site`.
 */
import { chromium } from "playwright-core";
import { preview } from "vite";

import { launch } from "../test/launch.js";

const configFile = `${import.meta.dirname}/../vite.config.ts`;
const server = await preview({
  configFile,
  logLevel: "error",
  preview: { port: 4181, host: "127.0.0.1" },
});
const browser = await chromium.launch(launch);
const page = await browser.newPage({ viewport: { width: 1000, height: 620 } });
await page.goto(`${server.resolvedUrls!.local[0]}autograd.html`);
await page.locator(".lab").scrollIntoViewIfNeeded();
await page.locator("#graph svg").waitFor();
for (let i = 0; i < 4; i++) await page.locator("#next").click();
// The program in colours, as it is when it is touched.
await page.locator("#code").focus();
await page.locator("#editor .cm-content").waitFor();
await page.locator("#next").focus();
await page.locator(".lab").evaluate((lab) => lab.scrollIntoView());
await page.screenshot({ path: `${import.meta.dirname}/../../page.png` });
await browser.close();
await server.close();
