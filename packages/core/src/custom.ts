/**
 * Functions that bring their own derivative, and functions that are computed again instead of
 * remembered. Both put a tensor into the graph whose way back is told by a function.
 * Read first: autograd.ts.
 */
import { grad } from "./autograd.js";
import { ArgumentError } from "./errors.js";
import { checkFunction, enableGrad, isGradEnabled, noGrad } from "./graph/mode.js";
import { checkTensor } from "./graph/node.js";
import type { Saved } from "./ops/define.js";
import { withRandomState } from "./ops/random.js";
import { remember, toldOp } from "./ops/told.js";
import type { Tensor } from "./tensor.js";

/** The derivative of a function of one's own by one input; `null` means that there is none. */
export type CustomVjp = (g: Tensor, saved: Saved) => Tensor | null;

/** What customFunction() is told. */
export interface CustomFunction<Inputs extends Tensor[]> {
  /** For messages and printed tensors. */
  readonly name: string;
  /** The function itself. Its operations are not remembered. */
  readonly forward: (...inputs: Inputs) => Tensor;
  /**
   * One derivative for each input: from `g`, the derivative of the loss by the result, it makes
   * that of the loss by the input, of the input's shape. The inputs are `a`, `b`, `c` in order
   * (`x`, if there is one), the result is `y`. Written in tensor operations it can be
   * differentiated again.
   */
  readonly vjps: { readonly [Position in keyof Inputs]: CustomVjp };
}

/**
 * A function with a derivative of your own, where the one that autograd would find is slow,
 * unstable or not what you want. Check it with gradcheck(). Throws an ArgumentError when called
 * with another number of tensors than it has derivatives.
 * @example
 * const clippedSquare = customFunction({
 *   name: "clippedSquare",
 *   forward: (x: Tensor) => x.square(),
 *   vjps: [(g, { x }) => g.mul(x.mul(2)).clamp(null, 1)],
 * });
 * const x = tensor([0.25, 5], { requiresGrad: true });
 * clippedSquare(x).sum().backward();
 * x.grad // tensor([0.5000, 1.0000])
 */
export function customFunction<Inputs extends Tensor[]>({
  name,
  forward,
  vjps,
}: CustomFunction<Inputs>): (...inputs: Inputs) => Tensor {
  checkFunction("customFunction", forward);
  if (!Array.isArray(vjps) || vjps.some((vjp) => typeof vjp !== "function")) {
    throw new ArgumentError(
      "customFunction: vjps is no list of functions; give the derivative for each input, for " +
        "example vjps: [(g, { x }) => g.mul(x)], or () => null for an input that has none.",
    );
  }
  const op = toldOp(name, vjps);
  return (...inputs) => {
    if (inputs.length !== vjps.length) {
      throw new ArgumentError(
        `${name}: it was called with ${inputs.length} tensors and has ${vjps.length} ` +
          "derivatives; " +
          "give customFunction one vjp for each input.",
      );
    }
    for (const input of inputs) checkTensor(name, input);
    return remember(
      op,
      checkTensor(
        name,
        noGrad(() => forward(...inputs)),
      ),
      inputs,
    );
  };
}

/**
 * Computes `run(...inputs)` without keeping what it needs for backward(): when a gradient comes
 * back, the function is run once more. Saves memory for time. Tensors that the function uses from
 * around it, such as parameters, get their gradients too, and random numbers are the same the
 * second time. The function must give the same result when it is run again.
 * @example
 * const w = tensor([1, 2], { requiresGrad: true });
 * const x = tensor([3, 4], { requiresGrad: true });
 * checkpoint((h) => h.mul(w).sin().exp(), x).sum().backward();
 * w.grad // tensor([-3.4201, -1.5653])
 */
export function checkpoint<Inputs extends Tensor[]>(
  run: (...inputs: Inputs) => Tensor,
  ...inputs: Inputs
): Tensor {
  checkFunction("checkpoint", run);
  if (!isGradEnabled()) return run(...inputs);
  const again = withRandomState();
  const standIns = inputs.map((x) => x.detach().requiresGrad_(x.requiresGrad));
  const first = again(() => run(...(standIns as Inputs)));
  const parents = [...inputs, ...leavesOf(first).filter((leaf) => !standIns.includes(leaf))];
  let known: { g: Tensor; shares: (Tensor | null)[] } | null = null;
  const share = (i: number): CustomVjp => {
    return (g) => {
      if (known?.g !== g) known = { g, shares: again(() => recompute(run, inputs, parents, g)) };
      return known.shares[i]!;
    };
  };
  const op = toldOp(
    "checkpoint",
    parents.map((_, i) => share(i)),
  );
  return remember(op, checkTensor("checkpoint", first), parents);
}

/** Runs a function again, and takes a gradient back through it to `parents`. */
function recompute<Inputs extends Tensor[]>(
  run: (...inputs: Inputs) => Tensor,
  inputs: Inputs,
  parents: readonly Tensor[],
  g: Tensor,
): (Tensor | null)[] {
  const createGraph = isGradEnabled();
  // Without a graph of the gradient the way back ends at the inputs, so they are cut off.
  const standIns = createGraph
    ? inputs
    : inputs.map((x) => x.detach().requiresGrad_(x.requiresGrad));
  const result = enableGrad(() => run(...(standIns as Inputs)));
  const targets = [...standIns, ...parents.slice(inputs.length)];
  const wanted = targets.filter((target) => target.requiresGrad);
  const found = grad(result, wanted, { gradOutputs: g, createGraph, allowUnused: true });
  return targets.map((target) => found[wanted.indexOf(target)] ?? null);
}

/** The leaves that a tensor was computed from and that require grad. */
function leavesOf({ origin }: Tensor): Tensor[] {
  const seen = new Set([origin]);
  for (const one of seen) for (const input of one?.inputs ?? []) seen.add(input);
  return [...seen].flatMap((one) => one?.leaf ?? []);
}
