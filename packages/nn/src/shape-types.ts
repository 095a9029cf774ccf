/**
 * What the compiler knows of layers: which shape they make of which. Types only; nothing here runs.
 * A layer says by which rule it maps shapes, a rule gives a shape or a sentence that says why there
 * is none, and `call` (module.ts) and `Sequential` (layers/container.ts) ask for it. A layer
 * without a rule takes anything, and of what it gives nothing is known. Tensors: docs/shapes.md.
 */
import type { DType, Shape, Tensor } from "@nabla/core";

declare const maps: unique symbol;

/**
 * A layer that maps shapes by a rule and its numbers, such as `["linear", 784, 128]`. They are
 * compared as arguments of methods are, so that a layer may stand for one of which less is known.
 */
export interface Maps<Rule extends readonly unknown[]> {
  readonly [maps]: { by(rule: Rule): void };
}
/** A layer whose output has the shape of its input. */
export type Same = Maps<["same"]>;

interface Rules<S extends Shape, P extends readonly unknown[]> {
  same: S;
  linear: Linear<S, P[1] & number, P[2] & number, S>;
  sequential: Chain<P[1], S>;
}
type Linear<S extends Shape, In extends number, Out extends number, Told> = S extends readonly [
  ...infer Rest,
  infer K extends number,
]
  ? [K & In] extends [never]
    ? `Linear(${In}, ${Out}): ${Show<Told>}: ${K} ≠ ${In}`
    : [...Rest, Out]
  : S extends readonly []
    ? `Linear(${In}, ${Out}): []: there is no dimension`
    : [...number[], Out];
/** What layers, one after another, make of a shape. */
export type Chain<Layers, S> = S extends Shape
  ? Layers extends readonly [infer Layer, ...infer Rest]
    ? Chain<Rest, Mapped<Layer, S>>
    : Layers extends readonly []
      ? S
      : Shape
  : S;
type Mapped<Layer, S extends Shape> =
  Layer extends Maps<infer P extends readonly [keyof Rules<[], []>, ...unknown[]]>
    ? Rules<S, P>[P[0]]
    : Shape;

/** How shapes are written, of which only the last sizes may be known. */
type Show<S> = `[${Listed<S>}]`;
type Listed<S> = S extends readonly []
  ? ""
  : S extends readonly [...infer Rest, infer N extends number]
    ? `${Rest extends readonly [] ? "" : `${Listed<Rest>}, `}${number extends N ? "number" : N}`
    : "...";

/** What a module gives for its inputs. */
export type Output<Layer, Given, Else> =
  Layer extends Maps<readonly unknown[]>
    ? Given extends readonly [Tensor<infer S, infer D>]
      ? OutputOf<S, D, Mapped<Layer, S>>
      : Else
    : Else;
type OutputOf<S extends Shape, D extends DType, Result> = number extends S["length"]
  ? Tensor
  : Result extends Shape
    ? number extends Result["length"]
      ? Tensor
      : Tensor<Result, D>
    : Tensor;
/** The module itself, or the sentence that says why it does not take its inputs. */
export type Taking<Layer, Given> =
  "refused" extends Verdict<Taken<Layer, Given>>
    ? TakingBy<Layer, Given>[Verdict<Taken<Layer, Given>>]
    : Layer;
/** Looked up by a key, as in core: so the compiler sees through it where a size is a parameter. */
interface TakingBy<Layer, Given> {
  allowed: unknown;
  refused: Extract<Taken<Layer, Given>, string>;
}
type Verdict<Result> = Result extends string ? "refused" : "allowed";
type Taken<Layer, Given> =
  Layer extends Maps<readonly unknown[]>
    ? Given extends readonly [Tensor<infer S>]
      ? TakenOf<Layer, S>
      : Shape
    : Shape;
type TakenOf<Layer, S extends Shape> = S extends Shape
  ? number extends S["length"]
    ? Shape
    : Mapped<Layer, S>
  : never;
/** A list of layers, or the sentence that says why one does not take what is before it. */
export type Fitting<Layers extends readonly unknown[]> =
  Chain<Layers, Shape> extends infer Why extends string
    ? [because: `Sequential: ${Why}`, ...more: unknown[]]
    : Layers;
