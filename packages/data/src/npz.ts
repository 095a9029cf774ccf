/**
 * Reads and writes NumPy's `.npz`: a zip file of `.npy` arrays. Arrays are unpacked one by one,
 * when they are asked for. Read next: npy.ts, zip.ts.
 */
import type { Tensor } from "@nabla/core";
import { zipSync } from "fflate";

import { DataError } from "./errors.js";
import { unpack } from "./inflate.js";
import type { Packed, UnpackOptions } from "./inflate.js";
import { decodeNpy, parseNpy, writeNpy } from "./npy.js";
import { allBytes, entriesOf, recordOf } from "./source.js";
import type { NamedTensors, Source } from "./source.js";
import { zipEntries } from "./zip.js";

/**
 * An `.npz` file whose arrays are unpacked when they are asked for. It comes from `openNpz`.
 *
 * @example
 * const file = openNpz(writeNpz({ x: tensor([1, 2]) }));
 * file.names() // [ 'x' ]
 * file.get("x") // tensor([1., 2.])
 */
export class NpzFile {
  private readonly entries: ReadonlyMap<string, Packed>;

  /** Files come from `openNpz`. */
  constructor(entries: ReadonlyMap<string, Packed>) {
    this.entries = entries;
  }

  /**
   * The names of the arrays, without `.npy`.
   * @example
   * openNpz(writeNpz({ x: tensor(1), y: tensor(2) })).names() // [ 'x', 'y' ]
   */
  names(): string[] {
    return [...this.entries.keys()];
  }

  /**
   * Unpacks one array; types as in `readNpy`.
   * @example
   * openNpz(writeNpz({ x: tensor(1) })).get("z") // throws DataError: there is no array "z"
   */
  get(name: string): Tensor {
    const entry = this.entries.get(name);
    if (entry === undefined) {
      const all = this.names().slice(0, 10).join('", "');
      throw new DataError(`there is no array ${JSON.stringify(name)}; there are "${all}"`);
    }
    const unpacked = unpack(entry);
    const array = parseNpy(unpacked.head, unpacked.size, entry.what);
    return decodeNpy(array, unpacked.all().subarray(array.begin), entry.what);
  }
}

/**
 * Opens an `.npz` file, as `numpy.savez` and `numpy.savez_compressed` write it: bytes or, under
 * Node, a path. Throws a `DataError` for what is damaged, and for what would become more than
 * `maxBytes` when unpacked.
 *
 * @example
 * openNpz(writeNpz({ x: tensor([1, 2]) })).names() // [ 'x' ]
 * openNpz(new Uint8Array(100)) // throws DataError: this is no zip file, or it is cut off
 */
export function openNpz(source: Source, options: UnpackOptions = {}): NpzFile {
  const entries = zipEntries(allBytes(source, "openNpz"), options);
  const arrays = new Map<string, Packed>();
  for (const [name, entry] of entries) {
    if (!name.endsWith(".npy")) {
      throw new DataError(`${entry.what} in the .npz file is no array: its name ends not in .npy`);
    }
    arrays.set(name.slice(0, -4), entry);
  }
  return new NpzFile(arrays);
}

/**
 * All arrays of an `.npz` file, by name. The object inherits nothing, so that any name is only a
 * name. Errors as in `openNpz`.
 *
 * @example
 * readNpz(writeNpz({ x: tensor([1, 2]) })).x // tensor([1., 2.])
 */
export function readNpz(source: Source, options: UnpackOptions = {}): Record<string, Tensor> {
  const file = openNpz(source, options);
  return recordOf(file.names().map((name) => [name, file.get(name)]));
}

/** What `writeNpz` can be told. */
export interface NpzOptions {
  /** Whether the arrays are compressed, as by `numpy.savez_compressed`; `false` unless given. */
  readonly compress?: boolean;
}

/**
 * The bytes of an `.npz` file with these tensors; the same tensors give the same bytes. Write them
 * with `saveFile`.
 *
 * @example
 * const x = zeros([999]);
 * const small = writeNpz({ x }, { compress: true });
 * writeNpz({ x }).length > 10 * small.length // true
 */
export function writeNpz(tensors: NamedTensors<Tensor>, options: NpzOptions = {}): Uint8Array {
  const arrays = entriesOf<Tensor>(tensors).map(
    ([name, x]) => [`${name}.npy`, writeNpy(x)] as const,
  );
  // The earliest time that zip can tell, for the sake of the same bytes.
  const mtime = new Date(1980, 0, 1);
  return zipSync(recordOf(arrays), { level: options.compress === true ? 6 : 0, mtime });
}
