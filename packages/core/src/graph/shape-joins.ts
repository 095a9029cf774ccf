/**
 * What becomes of the shapes of tensors that are joined: the rules of `cat` and `stack`, as types.
 * A rule gives a shape, or a sentence. Other rules: shape-rules.ts.
 */
import type { Tensor } from "../tensor.js";
import type { Beside, Equal, Inserted, Place, Show } from "./shape-places.js";
import type { Shape } from "./shape.js";
import type { Plus } from "./size-types.js";

/** The tensors of a list, one after another. */
type Cat<List, D, So = [0]> = So extends Shape
  ? List extends readonly [Tensor<infer S>, ...infer Rest]
    ? Cat<Rest, D, Catted<So, S, D>>
    : List extends readonly []
      ? So
      : Shape
  : So;
type Stack<List, D, So, Count extends unknown[] = []> = So extends Shape
  ? List extends readonly [Tensor<infer S>, ...infer Rest]
    ? Stack<Rest, D, Alike<So, S>, [...Count, 1]>
    : List extends readonly []
      ? Stacked<So, Count["length"], D>
      : Shape
  : So;
/** The rules, by the names of the functions. */
export interface Joins<List, D> {
  cat: Cat<List, D>;
  stack: List extends readonly [Tensor<infer S>, ...unknown[]] ? Stack<List, D, S> : Shape;
}
/** Tensors one behind the other along a dimension; what is of shape [0] adds nothing. */
type Catted<A extends Shape, B extends Shape, D> = A extends Shape
  ? B extends Shape
    ? number extends A["length"] | B["length"]
      ? Shape
      : B extends readonly [0]
        ? A
        : A extends readonly [0]
          ? B extends readonly []
            ? "tensors without dimensions cannot be joined"
            : Beside<Place<B, D>, B>
          : A["length"] extends B["length"]
            ? A extends readonly []
              ? "tensors without dimensions cannot be joined"
              : CattedAt<A, B, Place<A, D>>
            : `${Show<A>} and ${Show<B>}: they have not as many dimensions`
    : never
  : never;
type CattedAt<A extends Shape, B extends Shape, P> = P extends number
  ? number extends P
    ? Shape
    : Fitting<
        A,
        B,
        {
          -readonly [I in keyof A]: I extends `${P}`
            ? Plus<A[I], B[I & keyof B]>
            : Equal<A[I], B[I & keyof B]>;
        }
      >
  : P;
/** With a new dimension for so many of a shape. */
type Stacked<S extends Shape, Count, D> = S extends Shape
  ? number extends S["length"]
    ? Shape
    : Inserted<S, Place<[...S, 1], D, S>, Count>
  : never;
/** Of tensors that must have the same shape. */
type Alike<A extends Shape, B extends Shape> = A extends Shape
  ? B extends Shape
    ? number extends A["length"] | B["length"]
      ? Shape
      : A["length"] extends B["length"]
        ? Fitting<A, B, { -readonly [I in keyof A]: Equal<A[I], B[I & keyof B]> }>
        : `${Show<A>} and ${Show<B>}: they have not as many dimensions`
    : never
  : never;
/** A result for two shapes, of which every size is one, or else a reason against it. */
type Fitting<A, B, Result> = Result extends readonly (infer Size)[]
  ? [Extract<Size, string>] extends [never]
    ? Result
    : `${Show<A>} and ${Show<B>}: ${Extract<Size, string>}`
  : never;
