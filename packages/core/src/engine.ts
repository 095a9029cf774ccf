/**
 * Where the parts of core are put together: which back end runs, and when. Everything else knows
 * only interfaces. As `@nabla/core/engine` it is the entry for authors of optimizers. Read next:
 * schedule/flush.ts.
 */
import { interpreter } from "./backends/interpreter.js";
import { choosePolicy } from "./choose.js";
import { debugLevel, printOperations } from "./debug.js";
import { mode } from "./graph/mode.js";
import { everyOp, realize as realizeNodes, runBy } from "./schedule/flush.js";
import type { Tensor } from "./tensor.js";

/** What Node and browsers both have, and what only Node has. */
const { console, process } = globalThis as unknown as {
  console: { error(line: string): void };
  process?: { env?: Record<string, string | undefined> };
};
const setting = (name: string): string | undefined => process?.env?.[name];

const tell = (line: string): void => console.error(line);

const level = debugLevel(setting("NABLA_DEBUG"), tell);
const policy = choosePolicy(setting, tell, level);
runBy(policy, interpreter);
if (policy === everyOp && level >= 1) printOperations(level, tell);
if (level >= 1) {
  mode.onRecapture = (reason) => tell(`nabla: a compiled step is captured: ${reason}`);
}

// The rules of shapes, for packages that have rules of their own.
export type { At, Place, Replaced } from "./graph/shape-places.js";
export type { Broadcast, Rules as ShapeRules } from "./graph/shape-rules.js";
export type { Of } from "./graph/shape-types.js";
export type { Floor, Minus, Plus, Quotient, Times } from "./graph/size-types.js";
export {
  concerns,
  hostScalar,
  hostStep,
  isCaptured,
  isLent,
  learn,
  refuseCompile,
  restsOn,
} from "./graph/capture.js";

/**
 * Computes these tensors now, and whatever else waits: what an optimizer does at the end of a step
 * with its parameters and its state, so that nothing piles up from step to step. Values are the
 * same without it; only when they are computed differs.
 * @example
 * const average = tensor([1, 2]).mul(0.5);
 * realize([average]);
 * average // tensor([0.5000, 1.0000])
 */
export function realize(tensors: readonly Tensor[]): void {
  // A step that is captured ends with everything that can be seen computed.
  if (mode.capture === null) realizeNodes(tensors.map((tensor) => tensor.node));
}

/**
 * The gradient of a parameter, for those who look at it and let nobody else have it: its place may
 * be used again once `zeroGrad()` has dropped it.
 * @example
 * const w = tensor(3, { requiresGrad: true });
 * w.square().backward();
 * gradientOf(w) // tensor(6.)
 */
export const gradientOf = (parameter: Tensor): Tensor | null => parameter.gradient.tensor;
