/**
 * When nodes run. The policy here is `everyOp`: a node runs the moment it is recorded, which is
 * eager mode. It looks at nodes and at the work they ask for, never at a particular operation, and
 * it does not know what a derivative is. Read next: backends/interpreter.ts.
 */
import type { Backend } from "../backends/backend.js";
import { allocate } from "../graph/dtype.js";
import type { TypedArray } from "../graph/dtype.js";
import { mode } from "../graph/mode.js";
import type { Node } from "../graph/node.js";
import { countElements } from "../graph/shape.js";
import type { Kernel } from "../kernel/kernel.js";
import { operand } from "../kernel/scalar.js";

/** From now on every recorded node runs at once, on this back end. */
export function runEveryOp(backend: Backend): void {
  current = backend;
  mode.onRecord = compute;
}

let current: Backend | null = null;

/** Gives a node its buffer. Its inputs have theirs: they were recorded, and so run, before it. */
function compute(node: Node): void {
  const work = node.operation.work(node);
  switch (work.kind) {
    case "kernel": {
      const { kernel, reduced, strides } = work;
      const operands = strides.map((own, i) => {
        const input = node.inputs[i]!;
        return { data: bufferOf(input), strides: own, offset: input.offset };
      });
      const output = allocate(node.dtype, countElements(node.shape));
      backend().run({ kernel, shape: node.shape, reduced, operands, output });
      node.buffer = output;
      break;
    }
    case "view":
      node.buffer = bufferOf(node.inputs[0]!);
      break;
    case "host":
      node.buffer = work.run(node.inputs.map(elements));
      break;
  }
  node.inputs = [];
}

/** The elements of a node in row-major order; not to be written to, they may be the node's own. */
export function elements(node: Node): TypedArray {
  const data = bufferOf(node);
  const count = countElements(node.shape);
  if (node.strides === null) {
    return data.length === count ? data : data.subarray(node.offset, node.offset + count);
  }
  const output = allocate(node.dtype, count);
  const operands = [{ data, strides: node.strides, offset: node.offset }];
  backend().run({ kernel: copies[node.dtype], shape: node.shape, reduced: [], operands, output });
  return output;
}

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

function bufferOf(node: Node): TypedArray {
  if (node.buffer === null) throw new Error(`${node.operation.name} was read before it ran`);
  return node.buffer;
}

function backend(): Backend {
  if (current === null)
    throw new Error("no back end was chosen: import @nabla/core, not its files");
  return current;
}
