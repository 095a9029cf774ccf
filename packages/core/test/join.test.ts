// Joining and splitting: each undoes the other, whatever the shapes; types meet as in PyTorch;
// gradients go to every part, and only there.

import {
  ArgumentError,
  blockDiag,
  cartesianProd,
  cat,
  columnStack,
  dstack,
  hstack,
  IndexError,
  meshgrid,
  ShapeError,
  stack,
  tensor,
  vstack,
  zeros,
} from "@nabla/core";
import type { DType, Tensor } from "@nabla/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { sizeOf, spread, toTensor } from "./arrays.js";

const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });

const filled = (shape: readonly number[], seed = 0): Tensor =>
  toTensor({ shape, values: spread(sizeOf(shape), [-3, 3], seed) });

describe("cat undoes", () => {
  const cases: [string, (x: Tensor, dim: number, n: number) => Tensor[]][] = [
    ["split", (x, dim, n) => x.split(n, dim)],
    [
      "split into sizes",
      (x, dim, n) => x.split([Math.min(n, x.size(dim)), Math.max(0, x.size(dim) - n)], dim),
    ],
    ["chunk", (x, dim, n) => x.chunk(n, dim)],
    ["tensorSplit", (x, dim, n) => x.tensorSplit(n, dim)],
    ["tensorSplit at positions", (x, dim, n) => x.tensorSplit([n - 2, n], dim)],
  ];
  test.each(cases)("%s", (_name, cut) => {
    const property = fc.property(
      shapes,
      fc.nat(2),
      fc.integer({ min: 2, max: 4 }),
      (shape, at, n) => {
        const x = filled(shape);
        const dim = at % shape.length;
        const joined = cat(cut(x, dim, n), dim);
        expect(joined.shape).toEqual(shape);
        expect([...joined.data()]).toEqual([...x.data()]);
      },
    );
    fc.assert(property);
  });

  test("stack undoes unbind", () => {
    const property = fc.property(shapes, fc.nat(2), (shape, at) => {
      const x = filled(shape).transpose(0, shape.length - 1);
      const dim = at % shape.length;
      const joined = stack(x.unbind(dim), dim);
      expect(joined.toArray()).toEqual(x.toArray());
    });
    fc.assert(property);
  });
});

describe("sizes of the parts", () => {
  const sizes = (parts: readonly Tensor[]): number[] => parts.map((part) => part.size(0));
  const x = zeros([5, 2]);
  test.each([
    [x.split(2), [2, 2, 1]],
    [x.split([4, 0, 1]), [4, 0, 1]],
    [x.chunk(4), [2, 2, 1]],
    [x.tensorSplit(3), [2, 2, 1]],
    [x.tensorSplit(7), [1, 1, 1, 1, 1, 0, 0]],
    [x.tensorSplit([1, -1]), [1, 3, 1]],
    [x.tensorSplit([3, 9]), [3, 2, 0]],
    [x.tensorSplit(tensor([2], { dtype: "int32" })), [2, 3]],
    [x.vsplit(5), [1, 1, 1, 1, 1]],
    [zeros([0, 2]).split(3), [0]],
    [zeros([0, 2]).chunk(2), [0, 0]],
  ])("%#", (parts, expected) => {
    expect(sizes(parts)).toEqual(expected);
  });

  test("hsplit and dsplit cut the second and the third dimension, hsplit a vector", () => {
    expect(zeros([2, 6]).hsplit(3)[0]!.shape).toEqual([2, 2]);
    expect(zeros([6]).hsplit([2])[1]!.shape).toEqual([4]);
    expect(zeros([2, 1, 6]).dsplit(2)[1]!.shape).toEqual([2, 1, 3]);
  });

  test("parts are views", () => {
    const whole = tensor([1, 2, 3]);
    whole.split(2)[1]!.fill_(0);
    whole.chunk(3)[0]!.fill_(9);
    expect(whole.toArray()).toEqual([9, 2, 0]);
  });
});

describe("joining", () => {
  const a = tensor([1, 2]);
  const b = tensor([3, 4]);
  const m = tensor([[5, 6]]);
  const cases: [string, () => Tensor, unknown][] = [
    ["cat", () => cat([a, b]), [1, 2, 3, 4]],
    ["cat of one", () => cat([a]), [1, 2]],
    ["cat with nothing", () => cat([tensor([]), m, tensor([])], 1), [[5, 6]]],
    ["cat of nothing", () => cat([tensor([]), tensor([])]), []],
    ["cat of an empty part", () => cat([zeros([0, 2]), m]), [[5, 6]]],
    [
      "cat of views",
      () => cat([m.t(), m.expand([2, 2])], 1),
      [
        [5, 5, 6],
        [6, 5, 6],
      ],
    ],
    [
      "stack",
      () => stack([a, b], -1),
      [
        [1, 3],
        [2, 4],
      ],
    ],
    ["stack of numbers", () => stack([tensor(1), tensor(2)]), [1, 2]],
    ["hstack", () => hstack([tensor(1), b]), [1, 3, 4]],
    ["hstack of matrices", () => hstack([m, m]), [[5, 6, 5, 6]]],
    [
      "vstack",
      () => vstack([a, m]),
      [
        [1, 2],
        [5, 6],
      ],
    ],
    [
      "dstack",
      () => dstack([a, b]),
      [
        [
          [1, 3],
          [2, 4],
        ],
      ],
    ],
    [
      "columnStack",
      () => columnStack([a, m.t(), b]),
      [
        [1, 5, 3],
        [2, 6, 4],
      ],
    ],
    [
      "blockDiag",
      () => blockDiag([m, tensor(1), m.t()]),
      [
        [5, 6, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 5],
        [0, 0, 0, 6],
      ],
    ],
    [
      "meshgrid",
      () => meshgrid([a, tensor([7, 8, 9])])[0]!,
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
    ],
    [
      "meshgrid, the second",
      () => meshgrid([a, b])[1]!,
      [
        [3, 4],
        [3, 4],
      ],
    ],
    ["meshgrid for pictures", () => meshgrid([a, tensor([7])], { indexing: "xy" })[0]!, [[1, 2]]],
    [
      "cartesianProd",
      () => cartesianProd([a, b]),
      [
        [1, 3],
        [1, 4],
        [2, 3],
        [2, 4],
      ],
    ],
    ["cartesianProd of one", () => cartesianProd([a]), [1, 2]],
  ];
  test.each(cases)("%s", (_name, run, expected) => {
    expect(run().toArray()).toEqual(expected);
  });

  const types: [DType, DType, DType][] = [
    ["bool", "int32", "int32"],
    ["int32", "float32", "float32"],
    ["float32", "float64", "float64"],
    ["bool", "bool", "bool"],
  ];
  test.each(types)("%s and %s give %s", (left, right, common) => {
    const parts = [zeros([1], { dtype: left }), zeros([1], { dtype: right })];
    for (const join of [cat, stack, hstack, vstack, blockDiag]) {
      expect(join(parts).dtype).toBe(common);
      expect(join(parts.slice().reverse()).dtype).toBe(common);
    }
  });
});

describe("gradients", () => {
  test("each part gets its own, in its own type", () => {
    const a = tensor([1, 2], { requiresGrad: true });
    const b = tensor([3], { dtype: "float64", requiresGrad: true });
    cat([a, b])
      .mul(tensor([5, 6, 7]))
      .sum()
      .backward();
    expect([a.grad!.dtype, b.grad!.dtype]).toEqual(["float32", "float64"]);
    expect([a.grad!.toArray(), b.grad!.toArray()]).toEqual([[5, 6], [7]]);
  });

  test("a tensor joined with itself gets the sum", () => {
    const a = tensor([1, 2], { requiresGrad: true });
    stack([a, a, a]).sum().backward();
    expect(a.grad!.toArray()).toEqual([3, 3]);
  });

  test("what was split and only partly used gets zeros elsewhere", () => {
    const x = tensor([1, 2, 3, 4], { requiresGrad: true });
    const [, second] = x.split([1, 2, 1]);
    second!.square().sum().backward();
    expect(x.grad!.toArray()).toEqual([0, 4, 6, 0]);
  });

  test("an input that adds nothing gets nothing, of its shape", () => {
    const nothing = zeros([0], { requiresGrad: true });
    const m = zeros([2, 2], { requiresGrad: true });
    cat([nothing, m]).sum().backward();
    expect(nothing.grad!.shape).toEqual([0]);
  });
});

describe("refused", () => {
  const a: Tensor = zeros([2, 3]);
  const cases: [string, () => unknown, new (message: string) => Error, string][] = [
    ["no tensors", () => cat([]), ArgumentError, "cat: give a list of one tensor or more"],
    ["no list", () => cat(a as unknown as Tensor[]), ArgumentError, "cat: give a list"],
    ["no tensor", () => cat([a, 1 as unknown as Tensor]), ArgumentError, "cat: 1 is no tensor"],
    ["numbers", () => cat([tensor(1)]), ShapeError, "use stack"],
    ["another size", () => cat([a, zeros([2, 4])]), ShapeError, "in dimension 1 sizes are 3 and 4"],
    [
      "another rank",
      () => cat([a, zeros([3])]),
      ShapeError,
      "[2, 3] and [3]: both must have as many",
    ],
    ["no such dimension", () => cat([a, a], 2), IndexError, "cat: dimension 2"],
    [
      "other shapes",
      () => stack([a, zeros([3, 2])]),
      ShapeError,
      "stack: input 1 has shape [3, 2]",
    ],
    ["split that does not add up", () => a.split([1, 2]), ArgumentError, "add up to 2"],
    ["split into negatives", () => a.split([3, -1]), ArgumentError, "split: 3,-1"],
    ["split by 0", () => a.split(0), ArgumentError, "split: 0"],
    ["chunk by 0", () => a.chunk(0), ArgumentError, "chunk: 0"],
    ["uneven hsplit", () => a.hsplit(2), ArgumentError, "does not divide into 2 equal parts"],
    ["dsplit of a matrix", () => a.dsplit(1), ShapeError, "fewer than 3 dimensions"],
    ["unbind of a number", () => tensor(1).unbind(), ShapeError, "without dimensions has no parts"],
    ["a grid of matrices", () => meshgrid([a]), ShapeError, "meshgrid: a tensor of shape [2, 3]"],
    ["a block that is no matrix", () => blockDiag([zeros([1, 1, 1])]), ShapeError, "blockDiag"],
  ];
  test.each(cases)("%s", (_name, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });
});
