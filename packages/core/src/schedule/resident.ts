/**
 * A compiled step that is nothing but kernels, on a back end that gives them places of their own:
 * parameters and state stay there and are written over, and a replay is a few comparisons and one
 * call. What was written becomes a node only when somebody looks. Read first: schedule/replay.ts.
 */
import { OutOfMemory } from "../backends/backend.js";
import type { Backend, Bound, Carried } from "../backends/backend.js";
import { Buffer } from "../graph/buffer.js";
import { construct } from "../graph/construct.js";
import { mode } from "../graph/mode.js";
import { Node } from "../graph/node.js";
import { countElements } from "../graph/shape.js";
import type { Live, Storage } from "../graph/storage.js";
import type { Tensor } from "../tensor.js";
import type { Capturing, Source } from "./capture.js";
import { elements } from "./flush.js";
import type { Policy } from "./flush.js";
import type { Plan } from "./plan.js";

/** What a step is, as far as this file needs it. */
export interface Recorded {
  readonly policy: Policy;
  readonly capturing: Capturing;
  readonly plan: Plan;
  /** The nodes of the plan, not run yet, and what was there before, as it was captured. */
  readonly nodes: readonly Node[];
  readonly leaves: readonly Node[];
  /** The last values of storages and gradients, and what is returned: slots, or -1 - a leaf. */
  readonly writes: readonly { readonly storage: Storage; readonly value: number }[];
  readonly gradients: readonly { readonly parameter: Tensor; readonly value: number | null }[];
  readonly returned: readonly number[];
}

/** A value that a step leaves, for whoever looks at it. */
class Left implements Live {
  readonly bound: Bound;
  /** The number of its buffer, and where in it the elements are. */
  readonly number: number;
  /** Its operation, type and layout. */
  readonly template: Node;
  readonly isShared: boolean;
  /** What was looked at last. */
  looked: Node | null = null;

  constructor(bound: Bound, number: number, template: Node, isShared: boolean) {
    this.bound = bound;
    this.number = number;
    this.template = template;
    this.isShared = isShared;
  }

  look(): Node {
    return (this.looked = this.take());
  }

  take(): Node {
    const { operation, dtype } = this.template;
    const node = new Node(operation, NOTHING, null, dtype, this.template);
    node.buffer = this.bound.take(this.number);
    if (this.isShared) node.buffer.shared = true;
    return node;
  }
}

/** A storage that a step writes; `reads` is the number under which it reads it, or -1. */
interface State {
  readonly storage: Storage;
  readonly left: Left;
  readonly reads: number;
}

/** A gradient that a step leaves anew: a tensor that others may come to have. */
interface Gradient {
  readonly parameter: Tensor;
  readonly left: Left;
  tensor: Tensor | null;
}

/** A value that is looked for at each call: in an argument, or in what the function closes over. */
interface Input {
  readonly number: number;
  readonly by: number;
}

export class ResidentStep {
  private readonly policy: Policy;
  private readonly capturing: Capturing;
  private readonly bound: Bound;
  private readonly states: State[] = [];
  private readonly gradients: Gradient[] = [];
  private readonly dropped: Tensor[] = [];
  private readonly results: Left[];
  /** What `mode.changes` was when everything was in its place; -1 where that is not known. */
  settled = -1;
  private readonly numbers: { readonly number: number; readonly index: number }[] = [];
  private readonly draws: { readonly number: number; readonly index: number }[] = [];
  private readonly given: (Input & { readonly index: number })[] = [];
  private readonly closed: (Input & {
    readonly tensor: Tensor | Storage;
    readonly storage: Storage;
    version: number;
  })[] = [];

  /** `null` where this step is more than kernels, or does what this file does not know. */
  static of(recorded: Recorded): ResidentStep | null {
    const { bind } = recorded.plan;
    if (bind === null) return null;
    try {
      return new ResidentStep(recorded, bind);
    } catch (error) {
      if (error instanceof NotResident || error instanceof OutOfMemory) return null;
      throw error;
    }
  }

  private constructor(recorded: Recorded, bind: NonNullable<Backend["bind"]>) {
    const { policy, capturing, plan, nodes, leaves, writes, gradients, returned } = recorded;
    this.policy = policy;
    this.capturing = capturing;
    const sole = plan.sole(nodes);
    if (sole === null) throw new NotResident();
    const uses = new Map<number, number>();
    const numberOf = (value: number): number => {
      const number = value < 0 ? undefined : sole.numbers.get(value);
      if (number === undefined) throw new NotResident();
      uses.set(number, (uses.get(number) ?? 0) + 1);
      return number;
    };
    const written = writes.map(({ storage, value }) => {
      const [node, from] = [nodes[value]!, numberOf(value)];
      const { length } = sole.results[from]!;
      const isWhole = node.strides === null && node.offset === 0;
      if (!isWhole || length !== countElements(node.shape)) throw new NotResident();
      if (capturing.gradientOf(storage) !== undefined) throw new NotResident();
      const reads = leaves.findIndex((leaf) => {
        const source = capturing.sources.get(leaf)!;
        return source.kind === "storage" && source.storage === storage;
      });
      if (reads >= 0 && !isRowMajor(leaves[reads]!)) throw new NotResident();
      return { storage, node, from, reads, length };
    });
    const left = gradients.flatMap(({ parameter, value }) => {
      if (value === null) this.dropped.push(parameter);
      return value === null ? [] : [{ parameter, node: nodes[value]!, from: numberOf(value) }];
    });
    const back = returned.map((value) => ({ node: nodes[value]!, from: numberOf(value) }));
    const carried = written.flatMap(({ node, from, reads, length }): Carried[] => {
      const isAlone = uses.get(from) === 1;
      return reads < 0 ? [] : [{ from, to: reads, dtype: node.dtype, length, isAlone }];
    });
    this.bound = bind(sole.kernels, sole.results, carried);
    const leave = (number: number, node: Node, from: number): Left =>
      new Left(this.bound, number, node, uses.get(from)! > 1);
    for (const { storage, node, from, reads } of written) {
      this.states.push({ storage, reads, left: leave(reads < 0 ? from : reads, node, from) });
    }
    for (const { parameter, node, from } of left) {
      this.gradients.push({ parameter, left: leave(from, node, from), tensor: null });
    }
    this.results = back.map(({ node, from }) => leave(from, node, from));
    leaves.slice(0, plan.leaves.length).forEach((leaf, number) => this.read(leaf, number, 0));
  }

  /** Notes where a leaf is found at each call. */
  private read(leaf: Node, number: number, by: number): void {
    const source: Source = this.capturing.sources.get(leaf)!;
    switch (source.kind) {
      case "constant":
        return this.bound.put(number, leaf.buffer!, leaf.offset + by);
      case "number":
        return void this.numbers.push({ number, index: source.index });
      case "draw":
        if (by !== 0) throw new NotResident();
        return void this.draws.push({ number, index: source.index });
      case "argument":
        return void this.given.push({ number, by, index: source.index });
      case "view":
        return this.read(source.of, number, by + source.by);
      case "gradient":
        throw new NotResident();
      case "storage":
      case "tensor": {
        const tensor = source.kind === "storage" ? source.storage : source.tensor;
        const storage = source.kind === "storage" ? source.storage : source.tensor.storage;
        if (!this.capturing.written.has(storage)) {
          this.closed.push({ number, by, tensor, storage, version: -1 });
        } else if (source.kind === "tensor" || by !== 0 || !this.isState(storage, number)) {
          throw new NotResident();
        }
      }
    }
  }

  private isState(storage: Storage, number: number): boolean {
    return this.states.some((state) => state.storage === storage && state.reads === number);
  }

  /** Puts what the function closes over in place; whether all of it lies as it did. */
  isSame(leaves: readonly Node[], sameLayout: (a: Node, b: Node) => boolean): boolean {
    for (let i = 0; i < this.closed.length; i++) {
      const one = this.closed[i]!;
      if (one.storage.version === one.version) continue;
      const { node } = one.tensor;
      if (node.buffer === null) this.policy.realize([node]);
      if (one.by === 0 && !sameLayout(node, leaves[one.number]!)) return false;
      this.bound.put(one.number, node.buffer!, node.offset + one.by);
      one.version = one.storage.version;
    }
    return true;
  }

  /** Puts numbers in place, those of this call. */
  set(values: readonly number[]): void {
    for (const { number, index } of this.numbers) this.bound.set(number, values[index]!);
  }

  /**
   * Does the step; `isStill`: nothing of what `mode.changes` counts has happened since all of it
   * was found to be as it was.
   */
  replay(tensors: readonly Tensor[], isStill: boolean): void {
    const { bound, draws, given, capturing } = this;
    for (let i = 0; i < draws.length; i++) {
      const { number, index } = draws[i]!;
      bound.put(number, new Buffer(capturing.drawings[index]!), 0);
    }
    for (let i = 0; i < given.length; i++) {
      const { number, by, index } = given[i]!;
      const { node } = tensors[index]!;
      bound.put(number, node.buffer!, node.offset + by);
    }
    if (this.settled === mode.changes) return bound.run();
    this.settled = -1;
    for (const state of this.states) if (state.storage.live !== state.left) this.bringIn(state);
    for (const gradient of this.gradients) {
      const { left, tensor } = gradient;
      // Somebody may have the tensor, whose elements are about to change.
      if (!isOurs(gradient) && tensor?.storage.live === left) void tensor.storage.node;
    }
    bound.run();
    for (const { storage, left } of this.states) {
      if (storage.live !== left) comeAlive(storage, left);
    }
    for (const gradient of this.gradients) this.leave(gradient);
    for (const parameter of this.dropped) parameter.grad = null;
    if (isStill) this.settled = mode.changes;
  }

  /** One of the values that are returned, after a replay. */
  result(i: number): Node {
    return this.results[i]!.take();
  }

  /** A storage was looked at, or written from elsewhere, since the last replay. */
  private bringIn({ storage, left, reads }: State): void {
    const { node } = storage;
    if (reads < 0) return;
    if (node !== left.looked) {
      if (node.buffer === null) this.policy.realize([node]);
      const isPlain = isRowMajor(node) && node.buffer!.resident === null;
      this.bound.carry(reads, isPlain ? node.buffer! : new Buffer(elements(node)));
    } else {
      // What waits and reads the old elements is computed before they are lost.
      this.policy.realize([]);
      this.bound.reclaim(reads);
    }
  }

  private leave(gradient: Gradient): void {
    const { parameter, left, tensor } = gradient;
    if (tensor !== null && isOurs(gradient)) {
      if (tensor.storage.live !== left) comeAlive(tensor.storage, left);
      return;
    }
    // Its contents are only a shape: whoever wants the elements finds the storage moved on.
    const made = construct.tensor(left.template, null);
    comeAlive(made.storage, left);
    parameter.gradient.replace(made);
    gradient.tensor = made;
  }
}

const NOTHING: readonly Node[] = [];

/** Whether the gradient is the one that was left, and nobody can have it. */
const isOurs = ({ parameter: { gradient }, tensor }: Gradient): boolean =>
  gradient.tensor === tensor && !gradient.isKnown;

/** Not a mistake: a step that is replayed in the ordinary way. */
class NotResident extends Error {}

function comeAlive(storage: Storage, left: Left): void {
  mode.changes += 1;
  storage.version += 1;
  storage.writtenAt = ++mode.clock;
  storage.current = null;
  storage.spare = null;
  storage.live = left;
}

const isRowMajor = ({ strides, offset }: Node): boolean => strides === null && offset === 0;
