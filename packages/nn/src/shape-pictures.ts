/**
 * What becomes of pictures that are enlarged, whose channels become places, or that are cut into
 * windows and put together again, and of bags of rows: rules as those of shape-rules.ts, which read
 * first. `P` is what a layer says of itself: its rule, what messages call it, and its numbers.
 */
import type { Shape, Tensor } from "@nabla/core";
import type { At, Minus, Place, Plus, Quotient, Replaced, Times, Floor } from "@nabla/core/engine";

import type { Alike, AllOf, Cut, Each, Moved, Said, Unequal, WrongRank } from "./shape-rules.js";

/** In how many dimensions each mode moves, and with how many tensors come. */
interface Modes {
  nearest: [1 | 2 | 3, "3 to 5"];
  "nearest-exact": [1 | 2 | 3, "3 to 5"];
  linear: [1, "3"];
  bilinear: [2, "4"];
  trilinear: [3, "5"];
  bicubic: [2, "4"];
  area: [1 | 2 | 3, "3 to 5"];
}
/** `P` is [rule, name, size, factor, mode], of which a size or a factor is null. */
export type Resized<S extends Shape, P extends readonly unknown[]> = number extends S["length"]
  ? Shape
  : S extends readonly [infer N, infer C, ...infer Z]
    ? Z["length"] extends Modes[P[4] & keyof Modes][0]
      ? Counted<[P[2]] extends [null] ? P[3] : P[2], Z["length"]> extends infer Why extends string
        ? Said<P, S, Why>
        : AllOf<
            P,
            S,
            [N, C],
            {
              -readonly [I in keyof Z]: [P[2]] extends [null]
                ? Scaled<Z[I], Each<P[3], I>>
                : Each<P[2], I>;
            }
          >
      : OtherMode<S, P>
    : OtherMode<S, P>;
/** Whether a list has a number for each dimension, or one for all. */
type Counted<List, N> = List extends readonly unknown[]
  ? List["length"] extends 1 | N
    ? 0
    : number extends List["length"]
      ? 0
      : `${List["length"]} numbers are given for ${N & number} sizes`
  : 0;
type OtherMode<S, P extends readonly unknown[]> = Said<
  P,
  S,
  `mode "${P[4] & string}" is for ${Modes[P[4] & keyof Modes][1]} dimensions`
>;
/** Whole factors and halves are multiplied; what others make is not known. */
type Scaled<N, By> = (
  `${By & number}` extends `${infer Whole extends number}.5`
    ? Plus<Times<Whole, N>, Floor<N, 2>>
    : Times<By, N>
) extends infer Size
  ? [Size] extends [0]
    ? "nothing is left of a size"
    : Size
  : never;

/** A quotient, or else a sentence. */
type Share<M, N> = [N] extends [0]
  ? number
  : Quotient<M, N> extends [infer Whole, infer Rest]
    ? [Rest] extends [0]
      ? Whole
      : number extends Rest
        ? number
        : `${N & number} does not divide ${M & number}`
    : never;
type FewDimensions = "it must have 3 dimensions or more";
/** From channels to places, `P` being [rule, name, factor]. */
export type Shuffled<S extends Shape, P extends readonly unknown[]> = S extends readonly [
  ...infer Front,
  infer C,
  infer H,
  infer W,
]
  ? AllOf<P, S, Front, [Share<C, Times<P[2], P[2]>>, Times<H, P[2]>, Times<W, P[2]>]>
  : Few<S, P>;
/** From places to channels. */
export type Unshuffled<S extends Shape, P extends readonly unknown[]> = S extends readonly [
  ...infer Front,
  infer C,
  infer H,
  infer W,
]
  ? AllOf<P, S, Front, [Times<C, Times<P[2], P[2]>>, Share<H, P[2]>, Share<W, P[2]>]>
  : Few<S, P>;
/** In another order, `P` being [rule, name, groups]. */
export type Dealt<S extends Shape, P extends readonly unknown[]> = number extends S["length"]
  ? S
  : S extends readonly [unknown, infer C, unknown, ...unknown[]]
    ? AllOf<P, S, [], [Share<C, P[2]>]> extends infer Why extends string
      ? Why
      : S
    : Few<S, P>;
type Few<S extends Shape, P extends readonly unknown[]> = number extends S["length"]
  ? Shape
  : Said<P, S, FewDimensions>;

/** Half of a dimension, `P` being [rule, name, dim]. */
export type Halved<S extends Shape, P extends readonly unknown[]> = number extends S["length"]
  ? Shape
  : S extends readonly []
    ? Said<P, S, "there is no dimension">
    : Place<S, P[2]> extends infer D
      ? D extends string
        ? `${P[1] & string}: ${D}`
        : number extends D
          ? Shape
          : Share<At<S, D>, 2> extends infer Half
            ? Half extends string
              ? Said<P, S, Half>
              : Replaced<S, D, Half>
            : never
      : never;
/** A slope for each channel, `P` being [rule, name, how many]; one is for all. */
export type Sloped<S extends Shape, P extends readonly unknown[]> = [P[2]] extends [1]
  ? S
  : number extends S["length"]
    ? S
    : S extends readonly [unknown, infer C, ...unknown[]]
      ? Unequal<C, P[2]> extends infer Why extends string
        ? Said<P, S, Why>
        : S
      : 1 extends P[2]
        ? S
        : Said<P, S, "there are no channels">;

/** Pictures [n, channels, ...sizes] at places [n, ...places, number of sizes]. */
export type Sampled<A extends Shape, B extends Shape> = A extends readonly [
  infer N,
  infer C,
  ...infer Z,
]
  ? B extends readonly [infer M, ...infer Places extends number[], infer Rank]
    ? [Z["length"], Places["length"]] extends [2, 2] | [3, 3]
      ? Extract<Unequal<N, M> | Unequal<Rank, Z["length"]>, string> extends infer Why
        ? [Why] extends [never]
          ? [N, C, ...Places]
          : Why
        : never
      : NoGrid
    : NoGrid
  : NoGrid;
type NoGrid = "it takes pictures of 4 dimensions or 5, and a grid of as many";

/** So many elements a window has, in two dimensions. */
type Area<K> = Times<Each<K, "0">, Each<K, "1">>;
/** Windows as columns, `P` being [rule, name, 2, windows]. */
export type Columns<S extends Shape, P extends readonly unknown[]> =
  Moved<S, P, Cut<S, 2>, "slide"> extends infer Places
    ? Places extends readonly [...infer Front, infer C, infer H, infer W]
      ? [...Front, Times<C, Area<(P[3] & readonly unknown[])[0]>>, Times<H, W>]
      : Places
    : never;
/** The picture of columns, `P` being [rule, name, 2, windows, size]. */
export type Folded<S extends Shape, P extends readonly unknown[]> = S extends readonly [
  ...infer Front extends number[],
  infer Rows,
  infer N,
]
  ? Front extends readonly [unknown, unknown, ...unknown[]]
    ? Said<P, S, WrongRank<1>>
    : FoldedTo<S, P, Front, N, Share<Rows, Area<(P[3] & readonly unknown[])[0]>>>
  : number extends S["length"]
    ? Shape
    : Said<P, S, WrongRank<1>>;
type FoldedTo<S, P extends readonly unknown[], Front extends number[], N, C> = C extends number
  ? [C, Each<P[4], "0">, Each<P[4], "1">] extends infer Picture extends [number, number, number]
    ? Moved<
        Picture,
        ["", P[1], 2, P[3]],
        [[], C, [Picture[1], Picture[2]]],
        "slide"
      > extends infer Places
      ? Places extends readonly [unknown, infer H, infer W]
        ? Unequal<N, Times<H, W>> extends infer Why extends string
          ? Said<P, S, Why>
          : [...Front, ...Picture]
        : Places
      : never
    : never
  : Said<P, S, C>;

/** Rows of bags, `P` being [rule, name, size of a row, whether the last offset is an end]. */
export type Bags<P extends readonly unknown[], Inputs> = Inputs extends readonly [
  Tensor<infer S>,
  ...infer More,
]
  ? number extends S["length"]
    ? Shape
    : More extends readonly [Tensor<infer T>, ...infer Factors]
      ? number extends T["length"]
        ? Shape
        : [S["length"], T["length"]] extends [1, 1]
          ? Weighed<P, S, Factors, Begun<T[0], P[3]>>
          : NoBags<P, S>
      : More extends readonly [] | readonly [null | undefined, ...infer Factors]
        ? S["length"] extends 2
          ? Weighed<P, S, Factors, S[0]>
          : NoBags<P, S>
        : Shape
  : Shape;
type NoBags<P extends readonly unknown[], S> = Said<
  P,
  S,
  "it must be [bags, numbers], or a list of numbers beside one of offsets"
>;
/** With a factor for each number, or without. */
type Weighed<P extends readonly unknown[], S, Factors, N> = Factors extends readonly [
  Tensor<infer F>,
]
  ? Alike<S, F> extends infer Why extends string
    ? Said<P, S, `its factors: ${Why}`>
    : [N, P[2]]
  : [N, P[2]];
/** So many bags begin, where the last offset may be the end of the last one. */
type Begun<N, Last> = [Last] extends [true] ? Minus<N, 1> : [Last] extends [false] ? N : number;
