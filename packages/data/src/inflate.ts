/**
 * Undoes deflate without being led on: nothing is kept before the whole stream has been read once
 * and found to be as long as it says, with the right checksum. The algorithm itself is fflate's.
 * Read next: zip.ts, idx.ts.
 */
import { Gunzip, Inflate } from "fflate";

import { DataError } from "./errors.js";

/** A compressed piece of a file, and what it says of itself. */
export interface Packed {
  readonly bytes: Uint8Array;
  readonly form: "stored" | "deflate" | "gzip";
  /** How many bytes come out, and their checksum. */
  readonly size: number;
  readonly crc: number;
  /** For messages. */
  readonly what: string;
}

/** What came out of `Packed`, checked: the first bytes at once, all of them when asked. */
export interface Unpacked {
  readonly size: number;
  readonly head: Uint8Array;
  all(): Uint8Array;
}

/** What a reader of compressed files takes. */
export interface UnpackOptions {
  /**
   * How many bytes may come out of the file. Unless given, 16 MB or 100 times the size of the file,
   * whichever is more: enough for measured data, and a guard against files made to fill the memory.
   */
  readonly maxBytes?: number;
}

const HEAD = 16_384;
/** Deflate never makes less than one byte of 1032. Source: zlib's technical details. */
const MOST_EXPANSION = 1032;

/** Throws unless so many bytes may come out of a file of this size. */
export function checkExpansion(size: number, fileSize: number, options: UnpackOptions): void {
  const { maxBytes = Math.max(16 * 2 ** 20, 100 * fileSize) } = options;
  if (size <= maxBytes) return;
  throw new DataError(
    `a file of ${fileSize} bytes would become ${size} bytes, more than ${maxBytes}: ` +
      `if you trust it, pass { maxBytes: ${size} }`,
  );
}

/** Reads a compressed piece once, and keeps its first bytes. */
export function unpack(packed: Packed): Unpacked {
  const { bytes, form, size, what } = packed;
  if (form === "stored" ? size !== bytes.length : size > MOST_EXPANSION * bytes.length) {
    throw new DataError(`${what}: ${bytes.length} bytes cannot become ${size}: it is damaged`);
  }
  const head = new Uint8Array(Math.min(size, HEAD));
  let crc = -1;
  run(packed, (chunk, at) => {
    crc = updateChecksum(crc, chunk);
    if (at < head.length) head.set(chunk.subarray(0, head.length - at), at);
  });
  if (~crc >>> 0 !== packed.crc) {
    throw new DataError(`${what} is damaged: its checksum is not that of its bytes`);
  }
  const all = (): Uint8Array => {
    if (form === "stored") return bytes;
    if (size <= head.length) return head;
    const whole = new Uint8Array(size);
    run(packed, (chunk, at) => whole.set(chunk, at));
    return whole;
  };
  return { size, head, all };
}

/** Hands out what comes out, chunk by chunk; stops at once where it is more than announced. */
function run(packed: Packed, take: (chunk: Uint8Array, at: number) => void): void {
  const { bytes, form, size, what } = packed;
  if (form === "stored") {
    take(bytes, 0);
    return;
  }
  let at = 0;
  const give = (chunk: Uint8Array): void => {
    if (at + chunk.length > size) {
      throw new DataError(
        `${what}: more comes out than the ${size} bytes it announces: it is damaged, or several ` +
          "files in one",
      );
    }
    take(chunk, at);
    at += chunk.length;
  };
  const stream = form === "gzip" ? new Gunzip(give) : new Inflate(give);
  try {
    for (let from = 0; from < bytes.length;) {
      // So few at a time that not much more comes out than there is room for.
      const step = Math.min(Math.max(Math.floor((size - at) / MOST_EXPANSION), 128), 65_536);
      const to = Math.min(from + step, bytes.length);
      stream.push(bytes.subarray(from, to), to === bytes.length);
      from = to;
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${what} is damaged: ${(error as Error).message}`, { cause: error });
  }
  if (at < size) throw new DataError(`${what} is cut off: ${at} of ${size} bytes come out`);
}

/** The checksum of zip and gzip, CRC-32. Source: RFC 1952, section 8. */
const checksums = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function updateChecksum(crc: number, bytes: Uint8Array): number {
  let value = crc;
  for (let i = 0; i < bytes.length; i++) {
    value = checksums[(value ^ bytes[i]!) & 255]! ^ (value >>> 8);
  }
  return value;
}

/** Whether bytes begin as gzip does. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Undoes gzip: one member, whose last bytes tell its checksum and its size. */
export function gunzip(bytes: Uint8Array, what: string, options: UnpackOptions): Unpacked {
  if (bytes.length < 18) throw new DataError(`${what} is cut off: gzip takes at least 18 bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = view.getUint32(bytes.length - 4, true);
  checkExpansion(size, bytes.length, options);
  return unpack({ bytes, form: "gzip", size, crc: view.getUint32(bytes.length - 8, true), what });
}
