/**
 * The WebAssembly back end: machine code for a sequence of fused kernels, one module and one
 * instance for all of them. Not here: which kernels there are and where their buffers lie
 * (schedule/). Read first: kernel/fused.ts; next: order.ts, walk.ts.
 */
import type { FusedKernel } from "../../kernel/fused.js";
import { power, powerOfWhole } from "../loops.js";
import { erf, erfc, erfinv, lgamma, polygamma } from "../special.js";
import { Code, ModuleBuilder, types } from "./assembler.js";
import type { Value } from "./assembler.js";
import { contractionOf } from "./contraction.js";
import { listing } from "./listing.js";
import { planWalks } from "./order.js";
import { emitProduct } from "./product.js";
import { f32 } from "./vector.js";
import { emitWalk } from "./walk.js";
import { allowRelaxed, engine } from "./web-assembly.js";
import type { Memory } from "./web-assembly.js";

export interface Compiled {
  /** Runs the kernels in order; `table` is where the addresses of the buffers lie. */
  readonly run: (table: number) => void;
  readonly scratchBytes: number;
  /** The loops and formulas, to read. */
  readonly text: () => string;
}

type Imported = (a: number, b: number) => number;

/** What lanes without vector code may call, from float64s to a float64; the rest is `Math`'s. */
const functions: Readonly<Record<string, Imported>> = {
  erf,
  erfc,
  erfinv,
  lgamma,
  polygamma,
  power,
  wholePower: powerOfWhole,
  mod: (a, b) => a % b,
};

/** A function that ends after this many bytes keeps the machine's compiler quick. */
const LONG = 4096;

/**
 * Machine code for a sequence of kernels. `run(table)`: at byte address `table` of `memory` lie
 * int32 byte addresses, entry i where buffer i begins (16-byte aligned; buffers live in `memory`);
 * entry `buffers` points to `scratchBytes` bytes for the kernels' own use. `fused`: whether to
 * multiply and add in one instruction, where sums of products are long.
 */
export function compile(
  kernels: readonly FusedKernel[],
  buffers: number,
  memory: Memory,
  fused = canFuse(),
): Compiled {
  const module = new ModuleBuilder();
  let scratchBytes = 0;
  let code = new Code([types.i32], []);
  const parts = [code];
  for (const kernel of kernels) {
    if (code.bytes.length > LONG) parts.push((code = new Code([types.i32], [])));
    code.releaseAll();
    let used = 0;
    const allocate = (bytes: number): number => {
      const start = used;
      used += Math.ceil(bytes / 16) * 16;
      scratchBytes = Math.max(scratchBytes, used);
      return start;
    };
    const products = kernel.outputs.map((output) => contractionOf(kernel, output));
    for (const product of products) {
      if (product === null) continue;
      const callee = module.add(
        emitProduct({ module, scratch: buffers, allocate, fused }, product),
      );
      code.get(0);
      code.call(callee);
    }
    const outputs = kernel.outputs.filter((_, i) => products[i] === null);
    const around = { code, module, scratch: buffers, allocate };
    for (const walk of planWalks({ ...kernel, outputs })) emitWalk(around, walk);
  }
  let entry = module.add(code);
  if (parts.length > 1) {
    const callees = [...parts.slice(0, -1).map((part) => module.add(part)), entry];
    const all = new Code([types.i32], []);
    for (const callee of callees) {
      all.get(0);
      all.call(callee);
    }
    entry = module.add(all);
  }
  const { Module, Instance } = engine()!;
  const bytes = module.encode(entry);
  const imports: Record<string, unknown> = { memory };
  for (const name of module.importNames) imports[name] = functions[name] ?? Math[name as "exp"];
  // On their main thread, browsers compile small modules only at once: 4 KB in older versions of
  // Chrome, 8 MB in recent ones.
  const { exports } = new Instance(new Module(bytes), { e: imports });
  const text = (): string =>
    kernels.map((kernel) => planWalks(kernel).map(listing).join("\n")).join("\n\n");
  return { run: exports["run"] as (table: number) => void, scratchBytes, text };
}

let supported: boolean | undefined;
let fuses: boolean | undefined;

/** Whether WebAssembly with SIMD can be used here. */
export function isSupported(): boolean {
  supported ??= trial((code) => {
    code.i32(0);
    code.simd(0x11);
  });
  return supported;
}

/** Whether it can multiply and add in one instruction. */
export function canFuse(): boolean {
  const zero = f32.of(0);
  const isThere = (): boolean => trial(f32.fused(zero, zero, zero));
  if (fuses === undefined && !(fuses = isThere())) {
    allowRelaxed();
    fuses = isThere();
  }
  return fuses;
}

/** A content-security policy forbids the making of modules, not their validation. */
function trial(vector: Value): boolean {
  const wasm = engine();
  if (wasm === undefined) return false;
  const code = new Code([types.i32], []);
  const module = new ModuleBuilder();
  code.keep(vector);
  module.import("exp", 1);
  const bytes = module.encode(module.add(code));
  if (!wasm.validate(bytes)) return false;
  try {
    return new wasm.Module(bytes) instanceof wasm.Module;
  } catch {
    return false;
  }
}
