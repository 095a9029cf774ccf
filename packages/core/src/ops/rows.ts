/**
 * Rows by number: taken out of a matrix, put into one, added up into one. Indexing with tensors,
 * gathering and embedding are made of these. They are algorithms over arrays, the same on every
 * back end. The numbers are checked by whoever calls; they come as an int32 tensor, not as
 * constants, because they change from step to step.
 * Read next: indexing.ts.
 */
import { allocate } from "../graph/dtype.js";
import type { TypedArray } from "../graph/dtype.js";
import type { Work } from "../graph/node.js";
import type { Tensor } from "../tensor.js";
import { record } from "./define.js";
import type { Op, Vjp } from "./define.js";

/** Writes the rows of a result, given where each row of `source` is or goes, in elements. */
type Copy = (
  result: TypedArray,
  at: number,
  source: TypedArray,
  from: number,
  count: number,
) => void;

const assign: Copy = (result, at, source, from, count) => {
  for (let i = 0; i < count; i++) result[at + i] = source[from + i]!;
};
const add: Copy = (result, at, source, from, count) => {
  for (let i = 0; i < count; i++) result[at + i] = result[at + i]! + source[from + i]!;
};

/** Row `rows[i]` of `x` as row `i`: from [n, m] and [k] to [k, m]. */
export const takeRows = (x: Tensor, rows: Tensor): Tensor =>
  record(taking, [x, rows], null, x.dtype, { shape: [rows.shape[0]!, x.shape[1]!] });

/** `x` with row `i` of `values` in the place of row `rows[i]`; the last one stays. */
export const putRows = (x: Tensor, rows: Tensor, values: Tensor): Tensor =>
  record(putting, [x, rows, values], null, x.dtype, { shape: x.shape });

/** `x` with row `i` of `values` added to row `rows[i]`. */
const addRows = (x: Tensor, rows: Tensor, values: Tensor): Tensor =>
  record(adding, [x, rows, values], null, x.dtype, { shape: x.shape });

const taking: Op = {
  name: "takeRows",
  vjps: [(g, { b, shape }): Tensor => addRows(g.newZeros(shape), b, g), null],
  work: (node): Work => ({
    kind: "host",
    run([x, rows]) {
      const width = node.shape[1]!;
      const result = allocate(node.dtype, rows!.length * width);
      for (let i = 0; i < rows!.length; i++) {
        assign(result, i * width, x!, rows![i]! * width, width);
      }
      return result;
    },
  }),
};

/** The work of writing rows into a copy, one way or the other. */
const into =
  (copy: Copy): Op["work"] =>
  (node): Work => ({
    kind: "host",
    run([x, rows, values]) {
      const width = node.shape[1]!;
      const result = x!.slice();
      for (let i = 0; i < rows!.length; i++) {
        copy(result, rows![i]! * width, values!, i * width, width);
      }
      return result;
    },
  });

const taken: Vjp = (g, { b }): Tensor => takeRows(g, b);

const putting: Op = {
  name: "putRows",
  vjps: [(g, { b }): Tensor => putRows(g, b, g.newZeros([b.shape[0]!, g.shape[1]!])), null, taken],
  work: into(assign),
};

const adding: Op = {
  name: "addRows",
  vjps: [(g): Tensor => g, null, taken],
  work: into(add),
};
