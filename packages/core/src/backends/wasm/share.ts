/**
 * Kernels divided among threads: along a dimension that every result keeps, so that parts write to
 * different places and no sum is divided. Not here: who computes them (team.ts).
 */
import type { Access, FusedKernel } from "../../kernel/fused.js";
import { costOf, isForeign } from "../../kernel/scalar.js";

/** Work below which waking others takes longer than what they would save, in additions. */
const LEAST = 2 ** 21;

/** A kernel in so many parts, or alone where sharing does not pay. */
export function shareOut(kernel: FusedKernel, parts: number): FusedKernel[] {
  const { space, outputs } = kernel;
  if (parts === 1) return [kernel];
  const points = space.reduce((count, size) => count * size, 1);
  const cost = outputs.reduce((sum, { expression }) => sum + 1 + costOf(expression), 0);
  if (points * cost < LEAST) return [kernel];
  if (outputs.some(({ expression }) => isForeign(expression))) return [kernel];
  let chosen = -1;
  space.forEach((size, dim) => {
    const isKept = outputs.every(({ strides }) => strides[dim] !== 0);
    const stride = (at: number): number => Math.abs(outputs[0]!.strides[at]!);
    if (isKept && size >= 2 * parts && (chosen < 0 || stride(dim) > stride(chosen))) chosen = dim;
  });
  return chosen < 0 ? [kernel] : divided(kernel, chosen, parts);
}

function divided(kernel: FusedKernel, dim: number, parts: number): FusedKernel[] {
  const size = kernel.space[dim]!;
  // Whole vectors, where there are enough; and never a single row, which would be no product.
  const unit = size >= 16 * parts ? 8 : 1;
  const starts = Array.from(
    { length: parts },
    (_, i) => Math.floor((i * size) / parts / unit) * unit,
  );
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? size;
    const moved = <Place extends Access>(access: Place): Place => ({
      ...access,
      offset: access.offset + start * access.strides[dim]!,
    });
    return {
      space: kernel.space.map((own, at) => (at === dim ? end - start : own)),
      operands: kernel.operands.map(moved),
      outputs: kernel.outputs.map(moved),
    };
  });
}
