/**
 * The public names of `@nabla/core`, nothing else. Start reading at tensor.ts.
 */
import "./engine.js";
export { grad } from "./autograd.js";
export type { BackwardOptions, GradOptions } from "./autograd.js";
export {
  ArgumentError,
  DTypeError,
  GradientError,
  IndexError,
  InPlaceError,
  NablaError,
  PrimitiveError,
  ShapeError,
} from "./errors.js";
export { gradcheck } from "./gradcheck.js";
export type { GradcheckOptions } from "./gradcheck.js";
export type { DType, TypedArray } from "./graph/dtype.js";
export { enableGrad, isGradEnabled, noGrad } from "./graph/mode.js";
export type { Shape } from "./graph/shape.js";
export { arange, full, linspace, ones, onesLike, tensor, zeros, zerosLike } from "./ops/create.js";
export type { CreateOptions, NestedArray } from "./ops/create.js";
export type { Operand } from "./ops/define.js";
export { manualSeed, rand, randn } from "./ops/random.js";
export { Tensor } from "./tensor.js";
export type { Hook } from "./tensor.js";

export * from "./ops/composite.js";
export * from "./ops/contract.js";
export * from "./ops/copy.js";
export * from "./ops/elementwise.js";
export * from "./ops/movement.js";
export * from "./ops/reduce.js";
