/**
 * What an operation is. An operation is one record in a table (ops/elementwise.ts and its
 * neighbours): its kernel says what is computed, its vjps how a gradient goes back through it, its
 * samples where the tests look. The record's family (unary, binary, reduction, ...) owns the rules
 * of shape and type, so a record says only what is its own. From a record come the method, the free
 * function, their types and their documentation. Not here: how backward() walks (autograd.ts), how
 * a kernel runs (backends/). Read next: ops/elementwise.ts.
 */
import { ArgumentError, DTypeError } from "../errors.js";
import { construct, scalar } from "../graph/construct.js";
import { codeOf, fitsInteger, isFloat, numberType, promote, resultType } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";
import { mode } from "../graph/mode.js";
import { checkTensor, Node } from "../graph/node.js";
import type { Operation, Placement, Work } from "../graph/node.js";
import { Origin } from "../graph/origin.js";
import { RecentKinds } from "../graph/recent.js";
import type { BinaryRow, Rule, UnaryRow } from "../graph/shape-types.js";
import { broadcastShapes, broadcastStrides } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Kernel } from "../kernel/kernel.js";
import { cast, operand } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { computeType } from "./type-rules.js";
import type { TypeRules } from "./type-rules.js";

/**
 * What a derivative may use, always by the same letters: `x` the only input, `a`, `b`, `c` the
 * inputs in order, `y` the result. `shape` is that of the input the derivative is for; `attributes`
 * what else the call was given.
 */
export interface Saved<Attributes = unknown> {
  readonly x: Tensor;
  readonly a: Tensor;
  readonly b: Tensor;
  readonly c: Tensor;
  readonly y: Tensor;
  readonly shape: Shape;
  readonly attributes: Attributes;
}

/**
 * One input's share of the chain rule, a vector-Jacobian product: from `g`, the derivative of the
 * loss by the result, it makes the derivative of the loss by that input. It is written in tensor
 * operations, so it can be differentiated again. Its result may have the broadcast shape of the
 * result: whoever calls it sums it back to the shape of the input.
 */
export type Vjp<Attributes = unknown> = (g: Tensor, saved: Saved<Attributes>) => Tensor;

/**
 * Either derivatives, one for each input (`null`: never has one), or the reason why there are none.
 */
type Derivatives<Vjps extends readonly (Vjp | null)[]> =
  | { readonly vjps: Vjps }
  | { readonly nondifferentiable: string };

/** Where the tests look: an interval for each input. */
export type Samples = readonly (readonly [low: number, high: number])[];

/** An operation, as the rest of the library sees it. */
export interface Op extends Operation {
  /** That of the record, given to it when its table becomes methods. */
  name: string;
  /** One for each input; `null` where no derivative exists, or for this call has none. */
  readonly vjps: readonly (((...of: Parameters<Vjp>) => Tensor | null) | null)[] | null;
  /** `false` where derivatives need no values, only shapes: then none are kept for them. */
  readonly keeps?: boolean;
}

/**
 * A record: an operation that can be called. Exported from a table file as `name` it is the
 * function `name(x, ...args)`, and tensors have it as the method `x.name(...args)`.
 */
export interface Row<Arguments extends unknown[]> {
  (x: Tensor, ...args: Arguments): Tensor;
  readonly op: Op;
  readonly samples: Samples;
}

/** Makes an operation callable: a family's last step. */
export const row = <Arguments extends unknown[]>(
  op: Op,
  samples: Samples,
  call: (x: Tensor, ...args: Arguments) => Tensor,
): Row<Arguments> => Object.assign(call, { op, samples });

/**
 * Where every operation goes through: a node is recorded, and the result remembers its inputs if a
 * gradient may be asked for. Shapes and types have been checked by the family; nothing here can
 * fail for a reason of the user's.
 */
export function record(
  op: Op,
  inputs: readonly Tensor[],
  attributes: unknown,
  dtype: DType,
  placement: Placement,
): Tensor {
  const [a, b] = inputs;
  // Lists written out are made fastest.
  const nodes =
    inputs.length === 1 ? [a!.node] : inputs.length === 2 ? [a!.node, b!.node] : inputs.map(nodeOf);
  const node = new Node(op, nodes, attributes, dtype, placement);
  mode.onRecord(node, inputs);
  const tensor = construct.tensor(node, null);
  if (mode.gradients && op.vjps !== null && isFloat(dtype) && anyRequiresGrad(inputs)) {
    tensor.ownOrigin = Origin.of(op, attributes, inputs, tensor);
  }
  return tensor;
}

const nodeOf = ({ node }: Tensor): Node => node;

function anyRequiresGrad(inputs: readonly Tensor[]): boolean {
  for (let i = 0; i < inputs.length; i++) if (inputs[i]!.requiresGrad) return true;
  return false;
}

export { construct };

/** What may stand beside a tensor. */
export type Operand = Tensor | number | boolean;

export const isPlain = (operand: Operand): operand is number | boolean =>
  typeof operand === "number" || typeof operand === "boolean";

/**
 * The operand as a tensor; a plain number takes the type of the tensor beside it, where that can
 * hold it.
 */
export function operandBeside(name: string, value: Operand, tensor: Tensor): Tensor {
  if (isPlain(value)) {
    const dtype = numberType(value, tensor.dtype);
    if (dtype === "int32" && !fitsInteger(Number(value))) {
      throw new ArgumentError(
        `${name}: ${value} is beyond the integers of an int32 tensor, -2^31 to 2^31 - 1; ` +
          `convert the tensor first: x.to("float64").`,
      );
    }
    return scalar(value, dtype);
  }
  return checkTensor(name, value, tensor.dtype);
}

type Formula = (...operands: Expression[]) => Expression;

/** What every elementwise operation is, whatever its number of operands. */
interface Elementwise extends Op {
  readonly formula: Formula;
  /** The kernels built so far, by the types they are for. */
  readonly kernels: Map<number, Kernel>;
  readonly recent: RecentKinds<Call>;
}

/** What a call comes to: everything but the elements. */
interface Call {
  readonly kernel: Kernel;
  readonly shape: Shape;
}

/** What a record of an elementwise family says. */
export type ElementwiseRecord<
  Operands extends Expression[],
  Vjps extends readonly (Vjp | null)[],
> = Derivatives<Vjps> & {
  /** What becomes of one element, in the vocabulary `s` of kernel/scalar.ts. */
  readonly kernel: (...operands: Operands) => Expression;
  readonly samples: Samples;
};

export const elementwise = <Operands extends Expression[], Vjps extends readonly (Vjp | null)[]>(
  of: ElementwiseRecord<Operands, Vjps>,
): Elementwise => ({
  name: "",
  vjps: "vjps" in of ? of.vjps : null,
  // A derivative that takes nothing but the gradient needs no values.
  keeps: "vjps" in of && of.vjps.some((vjp) => vjp !== null && vjp.length > 1),
  formula: of.kernel as Formula,
  kernels: new Map<number, Kernel>(),
  recent: new RecentKinds<Call>(),
  work(node): Work {
    const strides = node.inputs.map((input) => broadcastStrides(input, node.shape));
    return { kind: "kernel", kernel: node.attributes as Kernel, reduced: [], strides };
  },
});

/**
 * Records an elementwise operation: every operand is cast to `dtype`, and walked as if it had
 * `shape`.
 */
export function compute(
  op: Elementwise,
  inputs: readonly Tensor[],
  dtype: DType,
  shape: Shape,
): Tensor {
  return recordCall(op, inputs, { kernel: kernelFor(op, inputs, dtype), shape });
}

const recordCall = (op: Elementwise, inputs: readonly Tensor[], call: Call): Tensor =>
  record(op, inputs, call.kernel, call.kernel.dtype, call);

function kernelFor(op: Elementwise, inputs: readonly Tensor[], dtype: DType): Kernel {
  let key = codeOf(dtype);
  for (let i = 0; i < inputs.length; i++) key = key * 4 + codeOf(inputs[i]!.dtype);
  let kernel = op.kernels.get(key);
  if (kernel === undefined) {
    // A third operand is a condition, which is no part of the arithmetic.
    const operands = inputs.map(({ dtype: own }, i) =>
      i < 2 ? cast(operand(i, own), dtype) : operand(i, own),
    );
    const expression = op.formula(...operands);
    kernel = { expression, fold: null, epilogue: null, dtype: expression.dtype };
    op.kernels.set(key, kernel);
  }
  return kernel;
}

/**
 * The family of functions of one tensor: y has the shape of x. What the compiler makes of it, and
 * what the rule `R` of its type is: graph/shape-types.ts.
 */
export function unary<R extends Rule = "same">(
  of: ElementwiseRecord<[x: Expression], readonly [Vjp]> & TypeRules,
): UnaryRow<R> {
  const op = elementwise(of);
  return row(op, of.samples, (x) => {
    const { dtype, shape } = checkTensor(op.name, x);
    const known = op.recent.find(x, x, "");
    if (known !== undefined) return recordCall(op, [x], known);
    const kernel = kernelFor(op, [x], computeType(op.name, of, dtype, [x]));
    return recordCall(op, [x], op.recent.keep(x, x, "", { kernel, shape }));
  }) as never;
}

/**
 * The family of functions of two tensors, or of a tensor and a number, which are broadcast to one
 * shape.
 */
export function binary<R extends Rule = "same">(
  of: ElementwiseRecord<[a: Expression, b: Expression], readonly [Vjp, Vjp]> & TypeRules,
): BinaryRow<R> {
  const op = elementwise(of);
  return row(op, of.samples, (a, other: Operand) => {
    const b = operandBeside(op.name, other, checkTensor(op.name, a));
    const known = op.recent.find(a, b, typeof other);
    if (known !== undefined) return recordCall(op, [a, b], known);
    // A plain number never widens the tensor beside it; a tensor without dimensions may, by its
    // category.
    const common =
      b === other
        ? resultType(a.dtype, a.shape.length, b.dtype, b.shape.length)
        : promote(a.dtype, b.dtype);
    const shape = broadcastShapes(op.name, a.shape, b.shape);
    const kernel = kernelFor(op, [a, b], computeType(op.name, of, common, [a, b, other]));
    return recordCall(op, [a, b], op.recent.keep(a, b, typeof other, { kernel, shape }));
  }) as never;
}

/** The family of functions of two tensors that take no plain number in the place of one. */
export const pair = <R extends Rule = "same">(
  of: Parameters<typeof binary>[0],
): BinaryRow<R, [], Tensor> => {
  const own = binary(of);
  return row(own.op, own.samples, (a, b: Tensor) => own(a, checkTensor(own.op.name, b))) as never;
};

/** The family that chooses between `a` and `b` by a condition `c`, broadcast to one shape. */
export function choice(
  of: ElementwiseRecord<[a: Expression, b: Expression, c: Expression], readonly [Vjp, Vjp, null]>,
): Row<[condition: Tensor, other: Operand]> {
  const op = elementwise(of);
  return row(op, of.samples, (a, condition: Tensor, other: Operand) => {
    const b = operandBeside(op.name, other, checkTensor(op.name, a));
    const c = checkTensor(op.name, condition);
    if (c.dtype !== "bool") {
      throw new DTypeError(
        `${op.name}: the condition is of type ${c.dtype} and must be bool; ` +
          "make one by a comparison, for example x.gt(0).",
      );
    }
    const dtype = resultType(a.dtype, a.shape.length, b.dtype, b.shape.length);
    const shape = broadcastShapes(op.name, broadcastShapes(op.name, a.shape, b.shape), c.shape);
    return compute(op, [a, b, c], dtype, shape);
  });
}
