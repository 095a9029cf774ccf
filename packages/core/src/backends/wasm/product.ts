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
import type { ModuleBuilder } from "./assembler.js";
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
import { assign, copyFunction, local, packed, pointsOf, tileFunction } from "./tile.js";
import type { Copying, Tile } from "./tile.js";

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

/** Columns that vectors go along at once, each with a sum of its own. */
const MOST_DEEP = 4;

/**
 * Rows of a tile that is two vectors wide, and of one that is one vector wide: more sums, with the
 * factors of a step, would not fit into registers.
 */
const [ROWS, MORE_ROWS] = [4, 6];

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
  const remaining = code.local(types.i32);
  const deep = isDeep(of);

  const lanes = 16 / width;
  const { outer, split, chunks, within } = chunksOf(of);
  const parts = countOf(outer) * chunks.reduce((count, run) => count + run.count, 0);
  const summed = chunks[0]!.size * countOf(within);
  const group = groupOf(rows);
  const isPlain = group.length === 1;
  const [lastRow, lastColumn, last] = [rows.at(-1)!, columns.at(-1)!, inner.at(-1)!];
  const height = Math.floor(MOST_COPIED / (summed * width) / ROWS) * ROWS;
  const together = countOf(group);
  const blocks = isPlain ? partsOf(together, height, ROWS) : runs(together, together);
  const isLarge = (count: number): boolean => count * countOf(inner) * width > LITTLE;
  const vectors = panelOf(rows);
  const copiesColumns =
    (lastColumn.b !== width && !deep) ||
    (Math.abs(last.b) > FAR && countOf(rows) > FEW && isLarge(countOf(columns)));
  const copiesRows =
    rows.length === 1 && Math.abs(last.a) > FAR && countOf(columns) > FEW && isLarge(countOf(rows));
  const place = (bytes: number): number => pointerTo(scratch, allocate(bytes));
  const left = copiesRows ? place(blocks[0]!.size * summed * width) : a;
  // What the function of a plain product does not ask for is not put there.
  const others = parts > 1 || c.length > 1 ? [remaining, ...c.slice(1)] : [];
  const rest = place(4 * others.length);
  const right = copiesColumns ? place(summed * vectors * 16) : b;

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
      inTiles(block, ROWS, { ...lastRow, b: copied }, { a, b: left }, (rows) => {
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
            const atOnce = panel.size > lanes || copiesRows ? ROWS : MORE_ROWS;
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
                parts,
              };
              const told = others.length > 0 ? [rest] : [];
              const name = `tile ${JSON.stringify(tile)} ${finish.key}`;
              others.forEach((site, i) => code.storeI32(4 * i, local(rest), local(site)));
              call(name, () => tileFunction(tile, finish), left, right, c[0]!, ...told);
            });
          });
        },
      );
    });
  };

  nest(code, batch, { a, b, c }, () => {
    assign(code, remaining, (to) => to.i32(parts - 1));
    nest(code, outer, { a, b }, () => {
      inRuns(code, chunks, split, { a, b }, (chunk) => {
        const steps = [{ ...split, size: chunk.size }, ...within];
        inRuns(code, blocks, lastRow, isPlain ? { a, c } : {}, (run) => emitBlock(run, steps));
        code.move(remaining, -1);
      });
    });
  });
  return code;
}
