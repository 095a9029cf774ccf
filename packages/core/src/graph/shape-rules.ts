/**
 * What becomes of shapes, as types: a rule for each way to change them. `S` is the shape before, of
 * a known number of dimensions, `A` are the arguments of the call. A rule gives a shape, `Shape`
 * where it cannot be known, or a sentence that says why there is none. It says again what the
 * operation says about values; nothing here runs. How calls come by their rules: shape-types.ts.
 * The rules of parts and of joins: shape-parts.ts, shape-joins.ts. Their words: shape-places.ts,
 * their arithmetic: size-types.ts.
 */
import type { Tensor } from "../tensor.js";
import type { Diagonal, Outer, Paired, Square, Trace } from "./shape-matrices.js";
import type { Indexed, Narrowed, Selected, Sliced } from "./shape-parts.js";
import type {
  About,
  At,
  Beside,
  Equal,
  Inserted,
  Names,
  Or,
  Place,
  Replaced,
  Show,
  Spliced,
} from "./shape-places.js";
import type { Shape } from "./shape.js";
import type { Minus, Plus, Quotient, Times } from "./size-types.js";

/** The rules, by the names under which operations ask for them. */
export interface Rules<S extends Shape, A extends readonly unknown[]> {
  same: S;
  unknown: Shape;
  reduce: Reduced<S, A>;
  along: Beside<Place<S, A[0]>, S>;
  alongLast: Beside<Place<S, Or<A[0], -1>>, S>;
  reduceLast: Reduced<S, [Or<A[0], -1>, A[1]]>;
  most: Most<S, Place<S, Or<A[1], -1>>, A[0]>;
  together: Together<S, A>;
  pad: Padded<S, A[0]>;
  repeat: Tiled<S, A[0], S>;
  ranked: Reduced<S, [Or<A[1], -1>, A[2]]>;
  extreme: A extends readonly [Tensor<infer T>] ? Broadcast<S, T> : Reduced<S, A>;
  reshape: Reshaped<S, A[0]>;
  transpose: Transposed<S, Place<S, A[0]>, Place<S, A[1]>>;
  t: Turned<S, S>;
  permute: Permuted<S, A[0]>;
  unsqueeze: Inserted<S, Place<[...S, 1], A[0], S>>;
  squeeze: Squeezed<S, A[0]>;
  expand: Expanded<S, A[0]>;
  flatten: Flattened<S, Place<S, Or<A[0], 0>>, Place<S, Or<A[1], -1>>, S>;
  unflatten: Unflattened<S, Place<S, A[0]>, A[1]>;
  narrow: Narrowed<S, Place<S, A[0]>, A[1], A[2]>;
  slice: Sliced<S, Place<S, A[0]>, A>;
  select: Selected<S, Place<S, A[0]>, A[1]>;
  at: Indexed<S, A>;
  square: Square<S, true>;
  determinant: Square<S, false>;
  mm: Paired<S, A[0], [2, 2]>;
  bmm: Paired<S, A[0], [3, 3]>;
  mv: Paired<S, A[0], [2, 1]>;
  dot: Paired<S, A[0], [1, 1]>;
  outer: Outer<S, A[0]>;
  trace: Trace<S>;
  diag: Diagonal<S, A[0]>;
  norm: Reduced<S, Tail<A>>;
  gather: A[1] extends Tensor<infer T> ? T : Shape;
  indexSelect: A[1] extends Tensor<readonly [infer M extends number]>
    ? Replaced<S, Place<S, A[0]>, M>
    : Shape;
}

/** The shape of elements of two tensors side by side, or which sizes differ. */
export type Broadcast<A extends Shape, B extends Shape> = A extends Shape
  ? B extends Shape
    ? number extends A["length"] | B["length"]
      ? Shape
      : Aligned<A, B>
    : never
  : never;
/** From the last dimension to the first. */
export type Aligned<A, B, Result extends unknown[] = []> = A extends readonly [
  ...infer P,
  infer M extends number,
]
  ? B extends readonly [...infer Q, infer N extends number]
    ? Joined<M, N> extends infer Size
      ? Size extends string
        ? Size
        : Aligned<P, Q, [Size, ...Result]>
      : never
    : [...A, ...Result]
  : B extends readonly unknown[]
    ? [...B, ...Result]
    : never;
type Joined<M extends number, N extends number> = [M, N] extends [N, M]
  ? M
  : [M] extends [1]
    ? N
    : [N] extends [1]
      ? M
      : number extends M
        ? Unless1<N>
        : number extends N
          ? Unless1<M>
          : [M & N] extends [never]
            ? 1 extends M | N
              ? number
              : `${M} ≠ ${N}`
            : number;
/** Beside an unknown size, 1 may become any other. */
type Unless1<N extends number> = 1 extends N ? number : N;

/** Of a tensor and those among its arguments that are tensors. */
type Together<S extends Shape, A> = A extends readonly [infer O, ...infer Rest]
  ? O extends Tensor<infer T>
    ? About<S, "and", T, Broadcast<S, T>> extends infer Now
      ? Now extends Shape
        ? Together<Now, Rest>
        : Now
      : never
    : Together<S, Rest>
  : S;

/** Of matrices. */
export type Product<A extends Shape, B extends Shape> = A extends Shape
  ? B extends Shape
    ? number extends A["length"] | B["length"]
      ? Shape
      : Multiplied<A, B>
    : never
  : never;
type Multiplied<A, B> = A extends readonly [...infer P, infer K extends number]
  ? B extends readonly [infer L extends number]
    ? Summed<K, L, P>
    : B extends readonly [...infer Q, infer L extends number, infer M]
      ? P extends readonly [...infer R, infer N]
        ? Summed<K, L, Aligned<R, Q, [N, M]>>
        : Summed<K, L, [...Q, M]>
      : "a tensor without dimensions is no matrix"
  : "a tensor without dimensions is no matrix";
type Summed<K extends number, L extends number, Result> = [K & L] extends [never]
  ? `${K} ≠ ${L}`
  : Result;

/** What the arguments of a reduction leave of a shape. */
type Reduced<S extends Shape, Args> = Args extends readonly [infer Dim, infer Keep, ...unknown[]]
  ? ReducedBy<S, Dim, Keep extends boolean ? Keep : false>
  : Args extends readonly [infer Dim]
    ? ReducedBy<S, Dim, false>
    : Args extends readonly []
      ? []
      : Shape;
type ReducedBy<S extends Shape, Dim, Keep> = Dim extends number
  ? Without<S, [Dim], Keep>
  : Dim extends readonly []
    ? Left<S, string, Keep>
    : Dim extends readonly number[]
      ? Without<S, Dim, Keep>
      : Dim extends readonly unknown[]
        ? Shape
        : Left<S, string, Keep>;
/** Collects dimensions by name, "0" or "-1"; one of the list may be this or that. */
type Without<S extends Shape, List, Keep, Gone extends string = never> = List extends readonly [
  infer Dim extends number,
  ...infer Rest,
]
  ? number extends Dim
    ? Shape
    : Dim extends number
      ? `${Dim}` extends Names<S>
        ? Without<S, Rest, Keep, Gone | `${Dim}`>
        : `${Show<S>}: there is no dimension ${Dim}`
      : never
  : List extends readonly []
    ? Left<S, Gone, Keep>
    : Shape;
type Left<
  S extends Shape,
  Gone,
  Keep,
  Before extends unknown[] = [],
  Result extends Shape = [],
  Length extends number = S["length"],
> = boolean extends Keep
  ? Shape
  : S extends readonly [infer N extends number, ...infer Rest extends Shape]
    ? Left<
        Rest,
        Gone,
        Keep,
        [...Before, N],
        [Extract<`${Before["length"]}` | `-${Length}`, Gone>] extends [never]
          ? [...Result, N]
          : Keep extends true
            ? [...Result, 1]
            : Result
      >
    : Result;

/** The product of all sizes but -1. */
type Count<S, Result = 1> = S extends readonly [infer N extends number, ...infer R]
  ? Count<R, N extends -1 ? Result : Times<Result, N>>
  : Result;
type Known<T, Result extends unknown[] = []> = T extends readonly [infer N, ...infer Rest]
  ? Known<Rest, N extends -1 ? Result : [...Result, N]>
  : Result;
type Reshaped<S extends Shape, T> = T extends Shape
  ? number extends T["length"]
    ? Shape
    : About<S, "to", T, Shared<Count<S>, Count<T>, T, Known<T>["length"]>>
  : Shape;
/** All elements in a shape of which some sizes are known, or all. */
type Shared<M, N, T extends Shape, Known> = Known extends T["length"]
  ? Beside<Equal<M, N>, Writable<T>>
  : Filled<T, Part<M, N>, Known>;
type Tail<T> = T extends readonly [unknown, ...infer Rest] ? Rest : [];
type Writable<T> = { -readonly [I in keyof T]: T[I] };
type Filled<T extends Shape, Size, Known> = Size extends string
  ? Size
  : Tail<T>["length"] extends Known
    ? { -readonly [I in keyof T]: T[I] extends -1 ? Size : T[I] }
    : "only one size can be left open";
type Part<M, N> = [N] extends [0]
  ? `nothing times 0 is ${M & number}`
  : Quotient<M, N> extends [infer Whole, infer Rest extends number]
    ? [Rest] extends [0]
      ? Whole
      : number extends Rest
        ? number
        : `${M & number} is no multiple of ${N & number}`
    : never;

/** So much before and after the last dimension, the one before it, and so on. */
type Padded<S, Sizes, Result extends unknown[] = []> = Sizes extends readonly [
  infer Before,
  infer After,
  ...infer Rest,
]
  ? S extends readonly [...infer Front, infer N]
    ? Plus<N, Plus<Before, After>> extends infer M
      ? Padded<Front, Rest, [M, ...Result]>
      : never
    : Shape
  : Sizes extends readonly []
    ? [...(S extends Shape ? S : []), ...Result]
    : Shape;
/** Each size so many times, from the last one on; where there is none more, new ones. */
type Tiled<S, Counts, Told, Result extends unknown[] = []> = Counts extends readonly [
  ...infer More,
  infer Count,
]
  ? S extends readonly [...infer Front, infer N]
    ? Tiled<Front, More, Told, [Times<N, Count>, ...Result]>
    : Tiled<[], More, Told, [Times<1, Count>, ...Result]>
  : Counts extends readonly []
    ? S extends readonly []
      ? Result
      : `${Show<Told>}: there are fewer numbers than dimensions`
    : Shape;
type Most<S extends Shape, P, K> = P extends number
  ? number extends P
    ? Shape
    : [Minus<S extends readonly [] ? 1 : At<S, P>, K>] extends [never]
      ? `${Show<S>}: dimension ${P} has no ${K & number} elements`
      : S extends readonly []
        ? K extends 0
          ? [0]
          : []
        : Replaced<S, P, K>
  : P;

type Transposed<S extends Shape, P, Q> = P extends number
  ? Q extends number
    ? number extends P | Q
      ? Shape
      : {
          -readonly [I in keyof S]: I extends `${P}`
            ? At<S, Q>
            : I extends `${Q}`
              ? At<S, P>
              : S[I];
        }
    : Q
  : P;
type Turned<S extends Shape, Told> = S extends readonly [infer M, infer N]
  ? [N, M]
  : S extends readonly [unknown, unknown, ...unknown[]]
    ? `${Show<Told>}: it has more than two dimensions`
    : S;
type Permuted<S extends Shape, D> = D extends Shape
  ? number extends D["length"]
    ? Shape
    : D["length"] extends S["length"]
      ? S extends readonly []
        ? []
        : About<S, "by", D, PermutedBy<S, D, Place<S, D[number]>>>
      : `${Show<S>} by ${Show<D>}: ${S["length"]} dimensions, and ${D["length"]} are named`
  : Shape;
type PermutedBy<S extends Shape, D extends Shape, P> = [P] extends [number]
  ? number extends P
    ? Shape
    : [keyof S & `${number}`] extends [`${P}`]
      ? { -readonly [I in keyof D]: At<S, Place<S, D[I]>> }
      : "a dimension is named twice"
  : "there is no such dimension";

type Squeezed<S extends Shape, D> = D extends undefined
  ? WithoutOnes<S>
  : D extends number
    ? SqueezedAt<S, Place<S, D>>
    : Shape;
type WithoutOnes<S, Result extends unknown[] = []> = S extends readonly [infer N, ...infer Rest]
  ? number extends N
    ? Shape
    : N extends 1
      ? WithoutOnes<Rest, Result>
      : WithoutOnes<Rest, [...Result, N]>
  : Result;
type SqueezedAt<S extends Shape, P> = P extends number
  ? number extends P | At<S, P>
    ? Shape
    : At<S, P> extends 1
      ? Spliced<S, P, []>
      : S
  : P;

type Expanded<S extends Shape, T> = T extends Shape
  ? number extends T["length"]
    ? Shape
    : About<S, "to", T, Repeated<S, T>>
  : Shape;
type Repeated<S, T, Result extends unknown[] = []> = S extends readonly [
  ...infer P,
  infer M extends number,
]
  ? T extends readonly [...infer Q, infer N extends number]
    ? RepeatedSize<M, N> extends infer Size
      ? Size extends string
        ? Size
        : Repeated<P, Q, [Size, ...Result]>
      : never
    : "too few dimensions"
  : T extends readonly unknown[]
    ? Known<T>["length"] extends T["length"]
      ? [...T, ...Result]
      : "a new dimension needs a size"
    : never;
type RepeatedSize<M extends number, N extends number> = [N] extends [-1]
  ? M
  : [M] extends [1]
    ? N
    : Equal<M, N>;

type Flattened<
  S,
  P,
  Q,
  Told,
  Result extends unknown[] = [],
  Before extends unknown[] = [],
> = P extends number
  ? Q extends number
    ? number extends P | Q
      ? Shape
      : S extends readonly [infer N extends number, ...infer Rest]
        ? Before["length"] extends P
          ? Merged<Rest, Q, N, Told, Result, Before>
          : Flattened<Rest, P, Q, Told, [...Result, N], [...Before, N]>
        : [1]
    : Q
  : P;
type Merged<
  S,
  Q,
  N,
  Told,
  Result extends unknown[],
  Before extends unknown[],
> = Before["length"] extends Q
  ? [...Result, N, ...(S extends Shape ? S : [])]
  : S extends readonly [infer M extends number, ...infer Rest]
    ? Merged<Rest, Q, Times<N, M>, Told, Result, [...Before, M]>
    : `${Show<Told>}: the first dimension named comes after the last`;
type Unflattened<S extends Shape, P, T> = P extends number
  ? T extends Shape
    ? number extends P | T["length"]
      ? Shape
      : [S["length"], T["length"]] extends [0, number] | [number, 0]
        ? `${Show<S>}: there is nothing to cut, or into nothing`
        : Reshaped<[At<S, P>], T> extends infer Parts
          ? Parts extends number[]
            ? Spliced<S, P, Parts>
            : Parts
          : never
    : Shape
  : P;
