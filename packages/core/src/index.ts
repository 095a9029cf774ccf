/**
 * The public names of `@nabla/core`, nothing else. Start reading at tensor.ts.
 */
import "./engine.js";
import { composites } from "./ops/composite.js";
import { contractions } from "./ops/contract.js";
import { outOfPlace, elementwise } from "./ops/elementwise.js";
import { functions } from "./ops/methods.js";
import { movements } from "./ops/movement.js";
import { reductions } from "./ops/reduce.js";

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

export const {
  abs,
  add,
  ceil,
  cos,
  div,
  eq,
  exp,
  expm1,
  floor,
  ge,
  gt,
  le,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  lt,
  maximum,
  minimum,
  mul,
  ne,
  neg,
  pow,
  reciprocal,
  relu,
  sigmoid,
  sign,
  sin,
  sqrt,
  square,
  sub,
  tanh,
} = functions(elementwise);
export const { clone, to, where } = functions(outOfPlace);
export const { expand, permute, reshape, select, slice, squeeze, transpose, unsqueeze } =
  functions(movements);
export const { mean, sum } = functions(reductions);
export const { matmul } = functions(contractions);
export const { contiguous, flatten, sumTo } = functions(composites);
