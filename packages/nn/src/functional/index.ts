/**
 * The functions of neural networks, under PyTorch's names in camelCase: import them as
 * `import { functional as F } from "nabla"`. They are made of core's operations and have no
 * derivatives of their own.
 */
export { pad } from "@nabla/core";
export * from "./convolution.js";
export * from "./embedding.js";
export * from "./fold.js";
export * from "./grid-sample.js";
export * from "./interpolate.js";
export * from "./linear.js";
export * from "./pooling.js";
export * from "./shuffle.js";
