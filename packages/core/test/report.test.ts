// What NABLA_DEBUG says of plans, level by level, on both back ends: that it is there, that it is
// true where it can be counted, that a miss names the first difference (L7; the other conditions:
// conditions.test.ts), and that looking on changes no number. What it says where nothing waits:
// debug.test.ts.

import { compile, noGrad, ones, rand, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { realize } from "@nabla/core/engine";
import { afterEach, describe, expect, test } from "vitest";

import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { reported } from "../src/report.js";
import { onDemand } from "../src/schedule/demand.js";
import { runBy } from "../src/schedule/flush.js";
import { printed } from "./printed.js";

afterEach(() => runBy(onDemand(wasm()), interpreter));

const backends = { interpreter, wasm: wasm({ atOnce: true }) };

/** What is printed while a program runs. */
function lines(level: number, program: () => unknown, backend = interpreter): string[] {
  const told: string[] = [];
  runBy(
    reported(backend, level, (line) => told.push(line)),
    interpreter,
  );
  program();
  expect(told.filter((line) => !/^nabla: {1,7}\S/.test(line))).toEqual([]);
  return told.map((line) => line.slice("nabla: ".length));
}

/** Steps of a line fit. */
function train(steps: number): number[] {
  const x = tensor(Array.from({ length: 64 }, (_, i) => i / 64));
  const w = zeros([]).requiresGrad_();
  const losses: Tensor[] = [];
  for (let step = 0; step < steps; step++) {
    w.grad = null;
    const loss = x.mul(w).sub(x).square().mean();
    loss.backward();
    noGrad(() => w.sub_(w.grad!.mul(0.1)));
    realize([w]);
    losses.push(loss);
  }
  return losses.map((loss) => loss.item());
}

const starting = (all: readonly string[], text: RegExp): string[] =>
  all.filter((line) => text.test(line));

describe.each(Object.entries(backends))("on %s", (name, backend) => {
  test("1: every flush, its line, and whether its plan was known", () => {
    const printed = lines(1, () => train(5), backend);
    const flushes = starting(printed, /^flush/);
    expect(flushes).toHaveLength(5);
    for (const flush of flushes) expect(flush).toMatch(/operations, \S*report\.test\.ts:\d+:\d+: /);
    expect(flushes.map((flush) => flush.replace(/.*\d: /, ""))).toEqual([
      "miss, new plan 1",
      ...Array.from({ length: 4 }, () => "hit, plan 1"),
    ]);
    expect(printed[1]).toBe("  it is the first");
  });

  test("2: every kernel with its time and what it moves", () => {
    const printed = lines(2, () => rand([1000]).mul(2).sum().item(), backend);
    // 4000 bytes are read, and a number each of the factor and the sum.
    const kernel = /^ {2}kernel 1: [\d.]+ ms, 4 kB, [-\de.]+ GB\/s, (\w+)$/;
    expect(starting(printed, /kernel 1: /)).toEqual([expect.stringMatching(kernel)]);
    expect(starting(printed, kernel)[0]).toContain(name);
    expect(printed.at(-1)).toMatch(/^ {2}1 kernel: [\d.]+ ms of [\d.]+ ms in all$/);
  });

  test("3: what fused into what, and what is no kernel", () => {
    const program = (): void => {
      const x = rand([10]);
      x.mul(2).add(x.mul(3)).exp().sum().item();
      x.sort().values.data();
    };
    const printed = lines(3, program, backend);
    expect(printed).toContain("    mul ×2, add, exp → sum [] float32");
    expect(printed).toContain("  kernel 1 walks [10]");
    expect(starting(printed, /^ {2}no kernel: /)).not.toEqual([]);
  });

  test("4: the code, where there is any", () => {
    const printed = lines(4, () => rand([8]).mul(2).neg().sum().item(), backend);
    const code = starting(printed, /its code:|for i <|sum over/);
    expect(code).toEqual(
      name === "interpreter"
        ? []
        : [
            "  its code:",
            "    for i < 8 by 4",
            "      b2[0]: float32 = sum over i of neg((b0[i] * b1[0]))",
          ],
    );
  });

  test("5: the graph: what was given, what was made of what, where, and for whom", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const printed = lines(5, () => (w.exp().sum().backward(), w.grad!.data()), backend);
    expect(printed).toContain("  given 0: [2] float32");
    const line = String.raw`\S*report\.test\.ts:\d+:\d+`;
    for (const text of [
      `^  0: exp \\[2\\] float32, ${line}: of given 0$`,
      `^  1: sum \\[\\] float32, ${line}, kept: of 0$`,
      `^  \\d: mul \\[2\\] float32, in the derivative of exp, ${line}, kept: of given 1, 0$`,
    ]) {
      expect(starting(printed, new RegExp(text))).toHaveLength(1);
    }
  });

  test("a value that is read after its round is why a plan is made again", () => {
    const program = (): void => {
      const x = rand([2000]);
      for (let i = 0; i < 3; i++) {
        const y = x.mul(2);
        y.exp().sum().item();
        y.mean().item();
      }
    };
    const again = starting(lines(1, program, backend), /made again/);
    expect(again).toEqual([
      expect.stringMatching(/what was read after its round: mul \[2000\] float32, \S+:\d+:\d+$/),
    ]);
  });

  test("looking on changes no number", () => {
    let seen: number[] = [];
    lines(5, () => (seen = train(12)), backend);
    runBy(onDemand(backend), interpreter);
    expect(seen).toEqual(train(12));
  });

  test.each<[string, () => Tensor, unknown]>([
    ["nothing to compute", () => zeros([0, 3]).add(1), []],
    ["a sum of nothing", () => zeros([0]).add(1).sum(), 0],
    ["a long formula", () => steps(ones([3]), 300), [1, 1, 1]],
    ["many kernels", () => sums(zeros([4]), 40), 0],
  ])("%s", (_name, program, expected) => {
    lines(5, () => expect(program().toArray()).toEqual(expected), backend);
  });
});

describe("L7: where a plan is made anew, the first operation that differs is named", () => {
  const [x, w, column] = [ones([8, 3]), ones([3]), ones([3, 8]).t()];
  const x64 = ones([8, 3], { dtype: "float64" });
  const loss = (a: Tensor): Tensor => a.mul(w).add(1).sum(1).square().mean();
  const mul = "operation 0 is mul [8, 3] float32, HERE; there: mul [8, 3] float32, HERE";
  test.each<[string, () => Tensor, string | null]>([
    ["other numbers: nothing", () => ones([8, 3]).mul(w).add(2).sum(1).square().mean(), null],
    [
      "a smaller batch",
      () => loss(ones([5, 3])),
      "operation 0 is mul [5, 3] float32, HERE; " +
        "there: mul [8, 3] float32, HERE (another shape)",
    ],
    [
      "another operation",
      () => x.mul(w).add(1).sum(1).exp().mean(),
      "operation 3 is exp [8] float32, HERE; " +
        "there: square [8] float32, HERE (another operation)",
    ],
    [
      "another type",
      () => loss(x64),
      "operation 0 is mul [8, 3] float64, HERE; " +
        "there: mul [8, 3] float32, HERE (another type)",
    ],
    [
      "an operation less",
      () => x.mul(w).add(1).sum(1).square().sum(),
      "operation 4 is sum [] float32, HERE; there: mean [] float32, HERE (another operation)",
    ],
    [
      "an operation more",
      () => loss(x).neg(),
      "operation 5 is neg [] float32, HERE; plan 1 ends before it",
    ],
    [
      "an input more often",
      () => w.mul(w).add(x).sum(1).square().mean(),
      "operation 0 is mul [3] float32, HERE; there: mul [8, 3] float32, HERE (another shape)",
    ],
    [
      "another layout",
      () => loss(column),
      `${mul} (input 0 is given as float32 [8, 3] with strides 1 8, there as float32 [8, 3])`,
    ],
    [
      "a value that is kept",
      () => {
        const product = x.mul(w);
        const result = product.add(1).sum(1).square().mean();
        product.detach();
        return result;
      },
      `${mul} (its value is asked for, there it is not)`,
    ],
  ])("%s", (_name, other, expected) => {
    const program = (): void => {
      loss(x).item();
      other().item();
    };
    const place = /\S*report\.test\.ts:\d+:\d+/g;
    const said = lines(1, program).map((line) => line.replaceAll(place, "HERE"));
    const head = `flush 2, ${expected?.includes("neg") ? 6 : 5} operations, HERE: `;
    expect(said.slice(2)).toEqual(
      expected === null
        ? [`${head}hit, plan 1`]
        : [`${head}miss, new plan 2`, `  first difference from plan 1, the nearest: ${expected}`],
    );
  });
});

function steps(x: Tensor, count: number): Tensor {
  let y = x;
  for (let i = 0; i < count; i++) y = y.add(1).mul(0.5);
  return y;
}

function sums(x: Tensor, count: number): Tensor {
  let y = x;
  for (let i = 0; i < count; i++) y = y.sub(y.sum());
  return y.sum();
}

test("a compiled step is a plan like others", () => {
  const printed = lines(2, () => {
    const step = compile((x: Tensor) => x.mul(2).exp().sum());
    for (let i = 0; i < 4; i++) step(ones([5])).item();
  });
  expect(starting(printed, /^flush/).map((line) => line.replace(/.*\d: /, ""))).toEqual([
    "miss, new plan 1",
    "miss, new plan 2",
    "hit, plan 2",
    "hit, plan 2",
  ]);
  expect(starting(printed, / kernel 1: /)).toHaveLength(4);
});

test("so many that nobody waits for are told, too", () => {
  const printed = lines(1, () => {
    let x = tensor(0);
    for (let i = 0; i < 11_000; i++) x = x.add(1);
    x.item();
  });
  expect(printed[0]).toMatch(/^flush 1, 10000 operations, .*: so many have piled up that they run/);
});

test.each([["interpreter"], ["wasm"]])("NABLA_DEBUG=5 with NABLA_BACKEND=%s", (backend) => {
  const program = ["const { rand } = nabla;", "console.log(rand([8]).neg().sum().item() < 0);"];
  const { out, lines: all } = printed(program, { NABLA_DEBUG: "5", NABLA_BACKEND: backend });
  expect(out).toMatch(/^true$/m);
  expect(all[0]).toMatch(/^nabla: flush 1, 2 operations, \S*program\.mts:3:\d+: miss, new plan 1$/);
  expect(all.join("\n")).toMatch(new RegExp(`kernel 1: .*, ${backend}$`, "m"));
  expect(all.includes("nabla:   its code:")).toBe(backend === "wasm");
});
