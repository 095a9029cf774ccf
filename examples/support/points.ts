/**
 * Points of two classes, made by chance: two moons that reach into each other, and tosses of coins.
 * Who learns them: logistic-regression.ts, micrograd.ts.
 */
import { manualSeed, rand, randn, tensor } from "nabla";
import type { Tensor } from "nabla";

/** Places, one row each, and their classes, 0 or 1. All float64. */
export interface Classified {
  readonly x: Tensor;
  readonly y: Tensor;
}

const float64 = { dtype: "float64" } as const;

/** Two half circles, the second upside down and shifted so that each ends inside the other. */
export function moons(count: number, noise: number, seed: number): Classified {
  manualSeed(seed);
  const classes = Array.from({ length: count }, (_, i) => i % 2);
  const places = classes.map((c, i) => {
    const angle = (Math.PI * Math.floor(i / 2)) / Math.max(1, Math.ceil(count / 2) - 1);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return c === 0 ? [cos, sin] : [1 - cos, 0.5 - sin];
  });
  const x = tensor(places, float64).add(randn([count, 2], float64).mul(noise));
  return { x, y: tensor(classes, float64) };
}

/** Tosses of bent coins: heads comes with probability 1 / (1 + exp(-(slope · bend + offset))). */
export function tosses(count: number, slope: number, offset: number, seed: number): Classified {
  manualSeed(seed);
  const bend = rand([count, 1], float64).mul(6).sub(3);
  const heads = bend.squeeze(1).mul(slope).add(offset).sigmoid();
  return { x: bend, y: rand([count], float64).lt(heads).to("float64") };
}
