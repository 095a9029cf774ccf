/**
 * The family of reductions: many elements become one, along some dimensions or all of them. It owns
 * `dim`, `keepdim` and the options that follow them; what is folded and how a gradient goes back is
 * the record's. The records: ops/reduce.ts and its neighbours. Read first: ops/define.ts.
 */
import { ArgumentError, DTypeError, IndexError } from "../errors.js";
import { isFloat } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import type { Work } from "../graph/node.js";
import { Recent } from "../graph/recent.js";
import type { ReductionRow, Rule } from "../graph/shape-types.js";
import { formatShape, normalizeDims, rowMajor } from "../graph/shape.js";
import type { Layout, Shape, Strides } from "../graph/shape.js";
import type { Fold, Kernel } from "../kernel/kernel.js";
import { cast, operand } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { record, row } from "./define.js";
import type { Op, Saved, Vjp } from "./define.js";

/** What one call of a reduction is. */
export interface Reduction {
  readonly kernel: Kernel;
  readonly dims: readonly number[];
  /** The shape of the result, with sizes of 1 where it was reduced. */
  readonly kept: Shape;
}

/** One dimension, several, or (`null`, or none named) all of them. */
export type Dims = number | readonly number[] | null;

/**
 * The arguments of a reduction: `dim`, `keepdim` and options, which may come as soon as there is no
 * more to say: `x.sum({ dtype })`, `x.var(0, { correction: 0 })`.
 */
export type Along<Options = object> =
  | [dim?: Dims | undefined, keepdim?: boolean | undefined, options?: Options | undefined]
  | [dim: Dims | undefined, options: Options]
  | [options: Options];

/**
 * Tells the arguments of a reduction apart. Options with names that are not `known` are refused.
 */
export function readArguments<Options extends object>(
  name: string,
  args: Along<Options>,
  known: readonly (keyof Options & string)[],
): { dim: Dims; keepdim: boolean; options: Partial<Options> } {
  const last = args.at(-1);
  const hasOptions = typeof last === "object" && last !== null && !Array.isArray(last);
  const options = hasOptions ? (last as Options) : {};
  const unknown = Object.keys(options).find((key) => !(known as readonly string[]).includes(key));
  if (unknown !== undefined) {
    throw new ArgumentError(
      `${name}: there is no option ${unknown}; dim and keepdim come first: x.${name}(0, true).`,
    );
  }
  const given = (hasOptions ? args.slice(0, -1) : args) as [Dims?, boolean?];
  const [dim = null, keepdim = false] = given;
  if (typeof keepdim !== "boolean") {
    throw new ArgumentError(
      `${name}: keepdim is ${String(keepdim)}, and must be true or false; ` +
        `to reduce several dimensions put them in a list: x.${name}([0, 1]).`,
    );
  }
  return { dim, keepdim, options };
}

/** What reductions that compute with the elements take last. */
export interface TypeOptions {
  /** Convert the elements to this type first, and so have the result in it. */
  readonly dtype?: DType;
}

const TYPE_OPTIONS = ["dtype"] as const;

/** A call of a reduction, worked out for elements of a type. */
interface Readout {
  readonly from: DType;
  readonly attributes: Reduction;
  readonly shape: Shape;
}

/** The family that folds elements along some dimensions, or all of them. */
export function reduction<Name extends string, R extends Rule = "same">(of: {
  readonly fold: Fold;
  /** What becomes of the folded value; `count` is the number of elements it was made of. */
  readonly epilogue?: (folded: Expression, count: Expression) => Expression;
  /** The type the elements are folded in. */
  readonly dtype: (name: string, dtype: DType) => DType;
  /** Whether there is no answer for no elements, as for `amax`. */
  readonly nonempty?: boolean;
  readonly vjps: readonly [Vjp<Reduction>] | null;
  /** `false` where the derivative needs no values, only shapes. */
  readonly keeps?: boolean;
}): ReductionRow<Name, R> {
  const isPosition = of.fold === "argmax" || of.fold === "argmin";
  const kernels = new Map<DType, Kernel>();
  const kernelFor = (from: DType, dtype: DType): Kernel => {
    const known = kernels.get(from);
    if (known !== undefined) return known;
    const [folded, count] = [operand(0, "float64"), operand(1, "float64")];
    const kernel: Kernel = {
      expression: cast(operand(0, from), dtype),
      fold: of.fold,
      epilogue: of.epilogue === undefined ? null : cast(of.epilogue(folded, count), dtype),
      dtype: isPosition ? "int32" : dtype,
    };
    kernels.set(from, kernel);
    return kernel;
  };
  const op: Op = {
    name: "",
    vjps: of.vjps as readonly Vjp[] | null,
    keeps: of.keeps ?? true,
    work(node): Work {
      const { kernel, dims } = node.attributes as Reduction;
      const input = node.inputs[0]!;
      const keepdim = node.shape.length === input.shape.length;
      const strides = [reductionStrides(input, dims, keepdim)];
      const all = dims.length === input.shape.length;
      const reduced = all ? input.shape : dims.map((dim) => input.shape[dim]!);
      return { kind: "kernel", kernel, reduced, strides };
    },
  };
  const recent = new Recent<Readout>();
  const call = (given: Tensor, ...args: Along<TypeOptions>): Tensor => {
    const { node } = checkTensor(op.name, given);
    const known = recent.find(node, args);
    if (known?.from === node.dtype) return reduce(given, known);
    const { dim, keepdim, options } = readArguments<TypeOptions>(op.name, args, TYPE_OPTIONS);
    const x = options.dtype === undefined ? given : given.to(options.dtype);
    return reduce(x, recent.keep(node, args, readOut(x, dim, keepdim)));
  };
  const reduce = (x: Tensor, { attributes, shape }: Readout): Tensor =>
    record(op, [x], attributes, attributes.kernel.dtype, { shape });
  /** What a call comes to: everything but the elements. */
  const readOut = ({ dtype, shape }: Tensor, dim: Dims, keepdim: boolean): Readout => {
    const dims = normalizeDims(op.name, dim, shape.length);
    const kernel = kernelFor(dtype, of.dtype(op.name, dtype));
    const kept = shape.map((size, i) => (dims.includes(i) ? 1 : size));
    if (of.nonempty === true) checkElements(op.name, shape, dims, kept);
    if (isPosition && dim !== null && typeof dim !== "number") {
      throw new ArgumentError(
        `${op.name}: a position along several dimensions is no number; name one dimension, for ` +
          `example x.${op.name}(0), or none for the position in x.flatten().`,
      );
    }
    const result = keepdim ? kept : kept.filter((_, i) => !dims.includes(i));
    return { from: dtype, attributes: { kernel, dims, kept }, shape: Object.freeze(result) };
  };
  return row(op, [[-3, 3]], call) as never;
}

/** The walk of the input over [...kept dimensions, ...reduced dimensions]. */
function reductionStrides(input: Layout, dims: readonly number[], keepdim: boolean): Strides {
  if (dims.length === input.shape.length && input.strides === null && !keepdim) return null;
  const own = input.strides ?? rowMajor(input.shape);
  const outer = keepdim
    ? own.map((step, i) => (dims.includes(i) ? 0 : step))
    : own.filter((_, i) => !dims.includes(i));
  return [...outer, ...dims.map((dim) => own[dim]!)];
}

/** Throws an IndexError where some results would be made of no elements. */
export function checkElements(
  name: string,
  shape: Shape,
  dims: readonly number[],
  kept: Shape,
): void {
  const empty = dims.find((dim) => shape[dim] === 0);
  if (empty === undefined || kept.includes(0)) return;
  throw new IndexError(
    `${name}: dimension ${empty} of the shape ${formatShape(shape)} is empty, and no elements ` +
      `have no ${name}; reduce a dimension that has some.`,
  );
}

/** The gradient of a sum: every element that went into it gets the whole of it. */
export const spread = (g: Tensor, { shape, attributes }: Saved<Reduction>): Tensor =>
  (g.shape.length === 0 ? g : g.reshape(attributes.kept)).expand(shape);

/** How many elements were folded into each one of the result. */
export const count = ({ shape, attributes }: Saved<Reduction>): number =>
  attributes.dims.reduce((product, dim) => product * shape[dim]!, 1);

export const numbers = (_name: string, dtype: DType): DType => (dtype === "bool" ? "int32" : dtype);

export function floats(name: string, dtype: DType): DType {
  if (isFloat(dtype)) return dtype;
  const call = name.includes(".") ? `${name}(x.to("float32"))` : `x.to("float32").${name}()`;
  throw new DTypeError(
    `${name}: it takes floats, and these elements are ${dtype}; convert first, for example ` +
      `${call}.`,
  );
}
