/**
 * Reads IDX, the format of MNIST and its relatives, gzipped or not: four bytes that tell type and
 * dimensions, the sizes, then the elements, the high byte first. Read next: inflate.ts.
 *
 * Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", file formats.
 */
import type { DType, Tensor } from "@nabla/core";

import { bytesOf, decode, elementTypes } from "./element.js";
import type { ElementType } from "./element.js";
import { DataError } from "./errors.js";
import { gunzip, isGzip } from "./inflate.js";
import type { UnpackOptions } from "./inflate.js";
import { allBytes } from "./source.js";
import type { Source } from "./source.js";

const types: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [0x08, elementTypes.uint8],
  [0x09, elementTypes.int8],
  [0x0b, elementTypes.int16],
  [0x0c, elementTypes.int32],
  [0x0d, elementTypes.float32],
  [0x0e, elementTypes.float64],
]);

/** What `readIdx` can be told. */
export interface IdxOptions extends UnpackOptions {
  /** The type of the tensor; the nearest to the file's unless given. */
  readonly dtype?: DType;
}

/**
 * The array of an IDX file, gzipped or not: bytes or, under Node, a path. Integers become int32;
 * for images, `{ dtype: "float32" }` saves a step. Throws a `DataError` for what is damaged.
 *
 * @example
 * const bytes = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 255);
 * readIdx(bytes).toArray() // [ [ 7, 8, 255 ] ]
 * readIdx(bytes.subarray(0, 14)) // throws DataError: readIdx: an array of shape [1, 3] takes 3
 */
export function readIdx(source: Source, options: IdxOptions = {}): Tensor {
  const what = typeof source === "string" ? source : "readIdx";
  const file = allBytes(source, "readIdx");
  const unpacked = isGzip(file)
    ? gunzip(file, what, options)
    : { size: file.length, head: file, all: () => file };
  const { size, head } = unpacked;
  const type = types.get(head[2] ?? 0);
  const begin = 4 + 4 * (head[3] ?? 0);
  if (head[0] !== 0 || head[1] !== 0 || type === undefined || begin > size) {
    throw new DataError(
      `${what} is no IDX file: its first four bytes are ${head.slice(0, 4).join(", ")}, not 0, ` +
        "0, the type and the number of dimensions that follow",
    );
  }
  const view = new DataView(head.buffer, head.byteOffset, begin);
  const shape = Array.from({ length: head[3]! }, (_, i) => view.getUint32(4 + 4 * i));
  const wanted = bytesOf(type, shape, what);
  if (size - begin !== wanted) {
    throw new DataError(
      `${what}: an array of shape [${shape.join(", ")}] takes ${wanted} bytes; the file has ` +
        `${size - begin}`,
    );
  }
  const bytes = unpacked.all().subarray(begin);
  return decode({ type, shape, bytes, bigEndian: true, what }, options.dtype);
}
