// Kernels that are worth sharing out among threads, and how results are compared. Not a test.

import type { DType, TypedArray } from "../src/graph/dtype.js";
import type { FusedKernel } from "../src/kernel/fused.js";
import { operand, s } from "../src/kernel/scalar.js";
import { productKernel } from "../src/ops/contraction.js";
import type { Contents } from "./fused.js";

const dtype = "float32" satisfies DType;
export const x = operand(0, dtype);
const values = (length: number): Contents => ({
  dtype,
  values: Float32Array.from({ length }, (_, i) => Math.sin(i * i)),
});

export function product(n: number, k: number, m: number): [FusedKernel, Contents[]] {
  const strides = [
    [k, 0, 1],
    [0, 1, m],
  ];
  const operands = strides.map(
    (own, buffer) => ({ buffer, dtype, strides: own, offset: 0 }) as const,
  );
  const outputs = [{ ...productKernel(dtype), buffer: 2, strides: [m, 1, 0], offset: 0, count: k }];
  return [{ space: [n, m, k], operands, outputs }, [n * k, k * m, n * m].map(values)];
}

/** A function of every element, the sums of its rows, and how many of a row are positive. */
export function rows(n: number, m: number): [FusedKernel, Contents[]] {
  const y = s.add(s.exp(s.neg(s.mul(x, x))), s.tanh(x));
  const common = { offset: 0, epilogue: null, dtype } as const;
  const outputs = [
    { ...common, buffer: 1, strides: [m, 1], expression: y, fold: null, count: 1 },
    { ...common, buffer: 2, strides: [1, 0], expression: y, fold: "sum" as const, count: m },
    { ...common, buffer: 3, strides: [1, 0], expression: x, fold: "max" as const, count: m },
  ];
  const operands = [{ buffer: 0, dtype, strides: [m, 1], offset: 0 } as const];
  return [{ space: [n, m], operands, outputs }, [n * m, n * m, n, n].map(values)];
}

export const kernels: Record<string, [FusedKernel, Contents[]]> = {
  "a product": product(150, 96, 150),
  "a product of a prime number of rows": product(211, 64, 97),
  "functions and sums of rows": rows(401, 200),
};

/** In how many places two lists of buffers differ; `toEqual` takes seconds for so many. */
export function differences(a: readonly TypedArray[], b: readonly TypedArray[]): number {
  let found = 0;
  a.forEach((own, i) => {
    for (let k = 0; k < own.length; k++) if (!Object.is(own[k], b[i]![k])) found += 1;
  });
  return found;
}
