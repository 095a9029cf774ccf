/**
 * All tables of results that are made of many elements, as one. Start with ops/reduce.ts.
 */
export * from "./extremes.js";
export { norm } from "./norms.js";
export * from "./reduce.js";
export * from "./scan.js";
export * from "./statistics.js";
export * from "./truth.js";
