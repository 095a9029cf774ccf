/**
 * Reads and writes safetensors, the format in which PyTorch models travel: a header that names the
 * tensors, then their elements. A large file is opened and read tensor by tensor. How the header is
 * read: safetensors-header.ts; what the elements mean: element.ts.
 */
import { Tensor } from "@nabla/core";
import type { DType } from "@nabla/core";

import { bytesOf, decode, elementTypes, encode } from "./element.js";
import type { ElementType } from "./element.js";
import { DataError } from "./errors.js";
import { parseHeader } from "./safetensors-header.js";
import type { HeaderEntry } from "./safetensors-header.js";
import { entriesOf, openBytes, recordOf, saveFile } from "./source.js";
import type { Bytes, NamedTensors, Source } from "./source.js";

const types: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ["BOOL", elementTypes.bool],
  ["U8", elementTypes.uint8],
  ["I8", elementTypes.int8],
  ["U16", elementTypes.uint16],
  ["I16", elementTypes.int16],
  ["U32", elementTypes.uint32],
  ["I32", elementTypes.int32],
  ["U64", elementTypes.uint64],
  ["I64", elementTypes.int64],
  ["F16", elementTypes.float16],
  ["BF16", elementTypes.bfloat16],
  ["F32", elementTypes.float32],
  ["F64", elementTypes.float64],
  ["F8_E5M2", elementTypes.float8_e5m2],
  ["F8_E4M3", elementTypes.float8_e4m3fn],
  ["F8_E5M2FNUZ", elementTypes.float8_e5m2fnuz],
  ["F8_E4M3FNUZ", elementTypes.float8_e4m3fnuz],
  ["F8_E8M0", elementTypes.float8_e8m0fnu],
]);

const names: Record<DType, string> = { float32: "F32", float64: "F64", int32: "I32", bool: "BOOL" };

/** The header's length comes first, in 8 bytes; 100 million is what other readers take too. */
const LENGTH = 8;
const LONGEST_HEADER = 100_000_000;

/**
 * A safetensors file whose tensors are read when they are asked for. It comes from
 * `openSafetensors`, which has checked the whole header: names, types, and that the tensors fill
 * the file without gaps or overlaps.
 *
 * @example
 * const file = openSafetensors(writeSafetensors({ w: tensor([1, 2]) }));
 * file.names() // [ 'w' ]
 * file.get("w") // tensor([1., 2.])
 */
export class SafetensorsFile {
  /** Text that was stored with the tensors. */
  readonly metadata: ReadonlyMap<string, string>;
  private readonly bytes: Bytes;
  private readonly entries: ReadonlyMap<string, HeaderEntry>;
  private readonly begin: number;

  /** Files come from `openSafetensors`. */
  constructor(bytes: Bytes) {
    this.bytes = bytes;
    const length = headerLength(bytes);
    const { entries, metadata } = parseHeader(bytes.read(LENGTH, LENGTH + length));
    this.begin = LENGTH + length;
    this.entries = entries;
    this.metadata = metadata;
    checkLayout(entries, bytes.size - this.begin);
  }

  /**
   * The names of the tensors, in the order of the header.
   * @example
   * openSafetensors(writeSafetensors({ b: tensor(0), w: tensor([1]) })).names() // [ 'b', 'w' ]
   */
  names(): string[] {
    return [...this.entries.keys()];
  }

  /**
   * The type of a tensor as the file names it (`BF16`), and its shape, without reading it.
   * @example
   * openSafetensors(writeSafetensors({ w: tensor([1, 2]) })).describe("w").dtype // F32
   */
  describe(name: string): { readonly dtype: string; readonly shape: readonly number[] } {
    const { dtype, shape } = this.entry(name);
    return { dtype, shape };
  }

  /**
   * Reads one tensor. Integers become int32, of 32 and 64 bits too where all fit, otherwise float64
   * where that is exact, otherwise a `DataError`; float16, bfloat16 and the float8 types become
   * float32, exactly.
   * @example
   * const file = openSafetensors(writeSafetensors({ w: tensor([1, 2]) }));
   * file.get("bias") // throws DataError: there is no tensor "bias"
   */
  get(name: string): Tensor {
    const { dtype, shape, offsets } = this.entry(name);
    const [from, to] = offsets.map((offset) => this.begin + offset);
    const bytes = this.bytes.read(from!, to!);
    return decode({ type: typeNamed(dtype), shape, bytes, what: quoted(name) });
  }

  /**
   * Closes the file; a file in memory needs no closing.
   * @example
   * openSafetensors(writeSafetensors({})).close() // undefined
   */
  close(): void {
    this.bytes.close();
  }

  private entry(name: string): HeaderEntry {
    const entry = this.entries.get(name);
    if (entry !== undefined) return entry;
    const some = this.names().slice(0, 10).join('", "');
    const more = this.entries.size > 10 ? ` and ${this.entries.size - 10} more` : "";
    throw new DataError(
      `there is no tensor ${JSON.stringify(name)} in ${this.bytes.name}; ` +
        (this.entries.size === 0 ? "there is none at all" : `there are "${some}"${more}`),
    );
  }
}

const quoted = (name: string): string => `tensor ${JSON.stringify(name.slice(0, 80))}`;

const typeNamed = (dtype: string): ElementType => types.get(dtype)!;

function headerLength(bytes: Bytes): number {
  if (bytes.size < LENGTH) {
    throw new DataError(
      `${bytes.name}: ${bytes.size} bytes are no safetensors file: it begins with 8 bytes that ` +
        "tell the length of its header",
    );
  }
  const first = bytes.read(0, LENGTH);
  const length = new DataView(first.buffer, first.byteOffset, LENGTH).getBigUint64(0, true);
  if (length > BigInt(Math.min(bytes.size - LENGTH, LONGEST_HEADER))) {
    throw new DataError(
      `${bytes.name}: the header should have ${length} bytes, but after its length the file has ` +
        `${bytes.size - LENGTH}, and a header at most ${LONGEST_HEADER}: ` +
        "it is cut off, or no safetensors file",
    );
  }
  return Number(length);
}

/** The tensors lie one after the other, in any order, from the first byte to the last. */
function checkLayout(entries: ReadonlyMap<string, HeaderEntry>, size: number): void {
  for (const [name, { dtype, shape, offsets }] of entries) {
    const type = types.get(dtype);
    if (type === undefined) {
      const shown = JSON.stringify(dtype.slice(0, 20));
      throw new DataError(
        `${quoted(name)} has elements of type ${shown}, which Nabla cannot read; it reads ` +
          [...types.keys()].join(", "),
      );
    }
    const wanted = bytesOf(type, shape, quoted(name));
    const [begin, end] = offsets as [number, number];
    if (end - begin !== wanted || end > size) {
      throw new DataError(
        `${quoted(name)}: ${dtype} of shape [${shape.join(", ")}] takes ${wanted} bytes; the ` +
          `header puts it at bytes ${begin} to ${end} of ${size}`,
      );
    }
  }
  const order = [...entries].sort(
    ([, a], [, b]) => a.offsets[0]! - b.offsets[0]! || a.offsets[1]! - b.offsets[1]!,
  );
  let at = 0;
  for (const [name, { offsets }] of order) {
    if (offsets[0] !== at) {
      throw new DataError(
        `${quoted(name)} begins at byte ${offsets[0]} where the one before ends at ${at}: ` +
          "tensors may neither overlap nor leave gaps",
      );
    }
    at = offsets[1]!;
  }
  if (at !== size) {
    throw new DataError(`the tensors end at byte ${at}, but the file goes on to ${size}`);
  }
}

/**
 * Opens a safetensors file without reading its tensors: bytes or, under Node, a path. Throws a
 * `DataError` for whatever is wrong with its header.
 *
 * @example
 * const bytes = writeSafetensors({ w: tensor([1, 2]) }, { metadata: { format: "pt" } });
 * openSafetensors(bytes).metadata.get("format") // pt
 * openSafetensors(bytes.subarray(0, 20)) // throws DataError: openSafetensors: the header should
 */
export function openSafetensors(source: Source): SafetensorsFile {
  const bytes = openBytes(source, "openSafetensors");
  try {
    return new SafetensorsFile(bytes);
  } catch (error) {
    bytes.close();
    throw error;
  }
}

/**
 * All tensors of a safetensors file, by name: bytes or, under Node, a path. The object inherits
 * nothing, so that any name is only a name. Types as in `SafetensorsFile.get`.
 *
 * @example
 * const { w } = readSafetensors(writeSafetensors({ w: tensor([1, 2]) }));
 * w // tensor([1., 2.])
 */
export function readSafetensors(source: Source): Record<string, Tensor> {
  const file = openSafetensors(source);
  try {
    return recordOf(file.names().map((name) => [name, file.get(name)]));
  } finally {
    file.close();
  }
}

/** What else goes into a safetensors file. */
export interface SafetensorsOptions {
  /** Text by name; PyTorch's tools write `{ format: "pt" }`. */
  readonly metadata?: NamedTensors<string>;
}

/**
 * The bytes of a safetensors file with these tensors: float32, float64, int32 and bool stay what
 * they are. Throws a `DataError` for a name that the format cannot hold.
 *
 * @example
 * readSafetensors(writeSafetensors({ on: tensor([true, false]) })).on // tensor([ true, false])
 */
export function writeSafetensors(
  tensors: NamedTensors<Tensor>,
  options: SafetensorsOptions = {},
): Uint8Array {
  const parts = [...safetensorsParts(tensors, options)];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Writes a safetensors file under Node, tensor by tensor, whole or not at all: see `saveFile`.
 *
 * @example
 * import { mkdtempSync } from "node:fs";
 * const path = `${mkdtempSync("/tmp/nabla-")}/model.safetensors`;
 * saveSafetensors(path, { w: tensor([1, 2]) });
 * readSafetensors(path).w // tensor([1., 2.])
 */
export function saveSafetensors(
  path: string,
  tensors: NamedTensors<Tensor>,
  options: SafetensorsOptions = {},
): void {
  saveFile(path, safetensorsParts(tensors, options));
}

function* safetensorsParts(
  tensors: NamedTensors<Tensor>,
  { metadata = {} }: SafetensorsOptions,
): Generator<Uint8Array> {
  const entries = entriesOf<Tensor>(tensors);
  const texts = entriesOf<string>(metadata).map(([key, text]) => `${jsonOf(key)}:${jsonOf(text)}`);
  const members = texts.length > 0 ? [`"__metadata__":{${texts.join(",")}}`] : [];
  // The widest first, so that every tensor lies where its type wants it.
  const order = entries
    .map(([name, x]) => ({ name, x, type: typeNamed(names[checkTensor(name, x).dtype]) }))
    .sort((a, b) => b.type.bytes - a.type.bytes);
  let at = 0;
  for (const { name, x, type } of order) {
    const end = at + type.bytes * x.numel();
    members.push(
      `${jsonOf(name)}:{"dtype":"${names[x.dtype]}","shape":[${x.shape.join(",")}],` +
        `"data_offsets":[${at},${end}]}`,
    );
    at = end;
  }
  const header = new TextEncoder().encode(`{${members.join(",")}}`);
  const padded = Math.ceil(header.length / LENGTH) * LENGTH;
  const first = new Uint8Array(LENGTH + padded).fill(0x20, LENGTH);
  new DataView(first.buffer).setBigUint64(0, BigInt(padded), true);
  first.set(header, LENGTH);
  yield first;
  for (const { x } of order) yield encode(x);
}

function checkTensor(name: string, x: Tensor): Tensor {
  if (!(x instanceof Tensor)) {
    throw new DataError(`${JSON.stringify(name)} is ${typeof x}, no tensor: use tensor(...) on it`);
  }
  if (name !== "__metadata__") return x;
  throw new DataError('no tensor can be called "__metadata__" in a safetensors file: rename it');
}

function jsonOf(text: string): string {
  if (typeof text === "string" && !/\p{Surrogate}/u.test(text)) return JSON.stringify(text);
  throw new DataError(`${JSON.stringify(text)} is no text that UTF-8 can hold: change it`);
}
