/**
 * Looking on while things are computed: which operation, called from which line, first gave a NaN
 * or an infinity (`detectAnomaly`), and every operation as it runs (`NABLA_DEBUG` where nothing
 * waits). It listens where nodes are recorded, so nothing is slower while nobody looks. Not here:
 * what `NABLA_DEBUG` prints of plans (report.ts). For users: docs/debugging.md.
 */
import { NablaError } from "./errors.js";
import { allocate } from "./graph/dtype.js";
import type { DType } from "./graph/dtype.js";
import { checkFunction, mode } from "./graph/mode.js";
import type { Node } from "./graph/node.js";
import { countElements, formatShape } from "./graph/shape.js";
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
    if (cause === null) lines.set(node, callingLine()());
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

/** Takes a line of text. */
export type Tell = (line: string) => void;

/** What NABLA_DEBUG is set to, as a number from 0 to 5. */
export function debugLevel(setting: string | undefined, tell: Tell): number {
  const level = Number(setting ?? 0);
  if (level >= 0 && level <= 5) return level;
  tell(`nabla: NABLA_DEBUG=${setting} is none of 0, 1, 2, 3, 4 and 5; see docs/debugging.md.`);
  return 0;
}

/** Prints every operation as it runs: what NABLA_DEBUG does where nothing waits. */
export function printOperations(level: number, tell: Tell): void {
  const compute = mode.onRecord;
  mode.onRecord = (node) => {
    const moved = [node, ...node.inputs];
    const start = now();
    compute(node);
    const time = now() - start;
    const isView = node.operation.work === null;
    const bytes = moved.reduce((sum, { dtype, shape }) => sum + bytesOf(dtype, shape), 0);
    const cost = level >= 2 && !isView ? `  ${rate(time, bytes)}` : "";
    tell(`nabla: ${described(node)}${cost}  ${origin()()}`);
  };
}

type Described = Pick<Node, "operation" | "shape" | "dtype">;
export const described = ({ operation, shape, dtype }: Described): string =>
  `${operation.name} ${formatShape(shape)} ${dtype}`;

/** Where the operation that is being recorded was called, and for whom; told when asked. */
export function origin(): () => string {
  const [cause, line] = [mode.differentiating?.op, callingLine()];
  return () => `${cause ? `in the derivative of ${cause.name}, ` : ""}${line()}`;
}

/** Milliseconds. */
export const now = (): number =>
  (globalThis as unknown as { performance: { now(): number } }).performance.now();

export const bytesOf = (dtype: DType, sizes: readonly number[]): number =>
  countElements(sizes) * allocate(dtype, 0).BYTES_PER_ELEMENT;

/** How long something took, and how fast it moved so many bytes. */
export function rate(milliseconds: number, bytes: number): string {
  const speed =
    bytes === 0 || milliseconds <= 0 ? "" : `, ${short(bytes / milliseconds / 1e6)} GB/s`;
  const size = bytes < 1e6 ? `${short(bytes / 1e3)} kB` : `${short(bytes / 1e6)} MB`;
  return `${short(milliseconds)} ms, ${size}${speed}`;
}

export const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));

/** Runs a function while every recorded node goes to `listener` only. */
export function listening<T>(listener: (node: Node) => void, run: () => T): T {
  const { onRecord, onKeep, isWatched } = mode;
  mode.onRecord = listener;
  mode.onKeep = () => {};
  mode.isWatched = true;
  try {
    return run();
  } finally {
    Object.assign(mode, { onRecord, onKeep, isWatched });
  }
}

/** The first element that is no finite number. */
function strangeNumber(node: Node): number | undefined {
  return elements(node).find((value) => !Number.isFinite(value));
}

/**
 * The line of the user's code that this call goes back to, as file:line:column; told when asked,
 * for the text of a stack takes far longer than to remember it.
 */
export function callingLine(): () => string {
  const errors = Error as unknown as { stackTraceLimit: number };
  const limit = errors.stackTraceLimit;
  errors.stackTraceLimit = 40;
  const here = new Error("here");
  errors.stackTraceLimit = limit;
  return () => userLine((here.stack ?? "").split("\n").slice(1));
}

function userLine(frames: readonly string[]): string {
  // This file is the first: the packages lie beside it, or in folders of the same name, or
  // everything is in one file.
  const [own = ""] = placeOf(frames[0])?.split(/:\d+:\d+$/) ?? [];
  const home = own.replace(/core[\\/](src|dist)[\\/].*$/, "");
  const inside = /^(core|optim|nn|data|viz|nabla)[\\/](src|dist)[\\/]/;
  for (const frame of frames) {
    const place = placeOf(frame);
    if (place === undefined || /node:internal|@nabla[\\/]\w+[\\/]dist[\\/]/.test(place)) continue;
    if (place.startsWith(`${own}:`)) continue;
    if (!place.startsWith(home) || !inside.test(place.slice(home.length))) return place;
  }
  return "an unknown line";
}

const placeOf = (frame: string | undefined): string | undefined =>
  /\(?([^\s()]+:\d+:\d+)\)?$/.exec(frame ?? "")?.[1];
