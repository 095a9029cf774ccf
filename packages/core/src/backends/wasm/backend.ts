/**
 * The back end that runs kernels as WebAssembly. What runs for the first time, and is small, the
 * interpreter runs: most of what is computed is computed once. Small buffers are copied in and out
 * at each run, large ones stay (memory.ts). Not here: how code is made (compile.ts).
 */
import { Buffer } from "../../graph/buffer.js";
import { allocate, widths } from "../../graph/dtype.js";
import type { DType } from "../../graph/dtype.js";
import type { FusedKernel } from "../../kernel/fused.js";
import { OutOfMemory } from "../backend.js";
import type { Backend, Result, Routine } from "../backend.js";
import { interpreter } from "../interpreter.js";
import { align, lodge } from "./arena.js";
import { BoundKernels } from "./bound.js";
import type { Settings } from "./bound.js";
import { compile } from "./compile.js";
import type { Compiled } from "./compile.js";
import { Memory } from "./memory.js";
import { Team } from "./team.js";
import { sharingPlace } from "./workers.js";

/** Buffers up to this many bytes live in ordinary arrays. */
const SMALL = 4096;

/** Buffers from this many bytes on are never copied for one run only. */
const LARGE = 2 ** 24;

/** Evaluations from which on code is made at once. */
const MANY = 100_000;

export interface WasmOptions {
  /** Bytes of memory that large buffers may take. */
  readonly budget?: number;
  /** Pages of 64 KB that the memory may have at most. */
  readonly pages?: number;
  /** Whether to make code at the first run already. */
  readonly atOnce?: boolean;
  /** Whether sums of products may multiply and add in one instruction, where there is one. */
  readonly fused?: boolean;
  /** Whether other threads may compute parts of large kernels, where there are any. */
  readonly shared?: boolean;
}

export function wasm(options: WasmOptions = {}): Backend {
  const { budget = 2 ** 29, pages, atOnce = false, fused = true, shared = false } = options;
  const memory = new Memory(budget, pages, shared && sharingPlace() !== null);
  const team = Team.of(memory.memory);
  // Whether there is such an instruction is asked when the first code is made.
  const settings = { memory, team, ...(fused ? {} : { fused }) };
  return {
    name: "wasm",
    run: (launch) => interpreter.run(launch),
    bind: (kernels, results, carried) => new BoundKernels(settings, kernels, results, carried),
    prepare(kernels, results, isWarm) {
      const plain = interpreter.prepare(kernels, results, isWarm);
      let runs = atOnce || isWarm || work(kernels) > MANY ? 1 : 0;
      let routine: CompiledRoutine | null = null;
      let shares = 1;
      return {
        run(buffers, offsets) {
          if (runs++ === 0) return plain.run(buffers, offsets);
          try {
            const parts = team?.parts ?? 1;
            // One thread alone can run what was made for several.
            if (parts !== 1 && parts !== shares) routine = null;
            if (routine === null) {
              routine = new CompiledRoutine(settings, kernels, results);
              shares = parts;
            }
            routine.run(buffers, offsets);
          } catch (error) {
            // What is too much for this memory may still fit into arrays.
            if (!(error instanceof OutOfMemory)) throw error;
            plain.run(buffers, offsets);
          }
        },
        get text() {
          return routine?.code.text ?? null;
        },
      };
    },
  };
}

const work = (kernels: readonly FusedKernel[]): number =>
  kernels.reduce(
    (sum, { space, outputs }) => sum + outputs.length * space.reduce((a, b) => a * b, 1),
    0,
  );

/**
 * Whether a buffer is copied in for one run only: it is small, or has never been read before and
 * may well never be again, as the batches of a large set of data.
 */
function isPassing(buffer: Buffer): boolean {
  const bytes = buffer.ownBytes;
  if (bytes === null || bytes > LARGE) return false;
  return bytes <= SMALL || (buffer.resident === null && buffer.reads <= 1);
}

/** Where a result goes: a place in the arena, or memory of its own. */
interface Target extends Result {
  readonly buffer: number;
  readonly place: number;
}

/** What is read: where a small one is copied to, how many bytes fit there, and what is there. */
interface Read {
  readonly buffer: number;
  readonly dtype: DType;
  place: number;
  room: number;
  holds: Buffer | null;
}

/** One module and what it reads and writes. */
class CompiledRoutine implements Routine {
  private readonly memory: Memory;
  readonly code: Compiled;
  private readonly targets: Target[] = [];
  private readonly reads: Read[];
  /** The arena: the table, results and what is only on the way, scratch, then small inputs. */
  private readonly scratch: number;
  private readonly tableLength: number;
  private end: number;
  private base = -1;

  constructor(
    { memory, ...options }: Settings,
    kernels: readonly FusedKernel[],
    results: readonly (Result | null)[],
  ) {
    this.memory = memory;
    this.code = compile(kernels, results.length, memory.memory, options);
    this.tableLength = results.length;
    const made = results.flatMap((result, buffer) => {
      if (result === null) return [];
      return [{ ...result, buffer, bytes: result.length * widths[result.dtype] }];
    });
    const passing = made.filter(({ kept, bytes }) => !kept || bytes <= SMALL);
    const { places, end } = lodge(kernels, passing, align((results.length + 1) * 4));
    for (const one of made) this.targets.push({ ...one, place: places.get(one.buffer) ?? -1 });
    this.scratch = end;
    this.end = align(end + this.code.scratchBytes);
    const dtypes = new Map(
      kernels.flatMap(({ operands }) => operands.map(({ buffer, dtype }) => [buffer, dtype])),
    );
    this.reads = [...dtypes].flatMap(([buffer, dtype]) =>
      results[buffer] === null ? [{ buffer, dtype, place: 0, room: 0, holds: null }] : [],
    );
  }

  run(buffers: (Buffer | null)[], offsets: readonly number[]): void {
    const { memory, targets, reads } = this;
    memory.beginRun();
    // Everything that may move the memory comes first.
    for (let i = 0; i < targets.length; i++) {
      const { buffer, place, dtype, length } = targets[i]!;
      if (place < 0) buffers[buffer] = memory.create(dtype, length, buffers[buffer] ?? null);
    }
    let passing = 0;
    for (let i = 0; i < reads.length; i++) passing += this.bringIn(reads[i]!, buffers);
    const base = memory.arena(this.end + passing);
    if (base !== this.base || memory.arenaUser !== this) this.moveTo(base);
    const table = memory.views.int32;
    let free = base + this.end;
    for (let i = 0; i < reads.length; i++) {
      const read = reads[i]!;
      const { buffer, dtype, room } = read;
      let address = read.place;
      if (room > 0) address = this.copyIn(read, buffers[buffer]!, base + read.place);
      else if (address < 0) {
        address = this.copyIn(read, buffers[buffer]!, free);
        free += align(buffers[buffer]!.ownBytes!);
      }
      table[(base >> 2) + buffer] = address + (offsets[buffer] ?? 0) * widths[dtype];
    }
    for (let i = 0; i < targets.length; i++) {
      const { buffer, place, dtype } = targets[i]!;
      if (place < 0) table[(base >> 2) + buffer] = memory.addressOf(buffers[buffer]!, dtype);
    }
    this.code.run(base);
    for (let i = 0; i < targets.length; i++) this.takeOut(targets[i]!, buffers);
  }

  /** Decides where a buffer is read; the bytes it needs behind the places of the arena. */
  private bringIn(read: Read, buffers: readonly (Buffer | null)[]): number {
    const buffer = buffers[read.buffer]!;
    if (buffer === read.holds) return 0;
    read.holds = null;
    if (!isPassing(buffer)) {
      read.room = 0;
      read.place = this.memory.addressOf(buffer, read.dtype);
      return 0;
    }
    const bytes = align(buffer.ownBytes!);
    if (bytes > SMALL) {
      read.room = 0;
      read.place = -1;
      return bytes;
    }
    if (read.room < bytes) {
      read.place = this.end;
      read.room = bytes;
      this.end += bytes;
    }
    return 0;
  }

  /** Copies a buffer to a place, unless it is there from the last run. */
  private copyIn(read: Read, buffer: Buffer, address: number): number {
    if (read.holds === buffer) return address;
    const { dtype, room } = read;
    const view = this.memory.views[dtype];
    if (buffer.single !== null) view[address / widths[dtype]] = buffer.single;
    else view.set(buffer.array, address / widths[dtype]);
    if (room > 0) read.holds = buffer;
    return address;
  }

  /** The arena is elsewhere, or others have used it. */
  private moveTo(base: number): void {
    this.base = base;
    this.memory.arenaUser = this;
    const table = this.memory.views.int32;
    for (const read of this.reads) read.holds = null;
    for (const { buffer, place } of this.targets) table[(base >> 2) + buffer] = base + place;
    table[(base >> 2) + this.tableLength] = base + this.scratch;
  }

  /** Small results are copied out, into arrays of their own. */
  private takeOut(target: Target, buffers: (Buffer | null)[]): void {
    const { buffer, place, dtype, length, kept } = target;
    if (place < 0 || !kept) return;
    const view = this.memory.views[dtype];
    const at = (this.base + place) / widths[dtype];
    if (length === 1) buffers[buffer] = Buffer.ofSingle(view[at]!, dtype);
    else {
      const array = allocate(dtype, length);
      array.set(view.subarray(at, at + length));
      buffers[buffer] = new Buffer(array);
    }
  }
}
