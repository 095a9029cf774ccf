/**
 * The WebAssembly back end: machine code for a sequence of fused kernels, one module and one
 * instance for all of them. Not here: which kernels there are and where their buffers lie
 * (schedule/). Read first: kernel/fused.ts; next: order.ts, walk.ts.
 */
import type { FusedKernel } from "../../kernel/fused.js";
import { power, powerOfWhole } from "../loops.js";
import { erf, erfc, erfinv, lgamma, polygamma } from "../special.js";
import { Code, ModuleBuilder, types } from "./assembler.js";
import type { Callee, Value } from "./assembler.js";
import { arrange } from "./contraction.js";
import { listing } from "./listing.js";
import { planWalks } from "./order.js";
import { emitProduct } from "./product.js";
import { shareOut } from "./share.js";
import type { Team } from "./team.js";
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

export interface CompileOptions {
  /** Whether sums of products multiply and add in one instruction. */
  readonly fused?: boolean;
  /** Who shares large kernels out. */
  readonly team?: Team | null;
}

/** Functions that run one after the other, or, if shared, each on any thread. */
interface Stage {
  readonly isShared: boolean;
  readonly codes: Code[];
}

/**
 * Machine code for a sequence of kernels. `run(table)`: at byte address `table` of `memory` lie
 * int32 byte addresses, entry i where buffer i begins (16-byte aligned; buffers live in `memory`);
 * entry `buffers` points to `scratchBytes` bytes for the kernels' own use.
 */
export function compile(
  kernels: readonly FusedKernel[],
  buffers: number,
  memory: Memory,
  { fused = canFuse(), team = null }: CompileOptions = {},
): Compiled {
  const module = new ModuleBuilder(team !== null, fused);
  let scratchBytes = 0;
  const stages: Stage[] = [];
  for (const kernel of kernels) {
    let used = 0;
    const allocate = (bytes: number): number => {
      const start = used;
      used += Math.ceil(bytes / 16) * 16;
      scratchBytes = Math.max(scratchBytes, used);
      return start;
    };
    const parts = shareOut(kernel, team?.parts ?? 1);
    const whole = arrange(kernel);
    for (const part of parts) {
      const code = codeFor(stages, parts.length > 1, part === parts[0]);
      code.fused = fused;
      const around = { code, module, scratch: buffers, allocate, fused };
      const { products, others } = parts.length === 1 ? whole : arrange(part, whole);
      for (const product of products) {
        code.get(0);
        code.call(module.add(emitProduct(around, product)));
      }
      for (const walk of planWalks({ ...part, outputs: others })) emitWalk(around, walk);
    }
  }
  const exported = new Map<string, Callee>();
  stages.forEach(({ isShared, codes }, i) => {
    const callees = codes.map((code) => module.add(code));
    if (isShared) callees.forEach((callee, k) => exported.set(`s${i}_${k}`, callee));
    else exported.set(`s${i}`, inTurn(module, callees));
  });
  const { Module, Instance } = engine()!;
  const bytes = module.encode(exported);
  const imports: Record<string, unknown> = { memory };
  for (const name of module.importNames) imports[name] = functions[name] ?? Math[name as "exp"];
  // On their main thread, browsers compile small modules only at once: 4 KB in older versions of
  // Chrome, 8 MB in recent ones.
  const { exports } = new Instance(new Module(bytes), { e: imports });
  const text = (): string =>
    kernels.map((kernel) => planWalks(kernel).map(listing).join("\n")).join("\n\n");
  const shared = { bytes, exports, id: 0 };
  const run = (table: number): void => {
    for (let i = 0; i < stages.length; i++) {
      if (stages[i]!.isShared) team!.run(shared, i, stages[i]!.codes.length, table);
      else (exports[`s${i}`] as (table: number) => void)(table);
    }
  };
  const isAlone = stages.length === 1 && !stages[0]!.isShared;
  return { run: isAlone ? (exports["s0"] as typeof run) : run, scratchBytes, text };
}

/** Where the code of a kernel goes, or of a part of one. */
function codeFor(stages: Stage[], isShared: boolean, isFirst: boolean): Code {
  let stage = stages.at(-1);
  if (stage?.isShared !== isShared || (isShared && isFirst)) {
    stage = { isShared, codes: [] };
    stages.push(stage);
  }
  let code = stage.codes.at(-1);
  if (code === undefined || isShared || code.bytes.length > LONG) {
    code = new Code([types.i32], []);
    stage.codes.push(code);
  }
  code.releaseAll();
  return code;
}

/** One function that calls all of these. */
function inTurn(module: ModuleBuilder, callees: readonly Callee[]): Callee {
  if (callees.length === 1) return callees[0]!;
  const all = new Code([types.i32], []);
  for (const callee of callees) {
    all.get(0);
    all.call(callee);
  }
  return module.add(all);
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
  const bytes = module.encode(new Map([["run", module.add(code)]]));
  if (!wasm.validate(bytes)) return false;
  try {
    return new wasm.Module(bytes) instanceof wasm.Module;
  } catch {
    return false;
  }
}
