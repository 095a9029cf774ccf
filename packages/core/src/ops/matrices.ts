/**
 * The family of algorithms on matrices: what is in host/ does one matrix, this does every matrix of
 * a batch, in float64 whatever the type. A result of several matrices is one tensor, so that it is
 * one node with one derivative; its parts are views. Read first: define.ts. The records: solve.ts,
 * decompose.ts, determinant.ts.
 */
import { DTypeError, LinAlgError, ShapeError } from "../errors.js";
import { allocate } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import type { Node, Work } from "../graph/node.js";
import { countElements, formatShape, sameShape } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { broadcastBatches, product } from "./contraction.js";
import { record } from "./define.js";
import type { Vjp } from "./define.js";
import { floats } from "./fold.js";
import type { Matrix } from "./host/factor.js";

/** What every algorithm is told. */
interface Asked {
  /** Who asked, for the error where a matrix has no result; NaN if nobody did. */
  readonly asked?: string | undefined;
}

/**
 * An algorithm on matrices, as a function of tensors that have one batch; `cell` is the shape of
 * one result.
 */
export function algorithm<Attributes extends Asked>(of: {
  readonly name: string;
  /** From one matrix of each input the elements of one result; `null` where there is none. */
  readonly run: (
    inputs: readonly Matrix[],
    attributes: Attributes,
    dtype: DType,
  ) => Float64Array | null;
  /** Why there may be none, and what to do. */
  readonly refusal?: string;
  readonly vjps: readonly Vjp<Attributes>[] | null;
}): (inputs: readonly [Tensor, ...Tensor[]], cell: Shape, attributes: Attributes) => Tensor {
  const { name, run, refusal } = of;
  const work = ({ inputs, dtype, shape, attributes }: Node): Work => {
    const batch = inputs[0]!.shape.slice(0, -2);
    const sizes = inputs.map((input) => input.shape.slice(-2) as [number, number]);
    return {
      kind: "host",
      run(buffers) {
        const result = allocate(dtype, countElements(shape));
        const count = countElements(batch);
        const step = result.length / count;
        for (let i = 0; i < count; i++) {
          const matrices = sizes.map(([rows, columns], k): Matrix => {
            const size = rows * columns;
            const part = buffers[k]!.subarray(i * size, (i + 1) * size);
            return { elements: Float64Array.from(part), rows, columns };
          });
          const one = run(matrices, attributes as Attributes, dtype);
          const { asked } = attributes as Attributes;
          if (one !== null) result.set(one, i * step);
          else if (asked === undefined) result.fill(NaN, i * step, (i + 1) * step);
          else {
            const which =
              batch.length === 0 ? "the matrix" : `matrix ${i} of ${formatShape(batch)}`;
            throw new LinAlgError(`${asked}: ${which} ${refusal}`);
          }
        }
        return result;
      },
    };
  };
  const op = { name, vjps: of.vjps as readonly Vjp[] | null, work };
  return (inputs, cell, attributes) => {
    const shape = [...inputs[0].shape.slice(0, -2), ...cell];
    const result = record(op, inputs, attributes, inputs[0].dtype, { shape });
    // Whether there is a result is known by the values alone: they are looked at now.
    if (attributes.asked !== undefined && refusal !== undefined) result.data();
    return result;
  };
}

/** Rows and columns of a tensor that is a matrix, or a batch of them. */
export const sizesOf = (x: Tensor): [rows: number, columns: number] => [
  x.shape.at(-2)!,
  x.shape.at(-1)!,
];

/** The tensor, if it is a matrix, or a batch of them. */
export function checkMatrices(name: string, x: Tensor, isSquare = false): Tensor {
  const { shape } = checkTensor(name, x);
  if (shape.length > 1 && !(isSquare && shape.at(-1) !== shape.at(-2))) return x;
  throw new ShapeError(
    `${name}: a tensor of shape ${formatShape(shape)} is no ${isSquare ? "square " : ""}matrix, ` +
      "and no batch of them; " +
      `${isSquare ? "its last two sizes must be equal" : "make it one by x.unsqueeze(0)"}.`,
  );
}

/** The tensor, if it is a matrix of floats, or a batch of them. */
export function floatMatrices(name: string, x: Tensor, isSquare = false): Tensor {
  floats(name, checkMatrices(name, x, isSquare).dtype);
  return x;
}

/** B of A · X = B as a matrix, and whether it is a vector: one, or one for each matrix of A. */
export function rightHandSide(name: string, a: Tensor, b: Tensor): [b: Tensor, isVector: boolean] {
  const { shape } = checkTensor(name, b);
  const isVector = shape.length === 1 || sameShape(shape, a.shape.slice(0, -1));
  return [floatMatrices(name, isVector ? b.unsqueeze(-1) : b), isVector];
}

/** A and B of A · X = B, whose batches are broadcast to one. */
export function sameBatch(name: string, a: Tensor, b: Tensor): [a: Tensor, b: Tensor] {
  if (sizesOf(a)[0] !== sizesOf(b)[0]) {
    throw new ShapeError(
      `${name}: ${product(a, b)}: A · X = B has as many rows as A, ${sizesOf(a)[0]}, and as B, ` +
        `${sizesOf(b)[0]}; they must be equal.`,
    );
  }
  if (a.dtype !== b.dtype) {
    throw new DTypeError(
      `${name}: A is ${a.dtype} and B ${b.dtype}; convert one, for example b.to("${a.dtype}").`,
    );
  }
  const batch = broadcastBatches(name, a, b);
  return [a.expand([...batch, ...sizesOf(a)]), b.expand([...batch, ...sizesOf(b)])];
}
