/**
 * What becomes of the shapes of matrices: the rules of linear algebra, as types. A rule gives a
 * shape, or a sentence. `matmul` itself, and other rules: shape-rules.ts.
 */
import type { Tensor } from "../tensor.js";
import type { About, Equal, Show } from "./shape-places.js";
import type { Product } from "./shape-rules.js";
import type { Shape } from "./shape.js";
import type { Minus, Plus } from "./size-types.js";

/** Square matrices, or what is left without both dimensions. */
export type Square<S extends Shape, Stays> = S extends readonly [
  ...infer Rest,
  infer M extends number,
  infer N extends number,
]
  ? Equal<M, N> extends infer Both extends number
    ? Stays extends true
      ? [...Rest, Both, Both]
      : Rest
    : NoSquare<S>
  : NoSquare<S>;
type NoSquare<S> = `${Show<S>}: it is no square matrix`;
/** A product of two tensors of so many dimensions, which do not broadcast. */
export type Paired<S extends Shape, O, Ranks> =
  O extends Tensor<infer T>
    ? number extends T["length"]
      ? Shape
      : About<
          S,
          "×",
          T,
          [S["length"], T["length"]] extends Ranks
            ? S["length"] extends 3
              ? OfBatch<Equal<S[0], T[0]>, Product<S, T>>
              : Product<S, T>
            : "they have other numbers of dimensions"
        >
    : Shape;
type OfBatch<N, Result> = N extends string
  ? N
  : Result extends readonly [unknown, ...infer Matrix]
    ? [N, ...Matrix]
    : Result;
/** Every element of one vector with every element of the other. */
export type Outer<S extends Shape, O> =
  O extends Tensor<infer T>
    ? number extends T["length"]
      ? Shape
      : [S, T] extends [readonly [infer N], readonly [infer M]]
        ? [N, M]
        : About<S, "×", T, "both must be vectors">
    : Shape;
export type Trace<S extends Shape> = S["length"] extends 2 ? [] : NoMatrix<S>;
type NoMatrix<S> = `${Show<S>}: it is no matrix`;
/** From a vector a matrix, and from a matrix the vector of its diagonal. */
export type Diagonal<S extends Shape, Offset> = S extends readonly [infer N]
  ? Away<N, Offset> extends infer M
    ? [M, M]
    : never
  : S extends readonly [infer M, infer N]
    ? [Offset extends undefined | 0 ? Least<M, N> : number]
    : `${Show<S>}: it is neither a vector nor a matrix`;
type Away<N, Offset> = Offset extends undefined
  ? N
  : `${Offset & number}` extends `-${infer K extends number}`
    ? Plus<N, K>
    : Plus<N, Offset>;
type Least<M, N> = number extends M | N ? number : [Minus<M, N>] extends [never] ? M : N;
