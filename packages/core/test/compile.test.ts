// compile(): a step that is replayed gives what the plain loop gives, whatever changes from call to
// call, or it says why it cannot. On the interpreter to the bit. Not here: optimizers
// (packages/optim/test/compile.test.ts), models (packages/nn/test/compile.test.ts).

import { compile, CompileError, enableGrad, manualSeed, noGrad, ones, rand } from "@nabla/core";
import { randn, randperm, tensor, Tensor, zeros } from "@nabla/core";
import { hostScalar, hostStep, restsOn } from "@nabla/core/engine";
import { afterEach, describe, expect, test } from "vitest";

import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { engine } from "../src/backends/wasm/web-assembly.js";
import { mode } from "../src/graph/mode.js";
import { onDemand } from "../src/schedule/demand.js";
import { everyOp, runBy } from "../src/schedule/flush.js";
import type { Policy } from "../src/schedule/flush.js";

const standard = onDemand(wasm());
afterEach(() => {
  runBy(standard, interpreter);
  mode.onRecapture = null;
});

type Step = (...args: never[]) => unknown;
type Wrap = <Own extends Step>(step: Own) => Own;
const plain: Wrap = (step) => step;
const compiled: Wrap = (step) => compile(step) as never;

/** Everything that a program has read, in order. */
type Program = (wrap: Wrap) => (number | string)[];

const read = (...tensors: (Tensor | null)[]): (number | string)[] =>
  tensors.flatMap((x): (number | string)[] => (x === null ? ["null"] : [...x.data()]));

/** Runs a program by a policy, and counts how often a step was captured. */
function run(policy: Policy, program: Program, wrap: Wrap): [(number | string)[], string[]] {
  runBy(policy, interpreter);
  manualSeed(3);
  const reasons: string[] = [];
  mode.onRecapture = (reason) => reasons.push(reason);
  const seen = program(wrap);
  mode.onRecapture = null;
  return [seen, reasons];
}

function expectClose(found: (number | string)[], expected: (number | string)[]): void {
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => {
    const other = expected[i]!;
    if (typeof value === "string" || typeof other === "string") expect(value).toBe(other);
    else expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(other)));
  });
}

const leaf = (...shape: number[]): Tensor => rand(shape).requiresGrad_();

/** A step of descent on a line, written out. */
function descent(wrap: Wrap, loss: (w: Tensor, x: Tensor) => Tensor): [Tensor, Step] {
  const w = leaf(3);
  const step = wrap((x: Tensor) => {
    w.grad = null;
    const value = loss(w, x);
    value.backward();
    noGrad(() => w.sub_(w.grad!.mul(0.1)));
    return value;
  });
  return [w, step as Step];
}

/** What changes from call to call; each is run plainly and compiled, and how often it is captured. */
const programs: [name: string, captures: number, program: Program][] = [
  [
    "a step",
    1,
    (wrap) => {
      const [w, step] = descent(wrap, (own, x) => own.mul(x).square().sum());
      const x = rand([3]);
      return Array.from({ length: 6 }, () => read(step(x as never) as Tensor, w, w.grad)).flat();
    },
  ],
  [
    "batches as arguments, in lists, objects and views",
    1,
    (wrap) => {
      const [w, data] = [leaf(3), rand([12, 3])];
      const step = wrap(({ pair: [x, y] }: { pair: Tensor[] }) => {
        w.grad = null;
        const loss = x!.matmul(w).sub(y!).square().mean();
        loss.backward();
        noGrad(() => w.sub_(w.grad!.mul(0.1)));
        return { loss, same: y };
      });
      const seen = [];
      for (let i = 0; i < 6; i++) {
        const y = rand([2]);
        const { loss, same } = step({ pair: [data.narrow(0, 2 * i, 2), y] });
        expect(same).toBe(y);
        seen.push(...read(loss as Tensor, w));
      }
      return seen;
    },
  ],
  [
    "numbers as arguments, 0 among them",
    2,
    (wrap) => {
      const x = rand([4]);
      const step = wrap((a: number, b: number) => x.mul(a).add(b).pow(2).div(a));
      const pairs = [[2, 1], [3, 1], [4, 0.5], [5, 0], [6, 0], [7, 2]]; // prettier-ignore
      return pairs.flatMap(([a, b]) => read(step(a!, b!)));
    },
  ],
  [
    "random numbers of every kind",
    1,
    (wrap) => {
      const x = ones([3]);
      const step = wrap(() => [
        x.mul(rand([3]).ge(0.3)).div(0.7),
        randn([2], { dtype: "float64" }).add(randperm(2)),
        zeros([4])
          .bernoulli_(0.5)
          .add(zeros([4]).uniform_(-1, 1)),
      ]);
      return Array.from({ length: 6 }, () => step().flatMap((one) => read(one))).flat();
    },
  ],
  [
    "what is kept over later calls",
    1,
    (wrap) => {
      const [w, step] = descent(wrap, (own, x) => own.mul(x).sin().sum());
      const kept: (Tensor | null)[] = [];
      for (let i = 0; i < 8; i++) {
        const [before, alias, unread] = [w.clone(), w.detach(), w.mul(2)];
        const loss = step(tensor([i, 1, 2]) as never) as Tensor;
        kept.push(before, alias, unread, loss, w.grad, loss.add(1));
      }
      return read(...kept);
    },
  ],
  [
    "gradients that are added up over calls, and dropped outside",
    2,
    (wrap) => {
      const [w, x] = [leaf(3), rand([3])];
      const step = wrap((y: Tensor) => {
        const loss = w.mul(x).sub(y).square().sum();
        loss.backward();
        return loss;
      });
      const seen = [];
      for (let i = 0; i < 12; i++) {
        if (i % 4 === 0) w.grad = null;
        seen.push(...read(step(tensor(i))), ...read(w.grad));
        if (i % 4 === 3) noGrad(() => w.sub_(w.grad!.mul(0.05)));
      }
      return seen;
    },
  ],
  [
    "writes from outside between calls",
    1,
    (wrap) => {
      const [w, step] = descent(wrap, (own, x) => own.mul(x).square().sum());
      const x = rand([3]);
      const seen = [];
      for (let i = 0; i < 6; i++) {
        if (i > 2) x.mul_(1.5);
        if (i === 4) noGrad(() => w.select(0, 1).fill_(7));
        if (i === 5) noGrad(() => w.zero_());
        seen.push(...read(step(x as never) as Tensor, w, w.grad));
      }
      return seen;
    },
  ],
  [
    "state in a tensor, written through a view",
    1,
    (wrap) => {
      const [h, seenBefore] = [zeros([2, 3]), zeros([])];
      const last = h.select(0, 1);
      const step = wrap((x: Tensor) => {
        const next = h.select(0, 1).add(x).tanh();
        h.select(0, 0).copy_(last);
        h.select(0, 1).copy_(next);
        seenBefore.add_(1);
        return next.sum();
      });
      return Array.from({ length: 6 }, (_, i) =>
        read(step(tensor([i, 1, 2])), h, last, seenBefore),
      ).flat();
    },
  ],
  [
    "what happens besides, and rates",
    1,
    (wrap) => {
      const [w, rate] = [leaf(2), { now: 1, steps: 0 }];
      const step = wrap(() => {
        hostStep(() => (rate.steps += 1));
        const scale = hostScalar(() => rate.now / rate.steps);
        return noGrad(() => w.mul_(scale).add(rate.steps * 0));
      });
      return Array.from({ length: 6 }, (_, i) => {
        rate.now = 1 + i / 10;
        return [...read(step(), w), rate.steps];
      }).flat();
    },
  ],
  [
    "algorithms that are no kernels between kernels",
    1,
    (wrap) => {
      const [w, step] = descent(wrap, (own, x) =>
        own
          .mul(x)
          .sort()
          .values.cumsum(0)
          .exp()
          .add(own.flip([0]))
          .sum(),
      );
      return Array.from({ length: 6 }, (_, i) =>
        read(step(tensor([i, 1, 0.5]) as never) as Tensor, w),
      ).flat();
    },
  ],
  [
    "positions and classes in arguments",
    2,
    (wrap) => {
      const table = leaf(4, 2);
      const step = wrap((index: Tensor) => {
        table.grad = null;
        const found = table.at(index).square().sum();
        found.backward();
        return [found, table.grad!.clone(), table.indexSelect(0, index.abs())];
      });
      const lists = [[0, 1], [1, 2], [3, 3], [2, 0], [-1, 0], [0, -2], [1, 1]]; // prettier-ignore
      return lists.flatMap((list) => read(...step(tensor(list, { dtype: "int32" }))));
    },
  ],
  [
    "another shape now and then",
    2,
    (wrap) => {
      const [w, step] = descent(wrap, (own, x) => x.matmul(own).square().mean());
      return [5, 5, 5, 5, 2, 5, 2, 5, 2].flatMap((n) =>
        read(step(rand([n, 3]) as never) as Tensor, w),
      );
    },
  ],
  [
    "another type",
    2,
    (wrap) => {
      const step = wrap((x: Tensor) => x.add(1));
      const types = ["float32", "float32", "float32", "int32", "int32"] as const;
      return types.flatMap((dtype) => {
        const y = step(tensor([1, 2], { dtype }));
        return [y.dtype, ...read(y)];
      });
    },
  ],
  [
    "requiresGrad switched off and on",
    4,
    (wrap) => {
      const [v, w] = [leaf(2), leaf(2)];
      const step = wrap(() => {
        v.grad = w.grad = null;
        const loss = v.mul(w).sum();
        loss.backward();
        return loss;
      });
      return [true, true, true, false, false, false, true].flatMap((wanted) => {
        if (v.requiresGrad !== wanted) v.requiresGrad = wanted;
        return read(step(), v.grad, w.grad);
      });
    },
  ],
  [
    "noGrad around it",
    2,
    (wrap) => {
      const w = leaf(2);
      const step = wrap(() => {
        const y = w.mul(2).square().sum();
        return y.requiresGrad ? y.add(1).detach() : y;
      });
      return [0, 0, 0, 1, 1, 0, 1].flatMap((off) =>
        read((off === 1 ? noGrad : enableGrad)(() => step())),
      );
    },
  ],
  [
    "other arguments that are no tensors",
    3,
    (wrap) => {
      const x = rand([3]);
      const step = wrap((how: string, flags: boolean[]) =>
        flags.reduce((y, flag) => (flag ? y.mul(2) : y), how === "sin" ? x.sin() : x.cos()),
      );
      const calls: [string, boolean[]][] = [
        ["sin", [true]],
        ["sin", [true]],
        ["sin", [true]],
        ["cos", [true]],
        ["cos", [true, false]],
        ["sin", [true]],
      ];
      return calls.flatMap(([how, flags]) => read(step(how, flags)));
    },
  ],
  [
    "a premise that changes",
    2,
    (wrap) => {
      const [x, options] = [rand([3]), { nesterov: false }];
      const step = wrap(() => {
        restsOn("nesterov", () => options.nesterov);
        return options.nesterov ? x.exp() : x.log();
      });
      return [false, false, false, true, true, false].flatMap((nesterov) => {
        options.nesterov = nesterov;
        return read(step());
      });
    },
  ],
  [
    "constant results, arguments and parameters that are returned",
    1,
    (wrap) => {
      const w = leaf(2);
      const step = wrap((x: Tensor) => ({
        fixed: tensor([1, 2]).mul(2),
        part: x.narrow(0, 1, 1),
        given: x,
        w,
        text: "loss",
        none: null,
        list: [7],
      }));
      return Array.from({ length: 5 }, (_, i) => {
        const x = tensor([i, i + 1]);
        const { fixed, part, given, w: same, text, none, list } = step(x);
        expect([given, same]).toEqual([x, w]);
        expect(given).toBe(x);
        expect(same).toBe(w);
        return [...read(fixed, part), text, String(none), ...list];
      }).flat();
    },
  ],
];

describe.each(programs)("%s", (_name, captures, program) => {
  test("to the bit on the interpreter", () => {
    const [expected] = run(onDemand(interpreter), program, plain);
    const [found, reasons] = run(onDemand(interpreter), program, compiled);
    expect(found).toEqual(expected);
    expect(reasons.length, reasons.join("\n")).toBe(captures);
    expect(run(everyOp, program, compiled)[0]).toEqual(expected);
  });

  test("within rounding on WebAssembly", () => {
    const [expected] = run(onDemand(interpreter), program, plain);
    expectClose(run(onDemand(wasm()), program, compiled)[0], expected);
    expectClose(run(onDemand(wasm({ atOnce: true })), program, compiled)[0], expected);
  });
});

describe("what is refused, by name", () => {
  const x = (): Tensor => tensor([1, 2, 3]);
  const w = leaf(3);
  const outside = w.mul(2);
  const argument = (step: (x: Tensor, n: number) => unknown) => step;
  const refused: Record<string, [step: (x: Tensor, n: number) => unknown, message: RegExp]> = {
    "item()": [argument((a) => a.sum().item()), /reading a value/],
    "data()": [argument((a) => tensor(a.data())), /reading a value/],
    "toArray()": [argument((a) => a.mul(2).toArray()), /reading a value/],
    printing: [argument((a) => String(a)), /reading a value/],
    "a condition on a parameter": [
      () => (w.sum().item() > 0 ? w.mul(2) : w),
      /reading a value .*where\(\)/,
    ],
    "computed positions": [argument((a) => a.at(w.argsort())), /reading a value/],
    "a shape that depends on values": [argument((a) => a.nonzero()), /reading a value/],
    "a mask": [argument((a) => a.maskedSelect(a.gt(1))), /reading a value/],
    "arithmetic on an argument": [argument((a, n) => a.mul(n * 2)), /used by JavaScript/],
    "a size from an argument": [argument((_a, n) => zeros([n])), /used by JavaScript/],
    "a graph from outside": [() => outside.sum(), /computed outside/],
    "a way back through a graph from outside": [
      () => outside.square().sum().backward(null, { retainGraph: true }),
      /computed outside/,
    ],
    "a write to an argument": [argument((a) => a.add_(1)), /add_ on an argument/],
    "reading what is written": [
      argument((a) => {
        const total = zeros([3]);
        return total.add_(a).sum().item();
      }),
      /reading a value/,
    ],
    "an async function": [() => Promise.resolve(1), /async/],
    "a compiled function in another": [() => compile(() => w.mul(2))(), /inside of another/],
  };

  test.each(Object.entries(refused))("%s", (_name, [step, message]) => {
    runBy(onDemand(interpreter), interpreter);
    const call = compile(step);
    const twice = (): unknown => [call(x(), 2), call(x(), 3)];
    expect(twice).toThrow(CompileError);
    expect(twice).toThrow(message);
    // Nothing is left behind: recording goes on as ever.
    expect(mode.capture).toBe(null);
    expect(x().add(1).toArray()).toEqual([2, 3, 4]);
  });

  test("an async function, before it is called, and an argument with a graph", () => {
    expect(() => compile(async () => 1)).toThrow(/async/);
    const call = compile((a: Tensor) => a.sum());
    call(w.mul(2));
    expect(() => call(w.mul(2))).toThrow(/was computed from tensors that require grad/);
  });

  test("a wrong class or position is an error at its own call, and the step goes on", () => {
    const call = compile((index: Tensor) => x().at(index));
    const at = (i: number): number[] => [...call(tensor([i], { dtype: "int32" })).data()];
    expect([0, 1, 2, 0].map(at)).toEqual([[1], [2], [3], [1]]);
    expect(() => at(3)).toThrow(/index 3 is out of range/);
    expect(at(2)).toEqual([3]);
  });

  test("constants may be read", () => {
    const index = tensor([2, 0], { dtype: "int32" });
    const call = compile((a: Tensor) => a.at(index).mul(tensor([1, 2]).sum().item()));
    for (let i = 0; i < 5; i++) {
      if (i === 3) index.copy_(tensor([1, 1]));
      expect(call(x()).toArray()).toEqual(i < 3 ? [9, 3] : [6, 6]);
    }
  });
});

describe("a throw inside", () => {
  test.each([1, 2, 3])("at call %s leaves what a plain loop would leave", (at) => {
    const program: Program = (wrap) => {
      const [w, data] = [leaf(3), rand([3])];
      let calls = 0;
      const step = wrap((x: Tensor) => {
        w.grad = null;
        const loss = w.mul(x).square().sum();
        loss.backward();
        noGrad(() => w.sub_(w.grad!.mul(0.1)));
        calls += 1;
        if (calls === at) throw new RangeError("in the middle");
        noGrad(() => w.mul_(2));
        return loss;
      });
      const seen = [];
      for (let i = 0; i < 6; i++) {
        try {
          seen.push(...read(step(data)));
        } catch (error) {
          seen.push((error as Error).message);
        }
        seen.push(...read(w, w.grad));
        expect(mode.capture).toBe(null);
      }
      // A replay does not run the JavaScript that would throw.
      return at > 2 ? [] : seen;
    };
    const [expected] = run(onDemand(interpreter), program, plain);
    expect(run(onDemand(interpreter), program, compiled)[0]).toEqual(expected);
  });
});

test("L4: nothing is compiled after the fourth call", () => {
  const wasmEngine = engine()!;
  const { Module } = wasmEngine;
  let made = 0;
  const counting = class extends Module {
    constructor(bytes: Uint8Array) {
      super(bytes);
      made += 1;
    }
  };
  Object.assign(wasmEngine, { Module: counting });
  try {
    runBy(onDemand(wasm()), interpreter);
    const [w, step] = descent(compiled, (own, x) => own.mul(x).square().sum());
    const early = [];
    for (let i = 0; i < 200; i++) {
      step(rand([3]) as never);
      if (i % 7 === 0) w.sum().item();
      if (i === 3) early.push(made);
    }
    expect(made).toBeGreaterThan(0);
    // The sum that is read outside has a module of its own.
    expect(made).toBeLessThanOrEqual(early[0]! + 1);
  } finally {
    Object.assign(wasmEngine, { Module });
  }
});

test("L7: it is said why a step is captured anew", () => {
  const reasons: string[] = [];
  mode.onRecapture = (reason) => reasons.push(reason);
  const step = compile((x: Tensor) => x.mul(2));
  for (const n of [1, 1, 1, 2]) step(zeros([n]));
  noGrad(() => step(zeros([1])));
  expect(reasons[1]).toBe("an argument has shape [2], and had [1]");
  expect(reasons[2]).toMatch(/noGrad/);
});

test("who looks at every operation sees them: nothing is replayed", async () => {
  const { detectAnomaly } = await import("@nabla/core");
  const step = compile((x: Tensor) => x.log());
  for (let i = 0; i < 4; i++) step(tensor([1]));
  expect(() => detectAnomaly(() => step(tensor([0])))).toThrow(/log gave -Infinity/);
});
