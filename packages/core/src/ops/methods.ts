/**
 * How tables become methods. A table is a file of records and functions `name(x, ...args)`; from
 * each export follow the method `x.name(...args)`, its type and its documentation, so that a new
 * record needs no line anywhere else. Read first: define.ts.
 */
import type { HasMethod, HasName, NamedMethod } from "../graph/shape-types.js";
import type { Tensor } from "../tensor.js";
import type { Row } from "./define.js";
import { write } from "./inplace.js";

/** The methods that the exports of a table become. */
export type Methods<Table> = {
  [Name in keyof Table]: MethodOf<Table[Name], Name>;
};
type MethodOf<Entry, Name> = Entry extends HasMethod
  ? Entry["method"]
  : Entry extends HasName
    ? NamedMethod<Name, Entry>
    : Method<Entry>;

/** The method of a function of which the compiler knows no more. */
type Method<Entry> = Entry extends (x: Tensor, ...args: infer Args) => infer Result
  ? (...args: Args) => Result
  : never;

/** The methods `name_`, which write their result into the tensor they are called on. */
export type InPlaceMethods<Table> = {
  [Name in keyof Table as `${Name & string}_`]: Table[Name] extends { readonly inPlace: unknown }
    ? Table[Name]["inPlace"]
    : Method<Table[Name]>;
};

type Call = (x: Tensor, ...args: unknown[]) => unknown;

/** Gives tensors the methods of a table, and its records their names. */
export function installMethods(tensors: object, table: Readonly<Record<string, unknown>>): void {
  for (const [name, entry] of Object.entries(table) as [string, Call & Partial<Row<[]>>][]) {
    if (entry.op !== undefined) entry.op.name = name;
    install(tensors, name, entry);
  }
}

/** Gives tensors the methods `name_` of a table. */
export function installInPlace(tensors: object, table: Readonly<Record<string, unknown>>): void {
  for (const [name, entry] of Object.entries(table) as [string, Row<unknown[]>][]) {
    install(tensors, `${name}_`, (x, ...args) => write(`${name}_`, x, entry(x, ...args)));
  }
}

function install(tensors: object, name: string, call: Call): void {
  const value = function (this: Tensor, ...args: unknown[]): unknown {
    // Most calls have an argument or none, and need no list of them.
    if (args.length === 1) return call(this, args[0]);
    return args.length === 0 ? call(this) : call(this, ...args);
  };
  Object.defineProperty(tensors, name, { value, writable: true, configurable: true });
}
