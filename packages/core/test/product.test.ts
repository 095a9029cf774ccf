// Products against sums written out by hand, on plain arrays; and what they refuse. matmul itself:
// ops.test.ts. Derivatives: structure-cases.ts.

import {
  arange,
  ArgumentError,
  DTypeError,
  eye,
  multiDot,
  ones,
  ShapeError,
  tensor,
  zeros,
} from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { at, indicesOf, sizeOf, spread, toTensor } from "./arrays.js";
import type { PlainArray } from "./arrays.js";

/** A plain array, and the tensor that it is. */
function both(shape: readonly number[], seed: number): [PlainArray, Tensor] {
  const plain = { shape, values: spread(sizeOf(shape), [-2, 2], seed) };
  return [plain, toTensor(plain)];
}

const total = (count: number, term: (k: number) => number): number =>
  Array.from({ length: count }, (_, k) => term(k)).reduce((sum, value) => sum + value, 0);

type Entry = (a: (...i: number[]) => number, b: (...i: number[]) => number, i: number[]) => number;
type Case = [
  name: string,
  run: (a: Tensor, b: Tensor) => Tensor,
  shapes: [number[], number[]],
  result: number[],
  entry: Entry,
];

const cases: Case[] = [
  [
    "mm",
    (a, b) => a.mm(b),
    [
      [2, 3],
      [3, 4],
    ],
    [2, 4],
    (a, b, [i, j]) => total(3, (k) => a(i!, k) * b(k, j!)),
  ],
  [
    "bmm",
    (a, b) => a.bmm(b),
    [
      [2, 1, 3],
      [2, 3, 2],
    ],
    [2, 1, 2],
    (a, b, [n, i, j]) => total(3, (k) => a(n!, i!, k) * b(n!, k, j!)),
  ],
  ["mv", (a, b) => a.mv(b), [[2, 3], [3]], [2], (a, b, [i]) => total(3, (k) => a(i!, k) * b(k))],
  ["dot", (a, b) => a.dot(b), [[4], [4]], [], (a, b) => total(4, (k) => a(k) * b(k))],
  ["vdot", (a, b) => a.vdot(b), [[4], [4]], [], (a, b) => total(4, (k) => a(k) * b(k))],
  ["outer", (a, b) => a.outer(b), [[2], [3]], [2, 3], (a, b, [i, j]) => a(i!) * b(j!)],
  [
    "inner",
    (a, b) => a.inner(b),
    [
      [2, 3],
      [4, 3],
    ],
    [2, 4],
    (a, b, [i, j]) => total(3, (k) => a(i!, k) * b(j!, k)),
  ],
  [
    "inner with a number",
    (a, b) => a.inner(b),
    [[2, 3], []],
    [2, 3],
    (a, b, [i, j]) => a(i!, j!) * b(),
  ],
  [
    "vecdot",
    (a, b) => a.vecdot(b, 0),
    [
      [3, 2],
      [3, 1],
    ],
    [2],
    (a, b, [i]) => total(3, (k) => a(k, i!) * b(k, 0)),
  ],
  [
    "tensordot",
    (a, b) => a.tensordot(b),
    [
      [2, 3, 2],
      [3, 2, 4],
    ],
    [2, 4],
    (a, b, [i, j]) => total(6, (k) => a(i!, k >> 1, k % 2) * b(k >> 1, k % 2, j!)),
  ],
  [
    "tensordot of pairs",
    (a, b) => a.tensordot(b, [[0], [-1]]),
    [
      [3, 2],
      [4, 3],
    ],
    [2, 4],
    (a, b, [i, j]) => total(3, (k) => a(k, i!) * b(j!, k)),
  ],
  [
    "tensordot of nothing",
    (a, b) => a.tensordot(b, 0),
    [[2], [3]],
    [2, 3],
    (a, b, [i, j]) => a(i!) * b(j!),
  ],
  [
    "kron",
    (a, b) => a.kron(b),
    [
      [2, 2],
      [1, 3],
    ],
    [2, 6],
    (a, b, [i, j]) => a(i!, Math.floor(j! / 3)) * b(0, j! % 3),
  ],
  [
    "kron of other ranks",
    (a, b) => a.kron(b),
    [[2], [2, 2]],
    [2, 4],
    (a, b, [i, j]) => a(j! >> 1) * b(i!, j! % 2),
  ],
  [
    "addmm",
    (a, b) => ones([2], { dtype: "float64" }).addmm(a, b, { beta: 3, alpha: 2 }),
    [
      [2, 3],
      [3, 2],
    ],
    [2, 2],
    (a, b, [i, j]) => 3 + 2 * total(3, (k) => a(i!, k) * b(k, j!)),
  ],
  [
    "addmv",
    (a, b) => b.addmv(a, b),
    [[3, 3], [3]],
    [3],
    (a, b, [i]) => b(i!) + total(3, (k) => a(i!, k) * b(k)),
  ],
  [
    "addr",
    (a, b) => b.addr(a, b, { alpha: -1 }),
    [[2], [3]],
    [2, 3],
    (a, b, [i, j]) => b(j!) - a(i!) * b(j!),
  ],
  [
    "baddbmm",
    (a, b) => a.baddbmm(a, b),
    [
      [2, 2, 2],
      [2, 2, 2],
    ],
    [2, 2, 2],
    (a, b, [n, i, j]) => a(n!, i!, j!) + total(2, (k) => a(n!, i!, k) * b(n!, k, j!)),
  ],
  [
    "addbmm",
    (a, b) => ones([], { dtype: "float64" }).addbmm(a, b, { beta: 0 }),
    [
      [2, 1, 3],
      [2, 3, 1],
    ],
    [1, 1],
    (a, b) => total(6, (k) => a(k % 2, 0, k >> 1) * b(k % 2, k >> 1, 0)),
  ],
  [
    "cross",
    (a, b) => a.cross(b),
    [
      [2, 3],
      [2, 3],
    ],
    [2, 3],
    (a, b, [n, i]) =>
      a(n!, (i! + 1) % 3) * b(n!, (i! + 2) % 3) - a(n!, (i! + 2) % 3) * b(n!, (i! + 1) % 3),
  ],
  [
    "cross along the first dimension of size 3",
    (a, b) => a.cross(b),
    [
      [3, 3],
      [3, 3],
    ],
    [3, 3],
    (a, b, [i, n]) =>
      a((i! + 1) % 3, n!) * b((i! + 2) % 3, n!) - a((i! + 2) % 3, n!) * b((i! + 1) % 3, n!),
  ],
  ["trace", (a) => a.trace(), [[2, 3], []], [], (a) => a(0, 0) + a(1, 1)],
  [
    "multiDot",
    (a, b) => multiDot([a, b, a]),
    [[2], [2, 2]],
    [],
    (a, b) => total(4, (k) => a(k >> 1) * b(k >> 1, k % 2) * a(k % 2)),
  ],
  [
    "matrixPower",
    (a) => a.matrixPower(2),
    [[2, 2], []],
    [2, 2],
    (a, _, [i, j]) => total(2, (k) => a(i!, k) * a(k, j!)),
  ],
];

test.each(cases)("%s", (_name, run, shapes, result, entry) => {
  const [[plainA, a], [plainB, b]] = [both(shapes[0], 0), both(shapes[1], 1)];
  const product = run(a, b);
  expect(product.shape).toEqual(result);
  const read =
    (plain: PlainArray) =>
    (...index: number[]) =>
      at(plain, index);
  const expected = indicesOf(result).map((index) => entry(read(plainA), read(plainB), index));
  [...product.data()].forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
});

describe("corners", () => {
  test("a chain gives what multiplying from the left gives, wherever it begins", () => {
    const sizes = [4, 1, 5, 2, 3];
    const chain = sizes.slice(1).map((size, i) => both([sizes[i]!, size], i)[1]);
    const expected = chain.reduce((product, matrix) => product.matmul(matrix)).data();
    [...multiDot(chain).data()].forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
  });

  test("a beta of 0 forgets even NaN", () => {
    const x = tensor([NaN, Infinity]);
    expect(x.addmv(eye(2), tensor([1, 2]), { beta: 0 }).toArray()).toEqual([1, 2]);
  });

  test("whole numbers stay whole", () => {
    const a = arange(4, { dtype: "int32" }).reshape([2, 2]);
    expect(a.addmm(a, a, { alpha: 2 }).toArray()).toEqual([
      [4, 7],
      [14, 25],
    ]);
    expect(a.matrixPower(0).dtype).toBe("int32");
    expect(a.kron(a).dtype).toBe("int32");
  });

  test("powers up to 6", () => {
    const a = tensor([
      [1, 1],
      [1, 0],
    ]);
    const fibonacci = [1, 2, 3, 4, 5, 6].map((n) => a.matrixPower(n).toArray());
    expect(fibonacci.map((m) => (m as number[][])[0]![1])).toEqual([1, 1, 2, 3, 5, 8]);
  });
});

describe("refused", () => {
  const [m, v, n]: [Tensor, Tensor, Tensor] = [zeros([2, 3]), zeros([3]), tensor(1)];
  const one: Tensor = zeros([1, 2, 2]);
  const refusals: [string, () => unknown, new (message: string) => Error, string][] = [
    ["mm of a vector", () => m.mm(v), ShapeError, "mm: [2, 3] × [3]: it multiplies two matrices"],
    ["mm that does not fit", () => m.mm(m), ShapeError, "mm: [2, 3] × [2, 3]: 3 ≠ 2"],
    [
      "bmm of matrices",
      () => m.bmm(m),
      ShapeError,
      "bmm: [2, 3] × [2, 3]: it multiplies two batches",
    ],
    ["bmm of unequal batches", () => one.bmm(zeros([2, 2, 2])), ShapeError, "1 and 2 matrices"],
    ["mv of a matrix", () => m.mv(m), ShapeError, "tensors of 2 and of 1 dimensions"],
    ["dot of other sizes", () => v.dot(zeros([2])), ShapeError, "dot: [3] × [2]: 3 ≠ 2"],
    ["dot of a matrix", () => m.dot(v), ShapeError, "dot: [2, 3] × [3]"],
    [
      "outer of a matrix",
      () => m.outer(v),
      ShapeError,
      "outer: [2, 3] × [3]: both must be vectors",
    ],
    ["inner of other sizes", () => m.inner(zeros([2])), ShapeError, "inner: [2, 3] × [2]: 3 ≠ 2"],
    ["tensordot of other sizes", () => m.tensordot(m, 1), ShapeError, "dimension 1 of one and 0"],
    ["tensordot of too many", () => m.tensordot(m, 3), ArgumentError, "a number up to 2"],
    [
      "tensordot twice",
      () =>
        m.tensordot(m, [
          [0, 0],
          [0, 1],
        ]),
      ArgumentError,
      "naming a dimension once",
    ],
    [
      "addmm to another shape",
      () => zeros([4]).addmm(m, m.t()),
      ShapeError,
      "cannot be added to a product of shape [2, 2]",
    ],
    [
      "addmm of other types",
      () => zeros([2], { dtype: "float64" }).addmm(m, m.t()),
      DTypeError,
      "float64",
    ],
    ["cross without a 3", () => zeros([2]).cross(zeros([2])), ShapeError, "no vectors of size 3"],
    ["trace of a vector", () => v.trace(), ShapeError, "trace: a tensor of shape [3]"],
    ["a power of no square", () => m.matrixPower(2), ShapeError, "is no square matrix"],
    ["half a power", () => eye(2).matrixPower(0.5), ArgumentError, "the power is 0.5"],
    ["a chain of one", () => multiDot([m]), ArgumentError, "two tensors or more"],
    ["a chain that does not fit", () => multiDot([m, m]), ShapeError, "[2, 3] × [2, 3]: input 1"],
    ["a number in a chain", () => multiDot([m, n]), ShapeError, "input 1"],
  ];
  test.each(refusals)("%s", (_name, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });
});
