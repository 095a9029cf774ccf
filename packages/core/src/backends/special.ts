/**
 * Functions that JavaScript lacks, right to the last digit or one of the few before: the error
 * function, its complement and its inverse; the logarithm of the gamma function and its
 * derivatives. Not here: the loops that call them (loops.ts).
 */

/** Coefficients from the highest power down to the constant. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let y = 0;
  for (let i = 0; i < coefficients.length; i++) y = y * x + coefficients[i]!;
  return y;
}

/** A rational function on one piece of the line; the error function is FreeBSD's, from msun. */
interface Piece {
  readonly above: readonly number[];
  readonly below: readonly number[];
}

/** erf(x) / x - 1, of x², up to |x| = 0.84375. */
const center: Piece = {
  above: [
    -2.37630166566501626084e-5, -5.77027029648944159157e-3, -2.84817495755985104766e-2,
    -3.2504210724700149937e-1, 1.28379167095512558561e-1,
  ],
  below: [
    -3.9602282787753681232e-6, 1.32494738004321644526e-4, 5.08130628187576562776e-3,
    6.50222499887672944485e-2, 3.97917223959155352819e-1, 1,
  ],
};
/** erf(x) - `nearOne`, of |x| - 1, up to |x| = 1.25. */
const shoulder: Piece = {
  above: [
    -2.166375594868790843e-3, 3.54783043256182359371e-2, -1.10894694282396677476e-1,
    3.18346619901161753674e-1, -3.72207876035701323847e-1, 4.14856118683748331666e-1,
    -2.36211856075265944077e-3,
  ],
  below: [
    1.1984499846799107417e-2, 1.36370839120290507362e-2, 1.26171219808761642112e-1,
    7.18286544141962662868e-2, 5.40397917702171048937e-1, 1.06420880400844228286e-1, 1,
  ],
};
const nearOne = 8.45062911510467529297e-1;
/** log(x erfc(x)) + x² + 0.5625, of 1 / x², up to x = 1 / 0.35. */
const slope: Piece = {
  above: [
    -9.81432934416914548592, -8.12874355063065934246e1, -1.84605092906711035994e2,
    -1.62396669462573470355e2, -6.23753324503260060396e1, -1.05586262253232909814e1,
    -6.93858572707181764372e-1, -9.86494403484714822705e-3,
  ],
  below: [
    -6.04244152148580987438e-2, 6.57024977031928170135, 1.08635005541779435134e2,
    4.29008140027567833386e2, 6.45387271733267880336e2, 4.34565877475229228821e2,
    1.376577541435190426e2, 1.96512716674392571292e1, 1,
  ],
};
/** The same up to x = 28. */
const tail: Piece = {
  above: [
    -4.83519191608651397019e2, -1.02509513161107724954e3, -6.37566443368389627722e2,
    -1.60636384855821916062e2, -1.77579549177547519889e1, -7.99283237680523006574e-1,
    -9.86494292470009928597e-3,
  ],
  below: [
    -2.24409524465858183362e1, 4.74528541206955367215e2, 2.55305040643316442583e3,
    3.19985821950859553908e3, 1.53672958608443695994e3, 3.25792512996573918826e2,
    3.03380607434824582924e1, 1,
  ],
};

const ratio = (x: number, { above, below }: Piece): number =>
  polynomial(x, above) / polynomial(x, below);

/** erfc of x above 1.25. */
function complement(x: number): number {
  if (x > 28) return 0;
  // exp(-x²) as a product: z has few enough digits for z² to be exact.
  const z = Math.fround(x);
  const power = ratio(1 / (x * x), x < 1 / 0.35 ? slope : tail);
  return (Math.exp(-z * z - 0.5625) * Math.exp((z - x) * (z + x) + power)) / x;
}

export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 0.84375) return x + x * ratio(x * x, center);
  if (size < 1.25) return Math.sign(x) * (nearOne + ratio(size - 1, shoulder));
  return Math.sign(x) * (1 - complement(size));
}

export function erfc(x: number): number {
  const size = Math.abs(x);
  if (size < 0.25) return 1 - (x + x * ratio(x * x, center));
  if (size < 0.84375) return 0.5 - (x - 0.5 + x * ratio(x * x, center));
  if (size >= 1.25) return x < 0 ? 2 - complement(size) : complement(size);
  const part = ratio(size - 1, shoulder);
  return x < 0 ? 1 + nearOne + part : 1 - nearOne - part;
}

/**
 * The inverse of erf, from a first guess by Halley's method, which triples the right digits. The
 * guess: Winitzki, "A handy approximation for the error function and its inverse" (2008).
 */
export function erfinv(y: number): number {
  const size = Math.abs(y);
  if (!(size < 1)) return size === 1 ? y * Infinity : NaN;
  const log = Math.log1p(-size * size) / 0.147;
  const half = 2 / (Math.PI * 0.147) + (log * 0.147) / 2;
  let x = Math.sqrt(-log / (Math.sqrt(half * half - log) + half));
  for (let round = 0; round < 2; round++) {
    // Near 1 what is missing is what counts.
    const error = size < 0.5 ? erf(x) - size : 1 - size - erfc(x);
    const step = (error * Math.sqrt(Math.PI) * Math.exp(x * x)) / 2;
    x -= step / (1 + x * step);
  }
  return y < 0 ? -x : x;
}

/** The Bernoulli numbers B2, B4, ... */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];

/** From here on the asymptotic series below are exact. */
const FAR = 10;

/**
 * Hurwitz's zeta function, the sum of (x + k)^-s over k = 0, 1, 2... for a whole s > 1, by the
 * formula of Euler and Maclaurin (DLMF 25.11.28). Infinite at its poles.
 */
function zeta(s: number, x: number): number {
  if (x <= 0) {
    if (x === Math.floor(x)) return x === -Infinity ? NaN : Infinity;
    if (x > -1) return x ** -s + zeta(s, x + 1);
    // The terms below 0 are those of two more sums, with a sign.
    const part = x - Math.floor(x);
    const below = zeta(s, 1 - part) - zeta(s, 1 - x);
    return zeta(s, part) + (s % 2 === 0 ? below : -below);
  }
  let [sum, at] = [0, x];
  for (; at < FAR + s; at++) sum += at ** -s;
  let term = (s * at ** (-s - 1)) / 2;
  sum += at ** (1 - s) / (s - 1) + at ** -s / 2;
  for (let j = 0; j < bernoulli.length; j++) {
    sum += bernoulli[j]! * term;
    const order = s + 2 * j;
    term *= ((order + 1) * (order + 2)) / ((2 * j + 3) * (2 * j + 4) * at * at);
  }
  return sum;
}

/** log Γ(2 + z) = (1 - γ) z + Σ (-1)^k (ζ(k) - 1) z^k / k, for |z| up to 1/2 (DLMF 5.7.3). */
const nearTwo = [0, 0.42278433509846713];
for (let k = 2; k < 32; k++) nearTwo.push(((k % 2 === 0 ? 1 : -1) * zeta(k, 2)) / k);
nearTwo.reverse();

/** The logarithm of the size of the gamma function. */
export function lgamma(x: number): number {
  if (x < -0.5) {
    if (x === Math.floor(x)) return Infinity;
    // Γ(x) Γ(-x) = -π / (x sin πx)
    const sine = Math.abs(Math.sin(Math.PI * (x - Math.round(x))));
    return Math.log(Math.PI / -x) - Math.log(sine) - lgamma(-x);
  }
  if (x < 0.5) return polynomial(x, nearTwo) - Math.log1p(x) - Math.log(Math.abs(x));
  if (x < 1.5) return polynomial(x - 1, nearTwo) - Math.log1p(x - 1);
  if (x < FAR) {
    let [rest, product] = [x, 1];
    while (rest >= 2.5) product *= --rest;
    return Math.log(product) + polynomial(rest - 2, nearTwo);
  }
  // Stirling's series (DLMF 5.11.1).
  let sum = (x - 0.5) * (Math.log(x) - 1) + (Math.log(2 * Math.PI) - 1) / 2;
  for (let j = 0, power = x; j < bernoulli.length; j++, power *= x * x) {
    sum += bernoulli[j]! / ((2 * j + 2) * (2 * j + 1) * power);
  }
  return sum;
}

/** The derivative of log Γ, and its own of order `n`. */
export function polygamma(n: number, x: number): number {
  if (n > 0) return (n % 2 === 0 ? -1 : 1) * Math.exp(lgamma(n + 1)) * zeta(n + 1, x);
  if (x === 0) return -1 / x;
  if (x < 0) {
    if (x === Math.floor(x)) return NaN;
    return polygamma(0, 1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.round(x)));
  }
  let [sum, at] = [0, x];
  for (; at < FAR; at++) sum -= 1 / at;
  sum += Math.log(at) - 1 / (2 * at);
  for (let j = 0, power = at * at; j < bernoulli.length; j++, power *= at * at) {
    sum -= bernoulli[j]! / ((2 * j + 2) * power);
  }
  return sum;
}
