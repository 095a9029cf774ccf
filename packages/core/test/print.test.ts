// Tensors print as PyTorch prints them, rule by rule of torch/_tensor_str.py. Nabla writes
// dtype=float64 for dtype=torch.float64, requiresGrad=true, gradFn=<mul>, true and false, and
// size=[0, 3]; its int32 stands for PyTorch's int64, which is the usual type of whole numbers.

import { inspect } from "node:util";

import { arange, full, noGrad, ones, tensor, zeros } from "@nabla/core";
import type { CreateOptions, NestedArray, Tensor } from "@nabla/core";
import { expect, test } from "vitest";

const double: CreateOptions = { dtype: "float64" };
const whole: CreateOptions = { dtype: "int32" };

/** What is printed, and how. */
const arrays: [data: NestedArray, text: string, options?: CreateOptions][] = [
  // One width for all, negative numbers included; a dot for whole numbers, else four digits.
  [[1, 2], "tensor([1., 2.])"],
  [[1, -2], "tensor([ 1., -2.])"],
  [[1, 2.5], "tensor([1.0000, 2.5000])"],
  [[-1.5, 20], "tensor([-1.5000, 20.0000])"],
  [[100, 1], "tensor([100.,   1.])"],
  [[0.1, 0.123456789], "tensor([0.1000, 0.1235])"],
  // Zeros, infinities and NaN do not decide the width, and follow the others.
  [[0, 0], "tensor([0., 0.])"],
  [[-0, 1], "tensor([-0., 1.])"],
  [[0, 0.5], "tensor([0.0000, 0.5000])"],
  [[NaN], "tensor([nan])"],
  [[1, NaN], "tensor([1., nan])"],
  [[Infinity, 0], "tensor([inf, 0.])"],
  [[0.1, NaN, Infinity, -Infinity], "tensor([0.1000,    nan,    inf,   -inf])"],
  [[-1, NaN, Infinity], "tensor([-1., nan, inf])"],
  // Scientific where sizes differ by more than 1000, beyond 1e8, and below 1e-4.
  [[1000, 1], "tensor([1000.,    1.])"],
  [[1001, 1], "tensor([1.0010e+03, 1.0000e+00])"],
  [[1000.5, 1], "tensor([1.0005e+03, 1.0000e+00])"],
  [[999.5, 1], "tensor([999.5000,   1.0000])"],
  [[1e8], "tensor([100000000.])"],
  [[2e8], "tensor([2.0000e+08])"],
  [[2e8, 0, NaN], "tensor([2.0000e+08, 0.0000e+00,        nan])"],
  [[1e-5, 1], "tensor([1.0000e-05, 1.0000e+00])"],
  [[-1e-5, 1], "tensor([-1.0000e-05,  1.0000e+00])"],
  [[1e-4], "tensor([1.0000e-04])"],
  [[1e-4], "tensor([0.0001], dtype=float64)", double],
  [[1e-100], "tensor([1.0000e-100], dtype=float64)", double],
  [[1e300, -Infinity], "tensor([1.0000e+300,        -inf], dtype=float64)", double],
  // The other types.
  [[1, 2], "tensor([1., 2.], dtype=float64)", double],
  [[1, -20, 300], "tensor([  1, -20, 300])", whole],
  [[0, 2147483647], "tensor([         0, 2147483647])", whole],
  [[true, false], "tensor([ true, false])"],
  [[true, true], "tensor([true, true])"],
  // Single numbers.
  [3, "tensor(3.)"],
  [3.5, "tensor(3.5000)"],
  [-0.5, "tensor(-0.5000)"],
  [3, "tensor(3)", whole],
  [true, "tensor(true)"],
  [NaN, "tensor(nan)"],
  [1e10, "tensor(1.0000e+10)"],
  [0.1, "tensor(0.1000, dtype=float64)", double],
  // No numbers.
  [[], "tensor([])"],
  [[], "tensor([], dtype=int32)", whole],
  [[], "tensor([], dtype=bool)", { dtype: "bool" }],
  [[], "tensor([], requiresGrad=true)", { requiresGrad: true }],
  [[[], []], "tensor([], size=[2, 0])"],
  [[[]], "tensor([], size=[1, 0], dtype=float64)", double],
  // Leaves.
  [[1, 2], "tensor([1., 2.], requiresGrad=true)", { requiresGrad: true }],
  [1, "tensor(1., dtype=float64, requiresGrad=true)", { ...double, requiresGrad: true }],
];

test.each(arrays)("%j prints as %s", (data, text, options) => {
  expect(String(tensor(data, options))).toBe(text);
});

const lines = (...text: string[]): string => text.join("\n");
const x = tensor([1, 2], { requiresGrad: true });

const tensors: [name: string, make: () => Tensor, text: string][] = [
  [
    "rows below each other",
    () =>
      tensor([
        [1, 2.5],
        [3, 4],
      ]),
    lines("tensor([[1.0000, 2.5000],", "        [3.0000, 4.0000]])"),
  ],
  [
    "an empty line between matrices",
    () => arange(8).reshape([2, 2, 2]),
    lines(
      "tensor([[[0., 1.],",
      "         [2., 3.]],",
      "",
      "        [[4., 5.],",
      "         [6., 7.]]])",
    ),
  ],
  [
    "two empty lines between cubes",
    () => arange(0, 4, 1, whole).reshape([2, 1, 2, 1]),
    lines("tensor([[[[0],", "          [1]]],", "", "", "        [[[2],", "          [3]]]])"),
  ],
  [
    "long lines broken at 80 columns",
    () => arange(30),
    lines(
      "tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,",
      "        14., 15., 16., 17., 18., 19., 20., 21., 22., 23., 24., 25., 26., 27.,",
      "        28., 29.])",
    ),
  ],
  [
    "long lines within rows",
    () => full([2, 10], 0.5),
    lines(
      "tensor([[0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000,",
      "         0.5000],",
      "        [0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000,",
      "         0.5000]])",
    ),
  ],
  [
    "zeros in longer lines, because they decide no width",
    () => zeros([25]),
    lines(`tensor([${"0., ".repeat(24).trimEnd()}`, "        0.])"),
  ],
  [
    "the middle of more left out",
    () => arange(0, 2000, 1, whole),
    "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])",
  ],
  [
    "the middle left out, with a dot",
    () => arange(1001),
    "tensor([   0.,    1.,    2.,  ...,  998.,  999., 1000.])",
  ],
  [
    "the middle of both dimensions left out",
    () => ones([100, 20]),
    lines(
      "tensor([[1., 1., 1.,  ..., 1., 1., 1.],",
      "        [1., 1., 1.,  ..., 1., 1., 1.],",
      "        [1., 1., 1.,  ..., 1., 1., 1.],",
      "        ...,",
      "        [1., 1., 1.,  ..., 1., 1., 1.],",
      "        [1., 1., 1.,  ..., 1., 1., 1.],",
      "        [1., 1., 1.,  ..., 1., 1., 1.]])",
    ),
  ],
  [
    "small dimensions of a large tensor in full",
    () => zeros([2, 1, 600]),
    lines(
      "tensor([[[0., 0., 0.,  ..., 0., 0., 0.]],",
      "",
      "        [[0., 0., 0.,  ..., 0., 0., 0.]]])",
    ),
  ],
  [
    "a type that fits the line",
    () => zeros([12], double),
    `tensor([${"0., ".repeat(11)}0.], dtype=float64)`,
  ],
  [
    "a type that does not fit the line",
    () => zeros([15], double),
    lines(`tensor([${"0., ".repeat(14)}0.],`, "       dtype=float64)"),
  ],
  ["the operation it was made by", () => x.mul(2), "tensor([2., 4.], gradFn=<mul>)"],
  ["sums", () => x.sum(), "tensor(3., gradFn=<sum>)"],
  ["no operation without gradients", () => noGrad(() => x.mul(2)), "tensor([2., 4.])"],
  ["a detached tensor", () => x.detach(), "tensor([1., 2.])"],
  ["a view", () => x.reshape([2, 1]), lines("tensor([[1.],", "        [2.]], gradFn=<reshape>)")],
  ["no elements in two dimensions", () => zeros([0, 3]), "tensor([], size=[0, 3])"],
  [
    "elements in the order of a transposed tensor",
    () =>
      tensor([
        [1, 2],
        [3, 4],
      ]).transpose(0, 1),
    lines("tensor([[1., 3.],", "        [2., 4.]])"),
  ],
];

test.each(tensors)("%s", (_name, make, text) => {
  expect(make().toString()).toBe(text);
});

test("a thousand elements are not shortened", () => {
  expect(String(zeros([1000]))).not.toContain("...");
  expect(String(zeros([1001]))).toContain("...");
});

test("console.log shows the same, inside of objects too", () => {
  const small = tensor([1, 2]);
  expect(inspect(small)).toBe("tensor([1., 2.])");
  expect(inspect({ small })).toBe("{ small: tensor([1., 2.]) }");
  expect(String(small)).toBe("tensor([1., 2.])");
});

test("JSON is the elements, of what was computed, too", () => {
  const w = tensor([[1, 2]], { requiresGrad: true });
  expect(JSON.stringify({ w, y: w.mul(2).sum() })).toBe('{"w":[[1,2]],"y":6}');
  expect(JSON.stringify([tensor([true]), tensor([NaN])])).toBe("[[true],[null]]");
});
