/**
 * Which results are contractions, sums of products over dimensions that both factors share, and how
 * they are arranged for the machine: what is a row and what a column, what is summed in one go,
 * which factor is copied into a better order first. A matrix product is one, a convolution another,
 * whose factors are walked with strides of their own. It emits nothing. Read next: product.ts.
 */
import { isFloat } from "../../graph/dtype.js";
import type { FusedKernel, Output } from "../../kernel/fused.js";

/** A dimension, and the bytes that a step along it moves in factor a, factor b and result c. */
export interface Dim {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Where elements are: a buffer, and so many bytes from its beginning. */
interface Origin {
  readonly buffer: number;
  readonly offset: number;
}

/** c[row, column] = Σ a[row, inner] · b[inner, column], for each of a batch. */
export interface Contraction {
  /** The bytes of an element: those of a float32 or of a float64. */
  readonly width: 4 | 8;
  readonly a: Origin;
  readonly b: Origin;
  readonly c: Origin;
  readonly batch: readonly Dim[];
  /** These lists are never empty; what lies closest together comes last. */
  readonly rows: readonly Dim[];
  readonly columns: readonly Dim[];
  readonly inner: readonly Dim[];
}

/** An output of a kernel as a contraction, or `null`. */
export function contractionOf(kernel: FusedKernel, output: Output): Contraction | null {
  const { expression, fold, epilogue, dtype } = output;
  if (fold !== "sum" || epilogue !== null || !isFloat(dtype) || kernel.space.includes(0))
    return null;
  if (expression.kind !== "apply" || expression.op !== "mul") return null;
  const factors = expression.arguments.flatMap((part) =>
    part.kind === "operand" && part.dtype === dtype ? [kernel.operands[part.index]!] : [],
  );
  const [a, b] = factors;
  if (a === undefined || b === undefined) return null;
  const width = dtype === "float64" ? 8 : 4;
  const groups: Record<string, Dim[]> = {};
  kernel.space.forEach((size, i) => {
    const [x, y, z] = [a, b, output].map(({ strides }) => strides[i]! * width) as [
      number,
      number,
      number,
    ];
    const kind = [x, y, z].map((step) => (step === 0 ? "-" : "x")).join("");
    if (size !== 1) (groups[kind] ??= []).push({ size, a: x, b: y, c: z });
  });
  const { xxx: batch = [], "x-x": rows, "-xx": columns, "xx-": inner, ...others } = groups;
  if (rows === undefined || columns === undefined || inner === undefined) return null;
  if (Object.keys(others).length > 0) return null;
  const plain: Contraction = {
    width,
    a: { buffer: a.buffer, offset: a.offset * width },
    b: { buffer: b.buffer, offset: b.offset * width },
    c: { buffer: output.buffer, offset: output.offset * width },
    batch,
    rows: inOrder(rows, ({ c }) => Math.abs(c)),
    columns: inOrder(columns, ({ c }) => Math.abs(c)),
    inner: inOrder(inner, (dim) => Math.max(Math.abs(dim.a), Math.abs(dim.b))),
  };
  const turned = transposed(plain);
  return costOf(turned) < costOf(plain) ? turned : plain;
}

/** The transposed result: what was a row is a column. */
function transposed({ a, b, rows, columns, inner, batch, ...rest }: Contraction): Contraction {
  const turn = (dims: readonly Dim[]): Dim[] => dims.map((dim) => ({ ...dim, a: dim.b, b: dim.a }));
  return {
    ...rest,
    a: b,
    b: a,
    batch: turn(batch),
    rows: turn(columns),
    columns: turn(rows),
    inner: turn(inner),
  };
}

/** Sorted by distance, the closest last; what is evenly walked becomes one dimension. */
function inOrder(dims: readonly Dim[], distance: (dim: Dim) => number): Dim[] {
  const result: Dim[] = [];
  for (const dim of [...dims].sort((x, y) => distance(y) - distance(x))) {
    const last = result.at(-1);
    const isEven =
      last !== undefined &&
      last.a === dim.a * dim.size &&
      last.b === dim.b * dim.size &&
      last.c === dim.c * dim.size;
    if (isEven) result.pop();
    result.push(isEven ? { ...dim, size: dim.size * last.size } : dim);
  }
  return result;
}

export const countOf = (dims: readonly Dim[]): number =>
  dims.reduce((count, { size }) => count * size, 1);

/** Roughly the time that an arrangement takes, where 1 is the least. */
function costOf({ width, rows, columns, inner }: Contraction): number {
  const lanes = 16 / width;
  const { size, b, c } = columns.at(-1)!;
  const filled = size / (Math.ceil(size / lanes) * lanes);
  const group = groupOf(rows).reduce((count, dim) => count * dim.size, 1);
  const busy = Math.min(1, group / 4);
  const copying = b === width ? 0.2 : 1.2;
  const storing = c === width ? 0.5 : 2.5;
  const pairs = 2 * lanes;
  return (
    1 / (filled * busy) +
    (pairs * copying) / countOf(rows) +
    (pairs * storing) / Math.min(countOf(inner), MOST_SUMMED)
  );
}

/** So many products, about, are summed in registers before the sum goes to memory. */
const MOST_SUMMED = 320;

/** The most rows of a group of several dimensions, whose places are written into the code. */
const MOST_PLACES = 16;

/** The last dimensions of rows that are taken together, several at once. */
export function groupOf(rows: readonly Dim[]): readonly Dim[] {
  let first = rows.length - 1;
  while (first > 0 && countOf(rows.slice(first - 1)) <= MOST_PLACES) first -= 1;
  return rows.slice(first);
}

/** Parts of a dimension of one size, one after the other. */
export interface Run {
  readonly count: number;
  readonly size: number;
  /** How many elements of the dimension come before. */
  readonly start: number;
}

/** A size as equal parts of `most` at most, in multiples of `unit`, and a shorter one. */
export function partsOf(size: number, most: number, unit: number): Run[] {
  const parts = Math.ceil(size / most);
  const each = Math.min(size, Math.ceil(size / parts / unit) * unit);
  return runs(size, each);
}

/** As many parts of a size as there is room for, and the rest. */
export function runs(total: number, size: number): Run[] {
  const [count, rest] = [Math.floor(total / size), total % size];
  const result = [{ count, size, start: 0 }];
  if (rest > 0) result.push({ count: 1, size: rest, start: count * size });
  return count === 0 ? result.slice(1) : result;
}

/** Rows as tiles of `most`; a rest too small to keep the machine busy shares with the last tile. */
export function tilesOf(rows: number, most: number): Run[] {
  const rest = rows % most;
  if (rest === 0 || rest > most / 2 || rows < most) return runs(rows, most);
  const both = rest + most;
  const whole = Math.floor(rows / most) - 1;
  const first = Math.ceil(both / 2);
  const start = whole * most;
  return [
    ...runs(start, most),
    { count: 1, size: first, start },
    { count: 1, size: both - first, start: start + first },
  ];
}

/** What is summed in one go: the last dimensions, of which the first may be a part of one. */
export function chunksOf(inner: readonly Dim[]): {
  readonly outer: readonly Dim[];
  readonly split: Dim;
  readonly chunks: readonly Run[];
  readonly within: readonly Dim[];
} {
  let at = inner.length - 1;
  while (at > 0 && countOf(inner.slice(at)) < MOST_SUMMED) at -= 1;
  const within = inner.slice(at + 1);
  const split = inner[at]!;
  const most = Math.max(1, Math.floor(MOST_SUMMED / countOf(within)));
  const chunks = partsOf(split.size, most, within.length === 0 ? 4 : 1);
  return { outer: inner.slice(0, at), split, chunks, within };
}
