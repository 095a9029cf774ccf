/**
 * Products with a matrix of weights. Not here: convolutions, whose weights are shared between
 * places.
 */
import { ShapeError } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkOptional, checkTensors, format, showShape } from "../checks.js";
import type { BilinearFunction, LinearFunction } from "../shape-functions.js";

/**
 * input · weightᵀ + bias: from [..., inFeatures], with a weight of [outFeatures, inFeatures] and a
 * bias of [outFeatures] or none, to [..., outFeatures]. Throws a ShapeError where the sizes do not
 * fit.
 * @example
 * functional.linear(tensor([1, 2]), tensor([[3, 4]]), tensor([5])) // tensor([16.])
 */
export const linear: LinearFunction = ((
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
): Tensor => {
  checkTensors("linear", { input, weight });
  checkOptional("linear", { bias });
  const product = input.matmul(weight.t());
  return bias === null ? product : product.add(bias);
}) as never;

/**
 * input1ᵀ · weight · input2 + bias, for each of a list of matrices: from [..., in1] and
 * [..., in2], with a weight of [out, in1, in2] and a bias of [out] or none, to [..., out]. Throws a
 * ShapeError where the sizes do not fit.
 * @example
 * functional.bilinear(tensor([1, 2]), tensor([3]), tensor([[[4], [5]]])) // tensor([42.])
 */
export const bilinear: BilinearFunction = ((
  input1: Tensor,
  input2: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
): Tensor => {
  checkTensors("bilinear", { input1, input2, weight });
  checkOptional("bilinear", { bias });
  const [count = 0, size1 = 0, size2 = 0] = weight.shape;
  const front = input1.shape.slice(0, -1);
  const fits = format([...front, size1]) === showShape(input1);
  if (weight.dim() !== 3 || !fits || format([...front, size2]) !== showShape(input2)) {
    throw new ShapeError(
      `bilinear: inputs of shapes ${showShape(input1)} and ${showShape(input2)} do not fit a ` +
        `weight of shape ${showShape(weight)}, which is [out, in1, in2].`,
    );
  }
  const matrices = weight.permute([1, 0, 2]).reshape([size1, count * size2]);
  const rows = input1.matmul(matrices).reshape([...front, count, size2]);
  const product = rows.matmul(input2.unsqueeze(-1)).squeeze(-1);
  return bias === null ? product : product.add(bias);
}) as never;
