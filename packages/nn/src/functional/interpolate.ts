/**
 * Signals, pictures and volumes in other sizes: each dimension by itself is read at other places,
 * between its elements where need be. Read first: taps.ts.
 */
import { arange, ArgumentError, DTypeError, readOptions, ShapeError, slice } from "@nabla/core";
import type { Shape, Tensor } from "@nabla/core";

import { checkTensors, format } from "../checks.js";
import type { ResizeFunction } from "../shape-functions.js";
import { oneForEach, perDimension } from "../sizes.js";
import type { Sizes } from "../sizes.js";
import { adaptiveMean } from "./pool.js";
import { cubicTaps, linearTaps } from "./taps.js";
import type { Tap } from "./taps.js";

/** What `interpolate` takes last: `size` or `scaleFactor`, one of the two. */
export interface InterpolateOptions {
  /** The sizes of the result, behind [n, channels]; a number is for every dimension. */
  readonly size?: Sizes | null;
  /** How many times as large the result is; a number is for every dimension. */
  readonly scaleFactor?: Sizes | null;
  /**
   * What is between elements. `"nearest"` (the element before a place) and `"nearest-exact"` (the
   * nearest) repeat them; `"linear"`, `"bilinear"`, `"trilinear"` draw straight lines, in one, two,
   * three dimensions; `"bicubic"` is smooth; `"area"` is the mean over what a place covers.
   */
  readonly mode?: keyof typeof modes;
  /** Whether the outermost elements keep their places, or their outer edges do; `false`. */
  readonly alignCorners?: boolean | null;
  /** Whether the factor is worked out again from the sizes, which are whole; `false`. */
  readonly recomputeScaleFactor?: boolean;
  /** Smoothing of what becomes smaller: there is none yet, so only `false`. */
  readonly antialias?: boolean;
}

/**
 * What is read for each place of a result, given places and how far apart they are in the input.
 */
type Read = (place: Tensor, step: number, isAligned: boolean) => Tap[];

/** Coordinates are cut in float32, as in PyTorch: a float64 just below an element reads it, too. */
const single = (coordinate: Tensor): Tap[] => [
  { position: coordinate.to("float32").floor(), weight: null },
];

/** Where places are: aligned by the first elements, or by the edges before them. */
const coordinates = (place: Tensor, step: number, isAligned: boolean): Tensor =>
  isAligned ? place.mul(step) : place.add(0.5).mul(step).sub(0.5);

const linear: Read = (...of) => linearTaps(coordinates(...of).clampMin(0));
const cubic: Read = (...of) => cubicTaps(coordinates(...of));

/** One way to fill what is between elements. */
interface Mode {
  /** For how many dimensions it is. */
  readonly ranks: Shape;
  /** How each of them is read; `null` for means. */
  readonly read: Read | null;
}

const modes = {
  nearest: { ranks: [1, 2, 3], read: (place, step) => single(place.mul(step)) },
  "nearest-exact": { ranks: [1, 2, 3], read: (place, step) => single(place.add(0.5).mul(step)) },
  linear: { ranks: [1], read: linear },
  bilinear: { ranks: [2], read: linear },
  trilinear: { ranks: [3], read: linear },
  bicubic: { ranks: [2], read: cubic },
  area: { ranks: [1, 2, 3], read: null },
} satisfies Record<string, Mode>;

/**
 * A signal, picture or volume [n, channels, ...sizes] in another size, by `{ size }` or by
 * `{ scaleFactor }`; `mode`, `"nearest"` unless given, says what is between elements. Throws an
 * ArgumentError for options that do not go together.
 * @example
 * const x = tensor([[[1, 3]]]);
 * functional.interpolate(x, { size: 4 }) // tensor([[[1., 1., 3., 3.]]])
 * functional.interpolate(x, { size: 2, mode: "linear" }) // tensor([[[1., 3.]]])
 * functional.interpolate(ones([1, 3, 4, 6]), { scaleFactor: 0.5 }).shape // [ 1, 3, 2, 3 ]
 */
export const interpolate: ResizeFunction<"interpolate", InterpolateOptions> = ((
  input: Tensor,
  options: InterpolateOptions,
): Tensor => {
  const given = readOptions<InterpolateOptions>("interpolate", options, {
    size: null,
    scaleFactor: null,
    mode: "nearest",
    alignCorners: null,
    recomputeScaleFactor: false,
    antialias: false,
  });
  checkTensors("interpolate", { input });
  const { mode, size, scaleFactor, recomputeScaleFactor } = given;
  const isAligned = given.alignCorners === true;
  const of = `interpolate: ${format(input.shape)}, mode "${mode}"`;
  const sizes = input.shape.slice(2);
  const factors = scaleFactor === null ? null : oneForEach(scaleFactor, sizes.length);
  checkMode(of, input, given, factors);
  const wanted = factors === null ? size! : sizes.map((own, i) => Math.floor(own * factors[i]!));
  const counts = perDimension(of, "size", wanted, sizes.length, 1);
  const { read }: Mode = modes[mode];
  if (read === null) return adaptiveMean("interpolate", input, counts);
  return counts.reduce((x, count, i) => {
    const own = sizes[i]!;
    const even = factors === null || recomputeScaleFactor ? own / count : 1 / factors[i]!;
    const aligned = count > 1 ? (own - 1) / (count - 1) : 0;
    // Places and coordinates are in the type of the input: where one is on the border between two
    // elements, rounding decides, and PyTorch's is the same.
    const place = arange(count, { dtype: input.dtype });
    return readAlong(x, 2 + i, read(place, isAligned ? aligned : even, isAligned));
  }, input);
}) as never;

/** The sums of what taps read along a dimension; outside, the outermost element is repeated. */
function readAlong(x: Tensor, dim: number, taps: readonly Tap[]): Tensor {
  const before = x.shape.slice(0, dim).map(() => slice());
  const behind = x.shape.slice(dim + 1).map(() => 1);
  return taps
    .map(({ position, weight }) => {
      const part = x.at(...before, position.clamp(0, x.shape[dim]! - 1).to("int32"));
      return weight === null ? part : part.mul(weight.reshape([-1, ...behind]));
    })
    .reduce((sum, part) => sum.add(part));
}

function checkMode(
  of: string,
  input: Tensor,
  options: Required<InterpolateOptions>,
  factors: Shape | null,
): void {
  const { mode, size, scaleFactor, alignCorners, recomputeScaleFactor, antialias } = options;
  const isKnown = Object.hasOwn(modes, mode);
  const { ranks, read }: Mode = isKnown ? modes[mode] : modes.nearest;
  const isAlignable = read === linear || read === cubic;
  const rank = input.shape.length - 2;
  const problems: [boolean, string][] = [
    [!isKnown, `there is no such mode; use ${Object.keys(modes).join(", ")}`],
    [antialias, "there is no antialias; make the input smooth first, for example with avgPool2d"],
    [
      (size === null) === (scaleFactor === null),
      "give either a size or a scaleFactor, for example { scaleFactor: 2 }",
    ],
    [
      factors !== null &&
        !(factors.length === rank && factors.every((by) => Number.isFinite(by) && by > 0)),
      `the scaleFactor is ${format(factors ?? [])}; give one above 0, or one for each dimension`,
    ],
    [recomputeScaleFactor && size !== null, "with a size there is no factor to recompute"],
    [
      alignCorners !== null && (!isAlignable || typeof alignCorners !== "boolean"),
      "alignCorners is true or false, and only for lines and curves; leave it out",
    ],
  ];
  const [, problem] = problems.find(([isSo]) => isSo) ?? [];
  if (problem !== undefined) throw new ArgumentError(`${of}: ${problem}.`);
  if (!ranks.includes(rank) || input.shape.slice(1).includes(0)) {
    throw new ShapeError(
      `${of}: this mode is for [n, channels, ...] and ${ranks.join(" or ")} more dimensions, of ` +
        "which only n may be 0.",
    );
  }
  if (!input.dtype.startsWith("float")) {
    throw new DTypeError(`${of}: the input is ${input.dtype}; convert it with x.to("float32").`);
  }
}

/** What the functions take that are `interpolate` with a mode of their own. */
export type UpsampleOptions = Pick<InterpolateOptions, "size" | "scaleFactor">;

/**
 * `interpolate` by its older name.
 * @example
 * functional.upsample(tensor([[[1, 2]]]), { scaleFactor: 2 }) // tensor([[[1., 1., 2., 2.]]])
 */
export const upsample: ResizeFunction<"upsample", InterpolateOptions> = ((
  input: Tensor,
  options: InterpolateOptions,
): Tensor => interpolate(input, options)) as never;

/**
 * Elements repeated: `interpolate` with mode `"nearest"`.
 * @example
 * functional.upsampleNearest(tensor([[[1, 2]]]), { size: 3 }) // tensor([[[1., 1., 2.]]])
 */
export const upsampleNearest: ResizeFunction<"upsampleNearest", UpsampleOptions> = ((
  input: Tensor,
  options: UpsampleOptions,
): Tensor => interpolate(input, { ...options, mode: "nearest" })) as never;

/**
 * Straight lines between the elements of a picture, whose corners keep their places: `interpolate`
 * with mode `"bilinear"` and `alignCorners`.
 * @example
 * const x = tensor([[[[1, 2], [3, 4]]]]);
 * functional.upsampleBilinear(x, { size: 3 }).at(0, 0, 1) // tensor([2.0000, 2.5000, 3.0000])
 */
export const upsampleBilinear: ResizeFunction<"upsampleBilinear", UpsampleOptions, "bilinear"> = ((
  input: Tensor,
  options: UpsampleOptions,
): Tensor => interpolate(input, { ...options, mode: "bilinear", alignCorners: true })) as never;
