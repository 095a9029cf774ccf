/**
 * The functions of neural networks, under PyTorch's names in camelCase: import them as
 * `import { functional as F } from "nabla"`. They are made of core's operations and have no
 * derivatives of their own.
 */
export * from "./activation.js";
export * from "./attention.js";
export * from "./classification.js";
export * from "./convolution.js";
export * from "./dropout.js";
export * from "./embedding.js";
export * from "./fold.js";
export * from "./grid-sample.js";
export * from "./interpolate.js";
export * from "./linear.js";
export * from "./loss.js";
export * from "./normalization.js";
export * from "./pooling.js";
export type { Reduction, ReductionOptions } from "./reduction.js";
export * from "./shuffle.js";
export * from "./similarity.js";
export { pad } from "@nabla/core";
