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

/** The plain values in the fields. */
function settings(module: Module): string {
  const isPlain = (value: unknown): boolean =>
    Array.isArray(value)
      ? value.length < 10 && value.every(isPlain)
      : /number|string|boolean/.test(typeof value);
  const show = (value: unknown): string =>
    Array.isArray(value) ? `[${value.map(show).join(", ")}]` : String(value);
  return Object.entries(module)
    .filter(([field, value]) => field !== "training" && isPlain(value))
    .map(([field, value]) => `${field}: ${show(value)}`)
    .join(", ");
}

/** With a comma after every three digits. */
const grouped = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
