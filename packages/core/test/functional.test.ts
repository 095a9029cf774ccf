// Derivatives of functions: whole matrices against those derived by hand, products with vectors
// against the matrices, and models called with other tensors than their own.

import {
  ArgumentError,
  functionalCall,
  grad,
  hessian,
  jacobian,
  jvp,
  NablaError,
  noGrad,
  tensor,
  vjp,
} from "@nabla/core";
import type { NestedArray, Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { expectNumbers } from "./reference.js";

const T = (data: NestedArray): Tensor => tensor(data, { dtype: "float64" });
const leaf = (data: NestedArray): Tensor => T(data).requiresGrad_();

function expectMatrix(found: Tensor, expected: NestedArray): void {
  const wanted = T(expected);
  expect(found.shape).toEqual(wanted.shape);
  expectNumbers(found, [...wanted.data()], 1e-12);
}

const rosenbrock = (p: Tensor): Tensor => {
  const [x, y] = [p.at(0), p.at(1)];
  return x.sub(1).square().add(y.sub(x.square()).square().mul(100));
};

describe("jacobian", () => {
  const A = T([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const [sin1, cos1] = [Math.sin(1), Math.cos(1)];
  const cases: [name: string, run: (x: Tensor) => Tensor, at: NestedArray, is: NestedArray][] = [
    ["a number of a number", (x) => x.pow(3), 2, 12],
    [
      "elements by themselves",
      (x) => x.square(),
      [1, 2],
      [
        [2, 0],
        [0, 4],
      ],
    ],
    [
      "a matrix times a vector",
      (x) => A.matmul(x),
      [1, 0, 2],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ["a sum", (x) => x.mul(x).sum(), [1, 2, 3], [2, 4, 6]],
    ["a product", (x) => x.prod(), [2, 3, 4], [12, 8, 6]],
    [
      "a running sum",
      (x) => x.cumsum(0),
      [5, 5],
      [
        [1, 0],
        [1, 1],
      ],
    ],
    [
      "polar coordinates",
      (p) =>
        p.at([0]).mul(
          p
            .at([1])
            .cos()
            .mul(T([1, 0]))
            .add(
              p
                .at([1])
                .sin()
                .mul(T([0, 1])),
            ),
        ),
      [2, 1],
      [
        [cos1, -2 * sin1],
        [sin1, 2 * cos1],
      ],
    ],
    ["a transpose", (x) => x.T, [[1, 2]], [[[[1, 0]]], [[[0, 1]]]]],
    [
      "a constant",
      () => T([1, 2]),
      [1, 2],
      [
        [0, 0],
        [0, 0],
      ],
    ],
  ];

  test.each(cases)("%s", (_, run, at, expected) => {
    const found = jacobian(run, T(at));
    expectMatrix(found, expected);
    expect(found.requiresGrad).toBe(false);
  });

  test("of a result without elements has none", () => {
    expect(jacobian((x) => x.at([]), T([1, 2])).shape).toEqual([0, 2]);
  });

  test("of several inputs, one of which is not used", () => {
    const [x, y, z] = [T([1, 2]), T([3, 4, 5]), T(7)];
    const found = jacobian((a, b) => a.sum().mul(b), [x, y, z]);
    expectMatrix(found[0]!, [
      [3, 3],
      [4, 4],
      [5, 5],
    ]);
    expectMatrix(found[1]!, [
      [3, 0, 0],
      [0, 3, 0],
      [0, 0, 3],
    ]);
    expectMatrix(found[2]!, [0, 0, 0]);
    expect(found).toHaveLength(3);
  });

  test("leaves the inputs and what is around it as they were", () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    jacobian((a) => a.mul(w), x);
    expect([x.grad, w.grad]).toEqual([null, null]);
    const constant = T([1, 2]);
    jacobian((a) => a.mul(2), constant);
    expect(constant.requiresGrad).toBe(false);
  });

  test("a function may write into a copy", () => {
    const run = (x: Tensor): Tensor => x.clone().setAt([0], x.at(1).square());
    expectMatrix(jacobian(run, T([1, 3])), [
      [0, 6],
      [0, 1],
    ]);
  });

  test("can be differentiated with createGraph", () => {
    const x = leaf([1, 2]);
    const matrix = jacobian((a) => a.pow(3), x, { createGraph: true });
    expect(matrix.requiresGrad).toBe(true);
    expectMatrix(grad(matrix.sum(), [x])[0]!, [6, 12]);
    const w = leaf(2);
    const byParameter = jacobian((a) => a.mul(w.square()), T([1, 2]), { createGraph: true });
    expectMatrix(grad(byParameter.sum(), [w])[0]!, 8);
  });
});

describe("hessian", () => {
  test("of Rosenbrock's function", () => {
    const [x, y] = [1.2, 0.7];
    const expected = [
      [2 - 400 * y + 1200 * x * x, -400 * x],
      [-400 * x, 200],
    ];
    expectMatrix(hessian(rosenbrock, T([x, y])), expected);
    expectMatrix(hessian(rosenbrock, T([1, 1])), [
      [802, -400],
      [-400, 200],
    ]);
  });

  test("of a quadratic form is the sum of its matrix and the transpose", () => {
    const A = T([
      [1, 2],
      [3, 4],
    ]);
    const run = (x: Tensor): Tensor => x.matmul(A).matmul(x);
    expectMatrix(hessian(run, T([5, -3])), [
      [2, 5],
      [5, 8],
    ]);
  });

  test("of a matrix has four dimensions", () => {
    const found = hessian((x) => x.at(0, 0).mul(x.at(1, 0)), T([[1], [2]]));
    expectMatrix(found, [[[[0], [1]]], [[[1], [0]]]]);
  });

  test("of several inputs has a block for each two", () => {
    const run = (a: Tensor, b: Tensor): Tensor => a.square().sum().mul(b);
    const [[aa, ab], [ba, bb]] = hessian(run, [T([1, 2]), T(3)]) as [
      [Tensor, Tensor],
      [Tensor, Tensor],
    ];
    expectMatrix(aa, [
      [6, 0],
      [0, 6],
    ]);
    expectMatrix(ab, [2, 4]);
    expectMatrix(ba, [2, 4]);
    expectMatrix(bb, 0);
  });

  test("of what is flat or constant is zero", () => {
    for (const run of [(x: Tensor) => x.sum(), () => T(3)]) {
      expectMatrix(hessian(run, T([1, 2])), [
        [0, 0],
        [0, 0],
      ]);
    }
  });

  test("can be differentiated with createGraph", () => {
    const x = leaf([1, 2]);
    const matrix = hessian((a) => a.pow(4).sum(), x, { createGraph: true });
    expectMatrix(grad(matrix.sum(), [x])[0]!, [24, 48]);
  });

  test("of more than one number is refused", () => {
    expect(() => hessian((x) => x.mul(2), T([1, 2]))).toThrow(ArgumentError);
    expect(() => hessian((x) => x.mul(2), T([1, 2]))).toThrow(/shape \[2\].*one number/);
  });
});

describe("vjp and jvp", () => {
  const run = (a: Tensor, b: Tensor): Tensor => a.mul(b.sum()).sin().add(b.at(0).exp());
  const inputs = [T([0.1, 0.2, 0.3]), T([0.5, -0.7])];
  const value = run(inputs[0]!, inputs[1]!);
  const matrices = jacobian(run, inputs);

  test("vjp is the vector times the jacobian", () => {
    const v = T([1, -2, 3]);
    const [y, products] = vjp(run, inputs, v);
    expectMatrix(y, value.toArray());
    expect(products).toHaveLength(2);
    products.forEach((product, i) => {
      expectMatrix(product, v.matmul(matrices[i]!).toArray());
    });
    expect([y, ...products].some((x) => x.requiresGrad)).toBe(false);
  });

  test("one tensor needs no list", () => {
    const [x, v] = [T([1, 2]), T([1, 10])];
    expect(vjp((a) => a.square(), x, v)[1].toArray()).toEqual([2, 40]);
    expect(jvp((a) => a.square(), x, v)[1].toArray()).toEqual([2, 40]);
  });

  test("jvp is the jacobians times the vectors, added up", () => {
    const v = [T([1, -2, 3]), T([0.5, 4])];
    const [y, product] = jvp(run, inputs, v);
    expectMatrix(y, value.toArray());
    const expected = matrices[0]!.matmul(v[0]!).add(matrices[1]!.matmul(v[1]!));
    expectMatrix(product, expected.toArray());
    expect([y.requiresGrad, product.requiresGrad]).toEqual([false, false]);
  });

  test("vjp of one number needs no vector", () => {
    const [y, [product]] = vjp((x) => x.square().sum(), [T([1, 2])]);
    expect(y.item()).toBe(5);
    expectMatrix(product!, [2, 4]);
  });

  test("what is not used has zeros", () => {
    const x = [T([1, 2]), T([3])];
    expectMatrix(vjp((a) => a.mul(2), x, T([1, 1]))[1][1]!, [0]);
    expectMatrix(jvp((a) => a.mul(2), x, [T([0, 0]), T([1])])[1], [0, 0]);
    expectMatrix(vjp(() => T([1, 2]), x, T([1, 1]))[1][0]!, [0, 0]);
    expectMatrix(jvp(() => T([1, 2]), x, [T([1, 1]), T([1])])[1], [0, 0]);
  });

  test("a linear function moves as its input does", () => {
    expectMatrix(jvp((x) => x.mul(3), [T([1, 2])], [T([1, 10])])[1], [3, 30]);
  });

  test("can be differentiated with createGraph", () => {
    const x = leaf([1, 2]);
    const [, [left]] = vjp((a) => a.pow(3), [x], T([1, 10]), { createGraph: true });
    expectMatrix(grad(left!.sum(), [x])[0]!, [6, 120]);
    const [, right] = jvp((a) => a.pow(3), [x], [T([1, 10])], { createGraph: true });
    expectMatrix(grad(right.sum(), [x])[0]!, [6, 120]);
  });

  test("vectors that do not fit are refused", () => {
    expect(() => vjp((x) => x.mul(2), [T([1, 2])], T([1]))).toThrow(NablaError);
    expect(() => jvp((x) => x.mul(2), T([1, 2]), T([1]))).toThrow(/1 inputs and 1 directions/);
    expect(() => vjp((x) => x.mul(2), [T([1, 2])])).toThrow(NablaError);
    expect(() => jvp((x) => x.mul(2), [T([1, 2])], [])).toThrow(/1 inputs and 0 directions/);
    expect(() => jvp((x) => x.mul(2), [T([1, 2])], [T([1, 2, 3])])).toThrow(NablaError);
  });
});

describe("functionalCall", () => {
  /** A model in another, as classes that keep their tensors in fields. */
  class Line {
    weight = leaf([2, 3]);
    bias = leaf([1, 1]);
    forward(x: Tensor): Tensor {
      return x.mul(this.weight).add(this.bias);
    }
  }
  class Model {
    line = new Line();
    scale = leaf(10);
    forward(x: Tensor, fails = false): Tensor {
      const y = this.line.forward(x).mul(this.scale);
      if (fails) throw new Error("stop");
      return y;
    }
  }

  test("uses the tensors given, the others as they are, and puts all back", () => {
    const model = new Model();
    const { line, scale } = model;
    const { weight, bias } = line;
    const tensors = { "line.weight": T([0, 1]), scale: T(2) };
    expect(functionalCall(model, tensors, T([5, 6])).toArray()).toEqual([2, 14]);
    expect([model.line, model.scale, line.weight, line.bias]).toEqual([line, scale, weight, bias]);
    expect(model.forward(T([5, 6])).toArray()).toEqual([110, 190]);
  });

  test("gives gradients to the tensors passed and what they were computed from", () => {
    const model = new Model();
    const step = leaf([1, 2]);
    const tensors = { "line.weight": step.mul(3) };
    functionalCall(model, tensors, T([5, 6]))
      .sum()
      .backward();
    expect(step.grad?.toArray()).toEqual([150, 180]);
    expect(model.line.weight.grad).toBeNull();
    expect(model.line.bias.grad?.toArray()).toEqual([10, 10]);
  });

  test("puts all back when the model throws", () => {
    const model = new Model();
    const { weight } = model.line;
    const { scale } = model;
    const tensors = { "line.weight": T([0, 0]), scale: T(0) };
    expect(() => functionalCall(model, tensors, T([1, 1]), true)).toThrow("stop");
    expect(model.line.weight).toBe(weight);
    expect(model.scale).toBe(scale);
  });

  test("is a function of parameters for jacobian", () => {
    const model = new Model();
    const run = (w: Tensor): Tensor => functionalCall(model, { "line.weight": w }, T([5, 6]));
    expectMatrix(jacobian(run, model.line.weight), [
      [50, 0],
      [0, 60],
    ]);
  });

  test.each(["weight", "line", "line.weight.data", "line.", "", "lines.weight", "forward"])(
    "refuses the path %j, and changes nothing",
    (path) => {
      const model = new Model();
      const { scale } = model;
      const call = (): unknown => functionalCall(model, { scale: T(1), [path]: T(1) }, T([1, 1]));
      expect(call).toThrow(ArgumentError);
      expect(call).toThrow(`no tensor at "${path}"`);
      expect(model.scale).toBe(scale);
    },
  );

  test("refuses what is no tensor", () => {
    const model = new Model();
    const { scale } = model;
    expect(() => functionalCall(model, { scale: 3 as never }, T([1, 1]))).toThrow(ArgumentError);
    expect(model.scale).toBe(scale);
  });
});

test("the derivatives are the same inside of noGrad()", () => {
  const x = tensor([1, 2], { dtype: "float64" });
  const directions = [tensor([1, 10], { dtype: "float64" })];
  noGrad(() => {
    expect(jacobian((a) => a.square(), x).toArray()).toEqual([
      [2, 0],
      [0, 4],
    ]);
    expect(hessian((a) => a.pow(3).sum(), x).toArray()).toEqual([
      [6, 0],
      [0, 12],
    ]);
    expect(jvp((a) => a.square(), [x], directions)[1].toArray()).toEqual([2, 40]);
  });
});
