/**
 * Models with few parameters, by the default loop and by hand: lines, a wide product, logistic
 * regression, a cubic. The hand-written sides are as plain JavaScript is fastest: one loop, local
 * variables, typed arrays allocated outside.
 */
import { compile, functional, linspace, manualSeed, rand, randn, SGD, zeros } from "nabla";
import type { DType, Tensor } from "nabla";

import type { Side, Sides, Workload } from "./side.js";

type Numbers = Float32Array | Float64Array;

const zerosLike = (data: ArrayLike<number>, length: number): Numbers =>
  data instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);

interface Model {
  readonly parameters: readonly Tensor[];
  readonly loss: () => Tensor;
}

/** The loop that everybody writes, and the same with a compiled step, on models of their own. */
function sides(other: Side, lr: number, make: () => Model): Sides {
  const loop = ({ parameters, loss }: Model, wrap: (step: () => Tensor) => () => Tensor): Side => {
    const optimizer = new SGD(parameters, { lr });
    const step = wrap(() => {
      const value = loss();
      optimizer.zeroGrad();
      value.backward();
      optimizer.step();
      return value;
    });
    const state = (): number[] => parameters.flatMap((parameter) => [...parameter.data()]);
    return { step: () => step().item(), state };
  };
  return { other, nabla: loop(make(), (step) => step), compiled: loop(make(), compile) };
}

const leaf = (shape: readonly number[], dtype: DType = "float32"): Tensor =>
  zeros(shape, { dtype, requiresGrad: true });

/** Numbers between -1 and 1, and others near the line 2x + 1. */
function noisyLine(size: number, dtype: DType): { x: Tensor; y: Tensor } {
  manualSeed(1);
  const x = rand([size], { dtype });
  const noise = randn([size], { dtype }).mul(0.1);
  return { x, y: x.mul(2).add(1).add(noise) };
}

/** The line 2x + 1, fitted to noisy points. */
export function line(size: number, dtype: DType): Sides {
  const { x, y } = noisyLine(size, dtype);
  return sides(lineByHand(x.data(), y.data()), 0.1, () => {
    const [w, b] = [leaf([], dtype), leaf([], dtype)];
    return { parameters: [w, b], loss: () => x.mul(w).add(b).sub(y).square().mean() };
  });
}

function lineByHand(x: ArrayLike<number>, y: ArrayLike<number>): Side {
  const parameters = zerosLike(x, 2);
  const step = function handLine(): number {
    const [w, b] = [parameters[0]!, parameters[1]!];
    const n = x.length;
    let loss = 0;
    let dw = 0;
    let db = 0;
    for (let i = 0; i < n; i++) {
      const r = w * x[i]! + b - y[i]!;
      loss += r * r;
      dw += r * x[i]!;
      db += r;
    }
    parameters[0] = w - (0.1 * 2 * dw) / n;
    parameters[1] = b - (0.1 * 2 * db) / n;
    return loss / n;
  };
  return { step, state: () => [...parameters] };
}

const WIDE = 100_000;

function wide(): Sides {
  const { x, y } = noisyLine(WIDE, "float32");
  return sides(wideByHand(x.data(), y.data()), 0.1, () => {
    const [w, b] = [leaf([WIDE]), leaf([])];
    return { parameters: [w, b], loss: () => x.mul(w).add(b).sub(y).square().mean() };
  });
}

function wideByHand(x: ArrayLike<number>, y: ArrayLike<number>): Side {
  const weights = new Float32Array(WIDE);
  const bias = new Float32Array(1);
  const step = function handWide(): number {
    const b = bias[0]!;
    const n = x.length;
    const rate = (0.1 * 2) / n;
    let loss = 0;
    let db = 0;
    for (let i = 0; i < n; i++) {
      const w = weights[i]!;
      const r = w * x[i]! + b - y[i]!;
      loss += r * r;
      db += r;
      weights[i] = w - rate * r * x[i]!;
    }
    bias[0] = b - rate * db;
    return loss / n;
  };
  return { step, state: () => [...weights, bias[0]!] };
}

const [ROWS, FEATURES] = [10_000, 20];

function logistic(): Sides {
  manualSeed(1);
  const x = randn([ROWS, FEATURES]);
  const y = x
    .matmul(randn([FEATURES]))
    .gt(0)
    .to("float32");
  return sides(logisticByHand(x.data(), y.data()), 0.1, () => {
    const [w, b] = [leaf([FEATURES]), leaf([])];
    const loss = (): Tensor => functional.binaryCrossEntropyWithLogits(x.matmul(w).add(b), y);
    return { parameters: [w, b], loss };
  });
}

function logisticByHand(x: ArrayLike<number>, y: ArrayLike<number>): Side {
  const weights = new Float32Array(FEATURES);
  const bias = new Float32Array(1);
  const gradient = new Float64Array(FEATURES);
  const step = function handLogistic(): number {
    const b = bias[0]!;
    let loss = 0;
    let db = 0;
    gradient.fill(0);
    for (let i = 0; i < ROWS; i++) {
      const row = i * FEATURES;
      let z = b;
      for (let k = 0; k < FEATURES; k++) z += weights[k]! * x[row + k]!;
      // log(1 + exp(z)) - z·y, without overflow.
      const e = Math.exp(-Math.abs(z));
      loss += Math.max(z, 0) - z * y[i]! + Math.log1p(e);
      const r = (z >= 0 ? 1 : e) / (1 + e) - y[i]!;
      for (let k = 0; k < FEATURES; k++) gradient[k] = gradient[k]! + r * x[row + k]!;
      db += r;
    }
    const rate = 0.1 / ROWS;
    for (let k = 0; k < FEATURES; k++) weights[k] = weights[k]! - rate * gradient[k]!;
    bias[0] = b - rate * db;
    return loss / ROWS;
  };
  return { step, state: () => [...weights, bias[0]!] };
}

function cubic(): Sides {
  const x = linspace(-Math.PI, Math.PI, 2000);
  const y = x.sin();
  return sides(cubicByHand(x.data(), y.data()), 1e-6, () => {
    const [a, b, c, d] = [leaf([]), leaf([]), leaf([]), leaf([])];
    const loss = (): Tensor =>
      a
        .add(b.mul(x))
        .add(c.mul(x.square()))
        .add(d.mul(x.pow(3)))
        .sub(y)
        .square()
        .sum();
    return { parameters: [a, b, c, d], loss };
  });
}

function cubicByHand(x: ArrayLike<number>, y: ArrayLike<number>): Side {
  const parameters = new Float32Array(4);
  const step = function handCubic(): number {
    const [a, b, c, d] = [parameters[0]!, parameters[1]!, parameters[2]!, parameters[3]!];
    const n = x.length;
    let loss = 0;
    let da = 0;
    let db = 0;
    let dc = 0;
    let dd = 0;
    for (let i = 0; i < n; i++) {
      const xi = x[i]!;
      const square = xi * xi;
      const r = a + xi * (b + xi * (c + xi * d)) - y[i]!;
      loss += r * r;
      da += r;
      db += r * xi;
      dc += r * square;
      dd += r * square * xi;
    }
    parameters[0] = a - 2e-6 * da;
    parameters[1] = b - 2e-6 * db;
    parameters[2] = c - 2e-6 * dc;
    parameters[3] = d - 2e-6 * dd;
    return loss;
  };
  return { step, state: () => [...parameters] };
}

const lineTargets: readonly [
  name: string,
  size: number,
  dtype: DType,
  at: number,
  compiledAt: number,
  times?: number,
][] = [
  ["L100", 100, "float32", 12, 1, 40],
  ["L10k", 10_000, "float32", 0.5, 0.35, 20],
  ["L1M", 1_000_000, "float32", 0.3, 0.3, 8],
  ["L100", 100, "float64", 12, 1.1],
  ["L10k", 10_000, "float64", 0.95, 0.9],
  ["L1M", 1_000_000, "float64", 0.95, 0.85],
];

/** The rows of the target table that are regressions. */
export const regressions: readonly Workload[] = [
  ...lineTargets.map(([name, size, dtype, atMost, compiledAtMost, timesPyTorch]): Workload => ({
    name: `${name} ${dtype}`,
    other: "hand",
    make: () => line(size, dtype),
    tolerance: dtype === "float32" ? 1e-4 : 1e-9,
    atMost,
    compiledAtMost,
    ...(timesPyTorch === undefined ? {} : { timesPyTorch }),
  })),
  { name: "BIGW", other: "hand", make: wide, tolerance: 1e-4, atMost: 0.3, compiledAtMost: 0.3 },
  {
    name: "LOGREG",
    other: "hand",
    make: logistic,
    tolerance: 1e-4,
    atMost: 0.1,
    timesPyTorch: 2,
  },
  {
    name: "SIN",
    other: "hand",
    make: cubic,
    tolerance: 1e-4,
    atMost: 1,
    timesPyTorch: 30,
    compiledAtMost: 0.4,
  },
];
