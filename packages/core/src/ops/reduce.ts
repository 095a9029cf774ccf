/**
 * Reductions: many elements become one. A record says how elements are folded; the family owns
 * `dim` and `keepdim`. Read first: ops/define.ts.
 */
import { ArgumentError, DTypeError } from "../errors.js";
import { isFloat } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import type { Work } from "../graph/node.js";
import { normalizeDims, rowMajor } from "../graph/shape.js";
import type { Layout, Shape, Strides } from "../graph/shape.js";
import type { Fold, Kernel } from "../kernel/kernel.js";
import { cast, operand, s } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { record, row } from "./define.js";
import type { Op, Row, Saved, Vjp } from "./define.js";

/** What one call of a reduction is. */
interface Reduction {
  readonly kernel: Kernel;
  readonly dims: readonly number[];
  /** The shape of the result, with sizes of 1 where it was reduced. */
  readonly kept: Shape;
}

type Dims = number | readonly number[] | null;

/** The family that folds elements along some dimensions, or all of them. */
function reduction(of: {
  readonly fold: Fold;
  /** What becomes of the folded value; `count` is the number of elements it was made of. */
  readonly epilogue?: (folded: Expression, count: Expression) => Expression;
  /** The type of the result. */
  readonly dtype: (name: string, dtype: DType) => DType;
  readonly vjps: readonly [Vjp<Reduction>];
}): Row<[dim?: Dims, keepdim?: boolean]> {
  const kernels = new Map<DType, Kernel>();
  const kernelFor = (from: DType, dtype: DType): Kernel => {
    const known = kernels.get(from);
    if (known !== undefined) return known;
    const [folded, count] = [operand(0, "float64"), operand(1, "float64")];
    const kernel: Kernel = {
      expression: cast(operand(0, from), dtype),
      fold: of.fold,
      epilogue: of.epilogue === undefined ? null : cast(of.epilogue(folded, count), dtype),
      dtype,
    };
    kernels.set(from, kernel);
    return kernel;
  };
  const op: Op = {
    name: "",
    vjps: of.vjps as readonly Vjp[],
    keeps: false,
    work(node): Work {
      const { kernel, dims } = node.attributes as Reduction;
      const input = node.inputs[0]!;
      const keepdim = node.shape.length === input.shape.length;
      const strides = [reductionStrides(input, dims, keepdim)];
      return { kind: "kernel", kernel, reduced: dims.map((dim) => input.shape[dim]!), strides };
    },
  };
  const call = (x: Tensor, dim?: Dims, keepdim = false): Tensor => {
    const { dtype, shape } = checkTensor(op.name, x);
    if (typeof keepdim !== "boolean") {
      throw new ArgumentError(
        `${op.name}: keepdim is ${String(keepdim)}, and must be true or false; ` +
          `to reduce several dimensions put them in a list: x.${op.name}([0, 1]).`,
      );
    }
    const dims = normalizeDims(op.name, dim, shape.length);
    const kernel = kernelFor(dtype, of.dtype(op.name, dtype));
    const kept = shape.map((size, i) => (dims.includes(i) ? 1 : size));
    const result = keepdim ? kept : kept.filter((_, i) => !dims.includes(i));
    const attributes: Reduction = { kernel, dims, kept };
    return record(op, [x], attributes, kernel.dtype, { shape: result });
  };
  return row(op, [[-3, 3]], call);
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

/** The gradient of a sum: every element that went into it gets the whole of it. */
const spread = (g: Tensor, { shape, attributes }: Saved<Reduction>): Tensor =>
  g.reshape(attributes.kept).expand(shape);

/** How many elements were folded into each one of the result. */
const count = ({ shape, attributes }: Saved<Reduction>): number =>
  attributes.dims.reduce((product, dim) => product * shape[dim]!, 1);

const numbers = (_name: string, dtype: DType): DType => (dtype === "bool" ? "int32" : dtype);

function floats(name: string, dtype: DType): DType {
  if (isFloat(dtype)) return dtype;
  throw new DTypeError(
    `${name}: the ${name} of ${dtype} elements is no ${dtype}; ` +
      `convert first, for example x.to("float32").${name}().`,
  );
}

/**
 * Sum over all elements, or along the dimensions `dim` (one or several; negative ones count from
 * the end). With `keepdim` the dimensions stay, with size 1. A float32 sum is added up in
 * float64; of bool it counts, as int32.
 * @example
 * tensor([[1, 2], [3, 4]]).sum() // tensor(10.)
 * tensor([[1, 2], [3, 4]]).sum(0) // tensor([4., 6.])
 * tensor([[1, 2], [3, 4]]).sum(1, true).shape // [ 2, 1 ]
 */
export const sum = reduction({
  fold: "sum",
  dtype: numbers,
  vjps: [(g, saved): Tensor => spread(g, saved)],
});

/**
 * Mean over all elements, or along the dimensions `dim`; see sum for `dim` and `keepdim`. Only of
 * float tensors.
 * @example
 * tensor([[1, 2], [3, 4]]).mean() // tensor(2.5000)
 * tensor([[1, 2], [3, 4]]).mean(1) // tensor([1.5000, 3.5000])
 */
export const mean = reduction({
  fold: "sum",
  epilogue: (folded, n) => s.div(folded, n),
  dtype: floats,
  vjps: [(g, saved): Tensor => spread(g.div(count(saved)), saved)],
});
