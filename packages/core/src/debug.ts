/**
 * Looking on while things are computed: which operation, called from which line, first gave a NaN
 * or an infinity (`detectAnomaly`), and every operation as it runs (`NABLA_DEBUG=1`). It listens
 * where nodes are recorded, so nothing is slower while nobody looks.
 */
import { NablaError } from "./errors.js";
import { checkFunction, mode } from "./graph/mode.js";
import type { Node } from "./graph/node.js";
import { formatShape } from "./graph/shape.js";
import { elements, runNow } from "./schedule/flush.js";

/**
 * A NaN or an infinity that came out of finite numbers, under detectAnomaly().
 * @example
 * detectAnomaly(() => tensor([0]).log()) // throws AnomalyError: log gave -Infinity
 */
export class AnomalyError extends NablaError {}

/**
 * Runs a function and throws an AnomalyError as soon as an operation, or the derivative of one,
 * gives a NaN or an infinity from finite numbers. It names the operation and the line that called
 * it, which for a derivative is the line of the forward pass. Returns what the function returns.
 * Slow: for finding a fault, not for training.
 * @example
 * const x = tensor([0, 1], { requiresGrad: true });
 * x.sqrt().sum().backward();
 * x.grad // tensor([   inf, 0.5000])
 * detectAnomaly(() => x.sqrt().sum().backward()) // throws AnomalyError: the derivative of sqrt
 */
export function detectAnomaly<T>(run: () => T): T {
  checkFunction("detectAnomaly", run);
  const lines = new WeakMap<Node, string>();
  return listening((node) => {
    const cause = mode.differentiating;
    if (cause === null) lines.set(node, callingLine());
    const clean = node.inputs.every((input) => strangeNumber(input) === undefined);
    runNow(node);
    const strange = clean ? strangeNumber(node) : undefined;
    if (strange === undefined) return;
    const name = cause?.op?.name ?? node.operation.name;
    // What a derivative was computed from has been recorded under this function, or before it.
    const culprit = cause?.value(cause.inputs.length) ?? node;
    throw new AnomalyError(
      `${cause === null ? name : `the derivative of ${name}`} gave ${strange} from finite ` +
        "numbers, " +
        `in a result of shape ${formatShape(node.shape)}; ` +
        `${name} was called at ${lines.get(culprit) ?? "a line outside of detectAnomaly()"}.`,
    );
  }, run);
}

/** Prints every operation as it runs, with the line that called it: what NABLA_DEBUG=1 does. */
export function printOperations(print: (line: string) => void): void {
  const compute = mode.onRecord;
  mode.onRecord = (node) => {
    compute(node);
    const shape = formatShape(node.shape);
    const cause = mode.differentiating?.op;
    const role = cause ? `  in the derivative of ${cause.name}` : "";
    print(`nabla: ${node.operation.name} ${shape} ${node.dtype}${role}  ${callingLine()}`);
  };
}

/** Runs a function while every recorded node goes to `listener` only. */
export function listening<T>(listener: (node: Node) => void, run: () => T): T {
  const { onRecord, onKeep } = mode;
  mode.onRecord = listener;
  mode.onKeep = () => {};
  try {
    return run();
  } finally {
    Object.assign(mode, { onRecord, onKeep });
  }
}

/** The first element that is no finite number. */
function strangeNumber(node: Node): number | undefined {
  return elements(node).find((value) => !Number.isFinite(value));
}

/** The line of the user's code that this call goes back to, as file:line:column. */
function callingLine(): string {
  const errors = Error as unknown as { stackTraceLimit: number };
  const limit = errors.stackTraceLimit;
  errors.stackTraceLimit = 40;
  const frames = (new Error("where").stack ?? "").split("\n").slice(1);
  errors.stackTraceLimit = limit;
  const outside = frames.find(
    (frame) => !/[\\/]core[\\/](src|dist)[\\/]|node:internal/.test(frame),
  );
  return /\(?([^\s()]+:\d+:\d+)\)?$/.exec(outside ?? "")?.[1] ?? "an unknown line";
}
