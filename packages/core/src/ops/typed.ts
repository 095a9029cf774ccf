/**
 * Functions that are made of others, with what the compiler knows of their results. They are given
 * back as they are; only their types change. What the types say: graph/shape-types.ts. Records get
 * theirs from their families.
 */
import type {
  PairFunction,
  Rule,
  RuleName,
  ShapedFunction,
  UnaryFunction,
} from "../graph/shape-types.js";
import type { Tensor } from "../tensor.js";
import type { ValuesAndIndices } from "./place.js";

type Call<Args extends unknown[], Result> = (x: Tensor, ...args: Args) => Result;

/** A function for a place whose type the compiler cannot find by itself. */
export const typed = (call: (...args: never) => unknown): never => call as never;

/** A function called `Name` whose result has its shape by the rule `K`. */
export const shaped = <
  Name extends string,
  K extends RuleName,
  Args extends unknown[],
  R extends Rule = "exact",
>(
  call: Call<Args, Tensor>,
): ShapedFunction<Name, K, Args, R> => typed(call);

/** A function called `Name` of the elements of several tensors, which broadcast. */
export const together = <Name extends string, Args extends unknown[]>(
  call: Call<Args, Tensor>,
): ShapedFunction<Name, "together", Args, "joint"> => typed(call);

/** A function called `Name` that finds elements, by the rule `K`, and says where they are. */
export const finding = <Name extends string, K extends RuleName, Args extends unknown[]>(
  call: Call<Args, ValuesAndIndices>,
): PairFunction<Name, K, Args> => typed(call);

/** A function whose result has the shape of its tensor. */
export const kept = <Args extends unknown[] = [], R extends Rule = "same">(
  call: Call<Args, Tensor>,
): UnaryFunction<R, Args> => typed(call);
