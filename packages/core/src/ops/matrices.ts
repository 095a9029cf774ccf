/**
 * The family of algorithms on matrices: what is in host/ does one matrix, this does every matrix of
 * a batch, in float64 whatever the type. A result of several matrices is one tensor, of which the
 * parts are views, so that it is one node with one derivative.
 * The records: solve.ts and decompose.ts. Read first: define.ts.
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
import type { Op, Vjp } from "./define.js";
import { floats } from "./fold.js";
import type { Matrix } from "./host/factor.js";

/** What every algorithm is told. */
interface Call {
  /** Who asked, for the error where a matrix has no result; `null`: then it is NaN. */
  readonly asked: string | null;
  readonly dtype: DType;
}

/** Applies an algorithm to tensors that have the same batch; `cell` is the shape of one result. */
type Applied<Attributes> = (
  inputs: readonly [Tensor, ...Tensor[]],
  cell: Shape,
  asked: string | null,
  attributes: Attributes,
) => Tensor;

export function algorithm<Attributes extends object = object>(of: {
  readonly name: string;
  /** From one matrix of each input the elements of a result; `null` where there is none. */
  readonly run: (inputs: readonly Matrix[], attributes: Attributes & Call) => Float64Array | null;
  /** Why there may be none, and what to do. */
  readonly refusal?: string;
  readonly vjps: readonly (((...of: Parameters<Vjp<Attributes & Call>>) => Tensor | null) | null)[];
}): Applied<Attributes> {
  const op: Op = {
    name: of.name,
    vjps: of.vjps as Op["vjps"],
    work: (node) =>
      eachMatrix(node, (matrices, which) => {
        const attributes = node.attributes as Attributes & Call;
        const result = of.run(matrices, attributes);
        if (result !== null || attributes.asked === null) return result;
        throw new LinAlgError(`${attributes.asked}: ${which} ${of.refusal}`);
      }),
  };
  return (inputs, cell, asked, attributes) => {
    const { dtype, shape } = inputs[0];
    const placement = { shape: [...shape.slice(0, -2), ...cell] };
    const result = record(op, inputs, { ...attributes, asked, dtype }, dtype, placement);
    // Whether there is a result is known by the values alone: they are looked at now.
    if (asked !== null && of.refusal !== undefined) result.data();
    return result;
  };
}

type Run = (matrices: readonly Matrix[], which: string) => Float64Array | null;

function eachMatrix(node: Node, run: Run): Work {
  const shapes = node.inputs.map(({ shape }) => shape.slice(-2));
  const batch = node.inputs[0]!.shape.slice(0, -2);
  return {
    kind: "host",
    run(inputs) {
      const count = countElements(batch);
      const result = allocate(node.dtype, countElements(node.shape));
      const cell = result.length / count;
      for (let i = 0; i < count; i++) {
        const matrices = inputs.map((input, k): Matrix => {
          const [rows, columns] = shapes[k] as [number, number];
          const size = rows * columns;
          const elements = Float64Array.from(input.subarray(i * size, (i + 1) * size));
          return { elements, rows, columns };
        });
        const which = batch.length === 0 ? "the matrix" : `matrix ${i} of ${formatShape(batch)}`;
        const one = run(matrices, which);
        if (one === null) result.fill(NaN, i * cell, (i + 1) * cell);
        else result.set(one, i * cell);
      }
      return result;
    },
  };
}

/** Throws where a tensor is no square matrix, or batch of them. */
export function checkSquare(name: string, x: Tensor): void {
  const { shape } = checkTensor(name, x);
  if (shape.length > 1 && shape.at(-1) === shape.at(-2)) return;
  throw new ShapeError(
    `${name}: a tensor of shape ${formatShape(shape)} is no square matrix, and no batch of them; ` +
      "its last two sizes must be equal.",
  );
}

/** The tensor, if it is a matrix of floats, or a batch of them. */
export function floatMatrices(name: string, x: Tensor): Tensor {
  if (checkTensor(name, x).shape.length < 2) {
    throw new ShapeError(
      `${name}: a tensor of shape ${formatShape(x.shape)} is no matrix, and no batch of them; ` +
        "make it one, for example by x.unsqueeze(0).",
    );
  }
  floats(name, x.dtype);
  return x;
}

/** The tensor, if it is a square matrix of floats, or a batch of them. */
export function squareMatrices(name: string, x: Tensor): Tensor {
  checkSquare(name, x);
  return floatMatrices(name, x);
}

/** B of A · X = B as a matrix, and whether it is a vector: one, or one for each matrix of A. */
export function rightHandSide(name: string, a: Tensor, b: Tensor): [b: Tensor, isVector: boolean] {
  const { shape } = checkTensor(name, b);
  const isVector = shape.length === 1 || sameShape(shape, a.shape.slice(0, -1));
  return [floatMatrices(name, isVector ? b.unsqueeze(-1) : b), isVector];
}

/** A and B of A · X = B, checked, with their batches broadcast to one. */
export function sameBatch(name: string, a: Tensor, b: Tensor): [a: Tensor, b: Tensor] {
  if (a.shape.at(-2) !== b.shape.at(-2)) {
    throw new ShapeError(
      `${name}: ${product(a, b)}: A has ${a.shape.at(-2)!} equations, and B, or its transpose if ` +
        `it is on the other side, ${b.shape.at(-2)!}; their numbers must be equal.`,
    );
  }
  if (a.dtype !== b.dtype) {
    throw new DTypeError(
      `${name}: A is ${a.dtype} and B ${b.dtype}; convert one, for example b.to("${a.dtype}").`,
    );
  }
  const batch = broadcastBatches(name, a, b);
  const [left, right] = [a, b].map((x) => x.expand([...batch, ...x.shape.slice(-2)]));
  return [left!, right!];
}
