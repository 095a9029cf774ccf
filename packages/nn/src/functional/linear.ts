/**
 * Products with a matrix of weights. Not here: convolutions, whose weights are shared between
 * places.
 */
import type { Tensor } from "@nabla/core";

/**
 * input · weightᵀ + bias: from [..., inFeatures], with a weight of [outFeatures, inFeatures] and a
 * bias of [outFeatures] or none, to [..., outFeatures]. Throws a ShapeError where the sizes do not
 * fit.
 * @example
 * functional.linear(tensor([1, 2]), tensor([[3, 4]]), tensor([5])) // tensor([16.])
 */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const product = input.matmul(weight.t());
  return bias === null ? product : product.add(bias);
}
