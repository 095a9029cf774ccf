/**
 * Families of functions that know what becomes of shapes: convolutions and pooling, pictures in
 * other sizes, rows, and several tensors. Each asks for the rule that the layer of its name has, by
 * what it is called with. Losses of a target, and how calls come by rules: shape-types.ts, which
 * read first.
 */
import type { Shape, Tensor } from "@nabla/core";
import type { Of, Times } from "@nabla/core/engine";

import type { Bags } from "./shape-pictures.js";
import type {
  Allowed,
  Fit,
  FitSeveral,
  Given,
  Pooling,
  Reduced,
  Resizing,
  SeveralShape,
  SeveralType,
  ShapeBy,
  Sliding,
  TypeBy,
  Verdict,
} from "./shape-types.js";
import type { Sizes } from "./sizes.js";

/** Pooling with windows of a size. */
export interface PoolFunction<Name extends string, Rank, Options> {
  <X extends Tensor, const K extends Sizes, const A extends [options?: Options]>(
    input: Fit<PoolRule<Name, Rank, K, A[0]>, X>,
    kernelSize: K,
    ...options: A
  ): Pooled<PoolRule<Name, Rank, K, A[0]>, A[0], X>;
}
/** The same, which gives no pair. */
export interface MeanFunction<Name extends string, Rank, Options> {
  <X extends Tensor, const K extends Sizes, const A extends [options?: Options]>(
    input: Fit<PoolRule<Name, Rank, K, A[0]>, X>,
    kernelSize: K,
    ...options: A
  ): Tensor<
    ShapeBy<PoolRule<Name, Rank, K, A[0]>, X>[Of<X>],
    TypeBy<PoolRule<Name, Rank, K, A[0]>, X>[Of<X>]
  >;
}
type PoolRule<Name, Rank, K, O> = Pooling<
  "slide",
  Name,
  Rank,
  O,
  Sliding<K, O, null, Given<O, "ceilMode", false>>
>;
/** Pooling to sizes. */
export interface AdaptiveFunction<Name extends string, Rank, Size, Options> {
  <X extends Tensor, const K extends Size, const A extends [options?: Options]>(
    input: Fit<Pooling<"adapt", Name, Rank, A[0], [K]>, X>,
    outputSize: K,
    ...options: A
  ): Pooled<Pooling<"adapt", Name, Rank, A[0], [K]>, A[0], X>;
}
/** The same, which gives no pair. */
export interface AdaptiveMeanFunction<Name extends string, Rank, Size> {
  <X extends Tensor, const K extends Size>(
    input: Fit<["adapt", Name, Rank, [K]], X>,
    outputSize: K,
  ): Tensor<
    ShapeBy<["adapt", Name, Rank, [K]], X>[Of<X>],
    TypeBy<["adapt", Name, Rank, [K]], X>[Of<X>]
  >;
}
type Pooled<P extends readonly unknown[], O, X> = PooledBy<P, X>[Given<
  O,
  "returnIndices",
  false
> extends true
  ? "pair"
  : "one"];
interface PooledBy<P extends readonly unknown[], X> {
  one: Tensor<ShapeBy<P, X>[Of<X>], TypeBy<P, X>[Of<X>]>;
  pair: [
    output: Tensor<ShapeBy<P, X>[Of<X>], TypeBy<P, X>[Of<X>]>,
    indices: Tensor<ShapeBy<P, X>[Of<X>], "int32">,
  ];
}

/** The weights of a convolution, [filters, channels / groups, ...window], as a rule has them. */
type ConvRule<How, Name, Rank, W, O> =
  W extends Tensor<
    readonly [infer Out extends number, infer In extends number, ...infer K extends number[]]
  >
    ? K["length"] extends Rank
      ? How extends "slide"
        ? [How, Name, Rank, Sliding<K, O, 1>, Times<In, Given<O, "groups", 1>>, Out]
        : [
            How,
            Name,
            Rank,
            Sliding<K, O, 1, Given<O, "outputPadding", 0>>,
            Out,
            Times<In, Given<O, "groups", 1>>,
          ]
      : ["unknown", Name]
    : ["unknown", Name];
/** A convolution, which has its window from its weight. */
export interface ConvFunction<How extends "slide" | "enlarge", Name extends string, Rank, Options> {
  <X extends Tensor, W extends Tensor, const A extends [bias?: Tensor | null, options?: Options]>(
    input: Fit<ConvRule<How, Name, Rank, W, A[1]>, X>,
    weight: W,
    ...more: A
  ): Tensor<
    ShapeBy<ConvRule<How, Name, Rank, W, A[1]>, X>[Of<X>],
    TypeBy<ConvRule<How, Name, Rank, W, A[1]>, X>[Of<X>]
  >;
}
/** A product with weights [outputs, inputs]. */
export interface LinearFunction {
  <X extends Tensor, W extends Tensor>(
    input: Fit<LinearRule<W>, X>,
    weight: W,
    bias?: Tensor | null,
  ): Tensor<ShapeBy<LinearRule<W>, X>[Of<X>], TypeBy<LinearRule<W>, X>[Of<X>]>;
}
type LinearRule<W> =
  W extends Tensor<readonly [infer Out extends number, infer In extends number]>
    ? ["linear", "linear", In, Out]
    : ["unknown"];
/** Rows of a table [rows, size]. */
export interface EmbeddingFunction<Options> {
  <X extends Tensor, W extends Tensor>(
    input: X,
    weight: W,
    options?: Options,
  ): Tensor<ShapeBy<RowsRule<W>, X>[Of<X>], TypeBy<RowsRule<W>, X>[Of<X>]>;
}
type RowsRule<W> =
  W extends Tensor<readonly [number, infer Size extends number]>
    ? ["embed", "embedding", Size]
    : ["unknown"];
/** Rows that are 1 in one place. */
export interface OneHotFunction {
  <X extends Tensor, N extends number = -1>(
    input: X,
    numClasses?: N,
  ): Tensor<ShapeBy<HotRule<N>, X>[Of<X>], "int32">;
}
type HotRule<N> = ["oneHot", "oneHot", N extends -1 ? number : N];

/** A function that keeps the shape of its tensor. */
export interface SameFunction<More extends unknown[]> {
  <X extends Tensor>(
    input: X,
    ...more: More
  ): Tensor<ShapeBy<["same"], X>[Of<X>], TypeBy<["same"], X>[Of<X>]>;
}
/** The same, along the last sizes, which it is told. */
export interface LastFunction<Name extends string, Options> {
  <X extends Tensor, const K extends Shape>(
    input: Fit<["last", Name, K], X>,
    normalizedShape: K,
    options?: Options,
  ): Tensor<ShapeBy<["last", Name, K], X>[Of<X>], TypeBy<["last", Name, K], X>[Of<X>]>;
}
/** With slopes, one for each channel or one for all. */
export interface SlopesFunction {
  <X extends Tensor, W extends Tensor>(
    input: Fit<SlopesRule<W>, X>,
    weight: W,
  ): Tensor<ShapeBy<SlopesRule<W>, X>[Of<X>], TypeBy<SlopesRule<W>, X>[Of<X>]>;
}
type SlopesRule<W> =
  W extends Tensor<readonly [infer K extends number]> ? ["slopes", "prelu", K] : ["same"];

/** A function by a number that says how much. */
export interface NumberFunction<Rule extends string, Name extends string, Args extends [number]> {
  <X extends Tensor, const A extends Args>(
    input: Fit<[Rule, Name, A[0]], X>,
    ...args: A
  ): Tensor<ShapeBy<[Rule, Name, A[0]], X>[Of<X>], TypeBy<[Rule, Name, A[0]], X>[Of<X>]>;
}
/** The same by a dimension, the last unless given. */
export interface LastDimFunction<Rule extends string, Name extends string> {
  <X extends Tensor, const K extends number = -1>(
    input: Fit<[Rule, Name, K], X>,
    dim?: K,
  ): Tensor<ShapeBy<[Rule, Name, K], X>[Of<X>], TypeBy<[Rule, Name, K], X>[Of<X>]>;
}
/** A function to other sizes; `Mode` unless the options name one. */
export interface ResizeFunction<Name extends string, Options, Mode = "nearest"> {
  <X extends Tensor, const O extends Options>(
    input: Fit<Resizing<Name, O, Given<O, "mode", Mode>>, X>,
    options: O,
  ): Tensor<
    ShapeBy<Resizing<Name, O, Given<O, "mode", Mode>>, X>[Of<X>],
    TypeBy<Resizing<Name, O, Given<O, "mode", Mode>>, X>[Of<X>]
  >;
}
/** Windows as columns. */
export interface UnfoldFunction<Options> {
  <X extends Tensor, const K extends Sizes, const A extends [options?: Options]>(
    input: Fit<UnfoldRule<K, A[0]>, X>,
    kernelSize: K,
    ...options: A
  ): Tensor<ShapeBy<UnfoldRule<K, A[0]>, X>[Of<X>], TypeBy<UnfoldRule<K, A[0]>, X>[Of<X>]>;
}
type UnfoldRule<K, O> = ["unfold", "unfold", 2, Sliding<K, O, 1>];
/** And back. */
export interface FoldFunction<Options> {
  <
    X extends Tensor,
    const Z extends Sizes,
    const K extends Sizes,
    const A extends [options?: Options],
  >(
    input: Fit<FoldRule<Z, K, A[0]>, X>,
    outputSize: Z,
    kernelSize: K,
    ...options: A
  ): Tensor<ShapeBy<FoldRule<Z, K, A[0]>, X>[Of<X>], TypeBy<FoldRule<Z, K, A[0]>, X>[Of<X>]>;
}
type FoldRule<Z, K, O> = ["fold", "fold", 2, Sliding<K, O, 1>, Z];

/** Bags of rows of a table [rows, size]. */
export interface BagFunction<Options> {
  <X extends Tensor, W extends Tensor, const A extends [options?: Options]>(
    input: FitBag<W, X, A[0]>,
    weight: W,
    ...options: A
  ): Tensor<BagShape<W, X, A[0]>[Of<X>]>;
}
type BagsBy<W, X, O> =
  W extends Tensor<readonly [number, infer Size extends number]>
    ? Bags<
        ["bags", "embeddingBag", Size, Given<O, "includeLastOffset", false>],
        [X, Given<O, "offsets", null>, Given<O, "perSampleWeights", null>]
      >
    : Shape;
interface BagShape<W, X, O> {
  plain: Shape;
  known: Allowed<BagsBy<W, X, O>>;
}
type FitBag<W, X, O> = "refused" extends FitsBag<W, X, O>[Of<X>]
  ? FitBagBy<W, X, O>[FitsBag<W, X, O>[Of<X>]]
  : X;
interface FitsBag<W, X, O> {
  plain: "allowed";
  known: Verdict<BagsBy<W, X, O>>;
}
interface FitBagBy<W, X, O> {
  allowed: unknown;
  refused: Extract<BagsBy<W, X, O>, string>;
}

/** A loss of two inputs and a target. */
export interface PairLossFunction<Name extends string, Kind, Options> {
  <X extends Tensor, Y extends Tensor, Z extends Tensor, const A extends [options?: Options]>(
    input1: X,
    input2: Y,
    target: FitSeveral<ThreeRule<Name, Kind, A[0]>, X, [X, Y, Z], Z>,
    ...options: A
  ): Tensor<
    SeveralShape<ThreeRule<Name, Kind, A[0]>, [X, Y, Z]>[Of<X>],
    SeveralType<[X, Y, Z]>[Of<X>]
  >;
}
/** A loss of an anchor and two examples. */
export interface TripletLossFunction<Name extends string, Kind, Options> {
  <X extends Tensor, Y extends Tensor, Z extends Tensor, const A extends [options?: Options]>(
    anchor: X,
    positive: Y,
    negative: FitSeveral<ThreeRule<Name, Kind, A[0]>, X, [X, Y, Z], Z>,
    ...options: A
  ): Tensor<
    SeveralShape<ThreeRule<Name, Kind, A[0]>, [X, Y, Z]>[Of<X>],
    SeveralType<[X, Y, Z]>[Of<X>]
  >;
}
/** A loss of an input, a target and a variance. */
export interface VarianceLossFunction<Name extends string, Kind, Options> {
  <X extends Tensor, Y extends Tensor, Z extends Tensor, const A extends [options?: Options]>(
    input: X,
    target: Y,
    variance: FitSeveral<ThreeRule<Name, Kind, A[0]>, X, [X, Y, Z], Z>,
    ...options: A
  ): Tensor<
    SeveralShape<ThreeRule<Name, Kind, A[0]>, [X, Y, Z]>[Of<X>],
    SeveralType<[X, Y, Z]>[Of<X>]
  >;
}
type ThreeRule<Name, Kind, O> = ["several", Name, Kind, `${Reduced<O>}`];
/** Distances of vectors. */
export interface DistanceFunction<Name extends string, Options> {
  <X extends Tensor, Y extends Tensor, const A extends [options?: Options]>(
    x1: X,
    x2: FitSeveral<DistanceRule<Name, -1, Given<A[0], "keepdim", false>>, X, [X, Y], Y>,
    ...options: A
  ): Tensor<
    SeveralShape<DistanceRule<Name, -1, Given<A[0], "keepdim", false>>, [X, Y]>[Of<X>],
    SeveralType<[X, Y]>[Of<X>]
  >;
}
/** The same along a dimension, 1 unless given. */
export interface SimilarityFunction<Name extends string, Options> {
  <X extends Tensor, Y extends Tensor, const D extends number = 1>(
    x1: X,
    x2: FitSeveral<DistanceRule<Name, D, false>, X, [X, Y], Y>,
    dim?: D,
    options?: Options,
  ): Tensor<SeveralShape<DistanceRule<Name, D, false>, [X, Y]>[Of<X>], SeveralType<[X, Y]>[Of<X>]>;
}
type DistanceRule<Name, Dim, Keep> = ["several", Name, "distance", "each", Dim, Keep];
/** A product of two tensors with a list of matrices. */
export interface BilinearFunction {
  <X extends Tensor, Y extends Tensor, W extends Tensor>(
    input1: X,
    input2: FitSeveral<BilinearRule<W>, X, [X, Y], Y>,
    weight: W,
    bias?: Tensor | null,
  ): Tensor<SeveralShape<BilinearRule<W>, [X, Y]>[Of<X>], SeveralType<[X, Y]>[Of<X>]>;
}
type BilinearRule<W> =
  W extends Tensor<
    readonly [infer Out extends number, infer I extends number, infer J extends number]
  >
    ? ["several", "bilinear", "bilinear", "each", I, J, Out]
    : ["several", "bilinear", "unknown", "each"];
/** A picture read at the places of a grid. */
export interface GridFunction<Options> {
  <X extends Tensor, Y extends Tensor>(
    input: X,
    grid: FitSeveral<GridRule, X, [X, Y], Y>,
    options?: Options,
  ): Tensor<SeveralShape<GridRule, [X, Y]>[Of<X>], SeveralType<[X, Y]>[Of<X>]>;
}
type GridRule = ["several", "gridSample", "grid", "each"];
