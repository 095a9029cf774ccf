/**
 * How backward() works. Every tensor that was computed has an origin: the operation that made it
 * and the origins of its inputs. Going from the result to the leaves, latest first, each origin's
 * gradient is handed to those of its inputs: by the chain rule, times the derivative of its
 * operation, which is that operation's `vjps` in the tables of ops/. Gradients that meet are added.
 * Not here: any particular derivative, and how anything is computed. Read next: ops/define.ts.
 */
import { ArgumentError, GradientError } from "./errors.js";
import { construct, scalar } from "./graph/construct.js";
import { mode, noGrad } from "./graph/mode.js";
import { checkTensor, lent } from "./graph/node.js";
import { putLatestFirst, Visit } from "./graph/origin.js";
import type { Origin } from "./graph/origin.js";
import { broadcasts, countElements, formatShape, sameShape } from "./graph/shape.js";
import type { Shape } from "./graph/shape.js";
import type { Saved } from "./ops/define.js";
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
  /** Give `null` for an input that no output depends on, instead of throwing. */
  readonly allowUnused?: boolean;
}

/**
 * Leaves in every leaf that `roots` were computed from the derivative by it, added to what is
 * there.
 */
export function backward(
  roots: readonly Tensor[],
  gradients: readonly (Tensor | null)[],
  options: BackwardOptions,
): void {
  const { inputs, createGraph } = options;
  for (let i = 0; i < roots.length; i++) mode.onKeep(roots[i]!.node);
  const wanted = inputs === undefined ? null : new Set(inputs.flatMap((x) => x.origin ?? []));
  const way = new WayBack("backward", wanted);
  propagate(way, roots, gradients, options, () => {
    for (const { leaf, visit } of inputs === undefined ? way.order : []) {
      if (leaf?.requiresGrad === true && visit!.gradient !== null) {
        accumulate(leaf, visit!.gradient, createGraph);
      }
    }
    for (const input of inputs ?? []) {
      const gradient = way.gradientAt(input);
      if (gradient !== null) accumulate(input, gradient, createGraph);
    }
  });
}

/** Adds a gradient to what is in `tensor.grad`; with `create` the sum can be differentiated. */
function accumulate(tensor: Tensor, gradient: Tensor, create = false): void {
  const before = tensor.gradient.tensor;
  mode.onKeep(gradient.node);
  if (create) tensor.grad = before === null ? gradient.clone() : before.add(gradient);
  else if (before === null) tensor.gradient.leave(gradient.fork());
  else noGrad(() => before.add_(gradient));
}

/** Makes a tensor that was computed keep its gradient, as a leaf does: see `Tensor.retainGrad`. */
export function keepGradient(tensor: Tensor, origin: Origin): void {
  const keep = (gradient: Tensor): void => accumulate(tensor, gradient);
  origin.watch([...(origin.hooks ?? []), keep]);
}

/**
 * The derivatives of the sum of `outputs` by each of `inputs`, in their order, with no `.grad`
 * touched. Inputs may be leaves or anything on the way. An input that no output depends on is a
 * GradientError, or `null` with `allowUnused`.
 * @example
 * const x = tensor(3, { requiresGrad: true });
 * const [slope] = grad(x.pow(3), [x], { createGraph: true });
 * slope // tensor(27., gradFn=<add>)
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
  const wanted = new Set(leaves.map((input) => input.origin!));
  const way = new WayBack("grad", wanted);
  const found = propagate(way, roots, given, options, () =>
    leaves.map((leaf) => way.gradientAt(leaf)),
  );
  return leaves.map((_, i) => {
    const gradient = found[i]!;
    if (gradient === null && options.allowUnused !== true) {
      throw new GradientError(
        `grad: no output depends on input ${i}; leave it out, or pass { allowUnused: true } to ` +
          "get null for it.",
      );
    }
    if (gradient !== null) mode.onKeep(gradient.node);
    // Without a graph the result is the caller's own: no write to it reaches another tensor.
    return options.createGraph === true || gradient === null ? gradient : gradient.fork();
  });
}

export const listOf = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** Walks a way. Returns what `take` makes of the gradients that have been found on it. */
function propagate<T>(
  way: WayBack,
  roots: readonly Tensor[],
  gradients: readonly (Tensor | null)[],
  { createGraph = false, retainGraph = createGraph }: BackwardOptions,
  take: () => T,
): T {
  const { differentiating, gradients: before } = mode;
  try {
    mode.gradients = createGraph;
    for (let i = 0; i < roots.length; i++) way.start(roots[i]!, gradients[i] ?? null);
    way.go();
    mode.gradients = before;
    // Only now: a walk that throws leaves the graph as it was.
    if (!retainGraph) way.free();
    return take();
  } finally {
    mode.gradients = before;
    mode.differentiating = differentiating;
    way.leave();
  }
}

/**
 * One walk from roots to leaves, which finds the gradients at `wanted`, or at all leaves. Where
 * only some are wanted, nothing is computed that does not lead to them.
 */
class WayBack {
  /** The origins on the way, each before those of its inputs. */
  readonly order: Origin[] = [];
  private readonly name: string;
  private readonly wanted: ReadonlySet<Origin> | null;

  constructor(name: string, wanted: ReadonlySet<Origin> | null) {
    this.name = name;
    this.wanted = wanted;
  }

  start(root: Tensor, given: Tensor | null): void {
    const gradient = seed(this.name, root, given);
    this.enter(root.origin!);
    this.receive(root.origin!, gradient);
  }

  private enter(origin: Origin): void {
    if (origin.visit?.way === this) return;
    origin.visit = new Visit(this, origin.visit);
    this.order.push(origin);
  }

  private receive(origin: Origin, gradient: Tensor): void {
    const visit = origin.visit!;
    visit.gradient = visit.gradient === null ? gradient : visit.gradient.add(gradient);
  }

  /** The gradient that has come to a tensor, where it was wanted. */
  gradientAt({ origin }: Tensor): Tensor | null {
    return origin?.visit?.way === this ? origin.visit.gradient : null;
  }

  /** Takes the gradients from the roots to the leaves. */
  go(): void {
    const { order, wanted } = this;
    // What is pushed meanwhile is walked, too.
    for (let at = 0; at < order.length; at++) {
      const { inputs } = order[at]!;
      for (let i = 0; i < inputs.length; i++) if (inputs[i] !== null) this.enter(inputs[i]!);
    }
    putLatestFirst(order);
    if (wanted !== null) this.markUseful(wanted);
    for (let at = 0; at < order.length; at++) {
      const origin = order[at]!;
      const visit = origin.visit!;
      if (visit.gradient === null) continue;
      const g = applyHooks(origin, visit.gradient);
      visit.gradient = (wanted === null ? origin.op === null : wanted.has(origin)) ? g : null;
      mode.differentiating = origin;
      this.share(origin, g);
    }
  }

  /** Gives the inputs of an origin their shares of its gradient. */
  private share(origin: Origin, g: Tensor): void {
    const { op, inputs } = origin;
    const vjps = op?.vjps ?? null;
    if (vjps === null) return;
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[i]!;
      if (input === null || (this.wanted !== null && !input.visit!.isUseful)) continue;
      origin.visit!.isDone = true;
      const share = vjps[i]?.(g, new SavedValues(origin, i)) ?? null;
      if (share !== null) this.receive(input, fit(share, input, origin));
    }
  }

  /** Marks the origins from which the walk goes on to one that is wanted. */
  private markUseful(wanted: ReadonlySet<Origin>): void {
    for (let at = this.order.length - 1; at >= 0; at--) {
      const origin = this.order[at]!;
      const leads = origin.inputs.some((input) => input?.visit!.isUseful === true);
      origin.visit!.isUseful = leads || wanted.has(origin);
    }
  }

  /** Frees the values that have been used. */
  free(): void {
    for (let i = 0; i < this.order.length; i++) {
      if (this.order[i]!.visit!.isDone) this.order[i]!.free();
    }
  }

  /** Leaves the origins as they were. */
  leave(): void {
    for (let i = 0; i < this.order.length; i++) {
      const origin = this.order[i]!;
      origin.visit = origin.visit!.outer;
    }
  }
}

/** The gradient after those who asked to see it have seen it, and perhaps replaced it. */
function applyHooks({ hooks }: Origin, gradient: Tensor): Tensor {
  if (hooks === null) return gradient;
  // Hooks may keep what they see and what they give.
  return hooks.reduce((g, hook) => lent(hook(lent(g)) ?? g), gradient);
}

/** The gradient that a walk starts with. */
function seed(name: string, root: Tensor, gradient: Tensor | null): Tensor {
  if (root.origin === null) {
    throw new GradientError(
      `${name}: this tensor does not require grad, so there is nothing to differentiate by; make ` +
        "the tensors it is computed from with { requiresGrad: true }, outside of noGrad().",
    );
  }
  if (gradient === null) {
    if (root.shape.length === 0) return scalar(1, root.dtype).fork();
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
        `${formatShape(root.shape)}; pass one of the same shape.`,
    );
  }
  return lent(gradient).to(root.dtype);
}

/**
 * A derivative in the shape and type of the input it is by: where that was broadcast, its copies'
 * shares are summed.
 */
export function fit(gradient: Tensor, { shape, dtype }: Origin, result: Origin): Tensor {
  if (sameShape(shape, gradient.shape)) {
    return gradient.dtype === dtype ? gradient : gradient.to(dtype);
  }
  if (!broadcasts(shape, gradient.shape)) {
    throw new GradientError(
      `backward: ${result.op?.name} gave a derivative of shape ${formatShape(gradient.shape)} ` +
        `for an input of shape ${formatShape(shape)}; its vjp must give one of that shape.`,
    );
  }
  return gradient.sumTo(shape).to(dtype);
}

/** The values that a derivative may use, as they were recorded. */
export class SavedValues implements Saved {
  private readonly origin: Origin;
  private readonly index: number;

  constructor(origin: Origin, index: number) {
    this.origin = origin;
    this.index = index;
  }

  get x(): Tensor {
    return this.value(0);
  }
  get a(): Tensor {
    return this.value(0);
  }
  get b(): Tensor {
    return this.value(1);
  }
  get c(): Tensor {
    return this.value(2);
  }
  get y(): Tensor {
    return this.value(this.origin.inputs.length);
  }
  get shape(): Shape {
    return this.origin.inputs[this.index]!.shape;
  }
  get attributes(): unknown {
    return this.origin.attributes;
  }

  /**
   * Input `i`, or the result after the last of them. As in PyTorch a value that was written over
   * since is refused, although the node still has it: what was computed from it is seldom what the
   * writer of the loop meant to differentiate.
   */
  private value(i: number): Tensor {
    const { from, inputs, op } = this.origin;
    const node = this.origin.value(i);
    if (node !== null) {
      const value = construct.tensor(node, i < inputs.length ? inputs[i]! : this.origin);
      value.isFixed = true;
      return value;
    }
    if (from === null) {
      throw new GradientError(
        `backward: the way back from ${op?.name} was freed by an earlier call; compute the ` +
          "result anew, or pass { retainGraph: true } to the first call.",
      );
    }
    throw new GradientError(
      `backward: the derivative of ${op?.name} needs its ` +
        `${i < inputs.length ? `input ${i}` : "result"}, of shape ` +
        `${formatShape(from[i]?.shape ?? this.origin.shape)}, which was changed in place after ` +
        `${op?.name} was computed; change a copy (x.clone()), or use the operation without "_".`,
    );
  }
}
