/**
 * A buffer: where the elements of computed nodes are. Everyone who may read it holds it, and when
 * nobody does, the collector takes it; no one frees anything by hand. The elements are in an
 * ordinary array, or in memory of a back end, which hands them out when they are read.
 */
import { StaleError } from "../errors.js";
import { allocate } from "./dtype.js";
import type { DType, TypedArray } from "./dtype.js";

const GONE =
  "the elements of this tensor are gone: it was a version of a large tensor that has been " +
  "written over twice since; read it, or copy it with clone(), before the second step after it.";

/** Why there are no elements, where there never were. */
const reasons = new WeakMap<Buffer, string>();

/** Elements that lie in memory of a back end. */
export interface Resident {
  /** A copy in an ordinary array. */
  read(): TypedArray;
}

export class Buffer {
  private host: TypedArray | null;
  /** The only element, where there is one that is in no array yet. */
  readonly single: number | null;
  private readonly dtype: DType | null;
  /** Where a back end has the elements, too, or only. */
  resident: Resident | null;
  /** Whether several nodes have it, so that it can never be another's. */
  shared = false;
  /** How often plans have read it. */
  reads = 0;

  constructor(host: TypedArray | null, dtype: DType | null = null, single: number | null = null) {
    this.host = host;
    this.resident = null;
    this.dtype = dtype;
    this.single = single;
  }

  /** A buffer of one element, which gets an array when somebody asks for it. */
  static ofSingle(value: number, dtype: DType): Buffer {
    return new Buffer(null, dtype, value);
  }

  /** The buffer of what can no more be computed; who reads it is told why. */
  static ofNothing(reason: string): Buffer {
    const buffer = new Buffer(null);
    reasons.set(buffer, reason);
    return buffer;
  }

  /** The elements; not to be written to. Throws a StaleError where they are gone. */
  get array(): TypedArray {
    if (this.isLost) throw new StaleError(reasons.get(this) ?? GONE);
    return (this.host ??= this.single === null ? this.resident!.read() : this.arrayOfSingle());
  }

  private arrayOfSingle(): TypedArray {
    const array = allocate(this.dtype!, 1);
    array[0] = this.single!;
    return array;
  }

  /** The bytes of the elements where they are not in memory of a back end only. */
  get ownBytes(): number | null {
    if (this.host !== null) return this.host.byteLength;
    return this.single === null ? null : 8;
  }

  /** Whether its place in memory of a back end may be another's, once nobody reads it any more. */
  get canBeTaken(): boolean {
    return this.resident !== null && !this.shared;
  }

  /** Whether there are no elements: its place was given to a later version of the same tensor. */
  get isLost(): boolean {
    return this.host === null && this.single === null && this.resident === null;
  }
}
