/**
 * What the compiler knows of shapes and element types: how calls come by their types. Each family
 * says again what it says about values, in ops/define.ts, ops/fold.ts and ops/contraction.ts;
 * nothing here runs. A size that is not known is `number`, a shape of which nothing is known is
 * `Shape`, and neither is ever refused. Where there is no result, a rule gives a sentence, and the
 * argument's type becomes that sentence: so the compiler's message says it. The rules of shapes:
 * shape-rules.ts. How tables become methods: ops/methods.ts. Why it is made like this, and what it
 * costs: docs/decisions/0005-shape-types.md.
 */
import type { CreateOptions } from "../ops/create.js";
import type { Op, Operand, Samples } from "../ops/define.js";
import type { Along, TypeOptions } from "../ops/fold.js";
import type { ValuesAndIndices } from "../ops/place.js";
import type { Tensor } from "../tensor.js";
import type { DType } from "./dtype.js";
import type { Joins } from "./shape-joins.js";
import type { Show } from "./shape-places.js";
import type { Broadcast, Product, Rules } from "./shape-rules.js";
import type { Shape } from "./shape.js";

declare const known: unique symbol;
declare const compared: unique symbol;

/**
 * How the compiler compares tensors: size by size. It takes the arguments of methods in both
 * directions, so `number` agrees with every size, and `Shape` with every shape.
 */
export interface Compared<S extends Shape, D extends DType> {
  /** By this the compiler sees at once that a tensor is no other thing, and looks no further. */
  readonly [known]: true;
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

/** A size that a number says, unless it has a fraction. */
export type Count<N extends number> = `${N}` extends `${bigint}` ? N : number;

/** A function that makes one. */
export type Creation = <const S extends number[], D extends DType = "float32">(
  shape: readonly [...S],
  options?: CreateOptions<D>,
) => Created<S, D>;

/** What a rule gives in all cases, where there are several. */
type Verdict<Result> = Result extends string ? "refused" : "allowed";
/** The shape that a rule gives. */
export type Allowed<Result> = Result extends Shape ? Result : Shape;
/** A sentence, of what comes first and the reason. */
export type Said<Before extends string, Reason> = Reason extends string
  ? `${Before}: ${Reason}`
  : never;
type Two<X, Sign extends string, O> = `${Show<ShapeOf<X>>} ${Sign} ${Show<ShapeOf<O>>}`;
// The rules of element types, which are known of float tensors, and seldom of others.

/** What a result is of: the type of its operands, if that is of floats or always, or another. */
export type Rule = "same" | "exact" | "truth" | "position" | "joint";
type Ruled<R, D> = R extends "truth"
  ? "bool"
  : R extends "position"
    ? "int32"
    : R extends "exact"
      ? D
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

interface Recorded {
  readonly op: Op;
  readonly samples: Samples;
}
/** A function whose method need not know its name; of `method` only the compiler knows. */
export interface HasMethod {
  readonly method: unknown;
}
/** One whose method does: of two tensors. */
export interface HasName {
  readonly rule: Rule;
  readonly more: unknown[];
  readonly other: unknown;
}
type InPlace<Args extends readonly unknown[]> = <X extends Tensor>(this: X, ...args: Args) => X;

/** What is known of a tensor. Of a shape that is not known, neither is the element type. */
type ShapeOf<X> = X extends Tensor<infer S> ? S : never;
type TypeOf<X, R extends Rule> =
  X extends Tensor<infer S, infer D> ? (number extends S["length"] ? DType : Ruled<R, D>) : never;

/**
 * Whether anything is known of a shape. Results are looked up by it: the compiler does not look
 * behind a key before it knows it, and of a plain tensor there is nothing to work out.
 */
export type Of<X> =
  X extends Tensor<infer S> ? (number extends S["length"] ? "plain" : "known") : never;

/** A function of one tensor that keeps its shape. `More` is what may follow. */
export interface UnaryFunction<R extends Rule, More extends unknown[] = []> {
  <X extends Tensor>(x: X, ...more: More): Tensor<ShapeOf<X>, TypeOf<X, R>>;
  readonly method: <X extends Tensor>(this: X, ...more: More) => Tensor<ShapeOf<X>, TypeOf<X, R>>;
  readonly inPlace: InPlace<More>;
}
/** A record of one: a function of its elements. */
export interface UnaryRow<R extends Rule, More extends unknown[] = []>
  extends UnaryFunction<R, More>, Recorded {}

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
  allowed: unknown;
  refused: Said<`${Name}${Two<X, "and", O>}`, Broadcast<ShapeOf<X>, ShapeOf<O>>>;
}
type Beside<Name extends string, X, O> = "refused" extends PairedBy<X, O>[Of<X>]
  ? BesideBy<Name, X, O>[PairedBy<X, O>[Of<X>]]
  : O;
interface PairedBy<X, O> {
  plain: "allowed";
  known: Paired<X, O>;
}
type BothShapes<X, O> =
  X extends Tensor<infer S> ? (O extends Tensor<infer T> ? Allowed<Broadcast<S, T>> : S) : never;
interface BothShapesBy<X, O> {
  plain: Shape;
  known: BothShapes<X, O>;
}
interface BothTypesBy<R extends Rule, X, O> {
  plain: DType;
  known: BothTypes<R, X, O>;
}
type BothTypes<R extends Rule, X, O> =
  X extends Tensor<infer S, infer D>
    ? O extends Tensor<infer T, infer E>
      ? number extends S["length"] | T["length"]
        ? DType
        : Ruled<R, Promoted<D, S, E, T>>
      : TypeOf<X, R>
    : never;

/** A function of the elements of two tensors, which broadcast. The second may be an `Other`. */
export interface BinaryRow<
  in out R extends Rule,
  in out More extends unknown[] = [],
  in out Other = Tensor | PlainNumber,
>
  extends HasName, Recorded {
  <X extends Tensor, O extends Other>(
    x: X,
    other: Beside<"", X, O>,
    ...more: More
  ): Tensor<BothShapesBy<X, O>[Of<X>], BothTypesBy<R, X, O>[Of<X>]>;
  readonly rule: R;
  readonly more: More;
  readonly other: Other;
  readonly inPlace: InPlace<[other: Operand, ...more: More]>;
}
type BinaryMethod<Name extends string, R extends Rule, More extends unknown[], Other> = <
  X extends Tensor,
  O extends Other,
>(
  this: X,
  other: Beside<Name, X, O>,
  ...more: More
) => Tensor<BothShapesBy<X, O>[Of<X>], BothTypesBy<R, X, O>[Of<X>]>;

/** A rule of shape, and the arguments and the element type it is for. */
export type RuleName = keyof Rules<[], []>;
type Outcome<K extends RuleName, X, A extends readonly unknown[]> =
  X extends Tensor<infer S> ? OutcomeOf<K, S, A> : never;
/** Goes through the shapes one by one: so a shape `S` of a generic function is a `Shape`. */
type OutcomeOf<K extends RuleName, S extends Shape, A extends readonly unknown[]> = S extends Shape
  ? number extends S["length"]
    ? Shape
    : Rules<S, A>[K]
  : never;
interface FitBy<Name extends string, K extends RuleName, X, A extends readonly unknown[]> {
  allowed: unknown;
  refused: Said<Name, Outcome<K, X, A>>;
}
/** What the arguments must be: themselves, or the sentence that says why they cannot be. */
export type Fit<
  Name extends string,
  K extends RuleName,
  X,
  A extends readonly unknown[],
> = "refused" extends FitsBy<K, X, A>[Of<X>] ? FitBy<Name, K, X, A>[FitsBy<K, X, A>[Of<X>]] : X;
interface FitsBy<K extends RuleName, X, A extends readonly unknown[]> {
  plain: "allowed";
  known: Verdict<Outcome<K, X, A>>;
}
/**
 * What a call results in. It is written out at each call: the result of an alias would be compared
 * by what its arguments do, for which the compiler works out all methods.
 */
interface ShapeBy<K extends RuleName, X, A extends readonly unknown[]> {
  plain: Shape;
  known: Allowed<Outcome<K, X, A>>;
}
interface TypeBy<R extends Rule, X, A> {
  plain: DType;
  known: Converted<R, TypeOf<X, R>, A>;
}
type Converted<R extends Rule, D extends DType, Args> = R extends "truth" | "position"
  ? D
  : Args extends readonly [
        ...unknown[],
        { readonly dtype: infer E extends DType; readonly shape?: never },
      ]
    ? E
    : R extends "joint"
      ? Joint<D, Args>
      : D;
/** Of a tensor and those among its arguments that are tensors, if all are of one type of floats. */
type Joint<D extends DType, Args> = Args extends readonly [infer O, ...infer Rest]
  ? O extends Tensor<infer _S, infer E>
    ? [D, E] extends [Float, D | "int32" | "bool"]
      ? Joint<D, Rest>
      : DType
    : Joint<D, Rest>
  : D;

/** A function that chooses between two, of which either may be a number. */
export interface ChoiceFunction<Name extends string> {
  <C extends Tensor, const A extends readonly [a: Operand, b: Operand]>(
    condition: Fit<Name, "together", C, A>,
    ...args: A
  ): Tensor<ShapeBy<"together", C, A>[Of<C>], ChosenBy<A>[Of<C>]>;
}
interface ChosenBy<A> {
  plain: DType;
  known: Chosen<A>;
}
type Chosen<A> = A extends readonly [Tensor<infer _S, infer D>, infer O]
  ? Joint<D, [Tensor<[], D>, O]>
  : A extends readonly [unknown, Tensor<infer _S, infer D>]
    ? Joint<D, [Tensor<[], D>]>
    : DType;

/** A function called `Name` whose result has a shape by the rule `K`. */
export interface ShapedFunction<
  Name extends string,
  K extends RuleName,
  Args extends readonly unknown[],
  R extends Rule = "exact",
> {
  <X extends Tensor, const A extends Args>(
    x: Fit<Name, K, X, A>,
    ...args: A
  ): Tensor<ShapeBy<K, X, A>[Of<X>], TypeBy<R, X, A>[Of<X>]>;
  readonly method: <X extends Tensor, const A extends Args>(
    this: Fit<Name, K, X, A>,
    ...args: A
  ) => Tensor<ShapeBy<K, X, A>[Of<X>], TypeBy<R, X, A>[Of<X>]>;
  readonly inPlace: InPlace<Args>;
}
/** A record of one. */
export interface ShapedRow<Name extends string, K extends RuleName, Args extends readonly unknown[]>
  extends ShapedFunction<Name, K, Args>, Recorded {}

/** A record of elements of several tensors, which broadcast. */
export interface TogetherRow<Name extends string, Args extends readonly unknown[]>
  extends ShapedFunction<Name, "together", Args, "joint">, Recorded {}

/** A reduction along dimensions. */
export interface ReductionRow<Name extends string, R extends Rule>
  extends ShapedFunction<Name, "reduce", Along<TypeOptions>, R>, Recorded {}

/** A function that finds elements, and says where they are. */
export interface PairFunction<
  Name extends string,
  K extends RuleName,
  Args extends readonly unknown[],
> {
  <X extends Tensor, const A extends Args>(
    x: Fit<Name, K, X, A>,
    ...args: A
  ): ValuesAndIndices<
    Tensor<ShapeBy<K, X, A>[Of<X>], TypeBy<"exact", X, A>[Of<X>]>,
    Tensor<ShapeBy<K, X, A>[Of<X>], TypeBy<"position", X, A>[Of<X>]>
  >;
  readonly method: <X extends Tensor, const A extends Args>(
    this: Fit<Name, K, X, A>,
    ...args: A
  ) => ValuesAndIndices<
    Tensor<ShapeBy<K, X, A>[Of<X>], TypeBy<"exact", X, A>[Of<X>]>,
    Tensor<ShapeBy<K, X, A>[Of<X>], TypeBy<"position", X, A>[Of<X>]>
  >;
}

/** A function that does one of three things, by what it is given. */
export interface ExtremeFunction<Name extends string, Other = never> {
  <X extends Tensor, const A extends ExtremeArguments<Other>>(
    x: Fit<Name, "extreme", X, A>,
    ...args: A
  ): Extreme<X, A>;
  readonly method: <X extends Tensor, const A extends ExtremeArguments<Other>>(
    this: Fit<Name, "extreme", X, A>,
    ...args: A
  ) => Extreme<X, A>;
}
type ExtremeArguments<Other> = [] | [other: Other] | [dim: number, keepdim?: boolean];
type Extreme<X, A extends readonly unknown[]> = A extends readonly []
  ? Tensor<ShapeBy<"reduce", X, A>[Of<X>], TypeBy<"exact", X, A>[Of<X>]>
  : A extends readonly [infer O extends Tensor]
    ? Tensor<BothShapesBy<X, O>[Of<X>], BothTypesBy<"same", X, O>[Of<X>]>
    : Extremes<X, A>;
type Extremes<X, A extends readonly unknown[]> = ValuesAndIndices<
  Tensor<ShapeBy<"reduce", X, A>[Of<X>], TypeBy<"exact", X, A>[Of<X>]>,
  Tensor<ShapeBy<"reduce", X, A>[Of<X>], TypeBy<"position", X, A>[Of<X>]>
>;

type Factored<X, O> =
  X extends Tensor<infer S> ? (O extends Tensor<infer T> ? Verdict<Product<S, T>> : never) : never;
interface FactorBy<X, O> {
  allowed: unknown;
  refused: Said<`matmul: ${Two<X, "×", O>}`, Product<ShapeOf<X>, ShapeOf<O>>>;
}
type Factor<X, O> = "refused" extends FactoredBy<X, O>[Of<X>]
  ? FactorBy<X, O>[FactoredBy<X, O>[Of<X>]]
  : O;
interface FactoredBy<X, O> {
  plain: "allowed";
  known: Factored<X, O>;
}
interface ProductShape<X, O> {
  plain: Shape;
  known: ProductOf<X, O>;
}
type ProductOf<X, O> =
  X extends Tensor<infer S> ? (O extends Tensor<infer T> ? Allowed<Product<S, T>> : never) : never;

/** A product of matrices. */
export interface ProductRow extends Recorded {
  <X extends Tensor, O extends Tensor>(
    x: X,
    other: Factor<X, O>,
  ): Tensor<ProductShape<X, O>[Of<X>], BothTypesBy<"exact", X, O>[Of<X>]>;
  readonly method: <X extends Tensor, O extends Tensor>(
    this: X,
    other: Factor<X, O>,
  ) => Tensor<ProductShape<X, O>[Of<X>], BothTypesBy<"exact", X, O>[Of<X>]>;
}

type JoinName = keyof Joins<[], 0>;
interface JoinBy<K extends JoinName, List, D> {
  allowed: readonly unknown[];
  refused: readonly [because: Said<K, Joins<List, D>[K]>, ...more: unknown[]];
}
type FitList<K extends JoinName, List extends readonly unknown[], D> = "refused" extends JoinsBy<
  K,
  List,
  D
>[Of<List[number]>]
  ? JoinBy<K, List, D>[JoinsBy<K, List, D>[Of<List[number]>]]
  : List;
interface JoinsBy<K extends JoinName, List, D> {
  plain: "allowed";
  known: Verdict<Joins<List, D>[K]>;
}
interface ListBy<K extends JoinName, List, D> {
  plain: Shape;
  known: Allowed<Joins<List, D>[K]>;
}
/** A function that joins tensors along a dimension, the first unless given. */
export type JoinFunction<K extends JoinName> = <
  const List extends readonly Tensor[],
  D extends number = 0,
>(
  tensors: FitList<K, List, D>,
  dim?: D,
) => Tensor<
  ListBy<K, List, D>[Of<List[number]>],
  TypeBy<"exact", List[number], []>[Of<List[number]>]
>;

/** A conversion of all elements. */
export interface ConversionRow extends Recorded {
  <X extends Tensor, E extends DType>(x: X, dtype: E): Tensor<ShapeOf<X>, E>;
  readonly method: <X extends Tensor, E extends DType>(this: X, dtype: E) => Tensor<ShapeOf<X>, E>;
}

/** A function that gives a list where one of the options `Asking` is set. */
export interface ListingFunction<Options, Asking extends keyof Options> {
  <O extends Options = Plainly<Options, Asking>>(x: Tensor, options?: O): Listing<O, Asking>;
  readonly method: <O extends Options = Plainly<Options, Asking>>(
    options?: O,
  ) => Listing<O, Asking>;
}
type Plainly<Options, Asking extends keyof Options> = Options & { readonly [N in Asking]?: false };
type Listing<O, Asking extends PropertyKey> = [Extract<keyof O, Asking>] extends [never]
  ? Tensor
  : O extends { readonly [Name in Asking]?: false }
    ? Tensor
    : Tensor[];

/** The method of a family of two tensors, whose messages begin with what it is called. */
export type NamedMethod<Name, Entry extends HasName> = BinaryMethod<
  `${Name & string}: `,
  Entry["rule"],
  Entry["more"],
  Entry["other"]
>;
