/**
 * Order: which element comes before which, and where one belongs among others. Algorithms over
 * arrays, the same on every back end; positions have no derivatives. What users call: ops/sort.ts.
 */
import type { TypedArray } from "../../graph/dtype.js";
import type { Shape } from "../../graph/shape.js";
import type { Tensor } from "../../tensor.js";
import { record } from "../define.js";
import type { Op } from "../define.js";
import { eachLine, filling } from "./recurrence.js";

/** Below 0 where `a` comes before `b`; NaN is larger than all numbers. */
function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** The numbers from 0 up to, not including, `count`. */
export function countUp(count: number): Int32Array {
  const result = new Int32Array(count);
  for (let i = 0; i < count; i++) result[i] = i;
  return result;
}

interface Sorting {
  readonly dim: number;
  readonly descending: boolean;
}

const sorting: Op = {
  name: "argsort",
  vjps: null,
  work: filling((y, [x], { dim, descending }: Sorting, shape) => {
    const keys = new Float64Array(shape[dim] ?? 1);
    const sign = descending ? -1 : 1;
    const before = (i: number, j: number): number => sign * compare(keys[i]!, keys[j]!);
    eachLine(shape, dim, (from, step, count) => {
      for (let i = 0; i < count; i++) keys[i] = x![from + i * step]!;
      const order = countUp(count).sort(before);
      for (let i = 0; i < count; i++) y[from + i * step] = order[i]!;
    });
  }),
};

/** The positions along a dimension in the order of the elements there; equal ones stay in order. */
export const sortedPositions = (x: Tensor, dim: number, descending = false): Tensor =>
  record(sorting, [x], { dim, descending } satisfies Sorting, "int32", { shape: x.shape });

interface Search {
  /** How many elements a line of the sequence has, and how many values are looked for in it. */
  readonly count: number;
  readonly each: number;
  readonly right: boolean;
}

const searching: Op = {
  name: "searchsorted",
  vjps: null,
  work: filling((y: TypedArray, [sequence, values], { count, each, right }: Search) => {
    for (let i = 0; i < y.length; i++) {
      const start = Math.floor(i / each) * count;
      const value = values![i]!;
      let [low, high] = [0, count];
      while (low < high) {
        const middle = (low + high) >> 1;
        const found = sequence![start + middle]!;
        if (right ? found > value : found >= value) high = middle;
        else low = middle + 1;
      }
      y[i] = low;
    }
  }),
};

/**
 * How many elements of a sorted sequence are smaller than each value, or with `right` not larger:
 * of one sequence, or of that in the same line of the last dimension.
 */
export function placesAmong(sequence: Tensor, values: Tensor, right: boolean): Tensor {
  const { shape } = values;
  const isOne = sequence.shape.length === 1;
  const each = Math.max(1, isOne ? values.numel() : (shape.at(-1) ?? 1));
  const attributes: Search = { count: sequence.shape.at(-1)!, each, right };
  return record(searching, [sequence, values], attributes, "int32", { shape });
}

/** Equal rows of a matrix, as groups in the order of their rows. */
export interface Groups {
  /** A row of each. */
  readonly members: Int32Array;
  readonly counts: Int32Array;
  /** The group of every row. */
  readonly groupOf: Int32Array;
}

/** Finds equal rows; NaN equals nothing. */
export function groupRows(matrix: TypedArray, [height, width]: Shape): Groups {
  const order = countUp(height!).sort((i, j) => {
    let result = 0;
    for (let k = 0; k < width! && result === 0; k++) {
      result = compare(matrix[i * width! + k]!, matrix[j * width! + k]!);
    }
    return result;
  });
  const groupOf = new Int32Array(height!);
  const [members, counts]: [number[], number[]] = [[], []];
  order.forEach((row, place) => {
    const last = order[place - 1] ?? 0;
    let isNew = place === 0;
    for (let k = 0; k < width! && !isNew; k++) {
      isNew = matrix[row * width! + k] !== matrix[last * width! + k];
    }
    if (isNew) members.push(row);
    counts[members.length - 1] = (counts[members.length - 1] ?? 0) + 1;
    groupOf[row] = members.length - 1;
  });
  return { members: Int32Array.from(members), counts: Int32Array.from(counts), groupOf };
}
