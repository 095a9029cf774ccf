// Large kernels shared out among threads: what comes out is the same, others really compute parts
// of it, and nobody keeps the process alive.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { ArgumentError, getNumThreads, setNumThreads } from "@nabla/core";
import { buildSync } from "esbuild";
import { afterAll, afterEach, describe, expect, test } from "vitest";

import { canFuse, isSupported } from "../src/backends/wasm/compile.js";
import { shareOut } from "../src/backends/wasm/share.js";
import type { TypedArray } from "../src/graph/dtype.js";
import type { FusedKernel } from "../src/kernel/fused.js";
import { operand, s } from "../src/kernel/scalar.js";
import { productKernel } from "../src/ops/contraction.js";
import { interpret, place } from "./fused.js";
import type { Contents } from "./fused.js";

const count = getNumThreads();
afterEach(() => setNumThreads(count));

const dtype = "float32";
const x = operand(0, dtype);
const values = (length: number): Contents => ({
  dtype,
  values: Float32Array.from({ length }, (_, i) => Math.sin(i * i)),
});

function product(n: number, k: number, m: number): [FusedKernel, Contents[]] {
  const strides = [
    [k, 0, 1],
    [0, 1, m],
  ];
  const operands = strides.map(
    (own, buffer) => ({ buffer, dtype, strides: own, offset: 0 }) as const,
  );
  const outputs = [{ ...productKernel(dtype), buffer: 2, strides: [m, 1, 0], offset: 0, count: k }];
  return [{ space: [n, m, k], operands, outputs }, [n * k, k * m, n * m].map(values)];
}

/** A function of every element, the sums of its rows, and how many of a row are positive. */
function rows(n: number, m: number): [FusedKernel, Contents[]] {
  const y = s.add(s.exp(s.neg(s.mul(x, x))), s.tanh(x));
  const common = { offset: 0, epilogue: null, dtype } as const;
  const outputs = [
    { ...common, buffer: 1, strides: [m, 1], expression: y, fold: null, count: 1 },
    { ...common, buffer: 2, strides: [1, 0], expression: y, fold: "sum" as const, count: m },
    { ...common, buffer: 3, strides: [1, 0], expression: x, fold: "max" as const, count: m },
  ];
  const operands = [{ buffer: 0, dtype, strides: [m, 1], offset: 0 } as const];
  return [{ space: [n, m], operands, outputs }, [n * m, n * m, n, n].map(values)];
}

const kernels: Record<string, [FusedKernel, Contents[]]> = {
  "a product": product(150, 96, 150),
  "a product of a prime number of rows": product(211, 64, 97),
  "functions and sums of rows": rows(401, 200),
};

/** In how many places two lists of buffers differ; `toEqual` takes seconds for so many. */
function differences(a: readonly TypedArray[], b: readonly TypedArray[]): number {
  let found = 0;
  a.forEach((own, i) => {
    for (let k = 0; k < own.length; k++) if (!Object.is(own[k], b[i]![k])) found += 1;
  });
  return found;
}

describe.each(Object.entries(kernels))("%s", (_name, [kernel, contents]) => {
  test("divided is the same", () => {
    const parts = shareOut(kernel, 3);
    expect(parts).toHaveLength(3);
    expect(differences(interpret(parts, contents), interpret([kernel], contents))).toBe(0);
  });

  test.runIf(isSupported())("computed by three threads is the same", () => {
    setNumThreads(1);
    const alone = place([kernel], contents);
    alone.run();
    setNumThreads(3);
    const together = place([kernel], contents, 0, canFuse(), true);
    const end = performance.now() + 20_000;
    while (together.helped() < 5 && performance.now() < end) {
      for (const { buffer } of kernel.outputs) together.buffers[buffer]!.fill(-7);
      together.run();
      expect(differences(together.buffers, alone.buffers)).toBe(0);
    }
    expect(together.helped()).toBeGreaterThanOrEqual(5);
  });
});

test("what is small, or one sum, or needs functions that workers have not, is not divided", () => {
  const [small] = product(16, 16, 16);
  expect(shareOut(small, 2)).toEqual([small]);
  const [large] = rows(401, 200);
  const total = { ...large.outputs[1]!, strides: [0, 0] };
  expect(shareOut({ ...large, outputs: [total] }, 2)).toHaveLength(1);
  const erf = { ...large.outputs[0]!, expression: s.erf(x) };
  expect(shareOut({ ...large, outputs: [erf] }, 2)).toHaveLength(1);
  expect(shareOut(large, 1)).toEqual([large]);
});

test("setNumThreads takes positive integers", () => {
  for (const wrong of [0, -1, 1.5, NaN, "2" as never]) {
    expect(() => setNumThreads(wrong)).toThrow(ArgumentError);
  }
  setNumThreads(3);
  expect(getNumThreads()).toBe(3);
});

describe.runIf(isSupported())("a process", () => {
  const folder = mkdtempSync(join(tmpdir(), "nabla-threads-"));
  const outfile = join(folder, "core.mjs");
  const source = fileURLToPath(new URL("../src/index.ts", import.meta.url));
  buildSync({ entryPoints: [source], outfile, bundle: true, format: "esm" });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Multiplies, and prints how many workers it has started. */
  async function workersOf(settings: Record<string, string>): Promise<string> {
    const { NABLA_FLUSH: _flush, NABLA_BACKEND: _backend, ...env } = process.env;
    const program = `
      import { Worker } from "node:worker_threads";
      let started = 0;
      const find = process.getBuiltinModule;
      process.getBuiltinModule = (name) => {
        const found = find.call(process, name);
        if (name !== "node:worker_threads") return found;
        return { ...found, Worker: class extends Worker {
          constructor(...args) { super(...args); started++; }
        } };
      };
      const { randn } = await import(${JSON.stringify(pathToFileURL(outfile).href)});
      const x = randn([256, 256]);
      for (let i = 0; i < 20; i++) x.matmul(x).sum().item();
      console.log(started);
    `;
    const run = promisify(execFile);
    const options = { env: { ...env, ...settings }, timeout: 30_000 };
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], options);
    return stdout.trim();
  }

  test("starts as many as it is told, and ends", async () => {
    expect(await workersOf({ NABLA_THREADS: "3" })).toBe("2");
  });

  test("starts none if it is told so", async () => {
    expect(await workersOf({ NABLA_THREADS: "1" })).toBe("0");
  });
});
