/**
 * How the entries of tables become methods of tensors and free functions: types that follow the
 * tables, so that a new record needs no line anywhere else, and keeps its documentation on hover.
 * Read first: define.ts.
 */
import type { Tensor } from "../tensor.js";
import type { Row } from "./define.js";

/**
 * A function made of others, in a table of its own: called as a record is, with no kernel or
 * derivative to itself.
 */
export type Composite<Arguments extends unknown[]> = (x: Tensor, ...args: Arguments) => Tensor;

/** The methods that the entries of a table become. */
export type Methods<Entries> = {
  [Name in keyof Entries]: Entries[Name] extends Row<infer Arguments>
    ? (...args: Arguments) => Tensor
    : Entries[Name] extends Composite<infer Arguments>
      ? (...args: Arguments) => Tensor
      : never;
};

/** The methods `name_` that write their result into the tensor they are called on. */
export type InPlaceMethods<Entries> = {
  [Name in keyof Entries as `${Name & string}_`]: Methods<Entries>[Name];
};

/** The free functions that the entries of a table become. */
export type Functions<Entries> = {
  [Name in keyof Entries]: Entries[Name] extends Row<infer Arguments>
    ? Composite<Arguments>
    : Entries[Name];
};

/** The free functions that the entries of a table become. */
export function functions<Entries extends object>(entries: Entries): Functions<Entries> {
  const calls = Object.entries(entries).map(([key, entry]: [string, unknown]) => [
    key,
    typeof entry === "function" ? entry : (entry as Row).call,
  ]);
  return Object.fromEntries(calls) as Functions<Entries>;
}
