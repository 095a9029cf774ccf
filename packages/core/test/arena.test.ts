// Memory of WebAssembly that is smaller than what is computed in it: places of a plan are used
// again as soon as nobody reads them, an arena that was too large shrinks, and what fits nowhere is
// computed in arrays. What is held for how long: memory.test.ts, memory.process.test.ts.

import { manualSeed, MemoryError, noGrad, rand, randn } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { realize } from "@nabla/core/engine";
import * as fc from "fast-check";
import { afterEach, expect, test } from "vitest";

import type { Backend } from "../src/backends/backend.js";
import { OutOfMemory } from "../src/backends/backend.js";
import { interpreter } from "../src/backends/interpreter.js";
import { lodge } from "../src/backends/wasm/arena.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { Memory } from "../src/backends/wasm/memory.js";
import type { Access, FusedKernel, Output } from "../src/kernel/fused.js";
import { onDemand } from "../src/schedule/demand.js";
import { everyOp, runBy } from "../src/schedule/flush.js";
import type { Policy } from "../src/schedule/flush.js";

afterEach(() => runBy(onDemand(wasm()), interpreter));

/** Kernels by what each reads; kernel i writes buffer i. */
const chain = (reads: readonly (readonly number[])[]): FusedKernel[] =>
  reads.map((buffers, i) => ({
    space: [],
    operands: buffers.map((buffer) => ({ buffer }) as Access),
    outputs: [{ buffer: i } as Output],
  }));

test("two that are needed at the same time never have the same place", () => {
  const graphs = fc.array(
    fc.record({
      back: fc.array(fc.nat(), { maxLength: 3 }),
      bytes: fc.nat(100),
      kept: fc.boolean(),
    }),
    { minLength: 1, maxLength: 30 },
  );
  const check = (graph: { back: number[]; bytes: number; kept: boolean }[]): void => {
    const reads = graph.map(({ back }, i) => (i === 0 ? [] : back.map((step) => step % i)));
    const lodgers = graph.map(({ bytes, kept }, buffer) => ({ buffer, bytes, kept }));
    const { places, end } = lodge(chain(reads), lodgers, 64);
    const lastRead = lodgers.map(({ kept }, i) =>
      kept ? Infinity : reads.reduce((last, list, k) => (list.includes(i) ? k : last), i),
    );
    lodgers.forEach(({ bytes }, i) => {
      const at = places.get(i)!;
      expect(at % 16).toBe(0);
      expect(at).toBeGreaterThanOrEqual(64);
      expect(at + bytes).toBeLessThanOrEqual(end);
      for (let k = i + 1; k <= Math.min(lastRead[i]!, lodgers.length - 1); k++) {
        const [from, to] = [places.get(k)!, places.get(k)! + lodgers[k]!.bytes];
        expect(to <= at || at + bytes <= from || bytes === 0 || to === from).toBe(true);
      }
    });
  };
  fc.assert(fc.property(graphs, check), { numRuns: 400 });
});

test("a chain of results, each needed by the next only, takes two places", () => {
  const kernels = chain(Array.from({ length: 100 }, (_, i) => (i === 0 ? [] : [i - 1])));
  const lodgers = kernels.map((_, buffer) => ({ buffer, bytes: 1000, kept: false }));
  expect(lodge(kernels, lodgers, 0).end).toBe(2 * 1008);
});

test("an arena that was too large shrinks, after a while", () => {
  const memory = new Memory(2 ** 26);
  memory.arena(2 ** 25);
  const place = { length: 2 ** 24 / 4, dtype: "float32" as const };
  for (let run = 0; run < 200; run++) {
    memory.beginRun();
    memory.arena(1000);
  }
  const before = memory.views.bool.length;
  memory.beginRun();
  memory.create(place.dtype, place.length, null);
  expect(memory.views.bool.length).toBe(before);
});

test("what one run needs beyond all memory is an error of its own", () => {
  const memory = new Memory(2 ** 30, 32);
  memory.beginRun();
  expect(() => memory.create("float32", 2 ** 20, null)).toThrow(OutOfMemory);
  memory.create("float32", 2 ** 17, null);
});

/** A network with more in its parameters than the memory has, and its losses. */
function train(policy: Policy): number[] {
  runBy(policy, interpreter);
  manualSeed(3);
  const [x, y] = [randn([8, 200]), rand([8, 1])];
  const parameters: [Tensor, Tensor, Tensor] = [
    randn([200, 256]).mul(0.05),
    randn([256, 256]).mul(0.05),
    randn([256, 1]).mul(0.05),
  ];
  for (const parameter of parameters) parameter.requiresGrad_();
  const losses: Tensor[] = [];
  for (let step = 0; step < 5; step++) {
    const [a, b, c] = parameters;
    for (const parameter of parameters) parameter.grad = null;
    const loss = x.matmul(a).tanh().matmul(b).tanh().matmul(c).sub(y).square().mean();
    loss.backward();
    noGrad(() => parameters.forEach((parameter) => parameter.sub_(parameter.grad!.mul(0.02))));
    realize(parameters);
    losses.push(loss);
  }
  return losses.map((loss) => loss.item());
}

test.each([
  ["a small budget", { budget: 2 ** 16 }],
  ["a small memory", { budget: 2 ** 30, pages: 16 }],
  ["a memory for some of it", { budget: 2 ** 30, pages: 24 }],
])("a model that is larger than %s trains", (_name, limits) => {
  const found = train(onDemand(wasm({ atOnce: true, ...limits })));
  const expected = train(everyOp);
  expect(expected.at(-1)!).toBeLessThan(expected[0]! * 0.7);
  found.forEach((loss, i) => expect(loss).toBeCloseTo(expected[i]!, 4));
});

test("no memory at all is an error that names the largest result", () => {
  const full: Backend = {
    ...interpreter,
    prepare: () => ({
      run() {
        throw new RangeError("Array buffer allocation failed");
      },
    }),
  };
  runBy(onDemand(full), interpreter);
  const x = rand([30]);
  const sum = x.unsqueeze(1).mul(x).exp();
  expect(() => sum.data()).toThrow(MemoryError);
  expect(() => sum.data()).toThrow("mul: no memory for a result of shape [30, 30], the largest of");
});
