/**
 * Families of functions that know what becomes of shapes: those of pictures that get other sizes,
 * of rows, and of several tensors. Each asks for the rules that the layer of its name has, by what
 * it is called with. Convolutions, pooling and losses of a target: shape-types.ts, which read first.
 */
import type { Shape, Tensor } from "@nabla/core";
import type { Of } from "@nabla/core/engine";

import type { Bags } from "./shape-pictures.js";
import type {
  Allowed,
  Fit,
  FitSeveral,
  Given,
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

/** A function by a number that says how much, or along which dimension. */
export interface NumberFunction<Rule extends string, Name extends string> {
  <X extends Tensor, const K extends number>(
    input: Fit<[Rule, Name, K], X>,
    number: K,
  ): Tensor<ShapeBy<[Rule, Name, K], X>[Of<X>], TypeBy<[Rule, Name, K], X>[Of<X>]>;
}
/** The same along the last dimension, unless another is given. */
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
  <X extends Tensor, const Z extends Sizes, const K extends Sizes, const A extends [o?: Options]>(
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

/** A loss of three tensors. */
export interface LossOfThreeFunction<Name extends string, Kind, Options> {
  <X extends Tensor, Y extends Tensor, Z extends Tensor, const A extends [options?: Options]>(
    first: X,
    second: Y,
    third: FitSeveral<ThreeRule<Name, Kind, A[0]>, X, [X, Y, Z], Z>,
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
