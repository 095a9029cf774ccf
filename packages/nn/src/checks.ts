/**
 * The checks of arguments that the functions of this package share. What an operation of core
 * refuses anyway, in a sentence that fits, is not checked again.
 */
import { ArgumentError, ShapeError, Tensor } from "@nabla/core";
import type { Shape } from "@nabla/core";

/** Throws an ArgumentError unless every argument is a tensor. */
export function checkTensors(name: string, given: Readonly<Record<string, unknown>>): void {
  for (const [argument, value] of Object.entries(given)) {
    if (value instanceof Tensor) continue;
    throw new ArgumentError(
      `${name}: the argument ${argument} must be a tensor, and is ` +
        `${typeof value === "object" ? "an object" : `a ${typeof value}`}; ` +
        "make one with tensor(...).",
    );
  }
}

/** Throws an ArgumentError unless every argument is a tensor or `null`. */
export function checkOptional(name: string, given: Readonly<Record<string, unknown>>): void {
  const isThere = ([, value]: [string, unknown]): boolean => value !== null;
  checkTensors(name, Object.fromEntries(Object.entries(given).filter(isThere)));
}

/** Throws a ShapeError unless a tensor is missing or has the given shape. */
export function checkShape(
  name: string,
  argument: string,
  given: Tensor | null,
  shape: Shape,
): void {
  if (given === null || showShape(given) === showShape({ shape })) return;
  throw new ShapeError(
    `${name}: ${argument} has shape ${showShape(given)}, and must have ${showShape({ shape })}.`,
  );
}

/**
 * Throws a ShapeError unless a dimension of a layer's input, counted from the end, has the size
 * that the layer was made for. It begins as the sentence does that the compiler says of the call.
 */
export function checkSize(name: string, input: Tensor, dim: number, size: number): void {
  const found = input.shape.at(dim);
  if (found === size) return;
  const problem = found === undefined ? "there is no dimension" : `${found} ≠ ${size}`;
  throw new ShapeError(
    `${name}: ${showShape(input)}: ${problem}. ` +
      `${dim === -1 ? "The last dimension" : `Dimension ${dim}`} of the input must be ${size}: ` +
      (found === undefined ? "give it one." : `make the layer for ${found}, or reshape the input.`),
  );
}

/** Throws a ShapeError unless a layer's input has as many dimensions as one of these. */
export function checkRank(
  name: string,
  input: Tensor,
  ranks: readonly number[],
  are: string,
): void {
  if (ranks.includes(input.dim())) return;
  throw new ShapeError(
    `${name}: ${showShape(input)}: it must have ${ranks.join(" or ")} dimensions: ${are}.`,
  );
}

/** As messages write sizes. */
export const format = (sizes: Shape): string => `[${sizes.join(", ")}]`;

/** As messages write the shape of a tensor. */
export const showShape = ({ shape }: { readonly shape: Shape }): string => format(shape);

/** Throws an ArgumentError unless a number is within bounds, where the low one may be left out. */
export function checkRange(
  name: string,
  option: string,
  value: number,
  low: number,
  high = Infinity,
): void {
  if (value >= low && value <= high) return;
  throw new ArgumentError(
    `${name}: ${option} is ${String(value)}, and must ` +
      (high === Infinity ? `be ${low} or more.` : `lie between ${low} and ${high}.`),
  );
}

/** Whether a tensor's numbers can have fractions. */
export const isFloat = ({ dtype }: Tensor): boolean => dtype === "float32" || dtype === "float64";
