/**
 * One step of the backward pass as text and formulas: what arrives, the local derivatives, what is
 * passed on. The numbers and formulas are those of `backwardSteps`; nothing is computed here.
 */
import type { BackwardShare, BackwardStep } from "@nabla/viz";

import { math, sign, slope, tokens } from "../formula.js";
import { inLanguage } from "../page.js";
import { words } from "./words.js";

const text = inLanguage(words);

/** The elements that tell a step; `result` is the name of what is differentiated. */
export function viewOf(step: BackwardStep, result: string): HTMLElement[] {
  const { name, op, formula, grad, shares, values, g } = step;
  const arrival = [
    paragraph(arrivalOf(step, result)),
    equation(slope(result, name), sign("="), ...tokens(g)),
  ];
  if (op === null || formula === null) {
    return [
      heading(math("mi", name)),
      ...arrival,
      paragraph(text.leaf(name)),
      codeLine(`${name}.grad`, grad!.after),
    ];
  }
  const locals = shares.filter(({ derivative }) => derivative !== null);
  return [
    heading(math("mi", name), sign("="), ...tokens(formula)),
    ...arrival,
    ...(locals.length === 0 ? [] : [paragraph(text.local)]),
    ...locals.map(({ to, derivative }) =>
      equation(slope(name, to), sign("="), ...tokens(derivative!)),
    ),
    ...(values.length === 0 ? [] : [wheres(values)]),
    ...shares.flatMap((share) => passedOn(share, step, result)),
  ];
}

function arrivalOf({ from }: BackwardStep, result: string): string {
  const names = [...new Set(from)];
  if (names.length === 0) return text.begins(result);
  if (from.length === 1) return text.arrives(names[0]!);
  return text.sum(from.length, names.join(text.and));
}

/** The chain rule, written out: what arrived, times the local derivative. */
function passedOn(
  { to, derivative, numbers, value, summedTo, isPutBack, letters, formula }: BackwardShare,
  { name, g }: BackwardStep,
  result: string,
): HTMLElement[] {
  if (value === null) return [paragraph(text.noDerivative(to))];
  if (isPutBack) return [paragraph(text.putBack(to)), equation(...tokens(value))];
  const whole = slope(result, to);
  const chain =
    derivative === null
      ? [sign("="), ...tokens(formula ?? "g")]
      : [
          sign("="),
          ...(summedTo === null ? [] : [sign("∑")]),
          slope(result, name),
          sign("·"),
          slope(name, to),
        ];
  // A factor of one is written out too: it is a step like the others.
  const isOne = derivative === "1" && summedTo === null && !g.startsWith("[");
  const product = isOne ? `${g.startsWith("−") ? `(${g})` : g} · 1` : numbers;
  const shown = product === null || product === value ? [] : [sign("="), ...tokens(product)];
  const end = math("mrow", sign("="), ...tokens(value));
  end.classList.add("found");
  const remarks = [
    ...letters.map((letter) => `${text.where} ${letter}`),
    ...(summedTo === null ? [] : [text.summed(to)]),
  ];
  return [
    paragraph(text.passes(to)),
    lineOf([whole, ...chain], shown, [end]),
    ...(remarks.length === 0 ? [] : [note(remarks.join("; "))]),
  ];
}

function wheres(values: BackwardStep["values"]): HTMLElement {
  const line = equation(
    math("mtext", `${text.where}\u00a0`),
    ...values.flatMap(([name, value], i) => [
      ...(i === 0 ? [] : [math("mtext", ",\u00a0")]),
      math("mi", name),
      sign("="),
      ...tokens(value),
    ]),
  );
  line.classList.add("note");
  return line;
}

function heading(...inside: Node[]): HTMLElement {
  const made = document.createElement("h4");
  made.append(math("math", ...inside));
  return made;
}

function paragraph(told: string): HTMLElement {
  const made = document.createElement("p");
  made.textContent = told;
  return made;
}

function note(told: string): HTMLElement {
  const made = paragraph(told);
  made.className = "note";
  return made;
}

const equation = (...inside: Node[]): HTMLElement => lineOf(inside);

/** An equation in parts: between two of them the line may be broken. */
function lineOf(...parts: readonly (readonly Node[])[]): HTMLElement {
  const made = document.createElement("p");
  made.className = "equation";
  for (const part of parts.filter(({ length }) => length > 0)) {
    const whole = math("math", ...part);
    whole.setAttribute("displaystyle", "true");
    made.append(whole, " ");
  }
  return made;
}

function codeLine(left: string, right: string): HTMLElement {
  const made = document.createElement("p");
  made.className = "equation";
  const code = document.createElement("code");
  code.textContent = `${left} = ${right}`;
  made.append(code);
  return made;
}
