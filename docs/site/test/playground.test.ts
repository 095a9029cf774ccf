// The playground: what programs print is compared with what Node's documents say they print, and
// what the editor says with what TypeScript says of the same shapes on the command line.
import { readFileSync } from "node:fs";

import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";

import { read, visit } from "./chromium.js";

async function open(path = "playground.html"): Promise<Page> {
  const { page } = await visit(path);
  await page.locator("#editor .cm-content").waitFor();
  return page;
}

async function write(page: Page, code: string): Promise<void> {
  await page.locator("#editor .cm-content").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(code);
}

/** Runs what is written and waits for its end. */
async function run(page: Page): Promise<string[]> {
  await page.locator("#run").focus();
  await page.keyboard.press("Enter");
  await page.locator("#status", { hasText: /^(Done|It ended|运行完毕|程序因错误)/ }).waitFor();
  return printed(page);
}

const printed = (page: Page): Promise<string[]> =>
  page.locator("#output .entry > span").allTextContents();

test("the first program is the README's, and prints what stands there", async () => {
  const { page, loaded } = await visit("playground.html");
  const isLarge = ({ url }: { url: string }): boolean => url.includes("/workers/");
  expect(loaded.some(isLarge)).toBe(false);
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
  const [, code = "", output = ""] = /```ts\n(.*?)```\s+```text\n(.*?)\n```/s.exec(readme)!;
  const lines = await page.locator("#editor .cm-line").allTextContents();
  expect(lines.join("\n").trim()).toBe(code.trim());
  expect((await run(page)).join("\n")).toBe(output);
  // The compiler is as large as the page says.
  await expect
    .poll(() => loaded.find(({ url }) => url.includes("/types.worker"))?.bytes, { timeout: 20_000 })
    .toBeLessThan(1_350_000);
});

test("values are printed as Node prints them, errors have the reader's line", async () => {
  const page = await open();
  const code = [
    'import { tensor, zeros } from "nabla";',
    'import type { Tensor } from "nabla";',
    "interface Named {",
    "  name: string;",
    "}",
    "tensor([1, 2]).mul(2)",
    "const x: Tensor = zeros([2]);",
    'console.log("%d of", 2, [1.5, "a"], new Map([["k", { v: null }]]), x.shape);',
    "({ deep: { deeper: { deepest: { hidden: 1 } } } } satisfies object)",
    "let count = 0;",
    "count = 5;",
    'await Promise.resolve("later")',
    'console.warn("careful");',
    "function fail(named: Named): void {",
    "  throw new RangeError(named.name);",
    "}",
    'fail({ name: "so" });',
    'console.log("never");',
  ].join("\n");
  await write(page, code);
  expect(await run(page)).toEqual([
    "tensor([2., 4.])",
    "2 of [ 1.5, 'a' ] Map(1) { 'k' => { v: null } } [ 2 ]",
    "{ deep: { deeper: { deepest: [Object] } } }",
    "later",
    "careful",
    "RangeError: so",
  ]);
  expect(await page.locator(".entry .place").allTextContents()).toEqual(
    [6, 9, 12, 15].map((line) => `line ${line}`),
  );
  await page.locator(".entry.error .place").click();
  await expect
    .poll(() => page.locator("#editor .cm-activeLine").textContent(), { timeout: 20_000 })
    .toBe("  throw new RangeError(named.name);");
  // What is no program does not run at all.
  await write(page, "console.log(1);\nconst = 2;");
  const [said, ...others] = await run(page);
  expect(said).toMatch(/^SyntaxError: /);
  expect(others).toEqual([]);
  expect(await read(page, ".entry .place")).toBe("line 2");
});

test("shapes that do not fit are red, hovered over and counted; names are completed", async () => {
  const page = await open();
  await write(
    page,
    'import { zeros } from "nabla";\nconst y = zeros([64, 784]).matmul(zeros([784, 10]));\n' +
      "y.matmul(zeros([11, 3]));\n",
  );
  const wrong = page.locator("#editor .cm-lintRange-error");
  await wrong.waitFor();
  expect(await wrong.textContent()).toBe("zeros([11, 3])");
  expect(await read(page, "#types")).toBe("Types: 1 error");
  await page.keyboard.press("F8");
  const told = page.locator("#editor .cm-tooltip", {
    hasText: "matmul: [64, 10] × [11, 3]: 10 ≠ 11",
  });
  await told.waitFor();

  // By keyboard: a few letters, and the list has the method.
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("y.");
  await page.keyboard.type("logSoft");
  await page.locator("#editor .cm-completionLabel", { hasText: "logSoftmax" }).waitFor();
  await page.locator("#editor .cm-completionInfo", { hasText: "logarithm" }).waitFor();
  await page.keyboard.press("Enter");
  expect((await page.locator("#editor .cm-line").allTextContents()).at(-1)).toBe("y.logSoftmax");

  const name = page.locator("#editor .cm-line").nth(1).locator("span", { hasText: "zeros" });
  const { x, y } = (await page.locator("#editor .cm-line").nth(1).boundingBox())!;
  expect(await name.count()).toBeLessThan(9);
  await page.mouse.move(x + 62, y + 8);
  await page
    .locator("#editor .cm-told", { hasText: 'const y: Tensor<[64, 10], "float32">' })
    .waitFor();
});

test("a program without an end is stopped, and the next one runs", async () => {
  const page = await open("zh/playground.html");
  await write(page, 'console.log("before");\nfor (;;) {}');
  await page.keyboard.press("Control+Enter");
  await page.locator(".entry", { hasText: "before" }).waitFor();
  await page.locator("#stop").focus();
  await page.keyboard.press("Enter");
  expect(await read(page, "#status")).toBe("已停止。");
  await write(page, "6 * 7");
  expect(await run(page)).toEqual(["42"]);
});

test("a link holds the program, and its program waits to be run", async () => {
  const page = await open();
  const code = 'console.log("∇, and 梯度");';
  await write(page, code);
  await page.locator("#share").click();
  await page.locator("#status", { hasText: "link" }).waitFor();
  const address = page.url();
  expect(address).toContain("#code=");
  const other = await open(address.slice(inject("site").length));
  expect((await other.locator("#editor .cm-line").allTextContents()).join("\n")).toBe(code);
  expect(await printed(other)).toEqual([]);
  expect(await run(other)).toEqual(["∇, and 梯度"]);
  // One that was cut off says so, and another program is there.
  const cut = await open(address.slice(inject("site").length, -9));
  await cut.locator("#status", { hasText: "not whole" }).waitFor();
});

test("an example of the documentation does here what it claims there", async () => {
  const { page } = await visit("ops/sort.html");
  await page.locator("#topk ~ .example .open").first().click();
  await page.locator("#editor .cm-content").waitFor();
  const lines = await page.locator("#editor .cm-line").allTextContents();
  const claims = lines.flatMap((line) => /\/\/ (tensor\(.*\)|\[.*\])$/.exec(line)?.[1] ?? []);
  expect(claims.length).toBeGreaterThan(0);
  expect(await run(page)).toEqual(claims);
});

test("what is drawn is shown: the whole examples, and pixels", async () => {
  const page = await open("playground.html#example=gradient-descent");
  const lines = await run(page);
  // The formula of the example's own check: (1 − 2 · 0.3)²⁵ · 4.
  expect(lines.join("\n")).toContain(`= ${(1 - 2 * 0.3) ** 25 * 4}`);
  expect(await page.locator("#output .picture svg path").count()).toBeGreaterThan(4);
  for (const example of ["linear-regression", "micrograd"]) {
    await page.locator("#program").selectOption(example);
    await run(page);
    expect([example, await page.locator("#output .picture > svg").count()]).toEqual([example, 1]);
    expect(await page.locator("#output .entry.error").allTextContents()).toEqual([]);
    expect(await read(page, "#types")).toMatch(/no errors|loading/);
  }
  await write(
    page,
    'import { imageGrid } from "nabla/viz";\nimageGrid({ images: [[0, 1, 1, 0]], columns: 2 });',
  );
  await run(page);
  await page.locator("#output .picture canvas").waitFor();
});

test("a stranger's program reaches neither the network nor the page", async () => {
  const { page, asked } = await visit("playground.html");
  await page.locator("#editor .cm-content").waitFor();
  await write(
    page,
    [
      'const asked = await fetch("/icon.svg?by=fetch").catch(() => "refused");',
      "asked",
      'typeof localStorage + " " + typeof window',
      `console.log('<svg viewBox="0 0 9 9" onload="document.title=1">' +`,
      `  '<script>document.title=2</script>' +`,
      `  '<image href="/icon.svg?by=image"/><a href="/"><circle r="3"/></a>' +`,
      `  '<rect width="5" height="5" style="fill:red"/></svg>');`,
    ].join("\n"),
  );
  expect(await run(page)).toEqual(["refused", "undefined undefined"]);
  await page.locator("#output .picture rect").waitFor();
  expect(await page.locator("#output :is(script, a, image, [style], [onload])").count()).toBe(0);
  expect(await page.title()).toBe("Playground · Nabla");
  expect(asked.filter((url) => url.includes("?by="))).toEqual([]);
});
