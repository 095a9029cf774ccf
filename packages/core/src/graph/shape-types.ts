/**
 * What the compiler knows of shapes and element types: the rules of the families, written as types.
 * Each says again what a family says about values, in ops/define.ts, ops/fold.ts and
 * ops/contraction.ts; nothing here runs. A size that is not known is `number`, a shape of which
 * nothing is known is `Shape`, and neither is ever refused. Where there is no result, a rule gives
 * a sentence, and the argument's type becomes that sentence: so the compiler's message says it. How
 * tables become methods: ops/methods.ts. Why it is made like this, and what it costs:
 * docs/decisions/0005-shape-types.md.
 */
import type { CreateOptions } from "../ops/create.js";
import type { Op, Operand, Samples } from "../ops/define.js";
import type { Along, TypeOptions } from "../ops/fold.js";
import type { Tensor } from "../tensor.js";
import type { DType } from "./dtype.js";
import type { Shape } from "./shape.js";

declare const compared: unique symbol;

/**
 * How the compiler compares tensors: size by size. It takes the arguments of methods in both
 * directions, so `number` agrees with every size, and `Shape` with every shape.
 */
export interface Compared<S extends Shape, D extends DType> {
  readonly [compared]: { shape(sizes: Sizes<S>): void; dtype(dtype: D): void };
}
type Sizes<S extends Shape> = { readonly [I in keyof S]: Size<S[I]> };
interface Size<N> {
  size(n: N): void;
}

/** A new tensor, of a shape that was written out or is not known. */
export type Created<S extends Shape, D extends DType> = number extends S["length"]
  ? Tensor
  : Tensor<S, NoInfer<D>>;

/** A function that makes one. */
export type Creation = <const S extends number[], D extends DType = "float32">(
  shape: readonly [...S],
  options?: CreateOptions<D>,
) => Created<S, D>;

type ShapeOf<X> = X extends Tensor<infer S> ? S : [];

// The rules of shape: each gives a shape, or a sentence that says why there is none.

type Broadcast<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? Shape
  : Aligned<A, B>;
/** From the last dimension to the first. */
type Aligned<A, B, Result extends unknown[] = []> = A extends readonly [
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

type Product<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? Shape
  : A extends readonly [...infer P, infer K extends number]
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
type Reduced<S extends Shape, Args> = number extends S["length"]
  ? Shape
  : Args extends readonly [infer Dim, infer Keep extends boolean, ...unknown[]]
    ? ReducedBy<S, Dim, Keep>
    : Args extends readonly [infer Dim, ...unknown[]]
      ? ReducedBy<S, Dim, false>
      : Args extends readonly []
        ? []
        : Shape;
type ReducedBy<S extends Shape, Dim, Keep> = Dim extends number
  ? Without<S, [Dim], Keep>
  : Dim extends null | undefined | readonly [] | TypeOptions
    ? Left<S, string, Keep>
    : Dim extends readonly number[]
      ? Without<S, Dim, Keep>
      : Shape;
/** Collects dimensions by name, "0" or "-1"; one of the list may be this or that. */
type Without<S extends Shape, List, Keep, Names extends string = never> = List extends readonly [
  infer Dim extends number,
  ...infer Rest,
]
  ? number extends Dim
    ? Shape
    : Dim extends number
      ? `${Dim}` extends Place<S>
        ? Without<S, Rest, Keep, Names | `${Dim}`>
        : `there is no dimension ${Dim}`
      : never
  : List extends readonly []
    ? Left<S, Names, Keep>
    : Shape;
/** The names of all dimensions. A single number has none, but may be reduced along it. */
type Place<
  S,
  Before extends unknown[] = [],
  Names extends string = "0" | "-1",
> = S extends readonly [infer N, ...infer Rest]
  ? Place<Rest, [...Before, N], Names | `${Before["length"]}` | `-${[...Before, N]["length"]}`>
  : Names;
type Left<
  S extends Shape,
  Names,
  Keep,
  Before extends unknown[] = [],
  Result extends Shape = [],
> = boolean extends Keep
  ? Shape
  : S extends readonly [infer N extends number, ...infer Rest extends Shape]
    ? Left<
        Rest,
        Names,
        Keep,
        [...Before, N],
        [Extract<`${Before["length"]}` | `-${S["length"]}`, Names>] extends [never]
          ? [...Result, N]
          : Keep extends true
            ? [...Result, 1]
            : Result
      >
    : Result;

/** What a rule gives in all cases, where there are several. */
type Verdict<Result> = Result extends string ? "refused" : "allowed";
type Why<Result> = Extract<Result, string>;
type Both<X, Sign extends string, O> = `${Show<ShapeOf<X>>} ${Sign} ${Show<ShapeOf<O>>}`;
type Show<S> = `[${Listed<S>}]`;
type Listed<S> = S extends readonly [infer N extends number, ...infer Rest]
  ? `${number extends N ? "number" : N}${Rest extends readonly [] ? "" : `, ${Listed<Rest>}`}`
  : "";

// The rules of element types, which are known of float tensors, and seldom of others.

/** What a result is of: the type of its operands, truth values, or positions. */
export type Rule = "same" | "truth" | "position";
type Ruled<R, D> = R extends "truth"
  ? "bool"
  : R extends "position"
    ? "int32"
    : [D] extends [Float]
      ? [D] extends [never]
        ? DType
        : D
      : DType;
type Float = "float32" | "float64";

/** Of two tensors, of which one without dimensions only decides whether it is a float. */
type Promoted<D, S, E, T> = DType extends D | E
  ? DType
  : [D, E] extends [Float, Float]
    ? D extends E
      ? E
      : S extends readonly []
        ? T extends readonly []
          ? "float64"
          : E
        : T extends readonly []
          ? D
          : "float64"
    : Extract<D | E, Float>;

// The families. Each has a function, a method, and may have a method that writes in place; of a
// tensor whose shape is not known each makes another. Where there are several possible shapes, the
// arguments are refused if they suit none.

/** What a record is beside being callable. Of `family` only the compiler knows. */
interface Typed<Family> {
  readonly op: Op;
  readonly samples: Samples;
  readonly family: Family;
}
type InPlace<Args extends unknown[]> = <X extends Tensor>(this: X, ...args: Args) => X;

type Unary<R extends Rule, X> =
  X extends Tensor<infer S, infer D>
    ? number extends S["length"]
      ? Tensor
      : Tensor<S, Ruled<R, D>>
    : never;

/** A function of the elements of one tensor. `More` is what may follow. */
export interface UnaryRow<R extends Rule, More extends unknown[] = []> extends Typed<
  UnaryFamily<R, More>
> {
  <X extends Tensor>(x: X, ...more: More): Unary<R, X>;
}
interface UnaryFamily<R extends Rule, More extends unknown[]> {
  readonly method: <X extends Tensor>(this: X, ...more: More) => Unary<R, X>;
  readonly inPlace: InPlace<More>;
}

/** A number or a truth value; its literal type is of no interest. */
export interface PlainNumber {
  valueOf(): number | boolean;
  readonly [Symbol.toPrimitive]?: never;
}
type Paired<X, O> =
  X extends Tensor<infer S>
    ? O extends Tensor<infer T>
      ? Verdict<Broadcast<S, T>>
      : "allowed"
    : never;
/** What the other operand must be: itself, or the sentence that says why it cannot be. */
interface BesideBy<Name extends string, X, O> {
  allowed: O;
  refused: `${Name}${Both<X, "and", O>}: ${Why<Broadcast<ShapeOf<X>, ShapeOf<O>>>}`;
}
type Beside<Name extends string, X, O> =
  "refused" extends Paired<X, O> ? BesideBy<Name, X, O>[Paired<X, O>] : O;
type Binary<R extends Rule, X, O> =
  X extends Tensor<infer S, infer D>
    ? O extends Tensor<infer T, infer E>
      ? number extends S["length"] | T["length"]
        ? Tensor
        : Aligned<S, T> extends infer Result extends Shape
          ? Tensor<Result, Ruled<R, Promoted<D, S, E, T>>>
          : Tensor
      : Unary<R, X>
    : never;

/** A function of the elements of two tensors, which broadcast. The second may be an `Other`. */
export interface BinaryRow<
  R extends Rule,
  More extends unknown[] = [],
  Other = Tensor | PlainNumber,
> extends Typed<BinaryFamily<R, More, Other>> {
  <X extends Tensor, O extends Other>(
    x: X,
    other: Beside<"", X, O>,
    ...more: More
  ): Binary<R, X, O>;
}
interface BinaryFamily<R extends Rule, More extends unknown[], Other> {
  readonly binary: [R, More, Other];
  readonly inPlace: InPlace<[other: Operand, ...more: More]>;
}
type BinaryMethod<Name extends string, R extends Rule, More extends unknown[], Other> = <
  X extends Tensor,
  O extends Other,
>(
  this: X,
  other: Beside<Name, X, O>,
  ...more: More
) => Binary<R, X, O>;

type Dimmed<X, Args> = X extends Tensor<infer S> ? Verdict<Reduced<S, Args>> : never;
interface DimsBy<Name extends string, X, Args extends readonly unknown[]> {
  allowed: Args;
  refused: [
    dim: `${Name}${Show<ShapeOf<X>>}: ${Why<Reduced<ShapeOf<X>, Args>>}`,
    ...more: unknown[],
  ];
}
type Dims<Name extends string, X, Args extends readonly unknown[]> =
  "refused" extends Dimmed<X, Args> ? DimsBy<Name, X, Args>[Dimmed<X, Args>] : Args;
type Reduction<R extends Rule, X, Args> =
  X extends Tensor<infer S, infer D>
    ? number extends S["length"]
      ? Tensor
      : Reduced<S, Args> extends infer Result extends Shape
        ? Tensor<Result, Ruled<R, Converted<D, Args>>>
        : Tensor
    : never;
type Converted<D, Args> = Args extends readonly [...unknown[], { readonly dtype: infer E }] ? E : D;

/** A reduction along dimensions. */
export interface ReductionRow<R extends Rule> extends Typed<{ readonly reduction: R }> {
  <X extends Tensor, const Args extends Along<TypeOptions>>(
    x: X,
    ...args: Dims<"", X, Args>
  ): Reduction<R, X, Args>;
}
type ReductionMethod<Name extends string, R extends Rule> = <
  X extends Tensor,
  const Args extends Along<TypeOptions>,
>(
  this: X,
  ...args: Dims<Name, X, Args>
) => Reduction<R, X, Args>;

type Factored<X, O> =
  X extends Tensor<infer S> ? (O extends Tensor<infer T> ? Verdict<Product<S, T>> : never) : never;
interface FactorBy<X, O> {
  allowed: O;
  refused: `matmul: ${Both<X, "×", O>}: ${Why<Product<ShapeOf<X>, ShapeOf<O>>>}`;
}
type Factor<X, O> = "refused" extends Factored<X, O> ? FactorBy<X, O>[Factored<X, O>] : O;
type Multiplied<X, O> =
  X extends Tensor<infer S, infer D>
    ? O extends Tensor<infer T, infer E>
      ? number extends S["length"] | T["length"]
        ? Tensor
        : Product<S, T> extends infer Result extends Shape
          ? Tensor<Result, DType extends D ? E : D>
          : Tensor
      : never
    : never;

/** A product of matrices. */
export interface ProductRow extends Typed<ProductFamily> {
  <X extends Tensor, O extends Tensor>(x: X, other: Factor<X, O>): Multiplied<X, O>;
}
interface ProductFamily {
  readonly method: <X extends Tensor, O extends Tensor>(
    this: X,
    other: Factor<X, O>,
  ) => Multiplied<X, O>;
}

/** The method of a record of these families; its messages may begin with what it is called. */
export type FamilyMethod<Name extends string, Family> = Family extends { readonly method: infer M }
  ? M
  : Family extends {
        readonly binary: [infer R extends Rule, infer More extends unknown[], infer Other];
      }
    ? BinaryMethod<`${Name}: `, R, More, Other>
    : Family extends { readonly reduction: infer R extends Rule }
      ? ReductionMethod<`${Name}: `, R>
      : never;
