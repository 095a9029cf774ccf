/**
 * Convolution in the sense of neural networks: a window goes over the input, and at each place what
 * it shows is multiplied with the weights and summed up. For one signal and one window,
 *
 *     y[o] = Σₖ x[o·stride + k·dilation] · w[k]
 *
 * That is a contraction whose left operand is walked with strides of its own: windows are never
 * copied, and one operation serves any number of dimensions. Both derivatives are convolutions
 * again, so it can be differentiated as often as one likes; a transposed convolution is nothing but
 * the derivative by the input. Not here: biases and the names by rank (`conv2d`), which are in the
 * package nn. Read first: ops/contraction.ts.
 */
import { ArgumentError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import type { Work } from "../graph/node.js";
import { formatShape, rowMajor } from "../graph/shape.js";
import type { Layout, Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { checkTypes, product, productKernel } from "./contraction.js";
import { record } from "./define.js";
import type { Op, Saved, Vjp } from "./define.js";
import { embed, viewStep } from "./inplace.js";

/** How windows lie, in each dimension. */
interface Windows {
  /** From one window to the next. */
  readonly stride: Shape;
  /** From one element of a window to the next. */
  readonly dilation: Shape;
}

/**
 * What stands before the dimensions that windows move in: an example, a group and a channel of the
 * input; a group, a filter and a channel of the weight; an example, a group and a filter of the
 * result. The examples are filtered group by group, none of which sees another's channels.
 */
const LEADING = 3;

const moving = ({ shape }: { readonly shape: Shape }): number[] => shape.slice(LEADING);
const stridesOf = (x: Layout): readonly number[] => x.strides ?? rowMajor(x.shape);
const ones = (sizes: Shape): number[] => sizes.map(() => 1);
const times = (a: Shape, b: Shape): number[] => a.map((value, i) => value * b[i]!);
/** What so many elements take up, if they are `step` apart. */
const extent = (counts: Shape, step: Shape): number[] =>
  counts.map((count, i) => (count - 1) * step[i]! + 1);

const correlation: Op = {
  name: "convolution",
  vjps: [
    ((g, { b, shape, attributes }: Saved<Windows>): Tensor =>
      byInput(g, b, shape.slice(LEADING), attributes)) as Vjp,
    ((g, { a, shape, attributes }: Saved<Windows>): Tensor =>
      byWeight(g, a, shape.slice(LEADING), attributes)) as Vjp,
  ],
  work({ inputs: [x, w], dtype, attributes }): Work {
    const { stride, dilation } = attributes as Windows;
    const [example, group, channel, ...steps] = stridesOf(x!);
    const [ownGroup, filter, ownChannel, ...ownSteps] = stridesOf(w!);
    const still = steps.map(() => 0);
    return {
      kind: "kernel",
      kernel: productKernel(dtype),
      // Channels innermost: a line of them is usually longer than one of a window.
      reduced: [...moving(w!), w!.shape[2]!],
      strides: [
        [example!, group!, 0, ...times(steps, stride), ...times(steps, dilation), channel!],
        [0, ownGroup!, filter!, ...still, ...ownSteps, ownChannel!],
      ],
    };
  },
};

/** The sums of products of all windows of `x` with `w`. */
function correlate(x: Tensor, w: Tensor, windows: Windows): Tensor {
  const reached = extent(moving(w), windows.dilation);
  const places = moving(x).map((size, i) => Math.floor((size - reached[i]!) / windows.stride[i]!));
  const shape = [x.shape[0]!, x.shape[1]!, w.shape[1]!, ...places.map((last) => last + 1)];
  return record(correlation, [x, w], windows, x.dtype, { shape });
}

/**
 * The derivative by the input, which has `sizes`: the one by x[i] is the sum of g[o] · w[k] over
 * all o and k that lead there, i = o·stride + k·dilation. Without a stride that is the sum of
 * g[i - k·dilation] · w[k], a convolution of g among zeros with the window turned round. With one,
 * and no dilation, x[stride·q + r] meets every stride-th weight from r on: it is the sum of
 * g[q - j] · w[r + stride·j], so many convolutions side by side, like filters. With both, g is
 * taken with its elements `stride` apart among zeros.
 */
function byInput(g: Tensor, w: Tensor, sizes: Shape, { stride, dilation }: Windows): Tensor {
  const sides = stride.map((step, i) => (dilation[i] === 1 ? step : 1));
  const taps = moving(w).map((size, i) => Math.ceil(size / sides[i]!));
  const before = extent(taps, dilation).map((size) => size - 1);
  const places = sizes.map((size, i) => Math.ceil(size / sides[i]!));
  const room = places.map((size, i) => size + before[i]!);
  const among = amongZeros(
    g,
    room,
    before,
    stride.map((step, i) => step / sides[i]!),
  );
  const windows = { stride: ones(sizes), dilation };
  const dims = sizes.map((_, i) => i);
  const turned = w.transpose(1, 2);
  if (sides.every((side) => side === 1)) {
    return correlate(among, turned.flip(dims.map((i) => LEADING + i)), windows);
  }
  const [groups, channels, filters] = turned.shape as [number, number, number];
  const [tap, side] = [0, 1].map((which) => dims.map((i) => LEADING + 2 * i + which));
  const window = amongZeros(
    turned,
    times(taps, sides),
    dims.map(() => 0),
    ones(sizes),
  )
    .reshape([groups, channels, filters, ...dims.flatMap((i) => [taps[i]!, sides[i]!])])
    .flip(tap!)
    .permute([0, 1, ...side!, 2, ...tap!])
    .flatten(1, 1 + sizes.length);
  const lead = [g.shape[0]!, groups, channels];
  const joined = correlate(among, window, windows)
    .reshape([...lead, ...sides, ...places])
    .permute([0, 1, 2, ...dims.flatMap((i) => [LEADING + sizes.length + i, LEADING + i])])
    .reshape([...lead, ...times(places, sides)]);
  return part(joined, LEADING, sizes);
}

/**
 * The derivative by the weight, of which a window has `sizes`: the one by w[k] is the sum of
 * x[o·stride + k·dilation] · g[o] over all o. That is a convolution with g for the weight, where
 * stride and dilation have changed places, and so have examples and channels. Where windows do not
 * reach the end of the input it finds more than there are weights.
 */
function byWeight(g: Tensor, x: Tensor, sizes: Shape, { stride, dilation }: Windows): Tensor {
  const windows = { stride: dilation, dilation: stride };
  const found = correlate(x.transpose(0, 2), examplesThird(g), windows);
  return examplesThird(part(found, LEADING, sizes));
}

/** What came first (the examples) comes third, behind groups and filters. */
const examplesThird = (x: Tensor): Tensor => x.movedim(0, 2);

/** The first `sizes` elements from `start` on of the dimensions from `dim` on, each `step`-th. */
const part = (x: Tensor, dim: number, sizes: Shape, start?: Shape, step?: Shape): Tensor =>
  sizes.reduce((rest, size, i) => {
    const from = start?.[i] ?? 0;
    return rest.slice(dim + i, from, from + size, step?.[i] ?? 1);
  }, x);

/** Zeros of `sizes` with the elements of `x` in them, behind `before` zeros and `step` apart. */
function amongZeros(x: Tensor, sizes: Shape, before: Shape, step: Shape): Tensor {
  const lead = x.shape.length - sizes.length;
  const taken = extent(x.shape.slice(lead), step);
  const place = (zeros: Tensor): Tensor => part(zeros, lead, taken, before, step);
  return embed(x, [...x.shape.slice(0, lead), ...sizes], viewStep(place, []));
}

/** How the windows of a convolution lie; one number is for every dimension. */
export interface ConvolutionOptions {
  /** From one window to the next; 1 unless given. */
  readonly stride?: number | Shape;
  /** So many zeros around the input; of a transposed one so much is cut off around the result. */
  readonly padding?: number | Shape;
  /** From one element of a window to the next; 1 unless given. */
  readonly dilation?: number | Shape;
  /** Channels and filters are in so many groups that see nothing of each other; 1 unless given. */
  readonly groups?: number;
}

/** How those of a transposed convolution lie. */
export interface TransposedConvolutionOptions extends ConvolutionOptions {
  /** So much larger is the result at its end; a stride skips what it cannot know of. */
  readonly outputPadding?: number | Shape;
}

/**
 * The sums of products of all windows of an input [n, channels, ...sizes] with a weight [filters,
 * channels / groups, ...window]: [n, filters, ...places], in any number of dimensions. Throws a
 * ShapeError where sizes do not fit, a DTypeError where types differ.
 * @example
 * const x = tensor([[[1, 2, 3, 4]]]);
 * convolution(x, tensor([[[1, 10]]])) // tensor([[[21., 32., 43.]]])
 * convolution(x, tensor([[[1, 10]]]), { stride: 2, padding: 1 }) // tensor([[[10., 32.,  4.]]])
 */
export function convolution(
  input: Tensor,
  weight: Tensor,
  options: ConvolutionOptions = {},
): Tensor {
  const { of, x, w, windows, padding } = arrange("convolution", input, weight, options, false);
  const room = moving(x).map((size, i) => size + 2 * padding[i]!);
  checkRoom(of, room, extent(moving(w), windows.dilation));
  const isBare = padding.every((size) => size === 0);
  const padded = isBare ? x : amongZeros(x, room, padding, ones(room));
  return correlate(padded, w, windows).flatten(1, 2);
}

/**
 * The way back from places to what their windows cover, the derivative of a convolution by its
 * input: from [n, channels, ...places], with a weight [channels, filters / groups, ...window], to
 * [n, filters, ...sizes]. Throws as convolution() does.
 * @example
 * const x = tensor([[[1, 2]]]);
 * transposedConvolution(x, tensor([[[1, 10]]])) // tensor([[[ 1., 12., 20.]]])
 * transposedConvolution(x, tensor([[[1, 10]]]), { stride: 2 }) // tensor([[[ 1., 10.,  2., 20.]]])
 */
export function transposedConvolution(
  input: Tensor,
  weight: Tensor,
  options: TransposedConvolutionOptions = {},
): Tensor {
  const name = "transposedConvolution";
  const { outputPadding = 0, ...others } = options ?? {};
  const { of, x, w, windows, padding } = arrange(name, input, weight, others, true);
  const { stride, dilation } = windows;
  const more = perDimension(of, "outputPadding", outputPadding, padding.length, 0);
  if (more.some((size, i) => size >= Math.max(stride[i]!, dilation[i]!))) {
    throw new ArgumentError(
      `${of}: the outputPadding ${formatShape(more)} must be smaller than the stride ` +
        `${formatShape(stride)} or the dilation ${formatShape(dilation)}.`,
    );
  }
  checkRoom(of, moving(x), ones(padding));
  const reached = extent(moving(w), dilation);
  const room = extent(moving(x), stride).map((size, i) => size - 1 + reached[i]! + more[i]!);
  const cutOff = padding.map((size) => 2 * size + 1);
  checkRoom(of, room, cutOff);
  const sizes = room.map((size, i) => size - cutOff[i]! + 1);
  return part(byInput(x, w, room, windows), LEADING, sizes, padding).flatten(1, 2);
}

/** The operands with their groups in a dimension of their own, and how the windows lie. */
function arrange(
  name: string,
  input: Tensor,
  weight: Tensor,
  options: ConvolutionOptions,
  isTransposed: boolean,
): { of: string; x: Tensor; w: Tensor; windows: Windows; padding: Shape } {
  const { groups = 1, stride = 1, padding = 0, dilation = 1, ...others } = options ?? {};
  const [, channels = 0] = checkTensor(name, input).shape;
  const [first, second = 0, ...window] = checkTensor(name, weight).shape;
  const rank = input.shape.length - 2;
  const of = `${name}: ${product(input, weight)}, groups ${String(groups)}`;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new ArgumentError(`${of}: there is no option "${unknown}".`);
  const taken = isTransposed ? first : second * groups;
  const isDivided = Number.isInteger(groups) && groups > 0 && first! > 0 && first! % groups === 0;
  const problems: [boolean, string][] = [
    [window.length !== rank, `the window has ${window.length} dimensions, the input ${rank}`],
    [window.includes(0), "the window is empty"],
    [!isDivided, `groups must divide the ${first} in front`],
    [taken !== channels, `that is for ${taken} channels, and the input has ${channels}`],
  ];
  const [, problem] = problems.find(([isSo]) => isSo) ?? [];
  if (problem !== undefined) {
    const order = isTransposed ? "channels, filters / groups" : "filters, channels / groups";
    throw new ShapeError(
      `${of}: ${problem}. An input [n, channels, ...sizes] takes a weight [${order}, ...window].`,
    );
  }
  checkTypes(name, input, weight);
  return {
    of,
    x: input.unflatten(1, [groups, channels / groups]),
    w: weight.unflatten(0, [groups, first! / groups]),
    windows: {
      stride: perDimension(of, "stride", stride, rank, 1),
      dilation: perDimension(of, "dilation", dilation, rank, 1),
    },
    padding: perDimension(of, "padding", padding, rank, 0),
  };
}

/** A number for each dimension, from a list of them or from one for all. */
function perDimension(
  of: string,
  what: string,
  given: number | Shape,
  rank: number,
  least: number,
): Shape {
  const list = Array.isArray(given) ? Array.from(given as Shape) : [given as number];
  const all = list.length === 1 ? Array.from({ length: rank }, () => list[0]!) : list;
  if (all.length === rank && all.every((n) => Number.isInteger(n) && n >= least)) return all;
  throw new ArgumentError(
    `${of}: the ${what} is ${formatShape(list)}; give an integer, ${least} or more, or one for ` +
      `each of ${rank} dimensions.`,
  );
}

/** Throws a ShapeError where something that takes up `taken` has no place in `room`. */
function checkRoom(of: string, room: Shape, taken: Shape): void {
  if (room.every((size, i) => size >= taken[i]!)) return;
  throw new ShapeError(
    `${of}: the sizes, padding included, are ${formatShape(room)}, and must be at least ` +
      `${formatShape(taken)}; use a larger input, or smaller windows or strides.`,
  );
}
