// What explain() says: word for word where a learner starts, and everywhere that its numbers are
// those of backward(), that names cannot spoil it and that it stays short. Whether the formulas
// are true: packages/core/test/inspect.test.ts.

import { cat, customFunction, GradientError, manualSeed, randn, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { graphOf } from "@nabla/core/inspect";
import { backwardSteps, explain } from "@nabla/viz";
import { describe, expect, test } from "vitest";

import { writeNumber, writeValues } from "../src/labels.js";
import { hostileNames } from "./hostile-names.js";

const leaf = (values: number | number[] | number[][], name: string): Tensor =>
  tensor(values, { requiresGrad: true }).named(name);

/** What is said without the introduction. */
const stepsOf = (text: string): string => text.slice(text.indexOf("\n\n") + 2);

test("the line fit", () => {
  const [x, y] = [tensor([1, 2, 3]).named("x"), tensor([3, 5, 7]).named("y")];
  const [w, b] = [leaf(0.5, "w"), leaf(0, "b")];
  const loss = w.mul(x).add(b).sub(y).square().mean().named("loss");
  expect(explain(loss)).toBe(
    `\
The backward pass of loss, in 7 steps.
At each, the gradient g that arrives, times the local derivative, is passed on to the inputs.

1. loss = mean(square)
   g = 1, to start with
   ∂loss/∂square = 1 / 3, so square gets g / 3 = [0.3333, 0.3333, 0.3333]
2. square = sub², of shape [3]
   g = [0.3333, 0.3333, 0.3333], from loss
   ∂square/∂sub = 2 · sub, so sub gets 2 · g · sub = [−1.667, −2.667, −3.667]
   where sub = [−2.5, −4, −5.5]
3. sub = add − constant, of shape [3]
   g = [−1.667, −2.667, −3.667], from square
   ∂sub/∂add = 1, so add gets g = [−1.667, −2.667, −3.667]
4. add = mul + b, of shape [3]
   g = [−1.667, −2.667, −3.667], from sub
   ∂add/∂mul = 1, so mul gets g = [−1.667, −2.667, −3.667]
   ∂add/∂b = 1, so b gets Σ g = −8, summed to the shape [] of b
5. mul = w · x, of shape [3]
   g = [−1.667, −2.667, −3.667], from add
   ∂mul/∂w = x, so w gets Σ g · x = −18, summed to the shape [] of w
   where x = [1, 2, 3]
6. b is a leaf
   b.grad becomes −8
7. w is a leaf
   w.grad becomes −18`,
  );
  loss.backward();
  expect([w.grad!.item(), b.grad!.item()].map(writeNumber)).toEqual(["−18", "−8"]);
});

test("tanh of a single number, with the numbers put in", () => {
  const x = leaf(0.5, "x");
  x.grad = tensor(2);
  expect(stepsOf(explain(x.tanh().named("y").mul(x)))).toBe(
    `\
1. mul = y · x
   g = 1, to start with
   ∂mul/∂y = x, so y gets g · x = 1 · 0.5 = 0.5
   ∂mul/∂x = y, so x gets g · y = 1 · 0.4621 = 0.4621
   where y = 0.4621
   and x = 0.5
2. y = tanh(x)
   g = 0.5, from mul
   ∂y/∂x = 1 − y², so x gets g · (1 − y²) = 0.5 · (1 − 0.4621²) = 0.3932
   where y = 0.4621
3. x is a leaf
   x.grad was 2; 0.8553 is added, the sum of 2 shares, from mul and y
   x.grad becomes 2.855`,
  );
});

test("a product of matrices", () => {
  const [a, b] = [
    leaf([[1, 2]], "A"),
    leaf(
      [
        [3, 5],
        [4, 6],
      ],
      "B",
    ),
  ];
  expect(stepsOf(explain(a.matmul(b).sum()))).toBe(
    `\
1. sum = Σ matmul
   g = 1, to start with
   ∂sum/∂matmul = 1, so matmul gets g = [[1, 1]]
2. matmul = A @ B, of shape [1, 2]
   g = [[1, 1]], from sum
   A gets g @ Bᵀ = [[8, 10]]
   B gets Aᵀ @ g = [[1, 1], [2, 2]]
   where A = [[1, 2]]
   and B = [[3, 5], [4, 6]]
3. B is a leaf
   B.grad becomes [[1, 1], [2, 2]]
4. A is a leaf
   A.grad becomes [[8, 10]]`,
  );
});

test("one element of a softmax", () => {
  const z = leaf([0, Math.log(3)], "z");
  expect(stepsOf(explain(z.softmax(0).named("p").select(0, 1)))).toBe(
    `\
1. select = p.select(0, 1)
   g = 1, to start with
   p gets g, each element where it was taken from: [0, 1]
2. p = softmax(z), of shape [2]
   g = [0, 1], from select
   z gets (u − Σ u · p) · p = [−0.1875, 0.1875], where u = g − Σ g · p
   where p = [0.25, 0.75]
3. z is a leaf
   z.grad becomes [−0.1875, 0.1875]`,
  );
});

test("an input at two places, a choice, and no derivative", () => {
  const w = leaf(3, "w");
  const text = explain(w.mul(w).add(w.where(w.gt(0), w.neg())));
  expect(text).toContain("∂mul/∂w at place 1 = w, so w gets g · w = 1 · 3 = 3\n");
  expect(text).toContain("∂mul/∂w at place 2 = w, so w gets g · w = 1 · 3 = 3\n");
  expect(text).toContain("where = w if constant else neg\n");
  expect(text).toContain("w.grad becomes 7, the sum of 4 shares, from where, neg and mul");
  const half = customFunction({
    name: "half",
    forward: (x: Tensor, y: Tensor) => x.add(y).mul(0.5),
    vjps: [(g) => g.mul(0.5), () => null],
  });
  const told = explain(half(w, leaf(1, "v")));
  expect(told).toContain("∂half/∂w = 0.5, so w gets 0.5 · g = 0.5 · 1 = 0.5\n");
  expect(told).toContain("v gets nothing: half has no derivative by it\n");
  expect(told).not.toContain("v.grad");
});

describe("its numbers are those of backward()", () => {
  const programs: [string, (a: Tensor, b: Tensor) => Tensor][] = [
    ["a fit", (a, b) => a.mul(b).add(1).sub(b).square().mean()],
    ["tanh and matmul", (a, b) => a.matmul(b.mT).tanh().sum()],
    ["softmax", (a, b) => a.softmax(1).mul(b).sum()],
    ["shared parts", (a, b) => a.exp().mul(a.exp().add(b)).logsumexp(1).sum()],
    [
      "parts and joining",
      (a, b) =>
        cat([a.slice(0, 1), b])
          .mul(a.sum())
          .amax(0)
          .sum(),
    ],
    ["choices", (a, b) => a.where(a.gt(b), b.neg()).maximum(b).abs().mean()],
  ];
  test.each(programs)("%s", (_name, run) => {
    manualSeed(5);
    const [a, b] = [randn([2, 3]), randn([2, 3])].map((x) => x.requiresGrad_()) as [Tensor, Tensor];
    const loss = run(a.named("a"), b.named("b"));
    const text = explain(loss);
    expect([a.grad, b.grad]).toEqual([null, null]);
    loss.backward();
    expect(text).toContain(`\n   a.grad becomes ${writeValues(a.grad!)}`);
    expect(text).toContain(`\n   b.grad becomes ${writeValues(b.grad!)}`);
    expect(writeValues(a.grad!)).not.toBe(writeValues(a.detach()));
  });

  test("from a gradient of one's own", () => {
    const x = leaf([1, 2], "x");
    const gradient = tensor([10, -1]);
    expect(explain(x.square(), { gradient })).toContain("x.grad becomes [20, −4]");
  });
});

test("numbers are short, and of large tensors only the first", () => {
  expect([1 / 3, 123456, 12345678, -1e-9, 0, NaN, -Infinity].map(writeNumber)).toEqual([
    "0.3333",
    "123456",
    "1.235e7",
    "−1e−9",
    "0",
    "NaN",
    "−∞",
  ]);
  expect(writeValues(tensor([[true], [false]]))).toBe("[[true], [false]]");
  expect(writeValues(randn([0, 3]))).toBe("no numbers");
  const x = randn([1000, 1000]).requiresGrad_();
  const text = explain(x.square().sum());
  expect(text).toContain("leaf.grad becomes [");
  expect(text).toContain(", … of 1,000,000 numbers]");
  expect(text.length).toBeLessThan(1500);
});

test("of a graph of 10,000 steps the first and the last are told", () => {
  const [w, b] = [leaf(1, "w"), leaf(0, "b")];
  let x = w;
  for (let i = 0; i < 5000; i++) x = x.mul(1.0001).add(b);
  const began = performance.now();
  const text = explain(x, { steps: 4 });
  expect(performance.now() - began).toBeLessThan(20_000);
  expect(text.length).toBeLessThan(2000);
  expect(text).toContain("in 10,002 steps");
  expect(text).toContain(
    "\n   … 9,996 steps more: 4,998 × add, 4,998 × mul\n9999. add = mul + b\n",
  );
  expect(text).toContain("∂mul/∂w = 1.0001, so w gets");
  x.backward();
  expect(text).toContain(`w.grad becomes ${writeNumber(w.grad!.item())}`);
  expect(text).toContain("from add5000, add4999, add4998 and 4,997 others\n");
});

test("names are on one line and cannot be taken for others", () => {
  for (const [name] of hostileNames) {
    const w = leaf(2, name);
    const lines = explain(w.mul(3)).split("\n");
    expect(lines).toHaveLength(3 + 3 + 2);
    expect(lines.join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(lines.every((line) => line.length < 300)).toBe(true);
  }
  const [g, other] = [leaf(2, "g"), leaf(3, "g")];
  const text = explain(g.mul(other));
  expect(text).toContain("mul = g2 · g3\n");
  expect(text).toContain("g2 gets g · g3 = 1 · 3 = 3");
});

test("what cannot be explained is refused with a reason", () => {
  const w = leaf([1, 2], "w");
  expect(() => explain(tensor(1))).toThrow(GradientError);
  expect(() => explain(tensor(1))).toThrow("explain: this tensor does not require grad");
  expect(() => explain(3 as never)).toThrow("explain: this is no tensor");
  expect(() => explain(w.mul(2))).toThrow("explain: a tensor of shape [2] is no single number");
  expect(() => explain(w.mul(2), { gradient: tensor(1) })).toThrow("no tensor of shape [2]");
  for (const steps of [1, 2.5, NaN, Infinity]) {
    expect(() => explain(w.sum(), { steps })).toThrow(`explain: steps cannot be ${steps}`);
  }
  const loss = w.square().sum();
  loss.backward();
  expect(() => explain(loss)).toThrow("was freed by an earlier call");
  expect(graphOf(loss)).toHaveLength(3);
});

test("the steps as a list: numbers of boxes, and the gradients of backward()", () => {
  const [w, x] = [leaf(2, "w"), leaf([1, 2], "x")];
  const loss = w.mul(x).tanh().mul(w).sum().named("loss");
  const steps = backwardSteps(loss);
  const graph = graphOf(loss);
  expect(steps.map(({ box }) => graph[box]!.op)).toEqual(steps.map(({ op }) => op));
  loss.backward();
  const ends = steps.filter(({ grad }) => grad !== null);
  expect(Object.fromEntries(ends.map(({ name, grad }) => [name, grad]))).toEqual({
    w: { before: null, after: writeValues(w.grad!) },
    x: { before: null, after: writeValues(x.grad!) },
  });
  const tanh = steps.find(({ op }) => op === "tanh")!;
  expect(tanh.shares[0]).toMatchObject({ to: "mul", derivative: "1 − tanh²", place: 0 });
  expect(ends.find(({ name }) => name === "w")!.from).toHaveLength(2);
  expect(explain(leaf(1, "a").mul(2), { model: { namedParameters: () => [] } })).toContain(
    "a.grad",
  );
});
