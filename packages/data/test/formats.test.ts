/** safetensors, npy and npz: what is read becomes what it says, and what is written is read. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { tensor, zeros } from "@nabla/core";
import type { DType, Tensor } from "@nabla/core";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";

import * as data from "../src/index.js";
import { npyOf, safetensorsOf } from "./hostile.js";

const folder = mkdtempSync(join(tmpdir(), "nabla-formats-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes, in either format, and the numbers that NumPy and PyTorch read in them. */
const elements: {
  safetensors?: string;
  npy?: string;
  bytes: number[];
  values: number[];
  dtype: DType;
}[] = [
  { safetensors: "BOOL", npy: "|b1", bytes: [0, 1], values: [0, 1], dtype: "bool" },
  { safetensors: "U8", npy: "|u1", bytes: [7, 255], values: [7, 255], dtype: "int32" },
  { safetensors: "I8", npy: "|i1", bytes: [7, 255], values: [7, -1], dtype: "int32" },
  { safetensors: "U16", npy: "<u2", bytes: [1, 0, 0, 255], values: [1, 65280], dtype: "int32" },
  { safetensors: "I16", npy: "<i2", bytes: [1, 0, 0, 255], values: [1, -256], dtype: "int32" },
  { npy: ">i2", bytes: [1, 0, 0, 255], values: [256, 255], dtype: "int32" },
  { safetensors: "U32", npy: "<u4", bytes: [1, 0, 0, 0], values: [1], dtype: "int32" },
  {
    safetensors: "U32",
    npy: "<u4",
    bytes: [0, 0, 0, 128],
    values: [2 ** 31],
    dtype: "float64",
  },
  { safetensors: "I32", npy: "<i4", bytes: [254, 255, 255, 255], values: [-2], dtype: "int32" },
  {
    safetensors: "I64",
    npy: "<i8",
    bytes: [254, 255, 255, 255, 255, 255, 255, 255],
    values: [-2],
    dtype: "int32",
  },
  {
    safetensors: "I64",
    npy: "<i8",
    bytes: [1, 0, 0, 0, 0, 1, 0, 0],
    values: [2 ** 40 + 1],
    dtype: "float64",
  },
  { safetensors: "U64", npy: "<u8", bytes: [3, 0, 0, 0, 0, 0, 0, 0], values: [3], dtype: "int32" },
  { npy: ">i8", bytes: [0, 0, 0, 0, 0, 0, 1, 2], values: [258], dtype: "int32" },
  {
    safetensors: "F16",
    npy: "<f2",
    bytes: [0, 0x3c, 0xff, 0x7b, 1, 0, 0, 0xfc, 0, 0x80],
    values: [1, 65504, 2 ** -24, -Infinity, -0],
    dtype: "float32",
  },
  {
    safetensors: "BF16",
    bytes: [0x80, 0x3f, 0x49, 0xc0],
    values: [1, -3.140625],
    dtype: "float32",
  },
  {
    safetensors: "F8_E4M3",
    bytes: [0x38, 0x7e, 0x01, 0xff],
    values: [1, 448, 2 ** -9, NaN],
    dtype: "float32",
  },
  {
    safetensors: "F8_E5M2",
    bytes: [0x3c, 0x7b, 0x01, 0xfc],
    values: [1, 57344, 2 ** -16, -Infinity],
    dtype: "float32",
  },
  {
    safetensors: "F8_E4M3FNUZ",
    bytes: [0x40, 0x7f, 0x80],
    values: [1, 240, NaN],
    dtype: "float32",
  },
  { safetensors: "F8_E5M2FNUZ", bytes: [0x40, 0x80], values: [1, NaN], dtype: "float32" },
  { safetensors: "F8_E8M0", bytes: [127, 130, 255], values: [1, 8, NaN], dtype: "float32" },
  { safetensors: "F32", npy: "<f4", bytes: [0, 0, 0x80, 0x3f], values: [1], dtype: "float32" },
  { npy: ">f4", bytes: [0x3f, 0x80, 0, 0], values: [1], dtype: "float32" },
  {
    safetensors: "F64",
    npy: "<f8",
    bytes: [0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f],
    values: [0.1],
    dtype: "float64",
  },
];

describe("elements", () => {
  for (const { safetensors, npy, bytes, values, dtype } of elements) {
    const read: [string, () => Tensor][] = [];
    if (safetensors !== undefined) {
      const entry = { dtype: safetensors, shape: [values.length], data_offsets: [0, bytes.length] };
      const file = safetensorsOf(JSON.stringify({ x: entry }), bytes);
      read.push([safetensors, () => data.readSafetensors(file)["x"]!]);
    }
    if (npy !== undefined) {
      const file = npyOf(
        `{'descr': '${npy}', 'fortran_order': False, 'shape': (${values.length},)}`,
        bytes,
      );
      read.push([npy, () => data.readNpy(file)]);
    }
    test.each(read)(`%s is ${values.join(", ")} in ${dtype}`, (_name, run) => {
      const x = run();
      expect([x.dtype, ...x.data()]).toEqual([dtype, ...values]);
    });
  }

  test("an integer that nothing of ours holds exactly is refused", () => {
    const bytes = [1, 0, 0, 0, 0, 0, 0, 0x10];
    const file = npyOf("{'descr': '<i8', 'fortran_order': False, 'shape': (1,)}", bytes);
    expect(() => data.readNpy(file)).toThrow(/1152921504606847000.*holds exactly/);
  });
});

describe("npy", () => {
  const six = new Uint8Array(24);
  const numbers = new Uint8Array(Float32Array.of(1, 4, 2, 5, 3, 6).buffer);

  test("Fortran order is turned", () => {
    const header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }";
    expect(data.readNpy(npyOf(header, numbers)).toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test.each([
    ["{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}", [2, 3]],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (6L,), }", [6]],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2,), }  \n", [3, 2]],
  ])("%s", (header, shape) => {
    expect(data.readNpy(npyOf(header, six)).shape).toEqual(shape);
  });

  test("versions 2 and 3", () => {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (), }";
    for (const version of [2, 3]) {
      expect(data.readNpy(npyOf(header, [0, 0, 128, 63], version)).item()).toBe(1);
    }
  });
});

const named = fc.dictionary(
  fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 12 }),
    fc.constantFrom("__proto__", "constructor", "toString", "0"),
  ),
  fc
    .record({
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
      dtype: fc.constantFrom<DType>("float32", "float64", "int32", "bool"),
      first: fc.integer({ min: -1000, max: 1000 }),
    })
    .map(({ shape, dtype, first }) => {
      const count = shape.reduce((product, size) => product * size, 1);
      const values = Array.from({ length: count }, (_, i) => first + i * 3);
      return tensor(values, { dtype }).reshape(shape);
    }),
  { maxKeys: 5, noNullPrototype: false },
);

function expectSame(read: Record<string, Tensor>, written: Record<string, Tensor>): void {
  expect(Object.keys(read).sort()).toEqual(Object.keys(written).sort());
  for (const [name, x] of Object.entries(written)) {
    const y = read[name]!;
    expect([y.dtype, y.shape, y.data()]).toEqual([x.dtype, x.shape, x.data()]);
  }
}

describe("what is written is read", () => {
  test("safetensors", () => {
    fc.assert(
      fc.property(named, (tensors) => {
        const bytes = data.writeSafetensors(tensors, {
          metadata: { "a\n": "ä", ["__proto__"]: "x" },
        });
        expectSame(data.readSafetensors(bytes), tensors);
        const { metadata } = data.openSafetensors(bytes);
        expect([...metadata]).toContainEqual(["a\n", "ä"]);
      }),
    );
  });

  test.each([true, false])("npz, compressed: %s", (compress) => {
    fc.assert(
      fc.property(named, (tensors) => {
        expectSame(data.readNpz(data.writeNpz(tensors, { compress })), tensors);
      }),
    );
    expect(Object.prototype).not.toHaveProperty("x");
  });

  test("views are written as they look", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]).t();
    expect(data.readNpy(data.writeNpy(x)).toArray()).toEqual(x.toArray());
  });

  test("files, tensor by tensor, from bytes that are not aligned", () => {
    const path = join(folder, "model.safetensors");
    const tensors = { b: tensor([true]), w: tensor([0.1], { dtype: "float64" }), n: zeros([2, 0]) };
    data.saveSafetensors(path, new Map(Object.entries(tensors)));
    const file = data.openSafetensors(path);
    expect(file.describe("w")).toEqual({ dtype: "F64", shape: [1] });
    expect(file.get("w").item()).toBe(0.1);
    file.close();
    expectSame(data.readSafetensors(path), tensors);
    const moved = new Uint8Array(1000);
    const bytes = data.writeSafetensors(tensors);
    moved.set(bytes, 3);
    expectSame(data.readSafetensors(moved.subarray(3, 3 + bytes.length)), tensors);
    expectSame(data.readSafetensors(bytes.slice().buffer), tensors);
    data.saveFile(path, data.writeNpz(tensors));
    expectSame(data.readNpz(path), tensors);
  });
});

describe("files that cannot be read or written", () => {
  test.each([
    ["is not there", () => data.readNpy(join(folder, "none.npy")), /cannot read .*no such file/],
    ["is a folder", () => data.readSafetensors(folder), /./],
    ["is in no folder", () => data.saveFile(join(folder, "a/b"), []), /no such file or folder/],
    [
      "is in a file",
      () => {
        writeFileSync(join(folder, "plain"), "");
        data.saveFile(join(folder, "plain/b"), []);
      },
      /a part of the path is no folder/,
    ],
    ["has a name of another kind", () => data.readNpy(3 as unknown as string), /neither bytes nor/],
  ])("%s", (_what, run, message) => {
    expect(run).toThrow(data.DataError);
    expect(run).toThrow(message);
  });
});
