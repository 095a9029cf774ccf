/**
 * The backward pass in words and formulas. The formulas are derived from the operations' records
 * (`@nabla/core/inspect`), the numbers are those that backward() computes. Not here: how a formula
 * is written (formula.ts), how the pass goes (way-back.ts).
 */
import { ArgumentError, Tensor } from "@nabla/core";
import type { Formula, GraphNode } from "@nabla/core/inspect";

import { writeFormula } from "./formula.js";
import {
  isNumber,
  Labels,
  writeCount,
  writeNumber,
  writeShape,
  writeTally,
  writeValues,
} from "./labels.js";
import { oneLine } from "./text.js";
import { readGraph, wayBack } from "./way-back.js";
import type { Step } from "./way-back.js";

/** What `explain` is told. */
export interface ExplainOptions {
  /** Where the pass starts, as in `loss.backward(gradient)`; 1 for a single number. */
  readonly gradient?: Tensor | null;
  /**
   * How many operations are explained, 24 unless given: of more, the first and the last. And how
   * many leaves.
   */
  readonly steps?: number;
}

/**
 * Tells what `loss.backward()` would do, step by step from the result to the leaves: the gradient
 * that arrives, the local derivative, what each input gets of it, and what is added to which
 * `.grad`. Nothing is changed, and the graph is not freed; hooks are not called. Tensors go by the
 * names that `named` gave them, others by their operations. Numbers are rounded to four digits, and
 * of large tensors only the first are shown.
 *
 * Throws a GradientError if the tensor does not require grad, if its graph was freed by backward(),
 * or if it is no single number and no gradient was given; an ArgumentError if `steps` is no whole
 * number from 2.
 *
 * @example
 * const w = tensor(3, { requiresGrad: true }).named("w");
 * const loss = w.mul(2).square().named("loss");
 * console.log(explain(loss)); // The backward pass of loss, in 3 steps.
 * // At each, the gradient g that arrives, times the local derivative, is passed on to the inputs.
 * //
 * // 1. loss = mul²
 * //    g = 1, to start with
 * //    ∂loss/∂mul = 2 · mul, so mul gets g · 2 · mul = 1 · 2 · 6 = 12
 * //    where mul = 6
 * // 2. mul = w · 2
 * //    g = 12, from loss
 * //    ∂mul/∂w = 2, so w gets g · 2 = 12 · 2 = 24
 * // 3. w is a leaf
 * //    w.grad becomes 24
 */
export function explain(loss: Tensor, options: ExplainOptions = {}): string {
  const { gradient, steps: most = 24 } = options;
  const graph = readGraph("explain", loss);
  if (!(Number.isInteger(most) && most >= 2)) {
    throw new ArgumentError(`explain: steps cannot be ${most}; pass a whole number from 2.`);
  }
  const labels = new Labels(graph, ["g"]);
  const shown = chosen(graph, most);
  const paragraphs: string[] = [];
  let skipped: GraphNode[] = [];
  const tellSkipped = (): void => {
    if (skipped.length === 0) return;
    paragraphs.push(`   … ${plural(skipped.length, "step")} more: ${writeTally(skipped)}`);
    skipped = [];
  };
  let count = 0;
  for (const step of wayBack("explain", graph, gradient)) {
    count += 1;
    if (!shown.has(step.node)) {
      skipped.push(step.node);
      continue;
    }
    tellSkipped();
    const lines = new Telling(step, labels).lines();
    const [first = "", ...others] = lines.map((line) => oneLine(line, 1000));
    paragraphs.push([`${count}. ${first}`, ...others.map((line) => `   ${line}`)].join("\n"));
  }
  tellSkipped();
  const name = labels.of(graph[0]!);
  return [
    `The backward pass of ${name}, in ${plural(count, "step")}.`,
    "At each, the gradient g that arrives, times the local derivative, is passed on to the inputs.",
    "",
    ...paragraphs,
  ].join("\n");
}

const plural = (count: number, noun: string): string =>
  `${writeCount(count)} ${noun}${count === 1 ? "" : "s"}`;

/** Of the operations the first and the last, of the leaves the first. */
function chosen(graph: readonly GraphNode[], most: number): Set<GraphNode> {
  const operations = graph.filter(({ op }) => op !== null);
  const leaves = graph.filter(({ op }) => op === null);
  if (operations.length <= most) return new Set([...operations, ...leaves.slice(0, most)]);
  const half = Math.floor(most / 2);
  const ends = [...operations.slice(0, most - half), ...operations.slice(-half)];
  return new Set([...ends, ...leaves.slice(0, most)]);
}

/** What a formula may be at most to be shown, and of how many inputs a step tells. */
const [MOST_CHARACTERS, MOST_INPUTS] = [120, 6] as const;

/** What is said of one step. */
class Telling {
  private readonly step: Step;
  private readonly labels: Labels;
  private readonly name: string;
  /** What the letters of the step's formulas stand for. */
  private readonly letters = new Map<string, GraphNode | null>();

  constructor(step: Step, labels: Labels) {
    const { node } = step;
    this.step = step;
    this.labels = labels;
    this.name = labels.of(node);
    const letters = node.inputs.length === 1 ? ["x"] : Array.from("abcdef");
    node.inputs.slice(0, letters.length).forEach((input, i) => {
      this.letters.set(letters[i]!, input);
    });
    this.letters.set("y", node);
  }

  lines(): string[] {
    const { node, g } = this.step;
    if (node.op === null) return [`${this.name} is a leaf`, ...this.gradLines()];
    const size = node.shape.length === 0 ? "" : `, of shape ${writeShape(node.shape)}`;
    const arrival = `g = ${writeValues(g)}, ${this.source()}`;
    const formulas = node.derivatives();
    const takers = node.inputs.flatMap((input, i) =>
      input === null || (input.op === null && input.leaf === null) ? [] : [[input, i] as const],
    );
    const shares = takers
      .slice(0, MOST_INPUTS)
      .map(([input, i]) => this.shareLine(input, i, formulas[i] ?? null));
    const more = takers.length - shares.length;
    if (more > 0) shares.push(`… and ${writeCount(more)} inputs more get their shares`);
    const text = this.write(node.formula()) ?? this.call();
    return [`${this.name} = ${text}${size}`, arrival, ...shares, ...this.valueLines(formulas)];
  }

  /** Where the gradient came from. */
  private source(): string {
    const names = [...new Set(this.step.from.map((node) => this.labels.of(node)))];
    if (names.length === 0) return "to start with";
    if (this.step.from.length === 1) return `from ${names[0]}`;
    const others = names.length > 4 ? [`${writeCount(names.length - 3)} others`] : names.slice(3);
    const list = [...names.slice(0, 3), ...others];
    const last = list.length === 1 ? "" : ` and ${list.pop()}`;
    const shares = plural(this.step.from.length, "share");
    return `the sum of ${shares}, from ${list.join(", ")}${last}`;
  }

  private gradLines(): string[] {
    const { node, g, from } = this.step;
    const before = node.leaf!.grad;
    const added = from.length > 1 ? `, ${this.source()}` : "";
    if (before === null) return [`${this.name}.grad becomes ${writeValues(g)}${added}`];
    const after = writeValues(before.detach().add(g));
    return [
      `${this.name}.grad was ${writeValues(before)}; ${writeValues(g)} is added${added}`,
      `${this.name}.grad becomes ${after}`,
    ];
  }

  private shareLine(input: GraphNode, i: number, derivative: Formula | null): string {
    const { node, shares } = this.step;
    const [name, share] = [this.labels.of(input), shares[i] ?? null];
    if (share === null) return `${name} gets nothing: ${node.op} has no derivative by it`;
    if (derivative !== null && isPutBack(derivative)) {
      return `${name} gets g, each element where it was taken from: ${writeValues(share)}`;
    }
    const local = derivative && localOf(derivative);
    const isSummed = local !== null && countOf(input.shape) < countOf(node.shape);
    const whole: Formula | null =
      isSummed && derivative !== null ? { op: "sum", of: [derivative] } : derivative;
    const slope = this.write(local);
    const place = node.inputs.filter((other) => other === input).length > 1 ? i + 1 : 0;
    const at = place === 0 ? "" : ` at place ${place}`;
    const because = slope === null ? "" : `∂${this.name}/∂${name}${at} = ${slope}, so `;
    const numbers = share.numel() === 1 ? this.inNumbers(whole) : null;
    const [text = "", ...letters] = this.write(whole)?.split(/ where (?=[uvwts] = )/) ?? [];
    const parts = [text, numbers, writeValues(share)].filter(
      (part) => part !== null && part !== "",
    );
    const distinct = parts.filter((part, position) => part !== parts[position - 1]);
    const why = isSummed ? [`summed to the shape ${writeShape(input.shape)} of ${name}`] : [];
    const remarks = [...letters.map((letter) => `where ${letter}`), ...why];
    return [`${because}${name} gets ${distinct.join(" = ")}`, ...remarks].join(", ");
  }

  /** The numbers of what is in the formulas. */
  private valueLines(formulas: readonly (Formula | null)[]): string[] {
    const used = new Set<Formula>();
    this.step.node.inputs.slice(0, MOST_INPUTS).forEach((input, i) => {
      const needed = this.step.shares[i] !== null && input !== null;
      if (needed && this.write(formulas[i] ?? null) !== null) collect(formulas[i]!, used);
    });
    const nodes = [...this.letters].flatMap(([letter, node]) =>
      used.has(letter) && node !== null && node.value !== null && !isNumber(node) ? [node] : [],
    );
    const texts = [...new Set(nodes)].map((node) => [
      this.labels.of(node),
      writeValues(node.value!),
    ]);
    return texts.map(([name, text], i) => `${i === 0 ? "where" : "and"} ${name} = ${text}`);
  }

  private write(formula: Formula | null): string | null {
    if (formula === null || !isKnown(formula)) return null;
    const names = [...this.letters].map(([letter, node]) => [letter, this.labels.of(node)]);
    return short(writeFormula(formula, Object.fromEntries(names) as Record<string, string>));
  }

  /** The formula with numbers for letters, where it is arithmetic with single numbers. */
  private inNumbers(formula: Formula | null): string | null {
    if (formula === null || !isKnown(formula)) return null;
    const used = new Set<Formula>();
    collect(formula, used);
    const stands = new Map<string, string>();
    const names: Record<string, string> = {};
    for (const letter of ["g", ...this.letters.keys()]) {
      if (!used.has(letter)) continue;
      const node = this.letters.get(letter) ?? null;
      const value = letter === "g" ? this.step.g : (node?.value ?? null);
      if (value === null || value.numel() !== 1 || value.dtype === "bool") return null;
      // Equal numbers are to stay apart, so each is put in after all has been written.
      names[letter] = String.fromCharCode(0xe000 + stands.size);
      const isPlain = node !== null && isNumber(node);
      stands.set(names[letter], isPlain ? this.labels.of(node) : writeNumber(value.item()));
    }
    const text = writeFormula(formula, names);
    const put = (mark: string): string => {
      const number = stands.get(mark) ?? mark;
      return number.startsWith("−") && text !== mark ? `(${number})` : number;
    };
    return short(text && text.replace(/[\uE000-\uE0FF]/g, put));
  }

  /** The operation and its inputs, where it has no formula. */
  private call(): string {
    const { op, inputs } = this.step.node;
    const names = inputs.slice(0, 8).map((input) => this.labels.of(input));
    return `${op}(${[...names, ...(inputs.length > 8 ? ["…"] : [])].join(", ")})`;
  }
}

const short = (text: string | null): string | null =>
  text === null || text.length > MOST_CHARACTERS ? null : text;

const countOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** All parts of a formula. */
function collect(formula: Formula, into: Set<Formula>): void {
  into.add(formula);
  if (typeof formula === "object") for (const part of formula.of) collect(part, into);
}

/** Whether a reader may know all that is in it: not how parts are put back into a whole. */
function isKnown(formula: Formula): boolean {
  if (typeof formula !== "object") return true;
  const { op, of, args } = formula;
  // A view that is told no arguments is laid out as something that was there before.
  const isCall = op !== "view" || args !== undefined;
  return isCall && (primitives.has(op) || op in Tensor.prototype) && of.every(isKnown);
}

const primitives = new Set(["where", "max", "min", "mod", "and", "or", "not"]);

const isPutBack = (formula: Formula): boolean =>
  typeof formula === "object" && formula.op === "addThrough" && formula.of[0] === "g";

/** Operations that scale a gradient, one element at a time, and at which operands it may stand. */
const linear = new Map([
  ["mul", [0, 1]],
  ["div", [0]],
  ["neg", [0]],
  ["add", [0, 1]],
  ["sub", [0, 1]],
  ["where", [1, 2]],
]);

/** The derivative of one element by one: a share for g = 1, where `g` only is a factor in it. */
function localOf(formula: Formula): Formula | null {
  if (formula === "g") return 1;
  if (typeof formula !== "object") return formula;
  const places = linear.get(formula.op);
  let isLocal = true;
  const of = formula.of.map((part, i) => {
    const inside = new Set<Formula>();
    collect(part, inside);
    if (!inside.has("g")) return part;
    const local = places?.includes(i) === true ? localOf(part) : null;
    isLocal &&= local !== null;
    return local ?? part;
  });
  return isLocal ? { ...formula, of } : null;
}
