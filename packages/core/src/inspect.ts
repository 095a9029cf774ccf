/**
 * `@nabla/core/inspect`: for those who show what the library does. What an operation computes and
 * its derivatives, as formulas that are derived from its record by running it on placeholders; and
 * the graph behind a tensor, in the order in which backward() goes through it. Not here: how a
 * formula is written, which is in `@nabla/viz/formula`.
 */
import "./engine.js";
import { fit, SavedValues } from "./autograd.js";
import { listening } from "./debug.js";
import { construct } from "./graph/construct.js";
import type { DType } from "./graph/dtype.js";
import { mode, noGrad } from "./graph/mode.js";
import { nameOf } from "./graph/names.js";
import { Node, plainNumber } from "./graph/node.js";
import type { Operation } from "./graph/node.js";
import type { Origin } from "./graph/origin.js";
import { countElements } from "./graph/shape.js";
import type { Kernel } from "./kernel/kernel.js";
import type { Expression } from "./kernel/scalar.js";
import * as contractions from "./ops/contract.js";
import { where } from "./ops/copy.js";
import type { Op, Row, Saved } from "./ops/define.js";
import * as functions from "./ops/functions.js";
import * as reductions from "./ops/reductions.js";
import { elements } from "./schedule/flush.js";
import type { Tensor } from "./tensor.js";

/**
 * A formula: a letter, a number, or an operation on formulas. The letters: `x` the only input (`a`,
 * `b`, `c` in order where there are several), `y` the result, `g` the gradient that comes in, `n`
 * how many elements become one; `constant` stands for a tensor that was there before. The
 * operations go by the names of methods, but for `where`, which has its condition first, and for
 * the scalar primitives that are no methods: `max`, `min`, `mod`, `and`, `or`, `not`.
 */
export type Formula = string | number | Application;

/** An operation on formulas. */
export interface Application {
  readonly op: string;
  readonly of: readonly Formula[];
  /** What a movement or an algorithm was given besides. */
  readonly args?: readonly unknown[];
}

const apply = (op: string, of: readonly Formula[], args: readonly unknown[] = []): Application =>
  args.length === 0 ? { op, of } : { op, of, args };

/** What a kernel computes of these operands. */
function ofKernel({ expression, fold, epilogue }: Kernel, operands: readonly Formula[]): Formula {
  const value = ofExpression(expression, operands);
  const folded = fold === null ? value : apply(fold, [value]);
  return epilogue === null ? folded : ofExpression(epilogue, [folded, "n"]);
}

function ofExpression(e: Expression, operands: readonly Formula[]): Formula {
  if (e.kind === "operand") return operands[e.index]!;
  if (e.kind === "constant") return e.value;
  const of = e.arguments.map((argument) => ofExpression(argument, operands));
  const [wasTruth, isTruth] = [e.arguments[0]!.dtype === "bool", e.dtype === "bool"];
  if (e.op === "cast") {
    if (wasTruth === isTruth) return of[0]!;
    return isTruth ? apply("ne", [of[0]!, 0]) : apply("where", [of[0]!, 1, 0]);
  }
  const digits = { and: "bitwiseAnd", or: "bitwiseOr" }[e.op as string];
  return apply(digits === undefined || isTruth ? e.op : digits, of);
}

/** What a placeholder stands for. */
type Kind = Pick<Tensor, "shape" | "dtype">;

/** Placeholders of records are matrices of this size: a count of elements is known by its value. */
const SIZE = 97;
const COUNTS = new Map<number, Formula>([
  [SIZE, "n"],
  [SIZE ** 2, "n"],
  [SIZE ** 2 - 1, apply("sub", ["n", 1])],
]);

/** They change no number, only its type, and formulas say nothing of it... */
const CONVERSIONS = new Set(["to", "clone"]);
/** ...and derivatives nothing of these, which bring gradients into the shapes of the inputs. */
const SHAPES = new Set([...CONVERSIONS, "reshape", "view", "expand", "squeeze", "unsqueeze"]);

/** The operations that are what their name says; what others are is in their kernels. */
const named = new Set<Operation | undefined>(
  [functions, reductions, contractions].flatMap((table: object) =>
    (Object.values(table) as { readonly op?: Operation }[]).map(({ op }) => op),
  ),
);

/** Reads what is made of placeholders: it is recorded, and never runs. */
class Reading {
  private readonly known = new Map<Node, Formula>();
  private readonly silent: ReadonlySet<string>;
  private readonly counts: ReadonlyMap<number, Formula>;

  constructor(silent: ReadonlySet<string>, counts: ReadonlyMap<number, Formula>) {
    this.silent = silent;
    this.counts = counts;
  }

  placeholder(name: string, { shape, dtype }: Kind): Tensor {
    const work = (): never => {
      throw new Error(`${name} stands for a tensor and has no elements`);
    };
    const node = new Node({ name, work }, [], null, dtype, { shape });
    this.known.set(node, name);
    return construct.tensor(node, null);
  }

  /** What a function gives; whatever does not depend on placeholders is computed as always. */
  read(run: () => Tensor | null): [node: Node | null, formula: Formula | null] {
    const { onRecord, onWrite } = mode;
    const listener = (node: Node): void => {
      if (node.inputs.some((input) => this.known.has(input))) this.known.set(node, this.made(node));
      else onRecord(node);
    };
    // What is written into a placeholder must not wait for the next flush: it cannot run.
    mode.onWrite = (storage) => {
      if (!this.known.has(storage.node)) onWrite(storage);
    };
    try {
      const node = noGrad(() => listening(listener, run))?.node ?? null;
      return [node, node && this.of(node)];
    } finally {
      mode.onWrite = onWrite;
    }
  }

  /** The formula of a value that no placeholder is in is a number, if all elements are that. */
  private of(node: Node): Formula {
    const known = this.known.get(node);
    if (known !== undefined) return known;
    const values: ArrayLike<number> = elements(node);
    const first = values[0] ?? NaN;
    for (let i = 1; i < values.length; i++) if (!Object.is(values[i], first)) return "constant";
    return this.counts.get(first) ?? first;
  }

  /** All that is known here of how operations are recorded. */
  made(node: Node): Formula {
    const { operation, inputs, attributes, shape } = node;
    const of = inputs.map((input) => this.of(input));
    const [after, before] = [countElements(shape), countElements(inputs[0]!.shape)];
    if (this.silent.has(operation.name) && after >= before) return of[0]!;
    if (operation.name === "sum" && after === before) return of[0]!;
    if (operation === where.op) return apply("where", [of[2]!, of[0]!, of[1]!]);
    const kernel = kernelOf(node);
    if (kernel !== null && !named.has(operation)) return ofKernel(kernel, of);
    const args = kernel === null ? argumentsOf(attributes) : [];
    const ends = args.map((dim) => (Number(dim) + shape.length) % shape.length);
    const isLast = ends.includes(shape.length - 1) && ends.includes(shape.length - 2);
    return operation.name === "transpose" && isLast
      ? apply("mT", of)
      : apply(operation.name, of, args);
  }
}

/** What a node computes, if it is neither a view nor an algorithm. */
function kernelOf(node: Node): Kernel | null {
  const work = node.operation.work?.(node);
  return work?.kind === "kernel" ? work.kernel : null;
}

/** In order, or by their names; places in memory say nothing. */
function argumentsOf(attributes: unknown): unknown[] {
  if (Array.isArray(attributes)) return attributes.filter((value) => value !== undefined);
  const entries = Object.entries(attributes ?? {}).filter(([, value]) => typeof value !== "object");
  const isLayout = Object.hasOwn(attributes ?? {}, "strides");
  return entries.length === 0 || isLayout ? [] : [Object.fromEntries(entries)];
}

const letters = (count: number): string[] =>
  count === 1 ? ["x"] : Array.from({ length: count }, (_, i) => String.fromCharCode(97 + i));

/** What cannot be derived, such as what looks at the numbers, has no formula. */
function attempt<T>(run: () => T): T | null {
  try {
    return run();
  } catch {
    return null;
  }
}

/** A record, such as `tanh`, or any function of tensors. */
export type Inspected = ((...inputs: never[]) => unknown) &
  Partial<Pick<Row<[]>, "op" | "samples">>;

const operandsOf = ({ samples, length }: Inspected): number => samples?.length ?? length;

/** What an operation records when it is called with placeholders, and how that reads. */
function call(of: Inspected, operands: number): [node: Node, formula: Formula] | null {
  const names = letters(operands);
  const callWith = (dtype: DType): [Node, Formula] => {
    const reading = new Reading(CONVERSIONS, COUNTS);
    // Of three operands of a record the one in the middle is a condition.
    const isCondition = (i: number): boolean => of.samples?.length === 3 && i === 1;
    const inputs = names.map((name, i) =>
      reading.placeholder(name, { shape: [SIZE, SIZE], dtype: isCondition(i) ? "bool" : dtype }),
    );
    return reading.read(() => of(...(inputs as never[])) as Tensor) as [Node, Formula];
  };
  return attempt(() => callWith("float64")) ?? attempt(() => callWith("int32"));
}

/**
 * What an operation computes. Of a record it is what its kernel makes of one element, or of all
 * (`sum`); of any other function of tensors, what it is made of. `null` where there is no formula:
 * of views, of algorithms, and of what needs more than tensors. `operands` is how many tensors it
 * is called with, where not all that it takes: square matrices of size 97.
 * @example
 * formulaOf(square) // { op: 'mul', of: [ 'x', 'x' ] }
 * formulaOf((x: Tensor) => x.exp().log()) // { op: 'log', of: [ { op: 'exp', of: [Array] } ] }
 */
export function formulaOf(operation: Inspected, operands = operandsOf(operation)): Formula | null {
  const called = call(operation, operands);
  if (called === null || operation.op === undefined) return called && called[1];
  const kernel = kernelOf(called[0]);
  return kernel && ofKernel(kernel, letters(called[0].inputs.length));
}

/**
 * What each input of a record gets of the gradient `g`: `g` times the derivative by it. `null`
 * where there is none, or none that is a formula.
 * @example
 * derivativesOf(exp) // [ { op: 'mul', of: [ 'g', 'y' ] } ]
 */
export function derivativesOf(record: Inspected): (Formula | null)[] {
  const node = call(record, operandsOf(record))?.[0];
  return node ? derive(node.operation as Op, node.attributes, [...node.inputs, node], COUNTS) : [];
}

/** What a call computes, in letters, given the kinds of its inputs and of its result. */
function recorded(op: Op, attributes: unknown, kinds: readonly Kind[]): Formula | null {
  const names = letters(kinds.length - 1);
  return attempt(() => {
    const reading = new Reading(CONVERSIONS, new Map());
    const inputs = names.map((name, i) => reading.placeholder(name, kinds[i]!).node);
    const { shape, dtype } = kinds.at(-1)!;
    return reading.made(new Node(op, inputs, attributes, dtype, { shape }));
  });
}

/** Runs the vjps of a call, given the kinds of its inputs and of its result. */
function derive(
  { name, vjps }: Op,
  attributes: unknown,
  kinds: readonly Kind[],
  counts: ReadonlyMap<number, Formula>,
): (Formula | null)[] {
  // In float64 the numbers of a vjp are those that were written.
  const exact = ({ shape, dtype }: Kind): Kind => ({
    shape,
    dtype: dtype === "float32" ? "float64" : dtype,
  });
  // No derivative asks for more inputs than three.
  const names = letters(kinds.length - 1).slice(0, 3);
  return (vjps ?? []).map((vjp, i) =>
    attempt(() => {
      // Of what only moves elements the way back is another move: that is all there is to say.
      const reading = new Reading(SHAPES.has(name) ? CONVERSIONS : SHAPES, counts);
      const stand = (name: string, kind: Kind): Tensor => reading.placeholder(name, exact(kind));
      const [a, b, c] = names.map((name, at) => stand(name, kinds[at]!));
      const y = stand("y", kinds.at(-1)!);
      const saved = { x: a, a, b, c, y, shape: kinds[i]!.shape, attributes };
      const g = reading.placeholder("g", exact(kinds.at(-1)!));
      return reading.read(() => vjp?.(g, saved as Saved) ?? null)[1];
    }),
  );
}

/** One step on the way back: a tensor that was computed, a leaf, or a constant. */
export interface GraphNode extends Kind {
  /** The name of the operation; `null` for leaves and constants. */
  readonly op: string | null;
  /** What `named` called it; a plain number has itself for a name. */
  readonly name: string | null;
  /** What it was computed from; `null` for a constant of which nothing was kept. */
  readonly inputs: readonly (GraphNode | null)[];
  /** The leaf whose `.grad` the gradient is added to. */
  readonly leaf: Tensor | null;
  /**
   * Its value, if a derivative needs it or `keepValues` was called; `null` else, and once
   * backward() has freed the graph.
   */
  readonly value: Tensor | null;
  /** What was computed, of the inputs as letters; `null` of leaves and constants. */
  formula(): Formula | null;
  /** As `derivativesOf`, for this very call. */
  derivatives(): (Formula | null)[];
  /** What input `i` gets of the gradient `g` of this node. */
  share(i: number, g: Tensor): Tensor | null;
}

/**
 * From now on every operation keeps its inputs and its result, not only what its derivative needs,
 * so that `graphOf` knows all values; `keepValues(false)` ends it. For looking, not for training:
 * it takes memory.
 * @example
 * const w = tensor(3, { requiresGrad: true });
 * graphOf(w.add(1).neg())[1].value // null
 * keepValues();
 * graphOf(w.add(1).neg())[1].value // tensor(4., gradFn=<add>)
 * keepValues(false);
 */
export function keepValues(keep = true): void {
  mode.keepsValues = keep;
}

/**
 * The graph behind a tensor: itself first, and then every tensor it was computed from that requires
 * grad, none before what was computed from it. This is the order in which backward() goes.
 * Constants are only among inputs. Empty where the tensor does not require grad.
 * @example
 * const w = tensor(3, { requiresGrad: true });
 * const [loss, product, leaf] = graphOf(w.mul(2).square());
 * loss.op // square
 * loss.inputs[0] === product // true
 * product.derivatives() // [ { op: 'mul', of: [ 'g', 'b' ] }, { op: 'mul', of: [ 'g', 'a' ] } ]
 * product.inputs[1].value // tensor(2.)
 * product.share(0, tensor(12)) // tensor(24.)
 * leaf.leaf === w // true
 */
export function graphOf(x: Tensor): GraphNode[] {
  if (x.origin === null) return [];
  // A set is walked in the order of insertion, and what is inserted meanwhile is walked too.
  const seen = new Set([x.origin]);
  for (const { inputs } of seen) for (const input of inputs) if (input !== null) seen.add(input);
  const order = [...seen].sort((a, b) => b.time - a.time);
  const values = new Map<Origin, Tensor>();
  for (const origin of order) {
    [...origin.inputs, origin].forEach((of, i) => {
      const node = origin.value(i);
      if (of !== null && node !== null) values.set(of, construct.tensor(node, of));
    });
    if (origin.leaf !== null) values.set(origin, origin.leaf);
  }
  values.set(x.origin, x);
  const nodes = new Map<Origin, GraphNode>();
  const constants = new Map<Node, GraphNode>();
  for (const origin of order.reverse()) {
    const { op, shape, dtype, leaf, attributes } = origin;
    const inputs = origin.inputs.map((input, i) =>
      input === null ? constant(origin.value(i), constants) : nodes.get(input)!,
    );
    const kinds = [...inputs.map((input) => input ?? origin), origin];
    nodes.set(origin, {
      op: op?.name ?? null,
      name: nameOf(leaf ?? origin),
      shape,
      dtype,
      inputs,
      leaf,
      value: values.get(origin) ?? null,
      formula: () => op && recorded(op, attributes, kinds),
      derivatives: () => (op === null ? [] : derive(op, attributes, kinds, new Map())),
      share: (i, g) => noGrad(() => shareOf(origin, i, g)),
    });
  }
  return [...nodes.values()].reverse();
}

function shareOf(origin: Origin, i: number, g: Tensor): Tensor | null {
  const input = origin.inputs[i] ?? null;
  const share = input && origin.op?.vjps?.[i]?.(g, new SavedValues(origin, i));
  return share ? fit(share, input, origin) : null;
}

/** One for each value, but for plain numbers, which are the same by chance. */
function constant(node: Node | null, known: Map<Node, GraphNode>): GraphNode | null {
  if (node === null) return null;
  const { shape, dtype, operation } = node;
  const isPlain = operation === plainNumber;
  const none = { op: null, inputs: [], leaf: null, share: () => null };
  const made = known.get(node) ?? {
    ...none,
    name: isPlain ? String(elements(node)[0]) : nameOf(node),
    shape,
    dtype,
    value: construct.tensor(node, null),
    formula: () => null,
    derivatives: () => [],
  };
  if (!isPlain) known.set(node, made);
  return made;
}
