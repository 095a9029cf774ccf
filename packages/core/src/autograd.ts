/**
 * How backward() works. Every tensor that was computed remembers its parents and the operation that
 * made it. Going from the result to the leaves, latest first, each tensor's gradient is handed to
 * its parents: by the chain rule, times the derivative of its operation, which is that operation's
 * `vjps` in the tables of ops/. Gradients that meet are added. Not here: any particular derivative,
 * and how anything is computed. Read next: ops/define.ts.
 */
import { ArgumentError, GradientError } from "./errors.js";
import { enableGrad, noGrad } from "./graph/mode.js";
import { checkTensor } from "./graph/node.js";
import { broadcasts, countElements, formatShape, sameShape } from "./graph/shape.js";
import type { Shape } from "./graph/shape.js";
import type { Op, Saved } from "./ops/define.js";
import type { Tensor } from "./tensor.js";

/** What backward() is told. */
export interface BackwardOptions {
  /**
   * Keep the graph, to go through it again; it is freed unless this is set. Set by `createGraph`.
   */
  readonly retainGraph?: boolean;
  /** Record the derivatives themselves, so that they can be differentiated. */
  readonly createGraph?: boolean;
  /** Leave gradients in these tensors only, leaves or not. */
  readonly inputs?: readonly Tensor[];
}

/** What grad() is told. */
export interface GradOptions extends Omit<BackwardOptions, "inputs"> {
  /** The derivative of the loss by each output; 1 for outputs of one element. */
  readonly gradOutputs?: Tensor | readonly (Tensor | null)[];
  /** Give zeros' stand-in `null` for an input that no output depends on, instead of throwing. */
  readonly allowUnused?: boolean;
}

/** Stands for the parents of a tensor whose way back has been gone and freed. */
const FREED: readonly Tensor[] = [];

/**
 * Leaves in every leaf that `roots` were computed from the derivative by it, added to what is
 * there.
 */
export function backward(
  roots: readonly Tensor[],
  gradients: readonly (Tensor | null)[],
  options: BackwardOptions,
): void {
  const wanted = options.inputs === undefined ? null : new Set(options.inputs);
  const found = propagate("backward", roots, gradients, options, wanted);
  for (const [tensor, gradient] of found) accumulate(tensor, gradient, options.createGraph);
}

/** Adds a gradient to what is in `tensor.grad`; with `create` the sum can be differentiated. */
function accumulate(tensor: Tensor, gradient: Tensor, create = false): void {
  const before = tensor.grad;
  if (create) tensor.grad = before === null ? gradient.clone() : before.add(gradient);
  else if (before === null) tensor.grad = gradient.fork();
  else noGrad(() => before.add_(gradient));
}

/** Makes a tensor that was computed keep its gradient, as a leaf does: see `Tensor.retainGrad`. */
export function keepGradient(tensor: Tensor): void {
  tensor.hooks ??= [];
  tensor.hooks.push((gradient) => accumulate(tensor, gradient));
}

/**
 * The derivatives of the sum of `outputs` by each of `inputs`, in their order, with no `.grad`
 * touched. Inputs may be leaves or anything on the way. An input that no output depends on is a
 * GradientError, or `null` with `allowUnused`.
 * @example
 * const x = tensor(3, { requiresGrad: true });
 * const [slope] = grad(x.pow(3), [x], { createGraph: true });
 * slope // tensor(27., gradFn=<where>)
 * grad(slope, [x])[0] // tensor(18.)
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options?: GradOptions & { readonly allowUnused?: false },
): Tensor[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions,
): (Tensor | null)[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const roots = listOf(outputs);
  const leaves = listOf(inputs);
  const given = listOf(options.gradOutputs ?? []);
  for (const tensor of [...roots, ...leaves]) checkTensor("grad", tensor);
  const idle = leaves.findIndex((input) => !input.requiresGrad);
  if (idle >= 0) {
    throw new GradientError(
      `grad: input ${idle} does not require grad; make it with { requiresGrad: true } before it ` +
        "is used.",
    );
  }
  const found = propagate("grad", roots, given, options, new Set(leaves));
  return leaves.map((input, i) => {
    const gradient = found.get(input) ?? null;
    if (gradient === null && options.allowUnused !== true) {
      throw new GradientError(
        `grad: no output depends on input ${i}; leave it out, or pass { allowUnused: true } to ` +
          "get null for it.",
      );
    }
    // Without a graph the result is the caller's own: no write to it reaches another tensor.
    return options.createGraph === true || gradient === null ? gradient : gradient.fork();
  });
}

const listOf = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

/**
 * The walk. Returns the gradients of `wanted`, or of all leaves. Where only some tensors are
 * wanted, nothing is computed that does not lead to them.
 */
function propagate(
  name: string,
  roots: readonly Tensor[],
  gradients: readonly (Tensor | null)[],
  options: BackwardOptions,
  wanted: ReadonlySet<Tensor> | null,
): Map<Tensor, Tensor> {
  const create = options.createGraph === true;
  const retain = options.retainGraph ?? create;
  const incoming = new Map<Tensor, Tensor>();
  const found = new Map<Tensor, Tensor>();
  const gone: Tensor[] = [];
  const receive = (tensor: Tensor, gradient: Tensor): void => {
    const before = incoming.get(tensor);
    incoming.set(tensor, before === undefined ? gradient : before.add(gradient));
  };
  const run = (): void => {
    roots.forEach((root, i) => receive(root, seed(name, root, gradients[i] ?? null)));
    const order = latestFirst(name, roots, wanted);
    const useful = wanted === null ? null : leadingTo(wanted, order);
    for (const tensor of order) {
      const received = incoming.get(tensor);
      if (received === undefined) continue;
      incoming.delete(tensor);
      const g = applyHooks(tensor, received);
      if (wanted === null ? tensor.isLeaf : wanted.has(tensor)) found.set(tensor, g);
      const { parents } = tensor;
      if (parents === null) continue;
      const { vjps } = tensor.maker.operation as Op;
      for (let i = 0; i < parents.length; i++) {
        const parent = parentOf(tensor, i);
        if (parent === null || (useful !== null && !useful.has(parent))) continue;
        const vjp = vjps?.[i];
        const share = vjp?.(g, new SavedValues(tensor, i)) ?? null;
        if (share !== null) receive(parent, fit(share, parent, tensor));
      }
      gone.push(tensor);
    }
  };
  (create ? enableGrad : noGrad)(run);
  // Only now: a walk that throws leaves the graph as it was.
  if (!retain) for (const tensor of gone) tensor.parents = FREED;
  return found;
}

/** The gradient after those who asked to see it have seen it, and perhaps replaced it. */
function applyHooks(tensor: Tensor, gradient: Tensor): Tensor {
  if (tensor.hooks === null) return gradient;
  return [...tensor.hooks].reduce((g, hook) => hook(g) ?? g, gradient);
}

/** The gradient that a walk starts with. */
function seed(name: string, root: Tensor, gradient: Tensor | null): Tensor {
  if (!root.requiresGrad) {
    throw new GradientError(
      `${name}: this tensor does not require grad, so there is nothing to differentiate by; make ` +
        "the tensors it is " +
        "computed from with { requiresGrad: true }, outside of noGrad().",
    );
  }
  if (gradient === null) {
    if (countElements(root.shape) === 1) return root.newOnes(root.shape);
    throw new GradientError(
      `${name}: a tensor of shape ${formatShape(root.shape)} is no single number, so its ` +
        "derivative needs a direction; " +
        "reduce it first, for example x.sum().backward(), or pass a gradient of its shape.",
    );
  }
  if (!sameShape(gradient.shape, root.shape)) {
    throw new ArgumentError(
      `${name}: the gradient has shape ${formatShape(gradient.shape)} and the tensor ` +
        `${formatShape(root.shape)}; ` +
        "pass one of the same shape.",
    );
  }
  return gradient.to(root.dtype);
}

/**
 * Parent `i` of a tensor as it was when the tensor was recorded; `null` if it needs no gradient.
 */
function parentOf(tensor: Tensor, i: number): Tensor | null {
  const parent = asOf(tensor.parents![i]!, tensor.recordedAt);
  // One that came to require grad only later has no part in what was recorded before.
  return parent.requiresGrad && parent.recordedAt < tensor.recordedAt ? parent : null;
}

/** A tensor as those recorded at a time knew it: before later writes to it. */
function asOf(tensor: Tensor, time: number): Tensor {
  const { past } = tensor.current();
  if (past === null) return tensor;
  let [low, high] = [0, past.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (past[middle]!.until >= time) high = middle;
    else low = middle + 1;
  }
  return past[low]?.tensor ?? tensor;
}

/** Every tensor on the way back from `roots`, each before the tensors it was computed from. */
function latestFirst(
  name: string,
  roots: readonly Tensor[],
  wanted: ReadonlySet<Tensor> | null,
): Tensor[] {
  const seen = new Set<Tensor>(roots);
  // A set is walked in the order of insertion, and what is inserted meanwhile is walked too.
  for (const tensor of seen) {
    const { parents } = tensor;
    if (parents === FREED) {
      if (wanted?.has(tensor) === true) continue;
      throw new GradientError(
        `${name}: the way back from ${tensor.maker.operation.name} was freed by an earlier call; ` +
          "compute the result " +
          "anew, or pass { retainGraph: true } to the first call.",
      );
    }
    for (let i = 0; i < (parents?.length ?? 0); i++) {
      const parent = parentOf(tensor, i);
      if (parent !== null) seen.add(parent);
    }
  }
  return [...seen].sort((a, b) => b.recordedAt - a.recordedAt);
}

/** Those tensors of a walk from which it goes on to one that is wanted. */
function leadingTo(wanted: ReadonlySet<Tensor>, order: readonly Tensor[]): Set<Tensor> {
  const useful = new Set<Tensor>(wanted);
  for (let at = order.length - 1; at >= 0; at--) {
    const tensor = order[at]!;
    for (let i = 0; i < (tensor.parents?.length ?? 0); i++) {
      const parent = parentOf(tensor, i);
      if (parent !== null && useful.has(parent)) useful.add(tensor);
    }
  }
  return useful;
}

/**
 * A derivative in the shape and type of the tensor it is by: where that was broadcast, its copies'
 * shares are summed.
 */
function fit(gradient: Tensor, { shape, dtype }: Tensor, result: Tensor): Tensor {
  if (!broadcasts(shape, gradient.shape)) {
    throw new GradientError(
      `backward: ${result.maker.operation.name} gave a derivative of shape ` +
        `${formatShape(gradient.shape)} for an input of shape ${formatShape(shape)}; its vjp must ` +
        "give one of that shape.",
    );
  }
  return gradient.sumTo(shape).to(dtype);
}

/**
 * What a vjp may use of a recorded operation. A value that was written to since would give a wrong
 * derivative: it throws.
 */
class SavedValues implements Saved {
  private readonly result: Tensor;
  private readonly index: number;

  constructor(result: Tensor, index: number) {
    this.result = result;
    this.index = index;
  }

  get x(): Tensor {
    return this.input(0);
  }
  get a(): Tensor {
    return this.input(0);
  }
  get b(): Tensor {
    return this.input(1);
  }
  get c(): Tensor {
    return this.input(2);
  }
  get y(): Tensor {
    return this.unwritten(this.result, "result");
  }
  get shape(): Shape {
    return this.result.parents![this.index]!.shape;
  }
  get attributes(): unknown {
    return this.result.maker.attributes;
  }

  private input(i: number): Tensor {
    const { parents, recordedAt } = this.result;
    return this.unwritten(asOf(parents![i]!, recordedAt), `input ${i}`);
  }

  /**
   * As in PyTorch a value that was written over is refused, although its past still has it: what
   * was computed from it is seldom what the writer of the loop meant to differentiate.
   */
  private unwritten(tensor: Tensor, role: string): Tensor {
    if ((tensor.view?.base ?? tensor).writtenAt <= this.result.recordedAt) return tensor;
    const { name } = this.result.maker.operation;
    throw new GradientError(
      `backward: the derivative of ${name} needs its ${role}, of shape ` +
        `${formatShape(tensor.shape)}, which was changed ` +
        `in place after ${name} was computed; change a copy (x.clone()), or use the operation ` +
        `without "_".`,
    );
  }
}
