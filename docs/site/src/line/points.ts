/** The points of the chapter: those it begins with, and those of a reader's CSV file. */
import type { Point } from "./fit.js";

/** Measured by nobody: about y = 0.8 x + 1, with some noise. */
export const firstPoints: readonly Point[] = [
  { x: -0.9, y: 0.7 },
  { x: -0.2, y: 0.4 },
  { x: 0.5, y: 1.9 },
  { x: 1.2, y: 1.6 },
  { x: 1.9, y: 2.9 },
  { x: 2.6, y: 2.6 },
  { x: 3.3, y: 4.2 },
  { x: 4, y: 3.9 },
];

/** How numbers of a file were made small: each minus the first, divided by the second. */
export interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

export interface Loaded {
  readonly points: readonly Point[];
  readonly names: readonly [x: string, y: string];
  /** `null` where the numbers are as they were. */
  readonly scales: readonly [x: Scale, y: Scale] | null;
}

/** What fits on the plot as it is. */
const REACH = 10;

/**
 * The first two columns of a CSV file. Where the numbers are large they are standardised, or no
 * rate would suit both w and b. Throws an Error that says what is wrong with the file.
 */
export async function readPoints(file: Blob): Promise<Loaded> {
  const [{ readTable }, bytes] = await Promise.all([import("@nabla/data"), file.arrayBuffer()]);
  const { names, columns } = readTable(new Uint8Array(bytes));
  const [xs, ys] = columns;
  if (xs === undefined || ys === undefined) {
    throw new Error("The file has one column; two are needed, x and y.");
  }
  if (xs.length < 2) throw new Error("The file has one point; a line needs two.");
  const isSmall = [...xs, ...ys].every((value) => Math.abs(value) <= REACH);
  const scales = isSmall ? null : ([scaleOf(xs), scaleOf(ys)] as const);
  const put = (value: number, scale: Scale | undefined): number =>
    scale === undefined ? value : (value - scale.mean) / scale.deviation;
  const points = Array.from(xs, (x, i) => ({
    x: put(x, scales?.[0]),
    y: put(ys[i]!, scales?.[1]),
  }));
  return { points, names: [names[0]!, names[1]!], scales };
}

function scaleOf(values: Float64Array): Scale {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square) || 1 };
}
