/**
 * Arithmetic of sizes, done by the compiler: sums, differences, products and quotients of whole
 * numbers that it knows. It computes with texts of digits, the last digit first. What is not known
 * is `number`, and so is every result of it. Nothing here runs. What it is for: shape-types.ts.
 */

/** The sum of two digits and a carry, the new carry first: by digit plus carry, and by digit. */
type Sums = [
  ["00", "01", "02", "03", "04", "05", "06", "07", "08", "09"],
  ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"],
  ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11"],
  ["03", "04", "05", "06", "07", "08", "09", "10", "11", "12"],
  ["04", "05", "06", "07", "08", "09", "10", "11", "12", "13"],
  ["05", "06", "07", "08", "09", "10", "11", "12", "13", "14"],
  ["06", "07", "08", "09", "10", "11", "12", "13", "14", "15"],
  ["07", "08", "09", "10", "11", "12", "13", "14", "15", "16"],
  ["08", "09", "10", "11", "12", "13", "14", "15", "16", "17"],
  ["09", "10", "11", "12", "13", "14", "15", "16", "17", "18"],
  ["10", "11", "12", "13", "14", "15", "16", "17", "18", "19"],
];
type Carried = [
  ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"],
];
type Complements = ["9", "8", "7", "6", "5", "4", "3", "2", "1", "0"];
type Tallies = [
  "",
  "1",
  "11",
  "111",
  "1111",
  "11111",
  "111111",
  "1111111",
  "11111111",
  "111111111",
];
type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
type Carry = "0" | "1";
type Sum<X, Y, C extends Carry> = Sums[Carried[C][X & Digit]][Y & Digit];

type Reverse<T, Result extends string = ""> = T extends `${infer D}${infer Rest}`
  ? Reverse<Rest, `${D}${Result}`>
  : Result;
type Text<N> = `${N & number}`;
type Digits<N> = Reverse<Text<N>>;
type Trimmed<T> = T extends `0${infer D}${infer Rest}` ? Trimmed<`${D}${Rest}`> : T;
type ValueOf<T> = Trimmed<T> extends `${infer N extends number}` ? N : number;

type Add<A, B, C extends Carry = "0", Result extends string = ""> = A extends `${infer X}${infer P}`
  ? B extends `${infer Y}${infer Q}`
    ? Sum<X, Y, C> extends `${infer Next extends Carry}${infer D}`
      ? Add<P, Q, Next, `${Result}${D}`>
      : never
    : Sum<X, "0", C> extends `${infer Next extends Carry}${infer D}`
      ? Add<P, "", Next, `${Result}${D}`>
      : never
  : B extends ""
    ? C extends "1"
      ? `${Result}1`
      : Result
    : Add<B, "", C, Result>;

/** By the complement of B, which adds a carry at the end; without one A was less: `never`. */
type Subtract<
  A,
  B,
  C extends Carry = "1",
  Result extends string = "",
> = A extends `${infer X}${infer P}`
  ? B extends `${infer Y}${infer Q}`
    ? Sum<X, Complements[Y & Digit], C> extends `${infer Next extends Carry}${infer D}`
      ? Subtract<P, Q, Next, `${Result}${D}`>
      : never
    : Sum<X, "9", C> extends `${infer Next extends Carry}${infer D}`
      ? Subtract<P, "", Next, `${Result}${D}`>
      : never
  : B extends ""
    ? C extends "1"
      ? Result
      : never
    : never;

/** The digits of B come in order. */
type Multiply<A, B, Result extends string = ""> = B extends `${infer D}${infer Rest}`
  ? AddTimes<A, Tallies[D & Digit], `0${Result}`> extends infer Sum extends string
    ? Multiply<A, Rest, Sum>
    : never
  : Result;
type AddTimes<A, Tally, Result> = Tally extends `1${infer Rest}`
  ? AddTimes<A, Rest, Add<Result, A>>
  : Result;

/** The digits of A come in order, and so do those of the quotient. */
type Divide<
  A,
  B,
  Rest extends string = "",
  Quotient extends string = "",
> = A extends `${infer D}${infer More}`
  ? TakenOut<`${D}${Rest}`, B> extends [infer Times extends number, infer Left extends string]
    ? Divide<More, B, Left, `${Quotient}${Times}`>
    : never
  : [Quotient, Rest];
/** How often B can be taken from A, and what is left. */
type TakenOut<A, B, Times extends unknown[] = []> = [Subtract<A, B>] extends [
  infer Left extends string,
]
  ? [Left] extends [never]
    ? [Times["length"], A]
    : TakenOut<Left, B, [...Times, 0]>
  : never;

/** Whether there is more to them than digits. */
type Strange<A, B> = [Text<A>, Text<B>] extends [`${bigint}`, `${bigint}`]
  ? `${Text<A>} ${Text<B>}` extends `${string}-${string}`
    ? true
    : false
  : true;

/** The sum of two sizes. */
export type Plus<A, B> =
  Strange<A, B> extends true ? number : ValueOf<Reverse<Add<Digits<A>, Digits<B>>>>;

/** `never` where the result would be less than 0. */
export type Minus<A, B> =
  Strange<A, B> extends true
    ? number
    : [Subtract<Digits<A>, Digits<B>>] extends [infer Left extends string]
      ? [Left] extends [never]
        ? never
        : ValueOf<Reverse<Left>>
      : never;

/** The product of two sizes. */
export type Times<A, B> = [A] extends [1]
  ? B
  : Strange<A, B> extends true
    ? number
    : ValueOf<Reverse<Multiply<Digits<A>, Text<B>>>>;

/** The quotient, rounded down, and what is left; B is not 0. */
export type Quotient<A, B> =
  Strange<A, B> extends true
    ? [number, number]
    : Divide<Text<A>, Digits<B>> extends [infer Q extends string, infer R extends string]
      ? [ValueOf<Q>, ValueOf<Reverse<R>>]
      : never;

/** The quotient alone. */
export type Floor<A, B> = Quotient<A, B> extends [infer Q, unknown] ? Q : never;
