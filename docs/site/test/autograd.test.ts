// The third chapter: the steps it shows are compared with derivatives found here by central
// differences, which know nothing of graphs; and what a reader may write is tried.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { numberOf, read, visit } from "./chromium.js";

async function open(path = "autograd.html"): Promise<Page> {
  const { page } = await visit(path);
  await page.locator("#graph").scrollIntoViewIfNeeded();
  await page.locator("#graph svg").waitFor();
  return page;
}

/** What the boxes of the drawing say, by their names. */
async function boxes(page: Page): Promise<Map<string, string[]>> {
  const found = await page
    .locator("#graph .node")
    .evaluateAll((nodes) =>
      nodes.map((node) =>
        [...node.querySelectorAll("text")]
          .filter((text) => getComputedStyle(text).visibility === "visible")
          .map((text) => text.textContent),
      ),
    );
  return new Map(found.map(([name = "", ...others]) => [name.split(" = ")[0]!, others]));
}

/** All gradients that are shown. */
async function gradients(page: Page): Promise<Record<string, number>> {
  const found = [...(await boxes(page))].flatMap(([name, lines]) => {
    const line = lines.find((text) => text.startsWith("grad "));
    return line === undefined ? [] : [[name, numberOf(line.slice(5))] as const];
  });
  return Object.fromEntries(found);
}

/** Steps until there is none left. */
async function walkToTheEnd(page: Page): Promise<void> {
  const next = page.locator("#next");
  while (!(await next.isDisabled())) await next.click();
}

/** The slope of a function of several numbers by one of them. */
function slope(
  f: (values: Record<string, number>) => number,
  at: Record<string, number>,
  name: string,
): number {
  const moved = (d: number): number => f({ ...at, [name]: at[name]! + d });
  return (moved(1e-5) - moved(-1e-5)) / 2e-5;
}

test("the walk back, one box at a time, by keyboard", async () => {
  const page = await open();
  expect((await boxes(page)).get("loss")).toEqual(["9"]);
  expect(await gradients(page)).toEqual({});
  const chain = [
    ["loss", (v: Record<string, number>) => v["loss"]!],
    ["e", (v: Record<string, number>) => v["e"]! ** 2],
    ["p", (v: Record<string, number>) => (v["p"]! - 10) ** 2],
    ["m", (v: Record<string, number>) => (v["m"]! + 1 - 10) ** 2],
    ["b", (v: Record<string, number>) => (6 + v["b"]! - 10) ** 2],
    ["w", (v: Record<string, number>) => (v["w"]! * 3 + 1 - 10) ** 2],
  ] as const;
  const values = { loss: 9, e: -3, p: 7, m: 6, b: 1, w: 2 };
  await page.locator("#next").focus();
  const seen: Record<string, number> = {};
  for (const [i] of chain.entries()) {
    await page.keyboard.press("Enter");
    expect(await read(page, "#told-title")).toBe(`Step ${i + 1} of 6`);
    expect(await page.locator("#graph .current").count()).toBe(1);
    const shown = await gradients(page);
    // Every step makes one gradient known.
    expect(Object.keys(shown)).toHaveLength(i + 1);
    Object.assign(seen, shown);
  }
  for (const [name, f] of chain) expect(seen[name]).toBeCloseTo(slope(f, values, name), 6);
  expect(await page.locator("#next").isDisabled()).toBe(true);
  await page.locator("#back").click();
  expect(Object.keys(await gradients(page))).toHaveLength(5);
});

test("the chain rule is written out at each step", async () => {
  const page = await open();
  for (let i = 0; i < 4; i++) await page.locator("#next").click();
  const told = (await read(page, "#told")).replace(/\s+/g, "");
  // m = w · x: what arrives is −6, by w it is x = 3, and the product is −18.
  for (const part of [
    "m=w·x",
    "∂loss∂m=−6",
    "∂m∂w=x",
    "x=3",
    "∂loss∂w=∂loss∂m·∂m∂w",
    "(−6)·3",
    "=−18",
  ]) {
    expect(told).toContain(part);
  }
});

test("other programs, and a click on a box", async () => {
  const page = await open();
  await page.locator("label", { hasText: "Used twice" }).click();
  await page.waitForFunction(() => document.querySelectorAll("#graph .node.leaf").length === 1);
  await page.locator("#graph .node.leaf").click();
  expect(await gradients(page)).toEqual({ loss: 1, u: 1, v: 1, x: 7 });
  expect(await read(page, "#told")).toContain("2 ways lead here");

  await page.locator("label", { hasText: "A neuron" }).click();
  await page.waitForFunction(() =>
    document.querySelector("#graph svg")!.textContent.includes("tanh"),
  );
  await walkToTheEnd(page);
  const neuron = (v: Record<string, number>): number =>
    (Math.tanh(v["w"]! * 0.5 + v["b"]!) - 1) ** 2;
  const shown = await gradients(page);
  for (const name of ["w", "b"]) {
    expect(shown[name]).toBeCloseTo(slope(neuron, { w: 1.2, b: -0.3 }, name), 3);
  }
});

test("the reader's own program, in an editor that is loaded when it is touched", async () => {
  const { page, loaded } = await visit("autograd.html");
  const isEditor = ({ url }: { url: string }): boolean => /\/editor-/.test(url);
  expect(loaded.some(isEditor)).toBe(false);
  await page.locator("#code").focus();
  const editor = page.locator("#editor .cm-content");
  await editor.waitFor();
  await expect.poll(() => loaded.some(isEditor)).toBe(true);
  await page.locator("#editor .cm-content:focus").waitFor();
  const write = async (code: string): Promise<void> => {
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(code);
  };
  await write("const a = tensor(0.7, { requiresGrad: true });\nconst y = a.sin().mul(a).exp();");
  await page.locator("#graph svg[aria-label='The graph of y']").waitFor();
  await walkToTheEnd(page);
  const f = (v: Record<string, number>): number => Math.exp(Math.sin(v["a"]!) * v["a"]!);
  expect((await gradients(page))["a"]).toBeCloseTo(slope(f, { a: 0.7 }, "a"), 3);

  // What goes wrong is said, and the drawing stays.
  await editor.focus();
  for (const [code, said] of [
    ["const loss = tensor([1, 2]).matmul(tensor([1, 2, 3]));", /^ShapeError: .*matmul/],
    ["const loss = ;", /^SyntaxError/],
    ["1 + 1;", /^There is no tensor to draw/],
    ["const loss = tensor(3).square();", /^Nothing here is to be learnt/],
    ["await fetch('/');", /SyntaxError/],
    [
      "let t = tensor(1, { requiresGrad: true });\nfor (let i = 0; i < 99; i++) t = t.mul(2);",
      /^100 steps/,
    ],
  ] as const) {
    await write(code);
    await expect.poll(() => read(page, "#problem"), { timeout: 10_000 }).toMatch(said);
    expect(await page.locator("#graph svg").count()).toBe(1);
  }
});

test("code without an end is ended, and what comes after it runs", async () => {
  const page = await open();
  await page.locator("#code").focus();
  await page.locator("#editor .cm-content:focus").waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("for (;;) {}");
  await expect
    .poll(() => read(page, "#problem"), { timeout: 15_000 })
    .toMatch(/without an end|five/);
  await page.locator("label", { hasText: "Three points" }).click();
  await expect.poll(() => read(page, "#problem"), { timeout: 15_000 }).toBe("");
  await page.locator("#graph .node", { hasText: "[3, 5, 7]" }).waitFor();
  // The gradient by w, by hand: (2/3) · Σ e·x for e = [−2, −3, −4].
  await walkToTheEnd(page);
  const shown = await gradients(page);
  expect(shown["w"]).toBeCloseTo((2 / 3) * (-2 - 6 - 12), 2);
  expect(shown["b"]).toBeCloseTo((2 / 3) * -9, 2);
});

test("code cannot reach out: neither the page nor the network", async () => {
  const { page, asked } = await visit("zh/autograd.html");
  await page.locator("#code").focus();
  await page.locator("#editor .cm-content:focus").waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(
    "const d = typeof document;\nconst w = tensor(1, { requiresGrad: true });\n" +
      'const loss = w.mul(d === "undefined" ? 5 : 7);\n' +
      'fetch(location.origin + "/icon.svg?by=fetch").catch(() => {});\n' +
      'try { importScripts(location.origin + "/icon.svg?by=import"); } catch {}',
  );
  await page.locator("#graph").scrollIntoViewIfNeeded();
  await page.locator("#graph svg[aria-label='loss 的计算图']").waitFor();
  await expect.poll(async () => (await boxes(page)).get("loss")).toEqual(["5"]);
  // The page may ask its own server: that is seen.
  await page.evaluate(() => fetch("../icon.svg?by=page"));
  expect(asked.filter((url) => url.includes("?by=")).map((url) => url.split("?")[1])).toEqual([
    "by=page",
  ]);
});
