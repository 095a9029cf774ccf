/**
 * Handwritten digits: those of MNIST, or any in its format. Others, for which no files are needed:
 * drawn-digits.ts. What learns them is ../classification.ts.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { readIdx } from "nabla";

import type { Digits, DigitSets } from "./drawn-digits.js";
import { Mistake } from "./mistake.js";

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
