/** The points of the chapter: the four examples, made by chance that is always the same. */
import { manualSeed, randn } from "@nabla/core";

/** A point, and whether it is orange (1) or blue (0). */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly kind: 0 | 1;
}

export type ExampleName = "blobs" | "moons" | "circles" | "xor";

/** What the plot shows. */
export const reach = { x: [-3, 3], y: [-2.4, 2.4] } as const;

const COUNT = 100;

/** Where a point would lie without chance, by its class and by the share of its class before it. */
type Shape = (kind: 0 | 1, share: number) => readonly [x: number, y: number];

const shapes: Readonly<Record<ExampleName, { readonly spread: number; readonly at: Shape }>> = {
  blobs: { spread: 0.55, at: (kind) => (kind === 0 ? [-0.95, -0.5] : [0.95, 0.5]) },
  moons: {
    spread: 0.14,
    at: (kind, share) => {
      const [cos, sin] = [Math.cos(Math.PI * share), Math.sin(Math.PI * share)];
      return kind === 0 ? [1.4 * cos - 0.7, 1.4 * sin - 0.35] : [0.7 - 1.4 * cos, 0.35 - 1.4 * sin];
    },
  },
  circles: {
    spread: 0.14,
    at: (kind, share) => {
      const radius = kind === 0 ? 1.85 : 0.75;
      return [radius * Math.cos(2 * Math.PI * share), radius * Math.sin(2 * Math.PI * share)];
    },
  },
  xor: {
    spread: 0.34,
    at: (kind, share) => {
      const side = share < 0.5 ? -1 : 1;
      return [1.2 * side, (kind === 0 ? -1 : 1) * side];
    },
  },
};

/** A hundred points, half of each class. */
export function exampleSpots(name: ExampleName): Spot[] {
  const { spread, at } = shapes[name];
  manualSeed(4);
  const noise = randn([COUNT, 2]).data();
  return Array.from({ length: COUNT }, (_, i): Spot => {
    const kind = (i % 2) as 0 | 1;
    const [x, y] = at(kind, Math.floor(i / 2) / (COUNT / 2 - 1));
    return { x: put(x + spread * noise[2 * i]!), y: put(y + spread * noise[2 * i + 1]!), kind };
  });
}

const put = (value: number): number => Number(value.toFixed(2));
