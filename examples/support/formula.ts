/**
 * A formula as text, `b1*(1-exp(-b2*x))`, made into tensor operations, so that autograd can
 * differentiate it. A library parses; nothing is ever run as JavaScript.
 */
import {
  isConstantNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isSymbolNode,
  parse,
} from "mathjs/number";
import type { MathNode } from "mathjs/number";
import { add, atan, cos, div, exp, log, mul, neg, pow, sin, sqrt, sub, tan, tensor } from "nabla";
import type { Tensor } from "nabla";

import { Mistake } from "./mistake.js";

/** What the names in a formula stand for. */
export type Names = Readonly<Record<string, Tensor>>;

type Function1 = (x: Tensor) => Tensor;
type Function2 = (a: Tensor, b: Tensor) => Tensor;
const functions = new Map<string, Function1>(
  Object.entries({ atan, cos, exp, log, sin, sqrt, tan }),
);
const operators = new Map<string, Function2>(
  Object.entries({ "+": add, "-": sub, "*": mul, "/": div, "^": pow }),
);

/**
 * The formula as a function of what its names stand for. Powers are `**` and bind tighter than a
 * minus sign before them. Throws a `Mistake` for what is no formula, or names something else than
 * `names`, `pi` and the functions above.
 */
export function readFormula(text: string, names: readonly string[]): (values: Names) => Tensor {
  const refuse = (problem: string): never => {
    throw new Mistake(`The formula "${text}" ${problem}.`);
  };
  const constant = (value: number): ((values: Names) => Tensor) => {
    const made = tensor(value, { dtype: "float64" });
    return () => made;
  };
  const translate = (node: MathNode): ((values: Names) => Tensor) => {
    if (isParenthesisNode(node)) return translate(node.content);
    if (isConstantNode(node) && typeof node.value === "number") return constant(node.value);
    if (isSymbolNode(node)) {
      const { name } = node;
      if (names.includes(name)) return (values) => values[name]!;
      return name === "pi"
        ? constant(Math.PI)
        : refuse(`has "${name}" in it; it may have ${names.join(", ")} and pi`);
    }
    if (isOperatorNode(node) && !node.implicit) {
      const [a, b] = node.args.map(translate);
      const operator = operators.get(node.op);
      if (node.isUnary() && node.fn === "unaryMinus") return (values) => neg(a!(values));
      if (node.isBinary() && operator) return (values) => operator(a!(values), b!(values));
    }
    if (isFunctionNode(node) && node.args.length === 1) {
      const [called, a] = [functions.get(node.fn.name), translate(node.args[0]!)];
      if (called !== undefined) return (values) => called(a(values));
    }
    return refuse(`has "${node.toString()}" in it, which is not understood`);
  };
  try {
    return translate(parse(text.replaceAll("**", "^")));
  } catch (error) {
    if (error instanceof SyntaxError) refuse(`cannot be read: ${error.message}`);
    throw error;
  }
}
