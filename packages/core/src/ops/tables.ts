/**
 * All tables as one: every entry is a method of tensors, and a function of the same name. Not here:
 * functions that begin with something else than a tensor, as in ops/join.ts, and ops/linalg.ts.
 */
export * from "./algebra.js";
export * from "./composite.js";
export * from "./contract.js";
export * from "./copy.js";
export * from "./distance.js";
export * from "./fill.js";
export * from "./functions.js";
export * from "./gather.js";
export * from "./indexing.js";
export * from "./movement.js";
export * from "./rearrange.js";
export * from "./reductions.js";
export * from "./scatter.js";
export * from "./sort.js";
export * from "./split.js";
