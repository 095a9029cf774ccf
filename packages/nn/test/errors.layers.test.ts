// Errors of layers: they begin with the layer, in the words in which the compiler refuses the same
// call, and end with where the layer is.

import { runInNewContext } from "node:vm";

import * as core from "@nabla/core";
import { CompileError, compile, ones, ShapeError, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import * as nn from "@nabla/nn";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { errorOf } from "../../core/test/reference.js";
import { cases } from "../../core/test/shape-messages.js";

const { functional: F, Linear, Module, ReLU, Sequential } = nn;

const messageOf = (run: () => unknown): string => String(errorOf(run));

describe("the sentence of the type", () => {
  // What the program says in other words, or more exactly.
  const other =
    "permute clamp narrow select at split softmax topk sum argmax mean max where " +
    "transpose Conv1d LayerNorm MultiheadAttention TransformerEncoderLayer " +
    "TripletMarginLoss ZeroPad2d Upsample CrossEntropyLoss PixelShuffle Fold unfold " +
    "gridSample marginRankingLoss GLU EmbeddingBag GaussianNLLLoss CosineSimilarity " +
    "Sequential";
  const isSame = (said: string): boolean =>
    !said.includes("number") && !other.split(" ").includes(/^\w*/.exec(said)![0]);
  const same = cases.filter(([, said]) => isSame(said) && !said.startsWith("["));

  test.each(same)("%s", (program, said) => {
    const scope = { ...core, ...nn, nn };
    const run = program.replace(/^import .*?;/, "");
    expect(messageOf(() => runInNewContext(run, { ...scope }))).toContain(
      `ShapeError: ${said.replaceAll("\\", "")}`,
    );
  });

  test("there are enough", () => {
    expect(same.length).toBeGreaterThan(12);
  });
});

/** Of which the compiler knows nothing. */
const three: nn.Module[] = [new Linear(2, 3), new ReLU(), new Linear(4, 5)];
class Block extends Module {
  layers = [new Sequential(...three)];
  forward(x: Tensor): Tensor {
    return this.layers[0]!.call(x);
  }
}

class Product extends Module {
  by: Tensor = zeros([3, 3]);
  forward(x: Tensor): Tensor {
    return x.matmul(this.by);
  }
}

test("the layer comes first, and the way to it last, once", () => {
  const message = messageOf(() => new Sequential(new Block()).call(zeros([1, 2]) as never));
  expect(message).toBe(
    "ShapeError: Linear(4, 5): [1, 3]: 3 ≠ 4. The last dimension of the input must be 4: make " +
      "the layer for 3, or reshape the input. (in Sequential.0.layers.0.2)",
  );
});

const unknown = (shape: number[]): Tensor => zeros(shape);
const layers: Record<string, [run: () => unknown, message: string]> = {
  "of another type": [
    () => new Linear(2, 2).call(zeros([2, 2], { dtype: "float64" })),
    "DTypeError: Linear(2, 2): matmul: float64 × float32: both must have one type",
  ],
  "that is no tensor": [
    () => new Linear(2, 2).call([1, 2] as never),
    "ArgumentError: Linear(2, 2): the argument input must be a tensor",
  ],
  "of other channels": [
    () => new nn.ConvTranspose2d(4, 2, 3).call(unknown([1, 3, 8, 8]) as never),
    "ShapeError: ConvTranspose2d(4, 2): [1, 3, 8, 8]: 3 ≠ 4. Dimension -3 of the input must be 4",
  ],
  "with more dimensions than are normalized": [
    () => new nn.BatchNorm1d(8).call(unknown([5, 8, 3, 1]) as never),
    "ShapeError: BatchNorm1d(8): [5, 8, 3, 1]: it has 4 dimensions",
  ],
  "of other features": [
    () => new nn.InstanceNorm1d(8, { affine: true }).call(unknown([3, 5])),
    "ShapeError: InstanceNorm1d(8): [3, 5]: 3 ≠ 8",
  ],
  "with a number too large": [
    () => new nn.Embedding(10, 3).call(tensor([11], { dtype: "int32" })),
    "IndexError: Embedding(10, 3): 11 is none of the numbers 0 to 9.",
  ],
  "of a module of one's own": [
    () => new Product().call(unknown([1, 2])),
    "ShapeError: Product: matmul: [1, 2] × [3, 3]: 2 ≠ 3.",
  ],
};
test.each(Object.entries(layers))("an input %s", (_name, [run, message]) => {
  expect(messageOf(run)).toContain(message);
});

test("the stack says the same, and forward() by itself names the class", () => {
  const { stack } = errorOf(() => new Product().call(unknown([1, 2])))!;
  expect(stack).toContain("Product: matmul: [1, 2]");
  expect(messageOf(() => new Linear(2, 3).forward(unknown([3])))).toContain("Linear: [3]: 3 ≠ 2");
});

test("what is no error of shapes or types passes as it is", () => {
  const own = new Error("mine");
  class Throws extends Module {
    forward(): never {
      throw own;
    }
  }
  expect(messageOf(() => new Throws().call())).toBe("Error: mine");
  const layer = new Linear(1, 1);
  const step = compile((x: Tensor) => layer.call(x).item());
  const twice = (): unknown => [step(ones([1, 1])), step(ones([1, 1]))];
  expect(twice).toThrow(CompileError);
  expect(twice).toThrow(/^compile: /);
});

describe("losses of shapes that differ", () => {
  beforeEach(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));
  afterEach(() => vi.restoreAllMocks());

  const losses: [string, (input: Tensor, target: Tensor) => Tensor][] = [
    ["mseLoss", F.mseLoss],
    ["l1Loss", F.l1Loss],
    ["smoothL1Loss", F.smoothL1Loss],
    ["huberLoss", F.huberLoss],
  ];
  test.each(losses)("%s", (name, loss) => {
    const call = (from: number[], to: number[]): Tensor => loss(unknown(from), unknown(to));
    for (let i = 0; i < 2; i++) expect(call([4, 1], [4]).item()).toBe(0);
    expect(console.warn).toHaveBeenCalledTimes(1);
    expect(console.warn).toHaveBeenCalledWith(
      `${name}: [4, 1] and [4]: the shapes differ, and broadcast to [4, 4], which is rarely ` +
        "meant; give the target the shape of the input, for example target.reshape([4, 1]).",
    );
    call([4], [4]);
    expect(console.warn).toHaveBeenCalledTimes(1);
    call([4], [1]);
    expect(console.warn).toHaveBeenCalledTimes(2);
    expect(() => call([2, 3], [3, 2])).toThrow(ShapeError);
    expect(() => call([2, 3], [3, 2])).toThrow(`${name}: [2, 3] and [3, 2]: 3 ≠ 2.`);
  });
});
