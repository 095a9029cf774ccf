/**
 * A node: one value and how it comes to be. It is immutable but for one moment: when it has been
 * computed it gets its buffer and lets go of its inputs. Tensors (tensor.ts) are what users hold;
 * nodes are what runs. Not here: when a node runs (schedule/flush.ts), what a derivative is
 * (autograd.ts).
 */
import { ArgumentError, describe } from "../errors.js";
import type { Kernel } from "../kernel/kernel.js";
import type { Tensor } from "../tensor.js";
import { Buffer } from "./buffer.js";
import { HostNumber } from "./capture.js";
import type { DType, TypedArray } from "./dtype.js";
import { mode } from "./mode.js";
import type { Layout, Shape, Strides } from "./shape.js";

/** What an operation is to those who run it. */
export interface Operation {
  /** As in `x.name()`; the operation's key in its table. */
  readonly name: string;
  /**
   * How to get the value of a node of this operation. `null` for views: the value is that of the
   * input, looked at with the layout the node has had since it was recorded.
   */
  readonly work: ((node: Node) => Work) | null;
}

/** The ways to a value. Whoever runs nodes knows these and no operation. */
export type KernelWork = Work & { readonly kind: "kernel" };
export type Work =
  /** Run a kernel over the operands, walked with these strides over [...shape, ...reduced]. */
  | {
      readonly kind: "kernel";
      readonly kernel: Kernel;
      readonly reduced: Shape;
      readonly strides: readonly Strides[];
    }
  /**
   * An algorithm that is no kernel, over row-major arrays. `into` is given if it only puts the
   * elements of its input, row by row, at a layout among zeros; none of them in one place.
   */
  | {
      readonly kind: "host";
      run(inputs: readonly TypedArray[]): TypedArray;
      readonly into?: Layout;
    };

export class Node implements Layout {
  readonly operation: Operation;
  /** What it is computed from; emptied when it has been. */
  inputs: readonly Node[];
  readonly attributes: unknown;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly strides: Strides;
  readonly offset: number;
  /** The elements, once computed. */
  buffer: Buffer | null = null;
  /** Whether the value will be read, as far as is known. */
  wanted = false;
  /** How many tensors have been made of it besides the first. */
  forks = 0;
  /** The round in which a scheduler last had to do with it, and its place there. */
  round: object | null = null;
  slot = -1;
  /** The number of the round that last read it as given, where `slot` is its place. */
  readBy = 0;

  constructor(
    operation: Operation,
    inputs: readonly Node[],
    attributes: unknown,
    dtype: DType,
    { shape, strides = null, offset = 0 }: Placement,
  ) {
    this.operation = operation;
    this.inputs = inputs;
    this.attributes = attributes;
    this.shape = shape;
    this.dtype = dtype;
    this.strides = strides;
    this.offset = offset;
  }
}

/** A layout; row-major from the start of the buffer unless said otherwise. */
export type Placement = Pick<Layout, "shape"> & Partial<Layout>;

const nothing: readonly Node[] = [];

const neverRuns = (): never => {
  throw new Error("data is there from the start");
};
const given: Operation = { name: "data", work: neverRuns };

/** A number in a formula; two that are equal today may differ tomorrow. */
export const plainNumber: Operation = { name: "number", work: neverRuns };

/** A node that was never computed: numbers somebody had. */
export function dataNode(
  array: TypedArray,
  shape: Shape,
  dtype: DType,
  operation: Operation = given,
): Node {
  // Others will have the same list for their shape: whoever holds a tensor must not change it.
  const node = new Node(operation, nothing, null, dtype, { shape: Object.freeze(shape) });
  node.buffer = new Buffer(array);
  mode.capture?.made(node, array);
  return node;
}

/** Gives a node its elements; what they were computed from it needs no more. */
export function computed(node: Node, buffer: Buffer): Buffer {
  node.buffer = buffer;
  node.inputs = nothing;
  return buffer;
}

/** The value itself, which others have too from now on: its place will be nobody else's. */
export function lent(value: Tensor): Tensor {
  const { node } = value;
  mode.capture?.used(node, value);
  node.forks += 1;
  if (node.buffer !== null) node.buffer.shared = true;
  return value;
}

/**
 * Throws an ArgumentError for what is no tensor: `name` is the operation that was given it. A
 * number that a compiled step reads anew takes the type of what it stands beside.
 */
export function checkTensor<Value extends { readonly node: Node }>(
  name: string,
  value: Value,
  beside?: DType,
): Value {
  if ((value as Value | null | undefined)?.node instanceof Node) return value;
  if ((value as unknown) instanceof HostNumber && beside !== undefined) {
    return (value as unknown as HostNumber).of(beside) as unknown as Value;
  }
  const found = value === null || value === undefined ? String(value) : describe(value);
  throw new ArgumentError(
    `${name}: ${found} is no tensor; make one first, for example ${name}(tensor([1, 2])).`,
  );
}
