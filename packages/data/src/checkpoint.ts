/**
 * Checkpoints: everything that a run needs to go on where it was, in one safetensors file that is
 * whole at any moment. The tensors lie in it under their names, where other programs find them too;
 * all else is JSON in the file's metadata. Read next: safetensors.ts, and `saveFile` in source.ts.
 */
import { getRngState, noGrad, setRngState, Tensor } from "@nabla/core";
import type { RngState } from "@nabla/core";

import { DataError } from "./errors.js";
import { openSafetensors, saveSafetensors } from "./safetensors.js";
import type { Source } from "./source.js";

/** What knows its own state: a model, an optimizer, a schedule, a DataLoader, Features. */
export interface Stateful {
  stateDict(): unknown;
  loadStateDict(state: never): unknown;
}

/** What a checkpoint gives back: plain values and tensors, by name. */
export type CheckpointParts = Readonly<Record<string, unknown>>;

const FORMAT = "nabla checkpoint 1";

/**
 * Saves a checkpoint under Node, whole or not at all, as `saveFile` does: a run that is killed
 * while it saves finds the one before. A part with a `stateDict()` is asked for it; other parts are
 * tensors, numbers, strings, booleans, `null`, and arrays and plain objects of them. The state of
 * the random numbers is saved with them. Throws a `DataError` for what cannot be saved or written.
 *
 * @example
 * import { mkdtempSync } from "node:fs";
 * const path = `${mkdtempSync("/tmp/nabla-")}/run.checkpoint`;
 * const w = tensor([1, 2], { requiresGrad: true });
 * const opt = new SGD([w], { lr: 0.1 });
 * saveCheckpoint(path, { w, opt, step: 7 });
 * opt.paramGroups[0].lr = 0.5;
 * resumeCheckpoint(path, { w, opt }).step // 7
 * opt.paramGroups[0].lr // 0.1
 */
export function saveCheckpoint(path: string, parts: CheckpointParts): void {
  const tensors = new Map<string, Tensor>();
  const states = Object.entries(parts).map(([name, part]) => [
    name,
    flatten(isStateful(part) ? part.stateDict() : part, name, tensors),
  ]);
  const tree = { parts: Object.fromEntries(states) as object, random: getRngState() };
  saveSafetensors(path, tensors, { metadata: { format: FORMAT, tree: JSON.stringify(tree) } });
}

/** A checkpoint as it was saved. */
export interface Checkpoint {
  /** The parts: state dicts where they have one. */
  readonly parts: CheckpointParts;
  /** Where the random numbers stood. */
  readonly random: RngState;
}

/**
 * Reads a checkpoint and changes nothing: bytes or, under Node, a path. Throws a `DataError` for a
 * file that is damaged or no checkpoint.
 *
 * @example
 * import { mkdtempSync } from "node:fs";
 * const path = `${mkdtempSync("/tmp/nabla-")}/run.checkpoint`;
 * saveCheckpoint(path, { w: tensor([1, 2]), step: 7 });
 * loadCheckpoint(path).parts // { w: tensor([1., 2.]), step: 7 }
 */
export function loadCheckpoint(source: Source): Checkpoint {
  const file = openSafetensors(source);
  try {
    const text = file.metadata.get("tree");
    if (file.metadata.get("format") !== FORMAT || text === undefined) {
      throw new DataError("this safetensors file is no checkpoint: use readSafetensors");
    }
    const found = restore(parseTree(text), (name) => file.get(name)) as Partial<Checkpoint>;
    const { parts, random } = found ?? {};
    const isState = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
    if (
      !isObject(parts) ||
      !isObject(random) ||
      !isState(random.seed) ||
      !isState(random.counter)
    ) {
      throw new DataError("the checkpoint is damaged: it has no parts or no random state");
    }
    return { parts, random };
  } finally {
    file.close();
  }
}

/**
 * Goes on where a checkpoint was saved: every part given with a `loadStateDict` takes its state,
 * every tensor its elements, and the random numbers go on from where they stood. Returns all parts
 * as they were saved, the plain ones (a count of steps) among them. Throws a `DataError` where a
 * part is not in the checkpoint.
 *
 * @example
 * import { mkdtempSync } from "node:fs";
 * const path = `${mkdtempSync("/tmp/nabla-")}/run.checkpoint`;
 * const loader = new DataLoader(new TensorDataset(arange(10)), { shuffle: true });
 * saveCheckpoint(path, { loader, best: 0.25 });
 * resumeCheckpoint(path, { loader }).best // 0.25
 * resumeCheckpoint(path, { model: loader }) // throws DataError: the checkpoint has no part "model"
 */
export function resumeCheckpoint(source: Source, parts: CheckpointParts): CheckpointParts {
  const { parts: saved, random } = loadCheckpoint(source);
  for (const [name, part] of Object.entries(parts)) {
    if (!Object.hasOwn(saved, name)) {
      const all = Object.keys(saved).join('", "');
      throw new DataError(`the checkpoint has no part "${name}": it has "${all}"`);
    }
    if (part instanceof Tensor) checkSame(name, part, saved[name]);
    else if (!isStateful(part)) {
      throw new DataError(`"${name}" has no loadStateDict: take it from what is returned`);
    }
  }
  for (const [name, part] of Object.entries(parts)) {
    const state = saved[name] as never;
    if (part instanceof Tensor) noGrad(() => part.copy_(state));
    else (part as Stateful).loadStateDict(state);
  }
  setRngState(random);
  return saved;
}

function checkSame(name: string, part: Tensor, saved: unknown): void {
  const wanted = `a tensor of shape [${part.shape.join(", ")}] and type ${part.dtype}`;
  const same =
    saved instanceof Tensor &&
    saved.dtype === part.dtype &&
    String(saved.shape) === String(part.shape);
  if (!same)
    throw new DataError(`"${name}" in the checkpoint is not ${wanted}: it was another then`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isStateful = (part: unknown): part is Stateful =>
  isObject(part) && typeof part["stateDict"] === "function";

/** What JSON does not have is an object with this key. */
const TAG = "$nabla";

/** A value as JSON; tensors go into `tensors`. */
function flatten(value: unknown, path: string, tensors: Map<string, Tensor>): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (value === undefined) return { [TAG]: "undefined" };
  if (typeof value === "number") {
    const plain = Number.isFinite(value) && !Object.is(value, -0);
    return plain ? value : { [TAG]: "number", text: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (value instanceof Tensor) {
    let name = path;
    for (let i = 2; tensors.has(name); i++) name = `${path}#${i}`;
    tensors.set(name, value);
    return { [TAG]: "tensor", text: name };
  }
  if (Array.isArray(value)) {
    return value.map((part, i) => flatten(part, `${path}.${i}`, tensors));
  }
  const prototype: unknown = isObject(value) ? Object.getPrototypeOf(value) : undefined;
  if (prototype === undefined || !(prototype === null || prototype === Object.prototype)) {
    throw new DataError(
      `"${path}" cannot be saved: it is a ${isObject(value) ? "class" : typeof value} without ` +
        "stateDict(); save plain values and tensors",
    );
  }
  const members = Object.entries(value);
  const reserved = members.find(([key]) => key === TAG || key === "__proto__");
  if (reserved !== undefined) {
    throw new DataError(`"${path}" has a key "${reserved[0]}", which is reserved: rename it`);
  }
  return Object.fromEntries(
    members.map(([key, part]) => [key, flatten(part, `${path}.${key}`, tensors)]),
  );
}

/** The reverse of `flatten`. */
function restore(value: unknown, tensorNamed: (name: string) => Tensor): unknown {
  if (Array.isArray(value)) return value.map((part) => restore(part, tensorNamed));
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, TAG)) {
    const { [TAG]: kind, text } = value;
    if (kind === "undefined") return undefined;
    if (kind === "number") return Number(text);
    if (kind === "tensor" && typeof text === "string") return tensorNamed(text);
    throw new DataError(`the checkpoint is damaged: it holds a ${JSON.stringify(kind)}`);
  }
  if (Object.hasOwn(value, "__proto__")) {
    throw new DataError('the checkpoint is damaged: it has a key "__proto__"');
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, restore(part, tensorNamed)]),
  );
}

const DEEPEST = 64;

/** Parses JSON that is not deep, so that a damaged file can neither fill memory nor the stack. */
function parseTree(text: string): unknown {
  let depth = 0;
  for (const { 0: token } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    if (depth > DEEPEST) throw new DataError("the checkpoint is damaged: it is nested too deep");
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DataError("the checkpoint is damaged: its description is no JSON", { cause: error });
  }
}
