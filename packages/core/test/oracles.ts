// What every function of single elements means, in plain JavaScript: a row without an oracle does
// not compile. Written otherwise than the kernels are, where that can be helped.

import * as activation from "../src/ops/activation.js";
import type * as bitwise from "../src/ops/bitwise.js";
import * as bounds from "../src/ops/bounds.js";
import * as compare from "../src/ops/compare.js";
import type * as copies from "../src/ops/copy.js";
import type { Row } from "../src/ops/define.js";
import * as basic from "../src/ops/elementwise.js";
import type * as functions from "../src/ops/functions.js";
import * as rounding from "../src/ops/rounding.js";
import * as special from "../src/ops/special.js";
import * as trigonometric from "../src/ops/trigonometric.js";

type Entry = Row<never[]>;

/** The rows among what a table exports; the rest is made of them. */
export const rowsIn = (table: object): [string, Entry][] =>
  (Object.entries(table) as [string, Entry][]).filter(([, entry]) => "op" in entry);

/** The rows that take fractions. */
export const elementwise = [
  activation,
  basic,
  bounds,
  compare,
  rounding,
  special,
  trigonometric,
].flatMap((table) => rowsIn(table));

type RowNames<Table> = {
  [Name in keyof Table]: Table[Name] extends { readonly op: object } ? Name : never;
}[keyof Table];
type Tested = Omit<typeof functions, keyof typeof bitwise> & Pick<typeof copies, "where" | "clone">;

/** The error function as a series whose terms are all of one sign. */
function errorSeries(x: number): number {
  let sum = 0;
  for (let n = 0, term = x; n < 100; n++, term *= (2 * x * x) / (2 * n + 1)) sum += term;
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
/** Where a rising function has a value, by halving. */
function inverse(f: (x: number) => number, value: number): number {
  if (Math.abs(value) === 1) return value * Infinity;
  let [low, high] = [-4, 4];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (f(middle) < value) low = middle;
    else high = middle;
  }
  return low;
}

/** Lanczos' approximation of the gamma function, with Godfrey's coefficients; x > 0. */
const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];
function lanczosSums(x: number): [sum: number, slope: number] {
  const terms = lanczos.map((c, i) => c / (x + i));
  const slope = terms.reduce((total, term, i) => total - term / (x + i), 0);
  return [terms.reduce((total, term) => total + term, 0.9999999999998099), slope];
}
function logGamma(x: number): number {
  const t = x + 6.5;
  return Math.log(2 * Math.PI) / 2 + (x - 0.5) * Math.log(t) - t + Math.log(lanczosSums(x)[0]);
}
function slopeOfLogGamma(x: number): number {
  const t = x + 6.5;
  const [sum, slope] = lanczosSums(x);
  return Math.log(t) + (x - 0.5) / t - 1 + slope / sum;
}
const floored = (a: number, b: number): number => a - b * Math.floor(a / b);

export const oracles: Record<RowNames<Tested>, (...xs: number[]) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => Math.pow(a, b),
  maximum: (a, b) => (a > b ? a : b),
  minimum: (a, b) => (a < b ? a : b),
  fmax: (a, b) => Math.max(a, b),
  fmin: (a, b) => Math.min(a, b),
  clampMin: (a, b) => (a < b ? b : a),
  clampMax: (a, b) => (a > b ? b : a),
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  gt: (a, b) => Number(a > b),
  ge: (a, b) => Number(a >= b),
  logicalAnd: (a, b) => Number(a !== 0 && b !== 0),
  logicalOr: (a, b) => Number(a !== 0 || b !== 0),
  logicalXor: (a, b) => Number((a !== 0) !== (b !== 0)),
  logicalNot: (x) => Number(x === 0),
  isnan: (x) => Number(Number.isNaN(x)),
  isinf: (x) => Number(Math.abs(x) === Infinity),
  isposinf: (x) => Number(x > 0 && 1 / x === 0),
  isneginf: (x) => Number(x < 0 && 1 / x === 0),
  isfinite: (x) => Number(Number.isFinite(x)),
  signbit: (x) => Number(x < 0 || Object.is(x, -0)),
  neg: (x) => -x,
  abs: (x) => (x < 0 ? -x : x),
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  square: (x) => x * x,
  sqrt: (x) => Math.sqrt(x),
  rsqrt: (x) => Math.pow(x, -0.5),
  reciprocal: (x) => 1 / x,
  exp: (x) => Math.exp(x),
  exp2: (x) => Math.exp(x * Math.LN2),
  expm1: (x) => Math.expm1(x),
  log: (x) => Math.log(x),
  log1p: (x) => Math.log1p(x),
  log2: (x) => Math.log(x) / Math.LN2,
  log10: (x) => Math.log(x) / Math.LN10,
  erf: (x) => errorSeries(x),
  erfc: (x) => 1 - errorSeries(x),
  erfinv: (x) => inverse(errorSeries, x),
  lgamma: (x) => logGamma(x),
  digamma: (x) => slopeOfLogGamma(x),
  logit: (x) => Math.log(x) - Math.log1p(-x),
  logaddexp: (a, b) => Math.log(Math.exp(a) + Math.exp(b)),
  logaddexp2: (a, b) => Math.log2(2 ** a + 2 ** b),
  xlogy: (a, b) => a * Math.log(b),
  copysign: (a, b) => Math.abs(a) * (b < 0 || Object.is(b, -0) ? -1 : 1),
  heaviside: (a, b) => (a === 0 ? b : Number(a > 0)),
  hardswish: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  softplus: (x) => Math.log(1 + Math.exp(x)),
  sin: (x) => Math.sin(x),
  cos: (x) => Math.cos(x),
  tan: (x) => Math.tan(x),
  asin: (x) => Math.asin(x),
  acos: (x) => Math.acos(x),
  atan: (x) => Math.atan(x),
  atan2: (a, b) => Math.atan2(a, b),
  sinh: (x) => Math.sinh(x),
  cosh: (x) => Math.cosh(x),
  tanh: (x) => Math.tanh(x),
  asinh: (x) => Math.asinh(x),
  acosh: (x) => Math.acosh(x),
  atanh: (x) => Math.atanh(x),
  hypot: (a, b) => Math.hypot(a, b),
  sinc: (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)),
  deg2rad: (x) => (x * Math.PI) / 180,
  rad2deg: (x) => (x * 180) / Math.PI,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  relu: (x) => (x > 0 ? x : 0),
  floor: (x) => Math.floor(x),
  ceil: (x) => Math.ceil(x),
  trunc: (x) => Math.trunc(x),
  frac: (x) => x % 1,
  round: (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  floorDivide: (a, b) => Math.floor(a / b),
  remainder: floored,
  fmod: (a, b) => a % b,
  where: (a, b, c) => (c !== 0 ? a : b),
  clone: (x) => x,
};
