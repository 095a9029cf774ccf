/**
 * Values between elements: which elements around a coordinate are read, and what each contributes.
 * Both, interpolate (interpolate.ts) and gridSample (grid-sample.ts), read signals through this.
 * Coordinates count elements: 0 is the first, 0.5 half way to the second.
 */
import type { Tensor } from "@nabla/core";

/** An element that is read at each coordinate, and its weight there. */
export interface Tap {
  /** A whole number, in the type of the coordinates; it may be outside. */
  readonly position: Tensor;
  /** `null` where it is the only one. */
  readonly weight: Tensor | null;
}

/** The elements on both sides, each the more the nearer it is. */
export function linearTaps(coordinate: Tensor): Tap[] {
  const before = coordinate.floor();
  const part = coordinate.sub(before);
  return [
    { position: before, weight: part.neg().add(1) },
    { position: before.add(1), weight: part },
  ];
}

/**
 * Two elements on both sides, by cubic convolution: Robert Keys, "Cubic convolution interpolation
 * for digital image processing", 1981, with a = -0.75.
 */
export function cubicTaps(coordinate: Tensor): Tap[] {
  const before = coordinate.floor();
  const part = coordinate.sub(before);
  return [-1, 0, 1, 2].map((shift) => {
    const distance = shift <= 0 ? part.sub(shift) : part.neg().add(shift);
    return {
      position: before.add(shift),
      weight: shift === 0 || shift === 1 ? near(distance) : far(distance),
    };
  });
}

const a = -0.75;

/** The weight of an element at a distance up to 1: ((a + 2) d - (a + 3)) d² + 1. */
const near = (d: Tensor): Tensor =>
  d
    .mul(a + 2)
    .sub(a + 3)
    .mul(d)
    .mul(d)
    .add(1);

/** At a distance from 1 to 2: ((a d - 5 a) d + 8 a) d - 4 a. */
const far = (d: Tensor): Tensor =>
  d
    .mul(a)
    .sub(5 * a)
    .mul(d)
    .add(8 * a)
    .mul(d)
    .sub(4 * a);
