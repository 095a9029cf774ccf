// Calls of layers and functions that are drawn at random, and how they are written: for
// shapes.agreement.test.ts. Here are those that enlarge, shuffle, fold, choose or look rows up.

import { ArgumentError, ones } from "@nabla/core";
import type { Shape, Tensor } from "@nabla/core";
import { functional } from "@nabla/nn";
import * as nn from "@nabla/nn";
import * as fc from "fast-check";

import { sampler } from "../../core/test/shape-agreement.js";
import type { Call, Operand } from "../../core/test/shape-agreement.js";

export type Drawn<T> = fc.Arbitrary<T>;
export type Layer = nn.Module & { call(...inputs: readonly Tensor[]): Tensor | [Tensor, Tensor] };

export const float = (shape: Shape): Operand => ({ shape, dtype: "float32" });
export const whole = (shape: Shape): Operand => ({ shape, dtype: "int32" });
const written = (args: readonly unknown[]): string =>
  args.map((arg) => JSON.stringify(arg)).join(", ");
export const made = (name: string, args: readonly unknown[]): Layer =>
  new (nn as unknown as Record<string, new (...given: readonly unknown[]) => Layer>)[name]!(
    ...args,
  );

/** A call of a layer, and which of its results is looked at; of a pair of places the second. */
export const layerCall = (
  name: string,
  args: readonly unknown[],
  operands: readonly Operand[],
  path: readonly number[] = JSON.stringify(args).includes('"returnIndices":true') ? [1] : [],
): Call => ({
  operands,
  run: (tensors) =>
    path.reduce(
      (result, i) => (result as readonly unknown[])[i],
      made(name, args).call(...tensors) as unknown,
    ),
  text: (tensors) =>
    `new nn.${name}(${written(args)}).call(${tensors.join(", ")})` +
    path.map((i) => `[${i}]`).join(""),
});
/** A call of a function: tensors first, then `args`. */
export const functionCall = (
  name: string,
  operands: readonly Operand[],
  args: readonly unknown[],
): Call => ({
  operands,
  run: (tensors) =>
    (functional as unknown as Record<string, (...given: unknown[]) => Tensor>)[name]!(
      ...tensors,
      ...args,
    ),
  text: (tensors) =>
    `nn.functional.${name}(${[...tensors, ...args.map((arg) => JSON.stringify(arg))].join(", ")})`,
});

export const some = sampler();
const size = fc.integer({ min: 1, max: 6 });
export const little = fc.integer({ min: 1, max: 3 });
/** A shape of so many dimensions, mostly, with few channels. */
export const shapes = (rank: number): Drawn<number[]> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(1, 2) },
        { weight: 1, arbitrary: fc.nat(3) },
      ),
      fc.array(size, { minLength: rank, maxLength: rank }),
      little,
    )
    .map(([more, sizes, channels]) =>
      more === 0 ? sizes : [...Array.from({ length: more - 1 }, () => 2), channels, ...sizes],
    );
/** While training a single number of each channel is refused, whatever its shape. */
export const hasMany = (shape: Shape): boolean => shape[0] !== 1 && shape.length > 1;

/** Of what these refuse the shape alone is the reason, though it is no ShapeError. */
const isRefused = (error: Error): boolean =>
  error instanceof ArgumentError &&
  /it takes a tensor of 3|: the (size|scaleFactor) is/.test(error.message);
const refusable = (call: Call): Call => ({ ...call, isAboutShape: isRefused });

const modes: [mode: string | undefined, rank: number][] = [
  ...[1, 2, 3].map((rank): [undefined, number] => [undefined, rank]),
  ["linear", 1],
  ["bilinear", 2],
  ["trilinear", 3],
  ["area", 2],
];
const resizing = (rank: number): Drawn<object> => {
  const factor = fc.constantFrom(1, 2, 3, 0.5, 1.5);
  const lists = <T>(one: Drawn<T>): Drawn<T | T[]> =>
    fc.oneof(one, fc.array(one, { minLength: rank, maxLength: rank }));
  return fc.oneof(
    lists(size).map((of) => ({ size: of })),
    lists(factor).map((scaleFactor) => ({ scaleFactor })),
  );
};
/** A call of a layer or of its function, whose shape alone may be the reason for an error. */
const eitherWay = (name: string, call: string, args: readonly unknown[], shape: Shape): Call =>
  refusable(
    shape.length % 2 === (shape[0] ?? 0) % 2
      ? layerCall(name, args, [float(shape)])
      : functionCall(call, [float(shape)], args),
  );
const enlarged = modes.flatMap(([mode, rank]) =>
  some(
    15,
    fc
      .tuple(resizing(rank), shapes(rank))
      .map(([of, shape]) =>
        eitherWay("Upsample", "interpolate", [mode === undefined ? of : { ...of, mode }], shape),
      ),
  ),
);
const lowered = (name: string): string => name[0]!.toLowerCase() + name.slice(1);
const shuffled = ["PixelShuffle", "PixelUnshuffle", "ChannelShuffle"].flatMap((name) =>
  some(
    20,
    fc
      .tuple(fc.constantFrom(1, 2, 2), fc.array(fc.constantFrom(4, 8, 2, 3), { maxLength: 4 }))
      .map(([by, shape]) => eitherWay(name, lowered(name), [by], shape)),
  ),
);
const both = (one: Drawn<number>): Drawn<number | number[]> =>
  fc.oneof(one, fc.array(one, { minLength: 2, maxLength: 2 }));
const windows = fc.record(
  { stride: both(little), padding: both(fc.nat(1)), dilation: both(fc.constantFrom(1, 1, 2)) },
  { requiredKeys: [] },
);
const folded = [
  ...some(
    25,
    fc
      .tuple(both(little), windows, shapes(2))
      .map(([k, of, shape]) => eitherWay("Unfold", "unfold", [k, of], shape)),
  ),
  // Columns of what is unfolded, mostly.
  ...some(
    30,
    fc.tuple(
      both(little),
      windows,
      little,
      fc.array(size, { minLength: 2, maxLength: 2 }),
      fc.option(fc.array(size, { maxLength: 4 }), { freq: 3 }),
    ),
  ).map(([k, of, channels, sizes, other]) => {
    const columns = (): Shape => {
      try {
        return functional.unfold(ones([2, channels, ...sizes]), k, of).shape;
      } catch {
        return [2, channels, 4];
      }
    };
    return eitherWay("Fold", "fold", [sizes, k, of], other ?? columns());
  }),
];

export const any = fc.array(little, { maxLength: 4 });
const dim = fc.integer({ min: -3, max: 3 });
const along = [
  ...["Softmax", "LogSoftmax", "GLU"].flatMap((name) =>
    some(
      15,
      fc
        .tuple(fc.array(fc.constantFrom(2, 4, 3), { maxLength: 3 }), dim)
        .map(([s, d]) => layerCall(name, [d], [float(s)])),
    ),
  ),
  ...some(
    10,
    any.map((s) => layerCall("Softmax2d", [], [float(s)])),
  ),
  ...some(
    20,
    fc
      .tuple(any, fc.constantFrom([], [{ numParameters: 2 }], [{ numParameters: 3 }]))
      .map(([s, of]) => layerCall("PReLU", of, [float(s)])),
  ),
];

/** Bags of a list by offsets, which are all 0 here, or in rows, with factors or without. */
const bags = some(
  40,
  fc.tuple(
    fc.array(little, { minLength: 1, maxLength: 3 }),
    fc.option(fc.array(little, { minLength: 1, maxLength: 2 })),
    fc.option(fc.array(little, { minLength: 1, maxLength: 2 }), { freq: 3 }),
    fc.boolean(),
  ),
).map(([shape, offsets, factors, isLast]): Call => {
  const withFactors = factors !== null || isLast;
  const args = [4, 3, { mode: "sum", includeLastOffset: isLast && offsets !== null }];
  const others = [
    ...(offsets === null ? [] : [whole(offsets)]),
    ...(withFactors ? [float(factors ?? shape)] : []),
  ];
  const given = <T>(list: readonly T[], none: T, zeros: (x: T) => T): T[] => [
    list[0]!,
    ...(offsets === null ? (withFactors ? [none] : []) : [zeros(list[1]!)]),
    ...(withFactors ? [list.at(-1)!] : []),
  ];
  return {
    operands: [whole(shape), ...others],
    run: (tensors) =>
      made("EmbeddingBag", args).call(...given<Tensor>(tensors, null as never, (x) => x.sub(1))),
    text: (tensors) =>
      `new nn.EmbeddingBag(${written(args)}).call(` +
      `${given(tensors, "null", (x) => `${x}.sub(1)`).join(", ")})`,
  };
});

const reduction = fc.constantFrom([], [{ reduction: "sum" }], [{ reduction: "none" }]);
const gaussian = some(
  40,
  fc
    .tuple(
      fc.array(little, { maxLength: 3 }),
      fc.option(fc.array(little, { maxLength: 3 }), { freq: 3 }),
      fc.oneof(
        fc.constantFrom<(s: number[]) => number[]>(
          (s) => s,
          (s) => s.slice(0, -1),
          (s) => [...s.slice(0, -1), 1],
        ),
        fc.array(little, { maxLength: 3 }).map((s) => () => s),
      ),
      reduction,
    )
    .map(([s, target, variance, args]) =>
      layerCall("GaussianNLLLoss", args, [s, target ?? s, variance(s)].map(float)),
    ),
);
const triplets = some(
  20,
  fc
    .tuple(
      fc.array(little, { minLength: 1, maxLength: 3 }),
      // What sizes mean to a distance, only it knows.
      fc.constantFrom<(s: number[]) => number[]>(
        (s) => s,
        (s) => [...s, 1],
      ),
      fc.constantFrom([], [{ reduction: "sum" }]),
    )
    .map(([s, other, args]) =>
      layerCall("TripletMarginWithDistanceLoss", args, [s, s, other(s)].map(float)),
    ),
);

const shape = fc.array(little, { maxLength: 3 });
const two = fc.tuple(shape, fc.option(shape, { freq: 2 })).map(([s, t]) => [s, t ?? s]);
const three = fc
  .tuple(shape, fc.option(shape, { freq: 2 }), fc.option(shape, { freq: 3 }))
  .map(([s, t, u]) => [s, t ?? s, u ?? s]);
const call = (name: string, shapes: readonly Shape[], args: readonly unknown[] = []): Call =>
  functionCall(name, shapes.map(float), args);
const functions = [
  ...["marginRankingLoss", "tripletMarginLoss", "cosineEmbeddingLoss", "gaussianNllLoss"].flatMap(
    (name) =>
      some(
        20,
        fc
          .tuple(three, fc.boolean(), reduction)
          .map(([[s, t, u], isFlat, args]) =>
            call(name, [s!, t!, isFlat ? u!.slice(0, -1) : u!], args),
          ),
      ),
  ),
  ...some(
    20,
    fc
      .tuple(two, fc.constantFrom([], [{ keepdim: true }]))
      .map(([of, args]) => call("pairwiseDistance", of, args)),
  ),
  ...some(
    20,
    fc
      .tuple(two, fc.constantFrom([], [-1], [0]))
      .map(([of, args]) => call("cosineSimilarity", of, args)),
  ),
  ...some(
    20,
    fc.tuple(shape, fc.option(shape, { freq: 3 }), little, little).map(([s, t, i, j]) =>
      call("bilinear", [
        [...s, i],
        [...(t ?? s), j],
        [2, s.length === 2 ? 2 : i, j],
      ]),
    ),
  ),
  ...some(
    30,
    fc
      .tuple(shapes(2), fc.constantFrom(1, 2), fc.option(shapes(2), { freq: 3 }))
      .map(([s, n, grid]) => call("gridSample", [s, grid ?? [n, 2, 3, s.length - 2]])),
  ),
  ...some(
    20,
    fc
      .tuple(shape, fc.option(shape, { freq: 3 }))
      .map(([s, of]) => call("layerNorm", [s], [of ?? s.slice(1)])),
  ),
  ...some(
    10,
    shape.map((s) => call("dropout", [s])),
  ),
  ...some(
    15,
    fc.tuple(shape, fc.array(little, { maxLength: 1 })).map(([s, w]) => call("prelu", [s, w])),
  ),
  ...some(
    20,
    fc.tuple(shape, dim).map(([s, d]) => functionCall("glu", [float(s)], [d])),
  ),
  ...some(
    15,
    fc
      .tuple(fc.array(little, { maxLength: 3 }), little)
      .map(([s, n]) => functionCall("embeddingBag", [whole(s), float([4, n])], [])),
  ),
];

export const rest = [
  ...functions,
  ...enlarged,
  ...shuffled,
  ...folded,
  ...along,
  ...bags,
  ...gaussian,
  ...triplets,
];
