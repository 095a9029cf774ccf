/**
 * What one operation costs when there is nearly nothing to compute: on tensors of one element, the
 * time is all bookkeeping.
 */
import { tensor } from "nabla";

/** The calls, by name. */
export function operations(): Readonly<Record<string, () => unknown>> {
  const [a, b] = [tensor([1.5]), tensor([2])];
  const parameter = tensor([0.5], { requiresGrad: true });
  const target = tensor([1]);
  const matrix = tensor([[2]]);
  return {
    "add of two": () => a.add(b),
    "mul by a number": () => a.mul(2),
    exp: () => a.exp(),
    sigmoid: () => a.sigmoid(),
    sum: () => a.sum(),
    reshape: () => a.reshape([1, 1]),
    "add_ in place": () => target.add_(b),
    "add, remembered for backward()": () => parameter.add(b),
    "matmul of [1, 1]": () => matrix.matmul(matrix),
    item: () => a.item(),
  };
}
