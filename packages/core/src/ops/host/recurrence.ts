/**
 * Running results along a dimension, each made of the one before it: algorithms over arrays, the
 * same on every back end. Their derivatives are running results, too, the other way. What users
 * call: ops/scan.ts. Read first: ops/define.ts.
 */
import { allocate } from "../../graph/dtype.js";
import type { DType, TypedArray } from "../../graph/dtype.js";
import { checkTensor } from "../../graph/node.js";
import type { Work } from "../../graph/node.js";
import { countElements, normalizeDim } from "../../graph/shape.js";
import type { Shape } from "../../graph/shape.js";
import type { Tensor } from "../../tensor.js";
import { full } from "../create.js";
import { record } from "../define.js";
import type { Op, Vjp } from "../define.js";
import { cat } from "../join.js";

/** Which way a running result goes. */
export interface Way {
  readonly dim: number;
  readonly reverse: boolean;
}

/** A line of elements: where it begins, how far the next one is, and how many there are. */
type Line = (from: number, step: number, count: number) => void;

/** Visits every line along a dimension of a row-major array. */
export function eachLine(shape: Shape, dim: number, visit: Line): void {
  const count = shape[dim] ?? 1;
  const step = countElements(shape.slice(dim + 1));
  const blocks = countElements(shape.slice(0, dim));
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < step; i++) visit(block * count * step + i, step, count);
  }
}

/** The same, from the last element of each line if it goes in reverse. */
export const eachWay = (shape: Shape, { dim, reverse }: Way, visit: Line): void =>
  eachLine(shape, dim, (from, step, count) =>
    reverse ? visit(from + (count - 1) * step, -step, count) : visit(from, step, count),
  );

/** A host algorithm that fills one result, of the shape and type of the node. */
export const filling =
  (fill: (y: TypedArray, inputs: readonly TypedArray[], attributes: never, shape: Shape) => void) =>
  (node: { shape: Shape; dtype: DType; attributes: unknown }): Work => ({
    kind: "host",
    run(inputs) {
      const y = allocate(node.dtype, countElements(node.shape));
      fill(y, inputs, node.attributes as never, node.shape);
      return y;
    },
  });

/** The dimension of a call, and a tensor that has it: a single number is a line of one. */
export function lineUp(name: string, x: Tensor, dim: number): [x: Tensor, dim: number] {
  const at = normalizeDim(name, dim, checkTensor(name, x).shape.length);
  return [x.shape.length === 0 ? x.reshape([1]) : x, at];
}

const adding: Op = {
  name: "cumsum",
  vjps: [
    ((g, { attributes: { dim, reverse } }): Tensor =>
      runningSum(g, dim, !reverse)) as Vjp<Way> as Vjp,
  ],
  work: filling((y, [x], way: Way, shape) =>
    eachWay(shape, way, (from, step, count) => {
      let total = 0;
      for (let i = 0, at = from; i < count; i++, at += step) y[at] = total += x![at]!;
    }),
  ),
};

/** What has been added up so far, each element included. */
export const runningSum = (x: Tensor, dim: number, reverse = false): Tensor =>
  record(adding, [x], { dim, reverse } satisfies Way, x.dtype, { shape: x.shape });

interface Recurrence extends Way {
  readonly start: number;
}

const recurring: Op = {
  name: "recurrence",
  vjps: [
    ((g, { a, y, attributes: { dim, reverse, start } }): Tensor =>
      comeBack(g, a, dim, reverse).mul(
        neighbours(y, dim, reverse ? -1 : 1, start),
      )) as Vjp<Recurrence> as Vjp,
    ((g, { a, attributes: { dim, reverse } }): Tensor =>
      comeBack(g, a, dim, reverse)) as Vjp<Recurrence> as Vjp,
  ],
  work: filling((y, [a, b], way: Recurrence, shape) =>
    eachWay(shape, way, (from, step, count) => {
      let last = way.start;
      const isWhole = y instanceof Int32Array;
      for (let i = 0, at = from; i < count; i++, at += step) {
        const product = isWhole ? Math.imul(a![at]!, last) : a![at]! * last;
        y[at] = last = product + b![at]!;
      }
    }),
  ),
};

/**
 * The gradient of every step: its own, and what goes on to the next step times the factor there.
 */
const comeBack = (g: Tensor, a: Tensor, dim: number, reverse: boolean): Tensor =>
  recurrence(neighbours(a, dim, reverse ? 1 : -1, 0), g, dim, { start: 0, reverse: !reverse });

/** y[i] = a[i] · y[i - 1] + b[i], where y[-1] is `start`; in reverse from the last one. */
const recurrence = (
  a: Tensor,
  b: Tensor,
  dim: number,
  { start, reverse }: Omit<Recurrence, "dim">,
): Tensor => {
  const attributes: Recurrence = { dim, start, reverse };
  return record(recurring, [a, b], attributes, b.dtype, { shape: b.shape });
};

/** What has been multiplied so far, each element included. */
export const runningProduct = (x: Tensor, dim: number, reverse = false): Tensor =>
  recurrence(x, x.newZeros(x.shape), dim, { start: 1, reverse });

/**
 * Every element's neighbour, the one before it (1) or behind it (-1); `edge` where there is none.
 */
export function neighbours(x: Tensor, dim: number, shift: 1 | -1, edge: number): Tensor {
  const size = x.shape[dim]!;
  if (size === 0) return x;
  const edges = full(
    x.shape.map((own, i) => (i === dim ? 1 : own)),
    edge,
    { dtype: x.dtype },
  );
  return shift === 1
    ? cat([edges, x.slice(dim, 0, size - 1)], dim)
    : cat([x.slice(dim, 1), edges], dim);
}
