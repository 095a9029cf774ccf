/**
 * Contractions as code. The result is cut into tiles of several rows and of one or two vectors of
 * columns, whose sums stay in registers while a function of its own goes along the inner
 * dimensions; distances are constants of that function, so factors are read where they lie. Only
 * where that would be slow (columns that do not lie side by side, rows far apart that are read
 * again and again) a few are first copied side by side. Not here: what is a row and what
 * a column (contraction.ts). The scheme is that of K. Goto and R. van de Geijn, "Anatomy of
 * high-performance matrix multiplication" (2008).
 */
import { widths } from "../../graph/dtype.js";
import { Code, scalar, types } from "./assembler.js";
import type { ModuleBuilder, Value } from "./assembler.js";
import {
  chunksOf,
  countOf,
  groupOf,
  isDeep,
  panelOf,
  partsOf,
  runs,
  tilesOf,
} from "./contraction.js";
import type { Arrangement, Dim, Run } from "./contraction.js";
import { Finish } from "./finish.js";
import type { Stand } from "./finish.js";
import { at, f32, f64, i32, loadLane, loadSplat, shuffle, store } from "./vector.js";
import type { Width } from "./vector.js";

/** What contractions of a module share. */
export interface Workshop {
  readonly module: ModuleBuilder;
  /** The number of the buffer that is scratch memory. */
  readonly scratch: number;
  readonly allocate: (bytes: number) => number;
  /** Whether there is one instruction that multiplies and adds. */
  readonly fused: boolean;
}

/** Bytes of copied rows that stay in the second-level cache. */
const MOST_COPIED = 2 ** 19;

/** Bytes of a factor that stays in the first-level cache wherever its elements lie. */
const LITTLE = 2 ** 14;

/** Bytes from one element to the next beyond which a cache line serves but one. */
const FAR = 256;

/** With so few rows, or columns, on the other side a copy is not worth making. */
const FEW = 16;

/**
 * Steps of a long dimension that are written out one after the other, and of several short ones:
 * with more of them V8 runs out of registers.
 */
const UNROLLED = 4;
const MOST_UNROLLED = 6;

/** Columns that vectors go along at once, each with a sum of its own. */
const MOST_DEEP = 8;

/** A dimension, and the bytes that a step along it moves each pointer. */
interface Steps {
  readonly size: number;
  readonly by: readonly number[];
}

/** Goes along dimensions; `body` gets, for a few points at once, how far they are from pointers. */
function along(
  code: Code,
  [dim, ...deeper]: readonly Steps[],
  pointers: readonly number[],
  body: (points: readonly (readonly number[])[]) => void,
): readonly number[] {
  const all = [dim!, ...deeper];
  if (all.reduce((count, { size }) => count * size, 1) <= MOST_UNROLLED) {
    body(pointsOf(all));
    return pointers.map(() => 0);
  }
  const { size, by } = dim!;
  const isLast = deeper.length === 0;
  const turns = isLast ? Math.floor(size / UNROLLED) : size;
  code.repeat(turns, () => {
    let moved: readonly number[] = pointers.map(() => 0);
    if (isLast) body(pointsOf([{ size: UNROLLED, by }]));
    else moved = along(code, deeper, pointers, body);
    const steps = isLast ? UNROLLED : 1;
    pointers.forEach((pointer, i) => code.move(pointer, by[i]! * steps - moved[i]!));
  });
  const done = isLast ? turns * UNROLLED : size;
  if (done < size) body(pointsOf([{ size: size - done, by }]));
  return by.map((step) => step * done);
}

/** All points of a space: for each how far it is from the first, for every pointer. */
function pointsOf(dims: readonly Steps[]): number[][] {
  return dims.reduce<number[][]>(
    (points, { size, by }) =>
      points.flatMap((point) =>
        Array.from({ length: size }, (_, i) => by.map((step, k) => (point[k] ?? 0) + step * i)),
      ),
    [[]],
  );
}

type Moves = readonly (readonly [pointer: number, by: number])[];

/** A loop over pointers, which stand where they stood when it has ended. */
function loop(code: Code, count: number, moves: Moves, body: () => void): void {
  if (count === 1) {
    body();
    return;
  }
  code.repeat(count, () => {
    body();
    for (const [pointer, by] of moves) code.move(pointer, by);
  });
  for (const [pointer, by] of moves) code.move(pointer, -by * count);
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
interface Tile {
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
  /** Whether this is all of the sum. */
  readonly isAll: boolean;
}

/** The parameters of a tile's function: the factors, what is summed already, what is to come. */
const [A, B, BEFORE, AFTER, SITES] = [0, 1, 2, 3, 4] as const;

const local =
  (index: number): Value =>
  (to) =>
    to.get(index);

/** The function that computes a tile: from where it stands in the factors and at each site. */
function tileFunction(tile: Tile, finish: Finish): Code {
  const { dtype, a, c, columns, across, isAll } = tile;
  const code = new Code(
    [...Array<number>(SITES), ...across].map(() => types.i32),
    [],
  );
  const lanes = dtype === "float64" ? 2 : 4;
  const own = arithmetic[dtype];
  const starts = Array.from({ length: Math.ceil(columns / lanes) }, (_, i) => i * lanes);
  const sums = a.map(() => starts.map(() => code.local(types.v128)));
  const each = (visit: (sum: number, standOf: (site: number) => Stand) => void): void =>
    sums.forEach((vectors, row) =>
      vectors.forEach((sum, k) =>
        visit(sum, (site) => ({
          base: local(SITES + site),
          offset: c[row]![site]! + starts[k]! * across[site]!,
          across: across[site]!,
          live: Math.min(lanes, columns - starts[k]!),
        })),
      ),
    );

  each((sum) => assign(code, sum, own.of(0)));
  if (!isAll) {
    code.get(BEFORE);
    code.when(() => each((sum, standOf) => assign(code, sum, finish.load(0, standOf(0)))));
  }
  (tile.isDeep ? addDeep : addWide)(code, tile, sums);
  const emit = (): void => each((sum, standOf) => finish.emit(code, local(sum), standOf));
  if (isAll || finish.isPlain) {
    emit();
    return code;
  }
  code.get(AFTER);
  code.when(() => each((sum, standOf) => finish.hold(code, local(sum), standOf(0))));
  code.get(AFTER);
  code.op(scalar.isZero);
  code.when(emit);
  return code;
}

const arithmetic = { float32: f32, float64: f64, int32: i32 } as const;

function assign(code: Code, index: number, value: Value): void {
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
  const width = widths[dtype] as 4 | 8;
  const lanes = 16 / width;
  const vectors = sums[0]!.map(() => code.local(types.v128));
  const factor = code.local(types.v128);
  along(code, inner, [A, B], (points) => {
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
  });
}

/** Adds products to the sums of one row: vectors of it by vectors of each column. */
function addDeep(code: Code, tile: Tile, [sums]: readonly (readonly number[])[]): void {
  const { dtype, columns, beside, inner } = tile;
  const own = arithmetic[dtype];
  const width = widths[dtype] as 4 | 8;
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
    moved = along(code, [{ size: whole, by: [16, 16] }], [A, B], (points) => {
      for (const [left, right] of points) {
        add(left!, right!, (pointer, offset) => gather(width, pointer, offset, width, lanes));
      }
    });
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
    const total = turned(rows, width).reduce((x, y) => own.add(x, y));
    assign(code, sum, own.add(local(sum), total));
  });
}

/** Elements that are copied side by side: for every inner point a group of them. */
interface Copying {
  readonly width: 4 | 8;
  /** How far the elements of a group are from the first, and the bytes from group to group. */
  readonly places: readonly number[];
  readonly pitch: number;
  /** By how much the inner dimensions move where the elements are read. */
  readonly inner: readonly Steps[];
}

/** The function that copies: from where, to where. */
function copyFunction({ width, places, pitch, inner }: Copying): Code {
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
          const columns = turned(rows, width);
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

/** Rows of vectors as columns. */
function turned(rows: readonly Value[], width: 4 | 8): Value[] {
  if (width === 8)
    return [
      [0, 2],
      [1, 3],
    ].map((lanes) => shuffle(rows[0]!, rows[1]!, 8, lanes));
  return [0, 1, 2, 3].map((i) => {
    const pair = [i % 4, 4 + (i % 4)];
    const low = shuffle(rows[0]!, rows[1]!, 4, [...pair, 0, 0]);
    const high = shuffle(rows[2]!, rows[3]!, 4, [...pair, 0, 0]);
    return shuffle(low, high, 8, [0, 2]);
  });
}

/** Dimensions as they lie when copied, the last innermost, `pitch` bytes for a point. */
function packed(inner: readonly Steps[], pitch: number): Steps[] {
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

/** Pointers that stand in the factors and at the sites, and move with the dimensions. */
interface Pointers {
  readonly a?: number;
  readonly b?: number;
  readonly c?: readonly number[];
}

const movesOf = ({ a, b, c = [] }: Pointers, dim: Dim, steps = 1): Moves => [
  ...(a === undefined ? [] : [[a, dim.a * steps] as const]),
  ...(b === undefined ? [] : [[b, dim.b * steps] as const]),
  ...c.map((site, i) => [site, dim.c[i]! * steps] as const),
];

/** A loop for each dimension, around `body`. */
function nest(code: Code, dims: readonly Dim[], pointers: Pointers, body: () => void): void {
  const [dim, ...deeper] = dims;
  if (dim === undefined) body();
  else loop(code, dim.size, movesOf(pointers, dim), () => nest(code, deeper, pointers, body));
}

/** Loops over the parts of a dimension, one after the other. */
function inRuns(
  code: Code,
  parts: readonly Run[],
  dim: Dim,
  pointers: Pointers,
  body: (run: Run) => void,
): void {
  for (const run of parts) {
    for (const [pointer, by] of movesOf(pointers, dim, run.start)) code.move(pointer, by);
    loop(code, run.count, movesOf(pointers, dim, run.size), () => body(run));
    for (const [pointer, by] of movesOf(pointers, dim, -run.start)) code.move(pointer, by);
  }
}

/** A function that computes a contraction; its parameter is where the table of buffers lies. */
export function emitProduct({ module, scratch, allocate, fused }: Workshop, of: Arrangement): Code {
  const { dtype, width, batch, rows, columns, inner } = of;
  const code = new Code([types.i32], []);
  const finish = new Finish(module, of);
  const pointerTo = (buffer: number, offset: number): number => {
    const pointer = code.local(types.i32);
    code.get(0);
    code.loadI32(4 * buffer);
    code.set(pointer);
    code.move(pointer, offset);
    return pointer;
  };
  const call = (name: string, build: () => Code, ...pointers: number[]): void => {
    for (const pointer of pointers) code.get(pointer);
    code.call(module.shared(name, build));
  };
  const copy = (spec: Copying, from: number, to: number): void =>
    call(`copy ${JSON.stringify(spec)}`, () => copyFunction(spec), from, to);
  const a = pointerTo(of.a.buffer, of.a.offset);
  const b = pointerTo(of.b.buffer, of.b.offset);
  const c = of.sites.map(({ buffer, offset }) => pointerTo(buffer, offset));
  const [before, after] = [code.local(types.i32), code.local(types.i32)];
  const deep = isDeep(of);

  const lanes = 16 / width;
  const most = fused ? 6 : 4;
  const { outer, split, chunks, within } = chunksOf(inner);
  const summed = chunks[0]!.size * countOf(within);
  const group = groupOf(rows);
  const isPlain = group.length === 1;
  const [lastRow, lastColumn, last] = [rows.at(-1)!, columns.at(-1)!, inner.at(-1)!];
  const height = Math.floor(MOST_COPIED / (summed * width) / most) * most;
  const together = countOf(group);
  const blocks = isPlain ? partsOf(together, height, most) : runs(together, together);
  const isLarge = (count: number): boolean => count * countOf(inner) * width > LITTLE;
  const vectors = panelOf(rows);
  const copiesColumns =
    (lastColumn.b !== width && !deep) ||
    (Math.abs(last.b) > FAR && countOf(rows) > FEW && isLarge(countOf(columns)));
  const copiesRows =
    rows.length === 1 && Math.abs(last.a) > FAR && countOf(columns) > FEW && isLarge(countOf(rows));
  const place = (bytes: number): number => pointerTo(scratch, allocate(bytes));
  const left = copiesRows ? place(blocks[0]!.size * summed * width) : a;
  const right = copiesColumns ? place(summed * vectors * 16) : b;
  const turns = countOf(outer) * chunks.reduce((count, run) => count + run.count, 0);

  /** The rows of a block, some at a time: how far each is from where the pointers stand. */
  const inTiles = (
    { size }: Run,
    atOnce: number,
    row: Dim,
    pointers: Pointers,
    visit: (rows: readonly number[][]) => void,
  ): void => {
    const near = isPlain ? [{ ...lastRow, size: Math.min(size, atOnce) }] : group;
    const places = pointsOf(near.map((dim) => ({ size: dim.size, by: [dim.a, ...dim.c] })));
    for (const run of tilesOf(size, atOnce)) {
      if (isPlain) {
        inRuns(code, [run], row, pointers, () => visit(places.slice(0, run.size)));
        continue;
      }
      for (let i = 0; i < run.count; i++) {
        const start = run.start + i * run.size;
        visit(places.slice(start, start + run.size));
      }
    }
  };

  /** All columns of some rows, for some of the sum. */
  const emitBlock = (block: Run, steps: readonly Dim[]): void => {
    const copied = countOf(steps) * width;
    const row = copiesRows ? { ...lastRow, a: copied } : lastRow;
    const inA = steps.map(({ size, a }) => ({ size, by: [a] }));
    const inB = steps.map(({ size, b }) => ({ size, by: [b] }));
    if (copiesRows) {
      // What moves b here moves the copies.
      inTiles(block, most, { ...lastRow, b: copied }, { a, b: left }, (rows) => {
        const places = rows.map(([from]) => from!);
        copy({ width, places, pitch: rows.length * width, inner: inA }, a, left);
      });
    }
    nest(code, columns.slice(0, -1), { b, c }, () => {
      inRuns(
        code,
        runs(lastColumn.size, deep ? MOST_DEEP : vectors * lanes),
        lastColumn,
        { b, c },
        (panel) => {
          const pitch = Math.ceil(panel.size / lanes) * 16;
          const beside = (i: number): number => Math.min(i, panel.size - 1) * lastColumn.b;
          if (copiesColumns) {
            const places = Array.from({ length: pitch / width }, (_, i) => beside(i));
            copy({ width, places, pitch, inner: inB }, b, right);
          }
          nest(code, rows.slice(0, -group.length), { a, c }, () => {
            // A single vector of columns leaves room for twice as many rows.
            const atOnce = panel.size > lanes || copiesRows ? most : 2 * most;
            inTiles(block, atOnce, row, { a: left, c }, (places) => {
              const ownA = copiesRows ? packed(inA, places.length * width) : inA;
              const ownB = copiesColumns ? packed(inB, pitch) : inB;
              const tile: Tile = {
                dtype,
                fused,
                a: places.map(([from], i) => (copiesRows ? i * width : from!)),
                c: places.map(([, ...to]) => to),
                columns: panel.size,
                beside: lastColumn.b,
                across: lastColumn.c,
                isDeep: deep,
                padded: copiesColumns,
                inner: ownA.map(({ size, by }, i) => ({ size, by: [by[0]!, ownB[i]!.by[0]!] })),
                isAll: turns === 1,
              };
              const name = `tile ${JSON.stringify(tile)} ${finish.key}`;
              call(name, () => tileFunction(tile, finish), left, right, before, after, ...c);
            });
          });
        },
      );
    });
  };

  nest(code, batch, { a, b, c }, () => {
    assign(code, before, (to) => to.i32(0));
    assign(code, after, (to) => to.i32(turns - 1));
    nest(code, outer, { a, b }, () => {
      inRuns(code, chunks, split, { a, b }, (chunk) => {
        const steps = [{ ...split, size: chunk.size }, ...within];
        inRuns(code, blocks, lastRow, isPlain ? { a, c } : {}, (run) => emitBlock(run, steps));
        assign(code, before, (to) => to.i32(1));
        code.move(after, -1);
      });
    });
  });
  return code;
}
