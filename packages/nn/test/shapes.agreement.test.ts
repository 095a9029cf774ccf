// The compiler and what runs agree about layers and their functions: see core's shape-agreement.ts.
// Convolutions, pooling, normalization, losses; alone and one after another.

import type { Shape, Tensor } from "@nabla/core";
import { functional } from "@nabla/nn";
import * as nn from "@nabla/nn";
import * as fc from "fast-check";

import { testAgreement } from "../../core/test/shape-agreement.js";
import type { Call, Operand } from "../../core/test/shape-agreement.js";

type Drawn<T> = fc.Arbitrary<T>;
type Layer = nn.Module & { call(...inputs: readonly Tensor[]): Tensor | [Tensor, Tensor] };

const float = (shape: Shape): Operand => ({ shape, dtype: "float32" });
const whole = (shape: Shape): Operand => ({ shape, dtype: "int32" });
const written = (args: readonly unknown[]): string =>
  args.map((arg) => JSON.stringify(arg)).join(", ");
const made = (name: string, args: readonly unknown[]): Layer =>
  new (nn as unknown as Record<string, new (...given: readonly unknown[]) => Layer>)[name]!(
    ...args,
  );

/** A call of a layer; of a pair of results the second is looked at. */
const layerCall = (name: string, args: readonly unknown[], operands: readonly Operand[]): Call => {
  const isPair = JSON.stringify(args).includes('"returnIndices":true');
  return {
    operands,
    run: (tensors) => {
      const result = made(name, args).call(...tensors);
      return Array.isArray(result) ? result[1] : result;
    },
    text: (tensors) =>
      `new nn.${name}(${written(args)}).call(${tensors.join(", ")})${isPair ? "[1]" : ""}`,
  };
};
/** A call of a function: tensors first, then `args`. */
const functionCall = (
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

const some = <T>(draws: number, calls: Drawn<T>): T[] => fc.sample(calls, draws);
const size = fc.integer({ min: 1, max: 6 });
const little = fc.integer({ min: 1, max: 3 });
/** A shape of so many dimensions, mostly, with few channels. */
const shapes = (rank: number): Drawn<number[]> =>
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
const hasMany = (shape: Shape): boolean => shape[0] !== 1 && shape.length > 1;
const each = (rank: number, one: Drawn<number>): Drawn<number | number[]> =>
  fc.oneof(one, fc.array(one, { minLength: rank, maxLength: rank }));
const options = (rank: number, more: Record<string, Drawn<unknown>>): Drawn<object> =>
  fc.record(
    { stride: each(rank, little), padding: each(rank, fc.nat(2)), ...more },
    { requiredKeys: [] },
  );

const windows = [1, 2, 3].flatMap((rank) => {
  const kernel = each(rank, little);
  const dilation = each(rank, fc.integer({ min: 1, max: 2 }));
  const padding = fc.oneof(each(rank, fc.nat(2)), fc.constantFrom("same", "valid"));
  const channels = fc.constantFrom(1, 2, 2, 3);
  return [
    ...some(
      50,
      fc
        .tuple(channels, little, kernel, options(rank, { padding, dilation }), shapes(rank))
        .map(([from, to, k, of, shape]) =>
          layerCall(`Conv${rank}d`, [from, to, k, of], [float(shape)]),
        ),
    ),
    ...some(
      30,
      fc
        .tuple(
          channels,
          little,
          kernel,
          options(rank, { dilation, outputPadding: fc.nat(1) }),
          shapes(rank),
        )
        .map(([from, to, k, of, shape]) =>
          layerCall(`ConvTranspose${rank}d`, [from, to, k, of], [float(shape)]),
        ),
    ),
    ...some(
      30,
      fc
        .tuple(
          channels,
          little,
          fc.array(little, { minLength: rank, maxLength: rank }),
          options(rank, {}),
          shapes(rank),
        )
        .map(([from, to, k, of, shape]) =>
          functionCall(`conv${rank}d`, [float(shape), float([to, from, ...k])], [null, of]),
        ),
    ),
    ...some(
      40,
      fc
        .tuple(kernel, options(rank, { dilation, returnIndices: fc.boolean() }), shapes(rank))
        .map(([k, of, shape]) => layerCall(`MaxPool${rank}d`, [k, of], [float(shape)])),
    ),
    ...some(
      20,
      fc
        .tuple(kernel, options(rank, {}), shapes(rank))
        .map(([k, of, shape]) => functionCall(`avgPool${rank}d`, [float(shape)], [k, of])),
    ),
    ...some(
      20,
      fc
        .tuple(
          fc.oneof(little, fc.array(fc.option(little), { minLength: rank, maxLength: rank })),
          shapes(rank),
        )
        .map(([k, shape]) => layerCall(`AdaptiveAvgPool${rank}d`, [k], [float(shape)])),
    ),
    ...some(
      10,
      fc
        .tuple(shapes(rank).filter(hasMany), little)
        .map(([shape, n]) => layerCall(`BatchNorm${rank}d`, [n], [float(shape)])),
    ),
  ];
});

const any = fc.array(little, { maxLength: 4 });
const dim = fc.integer({ min: -3, max: 3 });
const others = [
  ...some(
    30,
    fc
      .tuple(any, little, little)
      .map(([s, from, to]) => layerCall("Linear", [from, to], [float(s)])),
  ),
  ...some(
    20,
    fc
      .tuple(any, little, little)
      .map(([s, from, to]) => functionCall("linear", [float(s), float([to, from])], [])),
  ),
  ...some(
    20,
    fc.tuple(any, dim, dim).map(([s, from, to]) => layerCall("Flatten", [from, to], [float(s)])),
  ),
  ...some(
    10,
    any.map((s) => layerCall("Flatten", [], [float(s)])),
  ),
  ...some(
    20,
    fc
      .tuple(any, fc.array(little, { minLength: 1, maxLength: 2 }))
      .map(([s, of]) => layerCall("LayerNorm", [of], [float(s)])),
  ),
  ...some(
    10,
    fc.tuple(any, little).map(([s, of]) => layerCall("RMSNorm", [of], [float(s)])),
  ),
  ...some(
    15,
    fc
      .tuple(any.filter(hasMany), fc.constantFrom(2, 4))
      .map(([s, n]) => layerCall("GroupNorm", [2, n], [float(s)])),
  ),
  ...some(
    10,
    any.map((s) => layerCall("Dropout", [0.5], [float(s)])),
  ),
  ...some(
    10,
    fc.tuple(any, little).map(([s, n]) => layerCall("Embedding", [4, n], [whole(s)])),
  ),
  ...some(
    10,
    fc.tuple(any, little).map(([s, n]) => functionCall("embedding", [whole(s), float([3, n])], [])),
  ),
  ...some(
    10,
    any.map((s) => functionCall("oneHot", [whole(s)], [4])),
  ),
];

const reduction = fc.constantFrom([], [{ reduction: "sum" }], [{ reduction: "none" }]);
const pairs = fc
  .tuple(any, fc.oneof(any, fc.constant(null)))
  .map(([s, t]) => [float(s), float(t ?? s)]);
// One class more than there are ones: so all targets are classes.
const scores = any.map((s) => s.map((n, i) => (i === Math.min(1, s.length - 1) ? n + 1 : n)));
const classes = fc
  .tuple(scores, fc.oneof(any, fc.constant(null)))
  .map(([s, t]) => [float(s), whole(t ?? s.filter((_, i) => i !== (s.length > 1 ? 1 : 0)))]);
const losses = [
  ...["MSELoss", "L1Loss", "SmoothL1Loss", "KLDivLoss", "BCELoss", "BCEWithLogitsLoss"].flatMap(
    (name) =>
      some(
        15,
        fc.tuple(pairs, reduction).map(([of, args]) => layerCall(name, args, of)),
      ),
  ),
  ...["mseLoss", "huberLoss", "poissonNllLoss", "binaryCrossEntropy"].flatMap((name) =>
    some(
      15,
      fc.tuple(pairs, reduction).map(([of, args]) => functionCall(name, of, args)),
    ),
  ),
  ...some(
    30,
    fc.tuple(classes, reduction).map(([of, args]) => layerCall("CrossEntropyLoss", args, of)),
  ),
  ...some(
    30,
    fc.tuple(classes, reduction).map(([of, args]) => functionCall("nllLoss", of, args)),
  ),
];

/** Layers one after another, of which the last may not fit. */
const chains = some(
  40,
  fc.tuple(fc.constantFrom(1, 1, 2), little, fc.constantFrom(4, 9, 16, 36), shapes(2)),
).map(([from, k, features, shape]): Call => ({
  operands: [float(shape)],
  run: ([x]) =>
    new nn.Sequential(
      made("Conv2d", [from, 4, k]),
      new nn.ReLU(),
      new nn.Sequential(made("MaxPool2d", [2]), new nn.Flatten(), made("Linear", [features, 3])),
    ).call(x!),
  text: ([x]) =>
    `new nn.Sequential(new nn.Conv2d(${from}, 4, ${k}), new nn.ReLU(), new nn.Sequential(` +
    `new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(${features}, 3))).call(${x!})`,
}));

testAgreement([...windows, ...others, ...losses, ...chains], { succeeded: 350, refused: 150 });
