/**
 * The public names of `@nabla/optim`, nothing else. Read optimizer.ts, then sgd.ts.
 */
export { Adadelta } from "./adadelta.js";
export type { AdadeltaOptions, AdadeltaState } from "./adadelta.js";
export { Adagrad } from "./adagrad.js";
export type { AdagradOptions, AdagradState } from "./adagrad.js";
export { Adam } from "./adam.js";
export type { AdamOptions, AdamState } from "./adam.js";
export { Adamax } from "./adamax.js";
export type { AdamaxOptions, AdamaxState } from "./adamax.js";
export { AdamW } from "./adamw.js";
export { ASGD } from "./asgd.js";
export type { ASGDOptions, ASGDState } from "./asgd.js";
export { clipGradNorm_, clipGradValue_ } from "./clip.js";
export type { ClipGradNormOptions } from "./clip.js";
export { LBFGS } from "./lbfgs.js";
export type { LBFGSOptions, LBFGSState } from "./lbfgs.js";
export { leastSquares } from "./least-squares.js";
export type { LeastSquaresOptions, LeastSquaresResult } from "./least-squares.js";
export { NAdam } from "./nadam.js";
export type { NAdamOptions, NAdamState } from "./nadam.js";
export { Optimizer } from "./optimizer.js";
export type {
  OptimizerState,
  ParameterGroup,
  ParameterGroupOptions,
  Parameters,
  ParameterState,
} from "./optimizer.js";
export { RAdam } from "./radam.js";
export type { RAdamOptions, RAdamState } from "./radam.js";
export { RMSprop } from "./rmsprop.js";
export type { RMSpropOptions, RMSpropState } from "./rmsprop.js";
export { Rprop } from "./rprop.js";
export type { RpropOptions, RpropState } from "./rprop.js";
export { SGD } from "./sgd.js";
export type { SGDOptions } from "./sgd.js";
export { ChainedScheduler, SequentialLR } from "./schedulers/combine.js";
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from "./schedulers/cosine.js";
export type { CosineAnnealingLROptions, WarmRestartsOptions } from "./schedulers/cosine.js";
export { CyclicLR } from "./schedulers/cycle.js";
export type { CyclicLROptions } from "./schedulers/cycle.js";
export { ConstantLR, LinearLR, PolynomialLR } from "./schedulers/decay.js";
export type {
  ConstantLROptions,
  LinearLROptions,
  PolynomialLROptions,
} from "./schedulers/decay.js";
export { LambdaLR, MultiplicativeLR } from "./schedulers/lambda.js";
export type { LRLambda } from "./schedulers/lambda.js";
export { OneCycleLR } from "./schedulers/one-cycle.js";
export type { OneCycleLROptions } from "./schedulers/one-cycle.js";
export { ReduceLROnPlateau } from "./schedulers/plateau.js";
export type { PlateauOptions } from "./schedulers/plateau.js";
export { LRScheduler } from "./schedulers/scheduler.js";
export type {
  PerGroup,
  Scheduled,
  ScheduledGroup,
  Scheduler,
  SchedulerState,
} from "./schedulers/scheduler.js";
export { ExponentialLR, MultiStepLR, StepLR } from "./schedulers/step.js";
export type { StepLROptions } from "./schedulers/step.js";
