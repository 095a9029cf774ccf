/**
 * The public names of `@nabla/core`, nothing else. Start reading at tensor.ts.
 */
import "./engine.js";
export { grad } from "./autograd.js";
export { getNumThreads, setNumThreads } from "./backends/threads.js";
export { AnomalyError, detectAnomaly } from "./debug.js";
export { compile } from "./compile.js";
export { checkpoint, customFunction } from "./custom.js";
export type { CustomFunction, CustomVjp } from "./custom.js";
export type { BackwardOptions, GradOptions } from "./autograd.js";
export {
  ArgumentError,
  CompileError,
  DTypeError,
  GradientError,
  IndexError,
  InPlaceError,
  LinAlgError,
  NablaError,
  PrimitiveError,
  ShapeError,
  MemoryError,
  StaleError,
} from "./errors.js";
export { functionalCall, hessian, jacobian, jvp, vjp } from "./functional.js";
export type { Callable, DerivativeOptions } from "./functional.js";
export { gradcheck, gradgradcheck } from "./gradcheck.js";
export type { GradcheckOptions } from "./gradcheck.js";
export type { DType, TypedArray } from "./graph/dtype.js";
export { enableGrad, isGradEnabled, noGrad } from "./graph/mode.js";
export type { Shape } from "./graph/shape.js";
export { arange, full, linspace, ones, onesLike, tensor, zeros, zerosLike } from "./ops/create.js";
export type { CreateOptions, NestedArray } from "./ops/create.js";
export type { Operand, Saved } from "./ops/define.js";
export { normal, bernoulli, multinomial, randint, randintLike } from "./ops/distribution.js";
export { randLike, randnLike, randperm } from "./ops/distribution.js";
export { manualSeed, rand, randn, getRngState, setRngState } from "./ops/random.js";
export type { RngState } from "./ops/random.js";
export { empty, emptyLike, eye, fullLike, logspace } from "./ops/sequence.js";
export { trilIndices, triuIndices } from "./ops/sequence.js";
export { canCast, promoteTypes, resultType } from "./ops/promotion.js";
export { readOptions } from "./ops/options.js";
export type { PadOptions } from "./ops/pad.js";
export { Tensor } from "./tensor.js";
export type { Hook } from "./tensor.js";

export * from "./ops/algebra.js";
export * from "./ops/chain.js";
export * from "./ops/composite.js";
export * from "./ops/contract.js";
export * from "./ops/convolution.js";
export * from "./ops/copy.js";
// In PyTorch's order, in the place of the record's.
export { where } from "./ops/where.js";
export * from "./ops/distance.js";
export * from "./ops/einsum.js";
export * from "./ops/functions.js";
export * from "./ops/gather.js";
export * from "./ops/indexing.js";
export * from "./ops/fill.js";
export * from "./ops/join.js";
export * as linalg from "./ops/linalg.js";
export * from "./ops/movement.js";
export * from "./ops/rearrange.js";
export * from "./ops/scatter.js";
export * from "./ops/sort.js";
export * from "./ops/split.js";
// Shadows the function form of the method x.slice(dim, ...), which is rarely wanted.
export { Slice, slice } from "./ops/slice.js";
export * from "./ops/reductions.js";
