/**
 * Vector arithmetic as functions of values: `f32.add(a, b)` is code that computes a and b and adds
 * them lane by lane. Not here: mathematics (mathematics.ts), element types and what a fused kernel
 * needs (expression.ts). Read first: assembler.ts.
 */
import { plain } from "./assembler.js";
import type { Code, Value } from "./assembler.js";

/** The functions of a table of instruction numbers. */
function named<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
): Record<Name, (...inputs: Value[]) => Value> {
  const entries = Object.entries<number>(numbers).map(([name, opcode]) => [name, simd(opcode)]);
  return Object.fromEntries(entries) as Record<Name, (...inputs: Value[]) => Value>;
}

const simd =
  (opcode: number) =>
  (...inputs: Value[]): Value =>
  (code) => {
    for (let i = 0; i < inputs.length; i++) inputs[i]!(code);
    code.simd(opcode);
  };

/** Sixteen bytes. */
const vector =
  (bytes: ArrayBufferLike): Value =>
  (code) => {
    code.simd(12);
    code.bytes.push(...new Uint8Array(bytes));
  };

/** Bytes of two vectors by their number: 0 to 15 of `a`, 16 to 31 of `b`. */
const shuffled =
  (a: Value, b: Value, bytes: readonly number[]): Value =>
  (code) => {
    a(code);
    b(code);
    code.simd(13);
    code.bytes.push(...bytes);
  };

/** Lanes of two vectors by their number, counted through both, `width` bytes each. */
export const shuffle = (a: Value, b: Value, width: number, lanes: readonly number[]): Value =>
  shuffled(
    a,
    b,
    lanes.flatMap((lane) => Array.from({ length: width }, (_, i) => lane * width + i)),
  );

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
  ...named({
    eq: 0x41,
    ne: 0x42,
    lt: 0x43,
    gt: 0x44,
    le: 0x45,
    ge: 0x46,
    ceil: 0x67,
    floor: 0x68,
    trunc: 0x69,
    nearest: 0x6a,
    abs: 0xe0,
    neg: 0xe1,
    sqrt: 0xe3,
    add: 0xe4,
    sub: 0xe5,
    mul: 0xe6,
    div: 0xe7,
    min: 0xe8,
    max: 0xe9,
    pmin: 0xea,
    pmax: 0xeb,
    splat: 0x13,
  }),
  lane: lane(0x1f),
  replace: replace(0x20),
  of: (...values: number[]): Value => vector(Float32Array.from(four(...values)).buffer),
};

export const f64: Omit<typeof f32, never> = {
  ...named({
    eq: 0x47,
    ne: 0x48,
    lt: 0x49,
    gt: 0x4a,
    le: 0x4b,
    ge: 0x4c,
    ceil: 0x74,
    floor: 0x75,
    trunc: 0x7a,
    nearest: 0x94,
    abs: 0xec,
    neg: 0xed,
    sqrt: 0xef,
    add: 0xf0,
    sub: 0xf1,
    mul: 0xf2,
    div: 0xf3,
    min: 0xf4,
    max: 0xf5,
    pmin: 0xf6,
    pmax: 0xf7,
    splat: 0x14,
  }),
  lane: lane(0x21),
  replace: replace(0x22),
  of: (a = 0, b = a): Value => vector(Float64Array.of(a, b).buffer),
};

/** The arithmetic of float vectors, of four or of two lanes. */
export type Floats = typeof f32;

const shift =
  (opcode: number) =>
  (value: Value, by: number): Value =>
  (code) => {
    value(code);
    code.i32(by);
    code.simd(opcode);
  };

export const i32 = {
  ...named({
    eq: 0x37,
    ne: 0x38,
    lt: 0x39,
    gt: 0x3b,
    le: 0x3d,
    ge: 0x3f,
    below: 0x3a,
    splat: 0x11,
    abs: 0xa0,
    neg: 0xa1,
    add: 0xae,
    sub: 0xb1,
    mul: 0xb5,
    min: 0xb6,
    max: 0xb8,
  }),
  shl: shift(0xab),
  shr: shift(0xac),
  shrUnsigned: shift(0xad),
  lane: lane(0x1b),
  replace: replace(0x1c),
  of: (...values: number[]): Value => vector(Int32Array.from(four(...values)).buffer),
};

export const i64 = {
  ...named({ eq: 0xd6, lt: 0xd8, neg: 0xc1, add: 0xce, sub: 0xd1 }),
  shl: shift(0xcb),
  shr: shift(0xcc),
  shrUnsigned: shift(0xcd),
  of: (a: bigint, b = a): Value => vector(BigInt64Array.of(a, b).buffer),
};

export const bits = named({
  not: 0x4d,
  and: 0x4e,
  andNot: 0x4f,
  or: 0x50,
  xor: 0x51,
  select: 0x52,
  any: 0x53,
});

/** Between element types; `low` takes the lower half of a vector. */
export const convert = named({
  demote: 0x5e,
  promoteLow: 0x5f,
  i32FromF32: 0xf8,
  f32FromI32: 0xfa,
  u32FromF64: 0xfd,
  f64FromI32Low: 0xfe,
  i64FromI32Low: 0xc7,
  u16FromU8Low: 0x89,
  u32FromU16Low: 0xa9,
  u64FromU32Low: 0xc9,
});

/** The upper half of a vector, in the lower half. */
export const upper = (x: Value): Value => shuffle(x, x, 8, [1, 1]);
/** The lower halves of two vectors. */
export const halves = (low: Value, high: Value): Value => shuffle(low, high, 8, [0, 2]);

/** Instructions on memory by the bytes of a lane. */
const memory = {
  splat: { 1: 7, 2: 8, 4: 9, 8: 10 },
  loadLane: { 1: 0x54, 2: 0x55, 4: 0x56, 8: 0x57 },
  storeLane: { 1: 0x58, 2: 0x59, 4: 0x5a, 8: 0x5b },
} as const;

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
    code.op(plain.i32Add);
    return 0;
  };

/** A whole vector, or `width` bytes repeated to fill one. */
export const loadSplat =
  (width: Width, place: Place): Value =>
  (code) => {
    const offset = place(code);
    code.memory(width === 16 ? 0 : memory.splat[width], offset);
  };

export const loadLane =
  (width: Exclude<Width, 16>, place: Place, into: Value, index: number): Value =>
  (code) => {
    const offset = place(code);
    into(code);
    code.memory(memory.loadLane[width], offset);
    code.bytes.push(index);
  };

/** Writes one lane, or the whole vector where `width` is 16. */
export function store(code: Code, width: Width, place: Place, value: Value, index = 0): void {
  const offset = place(code);
  value(code);
  if (width === 16) code.memory(11, offset);
  else {
    code.memory(memory.storeLane[width], offset);
    code.bytes.push(index);
  }
}

/** A function of the module, or one that it imports. */
export const call =
  (callee: Parameters<Code["call"]>[0], ...inputs: Value[]): Value =>
  (code) => {
    for (let i = 0; i < inputs.length; i++) inputs[i]!(code);
    code.call(callee);
  };
