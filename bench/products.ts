/**
 * Matrix products in operations a second, beside what the machine could do: the same kernel on
 * operands that lie in the first-level cache as it reads them. A naive triple loop is no yardstick.
 */
import { compile, manualSeed, randn } from "nabla";
import type { DType, Tensor } from "nabla";

/** Something to time, and the multiplications and additions in it. */
export interface Product {
  readonly name: string;
  readonly dtype: DType;
  readonly run: () => number;
  readonly compiled: () => number;
  readonly operations: number;
  /** The share of the peak to be reached. */
  readonly atLeast?: number;
}

function product(name: string, a: Tensor, b: Tensor, atLeast?: number): Product {
  const [rows, inner, columns] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  const count = a.shape.slice(0, -2).reduce((n, size) => n * size, 1);
  // One element is read of something made of it: all is computed, and nothing is copied out.
  const corner = (x: Tensor): Tensor => x.shape.reduce((y, _, dim) => y.slice(dim, 0, 1), x);
  const run = (): number => corner(a.matmul(b)).neg().item();
  const step = compile(() => corner(a.matmul(b)).neg());
  const compiled = (): number => step().item();
  const operations = 2 * count * rows * inner * columns;
  return {
    name,
    dtype: a.dtype,
    run,
    compiled,
    operations,
    ...(atLeast !== undefined && { atLeast }),
  };
}

const SIZES = [16, 32, 64, 128, 256, 512, 1024];

/** Products of square matrices, as they lie and transposed. */
export function* products(): Generator<Product> {
  manualSeed(1);
  for (const dtype of ["float32", "float64"] as const) {
    for (const size of SIZES) {
      const [a, b] = [randn([size, size], { dtype }), randn([size, size], { dtype })];
      const atLeast = size >= 256 ? 0.8 : size === 64 ? 0.5 : undefined;
      yield product(`${size} ${dtype}`, a, b, atLeast);
      if (size < 256) continue;
      yield product(`${size} ${dtype}, right transposed`, a, b.t(), atLeast);
      yield product(`${size} ${dtype}, left transposed`, a.t(), b, atLeast);
    }
  }
}

/** Many small products of overlapping windows: the kernel alone, nothing to copy or to wait for. */
export function peak(dtype: DType): Product {
  const [inner, columns, count, step] = dtype === "float32" ? [256, 8, 512, 4] : [256, 4, 512, 2];
  const windows = (size: number): Tensor =>
    randn([size + step * (count - 1)], { dtype }).unfold(0, size, step);
  const a = windows(4 * inner).unflatten(1, [4, inner]);
  const b = windows(inner * columns).unflatten(1, [inner, columns]);
  return product("peak", a, b);
}
