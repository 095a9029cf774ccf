// From a call of PyTorch's to a call of this library's. What is the same under another spelling
// needs no word: the name in camelCase, the arguments in order, options by name in one object at
// the end. What differs is an entry of the tables in names/. Not how results are compared.

import * as nabla from "nabla";

import { PythonFloat } from "./format.js";
import type { Arguments, RecordedOp } from "./format.js";
import { camelCase, Missing } from "./names.js";
import type { Asked, Code, Names } from "./names.js";
import { functionalNames } from "./names/functional.js";
import { linalgNames } from "./names/linalg.js";
import { pictureNames } from "./names/pictures.js";
import { tensorNames } from "./names/tensor.js";

interface Entry {
  readonly params: readonly string[] | null;
  readonly call: Names[string];
}

const entries = new Map<string, Entry>();
for (const names of [tensorNames, linalgNames, functionalNames, pictureNames]) {
  for (const [key, call] of Object.entries(names)) {
    const [, op = key, params] = /^([\w.]+)(?:\((.*)\))?$/.exec(key) ?? [];
    entries.set(op, { params: params === undefined ? null : wordsOf(params), call });
  }
}

function wordsOf(list: string): string[] {
  return list.split(",").flatMap((word) => (word.trim() === "" ? [] : [word.trim()]));
}

/** What comes last, by name, unless a table says otherwise. */
const optional = new Set(
  (
    "dtype alpha beta value rounding_mode correction rtol atol equal_nan nan posinf neginf eps " +
    "decimals indexing reduce include_self accumulate out prepend append weights minlength " +
    "largest sorted stable right side sorter interpolation reduction approximate"
  ).split(" "),
);

/** What says nothing about numbers. */
const unheard = new Set(["layout", "device", "pin_memory", "memory_format", "out_int32"]);

/** Calls an operator with recorded arguments. Throws Missing if the library does not have it. */
export function callOperator(of: RecordedOp, { args, kwargs }: Arguments): unknown {
  const entry = entryOf(of);
  const params = chooseParams(of, entry, args, Object.keys(kwargs));
  const given = bind(params, args, kwargs);
  const isWhole = !Object.values(given).some(
    (value) => value instanceof PythonFloat || (typeof value === "number" && value % 1 !== 0),
  );
  const plain = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      isOperand(name) && value instanceof PythonFloat && isWholeTensor(given["self"])
        ? nabla.tensor(value.value)
        : withoutFloats(value),
    ]),
  );
  if (typeof entry.call === "string") return callWritten(entry.call, params, plain);
  return callCode(entry.call, params, plain, { isWhole });
}

/** Runs a table's code; what it does not ask for must not have been given. */
function callCode(
  code: Code,
  params: readonly string[],
  given: Readonly<Record<string, unknown>>,
  asked: Asked,
): unknown {
  const unknown = Object.keys(given).find((name) => !params.includes(name));
  if (unknown !== undefined) throw new Missing(`there is no parameter ${unknown}`);
  return (code as Callable)(...params.map((name) => given[name]), asked);
}

/** A Python float makes fractions of a whole tensor; here only a tensor can, without dimensions. */
const isOperand = (name: string): boolean => name === "other" || name === "exponent";
const isWholeTensor = (value: unknown): boolean =>
  value instanceof nabla.Tensor && !value.dtype.startsWith("float");

const withoutFloats = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutFloats);
  return value instanceof PythonFloat ? value.value : value;
};

/** Whether the library has an operator, or a table says how to do without. */
export function isKnown(of: RecordedOp): boolean {
  try {
    const { call } = entryOf(of);
    return typeof call === "function" || target(/^[\w.]+/.exec(call)?.[0] ?? "") !== null;
  } catch (error) {
    if (error instanceof Missing) return false;
    throw error;
  }
}

function entryOf({ op, aliases = [] }: RecordedOp): Entry {
  for (const name of [op, ...aliases]) {
    const entry = entries.get(name);
    if (entry !== undefined) return entry;
    const found = candidates(name).find((path) => target(path) !== null);
    if (found !== undefined) return { params: null, call: found };
  }
  throw new Missing(`there is no ${candidates(op)[0]}`);
}

/** Where an operator is looked for. */
function candidates(op: string): string[] {
  const parts = op.split(".");
  const own = camelCase(parts.at(-1) ?? op);
  const rooms = parts.slice(0, -1).filter((part) => part !== "nn" && part !== "special");
  return rooms.length === 0 ? [own] : [[...rooms, own].join("."), own];
}

type Callable = (...args: readonly unknown[]) => unknown;

/** A function of the library by its path, or a method that takes its tensor first. */
function target(path: string): Callable | null {
  let found: unknown = nabla;
  for (const part of path.split("."))
    found = (found as Record<string, unknown> | undefined)?.[part];
  if (typeof found === "function") return found as Callable;
  if (!(path in nabla.Tensor.prototype)) return null;
  return (self, ...rest) => {
    if (!(self instanceof nabla.Tensor)) {
      throw new nabla.ArgumentError(`${path}: this ${typeof self} is no tensor.`);
    }
    const member = (self as unknown as Record<string, unknown>)[path];
    return typeof member === "function" ? (member as Callable).apply(self, rest) : member;
  };
}

/** The parameters of the overload that was called: the first that has room for what was given. */
function chooseParams(
  { params = [] }: RecordedOp,
  entry: Entry,
  args: readonly unknown[],
  keys: readonly string[],
): readonly string[] {
  if (entry.params !== null && typeof entry.call !== "string") return entry.params;
  if (entry.params !== null) {
    const beyond = params.find((names) => names.length >= args.length) ?? [];
    return [...entry.params, ...beyond.slice(entry.params.length, args.length)];
  }
  const fits = params.find((names) => {
    const rest = names.slice(args.length);
    const isLong = names.length >= args.length || isVariadic(names);
    const isTyped = args.every((value, i) => names[i] !== "dtype" || typeof value === "string");
    return isLong && isTyped && keys.every((key) => unheard.has(key) || rest.includes(key));
  });
  if (fits !== undefined) return fits;
  const unnamed = args.map((_, i) => params[0]?.[i] ?? `argument${i}`);
  return [...unnamed, ...keys];
}

/** Whether several tensors may stand there, one by one, where a list of them is meant. */
const isVariadic = (params: readonly string[]): boolean => params[0] === "tensors";

function bind(
  params: readonly string[],
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const isSpread = isVariadic(params) && args[0] instanceof nabla.Tensor;
  const positional = isSpread ? [args] : args;
  const given: Record<string, unknown> = {};
  positional.forEach((value, i) => {
    given[params[i] ?? `argument${i}`] = value;
  });
  for (const [key, value] of Object.entries(kwargs)) {
    if (!unheard.has(key)) given[key] = value;
  }
  return given;
}

/** Does a call as a table writes it, or by the name alone in the order of the parameters. */
function callWritten(
  text: string,
  params: readonly string[],
  given: Readonly<Record<string, unknown>>,
): unknown {
  const [, path = text, list] = /^([\w.]+)(?:\((.*)\))?$/s.exec(text) ?? [];
  const called = target(path);
  if (called === null) throw new Missing(`there is no ${path}`);
  const isWritten = list !== undefined;
  const [before = "", inBraces = ""] = isWritten ? list.split("{") : [];
  const positions = isWritten
    ? wordsOf(before)
    : params.filter((name) => !optional.has(name) && !unheard.has(name));
  const named = isWritten ? wordsOf(inBraces.replace("}", "")) : [];
  const options: Record<string, unknown> = {};
  for (const word of named) {
    const [key = word, name = key] = word.split(":").map((part) => part.trim());
    if (name in given) options[camelCase(key)] = given[name];
  }
  // What a table does not speak of goes along by its name, to be refused if it is not known.
  const known = new Set([...positions, ...named.flatMap((word) => word.split(/:\s*/))]);
  for (const [name, value] of Object.entries(given)) {
    if (!known.has(name)) options[camelCase(name)] = value;
  }
  const values = positions.map((name) => given[name]);
  if (Object.keys(options).length > 0) return called(...values, options);
  while (values.length > 0 && values.at(-1) === undefined) values.pop();
  return called(...values);
}
