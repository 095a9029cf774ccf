/**
 * `nabla/viz`: the plots of `@nabla/viz`, under the umbrella's name.
 */
export * from "@nabla/viz";
