// Formulas derived from records, as numbers: what a formula comes to is what the oracle gives, and
// what a derivative comes to is what grad() gives. And the graph behind a tensor. How formulas are
// written: packages/viz/test/formula.test.ts.

import * as core from "@nabla/core";
import { cat, customFunction, detectAnomaly, grad, noGrad, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { derivativesOf, formulaOf, graphOf, keepValues } from "@nabla/core/inspect";
import type { Formula, GraphNode } from "@nabla/core/inspect";
import { describe, expect, test } from "vitest";

import * as copies from "../src/ops/copy.js";
import type { Row } from "../src/ops/define.js";
import * as reduce from "../src/ops/reduce.js";
import { spread } from "./arrays.js";
import { evaluate, isNear } from "./formulas.js";
import { elementwise, oracles, rowsIn } from "./oracles.js";

/** Compares numbers by name, so that a failure says which. */
function expectNear(found: number, expected: number, what: string): void {
  const near = isNear(found, expected) ? expected : found;
  expect(`${what} = ${near}`).toBe(`${what} = ${expected}`);
}

const rows = [...elementwise, ...rowsIn({ where: copies.where, clone: copies.clone })];

/** Places inside the intervals of a record, and those where a function turns or is in two minds. */
function pointsOf({ samples }: Row<never[]>): number[][] {
  const inside = Array.from({ length: 8 }, (_, k) =>
    samples.map((interval, i) => spread(8, interval, i)[k]!),
  );
  const edges = [0, 1, -1.5].flatMap((x) =>
    samples.length > 1
      ? [
          [x, x, 1],
          [x, 0, 0],
        ]
      : [[x]],
  );
  return [...inside.map(truths), ...edges.map((point) => point.slice(0, samples.length))];
}

/** The third operand is a condition. */
const truths = ([a, b, c]: number[]): number[] =>
  c === undefined ? [a!, b!].slice(0, b === undefined ? 1 : 2) : [a!, b!, Number(c > 0.5)];

const named = (point: readonly number[]): Record<string, number> =>
  Object.fromEntries(point.map((value, i) => [point.length === 1 ? "x" : "abc"[i]!, value]));

const leaf = (value: number): Tensor => tensor(value, { dtype: "float64", requiresGrad: true });

/** A record at a point, with the operands that get gradients. */
function callAt(row: Row<never[]>, [a, b, c]: readonly number[]): [y: Tensor, inputs: Tensor[]] {
  const call = row as unknown as Row<unknown[]>;
  const inputs = [a!, ...(b === undefined ? [] : [b])].map(leaf);
  const [x, other] = inputs;
  if (c !== undefined) return [call(x!, tensor(c === 1), other), inputs];
  return [other === undefined ? call(x!) : call(x!, other), inputs];
}

test.each(rows)("the formula of %s is what it computes", (name, row) => {
  const formula = formulaOf(row)!;
  for (const point of pointsOf(row).slice(0, 8)) {
    const expected = oracles[name as keyof typeof oracles](...point);
    expectNear(evaluate(formula, named(point)), expected, `${name}(${point.join(", ")})`);
  }
});

const [differentiable, others] = [true, false].map((has) =>
  rows.filter(([, row]) => (row.op.vjps !== null) === has),
) as [typeof rows, typeof rows];

test.each(differentiable)("the derivatives of %s are what grad() computes", (name, row) => {
  const formulas = derivativesOf(row);
  expect(formulas.length).toBe(row.op.vjps!.length);
  const g = -1.75;
  pointsOf(row).forEach((point, at) => {
    const [y, inputs] = callAt(row, point);
    const gradOutputs = tensor(g, { dtype: "float64" });
    const found = grad(y, inputs, { gradOutputs }).map((gradient) => gradient.item());
    // Where a function ends, its oracle need not agree with it to the infinity.
    if (at >= 8 && !found.every(Number.isFinite)) return;
    inputs.forEach((_, i) => {
      const derived = evaluate(formulas[i]!, { ...named(point), y: y.item(), g });
      expectNear(derived, found[i]!, `${name}' ${i} at ${point.join(", ")}`);
    });
  });
});

test.each(others)("%s has no derivatives", (_name, row) => {
  expect(derivativesOf(row)).toEqual([]);
});

const f = (op: string, ...of: Formula[]): Formula => ({ op, of });

describe("formulas", () => {
  test("of reductions have the fold, and n for the number of elements", () => {
    expect(formulaOf(reduce.sum)).toEqual(f("sum", "x"));
    expect(formulaOf(reduce.mean)).toEqual(f("div", f("sum", "x"), "n"));
    expect(derivativesOf(reduce.sum)).toEqual(["g"]);
    expect(derivativesOf(reduce.mean)).toEqual([f("div", "g", "n")]);
  });

  test("of functions are what they are made of", () => {
    const line = (w: Tensor, b: Tensor): Tensor => w.mul(3).add(b).tanh();
    expect(formulaOf(line)).toEqual(f("tanh", f("add", f("mul", "a", 3), "b")));
    expect(formulaOf((x: Tensor) => x.var())).toEqual(
      f("div", f("sum", f("square", f("sub", "x", f("mean", "x")))), f("sub", "n", 1)),
    );
  });

  test("say nothing of types, but name transpositions and parts", () => {
    const moved = (a: Tensor, b: Tensor): Tensor =>
      a.unsqueeze(0).to("float32").mul(b.t().select(0, 1).mean());
    const part = { op: "select", of: [f("mT", "b")], args: [0, 1] };
    const lifted = { op: "unsqueeze", of: ["a"], args: [0] };
    expect(formulaOf(moved)).toEqual(f("mul", lifted, f("mean", part)));
  });

  test("of derivatives say nothing of shapes, unless that is all", () => {
    const x = tensor([[1, 2, 3]], { requiresGrad: true });
    expect(graphOf(x.sum(1, true))[0]!.derivatives()).toEqual(["g"]);
    const reshape = { op: "reshape", of: ["g"], args: [[1, 3]] };
    expect(graphOf(x.squeeze())[0]!.derivatives()).toEqual([reshape]);
  });

  test("are null for what needs numbers, or more than tensors", () => {
    expect(formulaOf((x: Tensor) => x.mul(x.item()))).toBeNull();
    expect(formulaOf((x: Tensor, dim: number) => x.sum(dim))).toBeNull();
    expect(formulaOf((x: Tensor) => [x])).toBeNull();
    expect(formulaOf((x: Tensor) => x.transpose)).toBeNull();
  });

  test("an operation under another's name is what it computes", () => {
    const [node] = graphOf(leaf(7).div(2, { roundingMode: "floor" }));
    expect(node!.op).toBe("div");
    const rounded = formulaOf((a: Tensor, b: Tensor) => a.div(b, { roundingMode: "trunc" }))!;
    expect(evaluate(rounded, { a: -7, b: 2 })).toBe(-3);
  });

  test("nothing runs, and nothing that is there changes", () => {
    const weights = tensor([
      [1, 2],
      [3, 4],
    ])
      .transpose(0, 1)
      .detach();
    const scaled = customFunction({
      name: "scaled",
      forward: (x: Tensor) => x.mul(weights),
      vjps: [(g) => g.mul(weights.reshape([4]).reshape([2, 2]))],
    });
    const y = scaled(
      tensor(
        [
          [1, 1],
          [1, 1],
        ],
        { requiresGrad: true },
      ),
    );
    const logarithm = leaf(0).log();
    detectAnomaly(() => {
      expect(graphOf(y)[0]!.derivatives()).toEqual([f("mul", "g", "constant")]);
      expect(graphOf(logarithm)[0]!.derivatives()).toEqual([f("div", "g", "x")]);
    });
    expect(weights.toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(
      graphOf(y.sum())[1]!
        .share(
          0,
          tensor([
            [1, 1],
            [1, 1],
          ]),
        )!
        .toArray(),
    ).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  test("after one that could not be derived operations run as before", () => {
    formulaOf((x: Tensor) => x.mul(x.item()));
    expect(tensor(2).mul(3).item()).toBe(6);
  });
});

/** What backward() does, by the graph alone. */
function descend(loss: Tensor): Map<Tensor, Tensor> {
  const found = new Map<Tensor, Tensor>();
  const waiting = new Map<GraphNode, Tensor>();
  const graph = graphOf(loss);
  waiting.set(graph[0]!, loss.newOnes(loss.shape));
  for (const node of graph) {
    const g = waiting.get(node)!;
    if (node.leaf !== null) found.set(node.leaf, g);
    node.inputs.forEach((input, i) => {
      const share = node.share(i, g);
      if (input === null || share === null) return;
      waiting.set(input, waiting.get(input)?.add(share) ?? share);
    });
  }
  return found;
}

describe("the graph behind a tensor", () => {
  const data = tensor([1, 2, 3], { dtype: "float64" });
  const fit = (w: Tensor, b: Tensor): Tensor => data.mul(w).add(b).sub(2).square().mean();

  test("is in the order in which backward() goes", () => {
    const [w, b] = [leaf(0.5), leaf(1)];
    const graph = graphOf(fit(w, b));
    expect(graph.map(({ op }) => op)).toEqual(["mean", "square", "sub", "add", "mul", null, null]);
    expect(graph.slice(-2).map(({ leaf }) => leaf)).toEqual([b, w]);
    const [mean, square, , add, mul] = graph;
    expect(mean!.inputs).toEqual([square]);
    expect(add!.inputs).toEqual([mul, graph[5]]);
    expect(mul!.inputs[0]).toMatchObject({ op: null, leaf: null, shape: [3], dtype: "float64" });
    expect(mul!.inputs[0]!.value!.toArray()).toEqual([1, 2, 3]);
    expect(mean!.derivatives()).toEqual([f("div", "g", 3)]);
    expect(square!.value!.toArray()).toEqual([0.25, 0, 0.25]);
  });

  test("its shares are what backward() adds to each leaf", () => {
    const [w, b] = [tensor([0.5, -1, 2], { dtype: "float64", requiresGrad: true }), leaf(1)];
    const wave = w.mul(w.sin()).add(b);
    const loss = cat([wave, wave.exp().slice(0, 1)])
      .mul(wave.sum())
      .sum();
    const found = descend(loss);
    loss.backward();
    expect(found.get(w)!.requiresGrad).toBe(false);
    expect(found.get(w)!.toArray()).toEqual(w.grad!.toArray());
    expect(found.get(b)!.toArray()).toEqual(b.grad!.toArray());
  });

  test("a long one is walked without recursion", () => {
    let x = leaf(0);
    for (let i = 0; i < 20_000; i++) x = x.add(1);
    expect(graphOf(x)).toHaveLength(20_001);
  });

  test("is empty where nothing is remembered, and without values once it is freed", () => {
    expect(graphOf(tensor(1).mul(2))).toEqual([]);
    const w = leaf(3);
    const loss = w.square();
    loss.backward();
    const [square, last] = graphOf(loss);
    expect([square!.value, last!.value].map((value, i) => value === [loss, w][i])).toEqual([
      true,
      true,
    ]);
    expect(() => square!.share(0, tensor(1))).toThrow("freed");
    expect(square!.derivatives()).toEqual([f("mul", f("mul", "g", 2), "x")]);
  });
});

describe("names", () => {
  test("are those of leaves, of results and of constants, and nothing is printed of them", () => {
    const w = tensor(3).named("w").requiresGrad_();
    const x = tensor([1, 2]).named("x");
    const y = w.mul(x).named("y");
    const graph = graphOf(y.mul(2));
    expect(graph.map(({ name }) => name)).toEqual([null, "y", "w"]);
    expect(graph[0]!.inputs[1]!.name).toBe("2");
    expect(graph[1]!.inputs[1]!.name).toBe("x");
    expect([w, x].map(String)).toEqual(["tensor(3., requiresGrad=true)", "tensor([1., 2.])"]);
    noGrad(() => w.sub_(1));
    expect(graphOf(w.square()).map(({ name }) => name)).toEqual([null, "w"]);
  });

  test("are texts with something in them", () => {
    for (const name of ["", 3, null, undefined]) {
      expect(() => tensor(1).named(name as string)).toThrow("named: a name is a text");
    }
  });
});

describe("what a graph keeps", () => {
  test("is everything after keepValues(), and one constant is one node", () => {
    const [x, w] = [tensor([1, 2]), leaf(3)];
    const run = (): GraphNode[] => graphOf(w.add(x).sub(x).add(1).neg());
    expect(
      run()
        .slice(1, -1)
        .map(({ value }) => value),
    ).toEqual([null, null, null]);
    expect(run()[1]!.inputs[1]).toBeNull();
    keepValues();
    try {
      const graph = run();
      const values = graph.map(({ value }) => value!.toArray());
      expect(values).toEqual([[-4, -4], [4, 4], [3, 3], [4, 5], 3]);
      expect(graph[1]!.inputs[1]!.name).toBe("1");
      expect(graph[2]!.inputs[1]).toBe(graph[3]!.inputs[1]);
      expect(graph[2]!.inputs[1]!.value!.toArray()).toEqual([1, 2]);
    } finally {
      keepValues(false);
    }
    expect(run()[2]!.value).toBeNull();
  });

  test("says of each call what it computes", () => {
    const w = tensor([[1, 2]], { requiresGrad: true });
    const formulas = graphOf(w.matmul(w.mT).add(1).narrow(1, 0, 1).mean());
    expect(formulas.map((node) => node.formula())).toEqual([
      f("mean", "x"),
      { op: "slice", of: ["x"], args: [1, 0, 1] },
      f("add", "a", "b"),
      f("matmul", "a", "b"),
      f("mT", "x"),
      null,
    ]);
  });

  test("a derivative of thousands of inputs is found at once", () => {
    const inputs = Array.from({ length: 3000 }, (_, i) => tensor([i], { requiresGrad: true }));
    const began = performance.now();
    expect(graphOf(cat(inputs))[0]!.derivatives()).toHaveLength(3000);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

test("what a formula was read from leaves nothing behind that cannot run", () => {
  const functions = Object.entries(core).filter(([name]) => name.endsWith("_"));
  expect(functions.length).toBeGreaterThan(3);
  for (const [name, write] of functions) {
    formulaOf(write as never);
    derivativesOf(write as never);
    expect(`${name}: ${tensor([1]).add(1).item()}`).toBe(`${name}: 2`);
  }
});
