/**
 * Kernels with places of their own, for a step that is replayed: what is small stays where it was
 * put, what a step writes over is written over in place, and a run is one call. Not here: what runs
 * now and then (backend.ts), and what the numbers of buffers mean (schedule/replay.ts).
 */
import { Buffer } from "../../graph/buffer.js";
import { widths } from "../../graph/dtype.js";
import type { DType, TypedArray } from "../../graph/dtype.js";
import type { Access, FusedKernel } from "../../kernel/fused.js";
import type { Bound, Carried, Result } from "../backend.js";
import { align, lodge } from "./arena.js";
import type { Lodger } from "./arena.js";
import { compile } from "./compile.js";
import type { Compiled, CompileOptions } from "./compile.js";
import type { Memory } from "./memory.js";
import { planWalks } from "./order.js";

/** Buffers up to this many bytes have a place beside the table. */
const SMALL = 4096;

/** Buffers from this many bytes on are not copied for one run only. */
const LARGE = 2 ** 24;

/** What code is made by, and the memory it works in. */
export interface Settings extends CompileOptions {
  readonly memory: Memory;
}

/** Where a buffer is read or written. */
interface Place {
  readonly number: number;
  readonly dtype: DType;
  readonly width: number;
  /** How many elements there are, where that is known. */
  readonly length: number;
  /** The memory, as elements of that type. */
  view: TypedArray;
  /** The address of its own, and how many bytes fit there; -1 where there is none. */
  own: number;
  /** The same, counted in elements. */
  at: number;
  room: number;
  /** What was put there, or is there. */
  buffer: Buffer | null;
  offset: number;
  /** Whether others have the buffer, so that it must not be written over. */
  isGiven: boolean;
}

export class BoundKernels implements Bound {
  private readonly memory: Memory;
  private readonly code: Compiled;
  private readonly base: number;
  private readonly places: (Place | null)[];
  /** The lengths of what is carried and of results. */
  private readonly lengths: readonly (number | undefined)[];
  /** What lies in memory that others share: looked up, and kept there, at each run. */
  private readonly large: Place[] = [];
  private readonly created: Place[] = [];
  private readonly passing: { readonly number: number; readonly at: number }[] = [];
  private readonly swaps: (readonly [Place, Place])[] = [];
  private views: Memory["views"];
  private readonly arenaBytes: number;
  private arenaBase = -1;

  constructor(
    { memory, ...options }: Settings,
    kernels: readonly FusedKernel[],
    results: readonly (Result | null)[],
    carried: readonly Carried[],
  ) {
    this.memory = memory;
    this.views = memory.views;
    const merged = new Map<number, number>();
    const own = carried.reduce((list, one) => mergeInto(list, one, merged), kernels);
    // What cannot be written over is copied at the end, or changes places if it is large.
    const isCopied = ({ dtype, length, isAlone }: Carried): boolean =>
      !isAlone || length * widths[dtype] <= SMALL;
    const moved = carried.filter(({ from }) => !merged.has(from));
    const copies = moved.filter(isCopied).map(copyOf);
    this.code = compile([...own, ...copies], results.length, memory.memory, options);
    this.lengths = results.map(
      (result, number) => result?.length ?? carried.find(({ to }) => to === number)?.length,
    );
    let end = align((results.length + 1) * 4);
    const starts = new Map<number, number>();
    const passing: Lodger[] = [];
    const dtypes = dtypesOf(own, results);
    this.places = results.map((result, number): Place | null => {
      const dtype = dtypes[number];
      if (dtype === undefined || merged.has(number)) return null;
      const place: Place = {
        number,
        dtype,
        width: widths[dtype],
        length: this.lengths[number] ?? -1,
        view: memory.views[dtype],
        own: -1,
        at: -1,
        room: 0,
        buffer: null,
        offset: 0,
        isGiven: false,
      };
      const length = this.lengths[number];
      const bytes = length === undefined ? 0 : length * widths[dtype];
      if (result !== null && !result.kept && bytes > SMALL) {
        passing.push({ buffer: number, bytes, kept: false });
      } else if (bytes > SMALL) (result === null ? this.large : this.created).push(place);
      else if (length !== undefined) {
        starts.set(number, end);
        place.room = align(bytes);
        end += place.room;
      }
      return place;
    });
    const { places, end: arenaBytes } = lodge(own, passing, 0);
    this.arenaBytes = arenaBytes;
    for (const [number, at] of places) this.passing.push({ number, at });
    for (const one of moved) {
      if (!isCopied(one)) this.swaps.push([this.places[one.from]!, this.places[one.to]!]);
    }
    this.base = memory.claim(align(end + this.code.scratchBytes), this);
    for (const [number, start] of starts) {
      this.settleAt(this.places[number]!, this.base + start);
    }
    this.point(results.length, this.base + end);
  }

  private point(number: number, address: number): void {
    this.memory.views.int32[(this.base >> 2) + number] = address;
  }

  set(number: number, value: number): void {
    const place = this.places[number];
    if (place === null || place === undefined) return;
    if (place.own < 0) this.makeRoom(place, 8);
    this.refresh();
    place.view[place.at] = value;
  }

  put(number: number, buffer: Buffer, offset: number): void {
    const place = this.places[number];
    if (place === null || place === undefined) return;
    const width = widths[place.dtype];
    if (place.buffer === buffer) {
      if (place.offset === offset) return;
    } else {
      const bytes = buffer.ownBytes;
      if (bytes === null || bytes > LARGE || (bytes > SMALL && buffer.resident !== null)) {
        if (!this.large.includes(place)) this.large.push(place);
        place.own = -1;
        place.room = 0;
      } else {
        if (place.room < bytes) this.makeRoom(place, bytes);
        if (buffer.single === null) {
          this.memory.views[place.dtype].set(buffer.array, place.own / width);
        } else this.memory.views[place.dtype][place.own / width] = buffer.single;
      }
      place.buffer = buffer;
    }
    place.offset = offset;
    if (place.own >= 0) this.point(number, place.own + offset * width);
  }

  private makeRoom(place: Place, bytes: number): void {
    const at = this.large.indexOf(place);
    if (at >= 0) this.large.splice(at, 1);
    place.room = align(bytes);
    this.settleAt(place, this.memory.claim(place.room, this));
  }

  private settleAt(place: Place, address: number): void {
    place.own = address;
    place.at = address / place.width;
    this.point(place.number, address);
  }

  carry(number: number, buffer: Buffer): void {
    const place = this.places[number]!;
    // What was put there has been written over since, even if it is the same buffer.
    place.buffer = null;
    if (place.own >= 0) this.put(number, buffer, 0);
    else {
      place.isGiven = false;
      this.memory.beginRun();
      place.buffer = this.copyOf(place, buffer);
    }
  }

  /** The same elements in a buffer of its own, in this memory. */
  private copyOf({ number, dtype, width }: Place, buffer: Buffer): Buffer {
    const { array } = buffer;
    const copy = this.memory.create(dtype, this.lengths[number]!, null);
    this.memory.views[dtype].set(array, this.memory.addressOf(copy, dtype) / width);
    return copy;
  }

  reclaim(number: number): void {
    const place = this.places[number]!;
    if (!place.isGiven) return;
    const { buffer } = place;
    place.isGiven = false;
    if (place.own >= 0) return;
    this.memory.beginRun();
    place.buffer = !buffer!.canBeTaken
      ? this.copyOf(place, buffer!)
      : this.takeOver(place, buffer!);
  }

  /** A new buffer in the place of one that nobody reads any more. */
  private takeOver(place: Place, buffer: Buffer): Buffer {
    if (!this.memory.has(buffer)) return this.copyOf(place, buffer);
    return this.memory.create(place.dtype, place.length, buffer);
  }

  take(number: number): Buffer {
    const place = this.places[number]!;
    const { own, dtype, length } = place;
    place.isGiven = true;
    if (own < 0) return place.buffer!;
    if (length !== 1) return new Buffer(this.memory.copyOut(dtype, own, length));
    this.refresh();
    return new Buffer(null, dtype, place.view[place.at]);
  }

  /** Memory that grows is seen by other views. */
  private refresh(): void {
    const { views } = this.memory;
    if (views === this.views) return;
    this.views = views;
    for (const place of this.places) if (place !== null) place.view = views[place.dtype];
  }

  run(): void {
    if (this.large.length + this.created.length > 0) this.settle();
    if (this.arenaBytes > 0) this.enterArena();
    this.code.run(this.base);
    for (const [from, to] of this.swaps) {
      const { buffer } = from;
      from.buffer = to.buffer;
      to.buffer = buffer;
    }
  }

  /** Everything large is brought to memory, and its address into the table. */
  private settle(): void {
    const { memory, large, created } = this;
    memory.beginRun();
    // What is here first, so that bringing in the rest does not move it out.
    for (let i = 0; i < large.length; i++) this.touch(large[i]!);
    for (let i = 0; i < created.length; i++) this.touch(created[i]!);
    for (let i = 0; i < large.length; i++) {
      const place = large[i]!;
      const { buffer, length } = place;
      // What is written over must not be a copy of what somebody has elsewhere.
      if (buffer !== null && length >= 0 && !memory.has(buffer)) {
        place.buffer = this.copyOf(place, buffer);
      }
    }
    for (let i = 0; i < created.length; i++) {
      const place = created[i]!;
      if (place.buffer !== null && !place.isGiven && memory.has(place.buffer)) continue;
      place.buffer = memory.create(place.dtype, place.length, null);
      place.isGiven = false;
    }
    for (let i = 0; i < large.length; i++) this.pointTo(large[i]!);
    for (let i = 0; i < created.length; i++) this.pointTo(created[i]!);
  }

  private touch({ buffer, dtype }: Place): void {
    if (buffer !== null && this.memory.has(buffer)) this.memory.addressOf(buffer, dtype);
  }

  private pointTo({ number, buffer, dtype, offset }: Place): void {
    if (buffer === null) return;
    this.point(number, this.memory.addressOf(buffer, dtype) + offset * widths[dtype]);
  }

  private enterArena(): void {
    const base = this.memory.arena(this.arenaBytes);
    this.memory.arenaUser = this;
    if (base === this.arenaBase) return;
    this.arenaBase = base;
    for (const { number, at } of this.passing) this.point(number, base + at);
  }
}

const accesses = (kernels: readonly FusedKernel[]): Access[] =>
  kernels.flatMap(({ operands, outputs }) => [...operands, ...outputs]);

function dtypesOf(
  kernels: readonly FusedKernel[],
  results: readonly (Result | null)[],
): (DType | undefined)[] {
  const dtypes: (DType | undefined)[] = results.map((result) => result?.dtype);
  for (const { buffer, dtype } of accesses(kernels)) dtypes[buffer] ??= dtype;
  return dtypes;
}

/** A kernel that copies what a step leaves to where it finds it the next time. */
function copyOf({ from, to, dtype, length }: Carried): FusedKernel {
  const access = { dtype, strides: [1], offset: 0 };
  return {
    space: [length],
    operands: [{ ...access, buffer: from }],
    outputs: [
      {
        ...access,
        buffer: to,
        expression: { kind: "operand", index: 0, dtype },
        fold: null,
        epilogue: null,
        count: 1,
      },
    ],
  };
}

/**
 * Has a value written over the one it takes the place of, where nobody reads that any more: later
 * kernels do not, and in its own it is read where it is written, element by element.
 */
function mergeInto(
  kernels: readonly FusedKernel[],
  { from, to, isAlone }: Carried,
  merged: Map<number, number>,
): readonly FusedKernel[] {
  const at = kernels.findIndex(({ outputs }) => outputs.some(({ buffer }) => buffer === from));
  if (at < 0 || !isAlone) return kernels;
  const reads = (kernel: FusedKernel): Access[] =>
    kernel.operands.filter(({ buffer }) => buffer === to);
  const output = kernels[at]!.outputs.find(({ buffer }) => buffer === from)!;
  const isSafe =
    output.fold === null &&
    !kernels.slice(at + 1).some((kernel) => reads(kernel).length > 0) &&
    reads(kernels[at]!).every(
      ({ strides, offset }) => offset === output.offset && strides.join() === output.strides.join(),
    ) &&
    planWalks(kernels[at]!).length === 1;
  if (!isSafe) return kernels;
  merged.set(from, to);
  const renamed = <Own extends Access>(access: Own): Own =>
    access.buffer === from ? { ...access, buffer: to } : access;
  return kernels.map(({ space, operands, outputs }) => ({
    space,
    operands: operands.map(renamed),
    outputs: outputs.map(renamed),
  }));
}
