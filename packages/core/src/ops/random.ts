/**
 * Random numbers, the same on every machine for the same seed: the generator counts instead of
 * remembering, and only arithmetic that IEEE 754 fixes to the last bit is used (no Math.log, no
 * Math.cos, which differ between engines). Each element takes one number of the counter, so a
 * float32 and a float64 tensor from one seed agree.
 */
import { ArgumentError } from "../errors.js";
import { hostStep, refuseCompile } from "../graph/capture.js";
import type { DType, TypedArray } from "../graph/dtype.js";
import { mode } from "../graph/mode.js";
import type { Creation } from "../graph/shape-types.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { create, readCreateOptions } from "./create.js";
import type { CreateOptions } from "./create.js";

/** Where the random numbers stand: the seed, and how many were drawn since. */
export interface RngState {
  readonly seed: number;
  readonly counter: number;
}

const state = { seed: 0, counter: 0 };

/**
 * Starts the random numbers anew: after the same seed come the same numbers. The seed is an integer
 * from 0 to 2^53 - 1.
 * @example
 * manualSeed(1);
 * const first = rand([2]);
 * manualSeed(1);
 * rand([2]).sub(first) // tensor([0., 0.])
 */
export function manualSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ArgumentError(
      `manualSeed: ${String(seed)} is no seed; use an integer from 0 to 2^53 - 1, for example ` +
        "manualSeed(42).",
    );
  }
  setState({ seed, counter: 0 });
}

const setState = (next: RngState): void => hostStep(() => Object.assign(state, next));

/**
 * Where the random numbers stand, to go on from later with setRngState().
 * @example
 * const state = getRngState();
 * const first = rand([2]);
 * setRngState(state);
 * rand([2]).sub(first) // tensor([0., 0.])
 */
export const getRngState = (): RngState => {
  refuseCompile("getRngState", "what it gives would be that of one call; call it outside");
  return { ...state };
};

/**
 * Lets the random numbers go on from where they stood at getRngState().
 * @example
 * const state = getRngState();
 * setRngState(state);
 * getRngState().counter === state.counter // true
 */
export function setRngState({ seed, counter }: RngState): void {
  manualSeed(seed);
  setState({ seed, counter });
}

/** A function that runs others with the random numbers as they are now, every time. */
export function withRandomState(): <T>(run: () => T) => T {
  const [then, now] = [{ ...state }, { ...state }];
  const keep = (where: object): void => hostStep(() => Object.assign(where, state));
  keep(then);
  let first = true;
  return (run) => {
    if (first) {
      first = false;
      return run();
    }
    keep(now);
    setState(then);
    try {
      return run();
    } finally {
      setState(now);
    }
  };
}

/** What an element is, given two random words. */
export type Draw = (high: number, low: number) => number;

/** Fills an array: every element takes the next number of the counter. */
export function fillRandom(buffer: TypedArray, element: Draw): void {
  mode.capture?.drew();
  for (let i = 0; i < buffer.length; i++) {
    const [high, low] = threefry(state.counter++, state.seed);
    buffer[i] = element(high, low);
  }
}

/** A new tensor filled with fractions. */
function draw(name: string, shape: Shape, options: CreateOptions, element: Draw): Tensor {
  readCreateOptions(name, options);
  if (options.dtype === "int32" || options.dtype === "bool") {
    throw new ArgumentError(
      `${name}: ${options.dtype} has no ${name}; its numbers lie between integers. Use "float32" ` +
        `or "float64".`,
    );
  }
  return create(name, shape, options, (buffer) => fillRandom(buffer, element));
}

const LOW = 2 ** 32;

/**
 * The counter-based generator Threefry-2x32 with 20 rounds: two random 32-bit words for a counter
 * and a key. Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3"
 * (2011); tested against the known answers published with it.
 */
export function threefry(counter: number, key: number): [number, number] {
  const k0 = key | 0;
  const k1 = (key / LOW) | 0;
  const keys = [k0, k1, 0x1bd11bda ^ k0 ^ k1];
  let x = ((counter | 0) + k0) | 0;
  let y = (((counter / LOW) | 0) + k1) | 0;
  for (let group = 0; group < 5; group++) {
    for (let i = 0; i < 4; i++) {
      const turn = rotations[(group % 2) * 4 + i]!;
      x = (x + y) | 0;
      y = ((y << turn) | (y >>> (32 - turn))) ^ x;
    }
    x = (x + keys[(group + 1) % 3]!) | 0;
    y = (y + keys[(group + 2) % 3]! + group + 1) | 0;
  }
  return [x >>> 0, y >>> 0];
}

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];

/** 53 random bits as a fraction of 2^53. */
export const fraction = (high: number, low: number): number =>
  ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;

/** 52 random bits as the middle of one of 2^52 parts of (0, 1): never 0, never 1. */
export const between = (high: number, low: number): number =>
  ((high >>> 6) * 2 ** 26 + (low >>> 6) + 0.5) / 2 ** 52;

/** A number from 0 up to 1 with as many random bits as a type has digits. */
export const uniform = (dtype: DType): Draw =>
  dtype === "float64" ? fraction : (high) => (high >>> 8) / 2 ** 24;

/**
 * Random numbers from 0 up to, not including, 1, all equally likely.
 * @example
 * manualSeed(0);
 * rand([2, 3]).shape // [ 2, 3 ]
 */
export const rand: Creation = (shape: Shape, options: CreateOptions = {}): Tensor =>
  draw("rand", shape, options, uniform(options?.dtype ?? "float32"));

/**
 * Random numbers from the normal distribution with mean 0 and standard deviation 1.
 * @example
 * manualSeed(0);
 * randn([1000]).mean().abs().item() < 0.1 // true
 */
export const randn: Creation = (shape: Shape, options: CreateOptions = {}): Tensor =>
  draw("randn", shape, options, (high, low) => normalQuantile(between(high, low)));

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

/**
 * The number below which a share `p` of the normal distribution lies, to about 16 digits, for 0 < p
 * < 1. Source: Wichura, "Algorithm AS 241: The percentage points of the normal distribution"
 * (1988), PPND16.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(central[0], r)) / polynomial(central[1], r);
  }
  const r = Math.sqrt(-exactLog(q < 0 ? p : 1 - p));
  const [above, below] = r <= 5 ? near : far;
  const t = r <= 5 ? r - 1.6 : r - 5;
  const value = polynomial(above, t) / polynomial(below, t);
  return q < 0 ? -value : value;
}

/**
 * The natural logarithm of 0 < x <= 1 with no function that engines may round differently:
 * log(m·2^e) by a series.
 */
export function exactLog(x: number): number {
  let exponent = 0;
  let mantissa = x;
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent--;
  }
  const z = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  for (let power = 21; power >= 1; power -= 2) sum = sum * z * z + 1 / power;
  return 2 * z * sum + exponent * Math.LN2;
}

type Rational = readonly [above: readonly number[], below: readonly number[]];

const central: Rational = [
  [
    3.387132872796366608, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
    4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4,
    2.5090809287301226727e3,
  ],
  [
    1, 4.2313330701600911252e1, 6.871870074920579083e2, 5.3941960214247511077e3,
    2.1213794301586595867e4, 3.930789580009271061e4, 2.8729085735721942674e4,
    5.226495278852854561e3,
  ],
];
const near: Rational = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 2.4178072517745061177e-1, 2.27238449892691845833e-2,
    7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 6.8976733498510000455e-1,
    1.4810397642748007459e-1, 1.51986665636164571966e-2, 5.475938084995344946e-4,
    1.05075007164441684324e-9,
  ],
];
const far: Rational = [
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 2.9656057182850489123e-1,
    2.6532189526576123093e-2, 1.2426609473880784386e-3, 2.71155556874348757815e-5,
    2.01033439929228813265e-7,
  ],
  [
    1, 5.9983220655588793769e-1, 1.3692988092273580531e-1, 1.48753612908506148525e-2,
    7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7,
    2.04426310338993978564e-15,
  ],
];
