/**
 * Vector arithmetic as functions of values: `f32.add(a, b)` is code that computes a and b and adds
 * them lane by lane. Not here: mathematics (mathematics.ts), element types and what a fused kernel
 * needs (expression.ts). Read first: assembler.ts.
 */
import { scalar } from "./assembler.js";
import type { Callee, Code, Value } from "./assembler.js";

type Operation = (...inputs: Value[]) => Value;

const simd =
  (opcode: number): Operation =>
  (...inputs) =>
  (code) => {
    for (let i = 0; i < inputs.length; i++) inputs[i]!(code);
    code.simd(opcode);
  };

/** Instructions whose numbers follow one another. */
function row<Name extends string>(first: number, ...names: Name[]): Record<Name, Operation> {
  const entries = names.map((name, i) => [name, simd(first + i)]);
  return Object.fromEntries(entries) as Record<Name, Operation>;
}

/** Sixteen bytes. */
const vector =
  (bytes: ArrayBufferLike): Value =>
  (code) => {
    code.simd(12);
    code.bytes.push(...new Uint8Array(bytes));
  };

/** Lanes of two vectors by their number, counted through both, `width` bytes each. */
export const shuffle =
  (a: Value, b: Value, width: number, lanes: readonly number[]): Value =>
  (code) => {
    a(code);
    b(code);
    code.simd(13);
    for (const lane of lanes) for (let i = 0; i < width; i++) code.bytes.push(lane * width + i);
  };

const lane =
  (opcode: number) =>
  (input: Value, index: number): Value =>
  (code) => {
    input(code);
    code.simd(opcode);
    code.bytes.push(index);
  };

const replace =
  (opcode: number) =>
  (into: Value, index: number, value: Value): Value =>
  (code) => {
    into(code);
    value(code);
    code.simd(opcode);
    code.bytes.push(index);
  };

const four = (...[a = 0, b = a, c = a, d = a]: number[]): number[] => [a, b, c, d];

export const f32 = {
  ...row(0x41, "eq", "ne", "lt", "gt", "le", "ge"),
  ...row(0x67, "ceil", "floor", "trunc", "nearest"),
  // As operations on bits with a constant they take a third of the time.
  abs: (x: Value): Value => bits.and(x, i32.of(0x7fffffff)),
  neg: (x: Value): Value => bits.xor(x, i32.of(-(2 ** 31))),
  ...row(0xe3, "sqrt", "add", "sub", "mul", "div", "min", "max", "pmin", "pmax"),
  /** c + a · b and c - a · b, rounded once; not on every machine. */
  ...row(0x105, "fused", "fusedAway"),
  lane: lane(0x1f),
  replace: replace(0x20),
  of: (...values: number[]): Value => vector(Float32Array.from(four(...values)).buffer),
};

/** The arithmetic of float vectors, of four or of two lanes. */
export type Floats = typeof f32;

export const f64: Floats = {
  ...row(0x47, "eq", "ne", "lt", "gt", "le", "ge"),
  ...row(0x74, "ceil", "floor"),
  ...row(0x7a, "trunc"),
  ...row(0x94, "nearest"),
  abs: (x) => bits.and(x, i64.of(2n ** 63n - 1n)),
  neg: (x) => bits.xor(x, i64.of(-(2n ** 63n))),
  ...row(0xef, "sqrt", "add", "sub", "mul", "div", "min", "max", "pmin", "pmax"),
  ...row(0x107, "fused", "fusedAway"),
  lane: lane(0x21),
  replace: replace(0x22),
  of: (a = 0, b = a): Value => vector(Float64Array.of(a, b).buffer),
};

const shift =
  (opcode: number) =>
  (value: Value, by: number): Value =>
  (code) => {
    value(code);
    code.i32(by);
    code.simd(opcode);
  };

export const i32 = {
  ...row(0x37, "eq", "ne", "lt"),
  ...row(0x3b, "gt"),
  ...row(0x3d, "le"),
  ...row(0x3f, "ge"),
  ...row(0xa0, "abs", "neg"),
  ...row(0xae, "add"),
  ...row(0xb1, "sub"),
  ...row(0xb5, "mul", "min"),
  ...row(0xb8, "max"),
  ...row(0x11, "splat"),
  shl: shift(0xab),
  shr: shift(0xac),
  shrUnsigned: shift(0xad),
  lane: lane(0x1b),
  replace: replace(0x1c),
  of: (...values: number[]): Value => vector(Int32Array.from(four(...values)).buffer),
};

export const i64 = {
  ...row(0xc1, "neg"),
  ...row(0xce, "add"),
  ...row(0xd1, "sub"),
  ...row(0xd6, "eq"),
  shl: shift(0xcb),
  shrUnsigned: shift(0xcd),
  of: (value: bigint): Value => vector(BigInt64Array.of(value, value).buffer),
};

export const bits = row(0x4d, "not", "and", "andNot", "or", "xor", "select", "any");

/** Between element types; `Low` takes the lower half of a vector. */
export const convert = {
  ...row(0x5e, "demote", "promoteLow"),
  ...row(0x89, "u16FromU8Low"),
  ...row(0xa9, "u32FromU16Low"),
  ...row(0xc7, "i64FromI32Low"),
  ...row(0xc9, "u64FromU32Low"),
  ...row(0xf8, "i32FromF32"),
  ...row(0xfa, "f32FromI32"),
  ...row(0xfd, "u32FromF64", "f64FromI32Low"),
};

/** Lanes of one vector; its code is not written twice. */
export const pick = (x: Value, width: number, lanes: readonly number[]): Value =>
  shuffle(x, i32.of(0), width, lanes);
/** The upper half of a vector, in the lower half. */
export const upper = (x: Value): Value => pick(x, 8, [1, 1]);
/** The lower halves of two vectors. */
export const halves = (low: Value, high: Value): Value => shuffle(low, high, 8, [0, 2]);

/** The bytes of something in memory; 16 is a whole vector. */
export type Width = 1 | 2 | 4 | 8 | 16;

/** Emits an address; what it returns is the constant to add to it, which cannot be negative. */
export type Place = (code: Code) => number;

export const at =
  (base: Value, offset: number): Place =>
  (code) => {
    base(code);
    if (offset >= 0) return offset;
    code.i32(offset);
    code.op(scalar.add);
    return 0;
  };

/** A whole vector, or `width` bytes repeated to fill one. */
export const loadSplat =
  (width: Width, place: Place): Value =>
  (code) => {
    const offset = place(code);
    code.memory(width === 16 ? 0 : 7 + Math.log2(width), offset);
  };

export const loadLane =
  (width: Exclude<Width, 16>, place: Place, into: Value, index: number): Value =>
  (code) => {
    const offset = place(code);
    into(code);
    code.memory(0x54 + Math.log2(width), offset);
    code.bytes.push(index);
  };

/** Writes one lane, or the whole vector where `width` is 16. */
export function store(code: Code, width: Width, place: Place, value: Value, index = 0): void {
  const offset = place(code);
  value(code);
  if (width === 16) code.memory(11, offset);
  else {
    code.memory(0x58 + Math.log2(width), offset);
    code.bytes.push(index);
  }
}

/** A function of the module, or one that it imports. */
export const call =
  (callee: Callee, ...inputs: Value[]): Value =>
  (code) => {
    for (let i = 0; i < inputs.length; i++) inputs[i]!(code);
    code.call(callee);
  };
