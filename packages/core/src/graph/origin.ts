/**
 * An origin: how a tensor was computed. It is what backward() walks. It is made when an operation
 * is recorded and keeps what held then: whose gradients were wanted, and the values that
 * derivatives may ask for. Writes give a tensor another origin; those made before stay as they are.
 * A leaf that requires grad has an origin without operation, where the walk ends. Not here: the
 * walk (autograd.ts).
 */
import type { Op } from "../ops/define.js";
import type { Hook, Tensor } from "../tensor.js";
import type { DType } from "./dtype.js";
import { mode } from "./mode.js";
import type { Node } from "./node.js";
import type { Shape } from "./shape.js";
import type { Storage } from "./storage.js";

/** A value as it was when recorded, and where it was, to see whether it still is there. */
export class Kept {
  readonly node: Node;
  storage: Storage;
  version: number;

  constructor(node: Node, storage: Storage) {
    this.node = node;
    this.storage = storage;
    this.version = storage.version;
  }
}

/** What a walk notes on an origin while it lasts; walks inside of walks restore what they find. */
export class Visit {
  readonly way: object;
  readonly outer: Visit | null;
  gradient: Tensor | null = null;
  isUseful = false;

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
  /** The values of the inputs and of the result; `null` once they are freed. */
  kept: readonly Kept[] | null;
  /** Of the tensor it is the origin of. */
  readonly shape: Shape;
  readonly dtype: DType;
  /** Inputs before results: on `mode.clock`. */
  readonly time: number = ++mode.clock;
  /** Where gradients are left, if this is a leaf's. */
  readonly leaf: Tensor | null;
  /** Who wants to see the gradient, in order. */
  hooks: Hook[] | null = null;
  /** What a walk has noted here while it lasts. */
  visit: Visit | null = null;

  private constructor(
    op: Op | null,
    attributes: unknown,
    inputs: readonly (Origin | null)[],
    kept: readonly Kept[],
    of: { readonly shape: Shape; readonly dtype: DType; readonly leaf: Tensor | null },
  ) {
    this.op = op;
    this.attributes = attributes;
    this.inputs = inputs;
    this.kept = kept;
    this.shape = of.shape;
    this.dtype = of.dtype;
    this.leaf = of.leaf;
  }

  /** The origin of a leaf that requires grad. */
  static ofLeaf(leaf: Tensor): Origin {
    return new Origin(null, null, [], [], { shape: leaf.shape, dtype: leaf.dtype, leaf });
  }

  /** The origin of what `op` has just made of `inputs`. */
  static of(op: Op, attributes: unknown, inputs: readonly Tensor[], result: Tensor): Origin {
    const origins = new Array<Origin | null>(inputs.length);
    for (let i = 0; i < inputs.length; i++) origins[i] = inputs[i]!.origin;
    const kept: Kept[] = [];
    if (op.keeps !== false || mode.keepsValues) {
      for (let i = 0; i < inputs.length; i++) {
        kept.push(new Kept(inputs[i]!.node, inputs[i]!.storage));
      }
      kept.push(new Kept(result.contents, result.storage));
    }
    const { shape, dtype } = result;
    return new Origin(op, attributes, origins, kept, { shape, dtype, leaf: null });
  }

  /**
   * Its result is now in `storage`, where it was written; what it read there it has written over.
   */
  writtenInto(storage: Storage): void {
    const { kept } = this;
    if (kept === null) return;
    for (let i = 0; i < kept.length; i++) {
      const value = kept[i]!;
      if (i === kept.length - 1) value.storage = storage;
      if (value.storage === storage) value.version = storage.version;
    }
  }
}
