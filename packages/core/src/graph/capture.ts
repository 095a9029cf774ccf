/**
 * What a function does besides recording nodes, told to whoever makes a compiled step of it:
 * numbers that are read anew at each replay, things that happen outside of tensors, and what the
 * recording rests on. While nothing is captured all of it is done at once and nobody is told. Who
 * listens: schedule/capture.ts.
 */
import { CompileError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import type { DType, TypedArray } from "./dtype.js";
import { mode } from "./mode.js";
import type { Node } from "./node.js";
import type { Storage } from "./storage.js";

export interface Capture {
  /** A node was made of elements that somebody had. */
  made(node: Node, array: TypedArray): void;
  /** A value is about to be used, and this is the tensor that has it. */
  used(node: Node, tensor: Tensor): void;
  /** A storage is about to be written. */
  touched(storage: Storage, name: string): void;
  /** The elements of a tensor are asked for. */
  read(x: Tensor): TypedArray;
  /** Gradients of these tensors may be read, left or dropped. */
  concerns(parameters: Iterable<Tensor>): void;
  number(read: () => number): number;
  happens(run: () => void): void;
  rests(on: string, read: () => unknown): void;
  learn<Lesson>(x: Tensor, read: (values: TypedArray) => Lesson): Lesson;
  draws(fill: () => TypedArray): TypedArray;
  /** Random numbers are drawn, which only `draws` can do again. */
  drew(): void;
  refuse(what: string, instead: string): never;
}

/**
 * A number that is read anew at each replay. It is an operand; JavaScript cannot compute with it,
 * and whoever looks for something else in it, names of options for example, takes it for a number.
 */
export class HostNumber {
  readonly of: (dtype: DType) => Tensor;

  constructor(of: (dtype: DType) => Tensor) {
    this.of = of;
    return new Proxy(this, {
      // What asks for these asks whether it is a tensor, or of truth values.
      get: (own, key) =>
        key === "of" ? own.of : key === "node" || key === "dtype" ? undefined : usedAsNumber(),
      has: usedAsNumber,
      ownKeys: usedAsNumber,
    });
  }
}

const usedAsNumber = (): never => {
  throw new CompileError(
    "compile: a number that may differ at each call, an argument of the function for example, " +
      "is used by JavaScript: in arithmetic, as a size, a dimension or an index, or in a " +
      "condition, which runs once. Use it in operations of tensors, x.mul(n), pass what is " +
      "computed from it as an argument of its own, or compile a function for each number: " +
      "[0, 1].map((dim) => compile((x) => x.sum(dim))).",
  );
};

/**
 * A number that is read now, and in a compiled step anew at each replay: the learning rate, or `1 -
 * beta ** t`. It can stand wherever an operation takes a number beside a tensor.
 * @example
 * let rate = 0.5;
 * tensor(2).mul(hostScalar(() => rate)) // tensor(1.)
 */
export const hostScalar = (read: () => number): number =>
  mode.capture === null ? read() : mode.capture.number(read);

/**
 * Does something now, and in a compiled step at each replay: counting steps, changing a rate. What
 * is read by `hostScalar` afterwards is as this has left it.
 * @example
 * let steps = 0;
 * hostStep(() => (steps += 1));
 * steps // 1
 */
export function hostStep(run: () => void): void {
  if (mode.capture === null) run();
  else mode.capture.happens(run);
}

/**
 * Whether a compiled step is being made: for what is only then worth preparing.
 * @example
 * isCaptured() // false
 */
export const isCaptured = (): boolean => mode.capture !== null;

/**
 * Tells a compiled step what it rests on: as long as `read` gives the same it is replayed, and when
 * it does not, it is captured anew. `read` is called before anything of a step happens.
 * @example
 * const options = { nesterov: true };
 * restsOn("nesterov", () => options.nesterov) // undefined
 */
export function restsOn(what: string, read: () => unknown): void {
  mode.capture?.rests(what, read);
}

/**
 * What `read` learns from the elements of a tensor: a check that throws, or a choice between two
 * ways to compute. In a compiled step the tensor must be known beforehand, and it is read anew at
 * each call: what is learned is one primitive value, and another one captures anew.
 * @example
 * learn(tensor([1, 2]), (values) => values.includes(2)) // true
 */
export const learn = <Lesson>(x: Tensor, read: (values: TypedArray) => Lesson): Lesson =>
  mode.capture === null ? read(x.data()) : mode.capture.learn(x, read);

/** An object with fields. */
export type Fields = Record<string, unknown>;

interface Loan {
  readonly owner: Fields;
  readonly field: string;
  readonly value: unknown;
}

let loans: readonly Loan[] = [];

/** Runs a function while fields have other values in them. */
export function lending<Result>(made: readonly Loan[], run: () => Result): Result {
  const [outer, before] = [loans, made.map(({ owner, field }) => owner[field])];
  try {
    loans = [...outer, ...made];
    for (const { owner, field, value } of made) owner[field] = value;
    return run();
  } finally {
    loans = outer;
    made.forEach(({ owner, field }, i) => (owner[field] = before[i]));
  }
}

/**
 * Whether what is in a field now was put there by functionalCall(), for one call: a compiled step
 * does not rest on it.
 * @example
 * isLent({ weight: tensor(1) }, "weight") // false
 */
export const isLent = (owner: object, field: string): boolean =>
  loans.some((loan) => loan.owner === owner && loan.field === field);

/**
 * Refuses to be compiled, by name, and says what to do instead.
 * @example
 * refuseCompile("LBFGS.step", "call it outside") // undefined
 */
export function refuseCompile(what: string, instead: string): void {
  mode.capture?.refuse(what, instead);
}

/**
 * Tells a compiled step of tensors whose gradients it reads, leaves or drops.
 * @example
 * concerns([tensor(1, { requiresGrad: true })]) // undefined
 */
export function concerns(parameters: Iterable<Tensor>): void {
  mode.capture?.concerns(parameters);
}
