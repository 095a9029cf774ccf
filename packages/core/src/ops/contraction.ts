/**
 * The family of contractions: products summed over a shared dimension. The kernel is the
 * definition, a product folded by a sum over operands that are never unfolded; a back end may bring
 * a faster one of its own. Not here: the products themselves, which are in ops/contract.ts. Read
 * first: ops/define.ts and ops/reduce.ts.
 */
import { DTypeError, ShapeError } from "../errors.js";
import type { DType } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import type { Node, Work } from "../graph/node.js";
import type { ProductRow } from "../graph/shape-types.js";
import { broadcastShapes, broadcastStrides, formatShape, rowMajor } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Kernel } from "../kernel/kernel.js";
import { operand, s } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { record, row } from "./define.js";
import type { Op, Samples, Vjp } from "./define.js";

const kernels = new Map<DType, Kernel>();

export function productKernel(dtype: DType): Kernel {
  let kernel = kernels.get(dtype);
  if (kernel === undefined) {
    const expression = s.mul(operand(0, dtype), operand(1, dtype));
    kernel = { expression, fold: "sum", epilogue: null, dtype };
    kernels.set(dtype, kernel);
  }
  return kernel;
}

/**
 * The family of matrix products [..., n, k] × [..., k, m]; vectors get a dimension of size 1 that
 * goes again.
 */
export function contraction(of: {
  readonly vjps: readonly [Vjp, Vjp];
  readonly samples: Samples;
}): ProductRow {
  const op: Op = {
    name: "",
    vjps: of.vjps,
    work({ inputs: [a, b], shape, attributes }): Work {
      const reduced = [a!.shape[a!.shape.length - 1]!];
      const kernel = attributes as Kernel;
      if (a!.shape.length === 2 && b!.shape.length === 2) {
        const [row, column] = a!.strides ?? [a!.shape[1]!, 1];
        const [down, across] = b!.strides ?? [b!.shape[1]!, 1];
        const strides = [
          [row!, 0, column!],
          [0, across!, down!],
        ];
        return { kind: "kernel", kernel, reduced, strides };
      }
      const batch = shape.slice(0, -2);
      const [left, right] = [matrixStrides(a!, batch), matrixStrides(b!, batch)];
      return {
        kind: "kernel",
        kernel,
        reduced,
        strides: [
          left.batch.concat([left.row, 0, left.column]),
          right.batch.concat([0, right.column, right.row]),
        ],
      };
    },
  };
  const call = (a: Tensor, b: Tensor): Tensor => {
    checkProduct(op.name, checkTensor(op.name, a), checkTensor(op.name, b));
    if (a.shape.length === 1) return call(a.unsqueeze(0), b).squeeze(b.shape.length === 1 ? 0 : -2);
    if (b.shape.length === 1) return call(a, b.unsqueeze(1)).squeeze(-1);
    const batch = broadcastBatches(op.name, a, b);
    const shape = Object.freeze(batch.concat([a.shape.at(-2)!, b.shape.at(-1)!]));
    return record(op, [a, b], productKernel(a.dtype), a.dtype, { shape });
  };
  return row(op, of.samples, call) as never;
}

interface MatrixStrides {
  readonly batch: readonly number[];
  readonly row: number;
  readonly column: number;
}

function matrixStrides(x: Node, batch: Shape): MatrixStrides {
  const rank = x.shape.length;
  const own = x.strides ?? rowMajor(x.shape);
  const [row, column] = [own[rank - 2]!, own[rank - 1]!];
  const outer = { shape: x.shape.slice(0, -2), strides: own.slice(0, -2), offset: 0 };
  return { batch: broadcastStrides(outer, batch)!, row, column };
}

export function checkProduct(name: string, a: Tensor, b: Tensor): void {
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new ShapeError(
      `${name}: ${product(a, b)}: a tensor without dimensions is no matrix; ` +
        "for a product of elements use a.mul(b).",
    );
  }
  const columns = a.shape.at(-1)!;
  const rows = b.shape.length === 1 ? b.shape[0]! : b.shape.at(-2)!;
  if (columns !== rows) {
    throw new ShapeError(
      `${name}: ${product(a, b)}: ${columns} ≠ ${rows}. The last size of the left, ${columns}, ` +
        `must equal the ${b.shape.length === 1 ? "size" : "second to last size"} of the right, ` +
        `${rows}; ${remedy(a.shape, b.shape)}`,
    );
  }
  checkTypes(name, a, b);
}

/** Throws a DTypeError unless elements of one type, and of both, can be multiplied and summed. */
export function checkTypes(name: string, a: Tensor, b: Tensor): void {
  if (a.dtype === "bool" && b.dtype === "bool") {
    throw new DTypeError(
      `${name}: bool tensors have no products to sum; ` +
        'convert them first, for example x.to("int32").',
    );
  }
  if (a.dtype !== b.dtype) {
    throw new DTypeError(
      `${name}: ${a.dtype} × ${b.dtype}: both must have one type; ` +
        `convert one, for example a.to("${b.dtype}").`,
    );
  }
}

/** What stands before the last two dimensions, broadcast to one shape. */
export function broadcastBatches(name: string, a: Tensor, b: Tensor): Shape {
  if (a.shape.length === 2 && b.shape.length === 2) return [];
  const [left, right] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  try {
    return broadcastShapes(name, left, right);
  } catch (error) {
    throw new ShapeError(
      `${name}: ${product(a, b)}: ${/\d+ ≠ \d+/.exec(String(error))?.[0]}. The dimensions before ` +
        `the last two do not broadcast, ${formatShape(left)} and ${formatShape(right)}.`,
      { cause: error },
    );
  }
}

export const product = (a: Tensor, b: Tensor): string =>
  `${formatShape(a.shape)} × ${formatShape(b.shape)}`;

/** The transposition that would make a product possible, if one would. */
function remedy(a: Shape, b: Shape): string {
  const result = (rows: number, columns: number): string => formatShape([rows, columns]);
  if (a.length === 2 && b.length === 2) {
    const [n, k, l, m] = [a[0]!, a[1]!, b[0]!, b[1]!];
    if (k === m) return `a.matmul(b.transpose(0, 1)) would give ${result(n, l)}.`;
    if (n === l) return `a.transpose(0, 1).matmul(b) would give ${result(k, m)}.`;
    if (n === m) return `b.matmul(a) would give ${result(l, k)}.`;
  }
  return "reshape or transpose one of them so that these sizes agree.";
}
