/**
 * How contractions are arranged for the machine: what is a row and what a column, what is summed in
 * one go, which factor is copied into a better order first. It emits nothing. Read first:
 * kernel/contraction.ts; next: product.ts.
 */
import { widths } from "../../graph/dtype.js";
import type { DType } from "../../graph/dtype.js";
import { contractionOf } from "../../kernel/contraction.js";
import type { Role } from "../../kernel/contraction.js";
import type { Access, FusedKernel, Output } from "../../kernel/fused.js";
import { operand, rewrite } from "../../kernel/scalar.js";
import type { Expression } from "../../kernel/scalar.js";

/** A dimension, and the bytes that a step along it moves in factor a, factor b and each site. */
export interface Dim {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: readonly number[];
}

/** Where elements are: a buffer, and so many bytes from its beginning. */
interface Origin {
  readonly buffer: number;
  readonly offset: number;
}

/** Where something stands for each element of the result: one that is stored, or an operand. */
export interface Site extends Origin {
  readonly dtype: DType;
}

/** What is stored at a site: of the sum, operand 0, and what is at sites, operand 1 and so on. */
export interface Store {
  readonly site: number;
  readonly expression: Expression;
}

/** c[row, column] = Σ a[row, inner] · b[inner, column], for each of a batch, and what follows. */
export interface Arrangement {
  readonly dtype: "float32" | "float64" | "int32";
  /** The bytes of an element. */
  readonly width: 4 | 8;
  readonly a: Origin;
  readonly b: Origin;
  /** The first has the type of the sum, and holds it as long as it is not complete. */
  readonly sites: readonly Site[];
  readonly stores: readonly Store[];
  readonly batch: readonly Dim[];
  /** These lists are never empty; what lies closest together comes last. */
  readonly rows: readonly Dim[];
  readonly columns: readonly Dim[];
  readonly inner: readonly Dim[];
}

/** The outputs of a kernel that are computed as contractions, and the others. */
interface Arranged {
  readonly products: readonly Arrangement[];
  readonly others: readonly Output[];
}

/** Arranges a kernel, or a part of `whole`, of which the same outputs are contractions. */
export function arrange(kernel: FusedKernel, whole: Arranged | null = null): Arranged {
  const walked = new Set(whole?.others.map(({ buffer }) => buffer));
  const groups = new Map<Expression, Output[][]>();
  const others: Output[] = [];
  for (const output of kernel.outputs) {
    if (walked.has(output.buffer) || contractionOf(kernel, output) === null) {
      others.push(output);
      continue;
    }
    const { expression, strides } = output;
    const own = groups.get(expression) ?? [];
    const isLike = ([first]: readonly Output[]): boolean =>
      strides.every((step, dim) => (step === 0) === (first!.strides[dim] === 0));
    const same = own.find(isLike);
    if (same === undefined) groups.set(expression, [...own, [output]]);
    else same.push(output);
  }
  const products: Arrangement[] = [];
  for (const outputs of Array.from(groups.values()).flatMap((own) => own)) {
    const product = arrangementOf(kernel, outputs);
    const isPlain = outputs.every(({ epilogue }) => epilogue === null);
    if (whole === null && isPlain && isStream(product)) others.push(...outputs);
    else products.push(product);
  }
  return { products, others };
}

/** Whether a matrix by a vector takes as long as reading the matrix: a walk reads it in order. */
function isStream(of: Arrangement): boolean {
  const { rows, columns, inner } = of;
  if (countOf(rows) > 1) return countOf(columns) === 1;
  return isDeep(of) ? countOf(inner) > 256 : countOf(columns) > 64;
}

/** Of what is made of the same sum. */
function arrangementOf(kernel: FusedKernel, outputs: readonly Output[]): Arrangement {
  const { dtype } = outputs[0]!.expression as { dtype: Arrangement["dtype"] };
  const width = dtype === "float64" ? 8 : 4;
  const holder = outputs.findIndex((output) => output.dtype === dtype);
  const results = [outputs[holder]!, ...outputs.filter((_, i) => i !== holder)];
  const accesses: Access[] = [...results];
  const stores = results.map((output, site): Store => {
    const { stored } = contractionOf(kernel, output)!;
    const expression = rewrite(stored, (part) => {
      if (part.kind !== "operand" || part.index === 0) return undefined;
      return operand(accesses.push(kernel.operands[part.index - 2]!), part.dtype);
    });
    return { site, expression };
  });
  const { a, b, roles } = contractionOf(kernel, results[0]!)!;
  const of = (role: Role): Dim[] =>
    kernel.space.flatMap((size, dim) => {
      if (roles[dim] !== role) return [];
      const c = accesses.map(({ strides, dtype: own }) => strides[dim]! * widths[own]);
      return [{ size, a: a.strides[dim]! * width, b: b.strides[dim]! * width, c }];
    });
  const single = { size: 1, a: 0, b: 0, c: accesses.map(() => 0) };
  const some = (dims: Dim[]): Dim[] => (dims.length > 0 ? dims : [single]);
  const plain: Arrangement = {
    dtype,
    width,
    a: { buffer: a.buffer, offset: a.offset * width },
    b: { buffer: b.buffer, offset: b.offset * width },
    sites: accesses.map(({ buffer, offset, dtype: own }) => ({
      buffer,
      offset: offset * widths[own],
      dtype: own,
    })),
    stores,
    batch: of("batch"),
    rows: inOrder(some(of("row")), ({ c }) => Math.abs(c[0]!)),
    columns: inOrder(some(of("column")), ({ c }) => Math.abs(c[0]!)),
    inner: inOrder(of("inner"), (dim) => Math.max(Math.abs(dim.a), Math.abs(dim.b))),
  };
  const turned = transposed(plain);
  return costOf(turned) < costOf(plain) ? turned : plain;
}

/** The transposed result: what was a row is a column. */
function transposed({ a, b, rows, columns, inner, batch, ...rest }: Arrangement): Arrangement {
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
      last.c.every((step, i) => step === dim.c[i]! * dim.size);
    if (isEven) result.pop();
    result.push(isEven ? { ...dim, size: dim.size * last.size } : dim);
  }
  return result;
}

export const countOf = (dims: readonly Dim[]): number =>
  dims.reduce((count, { size }) => count * size, 1);

/** Vectors of columns that are computed at once beside so many rows, so that sums are several. */
export const panelOf = (rows: readonly Dim[]): number =>
  Math.max(2, Math.floor(MOST_VECTORS / countOf(groupOf(rows))));

const MOST_VECTORS = 8;

/** Whether vectors go along the inner dimension, and sums are made of their lanes at the end. */
export function isDeep({ width, rows, columns, inner }: Arrangement): boolean {
  const [only] = inner;
  const isLine = inner.length === 1 && only!.a === width && only!.b === width;
  return isLine && countOf(rows) === 1 && columns.at(-1)!.b !== width;
}

/** Roughly the time that an arrangement takes, where 1 is the least. */
function costOf(of: Arrangement): number {
  const { width, rows, columns, inner } = of;
  const lanes = 16 / width;
  const { size, b, c } = columns.at(-1)!;
  const storing =
    (2 * lanes * (c[0] === width ? 0.5 : 2.5)) / Math.min(countOf(inner), MOST_SUMMED);
  if (isDeep(of)) return 1 + size / (Math.ceil(size / lanes) * lanes) + storing;
  const vectors = Math.ceil(size / lanes);
  const filled = size / (vectors * lanes);
  const sums = countOf(groupOf(rows)) * Math.min(vectors, panelOf(rows));
  const busy = Math.min(1, sums / (vectors === 1 ? 4 : MOST_VECTORS));
  const copying = b === width ? 0.2 : 1.2;
  return 1 / (filled * busy) + (2 * lanes * copying) / countOf(rows) + storing;
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

/** So many bytes, apart, may one row's sums go through before others are gone on with. */
const MOST_BETWEEN = 2 ** 15;

/** How many products are summed in one go. */
function mostSummed(of: Arrangement): number {
  if (isDeep(of)) return 4096;
  if (countOf(of.rows) > 2) return MOST_SUMMED;
  const step = Math.abs(of.inner.at(-1)!.b);
  return Math.max(8, Math.min(MOST_SUMMED, Math.floor(MOST_BETWEEN / Math.max(step, 1))));
}

/** What is summed in one go: the last dimensions, of which the first may be a part of one. */
export function chunksOf(of: Arrangement): {
  readonly outer: readonly Dim[];
  readonly split: Dim;
  readonly chunks: readonly Run[];
  readonly within: readonly Dim[];
} {
  const { inner } = of;
  const all = mostSummed(of);
  let at = inner.length - 1;
  while (at > 0 && countOf(inner.slice(at)) < all) at -= 1;
  const within = inner.slice(at + 1);
  const split = inner[at]!;
  const most = Math.max(1, Math.floor(all / countOf(within)));
  const chunks = partsOf(split.size, most, within.length === 0 ? 4 : 1);
  return { outer: inner.slice(0, at), split, chunks, within };
}
