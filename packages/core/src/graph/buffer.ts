/**
 * A buffer: where the elements of computed nodes are. Everyone who may read it holds it, and when
 * nobody does, the collector takes it; no one frees anything by hand. The elements are in an
 * ordinary array, or in memory of a back end, which hands them out when they are read.
 */
import type { TypedArray } from "./dtype.js";

/** Elements that lie in memory of a back end. */
export interface Resident {
  /** A copy in an ordinary array. */
  read(): TypedArray;
}

export class Buffer {
  private host: TypedArray | null;
  /** Where a back end has the elements, too, or only. */
  resident: Resident | null;
  /** Whether several nodes have it, so that it can never be another's. */
  shared = false;
  /** How often plans have read it. */
  reads = 0;

  constructor(host: TypedArray | null, resident: Resident | null = null) {
    this.host = host;
    this.resident = resident;
  }

  /** The elements; not to be written to. */
  get array(): TypedArray {
    return (this.host ??= this.resident!.read());
  }

  /** The elements if they are in an ordinary array. */
  get own(): TypedArray | null {
    return this.host;
  }

  /** Whether its place was given to a later version of the same tensor. */
  get isLost(): boolean {
    return this.host === null && this.resident === null;
  }
}
