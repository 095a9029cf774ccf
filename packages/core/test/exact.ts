// Functions of mathematics in fixed-point arithmetic of hundreds of bits, by their series: what
// floating-point results are measured against. Slow and plain. Not a test.

/** A number as `digits` / 2^`scale`, with far more digits than a float has. */
export interface Exact {
  readonly digits: bigint;
  readonly scale: number;
}

const view = new DataView(new ArrayBuffer(8));

/** A float as a whole number and the power of two that it is multiplied by. */
function take(x: number): [whole: bigint, power: number] {
  view.setFloat64(0, x);
  const all = view.getBigUint64(0);
  const biased = Number((all >> 52n) & 2047n);
  const fraction = all & (2n ** 52n - 1n);
  const whole = biased === 0 ? fraction : fraction | (2n ** 52n);
  return [x < 0 ? -whole : whole, Math.max(biased, 1) - 1075];
}

const shift = (x: bigint, by: number): bigint => (by >= 0 ? x << BigInt(by) : x >> BigInt(-by));

/** Bits behind the point: enough for numbers as small as x, and for what cancels. */
const precision = (x: number): number =>
  320 + Math.max(0, -Math.floor(Math.log2(Math.abs(x) || 1)));

const fixed = (x: number, bits: number): bigint => {
  const [whole, power] = take(x);
  return shift(whole, power + bits);
};

function memo(compute: (bits: number) => bigint): (bits: number) => bigint {
  const known = new Map<number, bigint>();
  return (bits) => {
    let value = known.get(bits);
    if (value === undefined) known.set(bits, (value = compute(bits)));
    return value;
  };
}

/** The sum of s^(2k+1) / (2k+1), with alternating signs for the arc tangent. */
function arc(s: bigint, bits: number, isAlternating: boolean): bigint {
  const square = (s * s) >> BigInt(bits);
  let [power, sum] = [s, 0n];
  for (let k = 0n; power !== 0n && power !== -1n; k++) {
    const term = power / (2n * k + 1n);
    sum += isAlternating && k % 2n === 1n ? -term : term;
    power = (power * square) >> BigInt(bits);
  }
  return sum;
}

const ln2 = memo((bits) => 2n * arc(2n ** BigInt(bits) / 3n, bits, false));
const pi = memo((bits) => {
  const one = 2n ** BigInt(bits);
  return 16n * arc(one / 5n, bits, true) - 4n * arc(one / 239n, bits, true);
});

/** exp of a fixed-point number. */
function expOf(x: bigint, bits: number): Exact {
  const k = x / ln2(bits);
  const one = 2n ** BigInt(bits);
  const r = (x - k * ln2(bits)) >> 8n;
  let [term, sum] = [one, one];
  for (let i = 1n; term !== 0n && term !== -1n; i++) {
    term = ((term * r) >> BigInt(bits)) / i;
    sum += term;
  }
  for (let i = 0; i < 8; i++) sum = (sum * sum) >> BigInt(bits);
  return { digits: sum, scale: bits - Number(k) };
}

/** log of digits / 2^scale. */
function logOf({ digits, scale }: Exact, bits: number): bigint {
  const size = digits.toString(2).length;
  let k = size - scale;
  let m = shift(digits, bits - size);
  if (m * 10n < 7n * 2n ** BigInt(bits)) {
    m *= 2n;
    k -= 1;
  }
  const one = 2n ** BigInt(bits);
  const s = ((m - one) << BigInt(bits)) / (m + one);
  return 2n * arc(s, bits, false) + BigInt(k) * ln2(bits);
}

/** The sine of an angle, from a quarter turn on if `quarter` is 1. */
function circular(x: number, quarter: bigint): Exact {
  const bits = precision(x) + 100;
  const angle = fixed(x, bits);
  const right = pi(bits) / 2n;
  const n = (2n * angle + right) / (2n * right) - (angle < 0n ? 1n : 0n);
  const r = angle - n * right;
  const turn = (((n + quarter) % 4n) + 4n) % 4n;
  const one = 2n ** BigInt(bits);
  let term = turn % 2n === 0n ? r : one;
  let sum = 0n;
  for (let i = turn % 2n === 0n ? 1n : 0n; term !== 0n && term !== -1n; i += 2n) {
    sum += term;
    term = -((((term * r) >> BigInt(bits)) * r) >> BigInt(bits)) / ((i + 1n) * (i + 2n));
  }
  return { digits: turn >= 2n ? -sum : sum, scale: bits };
}

const one = (bits: number): bigint => 2n ** BigInt(bits);

/** The true values, for arguments at which they are finite and not 0. */
export const exact = {
  exp: (x: number): Exact => expOf(fixed(x, precision(x)), precision(x)),
  expm1: (x: number): Exact => {
    const bits = precision(x) * 2;
    const { digits, scale } = expOf(fixed(x, bits), bits);
    return { digits: shift(digits, bits - scale) - one(bits), scale: bits };
  },
  log: (x: number): Exact => {
    const [whole, power] = take(x);
    return { digits: logOf({ digits: whole, scale: -power }, 400), scale: 400 };
  },
  log1p: (x: number): Exact => {
    const bits = precision(x) + 80;
    const digits = fixed(x, bits) + one(bits);
    return { digits: logOf({ digits, scale: bits }, bits), scale: bits };
  },
  sin: (x: number): Exact => circular(x, 0n),
  cos: (x: number): Exact => circular(x, 1n),
  tanh: (x: number): Exact => {
    const bits = precision(x) * 2;
    const { digits, scale } = expOf(2n * fixed(x, bits), bits);
    const power = shift(digits, bits - scale);
    const quotient = ((power - one(bits)) << BigInt(bits)) / (power + one(bits));
    return { digits: quotient, scale: bits };
  },
  erf: (x: number): Exact => {
    const bits = precision(x) + 200;
    const z = fixed(x, bits);
    let [power, sum] = [z, 0n];
    for (let k = 0n; power !== 0n && power !== -1n;) {
      sum += power / (2n * k + 1n);
      k += 1n;
      power = -((((power * z) >> BigInt(bits)) * z) >> BigInt(bits)) / k;
    }
    // Times 2 / √π.
    const root = squareRoot(pi(bits) << BigInt(bits));
    return { digits: ((2n * sum) << BigInt(bits)) / root, scale: bits };
  },
  pow: (x: number, y: number): Exact => {
    const [whole, power] = take(Math.abs(x));
    const logarithm = logOf({ digits: whole, scale: -power }, 400);
    const { digits, scale } = expOf((logarithm * fixed(y, 400)) >> 400n, 400);
    return { digits: x < 0 && Math.abs(y % 2) === 1 ? -digits : digits, scale };
  },
};

function squareRoot(x: bigint): bigint {
  let guess = 1n << BigInt(Math.ceil(x.toString(2).length / 2));
  for (;;) {
    const next = (guess + x / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** How far `found` is from the true value, in units of the last place of a float type. */
export function ulps(found: number, { digits, scale }: Exact, type: "float32" | "float64"): number {
  const [most, least] = type === "float32" ? [24, -149] : [53, -1074];
  const size = (digits < 0n ? -digits : digits).toString(2).length - scale;
  const unit = Math.max(size - most, least);
  const largest = type === "float32" ? 2 ** 128 - 2 ** 104 : Number.MAX_VALUE;
  // What rounds to infinity is right as infinity, or as one unit less.
  const value = Number.isFinite(found) ? found : Math.sign(found) * largest;
  const [whole, power] = take(value);
  const common = Math.max(scale, -power, 0);
  const difference = shift(digits, common - scale) - shift(whole, common + power);
  if (!Number.isFinite(found) && size > (type === "float32" ? 128 : 1024)) return 0;
  return Math.abs(Number(shift(difference, 20 - unit - common)) / 2 ** 20);
}
