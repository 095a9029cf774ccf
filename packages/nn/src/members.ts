/**
 * What a model is made of: which fields are parameters, buffers and modules, and the names that
 * PyTorch has for them. Nothing is registered: fields are looked at when somebody asks. Not here:
 * what a module can do (module.ts).
 */
import { ArgumentError } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkTensors } from "./checks.js";

type Role = "parameter" | "buffer" | "unsaved";

const roles = new WeakMap<Tensor, Role>();

/**
 * A tensor as a parameter of a model: `this.scale = parameter(ones([3]))`, as PyTorch's
 * `nn.Parameter`. It requires grad, unless `requiresGrad` is false, and stays a parameter when that
 * is changed. A leaf that requires grad is one without being called so. A computed tensor is
 * copied. Throws a DTypeError for a tensor of whole numbers that is to require grad.
 * @example
 * parameter(zeros([2])) // tensor([0., 0.], requiresGrad=true)
 */
export function parameter(data: Tensor, requiresGrad = true): Tensor {
  checkTensors("parameter", { data });
  const leaf = data.isLeaf ? data : data.detach().clone();
  return withRole(leaf.requiresGrad_(requiresGrad), "parameter");
}

/** What `buffer` takes. */
export interface BufferOptions {
  /** Whether it is part of the state dict; `true` unless said otherwise. */
  readonly persistent?: boolean;
}

/**
 * A tensor that belongs to a model and is not learned, as PyTorch's `register_buffer`: it is saved,
 * loaded and converted with the model: `this.mean = buffer(zeros([3]))`.
 * @example
 * buffer(zeros([2])) // tensor([0., 0.])
 */
export function buffer(data: Tensor, options: BufferOptions = {}): Tensor {
  checkTensors("buffer", { data });
  return withRole(data, options.persistent === false ? "unsaved" : "buffer");
}

/** A tensor in place of another, with its role. */
export const inPlaceOf = (old: Tensor, tensor: Tensor): Tensor =>
  withRole(tensor, roles.get(old) ?? "parameter");

function withRole(tensor: Tensor, role: Role): Tensor {
  roles.set(tensor, role);
  return tensor;
}

/** What a tensor in a field is; `null` if it is just a tensor. */
export function roleOf(tensor: Tensor): Role | null {
  const known = roles.get(tensor);
  if (known !== undefined) return known;
  if (!tensor.requiresGrad || !tensor.isLeaf) return null;
  roles.set(tensor, "parameter");
  return "parameter";
}

/** Something in a field, or in a list or an object in a field. */
export interface Member {
  /** By PyTorch's name, such as `running_mean` or `layers.0`. */
  readonly name: string;
  readonly value: object;
  /** Where it is. */
  readonly owner: Record<string, unknown>;
  readonly field: string;
}

/** `runningMean` is `running_mean` in a state dict. */
export const pythonName = (field: string): string =>
  field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The objects in fields, by names that are made of the fields'. */
export function* membersOf(
  owner: object,
  nameOf: (field: string) => string = (field) => field,
  within: readonly object[] = [],
): Generator<Member> {
  for (const [field, value] of Object.entries(owner) as [string, unknown][]) {
    if (typeof value !== "object" || value === null) continue;
    const name = nameOf(field);
    yield { name, value, owner: owner as Member["owner"], field };
    if (!isPlain(value) || within.includes(value)) continue;
    const inside = membersOf(value, undefined, [...within, value]);
    for (const inner of inside) yield { ...inner, name: `${name}.${inner.name}` };
  }
}

/** A list, or an object without a class: what is in it belongs to whoever has it. */
const isPlain = (value: object): boolean =>
  Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;

/** Throws an ArgumentError where two fields have one name, such as `aB` and `a_b`. */
export function checkNames(of: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new ArgumentError(`${of}: two fields are called ${twice} in a state dict; rename one.`);
}
