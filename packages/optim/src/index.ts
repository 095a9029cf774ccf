/**
 * The public names of `@nabla/optim`, nothing else. Read optimizer.ts, then sgd.ts.
 */
export { Optimizer } from "./optimizer.js";
export type {
  OptimizerState,
  ParameterGroup,
  ParameterGroupOptions,
  Parameters,
  ParameterState,
} from "./optimizer.js";
export { SGD } from "./sgd.js";
export type { SGDOptions } from "./sgd.js";
