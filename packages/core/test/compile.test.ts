// compile(): a step that is replayed gives what the plain loop gives, whatever changes from call to
// call, or it says why it cannot. On the interpreter to the bit. Not here: optimizers
// (packages/optim/test/compile.test.ts), models (packages/nn/test/compile.test.ts).

import {
  compile,
  CompileError,
  detectAnomaly,
  enableGrad,
  getRngState,
  manualSeed,
  noGrad,
  rand,
  StaleError,
  tensor,
  zeros,
} from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { learn, refuseCompile, restsOn } from "@nabla/core/engine";
import { afterEach, describe, expect, test } from "vitest";

import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { mode } from "../src/graph/mode.js";
import { onDemand } from "../src/schedule/demand.js";
import { runBy } from "../src/schedule/flush.js";
import { descent, leaf, programs, read } from "./compile-programs.js";
import { captures, countingModules, difference, engines } from "./engines.js";
import type { Wrap } from "./engines.js";

afterEach(engines.standard);

const plain: Wrap = (step) => step;
const compiled: Wrap = (step) => compile(step) as never;

/** What a program reads, and why steps were captured. */
function run<Read>(program: (wrap: Wrap) => Read, wrap: Wrap): [Read, string[]] {
  manualSeed(3);
  return captures(() => program(wrap));
}

describe.each(programs)("%s", (_name, count, program) => {
  test("to the bit on the interpreter", () => {
    engines.interpreter();
    const [expected] = run(program, plain);
    const [found, reasons] = run(program, compiled);
    expect(found).toEqual(expected);
    expect(reasons).toHaveLength(count);
    engines.everyOp();
    expect(run(program, compiled)[0]).toEqual(expected);
  });

  test("within rounding on WebAssembly", () => {
    engines.interpreter();
    const [expected] = run(program, plain);
    engines.wasm();
    expect(difference(run(program, compiled)[0], expected)).toBe(null);
    engines.wasmAtOnce();
    expect(difference(run(program, compiled)[0], expected)).toBe(null);
  });
});

describe("what is refused, by name", () => {
  const x = (): Tensor => tensor([1, 2, 3]);
  const w = leaf(3);
  const outside = w.mul(2);
  const seen = zeros([2]);
  const whole = tensor([1, 2], { dtype: "int32" });
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
    "a dimension from an argument": [
      argument((_a, n) => zeros([1, 1, 1, 1]).sum(n)),
      /used by JavaScript/,
    ],
    "an index from an argument": [
      argument((a, n) => a.at(n)),
      /as a size, a dimension or an index/,
    ],
    "a list of them": [argument((a, n) => a.at([n])), /used by JavaScript/],
    "a place to write from an argument": [
      argument((a, n) => a.clone().setAt([n], 0)),
      /used by JavaScript/,
    ],
    "an option from an argument": [
      argument((a, n) => a.round({ decimals: n })),
      /used by JavaScript/,
    ],
    "a tensor of an argument": [argument((_a, n) => tensor(n)), /used by JavaScript/],
    "a method of an argument": [argument((_a, n) => n.toFixed(2)), /used by JavaScript/],
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
    "a tensor that is read and written": [
      argument((a) => (w.detach().sum().item() > -1e9 ? noGrad(() => w.add_(a)) : w)),
      /reading a value/,
    ],
    "a constant that is read, and written later": [
      () => {
        const first = seen.sum().item();
        return seen.add_(first);
      },
      /reading a tensor of shape \[2\] that the function writes .* read it outside/,
    ],
    "unique()": [argument((a) => a.unique()), /reading a value/],
    "a number beside whole numbers": [
      argument((_a, n) => whole.mul(n)),
      /a number that may differ .* int32 .* x\.to\("float32"\)/,
    ],
    "getRngState()": [() => getRngState(), /getRngState cannot be part of .* call it outside/],
    "refuseCompile()": [() => refuseCompile("own", "do it outside"), /own cannot .* do it outside/],
    "an async function": [() => Promise.resolve(1), /async/],
    "a compiled function in another": [() => compile(() => w.mul(2))(), /inside of another/],
  };

  test.each(Object.entries(refused))("%s", (_name, [step, message]) => {
    engines.interpreter();
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
    const program = (wrap: Wrap): unknown[] => {
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
    engines.interpreter();
    expect(run(program, compiled)[0]).toEqual(run(program, plain)[0]);
  });
});

describe("large parameters, which stay where they are", () => {
  const size = 3000;

  /** What each step leaves: w is -step, its average of the last ones -1, the gradient 1. */
  function start(): [w: Tensor, step: (x: Tensor) => { prediction: Tensor }, seen: Tensor] {
    const [w, seen] = [zeros([size]).requiresGrad_(), zeros([size])];
    const step = compile((x: Tensor) => {
      const prediction = x.mul(w);
      w.grad = null;
      prediction.sum().backward();
      noGrad(() => {
        seen.copy_(w);
        w.sub_(w.grad!);
      });
      return { prediction };
    });
    return [w, step, seen];
  }

  const ends = (x: Tensor): number[] => [x.data()[0]!, x.data()[size - 1]!];

  test("are read, written and kept as in a plain loop, or are a StaleError", () => {
    engines.wasm();
    const [w, step, seen] = start();
    const x = zeros([size]).add(1);
    const kept: [Tensor, number][] = [];
    for (let i = 1; i <= 12; i++) {
      const alias = w.detach();
      if (i > 4) kept.push([w.clone(), 1 - i], [w.mul(2), 2 - 2 * i], [w.grad!, 1]);
      const { prediction } = step(x);
      kept.push([prediction, 1 - i]);
      expect([ends(w), ends(alias), ends(seen), ends(w.grad!)]).toEqual(
        [-i, -i, 1 - i, 1].map((value) => [value, value]),
      );
      if (i === 7) noGrad(() => w.add_(0));
    }
    const valueOf = (x: Tensor): number[] | "stale" => {
      try {
        return ends(x);
      } catch (error) {
        if (error instanceof StaleError) return "stale";
        throw error;
      }
    };
    const found = kept.map(([x]) => valueOf(x));
    const right = kept.map(([, value], i) => (found[i] === "stale" ? "stale" : [value, value]));
    expect(found).toEqual(right);
    // What was never read may be gone; results and gradients may not.
    expect(found.filter((one) => one === "stale").length).toBeLessThan(kept.length / 4);
  });

  test("two steps that write the same parameter, in turn", () => {
    engines.wasm();
    const w = zeros([size]).requiresGrad_();
    const by = (n: number): (() => Tensor) =>
      compile(() => {
        w.grad = null;
        const loss = w.mul(n).sum();
        loss.backward();
        noGrad(() => w.sub_(w.grad!));
        return loss;
      });
    const [one, two] = [by(1), by(2)];
    const losses = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? one : two)().item());
    expect(ends(w)).toEqual([-18, -18]);
    const expected = losses.map(
      (_, i) => 0 - size * (1 + (i % 2)) * (Math.floor(i / 2) * 3 + (i % 2)),
    );
    expect(losses).toEqual(expected);
  });

  test("memory that runs short keeps them right", () => {
    runBy(onDemand(wasm({ budget: 120_000 })), interpreter);
    const [w, step] = start();
    const others = Array.from({ length: 8 }, () => rand([size]));
    const x = zeros([size]).add(1);
    const found: number[][] = [];
    for (let i = 1; i <= 12; i++) {
      step(x);
      for (const other of others) other.mul(other).add(other).sum().item();
      if (i % 3 === 0) found.push(ends(w));
    }
    expect(found).toEqual([3, 6, 9, 12].map((i) => [-i, -i]));
  });
});

test("L4: nothing is compiled after the fourth call", () => {
  countingModules((made) => {
    engines.wasm();
    const [w, step] = descent(compiled, (own, x) => own.mul(x).square().sum());
    let early = 0;
    for (let i = 0; i < 200; i++) {
      step(rand([3]) as never);
      if (i % 7 === 0) w.sum().item();
      if (i === 3) early = made();
    }
    expect(made()).toBeGreaterThan(0);
    // The sum that is read outside has a module of its own.
    expect(made()).toBeLessThanOrEqual(early + 1);
  });
});

describe("L7: it is said why a step is captured anew", () => {
  type Given = { x: Tensor; n: number | string; list: unknown[]; parts: object };
  const state = zeros([2, 2]);
  const [w, options] = [leaf(2), { slow: false }];
  /** What is changed before the fourth call, or given to it. */
  const changes: Record<string, [reason: string, change: () => Partial<Given>]> = {
    "another shape": ["an argument has shape [1, 2], and had [2, 2]", () => ({ x: zeros([1, 2]) })],
    "another type": [
      "an argument is float64, and was float32",
      () => ({ x: zeros([2, 2], { dtype: "float64" }) }),
    ],
    "another layout": [
      "a tensor lies in memory in another way, or has another shape or type",
      () => ({ x: rand([2, 2]).t() }),
    ],
    "a tensor that requires grad": [
      "an argument requires grad, and did not",
      () => ({ x: leaf(2, 2) }),
    ],
    "what the function writes": [
      "an argument is a tensor that the function writes",
      () => ({ x: state }),
    ],
    "no tensor": ["an argument is no tensor any more", () => ({ x: 1 as never })],
    "the number 0": ["an argument is 0, and was another number", () => ({ n: 0 })],
    "no number": ["an argument is sin, and was another number", () => ({ n: "sin" })],
    "another string": ["an argument is another one", () => ({ list: ["b", zeros([1])] })],
    "no list": ["an argument is no list any more", () => ({ list: {} as never })],
    "a shorter list": [
      "there are more or fewer arguments, or parts of one",
      () => ({ list: ["a"] }),
    ],
    "other names": ["an argument has other parts than p", () => ({ parts: { q: 1 } })],
    "no gradients": ["noGrad() or enableGrad() is around it, or is not", () => ({})],
    "a frozen parameter": [
      "a tensor requires grad, or does not any more",
      () => ((w.requiresGrad = false), {}),
    ],
    "a gradient dropped": ["a gradient is null, and was there", () => ((w.grad = null), {})],
    "a hook": ["a tensor has other hooks", () => (w.registerHook(() => {}), {})],
    "a premise": ["what it rests on has changed: slowness", () => ((options.slow = true), {})],
    "what a constant says": [
      "what it rests on has changed: the elements of a tensor whose values are read",
      () => (order.copy_(tensor([1, 1])), {}),
    ],
    "what an argument says": [
      "what it rests on has changed: what values of arguments say",
      () => ({ list: ["a", tensor([-1])] }),
    ],
    nothing: ["", () => ({})],
  };
  const order = tensor([1, 0], { dtype: "int32" });

  const messageOf = (call: () => unknown): string => {
    try {
      call();
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each(Object.entries(changes))("%s", (name, [reason, change]) => {
    engines.interpreter();
    w.requiresGrad = true;
    w.grad = zeros([2]);
    options.slow = false;
    const step = compile(({ x, n, list, parts }: Given) => {
      restsOn("slowness", () => options.slow);
      const shown = (list as [string, Tensor])[1];
      const isPositive = shown === undefined || learn(shown, ([first]) => first! >= 0);
      state.mul_(0.5);
      const total = tensor(0)
        .add(isPositive ? x : 0)
        .sum();
      const sum = total.mul(w).mul(typeof n === "number" ? n : 1);
      if (sum.requiresGrad && w.requiresGrad) sum.sum().backward();
      return [sum.detach().at(order), Object.keys(parts).length];
    });
    const given = { x: zeros([2, 2]), n: 2, list: ["a", zeros([1])], parts: { p: 1 } };
    const [, reasons] = captures(() => {
      for (let i = 0; i < 3; i++) step(given);
      const call = (): unknown => step({ ...given, ...change() });
      const around = name === "no gradients" ? noGrad : enableGrad;
      // What the function writes is refused as an argument.
      expect(messageOf(() => around(call))).toMatch(/^$|mul_ on an argument/);
    });
    expect(reasons).toEqual([
      "it is captured for the first time",
      ...(reason === "" ? [] : [reason]),
    ]);
  });
});

test("who looks at every operation sees them: nothing is replayed", () => {
  const step = compile((x: Tensor) => x.log());
  for (let i = 0; i < 4; i++) step(tensor([1]));
  expect(() => detectAnomaly(() => step(tensor([0])))).toThrow(/log gave -Infinity/);
});
