/**
 * The table of contents of a zip file, checked before anything is unpacked: pieces lie inside the
 * file, apart from each other, and do not grow beyond measure. The library that undoes deflate
 * offers one too, but without checksums and without these checks. Read next: npz.ts.
 *
 * Source of the layout: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3.
 */
import { DataError } from "./errors.js";
import { checkExpansion } from "./inflate.js";
import type { Packed, UnpackOptions } from "./inflate.js";

const END = 0x06054b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 65_535;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const ENTRY_SIZE = 46;
const LOCAL = 0x04034b50;
const LOCAL_SIZE = 30;
const IN_64 = 0xffffffff;

/** The pieces of a zip file by name, still packed. */
export function zipEntries(file: Uint8Array, options: UnpackOptions): Map<string, Packed> {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const { count, begin, end } = findDirectory(view);
  const entries = new Map<string, Packed>();
  const places: [from: number, to: number][] = [];
  let total = 0;
  let at = begin;
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_SIZE > end || view.getUint32(at, true) !== ENTRY) throw damaged("an entry");
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    ) as [number, number, number];
    const next = at + ENTRY_SIZE + nameSize + extraSize + commentSize;
    if (next > end) throw damaged("an entry");
    const nameEnd = at + ENTRY_SIZE + nameSize;
    const name = textOf(file.subarray(at + ENTRY_SIZE, nameEnd));
    const what = JSON.stringify(name.slice(0, 80));
    if (entries.has(name)) throw new DataError(`the zip file has two entries named ${what}`);
    const wide = wideFields(view, at, nameEnd, nameEnd + extraSize);
    const [size, packedSize, offset] = wide;
    const from = dataStart(view, offset, begin, what);
    if (from + packedSize > begin) throw damaged(what);
    places.push([offset, from + packedSize]);
    total += size;
    const method = view.getUint16(at + 10, true);
    if ((view.getUint16(at + 8, true) & 1) === 1) {
      throw new DataError(`${what} in the zip file is encrypted: decrypt it first`);
    }
    if (method !== 0 && method !== 8) {
      throw new DataError(
        `${what} in the zip file is compressed by method ${method}; only deflate can be read`,
      );
    }
    entries.set(name, {
      bytes: file.subarray(from, from + packedSize),
      form: method === 0 ? "stored" : "deflate",
      size,
      crc: view.getUint32(at + 16, true),
      what,
    });
    at = next;
  }
  places.sort(([a], [b]) => a - b);
  if (places.some(([from], i) => i > 0 && from < places[i - 1]![1])) {
    throw new DataError("entries of the zip file overlap: it is damaged, or made to grow");
  }
  checkExpansion(total, file.length, options);
  return entries;
}

const damaged = (what: string): DataError =>
  new DataError(`the zip file is damaged or cut off: ${what} lies outside of it`);

interface Directory {
  readonly count: number;
  readonly begin: number;
  readonly end: number;
}

function findDirectory(view: DataView): Directory {
  const size = view.byteLength;
  let at = size - END_SIZE;
  const last = Math.max(0, at - LONGEST_COMMENT);
  while (at >= last && view.getUint32(at, true) !== END) at -= 1;
  if (at < last) throw new DataError("this is no zip file, or it is cut off: it has no end record");
  const found = [
    view.getUint16(at + 10, true),
    view.getUint32(at + 16, true),
    view.getUint32(at + 12, true),
  ];
  let [count, begin, length] = found as [number, number, number];
  if (count === 0xffff || begin === IN_64 || length === IN_64) {
    const locator = at - 20;
    if (locator < 0 || view.getUint32(locator, true) !== LOCATOR_64) throw damaged("its index");
    const record = wideNumber(view, locator + 8);
    if (record + 56 > size || view.getUint32(record, true) !== END_64) throw damaged("its index");
    count = wideNumber(view, record + 32);
    length = wideNumber(view, record + 40);
    begin = wideNumber(view, record + 48);
  }
  if (begin + length > at || count * ENTRY_SIZE > length) throw damaged("its index");
  return { count, begin, end: begin + length };
}

/** Size, packed size and offset: in the entry, or in its extra field where they are large. */
function wideFields(
  view: DataView,
  entry: number,
  extra: number,
  extraEnd: number,
): [size: number, packedSize: number, offset: number] {
  const fields = [24, 20, 42].map((field) => view.getUint32(entry + field, true));
  let at = extra;
  let end = extra;
  for (let from = extra; from + 4 <= extraEnd;) {
    const to = from + 4 + view.getUint16(from + 2, true);
    if (view.getUint16(from, true) === 1 && to <= extraEnd) [at, end] = [from + 4, to];
    from = to;
  }
  return fields.map((value) => {
    if (value !== IN_64) return value;
    if (at + 8 > end) throw damaged("a large entry");
    at += 8;
    return wideNumber(view, at - 8);
  }) as [number, number, number];
}

function wideNumber(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function dataStart(view: DataView, offset: number, limit: number, what: string): number {
  if (offset + LOCAL_SIZE > limit || view.getUint32(offset, true) !== LOCAL) throw damaged(what);
  const names = view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  return offset + LOCAL_SIZE + names;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new DataError("the zip file has an entry whose name is not UTF-8: rename it");
  }
}
