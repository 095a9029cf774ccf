/**
 * How many numbers go into and out of a weight: what the initialisers (init.ts) go by.
 */
import { ShapeError } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { format } from "./checks.js";

/** How many numbers go into an output, and out of an input, of a weight [out, in, ...window]. */
export function fans(name: string, { shape }: Tensor): [fanIn: number, fanOut: number] {
  const [out, input, ...window] = shape;
  if (out === undefined || input === undefined) {
    throw new ShapeError(
      `${name}: a tensor of shape ${format(shape)} has no inputs and outputs; it takes ` +
        "two dimensions or more.",
    );
  }
  const size = window.reduce((product, one) => product * one, 1);
  return [input * size, out * size];
}
