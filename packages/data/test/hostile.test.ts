/** Files made to do harm: a clear error, no memory to speak of, nothing changed elsewhere. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { ones, tensor } from "@nabla/core";
import * as fc from "fast-check";
import { gzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";

import * as data from "../src/index.js";
import { npyOf, safetensorsOf } from "./hostile.js";

const one = (fields: string): string => `{"x":{${fields}}}`;
const entry = (shape: string, from: number | string, to: number | string, dtype = "F32"): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${from},${to}]}`;
const four = [0, 0, 128, 63];
const eight = [...four, ...four];

const million = 1_000_000;
const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];

const safetensors: [what: string, file: Uint8Array, message: RegExp][] = [
  ["empty", new Uint8Array(0), /0 bytes are no safetensors file/],
  ["shorter than the length", new Uint8Array(7), /7 bytes/],
  ["only a length", safetensorsOf("", [], 0n), /here should be \{/],
  ["a header of 2^63 bytes", safetensorsOf("{}", [], 2n ** 63n), /should have 9223372036854775808/],
  ["a header of 2^64 - 1 bytes", safetensorsOf("{}", [], 2n ** 64n - 1n), /should have 184467/],
  ["a header one byte too long", safetensorsOf("{}", [], 3n), /cut off/],
  ["a header one byte short", safetensorsOf("{}", [], 1n), /here should be "/],
  ["a list", safetensorsOf("[]"), /here should be \{/],
  ["arrays in arrays", safetensorsOf("[".repeat(8 * million)), /here should be \{/],
  ["objects in objects", safetensorsOf('{"a":'.repeat(2 * million)), /a tensor has only/],
  ["lists in a shape", safetensorsOf(one(`"shape":${"[".repeat(million)}`)), /whole number/],
  [
    "a shape of a million",
    safetensorsOf(one(`"shape":[${"0,".repeat(million)}0]`)),
    /more than 64/,
  ],
  ["a string that never ends", safetensorsOf(`{"${"a".repeat(8 * million)}`), /never closed/],
  ["a string that ends in an escape", safetensorsOf('{"\\'), /never closed/],
  ["bad UTF-8", safetensorsOf(Uint8Array.of(...utf8('{"'), 255, ...utf8('":{}}'))), /not UTF-8/],
  ["an unknown escape", safetensorsOf('{"\\q":{}}'), /an escape that JSON does not know/],
  ["half a character", safetensorsOf('{"\\ud800":{}}'), /an escape/],
  ["more after the header", safetensorsOf("{} {}"), /goes on after/],
  [
    "a name twice",
    safetensorsOf(`{"x":${entry("[0]", 0, 0)},"x":${entry("[0]", 0, 0)}}`),
    /"x" comes/,
  ],
  [
    "a name twice, once escaped",
    safetensorsOf(`{"x":${entry("[0]", 0, 0)},"\\u0078":${entry("[0]", 0, 0)}}`),
    /"x" comes twice/,
  ],
  ["metadata twice", safetensorsOf('{"__metadata__":{},"__metadata__":{}}'), /comes twice/],
  ["a key of metadata twice", safetensorsOf('{"__metadata__":{"a":"","a":""}}'), /"a" comes twice/],
  ["metadata that is no text", safetensorsOf('{"__metadata__":{"a":1}}'), /here should be "/],
  ["a dtype twice", safetensorsOf(one('"dtype":"F32","dtype":"F32"')), /"dtype" comes twice/],
  ["an unknown field", safetensorsOf(one('"__proto__":{}')), /a tensor has only/],
  ["a missing field", safetensorsOf(one('"dtype":"F32"')), /needs dtype, shape and data_offsets/],
  ["three offsets", safetensorsOf(one('"data_offsets":[0,0,0]')), /more than 2 numbers/],
  ["a negative number", safetensorsOf(one('"shape":[-1]')), /whole number/],
  ["a fraction", safetensorsOf(one('"shape":[1.5]')), /here should be \]/],
  ["a number with a leading zero", safetensorsOf(one('"shape":[01]')), /begins with 0/],
  ["an unknown type", safetensorsOf(`{"x":${entry("[1]", 0, 4, "Q4")}}`, four), /type "Q4"/],
  ["offsets beyond the file", safetensorsOf(`{"x":${entry("[2]", 0, 8)}}`, four), /0 to 8 of 4/],
  ["huge offsets", safetensorsOf(`{"x":${entry("[1]", 2 ** 52, 2 ** 52 + 4)}}`, four), /takes 4/],
  ["offsets of 2^64", safetensorsOf(`{"x":${entry("[1]", 0, `${2n ** 64n}`)}}`), /larger than any/],
  [
    "offsets the wrong way round",
    safetensorsOf(`{"x":${entry("[1]", 4, 0)}}`, four),
    /takes 4 bytes/,
  ],
  ["a shape that is larger", safetensorsOf(`{"x":${entry("[3]", 0, 4)}}`, four), /takes 12 bytes/],
  [
    "a shape that overflows",
    safetensorsOf(`{"x":${entry("[4294967296,4294967296]", 0, 0)}}`),
    /larger than any file/,
  ],
  [
    "a shape of nothing times much",
    safetensorsOf(`{"x":${entry("[0,9007199254740991]", 0, 0)}}`),
    /larger/,
  ],
  [
    "overlapping tensors",
    safetensorsOf(`{"x":${entry("[1]", 0, 4)},"y":${entry("[1]", 0, 4)}}`, four),
    /neither overlap nor leave gaps/,
  ],
  ["a gap", safetensorsOf(`{"x":${entry("[1]", 4, 8)}}`, eight), /begins at byte 4 where/],
  ["bytes that nobody has", safetensorsOf(`{"x":${entry("[1]", 0, 4)}}`, eight), /goes on to 8/],
];

const header = (descr: string, shape: string): string =>
  `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
const npy: [what: string, file: Uint8Array, message: RegExp][] = [
  ["empty", new Uint8Array(0), /no .npy file/],
  ["another magic", new Uint8Array(100), /no .npy file/],
  ["version 9", npyOf(header("<f4", ""), four, 9), /no .npy file/],
  ["a header beyond the file", npyOf("{").map((byte, i) => (i === 8 ? 200 : byte)), /cut off/],
  ["objects", npyOf(header("|O", "1,"), eight), /type "\|O"/],
  ["complex numbers", npyOf(header("<c8", "1,"), eight), /type "<c8"/],
  ["text", npyOf(header("<U1", "1,"), four), /type "<U1"/],
  ["records", npyOf("{'descr': [('a', '<f4')], 'shape': ()}"), /not the description/],
  ["a call", npyOf("__import__('os').getcwd()"), /not the description/],
  ["a key twice", npyOf("{'shape': (), 'shape': ()}"), /not the description/],
  ["a key too few", npyOf("{'shape': (), }"), /not the description/],
  ["more after it", npyOf(`${header("<f4", "")} + 1`, four), /not the description/],
  ["a number for a shape", npyOf(header("<f4", "1"), four), /not the description/],
  ["a negative size", npyOf(header("<f4", "-1,"), four), /not the description/],
  ["a size of 400 digits", npyOf(header("<f4", `${"9".repeat(400)},`)), /larger than any/],
  ["65 dimensions", npyOf(header("<f4", "1,".repeat(65)), four), /65 dimensions/],
  ["cut off", npyOf(header("<f4", "2,"), four), /takes 8 bytes, but after the header there are 4/],
  ["too long", npyOf(header("<f4", ""), eight), /takes 4 bytes, but after the header there are 8/],
  ["10 TB", npyOf(header("<f8", "1250000000000,")), /larger than any file/],
];

/** A zip file as `npz` writers make it, with some bytes of its index changed. */
function npz(
  pieces: Record<string, Uint8Array>,
  change?: (view: DataView, index: number) => void,
): Uint8Array {
  const file = zipSync(pieces, { level: 9 });
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  change?.(view, view.getUint32(file.length - 6, true));
  return file;
}
const small = { "x.npy": npyOf(header("<f4", "2,"), eight) };
const zerosOf = (megabytes: number): Uint8Array =>
  npyOf(header("|u1", `${megabytes * million},`), new Uint8Array(megabytes * million));
const bomb = zerosOf(64);

const npzs: [what: string, file: Uint8Array, message: RegExp][] = [
  ["empty", new Uint8Array(0), /no zip file/],
  ["zeros", new Uint8Array(million), /no zip file/],
  ["cut off", npz(small).subarray(0, -1), /no zip file|cut off/],
  ["a bomb", npz({ "x.npy": bomb }), /would become 640\d{5} bytes/],
  [
    "many small bombs",
    npz(Object.fromEntries("abcdefgh".split("").map((name) => [`${name}.npy`, zerosOf(3)]))),
    /would become 240/,
  ],
  [
    "a size that deflate cannot reach",
    npz(small, (view, at) => view.setUint32(at + 24, 15 * 2 ** 20, true)),
    /cannot become 15728640/,
  ],
  [
    "a size too large",
    npz(small, (view, at) => view.setUint32(at + 24, 200, true)),
    /of 200 bytes/,
  ],
  ["another checksum", npz(small, (view, at) => view.setUint32(at + 16, 1, true)), /checksum/],
  ["an offset outside", npz(small, (view, at) => view.setUint32(at + 42, 1e9, true)), /outside/],
  [
    "a packed size outside",
    npz(small, (view, at) => view.setUint32(at + 20, 1e9, true)),
    /outside/,
  ],
  [
    "sizes in a field that is missing",
    npz(small, (view, at) => view.setUint32(at + 24, 0xffffffff, true)),
    /large entry/,
  ],
  ["an unknown method", npz(small, (view, at) => view.setUint16(at + 10, 99, true)), /method 99/],
  ["encrypted", npz(small, (view, at) => view.setUint16(at + 8, 1, true)), /encrypted/],
  [
    "entries that overlap",
    npz({ ...small, "y.npy": small["x.npy"] }, (view, at) => {
      const second = at + 46 + view.getUint16(at + 28, true);
      view.setUint32(second + 42, view.getUint32(at + 42, true), true);
    }),
    /overlap/,
  ],
  ["no array", npz({ "x.txt": new Uint8Array(3) }), /no array/],
  ["an array that is none", npz({ "x.npy": new Uint8Array(30) }), /no .npy file/],
];

const idxOf = (...sizes: number[]): number[] => [
  0,
  0,
  8,
  sizes.length,
  ...sizes.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]),
];
const gzip = (bytes: ArrayLike<number>): Uint8Array => gzipSync(Uint8Array.from(bytes));
const idxBomb = new Uint8Array(20 * million);
idxBomb.set(idxOf(20 * million - 8));
const idxs: [what: string, file: Uint8Array, message: RegExp][] = [
  ["empty", new Uint8Array(0), /no IDX file/],
  ["an unknown type", Uint8Array.of(0, 0, 7, 0), /no IDX file/],
  ["sizes cut off", Uint8Array.of(0, 0, 8, 255, 0, 0), /no IDX file/],
  ["255 dimensions", Uint8Array.from(idxOf(...(Array(255).fill(1) as number[]))), /255 dimensions/],
  ["16 EB", Uint8Array.from(idxOf(0xffffffff, 0xffffffff)), /larger than any file/],
  ["cut off", Uint8Array.from([...idxOf(3), 1, 2]), /takes 3 bytes; the file has 2/],
  ["too long", Uint8Array.from([...idxOf(1), 1, 2]), /takes 1 bytes; the file has 2/],
  ["gzip cut off", gzip([...idxOf(1), 1]).subarray(0, -1), /./],
  ["gzip of nothing", Uint8Array.of(31, 139), /cut off/],
  ["gzip of something else", gzip(utf8("hello")), /no IDX file/],
  [
    "another checksum",
    gzip([...idxOf(1), 1]).map((b, i, all) => (i === all.length - 8 ? b ^ 1 : b)),
    /checksum/,
  ],
  ["a bomb", gzip(idxBomb), /would become 20000000/],
];

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const used = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

/** What a call throws, and how many bytes it took; measured while they are still there. */
function failureOf(run: () => unknown, measured = true): { error: unknown; taken: number } {
  if (measured) collect();
  const before = used();
  try {
    run();
  } catch (error) {
    return { error, taken: used() - before };
  }
  return { error: undefined, taken: 0 };
}

describe.each([
  ["safetensors", safetensors, data.readSafetensors],
  ["npy", npy, data.readNpy],
  ["npz", npzs, (file: Uint8Array) => data.readNpz(file)],
  ["idx", idxs, (file: Uint8Array) => data.readIdx(file)],
] as const)("%s refuses", (_format, files, read) => {
  test.each(files.map((row) => [...row] as const))("%s", (_what, file, message) => {
    // Once for the code, which takes memory itself when it first runs.
    expect(() => read(file)).toThrow(data.DataError);
    const { error } = failureOf(() => read(file));
    // The least of three: what others do in between is counted too.
    const taken = Math.min(...[1, 2, 3].map(() => failureOf(() => read(file)).taken));
    expect(error).toBeInstanceOf(data.DataError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message.length).toBeLessThan(500);
    expect(taken).toBeLessThan(1_000_000);
  });
});

test("a bomb that tells a small size is stopped when it has grown to that", () => {
  const file = npz({ "x.npy": bomb }, (view, at) => view.setUint32(at + 24, 100_000, true));
  const failures = [1, 2, 3, 4].map(() => failureOf(() => data.readNpz(file)));
  expect((failures[0]!.error as Error).message).toMatch(/more comes out than the 100000 bytes/);
  // What the library that inflates has let go of already is counted too.
  expect(Math.min(...failures.map(({ taken }) => taken))).toBeLessThan(2_000_000);
});

test("a bomb can be had by those who ask for it", () => {
  const array = npyOf(header("|b1", `${20 * million},`), new Uint8Array(20 * million));
  const file = npz({ "x.npy": array });
  expect(() => data.readNpz(file)).toThrow(/pass \{ maxBytes: 200/);
  expect(data.readNpz(file, { maxBytes: 21 * million })["x"]?.numel()).toBe(20 * million);
});

test("names are only names", () => {
  const text = `{"__proto__":${entry("[1]", 0, 4)},"constructor":${entry("[1]", 4, 8)}}`;
  const read = data.readSafetensors(safetensorsOf(text, eight));
  expect(Object.getPrototypeOf(read)).toBe(null);
  expect(Object.keys(read)).toEqual(["__proto__", "constructor"]);
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

describe("damage at random is refused or read, never anything else", () => {
  const tensors = {
    a: tensor([1, 2, 3]),
    b: ones([2, 3], { dtype: "float64" }),
    c: tensor([true]),
  };
  const readers: [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
    ["safetensors", data.writeSafetensors(tensors, { metadata: { k: "v" } }), data.readSafetensors],
    ["npy", data.writeNpy(tensors.b), data.readNpy],
    ["npz", data.writeNpz(tensors), (bytes) => data.readNpz(bytes)],
    ["npz, compressed", data.writeNpz(tensors, { compress: true }), (bytes) => data.readNpz(bytes)],
    ["idx", Uint8Array.from([...idxOf(2, 2), 1, 2, 3, 4]), (bytes) => data.readIdx(bytes)],
    ["idx, gzipped", gzip([...idxOf(2, 2), 1, 2, 3, 4]), (bytes) => data.readIdx(bytes)],
  ];
  const change = fc.record({
    at: fc.nat({ max: 2000 }),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      fc.constantFrom('"', "{", "}", "[", "]", ",", "9", "0", "\\").map((c) => utf8(c)),
    ),
    cut: fc.option(fc.nat({ max: 2000 }), { freq: 4 }),
    insert: fc.boolean(),
  });

  test.each(readers)("%s", (_name, file, read) => {
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let bytes = [...file];
        for (const { at, bytes: put, cut, insert } of changes) {
          bytes.splice(at % bytes.length, insert ? 0 : put.length, ...put);
          if (cut !== null) bytes = bytes.slice(0, cut % bytes.length);
          if (bytes.length === 0) bytes = [0];
        }
        const { error } = failureOf(() => read(Uint8Array.from(bytes)), false);
        if (error !== undefined) refused += 1;
        expect((error as Error | undefined)?.name ?? "DataError").toBe("DataError");
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});
