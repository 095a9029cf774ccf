// Programs whose shapes do not fit, and what the compiler says: the same in every version. Run by
// shapes.test.ts with the newest, and by shapes.full.test.ts with earlier ones.

import { expect } from "vitest";

import { compile } from "./compiler.js";

const linear =
  'import { Linear, ReLU, Sequential } from "@nabla/nn"; const layer = new Linear(784, 128);';

const cases: [program: string, message: string][] = [
  ["zeros([100, 2]).matmul(zeros([3, 1]));", "matmul: [100, 2] × [3, 1]: 2 ≠ 3"],
  ["matmul(zeros([100, 2]), zeros([3, 1]));", "matmul: [100, 2] × [3, 1]: 2 ≠ 3"],
  ["zeros([2, 3, 4]).matmul(zeros([5, 4, 6]));", "matmul: [2, 3, 4] × [5, 4, 6]: 2 ≠ 5"],
  ["zeros([n, 2]).matmul(zeros([3, n]));", "matmul: [number, 2] × [3, number]: 2 ≠ 3"],
  ["zeros([]).matmul(zeros([3]));", "matmul: [] × [3]: a tensor without dimensions is no matrix"],
  ["zeros([2, 3]).add(zeros([4]));", "add: [2, 3] and [4]: 3 ≠ 4"],
  ["zeros([2, 3]).relu().lt(ones([3, 2]));", "lt: [2, 3] and [3, 2]: 3 ≠ 2"],
  ["add(zeros([2, 3]), zeros([4]));", "[2, 3] and [4]: 3 ≠ 4"],
  ["zeros([2, 3]).sum(2);", "sum: [2, 3]: there is no dimension 2"],
  ["zeros([2, 3]).argmax(-3, true);", "argmax: [2, 3]: there is no dimension -3"],
  ["zeros([2, 3]).mean([0, 5]);", "mean: [2, 3]: there is no dimension 5"],
  ["zeros([2, 3]).reshape([4]);", "reshape: [2, 3] to [4]: 6 ≠ 4"],
  ["zeros([2, 3]).reshape([4, -1]);", "reshape: [2, 3] to [4, -1]: 6 is no multiple of 4"],
  ["zeros([2, 3]).transpose(0, 2);", "transpose: [2, 3]: there is no dimension 2"],
  ["zeros([2, 3]).permute([0, 0]);", "permute: [2, 3] by [0, 0]: a dimension is named twice"],
  ["zeros([2, 3]).expand([2, 4]);", "expand: [2, 3] to [2, 4]: 3 ≠ 4"],
  ["zeros([2, 3]).narrow(1, 2, 2);", "narrow: [2, 3]: dimension 1 has no 2 elements from 2 on"],
  ["zeros([2, 3]).select(0, 2);", "select: [2, 3]: dimension 0 has no position 2"],
  ["zeros([2, 3]).at(0, 3);", "at: [2, 3]: there is no position 3 among 3"],
  ["zeros([2, 3]).softmax(2);", "softmax: [2, 3]: there is no dimension 2"],
  ["zeros([2, 3]).max(zeros([4]));", "max: 3 ≠ 4"],
  ["cat([zeros([2, 3]), zeros([2, 4])]);", "cat: [2, 3] and [2, 4]: 3 ≠ 4"],
  ["stack([zeros([2]), zeros([3])]);", "stack: [2] and [3]: 2 ≠ 3"],
  [`${linear} layer.call(zeros([64, 785]));`, "Linear(784, 128): [64, 785]: 785 ≠ 784"],
  [`${linear} layer.call(zeros([n, 785]));`, "Linear(784, 128): [number, 785]: 785 ≠ 784"],
  [
    `${linear} new Sequential(layer, new ReLU(), new Linear(100, 10));`,
    "Sequential: Linear(100, 10): [..., 128]: 128 ≠ 100",
  ],
];

/** Compiles them with a version, by the name of its package. */
export async function expectMessages(version?: string): Promise<void> {
  const found = await compile(
    cases.map(([program]) => program),
    version,
  );
  const expected = cases.map(([, message]) => [
    { line: 1, text: expect.stringContaining(` type '"${message}"'.`) as string },
  ]);
  expect(found).toEqual(expected);
}
