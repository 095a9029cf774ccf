// The fifth chapter: drawn by pointer and by keys, trained, stopped, and loaded from files. What
// the network says is computed here again with plain loops over the weights of a file.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { numberOf, read, slide, visit } from "./chromium.js";

/** The page with its worker ready, and a sample on the pad. */
async function open(path = "digits.html"): Promise<Page> {
  const { page } = await visit(path);
  await page.locator("#lab").scrollIntoViewIfNeeded();
  await page.locator("#classes .best").waitFor();
  return page;
}

interface Classes {
  readonly scores: readonly number[];
  readonly shares: readonly number[];
}

async function classesOf(page: Page): Promise<Classes> {
  const column = async (name: string): Promise<number[]> =>
    (await page.locator(`#classes .${name}`).allTextContents()).map(numberOf);
  return { scores: await column("score"), shares: await column("share") };
}

/** What the network sees: 784 shades of a byte. */
async function seenBy(page: Page): Promise<number[]> {
  return page.locator("#seen").evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, 28, 28);
    return Array.from({ length: 784 }, (_, i) => data[4 * i]! / 255);
  });
}

/** That the shares are the softmax of the scores, to the digits that are shown, and sum to one. */
function expectSoftmax({ scores, shares }: Classes): void {
  const powers = scores.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  expect(shares).toHaveLength(10);
  shares.forEach((share, k) => expect(Math.abs(share - powers[k]! / sum)).toBeLessThan(2e-3));
  expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 3);
}

/** Where the ink of a picture is: its middle, and the longer side of what holds it. */
function placeOf(pixels: readonly number[]): { x: number; y: number; size: number } {
  const inked = pixels.map((ink, i) => ({ ink, x: i % 28, y: Math.floor(i / 28) }));
  const mass = pixels.reduce((a, b) => a + b);
  const mean = (of: (one: { x: number; y: number }) => number): number =>
    inked.reduce((sum, one) => sum + one.ink * of(one), 0) / mass;
  const dark = inked.filter(({ ink }) => ink > 0.3);
  const extent = (values: number[]): number => Math.max(...values) - Math.min(...values) + 1;
  const size = Math.max(extent(dark.map(({ x }) => x)), extent(dark.map(({ y }) => y)));
  return { x: mean(({ x }) => x), y: mean(({ y }) => y), size };
}

/** Draws a line on the pad, from and to shares of its side. */
async function stroke(page: Page, from: [number, number], to: [number, number]): Promise<void> {
  const { x, y, width } = (await page.locator("#pad").boundingBox())!;
  await page.mouse.move(x + from[0] * width, y + from[1] * width);
  await page.mouse.down();
  await page.mouse.move(x + to[0] * width, y + to[1] * width, { steps: 5 });
  await page.mouse.up();
}

test("what is drawn is centred and scaled as in MNIST, or not", async () => {
  const page = await open();
  // Ten shares, none of which stands out: nothing is learnt yet.
  const classes = await classesOf(page);
  expectSoftmax(classes);
  expect(Math.max(...classes.shares)).toBeLessThan(0.25);
  await page.locator("#clear").click();
  await page.waitForFunction(() => document.getElementById("sum")!.textContent === "—");
  expect(await read(page, "#reading")).toBe("Nothing is drawn.");

  await stroke(page, [0.2, 0.15], [0.3, 0.5]);
  await page.locator("#classes .best").waitFor();
  const centred = placeOf(await seenBy(page));
  expect(Math.abs(centred.x - 14)).toBeLessThan(0.3);
  expect(Math.abs(centred.y - 14)).toBeLessThan(0.3);
  expect(Math.abs(centred.size - 20)).toBeLessThanOrEqual(1);

  await page.locator("#centred").uncheck();
  const asDrawn = placeOf(await seenBy(page));
  // The middle of the line on the pad, in pixels of the small picture, and its length with the pen.
  expect(Math.abs(asDrawn.x - 0.25 * 28)).toBeLessThan(0.7);
  expect(Math.abs(asDrawn.y - 0.325 * 28)).toBeLessThan(0.7);
  expect(Math.abs(asDrawn.size - (0.35 + 21 / 280) * 28)).toBeLessThan(1.5);
  // Moved by keys: 10 of 280 pixels are one of 28.
  await page.locator("#pad").focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await expect.poll(async () => placeOf(await seenBy(page)).x - asDrawn.x).toBeCloseTo(3, 1);
  expect(placeOf(await seenBy(page)).y - asDrawn.y).toBeCloseTo(1, 1);
  await page.keyboard.press("Delete");
  await page.waitForFunction(() => document.getElementById("sum")!.textContent === "—");
});

test("it learns while it is drawn for, is judged, and can be stopped", async () => {
  const page = await open();
  await slide(page, "#digits", 3);
  await slide(page, "#rounds", 4);
  await page.locator("#train").focus();
  await page.keyboard.press("Enter");
  expect(await read(page, "#train")).toBe("Stop");
  await page.locator("#judged").waitFor();
  expect(await read(page, "#train")).toBe("Train");
  const title = await read(page, "#verdict-title");
  const share = Number(/^([\d.]+) % of the test digits are right\.$/.exec(title)![1]);
  // 400 digits, four times, fifty a step.
  expect(await read(page, "#verdict-text")).toMatch(/^32 steps in [\d.]+ s; judged by 500/);
  expect(share).toBeGreaterThan(75);
  const rows = await page.locator("#confusion tr:not(:first-child)").all();
  const counts = await Promise.all(
    rows.map(async (row) =>
      (await row.locator("td").allTextContents()).map((text) => Number(text.replace("·", "0"))),
    ),
  );
  counts.forEach((row) => expect(row.reduce((a, b) => a + b)).toBe(50));
  expect(counts.reduce((sum, row, i) => sum + row[i]!, 0) / 5).toBeCloseTo(share, 9);
  // A mistake goes on the pad, and is mistaken there, too.
  const mistake = page.locator(".mistake").first();
  const taken = /as (\d)/.exec((await mistake.textContent())!)![1]!;
  await mistake.click();
  await expect.poll(() => read(page, "#classes .best th")).toBe(taken);
  // The keys put samples there; most are read rightly.
  await page.locator("#pad").focus();
  await page.keyboard.press("0");
  await expect.poll(() => read(page, "#classes .best th")).toBe("0");
  expectSoftmax(await classesOf(page));

  await slide(page, "#digits", 7);
  await page.locator("#train").click();
  await page.locator("#progress[value]").waitFor();
  await page.locator("#train").click();
  await page.waitForFunction(() =>
    document.getElementById("verdict-title")!.textContent.startsWith("Stopped: "),
  );
  expect(await read(page, "#train")).toBe("Train");
});

/** Scores of one picture by the weights of a perceptron. */
function scoresBy(weights: readonly ArrayLike<number>[], pixels: readonly number[]): number[] {
  const layer = (x: readonly number[], w: ArrayLike<number>, b: ArrayLike<number>): number[] =>
    Array.from(b, (bias, j) =>
      x.reduce((sum, value, i) => sum + w[j * x.length + i]! * value, bias),
    );
  const [w1, b1, w2, b2] = weights as [
    ArrayLike<number>,
    ArrayLike<number>,
    ArrayLike<number>,
    ArrayLike<number>,
  ];
  return layer(
    layer(pixels, w1, b1).map((value) => Math.max(value, 0)),
    w2,
    b2,
  );
}

test("models from files: both that the example writes, and what to say of others", async () => {
  const { Conv2d, Flatten, Linear, manualSeed, MaxPool2d, ReLU, Sequential, writeSafetensors } =
    await import("nabla");
  const page = await open("zh/digits.html");
  const give = async (name: string, bytes: Uint8Array): Promise<void> => {
    const file = { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
    await page.locator("#file").setInputFiles(file);
  };
  manualSeed(7);
  const mlp = new Sequential(new Flatten(), new Linear(784, 12), new ReLU(), new Linear(12, 10));
  const state = mlp.stateDict();
  await give("mlp.safetensors", writeSafetensors(state));
  await page.waitForFunction(() =>
    document.getElementById("verdict-title")!.textContent.includes("mlp.safetensors"),
  );
  expect(await read(page, "#verdict-text")).toContain("784 → 12 → 10");
  const expected = scoresBy(
    ["1.weight", "1.bias", "3.weight", "3.bias"].map((name) => state[name]!.data()),
    await seenBy(page),
  );
  await expect
    .poll(async () => {
      const { scores } = await classesOf(page);
      return Math.max(...scores.map((score, k) => Math.abs(score - expected[k]!)));
    })
    .toBeLessThan(1e-4);

  const cnn = new Sequential(
    new Sequential(new Conv2d(1, 16, 5), new ReLU(), new MaxPool2d(2)),
    new Sequential(new Conv2d(16, 32, 5), new ReLU(), new MaxPool2d(2)),
    new Sequential(new Flatten(), new Linear(512, 10)),
  );
  await give("cnn.safetensors", writeSafetensors(cnn.stateDict()));
  await page.waitForFunction(() =>
    document.getElementById("verdict-title")!.textContent.includes("cnn.safetensors"),
  );

  await give("other.safetensors", writeSafetensors({ fc: state["3.bias"]! }));
  const problem = page.locator("#file-problem:not(:empty)");
  await problem.waitFor();
  expect(await problem.textContent()).toMatch(/^other\.safetensors: It holds fc \[10\]: not a/);
  await give("noise.safetensors", new Uint8Array([1, 2, 3]));
  await expect.poll(() => problem.textContent()).toMatch(/^noise\.safetensors: .*bytes/);
  // The network that was there still is.
  expect(await read(page, "#verdict-title")).toContain("cnn.safetensors");
});
