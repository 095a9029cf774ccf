/**
 * All tables of functions of single elements, as one: every entry becomes a method, and another one
 * `name_` that writes in place. Start with ops/elementwise.ts.
 */
export * from "./activation.js";
export * from "./arithmetic.js";
export * from "./bitwise.js";
export * from "./bounds.js";
export * from "./compare.js";
export * from "./elementwise.js";
export * from "./rounding.js";
export * from "./special.js";
export * from "./trigonometric.js";
