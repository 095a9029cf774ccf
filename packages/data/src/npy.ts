/**
 * Reads and writes NumPy's `.npy`: one array, described by a line of Python. That line is read by
 * a grammar of its own and never run; arrays of objects, text and records are refused. Read next:
 * npz.ts, several arrays in one file.
 *
 * Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays", versions 1 to 3.
 */
import type { DType, Tensor } from "@nabla/core";

import { bytesOf, decode, elementTypes, encode } from "./element.js";
import type { ElementType } from "./element.js";
import { DataError } from "./errors.js";
import { openBytes } from "./source.js";
import type { Source } from "./source.js";

const types: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ["b1", elementTypes.bool],
  ["u1", elementTypes.uint8],
  ["i1", elementTypes.int8],
  ["u2", elementTypes.uint16],
  ["i2", elementTypes.int16],
  ["u4", elementTypes.uint32],
  ["i4", elementTypes.int32],
  ["u8", elementTypes.uint64],
  ["i8", elementTypes.int64],
  ["f2", elementTypes.float16],
  ["f4", elementTypes.float32],
  ["f8", elementTypes.float64],
]);

const names: Record<DType, string> = { float32: "<f4", float64: "<f8", int32: "<i4", bool: "|b1" };

/** Magic, version and length of the header come first; NumPy reads no longer header either. */
const MAGIC = "\x93NUMPY";
const LONGEST_HEADER = 10_000;

/** How far into a file its header can reach. */
const LONGEST_START = 12 + LONGEST_HEADER;

/** Where an array lies in its file and what it is. */
interface NpyArray {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly bigEndian: boolean;
  readonly fortran: boolean;
  readonly begin: number;
}

/** Reads the header from the first bytes of a file of `size` bytes. */
export function parseNpy(head: Uint8Array, size: number, what: string): NpyArray {
  const latin = (from: number, to: number): string =>
    String.fromCharCode(...head.subarray(from, to));
  const version = head[6] ?? 0;
  if (latin(0, 6) !== MAGIC || version < 1 || version > 3 || head.length < 12) {
    throw new DataError(`${what} is no .npy file of version 1, 2 or 3, or it is cut off`);
  }
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const [start, length] =
    version === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const begin = start + length;
  if (length > LONGEST_HEADER || begin > Math.min(size, head.length)) {
    throw new DataError(
      `${what}: its header should have ${length} bytes; it is cut off, or no array of numbers ` +
        `(their headers have at most ${LONGEST_HEADER})`,
    );
  }
  const { descr, fortran, shape } = parseDictionary(latin(start, begin), what);
  const found = /^([<>|=]?)(\w+)$/.exec(descr);
  const [order, kind] = [found?.[1], found?.[2]];
  const type = types.get(kind ?? "");
  if (type === undefined) {
    throw new DataError(
      `${what} holds elements of type "${descr.slice(0, 40)}", which Nabla cannot read; it reads ` +
        [...types.keys()].join(", "),
    );
  }
  const wanted = bytesOf(type, shape, what);
  if (size - begin !== wanted) {
    throw new DataError(
      `${what}: an array of shape [${shape.join(", ")}] of ${kind} takes ${wanted} bytes, but ` +
        `after the header there are ${size - begin}`,
    );
  }
  return { type, shape, bigEndian: order === ">", fortran, begin };
}

const member = new RegExp(
  [
    "\\s*(?:'(descr)'\\s*:\\s*'([^'\\\\]*)'",
    "'(fortran_order)'\\s*:\\s*(True|False)",
    "'(shape)'\\s*:\\s*\\(([\\d\\s,L]*)\\))\\s*(,\\s*\\}?|\\})",
  ].join("|"),
  "y",
);

/** `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }`, its keys in any order. */
function parseDictionary(
  text: string,
  what: string,
): { descr: string; fortran: boolean; shape: number[] } {
  const fail = (): never => {
    throw new DataError(
      `${what}: its header is not the description of one array of numbers: ` +
        JSON.stringify(text.trim().slice(0, 120)),
    );
  };
  const found = new Map<string, string>();
  const open = /^\s*\{/.exec(text);
  if (open === null) return fail();
  member.lastIndex = open[0].length;
  for (let closed = false; !closed;) {
    const parts = member.exec(text);
    if (parts === null) return fail();
    const name = parts[1] ?? parts[3] ?? parts[5] ?? "";
    if (found.has(name)) return fail();
    found.set(name, parts[2] ?? parts[4] ?? parts[6] ?? "");
    closed = parts[7]!.endsWith("}");
    if (closed && text.slice(member.lastIndex).trim() !== "") return fail();
  }
  const descr = found.get("descr");
  const sizes = found.get("shape")?.trim();
  if (descr === undefined || sizes === undefined || !found.has("fortran_order")) return fail();
  if (!/^(\d+L?\s*,\s*(\d+L?\s*,\s*)*(\d+L?)?)?$/.test(sizes)) return fail();
  const shape = sizes === "" ? [] : sizes.replace(/,\s*$/, "").split(",");
  return {
    descr,
    fortran: found.get("fortran_order") === "True",
    shape: shape.map((size) => Number(size.replace("L", ""))),
  };
}

/** The tensor of an array whose bytes are at hand. */
export function decodeNpy(array: NpyArray, bytes: Uint8Array, what: string): Tensor {
  const { type, shape, bigEndian, fortran } = array;
  if (!fortran || shape.length < 2) return decode({ type, shape, bytes, bigEndian, what });
  // Column by column is row by row of the transposed array.
  const turned = decode({ type, shape: [...shape].reverse(), bytes, bigEndian, what });
  return turned.permute(shape.map((_, i) => shape.length - 1 - i)).contiguous();
}

/**
 * The array of a `.npy` file: bytes or, under Node, a path. Either byte order, C and Fortran order.
 * float32, float64, int32 and bool stay what they are; float16 becomes float32; integers become
 * int32, those of 32 and 64 bits too where all fit, otherwise float64 where that is exact. Throws a
 * `DataError` for everything else: complex numbers, text, dates, records, objects.
 *
 * @example
 * readNpy(writeNpy(tensor([[1, 2], [3, 4]]))).shape // [ 2, 2 ]
 * readNpy(new Uint8Array(3)) // throws DataError: readNpy is no .npy file
 */
export function readNpy(source: Source): Tensor {
  const bytes = openBytes(source, "readNpy");
  try {
    const head = bytes.read(0, Math.min(bytes.size, LONGEST_START));
    const array = parseNpy(head, bytes.size, bytes.name);
    return decodeNpy(array, bytes.read(array.begin, bytes.size), bytes.name);
  } finally {
    bytes.close();
  }
}

/**
 * The bytes of a `.npy` file with this tensor, in C order. Write them with `saveFile`.
 *
 * @example
 * readNpy(writeNpy(tensor([true, false]))) // tensor([ true, false])
 */
export function writeNpy(x: Tensor): Uint8Array {
  const shape = x.shape.length === 1 ? `${x.shape[0]},` : x.shape.join(", ");
  const text = `{'descr': '${names[x.dtype]}', 'fortran_order': False, 'shape': (${shape}), }`;
  const begin = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = `${MAGIC}\x01\x00\0\0${text}${" ".repeat(begin - 11 - text.length)}\n`;
  const elements = encode(x);
  const bytes = new Uint8Array(begin + elements.length);
  for (let i = 0; i < begin; i++) bytes[i] = header.charCodeAt(i);
  new DataView(bytes.buffer).setUint16(8, begin - 10, true);
  bytes.set(elements, begin);
  return bytes;
}
