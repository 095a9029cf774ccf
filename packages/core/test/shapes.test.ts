// What the compiler knows of shapes and types: that it says the right thing, in one readable line,
// and that it is never in the way. That it agrees with what runs: shapes.agreement.test.ts.

import {
  add,
  arange,
  eye,
  full,
  linspace,
  matmul,
  ones,
  randint,
  randperm,
  sum,
  Tensor,
  tensor,
  zeros,
} from "@nabla/core";
import type { DType, Shape } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { compile, typesOf } from "./compiler.js";
import { expectMessages } from "./shape-messages.js";

/** The same type, not only one that may be assigned. */
type Same<A, B> = [A, B] extends [B, A] ? true : false;
type Plain<S extends Shape> = { -readonly [I in keyof S]: S[I] };

/** Does not compile unless the type says exactly this, and fails unless it is so. */
function expectShape<
  S extends Shape,
  D extends DType,
  const T extends Shape,
  const E extends DType,
>(
  x: Tensor<S, D>,
  shape: Same<S, Plain<T>> extends true ? T : never,
  dtype: Same<D, E> extends true ? E : never,
): void {
  expect([...x.shape]).toEqual([...(shape as Shape)]);
  expect(x.dtype).toBe(dtype);
}

test("what is written out is known", () => {
  const a = zeros([100, 2]);
  expectShape(a, [100, 2], "float32");
  expectShape(ones([2], { dtype: "float64", requiresGrad: true }), [2], "float64");
  expectShape(full([], 7, { dtype: "int32" }), [], "int32");
  expectShape(a.relu().exp().clone().detach().requiresGrad_(), [100, 2], "float32");
  expectShape(a.mul(0.5).add(true).add_(1).neg_(), [100, 2], "float32");
  expectShape(a.gt(0), [100, 2], "bool");
  expectShape(a.div(2, { roundingMode: "floor" }).round({ decimals: 1 }), [100, 2], "float32");
  expectShape(zeros([2, 1, 5]).add(zeros([3, 1])), [2, 3, 5], "float32");
  expectShape(a.add(zeros([2], { dtype: "float64" })), [100, 2], "float64");
  expectShape(a.add(zeros([], { dtype: "float64" })), [100, 2], "float32");
  expectShape(add(a, zeros([2])), [100, 2], "float32");
  expectShape(a.matmul(zeros([2, 1])), [100, 1], "float32");
  expectShape(matmul(zeros([3]), zeros([3])), [], "float32");
  expectShape(zeros([7, 1, 3, 4]).matmul(zeros([2, 4, 5])), [7, 2, 3, 5], "float32");
  expectShape(a.sum(), [], "float32");
  expectShape(a.sum({ dtype: "float64" }), [], "float64");
  expectShape(sum(a, -1, true), [100, 1], "float32");
  expectShape(zeros([2, 3, 4]).mean([0, -1]), [3], "float32");
  expectShape(a.argmax(1), [100], "int32");
  expectShape(a.all(0), [2], "bool");
  expectShape(a.clamp({ min: 0 }), [100, 2], "float32");
  expectShape(arange(4), [4], "float32");
  expectShape(linspace(0, 1, 5, { dtype: "float64" }), [5], "float64");
  expectShape(eye(3), [3, 3], "float32");
  expectShape(eye(3, 2), [3, 2], "float32");
  expectShape(randperm(4), [4], "int32");
  expectShape(randint(0, 3, [4]), [4], "int32");
  expectShape(randint(3, [2, 4], { dtype: "float32" }), [2, 4], "float32");
});

test("a plain tensor is as it was", () => {
  const a: Tensor = tensor([[1, 2]]);
  const b: Tensor = a.add(a.matmul(zeros([2, 2])).sum(0)).mul(2);
  const list: Tensor[] = [a, b, zeros([3]), zeros([2, 3])];
  let x = zeros([2]);
  x = x.unsqueeze(0).squeeze(0);
  x = x.add(1).add(tensor([1, 2]));
  const typed: Tensor<[2, 2]> = tensor([
    [1, 2],
    [3, 4],
  ]);
  const activations: ((x: Tensor) => Tensor)[] = [(y) => y.relu(), (y) => y.mul(2)];
  const doubled = list.map((y) => y.mul(2).sum());
  expect([typed.shape, x.shape, doubled.length, activations.length]).toEqual([[2, 2], [2], 4, 2]);
});

/** Of any tensors, of which nothing is known here. */
function anyTensor<T extends Tensor>(x: T, y: T): Tensor {
  return x.mul(2).relu().add(y).matmul(y).sum(1);
}

/** Of one size, whatever it is. */
function anySize<N extends number>(x: Tensor<[N, 3]>): Tensor {
  return x
    .matmul(zeros([3, 4]))
    .add(zeros([4]))
    .mul(2);
}

test("several shapes, and shapes of which something is known, are not in the way", () => {
  const parameters = [zeros([2, 3]), zeros([5])];
  parameters.forEach((x, i) => x.add_(1).sub(parameters[i]!));
  for (const x of parameters) expect(x.mul(2).sum().dim()).toBe(0);
  const either: Tensor<[2, 3]> | Tensor<[4, 3]> =
    parameters.length > 2 ? zeros([4, 3]) : zeros([2, 3]);
  expect(
    either
      .relu()
      .add(ones([3]))
      .matmul(zeros([3, 7])).shape,
  ).toEqual([2, 7]);
  const operand: Tensor | number = parameters.length > 2 ? 1 : zeros([3]);
  expect(either.add(operand).shape).toEqual([2, 3]);
  const unknown: unknown = either;
  expect(unknown instanceof Tensor && unknown.relu().add(either).sum(1).shape).toEqual([2]);
  const [rows, dims] = [parameters.length, [0]];
  const some: Tensor<[number, 3]> = either;
  const more: Tensor<[2, number]> = zeros([rows, 3])
    .add(some)
    .add(zeros([2, rows + 1]));
  expect(more.sum(dims).shape).toEqual([3]);
  expect(more.sum(rows > 1 ? 0 : 1).shape).toEqual([3]);
  expect([anyTensor(zeros([3, 3]), ones([3, 3])).shape, anySize(zeros([rows, 3])).shape]).toEqual([
    [3],
    [2, 4],
  ]);
});

describe("messages", () => {
  test("one line names the operation, the shapes and the sizes", async () => {
    await expectMessages();
  });

  test("what has another shape is not assigned", async () => {
    const programs: [string, string][] = [
      ["const x: Tensor<[100, 3]> = zeros([100, 2]);", "Type 'Tensor<[100, 2], \"float32\">'"],
      ["const x: Tensor<[number, 3]> = zeros([n, 2]);", "Type 'Tensor<[number, 2], \"float32\">'"],
      ["let x = zeros([2, 3]); x = x.sum(0);", "Type 'Tensor<[3], \"float32\">'"],
      ["const x: Tensor<[2], 'int32'> = zeros([2]);", "Type 'Tensor<[2], \"float32\">'"],
      [
        "const f = (x: Tensor<[3]>) => x; f(zeros([2]));",
        "Argument of type 'Tensor<[2], \"float32\">'",
      ],
      ["zeros([2]).add('1'); ", "Argument of type 'string'"],
      ["zeros([2]).add(new Date()); ", "Argument of type 'Date'"],
    ];
    const found = await compile(programs.map(([program]) => program));
    expect(found).toEqual(
      programs.map(([, text]) => [{ line: 1, text: expect.stringContaining(text) as string }]),
    );
  });

  test("a layer may stand for one of which less is known, and not for another", async () => {
    const programs: [program: string, isRight: boolean][] = [
      ["const c: nn.Conv2d = new nn.Conv2d(1, 2, 3, { padding: 1 }); c.call(plain);", true],
      ["const c: nn.Conv2d<1, 2, 3> = new nn.Conv2d(1, 2, 3);", true],
      ["const c: nn.Conv2d<1, 2, 3> = new nn.Conv2d(1, 2, 3, { padding: 1 });", false],
      ["const c: nn.Linear<2, 3> = new nn.Linear(2, 4);", false],
      ["const c: nn.MaxPool2d = new nn.MaxPool2d(2, { stride: 1 });", true],
      ["const l: nn.MSELoss = new nn.MSELoss({ reduction: 'sum' });", true],
      ["const l: nn.MSELoss = new nn.MSELoss({ reduction: 'none' });", false],
      ["const l: nn.Module[] = [new nn.Conv2d(1, 2, 3), new nn.Flatten()];", true],
      ["const r: nn.LSTM = new nn.LSTM(3, 2, { bidirectional: true });", true],
      ["const r: nn.LSTM<3, 2> = new nn.LSTM(3, 2, { bidirectional: true });", false],
      ["const a: nn.MultiheadAttention = new nn.MultiheadAttention(4, 2);", true],
      ["const p: nn.ZeroPad2d = new nn.ZeroPad2d(1);", true],
      ["new nn.MultiheadAttention(4, 2).call(plain, zeros([3, 4]), plain);", true],
      ["new nn.LSTM(3, 2, { bidirectionl: true });", false],
      ["new nn.Conv2d(1, 2, 3, { stide: 1 });", false],
      ["nn.functional.maxPool2d(plain, 2, { stide: 1 });", false],
    ];
    const found = await compile(programs.map(([program]) => program));
    const right = programs.map(([program], i) => [program, found[i]!.length === 0]);
    expect(right).toEqual(programs);
  });

  test("what is shown is the result, not how it was found", async () => {
    const shown: [expression: string, type: string][] = [
      ["zeros([100, 2]).matmul(zeros([2, 1]))", 'Tensor<[100, 1], "float32">'],
      ["zeros([n, 3], { dtype: 'float64' }).add(1)", 'Tensor<[number, 3], "float64">'],
      [
        "new nn.Conv2d(1, 16, 5).call(zeros([64, 1, 28, 28]))",
        'Tensor<[64, 16, 24, 24], "float32">',
      ],
      ["new nn.Conv2d(1, 16, 5)", "Conv2d<1, 16, 5, object>"],
      [
        "nn.functional.maxPool2d(zeros([64, 16, 26, 26]), 2)",
        'Tensor<[64, 16, 13, 13], "float32">',
      ],
      ["nn.functional.mseLoss(zeros([8]), zeros([8]))", 'Tensor<[], "float32">'],
      ["nn.functional.conv2d(plain, plain)", "Tensor<Shape, DType>"],
      ["new nn.MaxPool2d(2).call(plain)", "Tensor<Shape, DType>"],
      ["new nn.LSTM(8, 16).call(plain)[1][0]", "Tensor<Shape, DType>"],
      [
        "new nn.LSTM(8, 16, { bidirectional: true }).call(zeros([5, n, 8]))[1][0]",
        'Tensor<[2, number, 16], "float32">',
      ],
      ["[zeros([2]), zeros([3])].map((x) => x.mul(2))[0]!", 'Tensor<[2] | [3], "float32">'],
      ["plain.add(zeros([2]))", "Tensor<Shape, DType>"],
      ["arange(2.5)", 'Tensor<[number], "float32">'],
      ["arange(n)", 'Tensor<[number], "float32">'],
      ["new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU()).at(0)", "Linear<2, 3>"],
      ["new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU()).at(-1)", "ReLU"],
      ["new nn.Sequential(new nn.ReLU()).at(n)", "Module"],
      ["plain.sum(0).relu().matmul(plain)", "Tensor<Shape, DType>"],
      ["zeros(plain.shape)", "Tensor<Shape, DType>"],
    ];
    const [found] = await compile([typesOf(shown.map(([of]) => of))]);
    expect(found!.map(({ text }) => text)).toEqual(
      shown.map(([, type]) => expect.stringContaining(type) as string),
    );
  });
});
