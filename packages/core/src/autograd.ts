/**
 * How backward() works. Every tensor that was computed has an origin: the operation that made it
 * and the origins of its inputs. Going from the result to the leaves, latest first, each origin's
 * gradient is handed to those of its inputs: by the chain rule, times the derivative of its
 * operation, which is that operation's `vjps` in the tables of ops/. Gradients that meet are added.
 * Not here: any particular derivative, and how anything is computed. Read next: ops/define.ts.
 */
import { ArgumentError, GradientError } from "./errors.js";
import { construct } from "./graph/construct.js";
import { enableGrad, mode, noGrad } from "./graph/mode.js";
import { checkTensor } from "./graph/node.js";
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
  const wanted = inputs === undefined ? null : new Set(inputs.flatMap((x) => x.origin ?? []));
  const found = propagate("backward", roots, gradients, options, wanted);
  if (inputs === undefined) {
    for (const [{ leaf }, gradient] of found) {
      if (leaf?.requiresGrad === true) accumulate(leaf, gradient, createGraph);
    }
  } else {
    for (const input of inputs) {
      const gradient = input.origin === null ? undefined : found.get(input.origin);
      if (gradient !== undefined) accumulate(input, gradient, createGraph);
    }
  }
}

/** Adds a gradient to what is in `tensor.grad`; with `create` the sum can be differentiated. */
function accumulate(tensor: Tensor, gradient: Tensor, create = false): void {
  const before = tensor.grad;
  if (create) tensor.grad = before === null ? gradient.clone() : before.add(gradient);
  else if (before === null) tensor.grad = gradient.fork();
  else noGrad(() => before.add_(gradient));
}

/** Makes a tensor that was computed keep its gradient, as a leaf does: see `Tensor.retainGrad`. */
export function keepGradient(tensor: Tensor, origin: Origin): void {
  origin.hooks ??= [];
  origin.hooks.push((gradient) => accumulate(tensor, gradient));
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
  const wanted = new Set(leaves.map((input) => input.origin!));
  const found = propagate("grad", roots, given, options, wanted);
  return leaves.map((input, i) => {
    const gradient = found.get(input.origin!) ?? null;
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
 * The walk. Returns the gradients at `wanted`, or at all leaves. Where only some are wanted,
 * nothing is computed that does not lead to them.
 */
function propagate(
  name: string,
  roots: readonly Tensor[],
  gradients: readonly (Tensor | null)[],
  options: BackwardOptions,
  wanted: ReadonlySet<Origin> | null,
): Map<Origin, Tensor> {
  const create = options.createGraph === true;
  const retain = options.retainGraph ?? create;
  const incoming = new Map<Origin, Tensor>();
  const found = new Map<Origin, Tensor>();
  const gone: Origin[] = [];
  const receive = (origin: Origin, gradient: Tensor): void => {
    const before = incoming.get(origin);
    incoming.set(origin, before === undefined ? gradient : before.add(gradient));
  };
  const run = (): void => {
    roots.forEach((root, i) => receive(...seed(name, root, gradients[i] ?? null)));
    const order = latestFirst([...incoming.keys()]);
    const useful = wanted === null ? null : leadingTo(wanted, order);
    for (const origin of order) {
      const received = incoming.get(origin);
      if (received === undefined) continue;
      incoming.delete(origin);
      const g = applyHooks(origin, received);
      if (wanted === null ? origin.leaf !== null : wanted.has(origin)) found.set(origin, g);
      const { op, inputs } = origin;
      mode.differentiating = origin;
      for (let i = 0; i < inputs.length; i++) {
        const input = inputs[i]!;
        if (input === null || (useful !== null && !useful.has(input))) continue;
        const share = op?.vjps?.[i]?.(g, new SavedValues(origin, i)) ?? null;
        if (share !== null) receive(input, fit(share, input, origin));
        if (gone.at(-1) !== origin) gone.push(origin);
      }
    }
  };
  const before = mode.differentiating;
  try {
    (create ? enableGrad : noGrad)(run);
  } finally {
    mode.differentiating = before;
  }
  // Only now: a walk that throws leaves the graph as it was.
  if (!retain) for (const origin of gone) origin.kept = null;
  return found;
}

/** The gradient after those who asked to see it have seen it, and perhaps replaced it. */
function applyHooks({ hooks }: Origin, gradient: Tensor): Tensor {
  if (hooks === null) return gradient;
  return [...hooks].reduce((g, hook) => hook(g) ?? g, gradient);
}

/** The gradient that a walk starts with. */
function seed(name: string, root: Tensor, gradient: Tensor | null): [Origin, Tensor] {
  const { origin } = root;
  if (origin === null) {
    throw new GradientError(
      `${name}: this tensor does not require grad, so there is nothing to differentiate by; make ` +
        "the tensors it is " +
        "computed from with { requiresGrad: true }, outside of noGrad().",
    );
  }
  if (gradient === null) {
    if (countElements(root.shape) === 1) return [origin, root.newOnes(root.shape)];
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
  return [origin, gradient.to(root.dtype)];
}

/** Every origin on the way back from `roots`, each before those of its inputs. */
function latestFirst(roots: readonly Origin[]): Origin[] {
  const seen = new Set<Origin>(roots);
  // A set is walked in the order of insertion, and what is inserted meanwhile is walked too.
  for (const { inputs } of seen) for (const input of inputs) if (input !== null) seen.add(input);
  return [...seen].sort((a, b) => b.time - a.time);
}

/** Those origins of a walk from which it goes on to one that is wanted. */
function leadingTo(wanted: ReadonlySet<Origin>, order: readonly Origin[]): Set<Origin> {
  const useful = new Set<Origin>(wanted);
  for (let at = order.length - 1; at >= 0; at--) {
    const origin = order[at]!;
    if (origin.inputs.some((input) => input !== null && useful.has(input))) useful.add(origin);
  }
  return useful;
}

/**
 * A derivative in the shape and type of the input it is by: where that was broadcast, its copies'
 * shares are summed.
 */
export function fit(gradient: Tensor, { shape, dtype }: Origin, result: Origin): Tensor {
  if (!broadcasts(shape, gradient.shape)) {
    throw new GradientError(
      `backward: ${result.op?.name} gave a derivative of shape ${formatShape(gradient.shape)} ` +
        "for " +
        `an input of shape ${formatShape(shape)}; its vjp must give one of that shape.`,
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
    const { kept, inputs, op } = this.origin;
    const name = op?.name;
    if (kept === null) {
      throw new GradientError(
        `backward: the way back from ${name} was freed by an earlier call; compute the result ` +
          "anew, or pass { retainGraph: true } to the first call.",
      );
    }
    const { node, storage, version } = kept[i]!;
    if (storage.version === version) {
      return construct.tensor(node, i < inputs.length ? inputs[i]! : this.origin);
    }
    throw new GradientError(
      `backward: the derivative of ${name} needs its ` +
        `${i < inputs.length ? `input ${i}` : "result"}, ` +
        `of shape ${formatShape(node.shape)}, which was changed in place after ${name} was ` +
        'computed; change a copy (x.clone()), or use the operation without "_".',
    );
  }
}
