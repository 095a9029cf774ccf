/**
 * When nodes run. A policy decides. The one here, `everyOp`, runs a node the moment it is recorded,
 * which is eager mode. It looks at nodes and at the work they ask for, never at a particular
 * operation, and it does not know what a derivative is. Not here: the policy that waits until a
 * value is asked for (schedule/demand.ts). Read next: backends/interpreter.ts.
 */
import type { Backend } from "../backends/backend.js";
import { CompileError } from "../errors.js";
import { Buffer } from "../graph/buffer.js";
import { allocate } from "../graph/dtype.js";
import type { TypedArray } from "../graph/dtype.js";
import { mode } from "../graph/mode.js";
import { computed } from "../graph/node.js";
import type { KernelWork, Node } from "../graph/node.js";
import { countElements } from "../graph/shape.js";
import type { Storage } from "../graph/storage.js";
import type { Kernel } from "../kernel/kernel.js";
import { operand } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";

/** What decides when nodes run. */
export interface Policy {
  /** A node was recorded. */
  readonly record: (node: Node) => void;
  /** The value of a node will be read. */
  readonly keep: (node: Node) => void;
  /** A storage was written to. */
  readonly write: (storage: Storage) => void;
  /** The value of a node may take the place of a buffer that nobody reads any more. */
  readonly reuse: (node: Node, buffer: Buffer) => void;
  /** Gives these nodes their buffers, now. */
  readonly realize: (nodes: readonly Node[]) => void;
  /** Makes of a function one that replays what it did; absent where there is no engine. */
  readonly compile?: Compile;
}

/** What makes compiled steps of functions: schedule/replay.ts. */
export type Compile = <Arguments extends unknown[], Result>(
  run: (args: Arguments) => Result,
) => (args: Arguments) => Result;

const chosen: { policy: Policy | null; backend: Backend | null } = { policy: null, backend: null };

/** The policy that decides at the moment. */
export const policyNow = (): Policy | null => chosen.policy;

/** From now on nodes run as the policy says; single ones on this back end. */
export function runBy(policy: Policy, backend: Backend): void {
  chosen.policy = policy;
  chosen.backend = backend;
  mode.onRecord = policy.record;
  mode.onKeep = policy.keep;
  mode.onWrite = policy.write;
  mode.onReuse = policy.reuse;
}

export const everyOp: Policy = {
  record: runNow,
  keep() {},
  write() {},
  reuse() {},
  realize(nodes) {
    // Those that waited when this policy took over.
    for (const node of nodes) if (node.buffer === null) runNow(node);
  },
};

/** Gives a node its buffer, after its inputs. */
export function runNow(node: Node): void {
  const { operation, inputs } = node;
  if (operation.work === null) {
    computed(node, bufferOf(inputs[0]!)).shared = true;
    return;
  }
  const work = operation.work(node);
  if (work.kind === "kernel") computed(node, runKernel(node, work));
  else computed(node, new Buffer(work.run(inputs.map(elements))));
}

function runKernel(node: Node, { kernel, reduced, strides }: KernelWork): Buffer {
  const operands = strides.map((own, i) => {
    const input = node.inputs[i]!;
    return { data: bufferOf(input).array, strides: own, offset: input.offset };
  });
  const output = allocate(node.dtype, countElements(node.shape));
  backend().run({ kernel, shape: node.shape, reduced, operands, output });
  return new Buffer(output);
}

/** The elements of a node in row-major order; not to be written to, they may be the node's own. */
export function elements(node: Node): TypedArray {
  const data = bufferOf(node).array;
  const count = countElements(node.shape);
  if (node.strides === null) {
    return data.length === count ? data : data.subarray(node.offset, node.offset + count);
  }
  const output = allocate(node.dtype, count);
  const operands = [{ data, strides: node.strides, offset: node.offset }];
  backend().run({ kernel: copies[node.dtype], shape: node.shape, reduced: [], operands, output });
  return output;
}

/** The elements of a tensor for its user; what captures a step has a say in it. */
export const read = (x: Tensor): TypedArray =>
  mode.capture === null ? elements(x.node) : mode.capture.read(x);

/** The element of a tensor that has only one. */
export const readOne = (x: Tensor): number =>
  (mode.capture === null ? bufferOf(x.node).single : null) ?? read(x)[0]!;

/** What is read back from a tensor whose elements do not lie in a row. */
const copy = (dtype: Node["dtype"]): Kernel => ({
  expression: operand(0, dtype),
  fold: null,
  epilogue: null,
  dtype,
});
const copies = {
  float32: copy("float32"),
  float64: copy("float64"),
  int32: copy("int32"),
  bool: copy("bool"),
};

/** The buffer of a node, which runs now if it has not run yet. */
function bufferOf(node: Node): Buffer {
  if (node.buffer === null) realize([node]);
  return node.buffer!;
}

/** Gives nodes their buffers, now. */
export function realize(nodes: readonly Node[]): void {
  if (chosen.policy === null) throw new Error("nothing runs: import @nabla/core, not its files");
  const { capturedRound } = mode;
  if (capturedRound !== null && nodes.some(({ round }) => round === capturedRound)) {
    throw new CompileError(
      "compile: a number that is read anew at each call is read from what the function computes, " +
        "which is not there yet; read it before it is written, or outside.",
    );
  }
  chosen.policy.realize(nodes);
}

function backend(): Backend {
  if (chosen.backend === null) throw new Error("no back end: import @nabla/core, not its files");
  return chosen.backend;
}
