/**
 * WebAssembly's memory as a cache over arrays that the collector owns. Large results stay here, up
 * to a budget; beyond it those used least recently are copied out into ordinary arrays. Nothing
 * here keeps a buffer alive: the table knows slots, and slots know no buffer. Read next:
 * backend.ts.
 */
import { Buffer } from "../../graph/buffer.js";
import type { Resident } from "../../graph/buffer.js";
import { allocate, widths } from "../../graph/dtype.js";
import type { DType, TypedArray } from "../../graph/dtype.js";
import { OutOfMemory } from "../backend.js";
import { MOST_PAGES } from "./assembler.js";
import { engine } from "./web-assembly.js";
import type { Memory as WasmMemory } from "./web-assembly.js";

/** A part of this memory; `address` is -1 once it belongs to others. */
interface Place {
  address: number;
  readonly bytes: number;
}

/** Elements in this memory. */
class Slot implements Resident {
  readonly place: Place;
  readonly dtype: DType;
  readonly length: number;
  private readonly memory: Memory;
  /** Whether the buffer has them in an array of its own as well. */
  private isCopy: boolean;
  private saved: TypedArray | null = null;
  /** The run that used it last, and the one for which it stands where it does in the table. */
  used = 0;
  since = 0;

  constructor(memory: Memory, place: Place, dtype: DType, length: number, isCopy: boolean) {
    this.memory = memory;
    this.place = place;
    this.dtype = dtype;
    this.length = length;
    this.isCopy = isCopy;
  }

  read(): TypedArray {
    this.isCopy = true;
    return this.saved ?? this.memory.copyOut(this.dtype, this.place.address, this.length);
  }

  /** Saves what is nowhere else: the place is about to go to others. */
  moveOut(): void {
    if (!this.isCopy) this.saved = this.memory.copyOut(this.dtype, this.place.address, this.length);
  }
}

const PAGE = 65_536;

/** Memory that others share has its room from the beginning, which small machines may not have. */
function memoryOf(maximum: number, shared: boolean): WasmMemory {
  const { Memory: Place } = engine()!;
  try {
    return new Place({ initial: 16, maximum, shared });
  } catch (error) {
    if (!shared) throw error;
    return new Place({ initial: 16, maximum });
  }
}

/** Not by bits: those of an integer end at 2 GB. */
const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

interface Gap {
  start: number;
  end: number;
}

/** Runs that need far less than the arena has, after which it shrinks. */
const PATIENCE = 100;
/** Bytes up to which it never does. */
const MODEST = 2 ** 22;

export class Memory {
  readonly memory: WasmMemory;
  private readonly budget: number;
  private readonly mostPages: number;
  /** What is free, in order of place; the first 64 bytes stay free, so that no address is 0. */
  private gaps: Gap[] = [{ start: 64, end: 16 * PAGE }];
  /**
   * What is here: the least recently used come first, but for those used since they came to stand
   * there. A slot that has moved out is held by its buffer only, and so is what it saved.
   */
  private readonly places = new Map<Place, Slot>();
  private used = 0;
  /** Counts runs: what a run uses it does not move out. */
  private clock = 0;
  private arenaPlace: Gap = { start: 64, end: 64 };
  /** Runs in a row that needed far less of it. */
  private modestRuns = 0;
  /** Who ran in the arena last, and finds there what was left. */
  arenaUser: object | null = null;
  private readonly finalizers = new FinalizationRegistry<Place>((place) => this.release(place));
  views: Record<DType, TypedArray>;

  /** `shared`: whether other threads can see it. */
  constructor(budget: number, mostPages = MOST_PAGES, shared = false) {
    this.budget = budget;
    this.mostPages = mostPages;
    this.memory = memoryOf(mostPages, shared);
    this.views = this.look();
  }

  private look(): Record<DType, TypedArray> {
    const { buffer } = this.memory;
    return {
      float32: new Float32Array<ArrayBufferLike>(buffer),
      float64: new Float64Array<ArrayBufferLike>(buffer),
      int32: new Int32Array<ArrayBufferLike>(buffer),
      bool: new Uint8Array<ArrayBufferLike>(buffer),
    };
  }

  /** What is used from now on belongs to the next run. */
  beginRun(): void {
    this.clock += 1;
  }

  /** A place for what one run needs, of this many bytes at least; the same for all runs. */
  arena(bytes: number): number {
    const { start, end } = this.arenaPlace;
    const has = end - start;
    this.modestRuns = has > MODEST && bytes * 4 < has ? this.modestRuns + 1 : 0;
    if (has < bytes || this.modestRuns > PATIENCE) {
      this.arenaPlace = { start: 64, end: 64 };
      this.modestRuns = 0;
      if (has > 0) this.free(start, has);
      const room = align(bytes < MODEST ? bytes * 2 : bytes);
      const address = this.reserve(room);
      this.arenaPlace = { start: address, end: address + room };
    }
    return this.arenaPlace.start;
  }

  /** Where the elements of a buffer are, which are brought here if need be. */
  addressOf(buffer: Buffer, dtype: DType): number {
    const there = buffer.resident as Slot | null;
    if (there !== null && there.place.address >= 0) {
      there.used = this.clock;
      return there.place.address;
    }
    const { array } = buffer;
    const slot = this.settle(buffer, dtype, array.length, true);
    this.views[dtype].set(array, slot.place.address / widths[dtype]);
    return slot.place.address;
  }

  /**
   * A new buffer whose elements are here, yet to be written: in the place of a spare one, if that
   * has the right size.
   */
  create(dtype: DType, length: number, spare: Buffer | null): Buffer {
    const buffer = new Buffer(null);
    const slot = spare?.resident as Slot | null | undefined;
    const place = slot?.place;
    if (
      place !== undefined &&
      place.address >= 0 &&
      place.bytes === align(length * widths[dtype])
    ) {
      const moved = { address: place.address, bytes: place.bytes };
      spare!.resident = null;
      this.forget(place);
      this.attach(buffer, new Slot(this, moved, dtype, length, false));
    } else this.settle(buffer, dtype, length, false);
    return buffer;
  }

  /** Whether the elements of a buffer are here. */
  has(buffer: Buffer): boolean {
    return buffer.resident !== null && (buffer.resident as Slot).place.address >= 0;
  }

  /** A place that nobody else gets as long as its owner lives. */
  claim(bytes: number, owner: object): number {
    const room = align(bytes);
    const place = { address: this.reserve(room), bytes: room };
    this.finalizers.register(owner, place);
    return place.address;
  }

  private settle(buffer: Buffer, dtype: DType, length: number, isCopy: boolean): Slot {
    const bytes = align(length * widths[dtype]);
    const place = { address: this.reserve(bytes), bytes };
    const slot = new Slot(this, place, dtype, length, isCopy);
    this.attach(buffer, slot);
    return slot;
  }

  private attach(buffer: Buffer, slot: Slot): void {
    buffer.resident = slot;
    slot.used = slot.since = this.clock;
    this.places.set(slot.place, slot);
    this.finalizers.register(buffer, slot.place, slot.place);
  }

  copyOut(dtype: DType, address: number, length: number): TypedArray {
    const from = address / widths[dtype];
    const array = allocate(dtype, length);
    array.set(this.views[dtype].subarray(from, from + length));
    return array;
  }

  private release(place: Place): void {
    if (place.address >= 0) this.free(place.address, place.bytes);
    this.forget(place);
  }

  private forget(place: Place): void {
    this.finalizers.unregister(place);
    this.places.delete(place);
    place.address = -1;
  }

  private reserve(bytes: number): number {
    while (this.used + bytes > this.budget && this.moveOldestOut()) {
      // Until there is room, or only what this run needs is left.
    }
    const gap = this.gapOf(bytes);
    const { start } = gap;
    gap.start += bytes;
    if (gap.start === gap.end) this.gaps.splice(this.gaps.indexOf(gap), 1);
    this.used += bytes;
    return start;
  }

  private gapOf(bytes: number): Gap {
    for (;;) {
      const gap = this.gaps.find(({ start, end }) => end - start >= bytes) ?? this.grow(bytes);
      if (gap !== null) return gap;
      if (!this.moveOldestOut()) throw new OutOfMemory(`no room for ${bytes} bytes`);
    }
  }

  private moveOldestOut(): boolean {
    for (const [place, slot] of this.places) {
      if (slot.used !== slot.since) {
        // It belongs behind the others, where the loop comes to it again.
        this.places.delete(place);
        this.places.set(place, slot);
        slot.since = slot.used;
      } else if (slot.used === this.clock) return false;
      else {
        slot.moveOut();
        this.release(place);
        return true;
      }
    }
    return false;
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

  /** A gap of this many bytes at the end, which may be new; `null` where there can be none. */
  private grow(bytes: number): Gap | null {
    const end = this.memory.buffer.byteLength;
    const last = this.gaps.at(-1);
    const tail = last?.end === end ? last : { start: end, end };
    const missing = bytes - (tail.end - tail.start);
    const needed = Math.ceil(missing / PAGE);
    const possible = this.mostPages - end / PAGE;
    if (needed > possible) return null;
    try {
      this.memory.grow(Math.min(Math.max(needed, Math.min(256, end / PAGE)), possible));
    } catch {
      return null;
    }
    this.views = this.look();
    if (tail !== last) this.gaps.push(tail);
    tail.end = this.memory.buffer.byteLength;
    return tail;
  }
}
