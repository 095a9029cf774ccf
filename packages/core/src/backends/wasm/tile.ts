/**
 * The functions of which a product is made: one that computes a tile of the result, several rows by
 * a few vectors of columns whose sums stay in registers while it goes along the inner dimensions,
 * and one that copies elements side by side. Sizes and distances are constants of a function.
 * Not here: which tiles there are (product.ts), what becomes of the sums (finish.ts).
 */
import { widths } from "../../graph/dtype.js";
import { Code, scalar, types } from "./assembler.js";
import type { Value } from "./assembler.js";
import type { Arrangement } from "./contraction.js";
import type { Finish, Stand } from "./finish.js";
import { at, f32, f64, i32, loadLane, loadSplat, shuffle, store } from "./vector.js";
import type { Width } from "./vector.js";

/** The most steps that are written out one after the other. */
const UNROLLED = 4;

/** Vectors that registers hold: V8 keeps one of sixteen for itself. */
const REGISTERS = 15;

/**
 * Steps that are written out where each reads so many vectors for so many sums. V8 reads first what
 * all of them need, and puts aside what does not fit, which takes as long as the products.
 */
function stepsFor(read: number, sums: number): number {
  const fitting = Math.floor((REGISTERS - sums) / read);
  return fitting < 1 ? UNROLLED : Math.min(fitting, UNROLLED);
}

/** A dimension, and the bytes that a step along it moves each pointer. */
export interface Steps {
  readonly size: number;
  readonly by: readonly number[];
}

/** Goes along dimensions; `body` gets, for a few points at once, how far they are from pointers. */
function along(
  code: Code,
  [dim, ...deeper]: readonly Steps[],
  pointers: readonly number[],
  body: (points: readonly (readonly number[])[]) => void,
  unrolled = UNROLLED,
): readonly number[] {
  const all = [dim!, ...deeper];
  if (all.reduce((count, { size }) => count * size, 1) <= unrolled) {
    body(pointsOf(all));
    return pointers.map(() => 0);
  }
  const { size, by } = dim!;
  const isLast = deeper.length === 0;
  const turns = isLast ? Math.floor(size / unrolled) : size;
  code.repeat(turns, () => {
    let moved: readonly number[] = pointers.map(() => 0);
    if (isLast) body(pointsOf([{ size: unrolled, by }]));
    else moved = along(code, deeper, pointers, body, unrolled);
    const steps = isLast ? unrolled : 1;
    pointers.forEach((pointer, i) => code.move(pointer, by[i]! * steps - moved[i]!));
  });
  const done = isLast ? turns * unrolled : size;
  if (done < size) body(pointsOf([{ size: size - done, by }]));
  return by.map((step) => step * done);
}

/** All points of a space: for each how far it is from the first, for every pointer. */
export function pointsOf(dims: readonly Steps[]): number[][] {
  return dims.reduce<number[][]>(
    (points, { size, by }) =>
      points.flatMap((point) =>
        Array.from({ length: size }, (_, i) => by.map((step, k) => (point[k] ?? 0) + step * i)),
      ),
    [[]],
  );
}

/** A vector of which the first `live` lanes are read, `step` bytes apart. */
function gather(width: 4 | 8, pointer: number, offset: number, step: number, live: number): Value {
  const lanes = 16 / width;
  const place = (i: number) => at((code) => code.get(pointer), offset + i * step);
  if (step === width && live >= lanes) return loadSplat(16, place(0));
  let value = loadSplat(width, place(0));
  for (let i = 1; i < Math.min(live, lanes); i++) value = loadLane(width, place(i), value, i);
  return value;
}

/** What a tile is: everything but where it stands, and what is done at its end. */
export interface Tile {
  readonly dtype: Arrangement["dtype"];
  readonly fused: boolean;
  /** How far the rows are from the first, in a and at each site. */
  readonly a: readonly number[];
  readonly c: readonly (readonly number[])[];
  /** How many columns, and how far they are apart, in b and at each site. */
  readonly columns: number;
  readonly beside: number;
  readonly across: readonly number[];
  /** Whether vectors go along the inner dimension. */
  readonly isDeep: boolean;
  /** Whether b can be read beyond the columns. */
  readonly padded: boolean;
  /** By how much the inner dimensions move in a and in b. */
  readonly inner: readonly Steps[];
  /** In how many parts the inner dimensions are gone along. */
  readonly parts: number;
}

/**
 * The parameters of a tile's function: where it stands in the factors and at the first site, and
 * the address of the rest, if there is any: how many parts of the sum are to come, and the other
 * sites. With more parameters, or one that is not used, V8 has too few registers for the loops:
 * large products take a tenth longer.
 */
const [A, B, C, REST] = [0, 1, 2, 3] as const;

export const local =
  (index: number): Value =>
  (to) =>
    to.get(index);

/** The function that computes a tile, where it is a part of a sum told how many are to come. */
export function tileFunction(tile: Tile, finish: Finish): Code {
  const { dtype, a, c, columns, across, parts } = tile;
  const isAlone = parts === 1 && across.length === 1;
  const code = new Code(new Array<typeof types.i32>(isAlone ? REST : REST + 1).fill(types.i32), []);
  code.fused = tile.fused;
  const lanes = dtype === "float64" ? 2 : 4;
  const own = arithmetic[dtype];
  const starts = Array.from({ length: Math.ceil(columns / lanes) }, (_, i) => i * lanes);
  const sums = a.map(() => starts.map(() => code.local(types.v128)));
  const rest =
    (index: number): Value =>
    (to) => {
      to.get(REST);
      to.loadI32(4 * index);
    };
  const each = (visit: (sum: number, standOf: (site: number) => Stand) => void): void =>
    sums.forEach((vectors, row) =>
      vectors.forEach((sum, k) =>
        visit(sum, (site) => ({
          base: site === 0 ? local(C) : rest(site),
          offset: c[row]![site]! + starts[k]! * across[site]!,
          across: across[site]!,
          live: Math.min(lanes, columns - starts[k]!),
        })),
      ),
    );

  each((sum) => assign(code, sum, own.of(0)));
  if (parts > 1) {
    rest(0)(code);
    code.i32(parts - 1);
    code.op(scalar.sub);
    code.when(() => each((sum, standOf) => assign(code, sum, finish.load(0, standOf(0)))));
  }
  (tile.isDeep ? addDeep : addWide)(code, tile, sums);
  const emit = (): void => each((sum, standOf) => finish.emit(code, local(sum), standOf));
  if (parts === 1 || finish.isPlain) {
    emit();
    return code;
  }
  rest(0)(code);
  code.when(() => each((sum, standOf) => finish.hold(code, local(sum), standOf(0))));
  rest(0)(code);
  code.op(scalar.isZero);
  code.when(emit);
  return code;
}

const arithmetic = { float32: f32, float64: f64, int32: i32 } as const;

export function assign(code: Code, index: number, value: Value): void {
  value(code);
  code.set(index);
}

/** Adds a product of vectors to a sum. */
function addTo(code: Code, { dtype, fused }: Tile, sum: number, x: Value, y: Value): void {
  if (fused && dtype !== "int32") assign(code, sum, arithmetic[dtype].fused(x, y, local(sum)));
  else assign(code, sum, arithmetic[dtype].add(local(sum), arithmetic[dtype].mul(x, y)));
}

/** Adds products to sums: at each inner point one of a row by vectors of columns. */
function addWide(code: Code, tile: Tile, sums: readonly (readonly number[])[]): void {
  const { dtype, a, columns, padded, inner } = tile;
  const width = widths[dtype];
  const lanes = 16 / width;
  const vectors = sums[0]!.map(() => code.local(types.v128));
  const factor = code.local(types.v128);
  const unrolled = stepsFor(a.length + vectors.length, a.length * vectors.length);
  const body = (points: readonly (readonly number[])[]): void => {
    for (const [left, right] of points) {
      vectors.forEach((vector, k) => {
        const count = padded ? lanes : Math.min(lanes, columns - k * lanes);
        assign(code, vector, gather(width, B, right! + k * 16, width, count));
      });
      sums.forEach((row, i) => {
        assign(code, factor, loadSplat(width, at(local(A), left! + a[i]!)));
        row.forEach((sum, k) => addTo(code, tile, sum, local(factor), local(vectors[k]!)));
      });
    }
  };
  along(code, inner, [A, B], body, unrolled);
}

/** Adds products to the sums of one row: vectors of it by vectors of each column. */
function addDeep(code: Code, tile: Tile, [sums]: readonly (readonly number[])[]): void {
  const { dtype, columns, beside, inner } = tile;
  const own = arithmetic[dtype];
  const width = widths[dtype];
  const lanes = 16 / width;
  const { size } = inner[0]!;
  const parts = Array.from({ length: columns }, () => code.local(types.v128));
  for (const part of parts) assign(code, part, own.of(0));
  const factor = code.local(types.v128);
  const add = (
    left: number,
    right: number,
    vector: (pointer: number, at: number) => Value,
  ): void => {
    assign(code, factor, vector(A, left));
    parts.forEach((part, i) =>
      addTo(code, tile, part, local(factor), vector(B, right + i * beside)),
    );
  };
  let moved: readonly number[] = [0, 0];
  const whole = Math.floor(size / lanes);
  if (whole > 0) {
    const body = (points: readonly (readonly number[])[]): void => {
      for (const [left, right] of points) {
        add(left!, right!, (pointer, offset) => gather(width, pointer, offset, width, lanes));
      }
    };
    const steps = stepsFor(columns + 1, columns);
    moved = along(code, [{ size: whole, by: [16, 16] }], [A, B], body, steps);
  }
  if (size % lanes > 0) {
    // Lanes beyond the end are zeros in both factors.
    const places = Array.from({ length: size % lanes }, (_, i) => i);
    add(whole * 16 - moved[0]!, whole * 16 - moved[1]!, (pointer, offset) =>
      places.reduce(
        (value, i) => loadLane(width, at(local(pointer), offset + i * width), value, i),
        own.of(0),
      ),
    );
  }
  sums!.forEach((sum, k) => {
    const group = Array.from({ length: lanes }, (_, i) => parts[k * lanes + i]);
    const rows = group.map((part) => (part === undefined ? own.of(0) : local(part)));
    assign(code, sum, own.add(local(sum), totals(code, rows, tile)));
  });
}

/** Elements that are copied side by side: for every inner point a group of them. */
export interface Copying {
  readonly width: 4 | 8;
  /** How far the elements of a group are from the first, and the bytes from group to group. */
  readonly places: readonly number[];
  readonly pitch: number;
  /** By how much the inner dimensions move where the elements are read. */
  readonly inner: readonly Steps[];
}

/** The function that copies: from where, to where. */
export function copyFunction({ width, places, pitch, inner }: Copying): Code {
  const code = new Code([types.i32, types.i32], []);
  const lanes = 16 / width;
  const put = (value: Value, offset: number, bytes: Width): void =>
    store(
      code,
      bytes,
      at((to) => to.get(1), offset),
      value,
    );
  const isEven = (numbers: readonly number[]): boolean =>
    numbers.length === lanes && numbers.every((number, i) => number === numbers[0]! + i * width);
  const targets = packed(inner, pitch);
  const steps = inner.map(({ size, by }, i) => ({ size, by: [by[0]!, targets[i]!.by[0]!] }));
  along(code, steps, [0, 1], (all) => {
    for (let point = 0; point < all.length; point += lanes) {
      const points = all.slice(point, point + lanes);
      const isLine = isEven(points.map(([from]) => from!));
      for (let first = 0; first < places.length; first += lanes) {
        const group = places.slice(first, first + lanes);
        if (isLine && !isEven(group) && group.length === lanes) {
          const rows = group.map((one) =>
            code.keep(gather(width, 0, points[0]![0]! + one, width, lanes)),
          );
          const columns = turned(code, rows, width);
          columns.forEach((value, i) => put(value, points[i]![1]! + first * width, 16));
          continue;
        }
        for (const [from, to] of points) {
          const target = to! + first * width;
          if (isEven(group)) put(gather(width, 0, from! + group[0]!, width, lanes), target, 16);
          else {
            group.forEach((one, i) =>
              put(gather(width, 0, from! + one, 0, 1), target + i * width, width),
            );
          }
        }
      }
    }
  });
  return code;
}

/** The first halves of columns, and the second ones, of two rows; then whole columns of halves. */
const interleaved = (code: Code, a: Value, b: Value): Value[] =>
  halfColumns.map((lanes) => code.keep(shuffle(a, b, 4, lanes)));
const halfColumns = [
  [0, 4, 1, 5],
  [2, 6, 3, 7],
];
const joined = (a: Value, b: Value): Value[] =>
  [
    [0, 2],
    [1, 3],
  ].map((lanes) => shuffle(a, b, 8, lanes));

/** Rows of vectors as columns. */
function turned(code: Code, rows: readonly Value[], width: 4 | 8): Value[] {
  const [a, b, c, d] = rows as [Value, Value, Value, Value];
  if (width === 8) return joined(a, b);
  const [left, right] = [interleaved(code, a, b), interleaved(code, c, d)];
  return [0, 1].flatMap((i) => joined(left[i]!, right[i]!));
}

/** The sum of the lanes of each row, as a vector. */
function totals(code: Code, rows: readonly Value[], { dtype }: Tile): Value {
  const { add } = arithmetic[dtype];
  const [a, b, c, d] = rows as [Value, Value, Value, Value];
  const half = (x: Value, y: Value): Value => {
    const [low, high] = interleaved(code, x, y);
    return code.keep(add(low!, high!));
  };
  const [low, high] = dtype === "float64" ? joined(a, b) : joined(half(a, b), half(c, d));
  return add(low!, high!);
}

/** Dimensions as they lie when copied, the last innermost, `pitch` bytes for a point. */
export function packed(inner: readonly Steps[], pitch: number): Steps[] {
  let step = pitch;
  return inner
    .map((_, i) => inner[inner.length - 1 - i]!)
    .map(({ size }) => {
      const by = [step];
      step *= size;
      return { size, by };
    })
    .reverse();
}
