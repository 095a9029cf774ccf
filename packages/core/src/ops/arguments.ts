/**
 * How operations read arguments that come in more than one form: options by name, and single values
 * as numbers or as tensors. Not here: `dim` and `keepdim` (ops/fold.ts).
 */
import { ArgumentError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import { formatShape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { full } from "./create.js";

/**
 * All options, from those given and the defaults of the rest; `undefined` counts as not given. An
 * option whose default is a number, a string or a truth value must be one, too; one whose default
 * is `null` is for the caller to check. Throws an ArgumentError for an unknown name or a wrong kind.
 */
export function readOptions<Options extends object>(
  name: string,
  options: Options,
  defaults: Required<Options>,
): Required<Options> {
  const names = Object.keys(defaults).join(", ");
  if (typeof options !== "object" || (options as Options | null) === null || "node" in options) {
    throw new ArgumentError(
      `${name}: ${String(options)} is no options; name them, for example ` +
        `{ ${Object.keys(defaults)[0]}: ... }. There are: ${names}.`,
    );
  }
  const complete = { ...defaults };
  for (const [key, value] of Object.entries(options) as [keyof Options & string, unknown][]) {
    if (!Object.hasOwn(defaults, key)) {
      throw new ArgumentError(`${name}: there is no option "${key}"; there are: ${names}.`);
    }
    if (value === undefined) continue;
    const kind = typeof defaults[key];
    if (defaults[key] !== null && (typeof value !== kind || Number.isNaN(value))) {
      throw new ArgumentError(
        `${name}: the option ${key} is ${String(value)}, and must be a ${kind}.`,
      );
    }
    complete[key] = value as Required<Options>[typeof key];
  }
  return complete;
}

/** A number, or a tensor without dimensions, as one in the type of `x`. */
export function single(name: string, x: Tensor, value: number | boolean | Tensor): Tensor {
  if (typeof value === "number" || typeof value === "boolean") {
    return full([], value, { dtype: x.dtype });
  }
  const { shape } = checkTensor(name, value);
  if (shape.length === 0) return value.to(x.dtype);
  throw new ShapeError(
    `${name}: a tensor of shape ${formatShape(shape)} is no single value; give a number, or a ` +
      "tensor without dimensions.",
  );
}
