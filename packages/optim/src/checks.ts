/**
 * What options must be, in one sentence for every optimizer and schedule: numbers are finite and
 * within bounds. Not here: what only one algorithm asks. Read next: optimizer.ts.
 */
import { ArgumentError } from "@nabla/core";

/** Where a number may be; `below` is not itself allowed. */
interface Bounds {
  readonly from?: number;
  readonly to?: number;
  readonly above?: number;
  readonly below?: number;
}

/**
 * Throws an ArgumentError unless all of these options are finite numbers within bounds.
 * @internal
 */
export function checkNumbers(
  name: string,
  options: Readonly<Record<string, unknown>>,
  { from = -Infinity, to = Infinity, above = -Infinity, below = Infinity }: Bounds = {},
): void {
  for (const option in options) {
    const value = options[option];
    const isNumber = typeof value === "number" && Number.isFinite(value);
    if (isNumber && value >= from && value <= to && value > above && value < below) continue;
    const bounds = [
      ...(from > -Infinity ? [`${from} or more`] : []),
      ...(above > -Infinity ? [`more than ${above}`] : []),
      ...(to < Infinity ? [`${to} or less`] : []),
      ...(below < Infinity ? [`less than ${below}`] : []),
    ];
    throw new ArgumentError(
      `${name}: ${option} is ${typeof value === "string" ? `"${value}"` : String(value)}; ` +
        `it must be ${["a finite number", ...bounds].join(", ")}.`,
    );
  }
}

/**
 * Throws an ArgumentError unless all of these options are finite numbers, 0 or more.
 * @internal
 */
export const checkNotNegative = (name: string, options: Readonly<Record<string, unknown>>): void =>
  checkNumbers(name, options, { from: 0 });

/**
 * Throws an ArgumentError unless all of these options are whole numbers, 1 or more.
 * @internal
 */
export function checkCounts(name: string, options: Readonly<Record<string, unknown>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (Number.isSafeInteger(value) && (value as number) >= 1) continue;
    throw new ArgumentError(
      `${name}: ${option} is ${String(value)}; it must be a whole number, 1 or more.`,
    );
  }
}

/**
 * Throws an ArgumentError unless an option is a pair of numbers within bounds.
 * @internal
 */
export function checkPair(name: string, option: string, value: unknown, bounds: Bounds = {}): void {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new ArgumentError(
      `${name}: ${option} is ${String(value)}; it must be a pair of numbers.`,
    );
  }
  const [first, second] = value as unknown[];
  checkNumbers(name, { [`${option}[0]`]: first, [`${option}[1]`]: second }, bounds);
}

/**
 * Throws an ArgumentError unless an option is one of a few words.
 * @internal
 */
export function checkWord(
  name: string,
  option: string,
  value: unknown,
  words: readonly unknown[],
): void {
  if (words.includes(value)) return;
  const list = words.map((word) => (typeof word === "string" ? `"${word}"` : String(word)));
  throw new ArgumentError(
    `${name}: ${option} is ${String(value)}; it must be ${list.join(" or ")}.`,
  );
}
