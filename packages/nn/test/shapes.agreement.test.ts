// The compiler and what runs agree about layers and their functions: see core's shape-agreement.ts.
// Convolutions, pooling, normalization, losses; alone and one after another.

import * as nn from "@nabla/nn";
import * as fc from "fast-check";
import { vi } from "vitest";

import { testAgreement } from "../../core/test/shape-agreement.js";
import type { Call } from "../../core/test/shape-agreement.js";
import {
  any,
  float,
  functionCall,
  hasMany,
  layerCall,
  little,
  made,
  rest,
  shapes,
  some,
  whole,
} from "./shape-calls.js";
import type { Drawn } from "./shape-calls.js";

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

const matrix = fc.array(little, { minLength: 1, maxLength: 2 });
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

/** The same shape three times, mostly. */
const triples = fc
  .tuple(any, fc.option(any, { freq: 2 }), fc.option(any, { freq: 2 }))
  .map(([s, t, u]) => [s, t ?? s, u ?? s]);
const rows = fc
  .tuple(fc.oneof(matrix, matrix, any), fc.option(any, { freq: 2 }))
  .map(([s, t]) => [s, s, t ?? s.slice(0, -1)]);
const several = [
  ...["MarginRankingLoss", "TripletMarginLoss", "CosineEmbeddingLoss"].flatMap((name) =>
    some(
      20,
      fc
        .tuple(name === "CosineEmbeddingLoss" ? rows : triples, reduction)
        .map(([of, args]) => layerCall(name, args, of.map(float))),
    ),
  ),
  ...some(
    15,
    fc
      .tuple(fc.constantFrom({}, { keepdim: true }), pairs)
      .map(([how, of]) => layerCall("PairwiseDistance", [how], of)),
  ),
  ...some(
    15,
    fc
      .tuple(fc.constantFrom({}, { dim: -1 }), pairs)
      .map(([how, of]) => layerCall("CosineSimilarity", [how], of)),
  ),
  ...some(
    20,
    fc
      .tuple(little, little, any, fc.option(any, { freq: 3 }))
      .map(([from, other, s, t]) =>
        layerCall("Bilinear", [from, other, 2], [s, t ?? [...s.slice(0, -1), other]].map(float)),
      ),
  ),
];

const sides = fc.nat(3);
const padding = [1, 2, 3].flatMap((rank) =>
  ["ZeroPad", "ReplicationPad", "ConstantPad"].flatMap((kind) =>
    some(
      10,
      fc
        .tuple(
          fc.oneof(fc.nat(2), fc.array(sides, { minLength: 2 * rank, maxLength: 2 * rank })),
          shapes(rank),
        )
        .map(([by, shape]) =>
          layerCall(`${kind}${rank}d`, kind === "ConstantPad" ? [by, 5] : [by], [float(shape)]),
        ),
    ),
  ),
);

const even = fc.constantFrom(2, 2, 4);
const sequence = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(little, little, even) },
  { weight: 2, arbitrary: fc.tuple(little, even) },
  { weight: 1, arbitrary: any },
);
const recurrent = fc.record(
  {
    numLayers: fc.integer({ min: 1, max: 2 }),
    batchFirst: fc.boolean(),
    bidirectional: fc.boolean(),
  },
  { requiredKeys: [] },
);
const order = fc.constantFrom({}, { batchFirst: true }, { batchFirst: false });
/** A sequence, and one of other lengths that fits, mostly. */
const twoSequences = fc.tuple(sequence, fc.option(sequence), little).map(([s, t, length]) => {
  return [s, t ?? (s.length === 3 ? [length, ...s.slice(1)] : s)] as const;
});
const sequences = [
  ...["RNN", "LSTM", "GRU"].flatMap((name) =>
    some(
      20,
      fc
        .tuple(even, little, recurrent, sequence, fc.constantFrom(0, 1))
        .map(([from, to, of, shape, at]) => {
          const path = at === 1 && name === "LSTM" ? [1, from % 2] : [at];
          return layerCall(name, [from, to, of], [float(shape)], path);
        }),
    ),
  ),
  ...["RNNCell", "LSTMCell", "GRUCell"].flatMap((name) =>
    some(
      12,
      fc
        .tuple(even, little, any)
        .map(([from, to, shape]) =>
          layerCall(name, [from, to], [float(shape)], name === "LSTMCell" ? [1] : []),
        ),
    ),
  ),
  ...some(
    15,
    fc
      .tuple(even, order, sequence)
      .map(([of, how, s]) => layerCall("TransformerEncoderLayer", [of, 2, how], [float(s)])),
  ),
  ...some(
    25,
    fc
      .tuple(even, order, twoSequences)
      .map(([of, how, two]) => layerCall("TransformerDecoderLayer", [of, 2, how], two.map(float))),
  ),
  ...some(
    25,
    fc
      .tuple(even, order, fc.constantFrom({}, { vdim: 2 }, { kdim: 4, vdim: null }), twoSequences)
      .map(([of, how, more, [s, t]]) =>
        layerCall("MultiheadAttention", [of, 2, { ...how, ...more }], [s, t, t].map(float), [0]),
      ),
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

const calls = [
  ...windows,
  ...others,
  ...losses,
  ...several,
  ...padding,
  ...sequences,
  ...chains,
  ...rest,
];
// Losses warn of shapes that broadcast.
vi.spyOn(console, "warn").mockImplementation(() => {});
testAgreement(calls, {
  succeeded: 500,
  refused: 200,
});
