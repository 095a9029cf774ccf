/**
 * The umbrella package `nabla`: everything of core, optim, nn and data under one name. Pictures are
 * under `nabla/viz`, so that nobody pays for plots they do not draw.
 */
export * from "@nabla/core";
export * from "@nabla/data";
export * from "@nabla/nn";
export * from "@nabla/optim";
