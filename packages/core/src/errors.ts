/**
 * What can go wrong, one class per kind of failure. Every message says what was asked (the
 * operation and the shapes), why it cannot be, and the call that would work; every error is thrown
 * by the call that caused it, before anything has changed. Nothing is caught or logged here.
 */

/**
 * Every error that Nabla throws on purpose is one of these; catch it to catch them all.
 * @example
 * tensor([1, 2]).add(tensor([1, 2, 3])) // throws ShapeError: add: shapes [2] and [3]
 */
export class NablaError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * Sizes that do not fit: shapes that do not broadcast, a reshape that loses elements.
 * @example
 * zeros([2, 3]).matmul(zeros([2, 3])) // throws ShapeError: matmul: [2, 3] × [2, 3]: 3 ≠ 2
 */
export class ShapeError extends NablaError {}

/**
 * An element type that an operation cannot take or give.
 * @example
 * tensor([true]).neg() // throws DTypeError: neg: truth values have no neg
 */
export class DTypeError extends NablaError {}

/**
 * An index, dimension or range outside of the tensor.
 * @example
 * tensor([1, 2]).select(0, 2) // throws IndexError: select: index 2 is out of range
 */
export class IndexError extends NablaError {}

/**
 * An argument that has no meaning: a negative learning rate, a string for a number.
 * @example
 * manualSeed(-1) // throws ArgumentError: manualSeed: -1 is no seed
 */
export class ArgumentError extends NablaError {}

/**
 * A derivative that cannot be had: nothing requires it, or the graph is gone.
 * @example
 * tensor([1, 2]).sum().backward() // throws GradientError: backward: this tensor does not
 */
export class GradientError extends NablaError {}

/**
 * A write that would spoil what others rely on: a leaf that requires grad, an expanded view.
 * @example
 * tensor(1, { requiresGrad: true }).add_(1) // throws InPlaceError: add_: a leaf that requires
 */
export class InPlaceError extends NablaError {}

/**
 * A tensor used as a plain JavaScript value: `a + b`, `loss < 0.1`.
 * @example
 * Number(tensor(1)) // throws PrimitiveError: a tensor is no number
 */
export class PrimitiveError extends NablaError {}

/**
 * A value that is read too late: it was computed from a tensor that has been written over since,
 * and whose old elements are gone. Read it, or detach() it, in the step in which it was made.
 * @example
 * new StaleError("mul: a result of it is read two steps later").name // StaleError
 */
export class StaleError extends NablaError {}

/**
 * A result for which there is no memory, neither in that of WebAssembly nor in JavaScript's.
 * @example
 * new MemoryError("mul: no memory for a result of 8 GB").name // MemoryError
 */
export class MemoryError extends NablaError {}

/**
 * A matrix that has not what was asked for: no inverse, because it is singular; no Cholesky factor,
 * because it is not positive definite.
 * @example
 * linalg.inv(zeros([2, 2])) // throws LinAlgError: linalg.inv: the matrix is singular
 */
export class LinAlgError extends NablaError {}

/**
 * What a compiled function cannot do, because its JavaScript does not run again: see `compile`.
 * @example
 * const step = compile(() => tensor(1).add(tensor(2)).item());
 * step() // 3
 * compile(async () => 1) // throws CompileError: compile: the function is async
 */
export class CompileError extends NablaError {}

/** Any value as a message names it: a number itself, of objects the kind. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if ("node" in value) return "a tensor";
  if (Array.isArray(value)) return "a list";
  const kind = value.constructor?.name ?? "Object";
  return kind === "Object" ? "an object" : `a ${kind}`;
}
