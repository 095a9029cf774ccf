/**
 * The backward pass as a list: at each step the gradient that arrives, the local derivatives, and
 * what each input gets. The formulas are derived from the operations' records
 * (`@nabla/core/inspect`), the numbers are those that backward() computes; all is text, ready to be
 * shown. Not here: the sentences (explain.ts), how a formula is written (formula.ts), how the pass
 * goes (way-back.ts).
 */
import { Tensor } from "@nabla/core";
import type { Formula, GraphNode } from "@nabla/core/inspect";

import { writeFormula } from "./formula.js";
import { isNumber, Labels, writeNumber, writeShape, writeValues } from "./labels.js";
import type { Model } from "./labels.js";
import { readGraph, wayBack } from "./way-back.js";
import type { Step } from "./way-back.js";

/** What `backwardSteps` is told. */
export interface BackwardOptions {
  /** A model, after whose parameters leaves are named. */
  readonly model?: Model;
  /** Where the pass starts, as in `loss.backward(gradient)`; 1 for a single number. */
  readonly gradient?: Tensor | null;
}

/** What one input gets. */
export interface BackwardShare {
  /** The name of the input. */
  readonly to: string;
  /** Which place it has among the inputs, from 1, where it has several; 0 where it has one. */
  readonly place: number;
  /** The local derivative, of the result by this input; `null` where none can be written. */
  readonly derivative: string | null;
  /** The product of `g` and that: as a formula, and with the numbers put in. */
  readonly formula: string | null;
  readonly numbers: string | null;
  /** Letters in `formula` that stand for longer parts: `u = …`. */
  readonly letters: readonly string[];
  /** Its value; `null` where there is no derivative. */
  readonly value: string | null;
  /** The shape to which the product was summed, where the input had been broadcast. */
  readonly summedTo: string | null;
  /** Whether each element goes back to where it was taken from, which no formula says. */
  readonly isPutBack: boolean;
}

/** One step of the backward pass. */
export interface BackwardStep {
  /** Its number among the boxes of `graph`, where nothing is folded. */
  readonly box: number;
  /** What it is called. */
  readonly name: string;
  /** The operation; `null` of leaves. */
  readonly op: string | null;
  /** What was computed; `null` of leaves. */
  readonly formula: string | null;
  readonly shape: readonly number[];
  /** The gradient that arrives: the derivative of the result by this. */
  readonly g: string;
  /** Who passed on each part of it; empty where it starts. */
  readonly from: readonly string[];
  readonly shares: readonly BackwardShare[];
  /** How many inputs more get shares. */
  readonly more: number;
  /** The numbers of what is in the formulas. */
  readonly values: readonly (readonly [name: string, value: string])[];
  /** Of a leaf: its `.grad` before, and after. */
  readonly grad: { readonly before: string | null; readonly after: string } | null;
}

/**
 * What `loss.backward()` would do, as a list, for those who show it in a way of their own;
 * `explain` puts it in words. Nothing is changed.
 *
 * Throws a GradientError if the tensor does not require grad, if its graph was freed by backward(),
 * or if it is no single number and no gradient was given.
 *
 * @example
 * const w = tensor(3, { requiresGrad: true }).named("w");
 * const [square, product, leaf] = backwardSteps(w.mul(2).square());
 * square.shares[0].derivative // 2 · mul
 * product.shares[0].numbers // 12 · 2
 * leaf.grad // { before: null, after: '24' }
 */
export function backwardSteps(
  loss: Tensor,
  { gradient, model }: BackwardOptions = {},
): BackwardStep[] {
  const graph = readGraph("backwardSteps", loss);
  const labels = new Labels(graph, { reserved: ["g"], model });
  const boxes = new Map(graph.map((node, i) => [node, i]));
  return Array.from(wayBack("backwardSteps", graph, gradient), (step) =>
    tell(step, labels, boxes.get(step.node)!),
  );
}

/** What is known of one step. */
export function tell(step: Step, labels: Labels, box: number): BackwardStep {
  return new Telling(step, labels).tell(box);
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

  tell(box: number): BackwardStep {
    const { node, g, from } = this.step;
    const { op, shape, leaf } = node;
    const formulas = node.derivatives();
    const takers = node.inputs.flatMap((input, i) =>
      input === null || (input.op === null && input.leaf === null) ? [] : [[input, i] as const],
    );
    const shares = takers
      .slice(0, MOST_INPUTS)
      .map(([input, i]) => this.share(input, i, formulas[i] ?? null));
    const before = leaf?.grad?.detach() ?? null;
    return {
      box,
      name: this.name,
      op,
      formula: op === null ? null : (this.write(node.formula()) ?? this.call()),
      shape,
      g: writeValues(g),
      from: from.map((other) => this.labels.of(other)),
      shares,
      more: takers.length - shares.length,
      values: this.values(formulas),
      grad: leaf && {
        before: before && writeValues(before),
        after: writeValues(before === null ? g : before.add(g)),
      },
    };
  }

  private share(input: GraphNode, i: number, derivative: Formula | null): BackwardShare {
    const { node, shares } = this.step;
    const share = shares[i] ?? null;
    const local = derivative && localOf(derivative);
    const isSummed = local !== null && countOf(input.shape) < countOf(node.shape);
    const whole: Formula | null =
      isSummed && derivative !== null ? { op: "sum", of: [derivative] } : derivative;
    const [formula = null, ...letters] = this.write(whole)?.split(/ where (?=[uvwts] = )/) ?? [];
    return {
      to: this.labels.of(input),
      place: node.inputs.filter((other) => other === input).length > 1 ? i + 1 : 0,
      derivative: this.write(local),
      formula,
      numbers: share?.numel() === 1 ? this.inNumbers(whole) : null,
      letters,
      value: share && writeValues(share),
      summedTo: isSummed ? writeShape(input.shape) : null,
      isPutBack: derivative !== null && isPutBack(derivative),
    };
  }

  private values(formulas: readonly (Formula | null)[]): (readonly [string, string])[] {
    const used = new Set<Formula>();
    this.step.node.inputs.slice(0, MOST_INPUTS).forEach((input, i) => {
      const needed = this.step.shares[i] !== null && input !== null;
      if (needed && this.write(formulas[i] ?? null) !== null) collect(formulas[i]!, used);
    });
    const nodes = [...this.letters].flatMap(([letter, node]) =>
      used.has(letter) && node !== null && node.value !== null && !isNumber(node) ? [node] : [],
    );
    return [...new Set(nodes)].map((node) => [this.labels.of(node), writeValues(node.value!)]);
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
