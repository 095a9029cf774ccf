// The formulas of one variable, `epoch`, by which the records describe functions: read as
// JavaScript, which says plain arithmetic as Python does, and computed from its tree. Nothing else.

import { parseSync } from "oxc-parser";
import type { Expression } from "oxc-parser";

/** The function that a formula describes. Throws an Error for what is not plain arithmetic. */
export function formulaOf(text: string): (epoch: number) => number {
  const { program, errors } = parseSync("formula.js", `(${text})`);
  const [statement] = program.body;
  if (errors.length > 0 || statement?.type !== "ExpressionStatement") throw unreadable(text);
  return (epoch) => valueOf(statement.expression, epoch, text);
}

const unreadable = (text: string): Error => new Error(`the formula ${text} cannot be read`);

const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a - b * Math.floor(a / b),
  "**": (a, b) => a ** b,
};

const { floor, ceil, min, max, exp, log, sqrt, sin, cos, pow, abs } = Math;
const functions: Readonly<Record<string, (...of: number[]) => number>> = {
  floor,
  ceil,
  min,
  max,
  exp,
  log,
  sqrt,
  sin,
  cos,
  pow,
  abs,
};

function valueOf(node: Expression, epoch: number, text: string): number {
  const of = (part: unknown): number => valueOf(part as Expression, epoch, text);
  if (node.type === "ParenthesizedExpression") return of(node.expression);
  if (node.type === "Literal" && typeof node.value === "number") return node.value;
  if (node.type === "Identifier" && (node.name === "epoch" || node.name === "pi")) {
    return node.name === "pi" ? Math.PI : epoch;
  }
  if (node.type === "UnaryExpression" && node.operator === "-") return -of(node.argument);
  if (node.type === "BinaryExpression" && node.operator in operators) {
    return operators[node.operator]!(of(node.left), of(node.right));
  }
  if (node.type === "CallExpression" && node.callee.type === "Identifier") {
    const called = functions[node.callee.name];
    if (called !== undefined) return called(...node.arguments.map(of));
  }
  throw unreadable(text);
}
