/**
 * The error function and its complement, which JavaScript lacks: the rational approximations of
 * FreeBSD's msun, right to the last digit or the one before. Not here: the loops that call them
 * (loops.ts).
 */

/** Coefficients from the highest power down to the constant. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let y = 0;
  for (let i = 0; i < coefficients.length; i++) y = y * x + coefficients[i]!;
  return y;
}

/** A rational function on one piece of the line. */
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
