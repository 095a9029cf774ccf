/**
 * Forward and backward without an update: a network of single numbers, long chains of functions of
 * elements, normalisation by rows.
 */
import { compile, manualSeed, rand, randn, tensor } from "nabla";
import type { Tensor } from "nabla";

import { Value } from "./micrograd.js";
import type { Side, Sides, Workload } from "./side.js";

/** Forward, backward, and the gradients dropped at the next step; plainly and compiled. */
function differentiated(
  leaves: readonly Tensor[],
  loss: () => Tensor,
): Pick<Sides, "nabla" | "compiled"> {
  const run = (): Tensor => {
    for (const one of leaves) one.grad = null;
    const value = loss();
    value.backward();
    return value;
  };
  const state = (): number[] => leaves.flatMap((one) => [...one.grad!.data()]);
  const compiled = compile(run);
  return {
    nabla: { step: () => run().item(), state },
    compiled: { step: () => compiled().item(), state },
  };
}

interface Scalar<Self> {
  add(other: Self): Self;
  mul(other: Self): Self;
  relu(): Self;
}

const LAYERS = [2, 16, 16, 1];

/** The square of what a perceptron gives whose every weight is a number of its own. */
function perceptron<Number extends Scalar<Number>>(
  weights: readonly Number[],
  inputs: readonly Number[],
): Number {
  let next = 0;
  let values = inputs;
  for (let layer = 1; layer < LAYERS.length; layer++) {
    const results: Number[] = [];
    for (let k = 0; k < LAYERS[layer]!; k++) {
      let sum = weights[next++]!;
      for (const value of values) sum = sum.add(value.mul(weights[next++]!));
      results.push(layer === LAYERS.length - 1 ? sum : sum.relu());
    }
    values = results;
  }
  return values[0]!.mul(values[0]!);
}

function scalars(): ReturnType<Workload["make"]> {
  manualSeed(1);
  const count = LAYERS.slice(1).reduce((sum, size, i) => sum + size * (LAYERS[i]! + 1), 0);
  const numbers = [...rand([count], { dtype: "float64" }).mul(2).sub(1).data()];
  const values = numbers.map((number) => new Value(number));
  const points = [new Value(0.5), new Value(-0.25)];
  const step = (): number => {
    for (const value of values) value.grad = 0;
    const loss = perceptron(values, points);
    loss.backward();
    return loss.data;
  };
  const tensors = numbers.map((number) => tensor(number, { requiresGrad: true }));
  const inputs = [tensor(0.5), tensor(-0.25)];
  return {
    other: { step, state: () => values.map(({ grad }) => grad) },
    ...differentiated(tensors, () => perceptron(tensors, inputs)),
    hand: perceptronByHand(Float32Array.from(numbers)),
  };
}

/** The same network as loops over arrays: biases stand before the weights of their row. */
function perceptronByHand(weights: Float32Array): Side {
  const gradients = new Float32Array(weights.length);
  const values = LAYERS.map((size) => new Float64Array(size));
  const slopes = LAYERS.map((size) => new Float64Array(size));
  values[0]!.set([0.5, -0.25]);
  const step = function handPerceptron(): number {
    const last = values.length - 1;
    let next = 0;
    for (let layer = 1; layer <= last; layer++) {
      const [from, to] = [values[layer - 1]!, values[layer]!];
      for (let k = 0; k < to.length; k++) {
        let sum = weights[next++]!;
        for (let j = 0; j < from.length; j++) sum += from[j]! * weights[next++]!;
        to[k] = layer === last || sum > 0 ? sum : 0;
      }
    }
    const result = values[last]![0]!;
    slopes[last]![0] = 2 * result;
    for (let layer = last; layer > 0; layer--) {
      const [from, to] = [values[layer - 1]!, values[layer]!];
      const [back, slope] = [slopes[layer - 1]!, slopes[layer]!];
      back.fill(0);
      for (let k = to.length - 1; k >= 0; k--) {
        const by = layer === last || to[k]! > 0 ? slope[k]! : 0;
        for (let j = from.length - 1; j >= 0; j--) {
          gradients[--next] = by * from[j]!;
          back[j] = back[j]! + by * weights[next]!;
        }
        gradients[--next] = by;
      }
    }
    return result * result;
  };
  return { step, state: () => [...gradients] };
}

const MANY = 1_000_000;

function functions(): ReturnType<Workload["make"]> {
  manualSeed(1);
  const x = randn([MANY]).requiresGrad_();
  const [a, b] = [tensor(0.7, { requiresGrad: true }), tensor(0.1, { requiresGrad: true })];
  const loss = (): Tensor => x.mul(a).add(b).tanh().mul(x.square().neg().exp()).sum();
  return { other: functionsByHand(x.data()), ...differentiated([a, b, x], loss) };
}

function functionsByHand(x: ArrayLike<number>): Side {
  const [a, b] = [Math.fround(0.7), Math.fround(0.1)];
  const dx = new Float32Array(x.length);
  const slopes = new Float64Array(2);
  const step = function handFunctions(): number {
    let loss = 0;
    let da = 0;
    let db = 0;
    for (let i = 0; i < x.length; i++) {
      const xi = x[i]!;
      const t = Math.tanh(xi * a + b);
      const e = Math.exp(-xi * xi);
      const dt = e * (1 - t * t);
      loss += t * e;
      da += dt * xi;
      db += dt;
      dx[i] = dt * a - 2 * xi * t * e;
    }
    slopes[0] = da;
    slopes[1] = db;
    return loss;
  };
  return { step, state: () => [...slopes, ...dx] };
}

const SIDE = 1024;

function normalized(): ReturnType<Workload["make"]> {
  manualSeed(1);
  const x = randn([SIDE, SIDE]).requiresGrad_();
  const loss = (): Tensor => {
    const centred = x.sub(x.mean(1, true));
    const deviation = centred.square().mean(1, true).add(1e-5).sqrt();
    return centred.div(deviation).softmax(1).square().sum();
  };
  return { other: normalizedByHand(x.data()), ...differentiated([x], loss) };
}

function normalizedByHand(x: ArrayLike<number>): Side {
  const dx = new Float32Array(x.length);
  const z = new Float64Array(SIDE);
  const p = new Float64Array(SIDE);
  const step = function handNormalized(): number {
    let loss = 0;
    for (let row = 0; row < x.length; row += SIDE) {
      let mean = 0;
      for (let k = 0; k < SIDE; k++) mean += x[row + k]!;
      mean /= SIDE;
      let variance = 0;
      for (let k = 0; k < SIDE; k++) variance += (x[row + k]! - mean) ** 2;
      const scale = 1 / Math.sqrt(variance / SIDE + 1e-5);
      let largest = -Infinity;
      for (let k = 0; k < SIDE; k++) {
        const value = (x[row + k]! - mean) * scale;
        z[k] = value;
        if (value > largest) largest = value;
      }
      let sum = 0;
      for (let k = 0; k < SIDE; k++) sum += p[k] = Math.exp(z[k]! - largest);
      let squares = 0;
      for (let k = 0; k < SIDE; k++) {
        const share = p[k]! / sum;
        p[k] = share;
        squares += share * share;
      }
      loss += squares;
      // The loss by the shares is 2p, so by z it is 2p(p - Σp²); then back through the norm.
      let slope = 0;
      let along = 0;
      for (let k = 0; k < SIDE; k++) {
        const dz = 2 * p[k]! * (p[k]! - squares);
        p[k] = dz;
        slope += dz;
        along += dz * z[k]!;
      }
      for (let k = 0; k < SIDE; k++) {
        dx[row + k] = scale * (p[k]! - (slope + z[k]! * along) / SIDE);
      }
    }
    return loss;
  };
  return { step, state: () => [...dx] };
}

/** The rows of the target table that are one computation and its derivative. */
export const computations: readonly Workload[] = [
  {
    name: "SCALAR",
    other: "micrograd",
    make: scalars,
    tolerance: 1e-4,
    atMost: 0.35,
    compiledAtMost: 3,
    timesPyTorch: 40,
  },
  { name: "EW", other: "hand", make: functions, tolerance: 1e-3, timesPyTorch: 2.5 },
  { name: "NORM", other: "hand", make: normalized, tolerance: 1e-3, timesPyTorch: 2 },
];
