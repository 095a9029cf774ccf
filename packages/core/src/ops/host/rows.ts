/**
 * Rows by number: taken out of a matrix, or written into one, in one of five ways. Whatever takes
 * elements by position, or puts, adds or multiplies them there, is made of these two. They are
 * algorithms over arrays, the same on every back end. The numbers are checked by whoever calls;
 * they come as an int32 tensor, not as constants, because they change from step to step.
 * Read next: ops/place.ts.
 */
import { GradientError } from "../../errors.js";
import { allocate } from "../../graph/dtype.js";
import type { DType, TypedArray } from "../../graph/dtype.js";
import { mode } from "../../graph/mode.js";
import type { Work } from "../../graph/node.js";
import type { Tensor } from "../../tensor.js";
import { tensor } from "../create.js";
import { record } from "../define.js";
import type { Op, Saved, Vjp } from "../define.js";
import { countUp } from "./order.js";

/** What becomes of a row when another is written to its place. */
export type Way = "put" | "add" | "mul" | "max" | "min";

/** Writes one row, given where it goes and where it comes from, in elements. */
type Copy = (y: TypedArray, at: number, source: TypedArray, from: number, count: number) => void;

const copies: Record<Way, Copy> = {
  put(y, at, source, from, count) {
    for (let i = 0; i < count; i++) y[at + i] = source[from + i]!;
  },
  add(y, at, source, from, count) {
    for (let i = 0; i < count; i++) y[at + i] = y[at + i]! + source[from + i]!;
  },
  mul(y, at, source, from, count) {
    for (let i = 0; i < count; i++) y[at + i] = y[at + i]! * source[from + i]!;
  },
  max(y, at, source, from, count) {
    for (let i = 0; i < count; i++) y[at + i] = Math.max(y[at + i]!, source[from + i]!);
  },
  min(y, at, source, from, count) {
    for (let i = 0; i < count; i++) y[at + i] = Math.min(y[at + i]!, source[from + i]!);
  },
};

const multiplyWhole: Copy = (y, at, source, from, count) => {
  for (let i = 0; i < count; i++) y[at + i] = Math.imul(y[at + i]!, source[from + i]!);
};

function copyFor(way: Way, dtype: DType): Copy {
  if (dtype === "int32" && way === "mul") return multiplyWhole;
  // The sum of truth values is "or", the product "and".
  if (dtype === "bool" && way !== "put")
    return copies[way === "add" || way === "max" ? "max" : "min"];
  return copies[way];
}

/** Row `rows[i]` of `x` as row `i`: from [n, m] and [k] to [k, m]. */
export const takeRows = (x: Tensor, rows: Tensor): Tensor =>
  record(taking, [x, rows], null, x.dtype, { shape: [rows.shape[0]!, x.shape[1]!] });

/**
 * `x` with row `i` of `values` written to row `rows[i]`, one after the other: where several rows go
 * to one place, the last one stays ("put"), or all of them count.
 */
export const writeRows = (way: Way, x: Tensor, rows: Tensor, values: Tensor): Tensor =>
  record(writing[way], [x, rows, values], null, x.dtype, { shape: x.shape });

const taking: Op = {
  name: "takeRows",
  vjps: [(g, { b, shape }): Tensor => writeRows("add", g.newZeros(shape), b, g), null],
  work: (node): Work => ({
    kind: "host",
    run([x, rows]) {
      const width = node.shape[1]!;
      const result = allocate(node.dtype, rows!.length * width);
      for (let i = 0; i < rows!.length; i++) {
        copies.put(result, i * width, x!, rows![i]! * width, width);
      }
      return result;
    },
  }),
};

const writer = (way: Way, x: Vjp, values: Vjp): Op => ({
  name: `${way}Rows`,
  vjps: [x, null, values],
  work: (node): Work => ({
    kind: "host",
    run([before, rows, source]) {
      const copy = copyFor(way, node.dtype);
      const width = node.shape[1]!;
      const result = before!.slice();
      for (let i = 0; i < rows!.length; i++) {
        copy(result, rows![i]! * width, source!, i * width, width);
      }
      return result;
    },
  }),
});

const taken: Vjp = (g, { b }): Tensor => takeRows(g, b);

/** The largest or smallest share the gradient evenly, as those of `amax` do. */
const shareOf = (g: Tensor, { a, b, c, y }: Saved): Tensor => {
  const found = c.eq(takeRows(y, b)).to(g.dtype);
  return g.div(writeRows("add", a.eq(y).to(g.dtype), b, found));
};
const shares: [Vjp, Vjp] = [
  (g, saved): Tensor => shareOf(g, saved).where(saved.a.eq(saved.y), 0),
  (g, saved): Tensor =>
    takeRows(shareOf(g, saved), saved.b).where(saved.c.eq(takeRows(saved.y, saved.b)), 0),
];

/**
 * The gradient of a factor: that of the product, times the product divided by the factor. A factor
 * that is the only 0 of its product gets the product of the others.
 */
const factor: Vjp = (g, { a, b, c, y }): Tensor => {
  const isZero = c.eq(0);
  const zeros = takeRows(writeRows("add", g.newZeros(g.shape), b, isZero.to(g.dtype)), b);
  if (mode.gradients && zeros.gt(1).any().item() === 1) {
    throw new GradientError(
      "scatterReduce: the product of several zeros has no second derivative here; differentiate " +
        "it once, or take the zeros out.",
    );
  }
  const others = writeRows("mul", a, b, c.where(isZero.logicalNot(), 1));
  const isOnly = isZero.logicalAnd(zeros.eq(1));
  const shared = takeRows(g.mul(y), b).div(c.where(isZero.logicalNot(), 1));
  return takeRows(g.mul(others), b).where(isOnly, shared);
};

/** Of several rows that go to one place only the last one, which stayed, has a gradient. */
const stayed: Vjp = (g, { b }): Tensor => {
  const own = tensor(countUp(b.shape[0]!)).unsqueeze(1);
  const last = writeRows("put", own.newZeros([g.shape[0]!, 1]), b, own);
  return takeRows(g, b).where(takeRows(last, b).eq(own), 0);
};

const writing: Record<Way, Op> = {
  put: writer(
    "put",
    (g, { b }): Tensor => writeRows("put", g, b, g.newZeros([b.shape[0]!, g.shape[1]!])),
    stayed,
  ),
  add: writer("add", (g): Tensor => g, taken),
  mul: writer(
    "mul",
    (g, { a, b, c }): Tensor => g.mul(writeRows("mul", a.newOnes(a.shape), b, c)),
    factor,
  ),
  max: writer("max", ...shares),
  min: writer("min", ...shares),
};
