// The derivatives of every row of the tables, first and second, against central differences: in
// float64, with broadcasting, and through layouts that are not row-major. Values: ops.test.ts. What
// backward() does with derivatives: autograd.test.ts.

import { readdirSync } from "node:fs";

import {
  ArgumentError,
  customFunction,
  gradcheck,
  GradientError,
  gradgradcheck,
  NablaError,
  slice,
  tensor,
} from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import * as copies from "../src/ops/copy.js";
import type { Op, Samples } from "../src/ops/define.js";
import { callMethod, layouts, sizeOf, spread, toTensor } from "./arrays.js";
import type { Layout } from "./arrays.js";
import { linalgCases } from "./linalg-cases.js";
import { elementwise, rowsIn } from "./oracles.js";
import { positionCases } from "./position-cases.js";
import { reductionCases } from "./reduction-cases.js";
import { structureCases } from "./structure-cases.js";

type Run = (...inputs: Tensor[]) => Tensor;

/** Leaves of the base shapes, with numbers from the intervals. */
const leaves = (places: readonly Layout[], samples: Samples): Tensor[] =>
  samples.map((interval, i) => {
    const shape = places[i % places.length]!.base;
    return toTensor({ shape, values: spread(sizeOf(shape), interval, i) }, "float64", true);
  });

/** The operations whose derivatives were compared. */
const compared = new Set<Op>();

/** Compares first and second derivatives with central differences. */
function expectDerivatives(run: Run, inputs: readonly Tensor[], eps = 1e-6): void {
  expect(gradcheck(run, inputs, { eps })).toBe(true);
  expect(gradgradcheck(run, inputs, null, { eps, atol: 1e-4 })).toBe(true);
  const origins = new Set([run(...inputs).origin]);
  for (const origin of origins) {
    if (origin?.op) compared.add(origin.op);
    for (const input of origin?.inputs ?? []) origins.add(input);
  }
}

const { where, clone } = copies;
const rows = [...elementwise, ...rowsIn({ clone })];
const unary = rows.filter(([, row]) => row.op.vjps?.length === 1);
const binary = rows.filter(([, row]) => row.op.vjps?.length === 2);
const pairs: [string, Layout, Layout][] = [
  ["one shape", layouts.matrix, layouts.matrix],
  ["matrix and row", layouts.matrix, layouts.row],
  ["number and matrix", layouts.scalar, layouts.matrix],
  ["every second column and a transposed matrix", layouts.sliced, layouts.transposed],
  ["a repeated column and a plane of a cube", layouts.expanded, layouts.selected],
];

test("there is something to check", () => {
  expect(unary.length).toBeGreaterThan(10);
  expect(binary.length).toBeGreaterThan(4);
});

describe.each(unary)("%s", (name, { samples }) => {
  test.each(Object.values(layouts))("$name", (place) => {
    expectDerivatives((x) => callMethod(place.move(x), name), leaves([place], samples));
  });
});

/** What takes no plain number in the place of a tensor, as in PyTorch. */
const ofTensorsOnly = new Set(
  "maximum minimum fmax fmin atan2 hypot logaddexp logaddexp2".split(" "),
);

describe.each(binary)("%s", (name, { samples }) => {
  test.each(pairs)("%s", (_name, left, right) => {
    const run: Run = (a, b) => callMethod(left.move(a), name, right.move(b));
    expectDerivatives(run, leaves([left, right], samples));
  });

  test("of a tensor with itself", () => {
    const run: Run = (a) => callMethod(a, name, a.mul(1.5));
    expectDerivatives(
      run,
      leaves([layouts.matrix], samples.slice(1)).map((x) =>
        x.detach().abs().add(0.5).requiresGrad_(),
      ),
    );
  });
});

test.each(binary.filter(([name]) => !ofTensorsOnly.has(name)))(
  "%s with a number",
  (name, { samples }) => {
    const run: Run = (a) => callMethod(a, name, 1.5);
    expectDerivatives(run, leaves([layouts.matrix], samples.slice(0, 1)));
  },
);

test.each([...ofTensorsOnly])("%s refuses a plain number", (name) => {
  expect(() => callMethod(tensor([1]), name, 1.5)).toThrow(ArgumentError);
});

describe("where", () => {
  const condition = tensor([true, false, true]);
  test.each(pairs)("%s", (_name, left, right) => {
    const run: Run = (a, b) => left.move(a).where(condition, right.move(b));
    expectDerivatives(run, leaves([left, right], where.samples.slice(0, 2)));
  });
});

describe("rows without derivatives", () => {
  const without = rows.filter(([, row]) => row.op.vjps === null);
  test.each(without)("%s gives a result that does not require grad", (name, { samples }) => {
    const [x, ...rest] = leaves([layouts.matrix], samples);
    const result = callMethod(x!, name, ...rest);
    expect(result.requiresGrad).toBe(false);
    expect(result.isLeaf).toBe(true);
  });
});

describe("to", () => {
  test("float32 and back", () => {
    // Steps that float32 can tell apart.
    const x = tensor([0.5, 1.5], { dtype: "float64", requiresGrad: true });
    expectDerivatives((a) => a.to("float32").to("float64"), [x], 2 ** -10);
  });

  test("the gradient comes back in the type of the input", () => {
    const x = tensor([1.5, 2.5], { requiresGrad: true });
    x.to("float64").mul(3).sum().backward();
    expect(x.grad?.dtype).toBe("float32");
    expect(x.grad?.toArray()).toEqual([3, 3]);
  });

  test.each(["int32", "bool"] as const)("nothing goes back from %s", (dtype) => {
    expect(tensor([1.5], { requiresGrad: true }).to(dtype).requiresGrad).toBe(false);
  });
});

describe("reductions, movements and products", () => {
  const cases: [name: string, run: Run, ...shapes: number[][]][] = [
    ["sum", (x) => x.sum().square(), [2, 3]],
    ["sum(0)", (x) => x.sum(0).square(), [2, 3]],
    ["sum([0, 2], true)", (x) => x.sum([0, 2], true).square(), [2, 3, 2]],
    ["sum of a number", (x) => x.sum().square(), []],
    ["mean", (x) => x.mean().square(), [2, 3]],
    ["mean(-1)", (x) => x.mean(-1).square(), [2, 3]],
    ["mean(0, true)", (x) => x.mean(0, true).square(), [2, 3]],
    ["mean of a transposed tensor", (x) => x.transpose(0, 1).mean(0).square(), [2, 3]],
    ["reshape", (x) => x.reshape([3, -1]).square(), [2, 3]],
    ["reshape that copies", (x) => x.transpose(0, 1).reshape([6]).square(), [2, 3]],
    ["transpose", (x) => x.transpose(0, 2).square(), [2, 3, 2]],
    ["permute", (x) => x.permute([2, 0, 1]).square(), [2, 3, 4]],
    ["expand", (x) => x.expand([4, 2, 3]).square(), [2, 1]],
    ["unsqueeze", (x) => x.unsqueeze(-1).square(), [2, 3]],
    ["squeeze", (x) => x.squeeze().square(), [2, 1, 3, 1]],
    ["squeeze(1)", (x) => x.squeeze(1).square(), [2, 1, 3, 1]],
    ["slice", (x) => x.slice(1, 1, 6, 2).square(), [2, 7]],
    ["slice of a slice", (x) => x.slice(0, 2, 9).slice(0, 1, 6, 3).square(), [9]],
    ["slice of nothing", (x) => x.slice(0, 2, 2).square().sum().add(x.square().sum()), [3]],
    ["select", (x) => x.select(1, -1).square(), [2, 3]],
    ["select of a transposed tensor", (x) => x.transpose(0, 1).select(0, 2).square(), [2, 3]],
    ["flatten", (x) => x.flatten(1).square(), [2, 3, 2]],
    ["sumTo", (x) => x.sumTo([3, 1]).square(), [2, 3, 2]],
    ["contiguous", (x) => x.transpose(0, 1).contiguous().square(), [2, 3]],
    ["parts that overlap", (x) => x.slice(0, 0, 3).mul(x.slice(0, 1, 4)), [4]],
    ["matmul", (a, b) => a.matmul(b), [2, 3], [3, 4]],
    ["matmul of vectors", (a, b) => a.matmul(b), [3], [3]],
    ["matmul, matrix and vector", (a, b) => a.matmul(b), [2, 3], [3]],
    ["matmul, vector and matrix", (a, b) => a.matmul(b), [3], [3, 2]],
    ["matmul, batches", (a, b) => a.matmul(b), [2, 2, 3], [2, 3, 2]],
    ["matmul, broadcast batches", (a, b) => a.matmul(b), [2, 1, 2, 3], [2, 3, 2]],
    ["matmul, a batch and a vector", (a, b) => a.matmul(b), [2, 2, 3], [3]],
    ["matmul, a vector and a batch", (a, b) => a.matmul(b), [3], [2, 3, 2]],
    ["matmul, transposed", (a, b) => a.transpose(0, 1).matmul(b.transpose(0, 1)), [3, 2], [2, 3]],
    ["matmul with itself", (a) => a.matmul(a), [3, 3]],
    ["elements by number", (x) => x.at([1, 1, 0]).square(), [2, 3]],
    ["written to a slice", (x, v) => x.mul(1).setAt([slice(), 1], v).square(), [2, 3], [2]],
    [
      "written by number",
      (x, v) =>
        x
          .mul(1)
          .setAt([[1, 0]], v)
          .square(),
      [3],
      [2],
    ],
    ["written in place", (x, v) => x.mul(1).mul_(v).square(), [2, 3], [3]],
    ["put into a transposed view", (x, v) => x.mul(1).transpose(0, 1).copy_(v), [2, 3], [3, 2]],
    ...linalgCases,
    ...structureCases,
    ...positionCases,
    ...reductionCases,
  ];
  test.each(cases)("%s", (_name, run, ...shapes) => {
    const inputs = shapes.map((shape, i) =>
      toTensor({ shape, values: spread(sizeOf(shape), [-2, 2], i) }, "float64", true),
    );
    expectDerivatives(run, inputs);
  });
});

describe("where a derivative needs a decision", () => {
  const slope = (run: Run, x: number): number | undefined => {
    const leaf = tensor(x, { dtype: "float64", requiresGrad: true });
    run(leaf).backward();
    return leaf.grad?.item();
  };
  const cases: [string, Run, number, number][] = [
    ["abs at 0", (x) => x.abs(), 0, 0],
    ["sign at 0", (x) => x.sign(), 0, 0],
    ["relu at 0", (x) => x.relu(), 0, 0],
    ["relu of NaN", (x) => x.relu(), NaN, 1],
    ["maximum of equals", (x) => x.maximum(tensor(2)), 2, 0.5],
    ["minimum of equals", (x) => x.minimum(tensor(2)), 2, 0.5],
    ["maximum of a tensor with itself", (x) => x.maximum(x), 2, 1],
    ["power 0 at 0", (x) => x.pow(0), 0, 0],
    ["power 1 at 0", (x) => x.pow(1), 0, 1],
    ["power 2 at 0", (x) => x.pow(2), 0, 0],
    ["power 2 below 0", (x) => x.pow(2), -3, -6],
    ["power 3 below 0", (x) => x.pow(3), -2, 12],
    ["0 to a positive power", (x) => tensor(0, { dtype: "float64" }).pow(x), 2, 0],
    ["0 to the power 0", (x) => tensor(0, { dtype: "float64" }).pow(x), 0, 0],
    ["sqrt at 0", (x) => x.sqrt(), 0, Infinity],
    ["log at 0", (x) => x.log(), 0, Infinity],
  ];
  test.each(cases)("%s", (_name, run, x, expected) => {
    expect(slope(run, x)).toBe(expected);
  });
});

describe("gradcheck itself", () => {
  const x = tensor([0.5, 1], { dtype: "float64", requiresGrad: true });
  const v = tensor([3, 4], { dtype: "float64", requiresGrad: true });
  /** Its first derivative is right, the derivative of that is not. */
  const once = customFunction({
    name: "once",
    forward: (a: Tensor) => a.exp(),
    vjps: [(g, { y }) => g.mul(y.detach())],
  });

  test("finds a wrong derivative", () => {
    const wrong = "input 0 of shape [2], element 0: autograd says 0.27";
    expect(() => gradcheck((a) => a.detach().mul(a), [x])).toThrow(wrong);
  });

  test("finds a derivative that is not there", () => {
    const wrong = "element 0: autograd says 0, central differences say 0.54";
    expect(() => gradcheck((a) => a.detach(), [x])).toThrow(wrong);
    expect(gradcheck((a) => a.gt(0), [x])).toBe(true);
  });

  test("looks at every result that has a derivative", () => {
    expect(gradcheck((a) => [a.exp(), a.gt(0), a.detach(), a.square()], [x])).toBe(true);
    expect(() => gradcheck((a) => [a.exp(), a.detach().mul(a)], [x])).toThrow(GradientError);
  });

  test("of second derivatives finds a wrong one", () => {
    expect(gradcheck(once, [x])).toBe(true);
    const wrong = "gradgradcheck: input 0 of shape [2], element 0: autograd says 0, central";
    expect(() => gradgradcheck(once, [x])).toThrow(wrong);
    const second = (a: Tensor): Tensor[] => [a.square(), once(a)];
    expect(() => gradgradcheck(second, [x])).toThrow(GradientError);
  });

  test("of second derivatives finds one that is not linear in the gradient", () => {
    const bent = customFunction({
      name: "bent",
      forward: (a: Tensor) => a.mul(1),
      vjps: [(g) => g.mul(g.detach())],
    });
    const wrong = "gradgradcheck: gradOutput 0 of shape [2], element 0: autograd says";
    expect(() => gradgradcheck(bent, [x], [v])).toThrow(wrong);
  });

  test("of second derivatives takes the gradients it starts with", () => {
    expect(gradgradcheck((a) => a.pow(3), [x], v)).toBe(true);
    expect(gradgradcheck((a) => [a.pow(3), a.gt(0), a.exp()], [x], [v, tensor([1, -2])])).toBe(
      true,
    );
    expect(gradgradcheck((a) => a.mul(2), [x])).toBe(true);
    expect(() => gradgradcheck((a) => a.exp(), [x], tensor(1))).toThrow(NablaError);
    expect(() => gradgradcheck((a) => a.exp(), [x], { atol: 1 } as never)).toThrow(NablaError);
  });

  const refused: [string, Tensor[]][] = [
    ["no input", []],
    ["float32", [tensor([1], { requiresGrad: true })]],
    ["not a leaf", [x.mul(2)]],
  ];
  test.each(refused)("refuses %s", (_name, inputs) => {
    const why = "gradcheck: give it at least one";
    expect(() => gradcheck((a) => a.mul(2), inputs)).toThrow(why);
    expect(() => gradgradcheck((a) => a.mul(2), inputs)).toThrow(`grad${why}`);
  });

  test("leaves its inputs as they were", () => {
    gradcheck((a) => a.exp(), [x]);
    gradgradcheck((a) => a.exp(), [x], v);
    expect([x.toArray(), v.toArray()]).toEqual([
      [0.5, 1],
      [3, 4],
    ]);
    expect([x.grad, v.grad]).toEqual([null, null]);
  });
});

test("every operation that has a derivative was compared above", async () => {
  const folder = new URL("../src/ops/", import.meta.url);
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => new URL(name, folder).href);
  const tables = await Promise.all(files.map((file) => import(file) as Promise<object>));
  const rows = tables.flatMap((table) => rowsIn(table)).filter(([, { op }]) => op.vjps !== null);
  expect(rows.length).toBeGreaterThan(100);
  expect(rows.flatMap(([name, { op }]) => (compared.has(op) ? [] : [name]))).toEqual([]);
  // Those that have no name of their own.
  const names = [...compared].map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["cat", "takeRows", "putRows", "cumsum"]));
});
