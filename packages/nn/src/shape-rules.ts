/**
 * What layers and their functions make of shapes, as types: a rule for each kind. `S` is the shape
 * before, of which only the last sizes may be known, `P` what the layer says of itself: its rule,
 * what messages call it, and its numbers. A rule gives a shape, `Shape` where it cannot be known,
 * or a sentence that says why there is none. Nothing here runs. How layers come by their rules:
 * shape-types.ts.
 */
import type { Shape } from "@nabla/core";
import type { Broadcast, Minus, Plus, ShapeRules, Times, Floor } from "@nabla/core/engine";

import type {
  Columns,
  Dealt,
  Folded,
  Halved,
  Resized,
  Sampled,
  Shuffled,
  Sloped,
  Unshuffled,
} from "./shape-pictures.js";

/** The rules of one tensor, by the names under which layers ask for them. */
export interface Rules<S extends Shape, P extends readonly unknown[]> {
  same: S;
  linear: Linear<S, P, S>;
  sequence: number extends S["length"]
    ? Linear<S, P, S>
    : S["length"] extends P[4]
      ? Linear<S, P, S>
      : Said<
          P,
          S,
          P[4] extends 1 | 2 ? "it must have 1 or 2 dimensions" : "it must have 2 or 3 dimensions"
        >;
  sequential: Chain<P[1], S>;
  features: Features<S, P>;
  last: P[2] extends readonly [] ? Said<P, S, "no sizes are named"> : Last<S, P[2], P, S>;
  embed: [...S, P[2]];
  oneHot: [...S, P[2]];
  flatten: number extends S["length"] ? Shape : About<P, ShapeRules<S, [P[2], P[3]]>["flatten"]>;
  unflatten: number extends S["length"]
    ? Shape
    : About<P, ShapeRules<S, [P[2], P[3]]>["unflatten"]>;
  slide: Moved<S, P, Cut<S, P[2]>, "slide">;
  enlarge: Moved<S, P, Cut<S, P[2]>, "enlarge">;
  adapt: Moved<S, P, Cut<S, P[2]>, "adapt">;
  pad: Moved<S, P, Cut<S, P[2]>, "pad">;
  resize: Resized<S, P>;
  shuffle: Shuffled<S, P>;
  unshuffle: Unshuffled<S, P>;
  deal: Dealt<S, P>;
  unfold: Columns<S, P>;
  fold: Folded<S, P>;
  halve: Halved<S, P>;
  slopes: Sloped<S, P>;
  along: number extends S["length"] ? S : About<P, ShapeRules<S, [P[2]]>["along"]>;
}

/** A sentence about a shape, or what is no sentence. */
type About<P extends readonly unknown[], Result> = Result extends string
  ? `${P[1] & string}: ${Result}`
  : Result;
export type Said<
  P extends readonly unknown[],
  S,
  Reason,
> = `${P[1] & string}: ${Show<S>}: ${Reason & string}`;
/** How shapes are written, of which only the last sizes may be known. */
export type Show<S> = `[${Listed<S>}]`;
type Listed<S> = S extends readonly []
  ? ""
  : S extends readonly [...infer Rest, infer N extends number]
    ? `${Rest extends readonly [] ? "" : `${Listed<Rest>}, `}${number extends N ? "number" : N}`
    : "...";
/** Sizes that must be equal: nothing, or a sentence. */
export type Unequal<M, N> = [M & N] extends [never] ? `${M & number} ≠ ${N & number}` : 0;

type Linear<S, P extends readonly unknown[], Told> = S extends readonly [...infer Rest, infer K]
  ? Unequal<K, P[2]> extends infer Why extends string
    ? Said<P, Told, Why>
    : [...Rest, P[3]]
  : S extends readonly []
    ? Said<P, Told, "there is no dimension">
    : [...number[], P[3]];
/** What layers, one after another, make of a shape. */
export type Chain<Layers, S> = S extends Shape
  ? Layers extends readonly [infer Layer, ...infer Rest]
    ? Chain<Rest, Mapped<Layer, S>>
    : Layers extends readonly []
      ? S
      : Shape
  : S;
declare const maps: unique symbol;
/**
 * A layer that maps shapes by a rule and its numbers, such as `["linear", "Linear(3, 2)", 3, 2]`.
 * They are compared as arguments of methods are, so that a layer may stand for one of which less is
 * known.
 */
export interface Maps<P extends readonly unknown[]> {
  readonly [maps]: { by(rule: P): void };
}
/** What a layer makes of a shape. */
type Mapped<Layer, S extends Shape> =
  Layer extends Maps<infer P> ? (P[6] extends true ? Shape : ByRule<S, P>) : Shape;
export type ByRule<S extends Shape, P extends readonly unknown[]> = P[0] extends keyof Rules<[], []>
  ? Rules<S, P>[P[0]]
  : Shape;

/** So many channels in dimension 1, where the number of dimensions is one of some. */
type Features<S extends Shape, P extends readonly unknown[]> = number extends S["length"]
  ? S
  : S["length"] extends P[3]
    ? Unequal<S[1], P[2]> extends infer Why extends string
      ? Said<P, S, Why>
      : S
    : Said<P, S, `it has ${S["length"]} dimensions`>;
/**
 * What is wrong with queries, keys and values, [length, n, size] or without n, or nothing. `P` is
 * [rule, name, sizes of the three, whether n comes first].
 */
export type Attention<
  P extends readonly unknown[],
  Q extends Shape,
  K extends Shape,
  V extends Shape,
> = number extends Q["length"] | K["length"] | V["length"]
  ? Shape
  : Extract<
        | ByRule<Q, ["sequence", P[1], P[2], P[2], 2 | 3]>
        | ByRule<K, ["sequence", P[1], P[3], P[3], 2 | 3]>
        | ByRule<V, ["sequence", P[1], P[4], P[4], 2 | 3]>,
        string
      > extends infer Why extends string
    ? [Why] extends [never]
      ? Lengths<P, Q, K, V>
      : Why
    : never;
type Lengths<P extends readonly unknown[], Q, K, V> =
  Extract<Alike<Front<K>, Front<V>> | Samples<Q, K, P[5]>, string> extends infer Why
    ? [Why] extends [never]
      ? Shape
      : `${P[1] & string}: ${Show<Q>}, ${Show<K>} and ${Show<V>}: ${Why & string}`
    : never;
/** A shape without its last size, if there is one. */
type Front<S> = S extends readonly [...infer Rest extends number[], unknown]
  ? Rest
  : S extends readonly []
    ? []
    : Shape;
type Samples<Q, K, First> = Q extends readonly [infer A, infer B, unknown]
  ? K extends readonly [infer C, infer D, unknown]
    ? [First] extends [true]
      ? Unequal<A, C>
      : [First] extends [false]
        ? Unequal<B, D>
        : 0
    : Ranks
  : K extends readonly [unknown, unknown, unknown]
    ? Ranks
    : 0;
type Ranks = "they have not as many dimensions";
/** Sizes at the end. */
type Last<S, Sizes, P extends readonly unknown[], Told> = Sizes extends readonly [
  ...infer Before,
  infer N,
]
  ? S extends readonly [...infer Rest, infer M]
    ? Unequal<M, N> extends infer Why extends string
      ? Said<P, Told, Why>
      : Last<Rest, Before, P, Told>
    : S extends readonly []
      ? Said<P, Told, "it has too few dimensions">
      : Told
  : Told;

/** What is before the channels, the channels, and the sizes that windows move in. */
export type Cut<S extends Shape, Rank> = number[] extends S
  ? [number[], number, Spaces[Rank & keyof Spaces]]
  : Rank extends 1
    ? S extends readonly [...infer Front, infer C, infer L]
      ? [Front, C, [L]]
      : null
    : Rank extends 2
      ? S extends readonly [...infer Front, infer C, infer H, infer W]
        ? [Front, C, [H, W]]
        : null
      : S extends readonly [...infer Front, infer C, infer D, infer H, infer W]
        ? [Front, C, [D, H, W]]
        : null;
interface Spaces {
  1: [number];
  2: [number, number];
  3: [number, number, number];
}
/** `P` is [rule, name, rank, windows, channels, filters]; a pooling has no channels of its own. */
export type Moved<S, P extends readonly unknown[], Parts, How extends keyof Sizes<0, 0, []>> = [
  Parts,
] extends [readonly [infer Front extends Shape, infer C, infer Z]]
  ? Front extends readonly [unknown, unknown, ...unknown[]]
    ? Said<P, S, WrongRank<P[2]>>
    : Unequal<C, P[4] extends number ? P[4] : C> extends infer Why extends string
      ? Said<P, S, Why>
      : AllOf<
          P,
          S,
          [...Front, P[5] extends number ? P[5] : C],
          { -readonly [I in keyof Z]: Sizes<Z[I], I, P[3] & readonly unknown[]>[How] }
        >
  : Said<P, S, WrongRank<P[2]>>;
export type WrongRank<Rank> =
  `it must have ${{ 1: "2 or 3"; 2: "3 or 4"; 3: "4 or 5" }[Rank & (1 | 2 | 3)]} dimensions`;
export type AllOf<P extends readonly unknown[], S, Front extends unknown[], Z> = Z extends unknown[]
  ? [Extract<Z[number], string>] extends [never]
    ? [...Front, ...Z]
    : Said<P, S, Extract<Z[number], string>>
  : never;

/** What becomes of size `N` of dimension `I`, by [window, stride, padding, dilation, more]. */
interface Sizes<N, I, W extends readonly unknown[]> {
  slide: W[2] extends "same"
    ? N
    : W[4] extends false
      ? Slid<
          Around<N, Each<W[2], I>>,
          Reach<Each<W[0], I>, Each<W[3], I>>,
          Each<W[1] extends null | readonly [] ? W[0] : W[1], I>
        >
      : number;
  enlarge: Enlarged<
    Plus<
      Times<Minus<N, 1>, Each<W[1], I>>,
      Plus<Reach<Each<W[0], I>, Each<W[3], I>>, Each<W[4], I>>
    >,
    Each<W[2], I>
  >;
  adapt: Each<W[0], I, null> extends infer M extends number ? M : N;
  pad: Plus<N, Each<W[0], I>>;
}
/** What padding adds to each dimension; it is given from the last one on, two numbers for each. */
export type Added<K, Result extends unknown[] = []> = K extends number
  ? Plus<K, K>
  : K extends readonly [infer Before, infer After, ...infer Rest]
    ? Plus<Before, After> extends infer Both
      ? Added<Rest, [Both, ...Result]>
      : never
    : Result;
/** What a number, or a list of one number or several, says of dimension `I`. */
export type Each<List, I, Else = number> = List extends number
  ? List
  : List extends readonly [infer One]
    ? IfNumber<One, Else>
    : List extends readonly unknown[]
      ? I extends keyof List
        ? IfNumber<List[I], Else>
        : Else
      : List extends "valid"
        ? 0
        : Else;
type IfNumber<N, Else> = N extends number ? N : Else;
type Around<N, Padding> = [Padding] extends [0] ? N : Plus<N, Plus<Padding, Padding>>;
type Reach<K, Dilation> = [Dilation] extends [1] ? K : Plus<Times<Minus<K, 1>, Dilation>, 1>;
type Slid<Room, Taken, Step> = [Minus<Room, Taken>] extends [infer Rest]
  ? [Rest] extends [never]
    ? `a size, padding included, is ${Room & number}, and must be at least ${Taken & number}`
    : Plus<[Step] extends [1] ? Rest : Floor<Rest, Step>, 1>
  : never;
type Enlarged<Room, Padding> = [Minus<Room, Plus<Padding, Padding>>] extends [infer N]
  ? [N] extends [never]
    ? `a size is ${Room & number}, less than the padding ${Padding & number} on both sides`
    : N extends 0
      ? `a size is ${Room & number}, all of it padding`
      : N
  : never;

/** The rules of losses, of an input and a target. */
export interface LossRules<S extends Shape, T extends Shape> {
  broadcast: Broadcast<S, T>;
  alike: Alike<S, T>;
  classes: number extends S["length"] | T["length"]
    ? Shape
    : S extends readonly []
      ? NoClasses
      : S["length"] extends T["length"]
        ? Alike<S, T> extends string
          ? Alike<S, T>
          : WithoutClasses<S>
        : Alike<WithoutClasses<S>, T>;
  numbers: number extends S["length"]
    ? Shape
    : S extends readonly []
      ? NoClasses
      : Alike<WithoutClasses<S>, T>;
  unknown: Shape;
}
/** The rules of three tensors, and of two that become one; `P` has more of what they need. */
export interface SeveralRules<
  A extends Shape,
  B extends Shape,
  C extends Shape,
  P extends readonly unknown[],
> {
  ranking: SameRanks<A, B, C> extends infer Why extends string ? Why : Both<Broadcast<A, B>, C>;
  triplet: SameRanks<A, B, C> extends infer Why extends string
    ? Why
    : Nearer<Broadcast<A, B>, Broadcast<A, C>>;
  cosine: [A["length"], B["length"], C["length"]] extends [2, 2, 1] | [1, 1, 0]
    ? Broadcast<A, B> extends infer Why extends string
      ? Why
      : Both<Front<Broadcast<A, B>>, C>
    : "inputs are matrices, with a target for each row, or vectors, with a number";
  bilinear: A extends readonly [...infer R extends number[], infer I]
    ? B extends readonly [...infer T extends number[], infer J]
      ? Extract<Unequal<I, P[4]> | Unequal<J, P[5]> | Alike<R, T>, string> extends infer Why
        ? [Why] extends [never]
          ? [...R, P[6]]
          : Why
        : never
      : "there is no dimension"
    : "there is no dimension";
  /** Those that are of one shape but for the third, which may have one for each row. */
  gaussian: Variance<A, C> extends infer Why extends string ? Why : Broadcast<A, B>;
  ranks: SameRanks<A, B, C> extends infer Why extends string ? Why : Shape;
  unknown: Shape;
  grid: Sampled<A, B>;
  distance: Broadcast<A, B> extends infer Z
    ? Z extends Shape
      ? Reason<ShapeRules<Z, [P[4], P[5]]>["reduce"]>
      : Z
    : never;
}
/** A sentence without the shape that it begins with. */
type Reason<Result> = Result extends `${string}: ${infer Why}` ? Why : Result;
type SameRanks<A extends Shape, B extends Shape, C extends Shape> = [
  A["length"],
  A["length"],
] extends [B["length"], C["length"]]
  ? 0
  : Ranks;
/** What is wrong with a variance of the same shape, or of one size less, or with 1 there. */
type Variance<A extends Shape, C extends Shape> = A extends readonly [
  ...infer Rows extends number[],
  infer N,
]
  ? C["length"] extends Rows["length"]
    ? Alike<Rows, C>
    : C extends readonly [...infer Own extends number[], infer M]
      ? Alike<A, [...Own, M extends 1 ? N : M]>
      : Ranks
  : Alike<A, C>;
type Both<Z, C extends Shape> = Z extends Shape ? Broadcast<Z, C> : Z;
type Nearer<Y, Z> = Y extends Shape ? (Z extends Shape ? Broadcast<Front<Y>, Front<Z>> : Z) : Y;
type NoClasses = "there is no dimension of classes";
type WithoutClasses<S> = S extends readonly [infer N, unknown, ...infer Rest]
  ? [N, ...Rest]
  : S extends readonly [unknown]
    ? []
    : Shape;
/** Of shapes that must be the same. */
export type Alike<S, T> = S extends Shape
  ? T extends Shape
    ? number extends S["length"] | T["length"]
      ? Shape
      : S["length"] extends T["length"]
        ? Extract<{ [I in keyof S]: Unequal<S[I], T[I & keyof T]> }[number], string> extends infer W
          ? [W] extends [never]
            ? S
            : W
          : never
        : Ranks
    : never
  : never;
export type LossKind = keyof LossRules<[], []>;
