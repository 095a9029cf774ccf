/**
 * WebAssembly's memory as a cache over arrays that the collector owns. Large results stay here, up
 * to a budget; beyond it those used least recently are copied out into ordinary arrays. Nothing
 * here keeps a buffer alive: the table knows slots, and slots know no buffer. Read next: backend.ts.
 */
import { Buffer } from "../../graph/buffer.js";
import type { Resident } from "../../graph/buffer.js";
import { allocate } from "../../graph/dtype.js";
import type { DType, TypedArray } from "../../graph/dtype.js";
import { engine } from "./web-assembly.js";

/** Elements in this memory. */
class Slot implements Resident {
  readonly dtype: DType;
  readonly length: number;
  private readonly memory: Memory;
  /** Where they begin; -1 once they have been moved out. */
  address: number;
  /** Whether the buffer has them in an array of its own as well. */
  isCopy: boolean;
  private saved: TypedArray | null = null;

  constructor(memory: Memory, dtype: DType, length: number, isCopy: boolean) {
    this.memory = memory;
    this.dtype = dtype;
    this.length = length;
    this.isCopy = isCopy;
    this.address = memory.place(this);
  }

  get bytes(): number {
    return this.length * sizes[this.dtype];
  }

  read(): TypedArray {
    const array = this.saved ?? this.memory.copyOut(this.dtype, this.address, this.length);
    this.isCopy = true;
    return array;
  }

  /** Gives the place to others. */
  moveOut(): void {
    if (!this.isCopy) this.saved = this.memory.copyOut(this.dtype, this.address, this.length);
    this.address = -1;
  }
}

export const sizes: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  bool: 1,
};

const PAGE = 65_536;
const MOST_PAGES = 65_536;
const align = (bytes: number): number => (bytes + 63) & ~63;

interface Gap {
  start: number;
  end: number;
}

export class Memory {
  readonly memory = new (engine()!.Memory)({ initial: 16, maximum: MOST_PAGES });
  private readonly budget: number;
  /** What is free, in order of place; the first 64 bytes stay free, so that no address is 0. */
  private gaps: Gap[] = [{ start: 64, end: 16 * PAGE }];
  /** The least recently used first. */
  private readonly slots = new Map<Slot, number>();
  private used = 0;
  /** Counts runs: what a run uses it does not move out. */
  private clock = 0;
  private arenaPlace: Gap = { start: 64, end: 64 };
  private readonly finalizers = new FinalizationRegistry<Slot>((slot) => this.release(slot));
  views = this.look();

  constructor(budget: number) {
    this.budget = budget;
  }

  private look(): Record<DType, TypedArray> {
    const { buffer } = this.memory;
    return {
      float32: new Float32Array(buffer),
      float64: new Float64Array(buffer),
      int32: new Int32Array(buffer),
      bool: new Uint8Array(buffer),
    };
  }

  /** What is used from now on belongs to the next run. */
  beginRun(): void {
    this.clock += 1;
  }

  /** A place for what one run needs, of this many bytes at least; the same for all runs. */
  arena(bytes: number): number {
    const { start, end } = this.arenaPlace;
    if (end - start < bytes) {
      if (end > start) this.free(start, end - start);
      const room = align(bytes * 2);
      const address = this.reserve(room);
      this.arenaPlace = { start: address, end: address + room };
    }
    return this.arenaPlace.start;
  }

  /** Where the elements of a buffer are, which are brought here if need be. */
  addressOf(buffer: Buffer, dtype: DType): number {
    let slot = buffer.resident as Slot | null;
    if (slot === null || slot.address < 0) {
      const { array } = buffer;
      slot = new Slot(this, dtype, array.length, true);
      this.views[dtype].set(array, slot.address / sizes[dtype]);
      this.attach(buffer, slot);
    } else {
      this.slots.delete(slot);
      this.slots.set(slot, this.clock);
    }
    return slot.address;
  }

  /** A new buffer whose elements are here, yet to be written. */
  create(dtype: DType, length: number): Buffer {
    const buffer = new Buffer(null);
    this.attach(buffer, new Slot(this, dtype, length, false));
    return buffer;
  }

  private attach(buffer: Buffer, slot: Slot): void {
    buffer.resident = slot;
    this.finalizers.register(buffer, slot);
  }

  /** Finds a place for a slot, and notes that it is used. */
  place(slot: Slot): number {
    const address = this.reserve(align(slot.bytes));
    this.slots.set(slot, this.clock);
    return address;
  }

  copyOut(dtype: DType, address: number, length: number): TypedArray {
    const from = address / sizes[dtype];
    const array = allocate(dtype, length);
    array.set(this.views[dtype].subarray(from, from + length));
    return array;
  }

  private release(slot: Slot): void {
    if (slot.address < 0) return;
    this.slots.delete(slot);
    this.free(slot.address, align(slot.bytes));
    slot.address = -1;
  }

  private reserve(bytes: number): number {
    while (this.used + bytes > this.budget && this.moveOldestOut()) {
      // Until there is room, or only what this run needs is left.
    }
    let gap = this.gaps.find(({ start, end }) => end - start >= bytes);
    if (gap === undefined) gap = this.grow(bytes);
    const { start } = gap;
    gap.start += bytes;
    if (gap.start === gap.end) this.gaps.splice(this.gaps.indexOf(gap), 1);
    this.used += bytes;
    return start;
  }

  private moveOldestOut(): boolean {
    const [oldest] = this.slots;
    if (oldest === undefined || oldest[1] === this.clock) return false;
    const [slot] = oldest;
    this.slots.delete(slot);
    this.free(slot.address, align(slot.bytes));
    slot.moveOut();
    return true;
  }

  private free(start: number, bytes: number): void {
    this.used -= bytes;
    const end = start + bytes;
    let at = this.gaps.findIndex((gap) => gap.start > start);
    if (at < 0) at = this.gaps.length;
    const [before, behind] = [this.gaps[at - 1], this.gaps[at]];
    const gap = { start, end };
    this.gaps.splice(at, 0, gap);
    if (behind?.start === end) {
      gap.end = behind.end;
      this.gaps.splice(at + 1, 1);
    }
    if (before?.end === start) {
      before.end = gap.end;
      this.gaps.splice(at, 1);
    }
  }

  /** A gap of this many bytes at the end, which may be new. Throws a RangeError where none is. */
  private grow(bytes: number): Gap {
    const end = this.memory.buffer.byteLength;
    const last = this.gaps.at(-1);
    const tail = last?.end === end ? last : { start: end, end };
    const missing = bytes - (tail.end - tail.start);
    const pages = Math.max(Math.ceil(missing / PAGE), Math.min(256, end / PAGE));
    this.memory.grow(Math.min(pages, Math.max(MOST_PAGES - end / PAGE, Math.ceil(missing / PAGE))));
    this.views = this.look();
    if (tail !== last) this.gaps.push(tail);
    tail.end = this.memory.buffer.byteLength;
    return tail;
  }
}
