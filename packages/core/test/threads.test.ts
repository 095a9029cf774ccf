// Large kernels shared out among threads: what comes out is the same, others really compute parts
// of it, and nobody keeps the process alive.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { ArgumentError, getNumThreads, manualSeed, randn, setNumThreads } from "@nabla/core";
import { buildSync } from "esbuild";
import { afterAll, afterEach, describe, expect, test } from "vitest";

import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { canFuse, isSupported } from "../src/backends/wasm/compile.js";
import { shareOut } from "../src/backends/wasm/share.js";
import { Team } from "../src/backends/wasm/team.js";
import { engine } from "../src/backends/wasm/web-assembly.js";
import { s } from "../src/kernel/scalar.js";
import { onDemand } from "../src/schedule/demand.js";
import { runBy } from "../src/schedule/flush.js";
import { engines } from "./engines.js";
import { interpret, place } from "./fused.js";
import { differences, kernels, product, rows, x } from "./shared-kernels.js";

const count = getNumThreads();
afterEach(() => {
  setNumThreads(count);
  engines.standard();
});

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

test.runIf(isSupported())("jobs of many modules, in turn, are those of one thread", () => {
  const sizes = [131, 150, 163, 180];
  const compute = (shared: boolean): number[][] => {
    runBy(onDemand(wasm({ shared })), interpreter);
    manualSeed(1);
    const matrices = sizes.map((n) => randn([n, n]));
    return Array.from({ length: 12 }, (_, i) => {
      const a = matrices[i % sizes.length]!;
      return [...a.matmul(a).tanh().sum(1).data()];
    });
  };
  setNumThreads(3);
  const alone = compute(false);
  expect(compute(true)).toEqual(alone);
  expect(alone.flat().every(Number.isFinite)).toBe(true);
});

test.runIf(isSupported())("no job has more parts than a ticket can count", () => {
  setNumThreads(1000);
  const memory = new (engine()!.Memory)({ initial: 1, maximum: 1, shared: true });
  expect(Team.of(memory)!.parts).toBe(255);
});

test.runIf(isSupported())("memory that cannot be shared is not", () => {
  const wasmEngine = engine()!;
  const { Memory: Own } = wasmEngine;
  const small = class extends Own {
    constructor(size: { initial: number; shared?: boolean }) {
      if (size.shared === true) throw new RangeError("could not allocate memory");
      super(size);
    }
  };
  Object.assign(wasmEngine, { Memory: small });
  try {
    const backend = wasm({ shared: true, atOnce: true });
    runBy(onDemand(backend), interpreter);
    const a = randn([160, 160]);
    const product = [...a.matmul(a).data()];
    engines.wasmAtOnce();
    expect(product).toEqual([...a.matmul(a).data()]);
  } finally {
    Object.assign(wasmEngine, { Memory: Own });
  }
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
