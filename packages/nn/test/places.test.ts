// What reads places between elements, and what moves elements between places and channels: tests of
// properties, and of what the recorded results of PyTorch (scripts/test/conformance.test.ts) do not
// show. Derivatives: places.gradient.test.ts.

import { arange, linspace, meshgrid, noGrad, rand, randn, stack, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { functional as F } from "@nabla/nn";
import { describe, expect, test } from "vitest";

import { expectClose } from "../../core/test/arrays.js";

/** Compares two tensors to a relative error. */
const expectSame = (actual: Tensor, expected: Tensor, relative = 1e-12): void =>
  expectClose(actual, { shape: expected.shape, values: [...expected.data()] }, relative, 1);

const float64 = { dtype: "float64" } as const;

describe("convolutions", () => {
  const x = randn([2, 4, 9, 8], float64);
  const w = randn([6, 2, 3, 2], float64);
  const bias = randn([6], float64);

  test("add a bias to every place of a filter", () => {
    const y = F.conv2d(x, w, bias, { groups: 2 });
    expectSame(y.sub(F.conv2d(x, w, null, { groups: 2 })), bias.reshape([6, 1, 1]).expandAs(y));
  });

  test("of one example are those of a batch of one", () => {
    const one = F.conv2d(x.select(0, 1), w, bias, { groups: 2, stride: 2 });
    expectSame(one, F.conv2d(x, w, bias, { groups: 2, stride: 2 }).select(0, 1));
    const back = F.convTranspose2d(one, w, null, { groups: 2, stride: 2 });
    expect(back.shape).toEqual([4, 9, 8]);
  });

  test('padding "same" keeps the sizes, and adds what is odd at the end', () => {
    const options = { groups: 2, dilation: [1, 3], padding: "same" } as const;
    const y = F.conv2d(x, w, null, options);
    expect(y.shape).toEqual([2, 6, 9, 8]);
    const padded = x.pad([1, 2, 1, 1]);
    expectSame(y, F.conv2d(padded, w, null, { groups: 2, dilation: [1, 3], padding: "valid" }));
  });

  test("of any number of dimensions agree where a size is 1", () => {
    const [signal, window] = [randn([2, 3, 10], float64), randn([4, 3, 3], float64)];
    const options = { stride: 2, padding: 1 };
    const flat = F.conv1d(signal, window, null, options);
    const picture = F.conv2d(signal.unsqueeze(-1), window.unsqueeze(-1), null, {
      stride: [2, 1],
      padding: [1, 0],
    });
    expectSame(picture.squeeze(-1), flat);
    const volume = F.conv3d(
      signal.unsqueeze(2).unsqueeze(2),
      window.unsqueeze(2).unsqueeze(2),
      null,
      { stride: [1, 1, 2], padding: [0, 0, 1] },
    );
    expectSame(volume.squeeze([2, 3]), flat);
  });

  test("are products of weights with the columns of unfold", () => {
    const weight = randn([5, 4, 3, 2], float64);
    const windows = { stride: [2, 1], padding: [1, 0], dilation: [1, 2] };
    const columns = F.unfold(x, [3, 2], windows);
    const y = F.conv2d(x, weight, null, windows);
    expectSame(weight.flatten(1).matmul(columns).reshape(y.shape), y);
  });
});

describe("unfold and fold", () => {
  const windows = { stride: [2, 1], padding: [1, 2], dilation: [1, 2] };
  const x = randn([2, 3, 7, 6], float64);

  test("are each other's way back: sums of products are the same on both sides", () => {
    const columns = F.unfold(x, [3, 2], windows);
    const g = randn(columns.shape, float64);
    const folded = F.fold(g, [7, 6], [3, 2], windows);
    expect(folded.shape).toEqual(x.shape);
    expectSame(folded.mul(x).sum(), columns.mul(g).sum());
  });

  test("fold gives the picture again where windows do not overlap", () => {
    expectSame(F.fold(F.unfold(x, [7, 2], { stride: 2 }), [7, 6], [7, 2], { stride: 2 }), x);
    const one = x.select(0, 0);
    expectSame(F.fold(F.unfold(one, [1, 1]), [7, 6], 1), one);
  });

  test("fold has a gradient unless none is wanted", () => {
    const columns = F.unfold(x, 2).requiresGrad_();
    expect(F.fold(columns, [7, 6], 2).requiresGrad).toBe(true);
    expect(noGrad(() => F.fold(columns, [7, 6], 2)).requiresGrad).toBe(false);
    expect(F.fold(columns.detach(), [7, 6], 2).requiresGrad).toBe(false);
  });
});

describe("interpolate", () => {
  const modes = { 1: "linear", 2: "bilinear", 3: "trilinear" } as const;

  test.each([1, 2, 3] as const)("draws straight lines in %d dimensions", (rank) => {
    // A plane: between its elements nothing else can be.
    const axes = meshgrid(Array.from({ length: rank }, () => linspace(0, 1, 4, float64)));
    const plane = axes.reduce((sum, axis, i) => sum.add(axis.mul(i + 1)));
    const finer = meshgrid(Array.from({ length: rank }, () => linspace(0, 1, 7, float64)));
    const expected = finer.reduce((sum, axis, i) => sum.add(axis.mul(i + 1)));
    const y = F.interpolate(plane.unsqueeze(0).unsqueeze(0), {
      size: 7,
      mode: modes[rank],
      alignCorners: true,
    });
    expectSame(y.squeeze([0, 1]), expected);
  });

  test("by a whole factor repeats elements", () => {
    const x = randn([2, 2, 3, 4]);
    const repeated = x.repeatInterleave(3, 2).repeatInterleave(3, 3);
    expectSame(F.interpolate(x, { scaleFactor: 3 }), repeated);
    expectSame(F.interpolate(x, { size: [9, 12], mode: "nearest-exact" }), repeated);
    expectSame(F.upsampleNearest(x, { scaleFactor: [3, 3] }), repeated);
  });

  test("nearest reads the element before a place, nearest-exact the nearest", () => {
    const x = arange(5).reshape([1, 1, 5]);
    expect(F.interpolate(x, { size: 3 }).flatten().toArray()).toEqual([0, 1, 3]);
    const nearest = F.interpolate(x, { size: 3, mode: "nearest-exact" });
    expect(nearest.flatten().toArray()).toEqual([0, 2, 4]);
  });

  test("area is the mean of windows that share the input out", () => {
    const x = randn([1, 2, 5, 6], float64);
    expectSame(F.interpolate(x, { size: [3, 4], mode: "area" }), F.adaptiveAvgPool2d(x, [3, 4]));
  });

  test("a factor is kept, or worked out again from the sizes", () => {
    const x = arange(4).to("float64").reshape([1, 1, 4]);
    const options = { scaleFactor: 1.4, mode: "linear" } as const;
    const kept = F.interpolate(x, options).flatten();
    const again = F.interpolate(x, { ...options, recomputeScaleFactor: true }).flatten();
    expectSame(again, F.interpolate(x, { size: 5, mode: "linear" }).flatten());
    expect(kept.shape).toEqual([5]);
    expect(kept.at(2).item()).toBeCloseTo(2.5 / 1.4 - 0.5, 12);
    expect(again.at(2).item()).toBeCloseTo(1.5, 12);
  });

  test("to one place reads the first element if corners are aligned", () => {
    const x = tensor([[[3, 5, 8]]]);
    const aligned = F.interpolate(x, { size: 1, mode: "linear", alignCorners: true });
    expect(aligned.item()).toBe(3);
    expect(F.interpolate(x, { size: 1, mode: "linear" }).item()).toBe(5);
  });

  test("of an empty batch is empty", () => {
    expect(F.interpolate(zeros([0, 2, 3, 3]), { size: 5, mode: "bicubic" }).shape).toEqual([
      0, 2, 5, 5,
    ]);
  });
});

describe("gridSample", () => {
  /** The places of a regular grid: rows, columns, and (x, y). */
  const regular = (height: number, width: number, end = 1): Tensor => {
    const [y, x] = [height, width].map((count) => linspace(-end, end, count, float64));
    return stack(meshgrid([y!, x!]).reverse(), -1).unsqueeze(0);
  };
  const x = randn([1, 2, 4, 5], float64);

  test.each(["bilinear", "nearest", "bicubic"] as const)("%s gives elements at them", (mode) => {
    expectSame(F.gridSample(x, regular(4, 5), { mode, alignCorners: true }), x);
  });

  test.each(["bilinear", "bicubic"] as const)("%s is interpolate on a regular grid", (mode) => {
    const y = F.interpolate(x, { size: [7, 9], mode, alignCorners: true });
    // Curves need elements beyond the border there; interpolate repeats the outermost.
    const options = { mode, alignCorners: true, paddingMode: "border" } as const;
    expectSame(F.gridSample(x, regular(7, 9), options), y);
  });

  test("a volume is read like a picture", () => {
    const places = rand([1, 3, 3, 2], float64).mul(3).sub(1.5);
    const flat = F.gridSample(x, places);
    // A picture is a volume of depth 1; the third number of a place is 0.
    const deep = places.pad([0, 1]).unsqueeze(1);
    expectSame(F.gridSample(x.unsqueeze(2), deep).squeeze(2), flat);
  });

  const line = tensor([[[[1, 2, 4]]]], float64);
  const at = (place: number): Tensor => tensor([[[[place, 0]]]], float64);
  const outside: [string, object, number, number][] = [
    ["zeros", {}, 2, 0],
    ["half a zero, on the edge", {}, 1, 2],
    ["the border", { paddingMode: "border" }, 2, 4],
    ["a mirror on the edge", { paddingMode: "reflection" }, 4 / 3, 4],
    ["a mirror on the last element", { paddingMode: "reflection", alignCorners: true }, 2, 2],
    ["two mirrors", { paddingMode: "reflection", alignCorners: true }, 4, 2],
    ["nothing that is no place", {}, NaN, 0],
    ["the first element, for what is no place", { paddingMode: "border" }, NaN, 1],
    ["no infinite place", {}, Infinity, 0],
  ];
  test.each(outside)("outside there is %s", (_name, options, place, expected) => {
    expect(F.gridSample(line, at(place), options).item()).toBeCloseTo(expected, 12);
  });

  test("nothing outside reaches the input, whatever is there", () => {
    const grid = tensor(
      [
        [
          [
            [NaN, 0],
            [9, 0],
            [-1e30, 0],
          ],
        ],
      ],
      { ...float64, requiresGrad: true },
    );
    const infinite = tensor([[[[Infinity, NaN]]]], { ...float64, requiresGrad: true });
    const y = F.gridSample(infinite, grid);
    y.sum().backward();
    expect(y.flatten().toArray()).toEqual([0, 0, 0]);
    expect(infinite.grad!.flatten().toArray()).toEqual([0, 0]);
    expect(grid.grad!.flatten().toArray()).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe("channels and places", () => {
  test("pixelShuffle and pixelUnshuffle are each other's way back", () => {
    const x = randn([2, 8, 3, 5]);
    const y = F.pixelShuffle(x, 2);
    expect(y.shape).toEqual([2, 2, 6, 10]);
    // The first square of the first channel is made of the first four channels.
    expectSame(y.at(0, 0, 0, 1), x.at(0, 1, 0, 0));
    expectSame(y.at(0, 0, 1, 0), x.at(0, 2, 0, 0));
    expectSame(F.pixelUnshuffle(y, 2), x);
  });

  test("channelShuffle with the other number is its way back", () => {
    const x = randn([2, 6, 3]);
    expectSame(F.channelShuffle(F.channelShuffle(x, 2), 3), x);
  });
});
