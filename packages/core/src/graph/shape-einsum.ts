/**
 * What becomes of shapes by Einstein's notation, as types: the equation is read letter by letter,
 * and every letter gets a size, or there is a sentence. What the notation means: ops/einsum.ts.
 * Other rules: shape-rules.ts.
 */
import type { Tensor } from "../tensor.js";
import type { DType } from "./dtype.js";
import type { Equal, Show } from "./shape-places.js";
import type { Allowed, Said } from "./shape-types.js";
import type { Shape } from "./shape.js";

/** Sizes by letter, and the letters that are there once, and those that are there again. */
interface Read {
  readonly sizes: object;
  readonly once: string;
  readonly again: string;
}
interface Nothing extends Read {
  readonly once: never;
  readonly again: never;
}
type Einsum<E, Tensors> = E extends `${infer A} ${infer B}`
  ? Einsum<`${A}${B}`, Tensors>
  : E extends `${string}.${string}`
    ? Shape
    : E extends `${infer In}->${infer Out}`
      ? Named<Terms<In, Tensors>, Out>
      : string extends E
        ? Shape
        : Implied<Terms<E, Tensors>>;
/** Term by term, each with its tensor. */
type Terms<In, Tensors, Known = Nothing> = Known extends Read
  ? Tensors extends readonly [Tensor<infer S>, ...infer Rest]
    ? In extends `${infer Term},${infer More}`
      ? Rest extends readonly []
        ? "there are more terms than tensors"
        : Terms<More, Rest, Letters<Term, S, Known, never, Term, S>>
      : Rest extends readonly []
        ? Letters<In, S, Known, never, In & string, S>
        : "there are fewer terms than tensors"
    : Shape
  : Known;
/** Letter by letter, each with its size; `Own` are those that this term has had. */
type Letters<Term, S, Known extends Read, Own, Whole extends string, Told> = number extends (S &
  Shape)["length"]
  ? Shape
  : Term extends `${infer L}${infer More}`
    ? S extends readonly [infer N extends number, ...infer Rest]
      ? Size<L, N, Known["sizes"], Own> extends infer M
        ? M extends string
          ? M
          : Letters<
              More,
              Rest,
              {
                sizes: {
                  [K in keyof Known["sizes"] | L]: K extends L
                    ? M
                    : Known["sizes"][K & keyof Known["sizes"]];
                };
                once: L extends Known["once"] | Known["again"]
                  ? Exclude<Known["once"], L>
                  : Known["once"] | L;
                again: L extends Known["once"] ? Known["again"] | L : Known["again"];
              },
              Own | L,
              Whole,
              Told
            >
        : never
      : OtherRank<Whole, Told>
    : S extends readonly []
      ? Known
      : OtherRank<Whole, Told>;
type OtherRank<Term extends string, S> = `"${Term}" does not name the dimensions of ${Show<S>}`;
/** Equal, or 1 in one of two tensors. */
type Size<L, N extends number, Sizes, Own> = L extends keyof Sizes
  ? Sizes[L] extends infer M extends number
    ? [L] extends [Own]
      ? Equal<M, N> extends infer Both
        ? Both extends string
          ? `${L & string} names sizes ${M} and ${N} of one`
          : Both
        : never
      : N extends 1
        ? M
        : M extends 1
          ? N
          : Equal<M, N> extends infer Both
            ? Both extends string
              ? `${L & string} is ${M} in one and ${N} in another`
              : Both
            : never
    : never
  : N;
type Named<Known, Out> = Known extends Read ? Result<Out, Known["sizes"]> : Known;
type Result<
  Out,
  Sizes,
  Sofar extends unknown[] = [],
  Had = never,
> = Out extends `${infer L}${infer More}`
  ? L extends keyof Sizes
    ? L extends Had
      ? `the result names ${L} twice`
      : Result<More, Sizes, [...Sofar, Sizes[L]], Had | L>
    : `the result names ${L}, which no tensor has`
  : Sofar;
/** Those that are there once, in the order of the alphabet. */
type Implied<Known> = Known extends Read ? InOrder<Alphabet<Known>, Known> : Known;
/** Not written there, so that the compiler goes through it only with a known equation. */
type Alphabet<Known> = Known extends Read
  ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
  : never;
type InOrder<
  All,
  Known extends Read,
  Sofar extends unknown[] = [],
> = All extends `${infer L}${infer More}`
  ? InOrder<
      More,
      Known,
      [L] extends [Known["once"]] ? [...Sofar, Known["sizes"][L & keyof Known["sizes"]]] : Sofar
    >
  : Sofar;

type ShapesOf<Tensors, List extends string = ""> = Tensors extends readonly [
  Tensor<infer S>,
  ...infer Rest,
]
  ? ShapesOf<Rest, `${List}${List extends "" ? "" : " and "}${Show<S>}`>
  : List;
interface FitsEquation<E, Tensors> {
  plain: "allowed";
  known: Einsum<E, Tensors> extends string ? "refused" : "allowed";
}
interface FitEquationBy<E, Tensors> {
  allowed: unknown;
  refused: ShapesOf<Tensors> extends infer List extends string
    ? Said<`einsum: "${E & string}" of ${List}`, Einsum<E, Tensors>>
    : never;
}
type FitEquation<E, Tensors extends readonly unknown[]> = "refused" extends FitsEquation<
  E,
  Tensors
>[KeyOf<Tensors[number]>]
  ? FitEquationBy<E, Tensors>[FitsEquation<E, Tensors>[KeyOf<Tensors[number]>]]
  : E;
/** Whether anything is known; of tensors in a list nothing is worked out. */
type KeyOf<X> =
  X extends Tensor<infer S> ? (number extends S["length"] ? "plain" : "known") : "plain";
interface EinsumShape<E, Tensors> {
  plain: Shape;
  known: Allowed<Einsum<E, Tensors>>;
}
interface EinsumType<Tensors> {
  plain: DType;
  known: Tensors extends readonly [Tensor<infer _S, infer D>, ...unknown[]] ? D : DType;
}
/** A function of an equation that is written out, and tensors. */
export type EinsumFunction = <
  const E extends string,
  Tensors extends readonly (Tensor | readonly Tensor[])[],
>(
  equation: FitEquation<E, Tensors>,
  ...tensors: Tensors
) => Tensor<
  EinsumShape<E, Tensors>[KeyOf<Tensors[number]>],
  EinsumType<Tensors>[KeyOf<Tensors[number]>]
>;
