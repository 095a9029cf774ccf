/**
 * A model as a tree of text: each module with what it was made with, the shapes of its parameters
 * and buffers, and how many numbers there are to learn.
 */
import { showShape } from "./checks.js";
import { roleOf } from "./members.js";
import type { Module } from "./module.js";

export function summary(module: Module): string {
  const name = module.constructor.name;
  const children = module.contents().modules.map(([child, inner]) => {
    return `(${child}): ${summary(inner)}`.replaceAll(/^/gm, "  ");
  });
  const inside = children.length > 0 ? `\n${children.join("\n")}\n` : settings(module);
  const tensors = module.contents().tensors.map(({ name, value }) => {
    const frozen = roleOf(value) === "parameter" && !value.requiresGrad;
    return `${name} ${showShape(value)}${frozen ? " frozen" : ""}`;
  });
  const count = module.parameters().reduce((sum, parameter) => sum + parameter.numel(), 0);
  const all = count === 0 ? tensors : [...tensors, `${grouped(count)} parameters`];
  return `${name}(${inside})${all.length > 0 ? ": " : ""}${all.join(", ")}`;
}

/** The options of layers and their defaults, by the names of the classes. */
const defaults = new Map<string, Readonly<Record<string, unknown>>>();

/**
 * Tells which fields of a layer are options, which are shown where they are not the default. The
 * first to say so are constructors; a call may have options, too.
 */
export function knowOptions(name: string, options: object): void {
  if (!defaults.has(name)) defaults.set(name, options as Readonly<Record<string, unknown>>);
}

const isPlain = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length < 10 && value.every(isPlain)
    : /number|string|boolean/.test(typeof value);
const show = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(show).join(", ")}]` : String(value);

/** One value stands for as many as there are dimensions. */
function isDefault(value: unknown, usual: unknown): boolean {
  const [own, all] = [[value].flat(), [usual].flat()];
  return own.every((part, i) => part === all[i % all.length]);
}

/** The plain values in the fields; options only where they are not what they would be anyway. */
function settings(module: Module): string {
  const options = defaults.get(module.constructor.name) ?? {};
  return Object.entries(module)
    .filter(([field, value]) => field !== "training" && isPlain(value))
    .filter(([field, value]) => !Object.hasOwn(options, field) || !isDefault(value, options[field]))
    .map(([field, value]) => `${field}: ${show(value)}`)
    .join(", ");
}

/** A layer by the sizes it was made with, as types name it: `Linear(3, 2)`, `Conv2d(1, 16)`. */
export function label(module: Module): string {
  const { name } = module.constructor;
  const options = defaults.get(name);
  if (options === undefined) return name;
  const given = Object.entries(module)
    .filter(([field]) => field !== "training" && !Object.hasOwn(options, field))
    .map(([, value]: [string, unknown]) => value)
    .filter(isPlain);
  const numbers = given.filter((value) => typeof value === "number");
  const sizes = numbers.length > 0 ? numbers : given.slice(0, 1);
  return sizes.length === 0 ? name : `${name}(${sizes.map(show).join(", ")})`;
}

/** With a comma after every three digits. */
const grouped = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
