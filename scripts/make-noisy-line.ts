// `npm run make-noisy-line`: writes examples/data/noisy-line.csv, the points that `npm start` fits.
// They come from Nabla's own seeded generator, so the file is the same wherever it is made.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { manualSeed, rand, randn } from "@nabla/core";

import { root } from "./repository.js";

const count = 100;
const slope = 1.5;
const intercept = 4;
const noise = 1.5;

manualSeed(2024);
const x = rand([count], { dtype: "float64" }).mul(15);
const y = x
  .mul(slope)
  .add(intercept)
  .add(randn([count], { dtype: "float64" }).mul(noise));

const rows = Array.from(x.data(), (value, i) => `${value.toFixed(6)},${y.data()[i]!.toFixed(6)}`);
writeFileSync(join(root, "examples/data/noisy-line.csv"), `x,y\n${rows.join("\n")}\n`);
