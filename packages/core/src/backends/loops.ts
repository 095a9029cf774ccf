/**
 * One plain loop for each scalar primitive: the arithmetic of the interpreter, and with it the
 * definition of every primitive. Each is written out because V8 compiles a loop well only when it
 * sees the operation in it; a shared loop that calls back is not compiled for any one of them.
 * Rounding needs no code: a store into a typed array rounds to its type. Not here: which loops run
 * in what order (backends/interpreter.ts).
 */
import type { TypedArray } from "../graph/dtype.js";
import type { Fold } from "../kernel/kernel.js";
import type { BinaryScalar, ScalarOp, UnaryScalar } from "../kernel/scalar.js";
import { erf, erfc, erfinv, lgamma, polygamma } from "./special.js";

/** A walk through an array: where it stands, and how far the next element is. */
export interface Lane {
  data: TypedArray;
  at: number;
  step: number;
}

/** Computes `n` elements into `y`, whose step is always 1. */
export type Loop = (n: number, y: Lane, a: Lane, b: Lane, c: Lane) => void;

const unary = {
  neg: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = -A[i]!;
  },
  abs: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.abs(A[i]!);
  },
  /** NaN has no sign: 0. */
  sign: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = A[i]! > 0 ? 1 : A[i]! < 0 ? -1 : 0;
  },
  sqrt: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.sqrt(A[i]!);
  },
  exp: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.exp(A[i]!);
  },
  expm1: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.expm1(A[i]!);
  },
  log: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.log(A[i]!);
  },
  log1p: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.log1p(A[i]!);
  },
  log2: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.log2(A[i]!);
  },
  log10: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.log10(A[i]!);
  },
  erf: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = erf(A[i]!);
  },
  erfc: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = erfc(A[i]!);
  },
  erfinv: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = erfinv(A[i]!);
  },
  lgamma: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = lgamma(A[i]!);
  },
  sin: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.sin(A[i]!);
  },
  cos: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.cos(A[i]!);
  },
  tanh: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.tanh(A[i]!);
  },
  floor: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.floor(A[i]!);
  },
  ceil: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = Math.ceil(A[i]!);
  },
  round: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = roundHalfToEven(A[i]!);
  },
  not: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = A[i] === 0 ? 1 : 0;
  },
  /** To an integer: towards zero, as a typed array stores; to bool see `truth`. */
  cast: (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
    for (const end = k + n; k < end; k++, i += p) Y[k] = A[i]!;
  },
} satisfies Record<UnaryScalar, Loop>;

const binary = {
  add: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = A[i]! + B[j]!;
  },
  sub: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = A[i]! - B[j]!;
  },
  mul: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = A[i]! * B[j]!;
  },
  div: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = A[i]! / B[j]!;
  },
  /** The remainder with the sign of the dividend. */
  mod: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = A[i]! % B[j]!;
  },
  pow: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = power(A[i]!, B[j]!);
  },
  atan2: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = Math.atan2(A[i]!, B[j]!);
  },
  polygamma: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = polygamma(A[i]!, B[j]!);
  },
  max: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = Math.max(A[i]!, B[j]!);
  },
  min: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = Math.min(A[i]!, B[j]!);
  },
  eq: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = A[i] === B[j] ? 1 : 0;
  },
  lt: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = A[i]! < B[j]! ? 1 : 0;
  },
  le: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = A[i]! <= B[j]! ? 1 : 0;
  },
  and: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = A[i]! & B[j]!;
  },
  or: (n, { data: Y, at: k }, { data: A, at: i, step: p }, { data: B, at: j, step: q }) => {
    for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = A[i]! | B[j]!;
  },
} satisfies Record<BinaryScalar, Loop>;

const where: Loop = (
  n,
  { data: Y, at: k },
  { data: C, at: h, step: o },
  { data: A, at: i, step: p },
  { data: B, at: j, step: q },
) => {
  for (const end = k + n; k < end; k++, h += o, i += p, j += q) Y[k] = C[h] === 0 ? B[j]! : A[i]!;
};

/** To the nearest whole number; of two as near, to the even one. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest === 0.5) return below % 2 === 0 ? below : Math.ceil(x);
  return rest < 0.5 ? below : Math.ceil(x);
}

/**
 * The C library's rule, where JavaScript differs: a power of 1, and 1 to any power, is 1 even
 * beside NaN.
 */
export function power(base: number, exponent: number): number {
  if (base === 1 || exponent === 0) return 1;
  if (base === -1 && (exponent === Infinity || exponent === -Infinity)) return 1;
  return base ** exponent;
}

/** Products of whole numbers wrap at 32 bits, where a float64 product would lose digits. */
export const wholeProduct: Loop = (
  n,
  { data: Y, at: k },
  { data: A, at: i, step: p },
  { data: B, at: j, step: q },
) => {
  for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = Math.imul(A[i]!, B[j]!);
};

/** Powers of whole numbers wrap at 32 bits, too; to a negative power all but 1 and -1 are 0. */
export const wholePower: Loop = (
  n,
  { data: Y, at: k },
  { data: A, at: i, step: p },
  { data: B, at: j, step: q },
) => {
  for (const end = k + n; k < end; k++, i += p, j += q) Y[k] = powerOfWhole(A[i]!, B[j]!);
};

export function powerOfWhole(base: number, exponent: number): number {
  if (exponent < 0) return Math.abs(base) === 1 ? base ** (exponent % 2) : 0;
  let result = 1;
  for (let square = base, left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

/** To bool: everything but zero is true, NaN too. */
export const truth: Loop = (n, { data: Y, at: k }, { data: A, at: i, step: p }) => {
  for (const end = k + n; k < end; k++, i += p) Y[k] = A[i] === 0 ? 0 : 1;
};

export const loops = { ...unary, ...binary, where } satisfies Record<ScalarOp, Loop>;

/**
 * What a fold knows after some elements: the value, for a sum the part of the last few that is not
 * in it yet, the index of the element that it is, and how many there were.
 */
export interface Tally {
  value: number;
  part: number;
  index: number;
  seen: number;
}

/** How many elements go into a part of a sum: so many roundings grow with, not all there are. */
const PART = 1024;

/** How a fold begins, and how it goes on over `n` more elements, in float64. */
interface FoldRule {
  readonly start: number;
  readonly fold: (tally: Tally, n: number, lane: Lane) => void;
}

/** The first of equals wins, and the first NaN wins over everything. */
const greatest: FoldRule = {
  start: -Infinity,
  fold: (tally, n, { data: A, at: i, step: p }) => {
    let { value, index } = tally;
    for (let k = 0; k < n && !Number.isNaN(value); k++, i += p) {
      if (A[i]! <= value) continue;
      value = A[i]!;
      index = tally.seen + k;
    }
    tally.value = value;
    tally.index = index;
    tally.seen += n;
  },
};

const least: FoldRule = {
  start: Infinity,
  fold: (tally, n, { data: A, at: i, step: p }) => {
    let { value, index } = tally;
    for (let k = 0; k < n && !Number.isNaN(value); k++, i += p) {
      if (A[i]! >= value) continue;
      value = A[i]!;
      index = tally.seen + k;
    }
    tally.value = value;
    tally.index = index;
    tally.seen += n;
  },
};

export const folds = {
  sum: {
    start: 0,
    // The parts do not depend on how elements come, in lines or in blocks: fused or not, the bits
    // are the same.
    fold: (tally, n, { data: A, at: i, step: p }) => {
      for (let done = 0; done < n;) {
        const count = Math.min(n - done, PART - (tally.seen % PART));
        let { part } = tally;
        for (let k = 0; k < count; k++, i += p) part += A[i]!;
        done += count;
        tally.seen += count;
        tally.part = part;
        if (tally.seen % PART === 0) {
          tally.value += part;
          tally.part = 0;
        }
      }
    },
  },
  prod: {
    start: 1,
    fold: (tally, n, { data: A, at: i, step: p }) => {
      let product = tally.value;
      if (A instanceof Int32Array) {
        for (let k = 0; k < n; k++, i += p) product = Math.imul(product, A[i]!);
      } else for (let k = 0; k < n; k++, i += p) product *= A[i]!;
      tally.value = product;
    },
  },
  max: greatest,
  min: least,
  argmax: greatest,
  argmin: least,
} satisfies Record<Fold, FoldRule>;
