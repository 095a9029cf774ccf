/**
 * Handwritten digits: those of MNIST, or any in its format, and others that are drawn here, so that
 * the example needs no files. What learns them is ../classification.ts.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { manualSeed, rand, readIdx, tensor } from "nabla";
import type { Tensor } from "nabla";

import { Mistake } from "./mistake.js";

/** Pictures of shape [N, 1, rows, columns], from 0 to 1, and the class of each. */
export interface Digits {
  readonly images: Tensor;
  readonly labels: Tensor;
}

/** The pictures to learn from, and others to test with. */
export interface DigitSets {
  readonly train: Digits;
  readonly test: Digits;
}

/** Reads the four files of MNIST, gzipped or not, from a folder. */
export function readDigits(folder: string): DigitSets {
  const read = (part: string): Digits => {
    const pixels = readIdx(fileIn(folder, `${part}-images-idx3-ubyte`), { dtype: "float32" });
    const labels = readIdx(fileIn(folder, `${part}-labels-idx1-ubyte`));
    const [count, rows, columns] = pixels.shape;
    if (columns !== 28 || rows !== 28 || labels.shape.length !== 1 || labels.shape[0] !== count) {
      throw new Mistake(
        `${folder}: the ${part} files hold pictures of shape [${pixels.shape.join(", ")}] and ` +
          `labels of shape [${labels.shape.join(", ")}]; they must be [N, 28, 28] and [N].`,
      );
    }
    const [least, most] = [labels.amin().item(), labels.amax().item()];
    if (least < 0 || most > 9) {
      throw new Mistake(`${folder}: the ${part} labels go from ${least} to ${most}, not 0 to 9.`);
    }
    return { images: pixels.div(255).unsqueeze(1).detach(), labels };
  };
  return { train: read("train"), test: read("t10k") };
}

function fileIn(folder: string, name: string): string {
  const found = [`${name}.gz`, name].map((file) => join(folder, file)).find(existsSync);
  if (found !== undefined) return found;
  throw new Mistake(`${folder} has no ${name}.gz and no ${name}: --data is a folder with MNIST.`);
}

type Place = readonly [x: number, y: number];

/** The strokes of each digit in a square from 0 to 1, downwards, as letters learn them. */
const strokes: readonly (readonly Place[])[][] = [
  [ring([0.5, 0.5], [0.24, 0.36], 0, 1)],
  [
    [
      [0.34, 0.28],
      [0.52, 0.12],
      [0.52, 0.88],
    ],
  ],
  [[...ring([0.5, 0.33], [0.22, 0.2], 0.5, 1.08), [0.28, 0.86], [0.76, 0.86]]],
  [
    [...ring([0.47, 0.31], [0.22, 0.18], 0.55, 1.25)],
    [...ring([0.47, 0.67], [0.25, 0.2], 0.75, 1.45)],
  ],
  [
    [
      [0.6, 0.12],
      [0.24, 0.62],
      [0.8, 0.62],
    ],
    [
      [0.63, 0.4],
      [0.63, 0.9],
    ],
  ],
  [[[0.72, 0.14], [0.34, 0.14], [0.32, 0.45], ...ring([0.48, 0.64], [0.24, 0.22], 0.65, 1.4)]],
  [[[0.64, 0.1], [0.36, 0.4], ...ring([0.5, 0.67], [0.22, 0.21], 0.5, 1.5)]],
  [
    [
      [0.25, 0.15],
      [0.75, 0.15],
      [0.44, 0.88],
    ],
  ],
  [ring([0.5, 0.3], [0.19, 0.18], 0, 1), ring([0.5, 0.68], [0.23, 0.21], 0, 1)],
  [[...ring([0.5, 0.33], [0.21, 0.2], 0, 1), [0.71, 0.33], [0.6, 0.9]]],
];

/** A part of an ellipse, from one share of the full turn to another. */
function ring([x, y]: Place, [width, height]: Place, from: number, to: number): Place[] {
  return Array.from({ length: 13 }, (_, i): Place => {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / 12);
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)];
  });
}

/** Draws digits as an unsteady hand would: turned, slanted, moved, thick and thin. */
export function drawDigits(trainCount: number, testCount: number, seed: number): DigitSets {
  manualSeed(seed);
  const draw = (count: number): Digits => {
    const chances = rand([count, 40]).data();
    const pixels = new Float32Array(count * 784);
    for (let i = 0; i < count; i++) {
      const chance = Array.from(chances.subarray(40 * i, 40 * (i + 1)), (value) => 2 * value - 1);
      drawOne(i % 10, chance, pixels.subarray(784 * i, 784 * (i + 1)));
    }
    const labels = Array.from({ length: count }, (_, i) => i % 10);
    return {
      images: tensor(pixels).reshape([count, 1, 28, 28]),
      labels: tensor(labels, { dtype: "int32" }),
    };
  };
  return { train: draw(trainCount), test: draw(testCount) };
}

/** Draws one digit; `chance` are numbers from -1 to 1. */
function drawOne(digit: number, chance: readonly number[], pixels: Float32Array): void {
  const [turn, slant, wide, high, right, down, thick, ...jitter] = chance as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    ...number[],
  ];
  const [cos, sin] = [Math.cos(0.25 * turn), Math.sin(0.25 * turn)];
  let used = 0;
  const bend = ([x, y]: Place): Place => {
    const [jx, jy] = [jitter[used++ % jitter.length]!, jitter[used++ % jitter.length]!];
    const u = (x - 0.5 + 0.2 * slant * (0.5 - y)) * (0.72 + 0.14 * wide) + 0.012 * jx;
    const v = (y - 0.5) * (0.76 + 0.12 * high) + 0.012 * jy;
    return [0.5 + cos * u - sin * v + 0.07 * right, 0.5 + sin * u + cos * v + 0.07 * down];
  };
  const width = 0.045 + 0.018 * thick;
  for (const stroke of strokes[digit]!.map((places) => places.map(bend))) {
    for (let i = 1; i < stroke.length; i++) paint(stroke[i - 1]!, stroke[i]!, width, pixels);
  }
}

/** Paints a line with soft edges. */
function paint([ax, ay]: Place, [bx, by]: Place, width: number, pixels: Float32Array): void {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy || 1;
  const bound = (value: number): number => Math.min(27, Math.max(0, Math.floor(value * 28)));
  const reach = width + 0.05;
  const [left, most] = [bound(Math.min(ax, bx) - reach), bound(Math.max(ax, bx) + reach)];
  const [top, bottom] = [bound(Math.min(ay, by) - reach), bound(Math.max(ay, by) + reach)];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= most; column++) {
      const [x, y] = [(column + 0.5) / 28 - ax, (row + 0.5) / 28 - ay];
      const along = Math.min(1, Math.max(0, (x * dx + y * dy) / length));
      const far = Math.hypot(x - along * dx, y - along * dy);
      const shade = Math.min(1, Math.max(0, (width - far) / 0.03 + 0.5));
      const at = 28 * row + column;
      pixels[at] = Math.max(pixels[at]!, shade);
    }
  }
}
