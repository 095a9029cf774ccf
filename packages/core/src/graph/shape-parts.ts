/**
 * What becomes of a shape of which parts are taken: the rules of `select`, `narrow`, `slice` and
 * `at`, as types. A rule gives a shape, or a sentence. Other rules: shape-rules.ts.
 */
import type { Slice } from "../ops/slice.js";
import type { At, Or, Replaced, Show, Spliced } from "./shape-places.js";
import type { Shape } from "./shape.js";
import type { Minus, Plus, Floor } from "./size-types.js";

/** A result, if N elements have a position I, which may count from the end. */
type IfHas<N, I, Result, Reason> = N extends number
  ? I extends number
    ? number extends N | I
      ? Result
      : `${I}` extends `-${infer J extends number}`
        ? IfNegative<Minus<N, J>, Reason, Result>
        : IfNegative<Minus<I, N>, Result, Reason>
    : Result
  : never;
type IfNegative<N, Yes, No> = [N] extends [never] ? Yes : No;
export type Selected<S extends Shape, P, I> = S extends readonly []
  ? "[]: there is no dimension to take from"
  : P extends number
    ? number extends P
      ? Shape
      : IfHas<
          At<S, P>,
          I,
          Spliced<S, P, []>,
          `${Show<S>}: dimension ${P} has no position ${I & number}`
        >
    : P;
export type Narrowed<S extends Shape, P, Start, N> = S extends readonly []
  ? "[]: there is no dimension to take from"
  : P extends number
    ? number extends P
      ? Shape
      : [Narrow<At<S, P>, Start extends number ? Start : number, N & number>] extends [never]
        ? `${Show<S>}: dimension ${P} has no ${N & number} elements from ${Start & number} on`
        : Replaced<S, P, N>
    : P;
/** How many elements there are behind those asked for; `never` if there are not so many. */
type Narrow<
  M extends number,
  Start extends number,
  N extends number,
> = `${Start}` extends `-${infer Back extends number}`
  ? [Minus<M, Back>] extends [never]
    ? never
    : Minus<Back, N>
  : Minus<M, Plus<Start, N>>;
export type Sliced<S extends Shape, P, A extends readonly unknown[]> = S extends readonly []
  ? "[]: there is no dimension to take from"
  : P extends number
    ? number extends P
      ? Shape
      : Replaced<S, P, SliceSize<At<S, P>, A[1], Or<A[2], At<S, P>>, Or<A[3], 1>>>
    : P;
type SliceSize<N, Start, End, Step> = number extends N | Start | End | Step
  ? number
  : Stepped<OrZero<Minus<Bound<End, N>, Bound<Start, N>>>, Step>;
type Stepped<N, Step> = [Step] extends [1] ? N : Floor<Minus<Plus<N, Step>, 1>, Step>;
type OrZero<N> = [N] extends [never] ? 0 : N;
type Bound<I, N> = `${I & number}` extends `-${infer J extends number}`
  ? OrZero<Minus<N, J>>
  : [Minus<N, I>] extends [never]
    ? N
    : I;

export type Indexed<
  S extends Shape,
  A,
  Result extends unknown[] = [],
  Rest = S,
> = A extends readonly [infer I, ...infer More]
  ? I extends null
    ? Indexed<S, More, [...Result, 1], Rest>
    : I extends number | Slice
      ? Rest extends readonly [infer N extends number, ...infer Next]
        ? I extends number
          ? IfHas<
              N,
              I,
              Indexed<S, More, Result, Next>,
              `${Show<S>}: there is no position ${I} among ${N}`
            >
          : Indexed<S, More, [...Result, number], Next>
        : `${Show<S>}: it has only ${S["length"]} dimensions`
      : Shape
  : A extends readonly []
    ? [...Result, ...(Rest extends Shape ? Rest : [])]
    : Shape;
