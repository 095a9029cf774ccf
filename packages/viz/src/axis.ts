/**
 * Where an axis begins and ends, where its ticks stand and how their numbers are written.
 * It places no pixels: Observable Plot does, as `panel.ts` tells it.
 */

/** From low to high, both finite, low below high. */
export type Range = readonly [low: number, high: number];

export interface Axis {
  readonly type: "linear" | "log";
  readonly domain: Range;
  readonly ticks: readonly number[];
  /** How the number at a tick is written. */
  readonly format: (value: number) => string;
}

/** An axis in equal steps, with about `count` ticks. */
export function linearAxis(domain: Range, count = 6, smallestStep = 0): Axis {
  const [low, high] = domain;
  const step = Math.max(niceStep((high - low) / count), smallestStep);
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step); tick <= Math.floor(high / step); tick += 1) {
    ticks.push(tick * step);
  }
  const magnitude = Math.max(Math.abs(low), Math.abs(high));
  const digits = Math.min(Math.max(Math.ceil(Math.log10(magnitude / step)) + 1, 2), 15);
  return { type: "linear", domain, ticks, format: numberFormat(ticks, digits) };
}

/** An axis in equal factors: ticks at powers of ten, with 2 and 5 between when they are few. */
export function logAxis(domain: Range): Axis {
  const [low, high] = domain;
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const factors = Math.log10(high) - Math.log10(low) < 2.5 ? [1, 2, 5] : [1];
  const every = Math.ceil((last - first) / 8);
  const ticks: number[] = [];
  for (let exponent = first; exponent <= last; exponent += every) {
    for (const factor of factors) {
      const tick = Number(`${factor}e${exponent}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return { type: "log", domain, ticks, format: numberFormat(ticks, 1) };
}

/** A range with a margin, a fraction of its width, on both sides; never empty. */
export function padded([low, high]: Range, fraction: number): Range {
  const magnitude = Math.max(Math.abs(low), Math.abs(high));
  if (high - low <= magnitude * 1e-9 || high - low < 1e-290) {
    const margin = magnitude > 1e-280 ? magnitude * 0.1 : 1;
    return [low - margin, high + margin];
  }
  const margin = (high - low) * fraction;
  return [low - margin, high + margin];
}

/** The least and the greatest finite number, or undefined if there is none. */
export function extent(values: Iterable<number>): Range | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/** A number to so many significant digits, as `1,200`, `−0.25` or `3×10⁻⁷`. */
export function formatNumber(value: number, digits: number): string {
  return numberFormat([value], digits)(value);
}

/** One way of writing for all numbers of an axis: with powers of ten if any of them needs it. */
function numberFormat(values: readonly number[], digits: number): (value: number) => string {
  const sizes = values.map((value) => Math.abs(value)).filter((size) => size > 0);
  const plain = Math.max(...sizes) < 1e6 && Math.min(...sizes) >= 1e-3;
  return (value) => {
    if (value === 0) return "0";
    const sign = value < 0 ? "−" : "";
    const size = Number(Math.abs(value).toPrecision(digits));
    if (plain) return sign + size.toLocaleString("en-US", { maximumFractionDigits: 18 });
    const [mantissa, exponent] = size.toExponential().split("e");
    const power = `10${superscript(Number(exponent))}`;
    return sign + (mantissa === "1" ? power : `${mantissa}×${power}`);
  };
}

/** The round number, 1, 2 or 5 times a power of ten, next above a step. */
function niceStep(step: number): number {
  const power = Math.floor(Math.log10(step));
  const factor = [1, 2, 5].find((candidate) => Number(`${candidate}e${power}`) >= step);
  return Number(factor === undefined ? `1e${power + 1}` : `${factor}e${power}`);
}

function superscript(exponent: number): string {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  return Array.from(String(exponent), (digit) =>
    digit === "-" ? "⁻" : digits[Number(digit)],
  ).join("");
}
