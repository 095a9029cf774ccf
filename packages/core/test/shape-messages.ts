// Programs whose shapes do not fit, and what the compiler says, and such that it must not refuse:
// the same in every version. Run by shapes.test.ts with the newest, and by shapes.full.test.ts with
// earlier ones.

import { expect } from "vitest";

import { compile } from "./compiler.js";

const linear =
  'import { Linear, ReLU, Sequential } from "@nabla/nn"; const layer = new Linear(784, 128);';

const cases: [program: string, message: string][] = [
  ["zeros([100, 2]).matmul(zeros([3, 1]));", "matmul: [100, 2] × [3, 1]: 2 ≠ 3"],
  ["matmul(zeros([100, 2]), zeros([3, 1]));", "matmul: [100, 2] × [3, 1]: 2 ≠ 3"],
  ["zeros([2, 3, 4]).matmul(zeros([5, 4, 6]));", "matmul: [2, 3, 4] × [5, 4, 6]: 2 ≠ 5"],
  ["zeros([n, 2]).matmul(zeros([3, n]));", "matmul: [number, 2] × [3, number]: 2 ≠ 3"],
  ["zeros([]).matmul(zeros([3]));", "matmul: [] × [3]: a tensor without dimensions is no matrix"],
  ["zeros([2, 3]).add(zeros([4]));", "add: [2, 3] and [4]: 3 ≠ 4"],
  ["zeros([2, 3]).relu().lt(ones([3, 2]));", "lt: [2, 3] and [3, 2]: 3 ≠ 2"],
  ["add(zeros([2, 3]), zeros([4]));", "[2, 3] and [4]: 3 ≠ 4"],
  ["zeros([2, 3]).sum(2);", "sum: [2, 3]: there is no dimension 2"],
  ["zeros([2, 3]).argmax(-3, true);", "argmax: [2, 3]: there is no dimension -3"],
  ["zeros([2, 3]).mean([0, 5]);", "mean: [2, 3]: there is no dimension 5"],
  ["zeros([2, 3]).reshape([4]);", "reshape: [2, 3] to [4]: 6 ≠ 4"],
  ["zeros([2, 3]).reshape([4, -1]);", "reshape: [2, 3] to [4, -1]: 6 is no multiple of 4"],
  ["zeros([2, 3]).transpose(0, 2);", "transpose: [2, 3]: there is no dimension 2"],
  ["zeros([2, 3]).permute([0, 0]);", "permute: [2, 3] by [0, 0]: a dimension is named twice"],
  ["zeros([2, 3]).expand([2, 4]);", "expand: [2, 3] to [2, 4]: 3 ≠ 4"],
  ["zeros([2, 3]).narrow(1, 2, 2);", "narrow: [2, 3]: dimension 1 has no 2 elements from 2 on"],
  ["zeros([2, 3]).select(0, 2);", "select: [2, 3]: dimension 0 has no position 2"],
  ["zeros([2, 3]).at(0, 3);", "at: [2, 3]: there is no position 3 among 3"],
  [
    "zeros([5, 3]).split([1, 3]);",
    "split: [5, 3]: sizes that add up to 4 are not those of 5 positions",
  ],
  [
    'einsum("ij,jk->ik", zeros([2, 3]), zeros([4, 4]));',
    'einsum: \\"ij,jk->ik\\" of [2, 3] and [4, 4]: j is 3 in one and 4 in another',
  ],
  ["zeros([2, 3]).mm(zeros([2, 3]));", "mm: [2, 3] × [2, 3]: 3 ≠ 2"],
  ["zeros([n, 2, 3]).det();", "det: [number, 2, 3]: it is no square matrix"],
  ["zeros([2, 3]).softmax(2);", "softmax: [2, 3]: there is no dimension 2"],
  ["zeros([2, 3]).max(zeros([4]));", "max: 3 ≠ 4"],
  ["cat([zeros([2, 3]), zeros([2, 4])]);", "cat: [2, 3] and [2, 4]: 3 ≠ 4"],
  ["stack([zeros([2]), zeros([3])]);", "stack: [2] and [3]: 2 ≠ 3"],
  [`${linear} layer.call(zeros([64, 785]));`, "Linear(784, 128): [64, 785]: 785 ≠ 784"],
  [`${linear} layer.call(zeros([n, 785]));`, "Linear(784, 128): [number, 785]: 785 ≠ 784"],
  ["zeros([2, 3]).clamp(zeros([4]));", "clamp: [2, 3] and [4]: 3 ≠ 4"],
  ["where(zeros([2]).gt(0), zeros([3]), 0);", "where: [2] and [3]: 2 ≠ 3"],
  ["zeros([2, 3]).topk(4);", "topk: [2, 3]: dimension 1 has no 4 elements"],
  [
    "new nn.Conv2d(1, 16, 5).call(zeros([64, 3, 28, 28]));",
    "Conv2d(1, 16): [64, 3, 28, 28]: 3 ≠ 1",
  ],
  [
    "new nn.Conv1d(1, 2, 5, { padding: 1 }).call(zeros([1, 1, 2]));",
    "Conv1d(1, 2): [1, 1, 2]: a size, padding included, is 4, and must be at least 5",
  ],
  [
    "new nn.MaxPool2d(2).call(zeros([28, 28]));",
    "MaxPool2d(2): [28, 28]: it must have 3 or 4 dimensions",
  ],
  [
    "nn.functional.conv2d(zeros([n, 3, 8, 8]), zeros([4, 2, 3, 3]));",
    "conv2d: [number, 3, 8, 8]: 3 ≠ 2",
  ],
  ["new nn.BatchNorm1d(3).call(zeros([8, 4]));", "BatchNorm1d(3): [8, 4]: 4 ≠ 3"],
  ["new nn.LayerNorm([3, 4]).call(zeros([8, 4, 4]));", "LayerNorm: [8, 4, 4]: 4 ≠ 3"],
  ["nn.functional.mseLoss(zeros([8, 1]), zeros([7, 1]));", "mseLoss: [8, 1] and [7, 1]: 8 ≠ 7"],
  ["new nn.LSTM(8, 16).call(zeros([5, 3, 7]));", "LSTM(8, 16): [5, 3, 7]: 7 ≠ 8"],
  [
    "new nn.GRUCell(8, 16).call(zeros([5, 3, 8]));",
    "GRUCell(8, 16): [5, 3, 8]: it must have 1 or 2 dimensions",
  ],
  [
    "new nn.TransformerEncoderLayer(8, 2).call(zeros([5, n, 7]));",
    "TransformerEncoderLayer(8): [5, number, 7]: 7 ≠ 8",
  ],
  [
    "const x = zeros([5, 3, 4]); new nn.MultiheadAttention(4, 2).call(x, x, zeros([6, 3, 4]));",
    "MultiheadAttention(4): [5, 3, 4], [5, 3, 4] and [6, 3, 4]: 5 ≠ 6",
  ],
  [
    "new nn.TripletMarginLoss().call(zeros([8, 4]), zeros([8, 4]), zeros([7, 4]));",
    "TripletMarginLoss: [8, 4], [8, 4] and [7, 4]: 8 ≠ 7",
  ],
  [
    "new nn.ZeroPad2d(1).call(zeros([8, 8]));",
    "ZeroPad2d(1): [8, 8]: it must have 3 or 4 dimensions",
  ],
  [
    "new nn.CrossEntropyLoss().call(zeros([8, 10]), zeros([7], { dtype: 'int32' }));",
    "CrossEntropyLoss: [8, 10] and [7]: 8 ≠ 7",
  ],
  [
    "new nn.CrossEntropyLoss().call(zeros([3]), zeros([3], { dtype: 'int32' }));",
    "CrossEntropyLoss: [3] and [3]: they have not as many dimensions",
  ],
  [
    "new nn.Upsample({ size: 7, mode: 'bilinear' }).call(zeros([1, n, 5]));",
    'Upsample: [1, number, 5]: mode \\"bilinear\\" is for 4 dimensions',
  ],
  [
    "new nn.PixelShuffle(2).call(zeros([1, 6, 3, 4]));",
    "PixelShuffle(2): [1, 6, 3, 4]: 4 does not divide 6",
  ],
  ["new nn.Fold(3, 2).call(zeros([4, 5]));", "Fold: [4, 5]: 5 ≠ 4"],
  [
    "nn.functional.unfold(zeros([n, 3]), 2);",
    "unfold: [number, 3]: it must have 3 or 4 dimensions",
  ],
  [
    "nn.functional.gridSample(zeros([2, 1, 4, 4]), zeros([3, 5, 5, 2]));",
    "gridSample: [2, 1, 4, 4] and [3, 5, 5, 2]: 2 ≠ 3",
  ],
  [
    "nn.functional.marginRankingLoss(zeros([8]), zeros([8]), zeros([7]));",
    "marginRankingLoss: [8], [8] and [7]: 8 ≠ 7",
  ],
  [
    "new nn.CosineSimilarity({ dim: 2 }).call(zeros([8, 4]), zeros([4]));",
    "CosineSimilarity: [8, 4] and [4]: there is no dimension 2",
  ],
  ["new nn.GLU(0).call(zeros([3, 4]));", "GLU: [3, 4]: 2 does not divide 3"],
  [
    "new nn.EmbeddingBag(5, 3).call(zeros([7], { dtype: 'int32' }));",
    "EmbeddingBag: [7]: it must be [bags, numbers], or a list of numbers beside one of offsets",
  ],
  [
    "new nn.GaussianNLLLoss().call(zeros([7, 2]), zeros([7, 2]), zeros([7, 3]));",
    "GaussianNLLLoss: [7, 2], [7, 2] and [7, 3]: 2 ≠ 3",
  ],
  [
    "new nn.Sequential(new nn.Conv2d(1, 16, 5), new nn.ReLU(), new nn.Conv2d(8, 4, 3));",
    "Sequential: Conv2d(8, 4): [..., 16, number, number]: 16 ≠ 8",
  ],
  [
    "new nn.Sequential(new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(100, 10))" +
      ".call(zeros([64, 1, 28, 28]));",
    "Linear(100, 10): [64, 196]: 196 ≠ 100",
  ],
  [
    `${linear} new Sequential(layer, new ReLU(), new Linear(100, 10));`,
    "Sequential: Linear(100, 10): [..., 128]: 128 ≠ 100",
  ],
];

/** What must compile, above all where a layer is only known to be a module. */
const some = "declare const some: nn.Module; let h: Tensor = plain;";
const right: string[] = [
  `${some} const layers: nn.Module[] = [new nn.Linear(2, 3)]; layers.push(new nn.LSTM(2, 3));
   for (const layer of layers) h = layer.call(h); layers.map((layer) => layer.call(h).sum());`,
  `${some} for (const layer of [new nn.Linear(2, 3), new nn.ReLU()]) h = layer.call(h);`,
  `${some} class Residual extends nn.Module {
     constructor(inner: nn.Module) { super(); this.inner = inner; }
     inner: nn.Module;
     override forward(x: Tensor) { return x.add(this.inner.call(x)); }
   } h = new Residual(some).call(zeros([2, 3])).relu();`,
  `${some} class Net extends nn.Module {
     blocks: nn.ModuleList = new nn.ModuleList([new nn.Linear(2, 3), new nn.ReLU()]);
     heads = new nn.ModuleDict({ a: new nn.Linear(2, 3), b: new nn.ReLU() });
     acts: Record<string, nn.Module> = { relu: new nn.ReLU(), tanh: new nn.Tanh() };
     override forward(x: Tensor): Tensor {
       for (const block of this.blocks) x = block.call(x);
       return this.acts["relu"]!.call(this.heads.get("a").call(x));
     }
   } h = new Net().call(h);`,
  `${some} const make = (name: string): nn.Module => name === "" ? some : new nn.LSTM(2, 3);
   h = make("relu").call(zeros([2, 3])).relu();`,
  `${some} const train = (model: nn.Module, x: Tensor, y: Tensor) => model.call(x, y).backward();
   train(new nn.Linear(2, 3), plain, plain); train(new nn.MSELoss(), plain, plain);`,
  `${some} const run = <M extends nn.Module>(m: M, x: Tensor) => m.call(x).sum();
   h = run(new nn.Linear(2, 3), plain); h = run(some, zeros([2]));`,
  `${some} const run = <M extends nn.Module>(m: M): Tensor => m.call(zeros([2, 3])).sum();
   h = run(some);`,
  `${some} const run = <M extends nn.Module & { forward(x: Tensor): Tensor }>(m: M, x: Tensor) =>
     m.call(x).sum(); h = run(new nn.Linear(2, 3), plain);`,
  `${some} abstract class Layer extends nn.Module { abstract override forward(x: Tensor): Tensor; }
   const layers: Layer[] = [new nn.Linear(2, 3), new nn.ReLU()]; h = layers[0]!.call(h);`,
  `${some} class Two extends nn.Module {
     override forward(x: Tensor, more: { scale: number }): [Tensor, number] {
       return [x, more.scale];
     }
   } const [y, scale] = new Two().call(h, { scale: 2 }); y.sum(); scale.toFixed();`,
];

/** Compiles them with a version, by the name of its package. */
export async function expectMessages(version?: string): Promise<void> {
  const programs = [...cases.map(([program]) => program), ...right];
  const found = await compile(programs, version);
  const expected = cases.map(([, message]) => [
    { line: 1, text: expect.stringContaining(` type '"${message}"'.`) as string },
  ]);
  expect(found).toEqual([...expected, ...right.map(() => [])]);
}
