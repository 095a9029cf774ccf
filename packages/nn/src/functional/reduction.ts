/**
 * How losses of single elements become one number. Read next: functional/loss.ts.
 */
import { ArgumentError, readOptions } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkTensors } from "../checks.js";
import type { LossKind } from "../shape-rules.js";
import type { LossFunction } from "../shape-types.js";

/** Nothing, the mean, or the sum. */
export type Reduction = "none" | "mean" | "sum";

/** What every loss takes. */
export interface ReductionOptions {
  /** What becomes of the losses of single elements; `"mean"` unless said otherwise. */
  readonly reduction?: Reduction;
}

/** The losses as they are, their mean or their sum. Losses are floats, whatever they came from. */
export function reduce(name: string, losses: Tensor, reduction: string): Tensor {
  const isWhole = losses.dtype === "int32" || losses.dtype === "bool";
  const floats = isWhole ? losses.to("float32") : losses;
  if (reduction === "none") return floats;
  if (reduction === "mean") return floats.mean();
  if (reduction === "sum") return floats.sum();
  throw new ArgumentError(
    `${name}: there is no reduction "${reduction}"; use "none", "mean" or "sum".`,
  );
}

/** A loss with what the compiler knows of it: it is given back as it is. */
export const lossOf = <Name extends string, Kind extends LossKind, Options>(
  loss: (input: Tensor, target: Tensor, options?: Options) => Tensor,
): LossFunction<Name, Kind, Options> => loss as never;

/** Makes a loss of what it is for single elements, and the defaults of its own options. */
export const reducing = <
  Name extends string,
  Kind extends LossKind,
  Options extends ReductionOptions,
>(
  name: Name,
  defaults: Required<Omit<Options, "reduction">>,
  elements: (input: Tensor, target: Tensor, options: Required<Options>) => Tensor,
): LossFunction<Name, Kind, Options> =>
  lossOf<Name, Kind, Options>((input, target, options: Options = {} as Options) => {
    checkTensors(name, { input, target });
    const complete = { ...defaults, reduction: "mean" } as Required<Options>;
    const all = readOptions<Options>(name, options, complete);
    return reduce(name, elements(input, target, all), all.reduction as Reduction);
  });
