/**
 * The public names of `@nabla/nn`, nothing else. What a model is: module.ts. The layers are in
 * layers/, one family a file; the functions they are made of in functional/, as in PyTorch's
 * `torch.nn.functional`; how parameters start in init.ts.
 */
export * as functional from "./functional/index.js";
export * as init from "./init.js";
export { buffer, parameter } from "./members.js";
export type { BufferOptions } from "./members.js";
export { Module } from "./module.js";
export type { ForwardHook, ForwardPreHook } from "./module.js";
export type { LoadOptions, LoadResult, StateDict } from "./state-dict.js";

export * from "./layers/activation.js";
export * from "./layers/attention.js";
export * from "./layers/container.js";
export * from "./layers/convolution.js";
export * from "./layers/dropout.js";
export * from "./layers/embedding.js";
export * from "./layers/linear.js";
export * from "./layers/loss.js";
export * from "./layers/normalization.js";
export * from "./layers/padding.js";
export * from "./layers/pooling.js";
export { GRUCell, LSTMCell, RNNCell } from "./layers/recurrent-cell.js";
export type { CellOptions, RNNCellOptions } from "./layers/recurrent-cell.js";
export * from "./layers/recurrent.js";
export * from "./layers/shape.js";
export * from "./layers/transformer.js";
