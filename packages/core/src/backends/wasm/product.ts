/**
 * Contractions as code. The result is cut into tiles of several rows and of one or two vectors of
 * columns, whose sums stay in registers while a function of its own goes along the inner
 * dimensions; distances are constants of that function, so factors are read where they lie. Only
 * where that would be slow (columns that do not lie side by side, rows far apart that are read
 * again and again) a few are first copied side by side. Not here: what is a row and what
 * a column (contraction.ts). The scheme is that of K. Goto and R. van de Geijn, "Anatomy of
 * high-performance matrix multiplication" (2008).
 */
import { Code, types } from "./assembler.js";
import type { ModuleBuilder, Value } from "./assembler.js";
import { chunksOf, countOf, groupOf, partsOf, runs, tilesOf } from "./contraction.js";
import type { Contraction, Dim, Run } from "./contraction.js";
import { at, f32, f64, loadLane, loadSplat, shuffle, store } from "./vector.js";
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

/** What a tile is: everything but where it stands. */
interface Tile {
  readonly width: 4 | 8;
  readonly fused: boolean;
  /** How far the rows are from the first, in a and in c. */
  readonly a: readonly number[];
  readonly c: readonly number[];
  /** How many columns, and how far they are apart, in c; in b they lie side by side. */
  readonly columns: number;
  readonly across: number;
  /** Whether b can be read beyond the columns. */
  readonly padded: boolean;
  /** By how much the inner dimensions move in a and in b. */
  readonly inner: readonly Steps[];
}

/** The function that computes a tile: from where it stands in a, b and c, and whether c counts. */
function tileFunction(tile: Tile): Code {
  const { width, fused, a, c, columns, across, padded, inner } = tile;
  const code = new Code([types.i32, types.i32, types.i32, types.i32], []);
  const floats = width === 8 ? f64 : f32;
  const lanes = 16 / width;
  const starts = Array.from({ length: Math.ceil(columns / lanes) }, (_, i) => i * lanes);
  const sums = a.map(() => starts.map(() => code.local(types.v128)));
  const vectors = starts.map(() => code.local(types.v128));
  const factor = code.local(types.v128);
  const local =
    (index: number): Value =>
    (to) =>
      to.get(index);
  const set = (index: number, value: Value): void => {
    value(code);
    code.set(index);
  };
  const live = (start: number): number => Math.min(lanes, columns - start);
  const each = (visit: (sum: number, offset: number, start: number) => void): void =>
    sums.forEach((row, i) =>
      row.forEach((sum, k) => visit(sum, c[i]! + starts[k]! * across, starts[k]!)),
    );

  each((sum) => set(sum, floats.of(0)));
  code.get(3);
  code.when(() =>
    each((sum, offset, start) => set(sum, gather(width, 2, offset, across, live(start)))),
  );
  along(code, inner, [0, 1], (points) => {
    for (const [left, right] of points) {
      starts.forEach((start, k) => {
        const count = padded ? lanes : live(start);
        set(vectors[k]!, gather(width, 1, right! + start * width, width, count));
      });
      sums.forEach((row, i) => {
        set(factor, loadSplat(width, at(local(0), left! + a[i]!)));
        row.forEach((sum, k) => {
          const [x, y] = [local(factor), local(vectors[k]!)];
          set(
            sum,
            fused ? floats.fused(x, y, local(sum)) : floats.add(local(sum), floats.mul(x, y)),
          );
        });
      });
    }
  });
  each((sum, offset, start) => {
    if (across === width && live(start) === lanes)
      store(code, 16, at(local(2), offset), local(sum));
    else {
      for (let i = 0; i < live(start); i++) {
        store(code, width, at(local(2), offset + i * across), local(sum), i);
      }
    }
  });
  return code;
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

/** Pointers that stand in the factors and in the result, and move with the dimensions. */
type Pointers = Partial<Readonly<Record<"a" | "b" | "c", number>>>;

const movesOf = (pointers: Pointers, dim: Dim, steps = 1): Moves =>
  Object.entries(pointers).map(([name, pointer]) => [pointer, dim[name as "a"] * steps]);

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
export function emitProduct({ module, scratch, allocate, fused }: Workshop, of: Contraction): Code {
  const { width, batch, rows, columns, inner } = of;
  const code = new Code([types.i32], []);
  const pointerTo = (buffer: number, offset: number): number => {
    const pointer = code.local(types.i32);
    code.get(0);
    code.loadI32(4 * buffer);
    code.set(pointer);
    code.move(pointer, offset);
    return pointer;
  };
  const call = (build: (spec: never) => Code, spec: object, ...pointers: number[]): void => {
    for (const pointer of pointers) code.get(pointer);
    code.call(module.shared(`${build.name} ${JSON.stringify(spec)}`, () => build(spec as never)));
  };
  const a = pointerTo(of.a.buffer, of.a.offset);
  const b = pointerTo(of.b.buffer, of.b.offset);
  const c = pointerTo(of.c.buffer, of.c.offset);
  const again = code.local(types.i32);
  const setAgain = (value: number): void => {
    code.i32(value);
    code.set(again);
  };

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
  const copiesColumns =
    lastColumn.b !== width ||
    (Math.abs(last.b) > FAR && countOf(rows) > FEW && isLarge(countOf(columns)));
  const copiesRows =
    rows.length === 1 && Math.abs(last.a) > FAR && countOf(columns) > FEW && isLarge(countOf(rows));
  const place = (bytes: number): number => pointerTo(scratch, allocate(bytes));
  const left = copiesRows ? place(blocks[0]!.size * summed * width) : a;
  const right = copiesColumns ? place(summed * 32) : b;

  /** The rows of a block, some at a time: how far each is from where the pointers stand. */
  const inTiles = (
    { size }: Run,
    atOnce: number,
    row: Dim,
    pointers: Pointers,
    visit: (rows: readonly number[][]) => void,
  ): void => {
    const near = isPlain ? [{ ...lastRow, size: Math.min(size, atOnce) }] : group;
    const places = pointsOf(near.map((dim) => ({ size: dim.size, by: [dim.a, dim.c] })));
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
        call(copyFunction, { width, places, pitch: rows.length * width, inner: inA }, a, left);
      });
    }
    nest(code, columns.slice(0, -1), { b, c }, () => {
      inRuns(code, runs(lastColumn.size, 2 * lanes), lastColumn, { b, c }, (panel) => {
        const pitch = Math.ceil(panel.size / lanes) * 16;
        const beside = (i: number): number => Math.min(i, panel.size - 1) * lastColumn.b;
        if (copiesColumns) {
          const places = Array.from({ length: pitch / width }, (_, i) => beside(i));
          call(copyFunction, { width, places, pitch, inner: inB }, b, right);
        }
        nest(code, rows.slice(0, -group.length), { a, c }, () => {
          // A single vector of columns leaves room for twice as many rows.
          const atOnce = panel.size > lanes || copiesRows ? most : 2 * most;
          inTiles(block, atOnce, row, { a: left, c }, (places) => {
            const ownA = copiesRows ? packed(inA, places.length * width) : inA;
            const ownB = copiesColumns ? packed(inB, pitch) : inB;
            const tile: Tile = {
              width,
              fused,
              a: places.map(([from], i) => (copiesRows ? i * width : from!)),
              c: places.map(([, to]) => to!),
              columns: panel.size,
              across: lastColumn.c,
              padded: copiesColumns,
              inner: ownA.map(({ size, by }, i) => ({ size, by: [by[0]!, ownB[i]!.by[0]!] })),
            };
            call(tileFunction, tile, left, right, c, again);
          });
        });
      });
    });
  };

  nest(code, batch, { a, b, c }, () => {
    setAgain(0);
    nest(code, outer, { a, b }, () => {
      inRuns(code, chunks, split, { a, b }, (chunk) => {
        const steps = [{ ...split, size: chunk.size }, ...within];
        inRuns(code, blocks, lastRow, isPlain ? { a, c } : {}, (run) => emitBlock(run, steps));
        setAgain(1);
      });
    });
  });
  return code;
}
