/**
 * Functions of mathematics as vector code. The methods are the usual ones (reduction of the
 * argument by constants in several parts, then a polynomial); the coefficients are minimax fits
 * computed for this file with Remez' algorithm in 60 digits, with the interval and the error beside
 * them. Lanes out of a method's range are left to JavaScript. How exact each is, is measured in
 * test/wasm.mathematics.test.ts. Not here: which types exist where (expression.ts).
 */
import type { ScalarOp } from "../../kernel/scalar.js";
import type { Code, Value } from "./assembler.js";
import { bits, convert, f32, f64, halves, i32, i64, shuffle, upper } from "./vector.js";
import type { Floats } from "./vector.js";

/**
 * Code for all lanes of a vector. `slow` asks JavaScript for each lane. Inputs are kept values,
 * which may be used more than once.
 */
type Routine = (code: Code, inputs: readonly Value[], slow: () => Value) => Value;

/** What differs between the float types. */
interface Kind {
  readonly f: Floats;
  readonly least: number;
  readonly greatest: number;
  readonly sign: Value;
  /** Added to a number it leaves the nearest whole number in the lowest bits. */
  readonly magic: number;
  readonly ln2: readonly [high: number, low: number];
  /** Below the first exp is 0, above the second infinite. */
  readonly expRange: readonly [number, number];
  /** (exp(r) - 1 - r) / r² up to |r| = ln(2) / 2. */
  readonly exp: readonly number[];
  /** Where tanh is 1. */
  readonly tanhEnd: number;
  /** (log((1 + s) / (1 - s)) - 2 s) / s³ of s², for s up to (√2 - 1) / (√2 + 1). */
  readonly log: readonly number[];
  /** The same for s up to 1/3, the error that of the whole; up to where log(1 + x) rounds to x. */
  readonly unitLog: readonly number[];
  readonly flat: number;
  /** (sin(r) - r) / r³ and (cos(r) - 1 + r²/2) / r⁴ of r², up to r = π / 4. */
  readonly circle: { readonly sin: readonly number[]; readonly cos: readonly number[] };
  /** The whole number that `magic` left. */
  readonly whole: (t: Value) => Value;
  readonly half: (n: Value) => Value;
  readonly powerOfTwo: (n: Value) => Value;
  /** A positive number as 2^k m, with m from √½ to √2: k as a float, and m. */
  readonly split: (code: Code, x: Value) => readonly [k: Value, m: Value];
}

const single: Kind = {
  f: f32,
  least: 2 ** -126,
  greatest: 2 ** 128 - 2 ** 104,
  sign: i32.of(-(2 ** 31)),
  magic: 1.5 * 2 ** 23,
  ln2: [0.69317626953125, -2.908897130469058e-5],
  expRange: [-104, 89],
  // Error 2^-32 of r.
  exp: [
    0.50000000461, 0.16666666818, 0.041666354741, 0.0083332727404, 0.0013941057994,
    0.00019914382611,
  ],
  tanhEnd: 20,
  // Error 2^-29.
  log: [0.666667820492, 0.399767201891, 0.298963237255],
  // Error 2^-27.7.
  unitLog: [0.66666416227, 0.40021527914, 0.28001795324, 0.28012031601],
  flat: 2 ** -26,
  // Errors 2^-28 and 2^-33.
  circle: {
    sin: [-0.166666542355, 0.00833213180835, -0.000195108631947],
    cos: [0.0416666456975, -0.00138873078961, 2.44313854436e-5],
  },
  whole: (t) => i32.sub(t, i32.of(0x4b400000)),
  half: (n) => i32.shr(n, 1),
  powerOfTwo: (n) => i32.shl(i32.add(n, i32.of(127)), 23),
  split: (code, x) => {
    const t = code.keep(i32.add(x, i32.of(0x3f800000 - 0x3f3504f3)));
    const k = convert.f32FromI32(i32.sub(i32.shrUnsigned(t, 23), i32.of(127)));
    return [k, i32.add(bits.and(t, i32.of(0x7fffff)), i32.of(0x3f3504f3))];
  },
};

const double: Kind = {
  f: f64,
  least: 2 ** -1022,
  greatest: Number.MAX_VALUE,
  sign: i64.of(-(2n ** 63n)),
  magic: 1.5 * 2 ** 52,
  ln2: [0.6931471806019545, -4.2009150726810846e-11],
  expRange: [-746, 710],
  // Error 2^-61 of r.
  exp: [
    0.5, 0.1666666666666667661, 0.04166666666666670127, 0.008333333333321563833,
    0.00138888888888667713, 0.0001984126988638310454, 2.480158736081636e-5, 2.755724387715719926e-6,
    2.755724246394448464e-7, 2.510917504527989839e-8, 2.092455108907954417e-9,
  ],
  tanhEnd: 40,
  // Error 2^-58.
  log: [
    0.66666666666667399666, 0.39999999999363688912, 0.2857142875607868053, 0.22222196970996275763,
    0.18183656388698275507, 0.15311496522842386802, 0.14823291623159370448,
  ],
  // Error 2^-59.
  unitLog: [
    0.66666666666666309718, 0.40000000000155111629, 0.28571428548118502407, 0.22222223953618264265,
    0.18181744480018504077, 0.15386548372861993712, 0.13301121641335959739, 0.12104942787646785787,
    0.08344980988344314352, 0.17009738550664877191,
  ],
  flat: 2 ** -55,
  // Errors 2^-58 and 2^-64.
  circle: {
    sin: [
      -0.16666666666666627772, 0.0083333333333213003392, -0.00019841269828879393259,
      2.7557313358643813769e-6, -2.5050704387823384787e-8, 1.5893601387238613748e-10,
    ],
    cos: [
      0.041666666666666591932, -0.0013888888888872722374, 2.4801587288557677479e-5,
      -2.7557314073073472496e-7, 2.0875683866322105782e-9, -1.1357541007357714806e-11,
    ],
  },
  whole: (t) => i64.sub(t, i64.of(0x4338_0000_0000_0000n)),
  // The lower words alone hold all that counts.
  half: (n) => i32.shr(n, 1),
  powerOfTwo: (n) => i64.shl(i32.add(n, i32.of(1023)), 52),
  split: (code, x) => {
    const root = 0x3fe6_a09e_667f_3bcdn;
    const t = code.keep(i64.add(x, i64.of(0x3ff0_0000_0000_0000n - root)));
    const biased = bits.or(i64.shrUnsigned(t, 52), f64.of(2 ** 52));
    const m = i64.add(bits.and(t, i64.of(0x000f_ffff_ffff_ffffn)), i64.of(root));
    return [f64.sub(biased, f64.of(2 ** 52 + 1023)), m];
  },
};

/** c + a b, and c - a b: in one instruction where there is one. */
const more =
  (f: Floats, c: Value, a: Value, b: Value): Value =>
  (code) =>
    (code.fused ? f.fused(a, b, c) : f.add(c, f.mul(a, b)))(code);
const less =
  (f: Floats, c: Value, a: Value, b: Value): Value =>
  (code) =>
    (code.fused ? f.fusedAway(a, b, c) : f.sub(c, f.mul(a, b)))(code);

/** A polynomial, the constant first, in pairs, so that little waits for what comes before. */
function polynomial(code: Code, f: Floats, x: Value, coefficients: readonly number[]): Value {
  let terms = coefficients.map((c) => f.of(c));
  for (let power = x; terms.length > 1; power = code.keep(f.mul(power, power))) {
    const next: Value[] = [];
    for (let i = 0; i < terms.length; i += 2) {
      const [low, high] = [terms[i]!, terms[i + 1]];
      next.push(high === undefined ? low : more(f, low, high, power));
    }
    terms = next;
    if (terms.length === 1) break;
  }
  return terms[0]!;
}

/** The size of `x` with the sign of `y`. */
const withSign = (x: Value, y: Value, { sign }: Kind): Value => bits.select(y, x, sign);

/** Whether some lane fails a condition that holds for others. */
const anyNot = (condition: Value): Value => bits.any(bits.not(condition));

const between = ({ f }: Kind, x: Value, low: number, high: number): Value =>
  bits.and(f.ge(x, f.of(low)), f.le(x, f.of(high)));

/** x as n ln 2 + r: the whole number n, and exp(r) - 1; `careful` with what r lost in rounding. */
function reduceExp(code: Code, kind: Kind, x: Value, careful: boolean): [n: Value, rest: Value] {
  const { f, magic, ln2, exp, whole } = kind;
  const t = code.keep(f.add(f.mul(x, f.of(Math.LOG2E)), f.of(magic)));
  const n = code.keep(f.sub(t, f.of(magic)));
  const high = code.keep(less(f, x, n, f.of(ln2[0])));
  const r = code.keep(less(f, high, n, f.of(ln2[1])));
  const square = code.keep(f.mul(r, r));
  const curve = polynomial(code, f, r, exp);
  const lost = less(f, f.sub(high, r), n, f.of(ln2[1]));
  const rest = careful ? f.add(r, more(f, lost, square, curve)) : more(f, r, square, curve);
  return [code.keep(whole(t)), rest];
}

/** Two factors make the result, so that it may be subnormal or infinite. */
function exp(code: Code, kind: Kind, input: Value): Value {
  const { f, expRange, half, powerOfTwo } = kind;
  // A NaN is neither less nor greater, and stays.
  const x = code.keep(f.pmin(f.pmax(input, f.of(expRange[0])), f.of(expRange[1])));
  const [n, rest] = reduceExp(code, kind, x, false);
  const first = code.keep(half(n));
  const second = powerOfTwo(i32.sub(n, first));
  return f.mul(f.mul(f.add(f.of(1), rest), powerOfTwo(first)), second);
}

/** exp(x) - 1 where neither overflows. */
function expm1(code: Code, kind: Kind, x: Value): Value {
  const { f, powerOfTwo } = kind;
  const [n, rest] = reduceExp(code, kind, x, true);
  const scale = code.keep(powerOfTwo(n));
  return f.add(f.mul(scale, rest), f.sub(scale, f.of(1)));
}

/**
 * tanh(x) = t / (t + 2), where t = exp(2 |x|) - 1. What the sum loses is made good in the quotient
 * q, with 1 / (t + 2) = (1 - q) / 2.
 */
function tanh(code: Code, kind: Kind, x: Value): Value {
  const { f, tanhEnd } = kind;
  const size = f.abs(x);
  const twice = code.keep(f.pmin(f.add(size, size), f.of(tanhEnd)));
  const t = code.keep(expm1(code, kind, twice));
  const sum = code.keep(f.add(t, f.of(2)));
  const q = code.keep(f.div(t, sum));
  const part = code.keep(f.sub(sum, f.of(2)));
  const lost = f.add(f.sub(t, part), f.sub(f.of(2), f.sub(sum, part)));
  const factor = f.mul(lost, f.sub(f.of(0.5), f.mul(q, f.of(0.5))));
  return withSign(f.sub(q, f.mul(q, factor)), x, kind);
}

/** log(x) + `extra`, of a normal number; `extra` is much smaller. */
function log(code: Code, kind: Kind, x: Value, extra?: Value): Value {
  const { f, ln2, split } = kind;
  const [exponent, m] = split(code, x);
  const k = code.keep(exponent);
  const rest = code.keep(f.sub(m, f.of(1)));
  const s = code.keep(f.div(rest, f.add(rest, f.of(2))));
  const z = code.keep(f.mul(s, s));
  const half = code.keep(f.mul(f.mul(rest, rest), f.of(0.5)));
  const tail = more(f, half, z, polynomial(code, f, z, kind.log));
  const low = f.mul(k, f.of(ln2[1]));
  const inner = more(f, extra === undefined ? low : f.add(low, extra), s, tail);
  return more(f, f.sub(rest, f.sub(half, inner)), k, f.of(ln2[0]));
}

/** log(1 + x): the logarithm of the sum, and what its rounding lost. */
function log1p(code: Code, kind: Kind, x: Value): Value {
  const { f } = kind;
  const sum = code.keep(f.add(x, f.of(1)));
  const part = code.keep(f.sub(sum, f.of(1)));
  const lost = f.add(f.sub(f.of(1), f.sub(sum, part)), f.sub(x, part));
  return withSign(log(code, kind, sum, code.keep(f.div(lost, sum))), x, kind);
}

/**
 * log(1 + x) for x from 0 to 1: x - s (x - s² ...), where s = x / (2 + x). Far below 1 it is x, and
 * powers of what is less would be subnormal, which takes long.
 */
function unitLog1p(code: Code, { f, unitLog, flat }: Kind, x: Value): Value {
  const size = code.keep(f.pmax(x, f.of(flat)));
  const s = code.keep(f.div(size, f.add(size, f.of(2))));
  const z = code.keep(f.mul(s, s));
  const bend = f.mul(s, less(f, size, z, polynomial(code, f, z, unitLog)));
  return f.sub(x, bits.and(bend, f.gt(x, f.of(flat))));
}

/** π / 2 in parts, of which the first two have 33 bits. */
const halfPi = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;
/** Up to here multiples of the first two parts are exact. */
const FAR = 1e6;

/** x = n π/2 + r: the number whose lowest bits are n, r, and what r lost in rounding. */
function reduceAngle(code: Code, x: Value): [t: Value, r: Value, lost: Value] {
  const magic = f64.of(double.magic);
  const t = code.keep(f64.add(f64.mul(x, f64.of(2 / Math.PI)), magic));
  const n = code.keep(f64.sub(t, magic));
  const [first, second, third] = halfPi.map((part) => f64.mul(n, f64.of(part)));
  const a = code.keep(f64.sub(x, first!));
  const b = code.keep(f64.sub(a, second!));
  const r = code.keep(f64.sub(b, third!));
  const lost = f64.add(f64.sub(f64.sub(a, b), second!), f64.sub(f64.sub(b, r), third!));
  return [t, r, lost];
}

/** Sine and cosine of r + `lost`, up to π / 4. */
function aroundZero(
  code: Code,
  { f, circle }: Kind,
  r: Value,
  lost: Value | null,
): [sin: Value, cos: Value] {
  const z = code.keep(f.mul(r, r));
  const bend = f.mul(f.mul(r, z), polynomial(code, f, z, circle.sin));
  const sin = f.add(r, lost === null ? bend : f.add(bend, lost));
  const half = f.sub(f.of(1), f.mul(z, f.of(0.5)));
  const curve = f.mul(f.mul(z, z), polynomial(code, f, z, circle.cos));
  return [sin, f.add(half, lost === null ? curve : f.sub(curve, f.mul(r, lost)))];
}

/** sin, or with `quarter` 1 cos, of x in float64. The sine of |x| gets the sign of x. */
function circular64(code: Code, x: Value, quarter: 0 | 1): Value {
  const [t, r, lost] = reduceAngle(code, f64.abs(x));
  const [sin, cos] = aroundZero(code, double, r, code.keep(lost));
  const one = i64.of(1n);
  const isOdd = i64.eq(bits.and(t, one), one);
  const turn = quarter === 0 ? t : i64.add(t, one);
  const sign = i64.shl(bits.and(turn, i64.of(2n)), 62);
  const value = quarter === 0 ? bits.select(cos, sin, isOdd) : bits.select(sin, cos, isOdd);
  return bits.xor(value, quarter === 0 ? bits.xor(sign, bits.and(x, double.sign)) : sign);
}

/** The same in float32; the angle is reduced in float64, in which it is exact enough. */
function circular32(code: Code, x: Value, quarter: 0 | 1): Value {
  const size = code.keep(f32.abs(x));
  const low = reduceAngle(code, code.keep(convert.promoteLow(size)));
  const high = reduceAngle(code, code.keep(convert.promoteLow(upper(size))));
  const r = code.keep(halves(convert.demote(low[1]), convert.demote(high[1])));
  const t = code.keep(shuffle(low[0], high[0], 4, [0, 2, 4, 6]));
  const [sin, cos] = aroundZero(code, single, r, null);
  const isOdd = i32.shr(i32.shl(t, 31), 31);
  const turn = quarter === 0 ? t : i32.add(t, i32.of(1));
  const sign = i32.shl(bits.and(turn, i32.of(2)), 30);
  const value = quarter === 0 ? bits.select(cos, sin, isOdd) : bits.select(sin, cos, isOdd);
  return bits.xor(value, quarter === 0 ? bits.xor(sign, bits.and(x, single.sign)) : sign);
}

/** A function with its range, in both float types; the other lanes are left to JavaScript. */
function ranged(
  compute: (code: Code, kind: Kind, x: Value) => Value,
  isInside: (kind: Kind, x: Value) => Value,
): { f32: Routine; f64: Routine } {
  const routine =
    (kind: Kind): Routine =>
    (code, [x], slow) =>
      code.choose(anyNot(isInside(kind, x!)), slow, () => compute(code, kind, x!));
  return { f32: routine(single), f64: routine(double) };
}

const circular = (quarter: 0 | 1): { f32: Routine; f64: Routine } =>
  ranged(
    (code, { f }, x) => (f === f32 ? circular32 : circular64)(code, x, quarter),
    ({ f }, x) => f.le(f.abs(x), f.of(FAR)),
  );

/** A float32 function computed in float64, half a vector at a time. */
function wide(
  code: Code,
  inputs: readonly Value[],
  compute: (inputs: readonly Value[]) => Value,
): Value {
  const low = compute(inputs.map((x) => code.keep(convert.promoteLow(x))));
  const high = compute(inputs.map((x) => code.keep(convert.promoteLow(upper(x)))));
  return halves(convert.demote(low), convert.demote(high));
}

const isPositive = ({ f, least, greatest }: Kind, x: Value): Value =>
  bits.and(f.ge(x, f.of(least)), f.le(x, f.of(greatest)));

/** A multiple of the logarithm in float32. */
const logarithm =
  (factor: number): Routine =>
  (code, [x], slow) =>
    code.choose(anyNot(isPositive(single, x!)), slow, () =>
      wide(code, [x!], ([wider]) => f64.mul(log(code, double, wider!), f64.of(factor))),
    );

/** erf(x) / x of x² as a quotient, up to x = 3.95, from where on it rounds to 1; error 2^-25. */
const errorFunction = {
  above: [
    1.1283791438383, 0.19153654119896, 0.052873846621364, 0.0038076226131603, 0.00028468470958727,
    2.0261396073158e-6,
  ],
  below: [
    1, 0.50307751786512, 0.11455412988517, 0.015054015280167, 0.0011706112916171,
    3.7834027573759e-5,
  ],
};

/** In float64, for float32 results. */
function erf(code: Code, x: Value): Value {
  const size = code.keep(f64.pmin(f64.abs(x), f64.of(3.95)));
  const z = code.keep(f64.mul(size, size));
  const above = polynomial(code, f64, z, errorFunction.above);
  const below = polynomial(code, f64, z, errorFunction.below);
  return withSign(f64.div(f64.mul(size, above), below), x, double);
}

/** |x|^y = exp(y log|x|) in float64; negative where x is and y is odd. */
const pow32: Routine = (code, inputs, slow) => {
  const [x, y] = inputs as [Value, Value];
  const size = code.keep(f32.abs(x));
  const isWhole = f32.eq(y, f32.trunc(y));
  const inside = bits.and(isPositive(single, size), f32.le(f32.abs(y), f32.of(single.greatest)));
  const defined = bits.or(isWhole, f32.gt(x, f32.of(0)));
  return code.choose(anyNot(bits.and(inside, defined)), slow, () => {
    const value = wide(code, [size, y], ([base, exponent]) =>
      exp(code, double, f64.mul(exponent!, log(code, double, base!))),
    );
    const half = code.keep(f32.mul(y, f32.of(0.5)));
    const isOdd = f32.ne(half, f32.trunc(half));
    return bits.xor(value, bits.and(bits.and(x, isOdd), single.sign));
  });
};

/** Squares are what powers are mostly asked for. */
const square =
  (f: Floats, otherwise: Routine): Routine =>
  (code, inputs, slow) => {
    const [x, y] = inputs as [Value, Value];
    const general = (): Value => otherwise(code, inputs, slow);
    return code.choose(bits.any(f.ne(y, f.of(2))), general, () => f.mul(x, x));
  };

type Routines = Partial<Record<ScalarOp, { f32?: Routine; f64?: Routine }>>;

/** For arguments that are known to lie from 0 to 1. */
export const unitRoutines: Routines = {
  log1p: {
    f32: (code, [x]) => unitLog1p(code, single, x!),
    f64: (code, [x]) => unitLog1p(code, double, x!),
  },
};

export const routines: Routines = {
  exp: {
    f32: (code, [x]) => exp(code, single, x!),
    f64: (code, [x]) => exp(code, double, x!),
  },
  tanh: {
    f32: (code, [x]) => tanh(code, single, x!),
    f64: (code, [x]) => tanh(code, double, x!),
  },
  expm1: ranged(
    (code, kind, x) => withSign(expm1(code, kind, x), x, kind),
    (kind, x) => between(kind, x, kind.expRange[0] / 2, kind.expRange[1] - 2),
  ),
  log: ranged(log, isPositive),
  log1p: ranged(log1p, (kind, x) => between(kind, x, -1 + 2 ** -20, kind.greatest / 2)),
  log2: { f32: logarithm(Math.LOG2E) },
  log10: { f32: logarithm(Math.LOG10E) },
  sin: circular(0),
  cos: circular(1),
  erf: { f32: (code, inputs) => wide(code, inputs, ([x]) => erf(code, x!)) },
  pow: { f32: square(f32, pow32), f64: square(f64, (_code, _inputs, slow) => slow()) },
};
