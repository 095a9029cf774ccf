/**
 * An origin: how a tensor was computed. It is what backward() walks. It is made when an operation
 * is recorded and keeps what held then: whose gradients were wanted, and the values that
 * derivatives may ask for. Writes give a tensor another origin; those made before stay as they are.
 * A leaf that requires grad has an origin without operation, where the walk ends. Not here: the
 * walk (autograd.ts).
 */
import type { Op } from "../ops/define.js";
import type { Hook, Tensor } from "../tensor.js";
import { construct } from "./construct.js";
import type { DType } from "./dtype.js";
import { mode } from "./mode.js";
import type { Node } from "./node.js";
import type { Shape } from "./shape.js";
import type { Storage } from "./storage.js";

/** What a walk notes on an origin while it lasts; walks inside of walks restore what they find. */
export class Visit {
  readonly way: object;
  readonly outer: Visit | null;
  gradient: Tensor | null = null;
  /** Whether the walk goes on from here to what is wanted, and whether it has. */
  isUseful = false;
  isDone = false;

  constructor(way: object, outer: Visit | null) {
    this.way = way;
    this.outer = outer;
  }
}

export class Origin {
  /** The operation, and what else it was given; `null` for a leaf. */
  readonly op: Op | null;
  readonly attributes: unknown;
  /** The origin of each input whose gradient was wanted. */
  readonly inputs: readonly (Origin | null)[];
  /** What it was computed from, for its values; `null` where none are needed, or they are freed. */
  from: readonly Tensor[] | null;
  /** The tensor it is the origin of: where gradients are left, or what has the value. */
  private tensor: Tensor | null;
  /** Of that tensor. */
  readonly shape: Shape;
  readonly dtype: DType;
  /** Inputs before results, and what was written before it was recorded: on `mode.clock`. */
  time: number = ++mode.clock;
  /** Who wants to see the gradient, in order; it changes by `watch` alone. */
  hooks: readonly Hook[] | null = null;
  /** What a walk has noted here while it lasts. */
  visit: Visit | null = null;

  private constructor(
    op: Op | null,
    attributes: unknown,
    inputs: readonly (Origin | null)[],
    from: readonly Tensor[] | null,
    tensor: Tensor,
  ) {
    this.op = op;
    this.attributes = attributes;
    this.inputs = inputs;
    this.from = from;
    this.shape = tensor.shape;
    this.dtype = tensor.dtype;
    this.tensor = op === null || from !== null ? tensor : null;
  }

  /** The origin of a leaf that requires grad. */
  static ofLeaf(leaf: Tensor): Origin {
    return new Origin(null, null, [], null, leaf);
  }

  /** The origin of what `op` has just made of `inputs`. */
  static of(op: Op, attributes: unknown, inputs: readonly Tensor[], result: Tensor): Origin {
    const [a, b] = inputs;
    // Lists written out are made fastest.
    const origins =
      inputs.length === 1
        ? [a!.origin]
        : inputs.length === 2
          ? [a!.origin, b!.origin]
          : inputs.map(({ origin }) => origin);
    const keeps = op.keeps !== false || mode.keepsValues;
    return new Origin(op, attributes, origins, keeps ? inputs : null, result);
  }

  /** When it was computed, for walks: leaves are as if they had been there before everything. */
  get walkTime(): number {
    return this.op === null ? 0 : this.time;
  }

  /** Where gradients are left, if this is a leaf's. */
  get leaf(): Tensor | null {
    return this.op === null ? this.tensor : null;
  }

  /**
   * The value of input `i`, or of the result after the last of them, as it was when recorded;
   * `null` where it was written over, or freed.
   */
  value(i: number): Node | null {
    const { from } = this;
    if (from === null) return null;
    const tensor = i < from.length ? from[i]! : this.tensor!;
    return tensor.isAsOf(this.time) ? tensor.contents : null;
  }

  /** Has others see the gradient from now on. */
  watch(hooks: readonly Hook[]): void {
    this.hooks = hooks;
    mode.changes += 1;
  }

  /** Frees the values. */
  free(): void {
    if (this.op === null) return;
    this.from = null;
    this.tensor = null;
  }

  /** Its result is about to be written into `storage`, over what it was computed from. */
  writesOver(storage: Storage): void {
    const { from, inputs } = this;
    if (from === null) return;
    this.from = from.map((x, i) =>
      x.storage === storage ? construct.tensor(x.node, inputs[i]!) : x,
    );
  }

  /** Its result is now in `storage`: others who write there write over it. */
  writtenInto(storage: Storage): void {
    this.time = ++mode.clock;
    this.tensor?.showStorage(storage);
  }
}

/**
 * Puts origins in the order in which a walk takes them: the latest first, and leaves, which may be
 * as old as the program, at the end.
 */
export function putLatestFirst(order: Origin[]): void {
  let [before, first, last, isSorted] = [Infinity, Infinity, 0, true];
  for (let i = 0; i < order.length; i++) {
    const time = order[i]!.walkTime;
    // As in a chain.
    isSorted &&= time <= before;
    before = time;
    if (time > last) last = time;
    if (time > 0 && time < first) first = time;
  }
  if (isSorted) return;
  if (last - first > 8 * order.length) {
    order.sort((a, b) => b.walkTime - a.walkTime);
    return;
  }
  // No two have the same time, and most of what was made lately is here: each has its place.
  const places = new Array<Origin | undefined>(last - first + 1);
  const leaves: Origin[] = [];
  for (let i = 0; i < order.length; i++) {
    const origin = order[i]!;
    if (origin.op === null) leaves.push(origin);
    else places[last - origin.time] = origin;
  }
  let at = 0;
  for (let i = 0; i < places.length; i++) if (places[i] !== undefined) order[at++] = places[i]!;
  for (let i = 0; i < leaves.length; i++) order[at++] = leaves[i]!;
}
