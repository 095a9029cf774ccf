/**
 * What becomes of shapes that are cut into parts: the rules of `split` and its kin, as types, and
 * the family of functions that give lists of tensors. A rule gives a dimension and the sizes that
 * the parts have there, as far as they are known, or a sentence. Other rules: shape-rules.ts.
 */
import type { Tensor } from "../tensor.js";
import type { DType } from "./dtype.js";
import type { At, Equal, Or, Place, Replaced, Show, Spliced } from "./shape-places.js";
import type { Of, Said } from "./shape-types.js";
import type { Shape } from "./shape.js";
import type { Floor, Minus, Plus, Quotient } from "./size-types.js";

/** The rules, by the names of the functions; `null` as a size stands for no dimension. */
interface Cuts<S extends Shape, A extends readonly unknown[]> {
  split: Cut<S, Place<S, Or<A[1], 0>>, A[0], "split">;
  chunk: Cut<S, Place<S, Or<A[1], 0>>, A[0], "chunk">;
  unbind: Cut<S, Place<S, Or<A[0], 0>>, 1, "unbind">;
}
type CutName = keyof Cuts<[], []>;
type Cut<S extends Shape, P, Size, How extends CutName> = S extends readonly []
  ? "[]: a tensor without dimensions has no parts"
  : P extends number
    ? number extends P
      ? number
      : How extends "unbind"
        ? [P, Copies<null, At<S, P>>]
        : Size extends readonly number[]
          ? number extends Size["length"]
            ? [P, number[]]
            : Covered<S, P, Size, Total<Size>>
          : [P, Sizes<At<S, P>, Size, How>]
    : P;
type Covered<S, P, Sizes, Sum> =
  Equal<At<S, P>, Sum & number> extends string
    ? `${Show<S>}: sizes that add up to ${Sum & number} are not those of ${At<S, P>} positions`
    : [P, Sizes];
type Total<List, Sum = 0> = List extends readonly [infer N, ...infer Rest]
  ? Total<Rest, Plus<Sum, N>>
  : Sum;
type Sizes<N, Size, How> = How extends "chunk"
  ? N extends 0
    ? Copies<0, Size>
    : EqualParts<N, Floor<Minus<Plus<N, Size>, 1>, Size>>
  : EqualParts<N, Size>;
type EqualParts<N, Size> = [Size] extends [0]
  ? number[]
  : Quotient<N, Size> extends [infer Times, infer Rest]
    ? Rest extends 0
      ? Copies<Size, N extends 0 ? 1 : Times, N extends 0 ? [0] : []>
      : number extends Rest
        ? number[]
        : Copies<Size, Times> extends infer Parts extends unknown[]
          ? number extends Parts["length"]
            ? number[]
            : [...Parts, Rest]
          : never
    : never;
/** One size so many times; of many, or an unknown number, a list. */
type Copies<N, Count, Result extends unknown[] = []> = Count extends number
  ? number extends Count
    ? N[]
    : `${Count}` extends `${string}${string}${infer Third}`
      ? Third extends ""
        ? Repeat<N, Count, Result>
        : N[]
      : Repeat<N, Count, Result>
  : N[];
type Repeat<N, Count, Result extends unknown[]> = Result["length"] extends Count
  ? Result
  : Repeat<N, Count, [...Result, N]>;

type OutcomeOf<K extends CutName, X, A extends readonly unknown[]> =
  X extends Tensor<infer S> ? Cuts<S, A>[K] : never;
interface FitsParts<K extends CutName, X, A extends readonly unknown[]> {
  plain: "allowed";
  known: OutcomeOf<K, X, A> extends string ? "refused" : "allowed";
}
interface FitPartsBy<K extends CutName, X, A extends readonly unknown[]> {
  allowed: unknown;
  refused: Said<K, OutcomeOf<K, X, A>>;
}
type FitParts<K extends CutName, X, A extends readonly unknown[]> = "refused" extends FitsParts<
  K,
  X,
  A
>[Of<X>]
  ? FitPartsBy<K, X, A>[FitsParts<K, X, A>[Of<X>]]
  : X;
interface PartsBy<K extends CutName, X, A extends readonly unknown[]> {
  plain: Tensor[];
  known: X extends Tensor<infer S, infer D> ? Parts<S, D, Cuts<S, A>[K]> : never;
}
type Parts<S, D extends DType, Outcome> = Outcome extends readonly [infer P, infer Sizes]
  ? { -readonly [I in keyof Sizes]: Tensor<Part<S, P, Sizes[I]>, D> }
  : Tensor[];
type Part<S, P, N> = (
  N extends null ? Spliced<S, P, []> : Replaced<S, P, N>
) extends infer T extends Shape
  ? T
  : Shape;

/** A function called `K` that gives the parts of a tensor. */
export interface CuttingFunction<K extends CutName, Args extends readonly unknown[]> {
  <X extends Tensor, const A extends Args>(
    x: FitParts<K, X, A>,
    ...args: A
  ): PartsBy<K, X, A>[Of<X>];
  readonly method: <X extends Tensor, const A extends Args>(
    this: FitParts<K, X, A>,
    ...args: A
  ) => PartsBy<K, X, A>[Of<X>];
}
