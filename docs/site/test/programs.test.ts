// The programs that chapters show: with the links beside them they are whole programs, which do in
// Node, and in the playground, what the page has done.
import { readFileSync } from "node:fs";

import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { drag, expectShown, numberOf, read, readNumber, slide, visit } from "./chromium.js";
import { opened, programIn, resultOf } from "./opened.js";

async function press(page: Page, selector: string, times: number): Promise<void> {
  await page.locator(selector).focus();
  for (let time = 0; time < times; time++) await page.keyboard.press("Enter");
}

test("the descent, with the curve, the start and the rate that were chosen", async () => {
  const { page } = await visit("descent.html");
  await page.locator("input[value=valleys]").check({ force: true });
  await drag(page, ".handle", -300, 0);
  await slide(page, "#rate", -0.5);
  const places = (await resultOf(await opened(page), "places")) as number[];
  expect(places).toHaveLength(31);
  expectShown(await readNumber(page, "#now-x"), places.at(-1)!);
  await page.locator("input[value=bowl]").check({ force: true });
  expect(await read(page, "#code")).toContain("x.square()");
});

describe("the fit, with the reader's points", () => {
  test.each(["sgd", "rmsprop", "adam"])("%s", async (method) => {
    const { page } = await visit("line.html");
    await page.locator("#add").click();
    await page.locator(`input[value=${method}]`).check({ force: true });
    await press(page, "#step", 7);
    const line = await resultOf(await opened(page), "[w.item(), b.item()]");
    const [w, b] = line as [number, number];
    expectShown(await readNumber(page, "#now-w"), w);
    expectShown(await readNumber(page, "#now-b"), b);
  });

  test("opens in the playground, runs there, and is drawn", async () => {
    const { page } = await visit("zh/line.html");
    await press(page, "#step", 3);
    const w = await readNumber(page, "#now-w");
    await page.locator("#open-code").click();
    await page.locator("#editor .cm-content").waitFor();
    expect(page.url()).toContain("/zh/playground.html#code=");
    await page.locator("#run").focus();
    await page.keyboard.press("Enter");
    await page.locator("#status", { hasText: "运行完毕" }).waitFor();
    const [printed = ""] = await page.locator("#output .entry > span").allTextContents();
    expectShown(w, numberOf(/y = (\S+) x/.exec(printed)![1]!));
    expect(await page.locator("#output img, #output svg").count()).toBeGreaterThan(0);
    // No word of it is a wrong type.
    await page.locator("#types", { hasText: "没有错误" }).waitFor();
  });
});

test.each([
  ["digits.html", "docs/site/programs/ten-classes.ts"],
  ["zh/digits.html", "docs/site/programs/ten-classes.ts"],
  ["speed.html", "examples/hand-vs-autograd.ts"],
  ["zh/speed.html", "examples/hand-vs-autograd.ts"],
])("%s opens %s", async (path, file) => {
  const { page } = await visit(path);
  const address = (await page.locator(".example .open").getAttribute("href"))!;
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
  expect(programIn(address)).toBe(text.trim());
});

test("the small digits are learnt, and probabilities sum to one", async () => {
  const program = readFileSync(new URL("../programs/ten-classes.ts", import.meta.url), "utf8");
  const found = await resultOf(program, "[accuracy(p, test.digits), p.sum(1).sub(1).abs().max()]");
  const [right, apart] = found as [number, { item(): number }];
  expect(right).toBeGreaterThan(0.97);
  expect(apart.item()).toBeLessThan(1e-6);
});
