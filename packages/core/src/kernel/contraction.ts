/**
 * Which results are contractions, sums of products over dimensions that both factors share, seen by
 * their form: a matrix product is one, a convolution another, whose factors are walked with strides
 * of their own. What is done to each of their elements can be done where it is stored. Not here:
 * what is gathered there (schedule/epilogue.ts), and how machines compute it
 * (backends/wasm/contraction.ts). Read first: kernel/fused.ts.
 */
import type { Access, FusedKernel, Output } from "./fused.js";
import { cast, operand, rewrite } from "./scalar.js";
import type { Expression } from "./scalar.js";

/** What a dimension is: of a batch, of one factor and the result, or summed. */
export type Role = "batch" | "row" | "column" | "inner";

export interface Contraction {
  readonly a: Access;
  readonly b: Access;
  /** For each dimension of the space; `null` for sizes of 1. */
  readonly roles: readonly (Role | null)[];
  /** What is stored: operand 0 is the sum, in its own type, the others are those of epilogues. */
  readonly stored: Expression;
}

const roles: Readonly<Record<string, Role>> = {
  xxx: "batch",
  "x-x": "row",
  "-xx": "column",
  "xx-": "inner",
};

/** An output as a contraction, or `null`; that of two vectors is a sum like others. */
export function contractionOf(kernel: FusedKernel, output: Output): Contraction | null {
  const { expression, fold } = output;
  if (fold !== "sum" || kernel.space.includes(0) || expression.dtype === "bool") return null;
  if (expression.kind !== "apply" || expression.op !== "mul") return null;
  const [a, b] = expression.arguments.flatMap((part) =>
    part.kind === "operand" ? [kernel.operands[part.index]!] : [],
  );
  if (a === undefined || b === undefined) return null;
  const found = kernel.space.map((size, dim): Role | null | undefined => {
    const moves = [a, b, output].map(({ strides }) => (strides[dim] === 0 ? "-" : "x"));
    return size === 1 ? null : roles[moves.join("")];
  });
  if (found.includes(undefined) || !found.includes("inner")) return null;
  if (!found.includes("row") && !found.includes("column")) return null;
  const stored = storedBy(output);
  return stored === null ? null : { a, b, roles: found as (Role | null)[], stored };
}

/** What an output stores, of a sum in its own type; `null` where it takes wider numbers. */
function storedBy({
  expression: { dtype },
  epilogue,
  count,
  dtype: own,
}: Output): Expression | null {
  const sum = operand(0, dtype);
  if (epilogue === null) return own === dtype ? sum : null;
  const isSum = (part: Expression): boolean => part.kind === "operand" && part.index === 0;
  const stored = rewrite(epilogue, (part) => {
    if (part.kind === "operand" && part.index === 1) {
      return { kind: "constant", value: count, dtype: part.dtype };
    }
    const rounds = part.kind === "apply" && part.op === "cast" && part.dtype === dtype;
    return (rounds && isSum(part.arguments[0]!)) || (isSum(part) && dtype === part.dtype)
      ? sum
      : undefined;
  });
  return dtype !== "float64" && isWide(stored) ? null : cast(stored, own);
}

/** Whether there is a float64 in an expression. */
export function isWide(expression: Expression, seen = new Set<Expression>()): boolean {
  if (expression.dtype === "float64") return true;
  if (expression.kind !== "apply" || seen.has(expression)) return false;
  seen.add(expression);
  return expression.arguments.some((part) => isWide(part, seen));
}
