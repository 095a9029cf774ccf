/**
 * Walks as text, for a reader who wants to know what runs: the loops, and one line for every value
 * that is used more than once and for every result. Not a language: nothing reads it. Read first:
 * order.ts.
 */
import type { Access } from "../../kernel/fused.js";
import { Graph } from "./expression.js";
import type { Node } from "./expression.js";
import { folds } from "./order.js";
import type { Walk } from "./order.js";

const infix: Readonly<Record<string, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  eq: "=",
  lt: "<",
  le: "≤",
  and: "&",
  or: "|",
};

export function listing({ sizes, lanes, operands, results }: Walk): string {
  const graph = new Graph(() => -1);
  const roots = results.map(({ expression }) => graph.add(expression));
  const uses = new Map<Node, number>();
  for (const user of [roots, ...graph.nodes.map(({ inputs }) => inputs)]) {
    for (const input of user) uses.set(input, (uses.get(input) ?? 0) + 1);
  }
  const lines = sizes.map((size, i) => {
    const isLast = i === sizes.length - 1;
    return `${"  ".repeat(i)}for ${index(i)} < ${size}${isLast ? ` by ${lanes}` : ""}`;
  });
  const indent = "  ".repeat(sizes.length);
  const names = new Map<Node, string>();
  const named = (index: number): string => place(operands[index]!);
  const text = (node: Node, operand = named): string => {
    const name = names.get(node);
    if (name !== undefined) return name;
    if (node.op === "constant") return String(node.value);
    if (node.op === "operand") return operand(node.value);
    const parts = node.inputs.map((input) => text(input, operand));
    const sign = infix[node.op];
    if (sign !== undefined) return `(${parts.join(` ${sign} `)})`;
    return `${node.op === "cast" ? node.dtype : node.op}(${parts.join(", ")})`;
  };
  for (const node of graph.nodes) {
    if (node.op === "constant" || (uses.get(node) ?? 0) < 2) continue;
    lines.push(`${indent}t${names.size}: ${node.dtype} = ${text(node)}`);
    names.set(node, `t${names.size}`);
  }
  results.forEach((result, i) => {
    const along = sizes.map((_, dim) => dim).filter((dim) => folds(result, dim));
    const value = text(roots[i]!);
    const { fold, epilogue, count } = result;
    const of = `${fold} over ${along.map(index).join(", ")} of ${value}`;
    const finished = (operand: number): string =>
      operand < 2 ? [String(fold), String(count)][operand]! : named(operand - 2);
    const end = epilogue && text(new Graph(() => -1).add(epilogue), finished);
    const folded = end === null ? of : `${of}, then ${end}`;
    const right = result.fold === null ? value : folded;
    lines.push(`${indent}${place(result)}: ${result.dtype} = ${right}`);
  });
  return lines.join("\n");
}

const index = (dim: number): string => "ijklmnopqrstuvwxyz"[dim] ?? `i${dim}`;

/** An element of a buffer: `b3[1000 i + j]`. */
function place({ buffer, strides, offset }: Access): string {
  const terms = strides.flatMap((stride, dim) =>
    stride === 0 ? [] : [stride === 1 ? index(dim) : `${stride} ${index(dim)}`],
  );
  if (offset !== 0 || terms.length === 0) terms.push(String(offset));
  return `b${buffer}[${terms.join(" + ")}]`;
}
