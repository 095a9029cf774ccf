/**
 * State dicts: the parameters and buffers of a model as an object, by PyTorch's names, and back.
 * Not here: files (the package data), which fields count (members.ts).
 */
import { ArgumentError, noGrad, readOptions, ShapeError, Tensor } from "@nabla/core";

import { showShape } from "./checks.js";
import { roleOf } from "./members.js";
import type { Module } from "./module.js";

/** Tensors by PyTorch's names, such as `layers.0.running_mean`. */
export type StateDict = Record<string, Tensor>;

/** What `loadStateDict` takes last. */
export interface LoadOptions {
  /** Whether every name must be there, and no other; `true` unless said otherwise. */
  readonly strict?: boolean;
}

/** The names that did not fit. */
export interface LoadResult {
  /** Names of the model that the state dict has not. */
  readonly missingKeys: readonly string[];
  /** Names of the state dict that the model has not. */
  readonly unexpectedKeys: readonly string[];
}

/** A tensor in two places is there twice, as in PyTorch. */
export function stateOf(module: Module, prefix = "", state: StateDict = {}): StateDict {
  const { tensors, modules } = module.contents();
  const of = (role: string): void => {
    for (const { name, value } of tensors) {
      if (roleOf(value) === role) state[prefix + name] = value.detach();
    }
  };
  of("parameter");
  of("buffer");
  for (const [name, inner] of modules) stateOf(inner, `${prefix}${name}.`, state);
  return state;
}

export function loadState(module: Module, state: StateDict, options: LoadOptions): LoadResult {
  const of = `${module.constructor.name}.loadStateDict`;
  const { strict } = readOptions<LoadOptions>(of, options, { strict: true });
  if (typeof state !== "object" || (state as StateDict | null) === null) {
    throw new ArgumentError(`${of}: give an object of tensors, such as model.stateDict().`);
  }
  const own = stateOf(module);
  const missingKeys = Object.keys(own).filter((name) => !Object.hasOwn(state, name));
  const unexpectedKeys = Object.keys(state).filter((name) => !Object.hasOwn(own, name));
  if (strict && missingKeys.length + unexpectedKeys.length > 0) {
    const problems = { missing: missingKeys, unknown: unexpectedKeys };
    const text = Object.entries(problems).filter(([, names]) => names.length > 0);
    throw new ArgumentError(
      `${of}: ${text.map(([what, names]) => `${what}: ${names.join(", ")}`).join("; ")}. To load ` +
        "what fits: loadStateDict(state, { strict: false }).",
    );
  }
  const fitting = Object.keys(own).filter((name) => Object.hasOwn(state, name));
  for (const name of fitting) {
    const [target, source] = [own[name]!, state[name] as unknown];
    if (!(source instanceof Tensor)) throw new ArgumentError(`${of}: ${name} is no tensor.`);
    if (showShape(source) === showShape(target)) continue;
    throw new ShapeError(
      `${of}: ${name} has shape ${showShape(source)}, and in the model ${showShape(target)}.`,
    );
  }
  noGrad(() => {
    for (const name of fitting) own[name]!.copy_(state[name]!.detach());
  });
  return { missingKeys, unexpectedKeys };
}
