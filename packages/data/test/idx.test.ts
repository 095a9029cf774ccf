/** IDX: every type, and MNIST as its reference counts it. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { readIdx } from "../src/index.js";

test.each([
  [[0, 0, 0x08, 1, 0, 0, 0, 2, 7, 255], "int32", [7, 255]],
  [[0, 0, 0x09, 1, 0, 0, 0, 2, 7, 255], "int32", [7, -1]],
  [[0, 0, 0x0b, 1, 0, 0, 0, 1, 255, 0], "int32", [-256]],
  [[0, 0, 0x0c, 0, 0, 0, 1, 2], "int32", [258]],
  [[0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0], "float32", [1]],
  [[0, 0, 0x0e, 1, 0, 0, 0, 1, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0], "float64", [1]],
])("%j is %s %j", (bytes, dtype, values) => {
  const x = readIdx(Uint8Array.from(bytes));
  expect([x.dtype, ...x.data()]).toEqual([dtype, ...values]);
});

const folder = fileURLToPath(new URL("../../../../shared/data/mnist/", import.meta.url));
if (!existsSync(folder)) console.log(`skipped: reading ${folder}, which is not there`);

interface Part {
  images: number[];
  label_counts: number[];
  first_labels: number[];
  pixel_sum: number;
  first_image_pixel_sum: number;
}

describe.skipIf(!existsSync(folder))("MNIST", () => {
  test.each(["train", "t10k"])("%s", (part) => {
    const text = readFileSync(`${folder}reference.json`, "utf8");
    const reference = (JSON.parse(text) as Record<string, Part>)[part]!;
    const images = readIdx(`${folder}${part}-images-idx3-ubyte.gz`, { dtype: "float32" });
    const labels = readIdx(`${folder}${part}-labels-idx1-ubyte.gz`).data();
    expect(images.shape).toEqual(reference.images);
    // By index: 47 million steps of an iterator take seconds.
    const pixels = images.data();
    let sum = 0;
    for (let i = 0; i < pixels.length; i++) sum += pixels[i]!;
    expect(sum).toBe(reference.pixel_sum);
    expect(images.select(0, 0).sum().item()).toBe(reference.first_image_pixel_sum);
    const counts = Array.from({ length: 10 }, () => 0);
    for (const label of labels) counts[label]! += 1;
    expect(counts).toEqual(reference.label_counts);
    expect(Array.from(labels.slice(0, 10))).toEqual(reference.first_labels.slice(0, 10));
  });
});
