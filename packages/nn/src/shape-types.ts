/**
 * What the compiler knows of layers and functions: how calls come by their types. A layer says by
 * which rule it maps shapes, and `call` (module.ts) and `Sequential` (layers/container.ts) ask for
 * it; a function has the type of a family, in shape-functions.ts. A layer without a rule takes
 * anything, and of what it gives nothing is known. Types only; nothing here runs. The rules:
 * shape-rules.ts. Tensors: docs/shapes.md.
 */
import type { DType, Shape, Tensor } from "@nabla/core";
import type { Of, Times } from "@nabla/core/engine";

import type { Bags } from "./shape-pictures.js";
import type {
  Added,
  Attention,
  ByRule,
  Chain,
  LossKind,
  LossRules,
  Maps,
  SeveralRules,
  Show,
} from "./shape-rules.js";

export type { Maps } from "./shape-rules.js";

/** A layer whose output has the shape of its input. */
export type Same = Maps<["same", ""]>;
/** What windows look like, by what they are given: [window, stride, padding, dilation, more]. */
export type Sliding<K, O, Stride, More = false> = [
  K,
  Given<O, "stride", Stride>,
  Given<O, "padding", 0>,
  Given<O, "dilation", 1>,
  More,
];
/** An option, or its default; `unknown` where it may be given. */
export type Given<O, Name extends string, Default> = O extends {
  readonly [N in Name]: infer Value;
}
  ? Value
  : Name extends keyof O
    ? unknown
    : Default;
/**
 * What messages call a layer with windows. A text of its sizes, so that the compiler compares what
 * they come to, and not only the arguments.
 */
export type Called<Name extends string, K> = `${Name}(${K extends number ? K : Show<K>})`;
/** The rule of a pooling, which may give a pair. */
export type Pooling<How, Name, Rank, O, W> = [
  How,
  Name,
  Rank,
  W,
  null,
  null,
  Given<O, "returnIndices", false>,
];

/** The rule of what has another size, by the options. */
export type Resizing<Name extends string, O, Mode> = [
  "resize",
  Name,
  Given<O, "size", null>,
  Given<O, "scaleFactor", null>,
  Mode,
];
/** The rule of a padding. */
export type Padding<Name extends string, Rank, K> = Maps<
  ["pad", Called<Name, K>, Rank, [Added<K>]]
>;
/** The rule of attention of one sequence to another, by its size and those of keys and values. */
export type Attending<Name, O, Size, Keys = Size, Values = Size, More = "one"> = Maps<
  ["attention", Name, Size, Keys, Values, Given<O, "batchFirst", false>, true, More]
>;
/**
 * The rule of a network over sequences: their size, that of its states, and what it gives, by the
 * names of `Sequences`.
 */
export type Recurring<Name, In, Out, O, Gives> = Maps<
  [
    "sequence",
    Name,
    In,
    Times<Directions<O>, Out>,
    2 | 3,
    Gives,
    true,
    [Times<Directions<O>, Given<O, "numLayers", 1>>, Out, Given<O, "batchFirst", false>],
  ]
>;
type Directions<O> = [Given<O, "bidirectional", false>] extends [infer Both]
  ? [Both] extends [false]
    ? 1
    : [Both] extends [true]
      ? 2
      : number
  : never;

/** What a loss of three tensors says of itself. */
export type LossOfThree<Name, Kind, O> = Maps<["several", Name, Kind, `${Reduced<O>}`]>;
/** What a distance of two tensors says of itself. */
export type Distance<Name, Dim, Keep = false> = Maps<
  ["several", Name, "distance", "each", Dim, Keep]
>;
/** What a loss says of itself. */
export type Lossy<Name, Kind, O> = Maps<["loss", Name, Kind, `${Reduced<O>}`]>;
export type Reduced<O> = ReducedBy[Given<O, "reduction", "mean"> & keyof ReducedBy];
interface ReducedBy {
  none: "each";
  mean: "one";
  sum: "one";
  batchmean: "one";
}

export type Verdict<Result> = Result extends string ? "refused" : "allowed";
export type Allowed<Result> = Result extends Shape ? Result : Shape;
type Rule = readonly unknown[];
/** What a rule makes of a tensor; it goes through the possible shapes one by one. */
type Outcome<P extends Rule, X> = X extends Tensor<infer S> ? OutcomeOf<P, S> : never;
type OutcomeOf<P extends Rule, S extends Shape> = S extends Shape
  ? number extends S["length"]
    ? Shape
    : ByRule<S, P>
  : never;
type TypeOf<P extends Rule, X> =
  X extends Tensor<infer S, infer D>
    ? P[0] extends "oneHot"
      ? "int32"
      : P[0] extends "embed"
        ? DType
        : Floats<OutcomeOf<P, S>, D>
    : never;
type Floats<Result, D extends DType> = Result extends readonly unknown[]
  ? number extends Result["length"]
    ? DType
    : [D] extends ["float32" | "float64"]
      ? D
      : DType
  : DType;
/** What comes of it, by whether anything is known of the tensor; see core's shape-types.ts. */
export interface ShapeBy<P extends Rule, X> {
  plain: Shape;
  known: Allowed<Outcome<P, X>>;
}
export interface TypeBy<P extends Rule, X> {
  plain: DType;
  known: TypeOf<P, X>;
}

/**
 * What a module gives for its inputs, looked up by a key: the compiler looks into no rule before it
 * knows which.
 */
export type Output<Layer, Inputs> = Outputs<RuleOf<Layer>, Inputs, Forward<Layer>>[KindOf<
  Layer,
  Inputs
>];
type RuleOf<Layer> = Layer extends Maps<infer P> ? P : ["plain"];
/** Goes through the layers one by one, as `Forward` does: so any `Module` in a generic is plain. */
type KindOf<Layer, Inputs> =
  Layer extends Maps<infer P>
    ? P[0] extends keyof Outputs<[], [], 0>
      ? P[0]
      : Inputs extends readonly [Tensor]
        ? P[6] extends true
          ? "pair"
          : "one"
        : "plain"
    : "plain";
/** What `forward` gives, and a tensor where the class, so its `forward`, is not known. */
type Forward<Layer> = Layer extends { forward(...inputs: never[]): infer Result }
  ? unknown extends Result
    ? Tensor
    : Result
  : never;
/** The inputs of a `forward`; those of one that is not known may be anything. */
export type Accepted<Asked extends unknown[]> = [Asked, never[]] extends [never[], Asked]
  ? unknown[]
  : Asked;
/** A module by its inputs alone, by which the compiler finds them in a type parameter, too. */
interface Asking<Asked extends unknown[]> {
  forward(...inputs: Asked): unknown;
}
/** For those that take one tensor, several inputs, or give several results. */
interface Outputs<P extends Rule, Inputs, Else> {
  plain: Else;
  one: Tensor<
    ShapeBy<P, First<Inputs>>[Of<First<Inputs>>],
    TypeBy<P, First<Inputs>>[Of<First<Inputs>>]
  >;
  pair: [
    Tensor<
      ShapeBy<P, First<Inputs>>[Of<First<Inputs>>],
      TypeBy<P, First<Inputs>>[Of<First<Inputs>>]
    >,
    Tensor<ShapeBy<P, First<Inputs>>[Of<First<Inputs>>], "int32">,
  ];
  loss: Inputs extends readonly [infer X extends Tensor, infer Y extends Tensor]
    ? Tensor<LossBy<P[2], P[3], X, Y>["shape"], LossBy<P[2], P[3], X, Y>["type"]>
    : Else;
  several: Tensor<
    SeveralShape<P, Inputs>[Of<First<Inputs>>],
    SeveralType<Inputs>[Of<First<Inputs>>]
  >;
  sequence: Inputs extends readonly [infer X extends Tensor, ...unknown[]]
    ? Sequences<P, X, P[7]>[P[5] & keyof Sequences<[], Tensor, []>]
    : Else;
  attention: Inputs extends readonly [infer X extends Tensor, ...unknown[]]
    ? Attended<X, Else>[P[7] & keyof Attended<X, Else>]
    : Else;
  bags: Tensor<Allowed<Bags<P, Inputs>>>;
}
type First<Inputs> = Inputs extends readonly [infer X, ...unknown[]] ? X : never;
/** A tensor, one with the last state, or a state alone, each as it is or as a pair. */
interface Sequences<P extends Rule, X, State> {
  one: Tensor<ShapeBy<P, X>[Of<X>], TypeBy<P, X>[Of<X>]>;
  pair: [
    hidden: Tensor<ShapeBy<P, X>[Of<X>], TypeBy<P, X>[Of<X>]>,
    cell: Tensor<ShapeBy<P, X>[Of<X>], TypeBy<P, X>[Of<X>]>,
  ];
  state: [
    output: Tensor<ShapeBy<P, X>[Of<X>], TypeBy<P, X>[Of<X>]>,
    hidden: Tensor<Last<State, X>, TypeBy<P, X>[Of<X>]>,
  ];
  states: [
    output: Tensor<ShapeBy<P, X>[Of<X>], TypeBy<P, X>[Of<X>]>,
    state: [
      hidden: Tensor<Last<State, X>, TypeBy<P, X>[Of<X>]>,
      cell: Tensor<Last<State, X>, TypeBy<P, X>[Of<X>]>,
    ],
  ];
}
/** The shape of the last states, [layers, n, size], by [layers, size, batchFirst]. */
type Last<State, X> =
  X extends Tensor<infer S>
    ? State extends readonly [infer Layers extends number, infer Size extends number, infer First]
      ? S extends readonly [infer A extends number, infer B extends number, unknown]
        ? [Layers, [First] extends [true] ? A : [First] extends [false] ? B : number, Size]
        : S extends readonly [unknown, unknown]
          ? [Layers, Size]
          : Shape
      : Shape
    : never;
interface Attended<X, Else> {
  one: Tensor<ShapeBy<["same"], X>[Of<X>], TypeBy<["same"], X>[Of<X>]>;
  weighted: [
    found: Tensor<ShapeBy<["same"], X>[Of<X>], TypeBy<["same"], X>[Of<X>]>,
    weights: Else extends readonly [unknown, infer Weights] ? Weights : never,
  ];
}
/** The module itself, or the sentence that says why it does not take its inputs. */
export type Taking<Layer, Inputs, Asked extends unknown[]> = "refused" extends Takes<
  Layer,
  Inputs
>[Of<First<Inputs>>]
  ? TakingBy<Layer, Inputs>[Takes<Layer, Inputs>[Of<First<Inputs>>]]
  : Layer | Asking<Asked>;
interface Takes<Layer, Inputs> {
  plain: "allowed";
  known: Verdict<Taken<Layer, Inputs>>;
}
/** Looked up by a key, as in core: so the compiler sees through it where a size is a parameter. */
interface TakingBy<Layer, Inputs> {
  allowed: unknown;
  refused: Extract<Taken<Layer, Inputs>, string>;
}
type Taken<Layer, Inputs> =
  Layer extends Maps<infer P>
    ? P[0] extends keyof Takings<[], []>
      ? Takings<P, Inputs>[P[0]]
      : Inputs extends readonly [infer X]
        ? Outcome<P, X>
        : Shape
    : Shape;
/** What those say that take several inputs. */
interface Takings<P extends Rule, Inputs> {
  loss: Inputs extends readonly [infer X, infer Y] ? LossOf<P[1], P[2], X, Y> : Shape;
  several: Several<P, Inputs>;
  bags: Bags<P, Inputs>;
  sequence: Inputs extends readonly [infer X, ...unknown[]] ? Outcome<P, X> : Shape;
  attention: Inputs extends readonly [Tensor<infer Q>, Tensor<infer K>, ...infer More]
    ? More extends readonly [Tensor<infer V>, ...unknown[]]
      ? Attention<P, Q, K, V>
      : Attention<P, Q, K, K>
    : Shape;
}
/** What two tensors or three make, by whether anything is known of the first. */
export interface SeveralShape<P extends Rule, Inputs> {
  plain: [P[3]] extends ["one"] ? [] : Shape;
  known: [P[3]] extends ["one"]
    ? []
    : [P[3]] extends ["each"]
      ? Allowed<Several<P, Inputs>>
      : Shape;
}
export interface SeveralType<Inputs> {
  plain: DType;
  known: Inputs extends readonly [infer X, infer Y, ...infer Z]
    ?
        | LossBy<"unknown", "one", X, Z extends readonly [infer W] ? W : Y>["type"]
        | LossBy<"unknown", "one", X, Y>["type"]
    : DType;
}
/** The last of them, or a sentence. */
export type FitSeveral<P extends Rule, X, Inputs, Last> = "refused" extends FitsSeveral<
  P,
  Inputs
>[Of<X>]
  ? FitSeveralBy<P, Inputs>[FitsSeveral<P, Inputs>[Of<X>]]
  : Last;
interface FitsSeveral<P extends Rule, Inputs> {
  plain: "allowed";
  known: Verdict<Several<P, Inputs>>;
}
interface FitSeveralBy<P extends Rule, Inputs> {
  allowed: unknown;
  refused: Extract<Several<P, Inputs>, string>;
}
/** What two tensors or three make, or a sentence. */
type Several<P extends Rule, Inputs> = Inputs extends readonly [
  Tensor<infer A>,
  Tensor<infer B>,
  ...infer More,
]
  ? number extends A["length"] | B["length"]
    ? Shape
    : More extends readonly [Tensor<infer C>]
      ? number extends C["length"]
        ? Shape
        : SeveralRules<A, B, C, P>[P[2] & SeveralName] extends infer R
          ? R extends string
            ? `${P[1] & string}: ${Show<A>}, ${Show<B>} and ${Show<C>}: ${R}`
            : R
          : never
      : SeveralRules<A, B, [], P>[P[2] & SeveralName] extends infer R
        ? R extends string
          ? `${P[1] & string}: ${Show<A>} and ${Show<B>}: ${R}`
          : R
        : never
  : Shape;
type SeveralName = keyof SeveralRules<[], [], [], []>;
/** A list of layers, or the sentence that says why one does not take what is before it. */
export type Fitting<Layers extends readonly unknown[]> =
  Chain<Layers, Shape> extends infer Why extends string
    ? [because: `Sequential: ${Why}`, ...more: unknown[]]
    : Layers;

/** What a tensor must be for a function with a rule: itself, or a sentence. */
export type Fit<P extends Rule, X> = "refused" extends Fits<P, X>[Of<X>]
  ? FitBy<P, X>[Fits<P, X>[Of<X>]]
  : X;
interface Fits<P extends Rule, X> {
  plain: "allowed";
  known: Verdict<Outcome<P, X>>;
}
interface FitBy<P extends Rule, X> {
  allowed: unknown;
  refused: Extract<Outcome<P, X>, string>;
}

type LossOf<Name, K, X, Y> =
  X extends Tensor<infer S>
    ? Y extends Tensor<infer T, infer E>
      ? LossRules<S, T>[Meant<K, E> & LossKind] extends infer Why extends string
        ? `${Name & string}: ${Show<S>} and ${Show<T>}: ${Why}`
        : Shape
      : never
    : never;
/** Whole numbers are classes, though the shape be that of probabilities. */
type Meant<K, E> = K extends "classes" ? ([E] extends ["int32"] ? "numbers" : K) : K;
interface LossBy<K, Reduction, X, Y> {
  shape: [Reduction] extends ["one"]
    ? []
    : [Reduction] extends ["each"]
      ? LossShapeBy<K, X, Y>[Of<X>]
      : Shape;
  type: LossTypeBy<X, Y>[Of<X>];
}
interface LossShapeBy<K, X, Y> {
  plain: Shape;
  known: X extends Tensor<infer S>
    ? Y extends Tensor<infer T>
      ? Allowed<LossRules<S, T>[K & LossKind]>
      : never
    : never;
}
interface LossTypeBy<X, Y> {
  plain: DType;
  known: X extends Tensor<infer _S, infer D>
    ? Y extends Tensor<infer _T, infer E>
      ? [D, E] extends ["float32", "float32" | "int32" | "bool"] | ["float64", DType]
        ? D
        : DType
      : never
    : never;
}
type FitTarget<Name, K, X, Y> = "refused" extends FitsTarget<Name, K, X, Y>[Of<X>]
  ? TargetBy<Name, K, X, Y>[FitsTarget<Name, K, X, Y>[Of<X>]]
  : Y;
interface FitsTarget<Name, K, X, Y> {
  plain: "allowed";
  known: Verdict<LossOf<Name, K, X, Y>>;
}
interface TargetBy<Name, K, X, Y> {
  allowed: unknown;
  refused: LossOf<Name, K, X, Y>;
}
/** A loss of an input and a target. */
export interface LossFunction<Name extends string, K extends LossKind, Options> {
  <X extends Tensor, Y extends Tensor, const A extends [options?: Options]>(
    input: X,
    target: FitTarget<Name, K, X, Y>,
    ...options: A
  ): Tensor<LossBy<K, Reduced<A[0]>, X, Y>["shape"], LossBy<K, Reduced<A[0]>, X, Y>["type"]>;
}
