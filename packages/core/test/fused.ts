// A plain evaluator of fused kernels: one launch of the interpreter for every output. It is what
// the compiled back ends are checked against. Not a test.

import { interpreter } from "../src/backends/interpreter.js";
import { canFuse, compile } from "../src/backends/wasm/compile.js";
import { Team } from "../src/backends/wasm/team.js";
import { engine } from "../src/backends/wasm/web-assembly.js";
import { allocate } from "../src/graph/dtype.js";
import type { DType, TypedArray } from "../src/graph/dtype.js";
import { countElements } from "../src/graph/shape.js";
import type { FusedKernel, Output } from "../src/kernel/fused.js";

/** What a buffer holds before kernels run. */
export interface Contents {
  readonly dtype: DType;
  readonly values: ArrayLike<number>;
}

const filled = ({ dtype, values }: Contents): TypedArray => {
  const data = allocate(dtype, values.length);
  data.set(values);
  return data;
};

/** The buffers after the kernels have run, by the interpreter. */
export function interpret(kernels: readonly FusedKernel[], contents: Contents[]): TypedArray[] {
  const buffers = contents.map(filled);
  for (const kernel of kernels) for (const output of kernel.outputs) one(kernel, output, buffers);
  return buffers;
}

function one({ space, operands }: FusedKernel, output: Output, buffers: TypedArray[]): void {
  const dims = space.map((_, i) => i);
  const isFolded = (dim: number): boolean => output.fold !== null && output.strides[dim] === 0;
  const kept = dims.filter((dim) => !isFolded(dim));
  const folded = dims.filter(isFolded);
  const shape = kept.map((dim) => space[dim]!);
  const result = allocate(output.dtype, countElements(shape));
  interpreter.run({
    kernel: output,
    shape,
    reduced: folded.map((dim) => space[dim]!),
    operands: operands.map(({ buffer, strides, offset }) => ({
      data: buffers[buffer]!,
      strides: [...kept, ...folded].map((dim) => strides[dim]!),
      offset,
    })),
    output: result,
  });
  const target = buffers[output.buffer]!;
  result.forEach((value, i) => {
    let [at, rest] = [output.offset, i];
    for (const dim of [...kept].reverse()) {
      at += (rest % space[dim]!) * output.strides[dim]!;
      rest = Math.floor(rest / space[dim]!);
    }
    target[at] = value;
  });
}

/** Kernels compiled over buffers in a memory of their own. */
export interface Placed {
  readonly run: () => void;
  /** Views of the buffers, in place. */
  readonly buffers: TypedArray[];
  readonly text: string;
  /** How many parts other threads have computed. */
  readonly helped: () => number;
}

/** Compiles kernels and puts the buffers into memory, `skew` bytes behind a multiple of 16. */
export function place(
  kernels: readonly FusedKernel[],
  contents: readonly Contents[],
  skew = 0,
  fused = canFuse(),
  shared = false,
): Placed {
  const { Memory } = engine()!;
  const memory = new Memory({ initial: 1, maximum: 65_536, shared });
  const team = shared ? Team.of(memory) : null;
  const { run, scratchBytes, text } = compile(kernels, contents.length, memory, { fused, team });
  let end = 1024;
  const addresses = contents.map(({ dtype, values }) => {
    const address = end + skew;
    end = Math.ceil((address + values.length * allocate(dtype, 0).BYTES_PER_ELEMENT) / 16) * 16;
    return address;
  });
  addresses.push(end);
  const pages = Math.ceil((end + scratchBytes + 1024) / 65536);
  memory.grow(pages);
  new Int32Array(memory.buffer, 0, addresses.length).set(addresses);
  // Scratch memory holds whatever was there before.
  new Uint8Array(memory.buffer, end, scratchBytes).fill(0xa5);
  const buffers = contents.map((content, i) => {
    const { length } = content.values;
    const { buffer } = memory;
    const view =
      content.dtype === "float32"
        ? new Float32Array(buffer, addresses[i], length)
        : content.dtype === "float64"
          ? new Float64Array(buffer, addresses[i], length)
          : content.dtype === "int32"
            ? new Int32Array(buffer, addresses[i], length)
            : new Uint8Array(buffer, addresses[i], length);
    view.set(content.values);
    return view;
  });
  return { run: () => run(0), buffers, text: text(), helped: () => team!.helped };
}
