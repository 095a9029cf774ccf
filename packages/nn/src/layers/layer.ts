/**
 * What the layers share: how they read what they are made with, and the one class behind all layers
 * that have nothing to learn: a function, and what it is called with besides its inputs. Which
 * function, with which values: activation.ts, dropout.ts, loss.ts, pooling.ts, padding.ts,
 * shape.ts.
 */
import { ArgumentError, readOptions, Tensor } from "@nabla/core";

import { checkTensors } from "../checks.js";
import { fans } from "../fans.js";
import { uniform_ } from "../init.js";
import { buffer } from "../members.js";
import { Module } from "../module.js";
import { knowOptions } from "../summary.js";

/** What PyTorch has and Nabla has elsewhere, or not at all. */
const elsewhere: Readonly<Record<string, string>> = {
  device: "there are no devices; leave it out.",
  dtype: 'convert the layer: layer.to("float64").',
  inplace: "layers do not write into their inputs; leave it out.",
  projSize: "projections of an LSTM's output are not there; use a Linear behind it.",
  sizeAverage: 'use reduction: "mean" or "sum".',
  reduce: 'use reduction: "none".',
  isCausal: "give the mask itself.",
  antialias: "interpolation has none.",
};

/** The options of a layer: see readOptions. Names what PyTorch has and Nabla has not. */
export function layerOptions<Options extends object>(
  name: string,
  options: Options,
  defaults: Required<Options>,
): Required<Options> {
  knowOptions(name, defaults);
  return readLayer(name, options, defaults);
}

function readLayer<Options extends object>(
  name: string,
  options: Options,
  defaults: Required<Options>,
): Required<Options> {
  const strange = Object.keys(options ?? {}).find(
    (key) => !Object.hasOwn(defaults, key) && Object.hasOwn(elsewhere, key),
  );
  if (strange === undefined) return readOptions<Options>(name, options, defaults);
  throw new ArgumentError(`${name}: it has no option ${strange}: ${elsewhere[strange]}`);
}

/** Throws an ArgumentError unless every number is an integer, 1 or more. */
export function checkCounts(name: string, counts: Readonly<Record<string, unknown>>): void {
  for (const [what, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && (count as number) > 0) continue;
    throw new ArgumentError(
      `${name}: ${what} is ${String(count)}, and must be an integer above 0.`,
    );
  }
}

/** Fields of which there are none. */
export type None = object;

/** A layer that has nothing to learn. */
export type LayerOf<
  Fields,
  Inputs extends unknown[] = [input: Tensor],
  Output = Tensor,
> = Module & {
  -readonly [Name in keyof Fields]-?: Fields[Name];
} & { forward(...inputs: Inputs): Output };
/** A class of them. */
export type LayerClass<
  Given extends readonly unknown[],
  Fields,
  Inputs extends unknown[],
  Output,
> = new (...given: Given) => LayerOf<Fields, Inputs, Output>;

/**
 * Makes such a class. `positional` names the values that come first; those that are in `defaults`,
 * too, may be missing. After them comes an object with the others by name. Every value is a field
 * of the layer, a tensor among them a buffer, and is looked at when the layer runs; `check` may
 * refuse them at the start.
 */
export function layer<
  Given extends readonly unknown[],
  Fields extends object,
  Inputs extends unknown[] = [input: Tensor],
  Output = Tensor,
>(
  positional: readonly (keyof Fields & string)[],
  defaults: Partial<Fields>,
  run: (inputs: Inputs, fields: Required<Fields>, training: boolean) => Output,
  check: (name: string, fields: Required<Fields>) => void = () => {},
): LayerClass<Given, Fields, Inputs, Output> {
  const required = positional.filter((name) => !(name in defaults));
  const options = Object.keys(defaults);
  const isOption = ([key]: [string, unknown]): boolean => !positional.some((own) => own === key);
  const optional = Object.fromEntries(Object.entries(defaults).filter(isOption));
  class Layer extends Module {
    constructor(...given: Given) {
      super();
      const { name } = new.target;
      const first = given.slice(0, positional.length);
      if (isOptions(first.at(-1))) first.pop();
      if (first.length < required.length) {
        throw new ArgumentError(
          `${name}: ${required[first.length]} is missing; write new ${name}(` +
            `${required.join(", ")}${options.length > 0 ? ", options" : ""}).`,
        );
      }
      const rest = given.slice(first.length);
      if (rest.length > 1 || (rest.length === 1 && !isOptions(rest[0]))) {
        throw new ArgumentError(
          `${name}: ${String(rest.at(-1))} is one value too many; its options go by name: ` +
            `{ ${options.join(", ")} }.`,
        );
      }
      const placed = Object.fromEntries(first.map((value, i) => [positional[i]!, value]));
      const unset = Object.fromEntries(required.map((key) => [key, null]));
      knowOptions(name, optional);
      const all = readLayer<object>(
        name,
        { ...(rest[0] as object | undefined), ...placed },
        { ...unset, ...defaults },
      );
      check(name, all as Required<Fields>);
      for (const [field, value] of Object.entries(all) as [string, unknown][]) {
        (this as Record<string, unknown>)[field] =
          value instanceof Tensor ? buffer(value.detach()) : value;
      }
    }

    forward(...inputs: Inputs): Output {
      checkTensors(this.constructor.name, { input: inputs[0] });
      const read = (name: string): [string, unknown] => [name, this[name as keyof this]];
      const fields = Object.fromEntries([...required, ...options].map(read));
      return run(inputs, fields as Required<Fields>, this.training);
    }
  }
  return Layer as unknown as LayerClass<Given, Fields, Inputs, Output>;
}

/** A class of layers with one number, which the compiler knows. */
export const numbered = <Name extends string>(
  name: Name,
  run: (input: Tensor, number: number) => Tensor,
): new <K extends number>(number: K) => LayerOf<Record<Name, number>> =>
  layer<[number: number], Record<Name, number>>([name], {}, ([x], fields) => run(x, fields[name]));

/** An object that is no list and no tensor. */
const isOptions = (value: unknown): value is object =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Tensor);

/**
 * A function without what the compiler knows of its shapes. Layers say by themselves what they make
 * of shapes, and to compare the types of both would cost the compiler much.
 */
export const plain = <Call>(call: unknown): Call => call as Call;

/** PyTorch's default of linear layers and convolutions: both uniform between ±1 / √fanIn. */
export function defaultWeights(weight: Tensor, bias: Tensor | null): void {
  const bound = 1 / Math.sqrt(Math.max(1, fans("weight", weight)[0]));
  uniform_(weight, -bound, bound);
  if (bias !== null) uniform_(bias, -bound, bound);
}
