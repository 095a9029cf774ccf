/**
 * The names that users gave to tensors, for those who draw and explain what was computed. They hang
 * on what a graph is made of: a leaf, the origin of what was computed, the value of a constant.
 * Nothing is computed by them.
 */
import { ArgumentError } from "../errors.js";

const names = new WeakMap<object, string>();

/** The name of a leaf, an origin or a value, if it has one. */
export const nameOf = (of: object | null | undefined): string | null =>
  (of && names.get(of)) ?? null;

export function giveName(name: string, ...to: readonly (object | null)[]): void {
  if (typeof name !== "string" || name === "") {
    throw new ArgumentError('named: a name is a text that is not empty, such as x.named("w").');
  }
  for (const of of to) if (of !== null) names.set(of, name);
}
