/**
 * The back end that runs kernels as WebAssembly. What runs for the first time, and is small, the
 * interpreter runs: most of what is computed is computed once. Small buffers are copied in and out
 * at each run, large ones stay (memory.ts). Not here: how code is made (compile.ts).
 */
import { Buffer } from "../../graph/buffer.js";
import { allocate } from "../../graph/dtype.js";
import type { FusedKernel } from "../../kernel/fused.js";
import type { Backend, Result, Routine } from "../backend.js";
import { interpreter } from "../interpreter.js";
import { compile } from "./compile.js";
import { Memory, sizes } from "./memory.js";

/** Buffers up to this many bytes live in ordinary arrays. */
const SMALL = 4096;

/** Buffers from this many bytes on are never copied for one run only. */
const LARGE = 2 ** 24;

/** Evaluations from which on code is made at once. */
const MANY = 100_000;

const align = (bytes: number): number => (bytes + 15) & ~15;

export interface WasmOptions {
  /** Bytes of memory that large buffers may take. */
  readonly budget?: number;
  /** Whether to make code at the first run already. */
  readonly atOnce?: boolean;
}

export function wasm({ budget = 2 ** 29, atOnce = false }: WasmOptions = {}): Backend {
  const memory = new Memory(budget);
  return {
    name: "wasm",
    run: (launch) => interpreter.run(launch),
    prepare(kernels, results, isWarm) {
      const plain = interpreter.prepare(kernels, results, isWarm);
      let runs = atOnce || isWarm || work(kernels) > MANY ? 1 : 0;
      let routine: Routine | null = null;
      return {
        run(buffers, offsets) {
          if (runs++ === 0) plain.run(buffers, offsets);
          else (routine ??= routineOf(memory, kernels, results)).run(buffers, offsets);
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
  const { own } = buffer;
  if (own === null || own.byteLength > LARGE) return false;
  return own.byteLength <= SMALL || (buffer.resident === null && buffer.reads++ === 0);
}

/** Where a result goes: a place in the arena, or memory of its own. */
interface Target extends Result {
  readonly buffer: number;
  readonly place: number;
}

function routineOf(
  memory: Memory,
  kernels: readonly FusedKernel[],
  results: readonly (Result | null)[],
): Routine {
  const code = compile(kernels, results.length, memory.memory);
  const dtypes = new Map(
    kernels.flatMap(({ operands }) => operands.map(({ buffer, dtype }) => [buffer, dtype])),
  );
  const reads = [...dtypes].filter(([buffer]) => results[buffer] === null);
  // The arena: the table, results and what is only on the way, scratch, then small inputs.
  let room = align((results.length + 1) * 4);
  const targets: Target[] = [];
  results.forEach((result, buffer) => {
    if (result === null) return;
    const bytes = result.length * sizes[result.dtype];
    const stays = result.kept && bytes > SMALL;
    targets.push({ ...result, buffer, place: stays ? -1 : room });
    if (!stays) room += align(bytes);
  });
  const scratch = room;
  const staging = align(room + code.scratchBytes);

  const addresses = new Array<number>(reads.length);

  function run(buffers: (Buffer | null)[], offsets: readonly number[]): void {
    memory.beginRun();
    // Everything that may move the memory comes first.
    for (let i = 0; i < targets.length; i++) {
      const { buffer, place, dtype, length } = targets[i]!;
      if (place < 0) buffers[buffer] = memory.create(dtype, length, buffers[buffer] ?? null);
    }
    let staged = 0;
    for (let i = 0; i < reads.length; i++) {
      const [number, dtype] = reads[i]!;
      const buffer = buffers[number]!;
      if (isPassing(buffer)) {
        addresses[i] = -1;
        staged += align(buffer.own!.byteLength);
      } else addresses[i] = memory.addressOf(buffer, dtype);
    }
    const base = memory.arena(staging + staged);
    const { views } = memory;
    const table = views.int32;
    let free = base + staging;
    for (let i = 0; i < reads.length; i++) {
      const [number, dtype] = reads[i]!;
      let address = addresses[i]!;
      if (address < 0) {
        const own = buffers[number]!.own!;
        address = free;
        const at = address / sizes[dtype];
        if (own.length === 1) views[dtype][at] = own[0]!;
        else views[dtype].set(own, at);
        free += align(own.byteLength);
      }
      table[(base >> 2) + number] = address + (offsets[number] ?? 0) * sizes[dtype];
    }
    for (let i = 0; i < targets.length; i++) {
      const { buffer, place, dtype } = targets[i]!;
      table[(base >> 2) + buffer] =
        place < 0 ? memory.addressOf(buffers[buffer]!, dtype) : base + place;
    }
    table[(base >> 2) + results.length] = base + scratch;
    code.run(base);
    for (let i = 0; i < targets.length; i++) {
      const { buffer, place, dtype, length, kept } = targets[i]!;
      if (place < 0 || !kept) continue;
      const at = (base + place) / sizes[dtype];
      const array = allocate(dtype, length);
      if (length === 1) array[0] = views[dtype][at]!;
      else array.set(views[dtype].subarray(at, at + length));
      buffers[buffer] = new Buffer(array);
    }
  }

  return { run };
}
