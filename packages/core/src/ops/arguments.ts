/**
 * How operations read single values, which come as numbers or as tensors. Not here: `dim` and
 * `keepdim` (ops/fold.ts), options by name (ops/options.ts).
 */
import { ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import { formatShape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { full } from "./create.js";

/** A number, or a tensor without dimensions, as one in the type of `x`. */
export function single(name: string, x: Tensor, value: number | boolean | Tensor): Tensor {
  if (typeof value === "number" || typeof value === "boolean") {
    return full([], value, { dtype: x.dtype });
  }
  const { shape } = checkTensor(name, value, x.dtype);
  if (shape.length === 0) return value.to(x.dtype);
  throw new ShapeError(
    `${name}: a tensor of shape ${formatShape(shape)} is no single value; give a number, or a ` +
      "tensor without dimensions.",
  );
}
