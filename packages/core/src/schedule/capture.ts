/**
 * The policy under which a step is captured: nodes are written down, and nothing runs. With them it
 * notes what each value that was there before is (an argument, what a storage holds, a gradient, a
 * number or random numbers made anew), so that a replay can look for it again; what happens
 * besides; and what all of it rests on. Not here: replaying (schedule/replay.ts).
 */
import { CompileError } from "../errors.js";
import { HostNumber } from "../graph/capture.js";
import type { Capture } from "../graph/capture.js";
import { construct, scalar } from "../graph/construct.js";
import type { DType, TypedArray } from "../graph/dtype.js";
import { mode } from "../graph/mode.js";
import { Node, plainNumber } from "../graph/node.js";
import type { Origin } from "../graph/origin.js";
import { formatShape } from "../graph/shape.js";
import type { Storage } from "../graph/storage.js";
import type { Tensor } from "../tensor.js";
import { elements, runNow } from "./flush.js";
import type { Policy } from "./flush.js";
import { Round } from "./round.js";

/** Where a replay finds a value that was there before the step. */
export type Source =
  | { readonly kind: "constant"; readonly node: Node }
  | { readonly kind: "argument"; readonly index: number }
  | { readonly kind: "storage"; readonly storage: Storage }
  | { readonly kind: "tensor"; readonly tensor: Tensor }
  | { readonly kind: "gradient"; readonly parameter: Tensor }
  | { readonly kind: "number"; readonly index: number; readonly dtype: DType }
  | { readonly kind: "draw"; readonly index: number }
  /** A part of another one, `by` elements behind its beginning. */
  | { readonly kind: "view"; readonly of: Node; readonly by: number };

/** What a replay checks before anything happens. */
export interface Guard {
  readonly on: string;
  readonly read: (nodeOf: (leaf: Node) => Node) => unknown;
  readonly value: unknown;
}

/** What happens at each replay; what comes of it is the number at that place, if not at -1. */
interface Happening {
  readonly run: () => unknown;
  readonly number: number;
  last: number;
}

/** A tensor whose gradient the step may change, and what it was before. */
export interface Concern {
  readonly parameter: Tensor;
  readonly before: Tensor | null;
}

export class Capturing implements Capture {
  readonly round = new Round();
  readonly nodes: Node[] = [];
  /** The inputs of nodes, which running empties. */
  readonly sources = new Map<Node, Source>();
  readonly guards: Guard[] = [];
  /** What happens at each replay, in order; what numbers and draws have come to. */
  readonly happenings: Happening[] = [];
  readonly numbers: number[];
  readonly drawings: TypedArray[] = [];
  /** Tensors that were there before, and their hooks: `undefined` of what requires no grad. */
  readonly closedOver = new Map<Tensor, Origin["hooks"] | undefined>();
  readonly concerned = new Map<Tensor, Concern>();
  /** Storages that were there before and are written. */
  readonly written = new Set<Storage>();
  /** Storages whose elements the step rests on. */
  private readonly frozen = new Map<Storage, string>();
  private readonly outer: Policy;
  private readonly arguments: readonly Tensor[];
  private readonly argumentStorages: Map<Storage, number>;
  private readonly gradients = new Map<Storage, Tensor>();
  private readonly drawn = new Map<TypedArray, number>();
  private isDrawing = false;

  constructor(outer: Policy, args: readonly Tensor[], numbers: readonly number[]) {
    this.outer = outer;
    this.arguments = args;
    this.numbers = [...numbers];
    this.argumentStorages = new Map(args.map((tensor, i) => [tensor.storage, i]));
  }

  /** Runs a function while everything it does is written down here. */
  watch<Result>(run: () => Result): Result {
    const { onRecord, onKeep, onWrite, onReuse } = mode;
    mode.capture = this;
    mode.onRecord = (node, tensors) => this.record(node, tensors);
    mode.onWrite = (storage) => this.write(storage);
    mode.onKeep = mode.onReuse = () => {};
    try {
      const result = run();
      this.checkEnd();
      return result;
    } catch (error) {
      this.giveUp();
      throw error;
    } finally {
      mode.capture = null;
      Object.assign(mode, { onRecord, onKeep, onWrite, onReuse });
    }
  }

  /** What was recorded goes the ordinary way, as if nobody had wanted to capture it. */
  private giveUp(): void {
    mode.capture = null;
    for (const node of this.nodes) this.outer.record(node);
    for (const storage of this.written) this.outer.write(storage);
    for (const { gradient } of this.concerned.keys()) {
      if (gradient.tensor !== null) this.outer.keep(gradient.tensor.node);
    }
  }

  // What is recorded.

  record(node: Node, tensors: readonly Tensor[] = []): void {
    const { inputs } = node;
    for (let i = 0; i < inputs.length; i++) {
      if (inputs[i]!.round !== this.round) this.used(inputs[i]!, tensors[i]!);
    }
    if (node.operation.work === null && inputs[0]!.buffer !== null) {
      const [of] = inputs as [Node];
      runNow(node);
      this.sources.set(node, { kind: "view", of, by: node.offset - of.offset });
      return;
    }
    node.round = this.round;
    node.slot = this.nodes.push(node) - 1;
  }

  write(storage: Storage): void {
    if (this.touchedBefore.has(storage)) this.written.add(storage);
  }

  // What was there before.

  made(node: Node, array: TypedArray): void {
    const index = this.drawn.get(array);
    this.sources.set(
      node,
      index === undefined ? { kind: "constant", node } : { kind: "draw", index },
    );
  }

  used(node: Node, tensor: Tensor): void {
    if (node.round === this.round || this.sources.has(node)) return;
    if (node.operation === plainNumber) this.sources.set(node, { kind: "constant", node });
    else this.sources.set(node, this.sourceOf(node, tensor));
    if (node.buffer === null) this.outer.realize([node]);
  }

  private sourceOf(node: Node, tensor: Tensor): Source {
    const { ownOrigin: origin, storage } = tensor;
    if (tensor.isFixed || (origin !== null && origin.leaf === null)) {
      throw new CompileError(
        `compile: a tensor of shape ${formatShape(node.shape)} was computed outside of the ` +
          "compiled function and requires grad; backward() would go through a graph that is not " +
          "made anew at each call. Compute it inside, or detach() it.",
      );
    }
    if (origin !== null) this.concerns([tensor]);
    this.closedOver.set(tensor, origin?.hooks);
    const index = this.argumentStorages.get(storage);
    if (index !== undefined && node === this.arguments[index]!.contents) {
      return { kind: "argument", index };
    }
    const parameter = this.gradients.get(storage);
    if (parameter !== undefined && node === storage.node) return { kind: "gradient", parameter };
    if (node !== storage.node) return { kind: "tensor", tensor };
    return { kind: "storage", storage };
  }

  private readonly touchedBefore = new Set<Storage>();

  touched(storage: Storage, name: string): void {
    const { node } = storage;
    if (this.argumentStorages.has(storage)) {
      this.refuse(
        `${name} on an argument`,
        "write into a tensor that the function closes over, or return the new value",
      );
    }
    if (node.round === this.round) return;
    const source = this.sources.get(node);
    if (source === undefined || source.kind === "tensor") {
      const parameter = this.gradients.get(storage);
      this.sources.set(
        node,
        parameter === undefined ? { kind: "storage", storage } : { kind: "gradient", parameter },
      );
      if (node.buffer === null) this.outer.realize([node]);
    } else if (source.kind === "constant" || source.kind === "draw") return;
    this.touchedBefore.add(storage);
  }

  concerns(parameters: Iterable<Tensor>): void {
    for (const parameter of parameters) {
      if (this.concerned.has(parameter)) continue;
      const before = parameter.gradient.tensor;
      this.concerned.set(parameter, { parameter, before });
      if (before !== null) this.gradients.set(before.storage, parameter);
    }
  }

  /** The tensor of whose gradient these were the elements before the step. */
  gradientOf(storage: Storage): Tensor | undefined {
    return this.gradients.get(storage);
  }

  // What happens besides.

  number(read: () => number): number {
    const index = this.numbers.push(this.aside(read)) - 1;
    this.happenings.push({ run: read, number: index, last: NaN });
    return this.argument(index);
  }

  /** The number at that place, as an operand. */
  argument(index: number): number {
    const made = new Map<DType, Tensor>();
    const of = (dtype: DType): Tensor => {
      let tensor = made.get(dtype);
      if (tensor === undefined) {
        if (dtype !== "float32" && dtype !== "float64") {
          this.refuse(
            `a number that may differ at each call beside a tensor of type ${dtype}`,
            'convert the tensor first, x.to("float32")',
          );
        }
        const { node } = scalar(this.numbers[index]!, dtype);
        const own = new Node(node.operation, [], null, dtype, { shape: [] });
        own.buffer = node.buffer;
        this.sources.set(own, { kind: "number", index, dtype });
        made.set(dtype, (tensor = construct.tensor(own, null)));
      }
      return tensor;
    };
    return new HostNumber(of) as unknown as number;
  }

  happens(run: () => void): void {
    this.aside(run);
    this.happenings.push({ run, number: -1, last: NaN });
  }

  rests(on: string, read: () => unknown): void {
    this.guards.push({ on, read, value: this.aside(read) });
  }

  draws(fill: () => TypedArray): TypedArray {
    const before = this.isDrawing;
    this.isDrawing = true;
    this.hasDrawn = false;
    try {
      const array = fill();
      if (this.hasDrawn) {
        const index = this.drawings.push(array) - 1;
        this.drawn.set(array, index);
        this.happenings.push({ run: () => (this.drawings[index] = fill()), number: -1, last: NaN });
      }
      return array;
    } finally {
      this.isDrawing = before;
    }
  }

  private hasDrawn = false;

  drew(): void {
    this.hasDrawn = true;
    if (!this.isDrawing)
      this.refuse("a random number that is used by JavaScript", "draw it outside");
  }

  refuse(what: string, instead: string): never {
    throw new CompileError(
      `compile: ${what} cannot be part of a compiled function, whose JavaScript does not run ` +
        `again at each call; ${instead}.`,
    );
  }

  /** Runs what is no part of the step, and may itself ask for what a step would be told of. */
  private aside<Result>(run: () => Result): Result {
    mode.capture = null;
    mode.capturedRound = this.round;
    try {
      return run();
    } finally {
      mode.capture = this;
      mode.capturedRound = null;
    }
  }

  // What it rests on.

  read(x: Tensor): TypedArray {
    const { node } = x;
    this.used(node, x);
    const leaves = this.leavesOf(node);
    if (leaves.some((leaf) => !this.isFreezable(leaf))) {
      this.refuse(
        "reading a value (item, data, toArray, printing, or an operation that looks at values)",
        "read what the function returns, after the call; choose by values with where()",
      );
    }
    return elements(this.evaluate(node, (leaf) => leaf));
  }

  learn<Lesson>(x: Tensor, read: (values: TypedArray) => Lesson): Lesson {
    const { node } = x;
    this.used(node, x);
    const leaves = this.leavesOf(node);
    const known = (leaf: Node): boolean => this.sourceAt(leaf)?.kind === "argument";
    if (!leaves.some(known) || !leaves.every((leaf) => known(leaf) || this.isFreezable(leaf))) {
      return read(this.read(x));
    }
    const learned = (nodeOf: (leaf: Node) => Node): Lesson =>
      read(elements(this.evaluate(node, nodeOf)));
    const value = learned((leaf) => leaf);
    this.guards.push({ on: "what values of arguments say", read: learned, value });
    return value;
  }

  /** The source of a leaf; that of a part is where the whole comes from. */
  private sourceAt(leaf: Node): Source | undefined {
    const source = this.sources.get(leaf);
    return source?.kind === "view" ? this.sourceAt(source.of) : source;
  }

  /** Whether a value stays what it is, or can be seen to have changed. */
  private isFreezable(leaf: Node): boolean {
    const source = this.sourceAt(leaf);
    if (source === undefined || source.kind === "constant") return true;
    if (source.kind !== "storage" && source.kind !== "tensor") return false;
    const storage = source.kind === "storage" ? source.storage : source.tensor.storage;
    if ([...this.concerned.keys()].some((parameter) => parameter.storage === storage)) return false;
    if (this.frozen.has(storage)) return true;
    this.frozen.set(storage, `a tensor of shape ${formatShape(leaf.shape)}`);
    this.rests("the elements of a tensor whose values are read", () => storage.version);
    return true;
  }

  /** What a node is computed from, as far as nothing was recorded. */
  private leavesOf(node: Node): Node[] {
    const seen = new Set([node]);
    for (const one of seen)
      if (one.round === this.round) for (const input of one.inputs) seen.add(input);
    return [...seen].filter((one) => one.round !== this.round);
  }

  /** The value of a node, computed apart from the step. */
  private evaluate(node: Node, nodeOf: (leaf: Node) => Node): Node {
    const copies = new Map<Node, Node>();
    const copyOf = (one: Node): Node => (one.round === this.round ? copies.get(one)! : nodeOf(one));
    if (node.round !== this.round) return nodeOf(node);
    const needed = new Set([node]);
    for (const one of needed) {
      for (const input of this.inputsOf(one)) if (input.round === this.round) needed.add(input);
    }
    for (const one of [...needed].sort((a, b) => a.slot - b.slot)) {
      const copy = copied(one, this.inputsOf(one).map(copyOf));
      runNow(copy);
      copies.set(one, copy);
    }
    return copies.get(node)!;
  }

  /** The inputs of nodes, which are emptied when they run. */
  private readonly inputs = new Map<Node, readonly Node[]>();

  private inputsOf(node: Node): readonly Node[] {
    let inputs = this.inputs.get(node);
    if (inputs === undefined) this.inputs.set(node, (inputs = node.inputs));
    return inputs;
  }

  /** Throws for what only shows at the end. */
  private checkEnd(): void {
    for (const [storage, what] of this.frozen) {
      if (!this.written.has(storage)) continue;
      this.refuse(`reading ${what} that the function writes`, "read it outside");
    }
  }
}

/** The same computation from other inputs. */
export const copied = (node: Node, inputs: readonly Node[]): Node =>
  new Node(node.operation, inputs, node.attributes, node.dtype, node);
