/**
 * The switches that hold for everything recorded at the moment: is a gradient wanted, who is told
 * of a new node, and what time it is. `schedule/flush` installs the hook, so that recording needs
 * to know no scheduler.
 */
import { ArgumentError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import type { Buffer } from "./buffer.js";
import type { Capture } from "./capture.js";
import type { Node } from "./node.js";
import type { Origin } from "./origin.js";
import type { Storage } from "./storage.js";

export const mode = {
  /** Whether operations remember their inputs for backward(). */
  gradients: true,
  /** Whether they keep all values, not only those that derivatives ask for. */
  keepsValues: false,
  /** Called with every node recorded, and the tensors it is computed from. */
  onRecord: (_node: Node, _inputs?: readonly Tensor[]): void => {},
  /** Called with nodes whose values will be read. */
  onKeep: (_node: Node): void => {},
  /** Called with storages that were written to. */
  onWrite: (_storage: Storage): void => {},
  /** Called with a node whose value may take the place of a buffer that nobody reads any more. */
  onReuse: (_node: Node, _buffer: Buffer): void => {},
  /** The origin whose derivative is being computed, for those who look on. */
  differentiating: null as Origin | null,
  /** Whether somebody looks at every operation, so that nothing may be replayed. */
  isWatched: false,
  /** Who makes a compiled step of what is done at the moment, if anybody does. */
  capture: null as Capture | null,
  /** The round of nodes that are captured and cannot be computed yet, while others run. */
  capturedRound: null as object | null,
  /** Told why a compiled step could not be replayed, under NABLA_DEBUG. */
  onRecapture: null as ((reason: string) => void) | null,
  /** Counts what a compiled step would have to look at again: writes, gradients, who wants them. */
  changes: 0,
  /** Counts origins, and so orders them: inputs before results. */
  clock: 0,
};

export function checkFunction(name: string, run: unknown): void {
  if (typeof run !== "function") {
    throw new ArgumentError(
      `${name}: ${String(run)} is no function; for example ${name}(() => x.mul(2)).`,
    );
  }
}

function withGradients<T>(name: string, gradients: boolean, run: () => T): T {
  checkFunction(name, run);
  const before = mode.gradients;
  mode.gradients = gradients;
  try {
    const result = run();
    if (result instanceof Promise) {
      throw new ArgumentError(
        `${name}: the function is async, and the mode would end at its first await. ` +
          `Await outside: const x = await load(); ${name}(() => use(x)).`,
      );
    }
    return result;
  } finally {
    mode.gradients = before;
  }
}

/**
 * Runs a function in which no operation is remembered for backward(): results do not require grad,
 * and tensors that do may be changed in place. Returns what the function returns. It holds while
 * the function runs, not across an `await`.
 * @example
 * const w = tensor([1, 2], { requiresGrad: true });
 * noGrad(() => w.mul(2)).requiresGrad // false
 */
export const noGrad = <T>(run: () => T): T => withGradients("noGrad", false, run);

/**
 * Runs a function in which operations are remembered for backward(), inside of noGrad() too.
 * @example
 * const w = tensor([1, 2], { requiresGrad: true });
 * noGrad(() => enableGrad(() => w.mul(2))).requiresGrad // true
 */
export const enableGrad = <T>(run: () => T): T => withGradients("enableGrad", true, run);

/**
 * Whether operations recorded now are remembered for backward().
 * @example
 * isGradEnabled() // true
 * noGrad(() => isGradEnabled()) // false
 */
export const isGradEnabled = (): boolean => mode.gradients;
