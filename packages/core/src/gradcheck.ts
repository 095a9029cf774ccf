/**
 * Are the derivatives right? Each is compared with what the function really does when one element
 * of one input is moved a little: central differences in float64, which know nothing of autograd.
 */
import { grad } from "./autograd.js";
import { ArgumentError, GradientError } from "./errors.js";
import { noGrad } from "./graph/mode.js";
import { checkTensor } from "./graph/node.js";
import { formatShape } from "./graph/shape.js";
import { tensor } from "./ops/create.js";
import type { Tensor } from "./tensor.js";

/** How close is close enough. */
export interface GradcheckOptions {
  /** How far each element is moved, both ways; 1e-6 unless said otherwise. */
  readonly eps?: number;
  /** The difference that is always allowed; 1e-5 unless said otherwise. */
  readonly atol?: number;
  /** The difference allowed as a share of the numerical derivative; 1e-3 unless said otherwise. */
  readonly rtol?: number;
}

/**
 * Compares the derivatives of `run(...inputs)` by every input that requires grad with central
 * differences. Returns true, or throws a GradientError that names the input, the element and both
 * values. The inputs that are checked must be float64 leaves (ArgumentError): float32 has too few
 * digits for differences.
 * @example
 * const x = tensor([0.5, 1], { dtype: "float64", requiresGrad: true });
 * gradcheck((a) => a.exp().mul(a), [x]) // true
 */
export function gradcheck(
  run: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  { eps = 1e-6, atol = 1e-5, rtol = 1e-3 }: GradcheckOptions = {},
): true {
  const list: unknown = inputs;
  if (typeof run !== "function" || !Array.isArray(list)) {
    throw new ArgumentError(
      "gradcheck: it takes a function and a list of its inputs, for example " +
        "gradcheck((x) => x.exp(), [x]).",
    );
  }
  for (const input of inputs) checkTensor("gradcheck", input);
  const checked = inputs.filter((input) => input.requiresGrad);
  if (checked.length === 0 || checked.some((x) => !x.isLeaf || x.dtype !== "float64")) {
    throw new ArgumentError(
      "gradcheck: give it at least one input to check, and each as a leaf of float64, " +
        'for example tensor([1, 2], { dtype: "float64", requiresGrad: true }).',
    );
  }
  const output = checkTensor("gradcheck", run(...inputs));
  // A direction without symmetry, so that errors do not cancel in the sum.
  const weights = Array.from({ length: output.numel() }, (_, i) => Math.cos(1 + 2.7 * i));
  const direction = tensor(weights, { dtype: "float64" }).reshape(output.shape);
  const found = grad(output, checked, { gradOutputs: direction, allowUnused: true });
  const value = (): number =>
    run(...inputs)
      .mul(direction)
      .sum()
      .item();
  checked.forEach((input, which) => {
    const analytic = found[which]?.data() ?? new Float64Array(input.numel());
    const start = input.data();
    for (let i = 0; i < start.length; i++) {
      const [above, below] = [eps, -eps].map((step) => {
        const moved = start.slice();
        moved[i] = start[i]! + step;
        return valueAt(input, moved, start, value);
      });
      const numerical = (above! - below!) / (2 * eps);
      if (Math.abs(analytic[i]! - numerical) <= atol + rtol * Math.abs(numerical)) continue;
      throw new GradientError(
        `gradcheck: input ${inputs.indexOf(input)} of shape ${formatShape(input.shape)}, element ` +
          `${i}: ` +
          `autograd says ${analytic[i]}, central differences say ${numerical}.`,
      );
    }
  });
  return true;
}

/** The value of the function while an input holds other elements. */
function valueAt(
  input: Tensor,
  moved: ReturnType<Tensor["data"]>,
  start: ReturnType<Tensor["data"]>,
  value: () => number,
): number {
  const hold = (elements: typeof moved): void => {
    noGrad(() => input.copy_(tensor(elements, { dtype: "float64" }).reshape(input.shape)));
  };
  hold(moved);
  try {
    return value();
  } finally {
    hold(start);
  }
}
