/**
 * Pictures and volumes read at places of one's choice, between elements too, with a gradient for
 * the places. Read first: taps.ts.
 */
import { arange, ArgumentError, DTypeError, readOptions, ShapeError } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkTensors, format } from "../checks.js";
import type { GridFunction } from "../shape-functions.js";
import { product } from "../sizes.js";
import { cubicTaps, linearTaps } from "./taps.js";
import type { Tap } from "./taps.js";

/** What `gridSample` takes last. */
export interface GridSampleOptions {
  /** What is between elements: straight lines, as unless given; the nearest; a smooth curve. */
  readonly mode?: "bilinear" | "nearest" | "bicubic";
  /** What is outside: 0, as unless given; the outermost elements; the input in a mirror. */
  readonly paddingMode?: "zeros" | "border" | "reflection";
  /** Whether -1 and 1 are the outermost elements, or their outer edges; `false`: the edges. */
  readonly alignCorners?: boolean;
}

/** Brings coordinates along a dimension of so many elements inside, or leaves them as they are. */
type Padding = (coordinate: Tensor, size: number, isAligned: boolean) => Tensor;

/** On the border and outside nothing changes any more, and the gradient is 0. NaN is at 0. */
const clip: Padding = (x, size) => {
  const [last, fixed] = [size - 1, x.detach()];
  return x.where(x.gt(0).logicalAnd(x.lt(last)), fixed.clamp(0, last).where(fixed.eq(fixed), 0));
};

/** Thrown to and fro by two mirrors, on the outermost elements if aligned, else on their edges. */
const reflect: Padding = (x, size, isAligned) => {
  const [low, span] = isAligned ? [0, size - 1] : [-0.5, size];
  if (span === 0) return x.mul(0);
  const shifted = x.sub(low);
  const way = shifted.where(shifted.ge(0), shifted.neg());
  const rest = way.fmod(span);
  const isOnWayBack = way.detach().div(span).floor().remainder(2).eq(1);
  return clip(rest.neg().add(span).where(isOnWayBack, rest).add(low), size, isAligned);
};

const paddings: Readonly<Record<string, Padding>> = {
  zeros: (x) => x,
  border: clip,
  reflection: reflect,
};

/** One element, whose weight is 1 and has the gradient of rounding, which is 0. */
const nearestTap = (coordinate: Tensor): Tap[] => {
  const position = coordinate.round();
  return [{ position, weight: position.sub(position.detach()).add(1) }];
};

const modes: Readonly<Record<string, (coordinate: Tensor) => Tap[]>> = {
  bilinear: linearTaps,
  nearest: nearestTap,
  bicubic: cubicTaps,
};

/** What is read along one dimension at every place. */
interface Read {
  readonly index: Tensor;
  /** 0 where there is no such element. */
  readonly weight: Tensor;
  readonly isInside: Tensor;
}

/**
 * An input [n, channels, height, width] read at the places of a grid [n, rows, columns, 2]: [n,
 * channels, rows, columns]. A place is (x, y), each from -1, the left or the upper end, to 1. Or an
 * input [n, channels, depth, height, width] at places (x, y, z) of a grid [n, ..., 3]. The grid is
 * looked at at once. Throws a ShapeError where it does not fit.
 * @example
 * const x = tensor([[[[1, 2], [3, 4]]]]);
 * const grid = tensor([[[[0, 0], [-1, 1]]]]);
 * functional.gridSample(x, grid, { alignCorners: true }) // tensor([[[[2.5000, 3.0000]]]])
 */
export const gridSample: GridFunction<GridSampleOptions> = ((
  input: Tensor,
  grid: Tensor,
  options: GridSampleOptions = {},
): Tensor => {
  const given = readOptions<GridSampleOptions>("gridSample", options, {
    mode: "bilinear",
    paddingMode: "zeros",
    alignCorners: false,
  });
  checkTensors("gridSample", { input });
  checkTensors("gridSample", { grid });
  const { mode, paddingMode, alignCorners: isAligned } = given;
  checkGrid(input, grid, mode, paddingMode);
  const [tapsOf, padded] = [modes[mode]!, paddings[paddingMode]!];
  const [n, channels, ...sizes] = input.shape as [number, number, ...number[]];
  const along = sizes.map((size, i) => {
    // The last number of a place is for the first dimension.
    const from0 = grid.select(-1, sizes.length - 1 - i).add(1);
    const coordinate = isAligned ? from0.div(2).mul(size - 1) : from0.mul(size).sub(1).div(2);
    // What a curve needs on both sides is found as if the coordinate were inside.
    const isCurve = mode === "bicubic";
    return tapsOf(isCurve ? coordinate : padded(coordinate, size, isAligned)).map((tap): Read => {
      const { weight } = tap;
      const position = isCurve ? padded(tap.position.detach(), size, isAligned) : tap.position;
      const isInside = position.ge(0).logicalAnd(position.le(size - 1));
      const index = position.clamp(0, size - 1).to("int32");
      return { index, weight: weight!.where(isInside, 0), isInside };
    });
  });
  // Every pixel with all its channels is a row, numbered picture by picture.
  const pixels = input.movedim(1, -1).reshape([n * product(sizes), channels]);
  const picture = arange(n, { dtype: "int32" }).reshape([n, ...sizes.map(() => 1)]);
  return combinations(along)
    .map((reads) => {
      const row = reads.reduce((at, { index }, i) => at.mul(sizes[i]!).add(index), picture);
      const weight = reads.map((read) => read.weight).reduce((all, own) => all.mul(own));
      const isInside = reads.map((read) => read.isInside).reduce((all, own) => all.logicalAnd(own));
      return pixels.at(row).where(isInside.unsqueeze(-1), 0).mul(weight.unsqueeze(-1));
    })
    .reduce((sum, part) => sum.add(part))
    .movedim(-1, 1);
}) as never;

/** Every way to choose one of each list. */
const combinations = <T>(lists: readonly (readonly T[])[]): T[][] =>
  lists.reduce<T[][]>(
    (begun, list) => begun.flatMap((one) => list.map((next) => [...one, next])),
    [[]],
  );

function checkGrid(input: Tensor, grid: Tensor, mode: string, paddingMode: string): void {
  const of = `gridSample: ${format(input.shape)} at ${format(grid.shape)}`;
  const known = Object.hasOwn(modes, mode) && Object.hasOwn(paddings, paddingMode);
  const rank = input.shape.length - 2;
  if (!known || (mode === "bicubic" && rank !== 2)) {
    throw new ArgumentError(
      `${of}: mode "${mode}" with paddingMode "${paddingMode}" is not there; modes are ` +
        `${Object.keys(modes).join(", ")} (of pictures only), and paddings ` +
        `${Object.keys(paddings).join(", ")}.`,
    );
  }
  const [n, ...places] = grid.shape;
  const fits = places.length === rank + 1 && places.at(-1) === rank && n === input.shape[0];
  if (rank < 2 || rank > 3 || !fits || input.shape.slice(2).includes(0)) {
    throw new ShapeError(
      `${of}: an input [n, channels, height, width] takes a grid [n, rows, columns, 2], and one ` +
        "with a depth a grid [n, ..., 3]; there must be at least one element.",
    );
  }
  if (input.dtype !== grid.dtype || !input.dtype.startsWith("float")) {
    throw new DTypeError(
      `${of}: the types are ${input.dtype} and ${grid.dtype}; both must be one float type.`,
    );
  }
}
