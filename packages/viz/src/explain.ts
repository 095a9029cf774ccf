/**
 * The backward pass in words: the sentences, and how many of them. Not here: what they say
 * (backward-steps.ts, read it next), how the pass goes (way-back.ts).
 */
import { ArgumentError } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import type { GraphNode } from "@nabla/core/inspect";

import { tell } from "./backward-steps.js";
import type { BackwardOptions, BackwardShare, BackwardStep } from "./backward-steps.js";
import { Labels, writeCount, writeShape, writeTally } from "./labels.js";
import { oneLine } from "./text.js";
import { readGraph, wayBack } from "./way-back.js";

/** What `explain` is told. */
export interface ExplainOptions extends BackwardOptions {
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
 * //    ∂loss/∂mul = 2 · mul, so mul gets 2 · g · mul = 2 · 1 · 6 = 12
 * //    where mul = 6
 * // 2. mul = w · 2
 * //    g = 12, from loss
 * //    ∂mul/∂w = 2, so w gets g · 2 = 12 · 2 = 24
 * // 3. w is a leaf
 * //    w.grad becomes 24
 */
export function explain(loss: Tensor, options: ExplainOptions = {}): string {
  const { gradient, steps: most = 24, model } = options;
  const graph = readGraph("explain", loss);
  if (!(Number.isInteger(most) && most >= 2)) {
    throw new ArgumentError(`explain: steps cannot be ${most}; pass a whole number from 2.`);
  }
  const labels = new Labels(graph, { reserved: ["g"], model });
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
    const lines = linesOf(tell(step, labels, count - 1));
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

/** What is said of one step. */
function linesOf(step: BackwardStep): string[] {
  const { name, formula, shape, g, shares, more, values, grad } = step;
  if (grad !== null) return [`${name} is a leaf`, ...gradLines(step)];
  const size = shape.length === 0 ? "" : `, of shape ${writeShape(shape)}`;
  const others = more > 0 ? [`… and ${writeCount(more)} inputs more get their shares`] : [];
  const stands = values.map(([of, value], i) => `${i === 0 ? "where" : "and"} ${of} = ${value}`);
  return [
    `${name} = ${formula}${size}`,
    `g = ${g}, ${sourceOf(step)}`,
    ...shares.map((share) => shareLine(share, step)),
    ...others,
    ...stands,
  ];
}

/** Where the gradient came from. */
function sourceOf({ from }: BackwardStep): string {
  const names = [...new Set(from)];
  if (names.length === 0) return "to start with";
  if (from.length === 1) return `from ${names[0]}`;
  const others = names.length > 4 ? [`${writeCount(names.length - 3)} others`] : names.slice(3);
  const list = [...names.slice(0, 3), ...others];
  const last = list.length === 1 ? "" : ` and ${list.pop()}`;
  return `the sum of ${plural(from.length, "share")}, from ${list.join(", ")}${last}`;
}

function gradLines(step: BackwardStep): string[] {
  const { name, g, from, grad } = step;
  const { before, after } = grad!;
  const added = from.length > 1 ? `, ${sourceOf(step)}` : "";
  if (before === null) return [`${name}.grad becomes ${g}${added}`];
  return [`${name}.grad was ${before}; ${g} is added${added}`, `${name}.grad becomes ${after}`];
}

function shareLine(share: BackwardShare, { name, op }: BackwardStep): string {
  const { to, place, derivative, formula, numbers, letters, value, summedTo, isPutBack } = share;
  if (value === null) return `${to} gets nothing: ${op} has no derivative by it`;
  if (isPutBack) return `${to} gets g, each element where it was taken from: ${value}`;
  const at = place === 0 ? "" : ` at place ${place}`;
  const because = derivative === null ? "" : `∂${name}/∂${to}${at} = ${derivative}, so `;
  const parts = [formula, numbers, value].filter((part) => part !== null);
  const distinct = parts.filter((part, position) => part !== parts[position - 1]);
  const why = summedTo === null ? [] : [`summed to the shape ${summedTo} of ${to}`];
  const remarks = [...letters.map((letter) => `where ${letter}`), ...why];
  return [`${because}${to} gets ${distinct.join(" = ")}`, ...remarks].join(", ");
}
