/**
 * Kernels divided among threads: along a dimension that every result keeps, so that parts write to
 * different places and no sum is divided. Not here: who computes them (team.ts).
 */
import type { Access, FusedKernel } from "../../kernel/fused.js";
import { costOf } from "../../kernel/scalar.js";
import type { Expression } from "../../kernel/scalar.js";

/** Work below which waking others takes longer than what they would save, in additions. */
const LEAST = 2 ** 21;

/** What is computed by functions of JavaScript that are not `Math`'s, which workers have not. */
const foreign = /^(erf|erfc|erfinv|lgamma|polygamma|pow|mod)$/;

function isForeign(expression: Expression): boolean {
  if (expression.kind !== "apply") return false;
  return foreign.test(expression.op) || expression.arguments.some(isForeign);
}

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
  // Whole vectors, where there are enough.
  const unit = size >= 16 * parts ? 8 : 1;
  const each = Math.ceil(size / parts / unit) * unit;
  return Array.from({ length: Math.ceil(size / each) }, (_, i) => {
    const start = i * each;
    const moved = <Place extends Access>(access: Place): Place => ({
      ...access,
      offset: access.offset + start * access.strides[dim]!,
    });
    return {
      space: kernel.space.map((own, at) => (at === dim ? Math.min(each, size - start) : own)),
      operands: kernel.operands.map(moved),
      outputs: kernel.outputs.map(moved),
    };
  });
}
