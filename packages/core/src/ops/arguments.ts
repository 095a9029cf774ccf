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
 * is `null` is for the caller to check. Throws an ArgumentError for what is unknown or of a wrong
 * kind.
 */
export function readOptions<Options extends object>(
  name: string,
  options: Options,
  defaults: Required<Options>,
): Required<Options> {
  const list = Object.keys(defaults).join(", ");
  if (typeof options !== "object" || (options as Options | null) === null || "node" in options) {
    throw new ArgumentError(
      `${name}: its last argument are options by name, in braces; there are: ${list}.`,
    );
  }
  const complete = { ...defaults };
  for (const [key, value] of Object.entries(options) as [keyof Options & string, unknown][]) {
    const kind = defaults[key] === null ? typeof value : typeof defaults[key];
    if (value === undefined) continue;
    if (!Object.hasOwn(defaults, key) || typeof value !== kind || Number.isNaN(value)) {
      const problem = Object.hasOwn(defaults, key) ? `must be a ${kind}` : "is not known";
      throw new ArgumentError(`${name}: the option ${key} ${problem}; there are: ${list}.`);
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
