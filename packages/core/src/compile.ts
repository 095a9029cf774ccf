/**
 * `compile`: a whole step captured once and replayed as one plan. Where there is no engine, or
 * every operation runs at once, it calls the function. How a step is captured: schedule/capture.ts.
 */
import { CompileError } from "./errors.js";
import { checkFunction, mode } from "./graph/mode.js";
import { policyNow } from "./schedule/flush.js";
import type { Policy } from "./schedule/flush.js";

const state = { isRunning: false };

/**
 * A function that does what `step` does, and from its third call on without running its JavaScript:
 * the first call runs as ever, the second is captured, and later ones replay what was captured as
 * one piece of machine code. For the innermost loop: `zeroGrad`, forward, `backward()` and `step()`
 * together. Tensors among the arguments, in lists and objects too, are replaced at each call, and
 * so are numbers; rates and random numbers change as in a plain loop. Numbers, strings and tensors
 * that the function closes over are those of the second call, but for what is written into tensors.
 * It returns tensors without a graph. When shapes, modes, options or parameters are others than
 * they were, a step is captured for them, too. Throws a CompileError for what cannot be replayed:
 * reading values inside, async functions, a compiled function in another. See docs/compile.md.
 * @example
 * const w = tensor(3, { requiresGrad: true });
 * const step = compile((x: Tensor) => {
 *   w.grad = null;
 *   const loss = w.mul(x).square();
 *   loss.backward();
 *   noGrad(() => w.sub_(w.grad!.mul(0.1)));
 *   return loss;
 * });
 * for (let i = 0; i < 10; i++) step(tensor(1));
 * w // tensor(0.3221, requiresGrad=true)
 */
export function compile<Arguments extends unknown[], Result>(
  step: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  checkFunction("compile", step);
  if (step.constructor.name === "AsyncFunction") throw asynchronous();
  const checked = (args: Arguments): Result => {
    const result = step(...args);
    if (result instanceof Promise) throw asynchronous();
    return result;
  };
  let [policy, compiled]: [Policy | null, typeof checked] = [null, checked];
  return (...args) => {
    if (mode.isWatched) return step(...args);
    if (state.isRunning || mode.capture !== null) {
      throw new CompileError(
        "compile: a compiled function is called inside of another one; call what it was made of, " +
          "and compile the outer one only.",
      );
    }
    if (policy !== policyNow()) {
      policy = policyNow();
      compiled = policy?.compile?.(checked) ?? checked;
    }
    state.isRunning = true;
    try {
      return compiled(args);
    } finally {
      state.isRunning = false;
    }
  };
}

const asynchronous = (): CompileError =>
  new CompileError(
    "compile: the function is async, and what it does after an await cannot be replayed; await " +
      "outside: const batch = await load(); step(batch).",
  );
