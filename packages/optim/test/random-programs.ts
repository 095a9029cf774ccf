// Random training programs: a body of random instructions that is run some times
// over, as a loop is, with views, writes, detached results, hidden states, backward passes,
// optimizers, and tensors that are read steps later. What a program comes to is a list of all
// numbers that it read. Not a test.

import { cat, manualSeed, noGrad, ones, randn, StaleError, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { Adam, SGD } from "@nabla/optim";

import type { Program } from "../../core/test/agreement.js";

/** Numbers from 0 to 1 that depend on the seed only. */
function generator(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** What a step has at hand; `pool` are matrices of one shape. */
interface Scene {
  readonly size: number;
  pool: Tensor[];
  readonly parameters: readonly Tensor[];
  readonly kept: Tensor[];
  hidden: Tensor;
  total: Tensor;
  step: number;
  read(x: Tensor): void;
}

type Instruction = (scene: Scene, pick: (n: number) => Tensor) => Tensor | void;

/** A tensor that was kept, of one of the last steps. */
const lately = ({ kept, step }: Scene): Tensor | undefined => kept.at(-1 - ((step * 5) % 3));

/** Results stay between about -3 and 3, so that rounding does not grow. */
const tame = (x: Tensor): Tensor => x.mul(0.5).tanh();

const smooth: Record<string, Instruction> = {
  add: (_s, x) => x(0).add(x(1)).mul(0.5),
  sub: (_s, x) => x(0).sub(x(1)).mul(0.7),
  mul: (_s, x) => x(0).mul(x(1)),
  scale: (s, x) => x(0).mul(0.9 / (s.step + 1)),
  tanh: (_s, x) => x(0).tanh(),
  sigmoid: (_s, x) => x(0).sigmoid(),
  sine: (_s, x) => x(0).sin().add(x(1).cos()),
  divide: (_s, x) => x(0).div(x(1).square().add(1)),
  matmul: (s, x) =>
    tame(
      x(0)
        .matmul(x(1))
        .mul(1 / s.size),
    ),
  matmulTransposed: (s, x) =>
    tame(
      x(0)
        .t()
        .matmul(x(1))
        .mul(1 / s.size),
    ),
  product: (s, x) =>
    x(0)
      .matmul(s.parameters[0]!)
      .mul(1 / s.size),
  centre: (_s, x) => x(0).sub(x(1).mean(0, true)),
  rows: (_s, x) => x(0).add(x(1).mean(1, true)),
  whole: (_s, x) => x(0).mul(x(1).square().mean()),
  softmax: (_s, x) => x(0).softmax(1),
  logSoftmax: (_s, x) => tame(x(0).logSoftmax(0)),
  transposed: (_s, x) => x(0).t(),
  reshaped: (s, x) =>
    x(0)
      .t()
      .reshape([s.size ** 2])
      .reshape([s.size, s.size]),
  parts: (_s, x) => cat([x(0).slice(0, 0, 2), x(1).slice(0, 2)]),
  everyOther: (s, x) => cat([x(0).slice(1, 0, s.size, 2), x(0).slice(1, 1, s.size, 2)], 1),
  flipped: (_s, x) => x(0).flip([0]),
  repeated: (s, x) => x(0).select(0, 1).expand([s.size, s.size]).add(x(1)),
  diagonal: (_s, x) => x(0).diagonal().unsqueeze(1).mul(x(1)),
  cumulated: (s, x) =>
    tame(
      x(0)
        .cumsum(1)
        .mul(1 / s.size),
    ),
  variance: (_s, x) => x(0).div(x(0).var(1, true, { correction: 0 }).add(1).sqrt()),
  clone: (_s, x) => x(0).clone(),
  detach: (_s, x) => x(0).detach(),
  write: (_s, x) => x(0).clone().add_(x(1)).mul_(0.5),
  writeRow: (_s, x) => {
    const copy = x(0).clone();
    copy.select(0, 1).mul_(0.5).add_(x(1).select(1, 0));
    return copy;
  },
  writePart: (_s, x) => {
    const copy = x(0).mul(1);
    copy.slice(1, 0, 3).copy_(x(1).slice(1, 1, 4));
    copy.t().slice(0, 2, 4).mul_(0.3);
    return copy;
  },
  writeDetached: (_s, x) => {
    const copy = x(0).detach().clone();
    const view = copy.t();
    copy.sub_(x(1).detach());
    return view.tanh();
  },
  double: (_s, x) => x(0).to("float64").mul(1.25).to("float32").tanh(),
  parameter: (s, x) => s.parameters[1]!.mul(x(0)),
  hidden: (s, x) => s.hidden.add(x(0)).mul(0.5),
  carry: (s, x) => void (s.hidden = x(0).add(s.hidden).tanh().detach()),
  total: (s, x) => void (s.total = s.total.add(x(0).mean().detach())),
  totalUndetached: (s, x) => void (s.total = s.total.mul(0.5).add(x(0).detach().square().mean())),
  keep: (s, x) => void s.kept.push(x(0)),
  keepDetached: (s, x) => void s.kept.push(x(0).detach()),
  keepOfKept: (s, x) => {
    const old = lately(s);
    if (old !== undefined) s.kept.push(old.mul(0.5).add(x(0).mean()));
  },
  keepGradient: (s) => {
    const { grad } = s.parameters[0]!;
    if (grad !== null) s.kept.push(grad);
  },
  keepView: (s) => void s.kept.push(s.parameters[1]!.t().mul(2)),
  readSum: (s, x) => s.read(x(0).sum()),
  readAll: (s, x) => s.read(x(0)),
  readKept: (s) => {
    const old = lately(s);
    if (old !== undefined) s.read(old.mul(2));
  },
  useKept: (s, x) => {
    const old = lately(s);
    return old === undefined ? x(0) : old.detach().add(x(0)).mul(0.5);
  },
  sometimes: (s, x) => (s.step % 3 === 1 ? x(0).exp().mul(0.1) : x(0).neg()),
  drop: (s, x) => x(0).mul(ones([s.size, s.size]).bernoulli_(0.5)),
  noise: (s, x) => x(0).add(randn([s.size, s.size]).mul(0.1)),
  fresh: (s, x) => x(0).mul(tensor(new Float32Array(s.size).fill(0.5 + s.step / 10))),
  zeros: (s, x) => zeros([s.size, s.size]).add_(x(0)),
  both: (s) => s.parameters[0]!.add(s.parameters[1]!.t()),
};

/** Where a last bit decides, WebAssembly may decide otherwise. */
const sharp: Record<string, Instruction> = {
  relu: (_s, x) => x(0).relu(),
  where: (_s, x) => x(0).where(x(0).gt(x(1)), x(1).neg()),
  sorted: (_s, x) => x(0).sort(1).values,
  largest: (_s, x) => x(0).sub(x(1).amax(1, true)).mul(0.5),
  most: (_s, x) => x(0).max(1).values.unsqueeze(1).mul(x(1)),
  branch: (_s, x) => x(0).mul(x(1).sum().item() > 0 ? 0.5 : 0.25),
  masked: (_s, x) => x(0).maskedFill(x(1).lt(0), 0),
};

const optimizers: Record<string, (parameters: Tensor[]) => SGD | Adam> = {
  plain: (parameters) => new SGD(parameters, { lr: 0.05 }),
  momentum: (parameters) => new SGD(parameters, { lr: 0.05, momentum: 0.9 }),
  adam: (parameters) => new Adam(parameters, { lr: 0.01 }),
};

/** Instructions about what outlives a step, which is where faults would be. */
const memory = [
  "keepGradient",
  "keepView",
  "keep",
  "keepDetached",
  "keepOfKept",
  "readKept",
  "useKept",
  "carry",
  "total",
];

/**
 * The program of a seed; with `sharpToo` also such instructions in which a last bit decides what
 * comes out.
 */
export function randomProgram(seed: number, sharpToo: boolean): Program {
  const random = generator(seed);
  const choose = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const table = sharpToo ? { ...smooth, ...sharp } : smooth;
  // Some fit in small buffers, some do not.
  const size = choose([4, 7, 33, 36, 40]);
  const steps = 3 + Math.floor(random() * 6);
  const body = Array.from({ length: 2 + Math.floor(random() * 14) }, () => ({
    name: random() < 0.15 ? choose(memory) : choose(Object.keys(table)),
    picks: [random(), random()],
  }));
  const optimizerName = choose(Object.keys(optimizers));
  const [losses, stepsAt, zeroes] = [random() < 0.3 ? 2 : 1, random() < 0.9, random() < 0.8];
  const readsLoss = choose([0, 1, 3]);
  const names = body.map(({ name }) => name).join(", ");
  const text = `${seed}: ${steps} steps of ${optimizerName}, size ${size}: ${names}`;
  const run = (): (number[] | null)[] => {
    manualSeed(seed % 1000);
    const found: (number[] | null)[] = [];
    const orStale = (act: () => void): void => {
      try {
        act();
      } catch (error) {
        if (!(error instanceof StaleError)) throw error;
        found.push(null);
      }
    };
    const read = (x: Tensor): void => orStale(() => void found.push([...x.data()]));
    const make = (): Tensor => randn([size, size]).mul(0.5);
    const parameters = [make(), make()].map((x) => x.requiresGrad_());
    const given = [make(), ones([size, size])];
    const optimizer = optimizers[optimizerName]!(parameters);
    const scene: Scene = {
      size,
      parameters,
      read,
      step: 0,
      pool: [],
      kept: [],
      hidden: make(),
      total: tensor(0),
    };
    const train = (): void => {
      scene.pool = [...given, ...parameters.map((w) => w.mul(1))];
      for (const { name, picks } of body) {
        const pick = (n: number): Tensor => scene.pool[Math.floor(picks[n]! * scene.pool.length)]!;
        const made = table[name]!(scene, pick);
        if (made !== undefined) scene.pool.push(made);
      }
      if (zeroes || scene.step % 2 === 0) optimizer.zeroGrad();
      const all = scene.pool
        .reduce((a, b) => a.add(b))
        .mul(0.1)
        .tanh();
      const loss = all.square().mean();
      loss.backward(null, { retainGraph: losses === 2 });
      if (losses === 2) all.mean().backward();
      if (readsLoss > 0 && scene.step % readsLoss === 0) read(loss);
      if (stepsAt) optimizer.step();
      else noGrad(() => parameters.forEach((w) => w.grad !== null && w.sub_(w.grad.mul(0.1))));
    };
    orStale(() => {
      for (; scene.step < steps; scene.step++) train();
      const { kept, pool, hidden, total } = scene;
      for (const x of [...kept, ...pool, hidden, total, ...parameters]) read(x);
      for (const { grad } of parameters) if (grad !== null) read(grad);
    });
    return found;
  };
  return { text, run };
}
