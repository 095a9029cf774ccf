/**
 * Derivatives of functions, instead of graphs: whole matrices of them, products with vectors from
 * either side, and a model called with other parameters than its own. All of it is grad(), called
 * in the right order. Read first: autograd.ts.
 */
import { grad } from "./autograd.js";
import { ArgumentError } from "./errors.js";
import { lending } from "./graph/capture.js";
import type { Fields } from "./graph/capture.js";
import { enableGrad } from "./graph/mode.js";
import { checkTensor } from "./graph/node.js";
import { sameShape } from "./graph/shape.js";
import { stack } from "./ops/join.js";
import type { Tensor } from "./tensor.js";

/** What jacobian() and hessian() are told. */
export interface DerivativeOptions {
  /** Record the derivatives themselves, so that they can be differentiated. */
  readonly createGraph?: boolean;
}

type Differentiable = (...inputs: Tensor[]) => Tensor;

/**
 * All first derivatives of a function: element `[i..., j...]` is that of element `i` of the result
 * by element `j` of the input. For a list of inputs it gives a list, one for each.
 * @example
 * jacobian((x) => x.square(), tensor([1, 2])) // tensor([[2., 0.],
 * //         [0., 4.]])
 */
export function jacobian(run: Differentiable, input: Tensor, options?: DerivativeOptions): Tensor;
export function jacobian(
  run: Differentiable,
  inputs: readonly Tensor[],
  options?: DerivativeOptions,
): Tensor[];
export function jacobian(
  run: Differentiable,
  inputs: Tensor | readonly Tensor[],
  { createGraph = false }: DerivativeOptions = {},
): Tensor | Tensor[] {
  const variables = variablesOf("jacobian", inputs, createGraph);
  const output = enableGrad(() => checkTensor("jacobian", run(...variables)));
  // Inside of noGrad() too: what is differentiated must be remembered.
  const flat = enableGrad(() => output.reshape([-1]).unbind());
  const rows = flat.map((element) => gradientsOf(element, variables, createGraph));
  const matrices = variables.map((variable, k) => {
    const shape = [...output.shape, ...variable.shape];
    const parts = rows.map((row) => row[k]!);
    return parts.length === 0 ? variable.newZeros(shape) : stack(parts).reshape(shape);
  });
  return Array.isArray(inputs) ? matrices : matrices[0]!;
}

/** The gradients of a number by variables; zeros by those it does not depend on. */
function gradientsOf(output: Tensor, variables: readonly Tensor[], createGraph: boolean): Tensor[] {
  const options = { createGraph, retainGraph: true, allowUnused: true };
  const found = output.requiresGrad ? grad(output, variables, options) : [];
  return variables.map((variable, i) => found[i] ?? variable.newZeros(variable.shape));
}

const listOf = (inputs: Tensor | readonly Tensor[]): readonly Tensor[] =>
  Array.isArray(inputs) ? (inputs as readonly Tensor[]) : [inputs as Tensor];

/** Tensors to differentiate by, in place of the inputs; with a graph they stay tied to these. */
function variablesOf(
  name: string,
  inputs: Tensor | readonly Tensor[],
  createGraph: boolean,
): Tensor[] {
  return listOf(inputs).map((input) =>
    createGraph && checkTensor(name, input).requiresGrad
      ? enableGrad(() => input.clone())
      : checkTensor(name, input).detach().clone().requiresGrad_(),
  );
}

/**
 * All second derivatives of a function whose result is one number: element `[i..., j...]` is that
 * by elements `i` and `j` of the input. For a list of inputs it gives a list of lists.
 * @example
 * hessian((x) => x.pow(3).sum(), tensor([1, 2])) // tensor([[ 6.,  0.],
 * //         [ 0., 12.]])
 */
export function hessian(run: Differentiable, input: Tensor, options?: DerivativeOptions): Tensor;
export function hessian(
  run: Differentiable,
  inputs: readonly Tensor[],
  options?: DerivativeOptions,
): Tensor[][];
export function hessian(
  run: Differentiable,
  inputs: Tensor | readonly Tensor[],
  options: DerivativeOptions = {},
): Tensor | Tensor[][] {
  const list = listOf(inputs);
  const blocks = list.map((_, i) => {
    const slope: Differentiable = (...variables) => {
      const output = run(...variables);
      if (output.numel() !== 1) {
        throw new ArgumentError(
          `hessian: the function gives a result of shape [${output.shape.join(", ")}], and ` +
            "second " +
            "derivatives are those of one number; sum it, or take the jacobian of its gradient.",
        );
      }
      return gradientsOf(output.sum(), variables, true)[i]!;
    };
    return jacobian(slope, list, options);
  });
  return Array.isArray(inputs) ? blocks : blocks[0]![0]!;
}

/**
 * A function's result, and the product of a vector with its Jacobian from the left, which is what
 * backward() computes: `v` has the shape of the result, the products those of the inputs. For one
 * tensor, in no list, there is one product.
 * @example
 * const [y, products] = vjp((x) => x.square(), [tensor([1, 2])], tensor([1, 10]));
 * y // tensor([1., 4.])
 * products[0] // tensor([ 2., 40.])
 * vjp((x) => x.square(), tensor([1, 2]), tensor([1, 10]))[1] // tensor([ 2., 40.])
 */
export function vjp<X extends Tensor | readonly Tensor[]>(
  run: Differentiable,
  inputs: X,
  v?: Tensor,
  options?: DerivativeOptions,
): [output: Tensor, products: X extends Tensor ? Tensor : Tensor[]];
export function vjp(
  run: Differentiable,
  inputs: Tensor | readonly Tensor[],
  v?: Tensor,
  { createGraph = false }: DerivativeOptions = {},
): [output: Tensor, products: Tensor | Tensor[]] {
  const variables = variablesOf("vjp", inputs, createGraph);
  const output = enableGrad(() => run(...variables));
  const options = { createGraph, allowUnused: true, ...(v && { gradOutputs: v }) };
  const found = output.requiresGrad ? grad(output, variables, options) : [];
  const products = variables.map((variable, i) => found[i] ?? variable.newZeros(variable.shape));
  const given = Array.isArray(inputs) ? products : products[0]!;
  return [createGraph ? output : output.detach(), given];
}

/**
 * A function's result, and the product of its Jacobian with vectors from the right: how the result
 * moves when the inputs move along `v`, which has their shapes, and is a list if they are one.
 * Computed by differentiating a gradient by what it was started with.
 * @example
 * const [y, product] = jvp((x) => x.square(), [tensor([1, 2])], [tensor([1, 10])]);
 * product // tensor([ 2., 40.])
 * jvp((x) => x.square(), tensor([1, 2]), tensor([1, 10]))[1] // tensor([ 2., 40.])
 */
export function jvp<X extends Tensor | readonly Tensor[]>(
  run: Differentiable,
  inputs: X,
  v: X extends Tensor ? Tensor : readonly Tensor[],
  { createGraph = false }: DerivativeOptions = {},
): [output: Tensor, product: Tensor] {
  const variables = variablesOf("jvp", inputs, createGraph);
  const directions = listOf(v);
  if (
    directions.length !== variables.length ||
    directions.some((one, i) => !sameShape(checkTensor("jvp", one).shape, variables[i]!.shape))
  ) {
    throw new ArgumentError(
      `jvp: there are ${variables.length} inputs and ${directions.length} directions; ` +
        "give one for each, of its shape.",
    );
  }
  const output = enableGrad(() => run(...variables));
  const zero = output.newZeros(output.shape);
  const shown = createGraph ? output : output.detach();
  if (!output.requiresGrad) return [shown, zero];
  const start = zero.requiresGrad_();
  const options = { gradOutputs: start, createGraph: true, allowUnused: true };
  const slopes = grad(output, variables, options);
  const total = enableGrad(() => {
    const along = slopes.map((slope, i) => slope?.mul(directions[i]!).sum() ?? null);
    return along.reduce((sum, part) => (sum && part ? sum.add(part) : (sum ?? part)), null);
  });
  if (total?.requiresGrad !== true) return [shown, output.newZeros(output.shape)];
  const [product] = grad(total, [start], { createGraph, allowUnused: true });
  return [shown, product ?? output.newZeros(output.shape)];
}

/** A model as functionalCall() needs it: parameters in fields, and what it computes. */
export interface Callable<Arguments extends unknown[], Result> {
  forward(...args: Arguments): Result;
}

/**
 * What a model gives when some of its tensors are others. `tensors` names them by the path of their
 * field, as `"layer.weight"`; the model itself is as before when the call is over. So the result
 * can be differentiated by parameters that were computed. A path that leads to no tensor is an
 * ArgumentError.
 * @example
 * const line = { w: tensor(2), forward: (x: Tensor): Tensor => x.mul(line.w) };
 * functionalCall(line, { w: tensor(10) }, tensor([1, 2])) // tensor([10., 20.])
 * line.w // tensor(2.)
 */
export function functionalCall<Arguments extends unknown[], Result>(
  model: Callable<Arguments, Result>,
  tensors: Readonly<Record<string, Tensor>>,
  ...args: Arguments
): Result {
  const loans = Object.entries(tensors).map(([path, tensor]) => {
    const [owner, field] = fieldAt(model, path);
    return { owner, field, value: checkTensor("functionalCall", tensor) };
  });
  return lending(loans, () => model.forward(...args));
}

/** The object that holds the last field of a path, and that field. */
function fieldAt(model: object, path: string): [owner: Fields, field: string] {
  const names = path.split(".");
  const field = names.pop()!;
  let owner: unknown = model;
  for (const name of names) owner = isObject(owner) ? owner[name] : undefined;
  const held = isObject(owner) && Object.hasOwn(owner, field) ? owner[field] : undefined;
  if (isObject(owner) && isObject(held) && "node" in held) return [owner, field];
  throw new ArgumentError(
    `functionalCall: the model has no tensor at "${path}"; name the fields that lead to it, ` +
      'for example { "layer.weight": w }.',
  );
}

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;
