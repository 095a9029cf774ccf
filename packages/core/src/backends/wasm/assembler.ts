/**
 * The binary format of WebAssembly: bodies of functions and the sections of a module, as far as the
 * code generator uses them. Numbers of instructions are the specification's. Not here: what is
 * computed. Read next: vector.ts, which gives the vector instructions names.
 */

/** The types of locals, parameters and results. */
export const types = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
type Type = (typeof types)[keyof typeof types];

/** Something that can be called; `index` is known once all functions are. */
export interface Callee {
  index: number;
}

/** Emits instructions that leave one value on the stack. */
export type Value = (code: Code) => void;

/** Instructions that are not of vectors, by their number. */
const control = { loop: 0x03, if: 0x04, else: 0x05, end: 0x0b, branchIf: 0x0d, call: 0x10 };
const locals = { get: 0x20, set: 0x21, tee: 0x22 };
const memory = { load: 0x28, store: 0x36 };
export const scalar = { i32: 0x41, isZero: 0x45, add: 0x6a, sub: 0x6b };
export const toFloat = { int32: 0xb7, float32: 0xbb, demote: 0xb6 };
const NO_TYPE = 0x40;
const VECTOR = 0xfd;
const TRUNCATE = [0xfc, 2];

/** Pages of memory, of 64 KB, that 32 bits can address. */
export const MOST_PAGES = 65_536;

/** The body of a function while it is written. */
export class Code {
  readonly bytes: number[] = [];
  /** Where a function is called: its number is written there at the end. */
  readonly calls: [at: number, callee: Callee][] = [];
  readonly locals: Type[] = [];
  /** Whether mathematics multiplies and adds in one instruction. */
  fused = false;
  /** The locals from here on may be taken again, by type. */
  #free: { type: Type; index: number }[] = [];

  readonly parameters: readonly Type[];
  readonly results: readonly Type[];

  constructor(parameters: readonly Type[], results: readonly Type[]) {
    this.parameters = parameters;
    this.results = results;
  }

  /** A local that nothing else uses. */
  local(type: Type): number {
    const at = this.#free.findIndex((free) => free.type === type);
    if (at >= 0) return this.#free.splice(at, 1)[0]!.index;
    return this.parameters.length + this.locals.push(type) - 1;
  }

  /** From here on no local is in use. */
  releaseAll(): void {
    this.#free = this.locals.map((type, i) => ({ type, index: this.parameters.length + i }));
  }

  op(opcode: number): void {
    this.bytes.push(opcode);
  }

  /** An instruction of vectors. */
  simd(opcode: number): void {
    this.bytes.push(VECTOR);
    unsigned(this.bytes, opcode);
  }

  /** A vector instruction that reads or writes memory. */
  memory(opcode: number, offset: number): void {
    this.simd(opcode);
    this.bytes.push(0);
    unsigned(this.bytes, offset);
  }

  i32(value: number): void {
    this.op(scalar.i32);
    signed(this.bytes, value);
  }

  get(local: number): void {
    this.op(locals.get);
    unsigned(this.bytes, local);
  }

  set(local: number): void {
    this.op(locals.set);
    unsigned(this.bytes, local);
  }

  tee(local: number): void {
    this.op(locals.tee);
    unsigned(this.bytes, local);
  }

  loadI32(offset: number): void {
    this.op(memory.load);
    this.bytes.push(2);
    unsigned(this.bytes, offset);
  }

  storeI32(offset: number, address: Value, value: Value): void {
    address(this);
    value(this);
    this.op(memory.store);
    this.bytes.push(2);
    unsigned(this.bytes, offset);
  }

  /** Adds a constant to a local. */
  move(local: number, by: number): void {
    if (by === 0) return;
    this.get(local);
    this.i32(by);
    this.op(scalar.add);
    this.set(local);
  }

  /** From a float64 on the stack, which lies in the range. */
  truncate(): void {
    this.bytes.push(...TRUNCATE);
  }

  call(callee: Callee): void {
    this.op(control.call);
    this.calls.push([this.bytes.length, callee]);
    // Five bytes whatever the number turns out to be.
    this.bytes.push(0x80, 0x80, 0x80, 0x80, 0);
  }

  /** Computes a value here, once; the result reads it. */
  keep(value: Value, type: Type = types.v128): Value {
    value(this);
    const local = this.local(type);
    this.set(local);
    return (code) => {
      code.get(local);
    };
  }

  /** One of two vectors, of which only that one is computed. */
  choose(condition: Value, then: () => Value, otherwise: () => Value): Value {
    condition(this);
    const local = this.local(types.v128);
    this.op(control.if);
    this.op(NO_TYPE);
    then()(this);
    this.set(local);
    this.op(control.else);
    otherwise()(this);
    this.set(local);
    this.op(control.end);
    return (code) => {
      code.get(local);
    };
  }

  /** Runs `body` so many times, which must not be 0. */
  repeat(times: number, body: () => void): void {
    const left = this.local(types.i32);
    this.i32(times);
    this.set(left);
    this.op(control.loop);
    this.op(NO_TYPE);
    body();
    this.move(left, -1);
    this.get(left);
    this.op(control.branchIf);
    this.op(0);
    this.op(control.end);
  }

  /** Runs `body` where the value on the stack is not 0. */
  when(body: () => void): void {
    this.op(control.if);
    this.op(NO_TYPE);
    body();
    this.op(control.end);
  }
}

/** A module while it is written: functions of its own and those it imports. */
export class ModuleBuilder {
  readonly #imports = new Map<string, { callee: Callee; arity: number }>();
  readonly #functions: { code: Code; callee: Callee }[] = [];
  readonly #named = new Map<string, Callee>();
  readonly #isShared: boolean;
  readonly #fused: boolean;

  /**
   * `isShared`: whether its memory belongs to several threads; `fused`: what its helpers may use.
   */
  constructor(isShared = false, fused = false) {
    this.#isShared = isShared;
    this.#fused = fused;
  }

  /** The imported function of that name, from float64s to a float64. */
  import(name: string, arity: number): Callee {
    let known = this.#imports.get(name);
    if (known === undefined) {
      known = { callee: { index: -1 }, arity };
      this.#imports.set(name, known);
    }
    return known.callee;
  }

  add(code: Code): Callee {
    const callee = { index: -1 };
    this.#functions.push({ code, callee });
    return callee;
  }

  /** The function that `build` writes, written once for each name. */
  shared(name: string, build: () => Code): Callee {
    let callee = this.#named.get(name);
    if (callee === undefined) this.#named.set(name, (callee = this.add(build())));
    return callee;
  }

  /** A function from vectors to a vector, written once for each name. */
  helper(name: string, arity: number, build: (code: Code, inputs: Value[]) => Value): Callee {
    return this.shared(name, () => {
      const code = new Code(new Array<Type>(arity).fill(types.v128), [types.v128]);
      code.fused = this.#fused;
      const inputs = code.parameters.map((_, i) => (c: Code) => c.get(i));
      build(code, inputs)(code);
      return code;
    });
  }

  get importNames(): string[] {
    return [...this.#imports.keys()];
  }

  /** The module, which exports these functions and imports its memory and others from "e". */
  encode(exported: ReadonlyMap<string, Callee>): Uint8Array {
    const imports = [...this.#imports];
    imports.forEach(([, { callee }], i) => (callee.index = i));
    this.#functions.forEach(({ callee }, i) => (callee.index = imports.length + i));
    const signatures: number[][] = [];
    const signature = (parameters: readonly Type[], results: readonly Type[]): number => {
      const bytes = [0x60, parameters.length, ...parameters, results.length, ...results];
      const same = signatures.findIndex((known) => String(known) === String(bytes));
      return same >= 0 ? same : signatures.push(bytes) - 1;
    };
    const imported = imports.map(([name, { arity }]) => {
      const type = signature(new Array<Type>(arity).fill(types.f64), [types.f64]);
      return [...text("e"), ...text(name), 0, type];
    });
    const limits = this.#isShared ? [3, 0, ...unsigned([], MOST_PAGES)] : [0, 0];
    imported.push([...text("e"), ...text("memory"), 2, ...limits]);
    const declared = this.#functions.map(({ code }) => [signature(code.parameters, code.results)]);
    const bodies = this.#functions.map(({ code }) => body(code));
    const exports = Array.from(exported, ([name, { index }]) => [
      ...text(name),
      0,
      ...unsigned([], index),
    ]);
    const module = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    const sections: [number, number[][]][] = [
      [1, signatures],
      [2, imported],
      [3, declared],
      [7, exports],
      [10, bodies],
    ];
    for (const [id, entries] of sections) {
      const content = unsigned([], entries.length);
      for (const entry of entries) append(content, entry);
      module.push(id);
      unsigned(module, content.length);
      append(module, content);
    }
    return Uint8Array.from(module);
  }
}

/** A function with its locals, which the format wants in runs of one type. */
function body({ locals, bytes, calls }: Code): number[] {
  for (const [at, { index }] of calls) {
    for (let i = 0; i < 4; i++) bytes[at + i] = 0x80 | ((index >> (7 * i)) & 0x7f);
  }
  const runs: [number, Type][] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.[1] === type) last[0] += 1;
    else runs.push([1, type]);
  }
  const content = unsigned([], runs.length);
  for (const [count, type] of runs) unsigned(content, count).push(type);
  append(content, bytes);
  content.push(control.end);
  const result = unsigned([], content.length);
  append(result, content);
  return result;
}

/** Not `push(...)`: long lists overflow the stack. */
function append(to: number[], from: readonly number[]): void {
  for (let i = 0; i < from.length; i++) to.push(from[i]!);
}

function unsigned(bytes: number[], value: number): number[] {
  let rest = value >>> 0;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}

function signed(bytes: number[], value: number): void {
  let rest = value | 0;
  for (; rest > 63 || rest < -64; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest & 0x7f);
}

function text(name: string): number[] {
  return [name.length, ...Array.from(name, (letter) => letter.codePointAt(0)!)];
}
