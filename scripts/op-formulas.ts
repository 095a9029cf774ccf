// The formulas and derivatives of an operation for docs/ops.md, as lines of Markdown. They are
// derived by `@nabla/core/inspect`; here is only how operations are called for it, and which
// formulas are short enough to be worth reading.

import { zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { derivativesOf, formulaOf, graphOf } from "@nabla/core/inspect";
import type { Formula, Inspected } from "@nabla/core/inspect";
import { writeFormula } from "@nabla/viz/formula";

import type { Parameter, Signature } from "./signatures.js";

/** What has a formula: an operation as a value, and how it is called. */
export interface Callable {
  name: string;
  call: Inspected;
  signatures: readonly Signature[];
}

const longest = 90;
/** What is said of the shapes of placeholders, or of what nobody can call, is no formula. */
const opaque = /reshape|view|expand|squeeze|permute|addThrough|recurrence/;

function written(formula: Formula | null, names?: Record<string, string>): string | null {
  const text = formula === null ? null : writeFormula(formula, names);
  return text === null || text.length > longest || text.includes("constant") ? null : text;
}

/** A result's formula, in parentheses where it has a comparison of its own. */
function result(formula: string): string {
  const compares = /^[^(]*[=≠<≤>≥]/.test(formula) && !/ if | where /.test(formula);
  return `\`y = ${compares ? `(${formula})` : formula}\``;
}

/** The formula and the derivatives, where they can be derived and are short. */
export function formulas(operation: Callable): string[] {
  const { call, name, signatures } = operation;
  if (call.op === undefined) return composition(operation);
  const example = call.samples?.length === 0 ? callOfMovement(call, signatures[0]!) : undefined;
  const derived = example === undefined ? derivativesOf(call) : example.derivatives;
  const letters = derived.length === 1 ? ["x"] : ["a", "b", "c"];
  const shares = derived.flatMap((formula, i) => {
    const text = written(formula);
    return text === null ? [] : [`\`${letters[i]!} ← ${text}\``];
  });
  const formula = written(formulaOf(call));
  if (example !== undefined) shares.push(`for \`x.${name}(${example.args})\``);
  return [
    ...(formula === null ? [] : [result(formula)]),
    ...(shares.length === 0 ? [] : [shares.join(" ")]),
    ...(call.op.vjps === null ? ["Not differentiable."] : []),
  ];
}

/** What a function is made of, called with tensors for operands and 0 for a dimension. */
function composition({ name, call, signatures }: Callable): string[] {
  const { parameters, result: gives } = signatures[0]!;
  const kind = /: (\w+ \| )?(Tensor|Operand)( \| null)?$/;
  const isOperand = ({ text }: Parameter): boolean => kind.test(text);
  const operands = parameters.filter(isOperand);
  const isKnown = parameters.every((one) => isOperand(one) || one.optional || one.name === "dim");
  if (gives !== "Tensor" || !isKnown || parameters.at(-1)?.name.startsWith("...")) return [];
  const run = (...inputs: never[]): unknown => {
    const tensors: unknown[] = [...inputs];
    const given = parameters.map((one) => {
      if (isOperand(one)) return tensors.shift();
      return one.optional ? undefined : 0;
    });
    return (call as (...args: unknown[]) => unknown)(...given);
  };
  const letters = operands.length === 1 ? ["x"] : ["a", "b", "c", "d"];
  const names: Record<string, string> = {};
  operands.forEach(({ name: own }, i) => (names[letters[i]!] = own === "given" ? "x" : own));
  const text = written(formulaOf(run, operands.length), names);
  const saysNothing = text === null || /^\w+$/.test(text) || text.includes(`${name}(`);
  return saysNothing || opaque.test(text) ? [] : [result(text)];
}

/** A call of a movement, with the first arguments of the right types that it takes. */
function callOfMovement(
  call: Inspected,
  { parameters }: Signature,
): { args: string; derivatives: (Formula | null)[] } | undefined {
  const required = parameters.slice(1).filter(({ optional }) => !optional);
  const x = zeros([2, 3, 4], { requiresGrad: true });
  const lists = [
    [2, 0, 1],
    [4, 6],
    [5, 2, 3, 4],
  ];
  for (const list of lists) {
    const args = required.map(({ text }, i) => (/: (Shape|number\[\])/.test(text) ? list : i));
    try {
      const y = (call as (...args: unknown[]) => unknown)(x, ...args) as Tensor;
      const text = args.map((arg) => (Array.isArray(arg) ? `[${arg.join(", ")}]` : String(arg)));
      return { args: text.join(", "), derivatives: graphOf(y)[0]!.derivatives() };
    } catch {
      // The next list may fit.
    }
  }
  return undefined;
}
