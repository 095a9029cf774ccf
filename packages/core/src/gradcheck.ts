/**
 * Are the derivatives right? Each is compared with what the function really does when one element
 * of one input is moved a little: central differences in float64, which know nothing of autograd.
 */
import { grad, listOf } from "./autograd.js";
import { ArgumentError, GradientError } from "./errors.js";
import { isFloat } from "./graph/dtype.js";
import { noGrad } from "./graph/mode.js";
import { checkTensor } from "./graph/node.js";
import { countElements, formatShape } from "./graph/shape.js";
import type { Shape } from "./graph/shape.js";
import { tensor, zeros } from "./ops/create.js";
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

type Checked = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/**
 * Compares the derivatives of `run(...inputs)` by every input that requires grad with central
 * differences; of several results, those of all that require grad. Returns true, or throws a
 * GradientError that names the input, the element and both values. The inputs that are checked must
 * be float64 leaves (ArgumentError): float32 has too few digits for differences.
 * @example
 * const x = tensor([0.5, 1], { dtype: "float64", requiresGrad: true });
 * gradcheck((a) => a.exp().mul(a), [x]) // true
 */
export function gradcheck(
  run: Checked,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): true {
  return compare("gradcheck", run, inputs, Infinity, options);
}

/**
 * Compares second derivatives with central differences of the first: those of the products of
 * `gradOutputs` with the derivatives of `run(...inputs)`, by every input and every one of
 * `gradOutputs` that requires grad, as in gradcheck. There is one of `gradOutputs` for each result
 * that requires grad, of its shape; without them they are made up, and checked too.
 * @example
 * const x = tensor([0.5, 1], { dtype: "float64", requiresGrad: true });
 * gradgradcheck((a) => a.exp().mul(a), [x]) // true
 */
export function gradgradcheck(
  run: Checked,
  inputs: readonly Tensor[],
  gradOutputs?: Tensor | readonly Tensor[] | null,
  options: GradcheckOptions = {},
): true {
  checkInputs("gradgradcheck", run, inputs);
  const outputs = outputsOf("gradgradcheck", run, inputs).filter((y) => y.requiresGrad);
  const starts = gradOutputs
    ? listOf(gradOutputs)
    : outputs.map((y, i) => direction(y.shape, i + 1).requiresGrad_());
  const slopes = (...all: Tensor[]): Tensor[] => {
    const [given, directions] = [all.slice(0, inputs.length), all.slice(inputs.length)];
    const results = outputsOf("gradgradcheck", run, given).filter((y) => y.requiresGrad);
    const variables = given.filter((x) => x.requiresGrad);
    const settings = { gradOutputs: directions, createGraph: true, allowUnused: true };
    return grad(results, variables, settings).filter((slope) => slope !== null);
  };
  return compare("gradgradcheck", slopes, [...inputs, ...starts], inputs.length, options);
}

/** Compares derivatives by `inputs`, of which all from number `count` on are gradOutputs. */
function compare(
  name: string,
  run: Checked,
  inputs: readonly Tensor[],
  count: number,
  { eps = 1e-6, atol = 1e-5, rtol = 1e-3 }: GradcheckOptions,
): true {
  const checked = checkInputs(name, run, inputs);
  const outputs = outputsOf(name, run, inputs);
  // Where nothing has a derivative, nothing may depend on the inputs.
  const some = outputs.some((y) => y.requiresGrad);
  const weights = outputs.map((y, i) =>
    y.requiresGrad || (!some && isFloat(y.dtype)) ? direction(y.shape, i) : null,
  );
  const weigh = (results: readonly Tensor[]): Tensor =>
    results.reduce(
      (sum, y, i) => (weights[i] ? sum.add(y.mul(weights[i]).sum()) : sum),
      zeros([], { dtype: "float64" }),
    );
  const found = some ? grad(weigh(outputs), checked, { allowUnused: true }) : [];
  const value = (): number => weigh(outputsOf(name, run, inputs)).item();
  checked.forEach((input, which) => {
    const analytic = found[which]?.data() ?? new Float64Array(input.numel());
    const start = input.data();
    for (let i = 0; i < start.length; i++) {
      const beside = (step: number): number => {
        const moved = start.slice();
        moved[i] = start[i]! + step;
        return valueAt(input, moved, start, value);
      };
      const numerical = (beside(eps) - beside(-eps)) / (2 * eps);
      if (Math.abs(analytic[i]! - numerical) <= atol + rtol * Math.abs(numerical)) continue;
      const at = inputs.indexOf(input);
      throw new GradientError(
        `${name}: ${at < count ? `input ${at}` : `gradOutput ${at - count}`} of shape ` +
          `${formatShape(input.shape)}, element ${i}: ` +
          `autograd says ${analytic[i]}, central differences say ${numerical}.`,
      );
    }
  });
  return true;
}

/** Those of the inputs that are checked. */
function checkInputs(name: string, run: unknown, inputs: readonly Tensor[]): Tensor[] {
  const list: unknown = inputs;
  if (typeof run !== "function" || !Array.isArray(list)) {
    throw new ArgumentError(
      `${name}: it takes a function and a list of its inputs, for example ` +
        `${name}((x) => x.exp(), [x]).`,
    );
  }
  for (const input of inputs) checkTensor(name, input);
  const checked = inputs.filter((input) => input.requiresGrad);
  if (checked.length === 0 || checked.some((x) => !x.isLeaf || x.dtype !== "float64")) {
    throw new ArgumentError(
      `${name}: give it at least one input to check, and each as a leaf of float64, ` +
        'for example tensor([1, 2], { dtype: "float64", requiresGrad: true }).',
    );
  }
  return checked;
}

const outputsOf = (name: string, run: Checked, inputs: readonly Tensor[]): readonly Tensor[] =>
  listOf(run(...inputs)).map((y) => checkTensor(name, y));

/** Weights without symmetry, so that errors do not cancel in the sum. */
const direction = (shape: Shape, seed: number): Tensor => {
  const weights = Array.from({ length: countElements(shape) }, (_, i) =>
    Math.cos(1 + 2.7 * i + seed),
  );
  return tensor(weights, { dtype: "float64" }).reshape(shape).clone();
};

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
